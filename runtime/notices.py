"""Who hears that a job is done, or has stopped with errors: mail addresses and web services, and what they are told.

    -notify {error mailto:anna@studio.example done https://chat.example/hooks/1}       of a Job, else
    set alfConfig(notify) {error mailto:%u@studio.example}                              of the site

    read_targets --> targets_for: those that hear of this end --> why_not: may a job name them? --> Notice, once to each

WHEN is done, error or always; WHERE is mailto:ADDRESS or an address of http or https, with %u for the job's user. A
job's -notify takes the place of the site's, also when it is empty. A job script is data from a stranger, and its
dispatcher stands inside the site: a job may name only hosts of alfConfig(notifyHosts) (none, as long as that is empty)
and mail addresses of alfConfig(notifyAddresses). What alfred.ini itself names is the site's own wish.

Delivery is daemons.notices: at least once, since the journal knows what was delivered.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import NamedTuple
from urllib.parse import quote, urlsplit

import msgspec

MOST_ERRORS = 20
"""So many failed tasks are named in a notice; the others are counted."""
_MOST_TARGETS = 20
_LONGEST_CHARS = 2_000
_MAILTO = "mailto:"
_HOST = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
"""Nothing that two readers of addresses could understand in two ways."""
_ADDRESS = re.compile(r"[A-Za-z0-9._%+=-]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")


class NotifyError(ValueError):
    """A -notify or alfConfig(notify) that cannot be read; the words are for its user."""


class Target(NamedTuple):
    """`when`: done, error or always. `where`: as it was written, with %u still in it."""

    when: str
    where: str


class FailedTask(msgspec.Struct, frozen=True):
    """A task in error: its number as JID.TID, its exit status, and why, in words."""

    task: str
    title: str
    status: int
    reason: str


class Notice(msgspec.Struct, frozen=True):
    """What is told, and the JSON that a web service gets, by these names. Times are seconds since 1970.

    `id` is the same for all deliveries of one end of a job: who hears it twice can tell. `text` is one line for people,
    under the name that chats expect.
    """

    id: str
    event: str
    text: str
    jid: int
    title: str
    user: str
    host: str
    file: str
    project: str
    spooled: float
    started: float | None
    ended: float
    tasks: dict[str, int]
    errors: tuple[FailedTask, ...]
    more_errors: int
    version: int = 1


def read_targets(words: Sequence[str]) -> tuple[Target, ...]:
    """Pairs of WHEN and WHERE. Raises NotifyError."""
    if len(words) % 2:
        raise NotifyError(f"expected WHEN WHERE ... but {words[-1]} has no partner")
    if len(words) > 2 * _MOST_TARGETS:
        raise NotifyError(f"more than {_MOST_TARGETS} are too many")
    targets = tuple(Target(when, where) for when, where in zip(words[::2], words[1::2], strict=True))
    for target in targets:
        if target.when not in ("done", "error", "always"):
            raise NotifyError(f'expected done, error or always but got "{target.when}"')
        _check(filled(target.where, "user"))
    return targets


def targets_for(targets: Sequence[Target], failed: bool, user: str) -> tuple[str, ...]:
    """Who hears of this end of a job, each once. What a user's name makes unreadable is left out."""
    event = "error" if failed else "done"
    found = [filled(target.where, user) for target in targets if target.when in (event, "always")]
    return tuple(dict.fromkeys(where for where in found if _fault(where) == ""))


def filled(where: str, user: str) -> str:
    """With the user's name for %u."""
    return where.replace("%u", user if is_mail(where) else quote(user, safe=""))


def is_mail(where: str) -> bool:
    return where.lower().startswith(_MAILTO)


def address_of(where: str) -> str:
    """The address of a mailto:."""
    return where[len(_MAILTO) :]


def shown(where: str) -> str:
    """Without what may be a secret: of a web service its host alone."""
    return where if is_mail(where) else f"{urlsplit(where).scheme}://{urlsplit(where).hostname}"


def why_not(where: str, hosts: Sequence[str], addresses: Sequence[str]) -> str:
    """Why a job may not name this, in words; empty when it may. `hosts` and `addresses` are patterns with * and ?."""
    if is_mail(where):
        address = address_of(where).lower()
        allowed = any(fnmatchcase(address, pattern.lower()) for pattern in addresses)
        return "" if allowed else f"alfConfig(notifyAddresses) does not allow {address}"
    host = urlsplit(where).hostname or ""
    allowed = any(fnmatchcase(host, pattern.lower()) for pattern in hosts)
    return "" if allowed else f"alfConfig(notifyHosts) does not name {host}"


def _check(where: str) -> None:
    fault = _fault(where)
    if fault:
        raise NotifyError(f'"{where}" {fault}')


def _fault(where: str) -> str:
    if len(where) > _LONGEST_CHARS or not where.isprintable() or " " in where:
        return "is too long, or has a blank or a character that cannot be printed"
    if is_mail(where):
        return "" if _ADDRESS.fullmatch(address_of(where)) else "is no mailto:NAME@HOST"
    try:
        parts = urlsplit(where)
        port_is_good = parts.port is None or parts.port > 0
    except ValueError:
        return "is no address of http or https"
    if parts.scheme not in ("http", "https") or not parts.hostname or not port_is_good:
        return "is no mailto:NAME@HOST and no address of http or https"
    return "" if _HOST.fullmatch(parts.netloc) else "has more than a host and a port in front of its path"
