"""What the interop scripts share: a simulator in a private folder, programs
that end with the script, the comparison of what arrived, and messages for the
program, which must show what was sent to it.

A script exits with 0 when every text arrived, either way, 1 when one did not, and 77 when
the program it is about is not installed (--install gets it with apt-get).
"""

import argparse
import contextlib
import json
import os
import pathlib
import select
import shutil
import subprocess
import sys
import tempfile
import time

SKIPPED = 77
PATIENCE = 60  # seconds without news, after which something is wrong

NUMBER = "+6281234567890"
TEXTS = {
    "short": "Your code is 123456",
    "extension": "Price: 5€ {[~]} \\ ^ |, in the default alphabet",
    "unicode": "Ваш код 123456 😀",
    "multipart": "".join(f"{n:03}-" for n in range(100)),  # 400 septets
    "multipart unicode": "Код подтверждения 😀 " * 8,  # 168 code units
}


SENDER = "+6289876543210"
INBOUND = {
    "short": "Hello, who is there?",
    "unicode": "Привет, кто там 😀",
    "multipart": "".join(f"{n:03}+" for n in range(60)),  # 240 septets
    "multipart unicode": "Кто там 😀 " * 10,  # 100 code units
}


class Failure(Exception):
    pass


def options(about, packages, programs):
    """Parses the command line; installs or skips where a program is missing."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--sim", default=default_simulator(),
                        help="the smsweb-sim to use (%(default)s)")
    parser.add_argument("--install", action="store_true",
                        help="install what is missing: " + " ".join(packages))
    parser.add_argument("--keep", action="store_true",
                        help="keep the private folder, with logs and wire trace")
    args = parser.parse_args()
    missing = [p for p in programs if not find(p)]
    if missing and args.install:
        subprocess.run(["apt-get", "install", "-y", "--no-install-recommends",
                        *packages], check=True)
        missing = [p for p in programs if not find(p)]
    if missing:
        print("skipped: no", ", ".join(missing))
        sys.exit(SKIPPED)
    if not os.access(args.sim, os.X_OK):
        sys.exit(f"{args.sim}: build smsweb-sim first, or say --sim")
    return args


def default_simulator():
    root = pathlib.Path(__file__).resolve().parents[2]
    build = os.environ.get("SMSWEB_BUILD", str(root / "build"))
    return str(pathlib.Path(build) / "bin" / "smsweb-sim")


def find(program):
    return shutil.which(program, path=os.environ["PATH"] + ":/usr/sbin:/sbin")


@contextlib.contextmanager
def folder(keep):
    path = pathlib.Path(tempfile.mkdtemp(prefix="smsweb-interop-"))
    try:
        yield path
    finally:
        if keep:
            print("kept", path)
        else:
            shutil.rmtree(path, ignore_errors=True)


@contextlib.contextmanager
def running(command, **kwargs):
    """A program that ends with the block: asked first, then killed."""
    process = subprocess.Popen(command, **kwargs)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
        process.wait()


def until(holds, what, patience=PATIENCE):
    """Asks again and again; for programs that have no way to tell."""
    end = time.monotonic() + patience
    while True:
        answer = holds()
        if answer:
            return answer
        if time.monotonic() > end:
            raise Failure(f"waited {patience} s for {what}")
        time.sleep(0.05)


class Lines:
    """Whole lines from a pipe, each waited for no longer than `patience`."""

    def __init__(self, pipe):
        self.fd = pipe.fileno()
        self.rest = b""

    def next(self, what, patience=PATIENCE):
        while b"\n" not in self.rest:
            if not select.select([self.fd], [], [], patience)[0]:
                raise Failure(f"waited {patience} s for {what}")
            read = os.read(self.fd, 65536)
            if not read:
                raise Failure(f"the end came before {what}")
            self.rest += read
        line, self.rest = self.rest.split(b"\n", 1)
        return line.decode()


class Simulator:
    """smsweb-sim with one modem; its records come through a pipe."""

    def __init__(self, process, program, place, control):
        self.device = place
        self.program = program
        self.control = str(control)
        self.lines = Lines(process.stdout)

    def tell(self, rule):
        """One more line of script (docs/simulator.md)."""
        subprocess.run([self.program, "--tell", self.control, rule],
                       check=True)

    def bring(self, name):
        """A message for the host."""
        self.tell(f'inbound from {SENDER} text "{INBOUND[name]}"')

    def bring_apart(self, name, reference):
        """The same in two parts, one after the other as networks do it."""
        part = f'inbound from {SENDER} text "{INBOUND[name]}" ref {reference}'
        self.tell(f"{part} parts 1; in 1s {part} parts 2")

    def message(self, what):
        """The next whole message."""
        while True:
            record = json.loads(self.lines.next(what))
            if record["event"] == "message":
                return record

    def report(self, what):
        """The next status report that the modem has taken."""
        while True:
            record = json.loads(self.lines.next(what))
            if record["event"] == "report" and record["receipt"] == "taken":
                return record

    def expect(self, name, number=NUMBER):
        record = self.message(f"the {name} message")
        if record["text"] != TEXTS[name] or record["recipient"] != number:
            raise Failure(f"{name}: sent {TEXTS[name]!r} to {number}, but "
                          f"{record['text']!r} arrived at {record['recipient']}")
        print(f"  {name}: arrived in {record['parts']} part(s)")


@contextlib.contextmanager
def simulator(args, path, *more):
    device = path / "modem"
    control = path / "control"
    command = [args.sim, "--wire", str(path / "wire"),
               "--control", str(control), *more]
    if "--tcp" not in more:
        command += ["--link", str(device)]
    with running(command, stdout=subprocess.PIPE,
                 stderr=subprocess.PIPE) as process:
        said = Lines(process.stderr)
        place = said.next("the modem", 10).split(" on ", 1)[1]
        said.next("the simulator", 10)
        yield Simulator(process, args.sim,
                        place if "--tcp" in more else str(device), control)


def received(name):
    print(f"  {name}: received")


def main(test, about, packages, programs):
    args = options(about, packages, programs)
    try:
        with folder(args.keep) as path:
            test(args, path)
    except Failure as failure:
        print("FAILED:", failure)
        sys.exit(1)
    print("passed")
