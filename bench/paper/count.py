#!/usr/bin/python3
"""How many messages the reconstruction's queue has seen, for smsweb-bench:

    PAPER_QUEUE=queue.db bench/paper/count.py
    {"messages": 252, "states": {"queued": 12, "sent": 240}}

"messages" is how many were ever inserted: SQLite remembers the last key that an
AUTOINCREMENT column gave. "queued" is what is in the outbox now, and "sent" the
rest: those that main.py has removed. Whether the network has them, or has them
twice, only the simulator's record says.

Like why_52.py, it is no part of the paper's design. It waits a
minute for others who write, and makes no database where there is none.
"""

import json
import os
import pathlib
import sqlite3

COUNT = """
SELECT (SELECT count(*) FROM outbox),
       coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'outbox'), 0)"""


def count(queue):
    """What is in the outbox, and what was ever put there."""
    if not queue.exists() or queue.stat().st_size == 0:
        return 0, 0
    db = sqlite3.connect(queue.absolute().as_uri() + "?mode=rw", uri=True, timeout=60)
    return db.execute(COUNT).fetchone()


def main():
    queued, messages = count(pathlib.Path(os.environ["PAPER_QUEUE"]))
    print(json.dumps({"messages": messages,
                      "states": {"queued": queued, "sent": messages - queued}}))


if __name__ == "__main__":
    main()
