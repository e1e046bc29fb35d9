#!/usr/bin/env python3
"""Why 52 requests of the paper's Table 3 succeed, and all others fail:

    bench/paper/why_52.py                  its six rows: six minutes, next to no CPU
    bench/paper/why_52.py --rows 4         100 requests, 100 at once: a minute
    bench/paper/why_52.py --rows 4 --timeout 120       a longer time-out moves it

Behind nginx is uWSGI, which the paper names, with its defaults: one process, so
one request at a time, and a queue of 100. The CGI program does nothing for as
long as a request took the paper's Banana Pi. nginx waits 60 s for an answer, its
default; ab loads it as the paper says. So a request fails that has more than
60 s / 1.14 s = 52 before it.

No part of the paper's design, and none of its programs: only their time.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(CHECKOUT / "tests" / "system"))

from harness import Gateway, Trouble, find_tool, free_port, run_ab  # noqa: E402

# Table 3: requests, concurrency, seconds, not 2xx.
TABLE_3 = ((1, 1, 1.47, 0), (10, 5, 11.597, 0), (100, 50, 113.676, 1), (100, 100, 60.204, 48),
           (250, 250, 92.728, 198), (252, 252, 91.493, 200))

CGI = """#!/bin/sh
sleep {seconds}
printf 'Content-Type: text/plain\\r\\n\\r\\nOK\\n'
"""

NGINX = """
daemon off;
pid {folder}/nginx.pid;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_body_temp_path {folder};
    proxy_temp_path {folder};
    fastcgi_temp_path {folder};
    uwsgi_temp_path {folder};
    scgi_temp_path {folder};
    server {{
        listen 127.0.0.1:{port};
        location / {{
            uwsgi_param QUERY_STRING $query_string;
            uwsgi_param REQUEST_METHOD $request_method;
            uwsgi_param PATH_INFO $document_uri;
            uwsgi_modifier1 9;  # a CGI program
            uwsgi_pass 127.0.0.1:{upstream};
            uwsgi_read_timeout {timeout}s;
        }}
    }}
}}
"""


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=1.14, help="that a request takes (1.14)")
    parser.add_argument("--timeout", type=int, default=60, help="of nginx, in seconds (60)")
    parser.add_argument("--rows", default="1,2,3,4,5,6", help="of Table 3, counted from 1")
    arguments = parser.parse_args()
    arguments.rows = [TABLE_3[int(number) - 1] for number in arguments.rows.split(",")]
    return arguments


def tool(name: str) -> str:
    found = find_tool(name)
    if found is None:
        raise Trouble(f"{name} is not installed (deploy/install-packages bench)")
    return found


def start_nginx(gateway: Gateway, port: int, upstream: int, timeout: int) -> None:
    config = gateway.folder / "nginx.conf"
    config.write_text(NGINX.format(folder=gateway.folder, port=port, upstream=upstream,
                                   timeout=timeout))
    process = gateway.start("nginx", [tool("nginx"), "-c", str(config), "-e", "stderr",
                                      "-g", "error_log stderr notice;"])
    process.wait_for_line("start worker process ")


def write_program(gateway: Gateway, seconds: float) -> Path:
    program = gateway.folder / "s.sh"
    program.write_text(CGI.format(seconds=seconds))
    program.chmod(0o755)
    return program


def run_row(gateway: Gateway, program: Path, upstream: int, url: str,
            requests: int, concurrency: int) -> tuple[float, int]:
    """Seconds, and how many were not 2xx. uWSGI is new for each row: it goes on
    with requests that nobody waits for any more."""
    server = gateway.start("uwsgi", [
        tool("uwsgi"), "--plugins", "cgi", "--socket", f"127.0.0.1:{upstream}",
        "--cgi", f"/s.py={program}", "--disable-logging"])
    server.wait_for_line("spawned uWSGI worker")
    try:
        load = run_ab(url, requests, concurrency)
        return load.seconds, load.non_2xx
    finally:
        gateway.kill(server)


def main() -> None:
    arguments = parse_arguments()
    port, upstream = free_port(), free_port()
    url = f"http://127.0.0.1:{port}/s.py?rcpt=089610707901&msg=pesan"
    print("| requests | at once | not 2xx, paper | here | seconds, paper | here |\n"
          "|---|---|---|---|---|---|")
    with Gateway() as gateway:
        program = write_program(gateway, arguments.seconds)
        start_nginx(gateway, port, upstream, arguments.timeout)
        for requests, concurrency, paper_seconds, paper_non_2xx in arguments.rows:
            seconds, non_2xx = run_row(gateway, program, upstream, url, requests, concurrency)
            print(f"| {requests} | {concurrency} | {paper_non_2xx} | {non_2xx} "
                  f"| {paper_seconds:.1f} | {seconds:.1f} |", flush=True)


if __name__ == "__main__":
    main()
