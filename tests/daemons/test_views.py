"""What a session without a terminal prints: one line per event."""

import pytest

from daemons.views import PlainView, job_line
from runtime.messages import Changed, JobState, JobSummary, Queue

NOON = 1_000_000_000.0


def job(state=JobState.ACTIVE, **fields):
    about = {"jid": 3, "title": "chess", "user": "anna", "file": "a.alf", "priority": 1.0, "tasks": 12, "spooled": 0.0}
    return JobSummary(**{**about, "counts": {}, **fields}, state=state)


def printed(*changes, chatter=0, queues=()):
    lines = []
    view = PlainView(lines.append, chatter, now=lambda: NOON)
    for change in changes:
        view.event(change)
    for queue in queues:
        view.queue(queue)
    return [line[9:] for line in lines]


def test_a_start_shows_what_runs():
    assert printed(Changed(change="started", jid=3, tid=14, task="frame 1", text="prman a.rib", attempt=7)) == [
        "start  3.14    frame 1: prman a.rib\n"
    ]


def test_an_end_says_how_long_it_took():
    start = Changed(change="started", jid=3, tid=14, task="frame 1", text="x", attempt=7, time=10.0)
    end = Changed(change="ended", jid=3, tid=14, task="frame 1", attempt=7, time=14.2)
    assert printed(start, end)[1] == "done   3.14    frame 1 (4.2 s)\n"


def test_an_error_shows_the_last_lines_and_where_the_rest_is():
    end = Changed(
        change="ended", jid=3, tid=1, task="a", status=1, text="exit status 1", log="/l", tail=("no such rib",)
    )
    lines = []
    PlainView(lines.append, -1, now=lambda: NOON).event(end)
    assert lines[0].endswith("a: exit status 1; its output: /l\n")
    assert lines[1] == "         | no such rib\n"


def test_what_is_queued_again_is_no_error_and_quiet_leaves_it_out():
    again = Changed(change="again", jid=3, tid=1, task="a", status=-1, text="node1 does not answer", attempt=7)
    assert printed(again) == ["again  3.1     a: node1 does not answer\n"]
    assert printed(again, chatter=-1) == []


def test_an_error_without_output_names_no_log():
    end = Changed(change="ended", jid=3, tid=1, task="a", status=1, text="no such program", log="/l")
    assert printed(end)[0].endswith("a: no such program\n")


def test_quiet_says_errors_and_results_only():
    assert printed(Changed(change="started", jid=3, tid=1, task="a", attempt=1), chatter=-1) == []


@pytest.mark.parametrize(("chatter", "lines"), [(0, 0), (1, 1)])
def test_progress_is_for_the_verbose(chatter, lines):
    assert len(printed(Changed(change="progress", jid=3, tid=1, task="a", percent=40), chatter=chatter)) == lines


def test_a_job_that_ends_is_told_once():
    done = Queue(jobs=(job(JobState.DONE),))
    assert len(printed(queues=(Queue(jobs=(job(),)), done, done))) == 1


def test_what_became_of_a_job_in_one_line():
    stopped = job(JobState.STOPPED, counts={"done": 3, "error": 1}, started=0.0, ended=64.0)
    assert job_line(stopped) == "job 3 stopped: 1 error, 3 of 12 tasks done, 1:04"


def test_a_title_cannot_fake_a_line():
    change = Changed(change="started", jid=1, tid=1, task="a\n12:00:00 done", text="x", attempt=1)
    assert len(printed(change)) == 1
