"""`alfred -simulate` and its example: what it prints, and what it says of files that it cannot use."""

import os
import re
import shutil
import sys
from subprocess import run
from xml.etree import ElementTree

import pytest
from pages import EXAMPLE, PAGE, blocks, not_shown

from daemons.cli import main


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A directory with the example in it, and an hour of its day."""
    monkeypatch.chdir(tmp_path)
    for name in ("ALF_INI", "RATTREE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("RMANTREE", str(tmp_path))
    for file in EXAMPLE.iterdir():
        shutil.copy(file, tmp_path)
    (tmp_path / "hour.tcl").write_text(
        "arrive 9:30 -user anna -script shot.alf -var {frames 30}\n"
        "arrive 9:30 -user dora -script shot.alf -var {frames 90}\n"
        "takes * 10m\nuntil 12:00\n"
    )
    return tmp_path


def test_one_schedule_is_reported(here, capsys):
    assert main(["-simulate", "studio.schedule", "hour.tcl"]) == 0

    shown = capsys.readouterr().out
    assert shown.startswith("studio.schedule with hour.tcl, seed 1\n10h10m from Mon 2026-03-02 on; 2 jobs: 2 done\n")
    for words in ("crews: fairness (Jain) ", "users: fairness (Jain) ", "server groups", "why they waited"):
        assert f"\n{words}" in shown
    assert re.search(r"^anna +\d", shown, re.MULTILINE)


def test_two_schedules_are_compared(here, capsys):
    assert main(["-simulate", "studio.schedule", "film_first.schedule", "hour.tcl", "-seed", "3"]) == 0

    shown = capsys.readouterr().out
    assert "\nstudio.schedule > film_first.schedule\n" in shown
    compared = shown.partition("\nstudio.schedule > film_first.schedule\n")[2]
    assert re.search(r"^film +\S+ > ", compared, re.MULTILINE)


def test_the_same_seed_gives_the_same_bytes(here, capsys):
    seen = []
    for picture in ("one.svg", "two.svg"):
        main(["-simulate", "studio.schedule", "hour.tcl", "-seed", "7", "-plot", picture])
        seen.append((capsys.readouterr().out, (here / picture).read_bytes()))

    assert seen[0] == seen[1]


def test_a_picture_is_drawn_of_names_that_the_locale_cannot_write(here):
    (here / "one.schedule").write_text("set alfServer(a) {}\nset alfCrew(j\u00f6rgs) {}\n", encoding="utf-8")
    ascii_alone = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "utf-8"}
    words = ["-simulate", "one.schedule", "hour.tcl", "-plot", "day.svg"]

    run([sys.executable, "-m", "daemons.cli", *words], env={**os.environ, **ascii_alone}, check=True, timeout=60)

    assert "j\u00f6rgs" in ElementTree.parse(here / "day.svg").getroot().itertext()


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["missing.schedule", "hour.tcl"], "alfred: missing.schedule: No such file or directory"),
        (["studio.schedule", "missing.tcl"], "alfred: missing.tcl: No such file or directory"),
        (["broken.schedule", "hour.tcl"], "alfred: broken.schedule is no schedule that a maitre-d would take"),
        (["studio.schedule", "broken.tcl"], 'alfred: broken.tcl:2:1: error: "soon" is no time'),
        (["studio.schedule", "lost.tcl"], "alfred: lost.tcl:1:1: error: the script nowhere.alf cannot be read"),
        (["studio.schedule", "silent.tcl"], 'alfred: nothing says how long "prman" takes'),
        (["hour.tcl"], "alfred: -simulate wants FILE.schedule WORKLOAD"),
    ],
)
def test_what_cannot_be_used_is_said(here, capsys, words, complaint):
    (here / "broken.schedule").write_text("set alfServer(a {-host b}\n")
    (here / "broken.tcl").write_text("\narrive soon -user anna -script shot.alf\n")
    (here / "lost.tcl").write_text("arrive 9:00 -user anna -script nowhere.alf\n")
    (here / "silent.tcl").write_text("arrive 9:00 -user anna -script shot.alf\n")

    try:
        status = main(["-simulate", *words])
    except SystemExit as end:
        status = end.code

    assert status == 2
    assert complaint in capsys.readouterr().err


def test_a_script_that_would_grow_is_told_of(here, capsys):
    (here / "grows.alf").write_text(
        "Job -title a -subtasks {\n  Task b -cmds {\n    RemoteCmd {gen} -service pixarRender -expand 1\n  }\n}\n"
    )
    (here / "grows.tcl").write_text("arrive 9:00 -user anna -script grows.alf -every 1h -count 2\ntakes * 1m\n")

    assert main(["-simulate", "studio.schedule", "studio.schedule", "grows.tcl"]) == 0

    [told] = capsys.readouterr().err.splitlines()
    assert told.startswith("alfred: grows.alf:3: warning: what a command with -expand prints is not known")


def test_the_page_shows_the_example_as_it_is():
    shown = re.search(r"```tcl\n(.*?)```", PAGE, re.DOTALL)[1]

    assert (EXAMPLE / "day.tcl").read_text().endswith(shown)


def test_the_page_s_report_is_what_the_command_prints(here, capsys):
    """What fails here is mended by what the command prints now, in docs/simulate.md and in the words below it."""
    command, *reports = blocks("An example: the film comes first")

    assert main(command.split()[1:]) == 0

    assert not_shown(reports, capsys.readouterr().out) == []
