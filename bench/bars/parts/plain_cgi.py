"""smsweb-cgi as plain CGI behind Apache's mod_cgid, against an empty C program
that does one synced SQLite insert."""

from __future__ import annotations

import shutil
import sqlite3
import statistics
import subprocess
import time
from contextlib import ExitStack, closing
from pathlib import Path

import load
from harness import Gateway, Trouble
from load import Contestant, compare, run_ab
from machine import own_children_cpu
from parts import Programs, Size, bell
from report import Section

BAR = 0.6
CONCURRENCIES = ((8, BAR), (252, None))


def run(size: Size, programs: Programs) -> Section:
    section = Section("cgi", "plain CGI behind Apache's mod_cgid, ab, messages on disk")
    with ExitStack() as stack:
        ours = stack.enter_context(Gateway())
        theirs = stack.enter_context(Gateway())
        stack.enter_context(bell(ours))
        smsweb = Contestant("smsweb-cgi", ours.start_apache("cgid"), queue=ours.queue)
        smsweb.web.request("GET", load.PATH)  # makes the queue
        empty = _start_empty(theirs, programs.empty_cgi, _schema(ours.queue))
        for concurrency, bar in CONCURRENCIES:
            compare(section, f"-c {concurrency}", smsweb, empty,
                    lambda web, c=concurrency: run_ab(web, c, size.seconds),
                    in_flight=concurrency, rounds=size.rounds, bar=bar)
        _compare_alone(section, size, {
            smsweb.name: (ours.programs / "smsweb-cgi", ours.config),
            empty.name: (theirs.programs / "smsweb-cgi", theirs.config)})
    return section


def _compare_alone(section: Section, size: Size, programs: dict[str, tuple[Path, Path]]) -> None:
    """Without a web server, one run after another. Apache never learns what its
    programs cost (it ignores SIGCHLD); here it is known."""
    costs: dict[str, list[float]] = {name: [] for name in programs}
    times: dict[str, list[float]] = {name: [] for name in programs}
    for _ in range(20 * size.rounds):
        for name, (program, config) in programs.items():
            before = own_children_cpu()
            began = time.monotonic()
            done = subprocess.run([program], env=_environment(config), check=True,
                                  stdin=subprocess.DEVNULL, capture_output=True)
            times[name].append(1e3 * (time.monotonic() - began))
            costs[name].append(1e3 * (own_children_cpu() - before))
            if not done.stdout.startswith(b"Status: 202"):
                raise Trouble(f"{name}: {done.stdout!r} {done.stderr!r}")
    for name in programs:
        section.add(f"alone: {name}", statistics.median(costs[name]), "ms of CPU",
                    note=f"from start to end {statistics.median(times[name]):.1f} ms")


def _environment(config: Path) -> dict[str, str]:
    path, _, query = load.PATH.partition("?")
    return {"GATEWAY_INTERFACE": "CGI/1.1", "REQUEST_METHOD": "GET", "SCRIPT_NAME": path,
            "QUERY_STRING": query, "REMOTE_ADDR": "127.0.0.1", "SMSWEB_CONFIG": str(config)}


def _schema(queue: Path) -> list[str]:
    """The message table, its indexes, and what it is counted by."""
    with closing(sqlite3.connect(queue)) as db:
        return [sql for (sql,) in db.execute(
            "SELECT sql FROM sqlite_master WHERE tbl_name IN ('message', 'message_count') "
            "AND sql IS NOT NULL ORDER BY type = 'trigger', type DESC")]


def _start_empty(gateway: Gateway, program: Path, schema: list[str]) -> Contestant:
    gateway.keeps_contract = False
    queue = gateway.folder / "empty.db"
    with closing(sqlite3.connect(queue)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        for sql in schema:
            db.execute(sql)
        db.commit()
    owner = gateway.folder.stat()
    shutil.chown(queue, owner.st_uid, owner.st_gid)
    # deploy/apache calls the program of this name, and hands on this variable.
    gateway.programs = gateway.folder / "empty"
    gateway.programs.mkdir()
    shutil.copy(program, gateway.programs / "smsweb-cgi")
    gateway.config = queue
    return Contestant("empty C, one insert", gateway.start_apache("cgid"), queue=queue)

