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
from functools import cache
from typing import NamedTuple

from alftcl import scan
from alftcl.lexer import join_lines
from alftcl.tree import BARE, BRACED, QUOTED, Literal, PlainCommand, Script, Word

DEEPEST = 100
_READ_AHEAD_CHARS = 1_000_000  # a longer text leaves its bodies to be read on their own
_KEPT_CHARS = 8_000_000  # of bodies that nobody has evaluated yet
_LONGEST_SHAPE = 40  # words

_KINDS = {scan.BARE: BARE, scan.BRACED: BRACED, scan.QUOTED: QUOTED}
_kept: dict[str, Script] = {}
_kept_chars = 0

_finish = re.compile(r"[\x20\t\v\f\r]*(?:[\n;][\x20\t\v\f\r\n;]*|(?=\}))").match


class _NotPlainError(Exception):
    """The text has something that only the grammar understands."""


class _Shape(NamedTuple):
    kinds: str
    match: re.Pattern[str]
    opens: bool


@cache
def _shape(kinds: str) -> _Shape:
    opens = kinds[-1] == "o"
    words = [scan.BARE_WORD if kind == "b" else scan.BRACED_WORD for kind in kinds.rstrip("o")]
    end = r"[\x20\t]+\{" if opens else r"[\x20\t]*(?=[\n;])"
    return _Shape(kinds, re.compile(r"(?!\#)" + r"[\x20\t]+".join(words) + end, re.DOTALL), opens)


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
            _kept.clear()
            _kept_chars = 0
        for body in reader.bodies:
            _kept[body.text] = body
            _kept_chars += len(body.text)
    return Script(text, commands)


def read_ahead(text: str) -> Script | None:
    """The script of a body, if it was read with the script around it. It is handed out once."""
    return _kept.pop(text, None) if _kept else None


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
    """Reads one text. `bodies` are the scripts that stand in it, `_follows` what shape came after which."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.bodies: list[Script] = []
        self._ahead = len(text) <= _READ_AHEAD_CHARS
        self._follows: dict[str, _Shape] = {}

    def commands(self, pos: int, depth: int, after: str = "") -> tuple[list[PlainCommand], int]:
        """The commands from `pos`, to the end or, in a body (depth > 0), to its closing brace."""
        text, follows = self.text, self._follows
        base, size = pos, len(text)
        found: list[PlainCommand] = []
        pos = self._gap(pos, depth)
        while pos < size:
            if depth and text[pos] == "}":
                return found, pos
            shape = follows.get(after)
            match = shape and shape.match.match(text, pos)
            if match is None or shape is None:
                pos = self._gap(pos, depth)
                if pos == size or (depth and text[pos] == "}"):
                    continue
                start, (words, end, pos, after) = pos, self._words(pos, depth, after)
            else:
                start, end = pos, match.end()
                words = list(match.groups())
                after = shape.kinds
                if shape.opens:
                    pos = self._body(end - 1, depth, words, after)
                    after += "}"
                    words, end, pos = self._more(words, pos, depth)
                else:
                    pos = _finish(text, end).end()  # type: ignore[union-attr]  # a terminator stands there
            if words:
                found.append(PlainCommand(words, start - base, end - base))
        if depth:
            raise _NotPlainError
        return found, pos

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
            self._follows[after] = _shape(kinds + "o")
            pos = self._body(match.end() - 1, depth, words, kinds + "o")  # type: ignore[union-attr]
            return (*self._more(words, pos, depth), kinds + "o}")
        if kind == scan.STOP:
            self._follows[after] = _shape(kinds)
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
        text = self.text
        known = len(self.bodies)
        end = self._in_place(brace, depth, after)
        if end < 0:
            end = scan.brace_end(text, brace, len(text))
            if end < 0:
                raise _NotPlainError
        if not scan.stands_alone(text, end, len(text)) and not (depth and text[end] == "}"):
            raise _NotPlainError
        body = text[brace + 1 : end - 1]
        if "\\\n" in body:
            del self.bodies[known:]  # a blank takes its place: the scripts in it are others
            body = join_lines(body)
        words.append(body)
        return end

    def _in_place(self, brace: int, depth: int, after: str) -> int:
        """Read a body as a script; the offset behind its closing brace, or -1 when it is no plain one."""
        if not self._ahead or depth == DEEPEST:
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
