"""The alftcl command, run as a program."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from alftcl import Interp, TclError
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


def test_the_script_is_standard_input() -> None:
    ended = alftcl("-", "a", stdin="puts $argv0/$argv\nfoo\nputs no\n")
    assert (ended.returncode, ended.stdout) == (1, "-/a\n")
    assert ended.stderr.startswith('invalid command name "foo"\n    while executing')


def test_a_script_in_another_encoding(tmp_path: Path) -> None:
    script = tmp_path / "a.tcl"
    script.write_bytes("puts [string length ä]".encode("latin-1"))
    assert alftcl("-encoding", "iso8859-1", str(script)).stdout == "1\n"


def test_a_script_file_that_is_a_program(tmp_path: Path) -> None:
    script = tmp_path / "a.tcl"
    script.write_text("#!/usr/bin/env alftcl\nputs [lindex $argv 0]\n")
    script.chmod(0o755)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    ended = subprocess.run([script, "x"], capture_output=True, text=True, check=True, env=os.environ | {"PATH": path})
    assert ended.stdout == "x\n"


def test_exit_writes_what_is_in_the_buffers(tmp_path: Path) -> None:
    out = tmp_path / "out"
    ended = alftcl("-c", f"set f [open {out} w]; puts -nonewline $f kept; puts -nonewline told; exit 4")
    assert (ended.returncode, ended.stdout, out.read_text()) == (4, "told", "kept")


def test_input_that_ends_in_a_command_is_told() -> None:
    ended = alftcl(stdin="puts a\n\nproc f {} {\n  puts b\n")
    assert (ended.returncode, ended.stdout) == (1, "a\n")
    assert ended.stderr == "the input ended in a command that began in line 3: missing close-brace\n"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["-nonsense"], 'alftcl: unknown option "-nonsense"'),
        (["-c"], "alftcl: -c needs a script"),
        (["-encoding", "utf-8"], "alftcl: -encoding needs a name and a file"),
        (["-lint"], "alftcl: -lint needs a file"),
        (["-lint", "-x", "a.tcl"], 'alftcl: -lint has no option "-x"'),
    ],
)
def test_words_that_mean_nothing_are_named_above_what_would_do(words: list[str], told: str) -> None:
    ended = alftcl(*words)
    assert ended.returncode == 2
    first, second = ended.stderr.splitlines()[:2]
    assert first == told
    assert second.startswith("usage: alftcl")


def test_a_script_that_nobody_reads_ends_without_a_word() -> None:
    program = [sys.executable, "-m", "alftcl.shell", "-c", "while 1 {puts x}"]
    with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout is not None and running.stderr is not None
        assert running.stdout.readline() == b"x\n"
        running.stdout.close()
        assert (running.wait(60), running.stderr.read()) == (141, b"")


def test_output_that_is_lost_is_told() -> None:
    program = [sys.executable, "-m", "alftcl.shell", "-c", "puts -nonewline x"]
    with open("/dev/full", "w") as full:
        ended = subprocess.run(program, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (1, 'error writing "stdout": no space left on device\n')


@pytest.mark.parametrize("words", ["-c 'puts a; puts stderr b; gets stdin'", "-", "-help", "-lint -", ""])
def test_standard_streams_that_are_closed_are_empty(words: str) -> None:
    command = f"{sys.executable} -m alftcl.shell {words} <&- >&- 2>&-"
    assert subprocess.run(["sh", "-c", command], check=False).returncode == 0


def test_a_file_of_the_script_is_not_taken_for_a_closed_stream(tmp_path: Path) -> None:
    script = f"set f [open {tmp_path}/out w]; puts told; exec echo told >@stdout; puts $f written"
    subprocess.run(["sh", "-c", f"{sys.executable} -m alftcl.shell -c '{script}' >&-"], check=True)
    assert (tmp_path / "out").read_text() == "written\n"


def test_a_program_without_standard_streams_gets_errors_of_tcl(monkeypatch: pytest.MonkeyPatch) -> None:
    interp = Interp()
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, None)
    with pytest.raises(TclError, match='error writing "stdout": bad file number'):
        interp.eval("puts hi")
    with pytest.raises(TclError, match='error reading "stdin": bad file number'):
        interp.eval("gets stdin")


def test_scripts_can_run_scripts_by_the_name_of_their_program(tmp_path: Path) -> None:
    (tmp_path / "a.tcl").write_text("exec [info nameofexecutable] b.tcl >@stdout")
    (tmp_path / "b.tcl").write_text("puts [interp eval [interp create] {info nameofexecutable}]")
    program = Path(sys.executable).parent / "alftcl"
    ended = subprocess.run([program, "a.tcl"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert ended.stdout == f"{program}\n"


def test_packages_are_looked_for_where_the_environment_says(tmp_path: Path) -> None:
    (tmp_path / "pkgIndex.tcl").write_text("package ifneeded greeting 1.0 {package provide greeting 1.0}")
    command = [sys.executable, "-m", "alftcl.shell", "-c", "puts [package require greeting]"]
    environ = os.environ | {"TCLLIBPATH": f"/nowhere {tmp_path}"}
    ended = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    assert (ended.stdout, ended.stderr) == ("1.0\n", "")


def test_commands_in_a_pipe_read_the_lines_after_them() -> None:
    assert alftcl(stdin="gets stdin line\nnext\nputs <$line>\n").stdout == "<next>\n"


def test_scripts_start_without_the_terminal() -> None:
    script = (
        "import sys; from alftcl.shell import main; main(['-c', 'puts hi']); print('prompt_toolkit' in sys.modules)"
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ended.stdout == "hi\nFalse\n"


def test_says_its_version() -> None:
    assert alftcl("-version").stdout.startswith("alftcl 0.")
