"""`alfred -h user@host`: a dispatcher is asked from elsewhere, by its user, a wrangler, a guest and a stranger."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from daemons import elsewhere, keys
from daemons.client import ConnectionLost, DispatcherClient, NotReached, connect
from daemons.elsewhere import Elsewhere, parse
from daemons.keys import Keyring
from daemons.lock import read
from daemons.state import State
from runtime.messages import Acted, Action, Queue, Refusal, Spooled
from tests.daemons.test_dispatcher_process import running, spool

SITE = Keyring(master=b"m" * 32)
OTHER_SITE = Keyring(master=b"o" * 32)
SETTINGS = """\
set alfConfig(wranglers) wanda
set alfConfig(dispatcherAddress) 127.0.0.1
"""


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("ann@desk", Elsewhere("ann", "desk")),
        ("ann@desk:9005", Elsewhere("ann", "desk", 9005)),
        ("desk", Elsewhere("", "desk")),
        ("ann@domain@desk", Elsewhere("ann@domain", "desk")),
    ],
)
def test_places_are_read_as_they_are_written(text: str, place: Elsewhere) -> None:
    assert parse(text) == place
    assert str(place) == text


@pytest.mark.parametrize("text", ["", "ann@", "ann@desk:", "ann@desk:many", "ann@desk:70000"])
def test_what_is_no_place_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no user@host"):
        parse(text)


class Site:
    """Ann's dispatcher, and everybody's keys."""

    def __init__(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.directory = tmp_path
        self.state = State(tmp_path / "state", tmp_path / "state" / "lock")
        self._patch = monkeypatch
        (tmp_path / "etc").mkdir()
        (tmp_path / "etc/alfred.ini").write_text(SETTINGS)
        monkeypatch.setenv("RATTREE", str(tmp_path))
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.setattr(keys, "MASTER_FILE", tmp_path / "none")

    def be(self, user: str, site: Keyring = SITE) -> None:
        """Work with the key of this user from now on."""
        path = self.directory / f"{user}.{'site' if site is SITE else 'other'}"
        if not path.exists():
            keys.new_user(site, user, path)
        self._patch.setenv("ALF_KEY", str(path))

    @property
    def place(self) -> str:
        holder = read(self.state.lock)
        assert holder is not None
        return f"ann@127.0.0.1:{holder.port}"

    @asynccontextmanager
    async def asked(self, place: str = "") -> AsyncIterator[DispatcherClient]:
        """A connection as `alfred -h` makes it."""
        self._patch.setenv(elsewhere.VARIABLE, place or self.place)
        async with connect() as client:
            yield client


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    return Site(tmp_path, monkeypatch)


@asynccontextmanager
async def anns(site: Site) -> AsyncIterator[None]:
    """Her dispatcher runs, with a job that waits."""
    site.be("ann")
    async with running(site.state) as dispatcher:
        answer = await spool(dispatcher, "Job -title {hers} -subtasks {Task a -cmds {Cmd {true}}}", paused=True)
        assert isinstance(answer, Spooled)
        yield


def jobs(queue: Queue) -> list[str]:
    return [job.title for job in queue.jobs]


async def test_its_user_may_do_there_what_he_may_do_here(site: Site) -> None:
    async with anns(site), site.asked() as dispatcher:
        assert jobs(await dispatcher.list()) == ["hers"]
        assert isinstance(await dispatcher.act(Action.RESUME, 1), Acted)
        assert isinstance(await spool(dispatcher, "Job -title {more} -subtasks {}"), Spooled)


async def test_somebody_else_may_look_and_not_act(site: Site) -> None:
    async with anns(site):
        site.be("bob")
        async with site.asked() as dispatcher:
            assert jobs(await dispatcher.list()) == ["hers"]
            refused = await dispatcher.act(Action.DELETE, 1)
            assert isinstance(refused, Refusal)
            assert "these are ann's jobs" in refused.text
            assert jobs(await dispatcher.list()) == ["hers"]
            assert isinstance(await spool(dispatcher, "Job -title {his} -subtasks {}"), Refusal)
            assert not await dispatcher.shutdown()


async def test_a_wrangler_may_act_and_not_run_things_as_her(site: Site) -> None:
    async with anns(site):
        site.be("wanda")
        async with site.asked() as dispatcher:
            assert isinstance(await dispatcher.act(Action.PRIORITY, 1, value="5"), Acted)
            assert isinstance(await dispatcher.act(Action.EDIT, 1, value="whendone={Cmd {id}}"), Refusal)
            assert isinstance(await spool(dispatcher, "Job -title {hers?} -subtasks {}"), Refusal)


async def test_a_key_of_another_site_does_not_lead_in(site: Site) -> None:
    async with anns(site):
        site.be("ann", OTHER_SITE)
        with pytest.raises(NotReached, match="does not know ann's key"):
            async with site.asked():
                pass


async def test_the_dispatcher_of_somebody_else_is_not_taken_for_his(site: Site) -> None:
    async with anns(site):
        site.be("bob")
        with pytest.raises(NotReached, match="is ann's, not carl's: name its port"):
            async with site.asked(site.place.replace("ann@", "carl@")):
                pass


async def test_nobody_there_is_said_with_the_place(site: Site) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    site.be("ann")

    with pytest.raises(NotReached, match=f"the dispatcher ann@127.0.0.1:{port}: .* Connection refused"):
        async with site.asked(f"ann@127.0.0.1:{port}"):
            pass


async def test_who_may_only_look_sends_no_frames_of_a_script(site: Site) -> None:
    async with anns(site):
        site.be("bob")
        with pytest.raises(ConnectionLost):
            async with site.asked() as dispatcher:
                await spool(dispatcher, "#" * (1 << 20))
        async with site.asked() as dispatcher:
            assert jobs(await dispatcher.list()) == ["hers"]
