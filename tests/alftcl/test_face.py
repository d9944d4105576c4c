"""The Python face: Python values in and out, and an interpreter that survives whatever ends a call."""

import copy
import functools
import io
import pickle
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

import alftcl
from alftcl import Interp, LimitExceeded, TclError

# ---- eval, call, expr ---------------------------------------------------------------------------------


def test_eval_gives_the_result_as_the_engine_holds_it(interp: Interp) -> None:
    assert interp.eval("expr {6 * 7}") == 42
    assert interp.eval("set x 42") == "42"
    assert interp.eval("list a {b c}") == ["a", "b c"]


def test_eval_gives_the_result_as_the_type_asked_for(interp: Interp) -> None:
    assert interp.eval("set x {1 2 0x10}", as_=list[int]) == [1, 2, 16]


def test_a_word_of_call_is_not_substituted(interp: Interp) -> None:
    assert interp.call("list", "$x [y] {", ("a b", None)) == ["$x [y] {", ["a b", ""]]


def test_a_list_keeps_its_elements_without_becoming_a_string(interp: Interp) -> None:
    assert interp.call("lindex", [[1, 2.5], {"k": [3]}], 1) == {"k": [3]}


def test_what_comes_out_is_a_copy(interp: Interp) -> None:
    interp.set("x", [[1], 2])

    interp.get("x")[0].append("changed")
    interp.eval("set x").append("changed")

    assert interp.get("x") == [[1], 2]


def test_what_goes_in_is_a_copy(interp: Interp) -> None:
    mine = [1]
    interp.set("x", mine)

    mine.append(2)
    interp.eval("lappend x 3")

    assert (mine, interp.get("x")) == ([1, 2], [1, "3"])


def test_an_error_of_call_tells_the_call_in_its_info(interp: Interp) -> None:
    with pytest.raises(TclError) as caught:
        interp.call("error", "bad luck", "", ["MY", 1])

    error = caught.value
    assert (error.message, error.errorcode, error.line) == ("bad luck", ["MY", 1], 1)
    assert error.info == 'bad luck\n    while executing\n"error {bad luck} {} {MY 1}"'
    assert interp.get("errorCode", as_=list[str]) == ["MY", "1"]


def test_a_return_ends_a_call_with_its_value(interp: Interp) -> None:
    assert interp.call("return", "x") == "x"


def test_a_break_that_no_loop_takes_is_an_error(interp: Interp) -> None:
    with pytest.raises(TclError, match='invoked "break" outside of a loop'):
        interp.call("break")


def test_eval_inside_of_a_command_runs_in_its_caller(interp: Interp) -> None:
    @interp.command
    def double(name: str) -> None:
        interp.set(name, interp.expr(f"${name} * 2"))

    assert interp.eval("proc f {} {set n 4; double n; set n}; f") == 8
    assert not interp.exists("n")


def test_break_inside_of_a_command_ends_the_callers_loop(interp: Interp) -> None:
    @interp.command
    def enough() -> None:
        interp.eval("break")

    assert interp.eval("foreach n {1 2 3} {if {$n == 2} enough}; set n", as_=int) == 2


def test_expr_sees_the_variables(interp: Interp) -> None:
    interp.set("n", 10)
    assert interp.expr("$n / 4.0") == 2.5


# ---- variables ----------------------------------------------------------------------------------------


def test_get_of_what_is_not_there_is_tcls_error(interp: Interp) -> None:
    with pytest.raises(TclError, match='can\'t read "x": no such variable'):
        interp.get("x")


def test_get_of_what_is_not_there_gives_the_default_untouched(interp: Interp) -> None:
    assert (interp.get("x", None), interp.get("a(b)", [1])) == (None, [1])


def test_a_default_of_none_is_not_a_missing_default(interp: Interp) -> None:
    assert interp.get("x", None, as_=int) is None


def test_elements_and_namespaces_are_named_as_in_tcl(interp: Interp) -> None:
    interp.eval("namespace eval ns {}")
    interp.set("a(b)", 1)
    interp.set("ns::v", 2)
    assert (interp.get("a(b)"), interp.get("::ns::v"), interp.eval("set ::ns::v")) == (1, 2, 2)


def test_an_array_is_a_dict(interp: Interp) -> None:
    interp.call("array", "set", "a", {"x": 1, "y": "2"})
    assert interp.get("a") == {"x": 1, "y": "2"}
    assert interp.get("a", as_=dict[str, int]) == {"x": 1, "y": 2}


def test_unset_takes_many_names(interp: Interp) -> None:
    interp.eval("set x 1; set a(b) 2; set a(c) 3")
    interp.unset("x", "a(b)")
    assert [interp.exists(name) for name in ("x", "a(b)", "a(c)", "a")] == [False, False, True, True]


def test_unset_of_what_is_not_there_is_tcls_error(interp: Interp) -> None:
    with pytest.raises(TclError, match='can\'t unset "x": no such variable'):
        interp.unset("x")


# ---- what ends a call ---------------------------------------------------------------------------------


def test_a_keyboard_interrupt_leaves_the_interpreter_as_it_was(interp: Interp) -> None:
    @interp.command
    def interrupt() -> None:
        raise KeyboardInterrupt

    interp.eval("proc f n {if {$n} {f [expr {$n - 1}]} else {catch {interrupt}}}")
    with pytest.raises(KeyboardInterrupt):
        interp.eval("set x 1; namespace eval ns {f 5}")

    assert (interp.depth, interp.frame, interp.unit) == (0, interp.root_frame, 0)
    assert interp.eval("list [info level] [namespace current] $x") == [0, "::", "1"]


def test_a_limit_holds_for_each_call_from_outside() -> None:
    interp = Interp(safe=True, commands=1000)
    for _ in range(3):
        with pytest.raises(LimitExceeded, match="command count limit exceeded"):
            interp.eval("while 1 {catch {while 1 {incr n}}}")
        assert interp.eval("for {set i 0} {$i < 100} {incr i} {}; set i") == 100


def test_the_limits_have_their_arguments() -> None:
    interp = Interp(seconds=0.001, largest_value=1000, recursion=20)
    with pytest.raises(TclError, match="time limit exceeded"):
        interp.eval("while 1 {incr n}")
    with pytest.raises(TclError, match="exceeded"):
        interp.call("string", "repeat", "x", 1001)
    with pytest.raises(TclError, match="too many nested evaluations"):
        interp.eval("proc f {} f; f")


@pytest.mark.parametrize("limit", [{"seconds": "2"}, {"commands": -1}, {"largest_value": []}])
def test_a_limit_that_is_none_is_refused_at_once(limit: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=f"the limit {next(iter(limit))} is a number from 0 on, not "):
        Interp(**limit)


def test_an_object_without_a_name_asks_for_one(interp: Interp) -> None:
    halve = functools.partial(lambda by, n: int(n) // by, 2)
    with pytest.raises(TypeError, match=r"give its command a name: @interp\.command\('name'\)"):
        interp.command(halve)
    interp.command("halve")(halve)
    assert interp.eval("halve 8") == 4
    with pytest.raises(TypeError, match="a command is made from a function, not from 3"):
        interp.command(3)  # type: ignore[call-overload]


def test_an_interpreter_cannot_be_pickled_or_copied(interp: Interp) -> None:
    for attempt in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="cannot be pickled or copied"):
            attempt(interp)


# ---- channels -----------------------------------------------------------------------------------------


def test_streams_of_text_stand_for_the_standard_channels() -> None:
    out, err = io.StringIO(), io.StringIO()
    interp = Interp(stdin=io.StringIO("één\ntwee"), stdout=out, stderr=err)

    interp.eval("puts [gets stdin]; puts -nonewline [read stdin]; puts stderr oh")

    assert (out.getvalue(), err.getvalue()) == ("één\ntwee", "oh\n")


def test_streams_of_bytes_do_too_and_a_safe_interpreter_may_have_them() -> None:
    out = io.BytesIO()
    Interp(safe=True, stdout=out).eval("puts ü; chan configure stdout -translation binary; puts -nonewline \\xff")
    assert out.getvalue() == b"\xc3\xbc\n\xff"


def test_what_is_no_stream_is_refused_at_once() -> None:
    with pytest.raises(TypeError, match=r"stdout is a Python stream, as open\(\) gives one, not 'out.txt'"):
        Interp(stdout="out.txt")  # type: ignore[arg-type]


def test_leaving_the_with_block_writes_what_waits(tmp_path: Path) -> None:
    with Interp() as interp:
        interp.set("name", tmp_path / "f")
        interp.eval("puts [open $name w] text")
    assert (tmp_path / "f").read_text() == "text\n"


# ---- threads ------------------------------------------------------------------------------------------


def test_threads_with_an_interpreter_each_do_not_disturb_each_other() -> None:
    results: dict[int, object] = {}

    def work(number: int) -> None:
        interp = Interp()
        interp.set("n", number)
        script = "set sum 0; for {set i 0} {$i < 300} {incr i} {incr sum [expr {$i * $n + 0*%d}]}; set sum"
        results[number] = [interp.eval(script % turn) for turn in range(20)]

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert results == {number: [44850 * number] * 20 for number in range(4)}


def test_an_interpreter_that_runs_refuses_another_thread(interp: Interp) -> None:
    refused: list[str] = []

    def intrude() -> None:
        try:
            interp.eval("set x 1")
        except RuntimeError as error:
            refused.append(str(error))

    @interp.command
    def meanwhile() -> None:
        thread = threading.Thread(target=intrude)
        thread.start()
        thread.join()

    interp.eval("meanwhile")

    assert refused == ["another thread is using this interpreter"]


def test_another_thread_may_take_an_idle_interpreter(interp: Interp) -> None:
    interp.eval("set x 1")
    thread = threading.Thread(target=lambda: interp.eval("incr x"))
    thread.start()
    thread.join()
    assert interp.eval("incr x") == 3


# ---- the package --------------------------------------------------------------------------------------


def test_the_package_has_its_names_and_no_others() -> None:
    assert [name for name in alftcl.__all__ if not hasattr(alftcl, name)] == []
    assert not hasattr(alftcl, "nothing")


def test_importing_the_package_imports_no_more_of_it() -> None:
    program = "import sys, alftcl; print([name for name in sys.modules if name.startswith('alftcl.')])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


# ---- traces -------------------------------------------------------------------------------------------


def test_a_trace_is_told_what_scripts_do(interp: Interp) -> None:
    seen: list[tuple[str, str]] = []
    interp.trace("a", ("read", "write", "unset"), lambda name, operation: seen.append((name, operation)))
    interp.eval("set a(x) 1; set a(x); upvar 0 a b; set b(y) 2; unset a")
    assert seen == [("a(x)", "write"), ("a(x)", "read"), ("b(y)", "write"), ("a", "unset")]


def test_a_trace_is_told_what_python_does(interp: Interp) -> None:
    seen: list[str] = []
    interp.trace("x", "write", lambda name, operation: seen.append(interp.get(name)))
    interp.set("x", 5)
    assert seen == [5]


def test_a_trace_ends_when_it_is_removed_or_its_block_ends(interp: Interp) -> None:
    seen: list[str] = []
    trace = interp.trace("x", "write", lambda name, operation: seen.append(name))
    with interp.trace("y", "write", lambda name, operation: seen.append(name)):
        interp.eval("set x 1; set y 1")
    trace.remove()
    trace.remove()
    interp.eval("set x 2; set y 2")
    assert seen == ["x", "y"]


def test_an_exception_in_a_trace_is_the_error_of_the_command(interp: Interp) -> None:
    def refuse(name: str, operation: str) -> None:
        raise ValueError("not you")

    interp.trace("x", "write", refuse)
    with pytest.raises(TclError, match='can\'t set "x": not you'):
        interp.eval("set x 1")


def test_a_trace_of_something_else_is_refused(interp: Interp) -> None:
    with pytest.raises(ValueError, match="a trace is of read, write or unset, not of array"):
        interp.trace("x", ["write", "array"], print)
