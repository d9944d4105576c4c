"""runtime.alfserver: which launches are refused and why, whose attempts are whose, and that each ends exactly once."""

from __future__ import annotations

import math
from collections import Counter

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, multiple, rule

from runtime.alfserver import attempts
from runtime.alfserver.attempts import Owner, Seen, Tag, read_tag
from runtime.alfserver.core import CONTEXT_BYTES, KEEP_S, LONGEST_LEASE_S, MOST_CONTEXTS, Alfserver, Rules
from runtime.alfserver.orders import (
    Finish,
    Follow,
    Forget,
    HangUp,
    KeepEpoch,
    Number,
    Order,
    Peer,
    Prolong,
    Say,
    SayResumed,
    Start,
    Sweep,
)
from runtime.farm_messages import (
    Acknowledge,
    Began,
    Context,
    Detach,
    End,
    Ended,
    FarmMessage,
    Launch,
    LeaseId,
    NotStarted,
    Renew,
    Renewed,
    Resume,
)
from runtime.farm_messages import Follow as FollowMessage
from runtime.grants import proof_of

NOW, WALL = 100.0, 1_000_000_000.0
ENDED = Ended(0, 0, 1.0)


class Rig:
    """An alfserver of two slots, with dispatchers of the test's. `orders` are those of the last event."""

    def __init__(self, slots: int = 2, **more) -> None:
        self.core = Alfserver(Rules("node1", slots, **more))
        self.orders: list[Order] = []
        self.peers = 0

    def dispatcher(self, user: str = "ann", name: str = "d1", *, wrangler: bool = False) -> Peer:
        """Somebody connects, resumes, and has the context 1."""
        self.peers += 1
        peer = Peer(self.peers)
        self.orders = self.core.connected(peer, user, wrangler=wrangler)
        self.say(peer, Resume(name))
        self.core.heard(peer, Context(1, "/", {}), NOW, WALL)
        return peer

    def say(self, peer: Peer, message: FarmMessage, now: float = NOW) -> list[Order]:
        self.orders = self.core.heard(peer, message, now, WALL)
        return self.orders

    def launch(self, peer: Peer, attempt: int = 1, slot: str = "s1", epoch: int = 5, **more) -> list[Order]:
        return self.say(peer, launch(attempt, slot, epoch, **more))

    def started(self) -> Number:
        """The launcher's number of what the last event started."""
        return self.the(Start).number

    def the(self, kind: type) -> object:
        """The one order of this kind."""
        found = [order for order in self.orders if isinstance(order, kind)]
        assert len(found) == 1, self.orders
        return found[0]

    def refusal(self) -> NotStarted:
        message = self.the(Say).message
        assert isinstance(message, NotStarted)
        assert not [order for order in self.orders if isinstance(order, Start)]
        return message


def launch(attempt: int = 1, slot: str = "s1", epoch: int = 5, **more) -> Launch:
    fields = {"lease_s": 120.0, "context": 1, "argv": ("prman", "a.rib"), "env": {}, **more}
    tag = fields.pop("tag", f"1.{attempt}.1")
    return Launch(attempt, tag, LeaseId(epoch, attempt), slot, **fields)


# -- launches -------------------------------------------------------------------------------------------------


def test_a_launch_goes_to_the_launcher_with_its_lease_and_its_output_is_followed() -> None:
    rig = Rig()
    peer = rig.dispatcher()

    rig.launch(peer)

    start = rig.the(Start)
    assert (start.number, start.until, start.tag) == (1, NOW + 120.0, "ann/d1/1/1.1.1/5.1/s1")
    assert rig.the(Follow) == Follow(peer, Number(1), 1)


def test_a_second_command_on_a_slot_is_refused_as_busy() -> None:
    rig = Rig()
    peer = rig.dispatcher()
    rig.launch(peer, 1, "s1")

    rig.launch(peer, 2, "s1")

    assert rig.refusal() == NotStarted(2, "s1 still has ann's command 1.1.1", transient=True, busy=True)


def test_more_commands_than_slots_are_refused_as_busy() -> None:
    rig = Rig(slots=1)
    peer = rig.dispatcher()
    rig.launch(peer, 1, "s1")

    rig.launch(peer, 2, "s2")

    assert rig.refusal() == NotStarted(2, "all 1 slots of node1 are in use", transient=True, busy=True)


def test_a_slot_is_free_again_when_nothing_is_left_of_its_command() -> None:
    rig = Rig()
    peer = rig.dispatcher()
    rig.launch(peer, 1, "s1")
    rig.say(peer, End((1,), 5.0))
    rig.launch(peer, 2, "s1")
    assert rig.refusal().busy

    rig.core.ended(Number(1), ENDED, WALL)
    rig.launch(peer, 3, "s1")

    assert rig.started() == 2


def test_a_lease_of_an_earlier_maitre_d_is_refused() -> None:
    rig = Rig()
    peer = rig.dispatcher()
    rig.launch(peer, 1, "s1", epoch=7)

    rig.launch(peer, 2, "s2", epoch=6)

    refusal = rig.refusal()
    assert (refusal.transient, refusal.busy) == (True, False)
    assert refusal.reason == "its lease is of an earlier maitre-d (6) than the one that rules now (7)"
    assert refusal.ruled_by == 7


def test_a_slot_that_a_later_maitre_d_has_given_is_refused_with_its_term() -> None:
    rig = Rig()
    peer = rig.dispatcher()
    rig.launch(peer, 1, "s1", epoch=7)

    rig.launch(peer, 2, "s1", epoch=6)

    assert rig.refusal().ruled_by == 7


def test_a_newer_epoch_is_written_down_before_the_command_starts() -> None:
    rig = Rig()
    orders = rig.launch(rig.dispatcher(), epoch=9)

    assert [type(order) for order in orders][:2] == [KeepEpoch, Start]


def test_an_epoch_of_the_future_locks_nobody_out() -> None:
    rig = Rig()
    peer = rig.dispatcher()
    rig.launch(peer, 1, epoch=2**62)
    assert "check the clocks" in rig.refusal().reason

    rig.launch(peer, 2, epoch=5)

    assert rig.started()


def test_without_a_maitre_d_only_the_number_of_slots_counts() -> None:
    rig = Rig()
    peer = rig.dispatcher()
    rig.launch(peer, 1, "s1", epoch=7)

    rig.launch(peer, 2, "s1", epoch=0)
    assert rig.started() == 2
    rig.launch(peer, 3, "s9", epoch=0)

    assert rig.refusal().reason == "all 2 slots of node1 are in use"


@pytest.mark.parametrize("lease_s", [0.0, -1.0, math.inf, math.nan, LONGEST_LEASE_S + 1])
def test_a_lease_without_sense_is_refused(lease_s: float) -> None:
    rig = Rig()
    rig.launch(rig.dispatcher(), lease_s=lease_s)

    assert not rig.refusal().transient


def test_a_program_that_the_site_does_not_list_is_refused() -> None:
    rig = Rig(programs=("prman*", "/usr/bin/maya"))
    peer = rig.dispatcher()

    rig.launch(peer, 1, argv=("sh", "-c", "true"))

    assert rig.refusal().reason == "node1 does not run sh (alfserverPrograms in alfred.ini)"


@pytest.mark.parametrize("program", ["prman-24", "/opt/prman-24", "/usr/bin/maya"])
def test_a_program_is_listed_by_its_name_or_its_path(program: str) -> None:
    rig = Rig(programs=("prman*", "/usr/bin/maya"))
    rig.launch(rig.dispatcher(), argv=(program,))

    assert rig.started()


def test_a_user_that_the_site_does_not_list_is_sent_away() -> None:
    rig = Rig(users=("ben",))
    orders = rig.core.connected(Peer(1), "ann")

    assert orders == [HangUp(Peer(1), "node1 does not run commands of ann (alfserverUsers in alfred.ini)")]
    assert rig.say(Peer(1), Resume("d1")) == []


def test_a_slot_that_is_switched_off_starts_nothing() -> None:
    rig = Rig(is_off=lambda slot: slot == "s1")
    rig.launch(rig.dispatcher())

    assert rig.refusal().reason == "s1 is switched off on node1"


def test_a_context_that_was_never_sent_ends_the_connection() -> None:
    rig = Rig()
    rig.launch(rig.dispatcher(), context=2)

    assert rig.the(HangUp).reason == "attempt 1 is launched in a context 2: there is none"


# -- one number, one start ------------------------------------------------------------------------------------


def test_a_launch_that_comes_twice_starts_once_and_is_answered_again() -> None:
    rig = Rig()
    peer = rig.dispatcher()
    rig.launch(peer)
    rig.core.began(Number(1), 77, WALL)

    assert rig.launch(peer) == [Say(peer, Began(1, 77, WALL))]
    rig.core.ended(Number(1), ENDED, WALL)
    assert rig.launch(peer) == [Finish(peer, Number(1), Ended(1, 0, 1.0))]


@pytest.mark.parametrize("fate", ["acknowledged", "refused"])
def test_a_late_launch_of_an_attempt_that_is_over_starts_nothing(fate: str) -> None:
    rig = Rig(slots=1)
    peer = rig.dispatcher()
    rig.launch(peer, 1)
    if fate == "refused":
        rig.launch(peer, 2)
    rig.core.ended(Number(1), ENDED, WALL)
    rig.say(peer, Acknowledge((1,)))

    number = 2 if fate == "refused" else 1
    rig.launch(peer, number)

    assert rig.refusal() == NotStarted(number, f"attempt {number} was launched on node1 before", transient=True)


def test_numbers_that_are_long_past_count_as_seen() -> None:
    seen = Seen()
    for number in range(1, attempts.SEEN_NUMBERS + 100):
        seen.add(number)

    assert 1 in seen
    assert attempts.SEEN_NUMBERS + 99 in seen
    assert attempts.SEEN_NUMBERS + 100 not in seen


# -- whose attempts -------------------------------------------------------------------------------------------


def test_an_end_of_somebody_elses_attempt_does_nothing() -> None:
    rig = Rig()
    rig.launch(rig.dispatcher("ann"))
    ben = rig.dispatcher("ben")

    assert rig.say(ben, End((1,), 5.0)) == []
    assert rig.say(ben, FollowMessage(1, 0)) == []
    assert rig.say(ben, Acknowledge((1,))) == []


def test_a_renewal_prolongs_the_users_own_attempts_alone_and_is_answered() -> None:
    rig = Rig()
    rig.launch(rig.dispatcher("ann"))
    ben = rig.dispatcher("ben")
    rig.launch(ben, 7, "s2")

    orders = rig.say(ben, Renew(3, 60.0, (1, 7)), now=200.0)

    assert orders == [Prolong((Number(2),), 260.0), Say(ben, Renewed(3))]


def test_a_launch_that_is_heard_when_its_lease_is_over_starts_nothing() -> None:
    rig = Rig()
    peer = rig.dispatcher()

    rig.launch(peer, until_s=NOW)

    assert "was stopped" in rig.refusal().reason
    assert rig.refusal().transient


def test_what_is_heard_late_gives_no_more_time_than_what_is_left_of_its_lease() -> None:
    rig = Rig()
    peer = rig.dispatcher()

    rig.launch(peer, until_s=NOW + 30.0)
    assert rig.the(Start).until == NOW + 30.0
    rig.say(peer, Renew(1, 60.0, (1,), until_s=NOW + 50.0))
    assert rig.the(Prolong).until == NOW + 50.0


def test_dispatchers_of_one_user_know_nothing_of_each_other() -> None:
    rig = Rig()
    rig.launch(rig.dispatcher("ann", "d1"))
    rig.dispatcher("ann", "d2")

    assert rig.the(SayResumed).attempts == ()


# -- connections ----------------------------------------------------------------------------------------------


def test_an_end_while_the_dispatcher_is_away_is_told_when_it_asks_for_the_output() -> None:
    rig = Rig()
    peer = rig.dispatcher()
    rig.launch(peer)
    rig.core.closed(peer)
    assert rig.core.ended(Number(1), ENDED, WALL) == []

    again = rig.dispatcher()
    (state,) = rig.the(SayResumed).attempts
    assert (state.attempt, state.running) == (1, False)
    assert rig.say(again, FollowMessage(1, 10, 20, 3)) == [
        Follow(again, Number(1), 1, 10, 20, 3),
        Finish(again, Number(1), Ended(1, 0, 1.0)),
    ]


def test_an_end_without_output_needs_no_question() -> None:
    rig = Rig()
    peer = rig.dispatcher()
    rig.launch(peer)
    rig.core.closed(peer)
    rig.core.ended(Number(1), ENDED, WALL)
    again = rig.dispatcher()

    assert rig.core.nothing_printed(rig.the(SayResumed).numbers) == [Say(again, Ended(1, 0, 1.0))]


def test_what_runs_is_not_followed_on_a_new_connection_before_it_is_asked_for() -> None:
    rig = Rig()
    rig.launch(rig.dispatcher())
    rig.dispatcher()

    assert rig.core.ended(Number(1), ENDED, WALL) == []


def test_the_newer_connection_of_a_dispatcher_counts() -> None:
    rig = Rig()
    old = rig.dispatcher()
    rig.dispatcher()

    assert rig.the(HangUp) == HangUp(old, "this dispatcher has connected again")


@pytest.mark.parametrize("message", [launch(), Detach()])
def test_nothing_is_heard_before_resume(message: FarmMessage) -> None:
    rig = Rig()
    rig.core.connected(Peer(1), "ann")

    assert rig.say(Peer(1), message) == [HangUp(Peer(1), f"{type(message).__name__} came before Resume")]


def test_who_speaks_as_no_dispatcher_does_is_hung_up_on() -> None:
    rig = Rig()
    rig.say(rig.dispatcher(), Detach())

    assert rig.the(HangUp).reason == "a dispatcher does not say Detach to an alfserver"


def test_an_acknowledged_end_is_forgotten_and_one_that_runs_is_not() -> None:
    rig = Rig()
    peer = rig.dispatcher()
    rig.launch(peer, 1, "s1")
    rig.launch(peer, 2, "s2")
    rig.core.ended(Number(1), ENDED, WALL)

    assert rig.say(peer, Acknowledge((1, 2))) == [Forget((Number(1),))]


def test_an_end_that_nobody_comes_for_is_kept_for_a_week() -> None:
    rig = Rig()
    peer = rig.dispatcher()
    rig.launch(peer)
    rig.core.ended(Number(1), ENDED, WALL)

    assert rig.core.prune(WALL + KEEP_S - 1) == []
    assert rig.core.prune(WALL + KEEP_S + 1)[0] == Forget((Number(1),))


def test_a_server_that_ends_sweeps_and_starts_nothing_more() -> None:
    rig = Rig()
    peer = rig.dispatcher()
    rig.launch(peer)

    assert rig.core.shutdown() == [Sweep((Number(1),), 10.0)]
    rig.launch(peer, 2, "s2")
    assert rig.refusal().reason == "the alfserver of node1 is ending"


# -- after a restart ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["ann", "an/na", "ann b%2f", "Ünï", "", "..."])
def test_the_launchers_log_gives_every_name_back(name: str) -> None:
    tag = Tag(Owner(name, name), 7, "1.2.3", LeaseId(5, 6), name)

    assert read_tag(tag.text()) == tag


def test_a_restarted_server_knows_its_attempts_their_slots_and_the_epoch() -> None:
    before = Rig()
    before.launch(before.dispatcher(), 1, "s1", epoch=7)
    tag = before.the(Start).tag
    rig = Rig()
    rig.core.adopt(Number(41), tag)

    peer = rig.dispatcher()
    (state,) = rig.the(SayResumed).attempts
    assert (state.attempt, state.lease, state.running) == (1, LeaseId(7, 1), True)
    rig.launch(peer, 1)
    assert not [order for order in rig.orders if isinstance(order, Start)]
    rig.launch(peer, 2, "s1", epoch=7)
    assert rig.refusal().busy
    rig.launch(peer, 3, "s2", epoch=6)
    assert "earlier maitre-d" in rig.refusal().reason
    rig.launch(peer, 4, "s2", epoch=7)
    assert rig.started() == 42


# -- whatever happens -----------------------------------------------------------------------------------------

SLOTS, NAMES = 3, ("s1", "s2", "s3", "s4")


class Farm(RuleBasedStateMachine):
    """Two dispatchers, a launcher and a network that repeats, delays and cuts, against the rules.

    `live` is what the launcher runs: it is the only one to say that something has ended.
    """

    said = Bundle("said")

    def __init__(self) -> None:
        super().__init__()
        self.core = Alfserver(Rules("node1", SLOTS))
        self.live: dict[int, Start] = {}
        self.starts: Counter[tuple[str, int]] = Counter()
        self.tags: dict[int, str] = {}
        self.over: dict[int, Ended] = {}
        self.forgotten: set[int] = set()
        self.finished: Counter[tuple[Peer, int]] = Counter()
        self.peers: dict[str, Peer] = {}
        self.count = 0
        self.newest = 0

    def carry_out(self, orders: list[Order]) -> None:
        for order in orders:
            match order:
                case Start():
                    owner = read_tag(order.tag)
                    self.starts[owner.owner.user, owner.attempt] += 1
                    assert self.starts[owner.owner.user, owner.attempt] == 1, "an attempt is started twice"
                    assert order.number not in self.tags, "a number of the launcher's is used twice"
                    if owner.lease.epoch:
                        assert owner.lease.epoch >= self.newest, "an older maitre-d's lease started something"
                        self.newest = owner.lease.epoch
                        assert owner.slot not in {read_tag(start.tag).slot for start in self.live.values()}
                    self.live[order.number] = order
                    self.tags[order.number] = order.tag
                case Finish():
                    assert order.number in self.over, "an end is told before it happened"
                    assert self.peers[read_tag(self.tags[order.number]).owner.user] == order.peer
                    self.finished[order.peer, order.number] += 1
                case Forget():
                    assert not set(order.numbers) & self.live.keys(), "what runs is forgotten"
                    self.forgotten |= set(order.numbers)
                case Sweep() | Prolong():
                    assert set(order.numbers) <= self.live.keys(), "what is over is ended or prolonged"

    @rule(user=st.sampled_from(["ann", "ben"]))
    def connect(self, user: str) -> None:
        self.count += 1
        peer = self.peers[user] = Peer(self.count)
        self.carry_out(self.core.connected(peer, user))
        self.carry_out(self.core.heard(peer, Resume("d"), NOW, WALL))
        self.carry_out(self.core.heard(peer, Context(1, "/", {}), NOW, WALL))

    @rule(user=st.sampled_from(["ann", "ben"]))
    def cut(self, user: str) -> None:
        peer = self.peers.pop(user, None)
        if peer is not None:
            self.carry_out(self.core.closed(peer))

    @rule(
        target=said,
        user=st.sampled_from(["ann", "ben"]),
        attempt=st.integers(1, 12),
        slot=st.sampled_from(NAMES),
        epoch=st.integers(0, 3),
    )
    def ask_to_launch(self, user: str, attempt: int, slot: str, epoch: int) -> tuple[str, FarmMessage]:
        return user, launch(attempt, slot, epoch)

    @rule(
        target=said,
        user=st.sampled_from(["ann", "ben"]),
        attempts=st.lists(st.integers(1, 12), max_size=4),
        kind=st.sampled_from(["end", "renew", "acknowledge", "follow"]),
    )
    def say(self, user: str, attempts: list[int], kind: str) -> object:
        numbers = tuple(attempts)
        if kind == "follow":
            return multiple(*((user, FollowMessage(attempt, 0)) for attempt in attempts))
        message = {"end": End(numbers, 1.0), "renew": Renew(1, 60.0, numbers), "acknowledge": Acknowledge(numbers)}
        return user, message[kind]

    @rule(word=said)
    def hear(self, word: tuple[str, FarmMessage]) -> None:
        """What is heard stays in the bundle: it may come again, and late."""
        user, message = word
        if user in self.peers:
            self.carry_out(self.core.heard(self.peers[user], message, NOW, WALL))

    @rule(word=consumes(said))
    def lose(self, word: tuple[str, FarmMessage]) -> None:
        pass

    @rule(choice=st.integers(0, 100))
    def end(self, choice: int) -> None:
        if self.live:
            number = sorted(self.live)[choice % len(self.live)]
            del self.live[number]
            self.over[number] = ENDED
            self.carry_out(self.core.ended(Number(number), ENDED, WALL))
            self.carry_out(self.core.ended(Number(number), Ended(0, 9, 1.0), WALL))

    @rule()
    def restart(self) -> None:
        """The alfserver is killed; the launcher's log has what was not forgotten."""
        self.core = Alfserver(Rules("node1", SLOTS), first=max(self.tags, default=0) + 1, epoch=self.newest)
        self.peers.clear()
        self.starts.clear()
        for number, tag in self.tags.items():
            if number not in self.forgotten:
                self.core.adopt(Number(number), tag)
                if number in self.over:
                    self.carry_out(self.core.ended(Number(number), self.over[number], WALL))

    @invariant()
    def no_attempt_runs_twice_at_once(self) -> None:
        running = Counter((read_tag(start.tag).owner.user, read_tag(start.tag).attempt) for start in self.live.values())
        assert max(running.values(), default=0) <= 1

    @invariant()
    def no_more_run_than_there_are_slots(self) -> None:
        assert len(self.live) <= SLOTS
        assert {attempt.number for attempt in self.core.running} == set(self.live)

    @invariant()
    def every_end_is_kept_until_it_is_acknowledged(self) -> None:
        assert set(self.core.attempts) == set(self.tags) - self.forgotten


TestFarm = Farm.TestCase
TestFarm.settings = settings(max_examples=60, stateful_step_count=40)


# -- bad intent -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["output", "stdout", "chunks"])
@pytest.mark.parametrize("number", [-1, 1 << 63])
def test_who_follows_from_where_no_output_can_be_is_hung_up_on(what: str, number: int) -> None:
    rig = Rig()
    mallory = rig.dispatcher()
    rig.launch(mallory)

    rig.say(mallory, FollowMessage(**{"attempt": 1, "output": 0, what: number}))

    assert "Follow" in rig.the(HangUp).reason


@pytest.mark.parametrize("maxrun_s", [math.nan, math.inf])
def test_a_longest_run_that_is_no_time_is_refused_for_it_would_confuse_everybodys_timers(maxrun_s: float) -> None:
    rig = Rig()

    rig.launch(rig.dispatcher(), maxrun_s=maxrun_s)

    assert "maxrun" in rig.refusal().reason


@pytest.mark.parametrize("more", [{"tag": "1" * 2000}, {"slot": "s" * 2000}])
def test_names_that_are_no_names_are_refused(more: dict[str, str]) -> None:
    rig = Rig()

    rig.launch(rig.dispatcher(), **more)

    assert "characters" in rig.refusal().reason


@pytest.mark.parametrize(("number", "env"), [(MOST_CONTEXTS, {}), (2, {"BIG": "x" * (CONTEXT_BYTES // 2 + 1)})])
def test_the_contexts_of_a_connection_are_bounded(number: int, env: dict[str, str]) -> None:
    rig = Rig()
    mallory = rig.dispatcher()

    for context in range(number):
        rig.say(mallory, Context(context + 2, "/", env))

    assert "contexts" in rig.the(HangUp).reason


KEY = b"k" * 32


def granted(
    slot: str = "s1", epoch: int = 5, number: int = 1, user: str = "ann", host: str = "node1"
) -> dict[str, bytes]:
    return {"host": host, "proof": proof_of(KEY, LeaseId(epoch, number), user, "d1", slot, host)}


def test_with_keys_what_a_maitre_d_has_given_is_run() -> None:
    rig = Rig(grant_key=KEY)

    rig.launch(rig.dispatcher(), **granted())

    assert rig.started() == 1


@pytest.mark.parametrize("proof", [
    {}, granted(user="ben"), granted(slot="s2"), granted(epoch=6), granted(number=2),
    {**granted(), "host": "node2"}, {**granted(), "proof": b"x" * 32},
])  # fmt: skip
def test_with_keys_nothing_else_is_run_and_no_term_is_taken_from_it(proof: dict[str, bytes]) -> None:
    rig = Rig(grant_key=KEY)
    peer = rig.dispatcher()

    rig.launch(peer, **proof)
    assert "no maitre-d" in rig.refusal().reason
    rig.launch(peer, 2, epoch=4, **granted(epoch=4, number=2))

    assert rig.the(Start)


def test_a_slot_of_another_host_is_not_run_here() -> None:
    rig = Rig(grant_key=KEY, is_here=lambda host: host == "node1")

    rig.launch(rig.dispatcher(), **granted(host="node2"))

    assert "node2" in rig.refusal().reason


@pytest.mark.parametrize("allowed", [True, False])
def test_what_nobody_has_given_is_run_where_the_site_allows_chaos(allowed: bool) -> None:
    rig = Rig(grant_key=KEY, chaos_allowed=allowed)

    rig.launch(rig.dispatcher(), epoch=0)

    assert any(isinstance(order, Start) for order in rig.orders) == allowed


def test_who_slept_while_his_slot_was_given_to_another_is_refused() -> None:
    rig = Rig()
    ann, ben = rig.dispatcher("ann"), rig.dispatcher("ben")
    rig.launch(ben, 7)
    rig.core.ended(rig.started(), ENDED, WALL)

    rig.launch(ann, 1)

    assert "given to somebody else" in rig.refusal().reason
