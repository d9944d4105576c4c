"""One window a user and display: who is there already, who was killed, who hangs."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest
import trio
import trio.testing

from gui.links import presence
from gui.links.presence import Opened, Presence, raise_first


@pytest.fixture(autouse=True)
def _state(tmp_path, monkeypatch):
    monkeypatch.setenv("ALF_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("DISPLAY", ":9")


async def listening(number: int = 0) -> int:
    """Wait until the name is another one's than that of this inode; its inode."""
    while not presence.path().exists() or presence.path().lstat().st_ino == number:
        await trio.sleep(0.001)
    return presence.path().lstat().st_ino


async def test_a_second_alfred_is_heard_by_the_first(nursery):
    taken = []
    nursery.start_soon(Presence(taken.append).run)
    await listening()
    opened = Opened(("/a.alf",), "/work", True)

    assert await trio.to_thread.run_sync(raise_first, opened)
    assert taken == [opened]


async def test_nobody_is_there():
    assert not raise_first(Opened())


async def test_the_socket_of_a_window_that_was_killed_is_replaced(nursery):
    program = "import socket as s, sys; a = s.socket(1); a.bind(sys.argv[1]); a.listen(); print(flush=True); a.accept()"
    presence.path().parent.mkdir(parents=True)
    with subprocess.Popen([sys.executable, "-c", program, str(presence.path())], stdout=subprocess.PIPE) as killed:
        killed.stdout.readline()
        killed.kill()
    dead = presence.path().lstat().st_ino
    assert not raise_first(Opened())

    taken = []
    nursery.start_soon(Presence(taken.append).run)
    await listening(dead)
    assert await trio.to_thread.run_sync(raise_first, Opened())
    assert taken == [Opened()]


async def test_a_window_that_ends_removes_its_own_socket_and_no_other(nursery):
    first, second = trio.CancelScope(), trio.CancelScope()

    async def run(scope):
        with scope:
            await Presence(lambda _opened: None).run()

    nursery.start_soon(run, first)
    old = await listening()
    nursery.start_soon(run, second)
    new = await listening(old)

    first.cancel()
    await trio.testing.wait_all_tasks_blocked()
    assert presence.path().lstat().st_ino == new
    assert await trio.to_thread.run_sync(raise_first, Opened())
    second.cancel()
    await trio.testing.wait_all_tasks_blocked()
    assert list(Path(presence.path().parent).glob("window*")) == []


def test_a_window_that_hangs_holds_the_next_one_up_only_for_a_moment(monkeypatch):
    monkeypatch.setattr(presence, "ANSWER_S", 0.2)
    presence.path().parent.mkdir(parents=True)
    with socket.socket(socket.AF_UNIX) as hung:
        hung.bind(str(presence.path()))
        hung.listen(0)
        assert not raise_first(Opened(("/x" * 100_000,)))  # more than a socket holds
