"""The alftcl shell at a real terminal (a pty), as its user sees it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from terminal import Terminal


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Terminal]:
    with Terminal(tmp_path) as terminal:
        yield terminal


def test_a_value_is_shown_and_an_empty_one_is_not(shell: Terminal) -> None:
    assert shell.run("set x [expr {6 * 7}]") == ["42"]
    assert shell.run("set y {}") == []


def test_a_command_goes_on_until_it_is_complete(shell: Terminal) -> None:
    shell.prompts()
    for line in ("proc twice {x} {", "expr {$x * 2}", "}"):
        shell.key(line + "\r")
    shell.until(lambda: shell.lines[3:] == ["%"])
    assert shell.lines[:4] == ["% proc twice {x} {", ">     expr {$x * 2}", "> }", "%"]
    assert shell.run("twice 4") == ["8"]


def test_output_without_a_line_end_is_not_written_over(shell: Terminal) -> None:
    assert shell.run("puts -nonewline abc") == ["abc"]


def test_the_place_of_an_error_in_a_procedure_is_marked(shell: Terminal) -> None:
    shell.run("proc f {} {set a 1; expr {$a + $none}}")
    assert shell.run("f") == [
        'can\'t read "none": no such variable',
        '  in procedure "f", line 1:',
        "    set a 1; expr {$a + $none}",
        "                        ^^^^^",
    ]


def test_the_place_of_an_error_in_a_file_is_the_files(shell: Terminal, tmp_path: Path) -> None:
    (tmp_path / "a.tcl").write_text("proc f {} {\n    nosuch\n}\n\nf\n")
    shell.run(f"cd {tmp_path}")
    assert shell.run("source a.tcl")[1:] == [
        '  in procedure "f", line 2, from file "a.tcl", line 5:',
        "    nosuch",
        "    ^^^^^^",
    ]


def test_the_place_of_an_error_in_a_lambda_is_its_call(shell: Terminal) -> None:
    shell.run("proc f {} {set a 1; apply {{} {nosuch}}}")
    assert shell.run("f") == [
        'invalid command name "nosuch"',
        '  in procedure "f", line 1:',
        "    set a 1; apply {{} {nosuch}}",
        "                        ^^^^^^",
    ]


def test_procedures_of_namespaces_are_found(shell: Terminal) -> None:
    shell.run("namespace eval n {proc f {} {set a 1; nosuch}; proc g {} {f}}")
    assert shell.run("n::g") == [
        'invalid command name "nosuch"',
        '  in procedure "f", line 1:',
        "    set a 1; nosuch",
        "             ^^^^^^",
    ]


def test_the_place_of_an_error_in_a_longer_line_is_marked(shell: Terminal) -> None:
    assert shell.run("puts [expr {1 / 0}]") == ["divide by zero", "    puts [expr {1 / 0}]", "          ^^^^^^^^^^^^"]
    assert shell.colour("divide") == "red"


def test_the_place_of_a_syntax_error_is_marked(shell: Terminal) -> None:
    told = ["extra characters after close-brace", "    if {1}{puts x}", "          ^"]
    assert shell.run("if {1}{puts x}") == told


def test_the_place_of_an_error_in_a_body_is_marked(shell: Terminal) -> None:
    shell.prompts()
    for line in ("foreach x {1 2} {", "puts $none", "}"):
        shell.key(line + "\r")
    told = ['can\'t read "none": no such variable', "  line 2:", "    puts $none", "         ^^^^^", "%"]
    shell.until(lambda: shell.lines[-5:] == told)


def test_where_the_message_says_all_nothing_is_marked(shell: Terminal) -> None:
    assert shell.run("lindex") == ['wrong # args: should be "lindex list ?index ...?"']
    assert shell.run("expr {5 +}") == ["missing operand at _@_", 'in expression "5 +_@_"']


def test_errorinfo_is_there_on_request(shell: Terminal) -> None:
    shell.run("foo 1")
    assert shell.run("set errorInfo") == ['invalid command name "foo"', "    while executing", '"foo 1"']


def test_ctrl_c_ends_the_running_command_only(shell: Terminal) -> None:
    shell.prompts()
    shell.key("while 1 {if {[incr n] == 1} {puts started}}\r")
    shell.until(lambda: "started" in shell.lines)
    shell.key("\x03")
    shell.shows("interrupted")
    assert shell.run("expr {$n > 0}") == ["1"]


def test_ctrl_c_gives_up_the_line(shell: Terminal) -> None:
    shell.prompts()
    shell.key("set z {")
    shell.shows("% set z {")
    shell.key("\x03")
    shell.prompts()
    assert shell.run("info exists z") == ["0"]


def test_ctrl_d_ends_the_session(shell: Terminal) -> None:
    shell.prompts()
    shell.key("\x04")
    assert shell.status() == 0


def test_exit_gives_its_status(shell: Terminal) -> None:
    shell.prompts()
    shell.key("exit 3\r")
    assert shell.status() == 3


def test_tab_completes(shell: Terminal) -> None:
    shell.prompts()
    shell.key("string le\t")
    shell.shows("% string length")
    shell.key("abcd\r")
    shell.shows("\n4")


def test_commands_strings_and_variables_have_colours(shell: Terminal) -> None:
    shell.prompts()
    shell.key('puts "a $b" ;# note')
    shell.shows("note")
    colours = [shell.colour(word) for word in ("puts", '"a', "$b", "# note")]
    assert len(set(colours)) == 4 and "default" not in colours


def test_programs_run_as_commands(shell: Terminal) -> None:
    assert shell.run("echo a b") == ["a b"]


def test_events_of_the_past_run_again(shell: Terminal) -> None:
    assert shell.run("expr 1 + 1") == ["2"]
    assert shell.run("!!") == ["expr 1 + 1", "2"]
    assert shell.run("^1 + 1^4 + 4") == ["expr 4 + 4", "8"]
    assert shell.run("!1") == ["expr 1 + 1", "2"]
    assert shell.run("history 2") != []
    assert shell.run("history info 1") == ["     6  history info 1"]


def test_unique_beginnings_of_commands_run(shell: Terminal) -> None:
    assert shell.run("llengt {a b}") == ["2"]
    assert shell.run("lre x")[0].startswith('ambiguous command name "lre": lrepeat lreplace lreverse')


def test_what_was_typed_is_there_the_next_time(tmp_path: Path) -> None:
    with Terminal(tmp_path) as first:
        first.run("set kept 1")
    with Terminal(tmp_path) as second:
        second.prompts()
        second.key("\x1b[A")
        second.shows("% set kept 1")
    assert (tmp_path / ".local/state/alftcl/history").exists()


def test_the_startup_file_is_read(tmp_path: Path) -> None:
    (tmp_path / ".alftclrc").write_text("proc hello {} {return world}\n")
    with Terminal(tmp_path) as shell:
        assert shell.run("hello") == ["world"]


def test_an_error_in_the_startup_file_is_told(tmp_path: Path) -> None:
    (tmp_path / ".alftclrc").write_text("set a 1\nnonsense\n")
    with Terminal(tmp_path) as shell:
        shell.shows('invalid command name "nonsense"')
        shell.shows("line 2)")
        assert shell.run("set a") == ["1"]


def test_prompts_can_be_scripts(tmp_path: Path) -> None:
    (tmp_path / ".alftclrc").write_text('set tcl_prompt1 {puts -nonewline "<[incr n]> "}\n')
    with Terminal(tmp_path) as shell:
        shell.shows("<1>")
        shell.key("\r")
        shell.shows("<2>")


def test_timers_run_while_the_shell_waits(shell: Terminal) -> None:
    shell.run("after 10 {puts rang}")
    shell.until(lambda: "rang" in shell.lines)


def test_a_timer_that_does_not_end_can_be_interrupted(tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    with Terminal(tmp_path) as shell:
        shell.prompts()
        shell.key(f"after 10 {{close [open {begun} w]; while 1 {{}}}}\r")
        shell.until_there(begun)
        shell.key("\x03")
        shell.shows("interrupted\n%")
        assert shell.run("expr 1") == ["1"]


def test_a_timer_may_end_the_session(shell: Terminal) -> None:
    shell.prompts()
    shell.key("after 10 {exit 5}\r")
    assert shell.status() == 5


def test_a_prompt_that_never_comes_can_be_interrupted(shell: Terminal) -> None:
    shell.prompts()
    shell.key("set tcl_prompt1 {puts stderr wait; unset tcl_prompt1; while 1 {}}\r")
    shell.until(lambda: "wait" in shell.lines)
    shell.key("\x03")
    shell.until(lambda: shell.lines[-1] == "%" and any("interrupted" in line for line in shell.lines))


def test_further_lines_can_have_a_prompt_of_their_own(shell: Terminal) -> None:
    shell.run("set tcl_prompt2 {puts -nonewline {more: }}")
    shell.key("set a {\r")
    shell.until(lambda: shell.lines[-1].strip() == "more:")
