"""The spooler on demand: started by the first request, gone when idle, and no
message is left behind, whenever it came.

"A message committed at any instant of an ending" is shown instant by instant: a
preloaded library (../stop_shim) stops the ending spooler before each of its
system calls in turn; one message is posted; the spooler goes on; and the message
must get to the phone with no further request.
"""

from __future__ import annotations

import concurrent.futures
import ctypes
import os
import re
import shutil
import signal
import socket
import sys
import threading
import time
import unittest
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from books import read_queue
from fastcgi import Connection, start_plain_cgi, variables_of
from harness import NUMBER, NUMBER_E164, PROGRAMS, Gateway, Process, Trouble, wait_until

SHIM = Path(os.environ.get("SMSWEB_STOP_SHIM",
                           PROGRAMS.parent / "tests" / "libstop_shim.so"))
GATEWAYS = 6  # side by side; each of them mostly waits
PR_SET_CHILD_SUBREAPER = 36
EXIT = 0  # in place of the number of a call


def setUpModule() -> None:
    # Spoolers that endpoints start become children of this process.
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def stat_of(pid: int) -> tuple[str, str, int] | None:
    """Name, state and parent."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return None
    name, rest = text[text.index("(") + 1:].rsplit(")", 1)
    fields = rest.split()
    return name, fields[0], int(fields[1])


class OnDemand(Gateway):
    """A gateway whose spooler nobody starts but its endpoint. `log` is what all
    of its programs say."""

    def __init__(self, settings: Mapping[str, Mapping[str, Any]] | None = None,
                 modems: int = 1) -> None:
        super().__init__(modems)
        self.tables = {"spooler": {"spawn": True, "idle_exit": 1},
                       "log": {"file": str(self.folder / "log" / "all.log")}}
        for name, keys in (settings or {}).items():
            self.tables[name] = {**self.tables.get(name, {}), **keys}
        self.write_config(self.tables)
        self.shim = self.folder / "libstop_shim.so"
        if SHIM.exists():
            shutil.copy(SHIM, self.shim)
            self.shim.chmod(0o755)

    def close(self) -> None:
        for pid in self.spoolers():
            os.kill(pid, signal.SIGKILL)
        super().close()
        wait_until(lambda: not self.spoolers(), 10, "the end of killed spoolers")

    @property
    def log(self) -> str:
        path = self.folder / "log" / "all.log"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def spoolers(self) -> list[int]:
        """The smswebd of this gateway that live, whoever started them."""
        pids = []
        own = {process.pid for process in self._processes}
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            pid = int(entry.name)
            stat = stat_of(pid)
            if stat is None or stat[0] != "smswebd":
                continue
            if stat[1] == "Z" and stat[2] == os.getpid() and pid not in own:
                try:
                    os.waitpid(pid, os.WNOHANG)
                except ChildProcessError:
                    pass
                continue
            try:
                command = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if str(self.config).encode() in command.split(b"\0"):
                pids.append(pid)
        return pids

    def wait_for_spooler(self) -> int:
        return wait_until(self.spoolers, 15, "a spooler")[0]

    def wait_for_no_spooler(self, seconds: float = 30) -> None:
        wait_until(lambda: not self.spoolers(), seconds, "the end of the spooler")

    def end_spoolers(self) -> None:
        for pid in self.spoolers():
            with suppress(ProcessLookupError):  # one that ends by itself
                os.kill(pid, signal.SIGTERM)
        self.wait_for_no_spooler()

    def post(self, text: str, **more: Any) -> str:
        """One message through the real endpoint; its id."""
        with Connection(self.socket) as connection:
            answer = connection.post_json("/v1/messages",
                                          {"to": NUMBER_E164, "text": text, **more})
        if answer.status != 202:
            raise Trouble(f"{answer.status}: {answer.body!r}")
        return answer.json()["id"]

    def plain_cgi(self, query: str, environment: Mapping[str, str] | None = None, **more: str):
        variables = variables_of("GET", "/s.py", query) | more
        return start_plain_cgi(self.programs / "smsweb-cgi", self.config, variables, self.user,
                               environment)

    def arrived(self, text: str) -> int:
        return sum(message["text"] == text for message in self.messages())

    def wait_for(self, text: str, seconds: float = 60) -> None:
        """Exactly once, and the queue says so."""
        wait_until(lambda: self.arrived(text), seconds, f"{text!r} at the phone")
        wait_until(lambda: all(row.state == "sent" for row in read_queue(self.queue).values()),
                   30, "state `sent`")
        if self.arrived(text) != 1:
            raise Trouble(f"{text!r} arrived {self.arrived(text)} times")

    def start_stopping(self, *options: str, **shim: str | int) -> Process:
        """smswebd with the shim: at=3, mark="idle", call="sendto"."""
        calls = self.folder / "calls"
        calls.unlink(missing_ok=True)
        environment = {"LD_PRELOAD": str(self.shim), "STOP_SHIM_LOG": str(calls),
                       "ASAN_OPTIONS": "verify_asan_link_order=0"}
        environment |= {f"STOP_SHIM_{name.upper()}": str(value) for name, value in shim.items()}
        return self.start("smswebd", [str(self.programs / "smswebd"), "--config",
                                      str(self.config), *options], environment=environment)

    def calls(self) -> list[str]:
        """What the shim has counted last: the names, in order."""
        names: list[str] = []
        path = self.folder / "calls"
        for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
            number, name = line.split()[-2:]
            if line.startswith("stop"):
                continue
            if number == "1":
                names = []
            names.append(name)
        return names


def links(folder: str) -> list[str]:
    """Where the links in a folder lead; those that go away meanwhile left out."""
    found = []
    for entry in Path(folder).iterdir():
        try:
            found.append(os.readlink(entry))
        except FileNotFoundError:
            pass
    return found


def is_stopped(pid: int) -> bool:
    stat = stat_of(pid)
    return stat is not None and stat[1] == "T"


class OnDemandCase(unittest.TestCase):
    def gateway_of(self, *sim_options: str, **settings: Any) -> OnDemand:
        gateway = OnDemand(settings)
        self.addCleanup(gateway.close)
        gateway.start_sim(*sim_options)
        return gateway


class Life(OnDemandCase):
    def test_a_request_starts_it_and_it_ends_when_idle(self) -> None:
        gateway = self.gateway_of()
        gateway.start_endpoint()
        web = gateway.start_nginx()
        self.assertEqual(gateway.spoolers(), [])
        for text in ("the first", "the second, after an end"):
            self.assertEqual(web.get("/s.py", rcpt=NUMBER, msg=text).status, 202)
            gateway.wait_for(text)
            gateway.wait_for_no_spooler()
            self.assertFalse(gateway.bell.exists())
        self.assertEqual(gateway.log.count("smswebd ready"), 2)
        self.assertEqual(gateway.log.count("smswebd ended"), 2)

    def test_plain_cgi_starts_it_too(self) -> None:
        gateway = self.gateway_of()
        cgi = gateway.plain_cgi(f"rcpt={NUMBER}&msg=plain")
        answer, _ = cgi.communicate(timeout=30)
        self.assertIn(b"Status: 202", answer)
        gateway.wait_for("plain")
        gateway.wait_for_no_spooler()
        self.assertEqual(gateway.log.count("smswebd ready"), 1)

    def test_many_first_requests_at_once_start_one(self) -> None:
        gateway = self.gateway_of(spooler={"idle_exit": 60})
        gateway.start_endpoint()
        cgis = [gateway.plain_cgi(f"rcpt={NUMBER}&msg=cgi-{i}") for i in range(12)]
        gate = threading.Barrier(24)

        def post(number: int) -> None:
            gate.wait()
            gateway.post(f"fastcgi-{number}")
        with concurrent.futures.ThreadPoolExecutor(24) as pool:
            list(pool.map(post, range(24)))
        for cgi in cgis:
            self.assertIn(b"Status: 202", cgi.communicate(timeout=60)[0])
        gateway.wait_for_messages(36, 60)
        wait_until(lambda: len(gateway.spoolers()) == 1, 15, "one spooler, and no other")
        self.assertEqual(gateway.log.count("smswebd ready"), 1)
        self.assertEqual(len({m["text"] for m in gateway.messages()}), 36)

    def test_it_stays_for_a_message_that_is_due_later(self) -> None:
        gateway = self.gateway_of()
        gateway.start_endpoint()
        due = time.time() + 3
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(due)) + "Z"
        gateway.post("later", not_before=stamp)
        gateway.wait_for("later")
        self.assertGreaterEqual(time.time(), int(due))
        gateway.wait_for_no_spooler()
        self.assertEqual(gateway.log.count("smswebd ready"), 1)

    def test_a_killed_one_is_started_again_by_the_next_request(self) -> None:
        gateway = self.gateway_of("--send-time", "500ms")
        gateway.start_endpoint()
        first = gateway.post("first", **{"class": "otp"})
        wait_until(lambda: "intended" in read_queue(gateway.queue)[first].parts, 15, "an intent")
        os.kill(gateway.wait_for_spooler(), signal.SIGKILL)
        gateway.wait_for_no_spooler()
        self.assertTrue(gateway.bell.is_socket())  # left behind, and nobody hears
        gateway.post("second")
        wait_until(lambda: gateway.arrived("first") and gateway.arrived("second"), 60, "both")
        gateway.wait_for_no_spooler()
        self.assertEqual({row.state for row in read_queue(gateway.queue).values()}, {"sent"})


class Inheritance(OnDemandCase):
    """What the started spooler has of the process that started it: nothing."""

    ALLOWED = re.compile(r"PATH|HOME|LANG|TZ|SMSWEB_\w+")

    def check(self, gateway: OnDemand, foreign: Iterable[int]) -> None:
        pid = gateway.wait_for_spooler()
        wait_until(gateway.bell.is_socket, 15, "the bell")  # it is smswebd by now
        environment = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
        names = [entry.split(b"=")[0].decode() for entry in environment if entry]
        self.assertEqual([name for name in names if not self.ALLOWED.fullmatch(name)], [])
        folder = Path(f"/proc/{pid}/fd")
        for fd in (0, 1, 2):
            self.assertEqual(os.readlink(folder / str(fd)), "/dev/null")
        targets = links(str(folder))
        foreign_sockets = {target for owner in foreign for target in links(f"/proc/{owner}/fd")
                           if target.startswith("socket:")}
        self.assertGreater(len(foreign_sockets), 0)
        self.assertEqual(foreign_sockets & set(targets), set())
        sockets = [target for target in targets if target.startswith("socket:")]
        self.assertLessEqual(len(sockets), 1, targets)  # the bell
        self.assertEqual([target for target in targets if target.startswith("pipe:")], [])
        self.assertNotEqual(os.getsid(pid), os.getsid(0))

    def test_from_fastcgi(self) -> None:
        gateway = self.gateway_of(spooler={"idle_exit": 60})
        endpoint = gateway.start_endpoint()
        with Connection(gateway.socket) as waiting:
            waiting.get("/healthz")
            gateway.post("hello")
            self.check(gateway, [endpoint.pid, os.getpid()])

    def test_from_plain_cgi(self) -> None:
        gateway = self.gateway_of(spooler={"idle_exit": 60})
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen()
            listener.set_inheritable(True)
            variables = variables_of("GET", "/s.py", f"rcpt={NUMBER}&msg=secret")
            key = gateway.run("smsweb", "key", "add", "shop", "--scope", "send").stdout.strip()
            gateway.give_away(gateway.folder)
            variables |= {"HTTP_AUTHORIZATION": f"Bearer {key}", "HTTP_COOKIE": "y"}
            cgi = start_plain_cgi(gateway.programs / "smsweb-cgi", gateway.config, variables,
                                  gateway.user, pass_fds=(listener.fileno(),))
            self.assertIn(b"Status: 202", cgi.communicate(timeout=30)[0])
            gateway.wait_for("secret")
            self.check(gateway, [os.getpid()])


@unittest.skipUnless(SHIM.exists(), f"{SHIM} is not built")
class Ending(OnDemandCase):
    """Each message here is the only request after the spooler's start."""

    def each_instant(self, mark: str, *options: str) -> None:
        dry = self.gateway_of()
        # A queue that is new, or that nobody else has open, costs other calls.
        dry.start_endpoint()
        dry.run("smswebd", "--once")
        process = dry.start_stopping(*options, mark=mark)
        self.assertEqual(process.wait(60), 0, process.output())
        names = dry.calls()
        dry.close()
        self.assertIn("unlink", names)  # the bell is closed within
        self.assertEqual(names[-1], "exit")
        # Runs differ by a few calls; the very end is one more, by its name.
        instants = [*range(1, len(names) + 4), EXIT]
        lock = threading.Lock()

        def work() -> list[tuple[int, tuple[str, bool]]]:
            stopped = []
            with OnDemand() as gateway:
                gateway.start_sim()
                gateway.start_endpoint()
                while True:
                    with lock:
                        if not instants:
                            return stopped
                        k = instants.pop(0)
                    stopped.append((k, self.one_instant(gateway, k, mark, options)))
        with concurrent.futures.ThreadPoolExecutor(GATEWAYS) as pool:
            futures = [pool.submit(work) for _ in range(GATEWAYS)]
            stopped = dict(pair for future in futures for pair in future.result())
        beyond = [k for k, (name, _) in stopped.items() if name == "beyond the end"]
        self.assertLess(len(beyond), 16, beyond)
        held = sum(not accepted for _, accepted in stopped.values()) - len(beyond)
        print(f"smswebd {' '.join(options)}: {len(stopped) - len(beyond)} instants from "
              f"{mark!r} to the exit; "
              f"at {held} of them it held the queue", file=sys.stderr, flush=True)
        # Where it stopped is where the dry run had been, but for turns that
        # happened to differ; the steps of the ending are all among them.
        for call in ("unlink", "close", "exit"):
            self.assertIn((call, True), stopped.values())
        self.assertIn("fcntl64", [name for name, _ in stopped.values()])

    def one_instant(self, gateway: OnDemand, k: int, mark: str, options: tuple[str, ...]) -> tuple[str, bool]:
        at: dict[str, str | int] = {"at": 1, "call": "exit"} if k == EXIT else {"at": k}
        process = gateway.start_stopping(*options, mark=mark, **at)
        wait_until(lambda: is_stopped(process.pid) or process.ended(), 60, f"the stop at {k}")
        if process.ended():
            gateway.stop(process)
            return "beyond the end", False
        name = gateway.calls()[-1]
        text = f"at {k}, {name}"
        try:
            with concurrent.futures.ThreadPoolExecutor(1) as client:
                posted = client.submit(gateway.post, text)
                # Stopped within a transaction it holds the queue: the commit
                # comes when it goes on, and no earlier.
                concurrent.futures.wait([posted], 2)
                accepted = posted.done()
                process.send_signal(signal.SIGCONT)
                posted.result(60)
            gateway.wait_for(text)
        except Exception as error:
            raise Trouble(f"stopped at call {k} ({name}): {error}\n{gateway.log[-3000:]}") from None
        finally:
            process.send_signal(signal.SIGCONT)
        gateway.end_spoolers()
        gateway.stop(process)
        return name, accepted

    def test_a_message_at_any_instant_of_an_idle_ending_is_sent(self) -> None:
        self.each_instant("idle")

    def test_a_message_at_any_instant_of_a_run_once_is_sent(self) -> None:
        self.each_instant("unlink", "--once")

    def test_an_endpoint_that_rings_after_the_end_starts_another(self) -> None:
        """Its commit came before the ending, its ring when all was over."""
        gateway = self.gateway_of()
        spooler = gateway.start("smswebd", [str(gateway.programs / "smswebd"), "--config",
                                            str(gateway.config), "--once"])
        self.assertEqual(spooler.wait(30), 0)
        cgi = gateway.plain_cgi(f"rcpt={NUMBER}&msg=late", {
            "LD_PRELOAD": str(gateway.shim), "STOP_SHIM_CALL": "sendto", "STOP_SHIM_AT": "1"})
        wait_until(lambda: is_stopped(cgi.pid), 30, "the stop before the ring")
        self.assertEqual([row.state for row in read_queue(gateway.queue).values()], ["queued"])
        os.kill(cgi.pid, signal.SIGCONT)
        self.assertIn(b"Status: 202", cgi.communicate(timeout=30)[0])
        gateway.wait_for("late")

    def test_one_that_rang_and_ends_leaves_nothing_to_itself(self) -> None:
        """The second spooler finds the first alive and rings it; before the
        second has gone the first ends, and a message comes."""
        gateway = self.gateway_of()
        second = gateway.folder / "second"
        second.write_text(f"#!/bin/sh\nLD_PRELOAD={gateway.shim} STOP_SHIM_CALL=sent "
                          f"STOP_SHIM_AT=1 exec {gateway.programs}/smswebd \"$@\"\n")
        second.chmod(0o755)
        gateway.tables["spooler"]["command"] = str(second)
        gateway.write_config(gateway.tables)
        gateway.start_endpoint()
        # After its bell is closed, and before its last look at the queue.
        first = gateway.start_stopping(mark="unlink", call="fcntl64", at=1)
        wait_until(lambda: is_stopped(first.pid), 30, "the first in its ending")
        self.assertFalse(gateway.bell.exists())
        gateway.post("one")
        pids = wait_until(lambda: [pid for pid in gateway.spoolers() if pid != first.pid], 30,
                          "the second")
        first.send_signal(signal.SIGCONT)
        wait_until(lambda: is_stopped(pids[0]), 30, "the second has rung the first")
        gateway.wait_for("one")
        self.assertEqual(first.wait(30), 0)
        gateway.post("two")
        os.kill(pids[0], signal.SIGCONT)
        gateway.wait_for("two")

    def test_sigterm_leaves_a_message_that_comes_meanwhile_to_another(self) -> None:
        gateway = self.gateway_of("--send-time", "2s")
        gateway.start_endpoint()
        first = gateway.post("under way")
        wait_until(lambda: "intended" in read_queue(gateway.queue)[first].parts, 15, "an intent")
        os.kill(gateway.wait_for_spooler(), signal.SIGTERM)
        wait_until(lambda: "smswebd ending" in gateway.log, 15, "the signal heard")
        gateway.post("meanwhile")
        gateway.wait_for("under way")
        gateway.wait_for("meanwhile")
        gateway.wait_for_no_spooler()


if __name__ == "__main__":
    unittest.main(verbosity=2)
