"""Strings, lists, numbers, indices and glob patterns, compared with Tcl on texts that Hypothesis makes."""

import tkinter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alftcl.errors import TclError
from alftcl.values import (
    as_number,
    int_to_str,
    list_to_str,
    match_glob,
    quote_element,
    split_list,
    to_bool,
    to_dict,
    to_index,
    to_int,
    to_list,
    to_str,
)

TCL = tkinter.Tcl()
AWKWARD = st.text(alphabet='ab {}"\\#$[];\n\t', max_size=8)


def real(script: str, **variables: str) -> str:
    for name, value in variables.items():
        TCL.setvar(name, value)
    return str(TCL.tk.eval(f"catch {{{script}}} result; string cat $result"))


def message_of(function, *args):
    try:
        return function(*args)
    except TclError as error:
        return error.message


@settings(max_examples=400, deadline=None)
@given(AWKWARD, AWKWARD)
def test_list_is_quoted_as_tcl_quotes_it(first: str, second: str) -> None:
    assert list_to_str([first, second]) == real("list $a $b", a=first, b=second)


@settings(max_examples=400, deadline=None)
@given(AWKWARD)
def test_list_is_split_as_tcl_splits_it(text: str) -> None:
    ours = message_of(split_list, text)
    if isinstance(ours, list):
        assert real("llength $text", text=text) == str(len(ours))
        assert [real(f"lindex $text {place}", text=text) for place in range(len(ours))] == ours
    else:
        assert real("llength $text", text=text) == ours


@given(st.lists(AWKWARD))
def test_a_list_survives_its_string_form(items: list[str]) -> None:
    assert split_list(list_to_str(items)) == items


@settings(max_examples=400, deadline=None)
@given(st.text(alphabet="0189.e+-xbo E", min_size=1, max_size=6))
def test_what_looks_like_an_integer_to_tcl_does_so_here(text: str) -> None:
    assert str(message_of(to_int, text)) == real("incr n 0; set n", n=text)


@settings(max_examples=400, deadline=None)
@given(st.text(alphabet="ab*?[]-\\", max_size=6), st.text(alphabet="ab*[]", max_size=6))
def test_glob_matches_as_string_match(pattern: str, text: str) -> None:
    assert int(match_glob(pattern, text)) == int(real("string match $p $t", p=pattern, t=text))


@given(st.integers(min_value=10**4990, max_value=10**5010))
@settings(max_examples=5, deadline=None)
def test_integers_of_any_length_have_a_string_form(number: int) -> None:
    assert to_int(int_to_str(number)) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [("010", 8), ("0x1F", 31), ("0b101", 5), ("0o17", 15), (" 7 ", 7), ("1e3", 1000.0), (".5", 0.5), ("1_000", None)],
)
def test_number_syntax(text: str, number: object) -> None:
    assert as_number(text) == number


@pytest.mark.parametrize("word", ["yes", "TRUE", "on", "t", "1", "0.5"])
def test_words_for_true(word: str) -> None:
    assert to_bool(word)


def test_o_is_neither_on_nor_off() -> None:
    with pytest.raises(TclError, match='expected boolean value but got "o"'):
        to_bool("o")


@pytest.mark.parametrize(("index", "place"), [("end", 4), ("end-1", 3), ("2+1", 3), ("end+1", 5), (7, 7), ("-1", -1)])
def test_index(index: object, place: int) -> None:
    assert to_index(index, 5) == place


def test_a_dict_needs_pairs() -> None:
    with pytest.raises(TclError, match="missing value to go with key") as caught:
        to_dict("a b c")
    assert caught.value.errorcode == ["TCL", "VALUE", "DICTIONARY"]


def test_nested_values_print_as_nested_lists() -> None:
    assert to_str(["a b", ["c", ["d e"]], {"k": 1.5}]) == "{a b} {c {{d e}}} {k 1.5}"


def test_hash_is_quoted_in_first_place_only() -> None:
    assert to_list(list_to_str(["#a", "#b"])) == ["#a", "#b"]
    assert quote_element("#b", first=False) == "#b"
