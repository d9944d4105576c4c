"""Reading job scripts: what a script means and what is said of a bad one (reference, sections 1, 2, 3.2 and 10)."""

from __future__ import annotations

import pytest

from alftcl.safe import Limits
from runtime.job.model import CmdKind, Instance, Iterate, Job, Reading, Scope, Severity, Task
from runtime.job.script import ScriptError, expand_step, read_growth, read_job
from runtime.job.substitute import argv

NOW = 1_800_000_000.0


def read(text: str | bytes, file: str = "shots/job.alf") -> Reading:
    return read_job(text, file, now=NOW)


def job(text: str | bytes) -> Job:
    reading = read(text)
    assert [found.text for found in reading.diagnostics] == []
    return reading.jobs[0]


def task(text: str) -> Task:
    """The only task of a script that consists of it."""
    found = job(text).tasks[0]
    assert isinstance(found, Task)
    return found


def launches(text: str) -> list[str]:
    return [cmd.launch for cmd in task(text).cmds]


def found(text: str | bytes) -> list[tuple[int, int, str, str]]:
    return [(item.line, item.column, item.text, item.hint) for item in read(text).diagnostics]


def errors(text: str | bytes) -> list[str]:
    return [item.text for item in read(text).diagnostics if item.severity is Severity.ERROR]


# ---- files ------------------------------------------------------------------------------------------


def test_bare_tasks_are_in_a_job_titled_by_the_file() -> None:
    assert job("Task {a}\nTask {b}").title == "job.alf"


def test_a_job_without_a_title_is_titled_by_the_file_and_an_empty_title_stays() -> None:
    assert job("Job -subtasks {Task a}").title == "job.alf"
    assert job("Job -title {} -subtasks {Task a}").title == ""


def test_a_file_may_hold_several_jobs() -> None:
    reading = read("Job -title a -subtasks {Task x}\nTask between\nJob -title b -subtasks {Task y}")

    assert [found.title for found in reading.jobs] == ["a", "job.alf", "b"]


def test_ends_of_lines_byte_order_mark_and_control_z_do_not_matter() -> None:
    text = "\ufeff##AlfredToDo 3.0\r\nTask {a} -cmds {\r\n  Cmd {x\\\r\n  y}\r\n}\r\n\x1aTask {b} -rubbish"

    assert launches(text) == ["x y"]
    assert len(job(text).tasks) == 1


def test_latin_1_is_read_with_a_warning_where_it_begins() -> None:
    reading = read(b"Task {a}\nTask {caf\xe9}")

    assert [(item.line, item.column, item.severity) for item in reading.diagnostics] == [(2, 10, Severity.WARNING)]
    assert [node.title for node in reading.jobs[0].tasks if isinstance(node, Task)] == ["a", "café"]


def test_a_byte_order_mark_before_latin_1_does_not_matter() -> None:
    reading = read(b"\xef\xbb\xbfTask {caf\xe9}")

    assert [node.title for node in reading.jobs[0].tasks if isinstance(node, Task)] == ["café"]


def test_alf_job_pause_before_the_job_starts_it_paused() -> None:
    assert job("set AlfJobPause 1\nJob -title a -subtasks {Task x}").paused
    assert not job("Job -title a -subtasks {Task x}\nset AlfJobPause 1").paused
    assert not job("set AlfJobPause 0\nJob -title a -subtasks {Task x}").paused


def test_both_spellings_of_paused_count() -> None:
    assert job("Job -title a -paused 1 -subtasks {Task x}").paused
    assert job("Job -title a -pause { 1 } -subtasks {Task x}").paused
    assert not job("Job -title a -pause {0} -subtasks {Task x}").paused


# ---- words ------------------------------------------------------------------------------------------


def test_options_may_come_before_the_launch_expression() -> None:
    cmd = task("Task a -cmds {\n RemoteCmd -service {x} {prman -t:0 a.rib} -tags y\n}").cmds[0]

    assert (cmd.launch, dict(cmd.options)) == ("prman -t:0 a.rib", {"service": "x", "tags": "y"})


def test_several_positional_words_are_one_launch_expression() -> None:
    assert launches('Task a -cmds {Cmd {say} {"a b"} c}') == ['say "a b" c']


def test_a_bare_word_and_a_quoted_word_in_a_body_are_text() -> None:
    assert launches('Task a -cmds {Cmd $x; Cmd "a \\"b\\" $y [z]"}') == ["$x", 'a "b" $y [z]']


def test_a_value_is_kept_untrimmed() -> None:
    assert task("Task { a } -service { x }").options["service"] == " x "
    assert task("Task { a }").title == " a "


def test_a_task_is_titled_by_a_word_or_by_an_option() -> None:
    assert task("Task a").title == task("Task -title a").title == task('Task -id x "a"').title == "a"


def test_comments_stand_where_a_command_may_begin_whatever_is_in_them() -> None:
    text = "Task a -cmds {\n # one {\n # } two\n Cmd {x}\n # \\\n still a comment\n} ;# three"

    assert launches(text) == ["x"]


def test_a_backslash_in_front_of_a_newline_continues_the_line() -> None:
    assert launches("Task a \\\n  -cmds \\\n {\n Cmd \\\n {x}\n}") == ["x"]


def test_a_body_ends_where_braces_balance_and_not_where_words_say() -> None:
    assert launches('Task a -cmds {Cmd "{" -tags "}"}') == ["{"]


def test_equal_commands_share_their_options() -> None:
    cmds = task("Task a -cmds {Cmd x -service {k}; Cmd y -service {k}}").cmds

    assert cmds[0].options is cmds[1].options


def test_an_option_repeated_with_the_same_value_is_no_error() -> None:
    assert task("Task a -id {x} -id {x}").options == {"id": "x"}


def test_positions_are_those_of_the_operators() -> None:
    read_task = task("\n\nTask a -cmds {\n\n  Cmd x\n  Cmd y\n}")

    assert (read_task.line, [cmd.line for cmd in read_task.cmds]) == (3, [5, 6])


# ---- built-ins --------------------------------------------------------------------------------------


def test_all_spellings_of_file_operations_are_built_in() -> None:
    cmds = task(
        'Task a -cmds {\n File delete "a b"\n Cmd {Alfred} -msg {File delete x}\n'
        " RemoteCmd {TractorBuiltIn File delete x}\n Cmd {{TractorBuiltIn} {File} {delete} {x}}\n}"
    ).cmds

    assert {cmd.kind for cmd in cmds} == {CmdKind.BUILTIN}
    assert argv(cmds[0]) == ("File", "delete", "a b")


def test_a_program_named_like_a_built_in_is_a_program() -> None:
    cmds = task("Task a -cmds {Cmd {Alfred}; Cmd {Alfredo}; Cmd {run TractorBuiltIn File}}").cmds

    assert {cmd.kind for cmd in cmds} == {CmdKind.CMD}


# ---- variables and brackets -------------------------------------------------------------------------


def test_assigns_are_seen_in_the_whole_job_wherever_init_stands() -> None:
    for order in ("-init {Assign d /x} -subtasks {B}", "-subtasks {B} -init {Assign d /x}"):
        text = f"Job -title {{t $d}} {order}".replace("B", "Task {a $d} -cmds {Cmd {ls ${d}y $e}}")
        found = job(text)
        first = found.tasks[0]
        assert isinstance(first, Task)
        assert (found.title, first.title, first.cmds[0].launch) == ("t /x", "a /x", "ls /xy $e")


def test_an_assign_sees_those_before_it() -> None:
    found = job("Job -title {$b} -init {Assign a 1; Assign b {$a$a}} -subtasks {Task x}")

    assert found.title == "11"


def test_variables_of_the_file_level_are_replaced_with_their_value_of_the_moment() -> None:
    assert launches("set d 1\nTask a -cmds {Cmd {x $d}}\nset d 2\nTask b -cmds {Cmd {y $d}}") == ["x 1"]


def test_arrays_of_the_file_level_are_variables_too() -> None:
    assert launches("set d(a) 1\nTask a -cmds {Cmd {x $d(a) $d(b) ${d(a)}}}") == ["x 1 $d(b) 1"]


def test_the_interpreters_own_variables_stay_text() -> None:
    assert launches("set x 1\nTask a -cmds {Cmd {x $tcl_version $env(PATH) $auto_path}}") == [
        "x $tcl_version $env(PATH) $auto_path"
    ]


def test_the_innermost_scope_wins() -> None:
    text = "set n 1\nJob -title x -init {Assign n 2} -subtasks {Iterate n -from 3 -to 3 -template {Task {$n}}}"
    loop = job(text).tasks[0]
    assert isinstance(loop, Iterate)

    assert expand_step(loop, 0) == (Task("3", line=2),)


def test_a_bracket_with_a_pure_command_is_evaluated_and_any_other_stays() -> None:
    assert launches("Task a -cmds {Cmd {x [expr {1+2}] [Eleve] [exec ls] [cdh1]}}") == ["x 3 [Eleve] [exec ls] [cdh1]"]


def test_what_a_bracket_returns_stays_in_its_word() -> None:
    cmd = task('Task a -cmds {Cmd {x -[list a b] [list] "q [list c d]"}}').cmds[0]

    assert argv(cmd) == ("x", "-a b", "", "q c d")


def test_escaped_characters_become_bare_ones() -> None:
    assert launches(r"set x 1" "\n" r"Task a -cmds {Cmd {a \$x \[expr 1\] \\$x C:\tmp}}") == [
        r"a $x [expr 1] \\1 C:\tmp"
    ]


def test_if_and_metrics_are_kept_as_they_are() -> None:
    cmd = task("set x 1\nTask a -cmds {Cmd {y} -if {$x > [expr 1]} -metrics {[Mget disk] > 1}}").cmds[0]

    assert dict(cmd.options) == {"if": "$x > [expr 1]", "metrics": "[Mget disk] > 1"}
    assert cmd.scope == Scope({"x": "1"})


def test_a_word_that_tcl_has_substituted_is_not_substituted_again() -> None:
    text = 'set y 2\nset x {$y}\nTask "a $x" -cmds {Cmd {b}}\n'

    assert task(text).title == "a $y"


def test_a_body_that_a_variable_brings_is_read_as_if_it_stood_there() -> None:
    text = "proc T {n body} {Task $n -cmds $body}\nT a {Cmd {x $n}}\n"

    assert launches(text) == ["x a"]


def test_a_body_that_tcl_has_substituted_is_not_substituted_again() -> None:
    assert launches('set x 1\nTask a -cmds "Cmd {y $x \\$x}"') == ["y 1 $x"]


# ---- Tcl --------------------------------------------------------------------------------------------


def test_tcl_may_call_operators_at_file_level_and_in_bodies() -> None:
    found = job(
        'Job -title x -subtasks {\n foreach n {1 2} {\n  if {$n > 1} {\n   Task "t $n" -cmds {Cmd {c $n}}\n  }\n }\n}'
    )

    assert found.tasks == (Task("t 2", cmds=found.tasks[0].cmds, line=4),)  # type: ignore[union-attr]  # a task
    assert found.tasks[0].cmds[0].launch == "c 2"


def test_a_word_may_expand_to_options() -> None:
    assert task("set o {-id x -service {a b}}\nTask a {*}$o").options == {"id": "x", "service": "a b"}


def test_a_script_may_redefine_an_operator() -> None:
    assert job('rename Task task\nproc Task {n} {task "my $n"}\nTask a').tasks[0] == Task("my a", line=2)


def test_reading_is_deterministic() -> None:
    text = "Task [expr {rand()}]\nTask {[expr rand()]}\nIterate n -from 1 -to 2 -template {Task {[expr rand()]}}"

    first, second = read(text), read(text)

    assert first == second
    loop = first.jobs[0].tasks[2]
    assert isinstance(loop, Iterate)
    assert expand_step(loop, 0) == expand_step(loop, 0) != expand_step(loop, 1)


def test_nothing_outside_can_be_reached() -> None:
    for command in (
        "exec ls",
        "open /etc/passwd",
        "source x",
        "exit",
        "interp create",
        "socket a 1",
        "file exists /",
        "glob *",
    ):
        assert len(errors(f"Task a\n{command}")) == 1, command


def test_limits_end_a_script_that_does_not_end_itself() -> None:
    reading = read_job("Task a\nwhile 1 {}", "x", now=NOW, limits=Limits(commands=1000))

    assert [(item.line, item.text) for item in reading.diagnostics] == [(2, "command count limit exceeded")]
    assert "alfConfig(readerCommands)" in reading.diagnostics[0].hint


# ---- Iterate ----------------------------------------------------------------------------------------


def loop(text: str) -> Iterate:
    found = job(text).tasks[0]
    assert isinstance(found, Iterate)
    return found


def test_numbers_of_an_iterate_are_decimal_and_by_is_one_unless_given() -> None:
    found = loop("Iterate n -from 0010 -to { 12 } -template {Task {$n}}")

    assert (found.first, found.last, found.by, found.steps) == (10, 12, 1, 3)


def test_an_iterate_may_count_down() -> None:
    found = loop("Iterate n -from 3 -to 1 -by -1 -template {Task {$n}}")

    assert [expand_step(found, step)[0].title for step in range(found.steps)] == ["3", "2", "1"]  # type: ignore[union-attr]


def test_the_subtasks_of_an_iterate_gate_every_step() -> None:
    found = loop("Iterate n -from 1 -to 3 -subtasks {Task {pre}} -template {Task {a$n}; Task {b$n}}")
    pre = found.subtasks[0]
    assert isinstance(pre, Task)

    first = [node.subtasks for node in expand_step(found, 0) if isinstance(node, Task)]
    later = [node.subtasks for node in expand_step(found, 2) if isinstance(node, Task)]

    assert first == [(pre,), (Instance("pre", 1, pre),)]
    assert later == [(Instance("pre", 1, pre),)] * 2


def test_an_iterate_of_a_million_steps_is_not_expanded() -> None:
    assert loop("Iterate n -from 1 -to 1000000 -template {Task {$n}}").steps == 1_000_000


def test_the_first_and_the_last_step_are_checked() -> None:
    assert errors("Iterate n -from 0 -to 9 -template {Task {[expr {1/(9-$n)}]}}") == [
        "[expr {1/(9-$n)}]: divide by zero"
    ]


def test_a_step_that_cannot_be_read_says_where() -> None:
    found = loop("\nIterate n -from 0 -to 9 -template {\n Task {[expr {1/(5-$n)}]}\n}")

    try:
        expand_step(found, 5)
    except ScriptError as error:
        assert (error.diagnostic.line, error.diagnostic.text) == (3, "[expr {1/(5-$n)}]: divide by zero")
    else:
        raise AssertionError("step 5 divides by zero")


# ---- growth -----------------------------------------------------------------------------------------


def test_what_a_command_prints_is_read_with_its_scope() -> None:
    reading = read_growth("Task {a $n}\nInstance {b}", "out", Scope({"n": "1"}), now=NOW)

    assert reading.jobs[0].tasks == (Task("a 1", line=1), Instance("b", 2))
    assert not reading.failed


def test_a_job_in_what_a_command_prints_is_an_error() -> None:
    assert read_growth("Task a\nJob -title b -subtasks {Task c}", "out", None, now=NOW).failed


def test_a_command_may_print_nothing() -> None:
    assert not read_growth("", "out", None, now=NOW).failed


# ---- diagnostics ------------------------------------------------------------------------------------


def test_a_notify_that_cannot_be_read_is_a_warning_where_it_stands() -> None:
    reading = read("Job -title j -notify {done file:///etc/passwd} -subtasks {}")

    [item] = reading.diagnostics
    assert (item.column, item.severity) == (22, Severity.WARNING)
    assert item.text.startswith('-notify: nobody will be told: "file:///etc/passwd" is no mailto:NAME@HOST')


@pytest.mark.parametrize("wrong", ["-1", "1e-300", "0.05", "1e999", "nan", "soon"])
def test_a_silence_that_is_no_time_is_an_error_where_it_stands(wrong: str) -> None:
    reading = read("\n".join(f"Task {n} -cmds {{\n  Cmd {{x}} -noprogresssecs {n}\n}}" for n in (60, 61, 62, wrong)))

    [item] = reading.diagnostics
    assert (item.line, item.column, item.severity) == (11, 27, Severity.ERROR)
    assert item.text == f'-noprogresssecs of Cmd: expected 0 or seconds but got "{wrong}"'
    assert item.hint == "at least 0.1 seconds without a sign of life end a command; 0: nothing does"


def test_a_silence_may_be_short_or_for_ever() -> None:
    assert errors("Job -title j -noprogresssecs 0.5 -subtasks { Task a -cmds { Cmd {x} -noprogresssecs 0 } }") == []


def test_an_unknown_option_takes_a_value_and_is_a_warning_with_a_hint() -> None:
    text = "Task a -cmds {\n  Cmd {x} -almost 1 -service {y}\n}"

    reading = read(text)

    assert not reading.failed
    assert found(text) == [(2, 11, "unknown option -almost", "did you mean -atmost?")]
    assert reading.jobs[0].tasks[0].cmds[0].options == {"almost": "1", "service": "y"}  # type: ignore[union-attr]


def test_an_unknown_operator_is_an_error_with_a_hint() -> None:
    assert found("Task a -cmds {\n  Comand {x}\n}\nTusk {b}") == [
        (2, 3, "unknown operator Comand", "did you mean Cmd?"),
        (4, 1, "unknown operator Tusk", "did you mean Task?"),
    ]


def test_a_missing_value_is_an_error_and_the_next_option_still_counts() -> None:
    assert found("Task a -cmds {Cmd x -service -tags {y}; Cmd z -id}") == [
        (1, 21, "-service of Cmd has no value", ""),
        (1, 47, "-id of Cmd has no value", ""),
    ]


def test_an_option_with_two_values_is_an_error() -> None:
    assert found("Task a -id x -id y") == [(1, 14, "-id is given twice, with another value", "")]
    assert errors("Task a -cmds {Cmd x} -cmds {Cmd y}") == ["-cmds is given twice, with another value"]


def test_a_stray_body_is_an_error_that_names_the_options() -> None:
    assert found("Task a {\n Cmd x\n}") == [
        (1, 8, "Task has a body without an option", "a body stands behind its option: -subtasks, -cmds, -cleanup")
    ]


def test_a_script_without_a_job_or_a_task_is_an_error() -> None:
    assert errors("# nothing\nset a 1") == ["the script has neither a Job nor a Task"]


def test_an_operator_in_the_wrong_body_is_an_error() -> None:
    assert found("Task a -subtasks {\n Cmd x\n}")[0][:3] == (2, 2, "Cmd cannot stand in -subtasks")


def test_a_missing_brace_is_reported_where_it_was_opened() -> None:
    assert found("Task a\nTask b -cmds {\n  Cmd {x}\n") == [
        (2, 14, "missing close-brace: the brace that is opened here is never closed", "")
    ]


def test_a_brace_too_many_is_reported_where_it_stands() -> None:
    assert found("Task a -cmds {\n  Cmd {x}\n}\n}\nTask b") == [
        (4, 1, "unmatched close-brace: no brace is open here", "")
    ]


def test_characters_behind_a_brace_are_an_error() -> None:
    assert found("Task {a}b -cmds {}")[0][:3] == (1, 9, "extra characters after close-brace")


def test_errors_of_tcl_stand_at_their_line() -> None:
    assert found("foreach a {1 2} {\n  Task $a\n  nosuch 3\n}\nTask $x") == [
        (3, 3, 'invalid command name "nosuch"', ""),
        (5, 6, 'can\'t read "x": no such variable', ""),
    ]


def test_errors_of_operators_that_tcl_calls_stand_at_their_place() -> None:
    assert found("if 1 {\n  Task a -cmds {\n    Cmd x -id\n  }\n}") == [(3, 11, "-id of Cmd has no value", "")]


def test_everything_wrong_is_reported_and_not_just_the_first() -> None:
    text = (
        "Job -title a -subtasks {\n Tusk b\n Task c -cmds {\n  Cmd\n  Cmd x -if\n }\n"
        " Instance\n Iterate n -from 1 -to x\n}"
    )

    assert [(line, text) for line, _, text, _ in found(text)] == [
        (2, "unknown operator Tusk"),
        (4, "Cmd does not say what to run"),
        (5, "-if of Cmd has no value"),
        (7, "Instance does not say of which task"),
        (8, "Iterate has no -template"),
        (8, '-to of Iterate: expected a whole number but got "x"'),
    ]


def test_bodies_may_not_nest_without_end() -> None:
    text = "Task a -subtasks {" * 2000 + "}" * 2000

    assert errors(text) == ["bodies are nested more than 500 deep"]
