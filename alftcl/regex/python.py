"""A tree as a pattern for Python's `re`: where it can match it matches what Tcl matches, but perhaps another share."""

from __future__ import annotations

import re

from alftcl import charclass
from alftcl.regex.faults import fail
from alftcl.regex.tree import WORD, Alternation, Backref, Constraint, Group, Node, Repeat, Sequence, Set


class Writer:
    """Writes for texts that are plain ASCII or not, and for places where `^` holds (bol) or does not."""

    def __init__(self, ascii_only: bool, bol: bool, nocase: bool) -> None:
        self.ascii_only = ascii_only
        self.bol = bol
        self.nocase = nocase
        self.compiled: dict[Node, re.Pattern[str]] = {}

    def compile(self, node: Node) -> re.Pattern[str]:
        if node not in self.compiled:
            try:
                self.compiled[node] = re.compile(self.write(node), re.DOTALL)
            except (re.error, OverflowError, RecursionError):
                fail("ETOOBIG")
        return self.compiled[node]

    def write(self, node: Node) -> str:
        match node:
            case Set():
                return self.write_set(node)
            case Sequence(items=items):
                return "".join(map(self.write_item, items))
            case Alternation(branches=branches):
                return "|".join(map(self.write, branches))
            case Group(body=body):
                return f"({self.write(body)})"
            case Backref(number=number):
                return f"(?i:(?:\\{number}))" if self.nocase else f"(?:\\{number})"
            case Repeat():
                return self.write_repeat(node)
            case Constraint():
                return self.write_constraint(node)

    def write_item(self, node: Node) -> str:
        text = self.write(node)
        return f"(?:{text})" if isinstance(node, Alternation) else text

    def write_repeat(self, node: Repeat) -> str:
        body = self.write(node.body)
        if not isinstance(node.body, Set | Group):
            body = f"(?:{body})"
        bounds = {(0, None): "*", (1, None): "+", (0, 1): "?"}.get((node.low, node.high))
        if bounds is None:
            high = "" if node.high is None else str(node.high)
            bounds = f"{{{node.low}}}" if node.low == node.high else f"{{{node.low},{high}}}"
        return body + bounds + ("?" if node.greedy is False else "")

    def write_constraint(self, node: Constraint) -> str:
        if node.body is not None:
            return f"(?{'=' if node.kind == 'ahead' else '!'}{self.write(node.body)})"
        word = self.write_set(WORD)
        edge = f"(?:(?<!{word})(?={word})|(?<={word})(?!{word}))"
        return {
            "start": r"\A" if self.bol else "(?!)",
            "bol": "(?m:^)" if self.bol else r"(?<=\n)",
            "bos": r"\A",
            "eos": r"\Z",
            "eol": "(?m:$)",
            "wordstart": f"(?<!{word})(?={word})",
            "wordend": f"(?<={word})(?!{word})",
            "wordedge": edge,
            "notedge": f"(?!{edge})",
        }[node.kind]

    def write_set(self, chars: Set) -> str:
        ranges = list(chars.ranges)
        for name in chars.classes:
            ranges.extend(charclass.ranges(name, self.ascii_only))
        if not ranges:
            return "." if chars.negated else "(?!)"
        if len(ranges) == 1 and ranges[0][0] == ranges[0][1] and not chars.negated:
            return re.escape(chr(ranges[0][0]))
        inside = "".join(
            f"{_escape(first)}-{_escape(last)}" if last > first else _escape(first) for first, last in ranges
        )
        return f"[{'^' if chars.negated else ''}{inside}]"


def _escape(code: int) -> str:
    char = chr(code)
    return char if char.isalnum() else f"\\x{code:02x}" if code < 256 else f"\\U{code:08x}"
