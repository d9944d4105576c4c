"""daemons.sampling and daemons.measuring: an alfserver and maitre-ds of a site, in one process, on real sockets."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trio
from metrics_parties import GROUP, free_port, hear, place

from daemons import sampling
from daemons.measuring import Measuring
from daemons.metrics import built_in
from daemons.multicast import Party
from daemons.sampling import Sampler, read_value
from runtime.farm_datagrams import AskMetrics, MetricSource, Samples
from runtime.schedule.dialect import BUILTIN_METRICS
from tests.daemons.alfservers import running_server

LIMIT_S = 30.0
_LOOPBACK = "127.0.0.1"


@pytest.fixture(autouse=True)
def quick_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sampling, "FIRST_ASK_S", 0.2)
    monkeypatch.setattr(sampling, "ASK_S", 0.2)
    monkeypatch.setattr(sampling, "ANSWER_S", 0.1)


class Values(dict[str, str | float]):
    """What a maitre-d knows of one host; `until` waits for it."""

    def __init__(self) -> None:
        super().__init__()
        self._more = trio.Event()

    def measured(self, host: str, values: Mapping[str, str | float]) -> None:
        assert host == "janus"
        self.update(values)
        self._more.set()

    async def until(self, holds: Callable[[Values], bool]) -> None:
        with trio.fail_after(LIMIT_S):
            while not holds(self):
                self._more = trio.Event()
                await self._more.wait()


def exec_(name: str, command: str) -> MetricSource:
    return MetricSource(name, 1.0, "exec", (command,))


def constant(name: str, value: str) -> MetricSource:
    return MetricSource(name, 1.0, "constant", (value,))


@asynccontextmanager
async def site(
    *sources: MetricSource, multicast: bool = True, maitreds: Sequence[str] = (_LOOPBACK,)
) -> AsyncIterator[tuple[Values, Measuring]]:
    """A maitre-d that wants `sources`, and an alfserver, on one group; what the maitre-d hears."""
    port, values = free_port(), Values()
    ear = Party(place(port, own_port=port, interface="lo" if multicast else "nosuch0"))
    mouth = Party(place(port))
    with ear, mouth:
        measuring = Measuring(ear, "m1:9000", values.measured)
        measuring.announce(5.0, sources)
        sampler = Sampler(mouth, "janus", 1501, 4, lambda: maitreds, port)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(measuring.run)
            nursery.start_soon(sampler.run)
            yield values, measuring
            nursery.cancel_scope.cancel()


async def test_the_automatic_metrics_are_told_whatever_the_schedule_says() -> None:
    async with site() as (values, _):
        await values.until(lambda values: {"loadavg", "memory", "disk", "hostname", "ncpus"} <= values.keys())

        assert isinstance(values["hostname"], str)
        assert all(isinstance(values[name], float) for name in ("loadavg", "memory", "disk", "ncpus"))


async def test_the_schedules_metrics_are_measured_and_told() -> None:
    async with site(exec_("jobs", "echo 12; echo more"), constant("arch", "x86 64"), constant("n", "7")) as (values, _):
        await values.until(lambda values: {"jobs", "arch", "n"} <= values.keys())

        assert (values["jobs"], values["arch"], values["n"]) == (12.0, "x86 64", 7.0)


async def test_disk_takes_a_path(tmp_path: Path) -> None:
    async with site(MetricSource("scratch", 1.0, "builtin", ("disk", str(tmp_path)))) as (values, _):
        await values.until(lambda values: "scratch" in values)

        assert isinstance(values["scratch"], float)


async def test_what_cannot_be_measured_is_not_told_and_hinders_nothing() -> None:
    broken = (
        MetricSource("missing", 1.0, "builtin", ("disk", "/no/such/place")),
        MetricSource("words", 1.0, "builtin", ("disk", "/", "more")),
        MetricSource("unknown", 1.0, "builtin", ("moonphase",)),
        MetricSource("nothing", 1.0, "builtin", ()),
        exec_("silent", "true"),
        exec_("hangs", "sleep 20"),
    )
    async with site(*broken, exec_("good", "echo fine")) as (values, _):
        await values.until(lambda values: values.get("good") == "fine")

        assert not {source.name for source in broken} & values.keys()


async def test_a_changed_schedule_is_measured_at_once_by_multicast() -> None:
    async with site(maitreds=()) as (values, measuring):
        await values.until(lambda values: "loadavg" in values)

        measuring.announce(6.0, [constant("new", "1")])

        await values.until(lambda values: "new" in values)


async def test_unicast_is_found_where_multicast_does_not_pass() -> None:
    async with site(constant("n", "7"), multicast=False) as (values, measuring):
        await values.until(lambda values: values.get("n") == 7.0)

        measuring.announce(6.0, [constant("new", "1")])
        await values.until(lambda values: "new" in values)


async def test_an_alfserver_asks_and_tells_its_metrics_under_its_name_in_the_schedule(tmp_path: Path) -> None:
    port = free_port()
    ini = f"set alfConfig(metricsAddress) {GROUP}\nset alfConfig(metricsPort) {port}\n"
    with Party(place(port, own_port=port, key=None)) as ear, running_server(tmp_path, "-a", "3", ini=ini) as server:
        heard = [message for message, _ in await hear(ear, 2)]

    assert AskMetrics("node1", 1) in heard
    samples = next(message for message in heard if isinstance(message, Samples))
    assert (samples.host, samples.port, samples.slots) == ("node1", server.port, 3)


async def test_an_alfserver_that_is_to_measure_nothing_tells_nothing(tmp_path: Path) -> None:
    port = free_port()
    ini = f"set alfConfig(metricsAddress) {GROUP}\nset alfConfig(metricsPort) {port}\n"
    quiet, other = tmp_path / "quiet", tmp_path / "other"
    for directory in (quiet, other):
        directory.mkdir()
    with (
        Party(place(port, own_port=port, key=None)) as ear,
        running_server(quiet, "-host", "quiet", "-xmetrics", ini=ini),
        running_server(other, ini=ini),
    ):
        heard = [message for message, _ in await hear(ear, 3)]

    assert not any(message.host == "quiet" for message in heard if isinstance(message, AskMetrics | Samples))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.25", 1.25),
        (" -3e2 ", -300.0),
        (".5", 0.5),
        ("1_000", "1_000"),
        ("nan", "nan"),
        ("inf", "inf"),
        ("1e999", "1e999"),
        ("0x10", "0x10"),
        ("two words", "two words"),
        ("", ""),
        ("x" * 5000, "x" * 1000),
    ],
)
def test_a_value_is_a_number_where_it_reads_as_one(text: str, value: str | float) -> None:
    assert read_value(text) == value


def test_every_builtin_metric_that_a_schedule_may_name_is_measured() -> None:
    assert [name for name in BUILTIN_METRICS if built_in(name) is None] == []
