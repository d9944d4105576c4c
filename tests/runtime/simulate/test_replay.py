"""Recorded jobs, put together again: what waits for what, and how each command runs."""

from __future__ import annotations

from typing import Any

import pytest
from days import Reader, schedule
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.farm_messages import How
from runtime.history.tally import By
from runtime.needs import Need
from runtime.settings import DEFAULTS
from runtime.simulate.farm import Farm
from runtime.simulate.recorded import RecordedJob, RecordedNeed, RecordedRun
from runtime.simulate.replay import Replay, Try, replay
from runtime.simulate.workload import Workload

RENDER = RecordedNeed(0.0, 1, Need(service="pixarRender"))


def ran(at: float, run_s: float, tid: int, cid: int | None = None, **more: Any) -> RecordedRun:
    """Done, and able to run since the job came, where nothing else is said."""
    how, status = more.pop("how", How.DONE), more.pop("status", 0)
    waited_s = more.pop("waited_s", at - run_s)
    return RecordedRun(at, run_s, how, status, tid, cid or tid, f"t{tid}", request=1, waited_s=waited_s, **more)


def job(*runs: RecordedRun, **more: Any) -> RecordedJob:
    needs = more.pop("needs", (RENDER,))
    return RecordedJob(more.pop("at", 0.0), "anna", "ws1", 1, "shot", needs=needs, runs=runs, **more)


def rebuilt(*runs: RecordedRun, retry_max: int = 3, draw: float = 0.5, **more: Any) -> Replay:
    found = replay(job(*runs, **more), retry_max, lambda cid: draw)
    assert found is not None
    return found


def again(*jobs: RecordedJob, slots: int = 1) -> Farm:
    """They run on a farm of so many slots, to their end."""
    quick = Workload("record", start_s=0.0, ping_s=0.0, own_slots=1000)
    made = Farm(schedule(slots), quick, 1, DEFAULTS, Reader(), None, jobs)
    made.run()
    return made


def end_of(*runs: RecordedRun, slots: int = 1, **more: Any) -> float:
    made = again(job(*runs, **more), slots=slots)
    assert made.ledger.jobs.total() == 1
    return made.agenda.now


# ---- what waits for what


def test_commands_that_could_run_at_once_do() -> None:
    assert end_of(ran(10, 10, 1), ran(30, 20, 2), slots=2) == pytest.approx(20)


def test_the_parts_of_a_task_come_before_its_own_command() -> None:
    frames = [ran(10 * n, 10, n, within=(1,)) for n in (2, 3, 4)]

    assert end_of(*frames, ran(50, 10, 1, 4, waited_s=0), slots=3) == pytest.approx(20)


def test_the_commands_of_a_task_come_one_after_the_other() -> None:
    assert end_of(ran(10, 10, 1, 1), ran(20, 10, 1, 2, waited_s=0), slots=2) == pytest.approx(20)


def test_a_task_that_could_run_when_another_had_ended_waits_for_that() -> None:
    """An Instance, or a series: first one that takes 10 s, then one of 5 s."""
    assert end_of(ran(10, 10, 1), ran(35, 5, 2, waited_s=20), slots=2) == pytest.approx(15)


def test_it_waits_for_all_that_ended_with_it() -> None:
    """The last one of three frames ended as the film could run; on a slower farm another is the last."""
    frames = [ran(10, 10, 2, within=(1,)), ran(12, 12, 3, within=(1,)), ran(20, 8, 4, within=(1,))]

    assert end_of(*frames, ran(25, 5, 5, waited_s=0), slots=3) == pytest.approx(17)


def test_what_nothing_explains_is_a_pause() -> None:
    made = again(job(ran(100, 10, 1, waited_s=50)))

    assert made.agenda.now == pytest.approx(50)
    assert (made.ledger.commands, made.ledger.beside) == (1, 0)
    assert made.ledger.waits(By.FARM, "").longest_s == pytest.approx(0)


def test_what_a_command_has_printed_comes_after_it() -> None:
    printed = [ran(20, 10, 2, within=(1,), waited_s=0), ran(30, 10, 3, within=(1,), waited_s=10)]

    assert end_of(ran(10, 10, 1, 1), *printed, slots=2) == pytest.approx(20)


def test_of_a_record_that_says_less_a_command_could_run_when_its_job_had_last_asked() -> None:
    needs = (RENDER, RecordedNeed(20.0, 2, Need(service="pixarRender")))
    runs = [RecordedRun(at, 10, How.DONE, 0, n, n) for n, at in ((1, 10), (2, 20), (3, 30))]

    assert end_of(*runs, needs=needs, slots=2) == pytest.approx(20)


# ---- how it runs


def test_a_command_that_was_tried_again_fails_first() -> None:
    failed = ran(10, 10, 1, how=How.RETRY, status=7)

    found = rebuilt(failed, ran(25, 15, 1))
    assert found.tries == ((Try(10, 7), Try(15, 0)),)
    assert end_of(failed, ran(25, 15, 1)) == pytest.approx(25)


def test_no_command_is_tried_again_more_often_than_the_site_allows() -> None:
    failed = [ran(10.0 * n, n, 1, how=How.RETRY, status=7) for n in range(1, 6)]

    assert rebuilt(*failed, ran(90, 15, 1), retry_max=2).tries == ((Try(4, 7), Try(5, 7), Try(15, 0)),)


def test_an_error_stops_the_job() -> None:
    made = again(job(ran(10, 10, 1, how=How.FAILED, status=3)))

    assert made.ledger.jobs == {"stopped": 1}


def test_an_error_that_was_skipped_stops_nothing() -> None:
    made = again(job(ran(10, 10, 2, how=How.FAILED, status=3, within=(1,)), ran(60, 10, 1, 1, waited_s=0)))

    assert made.ledger.jobs == {"done": 1}


def test_what_was_lost_is_not_repeated() -> None:
    lost = (ran(4, 4, 1, how=How.EJECTED, status=-15), ran(9, 5, 1, how=How.LOST, status=None))

    assert rebuilt(*lost, ran(20, 11, 1)).tries == ((Try(11, 0),),)


def test_how_long_a_command_takes_that_never_ended_is_drawn_from_its_job() -> None:
    lost = ran(4, 4, 3, how=How.LOST, status=None)

    assert rebuilt(ran(10, 10, 1), ran(20, 20, 2), lost, draw=0.9).tries[-1] == (Try(20, 0),)
    assert rebuilt(ran(10, 10, 1), ran(20, 20, 2), lost, draw=0.1).tries[-1] == (Try(10, 0),)


def test_a_job_of_which_nothing_ended_is_left_out_and_counted() -> None:
    made = again(job(ran(4, 4, 1, how=How.LOST, status=None)), job())

    assert (made.ledger.unknown_jobs, made.ledger.arrived) == (2, 0)


def test_of_what_ran_at_the_beginning_the_rest_is_left() -> None:
    assert end_of(ran(-5, 20, 1), ran(7, 20, 2), at=-1.0) == pytest.approx(7)


def test_a_command_needs_what_its_request_needed() -> None:
    need = Need("linux", "@.mem > 2", 2, 4, True, ("prman", "linux", "slow"), (("mem", 8.0),))

    [task] = rebuilt(ran(10, 10, 1), needs=(RecordedNeed(0.0, 1, need, 5.0, "rush"),)).job.tasks

    options = task.cmds[0].options  # type: ignore[union-attr]
    assert options == {
        "service": "linux", "metrics": "@.mem > 2", "atleast": "2", "atmost": "4", "samehost": "1",
        "tags": "prman linux slow", "reserve": "mem 8",
    }  # fmt: skip


def test_a_job_has_its_project_tier_and_priority() -> None:
    found = rebuilt(ran(10, 10, 1), needs=(RecordedNeed(0.0, 1, Need(), 5.0, "rush"),), project="toy")

    assert (found.job.options, found.priority) == ({"title": "shot", "projects": "toy", "tier": "rush"}, 5.0)


# ---- whatever is on record


@st.composite
def records(draw: st.DrawFn) -> RecordedJob:
    """Runs of which nothing need fit together."""
    paths: dict[int, tuple[int, ...]] = {}
    for tid in range(1, draw(st.integers(1, 8)) + 1):
        above = draw(st.integers(0, tid - 1))
        paths[tid] = (*paths[above], above) if above else ()
    runs = []
    for tid, within in paths.items():
        for cid in range(10 * tid, 10 * tid + draw(st.integers(0, 2))):
            for _ in range(draw(st.integers(1, 2))):
                at, run_s = draw(st.integers(-10, 60)), draw(st.integers(0, 20))
                how = draw(st.sampled_from([*How, None]))
                status = 0 if how is How.DONE else draw(st.sampled_from([None, 0, 3, -9]))
                waited_s = float(draw(st.integers(-1, 60)))
                runs.append(ran(at, run_s, tid, cid, how=how, status=status, within=within, waited_s=waited_s))
    return job(*sorted(runs, key=lambda run: run.at))


@settings(max_examples=150, deadline=None)
@given(records())
def test_every_job_of_a_record_comes_to_rest(recorded: RecordedJob) -> None:
    made = again(recorded, slots=2)

    assert made.ledger.jobs.total() == made.ledger.arrived
    assert not made.stalled
