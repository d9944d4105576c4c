"""The commands of a text that need not be complete, as the lexer of scripts meets them.

A Walker reads one script and its brackets; braced words stay closed. Whoever wants to know (highlighting, typed) takes
up what is met in methods of its own:

    gap      where a command may begin: blanks and comments      part      a piece of a word
    command  a command has ended: its words and their places     end       what is still open: levels, open_brace
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from alftcl.lexer import ScriptFault, is_open_brace, script_lexer


@dataclass
class Level:
    """A command that is being read, one for each bracket that is open: its whole words (None: with substitutions in
    it) and their places; of the word that is being read where it begins (-1: none is) and what it is so far."""

    words: list[str | None] = field(default_factory=list)
    places: list[tuple[int, int]] = field(default_factory=list)
    start: int = -1
    end: int = 0
    text: str | None = ""
    quoted: bool = False

    @property
    def is_fresh(self) -> bool:
        """Nothing of the command has been read."""
        return not self.words and self.start < 0

    def finish_word(self) -> None:
        if self.start >= 0:
            self.words.append(self.text)
            self.places.append((self.start, self.end))
            self.start = -1


class Walker:
    """Reads text[start:end]. Afterwards `levels` are the commands that are still open, `open_brace` is where the braced
    word begins that does not end (-1: none)."""

    def __init__(self, text: str, start: int, end: int) -> None:
        self.text = text
        self.start = start
        self.end = end
        self.levels = [Level()]
        self.open_brace = -1

    def walk(self, *, one_bracket: bool = False) -> int:
        """Read it all, or only the bracket that it begins with; where reading ended."""
        lexer = script_lexer(self.text[self.start : self.end])
        if one_bracket:
            lexer.begin("bare")
        last = self.start
        try:
            while (token := lexer.token()) is not None:
                place, after = self.start + int(token.lexpos), self.start + int(lexer.lexpos)
                self._gap_before(last, place)
                last = after
                self._take(token, place, after)
                if one_bracket and len(self.levels) == 1:
                    return after
        except ScriptFault as stop:
            if is_open_brace(stop):
                self.open_brace = self.start + int(lexer.brace_start)
        self._gap_before(last, self.end)
        return self.end

    def gap(self, start: int, end: int) -> None:
        """Blanks and comments before a command."""

    def part(self, level: Level, kind: str, start: int, end: int) -> None:
        """A token of a word, or the end of a bracket in one."""

    def command(self, level: Level) -> None:
        """A command has ended."""

    def _gap_before(self, start: int, end: int) -> None:
        if self.levels[-1].is_fresh:
            self.gap(start, end)

    def _take(self, token: Any, place: int, after: int) -> None:
        level, kind = self.levels[-1], token.type
        if kind == "TERMINATOR":
            level.finish_word()
            self.command(level)
            self.levels[-1] = Level()
        elif kind == "BLANK":
            level.finish_word()
        elif kind == "CLOSE":
            level.finish_word()
            self.command(level)
            if len(self.levels) > 1:
                self.levels.pop()
            self.levels[-1].end = after
            self.part(self.levels[-1], kind, place, after)
        elif kind == "EXPAND":
            level.start, level.end, level.text = place, after, None
        else:
            self._word_goes_on(level, token, place, after)

    def _word_goes_on(self, level: Level, token: Any, place: int, after: int) -> None:
        kind = token.type
        if level.start < 0:
            level.start, level.text = place, ""
        level.end = after
        if kind in ("VAR", "ELEMENT", "OPEN"):
            level.text = None
        elif kind in ("TEXT", "BRACED") and level.text is not None:
            level.text += token.value.text
        elif kind in ("QUOTE", "UNQUOTE"):
            level.quoted = kind == "QUOTE"
        self.part(level, kind, place, after)
        if kind == "OPEN":
            self.levels.append(Level())
