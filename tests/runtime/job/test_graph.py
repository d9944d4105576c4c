"""The rules of a job at work (reference section 10, "State"), seen through a farm without processes."""

from __future__ import annotations

import sys

import pytest
from farm import Farm, ScriptedReader, cmd, instance, iterate, job, task

from runtime.facts import Deleted, Ended, Started
from runtime.job.graph import JobGraph
from runtime.job.model import CmdId, Job, JobId
from runtime.job.progress import STEPS_AHEAD, STEPS_AT_ONCE
from runtime.messages import Action, JobState


def two(name: str) -> list:  # type: ignore[type-arg]  # of commands
    return [cmd(f"{name}1"), cmd(f"{name}2")]


# ---- numbers ------------------------------------------------------------------------------------------


def test_tasks_and_commands_are_numbered_in_document_order_from_one() -> None:
    graph = JobGraph(
        job(task("a", task("b"), cmds=two("a")), task("c"), cleanup=[cmd("z")]), JobId(1), ScriptedReader()
    )

    titles = [graph.tree.node(tid).title for tid in range(1, graph.tree.size)]
    assert titles == ["a", "b", "c"]
    assert [graph.cmd(cid).launch for cid in range(1, graph.tree.next_cid)] == ["a1", "a2", "b", "c", "z"]


def test_a_command_knows_its_task() -> None:
    graph = JobGraph(job(task("a", task("b"), cmds=""), task("c"), cleanup=[cmd("z")]), JobId(1), ScriptedReader())

    assert [graph.tree.tid_of(cid) for cid in (1, 2, 3)] == [2, 3, 0]


@pytest.mark.parametrize("cid", [0, -1, 99])
def test_an_unknown_command_is_a_key_error(cid: int) -> None:
    graph = JobGraph(job(task("a")), JobId(1), ScriptedReader())

    with pytest.raises(KeyError):
        graph.cmd(cid)


def test_a_task_takes_less_than_a_hundred_bytes_beside_the_model() -> None:
    script = job(*[task("t", cmds=[]) for _ in range(1000)])
    tree = JobGraph(script, JobId(1), ScriptedReader())

    arrays = [tree._state, tree._flags, tree._cursor, tree._pending, tree._runs]
    arrays += [tree.tree.nodes, tree.tree.parents, tree.tree.ends, tree.tree.first_cid]
    assert sum(map(sys.getsizeof, arrays)) / 1000 < 100


# ---- order --------------------------------------------------------------------------------------------


def test_children_run_before_their_parent() -> None:
    farm = Farm(4)
    farm.submit(job(task("parent", task("a"), task("b"))))

    assert farm.at_work == ["a", "b"]
    farm.end("a")
    assert farm.at_work == ["b"]
    farm.end("b")
    assert farm.at_work == ["parent"]


def test_commands_of_a_task_run_one_after_the_other() -> None:
    farm = Farm(4)
    farm.submit(job(task("a", cmds=two("a"))))

    assert farm.at_work == ["a1"]
    farm.end("a1")
    assert farm.at_work == ["a2"]


def test_cleanup_runs_after_the_last_command_and_the_parent_waits_for_it() -> None:
    farm = Farm(4)
    farm.submit(job(task("parent", task("a", cleanup=[cmd("rm")]))))

    farm.end("a")
    assert farm.at_work == ["rm"]
    farm.end("rm")
    assert farm.at_work == ["parent"]


def test_ready_commands_start_depth_first() -> None:
    farm = Farm(1)
    farm.submit(job(task("a", task("a1"), task("a2")), task("b", task("b1"))))

    farm.finish()

    assert farm.launched == ["a1", "a2", "a", "b1", "b"]


def test_an_empty_task_is_done_when_its_children_are() -> None:
    farm = Farm()
    farm.submit(job(task("outer", task("inner", cmds=""), task("a"), cmds="")))

    assert farm.state("inner") == "done"
    farm.finish()

    assert farm.state("outer") == "done"
    assert farm.job_state() is JobState.DONE


def test_a_job_without_anything_to_run_is_done_at_once() -> None:
    farm = Farm()
    farm.submit(job(task("empty", cmds="")))

    assert farm.job_state() is JobState.DONE


def test_serial_subtasks_run_in_order_with_all_that_is_below_them() -> None:
    farm = Farm(4)
    farm.submit(job(task("p", task("a", task("a1"), task("a2")), task("b", task("b1")), serialsubtasks="1")))

    assert farm.at_work == ["a1", "a2"]
    farm.end("a1")
    farm.end("a2")
    assert farm.at_work == ["a"]
    farm.end("a")
    assert farm.at_work == ["b1"]


def test_serial_subtasks_of_a_job_run_in_order() -> None:
    farm = Farm(4)
    farm.submit(job(task("a"), task("b"), serialsubtasks="1"))

    assert farm.at_work == ["a"]


def test_serialsubtasks_0_is_not_serial() -> None:
    farm = Farm(4)
    farm.submit(job(task("p", task("a"), task("b"), serialsubtasks="0")))

    assert farm.at_work == ["a", "b"]


def test_serial_children_that_are_instances_and_iterates_take_their_turn() -> None:
    farm = Farm(4)
    farm.submit(job(task("x"), task("p", task("a"), instance("x"), iterate(2, "s"), task("b"), serialsubtasks="1")))

    farm.end("a")
    assert farm.at_work == ["x"]
    farm.end("x")
    assert farm.at_work == ["s 1"]
    farm.end("s 1")
    assert farm.at_work == ["s 2"]
    farm.end("s 2")
    assert farm.at_work == ["b"]


# ---- Instances ----------------------------------------------------------------------------------------


def test_an_instance_waits_for_the_task_that_it_names() -> None:
    farm = Farm(4)
    farm.submit(job(task("shared", task("deep")), task("user", instance("shared"))))

    assert farm.at_work == ["deep"]
    farm.end("deep")
    assert farm.at_work == ["shared"]
    farm.end("shared")
    assert farm.at_work == ["user"]


def test_an_instance_runs_nothing_twice() -> None:
    farm = Farm(4)
    farm.submit(job(task("shared"), task("u1", instance("shared")), task("u2", instance("shared"))))

    farm.finish()

    assert sorted(farm.launched) == ["shared", "u1", "u2"]


def test_an_instance_binds_to_the_nearest_above() -> None:
    farm = Farm(8)
    farm.submit(job(task("x", cmds=[cmd("x1")]), task("x", cmds=[cmd("x2")]), task("u", instance("x")), task("x")))

    farm.end("x1")
    farm.end("x")
    assert farm.at_work == ["x2"]
    farm.end("x2")
    assert farm.at_work == ["u"]


def test_an_instance_of_a_task_below_waits_for_it() -> None:
    farm = Farm(4)
    farm.submit(job(task("u", instance("x")), task("x")))

    assert farm.at_work == ["x"]
    farm.end("x")
    assert farm.at_work == ["u"]


def test_an_instance_never_binds_to_an_ancestor() -> None:
    farm = Farm(4)
    farm.submit(job(task("x", cmds=[cmd("first")]), task("x", task("u", instance("x")), cmds=[cmd("second")])))

    farm.end("first")

    assert farm.at_work == ["u"]


def test_an_instance_may_name_an_id() -> None:
    farm = Farm(4)
    farm.submit(job(task("title", id="name"), task("u", instance("name"))))

    assert farm.at_work == ["title"]
    farm.finish()
    assert farm.state("u") == "done"


def test_an_instance_of_nothing_stops_the_job_with_a_notice() -> None:
    farm = Farm(4)
    farm.submit(job(task("a"), task("u", instance("nothing"))))

    farm.finish()

    assert farm.job_state() is JobState.STOPPED
    assert farm.notices == ["waits for Instances that never came: nothing"]


# ---- errors -------------------------------------------------------------------------------------------


def test_an_error_holds_the_later_commands_of_its_task() -> None:
    farm = Farm()
    farm.submit(job(task("a", cmds=two("a"))))

    farm.end("a1", 1)

    assert farm.at_work == []
    assert farm.state("a") == "error"


def test_an_error_holds_ancestors_and_nothing_else() -> None:
    farm = Farm(4)
    farm.submit(job(task("g", task("p", task("bad"), task("good")), task("other"))))

    farm.end("bad", 1)

    assert [farm.state(title) for title in ("g", "p")] == ["held", "held"]
    assert farm.at_work == ["good", "other"]
    farm.finish()
    assert [farm.state(title) for title in ("good", "other")] == ["done", "done"]


def test_an_error_holds_instances_of_the_task() -> None:
    farm = Farm(4)
    farm.submit(job(task("bad"), task("u", instance("bad")), task("free")))

    farm.end("bad", 1)
    farm.finish()

    assert farm.state("u") == "held"
    assert farm.state("free") == "done"


def test_an_error_holds_later_serial_siblings() -> None:
    farm = Farm(4)
    farm.submit(job(task("p", task("a"), task("b"), task("c"), serialsubtasks="1")))

    farm.end("a", 1)

    assert [farm.state(title) for title in ("b", "c", "p")] == ["held", "held", "held"]


def test_an_error_keeps_cleanup_from_running() -> None:
    farm = Farm()
    farm.submit(job(task("a", cleanup=[cmd("rm")])))

    farm.end("a", 1)

    assert farm.at_work == []


def test_a_failing_cleanup_is_an_error() -> None:
    farm = Farm()
    farm.submit(job(task("p", task("a", cleanup=[cmd("rm")]))))

    farm.end("a")
    farm.end("rm", 1)

    assert farm.state("a") == "error"
    assert farm.state("p") == "held"


def test_a_job_is_stopped_when_nothing_can_run_and_something_failed() -> None:
    farm = Farm(4)
    farm.submit(job(task("bad"), task("good")))

    farm.end("bad", 1)
    assert farm.job_state() is JobState.ACTIVE
    farm.end("good")
    assert farm.job_state() is JobState.STOPPED


# ---- retry, restart, skip -----------------------------------------------------------------------------


def test_retry_starts_at_the_failed_command() -> None:
    farm = Farm()
    jid = farm.submit(job(task("p", task("a", cmds=two("a")))))
    farm.end("a1")
    farm.end("a2", 1)

    farm.act(Action.RETRY, jid, farm.tid("a"))

    assert farm.at_work == ["a2"]
    assert farm.state("p") == "waiting"


def test_retry_of_a_job_retries_all_failed_tasks() -> None:
    farm = Farm(4)
    jid = farm.submit(job(task("a"), task("b")))
    farm.end("a", 1)
    farm.end("b", 1)

    farm.act(Action.RETRY, jid)

    assert farm.at_work == ["a", "b"]
    farm.finish()
    assert farm.job_state() is JobState.DONE


def test_restart_of_a_task_starts_at_its_first_command() -> None:
    farm = Farm()
    jid = farm.submit(job(task("a", cmds=two("a"))))
    farm.end("a1")
    farm.end("a2", 1)

    farm.act(Action.RESTART, jid, farm.tid("a"))

    assert farm.at_work == ["a1"]


def test_restart_of_a_done_task_runs_it_and_what_has_used_it_again() -> None:
    farm = Farm(4)
    jid = farm.submit(job(task("p", task("a"), task("b")), task("u", instance("a"))))
    farm.finish()

    farm.launched.clear()
    farm.act(Action.RESTART, jid, farm.tid("a"))
    farm.finish()

    assert farm.launched == ["a", "p", "u"]
    assert farm.job_state() is JobState.DONE


def test_restart_of_a_job_runs_everything_again() -> None:
    farm = Farm(1)
    jid = farm.submit(job(task("p", task("a"), iterate(3, "s")), cleanup=[cmd("z")]))
    farm.finish()
    first = farm.launched[:]

    farm.launched.clear()
    farm.act(Action.RESTART, jid)
    farm.finish()

    assert farm.launched == first


def test_restart_waits_for_the_end_of_what_still_runs() -> None:
    farm = Farm(4)
    jid = farm.submit(job(task("a")))
    old = farm.attempt("a")

    farm.act(Action.RESTART, jid, farm.tid("a"))

    assert farm.sweeps[0].attempts == (old,)
    assert farm.launched == ["a"]
    farm.swept()
    assert farm.launched == ["a", "a"]
    assert farm.state("a") == "active"


def test_restart_in_a_series_restarts_what_followed() -> None:
    farm = Farm(4)
    jid = farm.submit(job(task("p", task("a"), task("b"), serialsubtasks="1")))
    farm.end("a")

    farm.act(Action.RESTART, jid, farm.tid("a"))
    farm.swept()

    assert farm.at_work == ["a"]


def test_skip_counts_as_done() -> None:
    farm = Farm()
    jid = farm.submit(job(task("p", task("a"))))
    farm.end("a", 1)

    farm.act(Action.SKIP, jid, farm.tid("a"))

    assert farm.state("a") == "skipped"
    assert farm.at_work == ["p"]


def test_cleanup_runs_after_a_skip() -> None:
    farm = Farm()
    jid = farm.submit(job(task("p", task("a", cleanup=[cmd("rm")]))))
    farm.end("a", 1)

    farm.act(Action.SKIP, jid, farm.tid("a"))

    assert farm.at_work == ["rm"]
    farm.end("rm")
    assert farm.state("a") == "skipped"
    assert farm.at_work == ["p"]


def test_skip_of_a_running_task_sweeps_it_first() -> None:
    farm = Farm()
    jid = farm.submit(job(task("a", cmds=two("a"), cleanup=[cmd("rm")])))

    farm.act(Action.SKIP, jid, farm.tid("a"))
    assert farm.at_work == ["a1"]
    farm.swept()

    assert farm.at_work == ["rm"]


def test_skip_of_a_parent_skips_what_is_below() -> None:
    farm = Farm(1)
    jid = farm.submit(job(task("p", task("a"), task("b"), iterate(5, "s")), task("c")))

    farm.act(Action.SKIP, jid, farm.tid("p"))
    farm.swept()

    assert [farm.state(title) for title in ("p", "a", "b")] == ["skipped"] * 3
    assert farm.at_work == ["c"]


def test_skip_errors_skips_all_failed_tasks() -> None:
    farm = Farm(4)
    jid = farm.submit(job(task("p", task("a"), task("b"), task("c"))))
    farm.end("a", 1)
    farm.end("b", 1)

    farm.act(Action.SKIP_ERRORS, jid)
    farm.end("c")

    assert farm.at_work == ["p"]


def test_a_restart_brings_skipped_steps_back() -> None:
    farm = Farm(1)
    jid = farm.submit(job(task("p", iterate(200, "s"), cmds="")))
    farm.act(Action.SKIP, jid, farm.tid("p"))
    farm.swept()

    farm.launched.clear()
    farm.act(Action.RESTART, jid, farm.tid("p"))
    farm.finish()

    assert farm.launched == [f"s {number}" for number in range(1, 201)]


# ---- delete -------------------------------------------------------------------------------------------


def test_a_deleted_job_sweeps_all_attempts_at_once() -> None:
    farm = Farm(3)
    jid = farm.submit(job(task("a"), task("b"), task("c"), task("d")))
    running = tuple(farm.running)

    farm.act(Action.DELETE, jid)

    assert [sweep.attempts for sweep in farm.sweeps] == [running]
    assert farm.job_state() is JobState.DELETING
    farm.swept()
    assert farm.core.jobs == {}


def test_cleanups_still_run_after_a_delete_children_first() -> None:
    farm = Farm(1)
    jid = farm.submit(job(task("p", task("a", cleanup=[cmd("rm a")]), cleanup=[cmd("rm p")]), cleanup=[cmd("rm job")]))

    farm.act(Action.DELETE, jid)
    farm.swept()
    farm.finish(1)

    assert farm.launched == ["a", "rm a", "rm p", "rm job"]
    assert farm.core.jobs == {}


def test_a_paused_job_that_is_deleted_cleans_up() -> None:
    farm = Farm(1)
    jid = farm.submit(job(task("a"), cleanup=[cmd("rm")]), paused=True)

    farm.act(Action.DELETE, jid)

    assert farm.at_work == ["rm"]


# ---- the end of a job ---------------------------------------------------------------------------------


def test_the_jobs_cleanup_runs_when_all_tasks_are_done() -> None:
    farm = Farm()
    farm.submit(job(task("a"), task("b"), cleanup=[cmd("rm")]))

    farm.end("a")
    assert farm.at_work == ["b"]
    farm.end("b")
    assert farm.at_work == ["rm"]


def test_the_jobs_cleanup_does_not_run_while_a_retry_is_possible() -> None:
    farm = Farm()
    farm.submit(job(task("a"), cleanup=[cmd("rm")]))

    farm.end("a", 1)

    assert farm.at_work == []


@pytest.mark.parametrize(("status", "expected"), [(0, ["p done", "p always", "p"]), (1, ["p error", "p always", "p"])])
def test_postscripts_run_by_their_when_one_after_the_other(status: int, expected: list[str]) -> None:
    farm = Farm(4)
    scripts = [cmd(f"p {when}", when=when) for when in ("done", "error", "always")]
    farm.submit(job(task("a"), postscript=[*scripts, cmd("p")]))

    farm.end("a", status)
    assert farm.at_work == expected[:1]
    farm.finish()

    assert farm.launched[1:] == expected
    assert farm.job_state() is (JobState.STOPPED if status else JobState.DONE)


def test_a_failing_postscript_changes_nothing() -> None:
    farm = Farm()
    farm.submit(job(task("a"), postscript=[cmd("p")]))
    farm.end("a")

    farm.end("p", 1)

    assert farm.job_state() is JobState.DONE


@pytest.mark.parametrize(("status", "command"), [(0, "mail done"), (1, "mail error")])
def test_the_hook_of_a_jobs_end_runs_once(status: int, command: str) -> None:
    farm = Farm()
    jid = farm.submit(job(task("a"), task("b"), whendone="mail done", whenerror="mail error"))

    farm.end("b")
    farm.end("a", status)
    farm.pass_time(100)

    assert [hook.command for hook in farm.hooks] == [command]
    assert not farm.core.jobs[jid].graph.settled
    farm.carry_out(farm.core.hook_done(JobId(jid), farm.now))
    assert farm.core.jobs[jid].graph.settled
    assert farm.core.idle


def test_a_job_that_stops_again_after_a_retry_says_so_again() -> None:
    farm = Farm()
    jid = farm.submit(job(task("a"), whenerror="mail"))
    farm.end("a", 1)
    farm.act(Action.RETRY, jid)

    farm.end("a", 1)

    assert len(farm.hooks) == 2


def test_the_status_of_a_hook_names_failed_tasks() -> None:
    farm = Farm()
    farm.submit(job(task("bad task"), whenerror="mail"))

    farm.end("bad task", 3)

    assert farm.hooks[0].task_title == "bad task"
    assert farm.hooks[0].status_text == "1 job: error\n1.1 bad task: exit status 3\n"


# ---- Iterates -----------------------------------------------------------------------------------------


def test_an_iterate_of_a_million_steps_is_read_as_it_runs() -> None:
    farm = Farm(2)

    farm.submit(job(iterate(1_000_000, "s")))

    assert farm.at_work == ["s 1", "s 2"]
    assert farm.reader.steps_read == STEPS_AT_ONCE
    assert farm.core.jobs[1].graph.counts["waiting"] == 1_000_000 - STEPS_AT_ONCE


def test_steps_run_in_order_and_their_parent_waits_for_the_last() -> None:
    farm = Farm(1)
    farm.submit(job(task("p", iterate(STEPS_AT_ONCE + 2, "s"))))

    farm.finish()

    assert farm.launched == [f"s {number}" for number in range(1, STEPS_AT_ONCE + 3)] + ["p"]


def test_steps_get_the_next_numbers() -> None:
    farm = Farm(1)
    farm.submit(job(iterate(2, "s"), task("after")))

    assert [farm.tid(title) for title in ("after", "s 1", "s 2")] == [1, 2, 3]


def test_steps_stand_in_the_document_where_their_iterate_stands() -> None:
    farm = Farm(1)
    farm.submit(job(task("before"), iterate(2, "s"), task("after")))

    farm.finish()

    assert farm.launched == ["before", "s 1", "s 2", "after"]


def test_finished_steps_are_let_go_and_read_again_for_who_asks() -> None:
    farm = Farm(1)
    farm.submit(job(iterate(STEPS_AT_ONCE * 2, "s")))
    tree = farm.core.jobs[1].graph.tree

    while farm.launched[-1] != f"s {STEPS_AT_ONCE + 1}":
        farm.end(farm.at_work[0])

    assert tree.nodes[1] is None
    assert tree.node(1).title == "s 1"


def test_waiting_steps_are_not_read_without_end() -> None:
    farm = Farm(1)
    farm.submit(job(task("gate"), iterate(100_000, "after gate")))

    assert farm.at_work == ["gate"]
    assert farm.reader.steps_read <= STEPS_AHEAD + STEPS_AT_ONCE


def test_a_step_that_cannot_be_read_is_an_error() -> None:
    farm = Farm()
    farm.submit(job(task("p", iterate(1, "wrong"))))

    assert farm.state("i 1") == "error"
    assert farm.reason("i 1") == "test.alf:1:1: error: no such thing"
    assert farm.state("p") == "held"


def test_an_iterate_without_steps_holds_nothing() -> None:
    farm = Farm()
    farm.submit(job(task("p", iterate(0, "s"))))

    assert farm.at_work == ["p"]


def test_an_instance_may_name_a_step_that_is_not_read_yet() -> None:
    farm = Farm(1)
    farm.submit(job(task("u", instance("s 100")), iterate(200, "s")))

    farm.finish()

    assert farm.launched.index("u") > farm.launched.index("s 100")
    assert farm.job_state() is JobState.DONE


def test_steps_may_wait_for_steps_of_another_iterate() -> None:
    farm = Farm(3)
    farm.submit(job(iterate(100, "s"), iterate(100, "after s")))

    farm.finish()

    for number in range(1, 101):
        assert farm.launched.index(f"after s {number}") > farm.launched.index(f"s {number}")


# ---- facts --------------------------------------------------------------------------------------------


def test_facts_alone_rebuild_the_state() -> None:
    farm = Farm(2)
    farm.submit(job(task("p", task("a"), iterate(70, "s")), task("u", instance("a"))))
    farm.end("a")
    farm.end("s 1", 1)

    other = farm.returned()

    assert bytes(other.core.jobs[1].graph._state) == bytes(farm.core.jobs[1].graph._state)


def test_a_delete_of_many_tasks_is_quick_and_complete() -> None:
    graph = JobGraph(Job("j", tasks=tuple(task("t") for _ in range(1000))), JobId(1), ScriptedReader())
    graph.apply(Started(JobId(1), 1.0, CmdId(1), 1, (), (), ()))

    graph.apply(Deleted(JobId(1), 2.0))
    assert graph.surplus == [1]
    assert not graph.gone
    graph.apply(Ended(JobId(1), 3.0, CmdId(1), 1, -15))

    assert graph.gone


def test_cleanups_of_a_stopped_job_run_when_it_is_deleted() -> None:
    farm = Farm()
    jid = farm.submit(job(task("a", cleanup=[cmd("rm")])))
    farm.end("a", 1)

    farm.act(Action.DELETE, jid)

    assert farm.at_work == ["rm"]


def test_a_tree_may_be_deeper_than_pythons_stack() -> None:
    deep = task("leaf")
    for _ in range(5000):
        deep = task("level", deep, cmds="")
    farm = Farm()

    farm.submit(job(deep))
    farm.finish()

    assert farm.job_state() is JobState.DONE
