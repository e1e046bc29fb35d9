"""What the system tests stand on: the real programs, started for one test.

A Gateway is a private folder with a configuration, a simulated modem, and
whichever of smswebd, smsweb-cgi and a web server a test starts in it:

    with Gateway() as gateway:
        gateway.start_sim()
        gateway.start_spooler()
        gateway.start_endpoint()
        web = gateway.start_nginx()
        answer = web.get("/s.py", rcpt="089610707901", msg="hello")
        gateway.wait_for_messages(1)

Leaving the `with` stops everything, by process, in the opposite order, and
removes the folder. Nothing listens on anything but loopback and unix sockets.

As root, all of it runs as www-data: Apache refuses to serve as root, and a
queue that two users write to is no queue. The programs are then linked into
the folder, for the checkout may be where only root may look.

Environment: SMSWEB_BIN names the folder with the programs (default: build/bin
of the checkout); SMSWEB_KEEP, if set, leaves the folders there to be looked at.
"""

from __future__ import annotations

import http.client
import json
import os
import pwd
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import contract

CHECKOUT = Path(__file__).resolve().parents[2]
PROGRAMS = Path(os.environ.get("SMSWEB_BIN", CHECKOUT / "build" / "bin"))
NGINX = CHECKOUT / "deploy" / "nginx"
APACHE = CHECKOUT / "deploy" / "apache"
HARD_DESCRIPTORS = resource.getrlimit(resource.RLIMIT_NOFILE)[1]

# The paper's number, and what it is with the default region ID.
NUMBER = "089610707901"
NUMBER_E164 = "+6289610707901"

T = TypeVar("T")


class Trouble(AssertionError):
    """The set-up did not come up, or did not do what was waited for."""


def wait_until(predicate: Callable[[], T], seconds: float, what: str) -> T:
    """The first true value of the predicate; Trouble when time is over."""
    end = time.monotonic() + seconds
    while True:
        value = predicate()
        if value:
            return value
        if time.monotonic() > end:
            raise Trouble(f"{what}: not within {seconds:g} s")
        time.sleep(0.005)


def find_tool(name: str) -> str | None:
    """Where a program is, also if /usr/sbin is not in PATH."""
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    return shutil.which(name, path=path)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def with_descriptors(command: list[str], soft: int) -> list[str]:
    """The command under another soft limit of descriptors (util-linux's prlimit
    becomes the program, so the process stays the same)."""
    return ["prlimit", f"--nofile={min(soft, HARD_DESCRIPTORS)}:{HARD_DESCRIPTORS}", *command]


class Process:
    """A child that runs until stopped. Output goes to a log file; a line of its
    standard error can be waited for."""

    def __init__(self, name: str, command: list[str], log: Path, *,
                 cwd: Path, user: pwd.struct_passwd | None,
                 environment: Mapping[str, str] | None = None,
                 pass_fds: Iterable[int] = (), stdin: Any = subprocess.DEVNULL) -> None:
        self.name = name
        self.log = log
        identity: dict[str, Any] = {}
        if user is not None:
            identity = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        self._lines: list[str] = []
        self._changed = threading.Condition()
        self._popen = subprocess.Popen(
            command, cwd=cwd, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env={**os.environ, **(environment or {})}, pass_fds=tuple(pass_fds),
            start_new_session=True, **identity)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._popen.stdout is not None
        with open(self.log, "a", encoding="utf-8", errors="replace") as log:
            for raw in self._popen.stdout:
                line = raw.decode("utf-8", "replace")
                log.write(line)
                log.flush()
                with self._changed:
                    self._lines.append(line)
                    self._changed.notify_all()
        with self._changed:
            self._changed.notify_all()

    @property
    def pid(self) -> int:
        return self._popen.pid

    def ended(self) -> bool:
        return self._popen.poll() is not None

    def wait_for_line(self, pattern: str, seconds: float = 10) -> str:
        """The first line, from the beginning, that matches."""
        end = time.monotonic() + seconds
        seen = 0
        with self._changed:
            while True:
                for line in self._lines[seen:]:
                    if re.search(pattern, line):
                        return line
                seen = len(self._lines)
                rest = end - time.monotonic()
                if rest <= 0 or (self.ended() and not self._reader.is_alive()):
                    raise Trouble(f"{self.name} did not say /{pattern}/; it said:\n{self.output()}")
                self._changed.wait(min(rest, 0.1))

    def output(self) -> str:
        return "".join(self._lines[-40:])

    def send_signal(self, number: int) -> None:
        self._popen.send_signal(number)

    def kill(self) -> None:
        """As power failure does; and waits for the end."""
        self._popen.kill()
        self.wait(10)

    def wait(self, seconds: float) -> int:
        code = self._popen.wait(seconds)
        # A child of the child may still hold the pipe: then the reader goes on.
        self._reader.join(1)
        if not self._reader.is_alive() and self._popen.stdout is not None:
            self._popen.stdout.close()
        return code

    def stop(self, number: int = signal.SIGTERM, seconds: float = 15) -> int:
        """Asks it to end; its exit code. Trouble (and a kill) if it does not."""
        if not self.ended():
            self._popen.send_signal(number)
        try:
            return self.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise Trouble(f"{self.name} did not end within {seconds:g} s of signal {number}; "
                          f"it said:\n{self.output()}") from None


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    def json(self) -> Any:
        try:
            return json.loads(self.body)
        except ValueError:
            raise Trouble(f"{self.status}, and no JSON: {self.body!r}") from None

    @property
    def content_type(self) -> str:
        return self.headers.get_content_type()


@dataclass
class Web:
    """A web server that listens on a loopback port: what a client needs."""

    port: int
    process: Process
    keeps_contract: bool = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def request(self, method: str, target: str, body: bytes | Iterable[bytes] | None = None,
                headers: Mapping[str, str] | None = None, seconds: float = 30,
                source: str = "127.0.0.1") -> Answer:
        """A body that is an iterable of pieces goes chunked, without a length.
        `source` is the client's own address, any of 127.0.0.0/8. Whatever comes
        back must keep to docs/openapi.yaml (contract.py), where smsweb-cgi is
        behind it."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds,
                                                source_address=(source, 0))
        try:
            chunked = body is not None and not isinstance(body, bytes)
            sent = dict(headers or {})
            if chunked:
                sent["Transfer-Encoding"] = "chunked"
            try:
                connection.request(method, target, body, sent, encode_chunked=chunked)
            except (BrokenPipeError, ConnectionResetError):
                pass  # a body refused half way: the answer is there to be read
            response = connection.getresponse()
            answer = Answer(response.status, response.headers, response.read())
            if self.keeps_contract:
                contract.check_target(method, target, answer.status, answer.headers, answer.body)
            return answer
        finally:
            connection.close()

    def get(self, path: str, **query: str) -> Answer:
        target = path + ("?" + urllib.parse.urlencode(query) if query else "")
        return self.request("GET", target)

    def post_form(self, path: str, **fields: str) -> Answer:
        return self.request("POST", path, urllib.parse.urlencode(fields).encode(),
                            {"Content-Type": "application/x-www-form-urlencoded"})

    def post_json(self, path: str, value: Any, headers: Mapping[str, str] | None = None) -> Answer:
        return self.request("POST", path, json.dumps(value).encode(),
                            {"Content-Type": "application/json", **(headers or {})})


@dataclass
class Load:
    """What ab counted."""

    requests: int
    complete: int
    failed: int
    non_2xx: int
    per_second: float
    seconds: float
    report: str = field(repr=False)


def run_ab(url: str, requests: int, concurrency: int, *options: str, seconds: float = 300) -> Load:
    """Apache's benchmark against a loopback URL. Answers may differ in length."""
    tool = find_tool("ab")
    if tool is None:
        raise Trouble("ab is not installed (deploy/packages: apache2-utils)")
    command = [tool, "-q", "-l", "-s", "60", "-n", str(requests), "-c", str(concurrency),
               *options, url]
    done = subprocess.run(with_descriptors(command, HARD_DESCRIPTORS), capture_output=True,
                          text=True, timeout=seconds, check=False)
    if done.returncode != 0:
        raise Trouble(f"ab ended with {done.returncode}:\n{done.stdout}{done.stderr}")

    def figure(name: str, missing: str | None = None) -> str:
        match = re.search(rf"^{name}:\s+([\d.]+)", done.stdout, re.M)
        if match:
            return match[1]
        if missing is None:
            raise Trouble(f"ab said nothing of {name!r}:\n{done.stdout}")
        return missing

    return Load(requests, int(figure("Complete requests")), int(figure("Failed requests")),
                int(figure("Non-2xx responses", "0")), float(figure("Requests per second")),
                float(figure("Time taken for tests")), done.stdout)


class Gateway:
    def __init__(self, modems: int = 1,
                 settings: Mapping[str, Mapping[str, Any]] | None = None) -> None:
        """`settings` adds to, or replaces, keys of the configuration, by table:
        {"spooler": {"spawn": True}}."""
        self.keeps_contract = True  # False: another program answers
        self.user = pwd.getpwnam("www-data") if os.geteuid() == 0 else None
        self.folder = Path(tempfile.mkdtemp(prefix="smsweb-test-"))
        self._processes: list[Process] = []
        self._names: dict[str, int] = {}
        self._records: list[dict[str, Any]] = []
        self._messages: list[dict[str, Any]] = []
        self._read_bytes = 0
        self.programs = PROGRAMS if self.user is None else self.folder / PROGRAMS.name
        try:
            for name in ("log", "web", "state"):
                (self.folder / name).mkdir()
            self.phone = self.folder / "phone.jsonl"
            self.queue = self.folder / "queue.db"
            self.socket = self.folder / "cgi.sock"
            self.bell = self.folder / "bell.sock"
            self.devices = [self.folder / f"modem-{i + 1}" for i in range(modems)]
            self.config = self.folder / "smsweb.toml"
            self.write_config(settings or {})
            self.give_away(self.folder)
            if self.user is not None:
                self._link_programs()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Gateway:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stops everything, the last started first; raises the first Trouble of
        it only after all of it is done."""
        trouble: Exception | None = None
        while self._processes:
            process = self._processes.pop()
            try:
                process.stop()
            except Exception as error:  # noqa: BLE001 - the rest must be stopped too
                trouble = trouble or error
        if os.environ.get("SMSWEB_KEEP"):
            print(f"kept: {self.folder}", file=sys.stderr)
        else:
            shutil.rmtree(self.folder, ignore_errors=True)
        if trouble is not None:
            raise trouble

    # --- Files ---------------------------------------------------------------------

    def _link_programs(self) -> None:
        # What the programs load is in ../lib, seen from them.
        for name in (PROGRAMS, PROGRAMS.parent / "lib"):
            if name.is_dir():
                shutil.copytree(name, self.folder / name.name, copy_function=link_or_copy)

    def give_away(self, path: Path) -> None:
        """To the user that everything runs as; but for links, which are the build's
        own files."""
        if self.user is not None and not (path.is_file() and path.stat().st_nlink > 1):
            os.chown(path, self.user.pw_uid, self.user.pw_gid)
            for entry in path.iterdir() if path.is_dir() else ():
                self.give_away(entry)

    def write_config(self, settings: Mapping[str, Mapping[str, Any]]) -> None:
        tables: dict[str, dict[str, Any]] = {
            "store": {"url": f"sqlite:{self.queue}"},
            "endpoint": {"listen": f"unix:{self.socket}",
                         "trusted_networks": ["127.0.0.0/8", "::1/128"]},
            "message": {"default_region": "ID"},
            "spooler": {"bell": f"unix:{self.bell}", "command": str(self.programs / "smswebd")},
        }
        for name, keys in settings.items():
            tables.setdefault(name, {}).update(keys)
        lines: list[str] = []
        for name, keys in tables.items():
            # A JSON string, number, boolean or flat list is TOML as well.
            lines += [f"[{name}]", *(f"{key} = {json.dumps(value)}" for key, value in keys.items())]
        for number, device in enumerate(self.devices, 1):
            lines += ["[[modem]]", f'name = "sim-{number}"', f"device = {json.dumps(str(device))}"]
        self.config.write_text("\n".join(lines) + "\n", encoding="utf-8")
        self.give_away(self.config)

    def log_of(self, name: str) -> str:
        """Everything that the process of this name has said so far."""
        path = self.folder / "log" / f"{name}.log"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    # --- Programs ------------------------------------------------------------------

    def start(self, name: str, command: list[str], **options: Any) -> Process:
        """Any child, in the private folder, stopped with the rest."""
        count = self._names[name] = self._names.get(name, 0) + 1
        log = self.folder / "log" / f"{name}{'' if count == 1 else f'-{count}'}.log"
        process = Process(name, command, log, cwd=self.folder, user=self.user, **options)
        self._processes.append(process)
        return process

    def stop(self, process: Process) -> int:
        """Ends one now; its exit code."""
        self._processes.remove(process)
        return process.stop()

    def kill(self, process: Process) -> None:
        """kill -9."""
        self._processes.remove(process)
        process.kill()

    def run(self, program: str, *arguments: str, seconds: float = 30,
            environment: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        """A program of smsweb's that ends by itself, with --config; its output."""
        identity: dict[str, Any] = {}
        if self.user is not None:
            identity = {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []}
        return subprocess.run(
            [str(self.programs / program), "--config", str(self.config), *arguments],
            cwd=self.folder, capture_output=True, text=True, timeout=seconds, check=False,
            stdin=subprocess.DEVNULL, env={**os.environ, **(environment or {})}, **identity)

    def start_sim(self, *options: str) -> Process:
        """The simulated modems; it appends to the record that is there."""
        process = self.start("smsweb-sim", [
            str(self.programs / "smsweb-sim"), "--modems", str(len(self.devices)),
            "--link", str(self.folder / "modem-%d"), "--log", str(self.phone),
            "--control", str(self.folder / "control"), *options])
        process.wait_for_line(r"\bready\b")
        return process

    def tell(self, rule: str) -> None:
        """The simulated modems are to do this: a rule as in docs/simulator.md."""
        subprocess.run([str(self.programs / "smsweb-sim"), "--tell", str(self.folder / "control"),
                        rule], check=True, stdout=subprocess.DEVNULL, timeout=30)

    def start_spooler(self, *options: str) -> Process:
        process = self.start("smswebd", [str(self.programs / "smswebd"),
                                         "--config", str(self.config), *options])
        self._wait_for(process, self.bell.is_socket, "smswebd at its bell")
        return process

    def start_endpoint(self, *options: str) -> Process:
        """smsweb-cgi as a FastCGI server on `self.socket`, under the soft limit of
        descriptors that a login shell has: raising it is its own business."""
        command = [str(self.programs / "smsweb-cgi"), "--config", str(self.config), *options]
        process = self.start("smsweb-cgi", with_descriptors(command, 1024))
        self._wait_for(process, lambda: can_connect_unix(self.socket), "smsweb-cgi at its socket")
        return process

    def start_nginx(self, site: str = "smsweb.conf") -> Web:
        """The shipped nginx.conf, with the values at its head replaced."""
        port = free_port()
        state = self.folder / "state"
        values = {
            "user www-data;": "",  # this user already
            "/run/smsweb/nginx.pid": f"{state}/nginx.pid",
            "/run/smsweb/cgi.sock": str(self.socket),
            "127.0.0.1:8080": f"127.0.0.1:{port}",
            "/var/log/nginx": f"{self.folder}/log",
            "/var/lib/nginx": str(state),
            "include smsweb.conf;": f"include {site};",
        }
        used: set[str] = set()
        for source in NGINX.iterdir():
            text = source.read_text(encoding="utf-8")
            lines = text.splitlines()
            for number, line in enumerate(lines):
                if not line.lstrip().startswith("#"):
                    used |= {old for old in values if old in line}
                    for old, new in values.items():
                        line = line.replace(old, new)
                    lines[number] = line
            (self.folder / "web" / source.name).write_text("\n".join(lines) + "\n", encoding="utf-8")
        if used != set(values):
            raise Trouble(f"deploy/nginx no longer says {set(values) - used}")
        tool = find_tool("nginx")
        if tool is None:
            raise Trouble("nginx is not installed (deploy/packages)")
        command = [tool, "-c", str(self.folder / "web" / "nginx.conf"),
                   "-e", str(self.folder / "log" / "nginx-error.log"), "-g", "daemon off;"]
        process = self.start("nginx", with_descriptors(command, HARD_DESCRIPTORS))
        return self._web(process, port)

    def start_apache(self, way: str) -> Web:
        """The shipped apache.conf; way: proxy_fcgi, fcgid, cgid or cgi."""
        tool = find_tool("apache2")
        if tool is None:
            raise Trouble("Apache is not installed (deploy/packages: apache2-bin)")
        port = free_port()
        # Root may link what others cannot reach: this folder is where it can.
        shutil.copytree(APACHE, self.folder / "web", dirs_exist_ok=True)
        defines = {
            "smsweb_way": way,
            "smsweb_here": self.folder / "web",
            "smsweb_state": self.folder / "state",
            "smsweb_logs": self.folder / "log",
            "smsweb_listen": f"127.0.0.1:{port}",
            "smsweb_config": self.config,
            "smsweb_cgi": self.programs / "smsweb-cgi",
            "smsweb_socket": self.socket,
        }
        arguments = [text for name, value in defines.items()
                     for text in ("-C", f"Define {name} {value}")]
        process = self.start("apache", [tool, "-DFOREGROUND", "-f",
                                        str(self.folder / "web" / "apache.conf"), *arguments])
        return self._web(process, port)

    def _web(self, process: Process, port: int) -> Web:
        # Apache listens before it has read all of its configuration for good: only
        # an answer, whichever, says that it is up.
        web = Web(port, process, self.keeps_contract)

        def answers() -> bool:
            try:
                return bool(web.get("/healthz").status)
            except (ConnectionError, http.client.HTTPException):
                return False
        self._wait_for(process, answers, f"{process.name} at port {port}")
        return web

    def _wait_for(self, process: Process, predicate: Callable[[], bool], what: str) -> None:
        def there() -> bool:
            if process.ended():
                raise Trouble(f"{process.name} has ended; it said:\n{process.output()}"
                              + self.log_of("smsweb-error"))
            return predicate()
        wait_until(there, 15, what)

    # --- The phone -----------------------------------------------------------------

    def records(self) -> list[dict[str, Any]]:
        """Every line of the simulator's record so far: parts, messages, refusals."""
        if self.phone.exists():
            with open(self.phone, "rb") as file:
                file.seek(self._read_bytes)
                new = file.read()
            complete = new[:new.rfind(b"\n") + 1]
            self._read_bytes += len(complete)
            for line in complete.splitlines():
                record = json.loads(line)
                self._records.append(record)
                if record["event"] == "message":
                    self._messages.append(record)
        return self._records

    def messages(self) -> list[dict[str, Any]]:
        """What has arrived whole at the simulated phones so far, in order."""
        self.records()
        return self._messages

    def wait_for_messages(self, count: int, seconds: float = 30) -> list[dict[str, Any]]:
        """Waits until that many have arrived; all of them then."""
        try:
            wait_until(lambda: len(self.messages()) >= count, seconds, "")
        except Trouble:
            raise Trouble(f"{len(self.messages())} of {count} messages at the phone "
                          f"after {seconds:g} s") from None
        return self.messages()


def link_or_copy(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def can_connect_unix(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(str(path))
            return True
        except (FileNotFoundError, ConnectionRefusedError):
            return False
