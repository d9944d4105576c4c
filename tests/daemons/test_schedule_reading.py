"""A large schedule is read by a process of its own, and is the same."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from daemons.schedule_file import Watched
from daemons.schedule_reading import SMALL_BYTES, ReaderLost, read_apart, read_here

SERVERS = 1200
LARGE = "\n".join(
    [
        *(
            f"set alfServer(s{number}) {{-host h{number // 8} -keys {{a b}} -udi {number % 3}}}"
            for number in range(SERVERS)
        ),
        f"set alfServerGroup(all) {{{' '.join(f's{n}' for n in range(SERVERS))}}}",
        "set alfServerGroup(none) {}",
        "set alfCrew(c) {-users u -servers all -times night -priority 5}",
        "set alfUserGroup(u) {anna ben}",
        "set alfTimeGroup(night) {19:00-08:00}",
        "set alfLimit(prman) 12",
        "set alfServer(wrong) {-udi much}",
    ]
).encode()


def test_what_is_read_apart_is_what_is_read_here() -> None:
    assert read_apart(LARGE, "alfred.schedule", 17.0, {}) == read_here(LARGE, "alfred.schedule", 17.0)


def test_servers_that_are_known_stay_the_same_objects() -> None:
    known = read_here(LARGE.replace(b"h7 -keys {a b}", b"h7 -keys {a c}"), "alfred.schedule", 17.0).schedule.servers

    servers = read_apart(LARGE, "alfred.schedule", 17.0, known).schedule.servers

    assert servers["s0"] is known["s0"]
    assert servers["s56"].keys == ("a", "b")


def test_a_reader_that_ends_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")

    with pytest.raises(ReaderLost, match="has ended"):
        read_apart(LARGE, "alfred.schedule", 17.0, {})


def test_a_schedule_whose_reader_ends_leaves_the_last_good_one_in_force(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "alfred.schedule"
    path.write_text("set alfServer(a) {}\n")
    os.utime(path, (1_700_000_000, 1_700_000_000))
    watched = Watched(path)
    watched.look()
    monkeypatch.setattr(sys, "executable", "/bin/false")

    path.write_bytes(LARGE)
    os.utime(path, (1_700_000_100, 1_700_000_100))
    change = watched.look()

    assert len(LARGE) > SMALL_BYTES
    assert change is not None
    assert change.schedule is None
    assert "stays in force" in change.lines[0]
    assert watched.in_force is not None
    assert set(watched.in_force.schedule.servers) == {"a"}
