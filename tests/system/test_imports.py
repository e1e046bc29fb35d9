"""Files of messages: whatever dies while one is taken, each line is taken once."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import threading
import unittest
from typing import Any

from harness import Gateway, Web, wait_until

LINES = 30_000
FILE = ("to,text\n" + "".join(f"+62896{i:08},text {i}\n" for i in range(LINES))).encode()


class ImportCase(unittest.TestCase):
    def setUp(self) -> None:
        self.gateway = Gateway()
        self.addCleanup(self.gateway.close)

    def taken(self) -> list[str]:
        if not self.gateway.queue.exists():
            return []
        try:
            with sqlite3.connect(f"file:{self.gateway.queue}?mode=ro", uri=True) as queue:
                return [row[0] for row in queue.execute("SELECT recipient FROM message")]
        except sqlite3.OperationalError:  # it is being made
            return []

    def wait_for_more_than(self, count: int) -> None:
        """Or for all of them, on a machine that is faster than we look."""
        wait_until(lambda: len(self.taken()) > min(count, LINES - 1), 60,
                   f"more than {count} messages")

    def assert_each_once(self) -> None:
        taken = self.taken()
        self.assertEqual(len(taken), LINES)
        self.assertEqual(len(set(taken)), LINES)


class EndpointIsKilled(ImportCase):
    def post(self, web: Web) -> Any:
        return web.request("POST", "/v1/messages:import", FILE,
                           {"Content-Type": "text/csv", "Idempotency-Key": "monday"},
                           seconds=120)

    def test_repeated_under_its_key_each_line_is_taken_once(self) -> None:
        endpoint = self.gateway.start_endpoint()
        web = self.gateway.start_nginx("smsweb.conf")
        for _ in range(3):
            before = len(self.taken())
            posting = threading.Thread(target=self.post, args=(web,))
            posting.start()
            self.wait_for_more_than(before)
            self.gateway.kill(endpoint)
            posting.join()
            endpoint = self.gateway.start_endpoint()
        answer = self.post(web)
        self.assertEqual(answer.status, 202, answer.body[:500])
        self.assertEqual(answer.json()["accepted"], LINES)
        self.assertEqual(answer.json()["lines"], LINES + 1)
        self.assert_each_once()
        self.assertEqual(self.post(web).json()["batch"], answer.json()["batch"])
        self.assert_each_once()

    def test_endpoint_that_is_ended_says_how_far_it_came(self) -> None:
        endpoint = self.gateway.start_endpoint()
        web = self.gateway.start_nginx("smsweb.conf")
        answers: list[Any] = []
        posting = threading.Thread(target=lambda: answers.append(self.post(web)))
        posting.start()
        self.wait_for_more_than(0)
        self.assertEqual(self.gateway.stop(endpoint), 0)
        posting.join()
        if answers[0].status == 202:
            self.skipTest("it was all taken before the endpoint ended")
        self.assertEqual(answers[0].status, 503, answers[0].body[:500])
        self.assertEqual(answers[0].json()["code"], "interrupted")
        self.assertEqual(answers[0].json()["accepted"], len(self.taken()))
        self.gateway.start_endpoint()
        self.assertEqual(self.post(web).json()["accepted"], LINES)
        self.assert_each_once()


class CommandLineIsKilled(ImportCase):
    def send(self, **how: Any) -> subprocess.Popen[str]:
        path = self.gateway.folder / "numbers.csv"
        path.write_bytes(FILE)
        path.chmod(0o644)
        return subprocess.Popen(
            [str(self.gateway.programs / "smsweb"), "--config", str(self.gateway.config),
             "send", "--file", str(path), "--key", "monday", "--json"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, **how)

    def test_repeated_under_its_key_each_line_is_taken_once(self) -> None:
        for _ in range(2):
            before = len(self.taken())
            sending = self.send()
            self.wait_for_more_than(before)
            sending.kill()
            sending.communicate()
        with self.send() as sending:
            out, _ = sending.communicate()
        self.assertEqual(sending.returncode, 0)
        self.assertEqual(json.loads(out)["accepted"], LINES)
        self.assert_each_once()


if __name__ == "__main__":
    unittest.main()
