"""Who is at the other end of a loopback connection: real ones, and tables as kernels write them."""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trio

from daemons import loopback
from daemons.client import NoDispatcher, connect
from daemons.lock import Holder, take
from daemons.state import State
from daemons.streams import LinkError

_HEADING = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"


def _row(local: int, remote: int, state: str, uid: int) -> str:
    far = f"0100007F:{remote:04X}" if remote else "00000000:0000"
    return f"   0: 0100007F:{local:04X} {far} {state} 00000000:00000000 00:00000000 00000000 {uid:5d}        0 77 1\n"


@asynccontextmanager
async def _connected() -> AsyncIterator[tuple[trio.SocketStream, trio.SocketStream]]:
    """A client's end and a dispatcher's end of one connection."""
    listener = loopback.listen()
    assert listener is not None
    port = loopback.port_of(listener)
    async with listener, await trio.open_tcp_stream("127.0.0.1", port) as client, await listener.accept() as accepted:
        yield client, accepted


def _port(stream: trio.SocketStream) -> int:
    return int(stream.socket.getsockname()[1])


async def test_a_process_of_the_same_user_is_known() -> None:
    async with _connected() as (_, accepted):
        assert await loopback.peer_uid(accepted) == os.getuid()


@pytest.mark.parametrize("state", ["04", "05", "06", "08"], ids=["FIN_WAIT1", "FIN_WAIT2", "TIME_WAIT", "CLOSE_WAIT"])
async def test_a_connection_that_is_closing_belongs_to_nobody_though_its_owner_reads_0(
    state: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with _connected() as (client, accepted):
        table = tmp_path / "tcp"
        table.write_text(_HEADING + _row(_port(client), _port(accepted), state, 0))
        monkeypatch.setattr(loopback, "_TABLE", table)

        assert await loopback.peer_uid(accepted) is None


async def test_the_end_that_is_ours_says_nothing_about_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with _connected() as (client, accepted):
        table = tmp_path / "tcp"
        ours, theirs = _port(accepted), _port(client)
        table.write_text(_HEADING + _row(ours, theirs, "01", os.getuid()) + _row(theirs, ours, "01", 4242))
        monkeypatch.setattr(loopback, "_TABLE", table)

        assert await loopback.peer_uid(accepted) == 4242


async def test_who_is_gone_before_he_is_looked_up_is_nobody() -> None:
    async with _connected() as (client, accepted):
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # it closes with a reset
        await client.aclose()

        assert await loopback.peer_uid(accepted) is None


async def test_where_the_table_cannot_be_read_there_is_no_port(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loopback, "_TABLE", tmp_path / "none")

    assert loopback.listen() is None
    assert loopback.port_of(None) == 0


async def test_a_connection_that_nobody_accepted_yet_is_judged_by_who_listens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Older kernels show owner 0 for it: root would trust a stranger, everybody else would not trust himself."""
    listener = loopback.listen()
    assert listener is not None
    async with listener:
        table = tmp_path / "tcp"
        table.write_text(_HEADING + _row(loopback.port_of(listener), 0, "0A", 4242))
        monkeypatch.setattr(loopback, "_TABLE", table)

        with pytest.raises(LinkError, match=r"another user's \(uid 4242\)"):
            await loopback.connect(loopback.port_of(listener))


async def test_a_client_that_meets_another_users_port_is_told_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = State(tmp_path / "state", tmp_path / "state" / "lock")
    state.prepare()
    listener = loopback.listen()
    assert listener is not None
    async with listener:
        port = loopback.port_of(listener)
        table = tmp_path / "tcp"
        table.write_text(_HEADING + _row(port, 0, "0A", 4242))
        monkeypatch.setattr(loopback, "_TABLE", table)
        lock = take(state.lock)
        lock.announce(Holder(os.getpid(), str(state.socket), str(state.directory), "here", port))

        with pytest.raises(NoDispatcher, match=r"socket is gone, and what listens at port \d+ is another user's"):
            async with connect(state, start=False):
                pass
        lock.release()


def test_the_table_says_whose_a_datagram_is(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.bind(("127.0.0.1", 0))
        address = sender.getsockname()

        assert loopback.is_own_datagram(address)
        assert not loopback.is_own_datagram(("10.0.0.1", address[1]))
        monkeypatch.setattr(os, "getuid", lambda: 12345)
        assert not loopback.is_own_datagram(address)
    monkeypatch.undo()
    assert not loopback.is_own_datagram(address)
