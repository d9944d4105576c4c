"""The maitre-d's record: how fast it is written, how large it is, how soon a report comes out of 10,000,000 rows.

    history    30 days, 16,000 slots on 1,000 hosts, 100 users in 10 crews, 1,000 commands a job: for each command a
               grant and a run, through the writer of the keeper's process, committed as it does. So many of the rows
               as --written says; then each is copied, in its place, until there are as many as are to be. The tallies
               have the same names as if all had been written
    asked      the overview of last week, a table of its hosts and jobs, one job, an hour of who had which slot; each as
               `alfred -report` asks, in a process of its own: its start counts; the best of three

`rows_per_s` is what one core writes, tallies included. `note_us` is what a grant and a run cost the maitre-d's own
process: making them, and packing them for the keeper.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import subprocess
import sys
import tempfile
from datetime import datetime
from pathlib import Path
from time import perf_counter, process_time, time

import msgspec
from figures import show

from daemons.record.file import Writer
from daemons.record.questions import Answer, Question, decode
from daemons.record.sending import PIECE
from runtime.farm_messages import How
from runtime.history.records import Capacity, Granted, Place, Ran, Record, Whose

ROWS = 10_000_000
WRITTEN = 1_000_000
SLOTS, HOST_SLOTS = 16_000, 16
USERS, CREWS, JOB_COMMANDS = 100, 10, 1_000
DAYS = 30
TIMES = 3
A_COMMIT = 10_000
"""Rows: what comes in half a second, when much happens."""


class History:
    """Makes records in the order of time."""

    def __init__(self, end: float, commands: int) -> None:
        self._random = random.Random(7)
        self._at = end - DAYS * 86400
        self._step_s = DAYS * 86400 / commands
        self._places = [
            Place(f"h{slot // HOST_SLOTS:04}-{slot % HOST_SLOTS}", f"h{slot // HOST_SLOTS:04}", frozenset({"all"}))
            for slot in range(SLOTS)
        ]
        self._command = 0
        self.capacity = Capacity(self._at, ((frozenset({"all"}), SLOTS),))

    def _whose(self, job: int) -> Whose:
        user = job * 7 % USERS
        return Whose(f"user{user:02}", f"crew{user % CREWS}", f"show{user % 5}", "desk", job, f"shot {job}")

    def records(self, commands: int) -> list[Record]:
        """A grant and a run for each of so many commands."""
        found: list[Record] = []
        for _ in range(commands):
            self._command += 1
            self._at += self._step_s
            whose = self._whose(self._command // JOB_COMMANDS)
            places = (self._places[self._random.randrange(SLOTS)],)
            run_s = self._random.expovariate(1 / 600)
            how = How.DONE if self._random.random() < 0.98 else How.FAILED
            found.append(Granted(self._at, whose, places, self._random.expovariate(1 / 60)))
            found.append(
                Ran(self._at, whose, places, run_s, 0.2, how, 0 if how is How.DONE else 1, 1 + self._command % 1000, 1,
                    self._command, f"frame {self._command % 1000}")
            )  # fmt: skip
        return found

    @property
    def at(self) -> float:
        return self._at


def write(path: Path, rows: int) -> dict[str, float]:
    """Fill a record; rows a second, bytes a row."""
    history = History(time(), rows // 2)
    writer = Writer(path, None)
    writer.note([history.capacity], history.at)
    spent_s = 0.0
    for _ in range(rows // A_COMMIT):
        records = history.records(A_COMMIT // 2)
        began = process_time()
        writer.note(records, history.at)
        writer.commit(history.at)
        spent_s += process_time() - began
    writer.close()
    return {"rows_per_s": round(rows / spent_s)}


def multiply(path: Path, times: int) -> None:
    """Each grant and each run stands so many times, in the order of time."""
    base = sqlite3.connect(path, isolation_level=None)
    base.execute("PRAGMA synchronous = OFF")
    for table in ("grants", "runs") if times > 1 else ():
        columns = ", ".join(row[1] for row in base.execute(f"PRAGMA table_info({table})") if row[1] != "id")
        base.executescript(
            f"BEGIN; CREATE TEMP TABLE once AS SELECT * FROM {table}; DELETE FROM {table};"
            f" WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {times})"
            f" INSERT INTO {table} ({columns}) SELECT {columns} FROM once, n ORDER BY id;"
            " DROP TABLE once; COMMIT;"
        )
    base.close()


def ask(path: Path, question: Question) -> tuple[float, Answer]:
    """Seconds until the answer is there, and what it is."""
    began = perf_counter()
    words = [sys.executable, "-P", "-m", "daemons.record.questions", str(path)]
    done = subprocess.run(words, input=msgspec.msgpack.encode(question), capture_output=True, check=True)
    found = decode(done.stdout)
    if found.trouble:
        raise SystemExit(found.trouble)
    return perf_counter() - began, found


def note_us() -> float:
    """What a grant and its run cost the maitre-d to make and to pack."""
    history = History(time(), 1_000_000)
    encode = msgspec.msgpack.Encoder().encode
    commands = 50_000
    began = process_time()
    records = history.records(commands)
    for first in range(0, len(records), PIECE):
        encode(records[first : first + PIECE])
    return round(1e6 * (process_time() - began) / commands, 2)


def measure(rows: int, written: int) -> dict[str, float]:
    """All figures."""
    written = min(rows, written)
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "history.sqlite"
        figures = write(path, written)
        multiply(path, rows // written)
        size = sum(file.stat().st_size for file in path.parent.iterdir())
        figures["bytes_per_row"] = round(size / rows, 1)
        hour = time() - 86400
        words = tuple(f"{moment:%Y-%m-%dT%H:%M}" for moment in map(_clock, (hour, hour + 3600)))
        for name, question in (
            ("last_week_s", Question(("lastweek",))),
            ("hosts_and_jobs_s", Question(("lastweek",), ("host", "job"))),
            ("picture_s", Question(("lastweek",), picture=True)),
            ("month_s", Question((f"{_clock(time() - DAYS * 86400):%Y-%m-%d}", f"{_clock(time()):%Y-%m-%d}"))),
            ("job_s", Question(jid=written // 2 // JOB_COMMANDS // 2)),
            ("slots_of_an_hour_s", Question(words, slots=True)),
        ):
            figures[name] = round(min(ask(path, question)[0] for _ in range(TIMES)), 2)
    return figures | {"note_us": note_us()}


def _clock(at: float) -> datetime:
    return datetime.fromtimestamp(at)


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description="The maitre-d's record: writing it, and asking it.")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--written", type=int, default=WRITTEN, help="how many of these are written one by one")
    options = parser.parse_args()
    figures = measure(options.rows, options.written)
    show(figures, as_json=options.json)


if __name__ == "__main__":
    main()
