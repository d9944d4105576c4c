"""runtime.remote: what a dispatcher believes of its attempts on an alfserver, and when."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.farm_messages import (
    Acknowledge,
    Attached,
    AttemptState,
    Began,
    Context,
    End,
    Ended,
    FarmMessage,
    Follow,
    Launch,
    LeaseId,
    Printed,
    Renew,
    Renewed,
    Resume,
    Resumed,
    Said,
)
from runtime.remote import Remote, Stage, Terms, Undelivered

LEASE = LeaseId(1, 1)
HOME = Context(3, "/", {"PATH": "/bin"})


def launch(attempt: int) -> Launch:
    return Launch(attempt, f"3.1.{attempt}", LEASE, "a1", 120.0, HOME.id, ("true",), {})


def remote(received: tuple[int, int] = (0, 0)) -> Remote:
    return Remote("me", Terms(lease_s=120.0, grace_s=10.0), lambda attempt: received)


def resumed(*attempts: AttemptState) -> Resumed:
    return Resumed("a", 4, attempts)


def ready(server: Remote, *attempts: AttemptState, now: float = 0.0) -> list[FarmMessage]:
    server.connected(now)
    return server.heard(resumed(*attempts), now).say


def runs(attempt: int, printed: int = 0) -> AttemptState:
    return AttemptState(attempt, LEASE, True, printed)


def has_ended(attempt: int, printed: int = 0) -> AttemptState:
    return AttemptState(attempt, LEASE, False, printed)


def running(*attempts: int) -> Remote:
    server = remote()
    ready(server)
    for attempt in attempts:
        server.launch(launch(attempt), HOME, 0.0)
        server.heard(Began(attempt, 100 + attempt, 0.0), 0.0)
    return server


def test_a_dispatcher_says_first_who_it_is_and_launches_when_it_is_answered() -> None:
    server = remote()

    assert server.launch(launch(1), HOME, 0.0).say == []
    assert server.connected(0.0).say == [Resume("me")]
    assert server.heard(resumed(), 0.0).say == [HOME, launch(1), Renew(1, 120.0, (1,))]


def test_a_context_is_sent_once_on_a_connection() -> None:
    server = remote()
    ready(server)

    assert server.launch(launch(1), HOME, 0.0).say == [HOME, launch(1)]
    assert server.launch(launch(2), HOME, 0.0).say == [launch(2)]


def test_a_context_may_go_ahead_of_its_launches() -> None:
    server = remote()
    ready(server)

    assert server.prepare(HOME).say == [HOME]
    assert server.prepare(HOME).say == []
    assert server.launch(launch(1), HOME, 0.0).say == [launch(1)]


def test_nothing_goes_ahead_to_an_alfserver_that_has_not_answered() -> None:
    server = remote()
    server.connected(0.0)

    assert server.prepare(HOME).say == []


def test_where_no_alfserver_answers_what_was_never_sent_has_never_started() -> None:
    server = remote()
    server.launch(launch(1), HOME, 0.0)

    assert server.unreachable("no route").news == [Undelivered(1, "no route", unreachable=True)]
    assert not server.in_use


def test_all_leases_are_renewed_with_one_message_each_third_of_their_time() -> None:
    server = running(1, 2)

    assert server.next_deadline() == 40.0
    assert server.tick(40.0).say == [Renew(1, 120.0, (1, 2))]
    server.heard(Renewed(1), 40.1)
    assert server.tick(80.0).say == [Renew(2, 120.0, (1, 2))]


def test_launches_and_renewals_say_when_they_are_over_by_the_clock_of_an_alfserver_that_has_told_it() -> None:
    server = remote()
    server.connected(0.0)
    server.heard(Resumed("a", 4, (), uptime_s=1000.0), 1.0)

    [_, sent] = server.launch(launch(1), HOME, 11.0).say
    assert isinstance(sent, Launch)
    assert sent.until_s == 1000.0 + 10.0 + 120.0
    assert server.tick(51.0).say == [Renew(1, 120.0, (1,), until_s=1000.0 + 50.0 + 120.0)]


def test_an_alfserver_that_leaves_a_renewal_unanswered_is_hung_up_on() -> None:
    server = running(1)
    server.tick(40.0)

    assert server.tick(79.9).hang_up == ""
    assert server.tick(80.0).hang_up == "no answer for 40 s"


def test_after_a_broken_connection_nothing_is_believed_until_the_alfserver_has_said() -> None:
    server = running(1)

    assert server.disconnected(50.0).news == []
    assert server.attempts == {1: Stage.DOUBT}


def test_a_command_that_runs_on_is_followed_from_where_its_output_broke_off() -> None:
    server = remote(received=(700, 30))
    ready(server)
    server.launch(launch(1), HOME, 0.0)
    server.heard(Began(1, 100, 0.0), 0.0)
    server.disconnected(10.0)

    assert ready(server, runs(1, 900), now=11.0) == [Follow(1, 700, 30), Renew(1, 120.0, (1,))]
    assert server.next_deadline() == 51.0


def test_a_launch_that_did_not_arrive_has_never_started() -> None:
    server = remote()
    ready(server)
    server.launch(launch(1), HOME, 0.0)
    server.disconnected(1.0)
    server.connected(2.0)

    turn = server.heard(resumed(), 2.0)

    assert turn.news == [Undelivered(1, "its launch did not reach the alfserver")]


def test_a_launch_that_arrived_has_begun_and_is_not_sent_again() -> None:
    server = remote()
    ready(server)
    server.launch(launch(1), HOME, 0.0)
    server.disconnected(1.0)
    server.connected(2.0)

    turn = server.heard(resumed(runs(1)), 2.0)

    assert turn.news == [Began(1, 0, 0.0)]
    assert turn.say == [Follow(1, 0, 0), Renew(1, 120.0, (1,))]


def test_a_command_that_ran_and_that_its_alfserver_does_not_know_any_more_is_lost() -> None:
    server = running(1)
    server.disconnected(1.0)
    server.connected(2.0)

    turn = server.heard(resumed(), 2.0)

    assert [type(news) for news in turn.news] == [Ended]
    assert turn.news[0] == Ended(1, 0, 0.0, lost=True, reason="its alfserver does not know of it any more")


def test_a_command_may_run_elsewhere_when_its_lease_and_a_grace_are_over_since_the_connection_was_torn_down() -> None:
    server = running(1)
    server.disconnected(50.0)

    assert server.next_deadline() == 180.0
    assert server.tick(179.9).news == []
    lost = server.tick(180.0).news[0]
    assert isinstance(lost, Ended) and lost.lost


def test_a_connection_without_an_answer_does_not_prolong_a_doubt() -> None:
    server = running(1)
    server.disconnected(50.0)
    server.connected(170.0)
    server.disconnected(175.0)

    assert server.next_deadline() == 180.0


def test_attempts_of_a_dispatcher_that_died_are_asked_for() -> None:
    server = remote(received=(5, 0))
    server.adopt(4, 2, 0.0)
    server.adopt(5, 0, 0.0)
    server.connected(1.0)

    turn = server.heard(resumed(runs(4)), 1.0)

    assert turn.say == [Follow(4, 5, 0, 2), Renew(1, 120.0, (4,))]
    assert turn.news == [
        Began(4, 0, 0.0),
        Undelivered(5, "its launch did not reach the alfserver"),
    ]


def test_attempts_of_a_dispatcher_that_died_are_lost_when_nobody_answers_until_their_leases_are_over() -> None:
    server = remote()
    server.adopt(4, 0, 0.0)
    server.unreachable("no route")

    assert server.tick(129.0).news == []
    assert len(server.tick(130.0).news) == 1


def test_an_end_is_told_once_and_acknowledged_when_it_is_safe() -> None:
    server = running(1)

    assert server.heard(Ended(1, 3, 0.5), 1.0).news == [Ended(1, 3, 0.5)]
    assert server.heard(Ended(1, 3, 0.5), 1.0).news == []
    assert server.acknowledge([1]).say == [Acknowledge((1,))]
    assert not server.in_use


def test_an_end_that_came_twice_because_its_acknowledgement_was_lost_is_acknowledged_again() -> None:
    server = running(1)
    server.heard(Ended(1, 0, 0.5), 1.0)
    server.disconnected(2.0)
    assert server.acknowledge([1]).say == []

    ready(server, has_ended(1), now=3.0)
    turn = server.heard(Ended(1, 0, 0.5), 3.0)

    assert (turn.say, turn.news) == ([Acknowledge((1,))], [])


def test_only_what_has_ended_is_acknowledged() -> None:
    server = running(1)

    assert server.acknowledge([1, 2]).say == []
    assert server.attempts == {1: Stage.RUNNING}


def test_what_an_alfserver_runs_and_the_queue_does_not_know_is_ended() -> None:
    server = remote()

    assert ready(server, runs(9)) == [Follow(9, 0, 0), End((9,), 10.0)]


def test_an_end_that_was_dealt_with_before_is_acknowledged_when_it_is_listed() -> None:
    server = remote()

    assert ready(server, has_ended(9, 30)) == [Acknowledge((9,))]


def test_a_script_that_a_command_wrote_is_heard_once() -> None:
    server = running(1)
    first, second = Said(1, chunk=b"Task {a}", number=1), Said(1, chunk=b"Task {b}", number=2)
    assert server.heard(first, 1.0).news == [first]
    server.disconnected(1.0)

    assert ready(server, runs(1), now=2.0)[0] == Follow(1, 0, 0, 1)
    assert server.heard(first, 3.0).news == []
    assert server.heard(second, 3.0).news == [second]


def test_a_launch_that_was_not_sent_yet_ends_at_once() -> None:
    server = remote()
    server.launch(launch(1), HOME, 0.0)

    assert server.end([1], 10.0).news == [Ended(1, -15, 0.0, swept=True)]
    assert ready(server) == []


def test_an_end_that_was_wanted_while_nobody_could_be_reached_is_said_when_they_are() -> None:
    server = running(1)
    server.disconnected(1.0)

    assert server.end([1], 7.0).say == []
    assert ready(server, runs(1), now=2.0) == [Follow(1, 0, 0), End((1,), 7.0), Renew(1, 120.0, (1,))]


def test_words_about_an_attempt_that_is_over_change_nothing() -> None:
    server = running(1)
    server.heard(Ended(1, 0, 0.5), 1.0)

    assert server.heard(Printed(1, 0, b"late"), 2.0).news == []
    assert server.heard(Began(1, 100, 0.0), 2.0).news == []
    assert server.stale == 2


def test_who_does_not_speak_as_an_alfserver_is_hung_up_on() -> None:
    assert remote().heard(Attached(1, 120.0, 10.0), 0.0).hang_up == "an alfserver does not say Attached"


@pytest.mark.parametrize("stage", [Stage.WAITING, Stage.SENT, Stage.RUNNING, Stage.DOUBT])
def test_every_attempt_ends_once_whatever_becomes_of_its_alfserver(stage: Stage) -> None:
    server = remote()
    news = []
    if stage is not Stage.WAITING:
        ready(server)
    server.launch(launch(1), HOME, 0.0)
    if stage in (Stage.RUNNING, Stage.DOUBT):
        server.heard(Began(1, 100, 0.0), 0.0)
    if stage is not Stage.WAITING:
        news += server.disconnected(1.0).news
    for now in (2.0, 1000.0, 2000.0):
        news += server.unreachable("gone").news
        news += server.tick(now).news

    assert [type(each) for each in news] in ([Undelivered], [Ended])


EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["launch", "connected", "resumed", "began", "ended", "broken", "unreachable", "end", "ack"]),
        st.integers(1, 4),
        st.floats(0.0, 60.0),
    ),
    max_size=60,
)


@given(EVENTS)
def test_in_any_order_of_events_no_attempt_ends_twice_or_before_it_was_launched(
    events: list[tuple[str, int, float]],
) -> None:
    """Among them every reordering and repetition of the alfserver's words."""
    server, world = remote(), FakeAlfserver()
    ends: list[int] = []
    launched: set[int] = set()
    now, connected = 0.0, False
    for kind, attempt, later in events:
        now += later
        if kind == "launch" and attempt not in launched:
            launched.add(attempt)
            turn = server.launch(launch(attempt), HOME, now)
        elif kind == "connected" and not connected:
            connected = True
            turn = server.connected(now)
        elif kind == "resumed" and connected:
            turn = server.heard(world.resumed(), now)
        elif kind == "began" and connected and attempt in world.seen:
            turn = server.heard(Began(attempt, 1, 0.0), now)
        elif kind == "ended" and connected and attempt in world.seen:
            world.over.add(attempt)
            turn = server.heard(Ended(attempt, 0, 1.0), now)
        elif kind == "broken" and connected:
            connected = False
            turn = server.disconnected(now)
        elif kind == "unreachable" and not connected:
            turn = server.unreachable("gone")
        elif kind == "end":
            turn = server.end([attempt], 1.0)
        elif kind == "ack":
            turn = server.acknowledge([attempt])
        else:
            turn = server.tick(now)
        world.hear(turn.say)
        ends += [news.attempt for news in turn.news if isinstance(news, Ended | Undelivered)]

    assert len(ends) == len(set(ends))
    assert set(ends) <= launched
    assert launched <= set(ends) | set(server.attempts)


class FakeAlfserver:
    """Takes every launch that arrives."""

    def __init__(self) -> None:
        self.seen: set[int] = set()
        self.over: set[int] = set()

    def hear(self, messages: list[FarmMessage]) -> None:
        for message in messages:
            if isinstance(message, Launch):
                assert message.attempt not in self.seen, "no attempt is launched twice"
                self.seen.add(message.attempt)
            elif isinstance(message, Acknowledge):
                assert set(message.attempts) <= self.over, "only ends are acknowledged"

    def resumed(self) -> Resumed:
        return resumed(*(has_ended(n) if n in self.over else runs(n) for n in sorted(self.seen)))


def test_the_terms_may_change_while_it_runs() -> None:
    terms = Terms(120.0, 10.0)
    server = Remote("me", terms, lambda attempt: (0, 0))
    ready(server)
    terms.lease_s = 30.0
    server.launch(msgspec.structs.replace(launch(1), lease_s=30.0), HOME, 0.0)

    assert server.next_deadline() == 10.0
