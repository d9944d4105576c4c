"""One entry of a schedule: from the text of its value to the server, crew, group ... that it means.

Every remark (an option that nobody knows) and the error (a value that cannot be) has its offset in the value, so that
whoever knows where the value stands can say line and column.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from alftcl.errors import TclError
from alftcl.values import list_spans
from runtime.farm_datagrams import MetricSource
from runtime.job.operators import nearest
from runtime.schedule.dialect import BUILTIN_METRICS, BY_KIND, METHODS, PING_CODES, Field, Form, Kind, integer
from runtime.schedule.model import Crew, HostEntry, Ping, Server, Span
from runtime.schedule.times import TimesError, is_empty, read_spans
from runtime.setting_values import number

Members = Callable[[str], Iterable[str] | None]
"""The logins of a group of the system (/etc/group) by its name; None: there is no such group."""

SHORTEST_INTERVAL_S = 0.1
"""Between two samples of a metric."""
_SLOT_NAME = re.compile(r"[A-Za-z0-9_.\-]+\Z")
_CODE = re.compile(r"%(.|\Z)", re.S)


WHOLE = -1
"""The offset of what is wrong with an entry as a whole, not with its value."""


class EntryError(ValueError):
    """A value that is none for its kind; `offset` is the place in it."""

    def __init__(self, offset: int, text: str, hint: str = "") -> None:
        super().__init__(text)
        self.offset = offset
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Remark:
    """Something in a value that the entry can live with."""

    offset: int
    text: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Word:
    """An element of a value: its text, and its offsets in the value with what encloses it."""

    text: str
    start: int
    end: int

    @property
    def inner(self) -> int:
        """Where its text begins, if nothing in it is escaped."""
        return self.start + (self.end - self.start == len(self.text) + 2)


@dataclass(slots=True)
class EntryReader:
    """Reads the entries of one schedule. `remarks` collects what the last one could live with."""

    members: Members
    remarks: list[Remark] = field(default_factory=list)

    def read(self, kind: Kind, name: str, value: str) -> Any:
        """The Server, Crew, Ping, MetricSource, group (names or Spans), limit or share. Raises EntryError."""
        self.remarks.clear()
        return _READERS[kind](self, name, value)

    def _server(self, name: str, value: str) -> Server:
        if _SLOT_NAME.match(name) is None:
            raise EntryError(WHOLE, f'"{name}" cannot be the name of a slot', "letters, digits and _ - . can")
        given = self._fields(BY_KIND[Kind.SERVER], value)
        given.setdefault("host", name)
        return Server(name, **given)

    def _host(self, name: str, value: str) -> HostEntry:
        return HostEntry(name, **self._fields(BY_KIND[Kind.HOST], value))

    def _crew(self, name: str, value: str) -> Crew:
        return Crew(name, **self._fields(BY_KIND[Kind.CREW], value))

    def _fields(self, form: Form, value: str) -> dict[str, Any]:
        """The attributes that a value gives: from the front as in a list, then by their options."""
        given: dict[str, Any] = {}
        listed = iter(form.listed)
        words = iter(split(value))
        for word in words:
            if is_option(word):
                self._option(form, word, next(words, None), given)
                continue
            attribute = next((field for field in listed if field.name not in given), None)
            if attribute is None:
                hint = "-option value ..., or " + " ".join(field.name.upper() for field in form.listed)
                raise EntryError(word.start, f'"{word.text}" is one word too many', hint)
            given[attribute.name] = _converted(attribute, word)
        return given

    def _option(self, form: Form, option: Word, value: Word | None, given: dict[str, Any]) -> None:
        attribute = form.field(option.text)
        if value is None or (is_option(value) and form.field(value.text) is not None):
            raise EntryError(option.start, f"{option.text} has no value")
        if attribute is None:
            near = nearest(option.text[1:], (name for field in form.fields for name in field.options))
            hint = f"did you mean -{near}?" if near else ""
            self.remarks.append(Remark(option.start, f"unknown option {option.text}", hint))
            return
        if attribute.name in given:
            self.remarks.append(Remark(option.start, f"{option.text} is given twice: the last one counts"))
        given[attribute.name] = _converted(attribute, value)

    def _names(self, _name: str, value: str) -> tuple[str, ...]:
        return self._distinct((word.text, word) for word in split(value))

    def _users(self, _name: str, value: str) -> tuple[str, ...]:
        return self._distinct((user, word) for word in split(value) for user in self._logins(word))

    def _logins(self, word: Word) -> Sequence[str]:
        if not word.text.startswith("@"):
            return (word.text,)
        found = self.members(word.text[1:])
        if found is None:
            self.remarks.append(Remark(word.start, f'there is no group "{word.text[1:]}" on this machine'))
        return tuple(found or ())

    def _distinct(self, names: Iterable[tuple[str, Word]]) -> tuple[str, ...]:
        found: dict[str, Word] = {}
        for name, word in names:
            if found.setdefault(name, word) is not word and not word.text.startswith("@"):
                self.remarks.append(Remark(word.start, f'"{name}" stands there twice'))
        return tuple(found)

    def _times(self, _name: str, value: str) -> tuple[Span, ...]:
        """Spans; a value in which no element has blanks is one element itself."""
        elements = split(value)
        if all(len(element.text.split()) == 1 for element in elements):
            return self._spans(elements)
        spans: list[Span] = []
        for element in elements:
            at = element.inner
            spans += self._spans([Word(word.text, at + word.start, at + word.end) for word in split(element.text)])
        return tuple(spans)

    def _spans(self, words: Sequence[Word]) -> tuple[Span, ...]:
        for word in words:
            try:
                empty = is_empty(word.text)
            except TimesError as wrong:
                raise EntryError(word.start, str(wrong)) from None
            if empty:
                self.remarks.append(
                    Remark(word.start, f'"{word.text}" is no time at all', "a whole day is 00:00-24:00")
                )
        return read_spans(word.text for word in words)

    def _limit(self, _name: str, value: str) -> int:
        try:
            most = integer(value)
        except TclError as wrong:
            raise EntryError(0, f"a limit is a number: {wrong.message}") from None
        if most < 0:
            raise EntryError(0, f"a limit is 0 or more, not {most}")
        return most

    def _share(self, _name: str, value: str) -> float:
        try:
            share = number(value)
        except TclError as wrong:
            raise EntryError(0, f"a share is a number: {wrong.message}") from None
        if share <= 0:
            raise EntryError(0, f"a share is more than 0, not {value.strip()}")
        return share

    def _ping(self, name: str, value: str) -> Ping:
        command = value.strip()
        per_slot = command.startswith("+")
        for code in _CODE.finditer(value):
            if code[1] not in PING_CODES or not code[1]:
                self.remarks.append(
                    Remark(code.start(), f'"{code[0]}" is nothing that a ping knows', "%h is the host, %s the slot")
                )
        return Ping(name, command.removeprefix("+").strip(), per_slot)

    def _metric(self, name: str, value: str) -> MetricSource:
        words = split(value)
        if len(words) != 2:
            raise EntryError(0, "a metric is SECONDS {METHOD ...}", "for example {10 {builtin loadavg}}")
        seconds, how = words
        try:
            interval = number(seconds.text)
        except TclError as wrong:
            raise EntryError(seconds.start, f"a metric's seconds: {wrong.message}") from None
        if interval < SHORTEST_INTERVAL_S:
            raise EntryError(seconds.start, f"a metric's seconds are {SHORTEST_INTERVAL_S} or more, not {seconds.text}")
        method, *argument = split(how.text) or [Word("", 0, 0)]
        if method.text not in METHODS:
            near = nearest(method.text, METHODS)
            hint = f"did you mean {near}?" if near else f"there are {', '.join(METHODS)}"
            raise EntryError(how.start, f'"{method.text}" is no way to get a metric', hint)
        if not argument:
            raise EntryError(how.start, f"{method.text} of what?")
        if method.text != "builtin":
            rest = argument[0].text if len(argument) == 1 else how.text[argument[0].start :].strip()
            return MetricSource(name, interval, method.text, (rest,))
        self._builtin(argument[0], how)
        return MetricSource(name, interval, method.text, tuple(word.text for word in argument))

    def _builtin(self, asked: Word, how: Word) -> None:
        if asked.text not in BUILTIN_METRICS:
            near = nearest(asked.text, BUILTIN_METRICS)
            hint = f"did you mean {near}?" if near else f"there are {', '.join(BUILTIN_METRICS)}"
            self.remarks.append(Remark(how.inner + asked.start, f'there is no builtin metric "{asked.text}"', hint))


_READERS: dict[Kind, Callable[[EntryReader, str, str], Any]] = {
    Kind.SERVER: EntryReader._server,
    Kind.HOST: EntryReader._host,
    Kind.SERVER_GROUP: EntryReader._names,
    Kind.USER_GROUP: EntryReader._users,
    Kind.TIME_GROUP: EntryReader._times,
    Kind.CREW: EntryReader._crew,
    Kind.LIMIT: EntryReader._limit,
    Kind.PING: EntryReader._ping,
    Kind.METRIC: EntryReader._metric,
    Kind.SHARE: EntryReader._share,
    Kind.PROJECT_SHARE: EntryReader._share,
}


def split(value: str) -> list[Word]:
    """The elements of a value. Raises EntryError when it is no list."""
    try:
        return [Word(*found) for found in list_spans(value)]
    except TclError as wrong:
        raise EntryError(0, wrong.message) from None


def is_option(word: Word) -> bool:
    """Whether a word of a server or a crew names an attribute: -udi."""
    return word.text[:1] == "-" and word.text[1:2].isalpha() and word.end - word.start == len(word.text)


def _converted(attribute: Field, word: Word) -> Any:
    try:
        return attribute.read(word.text)
    except TclError as wrong:
        raise EntryError(word.start, f"{attribute.name}: {wrong.message}") from None
