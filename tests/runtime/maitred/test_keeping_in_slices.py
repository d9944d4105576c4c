"""Slots are kept for big requests where there could be enough: that is looked for in slices, and ends as if at once."""

from __future__ import annotations

import pytest
from site_of import Dispatcher, Site, need, schedule, server

HOSTS = "abcdef"


def farm(size: float, wanted: dict[str, object]) -> tuple[Site, Dispatcher, Dispatcher]:
    """Dora holds everything, anna waits for several slots at once; host f has three slots, the others two."""
    servers = [server(f"{host}{number}", host) for host in HOSTS for number in range(3 if host == "f" else 2)]
    site = Site(schedule(*servers))
    dora, anna = site.join("dora"), site.join("anna")
    dora.want(total=len(servers))
    anna.want(need(**wanted))  # type: ignore[arg-type]  # its own fields
    site.after(301)
    site.core._books.slices.size = size
    return site, dora, anna


def gives_back(dora: Dispatcher, *names: str) -> None:
    leases = {lease.slots[0].name: lease for lease in dora.leases}
    for name in names:
        dora.returns(leases[name])


def a_slice(site: Site) -> None:
    site.carry_out(site.core.tick(site.now))


def kept(site: Site) -> list[str]:
    return [slot.name for slot in site.core._books.slots.by_name.values() if slot.kept_for is not None]


@pytest.mark.parametrize("wanted", [{"atleast": 3, "samehost": True}, {"atleast": 14}, {"atleast": 99}])
def test_what_is_kept_in_the_end_is_what_would_have_been_kept_at_once(wanted: dict[str, object]) -> None:
    found = []
    for size in (0.1, 1000.0):
        site, dora, _ = farm(size, wanted)
        gives_back(dora, "f0", "a0", "a1")
        site.after(0)
        found.append(kept(site))

    assert found[0] == found[1]


def test_until_a_host_is_found_its_slots_may_go_to_others() -> None:
    site, dora, anna = farm(0.1, {"atleast": 3, "samehost": True})
    ben = site.join("ben")

    gives_back(dora, "f0")
    assert kept(site) == []
    ben.want()
    a_slice(site)

    assert ben.slots == ["f0"]
    site.after(0)
    gives_back(dora, "f1", "f2")
    site.after(0)
    ben.returns()
    site.after(0)
    assert sorted(anna.slots) == ["f0", "f1", "f2"]


def test_what_is_kept_stays_kept_while_it_is_looked_whether_there_could_be_enough_yet() -> None:
    site, dora, anna = farm(1000.0, {"atleast": 12})
    gives_back(dora, "a0", "b0")
    assert kept(site) == ["a0", "b0"]
    site.core._books.slices.size = 0.1

    site.carry_out(site.core.offline(["c0", "c1"], True, "wrangler", site.now))
    gives_back(dora, "d0")
    a_slice(site)
    assert kept(site) == ["a0", "b0", "d0"]
    site.after(0)

    assert kept(site) == []
    assert anna.slots == []


def test_a_request_that_goes_leaves_no_host_behind() -> None:
    site, dora, anna = farm(0.1, {"atleast": 3, "samehost": True})
    gives_back(dora, "f0")

    anna.loses_connection()
    site.after(0)

    assert kept(site) == []
