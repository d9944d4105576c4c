"""Regular expressions against the real Tcl: the same match, captures and messages, or a proof that `re` agrees."""

from __future__ import annotations

import tkinter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alftcl.errors import TclError
from alftcl.regex import Options, compile_regex

REAL = tkinter.Tcl()
_MALFORMED = r"""
a** a{2}{3} *a (*a) ^* a) [ [a a[ [a-c-e] [--a] [c-a] [[:foo:]] [[:alpha:]-z] [a-[:alpha:]] [[.foo.]] a{1 a{1, a{1,2
a{2,1} a{256} a{1x} \x \u \q \c (a\1) (a)\2 (? (?a (?:a (?=a)* (?=a (?z)a ***a ***? [\W] [a-\d] [\y] [\1] a\ a?? a+??
{1} \ [\ [[: [[:alpha [[. (?<a) (?P<a>b)
"""
_WELL_FORMED = r"""
() a(|a) []a] [^]a] [a-] [-a] [a--] [[.hyphen.]] [[=a=]] a{ a{,2} \x41b \u41g \cA \0 \12 \101 (a)\1 (a)\10 (?!a)b
(?i)A (?x)a#c ***:a ***=a* (?q)a* [\w] [\d-z] \d+ \y (?#foo)a a+? a{2}? a{1,2}? [[:<:]]a (?n)a.b (\m)* a||b (a){0}b
(?:)* (?i)[a-c] (?i)[[:upper:]] a|ab (a|ab)(c|bcd)(d*) (a*)+ (.*?)b (?:(a)|b)* (a?)? [^a]*$ (\w+)\s+(\w+)
"""
TEXTS = ["", "a", "b", "ab", "aab", "a b", "A", "abcd", "a*", "-", "\x01", "foo", "a\nb", "101", "aaa", "a{,2}"]


def real_match(pattern: str, text: str, **switches: bool) -> object:
    try:
        found = REAL.call("regexp", "-inline", "-indices", *(f"-{name}" for name in switches), "--", pattern, text)
    except tkinter.TclError as error:
        return str(error)
    return [tuple(map(int, REAL.splitlist(span))) for span in REAL.splitlist(found)]


def our_match(pattern: str, text: str, **switches: bool) -> object:
    try:
        found = compile_regex(pattern, replace(Options(), **switches)).search(text)
    except TclError as error:
        return str(error)
    return [(first, end - 1 if first >= 0 else -1) for first, end in found or ()]


def real_notes(pattern: str, **switches: bool) -> object:
    try:
        groups, notes = REAL.splitlist(REAL.call("regexp", "-about", *(f"-{name}" for name in switches), "--", pattern))
    except tkinter.TclError as error:
        return str(error)
    return int(groups), list(REAL.splitlist(notes))


def our_notes(pattern: str, **switches: bool) -> object:
    try:
        return compile_regex(pattern, replace(Options(), **switches)).about()
    except TclError as error:
        return str(error)


@pytest.mark.parametrize("pattern", _MALFORMED.split())
def test_a_malformed_expression_has_tcls_message(pattern: str) -> None:
    assert our_match(pattern, "") == real_match(pattern, "")


@pytest.mark.parametrize("pattern", _WELL_FORMED.split())
def test_an_expression_finds_what_tcl_finds(pattern: str) -> None:
    assert [our_match(pattern, text) for text in TEXTS] == [real_match(pattern, text) for text in TEXTS]


ATOMS = ["a", "b", "c", ".", "[ab]", "[^a]", r"\w", r"\S", "[[:upper:]]", r"\x61", "B", r"[b\d-]", "()"]
CONSTRAINTS = ["^", "$", r"\m", r"\M", r"\y", r"\Y", r"\A", r"\Z", "(?=a)", "(?!b)", "(?=.*b)", "[[:<:]]"]
QUANTIFIERS = ["*", "+", "?", "*?", "+?", "??", "{2}", "{1,2}", "{2,}", "{1,1}?", "{1,1}", "{2,2}?", "{0}", "{0,2}?"]
SWITCHES: list[dict[str, bool]] = [{}, {"nocase": True}, {"linestop": True}, {"lineanchor": True}, {"expanded": True}]
PATTERNS = st.recursive(
    st.sampled_from(ATOMS) | st.sampled_from(CONSTRAINTS),
    lambda inner: st.one_of(
        st.builds("{}{}".format, inner, inner),
        st.builds("({})".format, inner),
        st.builds("(?:{}|{})".format, inner, inner),
        st.builds("(?:{}|)".format, inner),
        st.builds("(?:{}){}".format, inner, st.sampled_from(QUANTIFIERS)),
        st.builds("({}){}".format, inner, st.sampled_from(QUANTIFIERS)),
    ),
    max_leaves=8,
)
REFERRING = st.builds(r"({}){}\1{}{}".format, PATTERNS, PATTERNS, st.just("") | st.sampled_from(QUANTIFIERS), PATTERNS)
BASIC = st.recursive(
    st.sampled_from(["a", "b", ".", "[ab]", "*", "^", "$", "+", "|", r"\<", r"\>", r"\.", "{", r"\d", " ", "#"]),
    lambda inner: st.one_of(
        st.builds("{}{}".format, inner, inner),
        st.builds(r"\({}\)".format, inner),
        st.builds("{}{}".format, inner, st.sampled_from(["*", r"\{1,2\}", r"\{2\}", r"\{0,\}", r"\{", r"\1"])),
    ),
    max_leaves=6,
)
CHARACTERS = "()|[]{}*+?^$.-\\:=#, \n19xuceq"
FRAGMENTS = st.sampled_from([*ATOMS, *CONSTRAINTS, *QUANTIFIERS, *CHARACTERS, "(?", "[[:", "[[.", "***"])


@settings(deadline=None)
@given(PATTERNS, st.text("abcB _\n", max_size=9), st.sampled_from(SWITCHES))
def test_generated_expressions_find_what_tcl_finds(pattern: str, text: str, switches: dict[str, bool]) -> None:
    assert our_match(pattern, text, **switches) == real_match(pattern, text, **switches)


@settings(deadline=None)
@given(REFERRING, st.text("abc", max_size=8))
def test_back_references_find_what_tcl_finds(pattern: str, text: str) -> None:
    assert our_match(pattern, text) == real_match(pattern, text)


@settings(deadline=None)
@given(BASIC, st.text("ab*^$+|", max_size=6), st.sampled_from(SWITCHES))
def test_basic_expressions_find_what_tcl_finds(pattern: str, text: str, switches: dict[str, bool]) -> None:
    assert our_match(f"(?b){pattern}", text, **switches) == real_match(f"(?b){pattern}", text, **switches)


@settings(deadline=None)
@given(st.lists(FRAGMENTS, max_size=6).map("".join), st.sampled_from(SWITCHES), st.sampled_from(["", "(?e)", "(?b)"]))
def test_any_heap_of_characters_has_tcls_message_or_notes(pattern: str, switches: dict[str, bool], flavor: str) -> None:
    assert our_notes(flavor + pattern, **switches) == real_notes(flavor + pattern, **switches)


@pytest.mark.parametrize("pattern", [r"(\w+)\s*=\s*(.*)$", "foo|bar", r"<.*?>", r"^([0-9]+)\.([0-9]+)$"])
def test_everyday_expressions_are_left_to_re(pattern: str) -> None:
    assert compile_regex(pattern, Options())._is_exact


@pytest.mark.parametrize("pattern", ["a|ab", "a?(?:ab)?", "a+?b*", "(?:(a)|b)*"])
def test_where_re_would_find_another_match_it_is_not_trusted(pattern: str) -> None:
    assert not compile_regex(pattern, Options())._is_exact


@pytest.mark.parametrize(
    "pattern", ["(a*)*c", "(a+)+c", r"(?:\w|a)*c", "(?:a|ab)+c", "(?:a?){60}c", "(.*)(.*)(.*)(.*)x", r"(a*)*\1c"]
)
def test_a_loop_that_can_be_told_two_ways_is_no_exponential_search(pattern: str) -> None:
    assert compile_regex(pattern, Options()).search("ab" + "a" * 300) is None


def test_a_caret_holds_at_an_offset_only_behind_a_newline() -> None:
    regex = compile_regex("^b", Options())

    assert regex.search("ab", 1) is None
    assert regex.search("a\nb", 2) == ((2, 3),)
