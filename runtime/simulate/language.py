"""The language of workloads: Tcl with a few commands of its own, and nothing that reaches outside. docs/simulate.md.

    start 2026-03-02                                            until 24h
    arrive 9:00 -user anna -script shot.alf -every 20m -count 12 -var {frames {uniform 50 200}}
    takes prman {lognormal 5m 0.5}                              fails prman 0.02 -status 1
    nimby ws* {mon-fri 9:00-18:00} -chance 0.8                  dies h007 14:00 -lasts 2h
    measured h0* {mem 16384 loadavg 0.3}                        machine -start 0.02 -ping 0.002 -slots 4

    time          9:00, 17:30:15     of the first day;  {tue 9:00}: the first such day;  36h: since the beginning
    duration      300, 300s, 5m, 2h, 1d
    distribution  a duration (or a number), {uniform 1m 5m}, {exponential 20m}, {normal 5m 1m}, {lognormal 5m 0.5}
    hosts, names  patterns (h0*), as Tcl's `string match` has them

Whatever is wrong is an error with file, line and what to do instead.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime

from alftcl.python_commands import python_command
from alftcl.safe import Limits
from alftcl.values import split_list
from runtime.decoding import decode
from runtime.job.source import Place
from runtime.schedule.times import DAY, minute_of_week, read_spans
from runtime.simulate.draws import Distribution, constant, exponential, lognormal, normal, uniform
from runtime.simulate.workload import (
    DAY_S,
    EVERYTHING,
    FIRST_DAY,
    Arrivals,
    Deaths,
    Fails,
    Measured,
    Nimby,
    Rule,
    Script,
    Takes,
    Workload,
)
from runtime.site_script import SiteInterp

LIMITS = Limits(commands=1_000_000, seconds=60.0, memory=1_000_000_000)
"""What the Tcl of a workload may use."""

Load = Callable[[str], bytes]
"""The bytes of a script that a workload names. Raises ValueError, with words, for one that cannot be read."""

_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?\Z")
_DURATION = re.compile(r"(\d+(?:\.\d*)?|\.\d+)\s*(s|m|min|h|d)?\Z")
_UNITS = {None: 1.0, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": DAY_S}
_HOUR_S, _MINUTE_S = 3600.0, 60.0
_MOST_S = 36_500 * DAY_S
_MOST_SIGMA = 10.0
"""Beyond it what is drawn has no meaning, and is soon no number any more."""
MOST_ARRIVALS = 1_000_000
"""Of one `arrive`."""


class WorkloadError(Exception):
    """A workload that cannot be used: where in its file, and why; the words are for its user."""

    def __init__(self, file: str, place: Place, text: str) -> None:
        super().__init__(f"{file}:{place[0]}:{place[1]}: error: {text}")


def read_workload(data: bytes, file: str, load: Load) -> Workload:
    """The workload that a file means. Raises WorkloadError."""
    interp = SiteInterp(file, safe=True)
    LIMITS.start(interp)
    said = _Said(interp, load)
    for name in ("start", "until", "arrive", "takes", "fails", "nimby", "dies", "measured", "machine"):
        interp.add_command(name, python_command(name, getattr(said, name)))
    failure = interp.run_file(decode(data).text)
    if failure is not None:
        raise WorkloadError(file, failure.place, failure.text)
    if not said.arrivals:
        raise WorkloadError(
            file, (1, 1), "nothing arrives: `arrive 9:00 -user anna -script shot.alf` says who queues what"
        )
    return Workload(
        file,
        tuple(said.arrivals),
        tuple(said.takes_),
        tuple(said.fails_),
        tuple(said.nimbys),
        tuple(said.deaths),
        tuple(said.values),
        said.starts_at,
        said.until_s,
        *said.delays,
    )


class _Said:
    """What a file has said so far: a method for each command."""

    def __init__(self, interp: SiteInterp, load: Load) -> None:
        self._interp = interp
        self._load = load
        self._scripts: dict[str, Script] = {}
        self.starts_at = FIRST_DAY
        self.until_s: float | None = None
        self.arrivals: list[Arrivals] = []
        self.takes_: list[Takes] = []
        self.fails_: list[Fails] = []
        self.nimbys: list[Nimby] = []
        self.deaths: list[Deaths] = []
        self.values: list[Measured] = []
        plain = Workload("")
        self.delays = (plain.start_s, plain.ping_s, plain.own_slots)

    def start(self, day: str) -> None:
        """The day at whose midnight it all begins."""
        if self.arrivals:
            raise ValueError("start comes before the first arrive: their times count from it")
        try:
            self.starts_at = datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC).timestamp()
        except ValueError:
            raise ValueError(f'"{day}" is no day: 2026-03-02 is one') from None

    def until(self, time: str) -> None:
        self.until_s = self._time(time)

    def arrive(
        self,
        time: str,
        *,
        user: str,
        script: str,
        host: str = "",
        every: str = "",
        count: int = 1,
        until: str = "",
        var: str = "",
        priority: str = "",
    ) -> None:
        if every and count == 1 and not until:
            raise ValueError("-every wants -count, -until or both: how often does it arrive?")
        if not every and (count != 1 or until):
            raise ValueError("-count and -until want -every: how long is it from one to the next?")
        if count < 1:
            raise ValueError(f"-count {count}: it arrives once at least")
        first_s, last_s, gap = self._time(time), self._time(until) if until else math.inf, distribution(every or "0")
        endless = count == 1 and bool(until)
        middle_s = gap(0.5)
        expected = count if not endless else (last_s - first_s) / middle_s if middle_s else math.inf
        if expected > MOST_ARRIVALS:
            how_many = f"{expected:,.0f} times" if expected < math.inf else "without end"
            raise ValueError(f"it would arrive {how_many}; {MOST_ARRIVALS:,} are the most that one line may say")
        most = MOST_ARRIVALS if endless else count
        if script not in self._scripts:
            self._scripts[script] = Script(script, self._load(script))
        arrivals = Arrivals(
            user,
            host or f"{user}s-desk",
            self._scripts[script],
            first_s,
            gap,
            most,
            last_s,
            tuple(_variables(var)),
            _number("-priority", priority) if priority else None,
            self._interp.place[0],
        )
        self.arrivals.append(arrivals)

    def takes(
        self, tag: str, how_long: str, *, title: str = EVERYTHING, user: str = EVERYTHING, host: str = EVERYTHING
    ) -> None:
        self.takes_.append(Takes(Rule(tag, title, user, host), distribution(how_long)))

    def fails(
        self,
        tag: str,
        chance: str,
        *,
        status: int = 1,
        after: str = "",
        title: str = EVERYTHING,
        user: str = EVERYTHING,
        host: str = EVERYTHING,
    ) -> None:
        if not status:
            raise ValueError("-status 0 is no failure")
        rule = Rule(tag, title, user, host)
        self.fails_.append(Fails(rule, _chance(chance), status, distribution(after) if after else None))

    def nimby(self, hosts: str, hours: str, *, chance: str = "1", eject: bool = False) -> None:
        self.nimbys.append(Nimby(hosts, read_spans(split_list(hours)), _chance(chance), eject))

    def dies(self, hosts: str, time: str = "", *, lasts: str, every: str = "") -> None:
        if not time and not every:
            raise ValueError("when? `dies h007 14:00 -lasts 2h`, or `dies h* -every {exponential 30d} -lasts 2h`")
        gone, again = distribution(lasts), distribution(every) if every else None
        if again is not None and not gone(0.5) + again(0.5):
            raise ValueError("with -lasts 0 and -every 0 they would die for ever, all in one moment")
        self.deaths.append(Deaths(hosts, gone, self._time(time) if time else None, again))

    def measured(self, hosts: str, values: str) -> None:
        words = split_list(values)
        if len(words) % 2:
            raise ValueError(f"the last one has no value: {values}")
        found = tuple((name, _number(name, value)) for name, value in zip(words[::2], words[1::2], strict=True))
        self.values.append(Measured(hosts, found))

    def machine(self, *, start: str = "", ping: str = "", slots: str = "") -> None:
        """What differs from machine to machine: how quick the farm is, and how much runs on a user's own host."""
        start_s, ping_s, own_slots = self.delays
        if slots and not slots.isdecimal():
            raise ValueError(f'-slots "{slots}" is no number of slots')
        self.delays = (
            duration(start) if start else start_s,
            duration(ping) if ping else ping_s,
            int(slots) if slots else own_slots,
        )

    def _time(self, text: str) -> float:
        """Seconds since the beginning. Raises ValueError."""
        words = text.split()
        clock = _CLOCK.match(words[-1]) if words else None
        if clock is None:
            if len(words) == 1:
                return duration(text, "time: 17:30, {tue 9:00} or 36h since the beginning")
            raise ValueError(f'"{text}" is no time: 17:30, {{tue 9:00}} or 36h since the beginning are')
        hour, minute, second = (int(part or 0) for part in clock.groups())
        if hour > 24 or minute > 59 or second > 59:
            raise ValueError(f'"{text}": a day goes from 0:00 to 24:00')
        day = 0
        if len(words) == 2:
            day = (read_spans(words[:1])[0].start - minute_of_week(self.starts_at, UTC)) // DAY % 7
        elif len(words) > 2:
            raise ValueError(f'"{text}" is no time: 17:30, {{tue 9:00}} or 36h since the beginning are')
        return day * DAY_S + hour * _HOUR_S + minute * _MINUTE_S + second


# ---- words -----------------------------------------------------------------------------------------------------------


def duration(text: str, what: str = "duration: 300, 5m, 2h or 1d") -> float:
    """Seconds. Raises ValueError."""
    form = _DURATION.match(text.strip())
    if form is None:
        raise ValueError(f'"{text}" is no {what}')
    seconds = float(form[1]) * _UNITS[form[2]]
    if seconds > _MOST_S:
        raise ValueError(f'"{text[:40]}" is longer than {_MOST_S / DAY_S:,.0f} days')
    return seconds


def _spread(text: str) -> float:
    sigma = _number("sigma", text)
    if not 0.0 <= sigma <= _MOST_SIGMA:
        raise ValueError(
            f'sigma "{text}" is not between 0 (all are alike) and {_MOST_SIGMA:g}; of frames it is about 0.5'
        )
    return sigma


_FAMILIES: dict[str, tuple[Callable[[float, float], Distribution], Callable[[str], float], str]] = {
    "uniform": (uniform, duration, "{uniform LEAST MOST}"),
    "normal": (normal, duration, "{normal MEAN DEVIATION}"),
    "lognormal": (lognormal, _spread, "{lognormal MEDIAN SIGMA}"),
}


def distribution(text: str) -> Distribution:
    """A duration, or how durations are spread. Raises ValueError."""
    words = split_list(text)
    if len(words) == 1:
        return constant(duration(words[0], "duration (300, 5m, 2h, 1d) or distribution ({lognormal 5m 0.5})"))
    if len(words) == 2 and words[0] == "exponential":
        return exponential(duration(words[1]))
    family = _FAMILIES.get(words[0] if words else "")
    if family is None:
        forms = ", ".join(["{exponential MEAN}", *(form for _, _, form in _FAMILIES.values())])
        raise ValueError(f'"{text}" is no distribution: there are {forms}')
    make, second, form = family
    if len(words) != 3:
        raise ValueError(f'"{text}" should be {form}')
    return make(duration(words[1]), second(words[2]))


def _variables(text: str) -> list[tuple[str, str | Distribution]]:
    words = split_list(text)
    if len(words) % 2:
        raise ValueError(f"-var is {{NAME VALUE NAME VALUE ...}}: {words[-1]} has no value")
    return [(name, _value(value)) for name, value in zip(words[::2], words[1::2], strict=True)]


def _value(text: str) -> str | Distribution:
    first = (text.split() or [""])[0]
    return distribution(text) if first in _FAMILIES or first == "exponential" else text


def _number(what: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ValueError(f'{what} "{text}" is no number')
    return number


def _chance(text: str) -> float:
    chance = _number("the chance", text)
    if not 0.0 <= chance <= 1.0:
        raise ValueError(f"the chance {text} is not between 0 (never) and 1 (always)")
    return chance
