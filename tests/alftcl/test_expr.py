"""Expressions that Hypothesis makes, compared with Tcl; the hand-made ones are collections/expr.tcl."""

import tkinter

from hypothesis import given, settings
from hypothesis import strategies as st
from real_tcl import run_ours, run_real

from alftcl import Interp

TCL = tkinter.Tcl()
INTERP = Interp()

NUMBERS = st.sampled_from(
    ["0", "1", "2", "-3", "7", "1.5", "-0.25", "12345678901234567890", "true", '"a"', "{b c}", '"2"']
)
OPERATORS = ("+ - * / % ** << >>", "< > <= >= == != eq ne in ni", "& | ^ && ||")
BINARY = st.sampled_from([symbol for line in OPERATORS for symbol in line.split()])
UNARY = st.sampled_from(["-", "+", "!", "~"])


def grow(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    small = st.integers(0, 5).map(str)
    return st.one_of(
        st.tuples(inner, BINARY, inner).map(lambda parts: f"{parts[0]} {parts[1]} {parts[2]}"),
        st.tuples(inner, st.sampled_from(["**", "<<", ">>"]), small).map(" ".join),
        st.tuples(UNARY, inner).map(lambda parts: f"{parts[0]}({parts[1]})"),
        st.tuples(inner, inner, inner).map(lambda parts: f"({parts[0]}) ? ({parts[1]}) : ({parts[2]})"),
        inner.map(lambda part: f"({part})"),
        inner.map(lambda part: f"abs({part})"),
        inner.map(lambda part: f"int({part})"),
    )


EXPRESSIONS = st.recursive(NUMBERS, grow, max_leaves=5)
BROKEN = st.lists(
    st.sampled_from(["1", "+", "(", ")", "?", ",", "foo", "foo(", "$x", "=", "@", "!", '"a"', "**", "[list 1]"]),
    max_size=6,
).map(" ".join)


def value_or_message(outcome: object) -> object:
    return (outcome.value, outcome.failed, outcome.code)


@settings(max_examples=600, deadline=None)
@given(EXPRESSIONS)
def test_expression_gives_what_tcl_gives(text: str) -> None:
    script = f"expr {{{text}}}"
    assert value_or_message(run_ours(script, INTERP)) == value_or_message(run_real(script, TCL))


@settings(max_examples=600, deadline=None)
@given(BROKEN)
def test_what_is_no_expression_is_blamed_in_tcls_words(text: str) -> None:
    script = f"set x 1; expr {{{text}}}"
    assert value_or_message(run_ours(script, INTERP)) == value_or_message(run_real(script, TCL))


def test_only_the_chosen_side_is_evaluated(interp: Interp) -> None:
    assert interp.eval("expr {1 || [error no]}") == 1
    assert interp.eval("expr {0 && [error no]}") == 0
    assert interp.eval("expr {1 ? 2 : [error no]}") == 2


def test_a_script_may_add_functions(interp: Interp) -> None:
    assert interp.eval("proc ::tcl::mathfunc::twice x {expr {$x * 2}}; expr {twice(4) + 1}") == 9
