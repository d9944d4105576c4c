"""The farm as watchers see it comes in parts, which make up the whole."""

from __future__ import annotations

from site_of import Site, schedule

from runtime.farm_messages import whole_farm

SLOTS = 600


def test_the_parts_of_a_farm_make_up_the_whole() -> None:
    site = Site(schedule(*(f"s{number}" for number in range(SLOTS))))
    anna = site.join("anna")
    for request in range(1, SLOTS + 1):
        anna.want("nobody has this key", request=request)

    parts = list(site.core.farm_in_parts(site.now, 3))
    whole = whole_farm(parts)

    assert [part.more for part in parts] == [True] * (len(parts) - 1) + [False]
    assert all(len(part.slots) + len(part.waiting) < SLOTS / 2 for part in parts)
    assert len({line.name for line in whole.slots}) == len(whole.slots) == SLOTS
    assert len(whole.waiting) == SLOTS
    assert [one.user for one in whole.dispatchers] == ["anna"]
    assert whole.serial == 3
    assert not whole.more


def test_a_farm_without_anything_is_one_part() -> None:
    [part] = Site(schedule()).core.farm_in_parts(0.0, 1)

    assert not part.more
