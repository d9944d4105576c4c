"""What a dispatcher knows of its attempts on one alfserver: leases, and what to believe when a connection breaks.

No socket and no clock: what comes from the alfserver, and time, go in; a Turn comes out, which says what to send to it
and what the dispatcher's core is to hear. `daemons.remote` has the connections.

    WAITING --Launch sent--> SENT --Began--> RUNNING --Ended--> OVER --acknowledged--> forgotten
       |                      | connection broken |               the end is with the core, and not yet in the journal
       | no alfserver         `-----> DOUBT <-----'
       `-> never started               | Resumed lists it       RUNNING, its output is followed from where it broke off
           (transient)                 | Resumed does not       never started, or lost where it had begun
                                       `-- no answer            lost, when its lease and a grace are over

A launch whose outcome is unknown is asked for, never guessed. What was sent may be heard after its connection was torn
down, when the alfserver was stopped meanwhile; but each launch and renewal says how long it counts, on the alfserver's
clock. So what runs there ends at most `lease_s` after the connection: a grace later it may run elsewhere. Attempts of a
dispatcher that died begin in DOUBT.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum

import msgspec

from runtime.facts import AttemptId
from runtime.farm_messages import (
    Acknowledge,
    AttemptState,
    Began,
    Context,
    End,
    Ended,
    FarmMessage,
    Follow,
    Launch,
    NotStarted,
    Printed,
    Renew,
    Renewed,
    Resume,
    Resumed,
    Said,
)
from runtime.outbox import GRACE_S

RENEWALS = 3
"""A lease is renewed so often in its time; an alfserver that leaves one unanswered until the next is silent."""


class Undelivered(msgspec.Struct, frozen=True):
    """A launch that its alfserver never got: it could not be reached at all, or the connection broke on the way."""

    attempt: AttemptId
    reason: str
    unreachable: bool = False


News = Began | Said | Printed | Ended | NotStarted | Undelivered
"""What the core hears: the alfserver's own words, or what follows where it says none."""


@dataclass
class Terms:
    """How long leases last, and how much longer is waited before anything is given out again. The maitre-d's word."""

    lease_s: float
    grace_s: float


@dataclass
class Turn:
    """What one event leads to, in order: messages for the alfserver, news for the core. `hang_up`: the connection is
    of no use any more, and this is why."""

    say: list[FarmMessage] = field(default_factory=list)
    news: list[News] = field(default_factory=list)
    hang_up: str = ""


class Stage(Enum):
    WAITING = "waiting"
    SENT = "sent"
    DOUBT = "doubt"
    RUNNING = "running"
    OVER = "over"


class _Attempt:
    """`begun`: it ran at some time. `chunks`: how many scripts that it wrote have come. `lost_at`: when its lease
    and the grace are over. `end_grace_s`: it is to end."""

    __slots__ = ("begun", "chunks", "context", "end_grace_s", "launch", "lost_at", "number", "stage")

    def __init__(self, number: AttemptId, stage: Stage) -> None:
        self.number = number
        self.stage = stage
        self.begun = False
        self.chunks = 0
        self.launch: Launch | None = None
        self.context: Context | None = None
        self.lost_at: float | None = None
        self.end_grace_s: float | None = None


class Remote:
    """One alfserver. `received` says how much of an attempt's output, and of its own stdout, is in the files here."""

    def __init__(self, dispatcher: str, terms: Terms, received: Callable[[AttemptId], tuple[int, int]]) -> None:
        self._dispatcher = dispatcher
        self._terms = terms
        self._received = received
        self._attempts: dict[AttemptId, _Attempt] = {}
        self._contexts: set[int] = set()
        self._ready = False
        self._ahead_s = 0.0
        """How far its clock is ahead of ours, at least."""
        self._knows_clock = False
        self._serial = 0
        self._renew_at = 0.0
        self._answer_by: float | None = None
        """When the answer to a Resume or a Renew is overdue."""
        self.stale = 0
        """Words about attempts that are over, or of nobody."""

    @property
    def in_use(self) -> bool:
        """Whether a connection is worth having."""
        return bool(self._attempts)

    @property
    def attempts(self) -> dict[AttemptId, Stage]:
        return {number: attempt.stage for number, attempt in self._attempts.items()}

    def next_deadline(self) -> float | None:
        """When `tick` is wanted next."""
        times = [attempt.lost_at for attempt in self._attempts.values() if attempt.lost_at is not None]
        if self._answer_by is not None:
            times.append(self._answer_by)
        if self._ready and self._alive():
            times.append(self._renew_at)
        return min(times, default=None)

    # ---- what the dispatcher wants -------------------------------------------------------------------

    def launch(self, launch: Launch, context: Context, now: float) -> Turn:
        """Start an attempt: at once, or when there is a connection."""
        turn = Turn()
        attempt = self._attempts[launch.attempt] = _Attempt(launch.attempt, Stage.WAITING)
        attempt.launch, attempt.context = launch, context
        if self._ready:
            self._send_launch(attempt, now, turn)
        return turn

    def prepare(self, context: Context) -> Turn:
        """Launches in this context may come soon: an alfserver that listens is told of it ahead."""
        turn = Turn()
        if self._ready:
            self._send_context(context, turn)
        return turn

    def adopt(self, number: AttemptId, chunks: int, now: float) -> None:
        """An attempt that an earlier dispatcher sent there: what became of it is to be asked. `chunks`: how many
        scripts that it wrote were dealt with."""
        attempt = self._attempts[number] = _Attempt(number, Stage.DOUBT)
        attempt.chunks = chunks
        attempt.lost_at = self._over(now)

    def end(self, attempts: Iterable[AttemptId], grace_s: float) -> Turn:
        """End attempts: now, or as soon as the alfserver is reached. One that was never sent is over at once."""
        turn = Turn()
        told = []
        for number in attempts:
            attempt = self._attempts.get(number)
            if attempt is None or attempt.stage is Stage.OVER:
                continue
            if attempt.stage is Stage.WAITING:
                del self._attempts[number]
                turn.news.append(Ended(number, -15, 0.0, swept=True))
                continue
            attempt.end_grace_s = grace_s
            if attempt.stage is not Stage.DOUBT:
                told.append(number)
        if told:
            turn.say.append(End(tuple(told), grace_s))
        return turn

    def acknowledge(self, attempts: Iterable[AttemptId]) -> Turn:
        """The ends of these are in the journal. Those that the alfserver does not hear now it is told when it lists
        them again."""
        over = [number for number in attempts if self._stage(number) is Stage.OVER]
        for number in over:
            del self._attempts[number]
        return Turn([Acknowledge(tuple(over))] if over and self._ready else [])

    # ---- the connection ------------------------------------------------------------------------------

    def connected(self, now: float) -> Turn:
        """There is a connection: say who we are."""
        self._contexts.clear()
        self._answer_by = now + self._patience_s
        return Turn([Resume(self._dispatcher)])

    def disconnected(self, now: float) -> Turn:
        """The connection is torn down: leases may have been renewed until now, and are not any more."""
        for attempt in self._attempts.values():
            if attempt.stage in (Stage.SENT, Stage.RUNNING):
                attempt.stage = Stage.DOUBT
                attempt.lost_at = self._over(now)
        self._ready = False
        self._answer_by = None
        return Turn()

    def unreachable(self, reason: str) -> Turn:
        """No connection could be made: what was never sent has never started."""
        waiting = [number for number, attempt in self._attempts.items() if attempt.stage is Stage.WAITING]
        for number in waiting:
            del self._attempts[number]
        return Turn(news=[Undelivered(number, reason, unreachable=True) for number in waiting])

    def tick(self, now: float) -> Turn:
        """Time has passed: leases are renewed, silence is noticed, what cannot run any more is lost."""
        turn = Turn()
        if self._answer_by is not None and now >= self._answer_by:
            self._answer_by = None
            turn.hang_up = f"no answer for {self._patience_s:g} s"
        for attempt in list(self._attempts.values()):
            if attempt.lost_at is not None and now >= attempt.lost_at:
                self._lose(attempt, "its alfserver was not reached until its lease was over", turn)
        if self._ready and now >= self._renew_at:
            self._renew(now, turn)
        return turn

    # ---- what the alfserver says ---------------------------------------------------------------------

    def heard(self, message: FarmMessage, now: float) -> Turn:
        """One message of the alfserver's. Messages that are none of its are answered by hanging up."""
        turn = Turn()
        match message:
            case Resumed():
                self._resumed(message, now, turn)
            case Renewed():
                if message.serial == self._serial:
                    self._answer_by = None
            case Began():
                self._began(message, turn)
            case Said() | Printed():
                self._pass_on(message, turn)
            case Ended() | NotStarted():
                self._ended(message, turn)
            case _:
                turn.hang_up = f"an alfserver does not say {type(message).__name__}"
        return turn

    def _resumed(self, message: Resumed, now: float, turn: Turn) -> None:
        self._ready = True
        self._answer_by = None
        self._knows_clock = message.uptime_s > 0
        self._ahead_s = message.uptime_s - now
        listed = {state.attempt: state for state in message.attempts}
        for attempt in list(self._attempts.values()):
            state = listed.pop(attempt.number, None)
            if attempt.stage is Stage.WAITING:
                self._send_launch(attempt, now, turn)
            elif attempt.stage is Stage.OVER:
                continue
            elif state is not None:
                self._take_up(attempt, state.running, turn)
            elif attempt.begun:
                self._lose(attempt, "its alfserver does not know of it any more", turn)
            else:
                del self._attempts[attempt.number]
                turn.news.append(Undelivered(attempt.number, "its launch did not reach the alfserver"))
        self._see_off(listed.values(), turn)
        self._renew(now, turn)

    def _see_off(self, strangers: Iterable[AttemptState], turn: Turn) -> None:
        """What the alfserver has and we have not: what runs is ended (its output is skipped, so that its end is told),
        an end was dealt with before."""
        running = [state for state in strangers if state.running]
        if running:
            turn.say += [Follow(state.attempt, state.printed, state.printed, state.printed) for state in running]
            turn.say.append(End(tuple(state.attempt for state in running), GRACE_S))
        over = tuple(state.attempt for state in strangers if not state.running)
        if over:
            turn.say.append(Acknowledge(over))

    def _take_up(self, attempt: _Attempt, running: bool, turn: Turn) -> None:
        """The alfserver has it: it runs, or its end follows after what it printed."""
        attempt.stage = Stage.RUNNING
        attempt.lost_at = None
        turn.say.append(Follow(attempt.number, *self._received(attempt.number), attempt.chunks))
        if running:
            if not attempt.begun:
                attempt.begun = True
                turn.news.append(Began(attempt.number, 0, 0.0))
            if attempt.end_grace_s is not None:
                turn.say.append(End((attempt.number,), attempt.end_grace_s))

    def _began(self, message: Began, turn: Turn) -> None:
        attempt = self._attempts.get(message.attempt)
        if attempt is None or attempt.begun or attempt.stage is not Stage.SENT:
            self.stale += 1
            return
        attempt.stage, attempt.begun = Stage.RUNNING, True
        turn.news.append(message)

    def _pass_on(self, message: Said | Printed, turn: Turn) -> None:
        attempt = self._attempts.get(message.attempt)
        chunk = message.number if isinstance(message, Said) else 0
        if attempt is None or attempt.stage not in (Stage.SENT, Stage.RUNNING) or 0 < chunk <= attempt.chunks:
            self.stale += 1
            return
        attempt.chunks = chunk or attempt.chunks
        turn.news.append(message)

    def _ended(self, message: Ended | NotStarted, turn: Turn) -> None:
        """An end, after all of the output. One that we do not wait for was dealt with before: it may be forgotten."""
        attempt = self._attempts.get(message.attempt)
        if attempt is None:
            self.stale += 1
            turn.say.append(Acknowledge((message.attempt,)))
        elif attempt.stage is Stage.OVER:
            self.stale += 1
        else:
            attempt.stage = Stage.OVER
            attempt.lost_at = None
            turn.news.append(message)

    # ---- leases --------------------------------------------------------------------------------------

    @property
    def _patience_s(self) -> float:
        return self._terms.lease_s / RENEWALS

    def _over(self, now: float) -> float:
        return now + self._terms.lease_s + self._terms.grace_s

    def _alive(self) -> tuple[AttemptId, ...]:
        return tuple(n for n, attempt in self._attempts.items() if attempt.stage in (Stage.SENT, Stage.RUNNING))

    def _renew(self, now: float, turn: Turn) -> None:
        self._renew_at = now + self._patience_s
        alive = self._alive()
        if alive:
            self._serial += 1
            turn.say.append(Renew(self._serial, self._terms.lease_s, alive, self._until_s(self._terms.lease_s, now)))
            self._answer_by = now + self._patience_s

    def _send_launch(self, attempt: _Attempt, now: float, turn: Turn) -> None:
        assert attempt.launch is not None and attempt.context is not None
        if not self._alive():
            self._renew_at = now + self._patience_s
        self._send_context(attempt.context, turn)
        until_s = self._until_s(attempt.launch.lease_s, now)
        turn.say.append(msgspec.structs.replace(attempt.launch, until_s=until_s) if until_s else attempt.launch)
        attempt.stage = Stage.SENT
        attempt.launch = attempt.context = None

    def _until_s(self, lease_s: float, now: float) -> float:
        """When a lease that is given now ends, on the alfserver's clock; 0 where that is not known."""
        return now + self._ahead_s + lease_s if self._knows_clock else 0.0

    def _send_context(self, context: Context, turn: Turn) -> None:
        if context.id not in self._contexts:
            self._contexts.add(context.id)
            turn.say.append(context)

    def _lose(self, attempt: _Attempt, reason: str, turn: Turn) -> None:
        del self._attempts[attempt.number]
        turn.news.append(Ended(attempt.number, 0, 0.0, lost=True, reason=reason))

    def _stage(self, number: AttemptId) -> Stage | None:
        attempt = self._attempts.get(number)
        return None if attempt is None else attempt.stage
