"""What hosts have, and what they are good for, through real daemons: reservations and black holes (docs/farm.md)."""

from __future__ import annotations

import json
from pathlib import Path

from tests.daemons.farm_fixture import PATIENCE_S, whole_farm
from tests.daemons.test_farm_rules import finish, job, until
from tests.daemons.test_whole_farm import Witnesses


def test_commands_that_reserve_more_than_half_of_a_host_run_one_after_the_other(tmp_path: Path) -> None:
    witnesses = Witnesses(tmp_path)
    with whole_farm(tmp_path, hosts=1, schedule="set alfHost(127.0.0.2) {-mem 16}\n", extra=witnesses.env) as farm:
        finish(farm, "ann", job("big", *[f"witness big{n} 0.1" for n in range(3)], options="-reserve {mem 10}"))

    assert [word for word, *_ in witnesses.lines] == ["start", "end"] * 3


def test_programs_find_their_gpus_and_watchers_see_who_holds_what(tmp_path: Path) -> None:
    witnesses = Witnesses(tmp_path)
    command = "sh -c {exec witness $CUDA_VISIBLE_DEVICES 1000}"
    with whole_farm(tmp_path, hosts=1, schedule="set alfHost(127.0.0.2) {-gpus 4}\n", extra=witnesses.env) as farm:
        farm.run("ann", job("gpus", command, command, options="-reserve {gpu 2 mem 0.5}"))
        witnesses.wait_for(2)

        shown = json.loads(farm.alfred("ann", "-slots", "-json").communicate(timeout=PATIENCE_S)[0])

    assert sorted(name for _, name, *_ in witnesses.lines) == ["0,1", "2,3"]
    assert [host["held"] for host in shown["hosts"]] == [{"gpu": 4.0, "mem": 1.0}]
    assert {tuple(slot["gpus"]) for slot in shown["slots"]} == {(0, 1), (2, 3)}
    assert shown["hosts"][0]["has"]["mem"] > 1.0


def test_a_host_on_which_everything_fails_is_left_alone(tmp_path: Path) -> None:
    witnesses = Witnesses(tmp_path)
    ini = "set alfConfig(blackHoleCount) 3\nset alfConfig(blackHoleRest) 1000\n"
    command = "sh -c {test %%h != 127.0.0.2 && exec witness %s%d 0.2 %%h}"
    with whole_farm(tmp_path, slots=1, ini=ini, extra=witnesses.env) as farm:
        session = farm.run("ann", job("first", *[command % ("ann", n) for n in range(9)]))
        until(farm, "127.0.0.2 rests for 1000 s: 3 different commands in a row have failed there")
        assert session.wait(PATIENCE_S) != 0

        finish(farm, "bob", job("second", *[command % ("bob", n) for n in range(3)]))
        shown = farm.alfred("ann", "-slots").communicate(timeout=PATIENCE_S)[0]

    assert witnesses.places("bob") == {("127.0.0.3",)}
    assert "whatever runs there fails" in shown
