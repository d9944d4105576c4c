"""The site's settings: alfred.ini, a Tcl file of `set alfConfig(KEY) VALUE` (reference section 6).

    set alfConfig(maitredPort) 9000
    set alfLimitLocal(prman) 4        at most 4 at once under each dispatcher
    set alfLimitGlobal(prman) 8       ... and 8 on the site

The file is the site's own: it may compute, read the environment and files. What it leaves in the arrays alfConfig,
alfLimitLocal and alfLimitGlobal counts; keys that nobody here knows are kept in `unknown`. Each field below says its
key. Where the file is, and reading it from disk, is a daemon's affair.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import msgspec

from alftcl.errors import Completion, Exit, TclError
from alftcl.interp import Interp
from alftcl.safe import Limits
from alftcl.values import Value, to_bool, to_dict, to_float, to_int, to_list, to_str

_EMPTY: Mapping[str, Any] = MappingProxyType({})


class SettingsError(ValueError):
    """A settings file that cannot be used; the message is `file:line: text`."""

    def __init__(self, file: str, line: int, text: str) -> None:
        self.file = file
        self.line = line
        super().__init__(f"{file}:{line}: {text}")


class Settings(msgspec.Struct, frozen=True):
    """Every setting that is understood, with the default of a site without alfred.ini."""

    maitred_hosts: tuple[str, ...] = ()
    """maitredHost: the maitre-d, then its fall-backs; empty: the machine itself is the farm."""
    maitred_port: int = 9000
    """maitredPort"""
    allow_http: bool = True
    """allowHTTP: daemons answer web browsers."""
    http_do_server_push: bool = False
    """httpDoServerPush"""
    local_domain: str = ""
    """localDomain: for links and cookies; "?" guesses."""
    idle_exit_s: float = 0.0
    """timerDoneJobDispatchExit, minutes in the file: an idle dispatcher exits after this; 0 never."""
    maitred_initial_wait_s: float = 30.0
    """timerMaitredInitialWait: how long a restarted maitre-d waits for dispatchers before it gives out slots."""
    problem_slot_rest_s: float = 60.0
    """timerProblemSlotReuseInterval: how long a slot rests on which a launch could not begin."""
    remote_cmd_fallback: str = ""
    """RemoteCmdFallback, else RemoteCmdFallbackCommand: used when no alfserver can be reached."""
    retry_max: int = 3
    """retryMax: how often -retryrc repeats a command (section 10)."""
    reader_commands: int = 5_000_000
    """readerCommands: how many Tcl commands a job script may run while it is read."""
    reader_time_s: float = 60.0
    """readerSeconds: how long reading a job script may compute."""
    reader_memory_bytes: int = 2_000_000_000
    """readerMegabytes, millions of bytes in the file: how much memory a job script may take while it is read."""
    metrics_address: str = ""
    """metricsAddress: the multicast group of metrics; empty: alf-status.mcast.net, else 239.255.224.99."""
    metrics_port: int = 9002
    """metricsPort: its UDP port."""
    metrics_interface: str = ""
    """metricsInterface: a network interface, by name or address, for metrics; empty: the kernel's choice."""
    metrics_ttl: int = 1
    """metricsTTL: over how many routers metrics may go, plus one; 0: they stay on the machine."""
    key_file: str = ""
    """keyFile: where a maitre-d and alfservers find the site's master key (docs/farm.md); empty: /etc/alfred/key."""
    wranglers: tuple[str, ...] = ()
    """wranglers: the users who may act on everybody's jobs and slots."""
    limits_local: Mapping[str, int] = _EMPTY
    """alfLimitLocal(TAG): counted by each dispatcher."""
    limits_global: Mapping[str, int] = _EMPTY
    """alfLimitGlobal(TAG): counted over the site."""
    unknown: Mapping[str, str] = _EMPTY
    """Keys of alfConfig that are none of the above, as they stand in the file."""


DEFAULTS = Settings()


def _words(value: Value) -> tuple[str, ...]:
    return tuple(to_str(word) for word in to_list(value))


def _at_least_nothing(value: Value) -> float:
    number = to_float(value)
    if number < 0:
        raise TclError(f'expected 0 or more but got "{to_str(value)}"')
    return number


def _count(value: Value) -> int:
    return int(_at_least_nothing(to_int(value)))


def _port(value: Value) -> int:
    port = to_int(value)
    if not 0 <= port <= 65535:
        raise TclError(f'expected a port from 0 to 65535 but got "{to_str(value)}"')
    return port


def _ttl(value: Value) -> int:
    hops = to_int(value)
    if not 0 <= hops <= 255:
        raise TclError(f'expected 0 to 255 but got "{to_str(value)}"')
    return hops


_FIELDS: dict[str, tuple[str, Callable[[Value], Any]]] = {
    "maitredHost": ("maitred_hosts", _words),
    "maitredPort": ("maitred_port", _port),
    "allowHTTP": ("allow_http", to_bool),
    "httpDoServerPush": ("http_do_server_push", to_bool),
    "localDomain": ("local_domain", to_str),
    "timerDoneJobDispatchExit": ("idle_exit_s", lambda value: 60 * _at_least_nothing(value)),
    "timerMaitredInitialWait": ("maitred_initial_wait_s", _at_least_nothing),
    "timerProblemSlotReuseInterval": ("problem_slot_rest_s", _at_least_nothing),
    "RemoteCmdFallbackCommand": ("remote_cmd_fallback", to_str),
    "RemoteCmdFallback": ("remote_cmd_fallback", to_str),  # after the other: it wins (S4)
    "metricsAddress": ("metrics_address", to_str),
    "metricsPort": ("metrics_port", _port),
    "metricsInterface": ("metrics_interface", to_str),
    "metricsTTL": ("metrics_ttl", _ttl),
    "keyFile": ("key_file", to_str),
    "wranglers": ("wranglers", _words),
    "retryMax": ("retry_max", _count),
    "readerCommands": ("reader_commands", _count),
    "readerSeconds": ("reader_time_s", _at_least_nothing),
    "readerMegabytes": ("reader_memory_bytes", lambda value: 1_000_000 * _count(value)),
}


LIMITS = Limits(seconds=10.0, memory=1_000_000_000)
"""A site's own file may do what it likes, but not for ever (reference section 10), and not with all memory."""


def read_settings(text: str, file: str, interp: Interp | None = None) -> Settings:
    """The settings that a file's text means. `interp` is where it runs (a fresh one under LIMITS, if none is given).

    Raises SettingsError: the text is no Tcl, fails, does not end, or sets a value that its key cannot have.
    """
    if interp is None:
        interp = Interp()
        LIMITS.start(interp)
    interp.script_file = file
    try:
        interp.eval_top(text)
    except TclError as error:
        raise SettingsError(file, error.line, error.message) from error
    except (Completion, Exit) as ended:
        raise SettingsError(file, 1, "the file ended the interpreter") from ended
    config = _array(interp, "alfConfig")
    fields: dict[str, Any] = {}
    for key, (field, convert) in _FIELDS.items():
        if key in config:
            fields[field] = _converted(text, file, f"alfConfig({key})", convert, config[key])
    for name, field in (("alfLimitLocal", "limits_local"), ("alfLimitGlobal", "limits_global")):
        fields[field] = MappingProxyType(
            {
                tag: _converted(text, file, f"{name}({tag})", _count, value)
                for tag, value in _array(interp, name).items()
            }
        )
    unknown = {key: to_str(value) for key, value in config.items() if key not in _FIELDS}
    return Settings(**fields, unknown=MappingProxyType(unknown))


def _array(interp: Interp, name: str) -> dict[str, Value]:
    return to_dict(interp.call("array", "get", name))


def _converted(text: str, file: str, variable: str, convert: Callable[[Value], Any], value: Value) -> Any:
    try:
        return convert(value)
    except TclError as error:
        raise SettingsError(file, _line_of(text, variable), f"{variable}: {error.message}") from error


def _line_of(text: str, variable: str) -> int:
    """The last line that sets the variable by its name, else the first of the file."""
    places = [match.start() for match in re.finditer(rf"\bset\s+{re.escape(variable)}", text)]
    return text.count("\n", 0, places[-1]) + 1 if places else 1
