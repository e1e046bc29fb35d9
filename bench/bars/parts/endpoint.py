"""Accepted durable messages/s, against an empty libfcgi program's requests/s
behind the same nginx. No spooler runs: it would be the endpoint's rival for the
processors, and the empty program has none."""

from __future__ import annotations

import http.client
import shutil
from contextlib import ExitStack
from pathlib import Path

import load
from harness import Gateway, Web, can_connect_unix, wait_until
from load import Contestant, compare, run_wrk
from parts import Programs, Size, bell
from report import Section

CONNECTIONS = 64
# deploy/nginx keeps 128 connections for each of its workers, which are as many
# as there are cores, and opens others while more requests are in flight.
EMPTY_THREADS = 512
BAR = 0.85
# Site of deploy/nginx, how to name it, and with which requests.
WAYS = (("smsweb.conf", "kept", ("constant", "distinct")),
        ("smsweb-unkept.conf", "unkept", ("constant",)))
LABELS = {"constant": "the same number", "distinct": "distinct numbers"}


def run(size: Size, programs: Programs) -> Section:
    section = Section("endpoint", f"FastCGI behind nginx, wrk -t1 -c{CONNECTIONS}, messages on disk")
    for site, way, modes in WAYS:
        with ExitStack() as stack:
            ours = stack.enter_context(Gateway())
            theirs = stack.enter_context(Gateway())
            stack.enter_context(bell(ours))
            smsweb = _start_smsweb(ours, site)
            empty = _start_empty(theirs, site, programs.empty_fcgi, _answer_of(smsweb.web))
            for mode in modes:
                compare(section, f"{way}, {LABELS[mode]}", smsweb, empty,
                        lambda web, mode=mode: run_wrk(web, mode, CONNECTIONS, size.seconds),
                        in_flight=CONNECTIONS, rounds=size.rounds,
                        bar=BAR if way == "kept" else None)
    return section


def _start_smsweb(gateway: Gateway, site: str) -> Contestant:
    endpoint = gateway.start_endpoint()
    web = gateway.start_nginx(site)
    return Contestant("smsweb-cgi", web, [endpoint], queue=gateway.queue)


def _start_empty(gateway: Gateway, site: str, program: Path, answer: bytes) -> Contestant:
    gateway.keeps_contract = False
    mine = shutil.copy(program, gateway.folder)
    response = gateway.folder / "response"
    response.write_bytes(answer)
    process = gateway.start("empty libfcgi", [mine, str(gateway.socket), str(EMPTY_THREADS),
                                              str(response)])
    wait_until(lambda: can_connect_unix(gateway.socket), 10, "empty_fcgi at its socket")
    return Contestant("empty libfcgi", gateway.start_nginx(site), [process])


def _answer_of(web: Web) -> bytes:
    """What smsweb-cgi answers, as it gives it to the web server."""
    answer = web.request("GET", load.PATH)
    assert answer.status == http.client.ACCEPTED, answer
    headers = "".join(f"{name}: {answer.headers[name]}\r\n"
                      for name in ("Content-Type", "Location", "Content-Length"))
    return f"Status: 202 Accepted\r\n{headers}\r\n".encode() + answer.body
