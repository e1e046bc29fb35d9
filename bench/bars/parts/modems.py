"""Many modems on one smswebd: how the rate grows with them while they answer at
once, and what smswebd costs with 64 that take as long as real ones."""

from __future__ import annotations

import time

import harness
from harness import Gateway
from machine import cpu_seconds
from parts import Programs, Size, fill_queue, log_to_file
from report import Section, progress

COUNTS = (1, 4, 16, 64)
MANY = COUNTS[-1]
SEND_TIME_S = 6  # a message on a real modem
WARM_UP_S = 10  # until each of them has its next message
MESSAGES_A_COUNT = 4  # times those of the drain


def run(size: Size, programs: Programs) -> Section:
    del programs
    section = Section("modems", f"1 to {MANY} simulated modems on one smswebd")
    for count in COUNTS:
        _instant(section, count, MESSAGES_A_COUNT * size.messages)
    # Whole rounds of all of them, for they keep step.
    _realistic(section, SEND_TIME_S * max(2, round(10 * size.seconds / SEND_TIME_S)))
    return section


def _instant(section: Section, modems: int, messages: int) -> None:
    with Gateway(modems=modems) as gateway:
        _fill(gateway, messages)
        gateway.start_sim()
        spooler = gateway.start_spooler()
        before = cpu_seconds(spooler.pid)
        gateway.wait_for_messages(messages, 30 + messages / 50)
        cpu = cpu_seconds(spooler.pid) - before
        accepted = sorted(record["accepted_us"] for record in gateway.messages())
        used = len({record["modem"] for record in gateway.messages()})
    # Without the time in which modems are set up, and that in which they end.
    tenth = messages // 10
    rate = (messages - 2 * tenth) / ((accepted[-1 - tenth] - accepted[tenth]) / 1e6)
    progress(f"modems: {modems}: {rate:,.0f} messages/s")
    section.add(f"{modems} instant", rate, "messages/s",
                note=f"{1e6 * cpu / messages:.0f} µs of CPU each in smswebd: "
                     f"{100 * rate * cpu / messages:.0f} % of a core; {used} had some")


def _realistic(section: Section, seconds: float) -> None:
    per_second = MANY / SEND_TIME_S
    with Gateway(modems=MANY) as gateway:
        _fill(gateway, int(per_second * (WARM_UP_S + seconds)) + 2 * MANY)
        gateway.start_sim("--send-time", f"{SEND_TIME_S}s")
        spooler = gateway.start_spooler()
        time.sleep(WARM_UP_S)
        sent = len(gateway.messages())
        cpu, began = cpu_seconds(spooler.pid), time.monotonic()
        time.sleep(seconds)
        took = time.monotonic() - began
        cpu = cpu_seconds(spooler.pid) - cpu
        sent = len(gateway.messages()) - sent
        if spooler.ended():
            raise harness.Trouble("smswebd has ended")
    if sent < 0.7 * per_second * seconds:
        raise harness.Trouble(f"{sent} messages in {took:.0f} s, of {per_second * seconds:.0f}")
    section.add(f"{MANY} of {SEND_TIME_S} s a message", sent / took, "messages/s",
                note=f"{per_second:.1f} is all that they can; seen for {took:.0f} s")
    section.add("smswebd then, of a core", 100 * cpu / took, "%")


def _fill(gateway: Gateway, messages: int) -> None:
    log_to_file(gateway)
    endpoint = gateway.start_endpoint()
    web = gateway.start_nginx()
    fill_queue(web, messages, "modems")
    gateway.stop(web.process)
    gateway.stop(endpoint)
