"""`alfred -check` of schedules and settings: what is printed, and the exit status."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from daemons import cli

EXAMPLES = Path(__file__).parents[2] / "examples" / "farm"


def put(path: Path, text: str) -> str:
    path.write_text(text)
    return str(path)


def test_the_examples_are_clean(capsys: pytest.CaptureFixture[str]) -> None:
    files = [str(EXAMPLES / "alfred.schedule"), str(EXAMPLES / "alfred.ini")]

    assert cli.main(["-check", *files]) == 0
    assert capsys.readouterr().out == (
        f"{files[0]}: 16 servers, 0 entries not understood; no errors\n{files[1]}: 5 settings; no errors\n"
    )


def test_a_schedule_is_checked_with_line_and_column(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = put(tmp_path / "night.schedule", "set alfServer(a) {}\nset alfServer(b) {-udi x}\nset alfLimit(x) 1\n")

    assert cli.main(["-check", file]) == 1
    assert capsys.readouterr().out == (
        f'{file}:2:24: error: alfServer(b): udi: expected integer but got "x"\n'
        f"{file}: 1 server, 1 entry not understood; 1 error\n"
    )


def test_warnings_are_no_errors(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["-check", put(tmp_path / "x.schedule", "set alfServerGroup(g) {a}")]) == 0
    assert "2 warnings" in capsys.readouterr().out


def test_a_broken_schedule_has_no_form(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = put(tmp_path / "x.schedule", "foo")

    assert cli.main(["-check", "-json", file]) == 1
    assert json.loads(capsys.readouterr().out) == {
        "file": file,
        "schedule": None,
        "not_understood": [],
        "diagnostics": [
            {"line": 1, "column": 1, "severity": "error", "text": 'invalid command name "foo"', "hint": ""}
        ],
    }


def test_the_form_of_a_schedule_has_its_entries(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "set alfServer(a) {-udi 3}\nset alfTimeGroup(t) {mon 9-10}\nset Metrics(m) {5 {constant c}}\n"
    text += "set alfCrew(c) {-pri x}\n"

    assert cli.main(["-check", "-json", put(tmp_path / "x.schedule", text)]) == 1
    form = json.loads(capsys.readouterr().out)

    assert form["not_understood"] == ["alfCrew(c)"]
    assert form["schedule"]["servers"]["a"] == {
        "name": "a",
        "host": "a",
        "keys": ["pixarNRM", "pixarRender"],
        "udi": 3,
        "enabled": True,
        "port": 0,
    }
    assert form["schedule"]["time_groups"] == {"t": [{"start": 540, "end": 600}]}
    assert form["schedule"]["metrics"] == {"m": ["m", 5.0, "constant", ["c"]]}


def test_settings_are_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = put(
        tmp_path / "alfred.ini", "set alfConfig(retryMax) x\nset alfConfig(maitredPorts) 1\nset alfLimitLocal(a) 1"
    )

    assert cli.main(["-check", file]) == 1
    assert capsys.readouterr().out == (
        f'{file}:1:1: error: alfConfig(retryMax): expected integer but got "x"\n'
        f"{file}:2:1: warning: unknown setting alfConfig(maitredPorts)\n    did you mean maitredPort?\n"
        f"{file}: 2 settings; 1 error, 1 warning\n"
    )
    assert cli.main(["-check", "-json", file]) == 1
    assert json.loads(capsys.readouterr().out)["settings"] == {"retryMax": "x", "alfLimitLocal(a)": "1"}


def test_a_file_that_cannot_be_read_is_the_worst(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["-check", str(tmp_path / "no.schedule"), put(tmp_path / "x.schedule", "foo")]) == 2
    assert "No such file" in capsys.readouterr().err
