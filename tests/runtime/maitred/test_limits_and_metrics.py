"""Limits are counted per lease, and a host of which metrics are wanted has to have told them lately."""

from __future__ import annotations

import msgspec
import pytest
from site_of import RULES, Site, need, schedule, server

from runtime.farm_datagrams import MetricSource

LOADAVG = {"loadavg": MetricSource("loadavg", 10.0, "builtin", ("loadavg",))}


def test_a_limit_holds_back_what_would_go_over_it() -> None:
    site = Site(schedule("a", "b", "c", limits={"prman": 2}))
    anna = site.join("anna")

    anna.want(need(tags="prman"), total=3)

    assert anna.slots == ["a", "b"]
    assert anna.why()["c"] == "limit prman: 2 of 2 running"


def test_a_limit_that_frees_lets_the_next_one_in() -> None:
    site = Site(schedule("a", "b", limits={"prman": 1}))
    anna, ben = site.join("anna"), site.join("ben")
    anna.want(need(tags="prman"))
    ben.want(need(tags="prman"))

    anna.returns()

    assert len(ben.slots) == 1


def test_tags_without_a_limit_do_not_count() -> None:
    site = Site(schedule("a", "b", limits={"prman": 1}))
    anna = site.join("anna")
    anna.want(need(tags="prman"))

    anna.want(need(tags="maya"))

    assert anna.slots == ["a", "b"]


def test_service_keys_are_tags_and_tags_have_no_case() -> None:
    site = Site(schedule("a", "b", limits={"PixarRender": 1}))
    anna = site.join("anna")

    anna.want("PixarRender", total=2)

    assert anna.slots == ["a"]


def test_a_lease_of_several_slots_counts_once() -> None:
    site = Site(schedule("a", "b", "c", "d", limits={"prman": 2}))
    anna = site.join("anna")

    anna.want(need(tags="prman", atleast=2), total=2)

    assert anna.slots == ["a", "b", "c", "d"]


@pytest.mark.parametrize(("in_schedule", "in_ini", "given"), [(1, 3, 1), (3, 1, 1), (3, 2, 2)])
def test_of_the_schedules_and_the_sites_limit_the_smaller_wins(in_schedule: int, in_ini: int, given: int) -> None:
    rules = msgspec.structs.replace(RULES, limits_global={"prman": in_ini})
    site = Site(schedule("a", "b", "c", limits={"prman": in_schedule}), rules)
    anna = site.join("anna")

    anna.want(need(tags="prman"), total=3)

    assert len(anna.slots) == given


def test_a_limit_that_is_raised_lets_what_waits_in() -> None:
    site = Site(schedule("a", "b", limits={"prman": 1}))
    anna = site.join("anna")
    anna.want(need(tags="prman"), total=2)

    site.read(schedule("a", "b", limits={"prman": 2}))

    assert anna.slots == ["a", "b"]


def test_metrics_are_tested_against_each_host() -> None:
    site = Site(schedule("a", "b", metrics=LOADAVG))
    site.measure("a", loadavg=2.0)
    site.measure("b", loadavg=0.1)
    anna = site.join("anna")

    anna.want(need(metrics="[Mget loadavg] < 1.25"), total=2)

    assert anna.slots == ["b"]
    assert anna.why()["a"] == "-metrics {[Mget loadavg] < 1.25} does not hold"


def test_a_metric_that_nobody_knows_does_not_match() -> None:
    site = Site(schedule("a"))
    anna = site.join("anna")

    anna.want(need(metrics="[Mget loadavg] < 1.25"))

    assert anna.why() == {"a": "metric loadavg is not known: its alfserver does not send it"}


def test_a_metric_older_than_three_intervals_does_not_match() -> None:
    site = Site(schedule("a", metrics=LOADAVG))
    anna = site.join("anna")
    site.measure("a", loadavg=0.1)
    site.after(31)

    anna.want(need(metrics="[Mget loadavg] < 1.25"))

    assert anna.slots == []
    assert anna.why() == {"a": "metric loadavg is stale: nothing was heard for 1 s more than it may be old"}


def test_a_fresh_metric_lets_what_waits_in() -> None:
    site = Site(schedule("a"))
    anna = site.join("anna")
    anna.want(need(metrics="[Mget loadavg] < 1.25"))

    site.measure("a", loadavg=0.1)

    assert anna.slots == ["a"]


def test_metrics_may_be_words() -> None:
    site = Site(schedule("a", "b"))
    site.measure("a", renderer="prman")
    site.measure("b", renderer="mantra")
    anna = site.join("anna")

    anna.want(need(metrics='[Mget renderer] eq "mantra"'), total=2)

    assert anna.slots == ["b"]


def test_metrics_in_keys_are_gigabytes() -> None:
    site = Site(schedule("a", "b"))
    site.measure("a", memory=1024.0)
    site.measure("b", memory=8192.0)
    anna = site.join("anna")

    anna.want(need("pixarRender && @.mem > 4"), total=2)

    assert anna.slots == ["b"]


def test_slots_available_are_those_of_the_host() -> None:
    site = Site(schedule(server("a1", "a"), server("b1", "b"), server("b2", "b")))
    anna = site.join("anna")

    anna.want(need("@.sa >= 2"), total=3)

    assert anna.slots == ["b1"]


def test_metrics_that_are_no_expression_test_nothing() -> None:
    site = Site(schedule("a"))
    anna = site.join("anna")

    anna.want(need(metrics="((("))

    assert anna.slots == ["a"]
