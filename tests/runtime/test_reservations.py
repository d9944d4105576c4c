"""-reserve on the dispatcher's side: whose word counts, what a machine by itself starts, which GPUs a command sees."""

from __future__ import annotations

import pytest
from farm import Farm, cmd, job, local, task

from runtime.machine import Machine, own_slots
from runtime.settings import Settings


def machine(slots: int = 4, has: str = "mem 16 gpu 2") -> Machine:
    return Machine(own_slots("here", slots), has=has)


def needs(farm: Farm) -> dict[str, tuple[tuple[str, float], ...]]:
    """What the first commands of tasks reserve, by title."""
    queued, tree = farm.core.jobs[1], farm.core.jobs[1].graph.tree
    found = {tid: tree.node(tid).cmds for tid in range(1, tree.size)}
    return {
        tree.node(tid).title: queued.need_for(tid, tree.first_cid_of(tid), cmds[0])[0].reserve
        for tid, cmds in found.items()
        if cmds
    }


def test_a_command_has_what_its_task_and_its_job_reserve_as_far_as_it_does_not_say_it_itself() -> None:
    farm = Farm(machine=machine())

    farm.submit(
        job(
            task("job's", cmds=[cmd("a")]),
            task("task's", cmds=[cmd("a")], reserve="mem 2"),
            task("own", cmds=[cmd("a", reserve="mem 3")], reserve="mem 2 gpu 2"),
            task("none", cmds=[cmd("a", reserve="mem 0")]),
            reserve="mem 1",
        )
    )

    assert needs(farm) == {
        "job's": (("mem", 1.0),),
        "task's": (("mem", 2.0),),
        "own": (("gpu", 2.0), ("mem", 3.0)),
        "none": (),
    }


def test_a_task_reserves_for_its_own_commands_alone() -> None:
    farm = Farm(machine=machine())

    farm.submit(job(task("above", task("below", cmds=[cmd("a")]), cmds="", reserve="mem 2")))

    assert needs(farm) == {"below": ()}


def test_the_site_says_what_is_reserved_by_who_says_nothing() -> None:
    farm = Farm(machine=machine(), settings=Settings(reserve_default="mem 2"))

    farm.submit(job(task("a", cmds=[cmd("a")]), task("b", cmds=[cmd("b", reserve="gpu 1")])))

    assert needs(farm) == {"a": (("mem", 2.0),), "b": (("gpu", 1.0), ("mem", 2.0))}


def test_no_more_is_started_than_what_is_reserved_leaves_room_for() -> None:
    farm = Farm(machine=machine())
    farm.submit(job(*(task(name, cmds=[local(name, reserve="mem 7")]) for name in "abc")))

    assert farm.at_work == ["a", "b"]

    farm.end("a")
    assert farm.at_work == ["b", "c"]


def test_small_ones_go_on_beside_a_big_one_and_do_not_pass_it_for_ever() -> None:
    farm = Farm(machine=machine())
    farm.submit(
        job(task("s1", cmds=[local("s1", reserve="mem 8")]), task("big", cmds=[local("big", reserve="mem 16")]))
    )
    farm.submit(job(*(task(name, cmds=[local(name, reserve="mem 8")]) for name in ("s2", "s3", "s4"))))
    assert farm.at_work == ["s1", "s2"]

    farm.pass_time(3600.0)
    farm.end("s1")
    farm.end("s2")

    assert farm.at_work == ["big"]


def test_gpus_are_told_to_the_program_by_number() -> None:
    farm = Farm(machine=machine())

    farm.submit(job(*(task(name, cmds=[local(name, reserve="gpu 1")]) for name in "ab"), task("c", cmds=[local("c")])))

    assert farm.order("a").env["CUDA_VISIBLE_DEVICES"] == "0"
    assert farm.order("b").env["CUDA_VISIBLE_DEVICES"] == "1"
    assert "CUDA_VISIBLE_DEVICES" not in farm.order("c").env


def test_what_runs_over_a_restart_holds_what_it_has_reserved() -> None:
    farm = Farm(machine=machine())
    farm.submit(
        job(task("a", cmds=[local("a", reserve="mem 10 gpu 1")]), task("b", cmds=[local("b", reserve="gpu 1")]))
    )
    farm.end("a")
    running = dict(farm.running)

    again = Farm(machine=machine())
    again.scripts = dict(farm.scripts)
    again.core.replay(farm.facts, lambda fact: again.scripts[fact.jid])
    again.adopt([], running)
    again.submit(job(task("c", cmds=[local("c", reserve="gpu 1")])))

    assert again.order("c").env["CUDA_VISIBLE_DEVICES"] == "0"


@pytest.mark.parametrize(
    ("reserve", "words"),
    [
        ("mem 20", "it reserves 20 GB of memory: there is 16 GB of memory in all, on this machine"),
        ("mem lots", '-reserve {mem lots}: mem: expected floating-point number but got "lots"'),
    ],
)
def test_what_can_never_be_reserved_here_is_an_error(reserve: str, words: str) -> None:
    farm = Farm(machine=machine())

    farm.submit(job(task("a", cmds=[local("a", reserve=reserve)])))

    assert farm.reason("a") == words


def test_a_shared_check_out_reserves_once() -> None:
    farm = Farm(machine=machine())
    shared = [cmd("a", refersto="srv"), cmd("b", refersto="srv")]
    farm.submit(job(task("t", cmds=shared, id="srv", service="x", reserve="mem 10")))
    farm.submit(job(task("u", cmds=[local("u", reserve="mem 10")])))
    assert farm.at_work == ["a"]

    farm.end("a")
    assert farm.at_work == ["b"]
    farm.end("b")

    assert farm.at_work == ["u"]
