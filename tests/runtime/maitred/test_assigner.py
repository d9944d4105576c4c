"""A site's own assigner decides who is first; one that fails is reported, and the default decides."""

from __future__ import annotations

import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

from site_of import Site, schedule, server

from runtime.assign.assigner import Asking, Assigner, Offer, Rank

HOSTS = (server("a1", "a", udi=5), server("a2", "a", udi=5), server("b1", "b"), server("b2", "b"))


EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "farm" / "assigner_spread.py"
Spread = runpy.run_path(str(EXAMPLE))["Spread"]


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


def test_the_example_spreads_what_the_default_puts_on_the_most_desirable_host() -> None:
    given = []
    for assigner in (None, Spread):
        anna = Site(schedule(*HOSTS), assigner=assigner).join("anna")
        anna.want(total=4)
        given.append(anna.slots)

    assert given == [["a1", "a2", "b1", "b2"], ["a1", "b1", "a2", "b2"]]


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
