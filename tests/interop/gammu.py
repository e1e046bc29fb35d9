#!/usr/bin/env python3
"""Gammu and its SMS daemon send through smsweb-sim."""

import subprocess

import interop

CONFIGURATION = """\
[gammu]
port = {device}
connection = at115200
use_locking = no
"""

DAEMON = CONFIGURATION + """
[smsd]
service = files
inboxpath = {path}/inbox/
outboxpath = {path}/outbox/
sentsmspath = {path}/sent/
errorsmspath = {path}/error/
logfile = {path}/smsd.log
debuglevel = 255
commtimeout = 1
sendtimeout = 10
loopsleep = 1
checksecurity = 0
checkbattery = 0
"""


def text_options(text):
    units = len(text.encode("utf-16-be")) // 2  # as Gammu counts
    options = ["-text", text, "-len", str(units)]
    return options if text.isascii() or "€" in text else options + ["-unicode"]


def send_by_command(simulator, path):
    print("gammu sendsms:")
    config = path / "gammurc"
    config.write_text(CONFIGURATION.format(device=simulator.device))
    for name, text in interop.TEXTS.items():
        done = subprocess.run(
            ["gammu", "-c", str(config), "sendsms", "TEXT", interop.NUMBER,
             *text_options(text)],
            stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=interop.PATIENCE)
        if done.returncode != 0:
            raise interop.Failure(f"{name}: {done.stdout}{done.stderr}")
        simulator.expect(name)


def send_by_daemon(simulator, path):
    print("gammu-smsd:")
    for folder in "inbox", "outbox", "sent", "error":
        (path / folder).mkdir()
    config = path / "smsdrc"
    config.write_text(DAEMON.format(device=simulator.device, path=path))
    with interop.running(["gammu-smsd", "-c", str(config)],
                         stdout=subprocess.DEVNULL,
                         stderr=subprocess.DEVNULL):
        for name, text in interop.TEXTS.items():
            subprocess.run(
                ["gammu-smsd-inject", "-c", str(config), "TEXT",
                 interop.NUMBER, *text_options(text)],
                check=True, stdin=subprocess.DEVNULL, capture_output=True)
            simulator.expect(name)


def test(args, path):
    with interop.simulator(args, path) as simulator:
        send_by_command(simulator, path)
        send_by_daemon(simulator, path)


if __name__ == "__main__":
    interop.main(test, __doc__, ["gammu", "gammu-smsd"],
                 ["gammu", "gammu-smsd", "gammu-smsd-inject"])
