"""daemons.lock: one dispatcher per user and machine, and nobody fooled by what lies in /tmp."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from daemons.lock import Held, Holder, read, take
from daemons.state import StateError

HOLDER = Holder(pid=12, socket="/s", state="/d", host="here")


def test_a_second_dispatcher_is_told_who_holds_the_lock(tmp_path: Path) -> None:
    lock = take(tmp_path / "lock")
    lock.announce(HOLDER)

    with pytest.raises(Held) as held:
        take(tmp_path / "lock")

    assert held.value.holder == HOLDER


def test_a_dispatcher_that_is_only_starting_holds_the_lock_too(tmp_path: Path) -> None:
    (tmp_path / "lock").write_text(json.dumps(asdict(HOLDER)))
    lock = take(tmp_path / "lock")

    with pytest.raises(Held) as held:
        take(tmp_path / "lock")

    assert held.value.holder is None
    lock.release()


def test_the_lock_of_a_killed_dispatcher_is_free(tmp_path: Path) -> None:
    holds = (
        "import sys, daemons.lock as l, pathlib\n"
        "k = l.take(pathlib.Path(sys.argv[1])); print('held', flush=True); input()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", holds, str(tmp_path / "lock")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout is not None and process.stdin is not None
    assert process.stdout.readline() == b"held\n"
    with pytest.raises(Held):
        take(tmp_path / "lock")

    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdin.close()
    process.stdout.close()

    take(tmp_path / "lock").release()


def test_a_released_lock_leaves_no_file(tmp_path: Path) -> None:
    take(tmp_path / "lock").release()

    assert not (tmp_path / "lock").exists()
    assert read(tmp_path / "lock") is None


def test_a_lock_whose_file_was_replaced_is_left_alone_on_release(tmp_path: Path) -> None:
    old = take(tmp_path / "lock")
    (tmp_path / "lock").unlink()
    new = take(tmp_path / "lock")

    old.release()

    with pytest.raises(Held):
        take(tmp_path / "lock")
    new.release()


def test_a_symlink_in_place_of_the_lock_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("mine")
    (tmp_path / "lock").symlink_to(tmp_path / "precious")

    with pytest.raises(StateError, match="cannot be used"):
        take(tmp_path / "lock")
    with pytest.raises(StateError, match="cannot be used"):
        read(tmp_path / "lock")

    assert (tmp_path / "precious").read_text() == "mine"


def test_a_second_name_of_another_file_is_not_written_to(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("mine")
    (tmp_path / "lock").hardlink_to(tmp_path / "precious")

    with pytest.raises(StateError, match="second name"):
        take(tmp_path / "lock")

    assert (tmp_path / "precious").read_text() == "mine"


def test_a_fifo_in_place_of_the_lock_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "lock")

    with pytest.raises(StateError, match="no regular file"):
        take(tmp_path / "lock")


def test_a_file_that_others_may_write_is_not_believed(tmp_path: Path) -> None:
    (tmp_path / "lock").write_text(json.dumps(asdict(HOLDER)))
    (tmp_path / "lock").chmod(0o666)

    with pytest.raises(StateError, match="others may write"):
        read(tmp_path / "lock")


@pytest.mark.skipif(os.getuid() != 0, reason="only root can make another user's file")
def test_another_users_file_is_not_believed(tmp_path: Path) -> None:
    (tmp_path / "lock").write_text(json.dumps(asdict(HOLDER)))
    os.chown(tmp_path / "lock", 12345, 12345)

    with pytest.raises(StateError, match="another user"):
        read(tmp_path / "lock")
    with pytest.raises(StateError, match=r"another user|cannot be opened|denied"):
        take(tmp_path / "lock")


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b'{"pid": 1}', b"\xff\xfe"])
def test_content_that_makes_no_sense_names_nobody(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "lock").write_bytes(content)

    assert read(tmp_path / "lock") is None
