#!/usr/bin/env python3
"""SMS Server Tools 3 send through smsweb-sim."""

import subprocess

import interop

CONFIGURATION = """\
devices = GSM1
outgoing = {path}/outgoing
checked = {path}/checked
incoming = {path}/incoming
failed = {path}/failed
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
incoming = no
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


def test(args, path):
    for folder in "outgoing", "checked", "incoming", "failed", "sent":
        (path / folder).mkdir()
    with interop.simulator(args, path) as simulator:
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


if __name__ == "__main__":
    interop.main(test, __doc__, ["smstools"], ["smsd"])
