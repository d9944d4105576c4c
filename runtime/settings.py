"""The site's settings: alfred.ini, a Tcl file of `set alfConfig(KEY) VALUE` (reference section 6).

    set alfConfig(maitredPort) 9000
    set alfLimitLocal(prman) 4        at most 4 at once under each dispatcher
    set alfLimitGlobal(prman) 8       ... and 8 on the site

The file is the site's own: it may compute, read the environment and files. What it leaves in the arrays alfConfig,
alfLimitLocal and alfLimitGlobal counts; keys that nobody here knows are kept in `unknown`.

A key is one line of Settings below: its field, its name in the file, how its value is read, what holds when it is not
set. What it means stands in docs/settings.md, whose table a test compares with this one. Where the file is, and reading
it from disk, is a daemon's affair (daemons.site).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Any, get_type_hints

import msgspec

from alftcl.errors import TclError
from alftcl.safe import Limits
from alftcl.values import Value, to_bool, to_str
from runtime import setting_values as values
from runtime.decoding import NOT_UTF8, decode
from runtime.job.model import Diagnostic, Severity
from runtime.job.operators import nearest
from runtime.job.source import Place
from runtime.job.step_order import StepOrder
from runtime.licences import Rule
from runtime.notices import Target
from runtime.site_script import LIMITS, SiteRun, run_site_file, variables_set

_NO_LIMITS: Mapping[str, int] = MappingProxyType({})
_NOTHING: Mapping[str, str] = MappingProxyType({})


class SettingsError(ValueError):
    """A settings file that cannot be used; the message is `file:line: text`."""

    def __init__(self, file: str, line: int, text: str) -> None:
        self.file = file
        self.line = line
        super().__init__(f"{file}:{line}: {text}")


@dataclass(frozen=True, slots=True)
class Key:
    """What stands beside a field: `alfConfig(name)` and how its value is read. `older`: another name, which wins where
    both are set."""

    name: str
    read: Callable[[Value], Any]
    older: str = ""


class Settings(msgspec.Struct, frozen=True):
    """Every setting that is understood, with what holds at a site without alfred.ini (docs/settings.md says what each
    means). Durations are in seconds, whatever the file counts in."""

    # ---- the maitre-d
    maitred_hosts: Annotated[tuple[str, ...], Key("maitredHost", values.hosts)] = ()
    maitred_port: Annotated[int, Key("maitredPort", values.port)] = 9000
    maitred_initial_wait_s: Annotated[float, Key("timerMaitredInitialWait", values.seconds)] = 30.0
    problem_slot_rest_s: Annotated[float, Key("timerProblemSlotReuseInterval", values.seconds)] = 60.0
    schedule_look_s: Annotated[float, Key("scheduleSeconds", values.some_seconds)] = 5.0
    time_zone: Annotated[str, Key("timeZone", values.time_zone)] = ""
    wranglers: Annotated[tuple[str, ...], Key("wranglers", values.words)] = ()
    history_days: Annotated[float, Key("historyDays", values.amount)] = 90.0
    history_tally_days: Annotated[float, Key("historyTallyDays", values.amount)] = 1100.0
    key_file: Annotated[str, Key("keyFile", to_str)] = ""
    # ---- who gets which slot
    assigner: Annotated[str, Key("assigner", to_str)] = ""
    assigner_s: Annotated[float, Key("assignerSeconds", values.some_seconds)] = 1.0
    age_s: Annotated[float, Key("ageSeconds", values.seconds)] = 60.0
    usage_half_life_s: Annotated[float, Key("usageHalfLife", values.hours)] = 0.0
    tiers: Annotated[tuple[str, ...], Key("tiers", values.words)] = ()
    reserve_s: Annotated[float, Key("reserveSeconds", values.seconds)] = 300.0
    preempt_wait_s: Annotated[float, Key("preemptWait", values.seconds)] = 60.0
    preempt_margin: Annotated[float, Key("preemptMargin", values.number)] = 10.0
    preempt_min_run_s: Annotated[float, Key("preemptMinRun", values.seconds)] = 30.0
    lease_s: Annotated[float, Key("leaseSeconds", values.some_seconds)] = 120.0
    grace_s: Annotated[float, Key("leaseGrace", values.seconds)] = 10.0
    # ---- pings and metrics
    ping_limit_s: Annotated[float, Key("pingSeconds", values.some_seconds)] = 10.0
    ping_memory_s: Annotated[float, Key("pingMemory", values.seconds)] = 0.0
    ping_rest_s: Annotated[float, Key("pingRest", values.seconds)] = 30.0
    black_hole_count: Annotated[int, Key("blackHoleCount", values.count)] = 0
    black_hole_rest_s: Annotated[float, Key("blackHoleRest", values.some_seconds)] = 300.0
    metrics_replace_ping: Annotated[bool, Key("metricsReplacePing", to_bool)] = False
    metrics_address: Annotated[str, Key("metricsAddress", values.group)] = ""
    metrics_port: Annotated[int, Key("metricsPort", values.port)] = 9002
    metrics_interface: Annotated[str, Key("metricsInterface", to_str)] = ""
    metrics_ttl: Annotated[int, Key("metricsTTL", values.ttl)] = 1
    # ---- alfservers
    alfserver_port: Annotated[int, Key("alfserverPort", values.port)] = 0
    alfserver_users: Annotated[tuple[str, ...], Key("alfserverUsers", values.words)] = ()
    alfserver_programs: Annotated[tuple[str, ...], Key("alfserverPrograms", values.words)] = ()
    presets_file: Annotated[str, Key("presetsFile", to_str)] = ""
    remote_cmd_fallback: Annotated[str, Key("RemoteCmdFallbackCommand", to_str, older="RemoteCmdFallback")] = ""
    chaos_allowed: Annotated[bool, Key("chaosAllowed", to_bool)] = True
    # ---- dispatchers
    dispatcher_port: Annotated[int, Key("dispatcherPort", values.port)] = 9001
    dispatcher_address: Annotated[str, Key("dispatcherAddress", to_str)] = "0.0.0.0"
    chaos_after_s: Annotated[float, Key("chaosAfter", values.seconds)] = 60.0
    idle_exit_s: Annotated[float | None, Key("timerDoneJobDispatchExit", values.minutes_if_any)] = None
    retry_max: Annotated[int, Key("retryMax", values.count)] = 3
    step_order: Annotated[StepOrder, Key("stepOrder", values.step_order)] = StepOrder.IN_ORDER
    no_progress_s: Annotated[float, Key("noProgressSeconds", values.seconds)] = 0.0
    no_progress_retries: Annotated[int, Key("noProgressRetries", values.count)] = 0
    reader_commands: Annotated[int, Key("readerCommands", values.count)] = 5_000_000
    reader_time_s: Annotated[float, Key("readerSeconds", values.seconds)] = 60.0
    reader_memory_bytes: Annotated[int, Key("readerMegabytes", values.megabytes)] = 2_000_000_000
    reserve_default: Annotated[str, Key("reserveDefault", values.reserve)] = ""
    reserve_machine: Annotated[str, Key("reserveMachine", values.reserve)] = ""
    # ---- licences
    licence_lines: Annotated[tuple[Rule, ...], Key("licenceLines", values.licence_lines)] = ()
    licence_codes: Annotated[tuple[Rule, ...], Key("licenceCodes", values.licence_codes)] = ()
    licence_rest_s: Annotated[float, Key("licenceRest", values.some_seconds)] = 30.0
    licence_rest_most_s: Annotated[float, Key("licenceRestMost", values.some_seconds)] = 600.0
    licence_patience_s: Annotated[float, Key("licencePatience", values.seconds)] = 86400.0
    # ---- notices
    notify: Annotated[tuple[Target, ...], Key("notify", values.notify)] = ()
    notify_hosts: Annotated[tuple[str, ...], Key("notifyHosts", values.words)] = ()
    notify_addresses: Annotated[tuple[str, ...], Key("notifyAddresses", values.words)] = ("*",)
    notify_tries: Annotated[int, Key("notifyTries", values.some_tries)] = 5
    notify_limit_s: Annotated[float, Key("notifySeconds", values.some_seconds)] = 10.0
    mail_host: Annotated[str, Key("mailHost", values.mail_host)] = ""
    mail_from: Annotated[str, Key("mailFrom", values.mail_address)] = ""
    # ---- nimby
    nimby_mode: Annotated[str, Key("nimbyMode", values.nimby_mode)] = "default"
    nimby_idle_s: Annotated[float, Key("nimbyIdleSeconds", values.seconds)] = 0.0
    # ---- the web
    allow_http: Annotated[bool, Key("allowHTTP", to_bool)] = True
    http_do_server_push: Annotated[bool, Key("httpDoServerPush", to_bool)] = False
    local_domain: Annotated[str, Key("localDomain", to_str)] = ""

    limits_local: Mapping[str, int] = _NO_LIMITS
    """alfLimitLocal(TAG): counted by each dispatcher."""
    limits_global: Mapping[str, int] = _NO_LIMITS
    """alfLimitGlobal(TAG): counted over the site."""
    unknown: Mapping[str, str] = _NOTHING
    """Keys of alfConfig that are none of the above, as they stand in the file."""

    @property
    def maitreds(self) -> tuple[tuple[str, int], ...]:
        """Host and port of the maitre-d and of its fall-backs, in order."""
        return tuple(values.split_host(host, self.maitred_port) for host in self.maitred_hosts)


DEFAULTS = Settings()

KEYS: dict[str, Key] = {
    field: note
    for field, hint in get_type_hints(Settings, include_extras=True).items()
    for note in getattr(hint, "__metadata__", ())
    if isinstance(note, Key)
}
"""The keys, by their fields."""

_NAMES = {name: field for field, key in KEYS.items() for name in (key.name, key.older) if name}
_LIMITS = {"alfLimitLocal": "limits_local", "alfLimitGlobal": "limits_global"}
_ARRAYS = ("alfConfig", *_LIMITS)


@dataclass(frozen=True, slots=True)
class SettingsReading:
    """A settings file that was read: what is good in it, and all that is wrong with it. `values` has its settings
    as they stand in it, by their names there: `maitredPort`, `alfLimitLocal(prman)`."""

    settings: Settings
    diagnostics: tuple[Diagnostic, ...]
    values: Mapping[str, str]


def read_settings(data: bytes | str, file: str, limits: Limits = LIMITS) -> Settings:
    """The settings that a file means. `limits` is what its Tcl may use.

    Raises SettingsError: the text is no Tcl, fails, does not end, or sets a value that its key cannot have.
    """
    reading = check_settings(data, file, limits)
    for found in reading.diagnostics:
        if found.severity is Severity.ERROR:
            raise SettingsError(file, found.line, found.text)
    return reading.settings


def check_settings(data: bytes | str, file: str, limits: Limits = LIMITS) -> SettingsReading:
    """The same, with everything that is wrong; what is wrong is not in the settings."""
    decoded = decode(data)
    suspects = [name for name in variables_set(decoded.text) if name not in _ARRAYS and nearest(name, _ARRAYS)]
    run = run_site_file(decoded.text, file, (*_ARRAYS, *suspects), limits)
    reader = _Reader(run)
    for name in suspects:
        reader.misspelt(name)
    if decoded.not_utf8 is not None:
        reader.note(decoded.not_utf8, Severity.WARNING, NOT_UTF8)
    if run.failure is not None:
        reader.note(run.failure.place, Severity.ERROR, run.failure.text)
    return reader.reading()


class _Reader:
    """Reads what a run has left."""

    def __init__(self, run: SiteRun) -> None:
        self._run = run
        self._diagnostics: list[Diagnostic] = []
        self._values: dict[str, str] = {}

    def note(self, place: Place, severity: Severity, text: str, hint: str = "") -> None:
        self._diagnostics.append(Diagnostic(*place, severity, text, hint))

    def misspelt(self, name: str) -> None:
        """An array that is none of ours, though its name is nearly one: nothing of it counts."""
        for key in self._run.arrays.get(name, ()):
            place = self._run.place(name, key)
            self.note(place, Severity.WARNING, f"{name}({key}) is not read", f"did you mean {nearest(name, _ARRAYS)}?")

    def reading(self) -> SettingsReading:
        config = self._run.arrays.get("alfConfig", {})
        fields: dict[str, Any] = {}
        for key_name, field in _NAMES.items():  # an older name comes after the newer one, and wins
            if key_name in config:
                self._convert("alfConfig", key_name, KEYS[field].read, fields, field)
        for array, field in _LIMITS.items():
            limits: dict[str, int] = {}
            for tag in self._run.arrays.get(array, {}):
                self._convert(array, tag, values.count, limits, tag)
            fields[field] = MappingProxyType(limits)
        unknown = {key: to_str(value) for key, value in config.items() if key not in _NAMES}
        for key in unknown:
            near = nearest(key, _NAMES)
            hint = f"did you mean {near}?" if near else ""
            self.note(self._run.place("alfConfig", key), Severity.WARNING, f"unknown setting alfConfig({key})", hint)
        ordered = sorted(self._diagnostics, key=lambda found: (found.line, found.column))
        settings = Settings(**fields, unknown=MappingProxyType(unknown))
        return SettingsReading(settings, tuple(ordered), self._values)

    def _convert(self, array: str, key: str, read: Callable[[Value], Any], into: dict[str, Any], field: str) -> None:
        value = self._run.arrays[array][key]
        self._values[key if array == "alfConfig" else f"{array}({key})"] = to_str(value)
        try:
            into[field] = read(value)
        except TclError as error:
            self.note(self._run.place(array, key), Severity.ERROR, f"{array}({key}): {error.message}")
