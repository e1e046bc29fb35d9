#!/usr/bin/env python3
"""SMS Server Tools 3 send and receive through smsweb-sim."""

import subprocess

import interop

CONFIGURATION = """\
devices = GSM1
outgoing = {path}/outgoing
checked = {path}/checked
incoming = {path}/incoming
failed = {path}/failed
report = {path}/report
sent = {path}/sent
logfile = {path}/smsd.log
loglevel = 7
infofile = {path}/smsd.working
pidfile = {path}/smsd.pid
delaytime = 1
errorsleeptime = 1
blocktime = 2
autosplit = 3
receive_before_send = no

[GSM1]
device = {device}
incoming = yes
report = yes
baudrate = 115200
"""


def submit(path, name, text):
    """As its documentation asks: written aside, then moved into the queue."""
    number = interop.NUMBER.lstrip("+")
    draft = path / name.replace(" ", "-")
    if text.isascii():
        draft.write_text(f"To: {number}\n\n{text}", encoding="ascii")
    else:
        draft.write_bytes(f"To: {number}\nAlphabet: UCS\n\n".encode()
                          + text.encode("utf-16-be"))
    draft.rename(path / "outgoing" / draft.name)


def read(file):
    """The headers of a file that it writes, and the text below them; nothing
    until all of it is there."""
    head, _, body = file.read_bytes().partition(b"\n\n")
    headers = dict(line.split(": ", 1)
                   for line in head.decode("latin-1").splitlines()
                   if ": " in line)
    ucs2 = headers.get("Alphabet") == "UCS2"
    text = body.decode("utf-16-be" if ucs2 else "latin-1", "replace")
    units = len(body) // 2 if ucs2 else len(body)
    if units < int(headers.get("Length", "1")):
        return None
    return headers, text


def received_file(folder):
    """The first that is whole, and what it says. It may have had another name
    when it was looked for."""
    for file in folder.glob("GSM1.*"):
        try:
            if said := read(file):
                return file, said
        except FileNotFoundError:
            pass
    return None


def receive(simulator, path, name, text):
    simulator.bring(name)
    file, (headers, body) = interop.until(lambda: received_file(path / "incoming"),
                                          f"the {name} message")
    if headers["From"] != interop.SENDER.lstrip("+") or body != text:
        raise interop.Failure(f"{name}: {headers} {body!r} was received")
    file.unlink()
    interop.received(name)


def receive_report(simulator, path):
    number = interop.NUMBER.lstrip("+")
    draft = path / "asks-for-report"
    draft.write_text(f"To: {number}\nReport: yes\n\nreport, please")
    draft.rename(path / "outgoing" / draft.name)
    simulator.report("a report")
    file = interop.until(lambda: next((path / "report").iterdir(), None),
                         "the report")
    text = interop.until(file.read_text, "its text")
    if f"From: {number}" not in text or "Status: 0,Ok" not in text:
        raise interop.Failure(f"the report says {text}")
    print("  status report: received")


def test(args, path):
    for folder in ("outgoing", "checked", "incoming", "failed", "sent",
                   "report"):
        (path / folder).mkdir()
    with interop.simulator(args, path, "--rule",
                           "reports in SM") as simulator:
        config = path / "smsd.conf"
        config.write_text(
            CONFIGURATION.format(device=simulator.device, path=path))
        print("smsd:")
        with interop.running([interop.find("smsd"), "-c", str(config), "-t"],
                             stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL):
            for name, text in interop.TEXTS.items():
                submit(path, name, text)
                simulator.expect(name)
            for name, text in interop.INBOUND.items():
                receive(simulator, path, name, text)
            receive_report(simulator, path)


if __name__ == "__main__":
    interop.main(test, __doc__, ["smstools"], ["smsd"])
