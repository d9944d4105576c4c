"""A dispatcher that comes back: what runs on alfservers goes on, and its leases are named to the maitre-d."""

from __future__ import annotations

from attached import AttachedFarm, attached, frames
from farm import Running, cmd, job, local, task

from runtime.farm_messages import LeaseId
from runtime.messages import Action, JobState
from runtime.orders import Exit


def back(farm: AttachedFarm) -> AttachedFarm:
    """The dispatcher after a kill -9 and a restart; `remote` commands go on."""
    farm.detach()
    other = AttachedFarm(farm.machine.size)
    other.now, other.scripts, other.facts = farm.now, dict(farm.scripts), list(farm.facts)
    other.core.replay(other.facts, lambda fact: other.scripts[fact.jid])
    other.running = dict(farm.running)
    other.leases = farm.leases
    other.carry_out(other.core.adopt([], set(), other.now))
    return other


def test_remote_attempts_are_left_alone_and_listed() -> None:
    farm = attached()
    farm.submit(job(*frames("a")))
    lease = farm.grant("janus-1")

    other = back(farm)

    assert other.at_work == ["prman a"]
    [(number, place)] = other.core.remote_attempts().items()
    assert (number, place.id, place.first.host, place.request) == (1, lease, "janus", 1)
    assert other.sweeps == []


def test_a_remote_attempt_that_ended_meanwhile_is_over() -> None:
    farm = attached()
    farm.submit(job(*frames("a")))
    farm.grant("janus-1")
    other = back(farm)

    other.carry_out(other.core.exited(Exit(1, 0, 3.0), other.now))

    assert other.job_state() is JobState.DONE
    assert other.core.remote_attempts() == {}


def test_a_remote_attempt_that_was_never_seen_runs_again_with_its_retry_code_unchanged() -> None:
    farm = attached()
    farm.submit(job(task("a", cmds=[cmd("prman %r")])))
    farm.grant("janus-1")
    other = back(farm)
    other.attach()

    other.carry_out(other.core.never_started(1, "not known there", True, other.now))
    other.grant("janus-1")

    assert other.at_work == ["prman 0"]


def test_what_ran_beside_the_dispatcher_under_a_lease_is_its_launchers() -> None:
    farm = attached()
    farm.submit(job(task("a", cmds=[local("nuke %r", service="nuke")])))
    farm.grant("janus-1")

    other = back(farm)

    assert other.core.remote_attempts() == {}
    assert other.core.held(other.now) == ()
    assert other.state("a") == "ready"


def test_leases_of_what_runs_are_named_to_the_maitre_d() -> None:
    farm = attached()
    farm.submit(job(*frames("a", "b")))
    lease = farm.grant("janus-1")

    other = back(farm)

    assert other.held == [lease]
    assert other.core.epoch == lease.epoch
    other.attach()
    assert other.returned_leases == []
    assert [want.total for want in other.wants] == [1]


def test_numbers_of_requests_are_not_used_again() -> None:
    farm = attached()
    farm.submit(job(*frames("a", "b")))
    farm.grant("janus-1")

    other = back(farm)
    other.attach()

    assert other.totals == {2: 1}


def test_a_lease_from_before_goes_back_when_its_command_ends() -> None:
    farm = attached()
    farm.submit(job(*frames("a", "b")))
    lease = farm.grant("janus-1")
    other = back(farm)
    other.attach()

    other.end("prman a")

    assert other.at_work == []
    assert other.returned_leases == [lease]
    assert other.totals == {2: 1}


def test_a_shared_check_out_goes_on_after_a_restart() -> None:
    farm = attached()
    cmds = [cmd("a", refersto="srv"), cmd("b", refersto="srv")]
    farm.submit(job(task("f", cmds=cmds, id="srv", service="PixarRender")))
    lease = farm.grant("janus-1")
    other = back(farm)
    other.attach()

    other.end("a")
    assert other.at_work == ["b"]
    other.end("b")

    assert other.returned_leases == [lease]
    assert other.wants == []


def test_what_is_of_no_use_any_more_is_swept_on_its_alfserver() -> None:
    farm = attached()
    jid = farm.submit(job(*frames("a")))
    farm.grant("janus-1")
    farm.act(Action.SKIP, jid, 1)

    other = back(farm)

    assert other.sweeps[-1].attempts == (1,)


def test_lost_leases_of_an_earlier_life_are_let_go() -> None:
    farm = attached()
    farm.submit(job(*frames("a")))
    lease = farm.grant("janus-1")
    other = back(farm)

    other.attach(lease)

    assert other.held == []
    assert other.sweeps[-1].attempts == (1,)
    assert other.core.remote_attempts().keys() == {1}


def test_what_was_ejected_just_before_a_crash_runs_again() -> None:
    farm = attached()
    farm.submit(job(task("a", cmds=[cmd("prman %r")])))
    lease = farm.grant("janus-1")
    farm.recall(lease, eject=True)
    other = back(farm)
    other.attach()

    other.carry_out(other.core.exited(Exit(1, -15, 3.0, swept=True), other.now))
    other.grant("ada-1")

    assert other.at_work == ["prman 1"]


def test_a_job_that_is_left_out_keeps_its_numbers() -> None:
    farm = attached()
    farm.submit(job(*frames("a")))
    lease = farm.grant("janus-1")
    other = AttachedFarm()

    other.core.leave_out(1, farm.facts)
    other.carry_out(other.core.adopt([], set(), other.now))

    assert other.core.epoch == LeaseId(lease.epoch, 0).epoch
    assert other.core.remote_attempts() == {}


def test_every_prefix_of_the_journal_is_a_queue_that_goes_on() -> None:
    farm = attached()
    cmds = [cmd("a", refersto="srv"), cmd("b", refersto="srv")]
    farm.submit(job(task("f", cmds=cmds, id="srv", service="PixarRender"), *frames("c", "d")))
    farm.grant("janus-1")
    farm.grant("ada-1", request=1)
    while farm.at_work:
        farm.end(farm.at_work[0])

    for length in range(1, len(farm.facts) + 1):
        other = AttachedFarm()
        other.scripts, other.facts = farm.scripts, farm.facts[:length]
        other.core.replay(other.facts, lambda fact: farm.scripts[fact.jid])
        other.carry_out(other.core.adopt([], set(), other.now))
        for number, place in other.core.remote_attempts().items():
            graph = other.core.jobs[1].graph
            cid = next(cid for cid, attempt in graph.active.items() if attempt == number)
            order = farm.core.jobs[1].graph.cmd(cid)
            other.running[number] = Running(_Known(order.launch), place.first.name)  # type: ignore[arg-type]
        other.attach()
        for _ in range(20):
            while other.at_work:
                other.end(other.at_work[0])
            open_wants = [number for number, total in other.totals.items() if total]
            if not open_wants:
                break
            other.grant("janus-1", request=open_wants[0])

        assert other.job_state() is JobState.DONE
        assert other.held == []


class _Known:
    """An attempt that runs on, of which only its words are known."""

    def __init__(self, text: str) -> None:
        self.argv = (text,)
