"""How text becomes words: launch expressions, -tags, -dirmaps and other lists of a job script.

Step 2 of "One value, three steps" (reference section 10). The rules are Tcl's with fewer backslashes, so that what
people really wrote survives:

    a b                 two words; newlines are blanks; `;` and `#` are text
    {a b}  "a b"        one word, without its delimiters; nothing in braces is changed
    a\\ b  \\{\\}  \\"      a backslash escapes only space, newline and { } [ ] " \\ ; # *
    C:\\temp             so any other backslash stays
    --opt="a b"         a word that is malformed as Tcl is taken literally: one word, with its quotes
    {a b}c  "a b"c      likewise
    {a  "a              an opening delimiter that is never closed is a character like any other

Not here: variables and brackets (step 1, the reader) and % codes (step 3, runtime.job.substitute).
"""

from __future__ import annotations

import re
from functools import lru_cache

_BLANKS = " \t\n\v\f\r"
_ESCAPABLE = r'[ {}\[\]"\\;#*]'
_QUOTED_INSIDE = rf'(?:[^"\\]|\\(?:{_ESCAPABLE}|\n)|\\(?!{_ESCAPABLE}|\n))*'

_PLAIN_WORD = re.compile(rf"[^{_BLANKS}]+")
_GAP = re.compile(rf"(?:[{_BLANKS}]|\\\n)*")
_QUOTED = re.compile(rf'"({_QUOTED_INSIDE})"(?=[{_BLANKS}]|\\\n|\Z)')
_QUOTES_WITHIN = re.compile(rf'"{_QUOTED_INSIDE}"')
_BARE_RUN = re.compile(rf'(?:[^{_BLANKS}"\\]|\\{_ESCAPABLE}|\\(?!\n|{_ESCAPABLE}))+')
_ESCAPE = re.compile(rf"\\(?:({_ESCAPABLE})|\n[ \t]*)")
_LINE_JOIN = re.compile(r"(\\[^\n])|\\\n[ \t]*", re.S)
_BRACE = re.compile(r"\\.|[{}]", re.S)

_LONGEST_CACHED = 4096


def split_words(text: str) -> tuple[str, ...]:
    """The words of a text, by the rules above. No text is refused, and none is lost."""
    if "{" not in text and '"' not in text and "\\" not in text:
        return tuple(_PLAIN_WORD.findall(text))
    if len(text) > _LONGEST_CACHED:
        return _split(text)
    return _split_cached(text)


def _split(text: str) -> tuple[str, ...]:
    closing = _closing_braces(text)
    words = []
    place = _gap_end(text, 0)
    while place < len(text):
        word, place = _word(text, place, closing)
        words.append(word)
        place = _gap_end(text, place)
    return tuple(words)


_split_cached = lru_cache(maxsize=4096)(_split)


def _gap_end(text: str, place: int) -> int:
    match = _GAP.match(text, place)
    return match.end() if match else place


def _closing_braces(text: str) -> dict[int, int]:
    """Opening brace to the brace that closes it; one pass, however deep or unbalanced the text is."""
    closing: dict[int, int] = {}
    opened: list[int] = []
    for match in _BRACE.finditer(text):
        if match.group() == "{":
            opened.append(match.start())
        elif match.group() == "}" and opened:
            closing[opened.pop()] = match.start()
    return closing


def _word(text: str, place: int, closing: dict[int, int]) -> tuple[str, int]:
    """The word at `place` and where it ends."""
    if text[place] == "{":
        end = closing.get(place)
        if end is None:
            return _literal(text, place, place + 1)
        if _ends_word(text, end + 1):
            return _join_lines(text[place + 1 : end]), end + 1
        return _literal(text, place, end + 1)
    if text[place] == '"':
        quoted = _QUOTED.match(text, place)
        return (_unescape(quoted.group(1)), quoted.end()) if quoted else _literal(text, place, place)
    end, literal = _run_end(text, place)
    raw = text[place:end]
    return (raw if literal else _unescape(raw)), end


def _literal(text: str, start: int, place: int) -> tuple[str, int]:
    """A malformed word: everything from `start`, which is read up to `place`, to the blank that ends it."""
    end, _ = _run_end(text, place)
    return text[start:end], end


def _run_end(text: str, place: int) -> tuple[int, bool]:
    """Where a bare word ends, and whether quotes that group stand in it (then it is literal)."""
    literal = False
    while not _ends_word(text, place):
        match = _BARE_RUN.match(text, place)
        if match is None:
            match = _QUOTES_WITHIN.match(text, place)
            literal = literal or match is not None
        place = match.end() if match else place + 1
    return place, literal


def _ends_word(text: str, place: int) -> bool:
    return place >= len(text) or text[place] in _BLANKS or text.startswith("\\\n", place)


def _unescape(text: str) -> str:
    return _ESCAPE.sub(lambda match: match.group(1) or " ", text) if "\\" in text else text


def _join_lines(text: str) -> str:
    """Tcl's only substitution in braces: backslash-newline and the blanks after it are one blank."""
    return _LINE_JOIN.sub(lambda match: match.group(1) or " ", text) if "\\\n" in text else text
