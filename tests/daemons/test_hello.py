"""daemons.hello: who gets in, who does not, and what each is told. Real TCP on the loopback."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st
from trio.testing import MockClock

from daemons import hello
from daemons.hello import (
    Accepted,
    Denied,
    Hello,
    HelloDenied,
    Identity,
    Peer,
    Proof,
    Welcome,
    answer,
    introduce,
    proofs,
)
from daemons.keys import Keyring
from daemons.streams import FramedStream, LinkError, frame_of
from runtime.farm_messages import FARM_PROTOCOL

MASTER = Keyring(master=b"m" * 32)
OTHER_SITE = Keyring(master=b"o" * 32)


def of(user: str, site: Keyring = MASTER) -> Keyring:
    key = site.key_of(user)
    assert key is not None
    return Keyring(user=user, own=key)


MAITRED = Identity("maitre-d", "farm", "head", MASTER, frozenset({"wanda"}))
ALFSERVER = Identity("alfserver", "farm", "node1", MASTER)
ANN = Identity("dispatcher", "ann", "desk", of("ann"))


@asynccontextmanager
async def wires() -> AsyncIterator[tuple[FramedStream, FramedStream]]:
    """Both ends of a TCP connection: who connects, who accepts."""
    (listener,) = await trio.open_tcp_listeners(0, host="127.0.0.1")
    port = listener.socket.getsockname()[1]
    async with listener, await trio.open_tcp_stream("127.0.0.1", port) as near, await listener.accept() as far:
        yield FramedStream(near, 64 * 1024), FramedStream(far, 64 * 1024)


Outcome = Peer | LinkError


async def meet(connector: Identity, acceptor: Identity, expect: str = "") -> tuple[Outcome, Outcome]:
    """What each of two identities thinks of the other after a hello, the connector's view first."""
    found: dict[str, Outcome] = {}

    async def note(side: str, peer: object) -> None:
        try:
            found[side] = await peer  # type: ignore[misc]  # a coroutine of either side
        except LinkError as error:
            found[side] = error

    async with wires() as (near, far), trio.open_nursery() as nursery:
        role = expect or acceptor.role
        nursery.start_soon(note, "connector", introduce(near, connector, role, "head:9000", FARM_PROTOCOL))
        nursery.start_soon(note, "acceptor", answer(far, acceptor, FARM_PROTOCOL))
    return found["connector"], found["acceptor"]


async def say(stream: FramedStream, *words: object) -> None:
    await stream.stream.send_all(frame_of(msgspec.msgpack.Encoder().encode_into, bytearray(), *words))


def hello_of(identity: Identity, expect: str = "maitre-d") -> Hello:
    return Hello(FARM_PROTOCOL, identity.role, identity.user, identity.host, expect, True, b"n" * 32)


async def refused(stream: FramedStream) -> str:
    """The last word of the other side."""
    word: object = None
    while (body := await stream.receive_body()) is not None:
        word = msgspec.msgpack.decode(body, type=Welcome | Accepted | Denied)
    assert isinstance(word, Denied)
    return word.text


@pytest.fixture
def strangers(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel vouches for nobody, as between machines."""

    async def nobody(stream: trio.SocketStream) -> int | None:
        return None

    monkeypatch.setattr(hello, "kernel_uid", nobody)


# ---- with keys -------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("strangers")
@pytest.mark.parametrize("acceptor", [MAITRED, ALFSERVER, Identity("dispatcher", "ann", "desk", of("ann"))], ids=str)
async def test_each_knows_who_the_other_is(acceptor: Identity) -> None:
    role = "client" if acceptor.role == "dispatcher" else "dispatcher"

    views = await meet(Identity(role, "ann", "desk", of("ann")), acceptor)

    assert views == (Peer(acceptor.role, acceptor.user, acceptor.host), Peer(role, "ann", "desk"))


@pytest.mark.usefixtures("strangers")
async def test_a_wrangler_is_known_as_one() -> None:
    _, seen = await meet(Identity("client", "wanda", "desk", of("wanda")), MAITRED)

    assert seen == Peer("client", "wanda", "desk", wrangler=True)


@pytest.mark.usefixtures("strangers")
async def test_a_key_of_another_site_is_refused_by_who_comes_and_told_to_who_waits() -> None:
    ours, theirs = await meet(Identity("dispatcher", "ann", "desk", of("ann", OTHER_SITE)), MAITRED)

    assert "the maitre-d at head:9000 does not know ann's key" in str(ours)
    assert isinstance(theirs, HelloDenied)
    assert "made from another master key" in str(theirs)


@pytest.mark.usefixtures("strangers")
async def test_without_a_key_a_user_is_told_where_to_get_one() -> None:
    ours, theirs = await meet(Identity("dispatcher", "ann", "desk"), MAITRED)

    assert "ann on desk has no key: alfred -newkey ann, where the master key is" in str(ours)
    assert "has no key" in str(theirs)


@pytest.mark.usefixtures("strangers")
async def test_one_with_a_key_does_not_talk_to_a_daemon_without() -> None:
    ours, _ = await meet(ANN, Identity("maitre-d", "farm", "head"))

    assert "this maitre-d has no key" in str(ours)


@pytest.mark.usefixtures("strangers")
async def test_a_daemon_that_claims_to_need_no_proof_is_not_believed() -> None:
    async with wires() as (near, far), trio.open_nursery() as nursery:

        async def pretend() -> None:
            await far.receive_body()
            await say(far, Welcome(FARM_PROTOCOL, "maitre-d", "farm", "head", b"n" * 32, b""))

        nursery.start_soon(pretend)
        with pytest.raises(LinkError, match="the maitre-d at head:9000 proves nothing"):
            await introduce(near, ANN, "maitre-d", "head:9000", FARM_PROTOCOL)


@pytest.mark.usefixtures("strangers")
async def test_another_users_name_needs_another_users_key() -> None:
    """Bob says that he is ann, and does not mind that the proof of the maitre-d makes no sense to him."""
    bobs = of("bob").own
    async with wires() as (near, far), trio.open_nursery() as nursery:

        async def lie() -> None:
            said = hello_of(ANN)
            await say(near, said)
            welcome = msgspec.msgpack.decode(await near.receive_body() or b"", type=Welcome)
            await say(near, Proof(proofs(bobs, said, welcome).connector))

        nursery.start_soon(lie)
        with pytest.raises(LinkError, match="the dispatcher of ann on desk gave a wrong proof: not by ann's key"):
            await answer(far, MAITRED, FARM_PROTOCOL)


@pytest.mark.usefixtures("strangers")
async def test_repeated_bytes_of_a_good_hello_are_refused() -> None:
    said = hello_of(ANN)
    before = Welcome(FARM_PROTOCOL, "maitre-d", "farm", "head", b"o" * 32, b"")
    good = proofs(of("ann").own, said, before).connector
    async with wires() as (near, far):
        await say(near, said, Proof(good))

        with pytest.raises(LinkError, match="not by ann's key"):
            await answer(far, MAITRED, FARM_PROTOCOL)


@pytest.mark.usefixtures("strangers")
async def test_a_reflected_proof_is_refused() -> None:
    async with wires() as (near, far), trio.open_nursery() as nursery:

        async def reflect() -> None:
            await say(near, hello_of(ANN))
            welcome = msgspec.msgpack.decode(await near.receive_body() or b"", type=Welcome)
            await say(near, Proof(welcome.proof))

        nursery.start_soon(reflect)
        with pytest.raises(LinkError, match="not by ann's key"):
            await answer(far, MAITRED, FARM_PROTOCOL)


@pytest.mark.usefixtures("strangers")
async def test_a_proof_as_one_role_is_none_as_another() -> None:
    key = of("ann").own
    said = hello_of(ANN, expect="maitre-d")
    welcome = Welcome(FARM_PROTOCOL, "maitre-d", "farm", "head", b"n" * 32, b"")

    nimby = msgspec.structs.replace(said, role="nimby")
    alfserver = msgspec.structs.replace(welcome, role="alfserver")

    each = {proofs(key, said, welcome), proofs(key, nimby, welcome), proofs(key, said, alfserver)}
    assert len(each) == 3
    assert len({one for both in each for one in (both.acceptor, both.connector)}) == 6


@pytest.mark.usefixtures("strangers")
async def test_a_dispatcher_that_says_it_is_a_maitre_d_gets_no_connection() -> None:
    """Ann's dispatcher has her key: it could prove itself to her programs under any role, if roles were not asked."""
    ours, theirs = await meet(ANN, Identity("dispatcher", "ann", "desk", of("ann")), expect="maitre-d")

    assert "this is the dispatcher of desk, not a maitre-d" in str(ours)
    assert "not a maitre-d" in str(theirs)


@pytest.mark.usefixtures("strangers")
@pytest.mark.parametrize("role", ["maitre-d", "alfserver", "nimby", "client", "wizard"])
async def test_an_alfserver_takes_dispatchers_alone(role: str) -> None:
    ours, _ = await meet(Identity(role, "ann", "desk", of("ann")), ALFSERVER)

    assert "an alfserver takes no connections from" in str(ours)
    assert role in str(ours)


# ---- without keys ----------------------------------------------------------------------------------------------


async def test_without_keys_the_kernel_vouches_for_processes_of_the_same_user() -> None:
    ours, theirs = await meet(Identity("dispatcher", "ann", "desk"), Identity("maitre-d", "farm", "head"))

    assert ours == Peer("maitre-d", "farm", "head", uid=os.getuid())
    assert theirs == Peer("dispatcher", "ann", "desk", uid=os.getuid())


async def test_without_keys_another_user_of_this_machine_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    async def somebody(stream: trio.SocketStream) -> int | None:
        return os.getuid() + 1

    monkeypatch.setattr(hello, "kernel_uid", somebody)

    ours, _ = await meet(Identity("dispatcher", "ann", "desk"), Identity("maitre-d", "farm", "head"))

    assert "another user's or another machine's process, and this maitre-d has no key" in str(ours)


# ---- nonsense --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (b"\0\0\0\x01\xc1", "not a hello"),
        (b"GET / HTTP/1.1\r\n\r\n", "over the limit of 65536"),
        ((70_000).to_bytes(4, "big"), "a frame of 70000 bytes is over the limit"),
        (frame_of(msgspec.msgpack.Encoder().encode_into, bytearray(), Accepted()), "an Accepted came in the hello"),
        (frame_of(msgspec.msgpack.Encoder().encode_into, bytearray(), Proof(b"x")), "a Proof came in the hello"),
        (
            frame_of(
                msgspec.msgpack.Encoder().encode_into, bytearray(), Hello(9, "nimby", "a", "b", "c", True, b"n" * 32)
            ),
            "the nimby speaks protocol 9, this side 1",
        ),
        (
            frame_of(
                msgspec.msgpack.Encoder().encode_into, bytearray(), Hello(1, "nimby", "a\nb", "b", "c", True, b"n" * 32)
            ),
            "not a hello",
        ),
        (
            frame_of(msgspec.msgpack.Encoder().encode_into, bytearray(), Hello(1, "nimby", "a", "b", "c", True, b"")),
            "not a hello",
        ),
        (b"\0\0\0\x09abc", "ended within a message"),
        (b"", "closed the connection before the hello was finished"),
    ],
)
async def test_what_is_no_hello_ends_it_with_a_reason(sent: bytes, reason: str) -> None:
    async with wires() as (near, far):
        await near.stream.send_all(sent)
        await near.stream.send_eof()

        with pytest.raises(LinkError, match=reason):
            await answer(far, MAITRED, FARM_PROTOCOL)


async def test_who_is_refused_is_told_why() -> None:
    async with wires() as (near, far):
        await say(near, hello_of(ANN, expect="alfserver"))
        with pytest.raises(LinkError):
            await answer(far, MAITRED, FARM_PROTOCOL)
        await far.close()

        assert await refused(near) == "this is the maitre-d of head, not an alfserver"


async def test_a_peer_that_says_nothing_is_not_waited_for(autojump_clock: MockClock) -> None:
    async with wires() as (_, far):
        with pytest.raises(LinkError, match="did not finish its hello within 10 s"):
            await answer(far, MAITRED, FARM_PROTOCOL)


async def test_a_peer_that_comes_a_byte_at_a_time_is_not_waited_for_either(autojump_clock: MockClock) -> None:
    async with wires() as (near, far), trio.open_nursery() as nursery:

        async def drip() -> None:
            for byte in frame_of(msgspec.msgpack.Encoder().encode_into, bytearray(), hello_of(ANN)):
                await near.stream.send_all(bytes([byte]))
                await trio.sleep(1)

        nursery.start_soon(drip)
        with pytest.raises(LinkError, match="did not finish its hello within 10 s"):
            await answer(far, MAITRED, FARM_PROTOCOL)
        nursery.cancel_scope.cancel()


async def test_a_daemon_that_accepts_and_says_nothing_is_given_up(autojump_clock: MockClock) -> None:
    async with wires() as (near, _):
        with pytest.raises(LinkError, match="the maitre-d at head:9000 did not finish its hello within 10 s"):
            await introduce(near, ANN, "maitre-d", "head:9000", FARM_PROTOCOL)


@given(st.lists(st.binary(max_size=100), max_size=3), st.booleans())
async def test_any_bytes_end_a_hello_with_a_reason(bodies: list[bytes], framed: bool) -> None:
    async with wires() as (near, far):
        for body in bodies:
            await near.stream.send_all((len(body).to_bytes(4, "big") if framed else b"") + body)
        await near.stream.send_eof()

        with pytest.raises(LinkError):
            await answer(far, MAITRED, FARM_PROTOCOL)


async def test_the_last_words_of_who_has_proved_nothing_do_not_move_the_cursor() -> None:
    async with wires() as (near, far):
        await say(far, Denied("no\x1b[2J\nalfred: all is well" + "x" * 10_000))

        with pytest.raises(HelloDenied) as denied:
            await introduce(near, ANN, "maitre-d", "head:9000", FARM_PROTOCOL)

    assert str(denied.value).isprintable()
    assert len(str(denied.value)) <= 1000
