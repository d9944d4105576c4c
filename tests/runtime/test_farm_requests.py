"""What a dispatcher asks of its maitre-d: one request for each need of a job, and how much it should hold."""

from __future__ import annotations

from attached import attached, frames
from farm import cmd, instance, iterate, job, local, task

from runtime.farm_messages import Excluding, JobEnded, Want
from runtime.messages import Action, JobState
from runtime.needs import Need
from runtime.queued import AHEAD, PEEK, PEEK_S
from runtime.settings import Settings


def test_commands_of_equal_need_are_one_request() -> None:
    farm = attached()

    farm.submit(job(*frames("a", "b", "c"), title="film", priority="5"))

    [want] = farm.said
    assert want == Want(1, 1, 1, "film", Need(tags=want.need.tags), 3, 5.0)


def test_a_remote_cmd_waits_for_the_farm_and_a_plain_cmd_takes_a_slot_of_the_machine() -> None:
    farm = attached()

    farm.submit(job(task("a"), task("b", cmds=[local("b")])))

    assert farm.at_work == ["b"]
    assert farm.totals == {1: 1}


def test_a_cmd_with_a_service_waits_for_the_farm() -> None:
    farm = attached()

    farm.submit(job(task("a", cmds=[local("a", service="nuke")])))

    assert farm.at_work == []
    assert farm.wants[0].need.service == "nuke"


def test_different_needs_are_different_requests() -> None:
    farm = attached()

    farm.submit(job(task("a", cmds=[cmd("x", service="linux")]), task("b", cmds=[cmd("x", service="mac")])))

    assert farm.totals == {1: 1, 2: 1}
    assert [want.need.service for want in farm.wants] == ["linux", "mac"]


def test_equal_needs_of_two_jobs_are_two_requests() -> None:
    farm = attached()

    farm.submit(job(task("a")))
    farm.submit(job(task("a")))

    assert farm.totals == {1: 1, 2: 1}


def test_what_runs_counts_among_what_should_be_held() -> None:
    farm = attached()
    farm.submit(job(task("a"), task("b", cmds=[cmd("a")]), task("c", instance("a"), cmds=[cmd("a")])))
    farm.grant("janus-1")

    assert farm.at_work == ["a"]
    assert farm.totals == {1: 2}


def test_nothing_more_is_wanted_when_nobody_waits() -> None:
    farm = attached()
    farm.submit(job(task("a")))

    farm.grant("janus-1")

    assert farm.totals == {1: 0}
    assert farm.held


def test_a_new_maitre_d_is_told_everything_again() -> None:
    farm = attached()
    farm.submit(job(*frames("a", "b")))
    farm.detach()
    farm.said.clear()

    farm.attach()

    assert farm.totals == {1: 2}


def test_nothing_is_said_while_no_maitre_d_is_attached() -> None:
    farm = attached()
    farm.detach()

    farm.submit(job(task("a")))

    assert farm.said == []


def test_a_paused_job_wants_nothing() -> None:
    farm = attached()
    jid = farm.submit(job(*frames("a", "b")))
    farm.act(Action.PAUSE, jid)
    assert farm.totals == {1: 0}

    farm.act(Action.RESUME, jid)

    assert farm.totals == {1: 2}


def test_a_job_with_after_wants_nothing_before_its_time() -> None:
    farm = attached()
    farm.submit(job(task("a")), after=2000.0)
    assert farm.said == []

    farm.pass_time(1000.0)

    assert farm.totals == {1: 1}


def test_its_time_comes_also_with_another_event() -> None:
    farm = attached()
    farm.submit(job(task("a")), after=2000.0)

    farm.now = 2001.0
    farm.submit(job(task("b", cmds=[local("b")])))

    assert farm.totals == {1: 1}


def test_a_job_with_afterjids_wants_nothing_before_the_other_is_done() -> None:
    farm = attached()
    farm.submit(job(task("a", cmds=[local("a")])))
    farm.submit(job(task("b")), after=None)
    farm.act(Action.EDIT, 2, value="afterjids=1")
    assert farm.totals == {1: 0}

    farm.end("a")

    assert farm.wants[-1].total == 1


def test_no_more_is_wanted_than_maxactive_allows() -> None:
    farm = attached()

    farm.submit(job(*frames("a", "b", "c"), maxactive="2"))

    assert farm.totals == {1: 2}


def test_no_more_is_wanted_than_local_limits_allow() -> None:
    farm = attached(settings=Settings(limits_local={"prman": 2}))

    farm.submit(job(*[task(f"t{number}", cmds=[cmd(f"prman {number}")]) for number in range(5)]))

    assert farm.totals == {1: 2}


def test_the_limits_of_the_site_are_the_maitre_ds() -> None:
    farm = attached(settings=Settings(limits_global={"prman": 2}))

    farm.submit(job(*[task(f"t{number}", cmds=[cmd(f"prman {number}")]) for number in range(5)]))

    assert farm.totals == {1: 5}
    assert "prman" in farm.wants[0].need.tags


def test_a_local_limit_that_one_job_leaves_is_open_for_another() -> None:
    farm = attached(settings=Settings(limits_local={"prman": 1}))
    farm.submit(job(task("a", cmds=[cmd("prman a")])))
    farm.grant("janus-1")
    farm.submit(job(task("b", cmds=[cmd("prman b")])))
    assert farm.totals == {1: 0}

    farm.end("prman a")

    assert farm.totals == {1: 0, 2: 1}


def test_with_a_local_limit_a_job_that_was_over_and_is_restarted_wants_leases_again() -> None:
    farm = attached(settings=Settings(limits_local={"prman": 1}))
    jid = farm.submit(job(task("a", cmds=[cmd("prman a")])))
    farm.grant("janus-1")
    farm.end("prman a")
    assert farm.job_state() is JobState.DONE

    farm.act(Action.RESTART, jid, 1)

    assert list(farm.totals.values())[-1] == 1


def test_a_new_priority_is_said() -> None:
    farm = attached()
    jid = farm.submit(job(task("a")))

    farm.act(Action.PRIORITY, jid, value="50")

    assert [want.priority for want in farm.wants] == [1.0, 50.0]


def test_a_job_says_its_tier_and_the_first_of_its_projects() -> None:
    farm = attached()

    farm.submit(job(*frames("a"), projects="{film ads}", tier=" rush "))

    assert (farm.wants[0].project, farm.wants[0].tier) == ("film", "rush")


def test_a_new_tier_is_said() -> None:
    farm = attached()
    jid = farm.submit(job(*frames("a"), project="film", tier="batch"))

    farm.act(Action.EDIT, jid, value="tier=rush")

    assert (farm.wants[-1].project, farm.wants[-1].tier) == ("film", "rush")


def test_commands_that_are_skipped_are_wanted_no_more() -> None:
    farm = attached()
    jid = farm.submit(job(*frames("a", "b")))

    farm.act(Action.SKIP, jid, 1)

    assert farm.totals == {1: 1}


def test_a_deleted_job_takes_its_requests_back() -> None:
    farm = attached()
    jid = farm.submit(job(*frames("a", "b")))

    farm.act(Action.DELETE, jid)

    assert farm.totals == {1: 0}


def test_an_edited_service_is_another_request() -> None:
    farm = attached()
    jid = farm.submit(job(task("a")))

    farm.act(Action.EDIT, jid, value="service=linux")

    assert farm.totals == {1: 0, 2: 1}
    assert farm.wants[-1].need.service


def test_a_total_that_falls_slowly_is_not_said_for_every_command() -> None:
    farm = attached()
    farm.submit(job(*[task(f"t{number}", cmds=[cmd("a")]) for number in range(100)]))
    farm.grant("janus-1")

    for _ in range(99):
        farm.end("a")

    assert len(farm.wants) < 40
    assert farm.totals == {1: 0}


def test_a_large_job_asks_for_what_can_run_next_and_is_not_read_to_its_end() -> None:
    farm = attached()

    farm.submit(job(iterate(1_000_000, "step")))

    assert farm.totals == {1: AHEAD}
    assert farm.reader.steps_read < 2 * AHEAD


def test_what_can_run_here_is_found_behind_what_the_farm_does_not_serve() -> None:
    farm = attached()
    many = [task(f"t{number}", cmds=[cmd("a")]) for number in range(AHEAD + PEEK)]
    farm.submit(job(*many, task("here", cmds=[local("here")])))
    assert farm.at_work == []

    farm.pass_time(PEEK_S)
    farm.pass_time(PEEK_S)
    farm.pass_time(PEEK_S)

    assert farm.at_work == ["here"]


def test_looking_further_ahead_has_its_time() -> None:
    farm = attached()
    farm.submit(job(*[task(f"t{number}", cmds=[cmd("a")]) for number in range(2 * AHEAD)]))

    assert farm.core.next_deadline() == farm.now + PEEK_S


def test_a_large_job_that_is_done_leaves_no_time_behind_at_which_to_look_again() -> None:
    farm = attached()
    many = [task(f"t{number}", cmds=[cmd("a")]) for number in range(AHEAD + 1)]
    farm.submit(job(*many, task("last", cmds=[cmd("z", service="gpu")])))
    farm.grant("janus-1", request=1)
    farm.end("a")
    farm.grant("apollo-1", request=2)
    farm.end("z")

    for _ in range(AHEAD):
        farm.end("a")
    farm.pass_time(PEEK_S)

    assert farm.core.next_deadline() is None


def test_the_maitre_d_hears_of_a_jobs_end() -> None:
    farm = attached()
    farm.submit(job(task("a"), title="film"))
    farm.grant("janus-1")

    farm.end("a", 1)

    assert JobEnded(1, "film", "stopped") in farm.said


def test_a_maitre_d_that_comes_back_hears_of_the_ends_meanwhile() -> None:
    farm = attached()
    farm.submit(job(task("a", cmds=[local("a")]), title="film"))
    farm.detach()
    farm.end("a")

    farm.attach()

    assert JobEnded(1, "film", "done") in farm.said


def test_exclusions_are_said_and_kept_for_the_next_attach() -> None:
    farm = attached()

    farm.carry_out(farm.core.exclude(("janus",), farm.now))

    assert farm.said == [Excluding(("janus",))]
    assert farm.core.excluded == ("janus",)


def test_without_a_farm_the_machine_serves_all_commands() -> None:
    farm = attached()
    farm.submit(job(*frames("a", "b")))

    farm.carry_out(farm.core.use_farm(False, farm.now))

    assert farm.at_work == ["prman a", "prman b"]
    assert farm.totals == {1: 0}


def test_with_a_farm_again_what_waits_is_asked_of_it() -> None:
    farm = attached(1)
    farm.carry_out(farm.core.use_farm(False, farm.now))
    farm.submit(job(*frames("a", "b")))
    assert farm.at_work == ["prman a"]

    farm.carry_out(farm.core.use_farm(True, farm.now))

    assert farm.at_work == ["prman a"]
    assert farm.totals == {1: 1}
