"""The message glossary: every message that the windows make is in it, and nothing else; the page is made of it."""

from itertools import product
from pathlib import Path

import pytest

from gui.models import glossary
from gui.models.glossary import FOOT, JOBS, LOG, SECTIONS, explained
from gui.models.job_queue import JobQueue
from gui.models.launch_log import LaunchLog
from runtime.messages import Changed, FarmView, JobState, JobSummary, Queue, RunningCmd

NOW = 1_000_000.0
FARMS = (None, FarmView("snappy:9000", wanted=3), FarmView("", wanted=3), FarmView("chaos"))


def job(state: JobState, **more: object) -> JobSummary:
    return JobSummary(1, "shot", "ann", "shot.alf", state, 1.0, 4, more.pop("counts", {}), NOW - 9, **more)  # type: ignore[arg-type]


def messages() -> set[str]:
    """What the queue says of a job, whatever it is like."""
    running = RunningCmd(1, 2, 3, 4, "frame 1", ("true",), "here", (), NOW - 5)
    every = product(JobState, ({}, {"error": 1}, {"error": 2}), ("", "no such tag; odd"), (None, NOW + 60), (None, NOW))
    said = set()
    for state, counts, notice, after, ended in every:
        for farm, runs in product(FARMS, ((), (running,))):
            queue = JobQueue()
            one = job(state, counts=counts, notice=notice, after=after, ended=ended)
            queue.queue(Queue(jobs=(one,), running=runs, farm=farm))
            said.add(queue.message(one, NOW))
    return said


def test_every_message_of_a_job_is_explained_and_every_explanation_is_of_one() -> None:
    found = {said: explained(said) for said in messages()}

    assert not [said for said, entries in found.items() if not entries]
    assert {entry.text for entries in found.values() for entry in entries} == {entry.text for entry in JOBS}


def test_the_line_at_the_foot_is_explained_word_by_word() -> None:
    queue, found = JobQueue(), set()
    for farm in FARMS:
        queue.queue(Queue(jobs=(), farm=farm))
        for part in queue.status().split("   "):
            [entry] = explained(part, FOOT)
            found.add(entry.text)

    assert found == {entry.text for entry in FOOT}


def test_the_lines_of_the_launch_log_are_explained() -> None:
    log = LaunchLog()
    log.changed(Changed(change="started", jid=1, tid=2, attempt=7, text="prman a.rib", time=NOW))
    for attempt, change, status in ((7, "ended", 0), (8, "ended", 1), (9, "again", -15)):
        log.changed(Changed(change=change, jid=1, tid=2, attempt=attempt, status=status, time=NOW + 38))
    log.changed(Changed(change="notice", jid=1, tid=2, text="a word", time=NOW))
    log.queue(Queue(jobs=(job(JobState.ACTIVE),)))
    log.queue(Queue(jobs=(job(JobState.DONE, ended=NOW),)))

    found = [explained(line.partition(" ")[2], LOG) for line in log.lines]
    assert {entry.text for [entry] in found} == {entry.text for entry in LOG}


@pytest.mark.parametrize("entry", [entry for _, entries in SECTIONS for entry in entries], ids=lambda entry: entry.text)
def test_an_example_is_one(entry: glossary.Message) -> None:
    assert entry.fits(entry.like)
    assert entry.means.endswith(".") and entry.then.endswith(".")


def test_the_page_is_made_of_the_same_table() -> None:
    page = Path(__file__).parents[2] / "docs" / "glossary.md"
    assert page.read_text() == glossary.page(), "write glossary.page() to docs/glossary.md"
