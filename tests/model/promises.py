"""What holds, whatever happens; asked after every step (`each_step`), when it is quiet (`quiet`), and in the end.

of what really runs     no two processes of one command, none on one slot, no limit exceeded
of what is given        each grant within crews, keys, metrics, limits, by a slow second reading (plain)
of journals             a process for every attempt, an end for every attempt, every prefix replays
of books                both sides know the same leases; what is free and could be used is
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence

from runtime.dispatcher import Dispatcher
from runtime.facts import Ended, JobSpooled, NeverStarted, Outcome, Started
from runtime.farm_messages import Explain, Granted, LeaseId
from runtime.job.graph import JobGraph
from runtime.machine import Machine, own_slots
from runtime.maitred import orders
from runtime.maitred.requests import Request
from runtime.messages import JobState
from tests.model.dispatcher_host import Seat
from tests.model.maitred_host import MaitredHost
from tests.model.network import UNANSWERED_S
from tests.model.plain import Plain
from tests.model.site import GRACE_S, LEASE_S
from tests.model.witnesses import Witness
from tests.model.world import World
from tests.runtime.farm import ScriptedReader

EXPECTED = {"exit status 1", "exit status 7", "ended by its user"}
"""Why a task may fail in the model; anything else is an error of ours."""
PATIENCE_S = 900.0
"""The longest lease, rest and command together; in so much time something has to happen until all is done."""
CALM_S = 30.0
END_S = 15.0
"""More than TERM, KILL and the words about them take."""


class Promises:
    def __init__(self, world: World) -> None:
        self.world = world
        self._to_end: dict[tuple[str, int], float] = {}
        world.watchers.append(self.check_grants)
        world.testimony.watcher = self.check_begin

    # ---- what is given -------------------------------------------------------------------------------

    def check_grants(self, leader: MaitredHost, done: Sequence[orders.Order]) -> None:
        plain = Plain(leader)
        for order in done:
            if not isinstance(order, orders.Send) or not isinstance(order.message, Granted):
                continue
            lease = order.message.lease
            user = leader.users[leader.links[order.peer]]
            books = leader.running._books
            known = books.leases.by_id[lease.id]
            request = known.dispatcher.requests[known.request]
            need, names = request.need, [slot.name for slot in lease.slots]
            assert need.atleast <= len(names) <= need.atmost, f"{len(names)} slots for {need}"
            assert not need.samehost or len({slot.host for slot in lease.slots}) == 1
            assert request.held <= request.total, f"{request} holds more than it wants"
            for name in names:
                assert plain.crew_gives(user, name), f"no crew gives {user} {name}"
                assert not leader.is_shut(name), f"{name} is disabled, offline or has shields up"
                assert plain.fits(need.service, name), f"{name} for {need.service}"
                assert name.lower() not in known.dispatcher.excluded
                assert leader.read_plan.pings or plain.measures(need.metrics, name), f"{name} for {need.metrics}"
                self.nobody_is_there(leader, name)
            running = Counter(tag for one in books.leases.by_id.values() for tag in one.tags)
            for tag, most in leader.read_plan.limits.items():
                assert tag not in lease.tags or running[tag] <= most, f"{tag}: {running[tag]} of {most}"

    def nobody_is_there(self, leader: MaitredHost, slot: str) -> None:
        """What still runs on a slot that is given is of somebody of whom this maitre-d could not know any more. Two
        that both give out slots know nothing of each other."""
        there = [one for one in self.world.testimony.live if one.slot == slot]
        if there and len(self.world.maitreds) == 1:
            assert leader.may_forget(there[0].user), f"{slot} is given while {there[0]}"

    # ---- when a command begins -----------------------------------------------------------------------

    def check_begin(self, one: Witness) -> None:
        """At the moment when its process is there."""
        live = self.world.testimony.live
        same = [other for other in live if other.command == one.command]
        assert len(same) == 1, f"it runs twice: {[str(other) for other in same]}"
        there = [other for other in live if other.slot == one.slot and one.slot]
        assert len(there) <= 1, f"two on one slot: {[str(other) for other in there]}"
        if one.slot:
            started = [fact for fact in self.world.seats[one.user].journal.facts if isinstance(fact, Started)]
            assert any(fact.attempt == one.attempt and fact.cid == one.cid for fact in started), f"in no journal: {one}"
        for tag in self.world.tags_of(one):
            self.limit_holds(tag)

    def limit_holds(self, tag: str) -> None:
        """No more run than the largest maximum under which one of them was granted. What a dispatcher runs of which the
        maitre-d could not know any more does not count; two that both give out slots know nothing of each other."""
        books = [leader.running._books for leader in self.world.maitreds.values() if leader.lives]
        counting = [one for one in books if one.leases.by_id]
        if len(counting) != 1:
            return
        most: dict[LeaseId, int] = {}
        for other in self.world.testimony.live:
            if other.lease in counting[0].leases.by_id and tag in self.world.tags_of(other):
                most[other.lease] = self.world.given[other.lease].limits.get(tag, sys.maxsize)
        assert not most or len(most) <= max(most.values()), f"{tag}: {len(most)} of {max(most.values())} run"

    # ---- after every step ----------------------------------------------------------------------------

    def each_step(self) -> None:
        for seat in self.world.seats.values():
            if seat.lives:
                self.what_is_busy_has_an_attempt(seat)
                self.what_is_to_end_ends(seat)
        for leader in self.world.maitreds.values():
            if leader.lives:
                self.books_agree(leader)

    def what_is_busy_has_an_attempt(self, seat: Seat) -> None:
        for holding in seat.core._farm.holdings.values():
            assert not holding.attempt or seat.core.attempts[holding.attempt].place.id == holding.lease.id
            assert holding.attempt or holding.owner is not None or seat.held or not seat.core._farm.attached

    def what_is_to_end_ends(self, seat: Seat) -> None:
        """I6: what was killed, ejected or dismissed is gone soon after its alfserver could be told."""
        now = self.world.network.time
        for one in self.world.testimony.live:
            way = seat.at.get(one.attempt) if one.user == seat.user else None
            attempt = seat.core.attempts.get(one.attempt)
            if way is None or attempt is None or way.link is None or not self.world.servers[way.host].hears:
                continue
            told = way.link.client.open and way.link.server.open and not way.link.server.inbox
            useless = attempt.killed or attempt.ejected or attempt.requeue
            if told and useless and not self.world.network.is_parted(seat.host, way.host):
                since = self._to_end.setdefault((one.user, one.attempt), now)
                assert now <= since + END_S, f"{one} was to end"
            else:
                self._to_end.pop((one.user, one.attempt), None)

    def books_agree(self, leader: MaitredHost) -> None:
        books = leader.running._books
        tags: Counter[str] = Counter()
        taken: Counter[str] = Counter()
        for lease in books.leases.by_id.values():
            assert lease.slots
            assert all(slot.lease is lease for slot in lease.slots)
            tags.update(lease.tags)
            taken.update(slot.name for slot in lease.slots)
        assert all(number == 1 for number in taken.values()), taken
        assert all(books.leases.limits.running(tag) == tags[tag] for tag in {*tags, "few", "fast", "work"})
        for dispatcher in books.dispatchers.values():
            for request in dispatcher.requests.values():
                assert request.held == sum(lease.request == request.wanted for lease in dispatcher.leases)

    # ---- when it is quiet ----------------------------------------------------------------------------

    def quiet(self) -> None:
        """Everything that could arrive has."""
        for seat in self.world.seats.values():
            self.both_know_the_same_leases(seat)
        for leader in self.world.maitreds.values():
            if leader.hears and not leader.pings:
                self.nothing_waits_that_could_run(leader)

    def both_know_the_same_leases(self, seat: Seat) -> None:
        link = seat.giver
        if link is None or not seat.hears or link.number not in self.world.network.links:
            return
        leader = link.server.process
        if not isinstance(leader, MaitredHost) or not leader.hears or not link.server.open:
            return
        if self.world.network.is_parted(seat.host, leader.host):
            return
        known = leader.running._books.dispatchers[seat.user, seat.user]
        leases = {lease.id for lease in known.leases if not lease.pending}
        assert leases == set(seat.core._farm.holdings), f"{seat.user}: {leases} {set(seat.core._farm.holdings)}"
        for one in self.world.testimony.live:
            attempt = seat.core.attempts.get(one.attempt) if one.user == seat.user else None
            if one.lease is not None and attempt is not None and not attempt.ejected:
                assert one.lease in leases, f"{one} has no lease"

    def nothing_waits_that_could_run(self, leader: MaitredHost) -> None:
        """What the maitre-d leaves waiting, it leaves for a reason; and its own explanation knows which."""
        books, plain = leader.running._books, Plain(leader)
        if leader.machine.uptime < books.opens_at or leader.running.next_deadline() <= leader.machine.uptime:
            return
        running = Counter(tag for lease in books.leases.by_id.values() for tag in lease.tags)
        taken = {slot.name for lease in books.leases.by_id.values() for slot in lease.slots}
        kept = {slot.name: slot.kept_for for slot in books.slots.by_name.values() if slot.kept_for is not None}
        for request in [one for d in books.dispatchers.values() for one in d.requests.values() if one.waits]:
            need = request.need
            could = [
                name
                for name in leader.read_plan.servers
                if plain.may_have(request.user.name, need, name, request.dispatcher.excluded)
                and (not request.host or leader.read_plan.servers[name].host == request.host)
            ]
            free = [name for name in could if name not in taken and kept.get(name, request) is request]
            limited = not plain.within_limits(need.tags, running)
            self.its_explanation_is_true(leader, request, free, limited)
            by_host = Counter(leader.read_plan.servers[name].host if need.samehost else "" for name in free)
            enough = any(number >= need.atleast for number in by_host.values())
            assert limited or not enough, f"{request} waits for {need} while {free} are free at {leader.host}"

    def its_explanation_is_true(self, leader: MaitredHost, request: Request, free: list[str], limited: bool) -> None:
        peer = request.dispatcher.peer
        assert peer is not None
        explained = leader.running.explain(peer, Explain(1, request.wanted), leader.machine.uptime)
        said = {name for name, words in explained.servers if words.startswith("free")}
        assert said == (set() if limited else set(free)), f"{request}: {explained} but {free} are free"

    # ---- journals ------------------------------------------------------------------------------------

    def journals_are_true(self) -> None:
        for seat in self.world.seats.values():
            self.every_attempt_ends_once(seat)
            self.every_prefix_replays(seat)

    def every_attempt_ends_once(self, seat: Seat) -> None:
        ends: Counter[int] = Counter()
        begun: dict[int, Started] = {}
        for fact in seat.journal.facts:
            if isinstance(fact, Started):
                assert fact.attempt not in begun, f"{fact} is started twice"
                begun[fact.attempt] = fact
            elif isinstance(fact, Ended | NeverStarted) and fact.attempt:
                ends[fact.attempt] += 1
                assert fact.attempt in begun
                self.its_end_is_true(seat, fact)
        assert all(number == 1 for number in ends.values()), ends

    def its_end_is_true(self, seat: Seat, fact: Ended | NeverStarted) -> None:
        ran = self.world.testimony.by_attempt.get((seat.user, fact.attempt), [])
        assert len(ran) <= 1, [str(one) for one in ran]
        if isinstance(fact, NeverStarted):
            assert not ran, f"{fact}, but {ran[0]}"
        elif fact.outcome in (Outcome.DONE, Outcome.ERROR, Outcome.RETRY) and fact.status != -15:  # swept
            assert ran and ran[0].ended is not None and ran[0].status == fact.status, f"{fact}, but {[*map(str, ran)]}"

    def every_prefix_replays(self, seat: Seat) -> None:
        """Each is a legal queue; the whole is the one that is."""
        facts = seat.journal.facts
        graphs: dict[int, JobGraph] = {}
        reader = ScriptedReader()
        for fact in facts:
            if isinstance(fact, JobSpooled):
                graphs[fact.jid] = JobGraph(seat.scripts[fact.jid], fact.jid, reader)
            if fact.jid in graphs:
                graphs[fact.jid].apply(fact)
        for size in {*range(max(0, len(facts) - 6), len(facts) + 1), len(facts) // 2}:
            again = Dispatcher(Machine(own_slots("here", 1)), reader, seat.settings, with_farm=True)
            again.replay(facts[:size], lambda fact: seat.scripts[fact.jid])
            again.adopt([], (), seat.machine.wall)
        for jid, job in seat.core.jobs.items() if seat.lives else ():
            assert picture(graphs[jid]) == picture(job.graph), f"job {jid} of {seat.user} replays to another state"

    # ---- in the end ----------------------------------------------------------------------------------

    def at_rest(self) -> bool:
        return all(self.is_at_rest(seat) for seat in self.world.seats.values()) and not self.world.testimony.live

    def is_at_rest(self, seat: Seat) -> bool:
        states = [job.graph.job_state() for job in seat.core.jobs.values()]
        quiet = not seat.core.attempts and not seat.ended and not seat.core._farm.holdings
        return quiet and all(state in (JobState.DONE, JobState.STOPPED) for state in states)

    def everything_comes_to_rest(self) -> None:
        """Once all is whole again. It takes as long as it takes, but something has to happen all the time."""
        world = self.world
        world.heal()
        written, since = -1, world.network.time
        while not self.at_rest():
            facts = sum(len(seat.journal.facts) for seat in world.seats.values())
            if facts != written:
                written, since = facts, world.network.time
            assert world.network.time < since + PATIENCE_S, self.what_is_left()
            world.calm_down(CALM_S)
            self.each_step()
            self.quiet()
        world.calm_down(UNANSWERED_S + LEASE_S + GRACE_S + CALM_S)  # who has left for another maitre-d is forgotten
        assert self.at_rest(), self.what_is_left()
        for seat in world.seats.values():
            reasons = {found.reason for job in seat.core.jobs.values() for found in job.graph.failures.values()}
            assert reasons <= EXPECTED, reasons
            assert not seat.core._farm._requests
        for server in world.servers.values():
            assert not server.core.running
        for leader in world.maitreds.values():
            books = leader.running._books
            assert not books.leases.by_id, [str(lease) for lease in books.leases.by_id.values()]
            assert not any(dispatcher.requests for dispatcher in books.dispatchers.values())
        self.journals_are_true()

    def what_is_left(self) -> str:
        lines = [f"at {self.world.network.time:g}:"]
        for seat in self.world.seats.values():
            for job in seat.core.jobs.values():
                lines.append(f"{seat.user} job {job.jid} {job.graph.job_state().value} {job.graph.counts}")
            lines += [f"  attempt {number}" for number in seat.core.attempts]
            lines += [f"  holds {lease}" for lease in seat.core._farm.holdings]
        lines += [str(one) for one in self.world.testimony.live]
        for leader in self.world.maitreds.values():
            farm = leader.running.farm(leader.machine.uptime)
            lines += [f"{leader.host} term {farm.epoch}", *map(str, farm.slots), *map(str, farm.waiting)]
        return "\n".join(lines)


def picture(graph: JobGraph) -> object:
    """Everything of a job that facts decide."""
    loops = [(loop.next, loop.unfinished) for loop in graph.tree.loops]
    return (bytes(graph._state), list(graph._cursor), list(graph._pending), graph._bad, graph._tally, loops)
