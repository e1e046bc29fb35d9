"""How long a modem stands still while messages wait for it: from the answer to
one message to AT+CMGS for the next, as a share of all its time. And the first
message after a long pause, in which everything has gone to sleep that may."""

from __future__ import annotations

import time

import harness
from harness import Gateway
from parts import Programs, Size, fill_queue, log_to_file
from parts.latency import MEDIAN_BAR_MS, send_one_by_one
from report import Section, at_most, percentile, progress

SEND_TIME_S = 3  # a message on such a modem
BAR_PERCENT = 0.2


def run(size: Size, programs: Programs) -> Section:
    del programs
    section = Section("idle", f"{size.idle_messages} messages through {size.idle_modems} modem(s) "
                              f"of {SEND_TIME_S} s a message; a pause of {size.idle_pause:g} s")
    _stands_still(section, size)
    _after_a_pause(section, size.idle_pause)
    return section


def _stands_still(section: Section, size: Size) -> None:
    with Gateway(modems=size.idle_modems) as gateway:
        log_to_file(gateway)
        endpoint = gateway.start_endpoint()
        fill_queue(gateway.start_nginx(), size.idle_messages, "idle")
        gateway.stop(endpoint)
        gateway.start_sim("--send-time", f"{SEND_TIME_S}s")
        gateway.start_spooler()
        seconds = SEND_TIME_S * size.idle_messages / size.idle_modems
        progress(f"idle: {seconds:.0f} s of sending")
        gateway.wait_for_messages(size.idle_messages, 60 + 1.5 * seconds)
        parts = [record for record in gateway.records() if record["event"] == "part"]
    if len(parts) != size.idle_messages:
        raise harness.Trouble(f"{size.idle_messages} messages, but {len(parts)} submissions")
    gaps: list[float] = []
    busy = 0.0
    for modem in {part["modem"] for part in parts}:
        own = [part for part in parts if part["modem"] == modem]
        gaps += [(later["cmgs_us"] - earlier["accepted_us"]) / 1e3
                 for earlier, later in zip(own, own[1:])]
        busy += (own[-1]["accepted_us"] - own[0]["cmgs_us"]) / 1e3
    section.add("stands still while messages wait", 100 * sum(gaps) / busy, "%",
                at_most(BAR_PERCENT))
    for label, percent in (("median", 50), ("p99", 99), ("max", 100)):
        section.add(f"answer to next AT+CMGS, {label}", percentile(gaps, percent), "ms")


def _after_a_pause(section: Section, seconds: float) -> None:
    with Gateway() as gateway:
        log_to_file(gateway)
        gateway.start_sim()
        gateway.start_spooler()
        gateway.start_endpoint()
        web = gateway.start_nginx()
        send_one_by_one(web.port, ["before"])
        gateway.wait_for_messages(1)
        progress(f"idle: {seconds:.0f} s of nothing")
        time.sleep(seconds)
        sent, _ = send_one_by_one(web.port, ["after"])
        after = gateway.wait_for_messages(2)[-1]
    section.add("to AT+CMGS, the first after the pause", (after["cmgs_us"] - sent["after"]) / 1e3,
                "ms", at_most(MEDIAN_BAR_MS))
