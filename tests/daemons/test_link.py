"""daemons.link and daemons.streams: messages between processes that know each other, and what ends a link."""

from __future__ import annotations

import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import trio
import trio.testing
from trio.testing import MockClock

from daemons import admission, hello, link
from daemons.hello import Identity
from daemons.keys import Keyring
from daemons.link import Link, LinkError, Unreachable, connect, listen, serve
from runtime.farm_messages import AskFarm, Did, Refused, Renew, Renewed

MAITRED = Identity("maitre-d", "farm", "head")
TOOL = Identity("client", "ann", "desk")


@asynccontextmanager
async def linked() -> AsyncIterator[tuple[Link, Link]]:
    """Both ends of a link, the client's first. Nobody writes."""
    async with listen("127.0.0.2", 0, MAITRED) as listener, trio.open_nursery() as nursery:
        servers: list[Link] = []

        async def take() -> None:
            servers.append(await link.accept(await listener.accept(), MAITRED))

        nursery.start_soon(take)
        client = await connect("127.0.0.2", listener.socket.getsockname()[1], TOOL, "maitre-d")
        while not servers:
            await trio.lowlevel.checkpoint()
        async with client.stream, servers[0].stream:
            yield client, servers[0]
        nursery.cancel_scope.cancel()


async def test_messages_go_both_ways_and_each_end_knows_the_other() -> None:
    async with linked() as (client, server):
        client.post(AskFarm(1))
        server.post(Did(1, "nothing"))

        assert (await server.receive(), await client.receive()) == (AskFarm(1), Did(1, "nothing"))
        assert (server.peer.role, server.peer.user, server.peer.host) == ("client", "ann", "desk")
        assert server.peer.uid == client.peer.uid == os.getuid()


async def test_what_is_posted_together_is_received_together() -> None:
    async with linked() as (client, server):
        asked = [AskFarm(number) for number in range(50)]
        client.post(*asked)

        assert await server.receive_batch() == asked


async def test_the_end_is_none_or_no_messages_and_no_error() -> None:
    async with linked() as (client, server):
        await client.close()

        assert await server.receive() is None
        assert await server.receive_batch() == []


async def test_what_came_before_garbage_is_received_before_the_reason() -> None:
    async with linked() as (client, server):
        client.post(AskFarm(1), AskFarm(2))
        client.post_frame(b"\0\0\0\x01\xc1")

        assert await server.receive_batch() == [AskFarm(1), AskFarm(2)]
        with pytest.raises(LinkError, match="not a message"):
            await server.receive_batch()


async def test_a_frame_over_the_limit_is_refused_before_its_body_comes() -> None:
    async with linked() as (client, server):
        client.post_frame((hello.FRAME_LIMIT_BYTES + 1).to_bytes(4, "big"))

        with pytest.raises(LinkError, match="is over the limit of 67108864"):
            await server.receive()


async def test_a_stream_that_ends_within_a_message_is_no_quiet_end() -> None:
    async with linked() as (client, server):
        client.post_frame(b"\0\0\0\x09abc")
        await client.stream.send_eof()

        with pytest.raises(LinkError, match="ended within a message"):
            await server.receive()


async def test_large_messages_follow_small_ones_in_order_though_they_must_wait() -> None:
    async with linked() as (client, server), trio.open_nursery() as nursery:
        said = [Did(1, "a"), Did(2, "b" * 5_000_000), Did(3, "c")]
        for message in said:
            server.post(message)
        nursery.start_soon(server.write_forever)

        assert [await client.receive() for _ in said] == said
        nursery.cancel_scope.cancel()


async def test_who_does_not_read_is_given_up_when_too_much_waits_for_him() -> None:
    async with linked() as (_, server):
        server.backlog_bytes = 100_000
        server.post(Did(1, "x" * 20_000_000))

        with pytest.raises(LinkError, match=r"does not read: .* bytes wait for it"):
            await server.receive()
        server.post(Did(2, "nothing is sent any more"))


async def test_what_is_on_its_way_to_who_does_not_read_counts_too() -> None:
    async with linked() as (_, server), trio.open_nursery() as nursery:
        server.backlog_bytes = 30_000_000
        nursery.start_soon(server.write_forever)
        server.post(Did(1, "x" * 25_000_000))
        await trio.testing.wait_all_tasks_blocked()

        server.post(Did(2, "x" * 10_000_000))

        with pytest.raises(LinkError, match=r"does not read: .* bytes wait for it"):
            await server.receive()
        nursery.cancel_scope.cancel()


async def test_who_is_given_up_frees_those_who_wait_on_the_link() -> None:
    async with linked() as (_, server), trio.open_nursery() as nursery:

        async def give_up() -> None:
            await trio.testing.wait_all_tasks_blocked()
            server.give_up("its host is gone")

        nursery.start_soon(server.write_forever)
        nursery.start_soon(give_up)
        with pytest.raises(LinkError, match="its host is gone"):
            await server.receive()
        nursery.cancel_scope.cancel()


async def test_small_messages_are_sent_at_once_and_dead_machines_noticed() -> None:
    async with linked() as (client, server):
        for end in (client, server):
            assert end.stream.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
            assert end.stream.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)


async def test_nobody_there_is_told_apart_from_somebody_wrong() -> None:
    async with listen("127.0.0.2", 0, MAITRED) as listener:
        port = listener.socket.getsockname()[1]

    with pytest.raises(Unreachable, match=f"the maitre-d at 127.0.0.2:{port} cannot be reached: Connection refused"):
        await connect("127.0.0.2", port, TOOL, "maitre-d")


def test_without_a_key_nobody_listens_to_the_network() -> None:
    with pytest.raises(LinkError, match="without a key a maitre-d listens on the loopback only"):
        listen("0.0.0.0", 0, MAITRED)
    with listen("", 0, MAITRED).socket as own:
        assert own.getsockname()[0] == "127.0.0.1"


def test_with_a_key_a_daemon_listens_everywhere() -> None:
    with listen("", 0, Identity("maitre-d", "farm", "head", Keyring(master=b"m" * 32))).socket as own:
        assert own.getsockname()[0] == "0.0.0.0"


# ---- a server --------------------------------------------------------------------------------------------------


@asynccontextmanager
async def served() -> AsyncIterator[int]:
    """A server that renews what it is asked to; 13 makes it stumble, 14 is refused. The port."""

    async def handle(client: Link) -> None:
        while message := await client.receive():
            assert isinstance(message, Renew)
            if message.serial == 13:
                raise RuntimeError("a bug")
            if message.serial == 14:
                raise LinkError("14 is not renewed here")
            client.post(Renewed(message.serial))

    async with trio.open_nursery() as nursery, listen("", 0, MAITRED) as listener:
        nursery.start_soon(serve, [listener], MAITRED, handle)
        yield listener.socket.getsockname()[1]
        nursery.cancel_scope.cancel()


async def ask(port: int, serial: int) -> object:
    client = await connect("127.0.0.1", port, TOOL, "maitre-d")
    async with client.stream:
        client.post(Renew(serial, 1.0, ()))
        return await client.receive()


async def test_a_server_serves() -> None:
    async with served() as port:
        assert await ask(port, 1) == Renewed(1)


async def test_a_link_that_goes_wrong_ends_with_a_word_and_the_others_go_on(caplog: pytest.LogCaptureFixture) -> None:
    async with served() as port:
        assert await ask(port, 14) == Refused(0, "14 is not renewed here")
        assert await ask(port, 13) is None
        assert await ask(port, 1) == Renewed(1)

    assert "client of ann on desk: 14 is not renewed here" in caplog.text
    assert "a bug" in caplog.text


async def test_a_crowd_that_says_nothing_does_not_shut_the_door(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission, "IN_HELLO", 3)
    async with served() as port:
        crowd = [await trio.open_tcp_stream("127.0.0.1", port) for _ in range(8)]

        assert await ask(port, 1) == Renewed(1)
        for stream in crowd:
            await stream.aclose()


async def test_who_says_nothing_is_sent_away_in_time(autojump_clock: MockClock) -> None:
    async with served() as port, await trio.open_tcp_stream("127.0.0.1", port) as silent:
        before = trio.current_time()
        assert await silent.receive_some() == b""
        assert trio.current_time() - before == pytest.approx(hello.HELLO_S, abs=0.5)


async def test_a_crowd_that_is_refused_does_not_fill_the_log(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admission, "TOLD_LINES", 3)
    async with served() as port:
        for _ in range(10):
            async with await trio.open_tcp_stream("127.0.0.1", port) as stranger:
                await stranger.send_all(b"garbage!")
                async for _ in stranger:
                    pass  # until it is sent away

    assert len([line for line in caplog.messages if "was refused" in line]) == 3


async def test_a_port_that_is_taken_is_named_with_who_may_have_it() -> None:
    async with listen("127.0.0.2", 0, MAITRED) as listener:
        port = listener.socket.getsockname()[1]

        with pytest.raises(LinkError, match=rf"at 127\.0\.0\.2, port {port}: .*; is another maitre-d there\?"):
            listen("127.0.0.2", port, MAITRED)


async def test_one_user_does_not_take_all_descriptors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link, "most_of_one", lambda: 1)
    async with served() as port:
        one = await connect("127.0.0.1", port, TOOL, "maitre-d")
        async with one.stream:
            two = await connect("127.0.0.1", port, TOOL, "maitre-d")
            async with two.stream:
                assert await two.receive() == Refused(0, "ann has 1 connections already")
        with trio.fail_after(10):
            while await ask(port, 1) != Renewed(1):
                pass  # it has not been noticed yet that the first one has gone
