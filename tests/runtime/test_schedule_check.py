"""What the entries of a schedule say of each other."""

from __future__ import annotations

from pathlib import Path

import pytest

from runtime.schedule.check import check_schedule
from runtime.schedule.reader import read_schedule

EXAMPLE = Path(__file__).parents[2] / "examples" / "farm" / "alfred.schedule"
CREW = "set alfCrew(c) {-servers g}\nset alfServerGroup(g) {a}\nset alfServer(a) {}\n"


def said(text: str | bytes) -> list[str]:
    found = check_schedule(read_schedule(text, "alfred.schedule"))
    return [
        f"{one.line}:{one.column} {one.severity.value}: {one.text}" + (f" ({one.hint})" if one.hint else "")
        for one in found
    ]


def test_a_schedule_in_which_all_fits_is_clean() -> None:
    assert said(CREW) == []
    assert said("set alfServer(a) {}") == []


def test_the_example_is_clean() -> None:
    reading = read_schedule(EXAMPLE.read_bytes(), str(EXAMPLE))

    assert check_schedule(reading) == ()
    assert len(reading.schedule.servers) == 16


def test_a_server_in_no_group_is_a_classic_mistake() -> None:
    assert said(CREW + "set alfServer(b) {}") == ["4:1 warning: server b is in no server group: no crew can use it"]


@pytest.mark.parametrize("more", ["set alfCrew(d) {-servers *}", "set alfServerGroup(g) {a *}"])
def test_a_server_in_no_group_is_reached_by_a_star(more: str) -> None:
    assert said(CREW + "set alfServer(b) {}\n" + more) == []


@pytest.mark.parametrize(
    ("group", "kind"),
    [
        ("alfServerGroup(x) {a}", "server group"),
        ("alfUserGroup(x) {anna}", "user group"),
        ("alfTimeGroup(x) {mon}", "time group"),
    ],
)
def test_a_group_that_no_crew_refers_to_is_a_classic_mistake(group: str, kind: str) -> None:
    assert said(CREW + f"set {group}") == [f"4:1 warning: no crew refers to {kind} x"]
    assert said(f"set alfServer(a) {{}}\nset {group}") == [
        f"2:1 warning: no crew refers to {kind} x (there is no crew at all: everybody may use every server at any time)"
    ]


@pytest.mark.parametrize(
    ("more", "complaint"),
    [
        ("set alfServerGroup(g) {a\n  aa}", "5:3 warning: server group g: there is no server aa (did you mean a?)"),
        ("set alfCrew(d) {-users filn}", "4:24 error: crew d: there is no user group filn"),
        ("set alfCrew(d) {* rendr}", "4:19 error: crew d: there is no server group rendr"),
        ("set alfCrew(d) {-times nite}", "4:24 error: crew d: there is no time group nite"),
        (
            "set alfServerGroup(g) {a}; set alfServer(A) {}; lappend alfServerGroup(g) A",
            "4:28 warning: server A and server a",
        ),
        ("set alfLimit(x) 1; set alfLimit(X) 2", "4:20 warning: limit X and limit x differ in case only"),
        (
            "set alfServerPing(pixarRendr) {x %h}",
            "4:1 warning: no server has the key pixarRendr of this ping (did you mean",
        ),
        ("set alfServerGroup(*) {a}", "4:1 warning: the server group * is there already"),
    ],
)
def test_what_does_not_fit_has_its_place(more: str, complaint: str) -> None:
    found = said(CREW + more)

    assert len(found) == 1
    assert found[0].startswith(complaint)


def test_groups_that_hold_nothing_are_said() -> None:
    text = "set alfCrew(c) {u g t}\nset alfUserGroup(u) {}\nset alfServerGroup(g) {}\nset alfTimeGroup(t) {}"

    assert said(text) == [
        "2:1 warning: user group u: nobody is in it",
        "3:1 warning: server group g: no server is in it",
        "4:1 warning: time group t: it is never open",
    ]


def test_crews_that_are_all_disabled_open_nothing() -> None:
    assert said("set alfCrew(c) {-enabled 0}") == ["1:1 warning: every crew is disabled: nobody can use any server"]


def test_what_is_not_understood_is_said_once() -> None:
    text = "set alfCrew(c) {-servers g}\nset alfServerGroup(g) {a b}\nset alfServer(a) {-udi x}\nset alfServer(b) {}"

    assert said(text) == ['3:24 error: alfServer(a): udi: expected integer but got "x"']


def test_of_a_broken_file_only_the_break_is_said() -> None:
    assert said("set alfServerGroup(g) {a}\nset alfServer(b {") == ["2:1 error: missing close-brace"]


def test_a_host_says_what_it_has_to_be_reserved() -> None:
    text = (
        "set alfServer(a) {-host janus}\nset alfHost(janus) {-mem 64 -gpus 2}\nset alfServer(b) {-host ash.pixar.com}"
    )

    assert said(text + "\nset alfHost(ash) {32.5 1}") == []
    hosts = read_schedule(text, "alfred.schedule").schedule.hosts
    assert (hosts["janus"].mem, hosts["janus"].gpus) == (64.0, 2)


def test_a_host_without_servers_is_worth_a_word() -> None:
    assert said("set alfServer(a) {-host janus}\nset alfHost(jnus) {-mem 64}") == [
        "2:1 warning: no server is on the host jnus (did you mean janus?)"
    ]


def test_what_is_said_of_one_host_twice_is_an_error_where_it_differs() -> None:
    host = "set alfServer(a) {-host janus.pixar.com}\nset alfHost(janus) {-mem 64}\n"

    assert said(host + "set alfHost(Janus.pixar.com) {-mem 32}") == [
        "3:1 error: host Janus.pixar.com is the host janus of line 2, which has something else"
        " (only one of them counts)"
    ]
    assert said(host + "set alfHost(Janus.pixar.com) {-mem 64}") == [
        "3:1 warning: host Janus.pixar.com is the host janus of line 2"
    ]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("-mem much", '2:22 error: alfHost(a): mem: expected floating-point number but got "much"'),
        ("-gpus 1.5", '2:23 error: alfHost(a): gpus: expected integer but got "1.5"'),
        ("-gpus -1", '2:23 error: alfHost(a): gpus: expected 0 or more but got "-1"'),
        ("-cpus 4", "2:17 warning: alfHost(a): unknown option -cpus (did you mean -gpus?)"),
    ],
)
def test_what_a_host_cannot_have_is_said_where_it_stands(value: str, words: str) -> None:
    assert said(f"set alfServer(a) {{}}\nset alfHost(a) {{{value}}}") == [words]
