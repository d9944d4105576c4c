"""The words of the `alfred` command line: what they ask for, and what is said to words that make no sense."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from daemons import cli
from daemons.options import queue
from daemons.options.part import USAGE
from runtime.messages import Action


def refused(capsys, *words):
    with pytest.raises(SystemExit) as ended:
        cli.main(words)
    assert ended.value.code == USAGE
    return capsys.readouterr().err


@pytest.mark.parametrize("page", cli.PAGES)
def test_a_page_of_help_fits_a_screen(capsys, page):
    assert cli.main(["-help", page] if page else ["-help"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) <= 26
    assert max(map(len, lines)) <= 80


def test_help_names_every_option():
    text = "".join(map(cli.page_of_help, cli.PAGES))
    named = set(re.findall(r"(?<![\w-])-([a-z_]+)", text))
    options = {option.lstrip("-") for action in cli.parser()._actions for option in action.option_strings}
    assert options == named


def test_a_page_of_help_that_there_is_not_is_refused(capsys):
    assert 'no page "cooking"' in refused(capsys, "-help", "cooking")


def test_version_names_the_program(capsys):
    assert cli.main(["-version"]) == 0
    assert capsys.readouterr().out.startswith("alfred ")


def test_an_unknown_option_points_to_help(capsys):
    text = refused(capsys, "-nogiu")
    assert "-nogiu" in text
    assert "alfred -help" in text


def test_two_questions_at_once_are_refused(capsys):
    assert "-queue and -info do not go together" in refused(capsys, "-queue", "-info", "3")


def test_an_id_that_is_none_is_refused_with_an_example(capsys):
    assert "3.14" in refused(capsys, "-retry", "three")


def test_a_priority_must_be_a_number(capsys):
    assert '"high" is not a number' in refused(capsys, "-priority", "3", "high")


def test_no_words_at_all_say_what_to_do(capsys):
    assert "name a script" in refused(capsys)


@pytest.mark.parametrize("number", ["0", "-1", "many"])
def test_slots_are_a_positive_number(capsys, number):
    assert "slots" in refused(capsys, "-nogui", "-slots", number)


def test_a_missing_script_is_refused_by_check(capsys, tmp_path):
    assert cli.main(["-check", str(tmp_path / "no.alf")]) == 2
    assert "No such file" in capsys.readouterr().err


def test_check_prints_diagnostics_and_a_summary(capsys, tmp_path):
    script = tmp_path / "bad.alf"
    script.write_text("Job -title {x} -subtasks {\n  Task {a} -cmds {\n    Comand {true}\n  }\n}\n")
    assert cli.main(["-check", str(script)]) == 1
    out = capsys.readouterr().out
    assert f"{script}:3:5: error:" in out
    assert "1 error" in out.splitlines()[-1]


def test_check_of_a_good_script_is_content(capsys):
    example = Path(__file__).parents[2] / "examples" / "bounce" / "bounce.alf"
    assert cli.main(["-check", str(example)]) == 0
    assert capsys.readouterr().out.endswith("1 job; no errors\n")


def test_every_action_of_a_user_has_its_option():
    spelled = {Action(name) for name in queue.ACTIONS} | {Action.PRIORITY}
    assert spelled == set(Action) - {Action.EDIT}, "editing is the window's"


def imported(*words):
    """The modules that are in place when `alfred` has done what these words ask."""
    script = f"import sys; from daemons import cli; cli.main({words!r}); print(*sys.modules)"
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    return set(ended.stdout.splitlines()[-1].split())


def test_help_is_said_without_waiting_for_the_rest_of_the_program():
    assert not imported("-help") & {"msgspec", "trio", "rich", "importlib.metadata", "alftcl", "runtime.messages"}


def test_check_reads_a_script_without_waiting_for_sockets_and_screens():
    example = Path(__file__).parents[2] / "examples" / "bounce" / "bounce.alf"
    assert not imported("-check", str(example)) & {"trio", "rich", "runtime.dispatcher"}


def test_asking_a_dispatcher_that_runs_does_not_wait_for_another_to_be_imported():
    script = "import sys, daemons.queue_commands; print(*sys.modules)"
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert not set(ended.stdout.split()) & {"runtime.dispatcher", "alftcl", "rich"}


def test_a_named_ini_that_is_not_there_is_bad_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["-ini", "/no/such.ini", "-queue"])

    assert ended.value.code == 2
    assert "-ini: there is no file /no/such.ini" in capsys.readouterr().err
