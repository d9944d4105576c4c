"""A schedule that is edited in windows: every byte that a change does not concern stays; changes are taken back, and
made to a newer schedule."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gui.models import schedule_changes as changes
from gui.models.schedule_edit import ChangeError, Draft, Held, ScheduleEdit
from runtime.schedule.dialect import Kind
from runtime.schedule.editor import EditError

TEXT = """# what the site thinks\r
set alfServer(janus1) {-host janus -keys {pixarRender big} -udi 20 -enabled 1}   ;# the old one\r
set alfServer(vast)   {-host vast}\r
set alfServerGroup(renderers) {janus1\tvast}\r
set alfUserGroup(produce) {anna  eve @wheel}\r
set alfTimeGroup(nights) {{mon-fri 19:00-08:00}}\r
\r
set siteOwn(thing) { 1 2 3 }\r
set alfCrew(production) {-users produce -servers renderers -times nights -priority 10 -enabled 1}\r
set alfCrew(testing) {-priority 3}   ;# everybody\r
set alfLimit(prman) 5\r
""".encode("latin-1")
EXAMPLE = (Path(__file__).parents[2] / "examples" / "farm" / "alfred.schedule").read_bytes()


def edit(data: bytes = TEXT) -> ScheduleEdit:
    found = ScheduleEdit()
    found.took(Held("alfred.schedule", "", data, 1.0), found.read(data, "alfred.schedule"))
    return found


def make(schedule: ScheduleEdit, change: changes.Change) -> bytes:
    schedule.changed("it", change, schedule.drafted(change))
    return schedule.data


CHANGES = st.one_of(
    st.builds(changes.toggle, st.just(Kind.CREW), st.sampled_from(["production", "testing"])),
    st.builds(changes.change, st.just(Kind.CREW), st.just("testing"), st.just("priority"), st.integers(0, 99)),
    st.builds(
        changes.set_members, st.just(Kind.USER_GROUP), st.just("produce"),
        st.lists(st.sampled_from(["anna", "eve", "bob", "@wheel"]), max_size=2),
        within=st.sampled_from([True, False, None]),
    ),
    st.builds(changes.change, st.just(Kind.SERVER), st.just("vast"), st.just("udi"), st.integers(-5, 50)),
    st.builds(changes.put, st.just(Kind.LIMIT), st.just("prman"), st.integers(0, 99)),
    st.builds(changes.include, st.lists(st.sampled_from(["boris", "janus", "vast.lan"]), max_size=2)),
)  # fmt: skip


def touched(line: bytes) -> bool:
    return line.startswith((b"set alfCrew", b"set alfUserGroup", b"set alfServer", b"set alfLimit", b"set alfTime"))


@settings(max_examples=25, deadline=None)
@given(st.lists(CHANGES, max_size=4))
def test_whatever_is_changed_all_other_lines_stay_and_all_of_it_can_be_taken_back(made):
    schedule = edit()
    for change in made:
        make(schedule, change)

    lines = schedule.data.split(b"\r\n")
    assert [line for line in lines if not touched(line)] == [line for line in TEXT.split(b"\r\n") if not touched(line)]
    assert b"-keys {pixarRender big} -udi 20 -enabled 1}   ;# the old one\r\n" in schedule.data
    while schedule.steps:
        schedule.undone(schedule.read(schedule.steps[-1].before, "alfred.schedule"))
    assert schedule.data == TEXT and not schedule.modified


TYPED = st.text(max_size=12) | st.sampled_from(
    ["$x", "[exit]", "a b", "{", "}", '"', "\\\\", "a)", ";", "#", "@wheel", "\\u00e9"]
)
TYPED_CHANGES = st.one_of(
    st.builds(changes.rename, st.sampled_from([Kind.USER_GROUP, Kind.TIME_GROUP]), st.just("nights"), TYPED),
    st.builds(changes.rename, st.just(Kind.SERVER), st.just("vast"), TYPED),
    st.builds(changes.rename, st.just(Kind.CREW), st.just("testing"), TYPED),
    st.builds(changes.add, st.sampled_from(list(Kind)), TYPED, TYPED),
    st.builds(changes.add_crew, TYPED, st.just("production")),
    st.builds(changes.put, st.sampled_from([Kind.LIMIT, Kind.PING, Kind.METRIC]), st.just("prman"), TYPED),
    st.builds(changes.change, st.just(Kind.CREW), st.just("testing"), st.sampled_from(["users", "priority"]), TYPED),
    st.builds(changes.change, st.just(Kind.SERVER), st.just("vast"), st.just("keys"), st.lists(TYPED, max_size=2)),
    st.builds(
        changes.set_members,
        st.just(Kind.USER_GROUP),
        st.just("produce"),
        st.lists(TYPED, max_size=2),
        within=st.booleans(),
    ),
    st.builds(changes.include, st.lists(TYPED, min_size=1, max_size=2)),
    st.builds(changes.toggle, st.sampled_from([Kind.CREW, Kind.SERVER]), TYPED),
)


@settings(max_examples=100, deadline=None)
@given(TYPED_CHANGES)
def test_whatever_is_typed_is_meant_as_it_is_or_refused_in_words(change):
    schedule = edit()
    try:
        make(schedule, change)
    except (EditError, ChangeError) as refused:
        assert str(refused) and not schedule.modified
        return

    lines = schedule.data.splitlines(keepends=True)
    assert all(line in lines for line in TEXT.splitlines(keepends=True) if not touched(line))
    assert not schedule.reading.failed and not schedule.reading.not_understood


def test_a_member_that_is_turned_twice_is_what_it_was():
    schedule = edit()
    turn = changes.set_members(Kind.USER_GROUP, "produce", ["anna"], within=None)

    assert b"(produce) {eve @wheel}" in make(schedule, turn)
    make(schedule, turn)
    assert changes.members_of(schedule.reading, Kind.USER_GROUP, "produce") == ["eve", "@wheel", "anna"]


def test_one_drag_after_the_other_is_in_the_time_group():
    schedule = edit()
    make(schedule, changes.drag("nights", (5, 0), (6, 23 * 60), on=True, box=60))
    make(schedule, changes.drag("nights", (5, 600), (5, 600), on=False, box=30))

    assert b"(nights) {{mon-thu 19:00-08:00} {fri 19:00-10:00} {sat 10:30-24:00} {sun 00:00-24:00}}" in schedule.data


def test_one_attribute_is_one_span_of_bytes():
    assert make(edit(), changes.toggle(Kind.CREW, "production")) == TEXT.replace(b"10 -enabled 1", b"10 -enabled 0")


def test_who_refers_to_a_group_follows_its_name():
    renamed = make(edit(), changes.rename(Kind.USER_GROUP, "produce", "film"))

    assert renamed == TEXT.replace(b"alfUserGroup(produce)", b"alfUserGroup(film)").replace(
        b"-users produce", b"-users film"
    )


def test_groups_follow_the_name_of_a_server():
    schedule = edit()
    make(schedule, changes.rename(Kind.SERVER, "vast", "huge"))

    assert changes.members_of(schedule.reading, Kind.SERVER_GROUP, "renderers") == ["janus1", "huge"]
    assert schedule.reading.schedule.servers["huge"].host == "vast"


def test_a_server_that_goes_leaves_its_groups():
    schedule = edit()
    make(schedule, changes.exclude(["janus1"]))

    assert changes.members_of(schedule.reading, Kind.SERVER_GROUP, "renderers") == ["vast"]
    assert "janus1" not in schedule.reading.schedule.servers


def test_a_group_that_a_crew_has_does_not_go():
    with pytest.raises(ChangeError, match="production"):
        make(edit(), changes.remove(Kind.TIME_GROUP, "nights"))


def test_a_new_crew_has_the_settings_of_the_one_edited_last():
    schedule = edit()
    make(schedule, changes.add_crew("film", "production"))
    crews = schedule.reading.schedule.crews

    assert (crews["film"].users, crews["film"].times, crews["film"].priority) == ("produce", "nights", 10.0)


@pytest.mark.parametrize("name", ["", "two words", "x(y"])
def test_what_is_no_name_is_refused(name):
    with pytest.raises(ChangeError):
        make(edit(), changes.add(Kind.USER_GROUP, name))


def test_an_included_host_is_a_server_of_its_own_each_time():
    schedule = edit()
    make(schedule, changes.include(["janus.lan", "janus.lan"]))
    servers = schedule.reading.schedule.servers

    assert servers["janus"].host == servers["janus2"].host == "janus.lan"


def test_changes_are_made_to_a_newer_schedule():
    schedule = edit()
    make(schedule, changes.toggle(Kind.CREW, "testing"))
    make(schedule, changes.put(Kind.LIMIT, "prman", 7))
    newer = TEXT + b"set alfLimit(katana) 2\r\n"

    schedule.overtaken(Held("alfred.schedule", "", newer, 2.0))
    assert not schedule.may_write
    assert any(line.startswith("-set alfLimit(katana)") for line in schedule.conflict_lines())
    schedule.carried(*schedule.carried_over(schedule.newer))

    assert schedule.may_write and schedule.held.data == newer
    assert schedule.reading.schedule.limits == {"prman": 7, "katana": 2}
    assert not schedule.reading.schedule.crews["testing"].enabled


def test_what_the_newer_schedule_has_no_place_for_is_said():
    schedule = edit()
    make(schedule, changes.change(Kind.SERVER, "vast", "udi", 3))
    schedule.overtaken(Held("alfred.schedule", "", TEXT.replace(b"set alfServer(vast)", b"set other(vast)"), 2.0))

    with pytest.raises(EditError, match="vast"):
        schedule.carried_over(schedule.newer)


def test_only_what_is_newly_wrong_is_news():
    schedule = edit()
    make(schedule, changes.change(Kind.CREW, "testing", "users", "nobody"))

    assert [found.text for found in schedule.news(schedule.reading)] == ["crew testing: there is no user group nobody"]


def test_the_shipped_example_can_be_edited():
    schedule = edit(EXAMPLE)
    crew = next(iter(schedule.reading.schedule.crews))

    assert len(make(schedule, changes.toggle(Kind.CREW, crew)).splitlines()) == len(EXAMPLE.splitlines())


def test_a_draft_of_a_broken_schedule_is_refused_with_its_place():
    with pytest.raises(EditError, match=r"alfred.schedule:1: .*mend it"):
        Draft(b"set alfServer(a) {", "alfred.schedule").put(Kind.LIMIT, "prman", 1)


def test_a_broken_schedule_is_mended_by_hand():
    schedule = edit(b"set alfServer(a) {")
    mended = make(schedule, changes.edited_by_hand(b"set alfServer(a) {", b"set alfServer(a) {}"))

    assert mended == b"set alfServer(a) {}" and not schedule.reading.failed


def test_what_is_broken_by_hand_is_not_taken_over():
    with pytest.raises(EditError, match=r"alfred.schedule:1: "):
        make(edit(), changes.edited_by_hand(TEXT, b"set alfServer(a) {"))
