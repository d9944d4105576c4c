"""What the maitre-d hears of commands that have ended on its leases."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from attached import AttachedFarm, attached, frames
from farm import cmd, job, local, task

from runtime.farm_messages import AnyFarmMessage, How, LeaseId, Outcome, Returned, Running
from runtime.messages import Action


def outcomes(farm: AttachedFarm) -> list[Outcome]:
    """In the order in which they were said."""
    told = [message for message in farm.said if isinstance(message, Running | Returned)]
    found = [message.previous if isinstance(message, Running) else message.outcome for message in told]
    return [outcome for outcome in found if outcome is not None]


def one_frame(**options: str) -> AttachedFarm:
    farm = attached()
    farm.submit(job(*frames("a", **options)))
    farm.grant("janus-1")
    return farm


def test_the_end_of_the_last_command_goes_back_with_its_lease() -> None:
    farm = one_frame()

    farm.end("prman a", run_s=7.0)

    [outcome] = outcomes(farm)
    assert outcome == Outcome(1, 1, 1, 1, "a", How.DONE, 0, 7.0, waited_s=0.0)


def test_an_end_tells_how_long_its_command_could_have_run_before_and_what_it_is_part_of() -> None:
    farm = attached()
    frame = task("frame", cmds=[cmd("prman a", service="pixarRender"), cmd("prman b", service="pixarRender")])
    farm.submit(job(task("film", task("reel", frame, cmds=""), cmds="")))
    farm.grant("janus-1")
    farm.end("prman a", run_s=7.0)
    farm.end("prman b")

    first, second = outcomes(farm)
    assert (first.tid, first.within, second.within) == (3, (1, 2), (1, 2))
    assert (first.waited_s, second.waited_s) == (0.0, 0.0)


def test_on_a_lease_that_is_used_again_the_next_command_tells_how_the_one_before_it_ended() -> None:
    farm = attached()
    farm.submit(job(*frames("a", "b")))
    farm.grant("janus-1")

    farm.end("prman a", 3)

    running = farm.told[-1]
    assert (running.title, running.previous and running.previous.status) == ("b", 3)


def test_an_end_is_told_once() -> None:
    farm = attached()
    farm.submit(job(*frames("a", "b")))
    farm.grant("janus-1")

    farm.end("prman a")
    farm.end("prman b")

    assert [outcome.title for outcome in outcomes(farm)] == ["a", "b"]


@pytest.mark.parametrize(
    ("status", "options", "more", "how"),
    [
        (0, {}, {}, How.DONE),
        (1, {}, {}, How.FAILED),
        (1, {}, {"reported": 0}, How.DONE),
        (-9, {}, {"timed_out": True, "swept": True}, How.FAILED),
        (-15, {}, {"stalled": True}, How.FAILED),
        (7, {"retryrc": "7"}, {}, How.RETRY),
        (0, {"minrunsecs": "60"}, {}, How.FAILED),
    ],
)
def test_how_it_ended_is_what_its_job_makes_of_it(
    status: int, options: dict[str, str], more: dict[str, Any], how: How
) -> None:
    farm = one_frame(**options)

    farm.end("prman a", status, **more)

    assert outcomes(farm)[0].how is how


def test_what_its_user_ended_has_not_failed() -> None:
    farm = one_frame()

    farm.act(Action.KILL, 1, 1)
    farm.swept()

    assert [outcome.how for outcome in outcomes(farm)] == [How.ENDED]


def test_what_was_ejected_says_so() -> None:
    farm = attached()
    farm.submit(job(*frames("a")))
    lease = farm.grant("janus-1")

    farm.recall(lease, eject=True)
    farm.swept()

    assert [outcome.how for outcome in outcomes(farm)] == [How.EJECTED]


def test_what_its_alfserver_lost_has_no_status() -> None:
    farm = one_frame()

    farm.carry_out(farm.core.lost(farm.attempt("prman a"), farm.now))

    [outcome] = outcomes(farm)
    assert (outcome.how, outcome.status) == (How.LOST, None)


def test_a_launch_that_cannot_begin_tells_why() -> None:
    farm = one_frame()

    farm.carry_out(farm.core.never_started(farm.attempt("prman a"), "no such program", False, farm.now))

    [outcome] = outcomes(farm)
    assert (outcome.how, outcome.status, outcome.reason) == (How.UNSTARTED, None, "no such program")


def test_a_launch_for_which_nobody_is_to_blame_is_not_spoken_of() -> None:
    farm = one_frame()

    farm.carry_out(farm.core.never_started(farm.attempt("prman a"), "moved", True, farm.now, blameless=True))

    assert outcomes(farm) == []


def test_what_ran_beside_the_dispatcher_says_so() -> None:
    farm = attached(1)
    farm.submit(job(task("a", cmds=[local("netrender", service="PixarRender")])))
    farm.grant("janus-1")

    farm.end("netrender")

    assert [outcome.here for outcome in outcomes(farm)] == [True]


def test_a_lease_that_went_back_before_its_script_was_read_tells_the_status() -> None:
    farm = attached()
    farm.submit(job(task("a", cmds=[cmd("list", expand="1")])))
    farm.grant("janus-1")

    farm.end("list", stdout_path="/tmp/out")
    farm.read(None, "gone")

    assert [(outcome.how, outcome.status) for outcome in outcomes(farm)] == [(How.DONE, 0)]


def test_messages_of_before_are_still_understood() -> None:
    old = msgspec.msgpack.encode(["Returned", [7, 1], "busy"])

    assert msgspec.msgpack.Decoder(AnyFarmMessage).decode(old) == Returned(LeaseId(7, 1), "busy")
