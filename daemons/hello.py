"""The hello: who is at the other end of a connection, proven before the first message that means anything.

    connector                                              acceptor
      Hello    protocol, who I am, whom I expect, nonce  -->
      <--------------------------------------------------   Welcome  protocol, who I am, nonce, proof
      Proof    proof                                     -->
      <--------------------------------------------------   Accepted, or Denied with a reason

A proof is HMAC-SHA256, with the key of the connector's user, over the side that speaks, both names and roles, what was
expected, and both nonces. It shows that the speaker has that user's key, or the master key that it derives from.

    a repeated hello      is worth nothing: the other side's nonce is another one each time
    a reflected one       neither: side and role of the speaker are in it
    another user's name   needs another user's key
    a wrong role          does not prove: an alfserver cannot pass for a maitre-d, nor a dispatcher for an alfserver

Without a key on one of the sides only the kernel can vouch: that the peer is a process of the same user on the same
machine (SO_PEERCRED of a Unix socket, daemons.loopback on 127.0.0.0/8). Such a process could read the key file anyway.

    acceptor        takes                              proven with the key of
    maitre-d        dispatcher, nimby, client          that user
    alfserver       dispatcher                         that user
    dispatcher      client                             that user; else a maitre-d vouches (daemons.vouching)
"""

from __future__ import annotations

import hmac
import os
import secrets
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, TypeVar

import msgspec
import trio

from daemons import loopback
from daemons.keys import NO_KEYS, Keyring
from daemons.streams import FramedStream, LinkError, PeerGone, frame_of
from daemons.wire import peer_uid
from daemons.wording import printable

HELLO_S = 10.0
"""How long a hello may take, from the connection to its last word."""
HELLO_LIMIT_BYTES = 64 * 1024

TAKES = {
    "maitre-d": frozenset({"dispatcher", "nimby", "client"}),
    "alfserver": frozenset({"dispatcher"}),
    "dispatcher": frozenset({"client"}),
}
"""Whom who takes connections from."""

FRAME_LIMIT_BYTES = 64 << 20
"""How large a body may be once it is known who sends it."""

_NONCE_BYTES = 32
_WORDS_CHARS = 1000
_PURPOSE = "alfred hello"
_Name = Annotated[str, msgspec.Meta(max_length=255, pattern=r"^[^\x00-\x1f\x7f]*$")]  # it stands in logs
_Nonce = Annotated[bytes, msgspec.Meta(min_length=_NONCE_BYTES, max_length=_NONCE_BYTES)]


class HelloDenied(LinkError):
    """The other side has ended the hello; the text is its reason."""


@dataclass(frozen=True)
class Identity:
    """Who this process is. `wranglers` are the users who may act on what is not theirs (alfConfig(wranglers))."""

    role: str
    user: str
    host: str
    keyring: Keyring = NO_KEYS
    wranglers: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Peer:
    """Who is at the other end. `uid` is the kernel's word, where there is one; `wrangler`: he may act on everything."""

    role: str
    user: str
    host: str
    uid: int | None = None
    wrangler: bool = False

    def __str__(self) -> str:
        return f"{self.role} of {self.user} on {self.host}"


class Hello(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """`keyed`: I have a key, and shall prove it."""

    protocol: int
    role: _Name
    user: _Name
    host: _Name
    expect: _Name
    keyed: bool
    nonce: _Nonce


class Welcome(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """`proof` is empty where no key proves, and the kernel is asked."""

    protocol: int
    role: _Name
    user: _Name
    host: _Name
    nonce: _Nonce
    proof: bytes


class Proof(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """Empty, too, where no key proves."""

    proof: bytes


class Accepted(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """The hello is over: messages may follow."""


class Denied(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """Either side's last word."""

    text: str


_Word = Hello | Welcome | Proof | Accepted | Denied
_encoder = msgspec.msgpack.Encoder()
_decoder: msgspec.msgpack.Decoder[_Word] = msgspec.msgpack.Decoder(_Word)
_W = TypeVar("_W", Hello, Welcome, Proof, Accepted)


class Proofs(msgspec.Struct, frozen=True, array_like=True):
    """What each side says to prove itself in one hello."""

    acceptor: bytes
    connector: bytes


Voucher = Callable[[Hello, Welcome], Awaitable[Proofs | None]]
"""Gives the proofs of a hello whose key this process does not have; None where nobody vouches for it."""


def proofs(key: bytes, hello: Hello, welcome: Welcome) -> Proofs:
    """The proofs of both sides with this key. The proof in `welcome` itself does not matter."""
    said = _encoder.encode((_PURPOSE, hello, msgspec.structs.replace(welcome, proof=b"")))
    return Proofs(hmac.digest(key, b"acceptor" + said, "sha256"), hmac.digest(key, b"connector" + said, "sha256"))


# ---- the two sides ---------------------------------------------------------------------------------------------


async def introduce(
    stream: FramedStream,
    identity: Identity,
    expect: str,
    where: str,
    protocol: int,
    limit_bytes: int = FRAME_LIMIT_BYTES,
) -> Peer:
    """The connector's side: say who we are, and make sure that a process of role `expect` is at the other end.

    `where` is for the words of errors. `protocol` is the version of what is spoken afterwards, and `limit_bytes` bounds
    a body of it. Raises LinkError.
    """
    with _in_time():
        key = identity.keyring.key_of(identity.user)
        mine = (protocol, identity.role, identity.user, identity.host)
        hello = Hello(*mine, expect, key is not None, secrets.token_bytes(_NONCE_BYTES))
        await _say(stream, hello)
        welcome = await _hear(stream, Welcome)
        _check_protocol(welcome, protocol)
        await _check_acceptor(stream, hello, welcome, key, where)
        stream.allow(limit_bytes)  # its first message may come together with its last word of the hello
        proof = proofs(key, hello, welcome).connector if key is not None and welcome.proof else b""
        await _say(stream, Proof(proof))
        await _hear(stream, Accepted)
        return Peer(welcome.role, welcome.user, welcome.host, None if proof else os.getuid())
    raise LinkError(f"the {expect} at {where} did not finish its hello within {HELLO_S:g} s")


async def answer(
    stream: FramedStream,
    identity: Identity,
    protocol: int,
    vouch: Voucher | None = None,
    limit_bytes: int = FRAME_LIMIT_BYTES,
) -> Peer:
    """The acceptor's side: who is it, and is that true? Without a key only a process of this user on this machine is
    listened to. `protocol` and `limit_bytes` as for `introduce`. Raises LinkError."""
    with _in_time():
        try:
            peer = await _answer(stream, identity, protocol, vouch)
            stream.allow(limit_bytes)
            await _say(stream, Accepted())
            return peer
        except (PeerGone, HelloDenied):
            raise
        except LinkError as error:
            await _say_last(stream, str(error))
            raise
    raise LinkError(f"it did not finish its hello within {HELLO_S:g} s")


async def _answer(stream: FramedStream, identity: Identity, protocol: int, vouch: Voucher | None) -> Peer:
    if not identity.keyring and await kernel_uid(stream.stream) != os.getuid():
        raise LinkError(
            f"another user's or another machine's process, and this {identity.role} has no key (alfred -newkey)"
        )
    hello = await _hear(stream, Hello)
    _check_protocol(hello, protocol)
    if hello.expect != identity.role:
        raise LinkError(f"this is the {identity.role} of {identity.host}, not {_a(hello.expect)}")
    if hello.role not in TAKES[identity.role]:
        raise LinkError(f"{_a(identity.role)} takes no connections from {_a(hello.role)}")
    mine = (protocol, identity.role, identity.user, identity.host)
    welcome = Welcome(*mine, secrets.token_bytes(_NONCE_BYTES), b"")
    expected = await _expected(hello, welcome, identity, vouch)
    uid = None
    if expected is None:
        uid = await kernel_uid(stream.stream)
        if uid != os.getuid():
            raise LinkError(_no_proof(hello, identity))
    else:
        welcome = msgspec.structs.replace(welcome, proof=expected.acceptor)
    await _say(stream, welcome)
    proof = (await _hear(stream, Proof)).proof
    if expected is not None and not hmac.compare_digest(proof, expected.connector):
        raise LinkError(
            f"the {hello.role} of {hello.user} on {hello.host} gave a wrong proof: not by {hello.user}'s key"
        )
    return Peer(hello.role, hello.user, hello.host, uid, hello.user in identity.wranglers)


async def _expected(hello: Hello, welcome: Welcome, identity: Identity, vouch: Voucher | None) -> Proofs | None:
    """The proofs of this hello; None when no key can prove it."""
    if not hello.keyed:
        return None
    key = identity.keyring.key_of(hello.user)
    if key is not None:
        return proofs(key, hello, welcome)
    return await vouch(hello, welcome) if vouch is not None else None


async def _check_acceptor(stream: FramedStream, hello: Hello, welcome: Welcome, key: bytes | None, where: str) -> None:
    """Is it what we expected, and has it proven that? Raises LinkError, after saying so at the other end."""
    wrong = ""
    if welcome.role != hello.expect:
        wrong = f"what answers at {where} is no {hello.expect}, but {_a(welcome.role)}"
    elif key is not None and welcome.proof:
        if not hmac.compare_digest(welcome.proof, proofs(key, hello, welcome).acceptor):
            wrong = (
                f"the {hello.expect} at {where} does not know {hello.user}'s key: it is not of this site, or the key"
                " was made from another master key (alfred -newkey USER, where the master key is)"
            )
    elif await kernel_uid(stream.stream) != os.getuid():
        wrong = f"the {hello.expect} at {where} proves nothing: it has no key, or you have none (alfred -newkey)"
    if wrong:
        await _say_last(stream, wrong)
        raise LinkError(wrong)


def _no_proof(hello: Hello, identity: Identity) -> str:
    who = f"the {hello.role} of {hello.user} on {hello.host}"
    if not hello.keyed:
        return f"{who} has no key: alfred -newkey {hello.user}, where the master key is, makes one for ~/.alfred/key"
    return f"nobody vouches for {who}: this {identity.role} has only {identity.user}'s key, and no maitre-d to ask"


# ---- words -----------------------------------------------------------------------------------------------------


def _a(word: str) -> str:
    return f"an {word}" if word[:1].lower() == "a" else f"a {word}"


def _in_time() -> trio.CancelScope:
    return trio.move_on_after(HELLO_S)


def _check_protocol(theirs: Hello | Welcome, protocol: int) -> None:
    if theirs.protocol != protocol:
        raise LinkError(
            f"the {theirs.role} speaks protocol {theirs.protocol}, this side {protocol}: both must be one version"
        )


async def _say(stream: FramedStream, word: _Word) -> None:
    """Raises PeerGone."""
    try:
        await stream.stream.send_all(frame_of(_encoder.encode_into, bytearray(), word))
    except (trio.BrokenResourceError, trio.ClosedResourceError):
        raise PeerGone("the other side closed the connection") from None


async def _say_last(stream: FramedStream, text: str) -> None:
    """Tell the other side why this was the end, if it still listens."""
    with trio.move_on_after(1.0):
        try:
            await _say(stream, Denied(text))
        except PeerGone:
            return


async def _hear(stream: FramedStream, wanted: type[_W]) -> _W:
    """The next word of the hello. Raises LinkError: it is another one, a refusal, or none at all."""
    body = await stream.receive_body()
    if body is None:
        raise PeerGone("the other side closed the connection before the hello was finished")
    try:
        word = _decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise LinkError(f"not a hello: {error}") from error
    if isinstance(word, Denied):
        raise HelloDenied(printable(word.text[:_WORDS_CHARS]))
    if not isinstance(word, wanted):
        raise LinkError(f"{_a(type(word).__name__)} came in the hello, where {_a(wanted.__name__)} belongs")
    return word


async def kernel_uid(stream: trio.SocketStream) -> int | None:
    """The user whose process the kernel says is at the other end; None when it cannot say."""
    if stream.socket.family == socket.AF_UNIX:
        return peer_uid(stream)
    return await loopback.peer_uid(stream)
