"""Basic expressions (re_syntax(3tcl), BASIC REGULAR EXPRESSIONS): what `(?b)` asks for.

    Regexp = [ "^" ] { Atom [ "*" | "\\{m\\}" | "\\{m,\\}" | "\\{m,n\\}" ] } [ "$" ]
    Atom   = "\\(" Regexp "\\)" | "\\1" .. "\\9" | "\\<" | "\\>" | "[...]" | "." | "\\k" | character

`*` at the beginning (behind a `^` too), `^` elsewhere and `$` elsewhere are ordinary characters.
"""

from __future__ import annotations

from alftcl.regex.faults import fail
from alftcl.regex.grammar import Grammar
from alftcl.regex.tree import Constraint, Node, Sequence, Set

_WORD_ESCAPES = {"<": "wordstart", ">": "wordend"}


class BasicGrammar(Grammar):
    """One parse of a basic expression."""

    def skip_comments(self) -> None:
        self.skip_blanks()

    def alternation(self, nested: bool) -> Node:
        items: list[Node] = []
        self.skip_blanks()
        if self.peek() == "^":
            self.take()
            if nested:
                self.notes.add("UUNSPEC")
            items.append(self.beginning())
            self.skip_blanks()
        first = True
        while not self.at_end_of_branch(nested):
            items.append(self.piece(first))
            first = False
            self.skip_blanks()
        if not items:
            self.notes.add("UUNSPEC")
        if nested:
            self.close()
        return items[0] if len(items) == 1 else Sequence(tuple(items))

    def at_end_of_branch(self, nested: bool) -> bool:
        return not self.peek() or (nested and self.looking_at("\\)"))

    def close(self) -> None:
        if not self.looking_at("\\)"):
            fail("EPAREN")
        self.at += 2

    def atom(self, first: bool) -> Node:
        char = self.take()
        if char == "$" and self.stands_last():
            return self.ending()
        if char == "[":
            return self.bracket()
        if char == ".":
            return self.negated(Set())
        if char == "*" and not first:
            fail("BADRPT")
        return self.escape() if char == "\\" else self.character(char)

    def stands_last(self) -> bool:
        """Is this the end of the expression or of a group?"""
        behind = self.beyond_blanks(self.at)
        if self.text.startswith("\\)", behind):
            self.notes.add("UUNSPEC")
            return True
        return behind == len(self.text)

    def escape(self) -> Node:
        char = self.peek()
        if not char:
            fail("EESCAPE")
        if char in "(){" or char in _WORD_ESCAPES or char in "123456789":
            self.take()
        if char == "(":
            return self.group()
        if char == ")":
            fail("EPAREN")
        if char == "{":
            fail("BADRPT")
        if char in _WORD_ESCAPES:
            return self.word_constraint(_WORD_ESCAPES[char])
        return self.backref(int(char)) if char in "123456789" else self.plain_escape()

    def piece(self, first: bool) -> Node:
        node = super().piece(first)
        if isinstance(node, Constraint):
            self.skip_blanks()
            if self.at_quantifier():
                fail("BADRPT")
        return node

    def at_quantifier(self) -> bool:
        return self.peek() == "*" or self.looking_at("\\{")

    def quantifier(self) -> tuple[int, int | None, bool] | None:
        if self.peek() == "*":
            self.take()
            return 0, None, False
        if not self.looking_at("\\{"):
            return None
        self.at += 2
        bounds = self.bounds()
        if not self.looking_at("\\}"):
            fail("BADBR" if self.peek() else "EBRACE")
        self.at += 2
        return bounds
