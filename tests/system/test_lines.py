"""smswebd over each kind of line that is not a plain pseudo-terminal: a TCP
port, and a serial port through the real libserialport (tests/serialport_shim
makes a pseudo-terminal look like one)."""

from __future__ import annotations

import os
import re
import termios
import unittest
from pathlib import Path

from harness import PROGRAMS, Gateway, wait_until

SHIM = PROGRAMS.parent / "tests" / "libserialport_shim.so"
PORT = "/dev/ttySHIM0"


def send_two(test: unittest.TestCase, gateway: Gateway, text: str) -> None:
    """One short message and one of three parts arrive, once each."""
    web = gateway.start_nginx()
    long_text = text + " " + "x" * 320
    for sent in (text, long_text):
        test.assertEqual(web.get("/s.py", rcpt="089610707901", msg=sent).status, 202)
    arrived = gateway.wait_for_messages(2)
    test.assertEqual(sorted(m["text"] for m in arrived), sorted([text, long_text]))


class Lines(unittest.TestCase):
    def test_a_modem_behind_a_tcp_port(self) -> None:
        with Gateway() as gateway:
            sim = gateway.start("smsweb-sim", [
                str(gateway.programs / "smsweb-sim"), "--tcp", "127.0.0.1:0",
                "--log", str(gateway.phone)])
            line = sim.wait_for_line(r"modem sim-1 on .*:\d+")
            port = re.findall(r":(\d+)", line)[-1]
            gateway.devices = [f"tcp:127.0.0.1:{port}"]
            gateway.write_config({})
            gateway.start_spooler()
            gateway.start_endpoint()
            send_two(self, gateway, "over TCP")

    def test_a_serial_port_through_libserialport(self) -> None:
        with Gateway() as gateway:
            sim = gateway.start_sim()
            shim = gateway.folder / SHIM.name
            shim.write_bytes(SHIM.read_bytes())  # where the test's user can read it
            shim.chmod(0o755)
            modem = gateway.devices[0]
            gateway.devices = [Path(PORT)]
            gateway.write_config({})
            spooler = gateway.start(
                "smswebd", [str(gateway.programs / "smswebd"), "--config", str(gateway.config)],
                environment={"LD_PRELOAD": str(shim), "SMSWEB_SHIM_PORTS": f"{PORT}={modem}",
                             "ASAN_OPTIONS": "verify_asan_link_order=0"})
            spooler.wait_for_line(r"state=ready")
            # What libserialport set is seen on the terminal behind it.
            descriptors = Path(f"/proc/{spooler.pid}/fd").iterdir()
            self.assertIn(str(modem.resolve()), [os.readlink(fd) for fd in descriptors])
            terminal = os.open(modem, os.O_RDONLY | os.O_NOCTTY | os.O_NONBLOCK)
            _, _, control, _, ispeed, ospeed, _ = termios.tcgetattr(terminal)
            os.close(terminal)
            self.assertEqual((ispeed, ospeed), (termios.B115200, termios.B115200))
            self.assertEqual(control & termios.CSIZE, termios.CS8)
            self.assertEqual(control & termios.CRTSCTS, 0)
            gateway.start_endpoint()
            send_two(self, gateway, "over libserialport")

            # The line breaks and comes back; the spooler goes on by itself.
            gateway.stop(sim)
            spooler.wait_for_line(r"modem has no line")
            gateway.start_sim()
            web = gateway.start_nginx()
            self.assertEqual(
                web.get("/s.py", rcpt="089610707901", msg="back again").status, 202)
            wait_until(lambda: any(m["text"] == "back again" for m in gateway.messages()), 60,
                       "the message after the break")


if __name__ == "__main__":
    unittest.main()
