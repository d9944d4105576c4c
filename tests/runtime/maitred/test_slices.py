"""Work in slices: how much of it an event does, and who has the next turn."""

from __future__ import annotations

from collections.abc import Iterator

from site_of import Site, schedule

from runtime.maitred.slices import SLICE, Slices


def work(things: int, done: list[int], each: float = 1) -> Iterator[float]:
    for number in range(things):
        done.append(number)
        yield each


def test_small_work_is_done_in_the_event_that_begins_it() -> None:
    slices, done = Slices(), list[int]()

    slices.begin("small", work(SLICE - 1, done), 0.0)

    assert len(done) == SLICE - 1
    assert not slices


def test_large_work_is_done_a_slice_in_each_event() -> None:
    slices, done = Slices(), list[int]()

    slices.begin("large", work(2 * SLICE + 5, done), 0.0)
    slices.go_on(1.0)
    assert len(done) == SLICE
    slices.event_is_over()
    slices.go_on(1.0)
    assert len(done) == 2 * SLICE

    slices.event_is_over()
    slices.go_on(1.0)
    assert len(done) == 2 * SLICE + 5
    assert not slices.is_at("large")


def test_what_touches_more_at_a_time_takes_fewer_steps() -> None:
    slices, done = Slices(), list[int]()

    slices.begin("heavy", work(100, done, each=SLICE // 2), 0.0)

    assert len(done) == 2


def test_all_that_begins_in_one_event_shares_its_slice() -> None:
    slices, one, other = Slices(), list[int](), list[int]()

    slices.begin("one", work(SLICE - 5, one), 0.0)
    slices.begin("other", work(SLICE, other), 0.0)

    assert len(one) + len(other) == SLICE


def test_works_take_turns() -> None:
    slices, one, other = Slices(), list[int](), list[int]()
    slices.begin("one", work(5 * SLICE, one), 0.0)
    slices.begin("other", work(5 * SLICE, other), 0.0)

    for _ in range(2):
        slices.event_is_over()
        slices.go_on(1.0)

    assert len(one) == 2 * SLICE
    assert len(other) == SLICE


def test_a_work_that_is_begun_again_begins_anew() -> None:
    slices, old, new = Slices(), list[int](), list[int]()
    slices.begin("same", work(5 * SLICE, old), 0.0)
    slices.event_is_over()

    slices.begin("same", work(5, new), 0.0)

    assert len(old) == SLICE
    assert len(new) == 5
    assert not slices


def test_a_work_may_begin_itself_again() -> None:
    slices, done = Slices(), list[int]()

    def first() -> Iterator[float]:
        yield 1
        slices.begin("same", work(5, done), 0.0)
        yield 1

    slices.begin("same", first(), 0.0)

    assert len(done) == 5
    assert not slices


def test_a_work_that_was_dropped_is_not_gone_on_with() -> None:
    slices, done = Slices(), list[int]()
    slices.begin("large", work(5 * SLICE, done), 0.0)
    slices.event_is_over()

    slices.drop("large")
    slices.go_on(1.0)

    assert len(done) == SLICE


def test_work_knows_the_time_of_the_event_in_which_it_goes_on() -> None:
    slices, times = Slices(), list[float]()

    def work() -> Iterator[float]:
        while True:
            times.append(slices.now)
            yield SLICE

    slices.begin("endless", work(), 3.0)
    slices.event_is_over()
    slices.go_on(7.0)

    assert times == [3.0, 7.0]


def test_many_servers_are_given_out_in_slices() -> None:
    site = Site(schedule(*(f"h{number}" for number in range(200))))
    anna = site.join("anna")

    anna.want(total=200)
    at_once = len(anna.granted)
    site.after(0)

    assert 0 < at_once < 100
    assert len(anna.granted) == 200
