"""Rules of lists and dicts over arbitrary values, with real Tcl as the judge; and what must not be quadratic."""

import tkinter
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from alftcl.interp import Interp
from alftcl.values import to_str

HERE = Interp()
THERE = tkinter.Tcl()

WORDS = st.text(alphabet='aB1 0-{}[]\\"$;#\n\t~é', max_size=6)
LISTS = st.lists(WORDS, max_size=6)
INDICES = st.one_of(
    st.integers(-3, 8).map(str), st.integers(-3, 3).map(lambda n: f"end{n:+d}"), st.just("end"), st.just("1+1")
)
SORTABLE = st.lists(st.text(alphabet="aAbB019", max_size=4), max_size=8)


def there(*words: Any) -> str:
    """The string form of a command's result in real Tcl."""
    THERE.setvar("words", THERE.call("list", *words))
    return THERE.eval("string range [{*}$words] 0 end")


def here(name: str, *words: Any) -> str:
    return to_str(HERE.call(name, *words))


@given(LISTS)
def test_a_list_is_written_as_tcl_writes_it(items: list[str]) -> None:
    assert here("list", *items) == there("list", *items)


@given(LISTS)
def test_a_written_list_reads_back(items: list[str]) -> None:
    text = here("list", *items)

    assert [to_str(HERE.call("lindex", text, n)) for n in range(len(items))] == items


@given(LISTS, INDICES, INDICES, LISTS)
def test_ranges_and_replacements_agree(items: list[str], first: str, last: str, added: list[str]) -> None:
    text = there("list", *items)

    assert here("lrange", text, first, last) == there("lrange", text, first, last)
    assert here("lreplace", text, first, last, *added) == there("lreplace", text, first, last, *added)
    assert here("linsert", text, first, *added) == there("linsert", text, first, *added)
    assert here("lindex", text, first) == there("lindex", text, first)


@given(LISTS, st.lists(INDICES, min_size=1, max_size=3), WORDS)
def test_lset_agrees(items: list[str], path: list[str], value: str) -> None:
    HERE.set_var("l", list(items))
    THERE.eval("unset -nocomplain l")
    THERE.setvar("l", THERE.call("list", *items))

    answer = here("catch", HERE.call("list", "lset", "l", *path, value), "result")

    assert answer == there("catch", THERE.call("list", "lset", "l", *path, value), "result")
    assert to_str(HERE.get_var("result")) == THERE.eval("set result")
    if answer == "0":  # where it fails, Tcl may have lengthened the list all the same; here it stays
        assert to_str(HERE.get_var("l")) == THERE.eval("set l")


@given(
    SORTABLE,
    st.sets(st.sampled_from(["-dictionary", "-decreasing", "-nocase", "-unique", "-indices"])).map(sorted),
)
def test_lsort_agrees(items: list[str], options: list[str]) -> None:
    assert here("lsort", *options, items) == there("lsort", *options, items)


@given(
    SORTABLE,
    st.text(alphabet="aAbB01", max_size=3),
    st.sets(st.sampled_from(["-all", "-inline", "-not", "-nocase", "-exact", "-dictionary"])).map(sorted),
)
def test_lsearch_agrees(items: list[str], pattern: str, options: list[str]) -> None:
    assert here("lsearch", *options, items, pattern) == there("lsearch", *options, items, pattern)


@given(WORDS, st.text(alphabet=" a-\n]", max_size=3))
def test_split_and_join_agree(text: str, chars: str) -> None:
    assert here("split", text, chars) == there("split", text, chars)
    assert here("join", there("split", text, chars), chars) == there("join", there("split", text, chars), chars)


@given(LISTS)
def test_concat_agrees(words: list[str]) -> None:
    assert here("concat", *words) == there("concat", *words)


_KEYS = st.lists(st.sampled_from("abc"), min_size=1, max_size=3)
_STEPS = st.lists(st.tuples(st.sampled_from(["set", "unset", "lappend", "append"]), _KEYS, WORDS), max_size=8)


@settings(deadline=None)
@given(_STEPS)
def test_dicts_in_variables_agree(steps: list[tuple[str, list[str], str]]) -> None:
    HERE.set_var("d", "")
    THERE.eval("set d {}")
    for name, keys, value in steps:
        keys = keys if name in ("set", "unset") else keys[:1]
        words = ["dict", name, "d", *keys, *([] if name == "unset" else [value])]
        answer = here("catch", list(words), "result")
        assert answer == there("catch", THERE.call("list", *words), "result")
        assert to_str(HERE.get_var("result")) == THERE.eval("set result")
        assert to_str(HERE.get_var("d")) == THERE.eval("set d")


# ---- in place ---------------------------------------------------------------------------------------


def the_object_after(script: str, name: str) -> int:
    HERE.eval(script)
    return id(HERE.get_var(name))


def test_lappend_grows_the_list_it_has() -> None:
    before = the_object_after("set x [list a b]; lappend x c", "x")

    assert the_object_after("lappend x d; lappend x e", "x") == before


def test_lappend_to_an_element_grows_the_list_it_has() -> None:
    before = the_object_after("unset -nocomplain a; lappend a(k) c", "a(k)")

    assert the_object_after("lappend a(k) d; lappend a(k) e", "a(k)") == before


def test_lset_changes_the_list_it_has() -> None:
    before = the_object_after("set x [list a b c]; lset x 0 z", "x")

    assert the_object_after("lset x 1 y; lset x 2 w", "x") == before


def test_dict_set_changes_the_dict_it_has() -> None:
    before = the_object_after("set d {}; dict set d a 1", "d")

    assert the_object_after("dict set d b 2; dict set d c 3", "d") == before


def test_nested_dict_changes_in_place_too() -> None:
    HERE.eval("set d {}; dict set d a b 1")
    before = id(HERE.get_var("d")["a"])  # type: ignore[index,call-overload]  # a dict by construction
    HERE.eval("dict set d a c 2; dict lappend d z 1")

    assert id(HERE.get_var("d")["a"]) == before  # type: ignore[index,call-overload]


def test_a_shared_list_is_copied_before_it_changes() -> None:
    HERE.eval("set x [list a b]; set y $x; lappend x c")

    assert (here("set", "x"), here("set", "y")) == ("a b c", "a b")


def test_a_list_may_become_an_element_of_itself() -> None:
    HERE.eval("set x [list a b]; lset x 0 $x; lappend x $x")

    assert here("set", "x") == "{a b} b {{a b} b}"


def test_a_result_that_was_kept_does_not_change_later() -> None:
    HERE.eval("set x [list a]; set kept [lappend x b]; lappend x c; set d {}; set k2 [dict set d a 1]; dict set d b 2")

    assert (here("set", "kept"), here("set", "k2")) == ("a b", "a 1")


def test_a_foreach_loop_grows_the_list_it_has() -> None:
    HERE.eval("set x [list a]; lappend x b")
    before = id(HERE.get_var("x"))

    assert the_object_after("foreach item {a b c} {lappend x $item}", "x") == before
