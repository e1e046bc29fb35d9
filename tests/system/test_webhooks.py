"""A message that arrives at a modem, told to a receiver of webhooks: a real HTTP
server, which refuses first, or is not there, or never answers; and a spooler
that is killed in between.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.server
import json
import threading
import time
import unittest
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from harness import Gateway, free_port, wait_until

KEY = bytes(range(32))
SECRET = "whsec_" + base64.b64encode(KEY).decode()


@dataclass
class Told:
    """A request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    def is_signed(self) -> bool:
        """As Standard Webhooks says, by means that are not smsweb's."""
        signed = b".".join([self.id.encode(), self.headers["webhook-timestamp"].encode(),
                            self.body])
        wanted = base64.b64encode(hmac.digest(KEY, signed, hashlib.sha256)).decode()
        return f"v1,{wanted}" in self.headers["webhook-signature"].split(" ")


class Receiver:
    """Answers with the statuses it was given, then 204. A status of 0 is no answer:
    the request hangs until the receiver is closed."""

    def __init__(self, port: int, *statuses: int) -> None:
        self.told: list[Told] = []
        self._statuses = list(statuses)
        self._lock = threading.Lock()
        self._closing = threading.Event()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with outer._lock:
                    outer.told.append(Told(
                        self.path, {name.lower(): value for name, value in self.headers.items()},
                        body))
                    status = outer._statuses.pop(0) if outer._statuses else 204
                if status == 0:
                    outer._closing.wait(60)
                    return
                self.send_response(status)
                if 300 <= status < 400:
                    self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def wait_for(self, count: int, seconds: float = 30) -> list[Told]:
        wait_until(lambda: len(self.told) >= count, seconds, f"webhook number {count}")
        return self.told

    def close(self) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@contextmanager
def receiver(port: int, *statuses: int) -> Iterator[Receiver]:
    server = Receiver(port, *statuses)
    try:
        yield server
    finally:
        server.close()


class Webhooks(unittest.TestCase):
    def gateway(self, port: int, script: str, **spooler: Any) -> Gateway:
        gateway = Gateway(settings={
            "inbox": {"webhook_url": f"http://127.0.0.1:{port}/sms", "webhook_secret": SECRET},
            "spooler": spooler})
        self.addCleanup(gateway.close)
        path = gateway.folder / "script.txt"
        path.write_text(script, encoding="utf-8")
        path.chmod(0o644)
        gateway.start_sim("--script", str(path))
        return gateway

    def test_a_message_is_told_until_it_is_taken_and_signed_each_time(self) -> None:
        port = free_port()
        gateway = self.gateway(port, 'at 1s: inbound from +6281234567890 text "balance?"\n')
        with receiver(port, 302) as server:
            gateway.start_spooler()
            first, second = server.wait_for(2, 60)[:2]
            for told in (first, second):
                self.assertEqual(told.path, "/sms")  # a redirect is not followed
                self.assertTrue(told.is_signed())
                self.assertEqual(told.id, first.id)
                self.assertLess(abs(int(told.headers["webhook-timestamp"]) - time.time()), 300)
            self.assertEqual(first.headers["content-type"], "application/json")
            body = first.json()
            self.assertEqual(body["type"], "inbound.message")
            self.assertEqual(body["data"]["from"], "+6281234567890")
            self.assertEqual(body["data"]["text"], "balance?")
        self.assertNotIn("balance?", gateway.log_of("smswebd"))
        self.assertNotIn(SECRET, gateway.log_of("smswebd"))

    def test_a_spooler_killed_while_it_waits_tells_again(self) -> None:
        port = free_port()
        gateway = self.gateway(port, 'at 1s: inbound from +6281234567890 text "once"\n')
        with receiver(port, 0) as server:
            spooler = gateway.start_spooler()
            server.wait_for(1)
            gateway.kill(spooler)
            gateway.bell.unlink(missing_ok=True)
            gateway.start_spooler()
            first, second = server.wait_for(2)[:2]
            self.assertEqual(first.id, second.id)
            self.assertEqual(first.body, second.body)
            self.assertTrue(second.is_signed())

    def test_a_receiver_that_is_not_there_yet_is_told_when_it_is(self) -> None:
        port = free_port()
        gateway = self.gateway(port, 'at 1s: inbound from +6281234567890 text "early"\n')
        spooler = gateway.start_spooler()
        spooler.wait_for_line(r"webhook not taken", 30)
        with receiver(port) as server:
            told = server.wait_for(1, 60)[0]
            self.assertTrue(told.is_signed())
            spooler.wait_for_line(r"webhook taken", 10)

    def test_a_receiver_that_hangs_holds_up_no_message(self) -> None:
        port = free_port()
        gateway = self.gateway(port, 'at 1s: inbound from +6281234567890 text "hello"\n')
        gateway.start_endpoint()
        web = gateway.start_nginx()
        with receiver(port, 0) as server:
            gateway.start_spooler()
            server.wait_for(1)
            web.get("/s.py", rcpt="089610707901", msg="meanwhile")
            gateway.wait_for_messages(1)

    def test_a_spooler_on_demand_stays_for_a_webhook_that_is_due_soon(self) -> None:
        port = free_port()
        # It lies on the SIM when the spooler starts.
        gateway = self.gateway(port, 'inbound from +6281234567890 text "soon"\n', idle_exit=2)
        with receiver(port, 503) as server:
            spooler = gateway.start_spooler()
            server.wait_for(2, 60)
            self.assertEqual(spooler.wait(60), 0)


if __name__ == "__main__":
    unittest.main()
