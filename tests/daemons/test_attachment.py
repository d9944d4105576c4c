"""daemons.attachment: a dispatcher's way to its maitre-d, with scripted ones at the other end of real sockets."""

from __future__ import annotations

import getpass
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import trio

from daemons import attachment
from daemons.attachment import Attachment, Giver
from daemons.lasting import Lasting
from daemons.link import Identity, Link, accept, listen
from daemons.reading import ScriptReader
from runtime.dispatcher import Dispatcher
from runtime.farm_messages import (
    Attach,
    Attached,
    Detach,
    Explain,
    Explained,
    FarmMessage,
    Granted,
    GrantedSlot,
    Lease,
    LeaseId,
    Refused,
    Resumed,
    Returned,
)
from runtime.machine import Machine
from runtime.orders import Order, ToMaitred
from runtime.remote import Terms

LIMIT_S = 20.0
LEASE = Lease(LeaseId(7, 1), (GrantedSlot("a1", "a", "127.0.0.2", 1501),))


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pauses between two tries would only be waited for."""
    monkeypatch.setattr(attachment, "FIRST_PAUSE_S", 0.01)
    monkeypatch.setattr(attachment, "LONGEST_PAUSE_S", 0.05)


def identity(role: str) -> Identity:
    return Identity(role, getpass.getuser(), socket.gethostname())


@dataclass
class Site:
    """alfred.ini, which may change."""

    maitreds: Sequence[tuple[str, int]] = ()
    chaos_after_s: float = 1000.0


class Alone:
    """Chaos mode that only notes what it is told; `possible` says whether there is a schedule."""

    def __init__(self, possible: bool = False) -> None:
        self.possible = possible
        self.began: list[Attach] = []
        self.ended = 0
        self.said: list[FarmMessage] = []
        self.begun = trio.Event()

    async def begin(self, attach: Attach) -> Giver | None:
        self.began.append(attach)
        self.begun.set()
        return self if self.possible else None

    def end(self) -> None:
        self.ended += 1

    def post(self, *messages: FarmMessage) -> None:
        self.said += messages


class Maitred:
    """A scripted maitre-d."""

    def __init__(self) -> None:
        self.listener = listen("127.0.0.1", 0, identity("maitre-d"))
        self.where = ("127.0.0.1", int(self.listener.socket.getsockname()[1]))

    @asynccontextmanager
    async def link(self, epoch: int = 7) -> AsyncIterator[tuple[Link, Attach]]:
        """The next dispatcher that attaches, answered."""
        link = await accept(await self.listener.accept(), identity("maitre-d"))
        try:
            attach = await link.receive()
            assert isinstance(attach, Attach)
            if epoch:
                link.post(Attached(epoch, 90.0, 5.0))
            yield link, attach
        finally:
            await link.close()


@dataclass
class Party:
    """A dispatcher's core with its attachment, as the process has them."""

    core: Dispatcher
    attachment: Attachment
    lasting: Lasting
    terms: Terms

    async def until(self, name: str) -> None:
        """Wait until this one gives slots."""
        while self.attachment.name != name:
            await trio.sleep(0.01)


@asynccontextmanager
async def attaching(directory: Path, site: Site, alone: Alone | None = None) -> AsyncIterator[Party]:
    core = Dispatcher(Machine(()), ScriptReader())
    lasting, terms = Lasting(directory), Terms(120.0, 10.0)
    way = Attachment(core, identity("dispatcher"), lasting, 9001, terms, lambda: site, alone or Alone())

    def carry_out(orders: Sequence[Order]) -> None:
        for order in orders:
            if isinstance(order, ToMaitred):
                way.say(order.message)

    way.carry_out = carry_out
    way.prepare()
    with trio.fail_after(LIMIT_S):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(way.run)
            yield Party(core, way, lasting, terms)
            nursery.cancel_scope.cancel()


def name_of(maitred: Maitred) -> str:
    return f"{socket.gethostname()}:{maitred.where[1]}"


async def test_a_dispatcher_says_who_it_is_and_takes_the_terms(tmp_path: Path) -> None:
    maitred = Maitred()
    async with attaching(tmp_path, Site([maitred.where])) as party, maitred.link(epoch=9) as (_, attach):
        await party.until(name_of(maitred))

        assert (attach.dispatcher, attach.port, attach.epoch) == (party.lasting.dispatcher, 9001, 0)
        assert (party.terms.lease_s, party.terms.grace_s) == (90.0, 5.0)
        assert Lasting(tmp_path).epoch == 9


async def test_the_first_of_the_list_that_answers_is_taken(tmp_path: Path) -> None:
    dead, living = Maitred(), Maitred()
    await dead.listener.aclose()
    async with attaching(tmp_path, Site([dead.where, living.where])) as party, living.link():
        await party.until(name_of(living))


async def test_one_that_does_not_take_it_is_left_for_the_next(tmp_path: Path) -> None:
    standby, leader = Maitred(), Maitred()
    site = Site([standby.where])
    async with attaching(tmp_path, site) as party, standby.link(epoch=0) as (link, _):
        link.post(Refused(0, "another maitre-d leads"))
        site.maitreds = [leader.where]
        async with leader.link():
            await party.until(name_of(leader))


async def test_one_whose_term_is_over_is_left_for_the_first_of_the_list_that_answers(tmp_path: Path) -> None:
    leader, former = Maitred(), Maitred()
    site = Site([former.where])
    async with attaching(tmp_path, site) as party, former.link(epoch=7):
        await party.until(name_of(former))
        site.maitreds = [leader.where, former.where]

        party.attachment.ruled_by(9)

        async with leader.link(epoch=9):
            await party.until(name_of(leader))


async def test_where_nobody_else_answers_one_whose_term_is_over_hears_of_the_later_one(tmp_path: Path) -> None:
    former = Maitred()
    async with attaching(tmp_path, Site([former.where])) as party, former.link(epoch=7):
        await party.until(name_of(former))
        party.attachment.ruled_by(9)
        async with former.link(epoch=7) as (_, unchanged), former.link(epoch=10) as (_, told):
            await party.until(name_of(former))

    assert (unchanged.epoch, told.epoch) == (7, 9)


async def test_news_of_the_term_that_is_known_disturbs_nobody(tmp_path: Path) -> None:
    maitred = Maitred()
    async with attaching(tmp_path, Site([maitred.where])) as party, maitred.link(epoch=7):
        await party.until(name_of(maitred))

        party.attachment.ruled_by(7)

        assert party.attachment.name == name_of(maitred)


async def test_alfred_ini_is_read_again_while_nobody_is_attached(tmp_path: Path) -> None:
    first, second = Maitred(), Maitred()
    site = Site([first.where])
    async with attaching(tmp_path, site) as party:
        async with first.link():
            await party.until(name_of(first))
        site.maitreds = [second.where]
        await first.listener.aclose()
        async with second.link() as (_, attach):
            await party.until(name_of(second))

    assert attach.epoch == 7


async def test_a_grant_that_nobody_wants_any_more_goes_back_at_once(tmp_path: Path) -> None:
    maitred = Maitred()
    async with attaching(tmp_path, Site([maitred.where])), maitred.link() as (link, _):
        link.post(Granted(1, LEASE))

        assert await link.receive() == Returned(LEASE.id)


async def test_who_does_not_speak_as_a_maitre_d_is_left(tmp_path: Path) -> None:
    maitred = Maitred()
    async with attaching(tmp_path, Site([maitred.where])) as party:
        async with maitred.link() as (link, _):
            link.post(Resumed("a", 4))
            assert await link.receive() is None
        async with maitred.link():
            await party.until(name_of(maitred))


async def test_why_is_asked_and_answered(tmp_path: Path) -> None:
    maitred = Maitred()
    async with attaching(tmp_path, Site([maitred.where])) as party, maitred.link() as (link, _):
        await party.until(name_of(maitred))
        answers: list[Explained | None] = []
        async with trio.open_nursery() as nursery:

            async def ask() -> None:
                answers.append(await party.attachment.explain(5))

            nursery.start_soon(ask)
            assert await link.receive() == Explain(1, 5)
            link.post(Explained(1, "no server is free"))

        assert answers == [Explained(1, "no server is free")]


async def test_without_anybody_to_ask_why_is_not_answered(tmp_path: Path) -> None:
    async with attaching(tmp_path, Site()) as party:
        assert await party.attachment.explain(5) is None


async def test_at_its_end_a_dispatcher_says_so(tmp_path: Path) -> None:
    maitred = Maitred()
    async with attaching(tmp_path, Site([maitred.where])) as party, maitred.link() as (link, _):
        await party.until(name_of(maitred))
        await party.attachment.leave()

        assert await link.receive() == Detach()


async def test_chaos_begins_when_nobody_has_answered_for_a_while_and_ends_with_the_next_maitre_d(
    tmp_path: Path,
) -> None:
    maitred, alone = Maitred(), Alone(possible=True)
    await maitred.listener.aclose()
    site = Site([maitred.where], chaos_after_s=0.05)
    async with attaching(tmp_path, site, alone) as party:
        await party.until("chaos")
        back = Maitred()
        site.maitreds = [back.where]
        async with back.link():
            await party.until(name_of(back))

    assert (len(alone.began), alone.ended) == (1, 1)


async def test_with_a_list_commands_wait_for_a_maitre_d_before_chaos_begins(tmp_path: Path) -> None:
    maitred, alone = Maitred(), Alone(possible=True)
    await maitred.listener.aclose()
    async with attaching(tmp_path, Site([maitred.where]), alone) as party:
        assert party.core.uses_farm
        assert alone.began == []


async def test_without_a_list_and_without_a_schedule_the_machine_itself_is_the_farm(tmp_path: Path) -> None:
    alone = Alone()
    async with attaching(tmp_path, Site(), alone) as party:
        await alone.begun.wait()

        assert not party.core.uses_farm
        assert party.attachment.name == ""


async def test_without_a_list_a_schedule_means_chaos_at_once(tmp_path: Path) -> None:
    async with attaching(tmp_path, Site(), Alone(possible=True)) as party:
        assert party.core.uses_farm
        await party.until("chaos")
