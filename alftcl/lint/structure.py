"""Rules about braces and the words between them: what does not close, blanks that are missing, if and switch."""

from __future__ import annotations

import re

from alftcl.lint.findings import Source
from alftcl.lint.reading import Block, Call, Part, comment_in, list_elements
from alftcl.roles import PATTERNS
from alftcl.table import builtins

_COMMENT_LINE = re.compile(r"^[ \t]*#.*$", re.M)


def check_block(source: Source, block: Block) -> None:
    """Where reading had to stop."""
    fault = block.fault
    if fault is None:
        return
    offset = block.start + fault.offset
    message = fault.message.partition(":")[0]
    source.error(offset, "syntax", message, _hint(source.text, offset, message))
    if message == "missing close-brace":
        unbalanced_comments(source, offset, block.end, 1)


def unbalanced_comments(source: Source, start: int, end: int, sign: int) -> None:
    """The comments with braces that do not match, where there is a brace too few or too many (sign -1)."""
    for comment in _COMMENT_LINE.finditer(source.text, start, end):
        if (comment[0].count("{") - comment[0].count("}")) * sign > 0:
            offset = comment.start() + comment[0].index("#")
            text = "the braces in this comment do not match"
            source.warning(offset, "comment-brace", text, "braces count in comments, too")


def _hint(text: str, offset: int, message: str) -> str:
    rest = text[offset : offset + 10]
    if message.startswith("extra characters"):
        if rest.startswith(("{", "else")):
            return f"a blank is missing before {'{' if rest[0] == '{' else rest.split('{')[0].strip()}"
        return "a blank is missing, or the word ends too early"
    if message.startswith("missing"):
        return "it is opened here and never closed"
    return ""


def check_call(source: Source, call: Call) -> None:
    """The words of if and switch; what a stray brace comes from."""
    if call.name == "}":
        unbalanced_comments(source, 0, call.start, -1)
    if not call.has_all_words:
        return
    if call.name == "if":
        _check_if(source, call)
    elif call.name == "switch":
        _check_switch(source, call)


def _check_if(source: Source, call: Call) -> None:
    parts = call.parts
    place = 1
    while True:
        if place >= len(parts):
            after = parts[place - 1].text or ""
            source.error(parts[-1].start, "if-words", f'wrong # args: no expression after "{after}" argument')
            return
        place += 1
        if place < len(parts) and parts[place].text == "then":
            place += 1
        if place >= len(parts):
            shown = source.text[parts[-1].start : parts[-1].end].split("\n")[0]
            source.error(parts[-1].start, "if-words", f'no script follows "{shown}"', "put the body in braces")
            return
        place += 1
        if place >= len(parts):
            return
        if parts[place].text != "elseif":
            break
        place += 1
    _check_else(source, parts, place)


def _check_else(source: Source, parts: list[Part], place: int) -> None:
    word = parts[place]
    if word.text == "else" and word.is_bare:
        if place + 1 == len(parts):
            source.error(word.start, "if-words", 'no script follows "else"')
        elif place + 2 < len(parts):
            hint = "write elseif" if parts[place + 1].text == "if" else "put the body in braces"
            source.error(parts[place + 1].start, "if-words", 'extra words after the "else" clause', hint)
    elif place + 1 < len(parts):
        source.error(word.start, "if-words", "extra words after the body", "put the body in braces")
    elif word.text is not None and word.is_bare:
        hint = "put the body in braces" if (parts[place - 1].text or "") in builtins() else "write else before it"
        source.warning(word.start, "if-words", f'"{word.text}" is what runs when the condition is false', hint)


def _check_switch(source: Source, call: Call) -> None:
    patterns = call.parts[-1]
    if patterns.role != PATTERNS or patterns.text is None or not patterns.is_braced:
        return
    inside = source.text[patterns.start + 1 : patterns.end - 1]
    elements = list_elements(inside)
    comment = comment_in(inside, elements)
    if comment is not None:
        offset = patterns.start + 1 + comment
        text = "a comment between the patterns of switch is a pattern"
        source.warning(offset, "switch-comment", text, "put it into a body")
    elif len(elements) % 2:
        source.error(patterns.start + 1 + elements[-1][0], "switch-words", "extra switch pattern with no body")
