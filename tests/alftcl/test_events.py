"""Events: files that are ready, limits while waiting, errors that nobody waits for."""

from __future__ import annotations

from pathlib import Path

import pytest

from alftcl import Interp, TclError
from alftcl.safe import Limits


@pytest.fixture
def interp() -> Interp:
    return Interp()


def test_a_readable_pipe_runs_its_script_until_it_is_closed(interp: Interp, tmp_path: Path) -> None:
    interp.eval("set lines {}; set f [open {|printf one\\ntwo\\n}]")
    interp.eval("fileevent $f readable {if {[gets $f line] < 0} {close $f; set done 1} else {lappend lines $line}}")

    interp.eval("vwait done")

    assert interp.eval("set lines") == ["one", "two"]


def test_a_file_event_that_fails_is_taken_away(interp: Interp) -> None:
    interp.eval("proc told {text options} {set ::told $text}; interp bgerror {} told; set f [open {|echo x}]")
    interp.eval("fileevent $f readable {error oops}")

    interp.eval("vwait told")

    assert interp.eval("list $told [fileevent $f readable]") == ["oops", ""]


def test_an_error_without_a_handler_is_written_to_stderr(interp: Interp, capfd: pytest.CaptureFixture[str]) -> None:
    interp.eval("after 0 {error oops}; after 1 {set done 1}; vwait done; update; flush stderr")

    assert "oops" in capfd.readouterr().err


def test_waiting_for_what_cannot_happen_is_an_error(interp: Interp) -> None:
    with pytest.raises(TclError, match="would wait forever"):
        interp.eval("vwait never")


@pytest.mark.parametrize("script", ["after 100000", "after 100000 {set x 1}; vwait x"])
def test_a_time_limit_ends_waiting_too(interp: Interp, script: str) -> None:
    Limits(seconds=0.05).start(interp)

    with pytest.raises(TclError, match="time limit exceeded"):
        interp.eval(script)


def test_the_events_of_a_child_happen_in_its_parents_loop(interp: Interp) -> None:
    interp.eval("interp create a; interp alias a tell {} set told; interp eval a {after 1 {tell child}}; vwait told")

    assert interp.eval("set told") == "child"
