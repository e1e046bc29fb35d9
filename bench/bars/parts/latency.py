"""From a client's send() to AT+CMGS at the modem, one request after another,
with the spooler resident and everything idle in between. Both times are of
CLOCK_MONOTONIC: ours, and the simulator's record."""

from __future__ import annotations

import http.client
import random
import socket
import time

import harness
from harness import Gateway
from parts import Programs, Size, log_to_file
from report import Section, at_most, percentile, progress

MEDIAN_BAR_MS = 5
P99_BAR_MS = 20
WARM_UP = 5
PAUSE_S = (0.005, 0.040)


def run(size: Size, programs: Programs) -> Section:
    del programs
    section = Section("latency", f"from request to AT+CMGS, {size.requests} requests one by one")
    with Gateway() as gateway:
        log_to_file(gateway)
        gateway.start_sim()
        gateway.start_spooler()
        gateway.start_endpoint()
        web = gateway.start_nginx()
        send_one_by_one(web.port, [f"warm-up {i}" for i in range(WARM_UP)])
        gateway.wait_for_messages(WARM_UP)
        texts = [f"latency {i}" for i in range(size.requests)]
        sent, answered = send_one_by_one(web.port, texts)
        arrived = {message["text"]: message["cmgs_us"]
                   for message in gateway.wait_for_messages(WARM_UP + size.requests)}
    to_modem = [(arrived[text] - sent[text]) / 1e3 for text in texts]
    to_answer = [(answered[text] - sent[text]) / 1e3 for text in texts]
    _add(section, "to AT+CMGS", to_modem, bars=True)
    _add(section, "to the answer 202", to_answer, bars=False)
    return section


def _add(section: Section, name: str, millis: list[float], *, bars: bool) -> None:
    for label, percent, bar in (("median", 50, MEDIAN_BAR_MS), ("p90", 90, None),
                                ("p99", 99, P99_BAR_MS), ("max", 100, None)):
        section.add(f"{name}, {label}", percentile(millis, percent), "ms",
                    at_most(bar) if bars and bar else None)


def send_one_by_one(port: int, texts: list[str]) -> tuple[dict[str, float], dict[str, float]]:
    """Sends each over one kept connection; when its request left and when its
    answer was there, in microseconds."""
    sent: dict[str, float] = {}
    answered: dict[str, float] = {}
    with socket.create_connection(("127.0.0.1", port), 10) as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for number, text in enumerate(texts):
            path = f"/s.py?rcpt={harness.NUMBER}&msg={text.replace(' ', '+')}"
            request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
            sent[text] = time.monotonic_ns() / 1e3
            client.sendall(request)
            response = http.client.HTTPResponse(client)
            response.begin()
            body = response.read()
            answered[text] = time.monotonic_ns() / 1e3
            if response.status != http.client.ACCEPTED:
                raise harness.Trouble(f"{response.status} {body!r}")
            time.sleep(random.uniform(*PAUSE_S))
            if number % 250 == 249:
                progress(f"latency: {number + 1} of {len(texts)}")
    return sent, answered
