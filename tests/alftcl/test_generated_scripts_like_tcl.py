"""Whole scripts that Hypothesis makes (script_strategies.py) give what real Tcl gives.

That is the value or the message, errorCode and errorInfo, both for a program (every command is logged) and for a
script that `catch` compiles; and what the variables have come to.
"""

import tkinter

from hypothesis import HealthCheck, given, settings
from real_tcl import run_ours, run_real
from script_strategies import STATE, scripts

from alftcl import Interp

BIG = [HealthCheck.too_slow, HealthCheck.data_too_large]


@settings(deadline=None, suppress_health_check=BIG)
@given(scripts())
def test_a_program_gives_what_tcl_gives(script: str) -> None:
    here, there = Interp(), tkinter.Tcl()

    outcome = run_real(script, there)

    assert run_ours(script, here) == outcome
    assert run_ours(STATE, here) == run_real(STATE, there)


@settings(deadline=None, suppress_health_check=BIG)
@given(scripts())
def test_a_script_that_is_caught_gives_what_tcl_gives(script: str) -> None:
    caught = f"list [catch {{{script}\n}} result options] $result [dict get $options -code]"
    told = "expr {[dict exists $options -errorinfo] ? [dict get $options -errorinfo] : {}}"
    here, there = Interp(), tkinter.Tcl()

    outcome = run_real(caught, there)

    assert run_ours(caught, here) == outcome
    assert run_ours(told, here) == run_real(told, there)
