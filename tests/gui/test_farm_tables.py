"""The farm as tables: what they say, how they are sorted and searched, what stays selected."""

from gui.models.farm import SAMPLES, FarmModel, slot_note, why_not_given
from runtime.farm_messages import Farm, SlotLine, SlotState, WaitLine

BUSY = SlotLine("s2", "janus", SlotState.BUSY, "jean", "7 Frame 43", 38.0, {"cpu": 0.5, "os": "linux"})
FREE = SlotLine("s10", "janus", SlotState.FREE, metrics={"cpu": 0.5, "os": "linux"})
SHIELDS = SlotLine("s1", "percival", SlotState.SHIELDS, note="shields raised")
WAITS = WaitLine("ann", "d1", 3, "shot 12", "pixarRender", 4, 60.0)


def a_farm(*slots: SlotLine, waiting: tuple[WaitLine, ...] = ()) -> Farm:
    return Farm(1, 5, "alfred.schedule", slots, waiting, (), (("prman", 2, 3),), rests=(("nuke", 12.0, "no licence"),))


def heard(model: FarmModel, farm: Farm) -> FarmModel:
    for _ in model.hear(farm):
        pass
    for table in (model.slots, model.users, model.jobs, model.hosts):
        table.arrange_now()
    return model


def names(model: FarmModel) -> list[str]:
    return [line.name for line in model.slots.lines]


def cells(table, line) -> dict[str, str]:
    return {column.name: column.words(line) for column in table.columns if column.words(line)}


def test_a_slot_says_who_has_it_and_since_when():
    model = heard(FarmModel(), a_farm(BUSY))
    assert cells(model.slots, model.slots.lines[0]) == {
        "slot": "s2", "host": "janus", "state": "active", "user": "jean", "job": "7", "task": "Frame 43",
        "time": "0:38",
    }  # fmt: skip


def test_a_slot_that_is_not_given_says_why():
    assert why_not_given(SHIELDS) == "s1 is not given out: shields raised"
    tainted = SlotLine("s3", "h", SlotState.TAINTED, note="failed its ping (no answer), rests for 9 s")
    assert slot_note(tainted) == "failed its ping (no answer), rests for 9 s"


def test_odd_characters_are_words_like_others():
    odd = SlotLine("s1", "h", SlotState.BUSY, "jean", "7 a\x1b[2J\ntitle \ud800", 1.0)
    model = heard(FarmModel(), a_farm(odd))
    assert cells(model.slots, odd)["task"] == "a [2J title"


def test_slots_stand_as_they_come_until_they_are_sorted_as_people_count():
    model = heard(FarmModel(), a_farm(BUSY, FREE, SHIELDS))
    assert names(model) == ["s2", "s10", "s1"]
    model.slots.sort("slot")
    model.slots.arrange_now()
    assert names(model) == ["s1", "s2", "s10"]
    model.slots.sort("slot")
    model.slots.arrange_now()
    assert names(model) == ["s10", "s2", "s1"]


def test_only_lines_with_all_words_are_shown():
    model = heard(FarmModel(), a_farm(BUSY, FREE, SHIELDS))
    model.slots.search("Janus AVAIL")
    model.slots.arrange_now()
    assert names(model) == ["s10"]


def test_what_is_selected_stays_so_while_it_is_there_and_seen():
    model = heard(FarmModel(), a_farm(BUSY, FREE, SHIELDS))
    model.slots.select(0)
    model.slots.select(2, more=True)
    heard(model, a_farm(SHIELDS, FREE))
    assert [line.name for line in model.slots.chosen] == ["s1"]
    model.slots.search("janus")
    model.slots.arrange_now()
    assert model.slots.chosen == []


def test_a_row_of_lines_is_chosen_from_the_last_one_to_another():
    model = heard(FarmModel(), a_farm(BUSY, FREE, SHIELDS))
    model.slots.select(2)
    model.slots.select(1, until=True)
    assert [line.name for line in model.slots.chosen] == ["s10", "s1"]


def test_users_and_jobs_have_slots_and_want_more():
    other = SlotLine("s3", "vast", SlotState.BUSY, "jean", "7 Frame 44", 90.0)
    model = heard(FarmModel(), a_farm(BUSY, other, FREE, waiting=(WAITS,)))
    users = {line.user: cells(model.users, line) for line in model.users.lines}
    assert users["jean"] == {
        "user": "jean", "slots": "2", "hosts": "2", "jobs": "1", "longest": "1:30", "tasks": "Frame 43, Frame 44",
    }  # fmt: skip
    assert users["ann"] == {"user": "ann", "slots": "0", "hosts": "0", "jobs": "1", "wanted": "4", "waiting": "1:00"}
    jobs = {(line.user, line.jid): line for line in model.jobs.lines}
    assert jobs["jean", "7"].slots == ["s2", "s3"]
    assert cells(model.jobs, jobs["ann", "3"])["needs"] == "pixarRender"


def test_metrics_are_kept_for_a_while():
    model = FarmModel()
    for look in range(SAMPLES + 5):
        heard(model, a_farm(SlotLine("s1", "h", SlotState.FREE, metrics={"cpu": float(look), "os": "linux"})))
    host = model.hosts.lines[0]
    assert list(host.series["cpu"]) == [float(look) for look in range(5, SAMPLES + 5)]
    assert (model.metrics, host.values["os"]) == (["cpu"], "linux")


def test_a_metric_of_a_host_is_measured_once_for_all_its_slots():
    model = heard(FarmModel(), a_farm(BUSY, FREE))
    assert (list(model.hosts.lines[0].series["cpu"]), model.hosts.lines[0].busy) == ([0.5], 1)


def test_the_farm_is_summed_up():
    model = heard(FarmModel(), a_farm(BUSY, FREE, SHIELDS, waiting=(WAITS,)))
    assert model.summary() == "3 slots: 1 available, 1 active, 1 shields raised   waiting: 4   0 dispatchers"
    assert model.limits() == "limits: prman 2 of 3   nuke rests 12 s: no licence"
