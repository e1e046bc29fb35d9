"""The books that crash tests keep: what was accepted, what the queue says of
it, what was at the phone. Each message has a recipient of its own, so that a
part on the air names its message whatever its text."""

from __future__ import annotations

import http.client
import json
import random
import sqlite3
import threading
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from harness import Gateway

CLASSES = ("otp", "transactional", "bulk")
# Few otp: they go first, and would be all that a kill ever meets.
WEIGHTS = (1, 12, 7)
SETTLED = {"sent", "unknown", "failed", "expired", "cancelled", "delivered", "undelivered"}
RECEIVED = {"sent", "delivered"}  # the queue says so
REPORTED = {"delivered", "undelivered"}  # a status report settled it, whatever was known before
STATES = ("queued", "sending", "sent", "unknown", "delivered", "undelivered", "failed", "expired",
          "cancelled")
PART_STATES = ("intended", "accepted", "rejected", "not_submitted", "unknown")

TEXTS = {1: "Kode Anda 123456, jangan dibagikan.",
         2: "Satu pesan yang panjang. " * 8,  # 200 septets
         3: "Halo 👋 dari smsweb! " * 9}       # 189 UTF-16 units


@dataclass(frozen=True)
class Accepted:
    id: str
    recipient: str
    message_class: str
    parts: int


@dataclass
class Row:
    """A message as the file has it."""

    id: str
    recipient: str
    message_class: str
    state: str
    parts: list[str]  # the states of those that were tried


def read_inbox(path: Path) -> list[str]:
    """The texts of what was received."""
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30) as database:
        texts = [text for (text,) in database.execute("SELECT text FROM inbound WHERE shown = 1")]
    database.close()
    return texts


def read_queue(path: Path) -> dict[str, Row]:
    """Every message in the file, by id. Reads only: as a stranger would."""
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30) as database:
        rows = {}
        sequences = {}
        for sequence, uuid, cls, state, recipient in database.execute(
                "SELECT sequence, lower(hex(id)), class, state, recipient FROM message"):
            name = "-".join((uuid[:8], uuid[8:12], uuid[12:16], uuid[16:20], uuid[20:]))
            rows[name] = Row(name, recipient, CLASSES[cls], STATES[state], [])
            sequences[sequence] = rows[name]
        for sequence, state in database.execute(
                "SELECT sequence, state FROM part ORDER BY sequence, number"):
            sequences[sequence].parts.append(PART_STATES[state])
    database.close()
    return rows


class Load:
    """Clients that post messages until stopped, each with so many seconds
    between two. Answers that are no 202 and connections that break are counted,
    and the client goes on."""

    def __init__(self, port: int, threads: int, seed: int, pace: float,
                 max_parts: int = 3) -> None:
        self.accepted: list[Accepted] = []
        self.refused: Counter[str] = Counter()
        self._port = port
        self._pace = pace
        self._max_parts = max_parts
        self._number = 0
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._post, args=(random.Random(f"{seed}/{i}"),))
                         for i in range(threads)]

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _next_number(self) -> int:
        with self._lock:
            self._number += 1
            return self._number

    def _post(self, choice: random.Random) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        while not self._stop.wait(self._pace):
            number = self._next_number()
            recipient = f"+628961{number:07d}"
            parts = choice.choice((1, 1, 1, 2, 3)[:self._max_parts + 2])
            message_class = choice.choices(CLASSES, WEIGHTS)[0]
            body = {"to": recipient, "text": TEXTS[parts], "class": message_class}
            try:
                connection.request("POST", "/v1/messages", json.dumps(body).encode(),
                                   {"Content-Type": "application/json"})
                response = connection.getresponse()
                answer = response.read()
            except (OSError, http.client.HTTPException) as error:
                connection.close()
                with self._lock:
                    self.refused[type(error).__name__] += 1
                continue
            with self._lock:
                if response.status == 202:
                    taken = json.loads(answer)
                    self.accepted.append(Accepted(taken["id"], recipient, message_class,
                                                  taken["parts"]))
                else:
                    self.refused[str(response.status)] += 1
        connection.close()


def parts_on_air(gateway: Gateway) -> dict[str, Counter[int]]:
    """How often each part of each recipient's message was taken by the network."""
    seen: dict[str, Counter[int]] = {}
    for record in gateway.records():
        if record["event"] == "part":
            seen.setdefault(record["recipient"], Counter())[record["part"]] += 1
    return seen


@dataclass
class Balance:
    """What there is to say of one run, and what is wrong with it."""

    accepted: int
    states: Counter[str]
    unknown_on_air: int   # `unknown`, and all of it was received
    twice: int            # otp with a part received more than once
    wrong: list[str]

    def __str__(self) -> str:
        states = ", ".join(f"{count} {state}" for state, count in sorted(self.states.items()))
        return (f"{self.accepted} accepted: {states}; of the unknown {self.unknown_on_air} were "
                f"received whole; {self.twice} otp received twice")


def balance(gateway: Gateway, accepted: list[Accepted], assembled: bool = True) -> Balance:
    """Each accepted message against the queue and the phone:

    every one has a settled state; `sent` (or `delivered`) was received, every
    part, and but for otp exactly once; nothing but otp was received twice; what is
    neither that nor `unknown` did not go out whole. `assembled`: the parts of what was
    received came from one modem, as a phone needs them to join them (a
    simulator that was killed has forgotten what came before)."""
    rows = read_queue(gateway.queue)
    air = parts_on_air(gateway)
    joined = {message["recipient"] for message in gateway.messages()}
    result = Balance(len(accepted), Counter(), 0, 0, [])
    for message in accepted:
        row = rows.get(message.id)
        if row is None:
            result.states["LOST"] += 1
            result.wrong.append(f"{message} is not in the queue")
            continue
        result.states[row.state] += 1
        seen = air.get(message.recipient, Counter())
        whole = all(seen[part] for part in range(1, message.parts + 1))
        repeated = any(count > 1 for count in seen.values())
        result.unknown_on_air += row.state == "unknown" and whole
        result.twice += repeated
        what = f"{message}, {row.state}, parts {row.parts}, on the air {dict(seen)}"
        if row.state not in SETTLED:
            result.wrong.append(f"not settled: {what}")
        if row.state in RECEIVED and not whole:
            result.wrong.append(f"sent, and not received: {what}")
        if whole and assembled and message.recipient not in joined:
            result.wrong.append(f"received in parts that can't be joined: {what}")
        if row.state not in RECEIVED | {"unknown"} and whole:
            result.wrong.append(f"received, and not known to be: {what}")
        if repeated and message.message_class != "otp":
            result.wrong.append(f"received twice: {what}")
        in_doubt = "unknown" in row.parts or "intended" in row.parts
        if row.state not in REPORTED and (row.state == "unknown") != in_doubt:
            result.wrong.append(f"an intent without a result is `unknown`, no other is: {what}")
    return result
