"""The alftcl command, run as a program."""

import subprocess
import sys
from pathlib import Path

from alftcl import Interp
from alftcl.shell import complete_commands


def alftcl(*words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "alftcl.shell", *words]
    return subprocess.run(command, input=stdin, capture_output=True, text=True, check=False, timeout=60)


def test_script_of_the_command_line() -> None:
    ended = alftcl("-c", "puts [list $argc $argv]", "a", "b c")
    assert (ended.returncode, ended.stdout) == (0, "2 {a {b c}}\n")


def test_script_file_and_its_arguments(tmp_path: Path) -> None:
    script = tmp_path / "a.tcl"
    script.write_text("puts $argv0; puts $argv; exit 3")
    ended = alftcl(str(script), "x")
    assert (ended.returncode, ended.stdout) == (3, f"{script}\nx\n")


def test_error_in_a_script_file_is_told_as_tclsh_does(tmp_path: Path) -> None:
    script = tmp_path / "a.tcl"
    script.write_text("set x 1\nfoo\n")
    ended = alftcl(str(script))
    told = f'invalid command name "foo"\n    while executing\n"foo"\n    (file "{script}" line 2)\n'
    assert (ended.returncode, ended.stderr) == (1, told)


def test_piped_commands_go_on_after_an_error() -> None:
    ended = alftcl(stdin="foo\nif 1 {\n  puts yes\n}\n")
    assert (ended.returncode, ended.stdout) == (0, "yes\n")
    assert ended.stderr == 'invalid command name "foo"\n'


def test_lines_wait_for_a_complete_command() -> None:
    lines = ["set x {\n", "a}\n", "puts \\\n", "hi\n"]
    assert list(complete_commands(Interp(), lines)) == ["set x {\na}\n", "puts \\\nhi\n"]
