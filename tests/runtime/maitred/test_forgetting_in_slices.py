"""The leases of a dispatcher that is gone end in slices: who has them meanwhile, and what if it comes back."""

from __future__ import annotations

from site_of import Dispatcher, Site, schedule


def holding(leases: int, size: float = 1.0) -> tuple[Site, Dispatcher]:
    """Anna holds every slot, and what ends, ends in slices of this size."""
    site = Site(schedule(*(f"s{number}" for number in range(leases))), grant_key=b"k" * 32)
    anna = site.join("anna")
    anna.want(total=leases)
    site.core._books.slices.size = size
    return site, anna


def held(site: Site) -> int:
    return len(site.core._books.leases.by_id)


def test_what_has_ended_is_given_to_others_and_nothing_else_is() -> None:
    site, anna = holding(5)
    ben = site.join("ben")
    ben.want(total=5)
    anna.leaves()

    while site.core._books.slices:
        site.carry_out(site.core.tick(site.now))
        assert len(set(ben.slots)) == len(ben.slots)
        assert held(site) == 5 or site.core._books.slices

    assert len(ben.slots) == 5
    assert ("anna", "anna-1") not in site.core._books.dispatchers


def test_who_comes_back_before_all_has_ended_keeps_the_rest() -> None:
    site, anna = holding(5)
    anna.leaves()
    ended = 5 - held(site)

    back = anna.comes_back()
    site.after(0)

    assert 0 < ended < 5
    assert held(site) == 5
    assert len(back.leases) == 5
    assert not back.recalled
    assert site.core._books.dispatchers["anna", "anna-1"].peer == back.peer


def test_what_is_returned_meanwhile_is_over_once() -> None:
    site, anna = holding(3)
    anna.leaves()
    anna.returns()
    site.after(0)

    assert held(site) == 0


def test_a_slot_that_leaves_the_schedule_meanwhile_goes_with_its_lease() -> None:
    site, anna = holding(4)
    anna.loses_connection()
    site.now += 4000
    site.carry_out(site.core.tick(site.now))

    site.read(schedule("s1"))
    site.after(0)

    assert held(site) == 0
    assert list(site.states()) == ["s1"]
