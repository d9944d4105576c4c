"""Commands that testify: a job of witnesses, and what may be said of their testimony once all is quiet.

A witness appends to one file (O_APPEND, one write a line), so the order of the lines is the order of what happened:

    start CMD ATTEMPT       and "overlap CMD ATTEMPT" when an earlier attempt of the command still lives
    end CMD ATTEMPT

    job: GROUPS tasks, each with a command of its own that depends on WIDTH children, each with two commands in series
"""

from __future__ import annotations

import os
import re
import signal
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from daemons.journal import Journal
from daemons.state import State
from runtime.facts import Ended, NeverStarted, Outcome, Started
from runtime.job.model import JobId

GROUPS, WIDTH = 5, 6

_WITNESS = """#!/bin/sh
# witness COMMAND FILE SECONDS
for old in $(sed -n "s/^start $1 [^ ]* //p" "$2" 2>/dev/null); do
    case "$(cat /proc/$old/stat 2>/dev/null)" in
        "" | *") Z "*) ;; # gone, or a zombie that init has not reaped
        *) echo "overlap $1 ${ALF_ATTEMPT##*.}" >> "$2" ;;
    esac
done
echo "start $1 ${ALF_ATTEMPT##*.} $$" >> "$2"
sleep "$3"
echo "end $1 ${ALF_ATTEMPT##*.}" >> "$2"
"""


@dataclass
class Testimony:
    """What the witnesses of one job wrote, in order."""

    lines: list[list[str]]
    starts: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    ends: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    places: dict[tuple[str, str, int], int] = field(default_factory=dict)
    overlaps: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        for place, (word, command, attempt, *_) in enumerate(self.lines):
            if word == "overlap":
                self.overlaps.append(f"{command} at attempt {attempt}")
            else:
                (self.starts if word == "start" else self.ends)[command].append(int(attempt))
                self.places[word, command, int(attempt)] = place


def attempts_of(state: State, jid: int) -> dict[int, Ended | NeverStarted | None]:
    """Every attempt in the journal, with its end. The dispatcher must be gone."""
    journal = Journal(state.journal)
    found: dict[int, Ended | NeverStarted | None] = {}
    for fact in journal.facts(JobId(jid)):
        if isinstance(fact, Started):
            found[fact.attempt] = None
        elif isinstance(fact, Ended | NeverStarted):
            found[fact.attempt] = fact
    journal.close()
    return found


def processes(directory: Path, what: str) -> list[int]:
    """Processes that work in the directory whose command line has the word."""
    found = []
    for process in psutil.process_iter(["cmdline", "environ"]):
        words = " ".join(process.info["cmdline"] or ())
        place = (process.info["environ"] or {}).get("ALF_STATE", "") + " " + words
        if re.search(what, words) and str(directory) in place:
            found.append(process.pid)
    return found


def send(pids: list[int], number: signal.Signals) -> None:
    """A signal to all that are still there."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


class Stage:
    """A directory with a witness program, a job script that uses it, and a state of its own."""

    def __init__(self, directory: Path, seconds: float) -> None:
        self.state = State(directory / "state", directory / "state" / "lock")
        self._directory = directory
        self._file = directory / "testimony"
        program = directory / "witness"
        program.write_text(_WITNESS)
        program.chmod(0o755)
        self.commands: dict[str, list[str]] = {}
        """Every command, with those that it depends on."""
        self.script = self._write(f"{program} %s {self._file} {seconds}")

    def _write(self, launch: str) -> bytes:
        lines = ["##AlfredToDo 3.0", "Job -title {witnesses} -subtasks {"]
        for group in range(GROUPS):
            below = []
            lines.append(f"Task {{group {group}}} -subtasks {{")
            for child in range(WIDTH):
                first, second = f"g{group}c{child}a", f"g{group}c{child}b"
                self.commands |= {first: [], second: [first]}
                below.append(second)
                words = " ".join(f"Cmd {{{launch % name}}};" for name in (first, second))
                lines.append(f"  Task {{child {child}}} -cmds {{ {words} }}")
            self.commands[f"g{group}"] = below
            lines.append(f"}} -cmds {{ Cmd {{{launch % f'g{group}'}}} }}")
        return "\n".join([*lines, "}", ""]).encode()

    def testimony(self) -> Testimony:
        return Testimony([line.split() for line in self._file.read_text().splitlines()])

    def pids(self, what: str) -> list[int]:
        """Processes of this stage whose command line has the word."""
        return processes(self._directory, what)

    def kill(self, what: str) -> None:
        """kill -9, at once, of all processes of this stage with that word in their command line."""
        send(self.pids(what), signal.SIGKILL)


def check(stage: Stage, jid: int, *, launcher_died: bool) -> None:
    """The invariants of a job that is done and whose dispatcher has ended."""
    said, attempts = stage.testimony(), attempts_of(stage.state, jid)
    assert said.overlaps == [], "I1: two of one command at once"
    assert set(said.starts) == set(stage.commands), "I5: every command of the job ran"
    witnessed = {attempt for found in said.starts.values() for attempt in found}
    began = {attempt for attempt, end in attempts.items() if not isinstance(end, NeverStarted)}
    assert witnessed <= began, "I2: what ran is in the journal"
    assert all(end is not None for end in attempts.values()), "I2: every attempt ended"
    done = [attempt for attempt, end in attempts.items() if isinstance(end, Ended) and end.outcome is Outcome.DONE]
    assert len(done) == len(stage.commands), "I2: every command ended well exactly once"
    for command in stage.commands:
        last = said.starts[command][-1]
        assert last in done and said.ends[command][-1] == last, f"I2: the last attempt of {command} counts"
        if not launcher_died:
            assert len(said.starts[command]) == 1, f"{command} ran again although its launcher lived"
    _check_order(stage, said)


def _check_order(stage: Stage, said: Testimony) -> None:
    for command, needed in stage.commands.items():
        last = said.starts[command][-1]
        for before in needed:
            ended = said.places["end", before, said.ends[before][-1]]
            assert ended < said.places["start", command, last], f"I4: {command} began before {before} had ended"
