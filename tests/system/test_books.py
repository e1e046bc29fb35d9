"""The books of crash tests can fail: each thing that they are kept for, done to a
run in which all was well."""

from __future__ import annotations

import sqlite3
import tempfile
import unittest
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from books import CLASSES, PART_STATES, STATES, Accepted, balance


@dataclass
class Run:
    """What balance() looks at: a queue, and what the phone had."""

    queue: Path
    on_air: list[dict[str, Any]] = field(default_factory=list)

    def records(self) -> list[dict[str, Any]]:
        return self.on_air

    def messages(self) -> list[dict[str, Any]]:
        return [record for record in self.on_air if record["event"] == "message"]


class Books(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.run_ = Run(Path(folder.name) / "queue.db")
        self.accepted: list[Accepted] = []
        with sqlite3.connect(self.run_.queue) as database:
            database.execute("CREATE TABLE message (sequence, id, class, state, recipient)")
            database.execute("CREATE TABLE part (sequence, number, state)")
        database.close()

    def message(self, message_class: str, state: str, parts: list[str], *,
                received: list[int], kept: bool = True) -> None:
        """A message that was accepted, as the queue has it (if it does), and the
        parts of it that were received, in order."""
        number = len(self.accepted) + 1
        recipient = f"+62{number}"
        self.accepted.append(Accepted(f"00000000-0000-0000-0000-{number:012x}", recipient,
                                      message_class, len(parts)))
        for part in received:
            self.run_.on_air.append({"event": "part", "recipient": recipient, "part": part})
        if set(received) == set(range(1, len(parts) + 1)):
            self.run_.on_air.append({"event": "message", "recipient": recipient})
        with sqlite3.connect(self.run_.queue) as database:
            if kept:
                database.execute("INSERT INTO message VALUES (?, ?, ?, ?, ?)",
                                 (number, number.to_bytes(16, "big"), CLASSES.index(message_class),
                                  STATES.index(state), recipient))
            for place, part_state in enumerate(parts, 1):
                if part_state:
                    database.execute("INSERT INTO part VALUES (?, ?, ?)",
                                     (number, place, PART_STATES.index(part_state)))
        database.close()

    def wrong(self) -> str:
        return "\n".join(balance(self.run_, self.accepted).wrong)

    def test_what_is_allowed_balances(self) -> None:
        self.message("transactional", "sent", ["accepted"], received=[1])
        self.message("bulk", "sent", ["accepted"] * 3, received=[1, 2, 3])
        self.message("otp", "sent", ["accepted"], received=[1, 1])
        self.message("transactional", "unknown", ["unknown"], received=[])
        self.message("transactional", "unknown", ["unknown"], received=[1])
        self.message("transactional", "delivered", ["accepted"], received=[1])
        self.message("transactional", "delivered", ["unknown"], received=[1])
        self.message("bulk", "failed", ["rejected"], received=[])
        self.message("bulk", "expired", [""], received=[])
        result = balance(self.run_, self.accepted)
        self.assertEqual(result.wrong, [])
        self.assertEqual((result.accepted, result.unknown_on_air, result.twice), (9, 1, 1))

    def test_a_lost_message_is_found(self) -> None:
        self.message("otp", "sent", [""], received=[], kept=False)
        self.assertIn("is not in the queue", self.wrong())
        self.assertEqual(balance(self.run_, self.accepted).states["LOST"], 1)

    def test_a_message_that_went_out_twice_is_found(self) -> None:
        for message_class in ("transactional", "bulk"):
            self.message(message_class, "sent", ["accepted"], received=[1, 1])
        self.assertEqual(self.wrong().count("received twice"), 2)

    def test_a_part_that_went_out_twice_is_found(self) -> None:
        self.message("transactional", "unknown", ["accepted", "unknown"], received=[1, 2, 2])
        self.assertIn("received twice", self.wrong())

    def test_sent_and_never_received_is_found(self) -> None:
        self.message("transactional", "sent", ["accepted", "accepted"], received=[1])
        self.message("transactional", "delivered", ["accepted"], received=[])
        self.assertEqual(self.wrong().count("and not received"), 2)

    def test_received_and_called_failed_is_found(self) -> None:
        for state in ("failed", "expired", "cancelled"):
            self.message("transactional", state, ["rejected"], received=[1])
        self.assertEqual(self.wrong().count("not known to be"), 3)

    def test_a_message_without_an_end_is_found(self) -> None:
        self.message("transactional", "queued", [""], received=[])
        self.message("transactional", "sending", ["accepted", ""], received=[1])
        self.assertEqual(self.wrong().count("not settled"), 2)

    def test_a_doubt_that_is_not_shown_and_one_without_a_cause_are_found(self) -> None:
        self.message("transactional", "sent", ["intended"], received=[1])
        self.message("transactional", "unknown", ["accepted"], received=[1])
        self.assertEqual(self.wrong().count("no other is"), 2)

    def test_parts_that_no_phone_can_join_are_found(self) -> None:
        self.message("transactional", "sent", ["accepted", "accepted"], received=[1, 2])
        self.run_.on_air.pop()
        self.assertIn("can't be joined", self.wrong())


if __name__ == "__main__":
    unittest.main(verbosity=2)
