"""kill -9 of each program under load, at random moments: nothing accepted is
lost, nothing goes out twice that may not, and what is in doubt is `unknown`.

Environment: SMSWEB_KILLS is how many kills each case makes (default 5);
SMSWEB_SEED repeats the choices of a run that was printed. In this folder:

    SMSWEB_KILLS=50 python3 -m unittest -v test_crash
"""

from __future__ import annotations

import os
import random
import sys
import time
import unittest

from books import SETTLED, Load, balance, read_inbox, read_queue
from harness import Gateway, Process, wait_until

KILLS = int(os.environ.get("SMSWEB_KILLS", "5"))
SEED = int(os.environ.get("SMSWEB_SEED", "0")) or random.SystemRandom().randrange(1, 1 << 32)
CLIENTS = 6


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


class Crashes(unittest.TestCase):
    def setUp(self) -> None:
        self.random = random.Random(SEED)

    def gateway_of(self, modems: int) -> Gateway:
        gateway = Gateway(modems=modems, settings={"log": {"level": "warning"}})
        self.addCleanup(gateway.close)
        return gateway

    def random_moment(self, longest: float) -> None:
        """Not a wait for anything: where in its work the program is met must not
        depend on what the test can see."""
        time.sleep(self.random.uniform(0, longest))

    def more_than(self, load: Load, count: int) -> None:
        """The load flows again after a restart."""
        wait_until(lambda: len(load.accepted) > count, 30, "a message accepted after a restart")

    def settle(self, gateway: Gateway, load: Load, seconds: float) -> None:
        ids = {message.id for message in load.accepted}

        def settled() -> bool:
            rows = read_queue(gateway.queue)
            return all(rows[name].state in SETTLED for name in ids if name in rows)
        wait_until(settled, seconds, "every accepted message in a settled state")

    def check(self, gateway: Gateway, load: Load, title: str, assembled: bool = True) -> None:
        result = balance(gateway, load.accepted, assembled)
        say(f"{title} (SMSWEB_SEED={SEED}): {result}; not accepted: {dict(load.refused)}")
        self.assertEqual(result.wrong, [])

    def test_what_was_answered_with_202_is_in_the_queue(self) -> None:
        gateway = self.gateway_of(1)
        gateway.start_sim()
        gateway.start_spooler()
        endpoint = gateway.start_endpoint()
        web = gateway.start_nginx()
        with Load(web.port, CLIENTS, SEED, 0.005, max_parts=1) as load:
            for _ in range(KILLS):
                self.random_moment(0.15)
                gateway.kill(endpoint)
                count = len(load.accepted)
                endpoint = gateway.start_endpoint()
                self.more_than(load, count)
        rows = read_queue(gateway.queue)
        lost = [message for message in load.accepted if message.id not in rows]
        self.assertEqual(lost, [])
        for message in load.accepted:
            answer = web.get(f"/v1/messages/{message.id}")
            self.assertEqual(answer.status, 200, answer.body)
            self.assertEqual(answer.json()["id"], message.id)
        self.assertIn("502", load.refused)  # it was killed under load
        self.settle(gateway, load, 120)
        self.check(gateway, load, f"smsweb-cgi, {KILLS} kills")

    def in_doubt(self, gateway: Gateway) -> set[str]:
        """What a killed spooler left with an intent and no result, but for otp.
        One that is killed before it has settled them leaves them once more."""
        return {message for message, row in read_queue(gateway.queue).items()
                if row.state == "sending" and row.message_class != "otp"
                and "intended" in row.parts}

    def under_load(self, gateway: Gateway) -> Load:
        gateway.start_endpoint()
        web = gateway.start_nginx()
        return Load(web.port, CLIENTS, SEED, 0.025)

    def a_part_went_out(self, gateway: Gateway, before: int) -> None:
        wait_until(lambda: len(gateway.records()) > before, 60, "a part after a restart")

    def test_each_message_of_a_killed_spooler_ends_in_a_state_and_is_accounted_for(self) -> None:
        for modems, send_time in ((1, "0"), (3, "15ms")):
            with self.subTest(modems=modems, send_time=send_time):
                gateway = self.gateway_of(modems)
                gateway.start_sim("--send-time", send_time)
                spooler = gateway.start_spooler()
                in_doubt: set[str] = set()
                with self.under_load(gateway) as load:
                    for _ in range(KILLS):
                        before = len(gateway.records())
                        self.a_part_went_out(gateway, before)
                        self.random_moment(0.4)
                        gateway.kill(spooler)
                        in_doubt |= self.in_doubt(gateway)
                        spooler = gateway.start_spooler()
                self.settle(gateway, load, 300)
                rows = read_queue(gateway.queue)
                unknown = {message for message, row in rows.items()
                           if row.state == "unknown" and row.message_class != "otp"}
                self.assertEqual(unknown, in_doubt)
                self.assertFalse([row for row in rows.values()
                                  if row.state == "unknown" and row.message_class == "otp"
                                  and KILLS <= 5])
                self.check(gateway, load, f"smswebd, {modems} modems, {send_time} a part, "
                                          f"{KILLS} kills, {len(in_doubt)} intents in doubt")
                gateway.close()

    def test_modems_that_vanish_leave_each_message_in_a_state_and_accounted_for(self) -> None:
        gateway = self.gateway_of(2)
        send_time = ("--send-time", "5ms")
        sim: Process = gateway.start_sim(*send_time)
        gateway.start_spooler()
        with self.under_load(gateway) as load:
            for _ in range(max(3, KILLS // 5)):
                before = len(gateway.records())
                self.a_part_went_out(gateway, before)
                self.random_moment(0.1)
                gateway.kill(sim)
                sim = gateway.start_sim(*send_time)
        self.settle(gateway, load, 300)
        self.check(gateway, load, "smsweb-sim", assembled=False)

    def all_but(self, gateway: Gateway, come: int, waiting: int) -> None:
        """So many of what has come in may not be in the inbox yet."""
        wait_until(lambda: len(read_inbox(gateway.queue)) >= come - waiting, 60,
                   f"{come - waiting} in the inbox")

    def test_what_comes_in_is_in_the_inbox_once(self) -> None:
        """A place of a SIM that was deleted twice would take a message with it
        that had come in between."""
        gateway = self.gateway_of(1)
        gateway.start_sim()
        spooler = gateway.start_spooler()
        come = 0
        for _ in range(4 * KILLS):
            for _ in range(self.random.randrange(20, 60)):
                come += 1
                gateway.tell(f'at 0s: inbound from +62811 text "number {come}"')
            gateway.kill(spooler)
            spooler = gateway.start_spooler()
            # The network offers again and again what the SIM has no place for: more
            # and more work for the simulator, were nothing waited for.
            self.all_but(gateway, come, 100)
        wanted = [f"number {number}" for number in range(1, come + 1)]
        self.all_but(gateway, come, 0)
        say(f"smswebd receives, {4 * KILLS} kills (SMSWEB_SEED={SEED}): {come} came in")
        self.assertEqual(sorted(read_inbox(gateway.queue)), sorted(wanted))

    def test_spooler_and_endpoint_killed_in_turns_lose_nothing(self) -> None:
        gateway = self.gateway_of(2)
        gateway.start_sim("--send-time", "5ms")
        spooler = gateway.start_spooler()
        endpoint = gateway.start_endpoint()
        web = gateway.start_nginx()
        with Load(web.port, CLIENTS, SEED, 0.025) as load:
            for _ in range(KILLS):
                self.random_moment(0.1)
                gateway.kill(spooler)
                self.random_moment(0.05)
                gateway.kill(endpoint)
                count = len(load.accepted)
                endpoint = gateway.start_endpoint()
                spooler = gateway.start_spooler()
                self.more_than(load, count)
        self.settle(gateway, load, 300)
        self.check(gateway, load, f"both, {KILLS} kills each")


if __name__ == "__main__":
    unittest.main(verbosity=2)
