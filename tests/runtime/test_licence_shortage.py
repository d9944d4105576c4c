"""A dispatcher whose commands find no licence: they are queued again, and their tags rest."""

from __future__ import annotations

from attached import attached, frames
from farm import Farm, cmd, job, task

from runtime.facts import Ended, Outcome
from runtime.farm_messages import Returned, TagRests
from runtime.licences import Rule
from runtime.settings import Settings
from runtime.why import why

LINE = "No license available"
SITE = Settings(
    licence_lines=(Rule("prman", 30.0, pattern="no license"),),
    licence_codes=(Rule("*", 30.0, codes=("retryrc",)),),
)


def lines(farm: Farm, tid: int) -> tuple[str, ...]:
    return why(farm.core, 1, tid, farm.now).lines


def test_a_command_without_a_licence_is_queued_again_and_is_no_error() -> None:
    farm = Farm(settings=SITE)
    farm.submit(job(*frames("a")))

    farm.end("prman a", 1, line=LINE)

    assert (farm.state("a"), farm.at_work) == ("ready", [])
    assert lines(farm, 1) == ("tag prman rests 30 s: licence: No license available",)


def test_it_runs_again_when_its_tag_has_rested() -> None:
    farm = Farm(settings=SITE)
    farm.submit(job(*frames("a")))
    farm.end("prman a", 1, line=LINE)

    assert farm.core.next_deadline() == farm.now + 30
    farm.pass_time(29)
    assert farm.at_work == []
    farm.pass_time(1)

    assert farm.at_work == ["prman a"]


def test_after_the_rest_one_is_tried_and_then_twice_as_many() -> None:
    farm = Farm(8, settings=SITE)
    farm.submit(job(*frames(*"abcdefgh")))
    for title in "abcdefgh":
        farm.end(f"prman {title}", 1, line=LINE)

    at_work = []
    for _ in range(4):
        farm.pass_time(30)
        at_work.append(len(farm.at_work))

    assert at_work == [1, 2, 4, 8]


def test_who_is_next_while_the_tag_is_tried_starts_when_one_ends() -> None:
    farm = Farm(8, settings=SITE)
    farm.submit(job(*frames("a", "b", "c")))
    for title in "abc":
        farm.end(f"prman {title}", 1, line=LINE)
    farm.pass_time(30)
    assert lines(farm, 2) == ("tag prman, short a while ago: 1 of 1 running",)

    farm.end("prman a")

    assert farm.at_work == ["prman b"]


def test_nothing_else_with_the_tag_begins_meanwhile_and_other_programs_do() -> None:
    farm = Farm(1, settings=SITE)
    farm.submit(job(*frames("a", "b"), task("c", cmds=[cmd("nuke c")])))

    farm.end("prman a", 1, line=LINE)

    assert farm.at_work == ["nuke c"]


def test_a_shortage_uses_up_none_of_the_tries_of_retryrc() -> None:
    farm = Farm(settings=SITE)
    farm.submit(job(task("a", cmds=[cmd("prman a", retryrc="7")])))

    for _ in range(6):
        farm.end("prman a", 7)
        farm.pass_time(600)

    assert farm.at_work == ["prman a"]
    assert {fact.outcome for fact in farm.facts if isinstance(fact, Ended)} == {Outcome.SHORT}


def test_a_line_means_nothing_when_the_command_ended_well() -> None:
    farm = Farm(settings=SITE)
    farm.submit(job(*frames("a")))

    farm.end("prman a", 0, line=LINE)

    assert farm.state("a") == "done"


def test_without_a_rule_it_is_an_error_as_ever() -> None:
    farm = Farm()
    farm.submit(job(*frames("a")))

    farm.end("prman a", 1, line=LINE)

    assert farm.state("a") == "error"


def test_who_never_finds_a_licence_is_an_error_at_last() -> None:
    farm = Farm(settings=Settings(licence_lines=SITE.licence_lines, licence_patience_s=100.0))
    farm.submit(job(*frames("a")))

    while farm.at_work:
        farm.end("prman a", 1, line=LINE)
        farm.pass_time(600)

    assert farm.reason("a") == "found no licence for 600 s (licencePatience): licence: No license available"


def test_output_is_searched_only_where_a_pattern_applies() -> None:
    farm = Farm(settings=SITE)

    farm.submit(job(*frames("a"), task("c", cmds=[cmd("nuke c")])))

    assert farm.order("prman a").watch == ("no license",)
    assert farm.order("nuke c").watch == ()


def test_commands_of_a_shared_check_out_wait_for_their_own_tags() -> None:
    farm = Farm(settings=SITE)
    below = [task(name, cmds=[cmd(f"prman {name}", refersto="srv")]) for name in ("x", "y")]
    farm.submit(job(task("f", *below, cmds=[], id="srv", service="PixarRender")))

    farm.end("prman x", 1, line=LINE)
    assert farm.at_work == []
    farm.pass_time(30)

    assert farm.at_work == ["prman x"]


def test_a_dispatcher_that_comes_back_lets_the_rest_go_on() -> None:
    farm = Farm(settings=SITE)
    farm.submit(job(*frames("a", "b")))
    farm.end("prman a", 1, line=LINE)
    farm.end("prman b", 0)

    other = farm.returned()
    other.now += 10
    other.adopt([], {})
    assert lines(other, 1) == ("tag prman rests 20 s: licence: No license available",)
    other.pass_time(20)

    assert other.at_work == ["prman a"]


def test_a_rest_that_was_over_before_the_dispatcher_came_back_is_over() -> None:
    farm = Farm(settings=SITE)
    farm.submit(job(*frames("a")))
    farm.end("prman a", 1, line=LINE)

    other = farm.returned()
    other.now += 31
    other.adopt([], {})

    assert other.at_work == ["prman a"]


# ---- with a maitre-d --------------------------------------------------------------------------------------


def test_the_maitre_d_hears_of_the_rest_before_the_lease_comes_back() -> None:
    farm = attached(settings=SITE)
    farm.submit(job(*frames("a")))
    farm.grant("janus-1")

    farm.end("prman a", 1, line=LINE)

    said = [message for message in farm.said if isinstance(message, TagRests | Returned)]
    assert said[0] == TagRests(("prman",), 30.0, f"licence: {LINE}")
    assert isinstance(said[1], Returned)


def test_nothing_is_wanted_while_the_tag_rests_then_one_then_more() -> None:
    farm = attached(settings=SITE)
    farm.submit(job(*frames("a", "b")))
    farm.grant("janus-1")

    farm.end("prman a", 1, line=LINE)
    assert farm.totals == {1: 0}
    farm.pass_time(30)
    assert farm.totals == {1: 1}
    farm.pass_time(30)

    assert farm.totals == {1: 2}


def test_a_maitre_d_that_comes_later_is_told_what_rests_still() -> None:
    farm = attached(settings=SITE)
    farm.submit(job(*frames("a")))
    farm.grant("janus-1")
    farm.end("prman a", 1, line=LINE)
    farm.detach()
    farm.said.clear()

    farm.pass_time(12)
    farm.attach()

    assert TagRests(("prman",), 18.0, f"licence: {LINE}") in farm.said
