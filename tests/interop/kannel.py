#!/usr/bin/env python3
"""Kannel's AT driver sends and receives through smsweb-sim."""

import contextlib
import http.server
import queue
import socket
import threading
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
smsc-id = simulated
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

group = sms-service
keyword = default
get-url = "http://127.0.0.1:{web}/inbound?from=%p&coding=%c&text=%b"
max-messages = 0
omit-empty = true
catch-all = true
"""


class Web(http.server.ThreadingHTTPServer):
    """What smsbox asks for, one after the other."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), WebHandler)
        self.asked = queue.Queue()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def next(self, what):
        try:
            url = urllib.parse.urlsplit(self.asked.get(timeout=interop.PATIENCE))
        except queue.Empty as late:
            raise interop.Failure(f"waited for {what}") from late
        query = urllib.parse.parse_qsl(url.query, encoding="latin-1")
        return url.path, dict(query)


class WebHandler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.put(self.path)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


def free_ports(count):
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def send(port, text, **more):
    fields = {"username": "interop", "password": "interop",
              "from": "123", "to": interop.NUMBER, "text": text,
              "charset": "UTF-8", **more}
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


def receive(simulator, web, name, text):
    simulator.bring(name)
    _, fields = web.next(f"the {name} message")
    octets = fields["text"].encode("latin-1")
    got = octets.decode("utf-16-be" if fields["coding"] == "2" else "utf-8")
    if fields["from"] != interop.SENDER or got != text:
        raise interop.Failure(f"{name}: {got!r} came from {fields['from']}")
    interop.received(name)


def receive_report(simulator, web, port):
    every = "31"  # kinds of reports, of which 1 is: delivered
    send(port, "report, please", **{
        "dlr-mask": every,
        "dlr-url": f"http://127.0.0.1:{web.server_port}/report?kind=%d"})
    simulator.report("a report")
    while web.next("the report") != ("/report", {"kind": "1"}):
        pass
    print("  status report: received")


def test(args, path):
    admin, boxes, http_port = free_ports(3)
    # Kannel knows of a message only once it has read the modem's answer.
    with Web() as web, \
            interop.simulator(args, path, "--report-delay",
                              "1s") as simulator:
        config = path / "kannel.conf"
        config.write_text(CONFIGURATION.format(
            path=path, device=simulator.device, admin=admin, boxes=boxes,
            http=http_port, web=web.server_port))
        with box("bearerbox", config, path):
            interop.until(lambda: listens(boxes), "bearerbox")
            with box("smsbox", config, path):
                interop.until(lambda: listens(http_port), "smsbox")
                print("Kannel:")
                for name, text in interop.TEXTS.items():
                    send(http_port, text)
                    simulator.expect(name)
                for name, text in interop.INBOUND.items():
                    receive(simulator, web, name, text)
                receive_report(simulator, web, http_port)


if __name__ == "__main__":
    interop.main(test, __doc__, ["kannel"], ["bearerbox", "smsbox"])
