"""daemons.vouching: dispatchers hear from a maitre-d whose programs connect, and nothing that helps them elsewhere."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
import trio

from daemons import wire
from daemons.farm.keeper import kept
from daemons.farm.layout import Layout
from daemons.hello import Hello, Identity, Peer, Proofs, Welcome, introduce, proofs
from daemons.keys import Keyring, user_keyring
from daemons.lock import read
from daemons.streams import LinkError, dial
from daemons.vouching import proofs_in, question, vouched
from runtime.farm_messages import Vouch
from runtime.messages import PROTOCOL

SITE = Keyring(master=b"m" * 32)
HELLO = Hello(1, "client", "bob", "attic", "dispatcher", True, b"b" * 32)
WELCOME = Welcome(1, "dispatcher", "ann", "desk", b"a" * 32, b"")


def answer(hello: Hello = HELLO, welcome: Welcome = WELCOME, user: str = "ann", site: Keyring = SITE) -> Proofs | None:
    return proofs_in(vouched(site, user, question(7, hello, welcome)))


def test_the_proofs_are_those_of_the_users_key() -> None:
    key = SITE.key_of("bob")
    assert key is not None

    assert answer() == proofs(key, HELLO, WELCOME)
    assert vouched(SITE, "ann", question(7, HELLO, WELCOME)).serial == 7


@pytest.mark.parametrize(
    ("hello", "welcome"),
    [
        (msgspec.structs.replace(HELLO, expect="maitre-d"), WELCOME),
        (HELLO, msgspec.structs.replace(WELCOME, role="maitre-d")),
        (HELLO, msgspec.structs.replace(WELCOME, role="alfserver")),
        (HELLO, msgspec.structs.replace(WELCOME, user="carl")),
        (msgspec.structs.replace(HELLO, role="dispatcher"), WELCOME),
        (msgspec.structs.replace(HELLO, role="nimby"), WELCOME),
    ],
)
def test_nothing_is_told_that_is_good_anywhere_but_at_a_dispatcher_of_who_asks(hello: Hello, welcome: Welcome) -> None:
    assert answer(hello, welcome) is None


def test_who_asks_for_somebody_else_is_told_nothing() -> None:
    assert answer(user="carl") is None


def test_without_the_master_key_nobody_is_vouched_for() -> None:
    assert answer(site=Keyring()) is None
    assert answer(site=Keyring(user="bob", own=b"b" * 32)) is None


@pytest.mark.parametrize("words", [b"", b"\xc1", b"nonsense"])
def test_what_is_no_hello_is_not_vouched_for(words: bytes) -> None:
    assert proofs_in(vouched(SITE, "ann", Vouch(1, words, words))) is None


# ---- through the daemons ---------------------------------------------------------------------------------------


async def at_annas(layout: Layout, keyring: Keyring) -> Peer:
    """Ben's program at the dispatcher of anna. Raises LinkError."""
    holder = read(layout.state("anna").lock)
    if holder is None or not holder.port:
        raise LinkError("it is only starting")
    stream = await dial("127.0.0.1", holder.port, "dispatcher")
    async with stream:
        me = Identity("client", "ben", "attic", keyring)
        return await introduce(wire.Connection(stream), me, "dispatcher", "anna's", PROTOCOL)


async def test_a_dispatcher_asks_its_maitre_d_who_somebody_elses_program_is(tmp_path: Path) -> None:
    layout = Layout(tmp_path / "farm", 1)
    layout.write()
    keyring = user_keyring(layout.env("ben"))
    with kept(layout), trio.fail_after(60):
        while True:
            try:
                if (peer := await at_annas(layout, keyring)).uid is None:  # the kernel was not needed
                    break
            except LinkError:
                await trio.sleep(0.05)  # neither has a daemon that starts an event for us
        assert (peer.role, peer.user) == ("dispatcher", "anna")

        with pytest.raises(LinkError, match="does not know ben's key"):
            await at_annas(layout, Keyring(user="ben", own=b"forged " * 4 + b"key!"))
