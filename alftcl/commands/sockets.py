"""socket(n): clients and servers of TCP. The devices are in alftcl/sockets.py."""

from __future__ import annotations

import errno
import socket as system
from functools import partial
from typing import TYPE_CHECKING, Any

from alftcl.channels import Channel
from alftcl.errors import TclError
from alftcl.posix import error_words, posix_code
from alftcl.sockets import Connection, Door, Listener, addresses
from alftcl.table import choose, command
from alftcl.values import Value, to_int, to_str

if TYPE_CHECKING:
    from alftcl.interp import Interp

_OPTIONS = ("-async", "-myaddr", "-myport", "-server")
_USAGE = '"socket ?-myaddr addr? ?-myport myport? ?-async? host port" or "socket -server command ?-myaddr addr? port"'


def _wrong_args() -> TclError:
    return TclError(f"wrong # args: should be {_USAGE}", ["TCL", "WRONGARGS"])


@command("socket", "?-option ...? ?host? port", least=0, most=1000, safe=False)
def socket(interp: Interp, args: list[Any]) -> Value:
    """Connect with a server, or be one; the channel."""
    options, words = _read_options(args)
    if "-server" in options:
        if len(words) != 1:
            raise _wrong_args()
        return _serve(interp, options["-server"], to_str(options.get("-myaddr", "")), _port(words[0]))
    if len(words) != 2:
        raise _wrong_args()
    return _connect(interp, to_str(words[0]), _port(words[1]), options)


def _read_options(args: list[Any]) -> tuple[dict[str, Any], list[Any]]:
    options: dict[str, Any] = {}
    place = 0
    while place < len(args) and to_str(args[place]).startswith("-"):
        option = choose(args[place], _OPTIONS)
        place += 1
        if option == "-async":
            options[option] = True
        elif place == len(args):
            raise TclError(f"no argument given for {option} option")
        else:
            options[option] = args[place] if option != "-myport" else _port(args[place])
            place += 1
        if "-async" in options and "-server" in options:
            raise TclError("cannot set -async option for server sockets")
    if "-server" in options and "-myport" in options:
        raise TclError("option -myport is not valid for servers")
    return options, args[place:]


def _port(word: Any) -> int:
    """A number, or the name of a service."""
    try:
        return system.getservbyname(to_str(word), "tcp")
    except (OSError, ValueError):
        return to_int(word)


def _refused(number: int) -> TclError:
    return TclError(f"couldn't open socket: {error_words(number)}", posix_code(number))


def _connect(interp: Interp, host: str, port: int, options: dict[str, Any]) -> Value:
    local = None
    if "-myaddr" in options or "-myport" in options:
        local = addresses(to_str(options.get("-myaddr", "")), options.get("-myport", 0), passive=True)[0]
    try:
        connection = Connection(None, addresses(host, port), local)
        if "-async" not in options:
            connection.settle(wait=True)
    except OSError as cause:
        raise _refused(cause.errno or errno.EINVAL) from None
    if connection.failure and "-async" not in options:
        connection.close(True, True)
        raise _refused(connection.failure)
    return _channel(interp, connection).name


def _channel(interp: Interp, connection: Connection) -> Channel:
    channel = Channel(f"sock{connection.fileno(False)}", connection, readable=True, writable=True)
    channel.out_translation = "crlf"
    interp.channels.add(channel)
    return channel


def _serve(interp: Interp, script: Any, host: str, port: int) -> Value:
    try:
        listener = Listener(host, port)
    except OSError as cause:
        raise _refused(cause.errno or errno.EINVAL) from None
    doors = [Door(listening) for listening in listener.sockets]
    waiting = [Channel("", door, readable=False, writable=False) for door in doors]

    def leave() -> None:
        for entrance in waiting:
            interp.events.forget_channel(entrance)

    name = f"sock{listener.sockets[0].fileno()}"
    channel = Channel(name, listener, readable=False, writable=False, on_close=leave)
    for door, entrance in zip(doors, waiting, strict=True):
        interp.events.call_when(interp, entrance, "readable", partial(_accept, interp, script, door))
    interp.channels.add(channel)
    return name


def _accept(interp: Interp, script: Any, door: Door) -> None:
    accepted = door.accept()
    if accepted is None:
        return
    connection, address, port = accepted
    channel = _channel(interp, connection)
    if not interp.events.run_script(interp, f"{to_str(script)} {channel.name} {address} {port}", None):
        if channel.name in interp.channels:
            interp.events.forget_channel(channel)
            interp.channels.close(channel.name)
