"""The way to a dispatcher on another machine (daemons.elsewhere says which).

The connection begins with the hello of the farm (daemons.hello); after it both sides speak as through the Unix socket
(daemons.wire). Who is neither the dispatcher's user nor a wrangler may look and change nothing: the dispatcher sees to
that (runtime.rights).
"""

from __future__ import annotations

import socket

from daemons import identity, lock, loopback, wire
from daemons.elsewhere import Elsewhere
from daemons.hello import introduce
from daemons.keys import KeyFileError
from daemons.state import State, StateError, locate
from daemons.streams import LinkError, dial
from runtime.messages import PROTOCOL


async def reach(place: Elsewhere, role: str) -> tuple[wire.Connection, int]:
    """A connection to that dispatcher and its pid. Raises LinkError, whose words are for the user."""
    port = place.port or _port_here(place) or loopback.PORT
    try:
        me = identity.users("client")
    except KeyFileError as error:
        raise LinkError(str(error)) from error
    where = f"{place.host}:{port}"
    stream = await dial(place.host, port, "dispatcher")
    connection = wire.Connection(stream)
    try:
        peer = await introduce(connection, me, "dispatcher", where, PROTOCOL)
        wanted = place.user or me.user
        if peer.user != wanted:
            raise LinkError(f"the dispatcher at {where} is {peer.user}'s, not {wanted}'s: name its port")
        greeting = await connection.greet(role, me.user)
    except BaseException:
        await connection.close()
        raise
    return connection, greeting.pid


def _port_here(place: Elsewhere) -> int:
    """The port in the lock file, where the host is this machine; 0 where it is not, or nobody runs."""
    if place.host not in ("localhost", socket.gethostname()) and not place.host.startswith("127."):
        return 0
    return _port_of(locate())


def _port_of(state: State) -> int:
    try:
        holder = lock.read(state.lock)
    except StateError:
        return 0
    return holder.port if holder is not None else 0
