"""A message that arrives at a modem, or one that has come to its end, told to a
receiver of webhooks: a real HTTP server, which refuses first, or is not there,
or never answers; and a spooler that is killed in between.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.server
import json
import sqlite3
import threading
import time
import unittest
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from fastcgi import Connection
from harness import NUMBER_E164, Gateway, Process, free_port, wait_until

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
            protocol_version = "HTTP/1.1"  # connections are kept

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with outer._lock:
                    outer.told.append(Told(
                        self.path, {name.lower(): value for name, value in self.headers.items()},
                        body))
                    status = outer._statuses.pop(0) if outer._statuses else 204
                if status == 0:
                    outer._closing.wait(60)
                    self.close_connection = True
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


class Callbacks(unittest.TestCase):
    def gateway(self, *allow: str, script: str = "", private: bool = True,
                **tables: Any) -> Gateway:
        gateway = Gateway(settings={
            "callback": {"allow": list(allow), "private_addresses": private, "secret": SECRET},
            **tables})
        self.addCleanup(gateway.close)
        path = gateway.folder / "script.txt"
        path.write_text(script, encoding="utf-8")
        path.chmod(0o644)
        gateway.start_sim("--script", str(path))
        gateway.start_endpoint()
        return gateway

    def post(self, gateway: Gateway, url: str, **fields: Any) -> str:
        """A message that wants a callback; its id."""
        with Connection(gateway.socket) as connection:
            answer = connection.post_json("/v1/messages", {
                "to": NUMBER_E164, "text": "hush", "callback_url": url, **fields})
        self.assertEqual(answer.status, 202, answer.body)
        return str(answer.json()["id"])

    def post_dead(self, gateway: Gateway, url: str, count: int) -> set[str]:
        """So many messages whose life is over before there is a spooler."""
        ids = {self.post(gateway, url, ttl=1) for _ in range(count)}
        end = time.time() + 1.5
        wait_until(lambda: time.time() > end, 10, "their end")
        return ids

    def wait_for_errors(self, gateway: Gateway, count: int) -> list[str]:
        """Why so many items of the outbox could not be told."""
        def errors() -> list[str]:
            with sqlite3.connect(f"file:{gateway.queue}?mode=ro", uri=True) as database:
                rows = database.execute("SELECT error FROM outbox WHERE error IS NOT NULL")
                return [row[0] for row in rows]
        return wait_until(lambda: errors() if len(errors()) >= count else [], 60, "the errors")

    def test_each_end_is_told_to_the_url_of_its_message_and_signed(self) -> None:
        port = free_port()
        url = f"http://127.0.0.1:{port}/hooks"
        gateway = self.gateway(url, script="on pdu to +6289610707902: cms 1\n")
        with receiver(port) as server:
            wanted = {next(iter(self.post_dead(gateway, f"{url}/expired", 1))): "expired"}
            gateway.start_spooler()
            wanted[self.post(gateway, f"{url}/sent?a=b")] = "sent"
            wanted[self.post(gateway, f"{url}/delivered", report=True)] = "delivered"
            wanted[self.post(gateway, f"{url}/failed", to="+6289610707902")] = "failed"
            told = server.wait_for(len(wanted), 60)
            states = {}
            for request in told:
                body = request.json()
                state = body["data"]["state"]
                states[body["data"]["id"]] = state
                self.assertEqual(body["type"], f"message.{state}")
                self.assertEqual(body["timestamp"], body["data"]["updated_at"])
                self.assertEqual(request.path.split("?")[0], f"/hooks/{state}")
                self.assertTrue(request.is_signed())
                self.assertNotIn(b"hush", request.body)
            self.assertEqual(states, wanted)
            self.assertEqual(len({request.id for request in told}), len(wanted))
        self.assertNotIn("a=b", gateway.log_of("smswebd"))
        self.assertNotIn(SECRET, gateway.log_of("smswebd"))

    def test_a_receiver_that_hangs_delays_no_other_and_no_message(self) -> None:
        slow, quick = free_port(), free_port()
        gateway = self.gateway(f"http://127.0.0.1:{slow}/", f"http://127.0.0.1:{quick}/")
        with receiver(slow, *[0] * 1000) as hanging, receiver(quick) as server:
            # At four at once, and 15 s for each, these take minutes.
            self.post_dead(gateway, f"http://127.0.0.1:{slow}/", 40)
            wanted = self.post_dead(gateway, f"http://127.0.0.1:{quick}/", 20)
            gateway.start_spooler()
            hanging.wait_for(1)
            told = server.wait_for(20, 60)
            self.assertEqual({request.json()["data"]["id"] for request in told}, wanted)
            self.post(gateway, f"http://127.0.0.1:{quick}/")
            gateway.wait_for_messages(1)
            self.assertEqual(server.wait_for(21)[20].json()["type"], "message.sent")
            self.assertLess(len(hanging.told), 40)

    def test_a_spooler_killed_before_it_is_told_tells_it_again(self) -> None:
        port = free_port()
        gateway = self.gateway(f"http://127.0.0.1:{port}/")
        with receiver(port, 0) as server:
            spooler = gateway.start_spooler()
            uuid = self.post(gateway, f"http://127.0.0.1:{port}/")
            server.wait_for(1)
            gateway.kill(spooler)
            gateway.bell.unlink(missing_ok=True)
            gateway.start_spooler()
            first, second = server.wait_for(2)[:2]
            self.assertEqual(first.json()["data"]["id"], uuid)
            self.assertEqual(first.id, second.id)
            self.assertEqual(first.body, second.body)
            self.assertTrue(second.is_signed())
        self.assertEqual(len(gateway.messages()), 1)

    def test_a_private_address_is_not_connected_to_whatever_it_is_called(self) -> None:
        port = free_port()
        urls = [f"http://127.0.0.1:{port}/", f"http://localhost:{port}/",
                f"http://[::ffff:127.0.0.1]:{port}/"]
        gateway = self.gateway(*urls, private=False)
        with receiver(port) as server:
            gateway.start_spooler()
            for url in urls:
                self.post(gateway, url)
            errors = self.wait_for_errors(gateway, len(urls))
            self.assertEqual(set(errors), {"the receiver's address is private"})
            self.assertEqual(server.told, [])

    def test_a_connection_that_the_inbox_keeps_is_not_used_either(self) -> None:
        port = free_port()
        gateway = self.gateway(
            f"http://127.0.0.1:{port}/", private=False,
            script='at 1s: inbound from +6281234567890 text "hello"\n',
            inbox={"webhook_url": f"http://127.0.0.1:{port}/sms", "webhook_secret": SECRET})
        with receiver(port) as server:
            gateway.start_spooler()
            server.wait_for(1)
            self.post(gateway, f"http://127.0.0.1:{port}/")
            errors = self.wait_for_errors(gateway, 1)
            self.assertEqual(errors, ["the receiver's address is private"])
            self.assertEqual([told.path for told in server.told], ["/sms"])

    def test_a_proxy_does_not_lead_there(self) -> None:
        port = free_port()
        gateway = self.gateway("http://app.invalid/", private=False)
        with receiver(port) as proxy:
            spooler = gateway.start(
                "smswebd",
                [str(gateway.programs / "smswebd"), "--config", str(gateway.config)],
                environment={"http_proxy": f"http://127.0.0.1:{port}"})
            spooler.wait_for_line(r"\bready\b")
            self.post(gateway, "http://app.invalid/")
            # There is no such name; the proxy was not even thought of.
            self.assertNotIn("private", self.wait_for_errors(gateway, 1)[0])
            self.assertEqual(proxy.told, [])

    def test_a_spooler_on_demand_tells_and_ends(self) -> None:
        port = free_port()
        gateway = self.gateway(f"http://127.0.0.1:{port}/",
                               spooler={"spawn": True, "idle_exit": 1})
        with receiver(port, 503) as server:
            spooler: Process = gateway.start_spooler()
            self.post(gateway, f"http://127.0.0.1:{port}/")
            server.wait_for(2, 60)
            self.assertEqual(spooler.wait(60), 0)

    def test_a_url_that_the_operator_does_not_list_is_refused(self) -> None:
        gateway = self.gateway("https://app.example.com/hooks/")
        with Connection(gateway.socket) as connection:
            answer = connection.post_json("/v1/messages", {
                "to": NUMBER_E164, "text": "hush",
                "callback_url": "https://app.example.com.evil.example/hooks/"})
        self.assertEqual(answer.status, 422)
        self.assertEqual(answer.json()["code"], "callback_not_allowed")
        self.assertEqual(answer.json()["field"], "callback_url")


if __name__ == "__main__":
    unittest.main()
