"""daemons.pings, daemons.echo, daemons.asking: real sockets and real programs, side by side."""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trio

from daemons import echo
from daemons.asking import ask
from daemons.pings import UP, Pinger, PingResult
from daemons.sweep import mark_of, processes
from runtime.maitred.orders import RunPing

LONG_S = 30.0


@contextmanager
def listening() -> Iterator[int]:
    """A port at which something listens."""
    with socket.socket() as plain:
        plain.bind(("127.0.0.1", 0))
        plain.listen(8)
        yield plain.getsockname()[1]


def closed_port() -> int:
    with listening() as port:
        return port


async def ping(command: str, *, port: int = 1, slot: str = "j1", load: float | None = None) -> PingResult:
    return await Pinger(lambda host: load).ping(command.split(), "127.0.0.1", slot, port, LONG_S)


async def test_an_order_of_the_maitre_d_says_all_that_a_ping_needs() -> None:
    with listening() as port:
        order = RunPing(1, "127.0.0.1", "j1", port, ("Alfping", "nrm", "%h"), LONG_S)

        assert await Pinger().run(order) == UP


@contextmanager
def silent_port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A port that answers nobody: its backlog is full, so that the kernel drops what comes."""
    monkeypatch.setattr(echo, "_icmp_socket", lambda: None)
    with socket.socket() as plain, socket.socket() as first, socket.socket() as second:
        plain.bind(("127.0.0.1", 0))
        plain.listen(0)
        for client in (first, second):
            client.setblocking(False)
            client.connect_ex(plain.getsockname())
        yield plain.getsockname()[1]


async def test_a_host_that_listens_is_up() -> None:
    with listening() as port:
        assert await ping("Alfping host %h", port=port) == UP


async def test_a_host_that_refuses_a_connection_is_up_for_alfping_host() -> None:
    assert await ping("Alfping host %h", port=closed_port()) == UP


async def test_a_host_that_refuses_a_connection_is_down_for_alfping_nrm() -> None:
    found = await ping("Alfping nrm %h 2 1.25 0", port=closed_port())

    assert not found.up
    assert "alfserver of 127.0.0.1" in found.reason and "refuses connections" in found.reason


@pytest.mark.parametrize("words", ["host %h 2", "nrm %h 2 1.25 0"])
async def test_a_host_that_says_nothing_is_down_when_the_time_is_over(
    words: str, monkeypatch: pytest.MonkeyPatch, autojump_clock: trio.testing.MockClock
) -> None:
    with silent_port(monkeypatch) as port:
        found = await ping(f"Alfping {words}", port=port)

    assert not found.up
    assert "does not answer" in found.reason
    assert trio.current_time() == pytest.approx(2.0)


async def test_an_echo_shows_that_a_host_is_up_whose_port_is_filtered(
    monkeypatch: pytest.MonkeyPatch, autojump_clock: trio.testing.MockClock
) -> None:
    async def answers(address: str) -> bool:
        return True

    with silent_port(monkeypatch) as port:
        monkeypatch.setattr(echo, "_icmp", answers)
        assert await ping("Alfping host %h", port=port) == UP
        assert not (await ping("Alfping nrm %h 2", port=port)).up


async def test_an_echo_of_this_machine_comes_back() -> None:
    opened = echo._icmp_socket()
    if opened is None:
        pytest.skip("this process may not send ICMP echoes (net.ipv4.ping_group_range)")
    opened.close()

    with trio.fail_after(LONG_S):
        assert await echo._icmp("127.0.0.1")


def test_the_checksum_of_an_echo_is_right() -> None:
    request = echo._request(os.urandom(16))

    total = sum(struct.unpack(f"!{len(request) // 2}H", request))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    assert total == 0xFFFF


@pytest.mark.parametrize(("load", "up"), [(1.24, True), (1.25, False), (None, True)])
async def test_alfping_nrm_has_a_limit_on_the_load(load: float | None, up: bool) -> None:
    with listening() as port:
        found = await ping("Alfping nrm %h 2 1.25 0 0", port=port, load=load)

    assert found.up is up
    assert up or found.reason == "the load of 127.0.0.1 is 1.25, and 1.25 is too much"


async def test_a_load_limit_of_0_is_none() -> None:
    with listening() as port:
        assert (await ping("Alfping nrm %h 2 0 0", port=port, load=50.0)).up


async def test_a_name_that_nobody_knows_is_down_with_its_name() -> None:
    found = await ping("Alfping host no-such-host.invalid")

    assert not found.up
    assert "no-such-host.invalid is not known" in found.reason


@pytest.mark.parametrize(
    "words", ["Alfping", "Alfping host", "Alfping nrm %h two", "Alfping moon %h", "Alfping host a 1 2"]
)
async def test_what_is_no_alfping_is_down_with_what_is_wrong(words: str) -> None:
    found = await ping(words)

    assert not found.up
    assert "Alfping" in found.reason


async def test_an_empty_ping_is_up() -> None:
    assert await ping("") == UP


async def test_a_program_that_ends_with_0_is_up(tmp_path: Path) -> None:
    assert await ping("true") == UP


async def test_a_program_that_fails_is_down_with_its_status_and_first_line() -> None:
    command = ["sh", "-c", "echo no licence left; echo more; exit 3"]

    found = await Pinger().ping(command, "h", "s", 1, LONG_S)

    assert found == PingResult(False, "ping sh ended with status 3: no licence left")


async def test_a_program_that_goes_on_to_print_is_not_ended_by_that() -> None:
    command = ["sh", "-c", "i=0; while [ $i -lt 2000 ]; do echo a line of some length; i=$((i+1)); done"]

    assert await Pinger().ping(command, "h", "s", 1, LONG_S) == UP


async def test_h_and_s_become_host_and_slot_and_no_shell_sees_them(tmp_path: Path) -> None:
    arguments = tmp_path / "arguments"
    program = tmp_path / "someping"
    program.write_text(f'#!/bin/sh\nprintf "%s|" "$@" > {arguments}\n')
    program.chmod(0o755)

    await Pinger().ping([str(program), "%h", "-x%s", "%%h", "%d"], "a;b", "$(id) %h", 1, LONG_S)

    assert arguments.read_text() == "a;b|-x$(id) %h|%h|%d|"


async def test_a_program_that_is_not_there_is_down_with_its_name() -> None:
    found = await ping("/no/such/ping %h")

    assert not found.up
    assert "/no/such/ping cannot be started" in found.reason


async def test_a_ping_that_hangs_delays_no_other() -> None:
    pinger = Pinger()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(pinger.ping, ["sleep", "1000"], "a", "s", 1, 1000.0)
        with trio.fail_after(LONG_S):
            assert await pinger.ping(["true"], "b", "s", 1, LONG_S) == UP
        nursery.cancel_scope.cancel()


async def test_what_takes_too_long_is_killed_with_all_that_it_started(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    script = f"trap '' TERM; setsid sleep 1000 & sleep 1000 & echo $$ $! > {pids}; wait"

    answer = await ask(["sh", "-c", script], 1.0)

    assert "no answer from sh within 1 s" in answer.trouble
    left = [each.pid for each in processes().values() if mark_of(each.pid).startswith(f"asked-{os.getpid()}-")]
    assert pids.read_text() and not left


async def test_a_cancelled_question_leaves_nothing_behind() -> None:
    async with trio.open_nursery() as nursery:
        nursery.start_soon(ask, ["sleep", "1000"], 1000.0)
        await trio.testing.wait_all_tasks_blocked(0.05)
        nursery.cancel_scope.cancel()

    assert not [each for each in processes().values() if mark_of(each.pid).startswith(f"asked-{os.getpid()}-")]


@pytest.mark.parametrize(
    ("script", "line"),
    [
        ("echo one; echo two", "one"),
        ("printf three", "three"),
        ("true", ""),
        ("yes", "y"),
        ("echo kept; sleep 3 &", "kept"),
    ],
)
async def test_the_first_line_is_the_answer_whatever_follows(script: str, line: str) -> None:
    answer = await ask(["sh", "-c", script], LONG_S)

    assert (answer.line, answer.trouble) == (line, "")
