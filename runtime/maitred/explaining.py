"""Why a request waits, in words, for `alfred -why`: what it wants, who stands before it and by what, what each server
fails, and what comes.

    summary    2 of 3 wait, for 130 s; 4 requests are ahead of it; of 40 servers 12 are in use, 28 do not match its keys
    standing   it stands 5th of 9 for 12 such servers: crew priority 52 (50 + 2 for the wait), job priority 1
               before it: anna@janus job 17 "shot": crew priority 102 (100 + 2 for the wait)
               such servers are held by ben (12 slots), dora (3 slots)
               2 were asked back for it ...
    servers    janus1   in use by ben's job 3 "trailer"

The order is that of runtime.maitred.queues, the words of a rank are the assigner's own, the servers are counted by
runtime.maitred.surveying. It is asked of the kind of servers on which the crews give the highest priority.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Generator, Iterator
from itertools import islice

from runtime.assign.assigner import Rank
from runtime.farm_messages import Explain, Explained
from runtime.maitred.accounts import Account
from runtime.maitred.books import Books
from runtime.maitred.deciding import REQUEST_TESTS, why_closed
from runtime.maitred.requests import Dispatcher, Group, Request
from runtime.maitred.slices import SCHEDULE, Work
from runtime.maitred.slots import Kind
from runtime.maitred.surveying import Survey, survey

_SHOWN = 3
"""So many of those who stand before it, of holders and of closed servers are named."""
_LOOKED_AT = 1_000
_RANK, _COUNT = 0.2, 0.01
"""What it is worth in a slice to rank one who waits, and to count one."""
_SHORTEST_WATCH_S = 60.0


def explain(
    books: Books, dispatcher: Dispatcher | None, message: Explain, now: float
) -> Generator[float, None, Explained]:
    """The answer for a dispatcher that asks about one of its requests, found in slices (runtime.maitred.slices)."""
    request = dispatcher.requests.get(message.request) if dispatcher is not None else None
    if request is None:
        return Explained(message.serial, "the maitre-d has no such request")
    found = yield from survey(books, request, now)
    standing = _Standing(books, request, now)
    yield from standing.look()
    lines = tuple(standing.lines()) if request.waits and now >= books.opens_at else ()
    return Explained(
        message.serial, _summary(books, request, found, standing.ahead, now), _servers(request, found), lines
    )


def _summary(books: Books, request: Request, found: Survey, ahead: int, now: float) -> str:
    if not request.waits:
        return f"holds the {request.total} it wants"
    if now < books.opens_at:
        wait_s = books.opens_at - now
        return f"the maitre-d has just started, or taken over, and gives nothing out for another {wait_s:.0f} s"
    read = "the schedule is being read; " if books.slices.is_at(SCHEDULE) else ""
    wanted = f"{read}{request.total - request.held} of {request.total} wait, for {_waited(request, now):.0f} s"
    tests = _tests(request, "are free")
    failing = found.failing()
    counts = ", ".join(f"{number} {tests[place]}" for place, number in failing.items())
    queue = f"; {_count(ahead, 'request is', 'requests are')} ahead of it" if ahead else ""
    return f"{wanted}{queue}; of {sum(failing.values())} servers {counts or 'there is none'}"


def _servers(request: Request, found: Survey) -> tuple[tuple[str, str], ...]:
    """A line for each server; where there are many, for each reason."""
    tests = _tests(request, _free(request))
    if not found.about:
        return tuple((name, one.words or _free(request)) for one in found.findings for name in one.names)
    shown: Counter[int] = Counter()
    lines = []
    for finding in found.findings:
        shown[finding.place] += 1
        if shown[finding.place] <= _SHOWN:
            names = ", ".join(finding.names[:_SHOWN]) + (", ..." if finding.number > _SHOWN else "")
            lines.append((f"{finding.number:.0f}: {names}", finding.words or tests[finding.place]))
    return tuple(lines)


def _tests(request: Request, free: str) -> list[str]:
    """What is said of servers that fail a test, by its place; of those that fail none: `free`."""
    return [*(words.format(user=request.user.name) for words, _ in REQUEST_TESTS), free]


def _free(request: Request) -> str:
    need = request.need
    if need.atleast > 1:
        return f"free, but {need.atleast} are wanted at once{' on one host' if need.samehost else ''}"
    return "free"


class _Standing:
    """Where a request stands among those that wait for the same servers, and what it can expect."""

    def __init__(self, books: Books, request: Request, now: float) -> None:
        self._books = books
        self._request = request
        self._now = now
        self._kind = _best_kind(request.group) if request.group is not None else None
        self._waiting: list[tuple[Rank, Request]] = []
        self._users: set[Account] = set()
        """Those who hold such servers."""
        self._rank: Rank | None = None
        self.ahead = 0

    def look(self) -> Work:
        """Look at all that wait for such servers, and at those who hold them."""
        for queue in list(self._kind.waiting.values()) if self._kind is not None else ():
            before = len(self._waiting)
            self._waiting += queue.ranked(self._now)
            yield _RANK * (len(self._waiting) - before)
        for kind in self._kinds():
            self._users.update([dispatcher.user for dispatcher, _ in kind.taken])
            yield _COUNT * len(kind.taken)
        self._rank = next((rank for rank, one in self._waiting if one is self._request), None)
        if self._rank is not None:
            self.ahead = sum([rank < self._rank for rank, _ in self._waiting])
            yield _COUNT * len(self._waiting)

    def lines(self) -> Iterator[str]:
        if self._kind is not None and self._rank is not None:
            yield from self._order(self._kind)
            yield from self._holders()
        yield from self._coming()
        yield from self._closed()

    def _order(self, kind: Kind) -> Iterator[str]:
        """Its place, and who stands before it by what."""
        mine, own = self._rank or (), self._words(self._request)
        such = sum(one.size for one in self._kinds())
        numbers = ", ".join(f"{name} {text}" for name, text in own if text)
        yield f"it stands {_ordinal(self.ahead + 1)} of {len(self._waiting)} for {such} such servers: {numbers}"
        before = heapq.nsmallest(min(self.ahead, _SHOWN), self._waiting, key=lambda one: one[0])
        for rank, other in before:
            part = next((place for place, (one, its) in enumerate(zip(rank, mine, strict=False)) if one != its), 0)
            name, text = self._words(other)[part]
            yield f"before it: {other}: {name} {text}, not {own[part][1]}"
        if self.ahead > len(before):
            yield f"... and {self.ahead - len(before)} more before it"

    def _words(self, request: Request) -> list[tuple[str, str]]:
        group, kind = request.group, self._kind
        priority = group.access.priority(kind.groups) if group is not None and kind is not None else None
        return self._books.judge.request_words(self._books.asking(request, priority or 0.0, self._now))

    def _holders(self) -> Iterator[str]:
        users = self._users
        if not users:
            return
        most = heapq.nlargest(_SHOWN, users, key=lambda user: (user.held, user.name))
        named = ", ".join(f"{one.name} ({_count(one.held, 'slot', 'slots')} for share {one.share:g})" for one in most)
        more = len(users) - len(most)
        others = f" and {_count(more, 'other', 'others')}" if more else ""
        yield f"such servers are held by {named}{others}"
        pace = sum(kind.pace(self._now, _SHORTEST_WATCH_S) for kind in self._kinds())
        if pace:
            yield (
                f"one of them is given out every {_duration(1 / pace)}:"
                f" its turn may come in {_duration((self.ahead + 1) / pace)}"
            )

    def _coming(self) -> Iterator[str]:
        """What was asked back, ejected or kept for it."""
        request, books = self._request, self._books
        coming = list(books.leases.recalled.made_for(request))
        if coming:
            longest = max(self._now - (lease.began if lease.running else lease.since) for lease in coming)
            ejected = sum(lease.ejected for lease in coming)
            how = f", {ejected} of them at once" if ejected else " after their commands"
            were = _count(len(coming), "server was", "servers were")
            yield f"{were} asked back for it{how}: {_duration(longest)} so far"
        if request.kept:
            yield f"{len(request.kept)} of the {request.need.atleast} that it wants at once are kept for it"
        if any(crew.preempt for crew in books.access(request).crews):
            rules = books.rules
            left_s = rules.preempt_wait_s - _waited(request, self._now)
            what = f"what is {rules.preempt_margin:g} below it and has run for {rules.preempt_min_run_s:g} s"
            yield f"it may eject {what}{f' in {_duration(left_s)}' if left_s > 0 else ''}"

    def _closed(self) -> Iterator[str]:
        """Servers that would do, were they open."""
        group = self._request.group
        closed = islice(self._books.slots.closed, _LOOKED_AT)
        fitting = [slot for slot in closed if group is not None and group.fits(slot)]
        if fitting:
            named = ", ".join(f"{slot.name} ({why_closed(slot, self._now)})" for slot in fitting[:_SHOWN])
            yield f"{_count(len(fitting), 'server', 'servers')} that would do cannot be given out: {named}"

    def _kinds(self) -> list[Kind]:
        group = self._request.group
        return list(group.kinds) if group is not None else []


def _best_kind(group: Group) -> Kind | None:
    """The kind of servers on which a group stands highest; of several the one with the most servers."""
    return max(group.kinds, key=lambda kind: (group.kinds[kind], kind.size), default=None)


def _waited(request: Request, now: float) -> float:
    return max(0.0, now - request.since)


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _ordinal(number: int) -> str:
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{'th' if number % 100 in (11, 12, 13) else ending}"


def _duration(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.1f} s"
    return f"{seconds / 60:.0f} minutes" if seconds < 7200 else f"{seconds / 3600:.1f} hours"
