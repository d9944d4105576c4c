"""No surprises at the limits: a Tcl error or a right result, never a Python traceback or a dead process.

Each script runs in a process of its own that has 4 GB of memory and a minute.
"""

import resource
import subprocess
import sys

import pytest

NESTED = "too many nested evaluations (infinite loop?)"
TOO_LARGE = "max size for a Tcl value (2147483647 bytes) exceeded"


def _bound() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
    resource.setrlimit(resource.RLIMIT_CPU, (60, 60))


def caught(script: str) -> str:
    """What catch leaves of a script: its result or message, at most 100 characters."""
    program = f"catch {{{script}}} message; puts [string range $message 0 99]"
    done = subprocess.run(
        [sys.executable, "-m", "alftcl.shell", "-c", program], capture_output=True, text=True, preexec_fn=_bound
    )
    assert done.stderr == ""
    assert done.returncode == 0
    return done.stdout.removesuffix("\n")


@pytest.mark.parametrize(
    "script",
    [
        pytest.param("proc p {} p; p", id="a procedure"),
        pytest.param("proc p {} {uplevel 1 p}; p", id="uplevel"),
        pytest.param("proc p {} {eval p}; p", id="eval"),
        pytest.param("proc p {} {namespace eval n ::p}; p", id="namespace eval"),
        pytest.param("proc p {} {expr {[p] + 1}}; p", id="expr"),
        pytest.param("set l {{} {apply $::l}}; apply $l", id="a lambda"),
        pytest.param("proc p {} {foreach x 1 {switch 1 1 {catch {p} m; return $m}}}; p", id="bodies of commands"),
        pytest.param("proc p {n} {coroutine c$n p [incr n]}; p 0", id="coroutines"),
        pytest.param("proc p {n} {interp create i$n; i$n alias p p; i$n eval p [incr n]}; p 0", id="interpreters"),
        pytest.param("proc c {} a; interp alias {} a {} c; a", id="an alias"),
        pytest.param("proc u args nosuch; namespace unknown u; foo", id="an unknown handler"),
        pytest.param("proc p {} {trace add variable ::x write q}; proc q args {set ::x 1; p; set ::y 1}; "
                     "proc r args {set ::y 1; r}; r", id="a procedure among traces"),
        pytest.param("interp recursionlimit {} 1000000; proc p {} p; p", id="a limit that is set too high"),
    ],
)  # fmt: skip
def test_runaway_recursion_is_an_error(script: str) -> None:
    assert caught(script) == NESTED


def test_a_tailcall_is_no_recursion() -> None:
    assert caught("proc p n {if {$n == 0} {return done}; tailcall p [incr n -1]}; p 20000") == "done"


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        pytest.param("expr [string repeat ( 100000]1[string repeat ) 100000]", "1", id="parentheses"),
        pytest.param("expr [string repeat - 100000]1", NESTED, id="operators"),
        pytest.param("eval [string repeat {[} 100000]set x 1[string repeat {]} 100000]", NESTED, id="brackets"),
        pytest.param('llength [string repeat "\\{" 5000000][string repeat "\\}" 5000000]', "1", id="a list of 10 MB"),
        pytest.param("set s {}; time {set s [list if 1 $s]} 50; eval $s", "", id="bodies in bodies"),
    ],
)
def test_deep_nesting_is_read_or_refused(script: str, expected: str) -> None:
    assert caught(script) == expected


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        pytest.param("string length [string repeat x 1000000000]", "1000000000", id="repeat"),
        pytest.param("set x x; while 1 {append x $x}", TOO_LARGE, id="append"),
        pytest.param("set x x; while 1 {set x $x$x}", TOO_LARGE, id="substitution"),
        pytest.param("lrepeat 1000000000 x; list", "out of memory", id="lrepeat"),
        pytest.param("expr {10**1000000000}", "exponent too large", id="a power"),
        pytest.param("expr {1<<10000000000}", "integer value too large to represent", id="a shift"),
    ],
)
def test_a_value_of_a_gigabyte_is_made_or_refused(script: str, expected: str) -> None:
    assert caught(script) == expected
