"""alfred.ini: what a site sets, and what stands when it does not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from alftcl.safe import Limits
from runtime.job.step_order import StepOrder
from runtime.licences import Rule
from runtime.settings import DEFAULTS, KEYS, Settings, SettingsError, check_settings, read_settings


def read(text: str) -> Settings:
    return read_settings(text, "alfred.ini")


def test_an_empty_file_means_the_defaults() -> None:
    assert read("") == read("# nothing\n") == DEFAULTS
    assert DEFAULTS.maitred_port == 9000
    assert DEFAULTS.retry_max == 3


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ("set alfConfig(maitredHost) {}", "maitred_hosts", ()),
        ("set alfConfig(maitredHost) {a.b.com c}", "maitred_hosts", ("a.b.com", "c")),
        ("set alfConfig(maitredPort) 9100", "maitred_port", 9100),
        ("set alfConfig(allowHTTP) 0", "allow_http", False),
        ("set alfConfig(httpDoServerPush) 1", "http_do_server_push", True),
        ("set alfConfig(localDomain) ?", "local_domain", "?"),
        ("set alfConfig(timerDoneJobDispatchExit) 5", "idle_exit_s", 300.0),
        ("set alfConfig(timerMaitredInitialWait) 12", "maitred_initial_wait_s", 12.0),
        ("set alfConfig(timerProblemSlotReuseInterval) 7.5", "problem_slot_rest_s", 7.5),
        ("set alfConfig(RemoteCmdFallbackCommand) {rsh %h}", "remote_cmd_fallback", "rsh %h"),
        ("set alfConfig(retryMax) 5", "retry_max", 5),
        ("set alfConfig(maitredHost) {a [::1]:9001 b:7}", "maitred_hosts", ("a", "[::1]:9001", "b:7")),
        ("set alfConfig(timeZone) Europe/Berlin", "time_zone", "Europe/Berlin"),
        ("set alfConfig(metricsAddress) 239.1.2.3", "metrics_address", "239.1.2.3"),
        ("set alfConfig(nimbyMode) Auto-Eject", "nimby_mode", "auto-eject"),
        ("set alfConfig(nimbyIdleSeconds) 2", "nimby_idle_s", 2.0),
        ("set alfConfig(readerCommands) 100", "reader_commands", 100),
        ("set alfConfig(readerSeconds) 2", "reader_time_s", 2.0),
        ("set alfConfig(readerMegabytes) 3", "reader_memory_bytes", 3_000_000),
        ("set alfConfig(keyFile) /site/key", "key_file", "/site/key"),
        ("set alfConfig(dispatcherAddress) 10.0.0.7", "dispatcher_address", "10.0.0.7"),
        ("set alfConfig(wranglers) {ann bob}", "wranglers", ("ann", "bob")),
        ("set alfConfig(licenceLines) {{PRMan {no licence} 5}}", "licence_lines", (Rule("prman", 5.0, "no licence"),)),
        ("set alfConfig(licenceCodes) {{* {3 retryrc}}}", "licence_codes", (Rule("*", None, codes=("3", "retryrc")),)),
        ("set alfConfig(stepOrder) Ends", "step_order", StepOrder.ENDS),
        ("set alfLimitLocal(mantra) 1", "limits_local", {"mantra": 1}),
        ("set alfLimitGlobal(mantra) 8", "limits_global", {"mantra": 8}),
        ("set alfConfig(ours) 10", "unknown", {"ours": "10"}),
    ],
)
def test_a_key_sets_its_field(line: str, field: str, value: object) -> None:
    settings = read(line)

    assert getattr(settings, field) == value
    assert getattr(settings, field) != getattr(DEFAULTS, field) or value == ()


def test_the_older_name_of_the_fallback_wins() -> None:
    settings = read("set alfConfig(RemoteCmdFallback) old\nset alfConfig(RemoteCmdFallbackCommand) new")

    assert settings.remote_cmd_fallback == "old"


def test_the_file_may_compute() -> None:
    assert read("foreach p {prman mantra} {set alfLimitLocal($p) [llength {a b}]}").limits_local == {
        "prman": 2,
        "mantra": 2,
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("\nset alfConfig(maitredPort) many", 'alfred.ini:2: alfConfig(maitredPort): expected integer but got "many"'),
        ("set alfConfig(maitredPort) 70000", "alfred.ini:1: alfConfig(maitredPort): expected a port from 0 to 65535"),
        ("\n\nset alfLimitLocal(x) -1", 'alfred.ini:3: alfLimitLocal(x): expected 0 or more but got "-1"'),
        (
            "set alfConfig(allowHTTP) maybe",
            'alfred.ini:1: alfConfig(allowHTTP): expected boolean value but got "maybe"',
        ),
        ("set alfConfig(maitredHost) {a b:x}", "alfred.ini:1: alfConfig(maitredHost): expected HOST or HOST:PORT"),
        ("set alfConfig(maitredHost) :9000", "alfred.ini:1: alfConfig(maitredHost): expected HOST or HOST:PORT"),
        ("set alfConfig(maitredHost) a:", "alfred.ini:1: alfConfig(maitredHost): expected HOST or HOST:PORT"),
        ("set alfConfig(timeZone) Nowhere", 'alfred.ini:1: alfConfig(timeZone): there is no time zone "Nowhere"'),
        ("set alfConfig(leaseSeconds) 0", 'alfred.ini:1: alfConfig(leaseSeconds): expected more than 0 but got "0"'),
        ("set alfConfig(preemptMargin) Inf", "alfred.ini:1: alfConfig(preemptMargin): expected a number"),
        ("set alfConfig(ageSeconds) Inf", "alfred.ini:1: alfConfig(ageSeconds): expected 0 or more"),
        ("set alfConfig(metricsAddress) 10.1.2.3", "alfred.ini:1: alfConfig(metricsAddress): expected a multicast"),
        ("set alfConfig(metricsTTL) 300", "alfred.ini:1: alfConfig(metricsTTL): expected a number of hops"),
        (
            "set alfConfig(nimbyMode) never",
            "alfred.ini:1: alfConfig(nimbyMode): expected one of default, always, auto-eject",
        ),
        ("if 1 {\n  set alfConfig(preemptWait) x\n}", "alfred.ini:2: alfConfig(preemptWait): expected floating-point"),
        ("set a 1\n\nfoo bar", 'alfred.ini:3: invalid command name "foo"'),
        ("set a 1\nset b {", "alfred.ini:2: missing close-brace"),
        ("set a 1\nexit", "alfred.ini:1: the file ended the interpreter"),
    ],
)
def test_a_broken_file_says_where_and_what(text: str, message: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read(text)

    assert str(caught.value).startswith(message)


def test_a_file_that_does_not_end_is_ended() -> None:
    with pytest.raises(SettingsError, match=r"alfred\.ini:2: time limit exceeded"):
        read_settings("set a 1\nwhile 1 {}", "alfred.ini", Limits(seconds=0.05))


def test_maitreds_have_the_common_port_where_they_name_none() -> None:
    settings = read("set alfConfig(maitredPort) 9100\nset alfConfig(maitredHost) {a b:7 [::1]:8 fe80::1}")

    assert settings.maitreds == (("a", 9100), ("b", 7), ("::1", 8), ("fe80::1", 9100))


def test_everything_that_is_wrong_is_found_at_once_and_the_rest_is_good() -> None:
    reading = check_settings(
        "set alfConfig(maitredPort) x\n  set alfConfig(maitredhosts) a\nset alfLimitLocal(a) x\n"
        "set alfConfig(retryMax) 7",
        "alfred.ini",
    )

    assert [(found.line, found.column, found.severity.value, found.hint) for found in reading.diagnostics] == [
        (1, 1, "error", ""),
        (2, 3, "warning", "did you mean maitredHost?"),
        (3, 1, "error", ""),
    ]
    assert reading.settings.retry_max == 7


def test_the_page_of_the_settings_has_every_key_with_its_default() -> None:
    page = Path(__file__, "../../../docs/settings.md").resolve().read_text()
    rows = re.findall(r"^\| `(\w+)` \| (?:`([^`]*)`)? *\| (.+) \|$", page, re.M)

    assert [name for name, _, _ in rows] == [key.name for key in KEYS.values()]
    for (field, key), (name, default, meaning) in zip(KEYS.items(), rows, strict=True):
        assert key.read(default) == getattr(DEFAULTS, field), name
        assert f"`{key.older}`" in meaning or not key.older


def test_an_array_whose_name_is_nearly_ours_is_said_and_not_read() -> None:
    reading = check_settings(
        "set alfconfig(retryMax) 7\nset alfLimitlocal(prman) 4\nset mine(retryMax) 1\nset alfConfg 1", "alfred.ini"
    )

    assert [(found.line, found.text, found.hint) for found in reading.diagnostics] == [
        (1, "alfconfig(retryMax) is not read", "did you mean alfConfig?"),
        (2, "alfLimitlocal(prman) is not read", "did you mean alfLimitLocal?"),
    ]
    assert reading.settings == DEFAULTS
