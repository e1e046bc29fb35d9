"""What it costs to add a message and to take the next one, with few and with
very many others in the queue."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from parts import Programs, Size
from report import Section, progress


def run(size: Size, programs: Programs) -> Section:
    section = Section("growth", "one call on the queue, by what lies in it (medians)")
    few = size.growth[0]
    first: tuple[float, float] | None = None
    for finished, queued in size.growth:
        progress(f"growth: {finished:,} finished, {queued:,} queued")
        measured = _measure(programs.queue_growth, finished, queued)
        first = first or measured
        for name, micros, least in zip(("insert", "lease the next"), measured, first):
            compared = "" if (finished, queued) == few else f"{100 * (micros / least - 1):+.0f} %"
            section.add(f"{finished:>10,} finished, {queued:>9,} queued: {name}", micros, "us",
                        note=compared)
    return section


def _measure(program: Path, finished: int, queued: int) -> tuple[float, float]:
    with tempfile.TemporaryDirectory(prefix="smsweb-growth-") as folder:
        done = subprocess.run([program, f"{folder}/queue.db", str(finished), str(queued)],
                              check=True, capture_output=True, text=True)
    _, insert, _, lease = done.stdout.split()
    return float(insert), float(lease)
