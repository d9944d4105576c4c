"""daemons.host_names: what hosts' names mean, as far as that is found in time."""

from __future__ import annotations

import socket
import threading

import pytest

from daemons.host_names import UnknownHost, addresses_of, look_up


async def test_an_address_is_its_own() -> None:
    assert await look_up("127.0.0.9") == "127.0.0.9"


@pytest.mark.parametrize("name", ["a..b", "a" * 70, "no such host"])
async def test_a_name_that_nobody_can_know_is_said(name: str) -> None:
    with pytest.raises(UnknownHost, match="is not known"):
        await look_up(name)


async def test_what_is_not_found_has_no_address_or_the_one_it_had() -> None:
    found = await addresses_of({"127.0.0.2", "a..b", "c..d"}, 5.0, {"c..d": "127.0.0.3"})

    assert found == {"127.0.0.2": "127.0.0.2", "c..d": "127.0.0.3"}


async def test_a_name_server_that_hangs_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()

    def hang(*_: object, **__: object) -> None:
        over.wait()
        raise OSError

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    found = await addresses_of({"slow", "127.0.0.2"}, 0.05)
    over.set()

    assert found == {"127.0.0.2": "127.0.0.2"}
