"""The alfserver's core: what dispatchers, the launcher and time do goes in, orders come out. No socket, no clock.

    connected -> resume -> context, launch, follow, renew, end, acknowledge -> closed
                              |
    an attempt:    refused    |    given to the launcher ------> began ---> exited | lost      or refused
                   NotStarted |    its slot is taken                        slot free
                              |                                             Ended, after all its output,
                              |                                             on every connection until Acknowledge

A launch is refused, with words, when (in this order) its number was seen before, it comes too late, no
maitre-d has given its lease (`runtime.grants`), its slot was given to somebody else since, its lease is of an older
maitre-d, the site does not let that program run, the slot is off, has a command, or every slot has one. With a lease
that nobody gave (epoch 0, chaos mode) only the number of slots counts.

Attempts go on while their dispatcher is away: until their leases run out, which is the launcher's affair, since it
lives longest. What identifies them is in the launcher's log (`attempts.Tag`), so a restarted alfserver `adopt`s them.
`now` is on the clock of the leases; the wall clock says how old an end is, and which epochs are of the future.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

import msgspec

from runtime.alfserver.attempts import Attempt, Owner, Seen, read_tag, tag_of
from runtime.alfserver.orders import (
    Finish,
    Forget,
    HangUp,
    KeepEpoch,
    Note,
    Number,
    Order,
    Peer,
    Prolong,
    Say,
    SayResumed,
    Start,
    Sweep,
)
from runtime.alfserver.orders import Follow as FollowOrder
from runtime.farm_messages import (
    FUTURE_S,
    Acknowledge,
    AttemptState,
    Began,
    Context,
    End,
    Ended,
    FarmMessage,
    Follow,
    Launch,
    LeaseId,
    NotStarted,
    Renew,
    Renewed,
    Resume,
    Said,
)
from runtime.grants import is_proven

KEEP_S = 7 * 86400.0
"""How long an end, and its output, are kept for a dispatcher that does not come for them."""
LONGEST_LEASE_S = 3600.0
MOST_CONTEXTS = 10_000
"""Of one connection; a dispatcher has one for a job."""
CONTEXT_BYTES = 256 << 20
LONGEST_CHARS = 1_000
"""Of the names that stand in the launcher's log."""
LARGEST_BYTE = 1 << 62
GRACE_S = 10.0
LONGEST_GRACE_S = 600.0


@dataclass(frozen=True)
class Rules:
    """What this server is. `users` and `programs` (names or paths, * and ? as in a shell) bound what it runs, empty:
    no bound. `is_off` tells slots that are switched off for now. With `grant_key` only what a maitre-d has given for a
    host that `is_here` knows as this one is run, and (`chaos_allowed`) what nobody has given."""

    host: str
    slots: int
    users: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()
    is_off: Callable[[str], bool] = lambda slot: False
    grant_key: bytes = field(default=b"", repr=False)
    is_here: Callable[[str], bool] = lambda host: True
    chaos_allowed: bool = True
    patterns: frozenset[str] = frozenset()
    """What output may be searched for: a pattern can take long, so strangers do not bring their own."""


@dataclass
class _Session:
    """One connection. `owner` is None until it has said Resume."""

    user: str
    owner: Owner | None = None
    contexts: dict[int, int] = field(default_factory=dict)
    """How large each is."""
    context_bytes: int = 0


class Alfserver:
    """The state of one alfserver. `first` is the first number for the launcher, `epoch` the newest ever seen."""

    def __init__(self, rules: Rules, first: int = 1, epoch: int = 0) -> None:
        self.rules = rules
        self._next = first
        self._epoch = epoch
        self._sessions: dict[Peer, _Session] = {}
        self._current: dict[Owner, Peer] = {}
        """The newest connection of each dispatcher: only that one is told anything."""
        self._attempts: dict[Number, Attempt] = {}
        self._mine: dict[Owner, dict[int, Attempt]] = {}
        self._seen: dict[Owner, Seen] = {}
        self._newest: dict[str, LeaseId] = {}
        """Of each slot: the last lease that it ran something for. Who comes with an older one has slept too long."""
        self._ending = False
        self.stale = 0
        """Words about attempts that are over, or of nobody, so far."""

    @property
    def running(self) -> list[Attempt]:
        """Attempts that have a slot."""
        return [attempt for attempt in self._attempts.values() if attempt.running]

    @property
    def attempts(self) -> dict[Number, Attempt]:
        """Everything that is known."""
        return self._attempts

    # ---- after a restart ---------------------------------------------------------------------------------------

    def adopt(self, number: Number, tag: str) -> None:
        """An attempt that the launcher's log knows. Its begin and end are told as if they happened now. Raises
        ValueError for a tag that is none."""
        read = read_tag(tag)
        self._know(Attempt(number, read))
        self._next = max(self._next, number + 1)
        self._epoch = max(self._epoch, read.lease.epoch)
        self._newest[read.slot] = max(read.lease, self._newest.get(read.slot, read.lease))

    # ---- connections -------------------------------------------------------------------------------------------

    def connected(self, peer: Peer, user: str, *, wrangler: bool = False) -> list[Order]:
        """Somebody is there, and has proved to be `user`."""
        if self.rules.users and user not in self.rules.users and not wrangler:
            return [HangUp(peer, f"{self.rules.host} does not run commands of {user} (alfserverUsers in alfred.ini)")]
        self._sessions[peer] = _Session(user)
        return []

    def closed(self, peer: Peer) -> list[Order]:
        """A connection is over; what it started goes on."""
        session = self._sessions.pop(peer, None)
        if session is not None and session.owner is not None:
            self._unfollow(session.owner, peer)
            if self._current.get(session.owner) == peer:
                del self._current[session.owner]
        return []

    def _unfollow(self, owner: Owner, peer: Peer) -> None:
        for attempt in self._mine.get(owner, {}).values():
            if attempt.follower == peer:
                attempt.follower = None

    def heard(self, peer: Peer, message: FarmMessage, now: float, wall: float) -> list[Order]:
        """A message of a connection."""
        session = self._sessions.get(peer)
        if session is None:
            return []
        if isinstance(message, Resume):
            return self._resume(peer, session, message)
        if session.owner is None:
            return [HangUp(peer, f"{type(message).__name__} came before Resume")]
        match message:
            case Context():
                return self._context(peer, session, message)
            case Launch():
                return self._launch(peer, session, session.owner, message, now, wall)
            case Renew():
                return self._renew(peer, session.owner, message, now)
            case End():
                grace_s = min(max(0.0, message.grace_s), LONGEST_GRACE_S)
                return self._sweep(self._running_of(session.owner, message.attempts), grace_s)
            case Follow():
                if not all(0 <= at <= LARGEST_BYTE for at in (message.output, message.stdout, message.chunks)):
                    return [HangUp(peer, "Follow asks for output where none can be")]
                return self._follow(peer, session.owner, message)
            case Acknowledge():
                return self._acknowledge(session.owner, message)
            case _:
                return [HangUp(peer, f"a dispatcher does not say {type(message).__name__} to an alfserver")]

    def _context(self, peer: Peer, session: _Session, message: Context) -> list[Order]:
        size = len(message.cwd) + sum(map(len, message.env)) + sum(map(len, message.env.values()))
        session.context_bytes += size - session.contexts.get(message.id, 0)
        session.contexts[message.id] = size
        if len(session.contexts) > MOST_CONTEXTS or session.context_bytes > CONTEXT_BYTES:
            return [HangUp(peer, f"its {len(session.contexts)} contexts are too many or too large")]
        return []

    def _resume(self, peer: Peer, session: _Session, message: Resume) -> list[Order]:
        if session.owner is not None:
            return [HangUp(peer, "Resume came twice")]
        owner = session.owner = Owner(session.user, message.dispatcher)
        orders: list[Order] = []
        before = self._current.get(owner)
        if before is not None:
            self._unfollow(owner, before)
            orders.append(HangUp(before, "this dispatcher has connected again"))
        self._current[owner] = peer
        attempts = list(self._mine.get(owner, {}).values())
        states = tuple(AttemptState(a.tag.attempt, a.tag.lease, a.running, 0) for a in attempts)
        orders.append(SayResumed(peer, tuple(a.number for a in attempts), states))
        return orders

    def _follow(self, peer: Peer, owner: Owner, message: Follow) -> list[Order]:
        attempt = self._mine.get(owner, {}).get(message.attempt)
        if attempt is None:
            self.stale += 1
            return []
        attempt.follower = peer
        return [
            FollowOrder(peer, attempt.number, message.attempt, message.output, message.stdout, message.chunks),
            *self._tell_end(attempt),
        ]

    def nothing_printed(self, numbers: Iterable[Number]) -> list[Order]:
        """These ended attempts, which were resumed, have no output: nobody has to ask for it before their end."""
        orders: list[Order] = []
        for number in numbers:
            attempt = self._attempts.get(number)
            peer = self._current.get(attempt.tag.owner) if attempt is not None else None
            if attempt is not None and attempt.end is not None and peer is not None:
                orders.append(Say(peer, attempt.end))
        return orders

    def _acknowledge(self, owner: Owner, message: Acknowledge) -> list[Order]:
        mine = self._mine.get(owner, {})
        known = [mine[attempt] for attempt in message.attempts if attempt in mine]
        ended = [attempt for attempt in known if not attempt.running]
        self.stale += len(message.attempts) - len(ended)
        return self._forget(ended)

    def _forget(self, attempts: list[Attempt]) -> list[Order]:
        for attempt in attempts:
            del self._attempts[attempt.number]
            mine = self._mine[attempt.tag.owner]
            del mine[attempt.tag.attempt]
            if not mine:
                del self._mine[attempt.tag.owner]
        return [Forget(tuple(attempt.number for attempt in attempts))] if attempts else []

    # ---- launches ----------------------------------------------------------------------------------------------

    def _launch(
        self, peer: Peer, session: _Session, owner: Owner, launch: Launch, now: float, wall: float
    ) -> list[Order]:
        known = self._mine.get(owner, {}).get(launch.attempt)
        if known is not None:
            self.stale += 1
            return self._repeat(peer, known)
        if launch.context not in session.contexts:
            return [HangUp(peer, f"attempt {launch.attempt} is launched in a context {launch.context}: there is none")]
        seen = self._seen.setdefault(owner, Seen())
        refusal = self._refusal(owner, seen, launch, now, wall)
        seen.add(launch.attempt)
        if refusal is not None:
            tag, slot = launch.tag[:LONGEST_CHARS], launch.slot[:LONGEST_CHARS]
            words = f"refused: {owner.user}'s {tag} on {slot}: {refusal.reason}"
            return [Say(peer, refusal), Note(words)]
        attempt = Attempt(Number(self._next), tag_of(owner, launch), peer)
        self._next += 1
        self._know(attempt)
        orders: list[Order] = [KeepEpoch(launch.lease.epoch)] if launch.lease.epoch > self._epoch else []
        self._epoch = max(self._epoch, launch.lease.epoch)
        self._newest[launch.slot] = launch.lease
        orders.append(Start(peer, attempt.number, attempt.tag.text(), launch, _end_of_lease(launch, now)))
        orders.append(FollowOrder(peer, attempt.number, launch.attempt))
        return orders

    def _know(self, attempt: Attempt) -> None:
        owner, number = attempt.tag.owner, attempt.tag.attempt
        self._attempts[attempt.number] = attempt
        self._mine.setdefault(owner, {})[number] = attempt
        self._seen.setdefault(owner, Seen()).add(number)

    def _repeat(self, peer: Peer, attempt: Attempt) -> list[Order]:
        """A launch came twice: what became of the first one is said again."""
        if attempt.end is not None:
            return self._tell_end(attempt)
        return [Say(peer, attempt.began)] if attempt.began is not None else []

    def _refusal(self, owner: Owner, seen: Seen, launch: Launch, now: float, wall: float) -> NotStarted | None:
        """Why a launch cannot be; None when it can."""

        def no(reason: str, *, transient: bool = True, busy: bool = False, ruled_by: int = 0) -> NotStarted:
            return NotStarted(launch.attempt, reason, transient, busy, ruled_by)

        host, epoch = self.rules.host, launch.lease.epoch
        if launch.attempt in seen:
            self.stale += 1
            return no(f"attempt {launch.attempt} was launched on {host} before")
        if not (math.isfinite(launch.lease_s) and 0 < launch.lease_s <= LONGEST_LEASE_S):
            return no(f"a lease of {launch.lease_s:g} s is not between 0 and {LONGEST_LEASE_S:g} s", transient=False)
        if _end_of_lease(launch, now) <= now:
            return no(f"it was sent more than its lease of {launch.lease_s:g} s ago: {host} was stopped")
        for name, limit_s in (("maxrun", launch.maxrun_s), ("noprogress", launch.quiet_s)):
            if limit_s is not None and not (math.isfinite(limit_s) and limit_s > 0):
                return no(f"a {name} of {limit_s:g} s is no time", transient=False)
        if max(len(launch.tag), len(launch.slot)) > LONGEST_CHARS:
            return no(f"its slot or its number has more than {LONGEST_CHARS} characters", transient=False)
        ungranted = self._ungranted(owner, launch)
        if ungranted:
            return no(ungranted)
        if epoch and epoch < self._epoch:
            words = f"its lease is of an earlier maitre-d ({epoch}) than the one that rules now ({self._epoch})"
            return no(words, ruled_by=self._epoch)
        if epoch and launch.lease < self._newest.get(launch.slot, launch.lease):
            return no(f"{launch.slot} was given to somebody else after this lease")
        if epoch > 1000 * (wall + FUTURE_S):
            return no(f"its lease is of a maitre-d of the future ({epoch}): check the clocks")
        if not self._is_allowed(launch.argv):
            words = f"{host} does not run {launch.argv[0] if launch.argv else 'it'} (alfserverPrograms in alfred.ini)"
            return no(words, transient=False)
        if self._ending:
            return no(f"the alfserver of {host} is ending")
        if self.rules.is_off(launch.slot):
            return no(f"{launch.slot} is switched off on {host}", busy=True)
        return self._busy(launch, no)

    def _ungranted(self, owner: Owner, launch: Launch) -> str:
        """Why the lease of a launch is not worth anything, in words; empty when it is."""
        rules, lease = self.rules, launch.lease
        if not rules.grant_key:
            return ""
        if not lease.epoch:
            return "" if rules.chaos_allowed else f"{rules.host} runs only what a maitre-d has given (chaosAllowed)"
        if not is_proven(launch.proof, rules.grant_key, lease, *owner, launch.slot, launch.host):
            return "no maitre-d of this site has given this lease: its proof is wrong"
        return "" if rules.is_here(launch.host) else f"its slot is on {launch.host}, and this is {rules.host} (-host)"

    def _busy(self, launch: Launch, no: Callable[..., NotStarted]) -> NotStarted | None:
        running = self.running
        if len(running) >= self.rules.slots:
            return no(f"all {self.rules.slots} slots of {self.rules.host} are in use", busy=True)
        holder = next((attempt for attempt in running if attempt.tag.slot == launch.slot), None)
        if holder is not None and launch.lease.epoch:
            words = f"{launch.slot} still has {holder.tag.owner.user}'s command {holder.tag.command}"
            return no(words, busy=True)
        return None

    def _is_allowed(self, argv: tuple[str, ...]) -> bool:
        programs = self.rules.programs
        if not programs or not argv:
            return True
        name = argv[0].rpartition("/")[2]
        return any(fnmatchcase(argv[0] if "/" in pattern else name, pattern) for pattern in programs)

    # ---- what runs ---------------------------------------------------------------------------------------------

    def _running_of(self, owner: Owner, attempts: Iterable[int]) -> list[Attempt]:
        mine = self._mine.get(owner, {})
        found = [mine[attempt] for attempt in attempts if attempt in mine]
        return [attempt for attempt in found if attempt.running]

    def _renew(self, peer: Peer, owner: Owner, message: Renew, now: float) -> list[Order]:
        orders: list[Order] = []
        numbers = tuple(attempt.number for attempt in self._running_of(owner, message.attempts))
        if numbers and math.isfinite(message.lease_s):
            orders.append(Prolong(numbers, _end_of_lease(message, now)))
        return [*orders, Say(peer, Renewed(message.serial))]

    def _sweep(self, attempts: list[Attempt], grace_s: float) -> list[Order]:
        return [Sweep(tuple(attempt.number for attempt in attempts), grace_s)] if attempts else []

    def shutdown(self) -> list[Order]:
        """The alfserver ends, and its commands with it; nothing is started any more."""
        self._ending = True
        return self._sweep(self.running, GRACE_S)

    # ---- the launcher ------------------------------------------------------------------------------------------

    def began(self, number: Number, pid: int, time: float) -> list[Order]:
        """It runs since `time` (wall clock)."""
        attempt = self._attempts.get(number)
        if attempt is None or attempt.began is not None:
            return []
        attempt.began = Began(attempt.tag.attempt, pid, time)
        return self._tell(attempt, attempt.began)

    def progress(self, number: Number, percent: int) -> list[Order]:
        """It says how far it is."""
        attempt = self._attempts.get(number)
        return self._tell(attempt, Said(attempt.tag.attempt, percent)) if attempt is not None else []

    def ended(self, number: Number, end: Ended | NotStarted, wall: float) -> list[Order]:
        """It is over, and nothing of it is left; `end` lacks the dispatcher's number. An end that is known counts."""
        attempt = self._attempts.get(number)
        if attempt is None or attempt.end is not None:
            return []
        attempt.end = msgspec.structs.replace(end, attempt=attempt.tag.attempt)
        attempt.ended_at = wall
        return self._tell_end(attempt)

    def _tell(self, attempt: Attempt, message: FarmMessage) -> list[Order]:
        return [] if attempt.follower is None else [Say(attempt.follower, message)]

    def _tell_end(self, attempt: Attempt) -> list[Order]:
        if attempt.follower is None or attempt.end is None:
            return []
        return [Finish(attempt.follower, attempt.number, attempt.end)]

    def prune(self, wall: float) -> list[Order]:
        """Forget ends that nobody has come for."""
        old = [a for a in self._attempts.values() if not a.running and a.ended_at < wall - KEEP_S]
        notes = [Note(f"forgotten, nobody came for its end: {a.tag.owner.user}'s {a.tag.command}") for a in old]
        return [*self._forget(old), *notes]


def _end_of_lease(message: Launch | Renew, now: float) -> float:
    """A lease counts from when its dispatcher spoke: what is heard late gives no more time than that."""
    end = now + min(message.lease_s, LONGEST_LEASE_S)
    return min(end, message.until_s) if message.until_s > 0 else end
