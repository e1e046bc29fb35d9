"""FastCGI and CGI as a web server speaks them, for tests that need more than a
web server lets them: kept connections by the thousand, half requests, garbage.
"""

from __future__ import annotations

import json
import os
import pwd
import socket
import struct
import subprocess
import urllib.parse
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

BEGIN_REQUEST, ABORT_REQUEST, END_REQUEST, PARAMS, STDIN, STDOUT = 1, 2, 3, 4, 5, 6


def record(kind: int, content: bytes, request_id: int = 1) -> bytes:
    """FastCGI specification § 3.3."""
    return struct.pack(">BBHHBx", 1, kind, request_id, len(content), 0) + content


def pairs(variables: Mapping[str, str]) -> bytes:
    """FastCGI specification § 3.4, each length in its long form."""
    out = b""
    for name, value in variables.items():
        lengths = (len(name.encode()), len(value.encode()))
        out += struct.pack(">II", *(n | 1 << 31 for n in lengths)) + name.encode() + value.encode()
    return out


def begin(keep: bool) -> bytes:
    return record(BEGIN_REQUEST, struct.pack(">HB5x", 1, int(keep)))


def variables_of(method: str, path: str, query: str = "", body: bytes = b"",
                 content_type: str = "") -> dict[str, str]:
    return {
        "GATEWAY_INTERFACE": "CGI/1.1", "SERVER_PROTOCOL": "HTTP/1.1", "SERVER_SOFTWARE": "test",
        "REQUEST_METHOD": method, "SCRIPT_NAME": path, "QUERY_STRING": query,
        "REQUEST_URI": path + ("?" + query if query else ""), "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_TYPE": content_type, "CONTENT_LENGTH": str(len(body)) if body else "",
    }


class CgiAnswer:
    """What stands before and behind the first empty line."""

    def __init__(self, raw: bytes) -> None:
        head, _, self.body = raw.partition(b"\r\n\r\n")
        self.headers = {}
        for line in head.decode("latin-1").split("\r\n"):
            name, _, value = line.partition(":")
            self.headers[name.lower()] = value.strip()
        self.status = int(self.headers.get("status", "0").split()[0])

    def json(self) -> Any:
        return json.loads(self.body)


class Connection:
    """A connection to a FastCGI program, which the program is asked to keep.
    `heard` is what came of the answer that is, or was, being received: its last
    record may be cut short."""

    def __init__(self, path: Path, seconds: float = 30) -> None:
        self.heard = b""
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(seconds)
        try:
            self.socket.connect(str(path))
        except OSError:
            self.close()
            raise

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.socket.close()

    def send(self, variables: Mapping[str, str], body: bytes = b"", keep: bool = True) -> None:
        content = pairs(variables)
        out = begin(keep) + record(PARAMS, content) + record(PARAMS, b"")
        for start in range(0, len(body), 32768):
            out += record(STDIN, body[start:start + 32768])
        self.socket.sendall(out + record(STDIN, b""))

    def receive(self) -> CgiAnswer:
        """The whole answer. EOFError if the program closes before its end."""
        out = self.heard = b""
        while True:
            head = self._exactly(8)
            _, kind, _, length, padding = struct.unpack(">BBHHBx", head)
            content = self._exactly(length + padding)[:length]
            if kind == STDOUT:
                out += content
            elif kind == END_REQUEST:
                return CgiAnswer(out)

    def _exactly(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            piece = self.socket.recv(size - len(data))
            if not piece:
                raise EOFError("the FastCGI program closed the connection")
            data += piece
            self.heard += piece
        return data

    def get(self, path: str, **query: str) -> CgiAnswer:
        self.send(variables_of("GET", path, urllib.parse.urlencode(query)))
        return self.receive()

    def post_json(self, path: str, value: Any) -> CgiAnswer:
        body = json.dumps(value).encode()
        self.send(variables_of("POST", path, body=body, content_type="application/json"), body)
        return self.receive()


def start_plain_cgi(program: Path, config: Path, variables: Mapping[str, str],
                    user: pwd.struct_passwd | None,
                    environment: Mapping[str, str] | None = None,
                    pass_fds: Iterable[int] = ()) -> subprocess.Popen[bytes]:
    """The program as a web server starts it for one request without a body; the
    answer comes on its standard output."""
    identity: dict[str, Any] = {}
    if user is not None:
        identity = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    return subprocess.Popen(
        [str(program)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        pass_fds=tuple(pass_fds),
        env={"PATH": os.environ["PATH"], "SMSWEB_CONFIG": str(config), **variables,
             **(environment or {})}, **identity)
