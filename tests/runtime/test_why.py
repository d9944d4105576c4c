"""Why a job or a task does not run."""

from __future__ import annotations

import pytest
from attached import attached, frames
from farm import Farm, cmd, instance, job, local, task

from runtime.messages import Action
from runtime.settings import Settings
from runtime.why import Why, why


def lines(farm: Farm, tid: int | None, jid: int = 1) -> tuple[str, ...]:
    return why(farm.core, jid, tid, farm.now).lines


def test_a_job_says_what_it_waits_for() -> None:
    farm = Farm(1)
    farm.submit(job(task("a"), task("b")))
    farm.submit(job(task("c"), afterjids="1"), after=farm.now + 60)

    assert lines(farm, None, 2) == ("-after: 60 s to go", "-afterjids: job 1 is not done")


def test_a_job_that_is_done_waits_for_nothing() -> None:
    farm = Farm(1)
    farm.submit(job(task("a")))
    farm.end("a")

    assert why(farm.core, 1, None, farm.now) == Why(())


def test_a_ready_task_names_the_request_to_ask_about() -> None:
    farm = attached()
    farm.submit(job(*frames("a", "b")))

    assert why(farm.core, 1, 2, farm.now) == Why(
        ("no server yet", "1 commands with the same need stand before it"), (1,)
    )
    assert why(farm.core, 1, None, farm.now) == Why(("no server yet",), (1,))


def test_a_ready_task_knows_when_no_maitre_d_is_there() -> None:
    farm = attached()
    farm.submit(job(*frames("a")))
    farm.detach()

    assert lines(farm, 1) == ("no maitre-d is attached",)


def test_the_jobs_reasons_come_before_those_of_its_task() -> None:
    farm = attached()
    jid = farm.submit(job(*frames("a", "b"), maxactive="1"))
    farm.grant("janus-1")
    farm.act(Action.PAUSE, jid)

    assert lines(farm, 2)[:2] == ("paused", "-maxactive 1")


def test_a_local_limit_is_named() -> None:
    farm = attached(settings=Settings(limits_local={"prman": 1}))
    farm.submit(job(*frames("a", "b")))
    farm.grant("janus-1")

    assert lines(farm, 2) == ("limit prman: 1 of 1 running",)


def test_a_shared_check_out_in_use_is_named() -> None:
    farm = attached()
    below = [task(name, cmds=[cmd(name, refersto="srv")]) for name in ("x", "y")]
    farm.submit(job(task("f", *below, cmds=[], id="srv", service="PixarRender")))
    farm.grant("janus-1")

    assert lines(farm, 3) == ("its shared check-out is in use",)


def test_the_machines_own_slots_are_named() -> None:
    farm = attached(1)
    farm.submit(job(task("a", cmds=[local("a")]), task("b", cmds=[local("b")])))

    assert lines(farm, 2) == ("every slot is busy",)


def test_a_parent_waits_for_its_children() -> None:
    farm = Farm(1)
    farm.submit(job(task("p", *[task(f"t{number}") for number in range(5)])))

    assert lines(farm, 1) == ("waits for t0 (1.2), t1 (1.3), t2 (1.4) and 2 more below it",)


def test_an_instance_names_its_task() -> None:
    farm = Farm(1)
    farm.submit(job(task("a"), task("b", instance("a"))))

    assert lines(farm, 2) == ("waits for a (1.1)",)


def test_what_is_held_names_the_error() -> None:
    farm = Farm(1)
    farm.submit(job(task("p", task("q", task("a")))))
    farm.end("a", 3)

    assert lines(farm, 1)[0] == "held by a (1.3): exit status 3"
    assert lines(farm, 3) == ("it is in error: exit status 3",)


def test_a_series_names_whose_turn_it_is() -> None:
    farm = Farm(1)
    farm.submit(job(task("p", task("a"), task("b"), serialsubtasks="1")))

    assert lines(farm, 3) == ("its turn has not come: a (1.2) comes before it",)


def test_what_runs_and_what_is_done_says_so() -> None:
    farm = Farm(1)
    farm.submit(job(task("a"), task("b")))
    assert lines(farm, 1) == ("it is at work",)

    farm.end("a")

    assert lines(farm, 1) == ("it is done",)


def test_a_job_that_is_not_there_is_an_error() -> None:
    farm = Farm(1)

    with pytest.raises(KeyError):
        why(farm.core, 5, None, farm.now)
