"""What the maitre-d's core puts on record."""

from __future__ import annotations

from typing import TypeVar

from site_of import MONDAY_NOON, Site, crew, schedule

from runtime.farm_messages import How, JobEnded, Outcome, Returned, Running, Want
from runtime.history.records import (
    Asked,
    Came,
    Capacity,
    GaveUp,
    Granted,
    JobDone,
    Place,
    Ran,
    Recalled,
    Record,
    Refused,
    Rested,
    Went,
)
from runtime.maitred.orders import Note
from runtime.needs import Need

R = TypeVar("R", bound=Record)
CREWS = schedule(
    "eclair", "doughnut",
    server_groups={"all": ("eclair", "doughnut")},
    user_groups={"tds": ("ben",)},
    crews=[crew("everybody"), crew("tds", 5, users="tds", servers="all")],
)  # fmt: skip


class Recorded(Site):
    """A site that keeps what was noted."""

    def carry_out(self, orders):  # type: ignore[no-untyped-def]
        orders = list(orders)
        self.records = [*getattr(self, "records", []), *(order.record for order in orders if isinstance(order, Note))]
        return super().carry_out(orders)

    def noted(self, kind: type[R]) -> list[R]:
        return [record for record in self.records if isinstance(record, kind)]


def outcome(title: str = "f1", how: How = How.DONE, run_s: float = 0.0, **more: object) -> Outcome:
    return Outcome(1, 2, 3, 4, title, how, 0, run_s, **more)  # type: ignore[arg-type]  # of the test's own


def test_a_grant_tells_who_got_what_and_how_long_they_waited() -> None:
    site = Recorded(schedule("eclair"))
    anna, ben = site.join("anna"), site.join("ben")
    anna.want()
    ben.want(jid=7, title="shot", project="toy")
    site.after(40)

    anna.returns()

    first, second = site.noted(Granted)
    assert (first.whose.user, first.waited_s, first.at) == ("anna", 0.0, MONDAY_NOON)
    assert (second.whose.user, second.whose.jid, second.whose.title) == ("ben", 7, "shot")
    assert (second.whose.project, second.places, second.waited_s) == ("toy", (Place("eclair", "eclair"),), 40.0)


def test_a_grant_names_the_crew_with_the_highest_priority_that_gives_the_slot() -> None:
    site = Recorded(CREWS)

    site.join("ben").want()
    site.join("anna").want()

    assert [granted.whose.crew for granted in site.noted(Granted)] == ["tds", "everybody"]
    assert site.noted(Granted)[0].places[0].groups == {"all"}


def test_a_command_is_on_record_with_its_own_time_and_its_end() -> None:
    site = Recorded(schedule("eclair"))
    anna = site.join("anna")
    anna.want()
    lease = anna.leases[0]
    site.after(2)
    anna.runs(lease)
    site.after(10)

    anna._says(Returned(lease.id, outcome=outcome("f1", How.FAILED, 9.5)))

    [ran] = site.noted(Ran)
    assert (ran.idle_s, ran.run_s, ran.at) == (2.0, 9.5, MONDAY_NOON + 11.5)
    assert (ran.how, ran.title, ran.tid, ran.cid, ran.attempt) == (How.FAILED, "f1", 2, 3, 4)


def test_a_lease_that_is_used_again_has_a_record_for_each_command() -> None:
    site = Recorded(schedule("eclair"))
    anna = site.join("anna")
    anna.want()
    lease = anna.leases[0]
    anna._says(Running(lease.id, 1, 1, 1, 1, "a"))
    site.after(10)
    anna._says(Running(lease.id, 1, 2, 2, 2, "b", outcome("a", run_s=8.0)))
    site.after(5)
    anna._says(Returned(lease.id, outcome=outcome("b")))

    assert [(ran.title, ran.idle_s, ran.run_s) for ran in site.noted(Ran)] == [("a", 0.0, 8.0), ("b", 2.0, 5.0)]
    assert {ran.whose.title for ran in site.noted(Ran)} == {"job 1"}


def test_a_time_that_cannot_be_true_is_not_believed() -> None:
    site = Recorded(schedule("eclair"))
    anna = site.join("anna")
    anna.want()
    lease = anna.leases[0]
    anna.runs(lease)
    site.after(10)

    anna._says(Returned(lease.id, outcome=outcome(run_s=1e9)))

    assert site.noted(Ran)[0].run_s == 10.0


def test_a_dispatcher_of_before_does_not_tell_how_its_commands_end() -> None:
    site = Recorded(schedule("eclair"))
    anna = site.join("anna")
    anna.want()
    anna.runs()
    site.after(10)

    anna.returns()

    [ran] = site.noted(Ran)
    assert (ran.how, ran.run_s, ran.title) == (None, 10.0, "frame")


def test_a_lease_on_which_nothing_ran_is_no_run() -> None:
    site = Recorded(schedule("eclair"))
    anna = site.join("anna")
    anna.want()

    anna.returns()

    assert site.noted(Ran) == []


def test_what_ran_when_its_dispatcher_was_lost_is_on_record_when_its_leases_are_over() -> None:
    site = Recorded(schedule("eclair"))
    anna = site.join("anna")
    anna.want()
    anna.runs()
    anna.loses_connection()

    site.after(1000)

    assert [ran.how for ran in site.noted(Ran)] == [None]
    assert [went.lost for went in site.noted(Went)] == [True]


def test_a_slot_where_a_launch_could_not_begin_rests() -> None:
    site = Recorded(schedule("eclair"))
    anna = site.join("anna")
    anna.want()

    anna.returns(problem="no disk")

    assert [(rested.place.slot, rested.reason) for rested in site.noted(Rested)] == [("eclair", "no disk")]


def test_a_host_that_fails_its_ping_rests() -> None:
    site = Recorded(schedule("eclair", pings={"default": "ping %h"}))
    site.join("anna").want()
    [ping] = site.pings()

    site.answer(ping, up=False, reason="silent")

    assert [(rested.place, rested.reason) for rested in site.noted(Rested)] == [(Place("", "eclair"), "ping: silent")]


def test_who_asks_and_gives_up_is_on_record() -> None:
    site = Recorded(schedule("eclair"))
    site.join("anna").want()
    ben = site.join("ben")
    request = ben.want()
    site.after(30)

    ben.want(total=0, request=request)

    assert [(asked.whose.user, asked.need, asked.total) for asked in site.noted(Asked)] == [
        ("anna", "pixarRender", 1),
        ("ben", "pixarRender", 1),
    ]
    assert [(gone.whose.user, gone.waited_s) for gone in site.noted(GaveUp)] == [("ben", 30.0)]


def test_what_is_refused_is_on_record_with_its_reason() -> None:
    site = Recorded(schedule("eclair"))
    anna = site.join("anna")

    anna._says(Want(1, 1, 1, "job", Need(atleast=0), 1))
    anna._says(Want(2, 1, 1, "job", Need("a ("), 1))

    assert [refused.whose.user for refused in site.noted(Refused)] == ["anna", "anna"]
    assert site.noted(Refused)[0].reason == "it cannot have 0 to 1 slots"


def test_an_ejected_command_says_for_whom() -> None:
    site = Recorded(CREWS)
    anna = site.join("anna")
    anna.want(total=2)

    site.join("ben").want(jid=9)

    [recalled] = site.noted(Recalled)
    assert (recalled.whose.user, recalled.eject) == ("anna", False)
    assert recalled.by is not None
    assert (recalled.by.user, recalled.by.crew, recalled.by.jid) == ("ben", "tds", 9)


def test_dispatchers_and_the_ends_of_jobs_are_on_record() -> None:
    site = Recorded(schedule("eclair"))
    anna = site.join("anna")
    anna._says(JobEnded(1, "shot", "done"))
    anna.leaves()

    assert [(came.user, came.host) for came in site.noted(Came)] == [("anna", "ws1")]
    assert [(done.whose.title, done.state) for done in site.noted(JobDone)] == [("shot", "done")]
    assert [went.lost for went in site.noted(Went)] == [False]


def test_how_many_slots_there_are_is_on_record_with_every_schedule() -> None:
    site = Recorded(CREWS)
    site.after(0)

    site.read(schedule("eclair"))
    site.after(0)

    assert [record.slots for record in site.noted(Capacity)][-1] == ((frozenset(), 1),)
    assert ((frozenset({"all"}), 2),) in [record.slots for record in site.noted(Capacity)]
