"""A site's own Tcl file (alfred.ini, alfred.schedule), run: what it leaves in its arrays, and which command wrote what.

    set alfServer(janus1) {-host janus}              one command, one element: its place is the command's
    foreach n {1 2 3} {
        set alfServer(ash$n) "-host ash -udi $n"     ... and of three elements here, a loop's
    }

The file is the site's: it may compute, read files and the environment, source and exec (reference section 10), within
LIMITS. Nothing here knows what the elements mean: that is `runtime.settings` and `runtime.schedule.reader`.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from operator import itemgetter
from typing import NamedTuple

from alftcl import variable_traces
from alftcl.errors import Completion, Exit, TclError
from alftcl.interp import Interp
from alftcl.safe import Limits
from alftcl.tree import Script
from alftcl.values import Value, to_str
from alftcl.variable_traces import Trace
from runtime.job.source import START, Place, Source

LIMITS = Limits(seconds=10.0, memory=1_000_000_000)
"""A site's own file may do what it likes, but not for ever (reference section 10), and not with all memory."""

_CONTINUED = re.compile(r"\\\n[ \t]*")
_SET = re.compile(r"\b(?:set|lappend|append)\s+[{\"]?(?:::)?([A-Za-z]\w*(?:\([^()\s]*(?=\s))?)")
_BLANK = rf"(?: |{_CONTINUED.pattern})"
_OPERATIONS = frozenset({"write", "unset"})


@dataclass(frozen=True, slots=True)
class Written:
    """The command that wrote an element. `start` and `end` are its offsets in the text of the file, negative when it
    stands nowhere in it (it was put together, or stands in a file that was sourced: `file` says which). `words` are
    its words where nothing was substituted in them, else empty. `run` tells one execution of it from the next."""

    file: str
    place: Place
    start: int
    end: int
    words: tuple[str, ...]
    run: int


class Failure(NamedTuple):
    """Why the file could not be run to its end."""

    place: Place
    text: str


@dataclass(frozen=True, slots=True)
class SiteRun:
    """What a file has done. `arrays` has those that were watched and exist, `scalars` those that are no arrays;
    `writes` are in the order in which they happened."""

    text: str
    arrays: dict[str, dict[str, Value]]
    scalars: dict[str, Value]
    writes: dict[tuple[str, str], list[Written]] = field(default_factory=dict)
    failure: Failure | None = None

    def place(self, array: str, key: str) -> Place:
        """Where the command stands that wrote an element last."""
        found = self.writes.get((array, key))
        return found[-1].place if found else START


class _Running(NamedTuple):
    """A script that runs. `offsets`: pairs of an offset in it and one in the text of its file, from which on both
    count alike; none when it stands nowhere in the file: `place` stands for all of it then."""

    script: Script
    source: Source
    offsets: tuple[tuple[int, int], ...]
    place: Place
    file: str

    def at(self, offset: int) -> int:
        """Where something of the script stands in the file; negative: nowhere."""
        if not self.offsets:
            return -1
        own, there = self.offsets[bisect_right(self.offsets, offset, key=itemgetter(0)) - 1]
        return there + offset - own


class SiteInterp(Interp):
    """Knows where in the file the command stands that runs. `safe`: it reaches nothing outside."""

    def __init__(self, file: str, safe: bool = False) -> None:
        super().__init__(safe)
        self.script_file = self._file = file
        self.writes: dict[tuple[str, str], list[Written]] = {}
        self.blamed: tuple[TclError, Place] | None = None
        self._running: list[_Running] = []

    def watch(self, name: str) -> None:
        """Note who writes to a variable, also after it was unset and is made anew."""
        trace = Trace(_OPERATIONS, partial(self._told, name))
        frame, self.frame = self.frame, self.root_frame
        variable_traces.add(self, name, trace)
        self.frame = frame

    def _told(self, name: str, _interp: Interp, _name: str, key: str, operation: str) -> None:
        if operation == "write":
            self.writes.setdefault((name, key), []).append(self._writer())
        elif not key:
            self.watch(name)

    def run(self, script: Script, unit: int) -> Value:
        self._running.append(self._enter(script))
        try:
            return super().run(script, unit)
        except TclError as error:
            if self.blamed is None or self.blamed[0] is not error:
                self.blamed = error, self._line(error.line)
            raise
        finally:
            self._running.pop()

    def _enter(self, script: Script) -> _Running:
        file = to_str(self.script_file)
        caller = self._running[-1] if self._running else None
        if caller is None or caller.file != file:
            return _Running(script, Source(script.text), ((0, 0),), START, file)
        command, whole = self.called_from, caller.source.text
        offsets = None
        if caller.offsets and command is not None:
            offsets = _find(script.text, whole, caller.at(command.start), caller.at(command.end))
        if offsets is None:
            offsets = _find(script.text, whole, 0, len(whole))  # the body of a procedure
        return _Running(script, caller.source, offsets or (), self.place, file)

    @property
    def place(self) -> Place:
        """Where the command stands that runs."""
        running, command = self._running[-1], self.called_from
        if not running.offsets or command is None:
            return running.place
        return running.source.place(running.at(command.start))

    def run_file(self, text: str) -> Failure | None:
        """Run the file's text. Why it could not be run to its end, if it could not."""
        try:
            self.eval_top(text)
        except TclError as error:
            place = self.blamed[1] if self.blamed is not None and self.blamed[0] is error else (error.line, 1)
            return Failure(place, error.message)
        except (Completion, Exit):
            return Failure(START, "the file ended the interpreter")
        return None

    def _line(self, line: int) -> Place:
        """The place of a line of the script that runs: its first word."""
        running = self._running[-1]
        if not running.offsets:
            return running.place
        text, offset = running.script.text, 0
        for _ in range(line - 1):
            offset = text.find("\n", offset) + 1
        while offset < len(text) and text[offset] in " \t":
            offset += 1
        return running.source.place(running.at(offset))

    def _writer(self) -> Written:
        running, command = self._running[-1], self.called_from
        start = end = -1
        words: tuple[str, ...] = ()
        if running.offsets and command is not None and running.file == self._file:
            start, end = running.at(command.start), running.at(command.end)
            words = tuple(command.literals or ())
        return Written(running.file, self.place, start, end, words, self.commands_run)


def _find(script: str, text: str, start: int, end: int) -> tuple[tuple[int, int], ...] | None:
    """Where a script stands in a part of a text, as _Running has it. Tcl has made one blank of its continued lines."""
    base = text.find(script, start, end)
    if base >= 0:
        return ((0, base),)
    if "\\\n" not in text[start:end]:
        return None
    found = re.compile(re.escape(script).replace("\\ ", _BLANK)).search(text, start, end)
    if found is None:
        return None
    offsets = [(0, found.start())]
    for joined in _CONTINUED.finditer(text, found.start(), found.end()):
        own, there = offsets[-1]
        offsets.append((own + joined.start() - there + 1, joined.end()))
    return tuple(offsets)


def variables_set(text: str) -> tuple[str, ...]:
    """What a text sets, as far as it can be read in it, each once, to find misspelt names: a variable, an array, or
    `alfServer(a`, which is no element: its parenthesis is open."""
    return tuple(dict.fromkeys(match[1] for match in _SET.finditer(text)))


def run_site_file(text: str, file: str, watched: Iterable[str], limits: Limits = LIMITS) -> SiteRun:
    """Run the text of a file and give what it leaves in the `watched` variables, also when it fails on the way."""
    interp = SiteInterp(file)
    limits.start(interp)
    names = tuple(dict.fromkeys(watched))
    for name in names:
        interp.watch(name)
    failure = interp.run_file(text)
    arrays: dict[str, dict[str, Value]] = {}
    scalars: dict[str, Value] = {}
    for name in names:
        variable = interp.root.variables.get(name)
        if variable is None:
            continue
        bare = variable.bare
        if bare.elements is not None:
            arrays[name] = dict(bare.elements)
        elif bare.value is not None:
            scalars[name] = bare.value
    return SiteRun(text, arrays, scalars, interp.writes, failure)
