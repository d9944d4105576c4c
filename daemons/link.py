"""A link: a framed stream of the farm's messages (runtime.farm_messages) whose other end is known.

    server   await serve(listeners, identity, handle)        accept(stream, identity) for one connection
    client   link = await connect(host, port, identity, expect="maitre-d")

    async def talk(nursery):
        link.post(Want(...))
        while messages := await link.receive_batch():
            ...

    wrong = await link.converse(talk)
    await link.close()

Who is at the other end is settled by `daemons.hello` before the link exists; the stream is `daemons.streams`'. Decoding
is validation: bytes that are no message end that link with a reason, and only that one.
"""

from __future__ import annotations

import logging
import resource
import socket
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import NoReturn

import msgspec
import trio

from daemons.admission import Admission
from daemons.hello import FRAME_LIMIT_BYTES, HELLO_LIMIT_BYTES, Identity, Peer, Voucher, answer, introduce
from daemons.streams import FramedStream, LinkError, Unreachable, dial, frame_of, listen_at, tune
from runtime.farm_messages import FARM_PROTOCOL, AnyFarmMessage, FarmMessage, Refused

_encoder = msgspec.msgpack.Encoder()
_decoder: msgspec.msgpack.Decoder[AnyFarmMessage] = msgspec.msgpack.Decoder(AnyFarmMessage)
_buffer = bytearray()
_log = logging.getLogger("link")

__all__ = ["Identity", "Link", "LinkError", "Peer", "Unreachable", "accept", "connect", "listen", "serve"]


class Link(FramedStream):
    """One link. Run `write_forever` in a task; then receive and post. `serve` does that for a server's links."""

    def __init__(self, stream: trio.SocketStream) -> None:
        super().__init__(stream, HELLO_LIMIT_BYTES)
        self.peer = Peer("", "", "")
        """Who is at the other end; nobody until the hello is done."""
        self.port = 0
        """The port that we have connected to; 0 where the other side has connected."""

    @property
    def place(self) -> str:
        """HOST:PORT of the server at the other end, for people."""
        return f"{self.peer.host}:{self.port}"

    async def receive(self) -> AnyFarmMessage | None:
        """The next message; None when the other side has closed. Raises LinkError."""
        body = await self.receive_body()
        return None if body is None else _decode(body)

    async def receive_batch(self) -> list[AnyFarmMessage]:
        """All messages that are there, at least one; none when the other side has closed. Raises LinkError, when
        what came before the garbage has been given."""
        bodies = await self.receive_bodies()
        messages: list[AnyFarmMessage] = []
        while bodies:
            try:
                messages.append(_decode(bodies[0]))
            except LinkError:
                if not messages:
                    raise
                break
            bodies.popleft()
        return messages

    def post(self, *messages: FarmMessage) -> None:
        """Send messages, in one write where it goes. Never waits.

        When the other side is gone, or does not read and too much waits for it, nothing is sent: `receive` tells.
        """
        self.post_frame(frame_of(_encoder.encode_into, _buffer, *messages))

    async def refuse(self, text: str) -> None:
        """The last word to who is sent away, where no task writes."""
        self.post(Refused(0, text))
        with trio.move_on_after(1.0):
            await self.flush()


def _decode(body: bytes) -> AnyFarmMessage:
    try:
        return _decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise LinkError(f"not a message: {error}") from error


# ---- from the side that connects -------------------------------------------------------------------------------


async def connect(host: str, port: int, identity: Identity, expect: str) -> Link:
    """A link to the daemon of role `expect` at this address. Raises LinkError: Unreachable, or what is wrong there."""
    link = Link(await dial(host, port, expect))
    link.port = port
    try:
        link.peer = await introduce(link, identity, expect, f"{host}:{port}", FARM_PROTOCOL)
    except BaseException:
        await link.close()
        raise
    return link


# ---- from the side that listens --------------------------------------------------------------------------------


def listen(host: str, port: int, identity: Identity) -> trio.SocketListener:
    """Listen at an address ("": everywhere, or, without a key, on the loopback). Raises LinkError: it cannot be had, or
    nobody could prove anything there."""
    everywhere = "0.0.0.0" if identity.keyring else "127.0.0.1"
    try:
        address = socket.gethostbyname(host) if host else everywhere
    except OSError as error:
        raise LinkError(f"cannot listen at {host}: {error.strerror}") from error
    if not identity.keyring and not address.startswith("127."):
        raise LinkError(f"without a key a {identity.role} listens on the loopback only, not at {host} (alfred -newkey)")
    try:
        return listen_at(address, port)
    except OSError as error:
        where = f"{host or 'all addresses'}, port {port}"
        raise LinkError(f"cannot listen at {where}: {error.strerror}; is another {identity.role} there?") from error


async def accept(
    stream: trio.SocketStream, identity: Identity, vouch: Voucher | None = None, limit_bytes: int = FRAME_LIMIT_BYTES
) -> Link:
    """The link to who has connected, after his hello. Raises LinkError; the caller closes the stream then."""
    if stream.socket.family != socket.AF_UNIX:
        tune(stream)
    link = Link(stream)
    link.peer = await answer(link, identity, FARM_PROTOCOL, vouch, limit_bytes)
    return link


async def serve(
    listeners: Sequence[trio.SocketListener],
    identity: Identity,
    handle: Callable[[Link], Awaitable[None]],
    vouch: Voucher | None = None,
    limit_bytes: int = FRAME_LIMIT_BYTES,
) -> NoReturn:
    """Accept links until cancelled, and run `handle` for each, while a task of its own writes. `limit_bytes` bounds a
    body that comes.

    What goes wrong with a link (a LinkError of its `handle` included) ends it with a word to the other side and a line
    in the log; so does a bug in `handle`.
    """
    await trio.serve_listeners(_Door(identity, handle, vouch, limit_bytes).enter, list(listeners))
    raise AssertionError("listeners serve until they are cancelled")


def most_of_one() -> int:
    """How many links one user may have with this process: half of what it can have in all."""
    return max(1, resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 2)


class _Door:
    """Where connections wait until it is known who they are: a few at a time, and none for long."""

    def __init__(
        self,
        identity: Identity,
        handle: Callable[[Link], Awaitable[None]],
        vouch: Voucher | None,
        limit_bytes: int,
    ) -> None:
        self._identity = identity
        self._handle = handle
        self._vouch = vouch
        self._limit_bytes = limit_bytes
        self._links_of: Counter[str] = Counter()
        self._most_of_one = most_of_one()
        self._admission = Admission(_log)

    async def enter(self, stream: trio.SocketStream) -> None:
        """One connection, from beginning to end."""
        async with stream:
            try:
                meet = partial(accept, stream, self._identity, self._vouch, self._limit_bytes)
                link = await self._admission.hello(stream, meet)
                await self._serve(link, link.peer.user)
            except LinkError as error:
                self._admission.tell(error)
            except Exception:  # noqa: BLE001 - a bug that one link met must not take the others with it
                _log.exception("a connection was closed by an error")

    async def _serve(self, link: Link, user: str) -> None:
        """One user's links may not take all descriptors that there are. Raises LinkError."""
        if self._links_of[user] >= self._most_of_one:
            words = f"{user} has {self._links_of[user]} connections already"
            await link.refuse(words)
            raise LinkError(words)
        self._links_of[user] += 1
        try:
            await _run(link, self._handle)
        finally:
            self._links_of[user] -= 1
            if not self._links_of[user]:
                del self._links_of[user]


async def _run(link: Link, handle: Callable[[Link], Awaitable[None]]) -> None:
    """Serve a link while a task writes. Raises LinkError, when the other side has been told."""
    wrong = await link.converse(lambda _: handle(link))
    if wrong is not None:
        await link.refuse(str(wrong))
        raise LinkError(f"{link.peer}: {wrong}")
