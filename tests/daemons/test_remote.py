"""daemons.remote: the dispatcher's connections to alfservers, with scripted ones at the other end of real sockets."""

from __future__ import annotations

import getpass
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trio
import trio.testing

from daemons import remote
from daemons.link import Identity, Link, accept, listen
from daemons.remote import Remotes
from runtime.farm_messages import (
    Acknowledge,
    AttemptState,
    Began,
    Context,
    End,
    Ended,
    Follow,
    Launch,
    LeaseId,
    Printed,
    Renew,
    Renewed,
    Resume,
    Resumed,
)
from runtime.remote import News, Terms, Undelivered

LEASE = LeaseId(1, 1)
HOME = Context(3, "/", {})
LIMIT_S = 20.0


def identity(role: str) -> Identity:
    return Identity(role, getpass.getuser(), socket.gethostname())


def launch(attempt: int, keep_stdout: bool = False) -> Launch:
    return Launch(attempt, f"3.1.{attempt}", LEASE, "a1", 60.0, 3, ("true",), {}, keep_stdout=keep_stdout)


class Alfserver:
    """A scripted alfserver: the test takes its links one by one and speaks for it."""

    def __init__(self) -> None:
        self.listener = listen("127.0.0.1", 0, identity("alfserver"))
        self.where = ("127.0.0.1", int(self.listener.socket.getsockname()[1]))

    @asynccontextmanager
    async def link(self, *attempts: AttemptState, met: bool = True) -> AsyncIterator[Link]:
        """The next connection, of which the first messages are exchanged."""
        link = await accept(await self.listener.accept(), identity("alfserver"))
        try:
            if met:
                assert await link.receive() == Resume("me")
                link.post(Resumed("a", 4, attempts))
            yield link
        finally:
            await link.close()


class Heard:
    """What the core would hear."""

    def __init__(self) -> None:
        self.news: list[News] = []
        self._more = trio.Event()

    def hear(self, news: Sequence[News]) -> None:
        self.news += news
        self._more.set()
        self._more = trio.Event()

    async def until(self, *news: News) -> None:
        while self.news != list(news):
            assert len(self.news) < max(1, len(news)) or self.news == list(news), self.news
            await self._more.wait()


@asynccontextmanager
async def remotes(terms: Terms | None = None) -> AsyncIterator[tuple[Remotes, Heard]]:
    heard = Heard()
    with trio.fail_after(LIMIT_S):
        async with trio.open_nursery() as nursery:
            pool = Remotes("me", identity("dispatcher"), terms or Terms(60.0, 10.0), nursery)
            pool.hear = heard.hear
            yield pool, heard
            nursery.cancel_scope.cancel()


async def hears(link: Link, *wanted: object) -> None:
    """The next messages, without renewals."""
    for one in wanted:
        message = await link.receive()
        while isinstance(message, Renew):
            message = await link.receive()
        assert message == one


async def test_commands_for_one_alfserver_share_a_connection_and_a_context(tmp_path: Path) -> None:
    alfserver = Alfserver()
    async with remotes() as (pool, heard):
        pool.launch(alfserver.where, launch(1), HOME, str(tmp_path / "1"))
        pool.launch(alfserver.where, launch(2), HOME, str(tmp_path / "2"))
        async with alfserver.link() as link:
            await hears(link, HOME, launch(1), launch(2))
            link.post(Began(1, 11, 0.0), Ended(1, 0, 0.1))

            await heard.until(Began(1, 11, 0.0), Ended(1, 0, 0.1))


async def test_output_is_in_its_file_before_the_end_is_told(tmp_path: Path) -> None:
    alfserver = Alfserver()
    log = tmp_path / "3/1.1.1.log"
    async with remotes() as (pool, heard):
        pool.launch(alfserver.where, launch(1, keep_stdout=True), HOME, str(log))
        async with alfserver.link() as link:
            await hears(link, HOME, launch(1, keep_stdout=True))
            link.post(Printed(1, 0, b"one\n"), Printed(1, 0, b"one\ntwo\n"), Ended(1, 0, 0.1))
            await heard.until(Ended(1, 0, 0.1))

    assert log.read_bytes() == b"one\ntwo\n"
    assert Path(f"{log}.times").stat().st_size == 16
    assert Path(f"{log}.stdout").read_bytes() == b""


async def test_after_a_cut_connection_output_goes_on_where_it_broke_off(tmp_path: Path) -> None:
    alfserver = Alfserver()
    log = tmp_path / "1"
    async with remotes() as (pool, heard):
        pool.launch(alfserver.where, launch(1), HOME, str(log))
        async with alfserver.link() as link:
            await hears(link, HOME, launch(1))
            link.post(Began(1, 11, 0.0), Printed(1, 0, b"12345"))
            await heard.until(Began(1, 11, 0.0))
        async with alfserver.link(AttemptState(1, LEASE, True, 8)) as link:
            await hears(link, Follow(1, 5, 0))
            link.post(Printed(1, 5, b"678"), Ended(1, 0, 0.1))
            await heard.until(Began(1, 11, 0.0), Ended(1, 0, 0.1))

    assert log.read_bytes() == b"12345678"


async def test_a_launch_that_was_cut_off_is_asked_about(tmp_path: Path) -> None:
    alfserver = Alfserver()
    async with remotes() as (pool, heard):
        for attempt in (1, 2):
            pool.launch(alfserver.where, launch(attempt), HOME, str(tmp_path / str(attempt)))
        async with alfserver.link() as link:
            await hears(link, HOME, launch(1), launch(2))
        async with alfserver.link(AttemptState(1, LEASE, True, 0)) as link:
            await hears(link, Follow(1, 0, 0))
            await heard.until(Began(1, 0, 0.0), Undelivered(2, "its launch did not reach the alfserver"))


async def test_where_nobody_listens_a_launch_has_never_started(tmp_path: Path) -> None:
    alfserver = Alfserver()
    await alfserver.listener.aclose()
    async with remotes() as (pool, heard):
        pool.launch(alfserver.where, launch(1), HOME, str(tmp_path / "1"))
        while not heard.news:
            await trio.testing.wait_all_tasks_blocked()

    undelivered = heard.news[0]
    assert isinstance(undelivered, Undelivered) and undelivered.unreachable
    assert "cannot be reached" in undelivered.reason


async def test_what_ran_before_a_restart_is_found_again_with_its_output(tmp_path: Path) -> None:
    alfserver = Alfserver()
    log = tmp_path / "7"
    log.write_bytes(b"before")
    async with remotes() as (pool, heard):
        pool.adopt(alfserver.where, 7, str(log), keep_stdout=False)
        async with alfserver.link(AttemptState(7, LEASE, False, 12)) as link:
            await hears(link, Follow(7, 6, 0))
            link.post(Printed(7, 6, b" after"), Ended(7, 3, 0.1))
            await heard.until(Ended(7, 3, 0.1))
            pool.acknowledge([7])
            await hears(link, Acknowledge((7,)))

    assert log.read_bytes() == b"before after"
    assert not pool.in_use


async def test_ends_of_attempts_elsewhere_are_told_to_their_alfservers_only(tmp_path: Path) -> None:
    first, second = Alfserver(), Alfserver()
    async with remotes() as (pool, _):
        pool.launch(first.where, launch(1), HOME, str(tmp_path / "1"))
        pool.launch(second.where, launch(2), HOME, str(tmp_path / "2"))
        async with first.link() as one, second.link() as two:
            await hears(one, HOME, launch(1))
            await hears(two, HOME, launch(2))
            pool.end([2, 99], 5.0)

            await hears(two, End((2,), 5.0))
        assert 1 in pool and 99 not in pool


async def test_an_alfserver_that_falls_silent_is_hung_up_on_and_asked_again(tmp_path: Path) -> None:
    alfserver = Alfserver()
    async with remotes(Terms(lease_s=0.3, grace_s=10.0)) as (pool, heard):
        pool.launch(alfserver.where, launch(1), HOME, str(tmp_path / "1"))
        async with alfserver.link() as silent:
            await hears(silent, HOME, launch(1))
            async with alfserver.link(AttemptState(1, LEASE, True, 0)) as link:
                await hears(link, Follow(1, 0, 0))
                await heard.until(Began(1, 0, 0.0))


async def test_leases_are_renewed_as_long_as_commands_run(tmp_path: Path) -> None:
    alfserver = Alfserver()
    async with remotes(Terms(lease_s=0.3, grace_s=10.0)) as (pool, _):
        pool.launch(alfserver.where, launch(1), HOME, str(tmp_path / "1"))
        async with alfserver.link() as link:
            serials = []
            while len(serials) < 3:
                message = await link.receive()
                if isinstance(message, Renew):
                    assert (message.attempts, message.lease_s) == ((1,), 0.3)
                    serials.append(message.serial)
                    link.post(Renewed(message.serial))

    assert serials == [1, 2, 3]


async def test_what_cannot_be_asked_about_is_lost_when_its_lease_is_over(tmp_path: Path) -> None:
    alfserver = Alfserver()
    await alfserver.listener.aclose()
    async with remotes(Terms(lease_s=0.2, grace_s=0.1)) as (pool, heard):
        pool.adopt(alfserver.where, 7, str(tmp_path / "7"), keep_stdout=False)
        await heard.until(Ended(7, 0, 0.0, lost=True, reason="its alfserver was not reached until its lease was over"))


async def test_garbage_from_an_alfserver_ends_the_connection_and_not_the_command(tmp_path: Path) -> None:
    alfserver = Alfserver()
    async with remotes() as (pool, heard):
        pool.launch(alfserver.where, launch(1), HOME, str(tmp_path / "1"))
        async with alfserver.link() as link:
            await hears(link, HOME, launch(1))
            await link.stream.send_all(b"\0\0\0\x02\xc1\xc1")
        async with alfserver.link(AttemptState(1, LEASE, True, 0)) as link:
            await hears(link, Follow(1, 0, 0))
            await heard.until(Began(1, 0, 0.0))


async def test_a_connection_that_nobody_needs_is_closed_after_a_while(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "KEEP_S", 0.01)
    alfserver = Alfserver()
    async with remotes() as (pool, heard):
        pool.launch(alfserver.where, launch(1), HOME, str(tmp_path / "1"))
        async with alfserver.link() as link:
            await hears(link, HOME, launch(1))
            link.post(Ended(1, 0, 0.1))
            await heard.until(Ended(1, 0, 0.1))
            pool.acknowledge([1])
            await hears(link, Acknowledge((1,)), None)
