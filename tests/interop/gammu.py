#!/usr/bin/env python3
"""Gammu and its SMS daemon send and receive through smsweb-sim."""

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
receivefrequency = 1
checksecurity = 0
checkbattery = 0
"""


def text_options(text):
    units = len(text.encode("utf-16-be")) // 2  # as Gammu counts
    options = ["-text", text, "-len", str(units)]
    return options if text.isascii() or "€" in text else options + ["-unicode"]


def gammu(config, *command):
    done = subprocess.run(["gammu", "-c", str(config), *command],
                          stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=interop.PATIENCE)
    if done.returncode != 0:
        raise interop.Failure(f"{command[0]}: {done.stdout}{done.stderr}")
    return done.stdout


def send_by_command(simulator, path):
    print("gammu sendsms:")
    config = path / "gammurc"
    config.write_text(CONFIGURATION.format(device=simulator.device))
    for name, text in interop.TEXTS.items():
        gammu(config, "sendsms", "TEXT", interop.NUMBER, *text_options(text))
        simulator.expect(name)


def receive_by_command(simulator, path):
    config = path / "gammurc"
    for name in interop.INBOUND:
        simulator.bring(name)
    shown = gammu(config, "geteachsms")
    for name, text in interop.INBOUND.items():
        if f"\n\n{text}\n" not in shown:
            raise interop.Failure(f"{name}: gammu shows {shown}")
        interop.received(name)
    if shown.count(f'"{interop.SENDER}"') != len(interop.INBOUND):
        raise interop.Failure(f"not all from {interop.SENDER}: {shown}")
    gammu(config, "deleteallsms", "1")
    if "0 SMS parts" not in gammu(config, "getallsms"):
        raise interop.Failure("messages are left after deleteallsms")


def report_by_command(simulator, path):
    config = path / "gammurc"
    gammu(config, "sendsms", "TEXT", interop.NUMBER, "-text",
          interop.TEXTS["short"], "-report")
    simulator.report("a report")
    shown = gammu(config, "geteachsms")
    if ("SMS status report" not in shown or "Delivered" not in shown
            or interop.NUMBER not in shown):
        raise interop.Failure(f"gammu shows {shown} for a report")
    print("  status report: received")
    gammu(config, "deleteallsms", "1")


def receive_by_daemon(simulator, path):
    """It writes a file for each part; joined by name they are the text."""
    for name, text in interop.INBOUND.items():
        simulator.bring(name)

        def arrived():
            files = sorted((path / "inbox").glob(f"*_{interop.SENDER}_*.txt"))
            whole = "".join(f.read_text() for f in files)
            return files if whole == text else None

        for file in interop.until(arrived, f"the {name} message"):
            file.unlink()
        interop.received(name)


def exchange_by_daemon(simulator, path):
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
        receive_by_daemon(simulator, path)


def test(args, path):
    # Gammu looks for reports among the messages on the SIM.
    with interop.simulator(args, path, "--rule",
                           "reports in SM") as simulator:
        send_by_command(simulator, path)
        receive_by_command(simulator, path)
        report_by_command(simulator, path)
        exchange_by_daemon(simulator, path)


if __name__ == "__main__":
    interop.main(test, __doc__, ["gammu", "gammu-smsd"],
                 ["gammu", "gammu-smsd", "gammu-smsd-inject"])
