"""A job that is dragged stands where it was dropped, and nobody else changes places."""

from hypothesis import given
from hypothesis import strategies as st

from gui.models.queue_order import dragged, in_order
from runtime.messages import JobState, JobSummary


def job(jid: int, priority: float = 0.0) -> JobSummary:
    return JobSummary(jid, f"job {jid}", "ann", "x.alf", JobState.WAITING, priority, 1, {}, 0.0)


def order_after(jobs: list[JobSummary], changes: list[tuple[int, float]]) -> list[int]:
    told = dict(changes)
    return [one.jid for one in in_order([job(one.jid, told.get(one.jid, one.priority)) for one in jobs])]


def test_a_job_gets_a_priority_between_its_neighbours() -> None:
    assert dragged([job(1, 10), job(2, 5), job(3, 1)], 3, 2) == [(3, 7.5)]


def test_where_it_stands_already_nothing_changes() -> None:
    assert dragged([job(1), job(2), job(3)], 2, 3) == []


def test_an_older_job_goes_behind_a_younger_one_by_a_lower_priority() -> None:
    assert dragged([job(1), job(2)], 1, None) == [(1, -1.0)]


queues = st.lists(st.sampled_from([0.0, 0.0, 1.0, 2.5, 10.0]), min_size=1, max_size=8).map(
    lambda priorities: in_order([job(jid, priority) for jid, priority in enumerate(priorities, 1)])
)


@given(queues, st.data())
def test_a_dragged_job_stands_where_it_was_dropped(jobs: list[JobSummary], data: st.DataObject) -> None:
    jids = [one.jid for one in jobs]
    moved = data.draw(st.sampled_from(jids))
    before = data.draw(st.sampled_from([None, *jids]))
    expected = [jid for jid in jids if jid != moved]
    expected.insert(len(expected) if before is None else expected.index(before) if before != moved else 0, moved)
    if before == moved:
        expected = jids

    assert order_after(jobs, dragged(jobs, moved, before)) == expected


@given(queues, st.data())
def test_no_more_jobs_change_than_those_above_the_place(jobs: list[JobSummary], data: st.DataObject) -> None:
    jids = [one.jid for one in jobs]
    moved, before = data.draw(st.sampled_from(jids)), data.draw(st.sampled_from(jids))
    above = set(jids[: jids.index(before)]) | {moved}

    assert {jid for jid, _ in dragged(jobs, moved, before)} <= above
