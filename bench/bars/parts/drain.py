"""A queue that is full when the spooler starts, through one modem that answers
at once."""

from __future__ import annotations

import statistics

import harness
from harness import Gateway
from parts import Programs, Size, fill_queue, log_to_file
from report import Section, at_least, percentile, progress, spread

BAR = 300


def run(size: Size, programs: Programs) -> Section:
    del programs
    section = Section("drain", f"{size.messages} messages through one instant modem, "
                               f"{size.rounds} times")
    rates: list[float] = []
    gaps: list[float] = []
    for number in range(size.rounds):
        rate, gaps_of_run = _drain_once(size.messages)
        rates.append(rate)
        gaps += gaps_of_run
        progress(f"drain: {number + 1}/{size.rounds}: {rate:,.0f} messages/s")
    section.add("rate", statistics.median(rates), "messages/s", at_least(BAR),
                note=f"spread {100 * spread(rates):.0f} %")
    for label, percent in (("median", 50), ("p99", 99), ("max", 100)):
        section.add(f"answer to next AT+CMGS, {label}", percentile(gaps, percent), "ms")
    return section


def _drain_once(count: int) -> tuple[float, list[float]]:
    with Gateway() as gateway:
        log_to_file(gateway)
        endpoint = gateway.start_endpoint()
        fill_queue(gateway.start_nginx(), count, "drain")
        gateway.stop(endpoint)
        gateway.start_sim()
        gateway.start_spooler()
        gateway.wait_for_messages(count, 30 + count / 50)
        parts = [record for record in gateway.records() if record["event"] == "part"]
    if len(parts) != count:
        raise harness.Trouble(f"{count} messages, but {len(parts)} submissions")
    seconds = (parts[-1]["accepted_us"] - parts[0]["cmgs_us"]) / 1e6
    gaps = [(later["cmgs_us"] - earlier["accepted_us"]) / 1e3
            for earlier, later in zip(parts, parts[1:])]
    return count / seconds, gaps
