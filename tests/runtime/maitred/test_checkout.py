"""Check-outs: a request gets a slot at once when one is free that passes every test, else it waits in the queue."""

from __future__ import annotations

import pytest
from site_of import Site, need, schedule, server

from runtime.farm_messages import Granted
from runtime.maitred.orders import Send
from runtime.maitred.rules import Rules
from runtime.needs import Need


def test_a_free_slot_is_granted_at_once() -> None:
    site = Site(schedule("janus1"))
    anna = site.join("anna")

    anna.want()

    assert anna.slots == ["janus1"]


def test_a_grant_names_its_request_and_the_slots_host_and_zone() -> None:
    site = Site(schedule(server("janus1", "janus", "pixarRender zone=NFS", port=1599)))
    anna = site.join("anna")

    number = anna.want()

    [granted] = anna.granted
    slot = granted.lease.slots[0]
    assert granted.request == number
    assert (slot.name, slot.host, slot.port, slot.zone) == ("janus1", "janus", 1599, "NFS")


def test_where_the_schedule_says_no_port_a_grant_has_the_sites() -> None:
    site = Site(schedule(server("janus1")), Rules(alfserver_port=1601))
    anna = site.join("anna")

    anna.want()

    assert anna.granted[0].lease.slots[0].port == 1601


def test_where_a_launch_could_not_begin_the_request_gets_another_free_slot_at_once() -> None:
    site = Site(schedule(server("janus1", udi=2), server("janus2", "other", udi=1)))
    anna = site.join("anna")
    anna.want()

    anna.returns(problem="the alfserver cannot be reached", wants_on=True)

    assert anna.slots == ["janus2"]


def test_without_a_free_slot_a_request_waits_until_one_is_returned() -> None:
    site = Site(schedule("janus1"))
    anna, ben = site.join("anna"), site.join("ben")
    anna.want()
    ben.want()
    assert ben.slots == []

    anna.returns()

    assert ben.slots == ["janus1"]


def test_a_want_says_how_many_leases_there_should_be_in_all() -> None:
    site = Site(schedule("a", "b", "c", "d"))
    anna = site.join("anna")
    number = anna.want(total=2)

    anna.want(total=3, request=number)
    anna.want(total=3, request=number)

    assert anna.slots == ["a", "b", "c"]


def test_a_want_of_0_takes_the_request_back_and_leaves_its_leases() -> None:
    site = Site(schedule("a"))
    anna, ben = site.join("anna"), site.join("ben")
    number = anna.want(total=5)
    ben.want()

    anna.want(total=0, request=number)
    assert ben.slots == []
    anna.returns()

    assert ben.slots == ["a"]


def test_slots_go_out_by_udi_the_most_desirable_first() -> None:
    site = Site(schedule(server("slow", udi=1), server("fast", udi=10), server("medium", udi=5)))
    anna = site.join("anna")

    anna.want(total=3)

    assert anna.slots == ["fast", "medium", "slow"]


def test_slots_of_one_udi_go_out_on_the_host_with_the_fewest_busy_ones_first() -> None:
    site = Site(schedule(server("a1", "a"), server("a2", "a"), server("b1", "b"), server("b2", "b")))
    anna = site.join("anna")

    anna.want(total=4)

    assert anna.slots == ["a1", "b1", "a2", "b2"]


@pytest.mark.parametrize(
    ("service", "slots"),
    [
        ("pixarNRM", ["n"]),
        ("pixarNRM || pixarRender", ["n", "r"]),
        ("!pixarNRM", ["r"]),
        ("pixarRender && !r", []),
        ("R", ["r"]),
        ("janus", ["n"]),
        ("janus.site.com", ["n"]),
        ("jan*", ["n"]),
        ("*", ["n", "r"]),
        ("local:pixarRender", ["r"]),
        ("", ["n", "r"]),
    ],
)
def test_keys_are_those_of_the_slot_its_name_and_its_host(service: str, slots: list[str]) -> None:
    site = Site(schedule(server("n", "janus.site.com", "pixarNRM"), server("r", "ws1", "pixarRender")))
    anna = site.join("anna", host="ws1")

    anna.want(service, total=2)

    assert anna.slots == slots


def test_an_address_is_a_key_of_the_slots_of_its_host() -> None:
    site = Site(schedule("other", server("a", "192.168.0.7")))
    anna = site.join("anna")

    anna.want("192.168.0.7", total=2)

    assert anna.slots == ["a"]


def test_a_request_that_names_its_host_gets_only_that_one() -> None:
    site = Site(schedule(server("a"), server("b", "janus.site.com")))
    anna = site.join("anna")

    anna.want(total=2, host="janus")

    assert anna.slots == ["b"]


def test_disabled_servers_are_never_given() -> None:
    site = Site(schedule(server("a", enabled=False), "b"))
    anna = site.join("anna")

    anna.want(total=2)

    assert anna.slots == ["b"]


def test_atleast_is_given_at_once_or_nothing() -> None:
    site = Site(schedule("a", "b"))
    anna = site.join("anna")
    anna.want()
    ben = site.join("ben")

    ben.want(need(atleast=2))
    assert ben.slots == []
    anna.returns()

    assert sorted(ben.slots) == ["a", "b"]
    assert len(ben.granted) == 1


def test_a_lease_takes_up_to_atmost_when_they_are_free() -> None:
    site = Site(schedule("a", "b", "c"))
    anna = site.join("anna")

    anna.want(need(atleast=1, atmost=2))

    assert anna.slots == ["a", "b"]


def test_samehost_takes_all_its_slots_on_one_host() -> None:
    site = Site(schedule(server("a1", "a", udi=5), *[server(f"b{n}", "b") for n in range(3)]))
    anna = site.join("anna")

    anna.want(need(atleast=2, atmost=3, samehost=True))

    assert anna.slots == ["b0", "b1", "b2"]


def test_samehost_waits_where_no_host_has_enough() -> None:
    site = Site(schedule(server("a1", "a"), server("b1", "b")))
    anna = site.join("anna")

    anna.want(need(atleast=2, samehost=True))

    assert anna.slots == []


def test_slots_that_the_user_deselected_in_the_huntgroup_are_never_given() -> None:
    site = Site(schedule("a", server("b1", "Janus.site.com"), "c"))
    anna = site.join("anna", excluded=["A", "janus"])

    anna.want(total=3)

    assert anna.slots == ["c"]


def test_a_request_that_loses_a_lease_gets_another_slot_at_once() -> None:
    site = Site(schedule("a", "b"))
    anna = site.join("anna")
    anna.want()

    anna.returns(problem="broken", wants_on=True)

    assert anna.slots == ["b"]


def test_a_want_from_a_stranger_changes_nothing() -> None:
    site = Site(schedule("a"))
    anna = site.join("anna")
    anna.leaves()

    anna.want()

    assert not [order for order in site.orders if isinstance(order, Send) and isinstance(order.message, Granted)]


def test_a_need_that_nobody_can_read_is_refused_in_the_log() -> None:
    site = Site(schedule("a"))
    anna = site.join("anna")

    anna.want(Need("(("))

    assert anna.slots == []
    assert any("refused" in line for line in site.logged)
