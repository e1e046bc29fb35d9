#!/usr/bin/python3
"""Starts smsweb behind nginx, and the fuzzer of its contract at it.

    run.py --packages FOLDER [--requests N] [--seconds N] [--seed N]

FOLDER is where the packages of npm are put, and left for the next time. Exit
code 77: node, npm, or npm's registry can't be had, so that nothing was tested.
SMSWEB_BIN is as harness.py has it.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from harness import Gateway, wait_until  # noqa: E402
from test_contract import with_verifications  # noqa: E402

SKIPPED = 77
OLDEST_NODE = 18
SOURCES = ("package.json", "package-lock.json", "contract.mjs", "requests.mjs", "fuzz.mjs")
# What npm says where there is no way to its registry.
NO_REGISTRY = re.compile(r"ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|"
                         r"EHOSTUNREACH|ERR_SOCKET_TIMEOUT|E50[0-9]|E40[13]|network")


def skip(why: str) -> int:
    print(f"SKIPPED: {why}")
    return SKIPPED


def why_no_node() -> str | None:
    if not shutil.which("node") or not shutil.which("npm"):
        return "node or npm is not installed (deploy/install-packages npm)"
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False)
    found = re.match(r"v(\d+)\.", version.stdout)
    if not found or int(found[1]) < OLDEST_NODE:
        return f"node is {version.stdout.strip() or 'none'}, and v{OLDEST_NODE} is the oldest"
    return None


def install(folder: Path) -> str | None:
    """The packages of the lock file; why there is no way to them."""
    lock = folder / "installed-lock.json"
    wanted = (HERE / "package-lock.json").read_bytes()
    folder.mkdir(parents=True, exist_ok=True)
    for name in SOURCES:
        shutil.copyfile(HERE / name, folder / name)
    if lock.exists() and lock.read_bytes() == wanted:
        return None
    try:
        done = subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund",
                               "--fetch-retries=1", "--fetch-timeout=30000"],
                              cwd=folder, capture_output=True, text=True, timeout=180, check=False)
    except subprocess.TimeoutExpired:
        return "npm's registry did not answer"
    if done.returncode == 0:
        lock.write_bytes(wanted)
        return None
    said = done.stdout + done.stderr
    if NO_REGISTRY.search(said):
        return f"npm's registry can't be had:\n{said}"
    raise SystemExit(f"npm ci ended with {done.returncode}:\n{said}")


def fuzz(options: argparse.Namespace) -> int:
    with Gateway() as gateway:
        settings = with_verifications(gateway)
        settings["verify"]["resend_after"] = 0
        settings["guard.conversion"] = {"least_share": 0}
        gateway.write_config(settings)
        gateway.start_sim()
        gateway.start_spooler()
        endpoint = gateway.start_endpoint()
        web = gateway.start_nginx()
        wait_until(lambda: web.post_json("/v1/verifications", {"to": "+628999999999"}).status
                   == 201, 30, "a modem that sends codes")
        gateway.tell('inbound from +6281234567890 text "thank you"')
        command = ["node", "fuzz.mjs", web.url, str(options.requests), str(options.seconds)]
        if options.seed is not None:
            command.append(str(options.seed))
        code = subprocess.run(command, cwd=options.packages, check=False,
                              timeout=options.seconds + 240).returncode
        if endpoint.ended():
            print(f"smsweb-cgi has ended; it said:\n{endpoint.output()}")
            return 1
        if code != 0:
            print(f"smsweb-cgi said:\n{endpoint.output()}")
        return code


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--packages", type=Path, required=True)
    parser.add_argument("--requests", type=int, default=3000)
    parser.add_argument("--seconds", type=int, default=120)
    parser.add_argument("--seed", type=int)
    options = parser.parse_args()
    why = why_no_node() or install(options.packages)
    return skip(why) if why else fuzz(options)


if __name__ == "__main__":
    sys.exit(main())
