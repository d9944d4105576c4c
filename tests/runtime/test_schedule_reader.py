"""alfred.schedule: every kind of entry, Tcl around them, and what is said of what is not understood."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alftcl.safe import Limits
from runtime.farm_datagrams import MetricSource
from runtime.job.model import Severity
from runtime.schedule.dialect import Kind
from runtime.schedule.entries import EntryError, EntryReader
from runtime.schedule.model import Crew, Ping, Schedule, Server, Span
from runtime.schedule.reader import Reading, read_schedule

GROUPS = {"film": ["anna", "ben"], "empty": []}


def read(text: str | bytes, **options: Any) -> Reading:
    return read_schedule(text, "alfred.schedule", members=GROUPS.get, **options)


def good(text: str | bytes) -> Schedule:
    reading = read(text)
    assert reading.diagnostics == ()
    return reading.schedule


def said(text: str | bytes) -> list[str]:
    return [f"{found.line}:{found.column} {found.severity.value}: {found.text}" for found in read(text).diagnostics]


# ---- what entries mean ---------------------------------------------------------------------------------------


def test_an_empty_file_is_a_schedule_with_nothing_but_the_default_ping() -> None:
    only = {"default": Ping("default", "Alfping host %h")}
    assert good("") == good("# nothing\n") == Schedule(file="alfred.schedule", pings=only)


def test_the_default_ping_can_be_another_or_none() -> None:
    assert good("set alfServerPing(default) {}\n").pings == {"default": Ping("default", "")}


def test_a_server_has_defaults_for_all() -> None:
    assert good("set alfServer(janus) {}").servers == {
        "janus": Server("janus", "janus", ("pixarNRM", "pixarRender"), 0, True, 0)
    }


@pytest.mark.parametrize(
    "value",
    [
        "{-host janus -keys {pixarNRM zone=NFS} -udi 10 -enabled 0}",
        "{-enabled no -udi 0xa -keys {pixarNRM zone=NFS} -host janus}",
        "{janus {pixarNRM zone=NFS} 10 0}",
        "{janus -udi 10 -keys {pixarNRM zone=NFS} -enabled 0}",
        '"janus {pixarNRM zone=NFS} 10 0"',
        '[list -host janus -UDI 10 -keys "pixarNRM zone=NFS" -enabled off]',
        "{\n  -host janus\n  -keys { pixarNRM\n zone=NFS }\n  -udi 10\n  -enabled 0\n}",
    ],
)
def test_a_server_is_written_with_options_or_as_a_list(value: str) -> None:
    server = good(f"set alfServer(janus1) {value}").servers["janus1"]

    assert server == Server("janus1", "janus", ("pixarNRM", "zone=NFS"), 10, False)
    assert server.zone == "NFS"


@pytest.mark.parametrize(
    "value",
    [
        "{-users produce -servers renderers -times nights -priority 100 -enabled 1}",
        "{produce renderers nights 100 1}",
        "{produce renderers -pri 100 -times nights}",
    ],
)
def test_a_crew_is_written_with_options_or_as_a_list(value: str) -> None:
    crews = good(f"set alfCrew(production) {value}").crews

    assert crews == {"production": Crew("production", "produce", "renderers", "nights", 100.0)}


def test_a_crew_may_preempt() -> None:
    assert good("set alfCrew(now) {-preempt 1}").crews["now"].preempt


def test_groups_are_lists_of_names() -> None:
    schedule = good("set alfServerGroup(renderers) {janus1 janus2}\nset alfUserGroup(produce) {anna o.brien}")

    assert schedule.server_groups == {"renderers": ("janus1", "janus2")}
    assert schedule.user_groups == {"produce": ("anna", "o.brien")}


def test_groups_of_the_system_are_imported_into_user_groups() -> None:
    assert good("set alfUserGroup(a) {carla @film @empty}").user_groups == {"a": ("carla", "anna", "ben")}
    assert said("set alfUserGroup(a) {carla @filn}") == [
        '1:28 warning: alfUserGroup(a): there is no group "filn" on this machine'
    ]


@pytest.mark.parametrize("value", ["{{mon 9:00-10:00} {tue 9:00-10:00}}", "{mon-tue 9:00-10:00}", "{{mon,tue 9-10}}"])
def test_a_time_group_is_a_list_of_days_and_hours(value: str) -> None:
    assert good(f"set alfTimeGroup(t) {value}").time_groups == {"t": (Span(540, 600), Span(1980, 2040))}


def test_limits_and_shares_are_numbers() -> None:
    schedule = good("set alfLimit(prman) 8\nset alfShare(anna) 2\nset alfProjectShare(film) 3")

    assert schedule.limits == {"prman": 8}
    assert schedule.shares == {"anna": 2.0}
    assert schedule.project_shares == {"film": 3.0}


def test_a_ping_is_of_a_host_or_of_each_slot() -> None:
    text = """
    set alfServerPing(a) {/usr/local/bin/someping %s}
    set alfServerPing(b) {+/usr/local/bin/someping %s}
    set alfServerPing(default) {}
    """

    assert good(text).pings == {
        "a": Ping("a", "/usr/local/bin/someping %s"),
        "b": Ping("b", "/usr/local/bin/someping %s", per_slot=True),
        "default": Ping("default", ""),
    }


def test_metrics_are_seconds_and_a_method() -> None:
    text = """
    set Metrics(loadavg) {10 {builtin loadavg}}
    set Metrics(disk)    {10 {builtin disk /usr/tmp}}
    set Metrics(users)   {2.5 {exec who | wc -l}}
    set Metrics(quoted)  {60 {exec {df "/my disk"}}}
    set Metrics(room)    {60 {constant machine room}}
    """

    assert good(text).metrics == {
        "loadavg": MetricSource("loadavg", 10.0, "builtin", ("loadavg",)),
        "disk": MetricSource("disk", 10.0, "builtin", ("disk", "/usr/tmp")),
        "users": MetricSource("users", 2.5, "exec", ("who | wc -l",)),
        "quoted": MetricSource("quoted", 60.0, "exec", ('df "/my disk"',)),
        "room": MetricSource("room", 60.0, "constant", ("machine room",)),
    }


def test_arrays_are_found_in_other_spellings() -> None:
    schedule = good("set alfservers(a) {}\nset alfCrews(c) {}")

    assert set(schedule.servers) == {"a"}
    assert set(schedule.crews) == {"c"}


_words = st.one_of(
    st.sampled_from(
        ["-udi", "-keys", "-users", "-x", "mon", "9-10", "24:00-1:00", "10", "{", "}", '"', "@film", "%h", "\\"]
    ),
    st.text(max_size=5),
)


@given(st.sampled_from(Kind), st.lists(_words, max_size=6).map(" ".join))
def test_any_value_is_understood_or_refused(kind: Kind, value: str) -> None:
    reader = EntryReader(GROUPS.get)
    try:
        meaning = reader.read(kind, "name", value)
    except EntryError as wrong:
        assert str(wrong)
        assert -1 <= wrong.offset <= len(value)
    else:
        assert msgspec.msgpack.encode(meaning)
        assert all(0 <= remark.offset <= len(value) for remark in reader.remarks)


# ---- Tcl -----------------------------------------------------------------------------------------------------


def test_entries_may_be_made_by_loops_conditions_and_procedures(tmp_path: Path) -> None:
    (tmp_path / "more.tcl").write_text("set alfLimit(sourced) 3")
    schedule = good(f"""
        foreach n {{1 2}} {{ set alfServer(ash$n) "-host ash -udi $n" }}
        if {{$tcl_platform(platform) eq "unix"}} {{ set alfLimit(unix) 1 }}
        proc server {{name args}} {{ set ::alfServer($name) $args; lappend ::alfServerGroup(all) $name }}
        server oak -udi 4
        server elm -keys {{a b}}
        array set alfLimit {{x 1 y 2}}
        source {tmp_path}/more.tcl
        set alfLimit(files) [llength [glob {tmp_path}/*.tcl]]
        set alfLimit(said) [exec echo 7]
        if {{[info exists env(PATH)]}} {{ set alfLimit(env) 5 }}
        unset alfLimit(x)
    """)

    assert {name: server.udi for name, server in schedule.servers.items()} == {"ash1": 1, "ash2": 2, "oak": 4, "elm": 0}
    assert schedule.server_groups == {"all": ("oak", "elm")}
    assert schedule.limits == {"unix": 1, "y": 2, "sourced": 3, "files": 1, "said": 7, "env": 5}


def test_an_array_that_was_unset_is_watched_anew() -> None:
    assert said("catch {unset alfLimit}\nset alfLimit(a) 1\nunset alfLimit\n\nset alfLimit(b) x") == [
        '5:17 error: alfLimit(b): a limit is a number: expected integer but got "x"'
    ]


def test_what_the_site_keeps_for_itself_is_not_complained_about() -> None:
    assert good("set hosts {a b}\nset alfRoot /x\nset site(alfServer) 1\nset servers {a}").servers == {}


def test_crlf_ctrl_z_and_a_byte_order_mark_are_no_trouble() -> None:
    assert good(b"\xef\xbb\xbfset alfLimit(a) 1\r\nset alfLimit(b) {2\r\n}\r\n\x1aset alfLimit(c)").limits == {
        "a": 1,
        "b": 2,
    }


def test_latin_1_is_read_with_a_warning() -> None:
    reading = read(b"# K\xfche\nset alfLimit(a) 1")

    assert reading.schedule.limits == {"a": 1}
    assert [(found.line, found.severity) for found in reading.diagnostics] == [(1, Severity.WARNING)]


# ---- what is wrong -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("set alfServer(a) {-udi many}", '1:24 error: alfServer(a): udi: expected integer but got "many"'),
        ("set alfServer(a) {\n  -host a\n  -udi x}", '3:8 error: alfServer(a): udi: expected integer but got "x"'),
        ("set alfServer(a) {h k 1 1 1}", '1:27 error: alfServer(a): "1" is one word too many'),
        ("set alfServer(a) {-host}", "1:19 error: alfServer(a): -host has no value"),
        ("set alfServer(a) {-host -udi 1}", "1:19 error: alfServer(a): -host has no value"),
        ("set alfServer(a) {-kees {a b}}", "1:19 warning: alfServer(a): unknown option -kees"),
        ("set alfServer(a) {-udi 1 -udi 2}", "1:26 warning: alfServer(a): -udi is given twice: the last one counts"),
        ('set {alfServer(a b)} ""', '1:1 error: alfServer(a b): "a b" cannot be the name of a slot'),
        ("set alfServer(a) {-keys {a {b} c}d}", None),
        ("set alfCrew(a) {-priority high}", "1:27 error: alfCrew(a): priority: expected floating-point number but got"),
        (
            "set alfTimeGroup(n) {{mon 9:00-10:00} {noon}}",
            '1:40 error: alfTimeGroup(n): "noon" is neither days (mon-fri)',
        ),
        ("set alfTimeGroup(n) {mon 9:00-9:00}", '1:26 warning: alfTimeGroup(n): "9:00-9:00" is no time at all'),
        ("set alfLimit(a) many", "1:17 error: alfLimit(a): a limit is a number: expected integer"),
        ("set alfLimit(a) -1", "1:17 error: alfLimit(a): a limit is 0 or more, not -1"),
        ("set alfShare(a) 0", "1:17 error: alfShare(a): a share is more than 0, not 0"),
        ("set alfServerPing(k) {Alfping nrm %H}", '1:35 warning: alfServerPing(k): "%H" is nothing that a ping knows'),
        (
            "set Metrics(a) {10 {builtin loadaverage}}",
            '1:29 warning: Metrics(a): there is no builtin metric "loadaverage"',
        ),
        ("set Metrics(a) {x {builtin disk}}", "1:17 error: Metrics(a): a metric's seconds: expected floating-point"),
        ("set Metrics(a) {10 builtin disk}", "1:17 error: Metrics(a): a metric is SECONDS {METHOD ...}"),
        ("set Metrics(a) {10 {execute x}}", '1:20 error: Metrics(a): "execute" is no way to get a metric'),
        ("set Metrics(a) {0 {exec x}}", "1:17 error: Metrics(a): a metric's seconds are 0.1 or more, not 0"),
        ("set Metrics(a) {NaN {exec x}}", "1:17 error: Metrics(a): a metric's seconds: "),
        ("set Metrics(a) {Inf {exec x}}", "1:17 error: Metrics(a): a metric's seconds: expected a number"),
        ("set alfCrew(a) {-priority Inf}", "1:27 error: alfCrew(a): priority: expected a number"),
        ("set alfShare(a) Inf", "1:17 error: alfShare(a): a share is a number: expected a number"),
        ("set alfLimit(a) 10000000000", "1:17 error: alfLimit(a): a limit is a number: expected a number up to"),
        ("set alfServer(a) {-udi -10000000000}", "1:24 error: alfServer(a): udi: expected a number up to"),
        ("set alfServer(a) {-port 70000}", "1:25 error: alfServer(a): port: expected a port"),
        ("set Metrics(a) {1 exec}", "1:19 error: Metrics(a): exec of what?"),
        ("set alfServerGroup(g) {a b a}", '1:28 warning: alfServerGroup(g): "a" stands there twice'),
        ("set alfServerss(a) {}", "1:1 error: alfServerss(a) is not understood"),
        ("set alfPool(a) {}", "1:1 error: alfPool(a) is not understood"),
        ("set alfServers {a b}", "1:1 error: alfServers is not understood"),
        ("set alfServer(a {-udi 1}", "1:1 error: alfServer(a is not understood"),
        ("set Metrics(a {10 {exec x}}", "1:1 error: Metrics(a is not understood"),
        ("\nset alfConfig(maitredPort) 1", "2:1 warning: alfConfig(maitredPort) is not read here"),
        (
            "set alfLimit(a) 1\nset alfLimits(a) 2",
            "2:1 warning: alfLimits(a) stands beside alfLimit(a) and replaces it",
        ),
    ],
)
def test_what_is_wrong_has_its_place(text: str, complaint: str | None) -> None:
    found = said(text)

    assert len(found) == 1
    if complaint is not None:
        assert found[0].startswith(complaint)


def test_an_entry_of_a_loop_has_the_place_of_its_set() -> None:
    assert said("foreach n {1 2} {\n    set alfServer(a$n) \\\n        {-udi x}\n}\n") == [
        f'2:5 error: alfServer(a{n}): udi: expected integer but got "x"' for n in (1, 2)
    ]


def test_the_rest_is_used_when_an_entry_is_not_understood() -> None:
    reading = read("set alfServer(a) {-udi x}\nset alfServer(b) {}\nset alfServer(c) {}\nset alfLimit(z) q")

    assert set(reading.schedule.servers) == {"b", "c"}
    assert reading.not_understood == ("alfServer(a)", "alfLimit(z)")
    assert reading.summary == "2 servers, 2 entries not understood"
    assert not reading.failed


def test_a_crew_that_is_not_understood_does_not_open_the_farm_to_everybody() -> None:
    assert read("set alfCrew(a) {-priority high}").schedule.crews == {"a": Crew("a", enabled=False)}


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("set alfLimit(a) 1\nset alfServer(b {", "2:1 error: missing close-brace"),
        ("set alfLimit(a) 1\n\n  foo bar", '3:3 error: invalid command name "foo"'),
        ("foreach n {1} {\n  set x\n}", '2:3 error: can\'t read "x": no such variable'),
        ("proc p {} {\n  error no\n}\n\np", "2:3 error: no"),
        ("exit", "1:1 error: the file ended the interpreter"),
    ],
)
def test_a_file_that_cannot_be_run_is_broken(text: str, complaint: str) -> None:
    reading = read(text)

    assert reading.failed
    assert said(text) == [complaint]


def test_a_file_that_does_not_end_is_broken() -> None:
    reading = read("set a 1\nwhile 1 {}", limits=Limits(seconds=0.05))

    assert reading.failed
    assert reading.diagnostics[0].text == "time limit exceeded"


def test_entries_know_the_commands_that_wrote_them() -> None:
    text = "set alfLimit(a) 1\nset alfLimit(a) {2}"
    entry = read(text).entries[Kind.LIMIT, "a"]

    assert [text[written.start : written.end] for written in entry.writes] == [
        "set alfLimit(a) 1",
        "set alfLimit(a) {2}",
    ]
    assert text[entry.value_at] == "2"
