"""What a dispatcher with a key of its own, and bad intent, may say to the maitre-d, and what it cannot do with it."""

from __future__ import annotations

import math

import msgspec
import pytest
from site_of import RULES, Site, need, schedule

from runtime.farm_messages import GrantedSlot, HeldLease, Lease, LeaseId, SlotState, Want
from runtime.needs import Need


@pytest.mark.parametrize("epoch", [1 << 62, (1 << 64) - 1])
def test_a_term_of_the_far_future_does_not_become_ours(epoch: int) -> None:
    site = Site(schedule("a"))

    site.join("mallory", epoch=epoch)
    anna = site.join("anna")
    anna.want()

    assert anna.leases[0].id.epoch == 1000


@pytest.mark.parametrize("bad", [
    Need("pixarRender", atleast=-1), Need("pixarRender", atleast=0), Need("pixarRender", atleast=2, atmost=1),
    Need("pixarRender", atleast=1 << 63, atmost=1 << 63),
])  # fmt: skip
def test_a_need_that_no_job_can_have_is_refused(bad: Need) -> None:
    site = Site(schedule("a"))
    mallory, anna = site.join("mallory"), site.join("anna")

    mallory.want(bad)
    anna.want()
    site.after(10)

    assert anna.slots == ["a"]
    assert mallory.slots == []
    assert any("refused mallory" in line for line in site.logged)


def test_a_priority_that_is_no_number_is_refused() -> None:
    site = Site(schedule("a"))
    anna, ben, mallory = site.join("anna"), site.join("ben"), site.join("mallory")
    anna.want()
    mallory.want(priority=math.nan)
    ben.want()

    anna.returns()

    assert ben.slots == ["a"]


def test_a_slot_that_is_named_twice_in_a_held_lease_is_held_once() -> None:
    site = Site(schedule("a"))
    slot = GrantedSlot("a", "a", "", 1501)
    held = HeldLease(Lease(LeaseId(900, 1), (slot, slot)), 1, 1, "job")
    mallory = site.join("mallory", epoch=900, held=[held])
    site.after(60)
    mallory.leaves()
    anna = site.join("anna")

    anna.want(total=2)

    assert anna.slots == ["a"]
    assert site.states() == {"a": SlotState.RESERVED}


@pytest.mark.parametrize("service", ["@.mem" + " + 1" * 3000 + " > 1", "!" * 3000 + "a", "a " * 40_000])
def test_an_expression_that_is_no_persons_is_refused_and_harms_nobody(service: str) -> None:
    site = Site(schedule("a"))
    mallory, anna = site.join("mallory"), site.join("anna")
    site.measure("a", mem=1.0)

    mallory.want(Need(service))
    anna.want()

    assert (mallory.slots, anna.slots) == ([], ["a"])
    assert any("refused mallory" in line for line in site.logged)


@pytest.mark.parametrize("metrics", ["!" * 9000 + "0", "3**50000000 > 1", "1" + " + 1" * 20_000])
def test_a_metrics_expression_that_does_not_end_is_refused_and_harms_nobody(metrics: str) -> None:
    site = Site(schedule("a"))
    mallory, anna = site.join("mallory"), site.join("anna")

    mallory.want(need(metrics=metrics))
    anna.want()

    assert (mallory.slots, anna.slots) == ([], ["a"])


def test_a_dispatcher_has_a_bounded_number_of_requests() -> None:
    site = Site(schedule("a"))
    mallory, anna = site.join("mallory"), site.join("anna")
    for request in range(20_000):
        mallory._says(Want(request, 1, 1, "x", need("never"), 1))

    anna.want()

    assert anna.slots == ["a"]
    assert len(site.core.farm(site.now).waiting) == 10_000


KEY = b"k" * 32
WAITS = msgspec.structs.replace(RULES, maitred_initial_wait_s=30.0)


def forged(slot: str = "a", epoch: int = 1_500) -> HeldLease:
    return HeldLease(Lease(LeaseId(epoch, 99), (GrantedSlot(slot, slot, "", 1501),)), 1, 1, "job", 5.0)


def test_nobody_takes_anothers_slot_by_saying_that_it_is_his() -> None:
    site = Site(schedule("a"), grant_key=KEY)
    anna = site.join("anna")
    anna.want()

    mallory = site.join("mallory", epoch=1_500, held=[forged()])

    assert mallory.attached is not None
    assert mallory.attached.lost == (LeaseId(1_500, 99),)
    assert anna.recalled == []
    assert site.slot("a").user == "anna"


def test_a_lease_of_another_is_nobody_elses_with_its_proof_neither() -> None:
    site = Site(schedule("a"), grant_key=KEY)
    anna = site.join("anna")
    anna.want()
    fallback = Site(schedule("a"), grant_key=KEY, epoch=2000)
    held = [HeldLease(anna.leases[0], 1, 1, "job")]

    stolen = fallback.join("mallory", "anna-1", epoch=1000, held=held)
    kept = anna.comes_back(fallback)

    assert stolen.attached is not None
    assert stolen.attached.lost == (anna.leases[0].id,)
    assert kept.slots == ["a"]


def test_slots_that_the_schedule_does_not_have_are_not_made_up() -> None:
    site = Site(schedule("a"), grant_key=KEY)

    site.join("mallory", epoch=1_500, held=[forged("made up")])

    assert list(site.states()) == ["a"]


def test_made_up_leases_of_ever_new_terms_do_not_hold_up_the_farm() -> None:
    site = Site(schedule("a"), rules=WAITS, grant_key=KEY)
    anna = site.join("anna")

    site.join("mallory", epoch=1_500, held=[forged()])
    anna.want()

    assert anna.slots == ["a"]


@pytest.mark.parametrize(("allowed", "counts"), [(True, True), (False, False)])
def test_what_nobody_gave_counts_where_the_site_allows_chaos(allowed: bool, counts: bool) -> None:
    site = Site(schedule("a"), rules=msgspec.structs.replace(RULES, chaos_allowed=allowed), grant_key=KEY)

    anna = site.join("anna", held=[forged(epoch=0)])

    assert anna.attached is not None
    assert (anna.attached.lost == ()) == counts


@pytest.mark.parametrize("key", [b"", KEY])
def test_a_lease_without_a_slot_is_none(key: bytes) -> None:
    site = Site(schedule("a"), rules=WAITS, grant_key=key)
    anna = site.join("anna")

    mallory = site.join("mallory", epoch=1_500, held=[HeldLease(Lease(LeaseId(1_500, 1), ()), 1, 1, "job")])
    anna.want()

    assert mallory.attached is not None
    assert mallory.attached.lost == (LeaseId(1_500, 1),)
    assert anna.slots == ["a"]


def test_a_tag_that_is_named_twice_counts_and_goes_with_its_lease() -> None:
    site = Site(schedule("a", limits={"x": 1}))
    mallory, anna = site.join("mallory"), site.join("anna")
    mallory.want(Need("pixarRender", tags=("x", "x")))

    mallory.leaves()
    anna.want(Need("pixarRender", tags=("x",)))

    assert anna.slots == ["a"]


def test_nothing_is_kept_of_tags_that_are_over() -> None:
    site = Site(schedule("a"))
    mallory = site.join("mallory")
    for number in range(50):
        mallory.want(Need("pixarRender", tags=(f"made up {number}",)))
        mallory.returns()

    assert site.core._books.leases._by_tags == {}


@pytest.mark.parametrize("running_s", [math.nan, math.inf, 1e300])
def test_a_run_of_no_length_breaks_nobodys_view(running_s: float) -> None:
    site = Site(schedule("a"))
    held = HeldLease(Lease(LeaseId(900, 1), (GrantedSlot("a", "a", "", 1501),)), 1, 1, "x" * 100_000, running_s)

    site.join("mallory", epoch=900, held=[held])

    assert 0 <= site.slot("a").since_s < 1e9
    assert len(site.slot("a").job) < 20_000


def test_a_title_of_any_length_is_cut() -> None:
    site = Site(schedule("a"))
    mallory = site.join("mallory")
    mallory.want()

    mallory.runs(title="x" * 100_000)

    assert len(site.slot("a").job) < 20_000


def test_what_was_measured_and_is_no_number_is_unknown() -> None:
    site = Site(schedule("a"))

    site.measure("a", loadavg=math.nan, memory=math.inf, disk=5.0)

    assert site.slot("a").metrics == {"disk": 5.0}
