"""What happens around a farm: users who want their desktops back, hosts that die, what hosts measure, pings.

Each goes its own way on the agenda, day after day, for as long as the simulation lasts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC
from fnmatch import fnmatchcase

from runtime.maitred.core import Maitred
from runtime.maitred.orders import Order, PeerId, RunPing
from runtime.sampling import INTERVAL_S
from runtime.schedule.model import Schedule, Span
from runtime.schedule.times import WEEK, minute_of_week
from runtime.simulate.agenda import Agenda
from runtime.simulate.draws import Draws
from runtime.simulate.runs import Runs, SimulationError
from runtime.simulate.workload import Deaths, Measured, Nimby, Workload

_MINUTE_S = 60.0
_WEEK_S = WEEK * _MINUTE_S
_FIRST_NIMBY = 1_000_000_000
"""The peers of nimbys have numbers that no dispatcher's has."""


class Surroundings:
    """`do` carries out what the maitre-d orders."""

    def __init__(
        self,
        schedule: Schedule,
        workload: Workload,
        agenda: Agenda,
        draws: Draws,
        runs: Runs,
        maitred: Maitred,
        do: Callable[[Sequence[Order]], None],
    ) -> None:
        self._hosts = sorted({server.host for server in schedule.servers.values()})
        self._intervals = [source.interval_s for source in schedule.metrics.values()]
        self._workload = workload
        self._agenda = agenda
        self._draws = draws
        self._runs = runs
        self._maitred = maitred
        self._do = do

    def begin(self) -> None:
        """Before anything else happens. Raises SimulationError for hosts that the schedule does not have."""
        for place, nimby in enumerate(self._workload.nimbys):
            for number, host in self._matching("nimby", nimby.hosts):
                peer = PeerId(_FIRST_NIMBY + place * len(self._hosts) + number)
                for span in nimby.hours:
                    self._next_day(nimby, span, host, peer, self._first(span))
        for place, deaths in enumerate(self._workload.deaths):
            for _, host in self._matching("dies", deaths.hosts):
                first_s = deaths.first_s
                if first_s is None:
                    assert deaths.every is not None
                    first_s = deaths.every(self._draws.number("dies", place, host, 0))
                self._agenda.at(first_s, self._die, deaths, place, host, 0)
        for measured in self._workload.measured:
            for _, host in self._matching("measured", measured.hosts):
                self._measure(measured, host)

    def _matching(self, command: str, pattern: str) -> list[tuple[int, str]]:
        found = [(number, host) for number, host in enumerate(self._hosts) if fnmatchcase(host, pattern)]
        if not found:
            known = ", ".join(self._hosts[:3]) or "none"
            raise SimulationError(f"{command} {pattern}: no host of the schedule has such a name; it has {known} ...")
        return found

    # ---- nimby ---------------------------------------------------------------------------------------

    def _first(self, span: Span) -> float:
        """When a span begins for the first time; if it has begun already, before the beginning."""
        start = (span.start - minute_of_week(self._workload.starts_at, UTC)) * _MINUTE_S % _WEEK_S
        length_s = (span.end - span.start) * _MINUTE_S
        return start - _WEEK_S if start - _WEEK_S + length_s > 0 else start

    def _next_day(self, nimby: Nimby, span: Span, host: str, peer: PeerId, start: float) -> None:
        self._agenda.at(start, self._comes, nimby, span, host, peer, start)

    def _comes(self, nimby: Nimby, span: Span, host: str, peer: PeerId, start: float) -> None:
        if self._draws.number("nimby", host, start) < nimby.chance:
            now = self._agenda.now
            self._do(self._maitred.shields(peer, host, True, now))
            if nimby.ejects:
                self._do(self._maitred.eject(host, f"the user of {host}", now))
            self._agenda.at(start + (span.end - span.start) * _MINUTE_S, self._goes, host, peer)
        self._next_day(nimby, span, host, peer, start + _WEEK_S)

    def _goes(self, host: str, peer: PeerId) -> None:
        self._do(self._maitred.shields(peer, host, False, self._agenda.now))

    # ---- deaths --------------------------------------------------------------------------------------

    def _die(self, deaths: Deaths, place: int, host: str, number: int) -> None:
        self._runs.die(host)
        lasts_s = deaths.lasts(self._draws.number("lasts", place, host, number))
        self._agenda.after(lasts_s, self._come_back, deaths, place, host, number)

    def _come_back(self, deaths: Deaths, place: int, host: str, number: int) -> None:
        self._runs.come_back(host)
        if deaths.every is not None:
            after_s = deaths.every(self._draws.number("dies", place, host, number + 1))
            self._agenda.after(after_s, self._die, deaths, place, host, number + 1)

    # ---- metrics and pings ---------------------------------------------------------------------------

    def _measure(self, measured: Measured, host: str) -> None:
        if not self._runs.is_dead(host):
            self._do(self._maitred.measured(host, dict(measured.values), self._agenda.now))
        self._agenda.after(min((INTERVAL_S, *self._intervals)), self._measure, measured, host)

    def ping(self, order: RunPing) -> None:
        """The maitre-d asks whether a host is there."""
        wait_s = order.limit_s if self._runs.is_dead(order.host) else self._workload.ping_s
        self._agenda.after(wait_s, self._answer, order)

    def _answer(self, order: RunPing) -> None:
        dead = self._runs.is_dead(order.host)
        reason = f"no answer in {order.limit_s:g} s" if dead else ""
        self._do(self._maitred.pinged(order.number, not dead, reason, self._agenda.now))
