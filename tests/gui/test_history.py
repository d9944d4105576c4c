"""Slots over time: bars, what is used, what is found."""

from daemons.record.reading import Run
from gui.models.history import SLICES, History, Sort
from runtime.farm_messages import Farm, How, SlotLine, SlotState
from runtime.history.records import Place, Whose

DAY_S = 86400.0
JEAN = Whose("jean", "production", "", "desk", 7, "shot 12")


def run(
    slot: str, start: float, run_s: float, how: How = How.DONE, status: int | None = 0, title: str = "Frame 1"
) -> Run:
    return Run(start + run_s, JEAN, (Place(slot, "janus"),), run_s, how, status, 3, 1, title, "")


def known(*runs: Run) -> History:
    history = History()
    for _ in history.hear(runs, 0.0, DAY_S):
        pass
    return arranged(history)


def arranged(history: History, words: str = "") -> History:
    for _ in history.arrange(words):
        pass
    return history


def test_a_row_a_slot_as_people_count_and_a_bar_a_command():
    history = known(run("s10", 100.0, 50.0), run("s2", 400.0, 60.0), run("s2", 10.0, 20.0))
    assert history.rows == ["s2", "s10"]
    assert [(bar.start, bar.end) for bar in history.bars("s2", 0.0, DAY_S)] == [(10.0, 30.0), (400.0, 460.0)]


def test_only_bars_in_sight_are_given():
    history = known(*(run("s1", 100.0 * n, 50.0) for n in range(100)))
    assert [bar.start for bar in history.bars("s1", 320.0, 510.0)] == [300.0, 400.0, 500.0]


def test_a_bar_says_who_when_and_how_it_ended():
    history = known(run("s1", 0.0, 60.0, How.FAILED, 3), run("s1", 60.0, 5.0, How.EJECTED, -15))
    failed, ejected = history.bars("s1", 0.0, DAY_S)
    assert (failed.sort, ejected.sort) == (Sort.ERROR, Sort.ENDED)
    assert failed.words().startswith("s1: Frame 1 of jean's job 7 shot 12, ")
    assert failed.words().endswith("(1:00), error: exit status 3")
    assert ejected.words().endswith("(5.0 s), ended: ejected, signal 15 (TERM)")


def test_what_is_pointed_at_is_found_also_when_it_is_narrow():
    history = known(run("s1", 1000.0, 0.5))
    assert history.at("s1", 1003.0) is None
    assert history.at("s1", 1003.0, slack_s=5.0) is not None


def test_what_is_used_is_counted_by_slices_of_time():
    each = DAY_S / SLICES
    history = known(run("s1", 0.0, 2 * each), run("s2", each / 2, each / 2, How.FAILED, 1))
    assert history.used[:3] == [1.5, 1.0, 0.0]
    assert history.failed[:2] == [0.5, 0.0]
    assert history.part_used() == 2.5 / SLICES / 2


def test_what_began_before_the_day_counts_from_its_beginning_on():
    history = History()
    for _ in history.hear([run("s1", 900.0, 200.0)], 1000.0, 1000.0 + DAY_S):
        pass
    arranged(history)
    [bar] = history.bars("s1", 0.0, 2 * DAY_S)
    assert (bar.start, bar.end) == (1000.0, 1100.0)


def test_what_runs_now_has_no_end_yet():
    history = known(run("s1", 10.0, 20.0))
    busy = SlotLine("s2", "janus", SlotState.BUSY, "ann", "9 Frame 7", 100.0)
    history.now(Farm(1, 1, "", (busy, SlotLine("s1", "janus", SlotState.FREE)), (), ()), DAY_S)
    arranged(history)
    [bar] = history.bars("s2", 0.0, DAY_S)
    assert (bar.sort, bar.start, bar.title) == (Sort.RUNNING, DAY_S - 100.0, "Frame 7")
    assert history.rows == ["s1", "s2"]


def test_only_rows_and_bars_with_all_words_are_shown():
    history = known(run("s1", 0.0, 10.0), run("s2", 0.0, 10.0), run("s2", 20.0, 10.0, How.FAILED, 1))
    arranged(history, "jean error")
    assert history.rows == ["s2"]
    assert [bar.start for bar in history.bars("s2", 0.0, DAY_S)] == [20.0]
