"""Who this process is to others: a user's program, by the key in his home or else by his name here."""

from __future__ import annotations

import getpass
import os
import socket
from collections.abc import Iterable, Mapping

from daemons.hello import Identity
from daemons.keys import user_keyring


def users(
    role: str, wranglers: Iterable[str] = (), environ: Mapping[str, str] = os.environ, host: str = ""
) -> Identity:
    """The identity of a dispatcher, a nimby or a client. `wranglers` are those of alfred.ini; `host` is
    this machine's name in the schedule, where it is not its own. Raises KeyFileError.

    A key names its user: whoever works under another name on another machine is still the same to the farm.
    """
    keyring = user_keyring(environ)
    return Identity(
        role, keyring.user or getpass.getuser(), host or socket.gethostname(), keyring, frozenset(wranglers)
    )
