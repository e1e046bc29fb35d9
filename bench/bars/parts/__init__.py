"""One module for each thing measured; each has
run(size: Size, programs: Programs) -> Section."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import harness
from harness import Gateway


@dataclass
class Size:
    """How much to do."""

    rounds: int
    seconds: float  # of each run of a load
    requests: int  # of the latency
    messages: int  # of the drain
    growth: tuple[tuple[int, int], ...]  # messages that are finished, and that wait
    idle_messages: int
    idle_modems: int
    idle_pause: float  # seconds


FULL = Size(rounds=5, seconds=6, requests=1000, messages=500,
            growth=((1_000, 1_000), (1_000, 1_000_000), (10_000_000, 1_000),
                    (10_000_000, 1_000_000)),
            idle_messages=500, idle_modems=1, idle_pause=3600)
QUICK = Size(rounds=3, seconds=3, requests=500, messages=500,
             growth=((1_000, 1_000), (1_000_000, 1_000), (1_000, 1_000_000)),
             idle_messages=500, idle_modems=25, idle_pause=60)
SMOKE = Size(rounds=1, seconds=1, requests=20, messages=20,
             growth=((10, 10), (1000, 1000)), idle_messages=4, idle_modems=2, idle_pause=1)


@dataclass
class Programs:
    """The baselines. Where smsweb's own are, the harness knows."""

    empty_fcgi: Path
    empty_cgi: Path
    queue_growth: Path


@contextmanager
def bell(gateway: Gateway) -> Iterator[None]:
    """In a spooler's place: rings are taken, and nobody acts on them."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(gateway.bell))
        gateway.bell.chmod(0o666)
        yield


def log_to_file(gateway: Gateway) -> None:
    """Instead of through a pipe to us, which would cost us time for each line."""
    gateway.write_config({"log": {"file": str(gateway.folder / "log" / "smsweb.log")}})


def fill_queue(web: harness.Web, count: int, text: str) -> None:
    client = http.client.HTTPConnection("127.0.0.1", web.port, timeout=30)
    for number in range(count):
        client.request("GET", f"/s.py?rcpt={harness.NUMBER}&msg={text}+{number}")
        response = client.getresponse()
        response.read()
        if response.status != http.client.ACCEPTED:
            raise harness.Trouble(f"{response.status} while the queue is filled")
    client.close()
