"""The paper's design, as bench/paper has it: what it does when nothing goes wrong."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import unittest
from contextlib import closing
from pathlib import Path
from typing import Any

from harness import CHECKOUT, NUMBER, Gateway, Trouble, Web, find_tool, free_port, wait_until

PAPER = CHECKOUT / "bench" / "paper"


class PaperGateway(Gateway):
    """bench/paper, copied to where it runs, in place of smsweb's programs."""

    def __init__(self) -> None:
        super().__init__()
        self.keeps_contract = False
        self.paper = self.folder / "paper"
        shutil.copytree(PAPER, self.paper)
        self.give_away(self.paper)
        self.main_log = self.queue.parent / "main.log"

    def start_paper(self, way: str) -> Web:
        """Its apache.conf; way: cgid or cgi."""
        tool = find_tool("apache2")
        if tool is None:
            raise Trouble("Apache is not installed (deploy/packages: apache2-bin)")
        port = free_port()
        defines = {
            "paper_way": way,
            "paper_here": self.paper,
            "paper_state": self.folder / "state",
            "paper_logs": self.folder / "log",
            "paper_listen": f"127.0.0.1:{port}",
            "paper_queue": self.queue,
            "paper_device": self.devices[0],
        }
        arguments = [text for name, value in defines.items()
                     for text in ("-C", f"Define {name} {value}")]
        process = self.start("apache", [tool, "-DFOREGROUND", "-f",
                                        str(self.paper / "apache.conf"), *arguments])
        return self._web(process, port)

    def run_script(self, name: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """One of the scripts, by itself, to its end."""
        identity: dict[str, Any] = {}
        if self.user is not None:
            identity = {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []}
        given = {"PAPER_QUEUE": str(self.queue), "PAPER_DEVICE": str(self.devices[0])}
        return subprocess.run([str(self.paper / name)], cwd=self.folder, capture_output=True,
                              text=True, timeout=60, check=False, stdin=subprocess.DEVNULL,
                              env={**os.environ, **given, **environment}, **identity)

    def count(self) -> dict[str, Any]:
        done = self.run_script("count.py")
        if done.returncode != 0:
            raise Trouble(f"count.py ended with {done.returncode}:\n{done.stderr}")
        return json.loads(done.stdout)

    def senders(self) -> list[int]:
        """The processes of this main.py."""
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    words = (entry / "cmdline").read_bytes().split(b"\0")
                except OSError:
                    continue  # it has ended
                if os.fsencode(self.paper / "main.py") in words:
                    found.append(int(entry.name))
        return found


def counted(queued: int, sent: int) -> dict[str, Any]:
    return {"messages": queued + sent, "states": {"queued": queued, "sent": sent}}


class Paper(unittest.TestCase):
    def setUp(self) -> None:
        self.gateway = PaperGateway()
        self.addCleanup(self.gateway.close)

    def assert_one_message_arrives(self, way: str) -> None:
        self.gateway.start_sim()
        web = self.gateway.start_paper(way)
        answer = web.get("/s.py", rcpt=NUMBER, msg="pesan & kode 1234")
        self.assertEqual((answer.status, answer.body), (200, b"OK\n"),
                         self.gateway.log_of("paper-error"))
        message = self.gateway.wait_for_messages(1)[0]
        self.assertEqual((message["recipient"], message["text"]), (NUMBER, "pesan & kode 1234"))
        wait_until(lambda: not self.gateway.senders(), 30, "main.py ended by itself")
        self.assertEqual(self.gateway.count(), counted(queued=0, sent=1))
        self.assertEqual(self.gateway.main_log.read_text(), "")

    def test_request_arrives_at_the_phone_and_main_py_ends_behind_mod_cgid(self) -> None:
        self.assert_one_message_arrives("cgid")

    def test_request_arrives_at_the_phone_and_main_py_ends_behind_mod_cgi(self) -> None:
        self.assert_one_message_arrives("cgi")

    def request(self, query: str) -> subprocess.CompletedProcess[str]:
        """s.py, as a web server would start it."""
        return self.gateway.run_script("s.py", GATEWAY_INTERFACE="CGI/1.1", REQUEST_METHOD="GET",
                                       QUERY_STRING=query)

    def test_two_requests_in_turn_queue_two_messages_and_start_one_main_py(self) -> None:
        """The modem is deaf and main.py is stopped, so that nothing is sent meanwhile."""
        self.gateway.start_sim("--rule", "on AT+CMGF=1: hang")
        done = self.request(f"rcpt={NUMBER}&msg=one")
        self.assertEqual(done.stdout, "Content-Type: text/plain\n\nOK\n", done.stderr)
        senders = self.gateway.senders()
        for pid in senders:
            self.addCleanup(os.kill, pid, signal.SIGKILL)
            os.kill(pid, signal.SIGSTOP)
        self.assertEqual(len(senders), 1, self.gateway.main_log.read_text())
        done = self.request(f"rcpt={NUMBER}&msg=two")
        self.assertEqual(done.stdout, "Content-Type: text/plain\n\nOK\n", done.stderr)
        self.assertEqual(self.gateway.senders(), senders)
        self.assertEqual(self.gateway.count(), counted(queued=2, sent=0))

    def test_request_is_read_where_python_has_no_cgi_library(self) -> None:
        (self.gateway.paper / "cgi.py").write_text("raise ImportError\n")
        done = self.request(f"rcpt={NUMBER}&msg=pesan+%26+kode")
        self.assertEqual(done.returncode, 0, done.stderr)
        with closing(sqlite3.connect(self.gateway.queue)) as queue:
            rows = queue.execute("SELECT rcpt, msg FROM outbox").fetchall()
        self.assertEqual(rows, [(NUMBER, "pesan & kode")])

    def test_request_without_a_text_is_an_error_and_queues_nothing(self) -> None:
        done = self.request(f"rcpt={NUMBER}")
        self.assertNotEqual(done.returncode, 0)
        self.assertEqual(done.stdout, "")
        self.assertEqual(self.gateway.count(), counted(queued=0, sent=0))

    def test_count_of_no_queue_is_zero_and_makes_none(self) -> None:
        self.assertEqual(self.gateway.count(), counted(queued=0, sent=0))
        self.assertFalse(self.gateway.queue.exists())

    def test_count_knows_messages_that_were_removed(self) -> None:
        """The third is the first key that is given again if SQLite counts no keys."""
        self.gateway.start_sim()
        for number in range(1, 4):
            self.request(f"rcpt={NUMBER}&msg=pesan")
            self.gateway.wait_for_messages(number)
            wait_until(lambda: not self.gateway.senders(), 30, "main.py ended by itself")
            self.assertEqual(self.gateway.count(), counted(queued=0, sent=number))


class Why52(unittest.TestCase):
    """The reason, with other times: how long a row takes is nobody's concern here."""

    def row(self, *options: str) -> list[str]:
        done = subprocess.run([str(PAPER / "why_52.py"), *options], capture_output=True,
                              text=True, timeout=300, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.splitlines()[-1].strip("| ").split(" | ")

    def test_request_that_is_answered_in_time_succeeds(self) -> None:
        self.assertEqual(self.row("--rows", "2", "--seconds", "0.01")[:4], ["10", "5", "0", "0"])

    def test_request_that_takes_longer_than_the_time_out_fails(self) -> None:
        self.assertEqual(self.row("--rows", "1", "--seconds", "3", "--timeout", "1")[:4],
                         ["1", "1", "0", "1"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
