"""The schedule file as it is watched and written (fault T22: half written, deleted, late, wrong)."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest

from daemons.groups import group_members
from daemons.schedule_file import OLD, Change, Watched, WriteError, write

ONE = "set alfServer(a) {}\n"
TWO = "set alfServer(a) {}\nset alfServer(b) {}\n"
LATER = 2_000_000_000.0  # by then whatever is there was not touched for long


class Site:
    """A schedule that is put down with time stamps of our own."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "alfred.schedule"
        self.old = folder / OLD
        self.watched = Watched(self.path)
        self._time = 1_700_000_000

    def put(self, text: str | bytes) -> None:
        self.path.write_bytes(text.encode() if isinstance(text, str) else text)
        self._time += 100
        os.utime(self.path, (self._time, self._time))

    def look(self) -> Change:
        change = self.watched.look(LATER)
        assert change is not None
        return change

    def servers(self) -> set[str]:
        assert self.watched.in_force is not None
        return set(self.watched.in_force.schedule.servers)

    def archived(self) -> list[str]:
        return [path.read_text() for path in sorted(self.old.glob("*"))]


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


# ---- watching ------------------------------------------------------------------------------------------------


def test_the_first_look_gives_the_schedule_and_the_next_nothing(site: Site) -> None:
    site.put(ONE)

    change = site.look()

    assert change.schedule is not None
    assert set(change.schedule.servers) == {"a"}
    assert change.schedule.time == site.path.stat().st_mtime
    assert change.lines == (f"{site.path}: 1 server, 0 entries not understood; it is in force",)
    assert site.watched.look(LATER) is None
    assert site.archived() == []


def test_a_new_version_replaces_the_old_one_which_is_archived(site: Site) -> None:
    site.put(ONE)
    site.look()
    site.put(TWO)

    assert site.look().schedule is not None
    assert site.servers() == {"a", "b"}
    assert site.archived() == [ONE]


def test_a_version_with_an_older_time_stamp_is_noticed_too(site: Site) -> None:
    site.put(ONE)
    site.look()
    site.path.write_text(TWO)
    os.utime(site.path, (1_000_000_000, 1_000_000_000))

    assert site.look().schedule is not None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("set alfServer(a) {", "alfred.schedule:1:1: error: missing close-brace"),
        ("\nfoo\n", 'alfred.schedule:2:1: error: invalid command name "foo"'),
        ("", "alfred.schedule: it is empty"),
        ("\n\n", "alfred.schedule: it is empty"),
        ("set alfServer(a) {-udi x}", 'alfred.schedule:1:24: error: alfServer(a): udi: expected integer but got "x"'),
    ],
)
def test_a_broken_version_leaves_the_last_good_one_in_force(site: Site, text: str, reason: str) -> None:
    site.put(ONE)
    site.look()
    site.put(text)

    change = site.look()

    assert change.schedule is None
    assert reason in "\n".join(change.lines)
    assert "stays in force" in change.lines[-1]
    assert site.servers() == {"a"}
    assert site.archived() == []
    assert site.watched.look(LATER) is None


def test_what_comes_after_a_broken_version_is_taken(site: Site) -> None:
    site.put(ONE)
    site.look()
    site.put("{")
    site.look()
    site.put(TWO)

    assert site.look().schedule is not None
    assert site.archived() == [ONE]


def test_an_entry_that_was_never_understood_does_not_hold_up_new_versions(site: Site) -> None:
    site.put(ONE + "set alfCrew(old) {our own dialect of it all}\n")
    assert site.look().schedule is not None
    site.put(TWO + "set alfCrew(old) {our own dialect of it all}\n")

    assert site.look().schedule is not None
    assert site.servers() == {"a", "b"}


def test_a_broken_file_at_the_start_is_no_schedule(site: Site) -> None:
    site.put("{")

    change = site.look()

    assert change.schedule is None
    assert change.lines[-1].endswith("it is broken: there is no schedule")


def test_a_deleted_file_leaves_its_schedule_in_force_and_is_said_once(site: Site) -> None:
    site.put(ONE)
    site.look()
    site.path.unlink()

    change = site.look()

    assert change.schedule is None
    assert "No such file or directory: the schedule of 2023-11-" in change.lines[0]
    assert site.watched.look(LATER) is None
    assert site.servers() == {"a"}


def test_a_file_that_comes_late_is_read_when_it_comes(site: Site) -> None:
    assert site.look().lines == (f"{site.path}: No such file or directory: there is no schedule",)
    assert site.watched.look(LATER) is None

    site.put(ONE)

    assert site.look().schedule is not None


def test_a_file_that_is_being_written_is_not_read(site: Site) -> None:
    site.put(ONE)
    site.look()
    modified = site.path.stat().st_mtime
    site.path.write_text(TWO[:30])
    os.utime(site.path, (modified + 100, modified + 100))

    assert site.watched.look(modified + 100.5) is None
    assert site.watched.look(modified + 100.7) is None
    assert site.watched.unsettled

    site.path.write_text(TWO)
    os.utime(site.path, (modified + 101, modified + 101))
    assert site.watched.look(modified + 101.1) is None
    assert site.watched.look(modified + 101.3) is None
    change = site.watched.look(modified + 102.2)  # as it was for a while

    assert change is not None
    assert not site.watched.unsettled
    assert site.servers() == {"a", "b"}


def test_the_first_schedule_is_taken_when_it_stands_still(site: Site) -> None:
    site.put(ONE)
    modified = site.path.stat().st_mtime

    assert site.watched.look(modified + 0.1) is None
    assert site.watched.look(modified + 0.2) is not None


def test_a_clock_that_is_behind_the_files_holds_nothing_up(site: Site) -> None:
    site.put(ONE)
    site.look()
    site.put(TWO)
    long_ago = site.path.stat().st_mtime - 5000

    assert site.watched.look(long_ago) is None
    assert site.watched.look(long_ago + 1.1) is not None


def test_a_file_whose_directory_does_not_let_us_archive_is_taken_and_that_is_said_once(site: Site) -> None:
    site.old.write_text("a file where the directory should be")
    site.put(ONE)
    site.look()
    site.put(TWO)
    first = site.look()
    site.put(ONE)

    assert first.schedule is not None
    assert [line for line in first.lines if "old schedules are not kept" in line]
    assert not [line for line in site.look().lines if "old schedules are not kept" in line]


def test_the_same_version_is_archived_once(site: Site) -> None:
    site.put(ONE)
    site.look()
    write(site.path, TWO.encode(), site.path.stat().st_mtime)
    assert site.look().schedule is not None

    assert site.archived() == [ONE]


def test_groups_of_the_system_have_members() -> None:
    assert "root" in (group_members("root") or ())
    assert group_members("no such group") is None


# ---- writing -------------------------------------------------------------------------------------------------


def test_a_written_file_has_the_rights_of_the_old_one_and_a_later_time(site: Site) -> None:
    site.put(ONE)
    site.path.chmod(0o640)
    os.utime(site.path, (LATER, LATER))

    assert write(site.path, TWO.encode(), LATER) == ()

    assert site.path.read_text() == TWO
    assert stat.S_IMODE(site.path.stat().st_mode) == 0o640
    assert site.path.stat().st_mtime > LATER
    assert site.archived() == [ONE]
    assert [path.name for path in site.path.parent.iterdir() if path.name.startswith(".")] == []


def test_a_file_that_was_changed_meanwhile_is_not_overwritten(site: Site) -> None:
    site.put(ONE)
    expected = site.path.stat().st_mtime
    site.put(TWO)

    with pytest.raises(WriteError, match=r"somebody has changed it .* since it was read; read it again"):
        write(site.path, b"mine", expected)

    assert site.path.read_text() == TWO


def test_a_file_that_is_gone_is_not_made_again_by_an_edit_of_it(site: Site) -> None:
    with pytest.raises(WriteError, match="it is gone since it was read"):
        write(site.path, b"mine", 1.0)


def test_a_first_schedule_can_be_written(site: Site) -> None:
    assert write(site.path, ONE.encode(), None) == ()
    assert site.path.read_text() == ONE


def test_a_link_to_the_schedule_stays_one(site: Site, tmp_path: Path) -> None:
    site.put(ONE)
    link = tmp_path / "link" / "alfred.schedule"
    link.parent.mkdir()
    link.symlink_to(site.path)

    write(link, TWO.encode(), site.path.stat().st_mtime)

    assert link.is_symlink()
    assert site.path.read_text() == TWO


def test_a_directory_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(WriteError, match="cannot be written: No such file or directory"):
        write(tmp_path / "no" / "alfred.schedule", b"", None)


def test_of_two_writers_with_the_same_version_one_wins(site: Site) -> None:
    site.put(ONE)
    expected = site.path.stat().st_mtime
    refused: list[WriteError] = []

    def edit(text: bytes) -> None:
        try:
            write(site.path, text, expected)
        except WriteError as error:
            refused.append(error)

    writers = [threading.Thread(target=edit, args=(f"# {number}\n".encode(),)) for number in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    assert len(refused) == 3
