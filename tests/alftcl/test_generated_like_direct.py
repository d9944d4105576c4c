"""Whole scripts come to the same in the generated engine as in the direct one, however often they are run.

Every script is run three times in one interpreter, as what a run has generated is there for the next one. Real Tcl is
compared by test_generated_scripts_like_tcl.py and, for what was found here, by cases/generated.tcl.
"""

import sys

from busy_scripts import busy_scripts
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from real_tcl import run_ours
from script_strategies import STATE, scripts

from alftcl import Interp
from alftcl import interp as interp_module

BIG = [HealthCheck.too_slow, HealthCheck.data_too_large]
NEVER = (sys.maxsize, sys.maxsize)
RUNS = 3


def told(script: str, when: tuple[int, int]) -> list[object]:
    """What each run of a script comes to, and what it leaves in the variables."""
    interp_module._parsed.cache_clear()  # the trees count their rounds
    interp = Interp()
    interp.calls_until_generated, interp.rounds_until_generated = when
    return [run_ours(text, interp) for _ in range(RUNS) for text in (script, STATE)]


@settings(deadline=None, suppress_health_check=BIG)
@given(scripts(), st.sampled_from([(1, 0), (2, 0), (2, 1)]))
def test_a_script_comes_to_the_same(script: str, when: tuple[int, int]) -> None:
    assert told(script, when) == told(script, NEVER)


@settings(deadline=None, suppress_health_check=BIG)
@given(busy_scripts(), st.sampled_from([(1, 0), (2, 0), (2, 1)]))
def test_a_script_of_closed_procedures_comes_to_the_same(script: str, when: tuple[int, int]) -> None:
    assert told(script, when) == told(script, NEVER)
