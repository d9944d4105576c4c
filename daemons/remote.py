"""The way to other machines: a dispatcher's connections to alfservers, and what becomes of its attempts there.

    carrier -- launch, end, acknowledge --> Remotes --> one connection per (address, port) --> alfserver
            <------ began, ended, said ----         <-- rules: runtime.remote --------------

A connection is made when something is wanted there, kept while anything is there and for KEEP_S after, and made again,
ever less often, while it is not known what became of an attempt. Where none can be made, what was to be launched there
has never started: it goes elsewhere.

Output goes to its files before the core hears what came after it.
"""

from __future__ import annotations

import logging
import socket
import struct
import time
from collections.abc import Callable, Iterable, Sequence
from itertools import islice

import trio

from daemons.arrivals import Arrivals
from daemons.link import Identity, Link, LinkError, connect
from daemons.pauses import Pauses
from daemons.pulse import Pulse
from runtime.facts import AttemptId
from runtime.farm_messages import Context, Ended, Launch, NotStarted, Printed
from runtime.remote import News, Remote, Terms, Turn, Undelivered

CONNECT_S = 5.0
"""How long an alfserver may take to be reached and to say who it is."""
KEEP_S = 60.0
"""How long a connection is kept that nobody needs now."""
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.1, 5.0
"""Between two tries to reach an alfserver."""

PREPARED = 4
"""So many alfservers hear of a job's directory and environment before anything of it is launched."""

_log = logging.getLogger("dispatcher")


class Remotes:
    """All alfservers that a dispatcher has to do with. `hear`, once set, gets what they say: in batches, in order."""

    def __init__(
        self,
        dispatcher: str,
        identity: Identity,
        terms: Terms,
        nursery: trio.Nursery,
    ) -> None:
        """`dispatcher` names this one for all of its life; `terms` may change while it runs."""
        self.arrivals = Arrivals()
        self.terms = terms
        self._dispatcher = dispatcher
        self._identity = identity
        self._nursery = nursery
        self.hear: Callable[[Sequence[News]], None] = lambda news: None
        self._alfservers: dict[tuple[str, int], _Alfserver] = {}
        self._at: dict[AttemptId, _Alfserver] = {}

    @property
    def in_use(self) -> bool:
        """Whether anything is, or may be, on another machine; an end that is not safe yet counts too."""
        return bool(self._at)

    def __contains__(self, attempt: AttemptId) -> bool:
        return attempt in self._at

    def launch(self, where: tuple[str, int], launch: Launch, context: Context, log: str) -> None:
        """Start an attempt at the alfserver of an address and port; its output goes to `log`."""
        self.arrivals.expect(launch.attempt, log, launch.keep_stdout)
        alfserver = self._alfserver(where)
        self._at[launch.attempt] = alfserver
        alfserver.perform(alfserver.rules.launch(launch, context, time.monotonic()))

    def prepare(self, context: Context) -> None:
        """A job asks for slots: alfservers that were reached last are told its context while that is decided."""
        for alfserver in islice(reversed(self._alfservers.values()), PREPARED):
            alfserver.perform(alfserver.rules.prepare(context))

    def adopt(
        self, where: tuple[str, int], attempt: AttemptId, log: str, *, keep_stdout: bool = False, chunks: int = 0
    ) -> None:
        """Find out what became of an attempt of a dispatcher that died, and that had taken `chunks` of its scripts."""
        self.arrivals.expect(attempt, log, keep_stdout)
        alfserver = self._alfserver(where)
        self._at[attempt] = alfserver
        alfserver.rules.adopt(attempt, chunks, time.monotonic())

    def end(self, attempts: Iterable[AttemptId], grace_s: float) -> None:
        """End those of these attempts that are on other machines."""
        for alfserver, numbers in self._by_alfserver(attempts).items():
            alfserver.perform(alfserver.rules.end(numbers, grace_s))

    def acknowledge(self, attempts: Iterable[AttemptId]) -> None:
        """The ends of these are in the journal."""
        for alfserver, numbers in self._by_alfserver(attempts).items():
            for number in numbers:
                del self._at[number]
            alfserver.perform(alfserver.rules.acknowledge(numbers))

    def _by_alfserver(self, attempts: Iterable[AttemptId]) -> dict[_Alfserver, list[AttemptId]]:
        found: dict[_Alfserver, list[AttemptId]] = {}
        for number in attempts:
            if number in self._at:
                found.setdefault(self._at[number], []).append(number)
        return found

    def _alfserver(self, where: tuple[str, int]) -> _Alfserver:
        found = self._alfservers.get(where)
        if found is None:
            rules = Remote(self._dispatcher, self.terms, self.arrivals.received)
            found = self._alfservers[where] = _Alfserver(where, rules, self._identity, self._heard, self._retire)
            self._nursery.start_soon(found.run)
        return found

    def _retire(self, alfserver: _Alfserver) -> None:
        """Nothing is there any more."""
        del self._alfservers[alfserver.where]

    def _heard(self, news: Sequence[News]) -> None:
        """Keep what was printed; tell the rest."""
        told: list[News] = []
        now = time.time()
        for each in news:
            if isinstance(each, Printed):
                self.arrivals.take(each, now)
                continue
            if isinstance(each, Ended | NotStarted | Undelivered):
                self.arrivals.finish(each.attempt)
            told.append(each)
        if told:
            self.hear(told)


class _Alfserver:
    """One of them: its connection, and its clock."""

    def __init__(
        self,
        where: tuple[str, int],
        rules: Remote,
        identity: Identity,
        hear: Callable[[Sequence[News]], None],
        retire: Callable[[_Alfserver], None],
    ) -> None:
        self.where = where
        self.rules = rules
        self._identity = identity
        self._hear = hear
        self._retire = retire
        self._link: Link | None = None
        self._planned: float | None = None
        self._replan = Pulse()
        self._used = Pulse()

    def perform(self, *turns: Turn) -> None:
        """Say and tell what events have led to."""
        link = self._link
        hang_up = ""
        news: list[News] = []
        for turn in turns:
            if link is not None and turn.say:
                link.post(*turn.say)
            news += turn.news
            hang_up = hang_up or turn.hang_up
        if news:
            self._hear(news)
        if hang_up and link is not None:
            link.give_up(hang_up)
        if self.rules.next_deadline() != self._planned:
            self._replan.fire()
        self._used.fire()

    async def run(self) -> None:
        """Until nothing is, or may be, there any more."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._keep_time)
            pauses = Pauses(FIRST_PAUSE_S, LONGEST_PAUSE_S)
            while self.rules.in_use:
                if await self._connect_and_talk():
                    pauses.reset()
                if self.rules.in_use:
                    await pauses.wait()
            self._retire(self)
            nursery.cancel_scope.cancel()

    async def _connect_and_talk(self) -> bool:
        """One connection, from the first try to its end. Whether there was one."""
        host, port = self.where
        try:
            with trio.fail_after(CONNECT_S):
                link = await connect(host, port, self._identity, expect="alfserver")
        except (LinkError, trio.TooSlowError) as error:
            words = str(error) or f"no answer within {CONNECT_S:g} s"
            _log.warning("the alfserver at %s:%d: %s", host, port, words)
            self.perform(self.rules.unreachable(words))
            return False
        _abort_when_closed(link)
        self._link = link
        try:
            self.perform(self.rules.connected(time.monotonic()))
            reason = await self._talk(link)
        finally:
            self._link = None
            await link.close()
        self.perform(self.rules.disconnected(time.monotonic()))
        if reason:
            _log.warning("the connection to the alfserver at %s:%d broke: %s", host, port, reason)
        return True

    async def _talk(self, link: Link) -> str:
        """Hear what it says, until nothing has been there for a while, or until the connection ends; why it did."""
        reason = ""

        async def hear(nursery: trio.Nursery) -> None:
            nonlocal reason
            nursery.start_soon(self._leave_when_unused, nursery.cancel_scope)
            while messages := await link.receive_batch():
                now = time.monotonic()
                self.perform(*[self.rules.heard(message, now) for message in messages])
            reason = "it closed the connection"

        wrong = await link.converse(hear)
        return str(wrong) if wrong else reason

    async def _leave_when_unused(self, scope: trio.CancelScope) -> None:
        while True:
            while self.rules.in_use:
                await self._used.wait()
            with trio.move_on_after(KEEP_S) as waiting:
                await self._used.wait()
            if waiting.cancelled_caught and not self.rules.in_use:
                scope.cancel()

    async def _keep_time(self) -> None:
        while True:
            self._planned = self.rules.next_deadline()
            wait_s = float("inf") if self._planned is None else max(0.0, self._planned - time.monotonic())
            with trio.move_on_after(wait_s) as waiting:
                await self._replan.wait()
            if waiting.cancelled_caught:
                self.perform(self.rules.tick(time.monotonic()))


def _abort_when_closed(link: Link) -> None:
    """What is still on its way when the connection is closed, by us or by our death, must not arrive afterwards: a
    launch or a renewal that comes late would outlive what is believed of it."""
    link.stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
