"""Verifications begun, and codes checked, against plain messages of class otp
through the same nginx: what is counted, derived and kept besides. No spooler
runs, as in the part endpoint."""

from __future__ import annotations

from contextlib import ExitStack

from harness import Gateway, Web
from load import Contestant, Sample, compare, run_wrk
from parts import Programs, Size, bell
from report import Section

CONNECTIONS = 64
BARS = {"start": 0.6, "check": 0.8}
LABELS = {"start": "verifications begun", "check": "codes checked"}


class Numbers:
    """No number is taken twice, but by the checks of those that were begun."""

    def __init__(self) -> None:
        self.next = 0
        self.begun = (0, 0)

    def take(self, mode: str, web: Web, seconds: float) -> Sample:
        if mode == "check":
            return run_wrk(web, mode, CONNECTIONS, seconds, *self.begun)
        first = self.next
        sample = run_wrk(web, mode, CONNECTIONS, seconds, first, 10_000_000)
        self.next = first + sample.requests + CONNECTIONS
        if mode == "start":
            # wrk makes one request that it does not send; and those that were
            # under way at the end may not have been begun.
            self.begun = (first + 1, max(1, sample.requests - 2 * CONNECTIONS))
        return sample


def run(size: Size, programs: Programs) -> Section:
    del programs
    section = Section("verify", f"FastCGI behind nginx, wrk -t1 -c{CONNECTIONS}, all of it on disk")
    with ExitStack() as stack:
        ours = stack.enter_context(Gateway())
        theirs = stack.enter_context(Gateway())
        for gateway in (ours, theirs):
            stack.enter_context(bell(gateway))
            gateway.write_config({"verify": {"app": "Bench", "max_checks": 10,
                                             "secret_file": str(gateway.folder / "keys")}})
            gateway.run("smsweb", "secret", "init")
            gateway.give_away(gateway.folder / "keys")
        programs_of = {gateway: [gateway.start_endpoint()] for gateway in (ours, theirs)}
        webs = {"verify": ours.start_nginx(), "plain": theirs.start_nginx()}
        numbers = {name: Numbers() for name in webs}
        for mode in ("start", "check"):
            def load(web: Web, mode: str = mode) -> Sample:
                name = "verify" if web is webs["verify"] else "plain"
                return numbers[name].take(mode if name == "verify" else "message", web, size.seconds)
            compare(section, LABELS[mode],
                    Contestant(LABELS[mode], webs["verify"], programs_of[ours],
                               ours.queue if mode == "start" else None),
                    Contestant("plain messages", webs["plain"], programs_of[theirs], theirs.queue),
                    load, in_flight=CONNECTIONS, rounds=size.rounds, bar=BARS[mode])
    return section
