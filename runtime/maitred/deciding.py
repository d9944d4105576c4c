"""The tests of a check-out: each says in words what speaks against a slot, or nothing. What decides also explains.

    SLOT_TESTS        of a slot, whoever asks. Slots that pass them, and that nobody has, stand in the index
    REQUEST_TESTS     of a slot for a request; `why_not` is the first one that fails, in the order of the documents

    crew access now > huntgroup, pin > enabled, not offline > not being read > no shields > keys > metrics > limits >
    ping > no black hole > not tainted > in use > room for what is reserved

The index gives a request only slots that pass the tests of the slot, its group only kinds of slots that pass those of
crews and keys (`Group.fits`); metrics and limits are asked when it is about to be served, pings are ordered then.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from runtime.match.keys import compile_keys
from runtime.match.metrics import compile_metrics

if TYPE_CHECKING:
    from runtime.maitred.books import Books
    from runtime.maitred.requests import Request
    from runtime.maitred.slots import Host, Slot


def not_enabled(slot: Slot, _now: float) -> str:
    if not slot.listed:
        return "no longer in the schedule"
    if not slot.server.enabled:
        return "disabled in the schedule"
    return "temporarily offline" if slot.offline else ""


def is_moving(slot: Slot, _now: float) -> str:
    return "the schedule is being read" if slot.moves else ""


def has_shields(slot: Slot, _now: float) -> str:
    return "shields raised" if slot.host.shields else ""


def failed_ping(slot: Slot, now: float) -> str:
    for place in (slot, slot.host):
        if now < place.rest_until:
            return f"failed its ping ({place.rest_reason}), rests for {place.rest_until - now:.0f} s"
    return ""


def is_hole(slot: Slot, now: float) -> str:
    rest_s = slot.host.hole_until - now
    return f"rests for {rest_s:.0f} s: whatever runs there fails" if rest_s > 0 else ""


def is_tainted(slot: Slot, now: float) -> str:
    if now < slot.taint_until:
        return f"tainted for {slot.taint_until - now:.0f} s ({slot.taint_reason})"
    return ""


SLOT_TESTS: tuple[Callable[[Slot, float], str], ...] = (
    not_enabled,
    is_moving,
    has_shields,
    failed_ping,
    is_hole,
    is_tainted,
)


def why_closed(slot: Slot, now: float) -> str:
    """Why a slot could not be given to anybody, if nobody had it; empty when it could."""
    for test in SLOT_TESTS:
        words = test(slot, now)
        if words:
            return words
    return ""


# ---- for a request -------------------------------------------------------------------------------------------


def _whoever_asks(test: Callable[[Slot, float], str]) -> Callable[[Books, Request, Slot, float], str]:
    """A test of the slot, as one of a request."""
    return lambda _books, _request, slot, now: test(slot, now)


def _no_crew(books: Books, request: Request, slot: Slot, _now: float) -> str:
    return books.crews.why_not(request.user.name, slot.kind.groups)


def _is_excluded(books: Books, request: Request, slot: Slot, _now: float) -> str:
    excluded = request.dispatcher.excluded
    return "excluded by your huntgroup" if excluded and slot.is_called(excluded) else ""


def _is_elsewhere(books: Books, request: Request, slot: Slot, _now: float) -> str:
    if request.host and books.slots.host(request.host) is not slot.host:
        return f"it goes on where it was interrupted, on {request.host} (-resumepin)"
    return ""


def _wrong_keys(_books: Books, request: Request, slot: Slot, now: float) -> str:
    group = request.group
    if group is None or group.fit.slot(slot):
        return ""
    test = compile_keys(request.need.service)
    words = test.why_not(group.fit.keys(slot), lambda name: slot.host.keyed(name, now))
    return words or f"does not match {request.need.service}"


def _wrong_metrics(_books: Books, request: Request, slot: Slot, now: float) -> str:
    group, host = request.group, slot.host
    if group is None or group.measures(slot, now):
        return ""
    test = compile_keys(request.need.service)
    live = test.why_not(group.fit.keys(slot), lambda name: host.keyed(name, now))
    if live:
        return live
    wanted = compile_metrics(request.need.metrics)
    unknown = wanted.unknown(lambda name: host.metric(name, now))
    if unknown:
        return _not_known(host, unknown, now)
    return wanted.why_not(lambda name: host.metric(name, now))


def _not_known(host: Host, name: str, now: float) -> str:
    if name in host.metrics:
        return (
            f"metric {name} is stale: nothing was heard for {now - host.metrics[name][1]:.0f} s more than it may be old"
        )
    return f"metric {name} is not known: its alfserver does not send it"


def _over_limit(books: Books, request: Request, _slot: Slot, now: float) -> str:
    return books.leases.limits.why_not(request.need.tags, now)


def _in_use(books: Books, request: Request, slot: Slot, _now: float) -> str:
    lease, kept = slot.lease, slot.kept_for
    if lease is None:
        return f"kept for {kept}, which wants {kept.need.atleast} slots" if kept not in (None, request) else ""
    owner = f'{lease.user}\'s job {lease.jid} "{lease.title}"'
    if lease.pending:
        return f"being tested for {owner}"
    if lease.dispatcher.peer is None:
        return f"in use by {owner}, whose dispatcher is away: free when its lease is over"
    return f"in use by {owner}"


def _no_room(_books: Books, request: Request, slot: Slot, _now: float) -> str:
    room, reserve = slot.host.room, request.need.reserve
    if not reserve or room.could_fit(reserve):
        return ""
    words = room.why_not(reserve)
    unknown = any(name not in room.has for name, _ in reserve)
    return f"{words} (neither alfHost({slot.host.name}) nor its alfserver says it)" if unknown else words


def _no_room_now(_books: Books, request: Request, slot: Slot, _now: float) -> str:
    need = request.need
    if slot in request.kept:
        return "kept for it, until there is room for what it reserves" if need.atleast == 1 else ""
    return slot.host.room.why_not(need.reserve) if need.reserve else ""


REQUEST_TESTS: tuple[tuple[str, Callable[[Books, Request, Slot, float], str]], ...] = (
    ("are not open to {user} now", _no_crew),
    ("are excluded by the huntgroup", _is_excluded),
    ("are not the host that it is pinned to", _is_elsewhere),
    ("are disabled or offline", _whoever_asks(not_enabled)),
    ("wait for the schedule to be read", _whoever_asks(is_moving)),
    ("have their shields raised", _whoever_asks(has_shields)),
    ("do not match its keys", _wrong_keys),
    ("do not have the metrics", _wrong_metrics),
    ("do not have what it reserves", _no_room),
    ("are held up by a limit, or by a tag that rests", _over_limit),
    ("failed their ping", _whoever_asks(failed_ping)),
    ("rest because whatever runs there fails", _whoever_asks(is_hole)),
    ("are tainted", _whoever_asks(is_tainted)),
    ("are in use", _in_use),
    ("have no room for what it reserves", _no_room_now),
)
"""Each test, and what is said of those servers that fail it."""
IN_USE = [test for _, test in REQUEST_TESTS].index(_in_use)
FREE = len(REQUEST_TESTS)
"""The place of a server that fails none."""


def why_not(books: Books, request: Request, slot: Slot, now: float) -> tuple[int, str]:
    """The first test that a slot fails for a request, by its place in REQUEST_TESTS, and why; FREE and "" when it
    fails none."""
    for place, (_, test) in enumerate(REQUEST_TESTS):
        words = test(books, request, slot, now)
        if words:
            return place, words
    return FREE, ""
