"""The rules of the master schedule through real daemons: who gets what, when, and what is taken back (docs/farm.md)."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.daemons.farm_fixture import PATIENCE_S, WholeFarm, whole_farm
from tests.daemons.test_whole_farm import Witnesses


def job(title: str, *commands: str, options: str = "") -> str:
    """A job with a task for each of these commands."""
    tasks = "".join(
        f"Task {{{n}}} -cmds {{ RemoteCmd {{{words}}} -service {{pixarRender}} {options} }}\n"
        for n, words in enumerate(commands)
    )
    return f"##AlfredToDo 3.0\nJob -title {{{title}}} -subtasks {{\n{tasks}}}\n"


def finish(farm: WholeFarm, user: str, script: str) -> str:
    """Run a job to its end; what was said."""
    session = farm.run(user, script)
    text: str = session.communicate(timeout=PATIENCE_S)[0]
    assert session.returncode == 0, text
    return text


def change(farm: WholeFarm, old: str, new: str) -> None:
    """Change the schedule on disk."""
    file = farm.directory / "alfred.schedule"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def until(farm: WholeFarm, text: str) -> str:
    """The first line of the maitre-d's log with this text, as soon as it is there."""
    end = time.monotonic() + PATIENCE_S
    while True:
        for line in farm.log("m0").splitlines():
            if text in line:
                return line
        assert time.monotonic() < end, farm.log("m0")
        time.sleep(0.02)


def why_once_it_gives(farm: WholeFarm) -> str:
    """What ann's job 1 waits for, from when the maitre-d gives slots out."""
    end = time.monotonic() + PATIENCE_S
    while True:
        why = farm.alfred("ann", "-why", "1").communicate(timeout=PATIENCE_S)[0]
        if "nothing out for another" not in why:
            return why
        assert time.monotonic() < end, why


@pytest.fixture
def witnesses(tmp_path: Path) -> Witnesses:
    return Witnesses(tmp_path)


CREWS = """
set alfServerGroup(fast) {h3-1 h3-2}
set alfServerGroup(slow) {h2-1 h2-2}
set alfUserGroup(lighting) {ann}
set alfCrew(lighting) {-users lighting -servers fast -times * -priority 50}
set alfCrew(everyday) {-users * -servers slow -times * -priority 10}
"""


def test_a_user_gets_the_servers_of_the_crews_that_he_is_in(tmp_path: Path, witnesses: Witnesses) -> None:
    with whole_farm(tmp_path, schedule=CREWS, extra=witnesses.env) as farm:
        finish(farm, "bob", job("two", *[f"witness bob{n} 0.1 %h" for n in range(6)]))
        finish(farm, "ann", job("three", *[f"witness ann{n} 0.5 %h" for n in range(8)]))

    assert witnesses.places("bob") == {("127.0.0.2",)}
    assert witnesses.places("ann") == {("127.0.0.2",), ("127.0.0.3",)}


def test_a_crew_gives_nothing_outside_of_its_hours(tmp_path: Path, witnesses: Witnesses) -> None:
    shut = "set alfTimeGroup(hours) {}\n"
    crew = "set alfCrew(all) {-users * -servers * -times hours}\n"
    with whole_farm(tmp_path, schedule=shut + crew, extra=witnesses.env) as farm:
        session = farm.run("ann", job("late", "witness late 0.1 %h"))
        until(farm, "queued ann")
        assert witnesses.lines == []

        change(farm, shut, "set alfTimeGroup(hours) {{mon-sun 00:00-24:00}}\n")

        assert session.wait(PATIENCE_S) == 0


PREEMPTION = """
set alfUserGroup(urgent) {ann}
set alfCrew(urgent) {-users urgent -servers * -times * -priority 100 -preempt 1}
set alfCrew(everyday) {-users * -servers * -times * -priority 10}
"""
AT_ONCE = "set alfConfig(preemptWait) 0.5\nset alfConfig(preemptMinRun) 0\n"


def test_a_preempting_crew_ejects_what_runs_and_it_runs_again_afterwards(tmp_path: Path, witnesses: Witnesses) -> None:
    with whole_farm(tmp_path, hosts=1, slots=1, schedule=PREEMPTION, ini=AT_ONCE, extra=witnesses.env) as farm:
        long = farm.run("bob", job("long", "sh -c {test %r = 1 || exec witness first 1000; exec witness again 0.1}"))
        witnesses.wait_for(1)

        finish(farm, "ann", job("urgent", "witness urgent 0.1"))

        assert long.wait(PATIENCE_S) == 0
    assert [name for word, name, *_ in witnesses.lines if word == "start"] == ["first", "urgent", "again"]
    assert witnesses.counts("end")["first"] == 0


def test_an_eject_by_hand_runs_the_command_elsewhere(tmp_path: Path, witnesses: Witnesses) -> None:
    with whole_farm(tmp_path, slots=1, ini="set alfConfig(wranglers) wanda\n", extra=witnesses.env) as farm:
        long = farm.run(
            "bob", job("long", "sh -c {test %r = 1 || exec witness first 1000 %h; exec witness again 0 %h}")
        )
        witnesses.wait_for(1)
        [[host]] = witnesses.places("first")
        slot = f"h{host[-1]}-1"
        assert farm.alfred("wanda", "-offline", slot).wait(PATIENCE_S) == 0

        assert farm.alfred("wanda", "-eject", slot).wait(PATIENCE_S) == 0
        until(farm, "ejected by wanda")

        assert long.wait(PATIENCE_S) == 0
    assert witnesses.places("again").isdisjoint({(host,)})


def test_a_host_whose_alfserver_is_gone_rests_and_the_work_goes_elsewhere(tmp_path: Path, witnesses: Witnesses) -> None:
    with whole_farm(tmp_path, extra=witnesses.env) as farm:
        farm.end("h3")
        finish(farm, "ann", job("many", *[f"witness command{n} 0.1 %h" for n in range(8)]))

    assert witnesses.places("command") == {("127.0.0.2",)}
    assert witnesses.counts("end").total() == 8


def test_why_names_for_each_server_the_test_that_it_fails(tmp_path: Path, witnesses: Witnesses) -> None:
    keys = "set alfServer(gpu-1) {-host 127.0.0.2 -keys gpu -udi 1 -enabled 0}\n"
    with whole_farm(tmp_path, hosts=1, slots=1, schedule=keys, extra=witnesses.env) as farm:
        script = job("gpu", "witness x 0").replace("pixarRender", "gpu")
        session = farm.run("ann", script)
        until(farm, "queued ann")
        why = why_once_it_gives(farm)
        session.terminate()

    verdicts = dict(line.split(maxsplit=1) for line in why.splitlines() if line.startswith("  "))
    assert verdicts.items() >= {"h2-1": "does not match gpu", "gpu-1": "disabled in the schedule"}.items()
    assert "it stands 1st of 1 for 1 such servers: crew priority 0," in why
    assert "1 server that would do cannot be given out: gpu-1 (disabled in the schedule)" in why
