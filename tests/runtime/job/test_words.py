"""Step 2 of "One value, three steps": a launch expression is split as words."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alftcl.values import list_to_str
from runtime.job.words import split_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("prman -t:0 x.rib", ("prman", "-t:0", "x.rib")),
        ("  mtor\n\t-cmd  rg ", ("mtor", "-cmd", "rg")),
        ("", ()),
        (" \n ", ()),
        ("{prman} {-t:0} {a b.rib}", ("prman", "-t:0", "a b.rib")),
        (" {TractorBuiltIn} {File} ", ("TractorBuiltIn", "File")),
        ("{}", ("",)),
        ('""', ("",)),
        ('echo "a b" c', ("echo", "a b", "c")),
        ("sh -c {awk {print $1} | x}", ("sh", "-c", "awk {print $1} | x")),
        ("{\\{ \\n}", ("\\{ \\n",)),
        ("x 'echo \"a\nb\" | y'", ("x", "'echo", "a\nb", "|", "y'")),
        ("rm -i ; ls #c $PATH [x]", ("rm", "-i", ";", "ls", "#c", "$PATH", "[x]")),
    ],
)
def test_words_group_as_in_tcl(text: str, words: tuple[str, ...]) -> None:
    assert split_words(text) == words


@pytest.mark.parametrize("char", list(' {}[]"\\;#*'))
@pytest.mark.parametrize("form", ["a\\{}b", '"a\\{}b"'])
def test_a_backslash_escapes_what_groups_or_ends_a_word(char: str, form: str) -> None:
    assert split_words(form.replace("{}", char)) == (f"a{char}b",)


def test_any_other_backslash_stays() -> None:
    assert split_words(r"C:\temp\new \$x a\tb") == (r"C:\temp\new", r"\$x", r"a\tb")


def test_two_backslashes_are_one() -> None:
    assert split_words(r"\\\\server\\share") == (r"\\server\share",)


def test_a_backslash_before_a_newline_is_a_blank() -> None:
    assert split_words('a\\\n   b "c\\\n  d" {e\\\n f}') == ("a", "b", "c d", "e f")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('--opt="a b" c', ('--opt="a b"', "c")),
        ('--opt="a \\" b"', ('--opt="a \\" b"',)),
        ('"a b"c d', ('"a b"c', "d")),
        ("{a b}c d", ("{a b}c", "d")),
        ("{a b", ("{a", "b")),
        ('"a b', ('"a', "b")),
        ('"C:\\"', ('"C:\\"',)),
        ('5" x', ('5"', "x")),
        ("a}b {c}", ("a}b", "c")),
    ],
)
def test_a_malformed_word_is_taken_literally(text: str, words: tuple[str, ...]) -> None:
    assert split_words(text) == words


def test_unbalanced_braces_take_no_more_than_one_pass() -> None:
    assert len(split_words("{ " * 200_000)) == 200_000


def test_a_long_text_is_split_like_a_short_one() -> None:
    assert split_words('"a b" ' * 5_000) == ("a b",) * 5_000


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\\\0\x0b\x0c\x1c\x1d\x1e\x1f\x85\n$[]{}\"'"))))
def test_a_list_written_by_tcl_splits_into_its_elements(words: list[str]) -> None:
    assert split_words(list_to_str(words)) == tuple(words)


@given(st.lists(st.text(st.sampled_from(' ab{}"#;%~-/'))))
def test_braced_words_come_back_whole(words: list[str]) -> None:
    balanced = [word for word in words if _balanced(word)]

    assert split_words(" ".join("{" + word + "}" for word in balanced)) == tuple(balanced)


def _balanced(word: str) -> bool:
    depth = 0
    for char in word:
        depth += {"{": 1, "}": -1}.get(char, 0)
        if depth < 0:
            return False
    return depth == 0


@given(st.text(st.sampled_from(' \n\tab\\{}"[];#*$x')))
def test_splitting_loses_no_text(text: str) -> None:
    def bare(chars: str) -> str:
        return re.sub(r'[\s{}"\\]', "", chars)

    assert bare("".join(split_words(text))) == bare(text)
