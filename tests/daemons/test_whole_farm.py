"""The whole farm as real processes: eight alfservers of four slots, four users, two maitre-ds, jobs of many shapes.

Every command of the jobs is a witness: it writes when it starts and ends, on which host, into one file (O_APPEND, one
write a line), so the order of the lines is the order of what happened.
"""

from __future__ import annotations

import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.daemons.farm_fixture import PATIENCE_S, WholeFarm, whole_farm

WITNESS = """#!/bin/sh
# witness NAME SECONDS PLACE ...
name=$1 seconds=$2; shift 2
echo "start $name $*" >> "$WITNESSES"; sleep "$seconds"; echo "end $name $*" >> "$WITNESSES"
"""

SCENES = """##AlfredToDo 3.0
Job -title {scenes} -init { Assign seconds {0.4} } -subtasks {
    Task {movie} -subtasks {
        Task {scene} -id {scene} -cmds { RemoteCmd {witness scene $seconds %h} -service {pixarRender} }
        Iterate frame -from 1 -to 16 -by 1 -template {
            Task "frame $frame" -subtasks {
                Task "shadow $frame" -subtasks { Instance {scene} } -cmds {
                    RemoteCmd "witness shadow$frame $seconds %h" -service {pixarRender} -tags {shadow}
                }
            } -cmds {
                RemoteCmd "witness frame$frame $seconds %h" -service {pixarRender}
            } -cleanup {
                RemoteCmd "witness clean$frame 0 %h" -service {pixarRender}
            }
        }
    } -cmds { Cmd {witness movie 0.1 here} }
}
"""
WIDE = """##AlfredToDo 3.0
Job -title {wide} -serialsubtasks 1 -subtasks {
    Task {first} -cmds { RemoteCmd {witness first 0.2 %h} -service {pixarRender} }
    Task {pots} -serialsubtasks 0 -subtasks {
        Iterate pot -from 1 -to 6 -by 1 -template {
            Task "pot $pot" -cmds {
                RemoteCmd "witness pot$pot 0.6 %h" -service {pixarRender} -atleast 2 -atmost 3 -samehost 1
            }
        }
    }
    Task {last} -cmds { RemoteCmd {witness last 0.2 %h} -service {h4 || h5} }
}
"""
DESKS = """##AlfredToDo 3.0
Job -title {desks} -subtasks {
    Iterate desk -from 1 -to 4 -by 1 -template {
        Task "desk $desk" -id "desk$desk" -service {pixarRender} -cmds {
            RemoteCmd "witness desk${desk}a 0.3 %h" -refersto "desk$desk"
            RemoteCmd "witness desk${desk}b 0.3 %h" -refersto "desk$desk"
            Cmd "witness desk${desk}c 0.3 %h" -refersto "desk$desk"
        }
    }
}
"""
LICENCES = """##AlfredToDo 3.0
Job -title {licences} -subtasks {
    Task {made} -cmds {
        Cmd {sh -c {for n in 1 2 3 4 5 6 7 8; do
            echo "Task {made $n} -cmds { RemoteCmd {witness licensed$n 0.3 %%h} -service {pixarRender} -tags {paint} }"
        done}} -expand 1
    }
    Iterate n -from 1 -to 12 -by 1 -template {
        Task "plain $n" -cmds { RemoteCmd "witness plain$n 0.3 %h" -service {pixarRender} }
    }
}
"""
COMMANDS = {
    "ann": {"scene", "movie", *(f"{kind}{n}" for n in range(1, 17) for kind in ("shadow", "frame", "clean"))},
    "bob": {"first", "last", *(f"pot{n}" for n in range(1, 7))},
    "cid": {f"desk{n}{letter}" for n in range(1, 5) for letter in "abc"},
    "dan": {*(f"licensed{n}" for n in range(1, 9)), *(f"plain{n}" for n in range(1, 13))},
}
SCRIPTS = {"ann": SCENES, "bob": WIDE, "cid": DESKS, "dan": LICENCES}
SCHEDULE = "set alfLimit(paint) 2\n"


class Witnesses:
    """What the commands have written."""

    def __init__(self, directory: Path) -> None:
        self.file = directory / "witnesses"
        self.file.touch()
        program = directory / "bin" / "witness"
        program.parent.mkdir()
        program.write_text(WITNESS)
        program.chmod(0o755)
        self.env = {"PATH": f"{program.parent}:/usr/bin:/bin", "WITNESSES": str(self.file)}

    @property
    def lines(self) -> list[list[str]]:
        return [line.split() for line in self.file.read_text().splitlines()]

    def counts(self, word: str) -> Counter[str]:
        return Counter(name for said, name, *_ in self.lines if said == word)

    def places(self, prefix: str) -> set[tuple[str, ...]]:
        return {tuple(places) for _, name, *places in self.lines if name.startswith(prefix)}

    def most_at_once(self, prefix: str) -> int:
        """How many commands of that name ran at the same time at most."""
        most = running = 0
        for word, name, *_ in self.lines:
            if name.startswith(prefix):
                running += 1 if word == "start" else -1
                most = max(most, running)
        return most

    def wait_for(self, starts: int) -> None:
        """Until so many commands have started."""
        end = time.monotonic() + PATIENCE_S
        while self.counts("start").total() < starts:
            assert time.monotonic() < end, self.lines
            time.sleep(0.02)


@dataclass(frozen=True)
class Played:
    """What is left to look at when all is done. `killed`: the first maitre-d was, in the middle."""

    farm: WholeFarm
    witnesses: Witnesses
    sessions: dict[str, subprocess.Popen[str]]
    texts: dict[str, str]
    killed: bool


@pytest.fixture(scope="module", params=["all goes well", "the first maitre-d is killed"])
def played(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """All jobs of all users, to their end."""
    directory = tmp_path_factory.mktemp("farm")
    witnesses = Witnesses(directory)
    with whole_farm(directory, hosts=8, slots=4, maitreds=2, schedule=SCHEDULE, extra=witnesses.env) as farm:
        sessions = {user: farm.run(user, script) for user, script in SCRIPTS.items()}
        if "killed" in request.param:
            witnesses.wait_for(30)
            farm.end("m0")
        texts = {user: session.communicate(timeout=PATIENCE_S)[0] for user, session in sessions.items()}
        yield Played(farm, witnesses, sessions, texts, "killed" in request.param)


@pytest.mark.parametrize("user", SCRIPTS)
def test_every_job_is_done(played: Played, user: str) -> None:
    assert played.sessions[user].returncode == 0, played.texts[user]


def test_every_command_has_run_once_and_to_its_end(played: Played) -> None:
    expected = Counter(name for names in COMMANDS.values() for name in names)
    assert played.witnesses.counts("start") == expected
    assert played.witnesses.counts("end") == expected


def test_a_limit_of_the_site_holds(played: Played) -> None:
    assert played.witnesses.most_at_once("licensed") <= 2


def test_samehost_slots_are_on_one_host_and_as_many_as_were_asked_for(played: Played) -> None:
    for places in played.witnesses.places("pot"):
        assert len(places) in (2, 3)
        assert len(set(places)) == 1


def test_a_shared_check_out_keeps_its_host_as_long_as_its_maitre_d_leads(played: Played) -> None:
    if played.killed:
        pytest.skip("nothing more begins on what an earlier maitre-d gave: the check-out is taken again")
    assert [len(played.witnesses.places(f"desk{n}")) for n in range(1, 5)] == [1, 1, 1, 1]


def test_keys_decide_where_a_command_may_run(played: Played) -> None:
    assert played.witnesses.places("last") <= {("127.0.0.4",), ("127.0.0.5",)}


def test_the_maitre_d_that_led_gave_the_slots(played: Played) -> None:
    assert "granted" in played.farm.log("m0")
    assert ("granted" in played.farm.log("m1")) is played.killed
