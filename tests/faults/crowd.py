"""A crowd of witnesses on a whole farm: jobs of many shapes for several users, and what may be said of them afterwards.

Every witness and everything that is done to the farm writes into one file (O_APPEND, one write a line), so the order of
the lines is the order of what happened, and the lines of a command are its timeline:

    TIME start NAME PID SLOT SLOTS HOST      and right after it, when somebody else who started earlier still lives:
    TIME twice NAME PID OTHER                     I1  the same command
    TIME crowded NAME PID OTHER                   I3  its slot, or more slots on its host than there are
    TIME over NAME PID                            I3  more of the tag's than the limit allows
    TIME end NAME PID STATUS                 not there: it was killed
    TIME havoc HOST WORDS                    HOST: may have lost commands, or ends of commands, by this; -: nobody

    user's job: groups, each with a command of its own that depends on its children; a child has two commands in
                series, sharing a check-out, or with two slots of one host, under a limit, failing once, or plain
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import psutil
from witnesses import attempts_of

from daemons.state import State
from runtime.facts import Ended, NeverStarted, Outcome

SLOTS, LIMIT, RETRY = 3, 2, 7
"""Slots of a host; how many commands with the tag at once; the status that is tried again."""
WIDTH = 4
OPENING_S = 5.0
"""How long a new maitre-d waits for dispatchers to say what they hold. One that is killed meanwhile must be back by
then, also on a busy machine: who comes later finds his slots in other hands, and what runs there is ended."""
LONG_S = OPENING_S + 1.0
"""Of some witnesses: longer than that."""
SCHEDULE = f"set alfLimit(scarce) {LIMIT}\n"

_WITNESS = f"""#!/bin/bash
# witness NAME FILE SECONDS STATUS SLOT SLOTS HOST ...
name=$1 file=$2 seconds=$3 status=$4 slot=$5 slots=$6 host=$7
say() {{ printf '%(%T)T %s\\n' -1 "$*" >> "$file"; }}
scarce() {{ [[ $1 == *scarce* ]]; }}
say start $name $$ $slot $slots $host
used=$slots tagged=0
while read -r other pid where many there; do
    [ $pid = $$ ] || grep -qsxz -- "$other" /proc/$pid/cmdline || continue
    ! scarce $other || let ++tagged
    [ $pid != $$ ] || continue
    [ $other != $name ] || say twice $name $$ $other
    [ $there != $host ] || let used+=many
    [ $where != $slot -a $used -le {SLOTS} ] || say crowded $name $$ $other
done < <(awk -v me=$$ '$2 == "start" {{ lives[$4] = $3 " " $4 " " $5 " " $6 " " $7 }}
    $2 == "end" {{ delete lives[$4] }}
    $2 == "start" && $4 == me {{ exit }}
    END {{ for (pid in lives) print lives[pid] }}' "$file")
! scarce $name || [ $tagged -le {LIMIT} ] || say over $name $$
sleep $seconds
[ $status = 0 ] || ! grep -q " end $name .* $status$" "$file" || status=0
say end $name $$ $status
exit $status
"""


@dataclass(frozen=True)
class Line:
    """One line of the testimony."""

    place: int
    word: str
    name: str
    """Of the command; of havoc, the host."""
    pid: str
    rest: tuple[str, ...]


class Crowd:
    """The witnesses of several users, and their testimony."""

    def __init__(self, directory: Path, chance: random.Random, users: tuple[str, ...], count: int) -> None:
        """About `count` commands in all."""
        self._directory = directory
        self._chance = chance
        self.file = directory / "testimony"
        self.file.touch()
        self.program = directory / "witness"
        self.program.write_text(_WITNESS)
        self.program.chmod(0o755)
        self.needs: dict[str, list[str]] = {}
        """Every command, with those that it depends on."""
        groups = max(1, count // len(users) // (2 * WIDTH + 1))
        self.scripts = {user: self._script(user, groups) for user in users}

    def _script(self, user: str, groups: int) -> str:
        lines = ["##AlfredToDo 3.0", f"Job -title {{{user}}} -subtasks {{"]
        for group in range(groups):
            name = f"{user}.g{group}"
            children = [f"{name}.c{child}" for child in range(WIDTH)]
            lines.append(f"Task {{{name}}} -subtasks {{")
            lines += [self._child(child) for child in children]
            self.needs[name] = [before for before in self.needs if before.startswith(f"{name}.") and ".b" in before]
            lines.append(f"}} -cmds {{ {self._command(name, '-service {pixarRender}')} }}")
        return "\n".join([*lines, "}", ""])

    def _child(self, name: str) -> str:
        kind = self._chance.choice(("plain", "plain", "scarce", "wide", "failing", "shared"))
        own = {
            "scarce": "-service {pixarRender} -tags {scarce}",
            "wide": "-service {pixarRender} -atleast 2 -samehost 1",
            "failing": f"-service {{pixarRender}} -retryrc {{{RETRY}}}",
            "shared": f"-refersto {{{name}}}",
        }.get(kind, "-service {pixarRender}")
        check_out = f"-id {{{name}}} -service {{pixarRender}}" if kind == "shared" else ""
        first, second = f"{name}.a-{kind}", f"{name}.b-{kind}"
        self.needs |= {first: [], second: [first]}
        return f"  Task {{{name}}} {check_out} -cmds {{ {self._command(first, own)} {self._command(second, own)} }}"

    def _command(self, name: str, options: str) -> str:
        short = self._chance.random() ** (1 if "scarce" in name else 4)  # the limit is always in use
        seconds = LONG_S if self._chance.random() < 0.125 else round(short, 2)
        status = RETRY if "failing" in name else 0
        return f"RemoteCmd {{{self.program} {name} {self.file} {seconds} {status} %s %n %h}} {options};"

    def note(self, host: str, words: str) -> None:
        """What is done to the farm now. `host`: its commands, or their ends, may be lost by it; "-": none are."""
        with self.file.open("a") as file:
            file.write(f"{datetime.now():%T} havoc {host} - {words}\n")

    def lines(self) -> Iterator[Line]:
        for place, line in enumerate(self.file.read_text().splitlines()):
            _, word, name, pid, *rest = line.split()
            yield Line(place, word, name, pid, tuple(rest))

    def timeline(self, name: str) -> str:
        """What happened to a command, and to the farm meanwhile."""
        wanted = re.compile(f" havoc | {re.escape(name)} ")
        return "\n".join(line for line in self.file.read_text().splitlines() if wanted.search(line))

    def living(self) -> list[int]:
        """Witnesses that still run."""
        return [
            process.pid
            for process in psutil.process_iter(["cmdline"])
            if str(self.program) in (process.info["cmdline"] or ())
        ]

    # ---- the invariants ------------------------------------------------------------------------------

    def check(self, jobs: dict[str, tuple[State, int]]) -> None:
        """What has to hold when every user's job is done and his dispatcher gone. Raises AssertionError with the
        timelines of the commands for which it does not."""
        lines = list(self.lines())
        of_command: dict[str, list[Line]] = defaultdict(list)
        for line in lines:
            of_command[line.name].append(line)
        harm = [line for line in lines if line.word == "havoc" and line.name != "-"]
        wrong = [f"{_WORDS[line.word]}: {line.name}" for line in lines if line.word in _WORDS]
        for name in self.needs:
            wrong += [f"{words}: {name}" for words in self._wrong_with(name, of_command, harm)]
        for user, (state, jid) in jobs.items():
            wrong += self._wrong_in_journal(user, state, jid, lines)
        names = {words.rsplit(" ", 1)[-1] for words in wrong} & self.needs.keys()
        assert not wrong, "\n".join([*wrong, *(self.timeline(name) for name in sorted(names)[:3])])

    def _wrong_with(self, name: str, of_command: dict[str, list[Line]], harm: list[Line]) -> Iterator[str]:
        starts = [line for line in of_command[name] if line.word == "start"]
        ends = [line for line in of_command[name] if line.word == "end"]
        done = [line for line in ends if line.rest == ("0",)]
        if not done:
            yield "I2, it never ended well"
            return
        for before, after in pairwise(starts):
            end = next((line for line in ends if before.place < line.place < after.place), None)
            tried_again = end is not None and end.rest != ("0",)
            excused = any(h.name == before.rest[2] and before.place < h.place < after.place for h in harm)
            if not tried_again and not excused:
                yield "I2, it ran again although " + ("it had ended well" if end else "nothing had ended it")
        for needed in self.needs[name]:
            first = min((ln.place for ln in of_command[needed] if ln.word == "end" and ln.rest == ("0",)), default=None)
            if first is None or first > starts[0].place:
                yield f"I4, it began before {needed} had ended"

    def _wrong_in_journal(self, user: str, state: State, jid: int, lines: list[Line]) -> Iterator[str]:
        attempts = attempts_of(state, jid)
        mine = {name for name in self.needs if name.startswith(f"{user}.")}
        if open_ones := [number for number, end in attempts.items() if end is None]:
            yield f"I2, attempts without an end in the journal of {user}: {open_ones}"
        began = [end for end in attempts.values() if not isinstance(end, NeverStarted)]
        if (ran := sum(line.word == "start" and line.name in mine for line in lines)) > len(began):
            yield f"I2, {ran} witnesses of {user}, but {len(began)} attempts in the journal"
        done = sum(isinstance(end, Ended) and end.outcome is Outcome.DONE for end in began)
        if done != len(mine):
            yield f"I2, {done} attempts of {user} ended well, for {len(mine)} commands"


_WORDS = {
    "twice": "I1, two of one command at once",
    "crowded": "I3, a slot with two at once",
    "over": "I3, more than the limit at once",
}
