"""Doubles are written as Tcl writes them, at every tcl_precision."""

import tkinter
from collections.abc import Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from alftcl import Interp
from alftcl.decimals import float_to_str, set_precision
from alftcl.values import to_str

TCL = tkinter.Tcl()
DOUBLES = st.one_of(
    st.floats(allow_nan=False),
    st.integers(0, 10**20).map(float),
    st.integers(1, 4000).map(lambda eighths: eighths / 8),
)


@pytest.fixture(autouse=True)
def shortest_again() -> Iterator[None]:
    yield
    set_precision(0)
    TCL.eval("set tcl_precision 0")


def written_by_tcl(number: float) -> str:
    return str(TCL.eval(f"expr {{double({number!r})}}"))


@settings(max_examples=300, deadline=None)
@given(DOUBLES)
@example(-0.0)
@example(1e16)
@example(1e17)
@example(0.0001)
@example(0.00001)
def test_a_double_is_written_as_in_tcl(number: float) -> None:
    assert float_to_str(number) == written_by_tcl(number)


def test_every_power_of_two_is_written_as_in_tcl() -> None:
    powers = [2.0**exponent for exponent in range(-1074, 1024)]

    assert [float_to_str(power) for power in powers] == [written_by_tcl(power) for power in powers]


@settings(max_examples=300, deadline=None)
@given(DOUBLES, st.integers(1, 17))
@example(0.1, 17)
@example(1e-7, 12)
@example(99.99, 3)
def test_a_precision_is_kept_as_in_tcl(number: float, digits: int) -> None:
    TCL.eval(f"set tcl_precision {digits}")
    set_precision(digits)

    assert float_to_str(number) == written_by_tcl(number)


def test_a_script_sets_the_precision_for_all_interpreters(interp: Interp) -> None:
    interp.eval("set tcl_precision 3")

    assert Interp().eval("string cat [expr {1.0/3}] $tcl_precision") == "0.3333"


@pytest.mark.parametrize("text", ["18", "-1", "x", "1.0", ""])
def test_a_precision_that_cannot_be_is_refused(interp: Interp, real_tcl: tkinter.Tk, text: str) -> None:
    script = f"list [catch {{set tcl_precision {{{text}}}}} m o] $m [dict get $o -errorcode] [dict get $o -errorinfo]"

    assert to_str(interp.eval(script + " $tcl_precision")) == real_tcl.eval(script + " $tcl_precision")


def test_a_safe_interpreter_cannot_set_it(interp: Interp, real_tcl: tkinter.Tk) -> None:
    script = "interp create -safe s; list [catch {s eval {set tcl_precision 3}} m] $m [s eval {set tcl_precision}]"

    assert to_str(interp.eval(script)) == real_tcl.eval(script)
