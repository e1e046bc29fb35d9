"""smsweb-cgi on each socket that it may be given, and on those it makes."""

from __future__ import annotations

import socket
import stat
import unittest

from fastcgi import Connection
from harness import Gateway, can_connect_unix

# Puts the socket where systemd would, and says whose it is, which only the
# process itself can know before it becomes the program.
AS_SYSTEMD = 'exec 3<&"$1"; shift; LISTEN_FDS=1 LISTEN_PID=$$ exec "$@"'


class Listening(unittest.TestCase):
    def setUp(self) -> None:
        self.gateway = Gateway()
        self.addCleanup(self.gateway.close)
        self.program = [str(self.gateway.programs / "smsweb-cgi"),
                        "--config", str(self.gateway.config)]
        self.path = self.gateway.folder / "inherited.sock"

    def inherited(self) -> socket.socket:
        listener = socket.socket(socket.AF_UNIX)
        self.addCleanup(listener.close)
        listener.bind(str(self.path))
        self.path.chmod(0o666)
        listener.listen(16)
        return listener

    def assert_takes_a_message(self) -> None:
        with Connection(self.path) as connection:
            self.assertEqual(connection.get("/s.py", rcpt="089610707901", msg="hi").status, 202)

    def test_at_descriptor_0_as_spawn_fcgi_and_mod_fcgid_leave_it(self) -> None:
        listener = self.inherited()
        process = self.gateway.start("smsweb-cgi", self.program, stdin=listener)
        process.wait_for_line("mode=FastCGI")
        self.assertFalse(can_connect_unix(self.gateway.socket), "it listens elsewhere, too")
        self.assert_takes_a_message()
        self.assertEqual(self.gateway.stop(process), 0)

    def test_as_systemd_passes_it(self) -> None:
        listener = self.inherited()
        process = self.gateway.start(
            "smsweb-cgi", ["bash", "-c", AS_SYSTEMD, "sh", str(listener.fileno()), *self.program],
            pass_fds=(listener.fileno(),))
        process.wait_for_line("mode=FastCGI")
        self.assert_takes_a_message()
        self.assertEqual(self.gateway.stop(process), 0)

    def test_at_the_address_it_is_told(self) -> None:
        process = self.gateway.start(
            "smsweb-cgi", [*self.program, "--listen", f"unix:{self.path}"])
        process.wait_for_line("mode=FastCGI")
        self.assertEqual(stat.S_IMODE(self.path.stat().st_mode), 0o660)
        self.assert_takes_a_message()

    def test_a_socket_that_a_dead_one_left_is_replaced(self) -> None:
        killed = self.gateway.start_endpoint()
        self.gateway.kill(killed)
        self.assertTrue(self.gateway.socket.is_socket())
        self.gateway.start_endpoint()
        self.path = self.gateway.socket
        self.assert_takes_a_message()

    def test_a_socket_that_is_in_use_is_left_alone(self) -> None:
        self.gateway.start_endpoint()
        second = self.gateway.run("smsweb-cgi")
        self.assertEqual(second.returncode, 1)
        self.assertIn("another program listens here", second.stderr)
        self.path = self.gateway.socket
        self.assert_takes_a_message()


if __name__ == "__main__":
    unittest.main()
