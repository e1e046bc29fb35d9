"""smsweb, the operator's command line, with the real programs around it."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import termios
import tomllib
import unittest
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from harness import NUMBER, NUMBER_E164, Gateway, wait_until

DONE, UNAVAILABLE, USAGE, NOT_FOUND, REFUSED = 0, 1, 2, 3, 4
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
NOBODY = "019ab2c3-d4e5-7f60-8a1b-2c3d4e5f6071"


class CtlCase(unittest.TestCase):
    settings: dict[str, dict[str, Any]] = {}

    def setUp(self) -> None:
        self.gateway = Gateway(settings=self.settings)
        self.addCleanup(self.gateway.close)

    def smsweb(self, *arguments: str, code: int = DONE) -> subprocess.CompletedProcess[str]:
        done = self.gateway.run("smsweb", *arguments)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def json(self, *arguments: str) -> Any:
        done = self.smsweb(*arguments, "--json")
        self.assertEqual(done.stderr, "")
        return json.loads(done.stdout)

    def error(self, *arguments: str, code: int) -> dict[str, Any]:
        """What is wrong, after seeing that people and programs are told the same."""
        people = self.smsweb(*arguments, code=code)
        self.assertEqual(people.stdout, "")
        done = self.smsweb("--json", *arguments, code=code)
        self.assertEqual(done.stdout, "")
        error = json.loads(done.stderr)["error"]
        self.assertEqual(error["exit_code"], code)
        self.assertIn(error["message"], people.stderr)
        return error

    def send(self, text: str, *options: str) -> str:
        id = self.smsweb("send", NUMBER, text, *options).stdout.strip()
        self.assertTrue(UUID.fullmatch(id), id)
        return id

    def wait_for_state(self, id: str, state: str) -> None:
        wait_until(lambda: self.json("show", id)["state"] == state, 15, f"{id} {state}")


class WithSpooler(CtlCase):
    def setUp(self) -> None:
        super().setUp()
        self.gateway.start_sim("--outcome", "+6281234567890=cms:38")
        self.gateway.start_spooler()

    def test_a_message_that_is_sent_arrives(self) -> None:
        id = self.send("Grüße aus der Konsole")
        [message] = self.gateway.wait_for_messages(1)
        self.assertEqual(message["text"], "Grüße aus der Konsole")
        self.assertEqual(message["recipient"], NUMBER_E164)
        self.wait_for_state(id, "sent")

    def test_show_tells_of_every_part_and_hides_the_text(self) -> None:
        id = self.send("0123456789" * 20)
        self.wait_for_state(id, "sent")
        shown = self.json("show", id)
        self.assertEqual([part["state"] for part in shown["part_states"]], ["accepted"] * 2)
        self.assertNotIn("0123456789", json.dumps(shown))
        people = self.smsweb("show", id).stdout
        self.assertIn("the network took every part", people)
        self.assertNotIn("0123456789", people)
        self.assertIn("0123456789", self.smsweb("show", "--text", id).stdout)
        self.assertEqual(self.json("show", "--text", id)["text"], "0123456789" * 20)

    def test_a_refused_message_shows_why(self) -> None:
        id = self.smsweb("send", "+6281234567890", "x").stdout.strip()
        wait_until(lambda: self.json("show", id)["attempts"] == 1, 15, "an attempt")
        self.assertIn("+CMS ERROR 38", self.smsweb("show", id).stdout)
        self.assertEqual(self.json("show", id)["part_states"][0]["cms_error"], 38)

    def test_modem_list_shows_the_modem_at_work(self) -> None:
        self.send("x")
        self.gateway.wait_for_messages(1)

        def at_work() -> bool:
            listed = self.json("modem", "list")
            self.assertTrue(listed["spooler_running"])
            [modem] = listed["items"]
            return modem["state"] == "ready" and modem["parts_sent"] == 1
        wait_until(at_work, 15, "the modem in the list")
        people = self.smsweb("modem", "list").stdout
        self.assertRegex(people, r"sim-1 +ready")
        self.assertNotIn("No smswebd", people)


class WithoutSpooler(CtlCase):
    def test_a_message_waits_and_the_sender_is_told(self) -> None:
        done = self.smsweb("send", NUMBER, "x")
        self.assertIn("no smswebd listens", done.stderr)
        id = done.stdout.strip()
        self.assertEqual(self.json("show", id)["state"], "queued")
        self.gateway.start_sim()
        self.gateway.start_spooler()
        self.gateway.wait_for_messages(1)

    def test_modem_list_says_that_no_smswebd_is_running(self) -> None:
        self.assertIn("No smswebd is running", self.smsweb("modem", "list").stdout)
        self.gateway.start_sim()
        spooler = self.gateway.start_spooler()
        wait_until(lambda: self.json("modem", "list")["items"][0]["state"] == "ready", 15, "ready")
        self.gateway.stop(spooler)
        self.assertRegex(self.smsweb("modem", "list").stdout,
                         r"sim-1 +\(closed\)[^\0]*No smswebd is running")
        self.assertFalse(self.json("modem", "list")["spooler_running"])

    def test_what_is_sent_is_as_it_was_asked_for(self) -> None:
        start = datetime.now(UTC).replace(microsecond=0) + timedelta(days=30)
        in_jakarta = start.astimezone(timezone(timedelta(hours=7))).isoformat()
        sent = self.json("send", NUMBER, "x", "--class", "otp", "--ttl", "90", "--reference", "r 7",
                         "--not-before", in_jakarta)
        self.assertEqual(
            {key: sent[key] for key in ("state", "class", "to", "parts", "reference", "not_before",
                                        "expires_at", "spooler")},
            {"state": "queued", "class": "otp", "to": NUMBER_E164, "parts": 1, "reference": "r 7",
             "not_before": f"{start:%FT%T}.000Z",
             "expires_at": f"{start + timedelta(seconds=90):%FT%T}.000Z",
             "spooler": "not_running"})

    def test_a_text_can_come_from_standard_input(self) -> None:
        # As the queue's own user, like all that the gateway runs.
        user = self.gateway.user
        identity = {"user": user.pw_uid, "group": user.pw_gid} if user else {}
        done = subprocess.run(
            [str(self.gateway.programs / "smsweb"), "--config", str(self.gateway.config),
             "send", NUMBER, "-"], input="a code\nof two lines\n".encode(), capture_output=True,
            check=True, timeout=30, **identity)
        id = done.stdout.decode().strip()
        self.assertEqual(self.json("show", id, "--text")["text"], "a code\nof two lines")
        self.assertEqual(self.error("send", NUMBER, "-", code=REFUSED)["code"], "empty_text")

    def test_the_queue_goes_in_pages_newest_first(self) -> None:
        ids = [self.send(f"secret {i}") for i in range(5)]
        first = self.json("queue", "--limit", "3")
        self.assertEqual([item["id"] for item in first["items"]], ids[:1:-1])
        self.assertEqual(first["next"], ids[2])
        self.assertEqual(first["counts"], {"queued": 5})
        rest = self.json("queue", "--limit", "3", "--after", first["next"])
        self.assertEqual([item["id"] for item in rest["items"]], ids[1::-1])
        self.assertIsNone(rest["next"])
        self.assertEqual(self.json("queue", "--state", "sent")["items"], [])
        self.assertEqual(len(self.json("queue", "--to", NUMBER)["items"]), 5)
        self.assertEqual(self.json("queue", "--to", "081234567890")["items"], [])
        people = self.smsweb("queue").stdout
        self.assertIn("In the queue: 5 queued.", people)
        self.assertNotIn("secret", people)

    def test_a_table_fits_the_terminal(self) -> None:
        for _ in range(3):
            self.send("x", "--reference", "r" * 100)
        for width in (60, 80, 120, 160):
            with self.subTest(width=width):
                lines = self.at_terminal(width, "queue").splitlines()
                self.assertLessEqual(max(map(len, lines)), width)
                self.assertNotIn("\x1b", "".join(lines))
        self.assertIn("r" * 100, self.smsweb("queue").stdout)

    def at_terminal(self, width: int, *arguments: str) -> str:
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
        child = subprocess.Popen([str(self.gateway.programs / "smsweb"), "--config",
                                  str(self.gateway.config), *arguments], stdout=theirs)
        os.close(theirs)
        output = b""
        try:
            while piece := os.read(ours, 65536):
                output += piece
        except OSError:  # EIO: the other side is closed
            pass
        os.close(ours)
        self.assertEqual(child.wait(30), DONE)
        return output.decode().replace("\r\n", "\n")

    def test_each_kind_of_failure_has_its_exit_code(self) -> None:
        self.send("x")
        self.assertEqual(self.error("send", "12", "x", code=REFUSED)["code"], "invalid_recipient")
        self.assertEqual(self.error("send", NUMBER, "", code=REFUSED)["code"], "empty_text")
        many = self.error("send", NUMBER, "x" * 5000, code=REFUSED)
        self.assertEqual((many["code"], many["parts"], many["max_parts"]), ("too_many_parts", 33, 8))
        self.assertEqual(self.error("queue", "--to", "12", code=REFUSED)["code"],
                         "invalid_recipient")
        self.assertEqual(self.error("show", NOBODY, code=NOT_FOUND)["code"], "message_not_found")
        self.assertEqual(self.error("queue", "--after", NOBODY, code=NOT_FOUND)["code"],
                         "message_not_found")
        for line in (["sned"], ["show"], ["show", "7"], ["queue", "--state", "lost"],
                     ["send", NUMBER], ["send", NUMBER, "two", "texts"], ["modem"]):
            with self.subTest(line=line):
                self.assertEqual(self.error(*line, code=USAGE)["code"], "usage")

    def test_nothing_that_is_refused_repeats_the_text(self) -> None:
        for line in ([NUMBER, "my", "secret"], ["12", "secret"], [NUMBER, "secret" * 1000],
                     [NUMBER, "--secret"]):
            with self.subTest(line=line):
                done = self.gateway.run("smsweb", "send", *line)
                self.assertNotEqual(done.returncode, DONE)
                self.assertNotIn("secret", done.stdout + done.stderr)

    def test_a_queue_that_is_not_there_is_not_made_by_looking(self) -> None:
        for line in (["queue"], ["show", NOBODY]):
            error = self.error(*line, code=UNAVAILABLE)
            self.assertEqual(error["code"], "store_unavailable")
            self.assertIn(str(self.gateway.queue), error["message"])
        self.smsweb("modem", "list")
        self.assertEqual(list(self.gateway.folder.glob("queue.db*")), [])

    @unittest.skipUnless(os.geteuid() == 0, "only root can become somebody else")
    def test_root_leaves_nothing_that_the_services_cannot_open(self) -> None:
        subprocess.run([str(self.gateway.programs / "smsweb"), "--config",
                        str(self.gateway.config), "send", NUMBER, "x"],
                       check=True, capture_output=True, timeout=30)
        files = list(self.gateway.folder.glob("queue.db*"))
        self.assertTrue(files)
        for file in files:
            self.assertEqual(file.owner(), "www-data", file)
        self.gateway.start_sim()
        self.gateway.start_spooler()
        self.gateway.wait_for_messages(1)

    def test_smsweb_alone_teaches(self) -> None:
        done = subprocess.run([str(self.gateway.programs / "smsweb")], capture_output=True,
                              text=True, check=True, timeout=30)
        for part in ("Examples:", "smsweb send", "Exit codes:"):
            self.assertIn(part, done.stdout)


class OnDemand(CtlCase):
    settings = {"spooler": {"spawn": True, "idle_exit": 1}}

    def test_send_starts_a_spooler_where_none_is(self) -> None:
        self.gateway.start_sim()
        self.assertEqual(self.json("send", NUMBER, "x")["spooler"], "started")
        self.gateway.wait_for_messages(1)
        wait_until(lambda: not self.json("modem", "list")["spooler_running"], 30, "its end")
        self.assertIn("the next message starts it", self.smsweb("modem", "list").stdout)


class Configuration(CtlCase):
    def test_a_good_one_is_ok(self) -> None:
        self.assertEqual(self.smsweb("config", "check").stdout, f"{self.gateway.config}: ok\n")
        self.assertTrue(self.json("config", "check")["ok"])

    def test_every_error_has_its_file_and_line(self) -> None:
        self.gateway.config.write_text(
            "[endpoint]\nbacklog = 0\n[spooler]\nspwan = true\n", encoding="utf-8")
        error = self.error("config", "check", code=USAGE)
        self.assertEqual([item["line"] for item in error["errors"]], [2, 4])
        self.assertIn(f"{self.gateway.config}:4: spooler.spwan", error["message"])

    def test_every_command_refuses_a_bad_one_in_the_same_way(self) -> None:
        self.gateway.config.write_text("nonsense", encoding="utf-8")
        for line in (["send", NUMBER, "x"], ["show", NOBODY], ["queue"], ["modem", "list"]):
            with self.subTest(line=line):
                self.assertEqual(self.error(*line, code=USAGE)["code"], "misconfigured")


class Probing(CtlCase):
    """smsweb modem probe, against the simulator on a pty and behind TCP."""

    def test_a_probe_says_what_to_configure(self) -> None:
        self.gateway.start_sim("--pin", "1234")
        device = str(self.gateway.devices[0])
        people = self.smsweb("modem", "probe", device)
        self.assertIn("wants its PIN", people.stdout)
        self.assertIn("asking", people.stderr)
        table = tomllib.loads(people.stdout.split("For the configuration:")[1])["modem"][0]
        self.assertEqual(table["device"], device)
        self.assertRegex(table["imei"], r"^\d{15}$")
        self.gateway.config.write_text(people.stdout.split("For the configuration:")[1])
        self.smsweb("config", "check")
        probed = self.json("modem", "probe", device)
        self.assertTrue(probed["sends"])
        self.assertEqual(probed["imei"], table["imei"])
        self.assertEqual(probed["answers"]["sim"]["text"], "SIM PIN")
        self.assertEqual(tomllib.loads(probed["configuration"])["modem"][0], table)

    def test_a_probe_traces_without_numbers(self) -> None:
        self.gateway.start_sim()
        traced = self.smsweb("modem", "probe", str(self.gateway.devices[0]), "--trace").stderr
        self.assertIn("> AT+CGSN", traced)
        self.assertNotRegex(traced, r"\d{15}")

    def test_a_probe_over_tcp(self) -> None:
        sim = self.gateway.start("smsweb-sim", [
            str(self.gateway.programs / "smsweb-sim"), "--tcp", "127.0.0.1:0",
            "--log", str(self.gateway.phone)])
        port = re.findall(r":(\d+)", sim.wait_for_line(r"modem sim-1 on .*:\d+"))[-1]
        probed = self.json("modem", "probe", f"tcp:127.0.0.1:{port}")
        self.assertEqual(probed["answers"]["model"]["text"], "smsweb-sim")

    def test_a_probe_says_what_is_wrong(self) -> None:
        self.assertEqual(
            self.error("modem", "probe", "/dev/nothing-there", code=UNAVAILABLE)["code"],
            "device_unavailable")
        self.assertEqual(self.error("modem", "probe", "/dev/null", code=USAGE)["code"],
                         "not_a_port")
        self.gateway.start_sim()
        self.gateway.start_spooler().wait_for_line(r"state=ready")
        busy = self.error("modem", "probe", str(self.gateway.devices[0]), code=UNAVAILABLE)
        self.assertIn("busy", busy["message"])

    def test_a_probe_needs_no_configuration(self) -> None:
        self.gateway.start_sim()
        done = subprocess.run(
            [str(self.gateway.programs / "smsweb"), "modem", "probe",
             str(self.gateway.devices[0])], capture_output=True, text=True, check=False,
            env={**os.environ, "SMSWEB_CONFIG": "/nonexistent/smsweb.toml"})
        self.assertEqual(done.returncode, DONE, done.stderr)
        self.assertIn("[[modem]]", done.stdout)


if __name__ == "__main__":
    unittest.main()
