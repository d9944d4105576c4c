"""The record, added up."""

from __future__ import annotations

import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from recorded import DOUGHNUT, ECLAIR, granted, ran, whose

from runtime.farm_messages import How
from runtime.history.records import Capacity, GaveUp, JobDone, Place, Recalled, Record, Refused, Rested
from runtime.history.report import total_by_name
from runtime.history.tally import By, Cell, Tally, jain


def tally(*records: Record, slice_s: float = math.inf) -> Tally:
    made = Tally(slice_s)
    for record in records:
        made.feed(record)
    return made


def cell(made: Tally, by: By, name: str = "") -> Cell:
    return total_by_name(made.cells, by).get(name, Cell())


def test_a_grant_counts_for_its_crew_user_project_group_host_and_job() -> None:
    made = tally(granted(10, 4.0))

    names = {(by, name) for _, by, name in made.cells}
    assert names == {
        (By.FARM, ""), (By.CREW, "tds"), (By.USER, "anna"), (By.PROJECT, "toy"), (By.GROUP, "fast"),
        (By.HOST, "eclair"), (By.JOB, "anna@ws1 1 shot"),
    }  # fmt: skip
    assert {found.grants for found in made.cells.values()} == {1}
    assert {by for (_, by, _), found in made.cells.items() if found.waits.sum_s != 4.0} == {By.HOST}


def test_a_lease_on_several_slots_of_a_group_is_one() -> None:
    made = tally(granted(10, 4.0, ECLAIR, Place("eclair2", "eclair", ECLAIR.groups)))

    assert {found.grants for found in made.cells.values()} == {1}
    assert cell(made, By.GROUP, "fast").waits.count == 1


def test_busy_time_is_that_of_all_slots() -> None:
    made = tally(ran(100, 60, ECLAIR, DOUGHNUT))

    assert cell(made, By.USER, "anna").busy_s == 120
    assert cell(made, By.HOST, "eclair").busy_s == 60
    assert cell(made, By.GROUP, "fast").busy_s == 60


def test_a_command_that_ran_over_the_hour_counts_in_both() -> None:
    made = tally(ran(2 * 3600 + 600, 4200), slice_s=3600)

    busy = {start: found.busy_s for (start, by, _), found in made.cells.items() if by is By.FARM}
    assert busy == {3600: 3600, 7200: 600}
    assert cell(made, By.FARM).done == 1


@pytest.mark.parametrize("how", list(How))
def test_every_end_is_counted_apart(how: How) -> None:
    found = cell(tally(ran(10, 1, how=how), ran(20, 1, how=None)), By.USER, "anna")

    assert (found.runs, found.untold) == (2, 1)


def test_what_failed_beside_its_dispatcher_is_not_its_hosts_failure() -> None:
    made = tally(ran(10, 1, how=How.FAILED, here=True))

    assert cell(made, By.USER, "anna").failed == 1
    assert cell(made, By.HOST, "eclair").failed == 0


def test_an_ejection_for_somebody_is_a_preemption_of_both() -> None:
    by = whose("ben", "leads")

    made = tally(Recalled(5, whose(), (ECLAIR,), True, "ben's job 1 preempts it", by))

    assert (cell(made, By.CREW, "tds").preempted, cell(made, By.CREW, "leads").preempting) == (1, 1)
    assert cell(made, By.FARM).recalled == 0


def test_a_lease_that_is_asked_back_after_its_command_is_none() -> None:
    made = tally(Recalled(5, whose(), (ECLAIR,), False, "the crew has closed"))

    assert (cell(made, By.FARM).preempted, cell(made, By.FARM).recalled) == (0, 1)


def test_the_rest_is_counted_too() -> None:
    made = tally(
        GaveUp(1, whose(), 3.0), Rested(2, ECLAIR, "no disk"), Refused(3, whose(), "no"), JobDone(4, whose(), "done")
    )

    found = cell(made, By.FARM)
    assert (found.gave_up, found.rests, found.refused, found.jobs) == (1, 1, 1, 1)
    assert cell(made, By.HOST, "eclair").rests == 1


def test_slots_count_for_as_long_as_they_are_there() -> None:
    slots = ((frozenset({"fast"}), 4), (frozenset[str](), 6))
    made = tally(Capacity(0, slots), Capacity(100, ((frozenset(), 1),)))

    made.advance(150)

    assert cell(made, By.FARM).slots_s == 10 * 100 + 50
    assert cell(made, By.GROUP, "fast").slots_s == 400


def test_slots_count_in_every_hour() -> None:
    made = tally(Capacity(1800, ((frozenset(), 2),)), slice_s=3600)

    made.advance(7200)

    assert {start: found.slots_s for (start, _, _), found in made.cells.items()} == {0: 3600, 3600: 7200}


def test_slices_may_begin_at_the_half_hour() -> None:
    assert Tally(3600, 1800).slice(3600) == 1800


RECORDS = st.lists(
    st.builds(granted, st.floats(0, 9e4), st.floats(0, 1e4)) | st.builds(ran, st.floats(0, 9e4), st.floats(0, 9e3))
)


@given(RECORDS, RECORDS)
def test_what_was_taken_in_pieces_is_together_what_it_was(first: list[Record], second: list[Record]) -> None:
    whole = tally(*first, *second, slice_s=3600)
    pieces = tally(*first, slice_s=3600)
    sum_of_both = Tally(3600)
    sum_of_both.merge(pieces.take())
    for record in second:
        pieces.feed(record)

    sum_of_both.merge(pieces.take())

    assert sum_of_both.cells.keys() == whole.cells.keys()
    for key, found in sum_of_both.cells.items():
        assert found.waits.classes == whole.cells[key].waits.classes
        assert found.runs == whole.cells[key].runs
        assert math.isclose(found.busy_s, whole.cells[key].busy_s, abs_tol=1e-6)


@given(RECORDS)
def test_a_day_is_the_sum_of_its_hours(records: list[Record]) -> None:
    days = Tally(86400)

    days.merge(tally(*records, slice_s=3600).take())

    whole = tally(*records, slice_s=86400)
    assert {key: (found.runs, found.grants) for key, found in days.cells.items() if found.runs + found.grants} == {
        key: (found.runs, found.grants) for key, found in whole.cells.items() if found.runs + found.grants
    }


def test_cells_survive_being_written_down() -> None:
    found = cell(tally(granted(1, 5.0), ran(20, 10)), By.FARM)

    assert msgspec.msgpack.decode(msgspec.msgpack.encode(found), type=Cell) == found


def test_jains_index() -> None:
    assert jain([5, 5, 5]) == 1.0
    assert jain([9, 0, 0]) == pytest.approx(1 / 3)
    assert jain([]) == 1.0
