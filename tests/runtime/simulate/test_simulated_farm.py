"""A simulated farm: small cases that can be calculated by hand, and what always holds."""

import pytest
from days import FRAMES, farm, result, schedule, sleeps
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.history.tally import By
from runtime.simulate.language import WorkloadError
from runtime.simulate.runs import SimulationError


def whole(made):
    return made.ledger.waits(By.FARM, "")


def test_commands_on_one_slot_wait_for_each_other():
    made = farm("arrive 9:00 -user anna -script s", {"s": sleeps(10, 10, 10)})

    assert made.agenda.now == pytest.approx(9 * 3600 + 30)
    assert whole(made).mean_s == pytest.approx(10)
    assert whole(made).longest_s == pytest.approx(20)
    assert made.ledger.jobs == {"done": 1}


def test_with_a_slot_for_each_nobody_waits():
    made = farm("arrive 9:00 -user anna -script s", {"s": sleeps(10, 10, 10)}, schedule(slots=3))

    assert made.agenda.now == pytest.approx(9 * 3600 + 10)
    assert whole(made).longest_s == 0


def test_a_command_waits_from_when_those_below_it_are_done():
    made = farm("arrive 9:00 -user anna -script s\ntakes * 10", {"s": FRAMES}, schedule(slots=3))

    assert made.agenda.now == pytest.approx(9 * 3600 + 20)
    assert whole(made).longest_s == 0


def test_the_first_of_a_series_waits_since_its_job_came():
    series = b"Job -title s -serialsubtasks 1 -subtasks { Task a -cmds {RemoteCmd {sleep 10} -service pixarRender} }"
    made = farm("arrive 9:00 -user anna -script s", {"s": series})

    assert whole(made).longest_s == 0


def test_a_launch_takes_its_time():
    made = farm("machine -start 1\narrive 9:00 -user anna -script s", {"s": sleeps(10, 10)})

    assert made.agenda.now == pytest.approx(9 * 3600 + 22)
    assert whole(made).longest_s == pytest.approx(12)


def test_random_arrivals_at_one_slot_wait_as_queueing_theory_says():
    """M/D/1: a mean wait of rho S / 2 (1 - rho)."""
    made = farm(
        "arrive 0:00 -user anna -script s -every {exponential 100} -count 3000",
        {"s": sleeps(50)},
    )

    assert whole(made).mean_s == pytest.approx(0.5 * 50 / (2 * 0.5), rel=0.1)


def test_two_users_share_a_farm_evenly():
    made = result("arrive 9:00 -user anna -script s\narrive 9:00 -user ben -script s", {"s": sleeps(*[10] * 20)})

    anna, ben = made.tables[By.USER].rows
    assert anna.busy_h == pytest.approx(ben.busy_h)
    assert made.tables[By.USER].jain == pytest.approx(1.0)


def test_a_crew_of_higher_priority_waits_less():
    site = schedule(
        more="set alfUserGroup(a) anna\nset alfCrew(all) {-priority 1}\nset alfCrew(first) {-users a -priority 50}\n"
    )
    made = farm("arrive 9:00 -user ben -script s\narrive 9:00 -user anna -script s", {"s": sleeps(*[10] * 9)}, site)

    assert made.ledger.waits(By.CREW, "first").mean_s < made.ledger.waits(By.CREW, "all").mean_s


def test_the_report_says_what_stood_in_the_way():
    made = farm("arrive 9:00 -user anna -script s", {"s": sleeps(*[3600] * 4)}, schedule(more="set alfCrew(all) {}"))

    assert made.ledger.obstacles() == {"all": [("are in use by all", 1.0)]}


def test_a_host_whose_user_is_there_runs_nothing():
    made = farm("nimby h1 {mon-fri 9:00-18:00}\narrive 10:00 -user anna -script s", {"s": sleeps(10)})

    assert whole(made).longest_s == pytest.approx(8 * 3600)


def test_a_user_who_ejects_has_the_command_run_again():
    made = farm("nimby h1 {mon 9:00-18:00} -eject 1\narrive 8:59 -user anna -script s", {"s": sleeps(3600)})

    assert made.agenda.now == pytest.approx(19 * 3600)
    assert made.ledger.commands == 2
    assert made.ledger.jobs == {"done": 1}


def test_what_ran_on_a_host_that_dies_runs_again_elsewhere():
    made = farm(
        "dies h1 9:10 -lasts 1d\narrive 9:00 -user anna -script s\nuntil 20:00",
        {"s": sleeps(3600, 3600)},
        schedule(hosts=2),
    )

    assert made.ledger.jobs == {"done": 1}
    assert made.ledger.commands == 3


def test_commands_fail_as_often_as_the_workload_says():
    made = farm("fails * 1\narrive 9:00 -user anna -script s", {"s": sleeps(1)})

    assert made.ledger.jobs == {"stopped": 1}


def test_a_command_that_is_tried_again_has_another_chance():
    script = sleeps(*[1] * 50, more="-retryrc 7")

    made = farm("fails * 0.3 -status 7\narrive 9:00 -user anna -script s", {"s": script})

    assert 55 <= made.ledger.commands <= 85


def test_a_failure_may_come_soon():
    made = farm("fails sleep 1 -after 2\narrive 9:00 -user anna -script s", {"s": sleeps(100)})

    assert made.ledger.busy_s == pytest.approx(2)


def test_a_command_ends_at_its_maxrunsecs():
    made = farm("arrive 9:00 -user anna -script s", {"s": sleeps(100, more="-maxrunsecs 5")})

    assert made.ledger.busy_s == pytest.approx(5)
    assert made.ledger.jobs == {"stopped": 1}


def test_metrics_are_what_the_workload_says():
    workload = "arrive 9:00 -user anna -script s"
    site = schedule(hosts=2, more="set Metrics(memory) {10 {builtin memory}}")
    picky = sleeps(10, more="-metrics {[Mget memory] > 1000}")

    made = farm(f"measured h1 {{memory 500}}\nmeasured h2 {{memory 2000}}\n{workload}", {"s": picky}, site)

    assert made.ledger.jobs == {"done": 1}


def test_what_no_server_can_run_is_not_waited_for_for_ever():
    made = farm("arrive 9:00 -user anna -script s", {"s": sleeps(1).replace(b"pixarRender", b"nowhere")})

    assert made.stalled
    assert made.unfinished == 1


def test_the_end_is_where_the_workload_says():
    made = farm("until 10:00\narrive 9:00 -user anna -script s", {"s": sleeps(7200)})

    assert made.agenda.now == 36000
    assert made.unfinished == 1


def test_a_command_of_which_nobody_says_how_long_it_takes_is_an_error_that_says_what_to_add():
    with pytest.raises(SimulationError, match=r'how long "prman" takes .*`takes prman \{lognormal 5m 0.5\}`'):
        farm("arrive 9:00 -user anna -script s", {"s": FRAMES})


def test_a_script_that_is_wrong_is_an_error_with_both_places():
    with pytest.raises(WorkloadError, match=r"day.tcl:2:1: error: s:1: "):
        farm("arrive 9:00 -user anna -script s", {"s": b"Jobb -title x"})


def test_a_host_that_the_schedule_does_not_have_is_an_error():
    with pytest.raises(SimulationError, match=r"nimby ws\*: no host of the schedule has such a name; it has h1 ..."):
        farm("nimby ws* 9:00-10:00\narrive 9:00 -user anna -script s", {"s": sleeps(1)})


SPREADS = st.sampled_from(["{lognormal 5m 0.7}", "{exponential 3m}", "{uniform 1m 9m}", "{normal 5m 2m}", "4m"])
NOISE = st.lists(
    st.sampled_from(
        [
            "fails prman 0.1",
            "fails prman 0.2 -host h1 -after 5s",
            "nimby h2 {mon 9:30-10:30} -chance 0.7 -eject 1",
            "dies h1 9:20 -lasts 30m",
            "dies h* -every {exponential 2h} -lasts {uniform 5m 1h}",
        ]
    ),
    unique=True,
)
CREWS = st.sampled_from(
    ["", "set alfUserGroup(a) anna\nset alfCrew(x) {-users a -priority 20 -preempt 1}\nset alfCrew(y) {-priority 1}\n"]
)
days = st.builds(
    lambda spread, noise, users: "\n".join(
        [
            f"takes * {spread}",
            *noise,
            "until 24h",
            *(
                f"arrive 9:0{n} -user {user} -script s"
                " -every {exponential 20m} -count 3 -var {frames {uniform 1 9}}"
                for n, user in enumerate(users)
            ),
        ]
    ),
    SPREADS,
    NOISE,
    st.lists(st.sampled_from(["anna", "ben", "carl"]), min_size=1, max_size=4),
)


@settings(max_examples=15, deadline=None)
@given(days, CREWS, st.integers(0, 1000))
def test_the_same_seed_gives_the_same_bytes(day, crews, seed):
    first, second = (result(day, {"s": FRAMES}, schedule(2, 2, crews), seed) for _ in range(2))

    assert list(first.text()) == list(second.text())
    assert first.svg() == second.svg()


@settings(max_examples=15, deadline=None)
@given(days, CREWS, st.integers(0, 1000))
def test_every_command_that_begins_ends_once_and_every_second_is_counted(day, crews, seed):
    made = farm(day, {"s": FRAMES}, schedule(2, 2, crews), seed)

    ledger = made.ledger
    cells = ledger.cells(made.agenda.now)
    assert ledger.commands == ledger.ended + made.running
    assert sum(ledger.jobs.values()) + made.unfinished == ledger.arrived
    assert whole(made).count == ledger.commands
    if not made.unfinished:
        busy_s = sum(cell.busy_s for (_, by, _), cell in cells.items() if by is By.FARM)
        assert busy_s == pytest.approx(ledger.busy_s, abs=1e-3)


def test_another_seed_is_another_day():
    day = "takes * {lognormal 5m 0.7}\narrive 9:00 -user anna -script s -every {exponential 20m} -count 5"

    assert farm(day, {"s": FRAMES}, seed=1).ledger.busy_s != farm(day, {"s": FRAMES}, seed=2).ledger.busy_s


def test_commands_take_as_long_under_another_schedule():
    day = "takes * {lognormal 5m 0.7}\narrive 9:00 -user anna -script s -every {exponential 20m} -count 5"

    one, two = farm(day, {"s": FRAMES}), farm(day, {"s": FRAMES}, schedule(4, 2))

    assert one.ledger.busy_s == pytest.approx(two.ledger.busy_s)
