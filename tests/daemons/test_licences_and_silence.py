"""Licences that are short, and commands that hang: with real processes, alone and on a farm."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_dispatcher_process import output, run, running

from daemons.state import State
from runtime.messages import JobState
from tests.daemons.farm_fixture import PATIENCE_S, whole_farm

PAINT = """#!/bin/sh
# paint: there is one licence
if mkdir "$LICENCE"; then sleep 0.3; rmdir "$LICENCE"; echo painted >> "$LICENCE.done"; else
echo 'PAINT: No license available'; exit 1; fi
"""
SITE = "set alfConfig(licenceLines) {{paint {no license} 0.5}}\nset alfConfig(licenceRestMost) 1\n"


def paint(directory: Path) -> dict[str, str]:
    """The program, and the environment in which it is found."""
    program = directory / "bin" / "paint"
    program.parent.mkdir()
    program.write_text(PAINT)
    program.chmod(0o755)
    return {"PATH": f"{program.parent}:/usr/bin:/bin", "LICENCE": str(directory / "licence")}


def painted(directory: Path) -> int:
    return len((directory / "licence.done").read_text().splitlines())


async def test_commands_that_find_no_licence_are_done_in_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ini = tmp_path / "alfred.ini"
    ini.write_text(SITE)
    monkeypatch.setenv("ALF_INI", str(ini))
    env = paint(tmp_path)
    frames = "Iterate n -from 1 -to 3 -template { Task {paint $n} -cmds { Cmd {paint} } }"

    async with running(State(tmp_path / "state", tmp_path / "state" / "lock"), slots=3) as dispatcher:
        job = await run(dispatcher, frames, env)

    assert (job.state, painted(tmp_path)) == (JobState.DONE, 3)


def test_a_tag_rests_on_the_whole_farm_and_nothing_is_in_error(tmp_path: Path) -> None:
    frames = (
        "##AlfredToDo 3.0\nJob -title {paint} -subtasks { Iterate n -from 1 -to 3 -template {"
        " Task {paint $n} -cmds { RemoteCmd {paint} -service {pixarRender} } } }"
    )
    with whole_farm(tmp_path, hosts=2, slots=2, ini=SITE, extra=paint(tmp_path)) as farm:
        session = farm.run("ann", frames)
        text = session.communicate(timeout=PATIENCE_S)[0]
        log = farm.log("m0")

    assert session.returncode == 0, text
    assert painted(tmp_path) == 3
    assert "licence: PAINT: No license available" in log


async def test_a_command_that_hangs_is_ended_and_says_why(tmp_path: Path) -> None:
    async with running(State(tmp_path / "state", tmp_path / "state" / "lock")) as dispatcher:
        job = await run(dispatcher, "Task {a} -cmds { Cmd {sh -c {echo begun; sleep 1000}} -noprogresssecs 0.3 }")
        text = await output(dispatcher, 1, 1)
        queue = await dispatcher.list()

    assert (job.state, text) == (JobState.STOPPED, "begun\n")
    assert "no output and no progress" in queue.failed[0].reason
