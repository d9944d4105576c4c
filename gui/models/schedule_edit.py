"""A schedule that is being edited in windows: what was read, what has been changed since, and how to take it back.

    what was read ──change──> ──change──> what the windows show ──> written: it is what was read
         |                       undo <──
         '── a newer file: the changes are made to that one, or given up; never is it overwritten

Every change goes through runtime.schedule.editor, so each byte that it does not concern stays as it is. A change is a
function of a `Draft`: the same one is made again on a newer file. Nothing here waits: reading and changing a large
schedule takes its time, and is done in a thread by who asks (gui.links.schedule).
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from runtime.job.model import Diagnostic
from runtime.job.report import diagnostic_lines
from runtime.schedule.check import check_schedule
from runtime.schedule.dialect import Kind
from runtime.schedule.editor import Editor, Value
from runtime.schedule.entries import Members
from runtime.schedule.reader import Reading, no_members, read_schedule


class ChangeError(ValueError):
    """A change that makes no sense here, in words."""


class Draft:
    """Changes, one after the other; `data` is what they have made. Raises EditError, as the editor does."""

    def __init__(self, data: bytes, file: str, members: Members = no_members, reading: Reading | None = None) -> None:
        self.data = data
        self.file = file
        self._members = members
        self._reading = reading
        self._made: Editor | None = None

    @property
    def reading(self) -> Reading:
        """How it reads now."""
        return self._editor.reading

    @property
    def _editor(self) -> Editor:
        if self._made is None:
            self._made = Editor(self.data, self.file, self._members, self._reading)
        return self._made

    def change(self, kind: Kind, name: str, attribute: str, value: Value) -> None:
        self._take(self._editor.change(kind, name, attribute, value))

    def put(self, kind: Kind, name: str, value: Value) -> None:
        self._take(self._editor.put(kind, name, value))

    def rename(self, kind: Kind, name: str, new: str) -> None:
        self._take(self._editor.rename(kind, name, new))

    def remove(self, kind: Kind, name: str) -> None:
        self._take(self._editor.remove(kind, name))

    def replace(self, data: bytes) -> None:
        """All of it is another: also where it was broken, and is so no more."""
        self.data = data
        self._made = Editor(data, self.file, self._members)

    def _take(self, data: bytes) -> None:
        self.data = data
        self._made = Editor(data, self.file, self._members, self._editor.result)


Change = Callable[[Draft], None]


@dataclass(frozen=True)
class Step:
    """A change that was made: in words, itself, and what there was before."""

    what: str
    change: Change
    before: bytes


@dataclass(frozen=True)
class Held:
    """A schedule as it was read. `where` says in words whose it is; `barred`: why it cannot be written, if so."""

    file: str
    where: str
    data: bytes
    version: float | None
    barred: str = ""


NOTHING = Held("alfred.schedule", "", b"", None, "no schedule has been read yet")


class ScheduleEdit:
    """`held` is what was read, `data` what the changes have made of it."""

    def __init__(self, members: Members = no_members) -> None:
        self._members = members
        self.held = NOTHING
        self.newer: Held | None = None
        """What somebody else has written meanwhile, until it is said what becomes of our changes."""
        self.data = b""
        self.reading = read_schedule(b"", NOTHING.file)
        self.steps: list[Step] = []

    @property
    def modified(self) -> bool:
        return self.data != self.held.data

    @property
    def may_write(self) -> bool:
        return self.modified and not self.held.barred and self.newer is None

    # ---- reading, which is what takes time -------------------------------------------------------------------

    def read(self, data: bytes, file: str) -> Reading:
        return read_schedule(data, file, members=self._members)

    def drafted(self, change: Change) -> Draft:
        """What a change would make of it; nothing is another yet. Raises EditError, ChangeError."""
        draft = Draft(self.data, self.held.file, self._members, self.reading)
        change(draft)
        return draft

    def carried_over(self, newer: Held) -> tuple[Draft, list[Step]]:
        """All changes, made to a newer schedule. Raises EditError, ChangeError: one of them cannot be."""
        draft = Draft(newer.data, newer.file, self._members)
        steps = []
        for step in self.steps:
            steps.append(Step(step.what, step.change, draft.data))
            step.change(draft)
        return draft, steps

    # ---- what has become of it -------------------------------------------------------------------------------

    def took(self, held: Held, reading: Reading) -> None:
        """This is what stands there now; changes are gone."""
        self.held, self.data, self.reading = held, held.data, reading
        self.newer = None
        self.steps = []

    def changed(self, what: str, change: Change, draft: Draft) -> None:
        """A change was made."""
        if draft.data == self.data:
            return
        self.steps.append(Step(what, change, self.data))
        self.data, self.reading = draft.data, draft.reading

    def undone(self, reading: Reading) -> str:
        """The last change is taken back, which gives this reading; what it was."""
        step = self.steps.pop()
        self.data, self.reading = step.before, reading
        return step.what

    def overtaken(self, newer: Held) -> None:
        """Somebody was faster."""
        self.newer = newer

    def carried(self, draft: Draft, steps: list[Step]) -> None:
        """The changes are made to the newer schedule now."""
        assert self.newer is not None
        self.held, self.newer = self.newer, None
        self.data, self.reading, self.steps = draft.data, draft.reading, steps

    # ---- what is wrong, what is different ----------------------------------------------------------------------

    def news(self, reading: Reading) -> tuple[Diagnostic, ...]:
        """What is wrong with a reading that was not wrong with what was read first."""
        before = {found.text for found in check_schedule(self.read(self.held.data, self.held.file))}
        return tuple(found for found in check_schedule(reading) if found.text not in before)

    def conflict_lines(self) -> list[str]:
        """How ours differs from the newer one: what a line of ours would add, and take away."""
        assert self.newer is not None
        return differences(self.newer.data, self.data, "written meanwhile", "yours")


def differences(old: bytes, new: bytes, old_name: str, new_name: str) -> list[str]:
    """A unified diff, as lines to show."""
    one, other = (data.decode("utf-8", "replace").splitlines() for data in (old, new))
    return list(difflib.unified_diff(one, other, old_name, new_name, lineterm="", n=2))


def words_of(diagnostics: Iterable[Diagnostic], file: str) -> list[str]:
    """Diagnostics as lines, with file, line and column."""
    return list(diagnostic_lines(diagnostics, file))
