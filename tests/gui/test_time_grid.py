"""A time group as a week of boxes: there and back."""

from hypothesis import given
from hypothesis import strategies as st

from gui.models.time_grid import WeekGrid
from runtime.schedule.model import Span
from runtime.schedule.times import DAY, WEEK, read_spans

SPANS = st.lists(
    st.builds(
        lambda day, start, length: Span(day * DAY + start, day * DAY + start + length),
        st.integers(0, 6), st.integers(0, DAY - 1), st.integers(1, DAY),
    ),
    max_size=12,
)  # fmt: skip


def read(elements: list[str]) -> WeekGrid:
    return WeekGrid([span for element in elements for span in read_spans(element.split())])


@given(SPANS)
def test_whatever_minutes_a_group_has_come_back(spans):
    grid = WeekGrid(spans)

    assert read(grid.elements()) == grid


@given(SPANS, st.lists(st.tuples(*[st.integers(0, 6), st.integers(0, DAY - 1)] * 2, st.booleans()), max_size=4))
def test_a_drag_changes_the_boxes_that_it_touches_and_no_other(spans, drags):
    grid = WeekGrid(spans)
    for day, minute, other_day, other, on in drags:
        before = bytes(grid.minutes)
        grid.drag((day, minute), (other_day, other), on=on)
        for place in range(0, WEEK, grid.box):
            row, at = divmod(place, DAY)
            rows, columns = sorted((day, other_day)), sorted((minute // grid.box, other // grid.box))
            touched = rows[0] <= row <= rows[1] and columns[0] <= at // grid.box <= columns[1]
            box = slice(place, place + grid.box)
            assert grid.minutes[box] == (bytes([on]) * grid.box if touched else before[box])

    assert read(grid.elements()) == grid


def test_the_hours_of_days_that_are_alike_stand_together():
    words = ["mon-fri 19:00-08:00", "sat,sun 10:00-16:00"]

    assert read(words).elements() == words


def test_a_night_into_monday_belongs_to_sunday():
    assert read(["sun 22:00-06:00"]).elements() == ["sun 22:00-06:00"]


def test_all_of_the_week_is_every_day():
    assert WeekGrid([Span(0, WEEK)]).elements() == ["mon-sun 00:00-24:00"]


def test_a_group_that_is_never_open_has_no_elements():
    assert WeekGrid().elements() == []


def test_boxes_are_half_hours_where_the_group_needs_them():
    assert (WeekGrid([Span(60, 120)]).box, WeekGrid([Span(90, 120)]).box) == (60, 30)


@given(SPANS)
def test_boxes_and_parts_of_boxes_show_all_that_is_enabled(spans):
    grid = WeekGrid(spans)
    shown = bytearray(WEEK)
    for day, start, on in grid.boxes():
        if on:
            shown[day * DAY + start : day * DAY + start + grid.box] = b"\x01" * grid.box
    for day, start, end in grid.parts():
        shown[day * DAY + start : day * DAY + end] = b"\x01" * (end - start)

    assert shown == grid.minutes
