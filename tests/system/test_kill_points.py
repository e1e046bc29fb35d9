"""kill -9 at named points: each write, each sync and each ring of smswebd and
smsweb-cgi, each piece of an answer, each byte to a modem (killing.py).

The points of an undisturbed run are counted; then the program runs again and
again, and is killed at another of them each time. What a fresh one makes of what
was left must balance (books.py): nothing accepted is lost, nothing goes out twice
that may not, and what ends `unknown` is each intent that was left without a
result, and nothing else.

Environment: SMSWEB_KILL_POINTS is how many kills are made, spread evenly over the
points (default 90); or `all`; or one point, as a failure names it:

    SMSWEB_KILL_POINTS=all python3 -m unittest -v test_kill_points
    SMSWEB_KILL_POINTS=line:217 python3 -m unittest -v test_kill_points.Spooler.test_NAME
"""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import sys
import tempfile
import threading
import unittest
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from books import RECEIVED, SETTLED, TEXTS, Accepted, Row, balance, read_inbox, read_queue
from fastcgi import CgiAnswer, Connection, start_plain_cgi, variables_of
from harness import Process, Trouble, can_connect_unix, wait_until
from killing import INSTANTS, SHIM, Bench, Point, chosen

WANTED = os.environ.get("SMSWEB_KILL_POINTS", "90")
WORKERS = 4  # side by side; each of them mostly waits

# What a spooler is to send: class, parts, whether a status report is asked for.
# The second PDU brings a message in.
SCENE = (("otp", 1, False), ("transactional", 3, False), ("transactional", 1, True),
         ("bulk", 1, False))
COMES_IN = ("--rule", 'on pdu #2: inbound from +62811 text "hello"')


@dataclass
class Figures:
    """What was seen; adds up over many runs."""

    counts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def add(self, other: Figures) -> None:
        self.counts.update(other.counts)
        self.wrong += other.wrong

    def __str__(self) -> str:
        return ", ".join(f"{self.counts[name]} {name}" for name in (
            "kills", "beyond the end", "accepted", "sent", "intents without a result", "unknown",
            "settled by a report", "lost", "sent twice", "otp sent twice"))


grand_total = Figures()


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def tearDownModule() -> None:
    say(f"together: {grand_total}")


def body_of(number: int, message_class: str, parts: int, report: bool = False) -> dict[str, Any]:
    # Lives longer than a run of all points takes.
    return {"to": f"+628961{number:07d}", "text": TEXTS[parts], "class": message_class,
            "ttl": 86400, "report": report}


def accepted_of(body: dict[str, Any], answer: CgiAnswer) -> Accepted:
    if answer.status != 202:
        raise Trouble(f"{answer.status}: {answer.body!r}")
    return Accepted(answer.json()["id"], body["to"], body["class"], answer.json()["parts"])


def doubtful(rows: dict[str, Row]) -> set[str]:
    """Messages with an intent that has no result; but for otp, which are sent again."""
    return {row.id for row in rows.values()
            if row.message_class != "otp" and row.state == "sending" and "intended" in row.parts}


def became(exit_code: int) -> Figures:
    """What a program became: killed at its point, or the point never came."""
    name = "kills" if exit_code == -signal.SIGKILL else "beyond the end"
    return Figures(Counter({name: 1}))


def settled(bench: Bench) -> bool:
    if not bench.is_open():
        return False
    return (all(row.state in SETTLED for row in read_queue(bench.queue).values())
            and len(read_inbox(bench.queue)) >= bench.come_in())


def finish(bench: Bench) -> None:
    """A fresh spooler works until nothing is left to do."""
    spooler = bench.start_spooler()

    def done() -> bool:
        if spooler.ended():
            raise Trouble(f"smswebd has ended; it said:\n{spooler.output()}")
        return settled(bench)
    wait_until(done, 60, "everything settled")


def audit(bench: Bench, accepted: list[Accepted], in_doubt: set[str]) -> Figures:
    """The books of one run. What is in the queue and was not accepted (its client
    got no answer) is held to the same rules."""
    rows = read_queue(bench.queue)
    known = {message.recipient for message in accepted}
    others = [Accepted(row.id, row.recipient, row.message_class, len(row.parts))
              for row in rows.values() if row.recipient not in known]
    result = balance(bench, accepted + others)
    wrong = list(result.wrong)
    for row in rows.values():
        if row.id not in in_doubt and row.state not in RECEIVED:
            wrong.append(f"never in doubt, and not sent: {row}")
        if row.id in in_doubt and row.state not in ("unknown", "delivered"):
            wrong.append(f"in doubt, and not `unknown`: {row}")
    reported = sum(rows[name].state == "delivered" for name in in_doubt)
    inbox = read_inbox(bench.queue)
    if len(inbox) != bench.come_in():
        wrong.append(f"{bench.come_in()} came in, and in the inbox are {inbox}")
    return Figures(Counter({
        "accepted": len(accepted), "sent": sum(result.states[state] for state in RECEIVED),
        "unknown": result.states["unknown"], "settled by a report": reported,
        "intents without a result": len(in_doubt),
        "lost": result.states["LOST"], "otp sent twice": result.twice,
        "sent twice": sum("received twice" in line for line in wrong)}), wrong)


Play = Callable[[Bench, Point | None], Figures]


@unittest.skipUnless(SHIM.exists(), f"{SHIM} is not built")
class KillPoints(unittest.TestCase):
    def setUp(self) -> None:
        self.templates = Path(tempfile.mkdtemp(prefix="smsweb-test-"))
        self.addCleanup(shutil.rmtree, self.templates)

    def bench_of(self, modems: int = 1) -> Bench:
        bench = Bench(modems)
        self.addCleanup(bench.close)
        return bench

    def each_point(self, title: str, share: float, play: Play,
                   names: tuple[str, ...] = tuple(INSTANTS), modems: int = 1) -> None:
        """Plays without a point once, and then with each that is wanted."""
        benches = [self.bench_of(modems) for _ in range(WORKERS)]
        undisturbed = play(benches[0], None)
        self.assertEqual((undisturbed.counts["kills"], undisturbed.wrong), (0, []))
        counts = {name: count for name, count in benches[0].counts().items() if name in names}
        points = chosen(counts, WANTED, share)
        total = Figures()
        lock = threading.Lock()

        def next_point() -> Point | None:
            with lock:
                return points.pop(0) if points else None

        def work(bench: Bench) -> None:
            while point := next_point():
                try:
                    figures = play(bench, point)
                except Exception as error:
                    raise Trouble(f"killed at {point}: {error}") from error
                with lock:
                    total.add(Figures(figures.counts,
                                      [f"killed at {point}: {line}" for line in figures.wrong]))
        with ThreadPoolExecutor(WORKERS) as pool:
            for worker in [pool.submit(work, bench) for bench in benches]:
                worker.result()
        say(f"{title}, of {counts}: {total}")
        grand_total.add(total)
        self.assertEqual(total.wrong, [])
        # Two runs differ by a few calls, more so with two modems.
        self.assertLess(total.counts["beyond the end"], total.counts["kills"])


class Spooler(KillPoints):
    def queued(self) -> tuple[Path, list[Accepted]]:
        """A queue with the scene in it, and a log about to be written back."""
        bench = self.bench_of()
        endpoint = bench.start_endpoint()
        accepted = []
        with Connection(bench.socket) as client:
            for number, what in enumerate(SCENE):
                body = body_of(number, *what)
                accepted.append(accepted_of(body, client.post_json("/v1/messages", body)))
        bench.fill_log()
        bench.kill(endpoint)
        return bench.keep(self.templates / "queued"), accepted

    def run_to(self, bench: Bench, point: Point | None) -> Figures:
        """smswebd, until it is killed, or has nothing left to do and is asked to
        end."""
        process = bench.start_killing("smswebd", point)
        wait_until(lambda: process.ended() or (settled(bench) and self.reported(bench)), 60,
                   "the end of smswebd")
        if not process.ended():
            process.send_signal(signal.SIGTERM)
        return became(process.wait(15))

    def reported(self, bench: Bench) -> bool:
        """The report has come, if one was asked for that can't be in doubt."""
        recipients = [body_of(number, *what)["to"] for number, what in enumerate(SCENE) if what[2]]
        return all(row.state != "sent" for row in read_queue(bench.queue).values()
                   if row.recipient in recipients)

    def test_a_spooler_that_is_killed_while_it_sends(self) -> None:
        template, accepted = self.queued()

        def play(bench: Bench, point: Point | None) -> Figures:
            bench.lay(template)
            bench.start_sim("--send-time", "0", *COMES_IN)
            figures = self.run_to(bench, point)
            in_doubt = doubtful(bench.rows_left())
            finish(bench)
            figures.add(audit(bench, accepted, in_doubt))
            return figures
        self.each_point("smswebd sends", 0.35, play)

    def test_a_spooler_with_two_modems_while_an_endpoint_has_the_queue_open(self) -> None:
        """The log of a queue that somebody has open is not repaired by the next
        one that opens it."""
        template, accepted = self.queued()

        def play(bench: Bench, point: Point | None) -> Figures:
            bench.lay(template)
            bench.start_sim("--send-time", "0", *COMES_IN)
            bench.start_endpoint()
            figures = self.run_to(bench, point)
            in_doubt = doubtful(read_queue(bench.queue))
            body = body_of(len(SCENE), "transactional", 1)
            with Connection(bench.socket) as client:
                later = accepted_of(body, client.post_json("/v1/messages", body))
            finish(bench)
            figures.add(audit(bench, [*accepted, later], in_doubt))
            return figures
        self.each_point("smswebd sends, two modems, an endpoint", 0.25, play, modems=2)

    def test_a_spooler_that_is_killed_while_it_takes_over_from_a_killed_one(self) -> None:
        template, accepted = self.queued()
        bench = self.bench_of()
        bench.lay(template)
        bench.start_sim("--send-time", "0", "--rule", "on pdu #3: lose")
        bench.start_spooler()
        wait_until(lambda: sum(record["event"] == "part" for record in bench.records()) == 3, 30,
                   "three parts")
        bench.kill_all()
        left = bench.rows_left()
        before = doubtful(left)
        self.assertEqual([left[name].parts for name in before], [["accepted", "intended"]])
        dead = bench.keep(self.templates / "dead")

        def play(bench: Bench, point: Point | None) -> Figures:
            bench.lay(dead)
            bench.start_sim("--send-time", "0")
            figures = self.run_to(bench, point)
            in_doubt = before | doubtful(bench.rows_left())
            finish(bench)
            figures.add(audit(bench, accepted, in_doubt))
            return figures
        self.each_point("smswebd takes over", 0.1, play, ("write", "sync"))


class Endpoint(KillPoints):
    NAMES = ("write", "sync", "ring", "answer")
    CLIENTS = 2
    REQUESTS = 4  # of each of them, in the run that is counted
    AFTERWARDS = 9_999

    def empty(self) -> Path:
        """A queue with nothing in it, and a log about to be written back."""
        bench = self.bench_of()
        endpoint = bench.start_endpoint()
        with Connection(bench.socket) as client:  # it listens before it has made the queue
            nobody = client.get("/v1/messages/01a20781-cf0d-7404-8b6c-1bf58fa14dd1")
        self.assertEqual(nobody.status, 404)
        bench.fill_log()
        bench.kill(endpoint)
        return bench.keep(self.templates / "empty")

    def body(self, number: int) -> dict[str, Any]:
        return body_of(number, "transactional", 1 + number % 3)

    def post(self, bench: Bench, numbers: range) -> list[int]:
        """Those for which a 202 came, if only its first bytes. Ends with the
        endpoint."""
        taken = []
        try:
            client = Connection(bench.socket)
        except ConnectionRefusedError:
            return taken
        with client:
            for number in numbers:
                client.heard = b""
                try:
                    client.post_json("/v1/messages", self.body(number))
                except (EOFError, OSError):
                    return taken + [number] * (b"Status: 202" in client.heard)
                if b"Status: 202" not in client.heard:
                    raise Trouble(f"{client.heard!r}")
                taken.append(number)
        return taken

    def load(self, bench: Bench, requests: int) -> list[int]:
        with ThreadPoolExecutor(self.CLIENTS) as pool:
            clients = [pool.submit(self.post, bench, range(first, first + requests))
                       for first in range(0, 1000 * self.CLIENTS, 1000)]
            return list(itertools.chain(*(client.result() for client in clients)))

    def accepted(self, bench: Bench, numbers: list[int]) -> list[Accepted]:
        """An answer that was cut short had no id: it is that of its recipient, if
        there is one."""
        ids = {row.recipient: row.id for row in read_queue(bench.queue).values()}
        bodies = [(self.body(number), 1 + number % 3) for number in numbers]
        return [Accepted(ids.get(body["to"], "no id"), body["to"], body["class"], parts)
                for body, parts in bodies]

    def send(self, bench: Bench, taken: list[int]) -> Figures:
        """All of it goes out, and nothing of it is in doubt."""
        bench.start_sim("--send-time", "0")
        finish(bench)
        return audit(bench, self.accepted(bench, taken), set())

    def test_an_endpoint_that_is_killed_while_clients_post(self) -> None:
        template = self.empty()

        def play(bench: Bench, point: Point | None) -> Figures:
            bench.lay(template)
            process = bench.start_killing("smsweb-cgi", point)
            wait_until(lambda: process.ended() or can_connect_unix(bench.socket), 15, "smsweb-cgi")
            taken = []
            if not process.ended():
                taken = self.load(bench, self.REQUESTS if point is None else 100)
                process.send_signal(signal.SIGTERM)
            figures = became(process.wait(15))
            bench.start_endpoint()
            with Connection(bench.socket) as client:
                for message in self.accepted(bench, taken):
                    answer = client.get(f"/v1/messages/{message.id}")
                    if answer.status != 200:
                        figures.wrong.append(f"{message}: {answer.status}")
            taken += self.post(bench, range(self.AFTERWARDS, self.AFTERWARDS + 1))
            figures.add(self.send(bench, taken))
            return figures
        self.each_point("smsweb-cgi", 0.15, play, self.NAMES)

    def request(self, bench: Bench, number: int, environment: dict[str, str]) -> tuple[int, bytes]:
        """One to a plain CGI: its exit code, and what it said."""
        query = f"rcpt=%2B628961{number:07d}&msg=hello"
        process = start_plain_cgi(bench.programs / "smsweb-cgi", bench.config,
                                  variables_of("GET", "/s.py", query), bench.user, environment)
        answer, _ = process.communicate(timeout=60)
        return process.returncode, answer

    def each_point_of_plain_cgi(self, title: str, template: Path | None) -> None:
        first, second = 0, 3  # one part each

        def play(bench: Bench, point: Point | None) -> Figures:
            bench.lay(template)
            code, answer = self.request(bench, first, bench.shim_environment(point))
            figures = became(code)
            taken = [first] if b"Status: 202" in answer else []
            _, answer = self.request(bench, second, {})
            if b"Status: 202" not in answer:
                figures.wrong.append(f"the next request: {answer!r}")
            figures.add(self.send(bench, [*taken, second]))
            return figures
        self.each_point(title, 0.075, play, self.NAMES)

    def test_a_plain_cgi_that_is_killed(self) -> None:
        self.each_point_of_plain_cgi("smsweb-cgi as plain CGI", self.empty())

    def test_a_plain_cgi_that_is_killed_while_it_makes_the_queue(self) -> None:
        self.each_point_of_plain_cgi("smsweb-cgi as plain CGI makes the queue", None)


if __name__ == "__main__":
    unittest.main(verbosity=2)
