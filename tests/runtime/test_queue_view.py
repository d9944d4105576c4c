"""How jobs look to clients."""

from __future__ import annotations

import msgspec
from farm import Farm, cmd, iterate, job, task

from runtime import queue_view
from runtime.messages import JobState


def test_a_line_of_the_queue_counts_tasks_by_state() -> None:
    farm = Farm(1)
    farm.submit(job(task("p", task("a"), task("b")), iterate(10, "s")))
    farm.end("a", 1)

    line = queue_view.summary(farm.core, farm.core.jobs[1], farm.now)

    assert (line.state, line.tasks) == (JobState.ACTIVE, 13)
    assert line.counts["error"] == line.counts["held"] == line.counts["active"] == 1
    assert sum(line.counts.values()) == 13


def test_the_time_left_is_what_tasks_took_on_average() -> None:
    farm = Farm(1)
    farm.submit(job(*[task(f"t{number}") for number in range(4)]))
    assert queue_view.time_left(farm.core, farm.core.jobs[1], farm.now) is None

    farm.now += 10
    farm.end("t0", run_s=10.0)

    assert queue_view.time_left(farm.core, farm.core.jobs[1], farm.now) == 30.0
    farm.now += 4
    assert queue_view.time_left(farm.core, farm.core.jobs[1], farm.now) == 26.0


def test_what_runs_and_what_failed_have_their_titles() -> None:
    farm = Farm(2)
    farm.submit(job(task("a"), task("b")))
    farm.end("b", 3)

    (running,) = queue_view.running(farm.core)
    (failed,) = queue_view.failed(farm.core.jobs[1])

    assert (running.task, running.argv, running.host) == ("a", ("a",), "here")
    assert (failed.task, failed.status, failed.reason) == ("b", 3, "exit status 3")


def test_everything_about_jobs_and_tasks_can_be_said_in_json() -> None:
    farm = Farm(1)
    farm.submit(job(task("a", cmds=[cmd("a", tags="x")], chaser="sho"), cleanup=[cmd("rm")]))

    about_job = msgspec.json.decode(
        msgspec.json.encode(queue_view.describe_job(farm.core, farm.core.jobs[1], farm.now))
    )
    about_task = msgspec.json.decode(msgspec.json.encode(queue_view.describe_task(farm.core.jobs[1], 1)))

    assert (about_job["state"], about_job["cleanup"]) == ("active", ["rm"])
    assert (about_task["state"], about_task["options"]) == ("active", {"chaser": "sho"})
    assert about_task["cmds"][0]["options"] == {"tags": "x"}
