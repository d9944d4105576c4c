"""Which leases are taken back is found in slices: what happens in between, and that it ends as if found at once."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from site_of import RULES, Dispatcher, Site, crew, need, schedule, server

from runtime.schedule.model import HostEntry

SLOTS = [server(f"{host}{number}", host, "render" if number else "render nrm") for host in "abc" for number in range(3)]


def farm(size: float, **plan: Any) -> tuple[Site, Dispatcher, Dispatcher]:
    """Ben holds every slot and runs on it; what anna wants is looked for in slices of this size."""
    site = Site(schedule(*SLOTS, **plan), msgspec.structs.replace(RULES, preempt_min_run_s=0.0))
    ben, anna = site.join("ben"), site.join("anna")
    ben.want("render", total=100)
    for lease in ben.leases:
        ben.runs(lease)
        site.now += 1.0
    site.core._books.slices.size = size
    return site, ben, anna


def a_slice(site: Site) -> None:
    site.carry_out(site.core.tick(site.now))


def asked_back(ben: Dispatcher) -> list[tuple[str, bool]]:
    names = {lease.id: lease.slots[0].name for lease in ben.leases}
    return sorted((names[recall.lease], recall.eject) for recall in ben.recalled)


EJECTING = {
    "crews": [crew("everyone", 1), crew("production", 50, users="produce", preempt=True)],
    "user_groups": {"produce": ("anna",)},
}


@pytest.mark.parametrize("plan", [{}, EJECTING])
@pytest.mark.parametrize(
    ("wanted", "total"),
    [
        (need("render"), 3),
        (need("nrm"), 2),
        (need("render", atleast=4), 1),
        (need("render", atleast=3, samehost=True), 1),
        (need("render", tags="prman"), 2),
        (need("render", reserve=(("mem", 8.0),)), 1),
    ],
)
def test_what_is_taken_back_in_slices_is_what_would_have_been_taken_at_once(
    plan: dict[str, Any], wanted: Any, total: int
) -> None:
    found = []
    for size in (0.01, 1000.0):
        hosts = {host: HostEntry(host, 16.0, None) for host in "abc"}
        site, ben, anna = farm(size, hosts=hosts, limits={"prman": 0}, **plan)
        anna.want(wanted, total)
        site.after(0)
        site.after(61)
        found.append(asked_back(ben))

    assert found[0] == found[1]


def test_who_goes_while_it_is_looked_for_is_asked_for_nothing() -> None:
    site, ben, anna = farm(0.01)
    anna.want("render", total=4)
    for _ in range(5):
        a_slice(site)

    ben.leaves()
    site.after(0)

    assert ben.recalled == []
    assert len(anna.slots) == 4


def test_what_has_come_back_meanwhile_is_not_asked_back() -> None:
    site, ben, anna = farm(0.01)
    anna.want(need("render", atleast=4))
    for _ in range(8):
        a_slice(site)

    while len(ben.leases) > 3:
        ben.returns()
    site.after(0)

    assert ben.recalled == []
    assert len(anna.slots) == 4


def test_who_wants_nothing_any_more_takes_nothing_back() -> None:
    site, ben, anna = farm(0.01)
    request = anna.want(need("render", atleast=4))
    for _ in range(8):
        a_slice(site)

    anna.want(need("render", atleast=4), 0, request=request)
    site.after(0)

    assert ben.recalled == []
