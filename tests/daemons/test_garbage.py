"""How a daemon looks for garbage: a little after each event, so that it never looks at much at once."""

from __future__ import annotations

import gc
from collections import deque
from collections.abc import Iterator

import pytest

from daemons import garbage


@pytest.fixture
def settled() -> Iterator[None]:
    before = gc.get_threshold()
    garbage.settle()
    yield
    gc.set_threshold(*before)
    gc.unfreeze()


def test_where_as_many_things_go_as_come_few_are_looked_at_at_once(settled: None) -> None:
    there = deque([i] for i in range(5_000))
    gc.collect()
    most = 0

    for _ in range(2_000):
        there.append([there.popleft()])
        there.append([there.popleft()])
        garbage.look()
        most = max(most, len(gc.get_objects(generation=0)) + len(gc.get_objects(generation=1)))

    assert most < 500


def test_what_refers_to_itself_goes_with_the_events_that_follow(settled: None) -> None:
    made: list[object] = []
    made.append(made)
    place = id(made)
    del made

    for _ in range(100):
        garbage.look()

    assert place not in map(id, gc.get_objects())
