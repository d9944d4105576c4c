"""Workloads and schedules in a few words, and what comes of them."""

from __future__ import annotations

from runtime.job.model import Iterate, Node, Scope
from runtime.job.script import StepReader, read_growth
from runtime.schedule.model import Schedule
from runtime.schedule.reader import read_schedule
from runtime.settings import DEFAULTS
from runtime.simulate.farm import Farm
from runtime.simulate.language import read_workload
from runtime.simulate.result import Result

FRAMES = b"""
if {![info exists frames]} {set frames 3}
Job -title shot -subtasks {
    Task film -subtasks {
        Iterate i -from 1 -to $frames -template {
            Task "frame $i" -cmds {RemoteCmd {prman $i.rib} -service pixarRender}
        }
    } -cmds {
        RemoteCmd {encode shot} -service pixarRender
    }
}
"""


def sleeps(*seconds: float, more: str = "") -> bytes:
    """A job of commands that need nothing of each other."""
    tasks = "".join(
        f"Task {{t{n}}} -cmds {{RemoteCmd {{sleep {s}}} -service pixarRender {more}}}\n" for n, s in enumerate(seconds)
    )
    return f"Job -title sleeps -subtasks {{\n{tasks}}}\n".encode()


class Reader:
    """What the dispatchers of a simulation read the rest of a job with."""

    def __init__(self) -> None:
        self._steps = StepReader()

    def expand_step(self, iterate: Iterate, step: int) -> tuple[Node, ...]:
        return self._steps.expand_step(iterate, step)

    def read_growth(self, text: str, scope: Scope | None, now: float) -> tuple[Node, ...]:
        return read_growth(text, "printed", scope, now=now).jobs[0].tasks


def schedule(slots: int = 1, hosts: int = 1, more: str = "") -> Schedule:
    """Hosts h1, h2 ... without pings; everybody may use all."""
    servers = "".join(
        f"set alfServer(h{host}-{slot}) {{-host h{host} -keys {{pixarRender h{host}}}}}\n"
        for host in range(1, hosts + 1)
        for slot in range(1, slots + 1)
    )
    reading = read_schedule(f"{servers}set alfServerPing(default) {{}}\n{more}".encode(), "site.schedule")
    assert not reading.failed
    return reading.schedule


def farm(workload: str, scripts: dict[str, bytes], site: Schedule | None = None, seed: int = 1) -> Farm:
    """A farm that has run to its end. Commands begin at once where the workload says nothing else."""
    read = read_workload(f"machine -start 0 -ping 0\n{workload}".encode(), "day.tcl", scripts.__getitem__)
    made = Farm(site or schedule(), read, seed, DEFAULTS, Reader())
    made.run()
    return made


def result(workload: str, scripts: dict[str, bytes], site: Schedule | None = None, seed: int = 1) -> Result:
    """What it reports."""
    site = site or schedule()
    read = read_workload(f"machine -start 0 -ping 0\n{workload}".encode(), "day.tcl", scripts.__getitem__)
    made = Farm(site, read, seed, DEFAULTS, Reader())
    made.run()
    return Result.of(made, site, read, seed)
