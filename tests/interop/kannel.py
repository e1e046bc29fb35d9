#!/usr/bin/env python3
"""Kannel's AT driver sends through smsweb-sim."""

import contextlib
import socket
import urllib.error
import urllib.parse
import urllib.request

import interop

CONFIGURATION = """\
group = core
admin-port = {admin}
admin-interface = 127.0.0.1
admin-password = interop
smsbox-port = {boxes}
smsbox-interface = 127.0.0.1
box-allow-ip = 127.0.0.1
log-file = {path}/bearerbox.log
log-level = 0

group = smsc
smsc = at
modemtype = simulated
device = {device}
speed = 115200

group = modems
id = simulated
name = simulated
detect-string = smsweb

group = smsbox
bearerbox-host = 127.0.0.1
bearerbox-port = {boxes}
sendsms-port = {http}
sendsms-interface = 127.0.0.1
log-file = {path}/smsbox.log
log-level = 0

group = sendsms-user
username = interop
password = interop
concatenation = true
max-messages = 10
"""


def free_ports(count):
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def send(port, text):
    fields = {"username": "interop", "password": "interop",
              "from": "123", "to": interop.NUMBER, "text": text,
              "charset": "UTF-8"}
    if not (text.isascii() or "€" in text):
        fields["coding"] = "2"
    url = f"http://127.0.0.1:{port}/cgi-bin/sendsms?"
    try:
        urllib.request.urlopen(url + urllib.parse.urlencode(fields)).read()
    except urllib.error.HTTPError as error:
        raise interop.Failure(f"smsbox: {error.read().decode()}") from error


def box(program, config, path):
    log = (path / f"{program}.out").open("wb")
    return interop.running([interop.find(program), str(config)], cwd=path,
                           stdout=log, stderr=log)


def test(args, path):
    admin, boxes, http = free_ports(3)
    with interop.simulator(args, path) as simulator:
        config = path / "kannel.conf"
        config.write_text(CONFIGURATION.format(
            path=path, device=simulator.device, admin=admin, boxes=boxes,
            http=http))
        with box("bearerbox", config, path):
            interop.until(lambda: listens(boxes), "bearerbox")
            with box("smsbox", config, path):
                interop.until(lambda: listens(http), "smsbox")
                print("Kannel:")
                for name, text in interop.TEXTS.items():
                    send(http, text)
                    simulator.expect(name)


if __name__ == "__main__":
    interop.main(test, __doc__, ["kannel"], ["bearerbox", "smsbox"])
