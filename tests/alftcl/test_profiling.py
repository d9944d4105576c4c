"""interp.profile: calls and time of procedures and lines."""

from pathlib import Path

import pytest

from alftcl import Interp, TclError
from alftcl.profiling import TOP, Profile


class Clock:
    """Stands still but when a script says `work seconds`."""

    def __init__(self, interp: Interp) -> None:
        self.now = 0.0

        @interp.command
        def work(seconds: float) -> None:
            self.now += seconds

    def __call__(self) -> float:
        return self.now


def profiled(interp: Interp, script: str) -> Profile:
    with Profile(interp, Clock(interp)) as profile:
        interp.eval(script)
    return profile


def test_own_time_leaves_out_what_a_procedure_calls(interp: Interp) -> None:
    profile = profiled(interp, "proc f {} {work 1; g; work 2}\nproc g {} {work 4}\nf; g")

    f, g = profile.procedures["f"], profile.procedures["g"]
    assert (f.calls, f.own, f.total) == (1, 3, 7)
    assert (g.calls, g.own, g.total) == (2, 8, 8)


def test_a_recursive_procedure_counts_its_outermost_call(interp: Interp) -> None:
    profile = profiled(interp, "proc f n {work 1; if {$n} {f [expr {$n - 1}]}}\nf 3")
    f = profile.procedures["f"]
    assert (f.calls, f.own, f.total) == (4, 4, 4)


def test_a_procedure_without_a_body_is_counted(interp: Interp) -> None:
    assert profiled(interp, "proc f {} {}; f; f").procedures["f"].calls == 2


def test_a_procedure_of_a_namespace_has_its_whole_name(interp: Interp) -> None:
    profile = profiled(interp, "namespace eval ns {proc f {} {work 1}}; ns::f; apply {{} {work 2}}")
    assert {name: times.own for name, times in profile.procedures.items()} == {"ns::f": 1, "apply": 2}


def test_the_lines_of_a_procedure_are_those_of_errorinfo(interp: Interp) -> None:
    profile = profiled(interp, "set x 1\nproc f {} {\n  work 1\n  if {1} {\n    work 2\n  }\n}\nf")

    lines = {place: (times.calls, times.own, times.total) for place, times in profile.lines.items()}
    assert lines["f", 2] == (1, 1, 1)
    assert lines["f", 3] == (1, 0, 2)
    assert lines["f", 4] == (1, 2, 2)
    assert lines[TOP, 8] == (1, 0, 3)


def test_a_line_counts_once_whatever_brackets_it_has(interp: Interp) -> None:
    profile = profiled(interp, "set x [string length [work 1]][work 2]; work 3")
    times = profile.lines[TOP, 1]
    assert (times.calls, times.own, times.total) == (2, 6, 6)


def test_a_body_handed_to_a_procedure_has_the_lines_where_it_stands(interp: Interp) -> None:
    interp.eval("proc Task {title body} {\n  uplevel 1 $body\n}")
    profile = profiled(interp, "Task a {\n  Task b {\n    work 1\n  }\n}")
    assert profile.lines[TOP, 3].own == 1
    assert (profile.lines["Task", 2].calls, profile.lines["Task", 2].own) == (2, 0)


def test_a_script_that_was_put_together_counts_where_it_is_evaluated(interp: Interp) -> None:
    profile = profiled(interp, "set x {}\neval {work 1;} {work 2}")
    assert profile.lines[TOP, 2].own == 3


def test_lines_of_a_file_have_its_name(interp: Interp, tmp_path: Path) -> None:
    script = tmp_path / "script.tcl"
    script.write_text("\nwork 1\n")
    assert profiled(interp, f"source {{{script}}}").lines[str(script), 2].own == 1


def test_errors_are_as_without_a_profile(interp: Interp) -> None:
    script = "proc f {} {\n  foreach x 1 {\n    error oh\n  }\n}\nf"
    infos = []
    for _ in range(2):
        with pytest.raises(TclError) as caught, interp.profile():
            interp.eval(script)
        infos.append(caught.value.info)
    with pytest.raises(TclError) as caught:
        interp.eval(script)
    assert infos == [caught.value.info] * 2


def test_what_runs_after_the_block_is_not_measured(interp: Interp) -> None:
    with interp.profile() as profile:
        interp.eval("proc f {} {set x 1}")
    interp.eval("f")
    assert profile.procedures == {}
    assert "run" not in vars(interp)


def test_a_profile_in_a_profile_is_refused(interp: Interp) -> None:
    with interp.profile(), pytest.raises(RuntimeError, match="profiled already"), interp.profile():
        pass


def test_a_coroutine_is_measured_while_it_waits(interp: Interp) -> None:
    profile = profiled(interp, "proc f {} {work 1; yield; work 2}\ncoroutine c f\nwork 4\nc")
    assert (profile.procedures["f"].calls, profile.procedures["f"].total) == (1, 7)
    assert profile.lines[TOP, 3].own == 4


def test_the_table_has_the_costly_first(interp: Interp) -> None:
    profile = profiled(interp, "proc f {} {work 1}\nproc g {} {work 2}\nf; g")
    assert profile.table(lines=2) == (
        "   calls     own ms   total ms  procedure\n"
        "       1   2000.000   2000.000  g\n"
        "       1   1000.000   1000.000  f\n"
        "\n"
        "   calls     own ms   total ms  line\n"
        "       1   2000.000   2000.000  g:1  work 2\n"
        "       1   1000.000   1000.000  f:1  work 1"
    )
