"""daemons.wire and daemons.frames: decoding is validation, and one client's trouble is its own."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st

from daemons import wire
from daemons.frames import FrameError, FrameReader, frame
from daemons.streams import LinkError
from runtime.messages import PROTOCOL, Changed, Greeting, List, Queue, Refusal


@given(st.lists(st.binary(max_size=300)), st.data())
def test_frames_come_out_as_they_went_in_however_the_stream_is_cut(bodies: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(map(frame, bodies))
    reader = FrameReader(300)
    found = []

    while stream:
        cut = data.draw(st.integers(1, len(stream)))
        found += reader.feed(stream[:cut])
        stream = stream[cut:]

    assert found == bodies
    assert reader.pending_bytes == 0


def test_a_length_over_the_limit_is_refused_before_its_body_is_read() -> None:
    with pytest.raises(FrameError, match="frame of 2000000000 bytes is over the limit of 100"):
        FrameReader(100).feed((2_000_000_000).to_bytes(4, "big"))


@asynccontextmanager
async def pair(path: Path) -> AsyncIterator[tuple[trio.SocketStream, trio.SocketStream]]:
    """Both ends of a connection through `path`: the client's, the server's."""
    listener = wire.listen(path)
    async with listener:
        client = await wire.connect(path)
        server = await listener.accept()
        async with client, server:
            yield client, server


async def test_greetings_are_exchanged_and_messages_follow(tmp_path: Path) -> None:
    async with pair(tmp_path / "s") as (near, far):
        client, server = wire.Connection(near), wire.Connection(far)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(client.greet, "client", "ann")
            greeting = await server.greet("dispatcher", "ann", answer=True)
        client.post(List(id=3))
        await client.flush()

        assert (greeting.role, greeting.pid) == ("client", os.getpid())
        assert await server.receive() == List(id=3)


async def test_a_large_frame_may_follow_the_greetings_at_once(tmp_path: Path) -> None:
    async with pair(tmp_path / "s") as (near, far):
        client, server = wire.Connection(near), wire.Connection(far)
        large = Refusal(text="x" * 2 * wire.GREETING_LIMIT_BYTES)

        async def send_at_once() -> None:
            await client.greet("client", "ann")
            client.post(large)
            await client.flush()

        async with trio.open_nursery() as nursery:
            nursery.start_soon(send_at_once)
            await server.greet("dispatcher", "ann", answer=True)
            assert await server.receive() == large


async def test_the_kernel_says_whose_process_connects(tmp_path: Path) -> None:
    async with pair(tmp_path / "s") as (near, far):
        assert wire.peer_uid(near) == wire.peer_uid(far) == os.getuid()


async def test_a_socket_of_another_user_is_not_talked_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with wire.listen(tmp_path / "s"):
        monkeypatch.setattr(wire, "peer_uid", lambda stream: os.getuid() + 1)
        with pytest.raises(LinkError, match="belongs to another user"):
            await wire.connect(tmp_path / "s")


async def test_a_path_too_long_for_a_socket_address_works(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 100) / ("e" * 100)
    deep.mkdir(parents=True)

    async with pair(deep / "socket") as (near, far):
        await near.send_all(b"x")
        assert await far.receive_some() == b"x"


async def test_what_a_dead_dispatcher_left_is_replaced(tmp_path: Path) -> None:
    await wire.listen(tmp_path / "s").aclose()
    with pytest.raises(ConnectionRefusedError):
        await wire.connect(tmp_path / "s")

    async with pair(tmp_path / "s"):
        pass


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (frame(b"\xc1"), "not a message"),
        (frame(msgspec.msgpack.encode({"type": "Nonsense"})), "not a message"),
        (frame(msgspec.msgpack.encode({"type": "List", "id": "x"})), "not a message"),
        (b"GET / HTTP/1.1\r\n\r\n", "over the limit"),
        (frame(b"x" * 70_000), "over the limit"),
        (wire.pack(List()), "first message was no greeting"),
        (wire.pack(Greeting(protocol=PROTOCOL + 1, role="gui", user="u", pid=1)), "speaks protocol 2, this side 1"),
        (b"\0\0\0\x09abc", "ended within a message"),
        (b"", "closed the connection"),
    ],
)
async def test_what_is_no_greeting_ends_the_connection_with_a_reason(tmp_path: Path, sent: bytes, reason: str) -> None:
    async with pair(tmp_path / "s") as (near, far):
        await near.send_all(sent)
        await near.send_eof()

        with pytest.raises(LinkError, match=reason):
            await wire.Connection(far).greet("dispatcher", "ann", answer=True)


async def test_a_client_that_does_not_read_gets_the_state_afresh_and_no_backlog(tmp_path: Path) -> None:
    fresh = Queue(jobs=(), slots=7)
    async with pair(tmp_path / "s") as (near, far):
        server, client = wire.Connection(far, fresh=lambda: fresh), wire.Connection(near)

        for number in range(wire.NEWS_LIMIT + 1):
            server.news(wire.pack(Changed(change="progress", jid=number)))
        server.post(Refusal(id=5, text="a reply is never dropped"))
        await server.flush()

        assert await client.receive() == Refusal(id=5, text="a reply is never dropped")
        assert await client.receive() == fresh


async def test_a_writer_whose_reader_is_gone_ends_quietly(tmp_path: Path) -> None:
    async with pair(tmp_path / "s") as (near, far):
        server = wire.Connection(far)
        await near.aclose()

        server.post(Refusal(text="x" * 1_000_000))
        with trio.fail_after(5):
            await server.write_forever()


@given(st.binary(max_size=200))
def test_any_bytes_are_a_message_or_an_error_with_words(body: bytes) -> None:
    try:
        wire.decode(body)
    except LinkError as error:
        assert str(error).startswith("not a message")
