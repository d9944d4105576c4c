"""The README tells the truth: its commands exist, its script runs, its links lead somewhere."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text()
BIN = Path(sys.executable).parent


def run(*words, cwd, state):
    environ = {**os.environ, "ALF_STATE": str(state), "PATH": f"{BIN}:{os.environ['PATH']}"}
    return subprocess.run(words, cwd=cwd, env=environ, capture_output=True, text=True, timeout=100, check=False)


def test_every_link_leads_somewhere():
    targets = re.findall(r"\]\(([^)#:]+)\)", README)
    assert targets
    assert [target for target in targets if not (ROOT / target).exists()] == []


def test_its_first_screen_leads_to_the_language():
    screen = README.splitlines()[:24]
    for page in ("language", "python", "shell", "speed"):
        assert any(f"(docs/{page}.md)" in line for line in screen), page


def test_every_page_that_a_page_names_is_there():
    pages = list((ROOT / "docs").glob("*.md"))
    for page in pages:
        named = re.findall(r"\]\(([^)#:]+)\)", page.read_text())
        assert [target for target in named if not (ROOT / "docs" / target).exists()] == [], page
        named = re.findall(r"\b(?:docs|tests|benchmarks)/[\w-]+\.\w+\b", page.read_text())
        assert [target for target in named if not (ROOT / target).exists()] == [], page


@pytest.mark.parametrize("target", re.findall(r"^    (make \w+)$", README, re.MULTILINE))
def test_every_make_command_is_a_target(target):
    assert re.search(rf"^{target.split()[1]}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


def test_every_option_of_its_commands_exists():
    from daemons.cli import parser

    options = {option for action in parser()._actions for option in action.option_strings}
    shell = "\n".join(re.findall(r"```sh\n(.*?)```", README, re.DOTALL))
    used = {word for line in shell.splitlines() if line.startswith("alfred") for word in re.findall(r" (-\w+)", line)}
    assert used
    assert used <= options


def test_its_script_runs_and_its_queue_commands_answer(tmp_path):
    script = re.search(r"```tcl\n(.*?)```", README, re.DOTALL)[1]
    (tmp_path / "shot.alf").write_text(script)
    state = tmp_path / "state"
    assert run("alfred", "-check", "shot.alf", cwd=tmp_path, state=state).returncode == 0
    session = run("alfred", "-nogui", "shot.alf", cwd=tmp_path, state=state)
    assert session.returncode == 0, session.stdout + session.stderr
    assert "frame 0002" in session.stdout
    assert "job 1 done: 3 of 3 tasks done" in session.stdout


def test_its_tcl_command_prints_what_it_should(tmp_path):
    line = re.search(r"^alftcl -c '(.*)'$", README, re.MULTILINE)[1]
    shell = run("alftcl", "-c", line, cwd=tmp_path, state=tmp_path / "state")
    assert (shell.returncode, shell.stdout) == (0, "apple pear\n")


def test_its_python_program_prints_what_it_should(tmp_path):
    program = re.search(r"```python\n(.*?)```", README, re.DOTALL)[1]
    done = run(sys.executable, "-c", program, cwd=tmp_path, state=tmp_path / "state")
    assert (done.returncode, done.stdout) == (0, "['hello world', 'hello world']\n")


def test_the_example_makes_its_picture(tmp_path):
    """The demo's own script, with two frames."""
    source = ROOT / "examples" / "bounce"
    script = (source / "bounce.alf").read_text().replace("-to 48", "-to 2").replace("frames {48}", "frames {2}")
    (tmp_path / "bounce.alf").write_text(script)
    (tmp_path / "trace.py").write_text((source / "trace.py").read_text())
    session = run("alfred", "-nogui", "bounce.alf", cwd=tmp_path, state=tmp_path / "state")
    assert session.returncode == 0, session.stdout + session.stderr
    picture = (tmp_path / "out" / "bounce.png").read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert picture.count(b"fcTL") == 2
    assert not list((tmp_path / "out").glob("shadow.*")), "each frame's cleanup removes its inputs"
