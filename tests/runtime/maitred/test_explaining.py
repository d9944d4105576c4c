"""What `alfred -why` says of a request: where it stands, by what numbers, who is before it, and what comes."""

from __future__ import annotations

import msgspec
from site_of import RULES, Dispatcher, Site, crew, need, schedule, server

from runtime.assign.assigner import Asking, Assigner, Rank
from runtime.assign.fairness import Fairness
from runtime.assign.strict import Strict
from runtime.farm_messages import Explained, FarmMessage

CREWS = [crew("everyone", 50), crew("production", 100, users="produce")]
GROUPS = {"produce": ("anna",)}


def saturated(*names: str, **parts: object) -> tuple[Site, Dispatcher]:
    """Dora holds every server, and runs on it."""
    site = Site(schedule(*names, **parts))
    dora = site.join("dora")
    dora.want(total=len(names))
    for lease in dora.leases:
        dora.runs(lease)
    return site, dora


def standing(dispatcher: Dispatcher, request: int = 1) -> list[str]:
    return list(dispatcher.explained(request).standing)


def test_it_says_the_numbers_of_its_place_and_who_is_before_it_by_what() -> None:
    site, _ = saturated("a", "b", crews=CREWS, user_groups=GROUPS)
    anna, ben = site.join("anna"), site.join("ben")
    ben.want(jid=7)
    site.after(130)
    anna.want(jid=17, title="shot")

    lines = standing(ben)

    assert lines[0] == (
        "it stands 2nd of 2 for 2 such servers: crew priority 52 (50 + 2 for the wait),"
        " slots of the user 0 for share 1, job priority 0, wait 130 s, age request 2"
    )
    assert lines[1] == 'before it: anna@ws1 job 17 "shot": crew priority 100, not 52 (50 + 2 for the wait)'


def test_it_says_that_a_share_decides() -> None:
    site, dora = saturated("a", "b", "c", shares={"anna": 2.0})
    anna, ben = site.join("anna"), site.join("ben")
    ben.want(total=2)
    anna.want(total=4)
    dora.returns()
    dora.returns()
    assert (len(anna.slots), len(ben.slots)) == (1, 1)

    assert standing(ben)[1] == 'before it: anna@ws1 job 1 "job 1": slots of the user 1 for share 2, not 1 for share 1'


def test_it_says_tiers_projects_and_what_was_held_lately() -> None:
    rules = msgspec.structs.replace(RULES, tiers=("rush", "batch"), usage_half_life_s=3600.0)
    site = Site(schedule("a", project_shares={"film": 2.0}), rules)
    anna, dora = site.join("anna"), site.join("dora")
    anna.want(project="film")
    site.after(7200)
    anna.returns()
    dora.want()
    anna.want(project="film", tier="rush")

    [line, *_] = standing(anna, 2)

    assert "tier rush" in line
    assert "slots of the project film 0 + 0.8 lately for share 2, slots of the user 0 + 0.8 lately for share 1" in line


def test_three_of_those_before_it_are_named_and_the_others_counted() -> None:
    site, _ = saturated("a")
    for number in range(5):
        site.join(f"user{number}").want()
    anna = site.join("anna")
    anna.want()

    before = [line for line in standing(anna) if "before it" in line]

    assert len(before) == 4
    assert before[-1] == "... and 2 more before it"


def test_who_waits_for_other_servers_is_not_before_it() -> None:
    site, _ = saturated("a")
    ben, anna = site.join("ben"), site.join("anna")
    ben.want("pixarNRM")
    anna.want()

    assert standing(anna)[0].startswith("it stands 1st of 1 for 1 such servers")
    assert "ahead" not in anna.explained().summary


def test_who_holds_such_servers_is_named() -> None:
    site, _ = saturated("a", "b")
    anna = site.join("anna")
    anna.want()

    assert "such servers are held by dora (2 slots for share 1)" in standing(anna)


def test_of_many_holders_the_largest_are_named_and_the_others_counted() -> None:
    site = Site(schedule("a", "b", "c", "d"))
    for user in ("ben", "carl", "dora", "eve"):
        site.join(user).want()
    anna = site.join("anna")
    anna.want()

    [held] = [line for line in standing(anna) if "held by" in line]
    assert held.endswith(" and 1 other")


def test_what_was_asked_back_for_it_is_said() -> None:
    site, _ = saturated("a", "b")
    site.after(240)
    anna = site.join("anna")
    anna.want()

    assert "1 server was asked back for it after their commands: 4 minutes so far" in standing(anna)


def test_when_it_may_eject_is_said() -> None:
    crews = [crew("everyone", 1), crew("production", 50, users="produce", preempt=True)]
    site, _ = saturated("a", crews=crews, user_groups=GROUPS)
    anna = site.join("anna")
    anna.want()
    site.after(20)

    early = standing(anna)
    site.after(50)

    assert "it may eject what is 10 below it and has run for 30 s in 40 s" in early
    assert "1 server was asked back for it, 1 of them at once: 70 s so far" in standing(anna)


def test_servers_that_would_do_were_they_open_are_named() -> None:
    site, _ = saturated("a", "b")
    site.read(schedule("a", "b", "c"))
    site.carry_out(site.core.offline(["c"], True, "walt", site.now))
    anna = site.join("anna")
    anna.want()

    assert "1 server that would do cannot be given out: c (temporarily offline)" in standing(anna)


def test_how_fast_such_servers_are_given_out_says_when_its_turn_may_come() -> None:
    site, dora = saturated("a")
    anna = site.join("anna")
    for _ in range(20):
        anna.want(request=1)
        dora.returns()
        dora.want(total=1, request=1)
        anna.returns()
        site.after(30)
    anna.want(request=1)

    [line] = [line for line in standing(anna) if "given out every" in line]

    assert line == "one of them is given out every 15 s: its turn may come in 15 s"


def test_nothing_is_said_of_the_place_of_what_no_server_could_run() -> None:
    site, _ = saturated("a")
    anna = site.join("anna")
    anna.want("nosuchkey")

    assert standing(anna) == []
    assert anna.explained().summary == "1 of 1 wait, for 0 s; of 1 servers 1 do not match its keys"


# ---- other assigners -----------------------------------------------------------------------------------------------


class Backwards(Fairness):
    """It says nothing of its numbers, and those of what it came from would be wrong."""

    def request_rank(self, asking: Asking) -> Rank:
        return (-asking.number, 1.0)


class Rude(Assigner):
    def request_words(self, asking: Asking) -> tuple[tuple[str, str], ...]:
        raise ValueError("none of your business")


def first_line(assigner: type[Assigner]) -> str:
    site = Site(schedule("a"), assigner=assigner)
    dora, anna = site.join("dora"), site.join("anna")
    dora.want()
    anna.want()
    return standing(anna)[0].partition(": ")[2]


def test_strict_says_what_it_goes_by() -> None:
    assert first_line(Strict) == "crew priority 0, job priority 0, age request 2"


def test_the_bare_numbers_of_a_site_that_says_no_words_are_shown() -> None:
    assert first_line(Backwards) == "number 1 of the rank -2, number 2 of the rank 1"


def test_a_site_whose_words_fail_has_its_numbers_shown() -> None:
    assert first_line(Rude) == "number 1 of the rank 2"


# ---- a large farm --------------------------------------------------------------------------------------------------


def large(**parts: object) -> Site:
    """800 servers with linux, 200 with mac."""
    servers = [server(f"l{number}", f"lh{number // 8}", "linux") for number in range(800)]
    servers += [server(f"m{number}", f"mh{number // 8}", "mac") for number in range(200)]
    return Site(schedule(*servers, **parts))


def test_of_a_large_farm_reasons_are_counted() -> None:
    site = large()
    dora, anna = site.join("dora"), site.join("anna", excluded=["lh99"])
    dora.want("linux", total=700)
    site.after(0)  # so many are given out in slices
    dora.want(need("linux", atleast=92))
    site.carry_out(site.core.offline([f"l{number}" for number in range(700, 720)], True, "walt", site.now))
    anna.want(need("linux", atleast=9))

    explained = anna.explained()

    assert explained.summary.endswith(
        "of 1000 servers 8 are free, 764 are in use, 200 do not match its keys, 20 are disabled or offline,"
        " 8 are excluded by the huntgroup"
    )
    assert len(explained.servers) <= 12
    assert ("200: m0", "does not match linux") in [(name.partition(",")[0], words) for name, words in explained.servers]


def test_metrics_of_a_large_farm_are_asked_of_some() -> None:
    site = large()
    anna = site.join("anna")
    for number in range(100):
        site.measure(f"lh{number}", loadavg=2.0)
    anna.want(need("linux", metrics="[Mget loadavg] < 1"))

    assert anna.explained().summary.endswith("of 1000 servers 800 do not have the metrics, 200 do not match its keys")


def test_a_large_and_a_small_farm_are_counted_alike() -> None:
    summaries = set()
    for factor in (1, 20):
        servers = [
            server(f"s{number}", f"h{number}", "linux" if number % 2 else "mac") for number in range(20 * factor)
        ]
        site = Site(schedule(*servers))
        dora, anna = site.join("dora"), site.join("anna")
        dora.want("linux", total=8 * factor)
        site.after(0)
        anna.want(need("linux", atleast=2 * factor + 1))
        for name in range(1, 4 * factor, 2):
            site.carry_out(site.core.offline([f"s{name}"], True, "walt", site.now))
        counts = anna.explained().summary.rpartition("; ")[2].split()
        summaries.add(" ".join(f"{int(word) // factor}" if word.isdecimal() else word for word in counts))

    assert len(summaries) == 1


# ---- in slices ---------------------------------------------------------------------------------------------------


def slowly(size: float = 0.5) -> tuple[Site, Dispatcher, list[Explained]]:
    """Ben waits beside others; his questions are answered in slices of this size. What he hears goes to the list."""
    site, _ = saturated(*(f"s{number}" for number in range(6)))
    ben, anna = site.join("ben"), site.join("anna")
    ben.want(total=2)
    anna.want(need("pixarNRM"))
    site.after(0)
    site.core._books.slices.size = size
    heard: list[Explained] = []
    hears = ben.hears

    def hear(message: FarmMessage) -> None:
        if isinstance(message, Explained):
            heard.append(message)
        hears(message)

    ben.hears = hear  # type: ignore[method-assign]  # a test looks on
    return site, ben, heard


def test_a_question_that_takes_several_slices_is_answered_as_if_at_once() -> None:
    site, ben, heard = slowly()

    ben.asks_why()
    assert heard == []
    site.after(0)

    assert heard == [ben.explained()]


def test_a_question_about_what_goes_meanwhile_is_answered() -> None:
    site, ben, heard = slowly()
    ben.asks_why()

    ben.want(total=0, request=1)
    site.read(schedule("s1", "t"))
    site.after(0)

    assert len(heard) == 1


def test_questions_are_answered_each_by_itself() -> None:
    site, ben, heard = slowly()

    ben.asks_why(serial=1)
    ben.asks_why(request=7, serial=2)
    site.after(0)

    assert {one.serial: one.summary for one in heard} == {
        1: ben.explained().summary,
        2: "the maitre-d has no such request",
    }
