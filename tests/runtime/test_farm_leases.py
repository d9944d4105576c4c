"""What runs on a lease, how long it is kept, and when it goes back."""

from __future__ import annotations

from typing import Any

from attached import EPOCH, LEASE_S, AttachedFarm, attached, frames, slot
from farm import cmd, instance, job, local, task

from runtime.facts import Ended, NeverStarted, Outcome, Started
from runtime.farm_messages import Granted, Lease, LeaseId, Returned, Want
from runtime.job.model import Cmd, CmdKind
from runtime.messages import Action, JobState
from runtime.orders import Exit, Record
from runtime.settings import Settings


def refuse(farm: AttachedFarm, text: str, reason: str = "no", *, transient: bool = True, **more: Any) -> None:
    farm.carry_out(farm.core.never_started(farm.attempt(text), reason, transient, farm.now, **more))


# ---- launches ---------------------------------------------------------------------------------------------


def test_a_remote_cmd_runs_on_the_first_slot_of_its_lease() -> None:
    farm = attached()
    farm.submit(job(*frames("a")))

    lease = farm.grant("janus-1", "janus-2")

    place = farm.order("prman a").place
    assert place is not None
    assert (place.id, place.first.name, place.first.host, place.first.port) == (lease, "janus-1", "janus", 1501)


def test_a_launch_on_a_lease_is_in_the_journal_before_it_is_sent() -> None:
    farm = attached()
    farm.submit(job(*frames("a")))

    lease = Lease(LeaseId(EPOCH, 1), (slot("janus-1"),))
    orders = farm.core.granted(Granted(farm.wants[0].request, lease), farm.now)

    started = [order for order in orders if isinstance(order, Record) and isinstance(order.fact, Started)]
    assert [order.barrier for order in started] == [True]


def test_percent_codes_are_those_of_the_lease() -> None:
    farm = attached()
    script = cmd("x %h %n %s %D(/a)", atleast="2", service="PixarRender")
    farm.submit(job(task("a", cmds=[script]), dirmaps="{/a /net/a NFS}"))

    farm.grant("janus-1", "ada-1", zone="NFS")

    assert farm.at_work == ["x janus ada 2 janus-1 /net/a"]


def test_a_cmd_with_a_service_runs_beside_the_dispatcher_and_takes_none_of_its_slots() -> None:
    farm = attached(1)
    farm.submit(job(task("a", cmds=[local("netrender %h", service="PixarRender")]), task("b", cmds=[local("b")])))

    farm.grant("janus-1")

    assert farm.at_work == ["b", "netrender janus"]
    assert farm.order("netrender janus").place is None
    assert farm.held


def test_presets_are_the_alfservers() -> None:
    farm = attached(presets={"rms": {"RMSTREE": "/here"}})
    farm.submit(job(task("a", cmds=[cmd("a", envkey="{rms} {setenv A=%s}")])))

    farm.grant("janus-1")

    order = farm.order("a")
    assert order.presets == ("rms",)
    assert order.env["A"] == "janus-1"
    assert "RMSTREE" not in order.env


def test_the_maitre_d_hears_what_runs() -> None:
    farm = attached()
    farm.submit(job(*frames("a")))

    lease = farm.grant("janus-1")

    [running] = farm.told
    assert (running.lease, running.jid, running.tid, running.cid, running.title) == (lease, 1, 1, 1, "a")


def test_the_head_of_the_lanes_comes_first_in_the_document() -> None:
    farm = attached()
    farm.submit(job(*frames("a", "b", "c")))

    farm.grant("janus-1")
    farm.grant("janus-2")

    assert farm.at_work == ["prman a", "prman b"]


def test_more_leases_than_maxactive_allows_go_back() -> None:
    farm = attached()
    farm.submit(job(*frames("a", "b"), maxactive="1"))
    farm.grant("janus-1")

    late = farm.grant("janus-2", request=1)

    assert farm.at_work == ["prman a"]
    assert farm.returned_leases == [late]


def test_local_limits_hold_for_leases() -> None:
    farm = attached(settings=Settings(limits_local={"prman": 1}))
    farm.submit(job(*frames("a", "b")))
    farm.grant("janus-1")

    late = farm.grant("janus-2", request=1)

    assert farm.at_work == ["prman a"]
    assert farm.returned_leases == [late]


# ---- keeping and giving back ------------------------------------------------------------------------------


def test_a_lease_serves_the_next_command_with_the_same_need() -> None:
    farm = attached()
    farm.submit(job(*frames("a", "b")))
    lease = farm.grant("janus-1")

    farm.end("prman a")

    assert farm.at_work == ["prman b"]
    assert farm.held == [lease]
    assert farm.returned_leases == []


def test_a_lease_that_nobody_can_use_goes_back_at_once() -> None:
    farm = attached()
    farm.submit(job(*frames("a")))
    lease = farm.grant("janus-1")

    farm.end("prman a")

    assert farm.returned_leases == [lease]
    assert farm.held == []


def test_a_lease_that_serves_one_task_after_the_other_is_kept() -> None:
    farm = attached()
    farm.submit(job(task("a", cmds=[cmd("prman a"), cmd("prman b")]), task("c", instance("a"), cmds=[cmd("prman c")])))
    lease = farm.grant("janus-1")

    farm.end("prman a")
    farm.end("prman b")

    assert farm.at_work == ["prman c"]
    assert farm.held == [lease]


def test_a_grant_that_came_too_late_goes_back_after_the_want_that_says_so() -> None:
    farm = attached()
    jid = farm.submit(job(*frames("a")))
    farm.said.clear()
    farm.act(Action.PAUSE, jid)

    lease = farm.grant("janus-1", request=1)

    assert farm.said == [*farm.wants, Returned(lease)]
    assert farm.wants[-1].total == 0


def test_a_grant_for_a_request_of_nobody_goes_back() -> None:
    farm = attached()

    lease = farm.grant("janus-1", request=99)

    assert farm.said == [Returned(lease)]


def test_a_grant_that_came_twice_counts_once() -> None:
    farm = attached()
    farm.submit(job(*frames("a", "b")))
    farm.grant("janus-1")

    farm.leases -= 1
    farm.grant("janus-1", request=1)

    assert farm.at_work == ["prman a"]
    assert farm.core.stale == 1
    assert farm.returned_leases == []


def test_a_lease_of_another_job_is_not_used_even_for_the_same_need() -> None:
    farm = attached()
    farm.submit(job(*frames("a")))
    lease = farm.grant("janus-1")
    farm.submit(job(*frames("b")))

    farm.end("prman a")

    assert farm.returned_leases == [lease]
    assert farm.totals == {1: 0, 2: 1}


def test_a_paused_job_gives_its_leases_back_as_its_commands_end() -> None:
    farm = attached()
    jid = farm.submit(job(*frames("a", "b")))
    lease = farm.grant("janus-1")
    farm.act(Action.PAUSE, jid)
    assert farm.returned_leases == []

    farm.end("prman a")

    assert farm.at_work == []
    assert farm.returned_leases == [lease]


def test_an_edited_job_does_not_use_the_leases_of_its_old_need() -> None:
    farm = attached()
    jid = farm.submit(job(*frames("a", "b")))
    lease = farm.grant("janus-1")
    farm.act(Action.EDIT, jid, value="service=linux")

    farm.end("prman a")

    assert farm.at_work == []
    assert farm.returned_leases == [lease]


def test_a_resumepin_command_asks_for_its_host_again() -> None:
    farm = attached()
    farm.submit(job(task("a", cmds=[cmd("prman a", resumewhile="test", resumepin="1")])))
    farm.grant("janus-1")
    farm.end("prman a")

    farm.resume(0)

    assert farm.wants[-1].host == "janus"


def test_the_lease_of_a_command_goes_to_the_next_while_its_script_is_read() -> None:
    farm = attached()
    farm.submit(job(task("a", cmds=[cmd("prman a", expand="1")]), *frames("b")))
    farm.grant("janus-1")

    farm.end("prman a")

    assert farm.at_work == ["prman b"]
    farm.read("grown")
    assert farm.wants[-1].total == 1


def test_postscripts_and_cleanup_run_on_leases_too() -> None:
    farm = attached()
    script = task("a", cmds=[cmd("prman a")], cleanup=[cmd("prman clean")])
    farm.submit(job(script, postscript=(cmd("prman after"),)))
    farm.grant("janus-1")

    farm.end("prman a")
    assert farm.at_work == ["prman clean"]
    farm.end("prman clean")

    assert farm.at_work == ["prman after"]


def test_maxrunsecs_and_msg_go_with_the_launch() -> None:
    farm = attached()
    farm.submit(job(task("a", cmds=[cmd("a", maxrunsecs="60", msg="hello %s")])))

    farm.grant("janus-1")

    assert farm.order("a").maxrun_s == 60.0
    assert farm.order("a").stdin == "hello janus-1"


# ---- recalls ----------------------------------------------------------------------------------------------


def test_a_recalled_lease_goes_back_after_its_command() -> None:
    farm = attached()
    farm.submit(job(*frames("a", "b")))
    lease = farm.grant("janus-1")

    farm.recall(lease)
    assert farm.at_work == ["prman a"]
    farm.end("prman a")

    assert farm.at_work == []
    assert farm.returned_leases == [lease]
    assert farm.totals == {1: 1}


def test_an_ejected_command_is_ended_and_runs_again_with_its_retry_code() -> None:
    farm = attached()
    farm.submit(job(task("a", cmds=[cmd("prman %r")])))
    lease = farm.grant("janus-1")

    farm.recall(lease, eject=True)
    farm.swept()

    ended = [fact for fact in farm.facts if isinstance(fact, Ended)]
    assert [(fact.outcome, fact.reason) for fact in ended] == [(Outcome.LOST, "ejected: wanted by ben")]
    assert farm.returned_leases == [lease]
    farm.grant("ada-1")
    assert farm.at_work == ["prman 1"]


def test_an_ejected_command_that_ended_first_is_done() -> None:
    farm = attached()
    farm.submit(job(*frames("a")))
    lease = farm.grant("janus-1")

    farm.recall(lease, eject=True)
    farm.end("prman a")

    assert farm.job_state() is JobState.DONE
    assert farm.returned_leases == [lease]


def test_a_second_recall_ejects() -> None:
    farm = attached()
    farm.submit(job(*frames("a")))
    lease = farm.grant("janus-1")
    farm.recall(lease)

    farm.recall(lease, eject=True)
    farm.recall(lease, eject=True)

    assert [sweep.attempts for sweep in farm.sweeps] == [(1,)]


def test_a_recall_of_a_lease_that_went_back_is_counted() -> None:
    farm = attached()
    farm.submit(job(*frames("a")))
    lease = farm.grant("janus-1")
    farm.end("prman a")

    farm.recall(lease)

    assert farm.core.stale == 1


def test_what_runs_on_an_excluded_slot_finishes_and_nothing_more_begins_there() -> None:
    farm = attached()
    farm.submit(job(*frames("a", "b")))
    lease = farm.grant("janus-1")

    farm.carry_out(farm.core.exclude(("janus",), farm.now))
    assert farm.at_work == ["prman a"]
    farm.end("prman a")

    assert farm.at_work == []
    assert farm.returned_leases == [lease]


# ---- launches that do not begin ---------------------------------------------------------------------------


def test_a_launch_that_could_not_begin_gives_its_lease_back_as_a_problem() -> None:
    farm = attached()
    farm.submit(job(task("a", cmds=[cmd("prman %r")])))
    lease = farm.grant("janus-1")

    refuse(farm, "prman 0", "every slot is busy")

    returned = farm.said[-1]
    assert (returned.lease, returned.problem) == (lease, "every slot is busy")
    assert farm.totals == {1: 1}
    farm.grant("ada-1")
    assert farm.at_work == ["prman 0"]


def test_a_launch_that_is_known_never_to_have_been_seen_keeps_its_lease() -> None:
    farm = attached()
    farm.submit(job(*frames("a")))
    lease = farm.grant("janus-1")

    refuse(farm, "prman a", blameless=True)

    assert farm.at_work == ["prman a"]
    assert farm.held == [lease]


def test_a_command_that_cannot_be_started_is_in_error_and_its_lease_serves_the_next() -> None:
    farm = attached()
    farm.submit(job(*frames("a", "b")))
    farm.grant("janus-1")

    refuse(farm, "prman a", "no such program", transient=False)

    assert farm.reason("a") == "no such program"
    assert farm.at_work == ["prman b"]


def test_a_launch_beside_the_dispatcher_that_could_not_begin_does_not_blame_the_slot() -> None:
    farm = attached()
    farm.submit(job(task("a", cmds=[local("a", service="nuke")])))
    lease = farm.grant("janus-1")

    refuse(farm, "a")
    returned = farm.said[-1]
    assert (returned.lease, returned.problem) == (lease, "")
    assert farm.totals == {1: 0}
    farm.pass_time(60.0)

    assert farm.totals == {1: 1}


def test_a_command_that_its_alfserver_lost_runs_again_elsewhere() -> None:
    farm = attached()
    farm.submit(job(task("a", cmds=[cmd("prman %r")])))
    lease = farm.grant("janus-1")

    farm.carry_out(farm.core.lost(farm.attempt("prman 0"), farm.now))

    returned = farm.said[-1]
    assert (returned.lease, returned.problem) == (lease, "its alfserver lost a command")
    farm.grant("ada-1")
    assert farm.at_work == ["prman 1"]


def test_a_late_word_about_an_older_attempt_changes_nothing() -> None:
    farm = attached()
    farm.submit(job(*frames("a")))
    farm.grant("janus-1")
    first = farm.attempt("prman a")
    farm.carry_out(farm.core.lost(first, farm.now))
    farm.grant("ada-1")

    farm.carry_out(farm.core.exited(Exit(first, 0, 1.0), farm.now))
    farm.carry_out(farm.core.never_started(first, "late", True, farm.now))

    assert farm.at_work == ["prman a"]
    assert farm.core.stale == 2
    assert len(farm.held) == 1


def test_without_a_fallback_an_unreachable_server_is_a_problem() -> None:
    farm = attached()
    farm.submit(job(*frames("a")))
    lease = farm.grant("janus-1")

    refuse(farm, "prman a", "unreachable", unreachable=True)

    returned = farm.said[-1]
    assert (returned.lease, returned.problem) == (lease, "unreachable")


def test_the_fallback_starts_the_command_from_here_on_the_same_lease() -> None:
    farm = attached(settings=Settings(remote_cmd_fallback="rsh %h"))
    farm.submit(job(task("a", cmds=[cmd("prman %r")])))
    lease = farm.grant("janus-1")

    refuse(farm, "prman 0", "unreachable", unreachable=True)

    assert farm.at_work == ["rsh janus prman 0"]
    assert farm.order("rsh janus prman 0").place is None
    assert farm.held == [lease]
    assert [fact.requeue for fact in farm.facts if isinstance(fact, NeverStarted)] == [True]


def test_the_next_lease_is_tried_without_the_fallback() -> None:
    farm = attached(settings=Settings(remote_cmd_fallback="rsh %h"))
    farm.submit(job(*frames("a", "b")))
    farm.grant("janus-1")
    refuse(farm, "prman a", "unreachable", unreachable=True)

    farm.grant("ada-1", request=1)

    assert farm.at_work == ["rsh janus prman a", "prman b"]


# ---- shared check-outs ------------------------------------------------------------------------------------


def shared(*names: str) -> list[Cmd]:
    return [Cmd(CmdKind.REMOTE, name, {"refersto": "srv"}) for name in names]


def test_commands_that_share_a_check_out_run_on_one_lease() -> None:
    farm = attached()
    farm.submit(job(task("f", cmds=shared("a", "b"), id="srv", service="PixarRender")))
    assert farm.totals == {1: 1}
    lease = farm.grant("janus-1")

    farm.end("a")

    assert farm.at_work == ["b"]
    assert farm.held == [lease]
    farm.end("b")
    assert farm.returned_leases == [lease]


def test_tasks_below_share_the_lease_one_after_the_other() -> None:
    farm = attached()
    below = [task("x", cmds=shared("x")), task("y", cmds=shared("y"))]
    farm.submit(job(task("f", *below, cmds=[], id="srv", service="PixarRender")))
    assert farm.totals == {1: 1}

    farm.grant("janus-1")
    assert farm.at_work == ["x"]
    farm.end("x")

    assert farm.at_work == ["y"]


def test_equal_check_outs_of_a_job_are_one_request() -> None:
    farm = attached()
    farm.submit(job(*[task(f"f{n}", cmds=shared(f"a{n}", f"b{n}"), id="srv", service="PixarRender") for n in range(3)]))
    assert farm.totals == {1: 3}

    farm.grant("janus-1")
    farm.grant("ada-1")
    farm.end("a0")

    assert sorted(farm.at_work) == ["a1", "b0"]


def test_a_check_out_that_is_over_leaves_its_lease_to_the_next() -> None:
    farm = attached()
    farm.submit(job(*[task(f"f{n}", cmds=shared(f"a{n}"), id="srv", service="PixarRender") for n in range(2)]))
    lease = farm.grant("janus-1")

    farm.end("a0")

    assert farm.at_work == ["a1"]
    assert farm.held == [lease]


def test_a_recalled_check_out_goes_on_as_long_as_its_next_command_can() -> None:
    farm = attached()
    farm.submit(job(task("f", cmds=shared("a", "b"), id="srv", service="PixarRender")))
    lease = farm.grant("janus-1")
    farm.recall(lease)

    farm.end("a")
    assert farm.at_work == ["b"]
    farm.end("b")

    assert farm.returned_leases == [lease]


def waits_between() -> list[object]:
    between = task("w", cmds=[local("w")])
    later = task("b", instance("w"), cmds=shared("b"))
    return [between, task("f", task("a", cmds=shared("a")), later, cmds=[], id="srv", service="PixarRender")]


def test_an_idle_check_out_is_kept_while_its_next_command_waits() -> None:
    farm = attached()
    farm.submit(job(*waits_between()))  # type: ignore[arg-type]
    lease = farm.grant("janus-1")

    farm.end("a")
    assert farm.held == [lease]
    farm.end("w")

    assert farm.at_work == ["b"]


def test_an_idle_check_out_that_is_recalled_goes_back_and_is_asked_for_again() -> None:
    farm = attached()
    farm.submit(job(*waits_between()))  # type: ignore[arg-type]
    lease = farm.grant("janus-1")
    farm.end("a")

    farm.recall(lease)
    assert farm.returned_leases == [lease]
    farm.end("w")

    assert farm.wants[-1].total == 1


def test_an_ejected_check_out_is_taken_elsewhere() -> None:
    farm = attached()
    farm.submit(job(task("f", cmds=shared("a", "b"), id="srv", service="PixarRender")))
    lease = farm.grant("janus-1")

    farm.recall(lease, eject=True)
    farm.swept()

    assert farm.at_work == []
    assert farm.returned_leases == [lease]
    assert farm.totals == {1: 1}


def test_idle_check_outs_go_back_when_nothing_runs_that_could_need_them() -> None:
    farm = attached()
    between = task("w", cmds=[cmd("w", service="mac")])
    later = task("b", instance("w"), cmds=shared("b"))
    farm.submit(job(between, task("f", task("a", cmds=shared("a")), later, cmds=[], id="srv", service="PixarRender")))
    first, other = farm.wants[0].request, farm.wants[1].request
    assert farm.wants[1].need.service == "PixarRender"
    lease = farm.grant("janus-1", request=other)

    farm.end("a")

    assert farm.returned_leases == [lease]
    assert farm.totals[first] == 1


# ---- without the maitre-d ---------------------------------------------------------------------------------


def test_what_runs_goes_on_and_leases_are_used_again_while_they_last() -> None:
    farm = attached()
    farm.submit(job(*frames("a", "b", "c")))
    lease = farm.grant("janus-1")
    farm.said.clear()

    farm.detach()
    farm.now += LEASE_S - 1
    farm.end("prman a")

    assert farm.at_work == ["prman b"]
    assert farm.held == [lease]
    farm.now += 2
    farm.end("prman b")
    assert farm.at_work == []
    assert farm.held == []
    assert farm.said == []


def test_a_lease_that_ended_without_the_maitre_d_is_missing_in_the_next_attach() -> None:
    farm = attached()
    farm.submit(job(*frames("a", "b")))
    farm.grant("janus-1")
    late = farm.grant("janus-2", request=1)
    farm.detach()
    farm.end("prman a")

    assert farm.held == [late]
    farm.attach()

    assert farm.returned_leases == []


def test_a_lease_that_ends_between_attach_and_its_answer_is_said_to_be_back() -> None:
    farm = attached()
    farm.submit(job(*frames("a")))
    lease = farm.grant("janus-1")
    farm.detach()
    assert farm.held == [lease]
    farm.end("prman a")

    farm.answered()

    assert farm.returned_leases == [lease]


def test_a_lease_that_somebody_else_gave_before_the_answer_is_used_once() -> None:
    farm = attached()
    farm.submit(job(*frames("a", "b")))
    assert farm.held == []
    lease = farm.grant("janus-1")
    farm.detach()

    farm.answered()
    assert farm.at_work == ["prman a"]
    farm.end("prman a")

    assert farm.returned_leases == [lease]


def test_attach_names_what_is_held_and_how_long_its_command_runs() -> None:
    farm = attached()
    farm.submit(job(*frames("a"), title="film"))
    lease = farm.grant("janus-1")
    farm.now += 7.0

    [held] = farm.core.held(farm.now)

    assert (held.lease.id, held.request, held.jid, held.title, held.running_s) == (lease, 1, 1, "film", 7.0)


def test_a_lease_in_other_hands_is_let_go_and_its_command_runs_again_only_after_its_end() -> None:
    farm = attached()
    farm.submit(job(task("a", cmds=[cmd("prman %r")])))
    lease = farm.grant("janus-1")
    farm.detach()

    farm.attach(lease)

    assert farm.held == []
    assert farm.at_work == ["prman 0"]
    assert farm.sweeps[-1].attempts == (1,)
    assert farm.totals == {1: 0}
    farm.swept()
    assert farm.wants[-1].total == 1
    assert farm.returned_leases == []


def test_nothing_begins_on_a_lease_of_an_earlier_maitre_d() -> None:
    farm = attached()
    farm.submit(job(task("f", cmds=shared("a", "b"), id="srv", service="PixarRender")))
    lease = farm.grant("janus-1")
    farm.detach()
    farm.attach(epoch=EPOCH + 1)

    farm.end("a")

    assert farm.at_work == []
    assert farm.returned_leases == [lease]
    assert farm.totals == {1: 1}


def test_the_epoch_is_the_highest_that_was_seen() -> None:
    farm = attached()
    assert farm.core.epoch == 7


def test_a_job_that_is_deleted_gives_its_last_lease_back_when_its_command_has_ended() -> None:
    farm = attached()
    jid = farm.submit(job(*frames("a")))
    lease = farm.grant("janus-1")

    farm.act(Action.DELETE, jid)
    farm.swept()

    assert jid not in farm.core.jobs
    assert farm.returned_leases == [lease]


def test_a_shutdown_gives_all_leases_back() -> None:
    farm = attached()
    farm.submit(job(*frames("a", "b")))
    lease = farm.grant("janus-1")

    farm.carry_out(farm.core.shutdown(farm.now))
    farm.swept()

    assert farm.returned_leases == [lease]
    assert [message.total for message in farm.said if isinstance(message, Want)][-1] == 0
