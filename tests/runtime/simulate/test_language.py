"""The language of workloads: what it means, and what it says of what is wrong."""

import pytest

from runtime.schedule.model import Span
from runtime.simulate.language import WorkloadError, distribution, duration, read_workload
from runtime.simulate.workload import FIRST_DAY

ARRIVAL = "arrive 9:00 -user anna -script shot.alf"


def load(file):
    if file == "missing.alf":
        raise ValueError("the script missing.alf cannot be read: No such file or directory")
    return b"Job"


def read(text):
    return read_workload(text.encode(), "day.tcl", load)


def test_who_queues_what_when():
    [found] = read("arrive 9:30 -user anna -script shot.alf -every 20m -count 3 -priority 7").arrivals

    assert (found.user, found.first_s, found.count, found.priority) == ("anna", 9.5 * 3600, 3, 7.0)
    assert found.every(0.5) == 1200
    assert found.script.text == b"Job"


@pytest.mark.parametrize(
    ("time", "seconds"),
    [("9:00", 32400), ("17:30:15", 63015), ("{mon 9:00}", 32400), ("{tue 9:00}", 86400 + 32400), ("36h", 129600)],
)
def test_times(time, seconds):
    assert read(ARRIVAL.replace("9:00", time)).arrivals[0].first_s == seconds


def test_another_first_day():
    found = read(f"start 2026-03-04\n{ARRIVAL.replace('9:00', '{thu 9:00}')}")

    assert found.starts_at == FIRST_DAY + 2 * 86400
    assert found.arrivals[0].first_s == 86400 + 32400


def test_tcl_is_there_to_say_things_often():
    found = read(f"foreach user {{anna ben}} {{\n {ARRIVAL.replace('anna', '$user')}\n}}").arrivals

    assert [one.user for one in found] == ["anna", "ben"]
    assert [one.line for one in found] == [2, 2]


def test_variables_are_texts_or_drawn():
    [found] = read(f"{ARRIVAL} -var {{show film frames {{uniform 10 20}}}}").arrivals

    (_, show), (_, frames) = found.variables
    assert show == "film"
    assert frames(0.5) == 15


def test_rules_are_by_tag_title_user_and_host():
    [takes] = read(f"takes prman 5m -user an* -title {{frame *}}\n{ARRIVAL}").takes

    assert takes.rule.holds(("prman", "pixarrender"), "frame 7", "anna", "h1")
    assert not takes.rule.holds(("prman",), "frame 7", "ben", "h1")
    assert not takes.rule.holds(("maya",), "frame 7", "anna", "h1")


def test_desktops_and_deaths():
    found = read(f"nimby ws* {{mon 9:00-10:00}} -chance 0.5\ndies h7 14:00 -lasts 2h\n{ARRIVAL}")

    assert found.nimbys[0].hours == (Span(540, 600),)
    assert found.nimbys[0].chance == 0.5
    assert found.deaths[0].first_s == 14 * 3600
    assert found.deaths[0].lasts(0.9) == 7200


@pytest.mark.parametrize(
    ("text", "middle"),
    [("90", 90), ("1.5m", 90), ("{uniform 1m 3m}", 120), ("{lognormal 5m 0.5}", 300), ("{normal 2h 5m}", 7200)],
)
def test_distributions_have_their_middle(text, middle):
    assert distribution(text.strip("{}"))(0.5) == pytest.approx(middle)


def test_an_exponential_distribution_has_its_mean():
    spread = distribution("exponential 20m")

    assert sum(spread((n + 0.5) / 10000) for n in range(10000)) / 10000 == pytest.approx(1200, rel=0.01)


@pytest.mark.parametrize(("text", "seconds"), [("300", 300), ("5m", 300), ("2h", 7200), ("1d", 86400), ("250 s", 250)])
def test_durations(text, seconds):
    assert duration(text) == seconds


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "day.tcl:1:1: error: nothing arrives: `arrive 9:00 -user anna -script shot.alf` says who queues what"),
        ("arive 9:00", 'day.tcl:1:1: error: invalid command name "arive"'),
        ("exec ls", 'day.tcl:1:1: error: invalid command name "exec"'),
        (f"{ARRIVAL}\n  takes prman 5 minutes", 'day.tcl:2:3: error: wrong # args: should be "takes tag how_long'),
        ("takes prman long", 'error: "long" is no duration (300, 5m, 2h, 1d) or distribution ({lognormal 5m 0.5})'),
        ("takes prman {lognormal 5m}", 'error: "lognormal 5m" should be {lognormal MEDIAN SIGMA}'),
        ("takes prman {gauss 5m 1m}", "is no distribution: there are {exponential MEAN}, {uniform LEAST MOST}"),
        ("takes prman {lognormal 5m 1e6}", 'sigma "1e6" is not between 0 (all are alike) and 10'),
        (f"takes prman {'9' * 400}d", "is longer than 36,500 days"),
        (f"{ARRIVAL} -every 0 -until 10:00", "it would arrive without end; 1,000,000 are the most"),
        (f"{ARRIVAL} -every 0.001 -until 10:00", "it would arrive 3,600,000 times"),
        (f"{ARRIVAL} -every 1 -count 2000000", "it would arrive 2,000,000 times"),
        ("dies h* 9:00 -lasts 0 -every 0", "they would die for ever, all in one moment"),
        ("arrive 25:00 -user a -script s", '"25:00": a day goes from 0:00 to 24:00'),
        ("arrive noon -user a -script s", '"noon" is no time: 17:30, {tue 9:00} or 36h since the beginning'),
        ("arrive {foo 9:00} -user a -script s", '"foo" is neither days (mon-fri) nor hours (19:00-08:00)'),
        (f"{ARRIVAL} -every 5m", "-every wants -count, -until or both"),
        (f"{ARRIVAL} -count 5", "-count and -until want -every"),
        (f"{ARRIVAL} -every 5m -count 0", "-count 0: it arrives once at least"),
        (f"{ARRIVAL} -priority high", '-priority "high" is no number'),
        (f"{ARRIVAL} -var frames", "-var is {NAME VALUE NAME VALUE ...}: frames has no value"),
        ("arrive 9:00 -user a -script missing.alf", "the script missing.alf cannot be read: No such file"),
        (f"{ARRIVAL}\nstart 2026-03-02", "day.tcl:2:1: error: start comes before the first arrive"),
        ("start tomorrow", '"tomorrow" is no day: 2026-03-02 is one'),
        ("fails prman 2", "the chance 2 is not between 0 (never) and 1 (always)"),
        ("fails prman 0.5 -status 0", "-status 0 is no failure"),
        ("nimby ws* 9:00", '"9:00" is no span of hours (19:00-08:00)'),
        ("dies h1 -lasts 5m", "when? `dies h007 14:00 -lasts 2h`"),
        ("measured h1 {mem}", "the last one has no value: mem"),
        ("machine -slots many", '-slots "many" is no number of slots'),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text, words):
    with pytest.raises(WorkloadError) as found:
        read(text)

    assert words in str(found.value)
