"""A site's own assigner decides who is first; one that fails is reported, and the default decides."""

from __future__ import annotations

import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

from site_of import Site, crew, schedule, server

from runtime.assign.assigner import Asking, Assigner, Offer, Rank
from runtime.assign.fairness import Fairness
from runtime.assign.spread import Spread
from runtime.assign.strict import Strict

HOSTS = (server("a1", "a", udi=5), server("a2", "a", udi=5), server("b1", "b"), server("b2", "b"))


EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "farm" / "assigner_packed.py"
Packed = runpy.run_path(str(EXAMPLE))["Packed"]


class LastComeFirstServed(Assigner):
    def request_rank(self, asking: Asking) -> Rank:
        return (-asking.number,)


class Broken(Assigner):
    def request_rank(self, asking: Asking) -> Rank:
        raise ValueError("no idea")

    def slot_rank(self, slot: Offer) -> Rank:
        if slot.name == "b1":
            raise ValueError("I do not like b1")
        return ()


class Wordy(Assigner):
    def request_rank(self, asking: Asking) -> Any:
        return "first"


class Unmade(Assigner):
    def __init__(self, rules: object) -> None:
        raise OSError("no such table")


def test_spread_puts_on_many_hosts_what_the_default_puts_on_the_most_desirable_one() -> None:
    given = []
    for assigner in (Fairness, Spread):
        anna = Site(schedule(*HOSTS), assigner=assigner).join("anna")
        anna.want(total=4)
        given.append(anna.slots)

    assert given == [["a1", "a2", "b1", "b2"], ["a1", "b1", "a2", "b2"]]


def test_the_example_fills_one_host_before_it_begins_another() -> None:
    hosts = [server(f"{host}{number}", host) for number in (1, 2) for host in "ab"]
    anna = Site(schedule(*hosts), assigner=Packed).join("anna")

    anna.want(total=4)

    assert anna.slots == ["a1", "a2", "b1", "b2"]


def test_strict_lets_the_highest_priority_take_all() -> None:
    crews = [crew("everyone", 1), crew("production", 3, users="produce")]
    site = Site(schedule("a", "b", user_groups={"produce": ("anna",)}, crews=crews), assigner=Strict)
    dora, ben, anna = site.join("dora"), site.join("ben"), site.join("anna")
    dora.want(total=2)
    ben.want()
    site.after(24 * 3600)
    anna.want(total=2)

    dora.returns()
    dora.returns()

    assert (len(anna.slots), len(ben.slots)) == (2, 0)


def test_strict_gives_by_job_priority_then_age_whoever_holds_how_much() -> None:
    site = Site(schedule("a", "b", "c", "d"), assigner=Strict)
    dora, ben, anna = site.join("dora"), site.join("ben"), site.join("anna")
    dora.want(total=4)
    anna.want(total=2)
    ben.want(total=1)
    ben.want(total=1, priority=2.0)

    for _ in range(3):
        dora.returns()

    assert (len(anna.slots), len(ben.slots)) == (2, 1)


def test_strict_takes_leases_back_by_priority_alone() -> None:
    site = Site(schedule("a", "b"), assigner=Strict)
    anna, ben = site.join("anna"), site.join("ben")
    anna.want(total=9)
    ben.want()
    site.after(24 * 3600)
    assert anna.recalled == []

    ben.want(priority=2.0)

    assert len(anna.recalled) == 1


def test_strict_gives_a_server_over_to_an_older_request_of_equal_priority() -> None:
    site = Site(schedule("a", "b"), assigner=Strict)
    dora, anna, ben = site.join("dora"), site.join("anna"), site.join("ben")
    dora.want(total=2)
    anna.want("pixarNRM")
    ben.want(total=2)
    dora.returns()
    dora.returns()
    site.read(schedule(server("a", keys="pixarRender pixarNRM"), server("b")))

    site.after(2)

    assert len(ben.recalled) == 1


def test_a_site_may_order_requests() -> None:
    site = Site(schedule("a"), assigner=LastComeFirstServed)
    dora, ben, anna = site.join("dora"), site.join("ben"), site.join("anna")
    dora.want()
    ben.want()
    anna.want()

    dora.returns()

    assert anna.slots == ["a"]


def test_an_assigner_that_raises_is_reported_and_the_default_decides() -> None:
    site = Site(schedule("a"), assigner=Broken)
    dora, ben, anna = site.join("dora"), site.join("ben"), site.join("anna")
    dora.want()
    ben.want()
    anna.want()

    dora.returns()

    assert ben.slots == ["a"]
    assert "assigner: request_rank failed (ValueError: no idea); the default decides" in site.logged


def test_a_slot_that_an_assigner_cannot_rank_comes_last() -> None:
    site = Site(schedule(*HOSTS), assigner=Broken)
    anna = site.join("anna")

    anna.want(total=4)

    assert anna.slots[-1] == "b1"


def test_an_answer_that_is_no_tuple_of_numbers_is_a_failure() -> None:
    site = Site(schedule("a"), assigner=Wordy)
    dora, ben = site.join("dora"), site.join("ben")
    dora.want()
    ben.want()

    dora.returns()

    assert ben.slots == ["a"]
    assert any("request_rank failed" in line for line in site.logged)


def test_an_assigner_that_cannot_be_made_leaves_the_default() -> None:
    site = Site(schedule(*HOSTS), assigner=Unmade)
    anna = site.join("anna")

    anna.want(total=4)

    assert anna.slots == ["a1", "a2", "b1", "b2"]


def test_the_shell_may_stop_a_call_that_takes_too_long() -> None:
    def guard(call: Callable[[], Any]) -> Any:
        call()
        raise TimeoutError("more than 1 s")

    site = Site(schedule(*HOSTS), assigner=LastComeFirstServed, guard=guard)
    anna = site.join("anna")
    anna.want(total=4)

    assert anna.slots == ["a1", "a2", "b1", "b2"]
    assert any("TimeoutError: more than 1 s" in line for line in site.logged)
