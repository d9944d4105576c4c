"""Which port a server of the farm listens at when nobody says: netrman.ini, /etc/services, its own default.
The first of these that says one:

    the option on its command line
    alfConfig(alfserverPort)
    $RMANTREE/etc/netrman.ini      a line "/alfserver/port 1501" (between the two a blank, "=" or ":")
    /etc/services                  alfserver 1501/tcp
    the default: 1501
"""

from __future__ import annotations

import re
import socket
from collections.abc import Mapping
from pathlib import Path

from daemons.site import rman_tree
from runtime.settings import Settings

ALFSERVER_PORT = 1501
NETRENDER_PORT = 1500

_LINE = re.compile(r"^\s*(/\S+?)\s*[\s=:]\s*(\d{1,5})\s*$", re.MULTILINE)


def alfserver_port(environ: Mapping[str, str], settings: Settings) -> int:
    """The port of alfservers on this machine, where no option says."""
    if settings.alfserver_port:
        return settings.alfserver_port
    port = _netrman_port(rman_tree(environ) / "etc/netrman.ini", "/alfserver/port")
    return port or _services_port("alfserver") or ALFSERVER_PORT


def _netrman_port(file: Path, key: str) -> int | None:
    try:
        text = file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    ports = [int(found[2]) for found in _LINE.finditer(text) if found[1] == key]
    return next((port for port in ports if 0 < port < 65536), None)


def _services_port(name: str) -> int | None:
    try:
        return socket.getservbyname(name, "tcp")
    except OSError:
        return None
