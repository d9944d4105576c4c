"""Editing single entries of a schedule: what changes, and that nothing else does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.schedule.dialect import Kind
from runtime.schedule.editor import EditError, Editor, Value
from runtime.schedule.model import Schedule
from runtime.schedule.reader import read_schedule

EXAMPLE = Path(__file__).parents[2] / "examples" / "farm" / "alfred.schedule"


def editor(text: str | bytes) -> Editor:
    return Editor(text.encode() if isinstance(text, str) else text, "alfred.schedule")


def schedule(data: bytes) -> Schedule:
    return read_schedule(data, "alfred.schedule").schedule


# ---- attributes ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "attribute", "value", "after"),
    [
        ("{-host a -udi 10}", "udi", 20, "{-host a -udi 20}"),
        ("{-udi 1 -host a -udi 10}", "udi", 20, "{-udi 1 -host a -udi 20}"),
        ("{ -host a   -UDI {10} }", "udi", 20, "{ -host a   -UDI 20 }"),
        ("{-host a}", "udi", 20, "{-host a -udi 20}"),
        ("{}", "udi", 20, "{-udi 20}"),
        ("{  }", "udi", 20, "{-udi 20}"),
        ("{a {k l} 10 1}", "udi", 20, "{a {k l} 20 1}"),
        ("{a {k l}}", "udi", 20, "{a {k l} -udi 20}"),
        ("{a -udi 10}", "keys", ["k", "zone=N F"], "{a -udi 10 -keys {k {zone=N F}}}"),
        ("{a {k l} 10 1}", "enabled", False, "{a {k l} 10 0}"),
        ("{a {k l} 10 1}", "host", "b.c", "{b.c {k l} 10 1}"),
        ("{\n  -host a\n  -keys {k l}\n}", "udi", 5, "{\n  -host a\n  -keys {k l}\n  -udi 5\n}"),
        ('"-host a -udi 10"', "udi", 20, "{-host a -udi 20}"),
        ("janus", "udi", 20, "{janus -udi 20}"),
    ],
)
def test_an_attribute_is_changed_where_it_stands(before: str, attribute: str, value: Value, after: str) -> None:
    text = "# servers\nset alfServer(a) {}  ;# ours\n"

    changed = editor(text.replace("{}", before)).change(Kind.SERVER, "a", attribute, value)

    assert changed.decode() == text.replace("{}", after)


def test_a_crew_is_changed_too() -> None:
    changed = editor("set alfCrew(c) {-users * -priority 1}").change(Kind.CREW, "c", "priority", 12.5)

    assert changed == b"set alfCrew(c) {-users * -priority 12.5}"


def test_of_two_sets_the_last_one_is_changed() -> None:
    text = "set alfServer(a) {-udi 1}\nset alfServer(a) {-udi 2}\n"

    assert editor(text).change(Kind.SERVER, "a", "udi", 3) == b"set alfServer(a) {-udi 1}\nset alfServer(a) {-udi 3}\n"


def test_an_entry_in_a_condition_is_changed_in_it() -> None:
    text = "if {1} {\n    set alfServer(a) {-udi 1}\n}\n"

    assert editor(text).change(Kind.SERVER, "a", "udi", 3).decode() == text.replace("-udi 1", "-udi 3")


# ---- values --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "value", "after"),
    [
        ("{anna ben}", ["anna", "ben", "eve"], "{anna ben eve}"),
        ("{anna\n  ben\n  eve\n}", ["anna", "eve"], "{anna\n  eve\n}"),
        ("{ anna  ben eve }", ["eve"], "{ eve }"),
        ("{anna ben eve}", ["ben", "zoe"], "{ben zoe}"),
        ("{anna ben}", ["ben", "anna"], "{ben anna}"),
        ("{anna}", [], "{}"),
        ("{}", ["anna"], "{anna}"),
        ("anna", ["anna", "ben"], "{anna ben}"),
        ("{anna {a b} c}", ["anna", "c"], "{anna c}"),
    ],
)
def test_names_come_and_go(before: str, value: list[str], after: str) -> None:
    changed = editor(f"set alfUserGroup(g) {before}\n").put(Kind.USER_GROUP, "g", value)

    assert changed.decode() == f"set alfUserGroup(g) {after}\n"


@pytest.mark.parametrize(
    ("kind", "before", "value", "after"),
    [
        (Kind.LIMIT, "set alfLimit(x) 8 ;# a", 9, "set alfLimit(x) 9 ;# a"),
        (Kind.PING, "set alfServerPing(x) {p %h}", "+q  %s", "set alfServerPing(x) {+q  %s}"),
        (Kind.PING, "set alfServerPing(x) {p}", "q {", "set alfServerPing(x) q\\ \\{"),
        (Kind.PING, "set alfServerPing(x) p", "", "set alfServerPing(x) {}"),
        (Kind.METRIC, "set Metrics(x) {10 {builtin disk}}", "5 {exec df}", "set Metrics(x) {5 {exec df}}"),
        (Kind.SHARE, "set alfShare(x) 1", 2.5, "set alfShare(x) 2.5"),
        (Kind.PROJECT_SHARE, "set alfProjectShare(x) 1", 2.5, "set alfProjectShare(x) 2.5"),
        (Kind.TIME_GROUP, "set alfTimeGroup(x) {mon}", "{tue 9-10}", "set alfTimeGroup(x) {{tue 9-10}}"),
        (Kind.SERVER, "set alfServer(x) {a}", {"host": "b", "udi": 3}, "set alfServer(x) {-host b -udi 3}"),
    ],
)
def test_a_value_is_replaced(kind: Kind, before: str, value: Value, after: str) -> None:
    assert editor(before).put(kind, "x", value).decode() == after


# ---- entries that come, go, or are called otherwise ------------------------------------------------------------


def test_a_new_entry_comes_behind_the_last_of_its_kind() -> None:
    text = "set alfLimit(a) 1 ;# one\nset alfServer(s) {}\n# end\n"

    assert editor(text).put(Kind.LIMIT, "b", 2).decode() == (
        "set alfLimit(a) 1 ;# one\nset alfLimit(b) 2\nset alfServer(s) {}\n# end\n".replace("(b) 2", "(b) {2}")
    )


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("", "set alfLimit(b) {2}\n"),
        ("# x\n", "# x\nset alfLimit(b) {2}\n"),
        ("# x", "# x\nset alfLimit(b) {2}"),
        ("set alfLimit(a) 1", "set alfLimit(a) 1\nset alfLimit(b) {2}"),
        (
            "foreach n {1} {\n  set alfLimit(a) 1\n}\n# x\n",
            "foreach n {1} {\n  set alfLimit(a) 1\n}\n# x\nset alfLimit(b) {2}\n",
        ),
        ("set alfLimit(a) 1; if 1 {\n}\n", "set alfLimit(a) 1; if 1 {\n}\nset alfLimit(b) {2}\n"),
    ],
)
def test_a_new_entry_finds_a_place(text: str, after: str) -> None:
    assert editor(text).put(Kind.LIMIT, "b", 2).decode() == after


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("# a\nset alfLimit(x) 1\n# b\n", "# a\n# b\n"),
        ("# a\n  set alfLimit(x) {\n1\n}  \n# b\n", "# a\n# b\n"),
        ("set alfLimit(x) 1; set y 1\n", "; set y 1\n"),
        ("set y 1; set alfLimit(x) 1 ;# z\n", "set y 1;  ;# z\n"),
        ("# a\nset alfLimit(x) 1", "# a"),
        ("set alfLimit(x) 1", ""),
        ("set alfLimit(x) 1\nset alfLimit(x) 2\nset alfLimit(y) 1\n", "set alfLimit(y) 1\n"),
        ("if 1 {set alfLimit(x) 1}\n", "if 1 {}\n"),
    ],
)
def test_an_entry_goes_with_its_line(text: str, after: str) -> None:
    assert editor(text).remove(Kind.LIMIT, "x").decode() == after


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("set alfLimit(x) 1 ;# x\n", "set alfLimit(y-1) 1 ;# x\n"),
        ("set ::alfLimit(x) 1\n", "set ::alfLimit(y-1) 1\n"),
        ("set alfLimits(x) 1\nset alfLimits(x) 2\n", "set alfLimits(y-1) 1\nset alfLimits(y-1) 2\n"),
    ],
)
def test_an_entry_is_renamed(text: str, after: str) -> None:
    assert editor(text).rename(Kind.LIMIT, "x", "y-1").decode() == after


def test_a_name_with_blanks_is_quoted() -> None:
    changed = editor("set alfTimeGroup(x) mon\n").rename(Kind.TIME_GROUP, "x", "late night")

    assert changed == b"set {alfTimeGroup(late night)} mon\n"


# ---- what cannot be done -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("set alfServer(b) {}\nforeach n {a} {\n  set alfServer($n) {-udi 1}\n}\n", 3),
        ('set u 1\nset alfServer(a) "-udi $u"\n', 2),
        ("proc s n {\n  set ::alfServer($n) {}\n}\n\ns a\n", 2),
        ("array set alfServer {a {} b {}}\n", 1),
        ("set alfServer(a) {}\n\nlappend alfServer(a) -udi 1\n", 3),
        ("\neval {set alfServer(a)} {{-udi 1}}\n", 2),
    ],
)
def test_what_tcl_has_put_together_names_its_line(text: str, line: int) -> None:
    for act in (
        lambda it: it.change(Kind.SERVER, "a", "udi", 2),
        lambda it: it.remove(Kind.SERVER, "a"),
        lambda it: it.rename(Kind.SERVER, "a", "z"),
    ):
        with pytest.raises(EditError, match=rf"alfred\.schedule:{line}: alfServer\(a\) is made by a loop, a procedure"):
            act(editor(text))


def test_what_another_file_makes_names_that_file(tmp_path: Path) -> None:
    other = tmp_path / "more.tcl"
    other.write_text("\nset alfLimit(a) 1\n")

    with pytest.raises(EditError, match=r"more\.tcl:2: alfLimit\(a\) is made in this file"):
        editor(f"source {other}\n").put(Kind.LIMIT, "a", 2)


@pytest.mark.parametrize(
    ("act", "complaint"),
    [
        (lambda it: it.put(Kind.LIMIT, "a", "many"), r":1: alfLimit\(a\): a limit is a number"),
        (lambda it: it.change(Kind.SERVER, "s", "udi", "x"), r":2: alfServer\(s\): udi: expected integer"),
        (lambda it: it.put(Kind.SERVER, "a b", ""), r":3: alfServer\(a b\): \"a b\" cannot be the name of a slot"),
        (lambda it: it.rename(Kind.LIMIT, "a", "b"), ":4: there is a limit b already"),
        (lambda it: it.remove(Kind.LIMIT, "zz"), ":1: there is no limit zz"),
    ],
)
def test_a_change_that_makes_no_sense_is_refused(act: Any, complaint: str) -> None:
    with pytest.raises(EditError, match=complaint):
        act(editor("set alfLimit(a) 1\nset alfServer(s) {}\n\nset alfLimit(b) 2\n"))


def test_a_change_that_would_change_other_entries_is_refused() -> None:
    with pytest.raises(EditError, match=":1: this cannot be changed without changing other entries"):
        editor("set alfLimit(a) 1\nset alfLimit(b) $alfLimit(a)\n").put(Kind.LIMIT, "a", 2)


def test_a_broken_file_is_not_edited() -> None:
    with pytest.raises(EditError, match=":2: the file is broken, mend it first: missing close-brace"):
        editor("set alfLimit(a) 1\nset alfLimit(b {")


def test_latin_1_stays_latin_1() -> None:
    text = "# Küche\nset alfUserGroup(g) {jürgen}\n".encode("latin-1")

    assert editor(text).put(Kind.USER_GROUP, "g", ["jürgen", "jörg"]) == text.replace(b"gen}", b"gen j\xf6rg}")
    with pytest.raises(EditError, match="Latin-1, which has no"):
        editor(text).put(Kind.USER_GROUP, "g", ["€"])


def test_what_stands_behind_the_end_of_the_file_and_the_byte_order_mark_stay() -> None:
    text = b"\xef\xbb\xbf# \xe2\x82\xac\r\nset alfLimit(a) 1\r\n\x1a\r\nset alfLimit(a) 7\r\n"

    assert editor(text).put(Kind.LIMIT, "b", 2) == text.replace(b"\x1a", b"set alfLimit(b) {2}\r\n\x1a")


# ---- any edit of any file ------------------------------------------------------------------------------------

_NAMES = ("a", "b-1", "c.d", "e_f")
_gap = st.sampled_from(
    ["", "\n", "# café {\n", "set site(x) {y}\n", "foreach n {1 2} {\n\tset alfServer(loop$n) {}\n}\n"]
)
_end = st.sampled_from(["\n", " ;# why\n", "; set other 1\n", "  \n"])
_server = st.sampled_from(
    ["{}", "{-host h -udi 3}", "{h {k l} 3 1}", "{\n\t-udi 3\n\t-keys {k\n\tl}\n}", '"-udi 3"', "h"]
)
_names = st.sampled_from(["{}", "{x y}", "{\n\tx\n\ty\n}", "x", "{x {y z}}", '"x y"', "{x\\ y}"])
_crew = st.sampled_from(["{}", "{-priority 5}", "{* * * 5 1}"])
_number = st.sampled_from(["1", "{2}", '"3"', "{ 4 }"])
_entry = st.one_of(
    st.tuples(st.just("alfServer"), st.sampled_from(_NAMES), _server),
    st.tuples(st.just("alfServerGroup"), st.sampled_from(_NAMES), _names),
    st.tuples(st.just("alfUserGroup"), st.sampled_from(_NAMES), _names),
    st.tuples(st.just("alfCrew"), st.sampled_from(_NAMES), _crew),
    st.tuples(st.just("alfLimit"), st.sampled_from(_NAMES), _number),
)


@st.composite
def _files(draw: st.DrawFn) -> bytes:
    lines = draw(st.lists(st.tuples(_gap, _entry, _end), max_size=8))
    text = "".join(f"{gap}set {array}({name}) {value}{end}" for gap, (array, name, value), end in lines)
    if draw(st.booleans()):
        text = text.replace("\n", "\r\n")
    if draw(st.booleans()):
        text = text.rstrip("\r\n")
    return text.encode(draw(st.sampled_from(["utf-8", "latin-1"])))


_edits = st.one_of(
    st.tuples(st.just("change"), st.just(Kind.SERVER), st.just("udi"), st.integers(-9, 99)),
    st.tuples(st.just("change"), st.just(Kind.SERVER), st.just("keys"), st.lists(st.sampled_from(["k", "q r", "{"]))),
    st.tuples(st.just("change"), st.just(Kind.CREW), st.just("users"), st.sampled_from(["g", "*"])),
    st.tuples(st.just("put"), st.just(Kind.USER_GROUP), st.lists(st.sampled_from(["x", "y", "y z", "w"]), unique=True)),
    st.tuples(st.just("put"), st.just(Kind.LIMIT), st.integers(0, 9)),
    st.tuples(st.just("remove"), st.sampled_from([Kind.SERVER, Kind.CREW, Kind.LIMIT, Kind.USER_GROUP])),
    st.tuples(st.just("rename"), st.sampled_from([Kind.SERVER, Kind.CREW, Kind.LIMIT]), st.just("zz")),
)


@given(_files(), st.sampled_from((*_NAMES, "loop1", "new")), _edits)
def test_any_edit_changes_its_entry_and_no_byte_elsewhere(data: bytes, name: str, edit: tuple[Any, ...]) -> None:
    it = editor(data)
    act, kind, *arguments = edit
    try:
        changed = getattr(it, act)(kind, name, *arguments)
    except EditError as error:
        assert (kind, name) not in it.reading.entries or "loop" in name, error
        return

    before, after = it.reading.entries, read_schedule(changed, "alfred.schedule").entries
    touched = {(kind, name), (kind, "zz")}
    assert {key: entry.meaning for key, entry in before.items() if key not in touched} == {
        key: entry.meaning for key, entry in after.items() if key not in touched
    }
    if act == "put":
        assert after[kind, name].meaning == (arguments[0] if kind is Kind.LIMIT else tuple(arguments[0]))
    elif act == "change":
        wanted = arguments[1] if isinstance(arguments[1], int | str) else tuple(arguments[1])
        assert getattr(after[kind, name].meaning, arguments[0]) == wanted
    else:
        assert (kind, name) not in after
        assert ((kind, "zz") in after) == (act == "rename")
    _others_are_equal(data, changed, before.get((kind, name)))


def _others_are_equal(data: bytes, changed: bytes, entry: Any) -> None:
    """All bytes before the first and behind the last command that wrote the entry; all, for a new entry."""
    encoding = "utf-8" if b"\xe9" not in data or b"\xc3\xa9" in data else "latin-1"
    old, new = data.decode(encoding), changed.decode(encoding)
    if entry is None:
        common = len([1 for one, other in zip(old, new, strict=False) if one == other])
        place = next((i for i, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), common)
        assert any(new.startswith(old[:cut]) and new.endswith(old[cut:]) for cut in range(place + 1))
        return
    text = old.replace("\r\n", "\n")
    first, last = min(one.start for one in entry.writes), max(one.end for one in entry.writes)
    head = text[: text.rfind("\n", 0, first)] if "\n" in text[:first] else ""
    tail = text[text.find("\n", last) + 1 :] if "\n" in text[last:] else ""
    assert new.replace("\r\n", "\n").startswith(head)
    assert new.replace("\r\n", "\n").endswith(tail)
    assert ("\r\n" in old) == ("\r\n" in new) or not new.strip() or "\n" not in new
    if "\r\n" in new:
        assert "\n" not in new.replace("\r\n", "")


def test_the_example_is_edited_in_all_its_single_entries() -> None:
    data = EXAMPLE.read_bytes()

    data = Editor(data, "s").change(Kind.SERVER, "desk-2", "enabled", True)
    data = Editor(data, "s").put(Kind.SERVER_GROUP, "desks", ["desk-1"])
    data = Editor(data, "s").put(Kind.CREW, "new", {"users": "lighting", "priority": 3})
    data = Editor(data, "s").rename(Kind.TIME_GROUP, "lunch", "noon")
    data = Editor(data, "s").remove(Kind.METRIC, "users")

    after = schedule(data)
    assert after.servers["desk-2"].enabled
    assert after.server_groups["desks"] == ("desk-1",)
    assert after.crews["new"].priority == 3
    assert set(after.time_groups) == {"nights", "noon"}
    assert set(after.metrics) == {"loadavg", "memory", "disk"}
    assert len(set(data.splitlines()) ^ set(EXAMPLE.read_bytes().splitlines())) == 8
