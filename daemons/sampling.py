"""An alfserver's metrics: asks the maitre-ds what to measure, measures it, tells it. The rules are runtime.sampling's.

    builtin KEY [arg]   this machine's own (daemons.metrics)
    exec STRING         the first line that /bin/sh prints, beside everything else, under a time limit
    constant VALUE      told again at every interval, so that it stays fresh

A value is a number where it reads as one, else text. What cannot be measured now is not told, and grows stale at the
maitre-d: a job that asks for it does not match this host.
"""

from __future__ import annotations

import logging
import math
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial

import trio

from daemons.asking import ask
from daemons.host_names import addresses_of
from daemons.metrics import built_in
from daemons.multicast import LOOKUP_S, Address, Party, place_of
from runtime.farm_datagrams import AnyDatagram, AskMetrics, MetricsAre, MetricSource, Samples
from runtime.sampling import Answers, Timetable, Ways
from runtime.settings import Settings

ASK_S = 20.0
"""Between two rounds of questions, once somebody has answered."""
FIRST_ASK_S = 2.0
"""Before anybody has: then twice as long each time."""
READ_ROUNDS = 15
"""After so many rounds alfred.ini's list is read again; after each in which nobody answers, too."""
ANSWER_S = 1.0
"""How long a maitre-d may take to answer."""
EXEC_S = 10.0
"""How long a program may take to measure something."""
TEXT_CHARS = 1000
"""A longer value is cut here."""

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)
_log = logging.getLogger("metrics")

Value = str | float


async def sample_forever(
    settings: Settings,
    key: bytes | None,
    maitreds: Callable[[], Sequence[str]],
    *,
    host: str,
    port: int,
    slots: int,
    own: str = "",
) -> None:
    """An alfserver's metrics, in a task of its own, until cancelled.

    `key` signs them (Keyring.for_datagrams); `host`, `port` and `slots` are what the schedule, its dispatchers and its
    options know it by; `own` is the address at which it listens, empty for all. An alfserver that cannot tell its
    metrics runs commands all the same.
    """
    place = await place_of(settings, key, own=own)
    try:
        party = Party(place)
    except OSError as error:
        _log.error("no metrics are told: cannot send from %s: %s", place.own or "this host", error.strerror)
        return
    with party:
        await Sampler(party, host, port, slots, maitreds, settings.metrics_port).run()


class Sampler:
    """One alfserver's metrics, told through `party`. `maitreds` gives the list of alfred.ini as it is now."""

    def __init__(
        self, party: Party, host: str, port: int, slots: int, maitreds: Callable[[], Sequence[str]], to_port: int
    ) -> None:
        self._party = party
        self._host, self._port, self._slots = host, port, slots
        self._maitreds = maitreds
        self._to_port = to_port
        self._answers = Answers()
        self._ways = Ways()
        self._timetable = Timetable()
        self._list: list[str] = []
        self._rounds = 0
        self._addresses: dict[str, Address] = {}
        self._changed = trio.Event()
        self._measuring: set[str] = set()
        """Sources that are being measured beside the loop."""

    async def run(self) -> None:
        """Ask, measure and tell until cancelled."""
        if self._party.trouble:
            _log.warning("%s; metrics go by unicast", self._party.trouble)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._party.listen_forever, self._hear)
            nursery.start_soon(self._ask_forever)
            await self._sample_forever(nursery)

    # -- asking -------------------------------------------------------------------------------------------------

    def _hear(self, message: AnyDatagram, sender: Address, by_group: bool) -> None:
        if isinstance(message, MetricsAre):
            self._answers.heard(message, trio.current_time())
            self._ways.answered(message.serial, message.maitred)
            self._changed.set()

    async def _ask_forever(self) -> None:
        pause = FIRST_ASK_S
        while True:
            await self._ask()
            await trio.sleep(ANSWER_S)
            before = self._ways.unicast
            self._ways.settle()
            if self._ways.unicast != before:
                _log.info("metrics go by multicast%s", "".join(f", and to {each}" for each in self._ways.unicast))
            pause = ASK_S if self._ways.any_answer else min(2 * pause, ASK_S)
            await trio.sleep(pause - ANSWER_S)

    async def _ask(self) -> None:
        if not self._ways.any_answer or self._rounds % READ_ROUNDS == 0:
            self._list = list(self._maitreds())
        self._rounds += 1
        found = await addresses_of(self._list, LOOKUP_S)
        self._addresses = {name: (address, self._to_port) for name, address in found.items()}
        serial, singly = self._ways.ask(self._list)
        self._party.send(AskMetrics(self._host, serial), group=True)
        for name, number in singly.items():
            if name in self._addresses:
                self._party.send(AskMetrics(self._host, number), [self._addresses[name]])

    # -- measuring ----------------------------------------------------------------------------------------------

    async def _sample_forever(self, nursery: trio.Nursery) -> None:
        while True:
            self._changed = trio.Event()
            now = trio.current_time()
            due = self._timetable.take(self._answers.sources(now).values(), now)
            values = {source.name: value for source in due if (value := self._at_once(source, nursery)) is not None}
            self._tell(values)
            with trio.move_on_at(self._timetable.next_at()):
                await self._changed.wait()

    def _at_once(self, source: MetricSource, nursery: trio.Nursery) -> Value | None:
        """The value of what can be had without waiting; the rest is begun beside, and told when it is there."""
        if source.method == "constant":
            return read_value(" ".join(source.argument))
        if source.method == "builtin" and len(source.argument) == 1:  # a path may be on a file server that hangs
            return built_in(*source.argument)
        if source.name not in self._measuring:
            self._measuring.add(source.name)
            nursery.start_soon(self._beside, source)
        return None

    async def _beside(self, source: MetricSource) -> None:
        try:
            value = await self._slowly(source)
        finally:
            self._measuring.discard(source.name)
        if value is not None:
            self._tell({source.name: value})

    async def _slowly(self, source: MetricSource) -> Value | None:
        if source.method == "exec":
            answer = await ask(["/bin/sh", "-c", " ".join(source.argument)], EXEC_S)
            if answer.trouble:
                _log.warning("metric %s: %s", source.name, answer.trouble)
            return read_value(answer.line) if answer.line else None
        with suppress(OSError, TypeError):  # a path that is not there; words that are no built-in metric
            return await trio.to_thread.run_sync(partial(built_in, *source.argument), abandon_on_cancel=True)
        return None

    def _tell(self, values: dict[str, Value]) -> None:
        if not values:
            return
        to = [self._addresses[name] for name in self._ways.unicast if name in self._addresses]
        self._party.send(Samples(self._host, self._port, self._slots, values), to, group=True)


def read_value(text: str) -> Value:
    """A number where a text reads as one, else the text, which is cut where it is too long."""
    text = text.strip()
    if _NUMBER.fullmatch(text) and math.isfinite(float(text)):
        return float(text)
    return text[:TEXT_CHARS]
