#!/usr/bin/python3 -Wignore::DeprecationWarning
"""What the web server starts for each request: queues a message, sees to it
that main.py runs, and answers.

    GET /s.py?rcpt=NUMBER&msg=TEXT

A reconstruction after figure 7 of the paper, not the authors' code, with SQLite
in place of MongoDB (README.md). Names of functions are the figure's.
"""

import os
import subprocess
import sys

import smsweb

HERE = os.path.dirname(os.path.abspath(__file__))
MAIN = os.path.join(HERE, "main.py")


def parameters():
    """rcpt and msg of the request."""
    try:
        import cgi
    except ImportError:  # Python 3.13 and later have no such library any more
        from urllib.parse import parse_qs

        form = parse_qs(os.environ["QUERY_STRING"])
        return form["rcpt"][0], form["msg"][0]
    form = cgi.FieldStorage()
    return form["rcpt"].value, form["msg"].value


def insertOutbox(db, rcpt, msg):
    db.execute("INSERT INTO outbox (rcpt, msg) VALUES (?, ?)", (rcpt, msg))
    db.commit()


def isRunning():
    """Whether there is a process of main.py, as psutil would look for it."""
    for pid in os.listdir("/proc"):
        if pid.isdigit():
            try:
                with open("/proc/" + pid + "/cmdline", "rb") as cmdline:
                    if os.fsencode(MAIN) in cmdline.read().split(b"\0"):
                        return True
            except OSError:  # it has ended
                pass
    return False


def start():
    """main.py, in the background. It must not hold this program's output, or the
    web server would wait for its end: what it has to say goes into a file."""
    folder = os.path.dirname(os.path.abspath(os.environ["PAPER_QUEUE"]))
    with open(os.path.join(folder, "main.log"), "ab") as log:
        subprocess.Popen([sys.executable, MAIN], stdin=subprocess.DEVNULL, stdout=log, stderr=log)


def main():
    rcpt, msg = parameters()
    db = smsweb.opendb()
    insertOutbox(db, rcpt, msg)
    if not isRunning():
        start()
    print("Content-Type: text/plain")
    print()
    print("OK")


if __name__ == "__main__":
    main()
