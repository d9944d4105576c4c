"""A host that fails whatever it gets is left alone for a while; one that is given a broken job is not."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from site_of import RULES, Dispatcher, Site, schedule, server

from runtime.farm_messages import How, Outcome, Recall, Returned, Running, SlotState
from runtime.maitred.black_holes import COUNTED, MOST_RESTS, BlackHoles
from runtime.maitred.rules import Rules

HOLES = msgspec.structs.replace(RULES, black_hole_count=3, black_hole_rest_s=300.0)


def outcome(cid: int, how: How = How.FAILED, *, jid: int = 1, **options: Any) -> Outcome:
    status = {How.DONE: 0, How.FAILED: 1}.get(how)
    return Outcome(jid, cid, cid, cid, f"frame {cid}", how, status, 5.0, **options)


def holes(count: int = 3, rest_s: float = 300.0) -> BlackHoles:
    return BlackHoles(count, rest_s)


# ---- the rule


def test_different_commands_that_fail_in_a_row_make_a_host_rest() -> None:
    found = holes()

    assert [found.ended("janus", "anna", outcome(cid)) for cid in (1, 2, 3)] == [0.0, 0.0, 300.0]


def test_a_success_in_between_ends_the_row() -> None:
    found = holes()
    found.ended("janus", "anna", outcome(1))
    found.ended("janus", "anna", outcome(2))
    found.ended("janus", "anna", outcome(3, How.DONE))

    assert found.ended("janus", "anna", outcome(4)) == 0.0


def test_one_command_that_fails_again_and_again_is_one_failure() -> None:
    found = holes()

    assert not any(found.ended("janus", "anna", outcome(1)) for _ in range(10))


def test_commands_of_different_dispatchers_are_different() -> None:
    found = holes(2)
    found.ended("janus", "anna", outcome(1))

    assert found.ended("janus", "ben", outcome(1)) == 300.0


def test_a_command_that_fails_on_several_hosts_counts_on_none() -> None:
    found = holes(2)
    for host in ("janus", "ash", "oak"):
        assert found.ended(host, "anna", outcome(1)) == 0.0

    for host in ("janus", "ash", "oak"):
        assert found.ended(host, "ben", outcome(1, jid=7)) == 0.0


def test_a_job_that_fails_on_several_hosts_is_one_cause() -> None:
    found = holes()

    rests = [found.ended(host, "anna", outcome(cid)) for cid, host in enumerate(["janus", "ash"] * 10)]

    assert not any(rests)


def test_a_job_that_fails_on_one_host_alone_speaks_against_it() -> None:
    found = holes()
    found.ended("ash", "anna", outcome(1, How.DONE))

    assert [found.ended("janus", "anna", outcome(cid)) for cid in (2, 3, 4)][-1] == 300.0


def test_several_broken_jobs_are_several_causes() -> None:
    found = holes(2)
    for jid in (1, 2):
        found.ended("ash", "anna", outcome(90, jid=jid))
        found.ended("ash", "anna", outcome(1, How.DONE, jid=9))
    found.ended("janus", "anna", outcome(1, jid=1))

    assert found.ended("janus", "anna", outcome(2, jid=2)) == 300.0


@pytest.mark.parametrize("how", [How.RETRY, How.SHORT, How.ENDED, How.EJECTED, How.LOST])
def test_what_is_not_the_hosts_affair_says_nothing(how: How) -> None:
    found = holes(1)

    assert found.ended("janus", "anna", outcome(1, how)) == 0.0


def test_what_is_not_the_hosts_affair_does_not_end_a_row_either() -> None:
    found = holes(2)
    found.ended("janus", "anna", outcome(1))
    found.ended("janus", "anna", outcome(2, How.EJECTED))

    assert found.ended("janus", "anna", outcome(3)) == 300.0


def test_a_command_that_could_not_begin_is_a_failure() -> None:
    assert holes(1).ended("janus", "anna", outcome(1, How.UNSTARTED)) == 300.0


def test_what_ran_beside_its_dispatcher_says_nothing() -> None:
    assert holes(1).ended("janus", "anna", outcome(1, here=True)) == 0.0


def test_a_host_that_fails_again_after_its_rest_rests_longer() -> None:
    found = holes(2)

    rests = [found.ended("janus", "anna", outcome(cid)) for cid in range(40)][1::2]

    assert rests[:3] == [300.0, 600.0, 1200.0]
    assert rests[-1] == 300.0 * MOST_RESTS


def test_after_a_success_it_rests_as_long_as_the_first_time() -> None:
    found = holes(1)
    found.ended("janus", "anna", outcome(1))
    found.ended("janus", "anna", outcome(2, How.DONE))

    assert found.ended("janus", "anna", outcome(3)) == 300.0


def test_it_is_off_unless_the_site_asks_for_it() -> None:
    found = holes(0)

    assert not any(found.ended("janus", "anna", outcome(cid)) for cid in range(100))
    assert Rules().black_hole_count == 0


def test_what_is_remembered_has_bounds() -> None:
    found = holes(1000)
    for cid in range(COUNTED + 10):
        found.ended(f"h{cid % 100}", "anna", outcome(cid, jid=cid))

    assert len(found._failed_on) == len(found._jobs) == COUNTED


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 2), st.integers(0, 6), st.booleans()), max_size=60))
def test_a_host_rests_only_after_as_many_different_failures_without_a_success(
    events: list[tuple[int, int, int, bool]],
) -> None:
    found = holes()
    rows: dict[int, set[tuple[int, int]]] = {}
    for host, jid, cid, fails in events:
        rest = found.ended(str(host), "anna", outcome(cid, How.FAILED if fails else How.DONE, jid=jid))
        row = rows.setdefault(host, set())
        if fails:
            row.add((jid, cid))
        else:
            row.clear()
        if rest:
            assert len(row) >= 3
            row.clear()


# ---- the maitre-d


def fails(dispatcher: Dispatcher, cid: int, how: How = How.FAILED) -> None:
    """The next command on the dispatcher's first lease runs and ends; another one follows at once."""
    lease = dispatcher.leases[0]
    dispatcher._says(Running(lease.id, 1, cid + 1, cid + 1, cid + 1, "next", outcome(cid, how)))


def site_of_holes(*names: str) -> Site:
    return Site(schedule(*(server(f"{name}{number}", name) for name in names for number in (1, 2))), HOLES)


def test_a_black_hole_is_given_out_no_more_and_its_leases_come_back() -> None:
    site = site_of_holes("janus")
    anna, ben = site.join("anna"), site.join("ben")
    anna.want("pixarRender")
    anna.runs()

    for cid in (1, 2, 3):
        fails(anna, cid)

    assert [recall.eject for recall in anna.recalled] == [False]
    ben.want("pixarRender")
    assert ben.slots == []
    assert ben.why()["janus2"] == "rests for 300 s: whatever runs there fails"
    assert site.slot("janus2").state is SlotState.TAINTED
    assert any("janus rests for 300 s: 3 different commands in a row" in line for line in site.logged)


def test_its_rest_is_over_when_it_is() -> None:
    site = site_of_holes("janus")
    anna, ben = site.join("anna"), site.join("ben")
    anna.want("pixarRender")
    for cid in (1, 2, 3):
        fails(anna, cid)
    anna.returns()
    ben.want("pixarRender")

    site.after(300.0)

    assert len(ben.slots) == 1


def test_the_last_one_of_a_row_may_come_with_its_lease() -> None:
    site = site_of_holes("janus")
    anna = site.join("anna")
    anna.want("pixarRender")
    fails(anna, 1)
    fails(anna, 2)
    [lease] = anna.leases

    anna._says(Returned(lease.id, outcome=outcome(3)))
    ben = site.join("ben")
    ben.want("pixarRender")

    assert ben.slots == []


def test_a_wrangler_ends_the_rest_of_a_host_that_was_mended() -> None:
    site = site_of_holes("janus")
    anna, ben = site.join("anna"), site.join("ben")
    anna.want("pixarRender")
    for cid in (1, 2, 3):
        fails(anna, cid)
    ben.want("pixarRender")

    site.carry_out(site.core.offline(["janus1"], False, "wanda", site.now))

    assert ben.slots == ["janus2"]


def test_other_hosts_go_on() -> None:
    site = site_of_holes("janus", "ash")
    anna, ben = site.join("anna"), site.join("ben")
    anna.want("pixarRender")
    for cid in (1, 2, 3):
        fails(anna, cid)

    ben.want("pixarRender", total=4)

    assert len(ben.slots) == 2
    assert not any(isinstance(message, Recall) for message in ben.recalled)
