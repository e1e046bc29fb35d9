"""The library under s.py and main.py: where the queue and the modem are.

A reconstruction after figure 7 of the paper, not the authors' code, with SQLite
in place of MongoDB (README.md). Names of functions are the figure's.

Environment: PAPER_QUEUE, the database; PAPER_DEVICE, the modem.
"""

import os
import sqlite3

OUTBOX = """
CREATE TABLE IF NOT EXISTS outbox (
    id   INTEGER PRIMARY KEY AUTOINCREMENT,
    rcpt TEXT,
    msg  TEXT
)"""


def opendb():
    """The queue, as Python's sqlite3 opens it unless told otherwise: with a
    rollback journal, and five seconds of patience while others write."""
    db = sqlite3.connect(os.environ["PAPER_QUEUE"])
    db.execute(OUTBOX)
    return db


def openser():
    """The GSM modem, in text mode."""
    import serial  # python3-serial; s.py, which has no use for it, does not pay

    ser = serial.Serial(os.environ["PAPER_DEVICE"], 115200, timeout=10)
    ser.write(b"AT+CMGF=1\r")
    answer(ser)
    return ser


def answer(ser):
    """Reads up to the modem's final answer, or until it has been silent for as
    long as the port was told to wait."""
    while True:
        line = ser.readline()
        if not line or line.startswith((b"OK", b"ERROR", b"+CMS ERROR")):
            return line
