"""What alfservers and maitre-ds tell each other in datagrams: metrics, and what to measure. Signed (daemons.signed).

    alfserver > all    AskMetrics     Samples
    maitre-d > who asks, or all       MetricsAre

They may get lost, and come once at most: each stands for itself, and is said again sooner or later.
"""

from __future__ import annotations

import msgspec

from runtime.farm_messages import FarmMessage


class MetricSource(msgspec.Struct, frozen=True, array_like=True):
    """How an alfserver gets a metric: `method` is builtin, exec or constant (reference section 7)."""

    name: str
    interval_s: float
    method: str
    argument: tuple[str, ...]


class AskMetrics(FarmMessage, frozen=True, tag=True, array_like=True):
    """An alfserver asks for the metrics configuration. `serial` joins the answer to the question, and so to the way
    that it went, by multicast or not."""

    host: str
    serial: int = 0


class MetricsAre(FarmMessage, frozen=True, tag=True, array_like=True):
    """A maitre-d's answer, or (serial 0) its word that they have changed. Of several maitre-ds the one with the newest
    schedule wins. What does not fit into one datagram comes in several: those with an equal time add up."""

    maitred: str
    schedule_time: float
    sources: tuple[MetricSource, ...]
    serial: int = 0


class Samples(FarmMessage, frozen=True, tag=True, array_like=True):
    """What an alfserver measured. `port` is its own, `slots` how many commands it runs at a time."""

    host: str
    port: int
    slots: int
    values: dict[str, str | float]


AnyDatagram = AskMetrics | MetricsAre | Samples
