#!/usr/bin/env python3
"""ModemManager sends and receives through smsweb-sim.

ModemManager takes its ports from udev, which knows nothing of a pty. Its test
interface (--test-enable) makes a modem of a unix socket instead, and socat
joins that socket to the simulator: by TCP, where the port that ModemManager
opens again can't lose an answer to the connection that it has just closed.
All of it is on a private D-Bus.
"""

import json
import os
import re
import subprocess

import interop

BUS_NAME = "org.freedesktop.ModemManager1"
BUS_PATH = "/org/freedesktop/ModemManager1"
SOCKET = "port0"  # ModemManager opens it in its working folder


def run(command, env):
    done = subprocess.run(command, env=env, capture_output=True, text=True,
                          timeout=interop.PATIENCE)
    if done.returncode != 0:
        raise interop.Failure(f"{command[0]}: {done.stdout}{done.stderr}")
    return done.stdout


def bus(path):
    """A private bus, which says its address once it is there."""
    return interop.running(
        ["dbus-daemon", "--session", "--nofork", "--print-address=1",
         f"--address=unix:path={path}/bus"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


def bridge(path, device):
    return interop.running(
        ["socat", f"UNIX-LISTEN:{path}/{SOCKET},fork", device])


def modem_manager(path, env):
    return interop.running(
        [interop.find("ModemManager"), "--test-session", "--test-enable",
         "--test-no-udev", "--test-no-suspend-resume", "--test-no-qrtr",
         "--no-auto-scan", "--log-level=DEBUG"],
        cwd=path, env=env, stdout=subprocess.DEVNULL,
        stderr=(path / "modemmanager.log").open("wb"))


def add_modem(path, env):
    interop.until((path / SOCKET).exists, "the bridge")
    run(["gdbus", "wait", "--session", "--timeout", str(interop.PATIENCE),
         BUS_NAME], env)
    run(["gdbus", "call", "--session", "--dest", BUS_NAME,
         "--object-path", BUS_PATH,
         "--method", f"{BUS_NAME}.Test.SetProfile",
         "smsweb", "generic", f"['{SOCKET}']"], env)
    interop.until(lambda: "/Modem/" in run(["mmcli", "-L"], env), "the modem")
    run(["mmcli", "-m", "any", "--enable"], env)


def send(text, env, more=""):
    created = run(["mmcli", "-m", "any", "--messaging-create-sms="
                   f"number='{interop.NUMBER}',text='{text}'{more}"], env)
    message = BUS_PATH + re.search(r"/SMS/\d+", created).group()
    run(["mmcli", "-s", message, "--send"], env)
    return message


def show(message, env):
    return json.loads(run(["mmcli", "-J", "-s", message], env))["sms"]


def received(env):
    """The whole messages from the network that it has."""
    listed = json.loads(run(["mmcli", "-J", "-m", "any",
                             "--messaging-list-sms"], env))
    found = [(path, show(path, env))
             for path in listed["modem.messaging.sms"]]
    return [(path, message) for path, message in found
            if message["properties"]["state"] == "received"]


def receive(simulator, name, text, reference, env):
    if name.startswith("multipart"):
        # Of two parts told at once it would read the first alone.
        simulator.bring_apart(name, reference)
    else:
        simulator.bring(name)
    path, message = interop.until(lambda: received(env),
                                  f"the {name} message")[0]
    content = message["content"]
    if content["number"] != interop.SENDER or content["text"] != text:
        raise interop.Failure(f"{name}: received {content}")
    run(["mmcli", "-m", "any", f"--messaging-delete-sms={path}"], env)
    interop.received(name)


def receive_report(simulator, env):
    """It keeps a report as a message of its own."""
    sent = send("report, please", env, ",delivery-report-request='yes'")
    simulator.report("a report")
    reference = show(sent, env)["properties"]["message-reference"]
    _, report = interop.until(lambda: received(env), "the report")[0]
    properties = report["properties"]
    if (properties["pdu-type"] != "status-report"
            or properties["message-reference"] != reference
            or report["content"]["number"] != interop.NUMBER):
        raise interop.Failure(f"{report} for {reference}")
    print(f"  status report: {properties['delivery-state']}")


def test(args, path):
    # A report that comes with the modem's answer would be too early for it.
    with interop.simulator(args, path, "--tcp", "127.0.0.1:0",
                           "--report-delay", "1s") as simulator, \
            bus(path) as daemon:
        address = interop.Lines(daemon.stdout).next("the bus", 10)
        env = {**os.environ, "DBUS_SESSION_BUS_ADDRESS": address,
               "DBUS_SYSTEM_BUS_ADDRESS": address}  # mmcli asks the latter
        with bridge(path, simulator.device), modem_manager(path, env):
            add_modem(path, env)
            print("ModemManager:")
            for name, text in interop.TEXTS.items():
                send(text, env)
                simulator.expect(name)
            for reference, (name, text) in enumerate(interop.INBOUND.items()):
                receive(simulator, name, text, reference, env)
            receive_report(simulator, env)


if __name__ == "__main__":
    interop.main(test, __doc__,
                 ["modemmanager", "dbus", "socat", "libglib2.0-bin"],
                 ["ModemManager", "mmcli", "dbus-daemon", "gdbus", "socat"])
