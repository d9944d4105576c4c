"""Changing single entries of a schedule: only the span of what changes is written anew (reference 10.1).

    editor = Editor(data, "alfred.schedule")
    data = editor.change(Kind.SERVER, "janus1", "udi", 20)         one attribute of a server or a crew
    data = editor.put(Kind.USER_GROUP, "produce", ["anna", "eve"])  the value of an entry, new or not
    data = editor.rename(Kind.CREW, "production", "feature")
    data = editor.remove(Kind.LIMIT, "prman")

Comments, loops, unknown settings, ends of lines and the encoding survive byte for byte. An entry can be changed where
a plain `set` wrote it. One that a loop, a procedure, a substitution or another file makes is an error that says where.
Every result is read again before it is given out: it differs in that entry alone, or it is refused.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from alftcl.grammar_script import parse
from alftcl.tree import BRACED, Literal
from alftcl.tree import Word as Node
from alftcl.values import list_to_str, quote_element
from runtime.job.model import Severity
from runtime.job.source import Place
from runtime.schedule.dialect import BY_KIND, Field, Form, Kind
from runtime.schedule.document import Document, EncodingError, Replacement
from runtime.schedule.entries import EntryError, Members, Word, is_option, split
from runtime.schedule.reader import Entry, Reading, no_members, read_schedule
from runtime.site_script import Written

_BLANKS = " \t"
_SETS = ("set", "::set")
_LISTS = (Kind.SERVER_GROUP, Kind.USER_GROUP)
Value = str | int | float | bool | Iterable[str] | Mapping[str, Any]
"""Of an entry: a text, a number, names; or the attributes of a server or a crew."""


class EditError(ValueError):
    """A change that cannot be made; the message is `file:line: why`."""

    def __init__(self, file: str, place: Place, text: str) -> None:
        self.line = place[0]
        super().__init__(f"{file}:{place[0]}: {text}")


class Editor:
    """A schedule that is to be changed. Raises EditError when it cannot be run to its end. `reading`: of these bytes,
    where somebody has read them already."""

    def __init__(self, data: bytes, file: str, members: Members = no_members, reading: Reading | None = None) -> None:
        self._file = file
        self._members = members
        self._document = Document(data)
        self.reading = reading or self._read(data)
        self.result = self.reading
        """How the last result reads."""
        if self.reading.failed:
            first = next(found for found in self.reading.diagnostics if found.severity is Severity.ERROR)
            raise EditError(file, (first.line, first.column), f"the file is broken, mend it first: {first.text}")

    def change(self, kind: Kind, name: str, attribute: str, value: Value) -> bytes:
        """Give an attribute of a server or crew (a field of its model) another value."""
        entry = self._entry(kind, name)
        attributes = BY_KIND[kind].fields
        field = next((field for field in attributes if field.name == attribute), None)
        if field is None:
            raise ValueError(f"a {kind.value} has no {attribute}")
        command = self._command(entry, entry.writes[-1])
        changes = _with_attribute(BY_KIND[kind], field, entry.value, _text(value))
        after = {name: _applied(entry.value, changes)}
        return self._checked(self._new_value(command, entry.value, changes), kind, after)

    def put(self, kind: Kind, name: str, value: Value) -> bytes:
        """Give an entry this value; it is made, behind the last of its kind, when there is none of that name."""
        text = _text(value)
        entry = self.reading.entries.get((kind, name))
        if entry is None:
            return self._checked([self._addition(kind, name, text)], kind, {name: text})
        command = self._command(entry, entry.writes[-1])
        changes = _with_names(entry.value, text) if kind in _LISTS else [Replacement(0, len(entry.value), text)]
        after = {name: _applied(entry.value, changes)}
        return self._checked(self._new_value(command, entry.value, changes), kind, after)

    def rename(self, kind: Kind, name: str, new: str) -> bytes:
        """Give an entry another name. What refers to it by the old one is not changed."""
        entry = self._entry(kind, name)
        if (kind, new) in self.reading.entries:
            raise EditError(self._file, self._place(kind, new), f"there is a {kind.value} {new} already")
        changes = []
        for written in entry.writes:
            word = self._command(entry, written)[1]
            array = self._source(word).lstrip('{"').partition("(")[0]
            changes.append(Replacement(word.start, word.end, _word(f"{array}({new})", braced=False)))
        return self._checked(changes, kind, {name: None, new: entry.value})

    def remove(self, kind: Kind, name: str) -> bytes:
        """Take an entry out, with its line where nothing else stands on it."""
        entry = self._entry(kind, name)
        changes = [self._removal(self._command(entry, written)) for written in entry.writes]
        return self._checked(changes, kind, {name: None})

    # ---- commands of the file ------------------------------------------------------------------------------------

    def _read(self, data: bytes) -> Reading:
        return read_schedule(data, self._file, members=self._members)

    def _entry(self, kind: Kind, name: str) -> Entry:
        entry = self.reading.entries.get((kind, name))
        if entry is None:
            raise EditError(self._file, (1, 1), f"there is no {kind.value} {name}")
        return entry

    def _place(self, kind: Kind, name: str) -> Place:
        return self.reading.place(self.reading.entries[kind, name])

    def _command(self, entry: Entry, written: Written) -> list[Node]:
        """The three words of the `set` that wrote an entry, where they stand in the text."""
        what = f"{entry.array}({entry.name})"
        if written.file != self._file:
            raise EditError(written.file, written.place, f"{what} is made in this file: change it there")
        if len(written.words) == 3 and written.words[0] in _SETS and written.start >= 0:
            script = parse(self._document.text[written.start : written.end])
            nodes = [_moved(node, written.start) for node in script.commands[0].words]
            if written.words[1].removeprefix("::") == what:
                return nodes
        raise EditError(
            self._file,
            written.place,
            f"{what} is made by a loop, a procedure or a substitution: it cannot be changed alone",
        )

    def _source(self, node: Node) -> str:
        return self._document.text[node.start : node.end]

    # ---- changes -------------------------------------------------------------------------------------------------

    def _new_value(self, command: Sequence[Node], value: str, changes: Sequence[Replacement]) -> list[Replacement]:
        """Changes of a value, as changes of the file: where its elements stand in it as they are, of them alone."""
        word = command[2]
        new = _word(_applied(value, changes), braced=word.kind == BRACED)
        if self._source(word) == f"{{{value}}}" and new.startswith("{"):
            return [Replacement(word.start + 1 + at.start, word.start + 1 + at.end, at.new) for at in changes]
        return [Replacement(word.start, word.end, new)]

    def _removal(self, command: Sequence[Node]) -> Replacement:
        text = self._document.text
        start, end = command[0].start, command[-1].end
        first = text.rfind("\n", 0, start) + 1
        last = text.find("\n", end)
        rest = text[end : last if last >= 0 else len(text)]
        if text[first:start].strip(_BLANKS) or rest.strip(_BLANKS):
            return Replacement(start, end, "")
        if last >= 0:
            return Replacement(first, last + 1, "")
        return Replacement(max(first - 1, 0), len(text), "")  # the last line, which has no end

    def _addition(self, kind: Kind, name: str, value: str) -> Replacement:
        """A new entry: on a line behind the last one of its kind that stands alone at file level, else at the end."""
        text = self._document.text
        entry = f"set {_word(f'{BY_KIND[kind].array}({name})', braced=False)} {_word(value, braced=True)}"
        lines = {command.start: command.end for command in parse(text).commands}
        ends = [
            _line_end(text, lines[written.start])
            for (other, _), found in self.reading.entries.items()
            for written in found.writes
            if other is kind and written.file == self._file and written.start in lines
        ]
        if ends and min(ends) >= 0:
            return Replacement(max(ends) + 1, max(ends) + 1, entry + "\n")
        if not text or text.endswith("\n"):
            return Replacement(len(text), len(text), entry + "\n")
        return Replacement(len(text), len(text), "\n" + entry)

    def _checked(self, changes: Iterable[Replacement], kind: Kind, values: Mapping[str, str | None]) -> bytes:
        """The file with the changes. `values` are what they make of entries, None of one that goes.

        Raises EditError unless that is so, is understood, and all other entries are as they were.
        """
        try:
            data = self._document.replaced(dict.fromkeys(changes))
        except EncodingError as error:
            raise EditError(self._file, (1, 1), str(error)) from None
        before, after = self.reading, self._read(data)
        for found in after.diagnostics:
            entry = found.text.partition(":")[0]
            edited = any(entry == f"{spelling}({name})" for spelling in BY_KIND[kind].arrays for name in values)
            new = edited or entry not in before.not_understood
            if found.severity is Severity.ERROR and (new or after.failed):
                raise EditError(self._file, (found.line, found.column), found.text)
        now = {name: after.entries[kind, name].value if (kind, name) in after.entries else None for name in values}
        if now != values or _others(before, kind, values) != _others(after, kind, values):
            place = next((self._place(kind, name) for name in values if (kind, name) in before.entries), (1, 1))
            raise EditError(self._file, place, "this cannot be changed without changing other entries: edit it by hand")
        self.result = after
        return data


def _line_end(text: str, end: int) -> int:
    """Where the line ends on which a command does; negative when something else stands behind it."""
    line_end = text.find("\n", end)
    rest = text[end:line_end].lstrip(" \t;")
    return line_end if not rest or rest.startswith("#") else -1


def _others(reading: Reading, kind: Kind, names: Container[str]) -> dict[tuple[Kind, str], Any]:
    return {
        key: (entry.value, entry.meaning)
        for key, entry in reading.entries.items()
        if key[0] is not kind or key[1] not in names
    }


def _moved(node: Node, offset: int) -> Node:
    return Literal(node.text if isinstance(node, Literal) else "", node.start + offset, node.end + offset, node.kind)


# ---- values ------------------------------------------------------------------------------------------------------


def _text(value: Value) -> str:
    """A value as the file has it."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, int | float):
        return f"{value:.15g}"
    if isinstance(value, Mapping):
        return " ".join(f"-{name} {quote_element(_text(part))}" for name, part in value.items())
    return list_to_str(value)


def _with_attribute(form: Form, field: Field, value: str, text: str) -> list[Replacement]:
    """The changes of a value that give an attribute: its word is replaced, else an option is added at the end."""
    words = split(value)
    listed = iter(form.listed)
    target: Word | None = None
    place = 0
    while place < len(words):
        word = words[place]
        if is_option(word):
            found = form.field(word.text)
            target = words[place + 1] if found is field else target
            place += 2
            continue
        if next(listed, None) is field:
            target = word
        place += 1
    if target is not None:
        return [Replacement(target.start, target.end, quote_element(text))]
    return [_appended(value, words, f"-{field.name} {quote_element(text)}")]


def _appended(value: str, words: Sequence[Word], new: str) -> Replacement:
    """Something at the end of a value, on a line of its own where the last option has one."""
    if not words:
        return Replacement(0, len(value), new)
    gap = " "
    for before, option in pairwise(words):
        if is_option(option):
            gap = value[before.end : option.start]
    return Replacement(words[-1].end, words[-1].end, (gap if "\n" in gap and "\\" not in gap else " ") + new)


def _with_names(value: str, text: str) -> list[Replacement]:
    """The changes that make one list of another: elements that go and that come at the end, else all of it."""
    try:
        old, wanted = split(value), [word.text for word in split(text)]
    except EntryError:
        return [Replacement(0, len(value), text)]
    kept = [word for word in old if word.text in wanted]
    if not kept or [word.text for word in kept] != wanted[: len(kept)]:
        return [Replacement(0, len(value), text)]
    first = old.index(kept[0])
    changes = [Replacement(old[0].start, kept[0].start, "")] if first else []
    changes += [
        Replacement(before.end, word.end, "") for before, word in pairwise(old[first:]) if word.text not in wanted
    ]
    added = "".join(f" {quote_element(name)}" for name in wanted[len(kept) :])
    return [*changes, Replacement(old[-1].end, old[-1].end, added)] if added else changes


def _applied(value: str, changes: Sequence[Replacement]) -> str:
    for start, end, new in sorted(changes, reverse=True):
        value = value[:start] + new + value[end:]
    return value


_BARE = re.compile(r"[\w.:/@%+,()-]+\Z")


def _word(text: str, *, braced: bool) -> str:
    """A word of a command that means a text. `braced`: in braces where they can hold it."""
    if not braced and _BARE.match(text):
        return text
    command = parse(f"set x {{{text}}}")
    literals = command.commands[0].literals if command.fault is None and len(command.commands) == 1 else None
    return f"{{{text}}}" if literals == ["set", "x", text] else quote_element(text, first=False)
