"""The limit on memory: what a script builds, in many small pieces or in one command, is bounded.

Each script runs in a process of its own, which has 2 GB and thirty seconds of the processor.
"""

import resource
import subprocess
import sys

import pytest

from alftcl import Interp, LimitExceeded, TclError

MEMORY = 50_000_000
EXCEEDED = "LimitExceeded memory limit exceeded"
PROGRAM = f"""
import gc, re, sys
from alftcl import Interp, TclError
from alftcl.memory import resident
interp = Interp(safe=True, commands=100_000_000, seconds=20, memory={MEMORY})
before = resident()
try:
    ended = str(interp.eval(sys.argv[1]))[:100]
except TclError as error:
    ended = f"{{type(error).__name__}} {{error}}"
assert interp.eval("catch {{interp delete c}}; unset -nocomplain l x y big; expr 1 + 1") == 2
most = 1024 * int(re.search(r"VmHWM:\\s*(\\d+)", open("/proc/self/status").read())[1])
gc.collect()
print(most - before, resident() - before, ended)
"""


def _bound() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
    resource.setrlimit(resource.RLIMIT_CPU, (30, 30))


def bombed(script: str) -> tuple[int, int, str]:
    """What a script took at most, what was left when its variables were unset, in bytes, and how it ended."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, script], capture_output=True, text=True, preexec_fn=_bound, check=False
    )
    assert done.stderr == ""
    most, left, ended = done.stdout.split(" ", 2)
    return int(most), int(left), ended.strip()


@pytest.mark.parametrize(
    "script",
    [
        pytest.param("while 1 {lappend l [string repeat x 1000000]}", id="large values"),
        pytest.param("proc f {} {while 1 {lappend l [list a b c d e f g h]}}; f", id="small values"),
        pytest.param("set big [lrepeat 1000000 x]; while 1 {lappend l [lreverse $big]}", id="copies of a list"),
        pytest.param("set l {a b}; while 1 {lappend l {*}$l}", id="a list that doubles"),
        pytest.param("while 1 {catch {while 1 {lappend l [string repeat x 1000000]}}}", id="caught"),
        pytest.param("try {while 1 {lappend l [string repeat x 1000000]}} finally {while 1 {}}", id="finally"),
        pytest.param(
            "interp create c; while 1 {catch {c eval {lappend l [string repeat x 1000000]}}}", id="in a child"
        ),
    ],
)
def test_a_script_that_takes_more_memory_is_stopped(script: str) -> None:
    most, left, ended = bombed(script)

    assert ended == EXCEEDED
    assert most < 2 * MEMORY
    assert left < MEMORY / 2


@pytest.mark.parametrize(
    "script",
    [
        pytest.param("string repeat [string repeat a 1000000] 1000000", id="string repeat"),
        pytest.param("string map [list a [string repeat b 1000000]] [string repeat a 1000000]", id="string map"),
        pytest.param("string map -nocase [list a [string repeat b 1000000]] [string repeat a 1000000]", id="-nocase"),
        pytest.param("string cat {*}[lrepeat 100000 [string repeat x 1000000]]", id="string cat"),
        pytest.param("regsub -all a [string repeat a 1000000] [string repeat b 1000000]", id="regsub"),
        pytest.param("regsub .* [string repeat a 1000000] [string repeat & 100000]", id="regsub of the whole"),
        pytest.param("join [lrepeat 100000 [string repeat x 1000000]] ,", id="join"),
        pytest.param("concat {*}[lrepeat 100000 [string repeat x 1000000]]", id="concat"),
        pytest.param("append x {*}[lrepeat 100000 [string repeat x 1000000]]", id="append"),
        pytest.param("lrepeat 100000 {*}[lrepeat 100000 x]", id="lrepeat"),
        pytest.param("format %1000000000s 1", id="format's width"),
        pytest.param("format %.1000000000d 1", id="format's precision"),
        pytest.param("format [string repeat {%1$1000000s} 1000] 1", id="format's fields"),
        pytest.param("binary format x1000000000", id="binary format x"),
        pytest.param("binary format @1000000000", id="binary format @"),
        pytest.param("binary format a1000000000 x", id="binary format a"),
        pytest.param("set x [string repeat a 1000000]; subst [string repeat {$x} 10000]", id="subst"),
        pytest.param("set x [string repeat a 1000000]; eval set y [string repeat {$x} 10000]", id="a word"),
        pytest.param("set x a; while 1 {set x [list $x $x]; append y $x}", id="a nested list as a string"),
        pytest.param("set x [lrepeat 100000 [string repeat a 1000000]]; string length $x", id="a list as a string"),
        pytest.param("set x xx; while 1 {set x $x$x}", id="substitution"),
        pytest.param("set x 3; while 1 {set x [expr {$x * $x}]}", id="a product"),
        pytest.param("expr {3 ** 100000000}", id="a power"),
        pytest.param("expr {1 << 1000000000}", id="a shift"),
    ],
)
def test_a_single_command_cannot_take_it_all(script: str) -> None:
    most, _, ended = bombed(script)

    assert ended.startswith(
        (
            "LimitExceeded",  # of memory or, on a slow machine, of time
            "TclError max size for a Tcl value",
            "TclError exponent too large",
            "TclError integer value too large to represent",
        )
    )
    assert most < 3 * MEMORY


def test_the_limit_says_which_it_was() -> None:
    with pytest.raises(LimitExceeded) as raised:
        Interp(memory=20_000_000).eval("while 1 {lappend l [string repeat x 1000000]}")

    assert (raised.value.message, raised.value.errorcode) == ("memory limit exceeded", ["TCL", "LIMIT", "MEMORY"])


SHARED = """
from alftcl import Interp, LimitExceeded
from alftcl.safe import Limits
limits = Limits(memory=45_000_000).from_now()
first, second = Interp(safe=True), Interp(safe=True)
limits.start(first)
limits.start(second)
fill = "for {set i 0} {$i < 20} {incr i} {lappend l [string repeat x$i 500000]}; llength $l"
print(first.eval(fill))
try:
    print(second.eval(fill))
except LimitExceeded as error:
    print(error)
"""


def test_what_several_interpreters_take_counts_for_each() -> None:
    # in a process of its own: one that has been larger before has room that nobody sees being taken
    done = subprocess.run([sys.executable, "-c", SHARED], capture_output=True, text=True, check=True)

    assert done.stdout.split("\n")[:2] == ["20", "memory limit exceeded"]


def test_a_string_has_an_eighth_of_the_memory() -> None:
    with pytest.raises(TclError, match=r"max size for a Tcl value \(10000000 bytes\) exceeded"):
        Interp(memory=80_000_000).eval("string repeat x 10000001")
