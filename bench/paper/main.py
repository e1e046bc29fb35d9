#!/usr/bin/python3
"""The "asynchronous daemon": sends what is in the outbox, and ends when there is
nothing left. s.py starts it.

A reconstruction after figure 7 of the paper, not the authors' code, with SQLite
in place of MongoDB (README.md). Names of functions are the figure's.
"""

import smsweb


def getOutbox(db):
    """The oldest record of the outbox; None when it is empty."""
    return db.execute("SELECT id, rcpt, msg FROM outbox ORDER BY id LIMIT 1").fetchone()


def idProcess(record):
    return record[0]


def rcpt(record):
    return record[1]


def msg(record):
    return record[2]


def sends(ser, number, text):
    """One SMS in text mode. What the modem answers changes nothing: the figure
    has one way from here."""
    ser.write(b'AT+CMGS="' + number.encode("ascii", "replace") + b'"\r')
    ser.read_until(b"> ")
    ser.write(text.encode("ascii", "replace") + b"\x1a")
    smsweb.answer(ser)


def removeOutbox(db, process):
    db.execute("DELETE FROM outbox WHERE id = ?", (process,))
    db.commit()


def main():
    db = smsweb.opendb()
    ser = smsweb.openser()
    while record := getOutbox(db):
        number, text = rcpt(record), msg(record)
        process = idProcess(record)
        sends(ser, number, text)
        removeOutbox(db, process)


if __name__ == "__main__":
    main()
