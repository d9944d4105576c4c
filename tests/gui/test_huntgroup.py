"""A user's huntgroup: which servers his jobs hunt on, and what is to be said to change that."""

from gui.models.huntgroup import Huntgroup, Prey
from runtime.farm_messages import Farm, SlotLine, SlotState


def hunting(*excluded: str) -> Huntgroup:
    slots = [("s1", "janus.site.org"), ("s2", "janus.site.org"), ("s3", "percival")]
    hunt = Huntgroup()
    hunt.choose(excluded)
    lines = tuple(SlotLine(name, host, SlotState.FREE) for name, host in slots)
    for _ in hunt.hear(Farm(1, 1, "alfred.schedule", lines, (), ())):
        pass
    hunt.table.arrange_now()
    return hunt


def words(hunt: Huntgroup) -> dict[str, str]:
    return {line.name: hunt.words(line) for line in hunt.table.lines}


def test_every_server_is_selected_that_nobody_has_excluded():
    assert set(words(hunting()).values()) == {"selected"}
    assert hunting().summary() == "3 of 3 slots in your huntgroup"


def test_a_host_takes_its_slots_with_it_by_its_short_name_too():
    said = words(hunting("Janus"))
    assert said == {
        "janus.site.org": "excluded", "s1": "excluded with its host", "s2": "excluded with its host",
        "percival": "selected", "s3": "selected",
    }  # fmt: skip
    assert hunting("Janus").summary() == "1 of 3 slots in your huntgroup; excluded: Janus"


def test_a_slot_is_excluded_alone():
    assert words(hunting("S2"))["s2"] == "excluded"
    assert words(hunting("S2"))["s1"] == "selected"


def test_a_name_that_the_farm_does_not_know_can_be_selected_again():
    hunt = hunting("vast")
    assert words(hunt)["vast"] == "excluded (not in the farm)"
    assert hunt.to_change([hunt.table.lines[0]], excluded=False) == ["vast"]


def test_a_host_is_selected_again_by_the_name_that_excluded_it():
    assert hunting("janus").to_change([Prey("janus.site.org")], excluded=False) == ["janus"]


def test_a_slot_comes_back_with_its_host_alone():
    assert hunting("janus").to_change([Prey("janus.site.org", "s1")], excluded=False) == []
