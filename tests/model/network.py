"""A network of hosts that is made of lists: connections that break, datagrams that are lost.

    Link        a TCP connection: what is said arrives in order, or the connection breaks and the rest never does. Where
                the network carries nothing (`parted`) it waits, and each end gives up in its own time
    Datagram    arrives once, twice, late, before an earlier one, or never

Every end is a process (`Process`): frozen ones hear nothing while their sockets take everything.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, Protocol

UNANSWERED_S = 50.0
"""After so long without an answer an end believes that the other one is gone (daemons.streams)."""


class Process(Protocol):
    """Who is at an end of a link."""

    @property
    def host(self) -> str: ...
    @property
    def hears(self) -> bool:
        """It lives, and is not frozen."""

    def heard(self, link: Link, message: Any) -> None: ...
    def closed(self, link: Link) -> None:
        """The other end, or the network, has ended it; not called by `Network.close`."""


class End:
    """One end of a link: `inbox` is on its way there. `open`: its process has the link. `gives_up_at`: when it
    believes that the other one is gone, as things are."""

    __slots__ = ("gives_up_at", "inbox", "open", "process")

    def __init__(self, process: Process) -> None:
        self.process = process
        self.inbox: deque[Any] = deque()
        self.open = True
        self.gives_up_at: float | None = None


class Link:
    """A connection from a client to a server. `aborts`: its client drops what is on its way when it closes it."""

    def __init__(self, number: int, client: Process, server: Process, aborts: bool) -> None:
        self.number = number
        self.client = End(client)
        self.server = End(server)
        self.aborts = aborts

    def end_of(self, process: Process) -> End:
        return self.client if process is self.client.process else self.server

    def other(self, process: Process) -> End:
        return self.server if process is self.client.process else self.client

    def __repr__(self) -> str:
        return f"link {self.number} ({self.client.process.host} > {self.server.process.host})"


class Network:
    def __init__(self) -> None:
        self.time = 0.0
        self.links: dict[int, Link] = {}
        self.parted: set[frozenset[str]] = set()
        self.datagrams: list[Callable[[], None]] = []
        """On their way: each arrives when it is called."""
        self._numbers = 0

    # ---- links ---------------------------------------------------------------------------------------

    def is_parted(self, one: str, other: str) -> bool:
        return frozenset((one, other)) in self.parted

    def connect(self, client: Process, server: Process, *, aborts: bool = False) -> Link:
        self._numbers += 1
        link = self.links[self._numbers] = Link(self._numbers, client, server, aborts)
        return link

    def post(self, link: Link, sender: Process, message: Any) -> None:
        """Say something at one end; lost where the other end is no more."""
        receiver = link.other(sender)
        if receiver.open and link.number in self.links:
            receiver.inbox.append(message)
            if self._carries_not(link):
                self._wait_for_an_answer(link.end_of(sender))

    def close(self, link: Link, closer: Process) -> None:
        """An end closes, by itself or by its death. The other end hears what was said before, unless that cannot pass
        any more; then that it is closed."""
        mine, other = link.end_of(closer), link.other(closer)
        mine.open = False
        mine.inbox.clear()
        if self._carries_not(link) or (link.aborts and mine is link.client and other.process.hears):
            other.inbox.clear()
        if self._carries_not(link):
            self._wait_for_an_answer(other)
        self._drop_if_over(link)

    def cut(self, link: Link) -> None:
        """The connection breaks, and both ends know."""
        for end in (link.client, link.server):
            end.inbox.clear()
            self._give_up(link, end)

    def part(self, one: str, other: str) -> None:
        """Nothing passes between two hosts from now on."""
        self.parted.add(frozenset((one, other)))
        for link in self._between(one, other):
            for end in (link.client, link.server):
                self._wait_for_an_answer(end)

    def join(self, one: str, other: str) -> None:
        """It passes again; who has not given up yet goes on where he was."""
        self.parted.discard(frozenset((one, other)))
        for link in self._between(one, other):
            link.client.gives_up_at = link.server.gives_up_at = None

    def give_up_early(self, link: Link, at_client: bool) -> None:
        """One end of a link that nothing passes believes already that the other one is gone."""
        end = link.client if at_client else link.server
        if self._carries_not(link) and end.open and end.process.hears:
            self._give_up(link, end)

    def _between(self, one: str, other: str) -> list[Link]:
        return [
            link for link in self.links.values() if {link.client.process.host, link.server.process.host} == {one, other}
        ]

    def _carries_not(self, link: Link) -> bool:
        return self.is_parted(link.client.process.host, link.server.process.host)

    def _wait_for_an_answer(self, end: End) -> None:
        if end.open and end.gives_up_at is None:
            end.gives_up_at = self.time + UNANSWERED_S

    def _give_up(self, link: Link, end: End) -> None:
        if end.open:
            end.open = False
            end.inbox.clear()
            (link.server if end is link.client else link.client).inbox.clear()
            end.process.closed(link)
        self._drop_if_over(link)

    def _drop_if_over(self, link: Link) -> None:
        if not link.client.open and not link.server.open:
            self.links.pop(link.number, None)

    # ---- what passes ---------------------------------------------------------------------------------

    def ready(self) -> Iterator[tuple[Link, End]]:
        """Ends at which something arrives next: a message, or that the other end is closed."""
        for link in list(self.links.values()):
            if self._carries_not(link):
                continue
            for end, other in ((link.client, link.server), (link.server, link.client)):
                if end.open and end.process.hears and (end.inbox or not other.open):
                    yield link, end

    def deliver(self, link: Link, end: End) -> None:
        """The next thing arrives there."""
        if end.inbox:
            end.process.heard(link, end.inbox.popleft())
        else:
            self._give_up(link, end)

    def next_deadline(self) -> float | None:
        times = [
            end.gives_up_at
            for link in self.links.values()
            for end in (link.client, link.server)
            if end.open and end.gives_up_at is not None and end.process.hears
        ]
        return min(times, default=None)

    def tick(self) -> None:
        for link in list(self.links.values()):
            for end in (link.client, link.server):
                if end.gives_up_at is not None and end.gives_up_at <= self.time and end.process.hears:
                    self._give_up(link, end)
