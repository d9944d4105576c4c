"""The fast path for plain commands splits as the grammar does, and as real Tcl does."""

import re
import tkinter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alftcl import scan
from alftcl.grammar_script import parse
from alftcl.tree import Expand

PIECES = [
    *("Task", "a", "-x", "frame_1", "#", "{", "}", '"', "[", "]", "$", "$x", "${a b}", "\\", ";", " ", "\n", "\t"),
    *("{a b}", "{}", '"a b"', '""', "[b c]", "\\\n ", "\\}", "\\{", "{*}", "$a(b c)", "(", ")", "{a {b} c}", "é"),
]
texts = st.lists(st.sampled_from(PIECES), max_size=14).map("".join)


def spans(text: str) -> list[list[tuple[int, int]]] | None:
    """Where the words of each command stand, as scan finds them; None where a word does not end as it should."""
    commands: list[list[tuple[int, int]]] = []
    pos, end = 0, len(text)
    while True:
        found = scan.gap_before_command(text, pos, end)
        pos = found.end() if found else pos
        if pos >= end:
            return commands
        if text[pos] == "#":
            note = scan.comment(text, pos, end)
            pos = note.end() if note else end
            continue
        words: list[tuple[int, int]] = []
        while True:
            match = scan.word_within(text, pos, end)
            assert match is not None and match.lastindex is not None
            kind = match.lastindex
            if kind in (scan.STOP, scan.END):
                pos = match.end()
                break
            start = match.start(kind) - (kind in (scan.BRACED, scan.QUOTED))
            pos = match.end()
            if kind in (scan.OPEN, scan.OTHER):
                begin = (
                    start + 3
                    if text.startswith("{*}", start) and not scan.stands_alone(text, start + 3, end)
                    else start
                )
                pos = scan.word_end(text, begin, end)
                if pos <= begin or not scan.stands_alone(text, pos, end):
                    return None
            words.append((start, pos))
        commands.append(words)


def grammar_spans(text: str) -> list[list[tuple[int, int]]] | None:
    script = parse(text)
    if script.fault is not None:
        return None
    return [[(word.start, word.end) for word in command.words] for command in script.commands]


@given(texts)
@settings(max_examples=600, deadline=None)
def test_words_stand_where_the_grammar_finds_them(text: str) -> None:
    expected = grammar_spans(text)
    if expected is not None and not re.search(
        r"\$[\w:]*\(", text
    ):  # blanks in an index are the grammar's business alone
        assert spans(text) == expected


@given(
    st.lists(st.sampled_from(["Task", "a", "-x", "{a b}", "{}", '"a b"', "{a {b} c}", "\\\n", "#", "1.5"]), min_size=1)
)
@settings(max_examples=200, deadline=None)
def test_plain_words_are_those_of_real_tcl(pieces: list[str]) -> None:
    text = " ".join(pieces)
    if text.startswith(("#", "\\")):
        text = f"x {text}"

    found = spans(text)

    tcl = tkinter.Tcl()
    assert found is not None and len(found) == 1
    assert len(found[0]) == int(tcl.eval(f"llength [list {text}]"))


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("a b", 1),
        ("a;b", 1),
        ("{a {b} c} d", 9),
        (r"{a \} b} c", 8),
        ('"a [b "c d"] e" f', 15),
        ("a[b {]} c]d e", 11),
        ("${a b}c d", 7),
        (r"a\ b c", 4),
        ("{a", -1),
        ('"a', -1),
        ("[a", -1),
    ],
)
def test_a_word_ends_where_nothing_in_it_is_open(text: str, end: int) -> None:
    assert scan.word_end(text, 0, len(text)) == end


def test_brackets_may_nest_only_so_deep() -> None:
    deep = scan.DEEPEST + 1

    assert scan.word_end("[" * deep + "]" * deep, 0, 2 * deep) == -1


def test_expansion_is_a_word_with_its_mark() -> None:
    word = parse("a {*}$b").commands[0].words[1]

    assert isinstance(word, Expand)
    assert spans("a {*}$b") == [[(0, 1), (2, 7)]]
