"""Plain scripts, read without the grammar: every word bare, {braced} or "quoted", nothing to substitute.

    parse(text)         the Script, or None: then the grammar has to read it (grammar_script.py, the definition)
    read_ahead(text)    the Script of a body that was read together with the script it stands in

Job scripts are plain and their bodies nest, so a body is read where it stands (scan.py) and its Script is kept until
someone evaluates it: every character is read once, however deep it lies.

Commands come in series of the same shape (RemoteCmd {...} -service {...}). A shape is what kinds of words a command
has; its regular expression takes all of them at once. What shape follows which is learned while reading:

    RemoteCmd {prman a.rib} -service {r}     bBbB     b bare   B braced   and, last, o: an open brace, the body of
    Task {frame 1} {                         bBo      which comes next
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

from alftcl import scan
from alftcl.patterns import join_lines
from alftcl.tree import BARE, BRACED, QUOTED, Literal, PlainCommand, Script, Word

DEEPEST = 100
LONGEST = 500_000  # characters; a longer text leaves its bodies to be read on their own
_LONG_CHARS = 20_000
_KEPT_CHARS = 8_000_000  # of bodies that nobody has evaluated yet
_LONGEST_SHAPE = 40  # words

_KINDS = {scan.BARE: BARE, scan.BRACED: BRACED, scan.QUOTED: QUOTED}
kept: dict[int, Script] = {}
"""Scripts of bodies that were read ahead, by the identity of their text (to look one up by its value would take a
look at all of it); who takes one takes it out."""
_kept_chars = 0

_finish = re.compile(r"[\x20\t\v\f\r]*(?:[\n;][\x20\t\v\f\r\n;]*|(?=\}))").match


class _NotPlainError(Exception):
    """The text has something that only the grammar understands."""


class _Part(NamedTuple):
    """A long text that stands in another, from the offset `base`; `ends` tells where long braces end in that one."""

    text: str
    ends: dict[int, int]
    base: int

    def end_of(self, brace: int) -> int:
        """The offset behind the long brace that begins there, or -1."""
        end = self.ends.get(self.base + brace)
        return -1 if end is None else end - self.base


_parts: dict[int, _Part] = {}
"""By the identity of the text: bodies of long scripts that were not yet evaluated."""


class _Shape(NamedTuple):
    """A shape and its expression: a group for each word; with a body of one command, also for that and its words.

    `base` is the shape to be tried when the body is another one.
    """

    kinds: str
    match: Callable[[str, int], re.Match[str] | None]
    opens: bool
    base: _Shape | None = None


def _words_of(kinds: str) -> str:
    words = [scan.BARE_WORD if kind == "b" else scan.BRACED_WORD for kind in kinds.rstrip("o")]
    return r"(?!\#)" + r"[\x20\t]+".join(words)


_OPEN = r"[\x20\t]+\{"
_TERMINATED = r"[\x20\t]*(?=[\n;])"


@cache
def _shape(kinds: str) -> _Shape:
    opens = kinds[-1] == "o"
    expression = _words_of(kinds) + (_OPEN if opens else _TERMINATED)
    return _Shape(kinds, re.compile(expression, re.DOTALL).match, opens)


@cache
def _shape_with_body(base: _Shape, inner: str) -> _Shape:
    """The shape of a command whose last word is the body that has one command."""
    gap = r"[\x20\t\n;]*"
    body = rf"({gap}{_words_of(inner)}[\x20\t]*()[\n;]{gap})"
    expression = f"{_words_of(base.kinds)}{_OPEN}{body}\\}}{_TERMINATED}"
    return _Shape(base.kinds, re.compile(expression, re.DOTALL).match, False, base)


def parse(text: str) -> Script | None:
    """The tree of a plain script, or None."""
    global _kept_chars
    reader = _Reader(text)
    try:
        commands, _ = reader.commands(0, 0)
    except _NotPlainError:
        return None
    for command in commands:
        command.text = text
    if reader.bodies:
        if _kept_chars > _KEPT_CHARS:
            kept.clear()
            _kept_chars = 0
        for body in reader.bodies:
            kept[id(body.text)] = body
            _kept_chars += len(body.text)
    return Script(text, commands)


def parse_long(text: str) -> Script | None:
    """The tree of a plain script that is too long to be kept; its bodies are read when they are evaluated.

    Where the braces of such a text close is looked for once, for all that stands in it.
    """
    known = _parts.pop(id(text), None)
    if known is None:
        _parts.clear()
        known = _Part(text, _long_braces(text), 0)
    reader = _Reader(text, known)
    try:
        commands, _ = reader.commands(0, 0)
    except _NotPlainError:
        return None
    for command in commands:
        command.text = text
    return Script(text, commands)


def _long_braces(text: str) -> dict[int, int]:
    """Where each of the long braces begins, and the offset behind its end."""
    ends: dict[int, int] = {}
    opened: list[int] = []
    for found in scan.braces(text):
        brace = found[1]
        if brace == "{":
            opened.append(found.start())
            continue
        if brace is None:
            start = found.start()
        elif opened:
            start = opened.pop()
        else:
            continue
        if found.end() - start > _LONG_CHARS:
            ends[start] = found.end()
    return ends


def read_ahead(text: str) -> Script | None:
    """The script of a body, if it was read with the script around it. It is handed out once."""
    return kept.pop(id(text), None)


def nodes(text: str, start: int, end: int) -> list[Word]:
    """The words of the plain command that stands there."""
    words: list[Word] = []
    pos = start
    while True:
        match = scan.word_within(text, pos, end)
        kind = match.lastindex if match else None
        if match is None or kind is None or kind == scan.END:
            return words
        begin = match.start(kind) - (kind in (scan.BRACED, scan.QUOTED))
        pos = match.end()
        if kind == scan.OPEN:
            pos = scan.brace_end(text, begin, end)
            words.append(Literal(join_lines(text[begin + 1 : pos - 1]), begin, pos, BRACED))
        else:
            words.append(Literal(match[kind], begin, pos, _KINDS[kind]))


class _Reader:
    """Reads one text. `bodies` are the scripts in it, `_follows` what shape came after which, at each depth."""

    def __init__(self, text: str, part: _Part | None = None) -> None:
        self.text = text
        self.bodies: list[Script] = []
        self._kinds = ""  # of the command that was alone in the body that was read last
        self._part = part  # None: bodies are read in place
        self._follows: list[dict[str, _Shape]] = [{}]

    def commands(self, pos: int, depth: int, after: str = "") -> tuple[list[PlainCommand], int]:
        """The commands from `pos`, to the end or, in a body (depth > 0), to its closing brace."""
        text = self.text
        if depth == len(self._follows):
            self._follows.append({})
        follows = self._follows[depth]
        base, size = pos, len(text)
        found: list[PlainCommand] = []
        pos = self._gap(pos, depth)
        while pos < size:
            if depth and text[pos] == "}":
                self._kinds = after if len(found) == 1 and after[-1:] != "}" else ""
                return found, pos
            shape = follows.get(after)
            match = shape and shape.match(text, pos)
            if match is None and shape is not None and shape.base is not None:
                shape = shape.base
                match = shape.match(text, pos)
            if match is None or shape is None:
                pos = self._gap(pos, depth)
                if pos == size or (depth and text[pos] == "}"):
                    continue
                start, (words, end, pos, after) = pos, self._words(pos, depth, after)
            else:
                start, end = pos, match.end()
                words = list(match.groups())
                before, after = after, shape.kinds
                if shape.opens:
                    known = len(self.bodies)
                    pos = self._body(end - 1, depth, words, after)
                    if len(self.bodies) == known + 1 and self._kinds:
                        follows[before] = _shape_with_body(shape, self._kinds)
                    after += "}"
                    words, end, pos = self._more(words, pos, depth)
                else:
                    if shape.base is not None:
                        self._one_command(match, words, len(after) - 1)
                        after += "}"
                    pos = _finish(text, end).end()  # type: ignore[union-attr]  # a terminator stands there
            if words:
                found.append(PlainCommand(words, start - base, end - base))
        if depth:
            raise _NotPlainError
        return found, pos

    def _one_command(self, match: re.Match[str], words: list[str], place: int) -> None:
        """Take the body of one command, and its words, out of a match: `words` keeps those of the command itself."""
        body = words[place]
        inner = words[place + 1 : -1]
        del words[place + 1 :]
        base = match.start(place + 1)
        command = PlainCommand(inner, match.start(place + 2) - base, match.start(place + 2 + len(inner)) - base)
        command.text = body
        self.bodies.append(Script(body, [command]))

    def _words(self, pos: int, depth: int, after: str) -> tuple[list[str], int, int, str]:
        """One command, word by word; what it is like is learned."""
        text = self.text
        next_word = scan.word_in_place if depth else scan.word_within
        words: list[str] = []
        kinds = ""
        while len(words) < _LONGEST_SHAPE:
            match = next_word(text, pos)
            kind = match.lastindex if match else None
            if kind == scan.BARE or kind == scan.BRACED:
                words.append(match[kind])  # type: ignore[index]  # a kind comes of a match
                kinds += "b" if kind == scan.BARE else "B"
                pos = match.end()  # type: ignore[union-attr]
                continue
            break
        if kinds[:1] != "b":
            return (*self._more(words, pos, depth), "")
        if kind == scan.OPEN:
            self._follows[depth][after] = _shape(kinds + "o")
            pos = self._body(match.end() - 1, depth, words, kinds + "o")  # type: ignore[union-attr]
            return (*self._more(words, pos, depth), kinds + "o}")
        if kind == scan.STOP:
            self._follows[depth][after] = _shape(kinds)
        return (*self._more(words, pos, depth), kinds)

    def _more(self, words: list[str], pos: int, depth: int) -> tuple[list[str], int, int]:
        """The further words of a command; where its terminator stands and where the next command begins."""
        text = self.text
        if words:
            quick = _finish(text, pos)
            if quick is not None and quick.end() > pos and (depth or text[quick.end() - 1] != "}"):
                end = quick.end()
                stop = pos
                while text[stop] in " \t\v\f\r":
                    stop += 1
                return words, stop, end
        next_word = scan.word_in_place if depth else scan.word_within
        while True:
            match = next_word(text, pos)
            kind = match.lastindex if match else scan.OTHER
            assert match is not None or kind == scan.OTHER
            if match is None or kind == scan.OTHER or kind is None:
                raise _NotPlainError
            if kind in (scan.STOP, scan.END, scan.CLOSE):
                stop = match.start(kind)
                return words, stop, stop if kind == scan.CLOSE else match.end()
            if kind == scan.OPEN:
                pos = self._body(match.end() - 1, depth, words, "{")
            else:
                words.append(match[kind])
                pos = match.end()

    def _body(self, brace: int, depth: int, words: list[str], after: str) -> int:
        """A braced word with braces in it: add its text, and its script if it is one; the offset behind it."""
        text, part = self.text, self._part
        known = len(self.bodies)
        end = self._in_place(brace, depth, after) if part is None else part.end_of(brace)
        body = self.bodies[-1].text if part is None and end >= 0 else None
        if end < 0:
            end = scan.brace_end(text, brace, len(text))
            if end < 0:
                raise _NotPlainError
        if not scan.stands_alone(text, end, len(text)) and not (depth and text[end] == "}"):
            raise _NotPlainError
        if body is None:
            body = text[brace + 1 : end - 1]
        if "\\\n" in body:
            del self.bodies[known:]  # a blank takes its place: the scripts in it are others
            body = join_lines(body)
        elif part is not None and len(body) > LONGEST:
            _parts[id(body)] = _Part(body, part.ends, part.base + brace + 1)
        words.append(body)
        return end

    def _in_place(self, brace: int, depth: int, after: str) -> int:
        """Read a body as a script; the offset behind its closing brace, or -1 when it is no plain one."""
        if depth == DEEPEST:
            return -1
        known = len(self.bodies)
        try:
            commands, end = self.commands(brace + 1, depth + 1, after)
        except _NotPlainError:
            del self.bodies[known:]
            return -1
        body = self.text[brace + 1 : end]
        for command in commands:
            command.text = body
        self.bodies.append(Script(body, commands))
        return end + 1

    def _gap(self, pos: int, depth: int) -> int:
        """The offset behind blanks, terminators and comments."""
        text = self.text
        while True:
            pos = scan.gap_before_command(text, pos).end()  # type: ignore[union-attr]  # matches always
            if not text.startswith("#", pos):
                return pos
            note = (scan.plain_comment if depth else scan.comment)(text, pos)
            if note is None:
                raise _NotPlainError
            pos = note.end()
