"""Programs that a preloaded library (../kill_shim) kills at a named point, and a
gateway that is laid anew for each of them.

A point is NAME:NUMBER, as in sync-before:3: where the program was about to make
its third sync. The library counts what an undisturbed run has, and so which
points there are."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from dataclasses import dataclass
from pathlib import Path

from books import Row, read_queue
from harness import PROGRAMS, Gateway, Process

SHIM = PROGRAMS.parent / "tests" / "libkill_shim.so"

# What is counted, and where before, in or behind it a program can be killed.
INSTANTS = {"write": ("write-before", "write-half", "write-after"),
            "sync": ("sync-before", "sync-after"),
            "ring": ("ring-before", "ring-after"),
            "answer": ("answer-before", "answer-half", "answer-after"),
            "line": ("line",)}

# The commit that finds a log of so many pages writes it back into the queue, as
# SQLite comes.
LOG_PAGES = 1000


@dataclass(frozen=True)
class Point:
    name: str
    number: int

    def __str__(self) -> str:
        return f"{self.name}:{self.number}"


def points_of(counts: dict[str, int]) -> list[list[Point]]:
    """All that there are, a list for each thing counted."""
    return [[Point(instant, number) for instant in INSTANTS[name]
             for number in range(1, count + 1)]
            for name, count in counts.items() if count > 0]


def spread(points: list[Point], wanted: int) -> list[Point]:
    """So many of them, evenly."""
    if wanted >= len(points):
        return points
    return [points[(2 * i + 1) * len(points) // (2 * wanted)] for i in range(wanted)]


def chosen(counts: dict[str, int], wanted: str, share: float) -> list[Point]:
    """`wanted`: a number of points, of which `share` are of this run, the same
    for each thing counted; or all; or the one that it names."""
    if ":" in wanted:
        name, number = wanted.split(":")
        return [Point(name, int(number))]
    groups = points_of(counts)
    each = None if wanted == "all" else max(1, round(int(wanted) * share / len(groups)))
    return [point for points in groups
            for point in (points if each is None else spread(points, each))]


class Bench(Gateway):
    """A gateway for many runs, each of which begins with `lay`: with a queue, and
    what was on the air before, as `keep` has put them away."""

    QUEUE = ("queue.db", "queue.db-wal")
    KEPT = (*QUEUE, "phone.jsonl")

    def __init__(self, modems: int) -> None:
        super().__init__(modems, {"log": {"level": "warning"}})
        self.shim = self.folder / SHIM.name
        shutil.copy(SHIM, self.shim)
        self.shim.chmod(0o755)

    def kill_all(self) -> None:
        """The last started first: no spooler sees its modem go."""
        for process in reversed(list(self._processes)):
            self.kill(process)

    def lay(self, template: Path | None) -> None:
        """None: there is no queue yet."""
        self.kill_all()
        for left in (*self.folder.glob("queue.db*"), self.phone, self.bell, self.socket,
                     self.folder / "counts"):
            left.unlink(missing_ok=True)
        self._records.clear()
        self._messages.clear()
        self._read_bytes = 0
        if template is not None:
            copy_files(template, self.KEPT, self.folder)
            for name in os.listdir(template):
                self.give_away(self.folder / name)

    def keep(self, template: Path) -> Path:
        """Nobody has the queue open any more."""
        template.mkdir()
        copy_files(self.folder, self.KEPT, template)
        return template

    def shim_environment(self, point: Point | None) -> dict[str, str]:
        """Of a program that dies there; or, without a point, when it likes."""
        environment = {"LD_PRELOAD": str(self.shim), "ASAN_OPTIONS": "verify_asan_link_order=0",
                       "KILL_SHIM_COUNTS": str(self.folder / "counts")}
        if point is not None:
            environment |= {"KILL_SHIM_POINT": point.name, "KILL_SHIM_AT": str(point.number)}
        return environment

    def start_killing(self, program: str, point: Point | None) -> Process:
        return self.start(program, [str(self.programs / program), "--config", str(self.config)],
                          environment=self.shim_environment(point))

    def counts(self) -> dict[str, int]:
        """What the library has counted in a run that ended by itself."""
        lines = (self.folder / "counts").read_text(encoding="utf-8").splitlines()
        return {name: int(count) for name, count in (line.split() for line in lines)}

    def fill_log(self) -> None:
        """Until the next commit writes it back. Some program has the queue open,
        or the end of this work would do it."""
        database = sqlite3.connect(self.queue, isolation_level=None, timeout=30)
        for sql in ("PRAGMA wal_autocheckpoint = 0", "PRAGMA synchronous = OFF",
                    "CREATE TABLE filler (n)", "INSERT INTO filler VALUES (0)"):
            database.execute(sql)
        while Path(f"{self.queue}-wal").stat().st_size < LOG_PAGES * 4120:
            database.execute("UPDATE filler SET n = n + 1")
        database.execute("DROP TABLE filler")
        database.close()

    def is_open(self) -> bool:
        """Some program of ours has opened the queue. Before that a look at it would
        make queue.db-shm, as the user that the test runs as."""
        return Path(f"{self.queue}-shm").exists()

    def rows_left(self) -> dict[str, Row]:
        """What the next program will find in the queue, which is left to that
        program to repair. Nobody has it open."""
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            copy_files(self.folder, self.QUEUE, Path(folder))
            return read_queue(Path(folder) / "queue.db")

    def come_in(self) -> int:
        """How many messages the modems were given by the network."""
        return len({record["id"] for record in self.records() if record["event"] == "inbound"})


def copy_files(source: Path, names: tuple[str, ...], target: Path) -> None:
    for name in names:
        if (source / name).exists():
            shutil.copyfile(source / name, target / name)
