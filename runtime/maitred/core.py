"""The maitre-d's core: who gets which slot, when. Every rule is here or in the rooms beside it; no socket, no clock.

    events in                                                     orders out (runtime.maitred.orders)
    ---------                                                     ---------------------------
    attach detach leave        a dispatcher comes, is lost, ends  Send      a message to a peer
    want returned running      what it says                       RunPing   answered by `pinged`
    tag_rests excluding job_ended                                 Note      a line of the record
    pinged measured            what its shell finds out           Log       a line for the log
    shields                    a nimby                            Keep      the slots that are offline, to write down
    offline eject              a wrangler                         KeepUsage what was held lately, likewise
    read                       another schedule
    tick                       time has passed (`next_deadline`)
    said                       any message of a dispatcher: calls one of the above

    explain, obstacles, farm, running_on, metric, address_of, unknown    questions: they change nothing

`now` is monotonic, seconds; `wall` is seconds since the epoch, for time groups. Each event returns its orders, to be
carried out in that order. A peer is a connection, by a number that the shell never uses twice; a message of a peer that
has not attached changes nothing.

    attach(peer, user, Attach, now)    answered by Attached; its leases are as it says, as far as they are still its own
    detach(peer, now)                  the connection is gone: its leases go on for lease_s + grace_s, its shields fall
    leave(peer, now)                   the dispatcher ends for good: its leases are over
    want(peer, Want, now)              Granted follows, now or later, as often as it takes

What is too much for one event (the crews of a thousand requests, a schedule) is done in slices, by the ticks that
follow: `next_deadline` says now until it is done.

    what there is     books: slots (which are free) · crews · accounts (who holds how much) · leases, asked_back ·
                      requests, queues (who is next) · fitting (keys) · black_holes · rules, the numbers of alfred.ini
    who, and where    roll (dispatchers) · opening (from when on) · joining (requests) · reading (a schedule) · resting
    giving out        serving · handing_over (straight on) · keeping (for big ones) · pinging · deciding (each test)
    taking back       recalling · making_room (on one host) · looking (every few seconds)
    answers           explaining, surveying, obstacles (why not) · watching (what is seen from outside)
    how it is said    orders · noting (on record) · slices

A maitre-d that has just started gives nothing out for `maitred_initial_wait_s`, so that dispatchers can say what they
hold; nor does a fall-back when the first of them comes to it.
"""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterator, Mapping

import msgspec

from runtime.assign.assigner import Assigner
from runtime.assign.judge import Guard, Judge, unguarded
from runtime.farm_messages import (
    Attach,
    Attached,
    Detach,
    Excluding,
    Explain,
    Explained,
    Farm,
    FarmMessage,
    JobEnded,
    LeaseId,
    Outcome,
    Returned,
    Running,
    TagRests,
    Want,
    whole_farm,
)
from runtime.history.records import LONGEST_CHARS as LONGEST_NOTED
from runtime.history.records import JobDone, Refused
from runtime.maitred.books import Books
from runtime.maitred.explaining import explain
from runtime.maitred.joining import Joining
from runtime.maitred.leases import Lease
from runtime.maitred.looking import Looking
from runtime.maitred.noting import asked, came, gave_up, of_no_crew, rested, went
from runtime.maitred.obstacles import Obstacles, obstacles, obstacles_of_users
from runtime.maitred.opening import Opening
from runtime.maitred.orders import Keep, KeepUsage, Order, PeerId, Send
from runtime.maitred.pinging import Pinging
from runtime.maitred.reading import Reading
from runtime.maitred.recalling import Recalling
from runtime.maitred.requests import LONGEST_CHARS, Dispatcher, why_refused
from runtime.maitred.resting import LONGEST_REASON_CHARS, Resting
from runtime.maitred.roll import Roll
from runtime.maitred.rules import Rules
from runtime.maitred.serving import Serving
from runtime.maitred.slices import Work, at_once
from runtime.maitred.usages import NO_USAGES, Usages
from runtime.maitred.watching import farm_in_parts
from runtime.schedule.model import Schedule

_MINUTE_S = 60.0
_SHOWN_CHARS = 100
_KEEP_USAGES_S = 600.0


class Maitred:
    """`epoch` is the term of this maitre-d: larger than any before it, as wall-clock milliseconds are. `wait`:
    dispatchers may hold slots of which it does not know. `offline`: slots that were offline when it last ran.
    `usages`: what an earlier maitre-d knew. `assigner`: the site's, `guard` runs its methods (runtime.assign.judge).
    `grant_key` proves what is given (runtime.grants)."""

    def __init__(
        self,
        schedule: Schedule,
        rules: Rules,
        *,
        epoch: int,
        now: float,
        wall: float,
        wait: bool = True,
        offline: Collection[str] = (),
        addresses: Mapping[str, str] | None = None,
        assigner: type[Assigner] | None = None,
        guard: Guard = unguarded,
        grant_key: bytes = b"",
        usages: Usages = NO_USAGES,
    ) -> None:
        self._peers: dict[PeerId, Dispatcher] = {}
        opens_at = now + rules.maitred_initial_wait_s if wait else now
        self._books = Books(rules, Judge(rules, assigner, guard), epoch, opens_at, now, wall, grant_key)
        self._books.accounts.take_up(usages, wall, now)
        self._keep_usages_at = now + _KEEP_USAGES_S
        self._pinging = Pinging(self._books)
        self._serving = Serving(self._books, self._pinging)
        self._recalling = Recalling(self._books, self._serving)
        self._roll = Roll(self._books, self._serving)
        self._resting = Resting()
        self._joining = Joining(self._books, self._roll, self._recalling)
        self._looking = Looking(self._books, self._serving, self._recalling, now)
        self._opening = Opening(self._books)
        self._reading = Reading(self._books, self._pinging, self._recalling, self._joining)
        self._reading.offline.update(offline)
        self._next_minute = self._now = now
        self._books.wall_offset = wall - now
        self._reading.read(schedule, addresses or {}, now)
        while self._books.slices:
            self._books.slices.event_is_over()
            self._books.slices.go_on(now)

    @property
    def epoch(self) -> int:
        """Of the leases that are given now."""
        return self._books.epoch

    # ---- dispatchers come and go ---------------------------------------------------------------------

    def attach(self, peer: PeerId, user: str, message: Attach, now: float) -> list[Order]:
        """A dispatcher has connected, for the first time or again."""
        books = self._books
        held = tuple(one for one in message.held if self._roll.is_proven(user, message.dispatcher, one))
        self._opening.comes_from(message.epoch, bool(held) or not self._peers, now)
        dispatcher = self._roll.dispatcher(user, message.dispatcher, now)
        if dispatcher.peer is not None:
            self._peers.pop(dispatcher.peer, None)
            self._roll.forget_requests(dispatcher, now)
        self._peers[peer] = dispatcher
        self._roll.connected(dispatcher, peer)
        dispatcher.is_at(message.host[:LONGEST_CHARS], message.port)
        self._exclude(dispatcher, message.excluded, now)
        lost = self._roll.take_back(dispatcher, held, now)
        proven = {one.lease.id for one in held}
        lost += tuple(one.lease.id for one in message.held if one.lease.id not in proven)
        rules = books.rules
        books.log(
            f"attached {dispatcher} ({message.dispatcher}) with {len(message.held)} leases, {len(lost)} of them lost"
        )
        books.note(came(dispatcher, books.wall(now)))
        books.send(dispatcher, Attached(books.epoch, rules.lease_s, rules.grace_s, lost, books.schedule.file))
        self._recalling.recall_older(dispatcher, now)
        self._recalling.recall_unentitled(dispatcher.leases, now)
        return self._finish(now)

    def detach(self, peer: PeerId, now: float) -> list[Order]:
        """A connection is gone: a dispatcher's, a nimby's, or anybody's."""
        for host in self._books.slots.hosts.values():
            if peer in host.shields:
                self._books.slots.block(host, peer, False, now)
        dispatcher = self._peers.pop(peer, None)
        if dispatcher is not None:
            self._roll.lost(dispatcher, now)
            self._roll.forget_requests(dispatcher, now)
            self._books.log(f"lost {dispatcher} with {len(dispatcher.leases)} leases")
            self._books.note(went(dispatcher, self._books.wall(now), lost=True))
        return self._finish(now)

    def leave(self, peer: PeerId, now: float) -> list[Order]:
        """A dispatcher ends, and nothing of it runs."""
        dispatcher = self._peers.pop(peer, None)
        if dispatcher is not None:
            self._roll.forget_requests(dispatcher, now)
            self._books.log(f"detached {dispatcher}")
            self._books.note(went(dispatcher, self._books.wall(now), lost=False))
            self._roll.forget(dispatcher, now)
        return self._finish(now)

    # ---- what dispatchers say ------------------------------------------------------------------------

    def said(self, peer: PeerId, message: FarmMessage, now: float) -> list[Order] | None:
        """Any message of a dispatcher that has attached; None: no dispatcher says this."""
        match message:
            case Want():
                return self.want(peer, message, now)
            case Running():
                return self.running(peer, message, now)
            case Returned():
                return self.returned(peer, message, now)
            case TagRests():
                return self.tag_rests(peer, message, now)
            case Excluding():
                return self.excluding(peer, message, now)
            case JobEnded():
                return self.job_ended(peer, message, now)
            case Explain():
                return self.explains(peer, message, now)
            case Detach():
                return self.leave(peer, now)
        return None

    def want(self, peer: PeerId, message: Want, now: float) -> list[Order]:
        """A request, new or said again, or (total 0) taken back."""
        dispatcher = self._peers.get(peer)
        if dispatcher is None:
            return []
        request = dispatcher.requests.get(message.request)
        fault = why_refused(message, dispatcher.requests) if message.total > 0 else ""
        if fault:
            what = f'job {message.jid} "{message.title[:_SHOWN_CHARS]}"'
            self._refuse(dispatcher, what, fault, now, message.jid, message.title)
            return self._finish(now)
        if message.total <= 0:
            if request is not None:
                if request.waits:
                    self._books.note(gave_up(request, self._books.wall(now), now))
                self._roll.drop(request, now)
            return self._finish(now)
        fresh, wanted, total = request is None, None, 0
        if request is None:
            request = self._joining.new(dispatcher, message, now)
        else:
            waited, wanted, total = request.waits, request.wishes, request.total
            request.update(message, *self._joining.standing(message, now))
            if not waited:
                request.since = now
        group = self._joining.join(request, now)
        if group is None:
            return self._finish(now)
        if fresh:
            self._books.note(asked(request, message.tier, self._books.wall(now)))
        if request.waits:
            self._serving.try_all(request, now)
            if request.wishes != wanted or request.total > total:
                self._recalling.recall_for(request, now)
        else:
            group.remove(request)
            self._serving.shrink(request, now)
        if request.waits and request.logged_total != request.total:
            request.logged_total = request.total
            why = f" ({request.blocked})" if request.blocked else ""
            self._books.log(f"queued {request}: {request.total - request.held} of {request.total} wait{why}")
        return self._finish(now)

    def returned(self, peer: PeerId, message: Returned, now: float) -> list[Order]:
        """A lease is given back."""
        lease = self._lease(peer, message.lease)
        if lease is None:
            return []
        self._books.log(f"returned {lease}{': ' + message.problem if message.problem else ''}")
        first = lease.slots[0] if lease.slots else None
        if message.problem and first is not None:
            until = now + self._books.rules.problem_slot_rest_s
            self._books.slots.taint(first, until, message.problem, now)
            self._books.note(rested(first, message.problem, self._books.wall(now)))
        self._judge_host(lease, message.outcome, now)
        self._books.end_lease(lease, now, message.outcome, serves=True)
        request = lease.dispatcher.requests.get(lease.request)
        if message.problem and request is not None and request.waits:
            self._books.touch(request.group)  # its slot rests: another one may be free
        return self._finish(now)

    def running(self, peer: PeerId, message: Running, now: float) -> list[Order]:
        """A command has begun on a lease. On one that is used again its request has got a server once more."""
        lease = self._lease(peer, message.lease)
        if lease is not None:
            request = lease.dispatcher.requests.get(lease.request)
            if lease.running is not None and request is not None and request.group is not None:
                request.group.waits_anew(request, now)
            self._books.command_ended(lease, message.previous, now)
            self._judge_host(lease, message.previous, now)
            if message.previous is not None or len(message.title) > LONGEST_CHARS:
                message = msgspec.structs.replace(message, title=message.title[:LONGEST_CHARS], previous=None)
            lease.running, lease.began = message, now
            lease.jid, lease.title = message.jid, message.title
        return self._ordered()

    def _judge_host(self, lease: Lease, outcome: Outcome | None, now: float) -> None:
        """A command has ended: its host may be a black hole (runtime.maitred.black_holes)."""
        books = self._books
        if outcome is None or not lease.slots:
            return
        host = lease.slots[0].host
        rest_s = books.holes.ended(host.name.lower(), (lease.user, lease.dispatcher.name), outcome)
        if rest_s:
            books.slots.rest_hole(host, now + rest_s, now)
            words = f"{books.rules.black_hole_count} different commands in a row have failed there"
            books.log(f"{host.name} rests for {rest_s:.0f} s: {words}")
            books.note(rested(host, words, books.wall(now)))
            self._recalling.recall_unentitled(self.running_on(host.name), now)

    def tag_rests(self, peer: PeerId, message: TagRests, now: float) -> list[Order]:
        """A licence was short for a dispatcher: nothing is given out under these tags for a while. That is the site's
        wish only where its own alfred.ini speaks of them (licenceCodes, licenceLines)."""
        dispatcher, books = self._peers.get(peer), self._books
        if dispatcher is None:
            return []
        fault = self._resting.take(dispatcher.user.name, message, books.rules, books.leases.limits)
        if fault:
            self._refuse(dispatcher, f"a rest of {len(message.tags)} tags", fault, now)
            return self._finish(now)
        seconds = min(message.seconds, books.rules.licence_rest_most_s)
        reason = message.reason[:LONGEST_REASON_CHARS]
        books.leases.limits.rest(message.tags, now + seconds, reason)
        books.log(f"{', '.join(message.tags)} of {dispatcher} rests {seconds:.0f} s: {reason}")
        return self._finish(now)

    def excluding(self, peer: PeerId, message: Excluding, now: float) -> list[Order]:
        """A huntgroup is another."""
        dispatcher = self._peers.get(peer)
        if dispatcher is not None and self._exclude(dispatcher, message.excluded, now):
            for request in list(dispatcher.requests.values()):
                self._books.touch(self._joining.join(request, now))
        return self._finish(now)

    def _exclude(self, dispatcher: Dispatcher, names: tuple[str, ...], now: float) -> bool:
        """Whether its huntgroup is one that a maitre-d keeps."""
        fault = dispatcher.exclude(names)
        if fault:
            self._refuse(dispatcher, "a huntgroup", fault, now)
        return not fault

    def _refuse(self, dispatcher: Dispatcher, what: str, fault: str, now: float, jid: int = 0, title: str = "") -> None:
        self._books.log(f"refused {dispatcher} {what}: {fault}")
        self._books.note(Refused(self._books.wall(now), of_no_crew(dispatcher, jid, title), fault[:LONGEST_NOTED]))

    def job_ended(self, peer: PeerId, message: JobEnded, now: float) -> list[Order]:
        dispatcher = self._peers.get(peer)
        if dispatcher is not None:
            self._books.log(f'job {message.jid} "{message.title}" of {dispatcher} is {message.state}')
            whose = of_no_crew(dispatcher, message.jid, message.title)
            self._books.note(JobDone(self._books.wall(now), whose, message.state[:LONGEST_NOTED]))
        return self._finish(now)

    def _lease(self, peer: PeerId, lease_id: LeaseId) -> Lease | None:
        """A lease of this peer's dispatcher; None for what is not, or not any more, its own."""
        dispatcher = self._peers.get(peer)
        lease = self._books.leases.by_id.get(lease_id)
        return lease if lease is not None and lease.dispatcher is dispatcher else None

    # ---- what the shell finds out --------------------------------------------------------------------

    def pinged(self, number: int, up: bool, reason: str, now: float) -> list[Order]:
        """The answer to a RunPing. `reason`: why it failed, in words."""
        self._serving.pinged(number, up, reason, now)
        return self._finish(now)

    def metric(self, host: str, name: str, now: float) -> float | str | None:
        """What was measured on a host last; None when that is unknown or stale."""
        found = self._books.slots.host(host)
        return None if found is None else found.metric(name, now)

    def measured(self, host: str, values: Mapping[str, float | str], now: float) -> list[Order]:
        """Metrics of a host, by the names of the schedule."""
        found = self._books.slots.host(host)
        if found is None:
            return []
        self._books.slots.measured(found, values, now)
        self._serving.measured(found, now)
        return self._finish(now)

    # ---- nimby and wranglers -------------------------------------------------------------------------

    def shields(self, peer: PeerId, host: str, up: bool, now: float) -> list[Order]:
        """A nimby's word for its host; it holds until `detach`."""
        found = self._books.slots.host(host)
        if found is not None and (peer in found.shields) != up:
            self._books.log(f"shields of {found.name} {'raised' if up else 'lowered'}")
            self._books.slots.block(found, peer, up, now)
            self._recalling.recall_unentitled(self.running_on(host), now)
        return self._finish(now)

    def offline(self, slots: Collection[str], on: bool, by: str, now: float) -> list[Order]:
        """Slots are temporarily offline, or are back. What runs there finishes. Names that are unknown are left out."""
        known = self._books.slots.by_name
        self._reading.offline = {name for name in self._reading.offline if name in known}
        for name in slots:
            slot = known.get(name)
            if slot is not None and not on and now < slot.host.hole_until:
                self._books.holes.forgive(slot.host.name.lower())
                self._books.slots.rest_hole(slot.host, now, now)
                self._books.log(f"{slot.host.name} rests no more ({by})")
            if slot is not None and slot.offline != on:
                slot.offline = on
                (self._reading.offline.add if on else self._reading.offline.discard)(name)
                self._books.slots.refresh(slot, now)
                self._books.log(f"{name} is {'offline' if on else 'back'} ({by})")
                self._recalling.recall_unentitled(self.running_on(name), now)
        self._books.orders.append(Keep(tuple(sorted(self._reading.offline))))
        return self._finish(now)

    def eject(self, where: str, by: str, now: float) -> list[Order]:
        """What runs on a slot, or on a host, ends now and runs again elsewhere."""
        for lease in self.running_on(where):
            self._recalling.recall(lease, True, f"ejected by {by}", now)
        return self._finish(now)

    def running_on(self, where: str) -> list[Lease]:
        """The leases of a slot, or of a host by its name."""
        slots = self._books.slots
        slot = slots.by_name.get(where) or slots.gone.get(where)
        host = slots.host(where)
        places = [slot] if slot is not None else list(host.slots) if host is not None else []
        return list({place.lease: None for place in places if place.lease is not None and not place.lease.pending})

    # ---- the schedule, and time ----------------------------------------------------------------------

    def read(
        self, schedule: Schedule, now: float, wall: float, addresses: Mapping[str, str] | None = None
    ) -> list[Order]:
        """Another schedule. What did not change goes on undisturbed. `addresses`: of hosts, by the schedule's names."""
        self._books.wall_offset = wall - now
        if self._books.crews.at(wall):
            self._joining.crews_changed(now)
        self._reading.read(schedule, addresses or {}, now)
        return self._finish(now)

    def tick(self, now: float, wall: float | None = None) -> list[Order]:
        """Time has passed. `wall`: the clock on the wall may have been set."""
        books = self._books
        if wall is not None:
            self._books.wall_offset = wall - now
        books.slices.go_on(now)
        books.slots.wake(now)
        books.leases.freed_tags.update(books.leases.limits.wake(now))
        self._roll.end_lost(now)
        wall = now + self._books.wall_offset
        if books.crews.at(wall):
            self._joining.crews_changed(now)
            self._looking.soon(now)
        if now >= self._next_minute:
            self._settle(now)
            for kind in books.slots.kinds:
                kind.mark(now)
            books.judge.try_again()
        self._next_minute = now + _MINUTE_S - wall % _MINUTE_S
        self._opening.open(now)
        self._serving.serve(now)
        self._looking.look(now)
        return self._finish(now)

    def _settle(self, now: float) -> None:
        books = self._books
        books.accounts.settle(now)
        if books.rules.usage_half_life_s and now >= self._keep_usages_at:
            self._keep_usages_at = now + _KEEP_USAGES_S
            books.orders.append(KeepUsage(books.accounts.usages(now + books.wall_offset)))

    def next_deadline(self) -> float:
        """When `tick` is to be called next, at the latest."""
        books = self._books
        if books.slices:
            return self._now
        deadlines = [self._next_minute, self._opening.next_wake, self._looking.next_wake]
        deadlines += [self._roll.next_end(), books.slots.next_wake, books.leases.limits.next_wake]
        return min(deadline for deadline in deadlines if deadline is not None)

    # ---- questions -----------------------------------------------------------------------------------

    def address_of(self, host: str) -> str | None:
        """The address of a host of the schedule, its name where none is known; None: there is no such host."""
        found = self._books.slots.host(host)
        return None if found is None else found.address or found.name

    def unknown(self, slots: Collection[str]) -> list[str]:
        """Which of these are no slots of the schedule."""
        return [name for name in slots if name not in self._books.slots.by_name]

    def explain(self, peer: PeerId, message: Explain, now: float) -> Explained:
        """Why a request of this peer waits."""
        return at_once(explain(self._books, self._peers.get(peer), message, now))

    def explains(self, peer: PeerId, message: Explain, now: float) -> list[Order]:
        """The same, sent to the peer when it has been found: now, or in slices."""
        work = self._explaining(peer, explain(self._books, self._peers.get(peer), message, now))
        self._books.slices.begin(("explain", peer, message.serial), work, now)
        return self._finish(now)

    def _explaining(self, peer: PeerId, work: Generator[float, None, Explained]) -> Work:
        answer = yield from work
        self._books.orders.append(Send(peer, answer))

    def obstacles(self, now: float) -> list[Obstacles]:
        """What stands in the way of those that wait, crew by crew."""
        return obstacles(self._books, now)

    def obstacles_of_users(self, now: float) -> list[Obstacles]:
        """The same, user by user."""
        return obstacles_of_users(self._books, now)

    def farm(self, now: float, serial: int = 0) -> Farm:
        """The state of everything."""
        return whole_farm(list(self.farm_in_parts(now, serial)))

    def farm_in_parts(self, now: float, serial: int = 0) -> Iterator[Farm]:
        """The same, a little at a time; other events may come in between."""
        return farm_in_parts(self._books, now, serial)

    def _finish(self, now: float) -> list[Order]:
        """Give out what has become possible; the orders of this event."""
        books = self._books
        self._serving.serve(now)
        books.slices.event_is_over()
        self._now = now
        for complaint in books.judge.complaints:
            books.log(complaint)
        books.judge.complaints.clear()
        return self._ordered()

    def _ordered(self) -> list[Order]:
        orders, self._books.orders = self._books.orders, []
        return orders
