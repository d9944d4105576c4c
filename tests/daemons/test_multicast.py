"""daemons.multicast and daemons.datagrams: real sockets on the loopback interface; what is lost, doubled, forged."""

from __future__ import annotations

import socket

import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st
from metrics_parties import GROUP, KEY, free_port, hear, place

from daemons import multicast
from daemons.datagrams import LARGEST_BYTES, PAYLOAD_BYTES, Packer, Unpacker
from daemons.multicast import GROUP_ADDRESS, Party, place_of
from daemons.signed import Checker, Signer
from runtime.farm_datagrams import AskMetrics, MetricsAre, MetricSource, Samples
from runtime.settings import Settings

ASK = AskMetrics("janus", 3)


def sample(value: float, name: str = "loadavg") -> Samples:
    return Samples("janus", 1501, 4, {name: value})


# ---- datagrams ------------------------------------------------------------------------------------------------


def unpacked(datagrams: list[bytes], unpacker: Unpacker) -> list[object]:
    return [message for datagram in datagrams if (message := unpacker.unpack(datagram)) is not None]


def test_a_copy_and_one_that_was_overtaken_are_refused() -> None:
    packer, unpacker = Packer(Signer(KEY)), Unpacker(Checker(KEY))
    (first,), (second,), (third,) = (packer.pack(sample(value)) for value in (1.0, 2.0, 3.0))

    found = unpacked([first, first, third, second], unpacker)

    assert found == [sample(1.0), sample(3.0)]
    assert unpacker.refused == 2


def test_what_was_not_signed_with_the_key_of_the_site_is_refused() -> None:
    unpacker = Unpacker(Checker(KEY))

    assert not unpacked(Packer(Signer(b"another")).pack(ASK) + Packer(Signer(None)).pack(ASK), unpacker)
    assert unpacker.refused == 2
    assert "signature" in unpacker.reason


@given(st.binary(max_size=300))
def test_garbage_is_refused_and_counted(garbage: bytes) -> None:
    unpacker = Unpacker(Checker(KEY))

    assert unpacker.unpack(garbage) is None
    assert unpacker.unpack(Signer(KEY).sign(garbage)) is None
    assert unpacker.refused == 2


def test_what_is_too_large_is_refused_unread() -> None:
    unpacker = Unpacker(Checker(KEY))

    assert unpacker.unpack(bytes(LARGEST_BYTES + 1)) is None
    assert unpacker.reason == "it is too large"


def test_many_samples_go_in_several_datagrams_of_a_bounded_size() -> None:
    values = {f"metric{number}": "x" * (number % 50) for number in range(200)}

    datagrams = Packer(Signer(KEY)).pack(Samples("janus", 1501, 4, values))

    assert len(datagrams) > 1 and max(map(len, datagrams)) < PAYLOAD_BYTES + 100
    found: dict[str, object] = {}
    for message in unpacked(datagrams, Unpacker(Checker(KEY))):
        assert isinstance(message, Samples)
        found |= message.values
    assert found == values


def test_many_sources_go_in_several_datagrams_that_add_up() -> None:
    sources = tuple(MetricSource(f"metric{number}", 10.0, "exec", ("x" * 30,)) for number in range(100))

    found = unpacked(Packer(Signer(KEY)).pack(MetricsAre("m", 5.0, sources)), Unpacker(Checker(KEY)))

    assert len(found) > 1
    assert tuple(each for part in found if isinstance(part, MetricsAre) for each in part.sources) == sources


# ---- sockets --------------------------------------------------------------------------------------------------


async def test_what_goes_to_the_group_reaches_everybody_in_it() -> None:
    port = free_port()
    with Party(place(port)) as one, Party(place(port)) as two, Party(place(port)) as three:
        one.send(ASK, group=True)

        assert await hear(two, 1) == [(ASK, True)]
        heard = await hear(three, 1)
        assert heard == [(ASK, True)]
        assert heard.senders == [one.address]


async def test_an_answer_comes_to_the_address_that_asked() -> None:
    port = free_port()
    with Party(place(port)) as asks, Party(place(port, own_port=port)) as answers:
        asks.send(ASK, group=True)
        (sender,) = (await hear(answers, 1)).senders
        answers.send(MetricsAre("m", 5.0, (), 3), [sender])

        found = await hear(asks, 2)

        assert (MetricsAre("m", 5.0, (), 3), False) in found


async def test_what_goes_by_both_ways_counts_once() -> None:
    port = free_port()
    with Party(place(port)) as one, Party(place(port, own_port=port)) as two:
        one.send(sample(1.0), [two.address], group=True)
        one.send(sample(2.0), [two.address])

        assert [message for message, _ in await hear(two, 2)] == [sample(1.0), sample(2.0)]
        assert two.refused[0] == 1


async def test_a_question_to_the_group_counts_though_a_later_one_by_unicast_was_read_before() -> None:
    port = free_port()
    with Party(place(port)) as asks, Party(place(port, own_port=port)) as answers:
        asks.send(AskMetrics("janus", 1), group=True)
        asks.send(AskMetrics("janus", 2), [answers.address])

        found = {message for message, _ in await hear(answers, 2)}

        assert found == {AskMetrics("janus", 1), AskMetrics("janus", 2)}


async def test_garbage_on_the_port_is_dropped_and_what_follows_is_heard() -> None:
    port = free_port()
    with Party(place(port)) as one, Party(place(port, own_port=port)) as two:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            for garbage in (b"", b"ALF1", bytes(60_000)):
                stranger.sendto(garbage, two.address)
        one.send(ASK, [two.address])

        assert await hear(two, 1) == [(ASK, False)]
        assert two.refused[0] == 3


async def test_many_datagrams_at_once_are_all_heard() -> None:
    with Party(place(free_port())) as one, Party(place(free_port())) as two:
        for number in range(500):
            one.send(sample(number), [two.address])

        assert [message for message, _ in await hear(two, 500)] == [sample(number) for number in range(500)]


async def test_without_multicast_there_is_unicast_and_a_reason() -> None:
    with Party(place(free_port(), interface="nosuch0")) as one, Party(place(free_port())) as two:
        one.send(ASK, [two.address], group=True)

        assert await hear(two, 1) == [(ASK, False)]
        assert one.trouble == f"no multicast to {GROUP} on nosuch0: no interface with this name"


async def test_a_network_that_comes_up_later_is_used_from_then_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(multicast, "JOIN_AGAIN_S", 0.01)
    port = free_port()
    with Party(place(port, interface="later0")) as late, Party(place(port)) as other:
        assert late.trouble
        monkeypatch.setattr(socket, "if_nametoindex", {"later0": 1, "lo": 1}.__getitem__)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(late.listen_forever, lambda *_: nursery.cancel_scope.cancel())
            with trio.fail_after(20):
                while late.trouble:
                    await trio.sleep(0.01)
                other.send(ASK, group=True)
                await trio.sleep_forever()
        late.send(ASK, group=True)

        assert await hear(other, 2) == [(ASK, True)] * 2


async def test_without_a_key_it_is_the_loopback_whatever_the_settings_say() -> None:
    settings = Settings(metrics_address=GROUP, metrics_interface="eth7", metrics_ttl=9)

    found = await place_of(settings, None, own="10.1.2.3")

    assert (found.interface, found.ttl, found.own) == ("lo", 0, "127.0.0.1")


async def test_who_has_an_address_of_the_loopback_stays_there() -> None:
    found = await place_of(Settings(metrics_address=GROUP), KEY, own="127.0.0.5")

    assert (found.interface, found.ttl, found.own) == ("lo", 0, "127.0.0.5")


async def test_the_group_is_looked_up_by_its_name_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "gethostbyname", {"alf-status.mcast.net": "239.1.2.3"}.get)

    assert (await place_of(Settings(), KEY)).group == "239.1.2.3"


@pytest.mark.parametrize("found", ["10.0.0.1", None])
async def test_where_the_name_means_no_group_it_is_the_default(
    found: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def look_up(name: str) -> str:
        if found is None:
            raise socket.gaierror("no such name")
        return found

    monkeypatch.setattr(socket, "gethostbyname", look_up)

    assert (await place_of(Settings(), KEY)).group == GROUP_ADDRESS


async def test_a_flood_does_not_keep_other_tasks_from_their_turn() -> None:
    with Party(place(free_port())) as one, Party(place(free_port())) as two:
        for number in range(3000):
            one.send(sample(number), [two.address])
        async with trio.open_nursery() as nursery:
            seen = 0

            def count(*_: object) -> None:
                nonlocal seen
                seen += 1

            nursery.start_soon(two.listen_forever, count)
            await trio.testing.wait_all_tasks_blocked()
            nursery.cancel_scope.cancel()
    assert seen > 0
