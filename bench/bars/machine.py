"""What the machine and its processes did while something was measured."""

from __future__ import annotations

import os
import resource
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
CORES = os.cpu_count() or 1


def process_tree(pid: int) -> list[int]:
    """A process and all its descendants that live now."""
    pids = [pid]
    for parent in pids:
        try:
            for task in Path(f"/proc/{parent}/task").iterdir():
                pids += [int(child) for child in (task / "children").read_text().split()]
        except (FileNotFoundError, ProcessLookupError):
            pass
    return pids


def cpu_seconds(pid: int) -> float:
    """User and system time of a process and its descendants, reaped ones too."""
    ticks = 0
    for one in process_tree(pid):
        try:
            fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        ticks += sum(map(int, fields[11:15]))
    return ticks / TICKS


def own_children_cpu() -> float:
    """Of children that have ended and been waited for: load generators."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def status_kib(pid: int, field: str) -> int:
    """VmRSS and the like, in KiB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1])
    raise KeyError(field)


@dataclass
class CpuTimes:
    busy: float
    steal: float

    @classmethod
    def now(cls) -> CpuTimes:
        fields = Path("/proc/stat").read_text().splitlines()[0].split()[1:9]
        user, nice, system, _idle, _iowait, irq, softirq, steal = map(int, fields)
        return cls((user + nice + system + irq + softirq) / TICKS, steal / TICKS)


def busy_share(seconds: float = 2) -> float:
    """The part of the machine that is in use while we do nothing."""
    before = CpuTimes.now().busy
    time.sleep(seconds)
    return (CpuTimes.now().busy - before) / (seconds * CORES)


def steal_seconds() -> float:
    """How long the hypervisor has run others while we wanted to."""
    return CpuTimes.now().steal


def fsync_ms(folder: Path, count: int = 50) -> float:
    """Median time of appending 4 KiB to a file and syncing it."""
    times: list[float] = []
    with tempfile.TemporaryFile(dir=folder) as file:
        for _ in range(count):
            file.write(b"x" * 4096)
            file.flush()
            began = time.monotonic()
            os.fdatasync(file.fileno())
            times.append(1e3 * (time.monotonic() - began))
    return statistics.median(times)
