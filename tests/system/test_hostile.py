"""Modems that do not behave: deaf, talkative, locked, or gone in mid-sentence.
Each is a TCP server of a few lines, so that it can say anything at any time."""

from __future__ import annotations

import os
import re
import socket
import threading
import time
import unittest
import unittest.mock
from pathlib import Path

from fastcgi import Connection
from harness import NUMBER, Gateway, Process, wait_until

OK = b"\r\nOK\r\n"


ANSWERS = {
    "AT+CPIN?": b"+CPIN: READY",
    "AT+CREG?": b"+CREG: 1,1",
    "AT+CMGF?": b"+CMGF: 0",
    "AT+CMEE?": b"+CMEE: 1",
    "AT+CSCA?": b'+CSCA: "+6281100000",145',
    "AT+COPS?": b'+COPS: 0,0,"A network"',
    "AT+CSQ": b"+CSQ: 20,99",
}


class FakeModem(threading.Thread):
    """Behaves, unless a test overrides something."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.commands: list[str] = []
        self.pdus = 0
        self._ended = False
        self.start()

    def close(self) -> None:
        if self._ended:
            return
        self._ended = True
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.join(10)

    def run(self) -> None:
        while not self._ended:
            try:
                line, _ = self._listener.accept()
            except OSError:
                return
            with line:
                try:
                    self.serve(line)
                except OSError:
                    pass

    def serve(self, line: socket.socket) -> None:
        unread = b""
        line.settimeout(0.2)
        while not self._ended:
            try:
                piece = line.recv(4096)
            except TimeoutError:
                continue
            if not piece:
                return
            *whole, unread = re.split(rb"(?<=[\r\x1a\x1b])", unread + piece)
            for text in whole:
                if text.endswith(b"\x1a"):
                    self.pdus += 1
                    line.sendall(self.after_pdu())
                elif text.endswith(b"\r"):
                    self.commands.append(text[:-1].decode("latin-1"))
                    line.sendall(self.answer(self.commands[-1]))

    def answer(self, command: str) -> bytes:
        if command in ANSWERS:
            return b"\r\n" + ANSWERS[command] + b"\r\n" + OK
        if command.startswith("AT+CMGS="):
            return b"\r\n> "
        return OK

    def after_pdu(self) -> bytes:
        return b"\r\n+CMGS: 7\r\n" + OK


class Flood(FakeModem):
    """Says the same for ever, and reads nothing."""

    def __init__(self, text: bytes) -> None:
        self.text = text * (65536 // len(text))
        super().__init__()

    def serve(self, line: socket.socket) -> None:
        while not self._ended:
            line.sendall(self.text)


def resident_kib(process: Process) -> int:
    status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1])


# What is freed must count as freed, under AddressSanitizer too.
@unittest.mock.patch.dict(os.environ, {"ASAN_OPTIONS": "quarantine_size_mb=1"})
class HostileModems(unittest.TestCase):
    def gateway(self, *modems: FakeModem) -> Gateway:
        for modem in modems:
            self.addCleanup(modem.close)
        gateway = Gateway(modems=0)
        self.addCleanup(gateway.close)
        gateway.devices = [f"tcp:127.0.0.1:{modem.port}" for modem in modems]
        gateway.write_config({})
        return gateway

    def post(self, gateway: Gateway) -> str:
        with Connection(gateway.socket) as connection:
            return connection.post_json("/v1/messages", {"to": NUMBER, "text": "x"}).json()["id"]

    def wait_for_state(self, gateway: Gateway, message: str, state: str, seconds: float) -> None:
        with Connection(gateway.socket) as connection:
            wait_until(lambda: connection.get(f"/v1/messages/{message}").json()["state"] == state,
                       seconds, f"the message is {state}")

    def test_a_tcp_modem_is_spoken_to_as_soon_as_it_is_connected(self) -> None:
        modem = FakeModem()
        gateway = self.gateway(modem)
        gateway.start_spooler()
        wait_until(lambda: "AT+CMGF=0" in modem.commands, 10, "the modem is set up")

    def test_a_flood_on_one_line_leaves_the_others_and_the_memory_alone(self) -> None:
        for text in (b"garbage without an end", b"\r\nRDY\r\n", b"\r\n>", b"\r\n+CREG: 0\r\n"):
            with self.subTest(text):
                flood, modem = Flood(text), FakeModem()
                gateway = self.gateway(flood, modem)
                gateway.start_endpoint()
                spooler = gateway.start_spooler()
                wait_until(lambda: "AT+CMGF=0" in modem.commands, 10, "the good modem is set up")
                before = resident_kib(spooler)
                self.wait_for_state(gateway, self.post(gateway), "sent", 10)
                time.sleep(2)
                self.assertLess(resident_kib(spooler) - before, 16 * 1024)
                started = time.monotonic()
                self.assertEqual(gateway.stop(spooler), 0)
                self.assertLess(time.monotonic() - started, 5)
                gateway.close()
                flood.close()
                modem.close()


if __name__ == "__main__":
    unittest.main()
