"""The queue's file under the operator's hands: backed up under load, checked,
restored; on a disk that can't be written."""

from __future__ import annotations

import contextlib
import json
import os
import stat
import subprocess
import unittest
from collections.abc import Iterator
from pathlib import Path

from books import Load, read_queue
from fastcgi import Connection
from harness import NUMBER_E164, Gateway, wait_until

SEED = 20261125


@contextlib.contextmanager
def no_room(disk: Path) -> Iterator[None]:
    ballast = disk / "ballast"
    with open(ballast, "wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(b"x" * 4096)
    try:
        yield
    finally:
        ballast.unlink()


class DbCase(unittest.TestCase):
    def setUp(self) -> None:
        self.gateway = Gateway(settings={"log": {"level": "info"}})
        self.addCleanup(self.gateway.close)

    def db(self, *arguments: str, code: int = 0) -> dict:
        done = self.gateway.run("smsweb", "--json", "db", *arguments, seconds=60)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return json.loads(done.stdout if code == 0 else done.stderr)

    def post(self, text: str, **more: object):
        with Connection(self.gateway.socket, 60) as connection:
            return connection.post_json("/v1/messages", {"to": NUMBER_E164, "text": text, **more})

    def accept(self, text: str, **more: object) -> str:
        answer = self.post(text, **more)
        self.assertEqual(answer.status, 202, answer.body)
        return answer.json()["id"]


class Backup(DbCase):
    def test_under_load_then_restored(self) -> None:
        gateway = self.gateway
        gateway.start_sim("--send-time", "20ms")
        spooler = gateway.start_spooler()
        endpoint = gateway.start_endpoint()
        web = gateway.start_nginx()
        backup = gateway.folder / "backup.db"
        with Load(web.port, 4, SEED, 0.0, max_parts=1) as load:
            wait_until(lambda: len(load.accepted) > 50, 60, "load")
            before = {message.id for message in list(load.accepted)}
            self.db("backup", str(backup))
            count = len(load.accepted)
            self.assertTrue(self.db("check")["ok"])
            wait_until(lambda: len(load.accepted) > count + 50, 60, "load goes on")
        self.assertEqual(load.refused, {})
        self.assertEqual(stat.S_IMODE(backup.stat().st_mode), 0o600)
        self.assertTrue(self.db("check", "--full", str(backup))["ok"])
        saved = read_queue(backup)
        # All that was answered for before it began, and nothing that is half.
        self.assertEqual(before - saved.keys(), set())
        self.assertLess(len(saved), len(load.accepted))

        self.assertEqual(self.db("restore", str(backup), code=1)["error"]["code"], "queue_in_use")
        gateway.stop(spooler)
        self.assertEqual(self.db("restore", str(backup), code=1)["error"]["code"], "queue_in_use")
        gateway.stop(endpoint)
        sent_before = len(gateway.messages())
        restored = self.db("restore", str(backup))
        waited = [m.id for m in saved.values() if m.state in ("queued", "sending")]
        self.assertEqual(restored["became_unknown"], len(waited))
        self.assertTrue(Path(restored["before"]).exists())
        self.assertEqual(len(read_queue(Path(restored["before"]))), len(load.accepted))
        self.assertTrue(self.db("check", "--full")["ok"])

        # Nothing of it is sent again; what is new is.
        gateway.start_spooler()
        gateway.start_endpoint()
        new = self.accept("after the restore", **{"class": "bulk"})
        wait_until(lambda: read_queue(gateway.queue)[new].state == "sent", 60, "the new one")
        self.assertEqual(len(gateway.wait_for_messages(sent_before + 1)), sent_before + 1)
        rows = read_queue(gateway.queue)
        self.assertEqual({rows[id].state for id in waited} - {"unknown"}, set())

    @unittest.skipUnless(os.geteuid() == 0, "only root leaves files of its own")
    def test_root_leaves_no_file_of_its_own_beside_the_queue(self) -> None:
        gateway = self.gateway
        gateway.start_endpoint()
        self.accept("waits")
        program = [str(gateway.programs / "smsweb"), "--config", str(gateway.config), "db"]
        target = gateway.folder.parent / f"{gateway.folder.name}-backup.db"
        self.addCleanup(target.unlink, True)
        for arguments in (["backup", str(target)], ["check"], ["compact"]):
            done = subprocess.run([*program, *arguments], capture_output=True, text=True,
                                  timeout=60, check=False)
            self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(target.stat().st_uid, 0)
        owners = {path.stat().st_uid for path in gateway.folder.glob("queue.db*")}
        self.assertEqual(owners, {gateway.user.pw_uid})
        self.accept("goes on")


@unittest.skipUnless(os.geteuid() == 0, "only root may mount a file system")
class ReadOnly(DbCase):
    def remount(self, how: str) -> None:
        """A tmpfs with files open for writing does not become read-only by itself;
        a bind mount of it does."""
        subprocess.run(["mount", "-o", f"remount,bind,{how}", str(self.disk)], check=True)

    def setUp(self) -> None:
        super().setUp()
        self.disk = self.gateway.folder / "disk"
        self.disk.mkdir()
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m,mode=0777", "tmpfs",
                               str(self.disk)], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            self.skipTest(f"can't mount a file system: {done.stderr.strip()}")
        self.addCleanup(subprocess.run, ["umount", "-l", str(self.disk)], check=False)
        self.gateway.queue = self.disk / "queue.db"
        self.gateway.write_config({"log": {"level": "info"}})

    def plain_cgi(self, text: str) -> str:
        query = f"rcpt={NUMBER_E164.replace('+', '%2B')}&msg={text}"
        done = subprocess.run(
            [str(self.gateway.programs / "smsweb-cgi")],
            env={**os.environ, "SMSWEB_CONFIG": str(self.gateway.config),
                 "GATEWAY_INTERFACE": "CGI/1.1", "REQUEST_METHOD": "GET",
                 "SCRIPT_NAME": "", "PATH_INFO": "/s.py", "REMOTE_ADDR": "127.0.0.1",
                 "QUERY_STRING": query},
            user=self.gateway.user.pw_uid, group=self.gateway.user.pw_gid, extra_groups=[],
            capture_output=True, text=True, timeout=60, check=False)
        return done.stdout + done.stderr

    def test_programs_that_start_meanwhile_wait(self) -> None:
        gateway = self.gateway
        gateway.start_sim("--send-time", "20ms")
        gateway.stop(gateway.start_spooler())
        self.assertEqual(gateway.run("smsweb", "send", NUMBER_E164, "waits").returncode, 0)
        self.remount("ro")
        spooler = gateway.start("smswebd", [str(gateway.programs / "smswebd"), "--config",
                                            str(gateway.config)])
        spooler.wait_for_line("the queue can't be had; it is tried again", 30)
        answer = self.plain_cgi("never")
        self.assertIn("Status: 503", answer)
        self.assertRegex(answer, r"Retry-After: \d")
        self.remount("rw")
        spooler.wait_for_line(" ready ", 30)
        self.assertIn("Status: 202", self.plain_cgi("then"))
        self.assertEqual(sorted(m["text"] for m in gateway.wait_for_messages(2)),
                         ["then", "waits"])

    def test_programs_that_run_go_on_when_it_can_be_written_again(self) -> None:
        gateway = self.gateway
        gateway.start_sim("--send-time", "20ms")
        spooler = gateway.start_spooler()
        gateway.start_endpoint()
        self.accept("before")
        gateway.wait_for_messages(1)
        # Files that are open are written to until the whole file system is not.
        with no_room(self.disk):
            refused = self.refused_in_time()
            self.assertEqual(refused.json()["code"], "store_unavailable")
            self.assertTrue(refused.headers["retry-after"].isdigit())
            spooler.wait_for_line("queue can't be written; sending pauses.*(full|disk)", 60)
        spooler.wait_for_line("queue works again", 60)
        self.accept("after")
        wait_until(lambda: "after" in [m["text"] for m in gateway.messages()], 60, "after")

    def refused_in_time(self):
        """Some still fit into what the log has."""
        for i in range(1000):
            answer = self.post(f"more {i} " + "x" * 140)
            if answer.status != 202:
                self.assertEqual(answer.status, 503, answer.body)
                return answer
        self.fail("the disk was not full")


class Erased(DbCase):
    def test_an_otp_is_nowhere_in_the_files_once_it_is_sent(self) -> None:
        gateway = self.gateway
        gateway.start_sim("--send-time", "20ms")
        endpoint = gateway.start_endpoint()
        for i in range(20):
            self.accept(f"SECRET {i} is your code", **{"class": "otp"})
        done = gateway.run("smswebd", "--once", seconds=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual({row.state for row in read_queue(gateway.queue).values()}, {"sent"})
        for path in gateway.folder.glob("queue.db*"):
            self.assertNotIn(b"SECRET", path.read_bytes(), path)
        gateway.stop(endpoint)


if __name__ == "__main__":
    unittest.main(verbosity=2)
