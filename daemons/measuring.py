"""A maitre-d's ear for metrics: it takes samples, answers what to measure, and says so when that changes.

    Samples      genuine, fresh, in order (daemons.signed) -> (host, values) to the core
    AskMetrics   -> MetricsAre, to whoever asked
    announce     the schedule has changed -> MetricsAre, to the group, and to each alfserver that the group does not
                 reach: of whom only questions by unicast have come lately

What a sample is good for, and how long, is the core's affair.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import trio

from daemons.multicast import Address, Party
from runtime.farm_datagrams import AnyDatagram, AskMetrics, MetricsAre, MetricSource, Samples

Measured = Callable[[str, Mapping[str, str | float]], None]
"""Takes a host and what was measured there now."""

_LATELY_S = 60.0
_MOST_ALONE = 100_000


class Measuring:
    """The metrics side of one maitre-d. `name` tells it from all others, in every start the same."""

    def __init__(self, party: Party, name: str, measured: Measured) -> None:
        self._party = party
        self._measured = measured
        self._said = MetricsAre(name, 0.0, ())
        self._by_group: dict[Address, float] = {}
        self._singly: dict[Address, float] = {}
        """When each alfserver last asked by the group, and by unicast."""

    async def run(self) -> None:
        """Listen until cancelled."""
        await self._party.listen_forever(self._hear)

    def announce(self, schedule_time: float, sources: Sequence[MetricSource]) -> None:
        """What to measure from now on, by a schedule of this time. Once before `run`, and when it has changed."""
        self._said = MetricsAre(self._said.maitred, schedule_time, tuple(sources))
        now = trio.current_time()
        self._by_group, self._singly = _lately(self._by_group, now), _lately(self._singly, now)
        self._party.send(self._said, self._singly.keys() - self._by_group.keys(), group=True)

    def _hear(self, message: AnyDatagram, sender: Address, by_group: bool) -> None:
        if isinstance(message, Samples):
            self._measured(message.host, message.values)
        elif isinstance(message, AskMetrics):
            asked = self._by_group if by_group else self._singly
            if len(asked) < _MOST_ALONE:
                asked[sender] = trio.current_time()
            said = self._said
            self._party.send(MetricsAre(said.maitred, said.schedule_time, said.sources, message.serial), [sender])


def _lately(asked: dict[Address, float], now: float) -> dict[Address, float]:
    return {address: when for address, when in asked.items() if now - when < _LATELY_S}
