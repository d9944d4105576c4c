"""Interpreters in interpreters: what real Tcl cannot be asked about, because the limits are ours."""

import pytest

from alftcl import Interp, TclError
from alftcl.safe import Limits


@pytest.fixture
def limited() -> Interp:
    interp = Interp(safe=True)
    Limits(commands=20_000, largest_value=1000).start(interp)
    return interp


@pytest.mark.parametrize("safe", ["", "-safe"])
def test_a_limit_cannot_be_left_through_a_child(limited: Interp, safe: str) -> None:
    with pytest.raises(TclError, match="command count limit exceeded"):
        limited.eval(f"interp create {safe} a; interp eval a {{while 1 {{incr n}}}}")


def test_a_childs_own_limit_does_not_lift_its_parents(limited: Interp) -> None:
    with pytest.raises(TclError, match="command count limit exceeded"):
        limited.eval("interp create a; interp limit a command -value 1000000; interp eval a {while 1 {incr n}}")


def test_a_limit_that_is_taken_back_leaves_the_parents(limited: Interp) -> None:
    script = "interp limit a command -value 1000; interp limit a command -value {}; interp eval a {while 1 {incr n}}"
    with pytest.raises(TclError, match="command count limit exceeded"):
        limited.eval(f"interp create a; {script}")


def test_a_child_builds_no_larger_values_than_its_parent(limited: Interp) -> None:
    with pytest.raises(TclError, match="max size"):
        limited.eval("interp create a; interp eval a {string repeat x 5000}")


def test_a_child_of_a_safe_interpreter_is_safe(limited: Interp) -> None:
    limited.eval("interp create a")

    assert limited.eval("interp eval a {info commands exec}") in ("", [])
    with pytest.raises(TclError, match="not allowed"):
        limited.eval("interp invokehidden a exec ls")


def test_a_limit_of_a_child_can_be_caught_by_its_parent() -> None:
    interp = Interp()

    interp.eval("interp create a; interp limit a command -value 1000")

    assert interp.eval("catch {interp eval a {while 1 {incr n}}} m; set m") == "command count limit exceeded"
