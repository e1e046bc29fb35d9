"""What smswebd keeps in memory when there is nothing to do, resident; and that
on demand there is nothing of it at all."""

from __future__ import annotations

import time
from pathlib import Path

import harness
from harness import Gateway, wait_until
from machine import status_kib
from parts import Programs, Size
from report import Section, at_most

BAR_MB = 10
IDLE_EXIT_S = 1


def run(size: Size, programs: Programs) -> Section:
    del programs
    section = Section("memory", "smswebd with one modem and an empty queue")
    _resident(section, size)
    _on_demand(section)
    return section


def _resident(section: Section, size: Size) -> None:
    with Gateway() as gateway:
        gateway.start_sim()
        spooler = gateway.start_spooler()
        spooler.wait_for_line("state=ready", 15)
        time.sleep(0.5)
        _add_resident(section, "resident, idle (VmRSS)", spooler.pid)
        endpoint = gateway.start_endpoint()
        web = gateway.start_nginx()
        count = min(size.messages, 200)
        for number in range(count):
            web.get("/s.py", rcpt=harness.NUMBER, msg=f"memory {number}")
        gateway.wait_for_messages(count)
        time.sleep(0.5)
        _add_resident(section, f"after {count} messages (VmRSS)", spooler.pid)
        section.add("smsweb-cgi after these (VmRSS)", status_kib(endpoint.pid, "VmRSS") / 1024,
                    "MiB")


def _add_resident(section: Section, name: str, pid: int) -> None:
    own = status_kib(pid, "RssAnon") / 1024
    section.add(name, status_kib(pid, "VmRSS") / 1024, "MiB", at_most(BAR_MB),
                note=f"of it {own:.1f} its own, the rest pages of files")


def _on_demand(section: Section) -> None:
    with Gateway(settings={"spooler": {"spawn": True, "idle_exit": IDLE_EXIT_S}}) as gateway:
        gateway.start_sim()
        gateway.start_endpoint()
        web = gateway.start_nginx()
        before = _spoolers_of(gateway)
        began = time.monotonic()
        web.get("/s.py", rcpt=harness.NUMBER, msg="on demand")
        gateway.wait_for_messages(1)
        to_phone = time.monotonic() - began
        during = _spoolers_of(gateway)
        wait_until(lambda: not _spoolers_of(gateway), 30, "the end of an idle smswebd")
        gone_after = time.monotonic() - began
    section.add("on demand: processes before", before, bar=at_most(0))
    section.add("on demand: processes while it sends", during)
    section.add("on demand: processes when idle", 0, bar=at_most(0),
                note=f"idle_exit {IDLE_EXIT_S} s; gone {gone_after:.1f} s after the request")
    section.add("on demand: request to phone, cold", 1e3 * to_phone, "ms")


def _spoolers_of(gateway: Gateway) -> int:
    """Running processes whose command line names smswebd and this gateway."""
    count = 0
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if words[0].endswith(b"smswebd") and str(gateway.config).encode() in words:
            count += 1
    return count
