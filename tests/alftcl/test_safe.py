"""Limits: a script that runs away ends with a TclError, and the interpreter keeps working."""

import pytest

from alftcl import Interp, LimitExceeded, TclError
from alftcl.safe import Limits


class FakeClock:
    """Seconds that pass by one each time someone looks."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 1
        return self.now


def test_command_limit_ends_an_endless_loop(interp: Interp) -> None:
    Limits(commands=1000).start(interp)
    with pytest.raises(TclError, match="command count limit exceeded"):
        interp.eval("while 1 {incr x}")


def test_command_limit_ends_a_loop_without_commands(interp: Interp) -> None:
    Limits(commands=1000).start(interp)
    with pytest.raises(TclError, match="command count limit exceeded"):
        interp.eval("while 1 {}")


def test_time_limit_ends_an_endless_loop(interp: Interp) -> None:
    Limits(seconds=5, clock=FakeClock()).start(interp)
    with pytest.raises(TclError, match="time limit exceeded"):
        interp.eval("while 1 {incr x}")


def test_a_limit_cannot_be_caught(interp: Interp) -> None:
    Limits(commands=1000).start(interp)
    with pytest.raises(TclError, match="command count limit exceeded"):
        interp.eval("while 1 {catch {while 1 {incr x}}}")


def test_a_value_may_not_outgrow_its_limit(interp: Interp) -> None:
    Limits(largest_value=10_000).start(interp)
    with pytest.raises(TclError, match="exceeded"):
        interp.eval("set x abc; while 1 {set x $x$x}")
    assert interp.eval("expr {1 + 1}") == 2


@pytest.mark.parametrize(
    "script",
    [
        "zlib decompress $packed",
        "[zlib stream decompress] add $packed",
    ],
)
def test_what_is_decompressed_may_not_outgrow_the_limit(interp: Interp, script: str) -> None:
    interp.eval("set packed [zlib compress [string repeat a 100000]]")
    Limits(largest_value=10_000).start(interp)
    with pytest.raises(TclError, match="exceeded"):
        interp.eval(script)


def test_endless_recursion_is_an_error_as_in_tcl(interp: Interp) -> None:
    script = "proc f n {set ::deepest $n; f [incr n]}; catch {f 0} message; list $deepest $message"
    assert interp.eval(script) == [998, "too many nested evaluations (infinite loop?)"]


def test_recursion_limit_can_be_lower(interp: Interp) -> None:
    Limits(recursion=50).start(interp)
    interp.eval("proc f n {set ::deepest $n; f [incr n]}")
    with pytest.raises(TclError, match="too many nested evaluations"):
        interp.eval("f 0")
    assert interp.get_var("deepest") == 48


def test_appending_in_a_loop_takes_time_by_length_only(interp: Interp) -> None:
    script = "proc f {} {for {set i 0} {$i < 100000} {incr i} {append s ab; lappend l $i; append s c}; llength $l}; f"
    assert interp.eval(script) == 100000


@pytest.mark.parametrize("name", ["exec", "open", "source", "exit", "cd", "pwd", "glob", "file exists"])
def test_safe_interpreter_has_no_command_that_reaches_outside(name: str) -> None:
    with pytest.raises(TclError, match=f'invalid command name "{name.split()[0]}"'):
        Interp(safe=True).eval(f"{name} x")


@pytest.mark.parametrize("script", ["exec sleep 60", "exec sh -c {exec >&-; exec sleep 60}", "exec yes | sleep 60"])
def test_a_program_that_is_waited_for_does_not_outlast_the_time_limit(script):
    interp = Interp()
    Limits(seconds=0.2).start(interp)
    with pytest.raises(LimitExceeded, match="time limit exceeded"):
        interp.eval(f"catch {{{script}}}")


def test_a_program_that_ends_in_time_says_what_it_always_says():
    interp = Interp()
    Limits(seconds=60.0).start(interp)
    assert interp.eval("exec sh -c {sleep 0.2; echo late}") == "late"
    assert interp.eval("catch {exec sh -c {echo out; echo no >&2; exit 3}} m; list $m [lindex $errorCode 2]") == [
        "out\nno",
        "3",
    ]
