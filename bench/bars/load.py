"""Loads put on a web server, with what they cost, run against run."""

from __future__ import annotations

import json
import sqlite3
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import harness
from harness import Process, Trouble, Web
from machine import cpu_seconds, own_children_cpu
from report import Section, at_least, progress, spread

PATH = f"/s.py?rcpt={harness.NUMBER}&msg=hello"
REQUESTS = Path(__file__).resolve().parent / "requests.lua"


@dataclass
class Sample:
    """One run: how many requests were answered with 2xx, and how it went."""

    requests: int
    seconds: float
    p50_ms: float
    p99_ms: float
    cpu: dict[str, float] = field(default_factory=dict)  # seconds, by process

    @property
    def rate(self) -> float:
        return self.requests / self.seconds

    @property
    def cpu_us(self) -> float:
        return 1e6 * sum(self.cpu.values()) / self.requests


def run_wrk(web: Web, mode: str, connections: int, seconds: float, *numbers: int) -> Sample:
    tool = harness.find_tool("wrk")
    if tool is None:
        raise Trouble("wrk is not installed")
    done = subprocess.run(
        [tool, "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "--timeout", "10s",
         "-s", str(REQUESTS), f"http://127.0.0.1:{web.port}{PATH}", "--", mode, *map(str, numbers)],
        capture_output=True, text=True, timeout=seconds + 60, check=False)
    _, found, line = done.stdout.rpartition("BENCH ")
    if done.returncode != 0 or not found:
        raise Trouble(f"wrk ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    result = json.loads(line)
    if result["non_2xx"] or result["socket_errors"] or not result["requests"]:
        raise Trouble(f"requests failed: {line}")
    return Sample(result["requests"], result["seconds"], result["p50_ms"], result["p99_ms"])


def run_ab(web: Web, concurrency: int, seconds: float) -> Sample:
    # -t sets a number of requests of its own, which no server here reaches.
    load = harness.run_ab(f"http://127.0.0.1:{web.port}{PATH}", 1, concurrency,
                          "-t", str(max(1, round(seconds))), seconds=seconds + 120)
    if load.failed or load.non_2xx or not load.complete:
        raise Trouble(f"requests failed:\n{load.report}")
    percentiles = {int(fields[0][:-1]): float(fields[1])
                   for fields in map(str.split, load.report.splitlines())
                   if len(fields) >= 2 and fields[0] in ("50%", "99%")}
    return Sample(load.complete, load.seconds, percentiles[50], percentiles[99])


@dataclass
class Contestant:
    """A web server with a program behind it."""

    name: str
    web: Web
    programs: Sequence[Process] = ()  # that the web server did not start
    queue: Path | None = None  # where each 202 must have left a row

    def measure(self, load: Callable[[Web], Sample], in_flight: int) -> Sample:
        before = self._rows()
        cpu = self._cpu()
        loader = own_children_cpu()
        sample = load(self.web)
        sample.cpu = {name: used - cpu[name] for name, used in self._cpu().items()}
        sample.cpu["load"] = own_children_cpu() - loader
        if self.queue:
            self._check_rows(before, sample, in_flight)
        return sample

    def _cpu(self) -> dict[str, float]:
        return {process.name: cpu_seconds(process.pid)
                for process in (self.web.process, *self.programs)}

    def _rows(self) -> int:
        if not self.queue:
            return 0
        with closing(sqlite3.connect(f"file:{self.queue}?mode=ro", uri=True)) as db:
            return int(db.execute("SELECT count(*) FROM message").fetchone()[0])

    def _check_rows(self, before: int, sample: Sample, in_flight: int) -> None:
        """Every 202 is a row. Requests that were under way when the load ended
        may leave one, too, without being counted; the next run waits for them."""
        rows = -1
        for _ in range(100):
            last, rows = rows, self._rows()
            if rows == last:
                break
            time.sleep(0.3)
        added = rows - before
        if not sample.requests <= added <= sample.requests + in_flight:
            raise Trouble(f"{self.name}: {sample.requests} answers of 202, {added} messages")


def compare(section: Section, label: str, ours: Contestant, baseline: Contestant,
            load: Callable[[Web], Sample], *, in_flight: int, rounds: int,
            bar: float | None) -> None:
    """Runs in turn, ours and the baseline's, and adds the medians to the section."""
    results: dict[str, list[Sample]] = {ours.name: [], baseline.name: []}
    for number in range(rounds):
        for one in (ours, baseline):
            sample = one.measure(load, in_flight)
            results[one.name].append(sample)
            progress(f"{section.name}: {label}: {one.name} {number + 1}/{rounds}: "
                     f"{sample.rate:,.0f}/s, {sample.cpu_us:.1f} us of CPU a request")
    rates: list[float] = []
    costs: list[float] = []
    for one in (ours, baseline):
        samples = results[one.name]
        rates.append(statistics.median(sample.rate for sample in samples))
        costs.append(statistics.median(sample.cpu_us for sample in samples))
        section.add(f"{label}: {one.name}", rates[-1], "requests/s", note=_describe(samples))
    section.add(f"{label}: ratio", rates[0] / rates[1],
                bar=at_least(bar) if bar is not None else None,
                note=f"of CPU a request: {costs[1] / costs[0]:.3f}")


def _describe(samples: Sequence[Sample]) -> str:
    def median(values: list[float]) -> float:
        return statistics.median(values)

    costs = ", ".join(
        f"{name} {median([1e6 * s.cpu[name] / s.requests for s in samples]):.1f}"
        for name in samples[0].cpu)
    return (f"spread {100 * spread([s.rate for s in samples]):.0f} %; "
            f"p50 {median([s.p50_ms for s in samples]):.1f}, "
            f"p99 {median([s.p99_ms for s in samples]):.1f} ms; us of CPU: {costs}")
