"""What goes wrong around the programs: a queue that is held, a full disk, lines
that break, signals, clients that stall or send nonsense. Nothing accepted is
lost, nothing is repeated that may not be, and all goes on by itself."""

from __future__ import annotations

import contextlib
import json
import os
import random
import resource
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import unittest
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from books import Load, balance, read_queue
from fastcgi import (ABORT_REQUEST, PARAMS, STDIN, Connection, begin, pairs, record, variables_of)
from harness import (HARD_DESCRIPTORS, NUMBER, NUMBER_E164, Gateway, Trouble, can_connect_unix,
                     wait_until)
from test_on_demand import OnDemand

SEED = int(os.environ.get("SMSWEB_SEED", "0")) or random.SystemRandom().randrange(1, 1 << 32)


def post(gateway: Gateway, text: str, **more: Any):
    with Connection(gateway.socket, 60) as connection:
        return connection.post_json("/v1/messages", {"to": NUMBER_E164, "text": text, **more})


def state_of(gateway: Gateway, uuid: str) -> str:
    return read_queue(gateway.queue)[uuid].state


@contextlib.contextmanager
def queue_held(gateway: Gateway) -> Iterator[None]:
    """By another writer, as a backup or a report may."""
    database = sqlite3.connect(gateway.queue, timeout=30, isolation_level=None)
    try:
        database.execute("BEGIN IMMEDIATE")
        yield
    finally:
        database.execute("ROLLBACK")
        database.close()


class FaultCase(unittest.TestCase):
    def gateway_of(self, *sim_options: str, modems: int = 1, sim: bool = True,
                   **settings: Any) -> Gateway:
        gateway = Gateway(modems=modems, settings=settings)
        self.addCleanup(gateway.close)
        if sim:
            gateway.start_sim(*sim_options)
        return gateway

    def accept(self, gateway: Gateway, text: str, **more: Any) -> str:
        answer = post(gateway, text, **more)
        self.assertEqual(answer.status, 202, answer.body)
        return answer.json()["id"]

    def refused_for_now(self, answer) -> None:
        self.assertEqual(answer.status, 503, answer.body)
        self.assertEqual(answer.headers["content-type"], "application/problem+json")
        self.assertTrue(answer.headers["retry-after"].isdigit())
        self.assertEqual(answer.json()["status"], 503)
        self.assertEqual(answer.json()["code"], "store_unavailable")

    def all_sent(self, gateway: Gateway, texts: list[str], seconds: float = 60) -> None:
        """Each exactly once, and nothing else."""
        gateway.wait_for_messages(len(texts), seconds)
        wait_until(lambda: all(row.state == "sent" for row in read_queue(gateway.queue).values()
                               if row.state not in ("expired",)), 30, "state `sent`")
        self.assertEqual(sorted(m["text"] for m in gateway.messages()), sorted(texts))


class HeldQueue(FaultCase):
    def test_endpoint_says_503_and_goes_on_when_the_queue_is_free(self) -> None:
        gateway = self.gateway_of()
        gateway.start_spooler()
        gateway.start_endpoint()
        self.accept(gateway, "before")
        with queue_held(gateway):
            self.refused_for_now(post(gateway, "never"))
        self.accept(gateway, "after")
        self.all_sent(gateway, ["before", "after"])

    def test_spooler_goes_on_when_the_queue_is_free(self) -> None:
        gateway = self.gateway_of("--send-time", "300ms")
        spooler = gateway.start_spooler()
        gateway.start_endpoint()
        texts = [f"message {i}" for i in range(6)]
        for text in texts:
            self.accept(gateway, text)
        gateway.wait_for_messages(1)
        with queue_held(gateway):
            spooler.wait_for_line("queue can't be written", 30)
        spooler.wait_for_line("queue works again", 30)
        self.all_sent(gateway, texts)

    def test_spooler_that_starts_meanwhile_waits(self) -> None:
        """Also with messages to settle that a killed one left."""
        gateway = self.gateway_of("--send-time", "300ms")
        gateway.start_endpoint()
        spooler = gateway.start_spooler()
        first = self.accept(gateway, "first")
        wait_until(lambda: "intended" in read_queue(gateway.queue)[first].parts, 15, "an intent")
        gateway.kill(spooler)
        self.accept(gateway, "second")
        with queue_held(gateway):
            spooler = gateway.start_spooler()
            spooler.wait_for_line("the queue can't be had", 30)
        wait_until(lambda: state_of(gateway, first) == "unknown", 30, "`first` is settled")
        wait_until(lambda: "second" in [m["text"] for m in gateway.messages()], 30, "`second`")

    def test_spooler_told_to_end_meanwhile_ends(self) -> None:
        gateway = self.gateway_of("--send-time", "300ms")
        gateway.start_endpoint()
        spooler = gateway.start_spooler()
        first = self.accept(gateway, "first")
        wait_until(lambda: "intended" in read_queue(gateway.queue)[first].parts, 15, "an intent")
        gateway.kill(spooler)
        with queue_held(gateway):
            spooler = gateway.start_spooler()
            spooler.wait_for_line("the queue can't be had", 30)
            gateway.stop(spooler)

    def test_on_demand_spooler_that_starts_meanwhile_is_not_lost(self) -> None:
        gateway = OnDemand()
        self.addCleanup(gateway.close)
        gateway.start_sim("--send-time", "300ms")
        gateway.start_endpoint()
        first = gateway.post("first", **{"class": "otp"})
        wait_until(lambda: "intended" in read_queue(gateway.queue)[first].parts, 15, "an intent")
        os.kill(gateway.wait_for_spooler(), signal.SIGKILL)
        gateway.wait_for_no_spooler()
        # The last request: its ring starts a spooler that finds the queue held.
        gateway.plain_cgi("").communicate(timeout=30)
        cgi = gateway.plain_cgi(f"rcpt={NUMBER}&msg=second", {
            "LD_PRELOAD": str(gateway.shim), "STOP_SHIM_CALL": "sendto", "STOP_SHIM_AT": "1"})
        if not gateway.shim.exists():
            cgi.communicate(timeout=30)
            self.skipTest("the stop shim is not built")
        wait_until(lambda: len(read_queue(gateway.queue)) == 2, 30, "its commit")
        with queue_held(gateway):
            wait_until(lambda: Path(f"/proc/{cgi.pid}/stat").read_text().split()[2] == "T", 30,
                       "the stop before the ring")
            os.kill(cgi.pid, signal.SIGCONT)
            cgi.communicate(timeout=30)
            wait_until(lambda: "the queue can't be had" in gateway.log, 30, "it was seen held")
        wait_until(lambda: gateway.arrived("second") and gateway.arrived("first"), 60, "both")


class FilesThatMayNotGrow(FaultCase):
    def test_a_body_that_can_not_be_kept_is_refused_for_now(self) -> None:
        gateway = self.gateway_of(sim=False)
        program = [str(gateway.programs / "smsweb-cgi"), "--config", str(gateway.config)]
        endpoint = gateway.start("smsweb-cgi", ["prlimit", f"--fsize={1 << 20}", *program])
        wait_until(lambda: can_connect_unix(gateway.socket), 15, "smsweb-cgi at its socket")
        body = b"to,text\n" + b"0811,x\n" * 300_000
        with Connection(gateway.socket) as connection:
            connection.send(variables_of("POST", "/v1/messages:import", body=body,
                                         content_type="text/csv"), body)
            self.refused_for_now(connection.receive())
        endpoint.wait_for_line("body could not be kept")
        self.accept(gateway, "small")


class FullDisk(FaultCase):
    def small_gateway(self) -> tuple[Gateway, Path]:
        """With its queue on a file system of its own, which is small."""
        if os.geteuid() != 0:
            self.skipTest("only root may mount a small file system")
        folder = Gateway(modems=1)
        self.addCleanup(folder.close)
        disk = folder.folder / "disk"
        disk.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m,mode=0777", "tmpfs",
                                  str(disk)], capture_output=True, text=True, check=False)
        if mounted.returncode != 0:
            self.skipTest(f"can't mount a small file system: {mounted.stderr.strip()}")
        # Cleanups run last in, first out: unmounted once nothing runs on it.
        self.addCleanup(subprocess.run, ["umount", "-l", str(disk)], check=False)
        self.addCleanup(self.stop_all, folder)
        folder.queue = disk / "queue.db"
        folder.write_config({"log": {"level": "info"}})
        return folder, disk

    @staticmethod
    def stop_all(gateway: Gateway) -> None:
        while gateway._processes:
            gateway._processes.pop().stop()

    def test_both_go_on_when_there_is_room_again(self) -> None:
        gateway, disk = self.small_gateway()
        gateway.start_sim("--send-time", "100ms")
        spooler = gateway.start_spooler()
        gateway.start_endpoint()
        texts = [f"message {i}" for i in range(8)]
        for text in texts:
            self.accept(gateway, text)
        ballast = disk / "ballast"
        with open(ballast, "wb", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(b"x" * 4096)
        refused = None
        for i in range(400):  # some fit into what the log has left
            answer = post(gateway, f"more {i} " + "x" * 100)
            if answer.status != 202:
                refused = answer
                break
            texts.append(f"more {i} " + "x" * 100)
        self.assertIsNotNone(refused, "the disk was not full")
        self.refused_for_now(refused)
        self.refused_for_now(post(gateway, "x" * 500_000))
        spooler.wait_for_line("queue can't be written", 60)
        ballast.unlink()
        spooler.wait_for_line("queue works again", 60)
        texts.append("room again")
        self.accept(gateway, "room again")
        self.all_sent(gateway, texts, 120)


class Lines(FaultCase):
    def test_no_modem_and_then_one(self) -> None:
        gateway = self.gateway_of(sim=False)
        spooler = gateway.start_spooler()
        gateway.start_endpoint()
        waiting = self.accept(gateway, "waiting")
        spooler.wait_for_line("modem has no line", 30)
        self.assertEqual(state_of(gateway, waiting), "queued")
        gateway.start_sim()
        self.all_sent(gateway, ["waiting"])

    def test_a_message_whose_life_ends_without_a_modem_is_expired_and_not_sent(self) -> None:
        gateway = self.gateway_of(sim=False)
        spooler = gateway.start_spooler()
        gateway.start_endpoint()
        late = self.accept(gateway, "late", ttl=1)
        spooler.wait_for_line("modem has no line", 30)
        end = time.time() + 1.1
        wait_until(lambda: time.time() > end, 10, "the end of its life")
        gateway.start_sim()
        self.accept(gateway, "in time")
        self.all_sent(gateway, ["in time"])
        self.assertEqual(state_of(gateway, late), "expired")

    def test_modem_line_gone_and_back(self) -> None:
        gateway = self.gateway_of("--send-time", "100ms")
        sim = gateway._processes[-1]
        spooler = gateway.start_spooler()
        gateway.start_endpoint()
        self.accept(gateway, "before")
        gateway.wait_for_messages(1)
        wait_until(lambda: all(r.state == "sent" for r in read_queue(gateway.queue).values()), 15,
                   "sent")
        gateway.stop(sim)
        spooler.wait_for_line("modem has no line", 30)
        self.accept(gateway, "meanwhile")
        gateway.start_sim()
        self.all_sent(gateway, ["before", "meanwhile"])


class Signals(FaultCase):
    def test_spooler_records_the_part_under_way_before_it_ends(self) -> None:
        gateway = self.gateway_of("--send-time", "2s")
        spooler = gateway.start_spooler()
        gateway.start_endpoint()
        first = self.accept(gateway, "x" * 200)  # two parts
        second = self.accept(gateway, "second")
        wait_until(lambda: read_queue(gateway.queue)[first].parts == ["intended"], 15, "an intent")
        self.assertEqual(gateway.stop(spooler), 0)
        rows = read_queue(gateway.queue)
        self.assertEqual((rows[first].parts, rows[first].state), (["accepted"], "queued"))
        self.assertEqual((rows[second].parts, rows[second].state), ([], "queued"))
        gateway.start_spooler()
        self.all_sent(gateway, ["x" * 200, "second"])
        self.assertEqual(sum(r["event"] == "part" for r in gateway.records()), 3)

    def test_endpoint_under_load_finishes_and_loses_nothing(self) -> None:
        gateway = self.gateway_of(log={"level": "warning"})
        gateway.start_spooler()
        endpoint = gateway.start_endpoint()
        web = gateway.start_nginx()
        with Load(web.port, 8, SEED, 0.005, max_parts=1) as load:
            for _ in range(3):
                count = len(load.accepted)
                wait_until(lambda: len(load.accepted) > count + 20, 60, "load")
                began = time.monotonic()
                self.assertEqual(gateway.stop(endpoint), 0)
                self.assertLess(time.monotonic() - began, 8)  # 5, and a busy machine
                endpoint = gateway.start_endpoint()
        rows = read_queue(gateway.queue)
        self.assertEqual([m for m in load.accepted if m.id not in rows], [])
        # No answer was broken off: what is in the queue was answered for.
        self.assertEqual(len(rows), len(load.accepted))
        self.assertTrue(set(load.refused) <= {"502", "503"}, load.refused)

    def test_endpoint_ends_in_time_beside_clients_that_stall(self) -> None:
        gateway = self.gateway_of(sim=False)
        endpoint = gateway.start_endpoint()
        half = begin(keep=True) + record(PARAMS, pairs(variables_of("POST", "/v1/messages")))
        with contextlib.ExitStack() as stack:
            for piece in (b"\x01", b"", half, half[:30]):
                connection = stack.enter_context(Connection(gateway.socket))
                connection.socket.sendall(piece)
            began = time.monotonic()
            endpoint.send_signal(signal.SIGTERM)
            endpoint.wait(30)
            self.assertLess(time.monotonic() - began, 7)
        gateway._processes.remove(endpoint)


class Clients(FaultCase):
    def test_more_than_a_thousand_kept_connections_are_all_answered(self) -> None:
        """libfcgi by itself gives each a thread, and lets the others wait."""
        count = 1200
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if hard < count + 200:
            self.skipTest(f"{count} connections need more than {hard} descriptors")
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        gateway = self.gateway_of(modems=2, log={"level": "warning"})
        gateway.start_spooler()
        gateway.start_endpoint()
        with contextlib.ExitStack() as stack:
            connections = [stack.enter_context(Connection(gateway.socket, 60))
                           for _ in range(count)]
            for turn in range(2):
                for i, connection in enumerate(connections):
                    query = f"rcpt={NUMBER}&msg={turn}-{i}"
                    connection.send(variables_of("GET", "/s.py", query))
                for connection in connections:
                    self.assertEqual(connection.receive().status, 202)
        self.assertEqual(len(read_queue(gateway.queue)), 2 * count)

    def test_stalled_clients_do_not_stop_the_others(self) -> None:
        """Behind nginx, however many: it passes whole requests on only."""
        gateway = self.gateway_of()
        gateway.start_spooler()
        gateway.start_endpoint()
        web = gateway.start_nginx()
        with contextlib.ExitStack() as stack:
            for start in (b"GET /s.py?rcpt=", b"POST /v1/messages HTTP/1.1\r\nHost: x\r\n"
                          b"Content-Type: application/json\r\nContent-Length: 5000\r\n\r\n{") * 50:
                client = stack.enter_context(socket.create_connection(("127.0.0.1", web.port)))
                client.sendall(start)
            began = time.monotonic()
            self.assertEqual(web.get("/s.py", rcpt=NUMBER, msg="others").status, 202)
            self.assertLess(time.monotonic() - began, 5)
        self.all_sent(gateway, ["others"])

    def test_stalled_fastcgi_requests_do_not_stop_the_others(self) -> None:
        """A web server that passes bodies on as they come (mod_proxy_fcgi), with
        more slow clients than there are threads. They have their time, too."""
        gateway = self.gateway_of()
        gateway.start_spooler()
        gateway.start_endpoint()
        body = json.dumps({"to": NUMBER_E164, "text": "slow"}).encode()
        variables = variables_of("POST", "/v1/messages", body=body,
                                 content_type="application/json")
        start = begin(keep=True) + record(PARAMS, pairs(variables)) + record(PARAMS, b"")
        whole = start + record(STDIN, body) + record(STDIN, b"")
        with contextlib.ExitStack() as stack:
            connections = [stack.enter_context(Connection(gateway.socket, 60)) for _ in range(40)]
            for i, connection in enumerate(connections):
                connection.socket.sendall(whole[:1 + i * (len(whole) - 2) // 39])
            began = time.monotonic()
            for i in range(20):
                self.accept(gateway, f"other {i}")
            self.assertLess(time.monotonic() - began, 5)
            for i, connection in enumerate(connections):
                for byte in whole[1 + i * (len(whole) - 2) // 39:]:
                    connection.socket.sendall(bytes([byte]))
            for connection in connections:
                self.assertEqual(connection.receive().status, 202)
                self.assertEqual(connection.get("/healthz").status, 200)  # it is kept
        self.all_sent(gateway, [f"other {i}" for i in range(20)] + ["slow"] * 40)

    def test_body_over_the_bound_is_413(self) -> None:
        gateway = self.gateway_of(sim=False, endpoint={"max_body_bytes": 2000})
        gateway.start_endpoint()
        for size in (2001, 100_000, 1_000_000):
            answer = post(gateway, "x" * size)
            self.assertEqual(answer.status, 413)
            self.assertEqual(answer.headers["content-type"], "application/problem+json")
        self.assertEqual(post(gateway, "x").status, 202)

    def test_a_header_that_comes_twice_is_one_with_a_comma(self) -> None:
        """Some web servers pass each: two keys are no key."""
        gateway = self.gateway_of(sim=False)
        gateway.start_endpoint()
        head = pairs(variables_of("GET", "/s.py", f"rcpt={NUMBER}&msg=x"))
        for keys, status in ((["a"], 202), (["a", "b"], 400)):
            with Connection(gateway.socket) as connection:
                connection.socket.sendall(
                    begin(keep=True)
                    + record(PARAMS, head + b"".join(pairs({"HTTP_IDEMPOTENCY_KEY": key})
                                                     for key in keys))
                    + record(PARAMS, b"") + record(STDIN, b""))
                self.assertEqual(connection.receive().status, status)

    def test_garbage_does_no_harm(self) -> None:
        gateway = self.gateway_of()
        gateway.start_spooler()
        endpoint = gateway.start_endpoint()
        choice = random.Random(SEED)
        whole = (begin(keep=True)
                 + record(PARAMS, pairs(variables_of("GET", "/healthz"))) + record(PARAMS, b"")
                 + record(STDIN, b""))
        cases = [
            b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
            b"\0" * 4096,
            b"\xff" * 4096,
            record(9, b"\x0e\x00FCGI_MAX_CONNS", 0),  # FCGI_GET_VALUES
            record(11, b"\0" * 8, 0),                 # an unknown type
            record(ABORT_REQUEST, b""),
            begin(keep=False)[:8] + b"\x00\x02" + b"\0" * 6,  # an authorizer
            begin(keep=True) * 3,
            begin(keep=True) + record(PARAMS, b"\xff\xff\xff\xff\xff\xff\xff\xffname"),
            begin(keep=True) + record(PARAMS, b"\x7f\x7fshort") + record(PARAMS, b""),
            begin(keep=True) + record(STDIN, b"body first"),
            record(PARAMS, b"no beginning"),
            whole * 2,
            whole[:-1],
        ]
        for _ in range(300):
            mutated = bytearray(whole)
            for _ in range(choice.randrange(1, 6)):
                mutated[choice.randrange(len(mutated))] = choice.randrange(256)
            cases.append(bytes(mutated[:choice.randrange(1, len(mutated) + 1)]))
            cases.append(choice.randbytes(choice.randrange(1, 300)))
        for case in cases:
            with Connection(gateway.socket) as connection:
                connection.socket.sendall(case)
                connection.socket.shutdown(socket.SHUT_WR)
                with contextlib.suppress(OSError):
                    while connection.socket.recv(65536):
                        pass
            self.assertFalse(endpoint.ended(), f"SMSWEB_SEED={SEED} {case!r}\n{endpoint.output()}")
        self.accept(gateway, "still there")
        self.all_sent(gateway, ["still there"])
        self.assertEqual(gateway.stop(endpoint), 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
