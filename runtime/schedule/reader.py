"""alfred.schedule: bytes in, the Schedule and what is wrong with it out (reference sections 7 and 10.1).

    bytes -> decoding -> runtime.site_script (the Tcl runs) -> arrays -> entries (one value each) -> Schedule

Three degrees of wrong:
    the file cannot be run to its end             `failed`, and no Schedule that one could use
    an entry that is not understood               an error with its place; the Schedule is without it
    what an entry can live with                   a warning
What the entries say of each other (a group of servers that do not exist) is `runtime.schedule.check`. Variables that
nobody here knows are the site's own, unless they look like ours: an unread server is never silent.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from alftcl.safe import Limits
from alftcl.values import to_str
from runtime.decoding import NOT_UTF8, decode
from runtime.job.model import Diagnostic, Severity
from runtime.job.operators import nearest, slips
from runtime.job.source import START, Place, Source
from runtime.schedule.dialect import FORMS, NOT_HERE, Form, Kind, form_of
from runtime.schedule.entries import WHOLE, EntryError, EntryReader, Members
from runtime.schedule.model import DEFAULT_PING, Crew, Schedule
from runtime.site_script import LIMITS, SiteRun, Written, run_site_file, variables_set

_SLIPS = 1
"""So far may the name of a variable that is no array be from one of ours, and be meant: alfHome is not alfHost."""
_ARRAYS = tuple(spelling for form in FORMS for spelling in form.arrays)


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as it stands in the file. `meaning` is None when it is not understood (of a crew: one that is disabled).
    `value_at` is where its value begins in the text, negative when it does not stand there as it is."""

    kind: Kind
    array: str
    name: str
    value: str
    meaning: Any
    writes: tuple[Written, ...]
    value_at: int


@dataclass(frozen=True, slots=True)
class Reading:
    """A schedule that was read. `not_understood` names entries as the file does."""

    schedule: Schedule
    diagnostics: tuple[Diagnostic, ...]
    entries: dict[tuple[Kind, str], Entry]
    not_understood: tuple[str, ...]
    failed: bool
    source: Source

    @property
    def text(self) -> str:
        """What Tcl has read."""
        return self.source.text

    def place(self, entry: Entry, offset: int = WHOLE) -> Place:
        """Line and column of an entry, or of something in its value."""
        return place_of(self.source, entry, offset)

    @property
    def summary(self) -> str:
        """`12 servers, 2 entries not understood`"""
        servers, wrong = len(self.schedule.servers), len(self.not_understood)
        return f"{servers} server{'s' * (servers != 1)}, {wrong} entr{'y' if wrong == 1 else 'ies'} not understood"


def place_of(source: Source, entry: Entry, offset: int) -> Place:
    """Where something in the value of an entry stands; the command that wrote the entry, if that is all one knows."""
    if entry.value_at >= 0 and offset != WHOLE:
        return source.place(entry.value_at + offset)
    return entry.writes[-1].place if entry.writes else START


def no_members(_group: str) -> None:
    """A system without groups."""


def read_schedule(
    data: bytes | str, file: str, *, time: float = 0.0, members: Members = no_members, limits: Limits = LIMITS
) -> Reading:
    """Read a schedule. `file` is its name for messages, `time` its modification time, `members` knows the groups of the
    system. Never raises for what is in the file.
    """
    decoded = decode(data)
    ours = dict.fromkeys((*_ARRAYS, *NOT_HERE, *_suspects(decoded.text)))
    run = run_site_file(decoded.text, file, ours, limits)
    assembly = _Assembly(run, file, EntryReader(members))
    if decoded.not_utf8 is not None:
        assembly.warn(decoded.not_utf8, NOT_UTF8)
    if run.failure is not None:
        assembly.diagnostics.append(Diagnostic(*run.failure.place, Severity.ERROR, run.failure.text))
    for name in ours:
        form = form_of(name)
        if form is not None and name in run.arrays:
            assembly.read(form, name)
        else:
            assembly.unknown(name)
    return assembly.reading(time)


def _suspects(text: str) -> Iterator[str]:
    """Variables that the text sets and that could be ours, spelt in a way that the table does not have."""
    for word in variables_set(text):
        array, is_open, _ = word.partition("(")
        if word not in _ARRAYS and (
            array.lower().startswith("alf") or nearest(array, _ARRAYS) or (is_open and array in _ARRAYS)
        ):
            yield word


class _Assembly:
    """What has been read of a schedule so far."""

    def __init__(self, run: SiteRun, file: str, reader: EntryReader) -> None:
        self.diagnostics: list[Diagnostic] = []
        self._run = run
        self._file = file
        self._source = Source(run.text)
        self._reader = reader
        self._entries: dict[tuple[Kind, str], Entry] = {}
        self._not_understood: list[str] = []

    def warn(self, place: Place, text: str, hint: str = "") -> None:
        self.diagnostics.append(Diagnostic(*place, Severity.WARNING, text, hint))

    def read(self, form: Form, array: str) -> None:
        """The entries of an array."""
        for name, value in self._run.arrays[array].items():
            entry = self._entry(form, array, name, to_str(value))
            earlier = self._entries.get((form.kind, name))
            if earlier is not None:
                self.warn(
                    self._place(entry, WHOLE), f"{array}({name}) stands beside {earlier.array}({name}) and replaces it"
                )
            self._entries[form.kind, name] = entry

    def _entry(self, form: Form, array: str, name: str, value: str) -> Entry:
        writes = tuple(self._run.writes.get((array, name), ()))
        entry = Entry(form.kind, array, name, value, None, writes, self._value_at(writes, value))
        try:
            meaning = self._reader.read(form.kind, name, value)
        except EntryError as wrong:
            self._error(self._place(entry, wrong.offset), f"{array}({name}): {wrong}", wrong.hint)
            self._not_understood.append(f"{array}({name})")
            # without any crew everybody could use everything: that is not what a misspelt crew means
            meaning = Crew(name, enabled=False) if form.kind is Kind.CREW else None
        for remark in self._reader.remarks:
            self.warn(self._place(entry, remark.offset), f"{array}({name}): {remark.text}", remark.hint)
        return Entry(form.kind, array, name, value, meaning, writes, entry.value_at)

    def _value_at(self, writes: tuple[Written, ...], value: str) -> int:
        if not writes or writes[-1].start < 0 or len(writes[-1].words) != 3:
            return -1
        last = writes[-1]
        return self._run.text.rfind(value, last.start, last.end - (not value))

    def _place(self, entry: Entry, offset: int) -> Place:
        return place_of(self._source, entry, offset)

    def unknown(self, name: str) -> None:
        """A variable that looks like ours, and is none; or like one of alfred.ini's."""
        if "(" in name:
            self._unclosed(name)
            return
        near = nearest(name, _ARRAYS)
        hint = "it belongs in alfred.ini" if name in NOT_HERE else f"did you mean {near}?" if near else ""
        for key in self._run.arrays.get(name, ()):
            if name in NOT_HERE:
                self.warn(self._run.place(name, key), f"{name}({key}) is not read here", hint)
            else:
                self._error(self._run.place(name, key), f"{name}({key}) is not understood", hint)
                self._not_understood.append(f"{name}({key})")
        if name in self._run.scalars and near and slips(name.lower(), near.lower()) <= _SLIPS:
            hint = f"entries are elements of an array: {near}(NAME)"
            self._error(self._run.place(name, ""), f"{name} is not understood", hint)
            self._not_understood.append(name)

    def _unclosed(self, name: str) -> None:
        """`alfServer(a` may also be the beginning of a name with blanks: only what was set is wrong."""
        if name in self._run.scalars:
            self._error(self._run.place(name, ""), f"{name} is not understood", "its ) is missing")
            self._not_understood.append(name)

    def _error(self, place: Place, text: str, hint: str) -> None:
        self.diagnostics.append(Diagnostic(*place, Severity.ERROR, text, hint))

    def reading(self, time: float) -> Reading:
        ordered = sorted(self.diagnostics, key=lambda found: (found.line, found.column))
        schedule = Schedule(
            servers=self._of(Kind.SERVER),
            hosts=self._of(Kind.HOST),
            user_groups=self._of(Kind.USER_GROUP),
            server_groups=self._of(Kind.SERVER_GROUP),
            time_groups=self._of(Kind.TIME_GROUP),
            crews=self._of(Kind.CREW),
            limits=self._of(Kind.LIMIT),
            pings={DEFAULT_PING.key: DEFAULT_PING, **self._of(Kind.PING)},
            metrics=self._of(Kind.METRIC),
            shares=self._of(Kind.SHARE),
            project_shares=self._of(Kind.PROJECT_SHARE),
            time=time,
            file=self._file,
        )
        failed = self._run.failure is not None
        return Reading(schedule, tuple(ordered), self._entries, tuple(self._not_understood), failed, self._source)

    def _of(self, kind: Kind) -> dict[str, Any]:
        return {
            name: entry.meaning
            for (of, name), entry in self._entries.items()
            if of is kind and entry.meaning is not None
        }
