"""What it costs to add a message and to take the next one, with few and with
very many others in the queue."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from parts import Programs, Size
from report import Section, progress


def run(size: Size, programs: Programs) -> Section:
    section = Section("growth", "one call on the queue, by what lies behind it (medians)")
    for state in ("finished", "queued"):
        for rows in size.growth:
            progress(f"growth: {rows:,} {state}")
            insert, lease = _measure(programs.queue_growth, rows, state)
            section.add(f"{rows:>9,} {state}: insert", insert, "us")
            section.add(f"{rows:>9,} {state}: lease the next", lease, "us")
    return section


def _measure(program: Path, rows: int, state: str) -> tuple[float, float]:
    with tempfile.TemporaryDirectory(prefix="smsweb-growth-") as folder:
        done = subprocess.run([program, f"{folder}/queue.db", str(rows), state], check=True,
                              capture_output=True, text=True)
    _, insert, _, lease = done.stdout.split()
    return float(insert), float(lease)
