"""-metrics: a Tcl expression with Mget, asked about a machine."""

from __future__ import annotations

import pytest

from runtime.match.metrics import compile_metrics

METRICS = {"loadavg": 0.5, "disk": 2000.0, "memory": 0.0, "stale": None}.get


@pytest.mark.parametrize(
    ("expression", "holds"),
    [
        ("[Mget loadavg] < 1.25 && [Mget disk] > 1000", True),
        ("[Mget loadavg] < 1.25 && [Mget disk] > 5000", False),
        ("[Mget loadavg] < 0.25 || [Mget disk] / 2 == 1000", True),
        ("![Mget memory]", True),
        ("1", True),
        ("0", False),
        ("", True),
        ("  ", True),
    ],
)
def test_an_expression_over_the_machines_metrics(expression: str, holds: bool) -> None:
    assert compile_metrics(expression)(METRICS) is holds


@pytest.mark.parametrize("expression", ["[Mget stale] > 1", "![Mget stale]", "[Mget nothing] || 1"])
def test_an_unknown_or_stale_metric_does_not_match(expression: str) -> None:
    assert not compile_metrics(expression)(METRICS)


def test_a_machine_that_does_not_match_says_why() -> None:
    assert compile_metrics("[Mget stale] > 1").why_not(METRICS) == "metric stale is not known"
    assert compile_metrics("[Mget disk] < 1").why_not(METRICS) == "-metrics {[Mget disk] < 1} does not hold"
    assert compile_metrics("[Mget disk] > 1").why_not(METRICS) == ""


@pytest.mark.parametrize(
    "expression", ["metrics string", "1 +", "$x > 1", "[exec ls] == 1", "[while 1 {}]", "abc", "[Mget]"]
)
def test_an_expression_that_fails_does_not_match_and_says_so(expression: str) -> None:
    assert compile_metrics(expression).why_not(METRICS).startswith(f"-metrics {{{expression}}}: ")


def test_one_test_for_each_distinct_text() -> None:
    assert compile_metrics("[Mget disk] > 7") is compile_metrics("[Mget disk] > 7")
