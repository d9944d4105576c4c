"""Coroutines: what real Tcl cannot be asked about, because it is about Python's stacks."""

from __future__ import annotations

import gc

import pytest

from alftcl import Exit, Interp, TclError
from alftcl.safe import Limits


@pytest.fixture
def interp() -> Interp:
    return Interp()


def test_a_coroutine_that_loses_its_command_does_not_disturb_who_runs(interp: Interp) -> None:
    interp.eval("proc waits {} {set inner 1; yield; yield}")
    interp.eval("proc outer {} {set mine 5; coroutine a waits; rename a {}; coroutine b waits; return $mine}")

    assert interp.eval("outer") == "5"
    gc.collect()
    assert interp.eval("info level") == 0
    assert len(interp.coroutines) == 1


def test_ten_thousand_coroutines_end_and_are_forgotten(interp: Interp) -> None:
    interp.eval("proc once {n} {yield $n; return done}; set ended 0")

    interp.eval("for {set i 0} {$i < 10000} {incr i} {coroutine c once $i; if {[c] eq {done}} {incr ended}}")

    assert interp.eval("set ended") == 10000
    assert interp.coroutines == []


def test_exit_in_a_coroutine_ends_the_program(interp: Interp) -> None:
    with pytest.raises(Exit) as ended:
        interp.eval("coroutine a apply {{} {yield; exit 3}}; a")

    assert ended.value.status == 3


def test_a_limit_ends_a_coroutine_and_what_called_it(interp: Interp) -> None:
    Limits(commands=1000).start(interp)

    with pytest.raises(TclError, match="command count limit exceeded"):
        interp.eval("coroutine a apply {{} {yield; while 1 {}}}; catch {a}")


def test_runaway_recursion_in_a_coroutine_is_an_error(interp: Interp) -> None:
    assert (
        interp.eval("proc r {} {r}; catch {coroutine a r} m; set m") == "too many nested evaluations (infinite loop?)"
    )
