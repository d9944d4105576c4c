"""daemons.pauses: how long it is until the next try."""

from __future__ import annotations

import trio
from trio.testing import MockClock

from daemons.pauses import Pauses


async def _lengths(pauses: Pauses, count: int) -> list[float]:
    found = []
    for _ in range(count):
        before = trio.current_time()
        await pauses.wait()
        found.append(round(trio.current_time() - before, 6))
    return found


async def test_each_pause_is_twice_as_long_up_to_the_longest(autojump_clock: MockClock) -> None:
    assert await _lengths(Pauses(1.0, 5.0), 5) == [1.0, 2.0, 4.0, 5.0, 5.0]


async def test_an_answer_makes_them_short_again(autojump_clock: MockClock) -> None:
    pauses = Pauses(1.0, 5.0)
    await _lengths(pauses, 3)

    pauses.reset()

    assert await _lengths(pauses, 2) == [1.0, 2.0]
