"""How an alfred.schedule spells its entries: the one table (reference sections 7 and 10.1).

    set ARRAY(NAME) VALUE         FORMS says which arrays there are
    -option value ...             what a server's and a crew's VALUE is made of, in any order, or
    HOST {KEYS} UDI ENABLED       ... as a list, from the front, in the order of the fields

No complete alfred.schedule is public: when another spelling turns up, it is one more word here. Arrays and options are
looked up without case.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from alftcl.errors import TclError
from alftcl.values import split_list, to_bool, to_int
from runtime.setting_values import amount, count, number, port

_LARGEST = 1_000_000_000


class Kind(Enum):
    """What an entry is; the value is the word for it in messages."""

    SERVER = "server"
    HOST = "host"
    SERVER_GROUP = "server group"
    USER_GROUP = "user group"
    TIME_GROUP = "time group"
    CREW = "crew"
    LIMIT = "limit"
    PING = "ping"
    METRIC = "metric"
    SHARE = "share"
    PROJECT_SHARE = "project share"


@dataclass(frozen=True, slots=True)
class Field:
    """An attribute: `options` are its spellings (without the dash), `name` that of the model's field."""

    name: str
    options: tuple[str, ...]
    read: Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class Form:
    """Where entries of a kind are: `arrays` are the spellings, the documented one first. `fields` are in the order of
    a list; the last `only_options` of them stand in no list. Without fields the whole value means one thing."""

    kind: Kind
    arrays: tuple[str, ...]
    fields: tuple[Field, ...] = ()
    only_options: int = 0

    @property
    def array(self) -> str:
        return self.arrays[0]

    @property
    def listed(self) -> tuple[Field, ...]:
        """The fields that a list has, in its order."""
        return self.fields[: len(self.fields) - self.only_options]

    def field(self, option: str) -> Field | None:
        """The field that an option (with its dash) means."""
        name = option[1:].lower()
        return next((field for field in self.fields if name in map(str.lower, field.options)), None)


def _word(text: str) -> str:
    word = text.strip()
    if not word or len(word.split()) > 1:
        raise TclError(f'expected one word but got "{text}"')
    return word


def _words(text: str) -> tuple[str, ...]:
    return tuple(split_list(text))


def integer(text: str) -> int:
    """An integer that every message can hold. Raises TclError."""
    found = to_int(text)
    if abs(found) > _LARGEST:
        raise TclError(f'expected a number up to {_LARGEST} but got "{text.strip()}"')
    return found


FORMS = (
    Form(
        Kind.SERVER,
        ("alfServer", "alfServers"),
        (
            Field("host", ("host", "hostname"), _word),
            Field("keys", ("keys", "key"), _words),
            Field("udi", ("udi",), integer),
            Field("enabled", ("enabled", "enable"), to_bool),
            Field("port", ("port",), port),
        ),
        only_options=1,
    ),
    Form(
        Kind.HOST,
        ("alfHost", "alfHosts"),
        (Field("mem", ("mem", "memory"), amount), Field("gpus", ("gpus", "gpu"), count)),
    ),
    Form(Kind.SERVER_GROUP, ("alfServerGroup", "alfServerGroups")),
    Form(Kind.USER_GROUP, ("alfUserGroup", "alfUserGroups")),
    Form(Kind.TIME_GROUP, ("alfTimeGroup", "alfTimeGroups")),
    Form(
        Kind.CREW,
        ("alfCrew", "alfCrews"),
        (
            Field("users", ("users", "user", "userGroup"), _word),
            Field("servers", ("servers", "server", "serverGroup"), _word),
            Field("times", ("times", "time", "timeGroup"), _word),
            Field("priority", ("priority", "pri"), number),
            Field("enabled", ("enabled", "enable"), to_bool),
            Field("preempt", ("preempt",), to_bool),
        ),
        only_options=1,
    ),
    Form(Kind.LIMIT, ("alfLimit", "alfLimits")),
    Form(Kind.PING, ("alfServerPing", "alfServerPings")),
    Form(Kind.METRIC, ("Metrics", "alfMetrics")),
    Form(Kind.SHARE, ("alfShare", "alfShares")),
    Form(Kind.PROJECT_SHARE, ("alfProjectShare", "alfProjectShares")),
)

BY_KIND = {form.kind: form for form in FORMS}

NOT_HERE = ("alfConfig", "alfLimitLocal", "alfLimitGlobal")
"""Arrays that belong in alfred.ini."""

METHODS = ("builtin", "exec", "constant")
"""How an alfserver gets a metric (S2)."""
BUILTIN_METRICS = ("loadavg", "memory", "disk", "hostname", "ncpus", "memtotal")
"""What it measures by itself (S2), how many CPUs there are, and how much memory in all."""

PING_CODES = "hs%"
"""%h is the host, %s the slot (S4)."""


def form_of(array: str) -> Form | None:
    """The form of an array that is spelt like this, in any case."""
    lower = array.lower()
    return next((form for form in FORMS if lower in map(str.lower, form.arrays)), None)
