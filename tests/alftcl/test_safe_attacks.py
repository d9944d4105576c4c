"""What a hostile script tries in a safe interpreter with limits: it gets an error in time, the process goes on.

Each script runs in a process of its own, which has 2 GB and sixty seconds of the processor.
"""

import resource
import subprocess
import sys

import pytest

from alftcl import Interp, LimitExceeded, TclError
from alftcl.observing import NEVER

SECONDS = 1.0
LATE = 8.0
"""Seconds of the processor: what a single command may take beyond its limit, on a slow machine."""
PROGRAM = f"""
import sys, time
from alftcl import Interp, TclError
interp = Interp(safe=True, commands=1_000_000, seconds={SECONDS}, memory=100_000_000)
begun = time.process_time()
try:
    interp.eval(sys.argv[1])
    ended = "a result"
except TclError as error:
    ended = f"{{type(error).__name__}} {{str(error)[:80]}}"
print(time.process_time() - begun, ended)
assert interp.call("expr", "1 + 1") == 2
"""


def _bound() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
    resource.setrlimit(resource.RLIMIT_CPU, (60, 60))


def attacked(script: str) -> tuple[float, str]:
    """How long a script ran, and how it ended; the interpreter works on afterwards."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, script], capture_output=True, text=True, preexec_fn=_bound, check=False
    )
    assert done.stderr == ""
    took, ended = done.stdout.rstrip("\n").split(" ", 1)
    return float(took), ended


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(r"regexp {(.*)\1\1x} [string repeat ab 3000]", id="a back reference"),
        pytest.param("regexp {[a-z]{1,255}[a-z]{1,255}[a-z]{1,255}X} [string repeat a 5000]", id="bounded repeats"),
        pytest.param("regexp {(?b)a*a*a*a*a*a*a*a*b} [string repeat a 20000]", id="a chain of loops"),
        pytest.param("regsub -all {a*a*a*b} [string repeat a 100000] x", id="regsub"),
        pytest.param("switch -regexp [string repeat a 100000] {a*a*a*a*b {}}", id="switch -regexp"),
        pytest.param("lsort -dictionary [lrepeat 1000000 [string repeat 9 1000]]", id="lsort"),
        pytest.param("lsearch -all -regexp [lrepeat 1000000 [string repeat a 1000]] {a*b}", id="lsearch -regexp"),
        pytest.param("string match [string repeat *a 1000]b [string repeat a 100000]", id="string match"),
        pytest.param("scan x [string repeat %c 1000000]", id="scan"),
        pytest.param("subst [string repeat {$} 1000000]", id="subst"),
        pytest.param('llength [string repeat "{} " 4000000]', id="a long list is read"),
        pytest.param("clock scan [string repeat 1 45]x -format [string repeat %e 30]", id="clock scan"),
        pytest.param("set x [expr {7 ** 370000}]; string length $x", id="the digits of an integer"),
        pytest.param("expr {[string repeat 9 5000000] + 1}", id="an integer of many digits"),
        pytest.param("set x a; time {set x [list $x $x]} 60; string length $x", id="a nested list as a string"),
        pytest.param("set x a; time {set x [list $x $x]} 60; error $x", id="a nested list as a message"),
        pytest.param("lsort -command {apply {{a b} {while 1 {}}}} {1 2 3}", id="lsort -command"),
        pytest.param("time {} 1000000000", id="time"),
        pytest.param("vwait forever; after 1000000", id="waiting"),
        pytest.param("proc a {} {after 0 a; after 0 a}; a; vwait x", id="a storm of events"),
        pytest.param("proc a {} {after idle a}; a; update", id="update"),
        pytest.param("proc bgerror args {after 0 {error x}}; after 0 {error x}; vwait x", id="background errors"),
    ],
)
def test_no_single_command_takes_much_longer_than_it_may(script: str) -> None:
    took, _ = attacked(script)

    assert took < LATE


@pytest.mark.parametrize(
    "script",
    [
        pytest.param("while 1 {catch {while 1 {}}}", id="catch"),
        pytest.param("try {while 1 {}} finally {while 1 {}}", id="finally"),
        pytest.param("try {while 1 {}} trap {TCL LIMIT} {} {while 1 {}}", id="trap"),
        pytest.param("while 1 {try {while 1 {}} on error {} {}}", id="on error"),
        pytest.param("proc f {} {trace add variable x unset {apply {args {while 1 {}}}}; set x 1; while 1 {}}; f",
                     id="an unset trace of a local"),
        pytest.param("trace add command f delete {apply {args {while 1 {}}}}; rename f {}", id="a delete trace"),
        pytest.param("namespace eval n {proc g {} {}; trace add command g delete {apply {args {while 1 {}}}}}; "
                     "namespace delete n", id="a namespace's delete trace"),
        pytest.param("trace add variable ::errorInfo write {apply {args {while 1 {}}}}; catch {error x}; while 1 {}",
                     id="a trace on errorInfo"),
        pytest.param("interp create c; while 1 {catch {c eval {while 1 {}}}}", id="a child"),
        pytest.param("interp create c; c eval {interp limit {} command -value {}; while 1 {}}", id="its own limit"),
        pytest.param("interp limit {} time -seconds {}; while 1 {}", id="interp limit"),
        pytest.param("interp bgerror {} {apply {args {while 1 {}}}}; after 0 {error x}; vwait x", id="bgerror"),
        pytest.param("coroutine c apply {{} {catch {while 1 {}}; while 1 {}}}; while 1 {}", id="a coroutine"),
        pytest.param("proc unknown args {while 1 {}}; nosuch", id="unknown"),
    ],
)  # fmt: skip
def test_no_script_runs_on_behind_a_limit(script: str) -> None:
    limited = Interp(safe=True, commands=20_000)
    limited.eval("proc f {} {}")

    with pytest.raises(TclError):
        limited.eval(script + "\nwhile 1 {}")
    assert limited.commands_run < 200_000


@pytest.mark.parametrize(
    "script",
    [
        pytest.param("namespace eval [string repeat a:: 100000] {namespace current}", id="namespaces"),
        pytest.param("namespace eval [string repeat a:: 50000] {}; namespace delete a", id="namespaces deleted"),
        pytest.param("set x a; time {set x [list $x]} 100000; error $x", id="lists"),
        pytest.param("set x a; lset x {*}[lrepeat 100000 0] 1; string length $x", id="lset"),
        pytest.param("dict set d {*}[lrepeat 100000 k] 1; string length $d", id="dicts"),
        pytest.param("expr [string repeat ( 100000]1[string repeat ) 100000]", id="parentheses"),
        pytest.param("interp recursionlimit {} 1000000; proc p {} p; p", id="a recursion limit of one's own"),
        pytest.param("regexp [string repeat ( 10000][string repeat ) 10000] x", id="groups"),
        pytest.param("proc s x {subst {[s $x]}}; s 1", id="subst"),
        pytest.param("interp alias {} a {} eval a; a", id="aliases"),
    ],
)
def test_deep_nesting_ends_no_process(script: str) -> None:
    attacked(script)


@pytest.mark.parametrize(
    "script",
    [
        "scan 5 %[string repeat 9 100000]\\$d",
        "scan [string repeat 1 10000] %lld",
        "scan [string repeat 1 10000] %f",
        "scan 5 %[string repeat 9 100000]d",
        "format %.[string repeat 9 5000]f 1",
        "format %[string repeat 9 5000]\\$d 1",
        "binary format a[string repeat 9 5000] x",
        "binary scan x a[string repeat 9 5000] y",
        "clock format 0 -timezone [string repeat a 10000]",
        "clock format 0 -timezone :[string repeat a/ 1000]",
    ],
)
def test_long_numbers_and_names_are_tcl_errors_or_values(script: str) -> None:
    try:
        Interp(safe=True, memory=100_000_000).eval(script)
    except TclError as error:
        assert error.message


@pytest.mark.parametrize(
    "script",
    [
        "clock format 0 -timezone :/etc/passwd",
        "clock format 0 -timezone :../../../etc/passwd",
        "source /etc/passwd",
        "open /etc/passwd",
        "load /tmp/x.so",
        "encoding dirs",
        "set env(PATH)",
        "interp expose {} exec; exec id",
        "interp create c; interp expose c exec; c eval {exec id}",
        "interp create c; interp invokehidden c exec id",
        "interp create c; interp marktrusted c; c eval {exec id}",
        "interp create c; interp invokehidden c file exists /etc/passwd",
        "interp create c; c invokehidden tcl:file:exists /etc/passwd",
        "interp create -safe c; interp invokehidden c source /etc/passwd",
        "namespace eval ::tcl::file {exists /etc/passwd}",
        "::tcl::file::exists /etc/passwd",
        "::tcl::info::hostname",
        "info hostname",
        "info nameofexecutable",
        "namespace ensemble create -command x -map {a exec}; x a ls",
        "package ifneeded foo 1.0 {exec ls}; package require foo",
    ],
)
def test_nothing_outside_is_reached(script: str) -> None:
    with pytest.raises(TclError):
        Interp(safe=True).eval(script)


def test_code_is_not_generated_under_limits_nor_kept_from_before() -> None:
    interp = Interp()
    interp.eval("proc f n {set sum 0; for {set i 0} {$i < $n} {incr i} {incr sum $i}; set sum}; f 100000; f 1000; f 9")
    from alftcl.safe import Limits

    Limits(commands=10_000).start(interp)

    assert (interp.calls_until_generated, interp.rounds_until_generated) == NEVER
    with pytest.raises(LimitExceeded, match="command count limit exceeded"):
        interp.eval("f 100000")


@pytest.mark.parametrize("limit", [{"commands": 100}, {"seconds": 60.0}, {"memory": 10_000_000}])
def test_any_limit_turns_the_generated_engine_off(limit: dict[str, float]) -> None:
    interp = Interp(**limit)  # type: ignore[arg-type]  # numbers by name

    assert (interp.calls_until_generated, interp.rounds_until_generated) == NEVER
