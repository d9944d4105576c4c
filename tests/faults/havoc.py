"""What can happen to a whole farm at random moments: kill -9, SIGSTOP, cut connections, broken schedules.

Everything comes back: a daemon that was killed is started again, one that was stopped goes on, a schedule is mended.
What was done is noted in the crowd's testimony.
"""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
from collections.abc import Callable

import trio
from cables import WOUNDS, Cables
from crowd import Crowd
from witnesses import processes, send

from tests.daemons.farm_dispatchers import start_dispatcher
from tests.daemons.farm_fixture import WholeFarm

LEASE_S, GRACE_S = 8, 4
"""Not shorter: a machine that is busy with other things must not let leases run out that nobody disturbed."""

KILLS = (
    "maitre-d", "maitre-ds", "dispatcher", "dispatcher's launcher", "dispatcher and launcher",
    "alfserver", "launcher", "alfserver and launcher",
)  # fmt: skip
STOPS = ("stop maitre-d", "stop dispatcher", "stop alfserver", "stop launcher")
OTHERS = ("cut maitre-d", "cut alfserver", "schedule")
KINDS = (*KILLS, *STOPS, *OTHERS, *WOUNDS)
HARMLESS = ("maitre-d", "maitre-ds", "dispatcher", "alfserver")
"""Kills by which no command ends."""


class Havoc:
    """The farm's bad luck, from a seed."""

    def __init__(
        self, farm: WholeFarm, crowd: Crowd, chance: random.Random, users: tuple[str, ...], cables: Cables
    ) -> None:
        self._farm = farm
        self._crowd = crowd
        self._chance = chance
        self._users = users
        self._cables = cables
        self._hosts = [name for name in farm.names if name.startswith("h")]
        self._maitreds = [name for name in farm.names if name.startswith("m")]

    async def strike(self, kind: str) -> None:
        """One of KINDS happens now, and is mended."""
        if kind.startswith("stop "):
            await self._stop(kind.removeprefix("stop "))
        elif kind in WOUNDS:
            self._cables.wound(WOUNDS[kind])
        else:
            deeds: dict[str, Callable[[], None]] = {
                "maitre-d": lambda: self._again([self._maitreds[0]]),
                "maitre-ds": lambda: self._again(self._maitreds),
                "cut maitre-d": lambda: self._cut(self._farm.maitred_ports[0]),
                "cut alfserver": lambda: self._cut(self._farm.alfserver_port),
                "schedule": self._schedule,
            }
            deed = deeds.get(kind) or (lambda: self._kill(kind))
            await trio.to_thread.run_sync(deed)

    def _kill(self, kind: str) -> None:
        if kind.startswith("dispatcher"):
            user = self._chance.choice(self._users)
            self._crowd.note("-", f"{kind} of {user} killed")
            if kind != "dispatcher's launcher":
                send(self._dispatcher(user), signal.SIGKILL)
            if kind != "dispatcher":
                send(self._launcher(user), signal.SIGKILL)
            start_dispatcher(self._farm, user)
            return
        host = self._chance.choice(self._hosts)
        if "launcher" not in kind:
            self._again([host])
            return
        self._crowd.note(_address(host), f"{kind} of {host} killed")
        if kind == "alfserver and launcher":
            self._farm.end(host)
        send(self._launcher(host), signal.SIGKILL)
        if kind == "alfserver and launcher":
            self._crowd.note(_address(host), f"{host} starts")
            self._start([host])

    def _again(self, names: list[str]) -> None:
        self._crowd.note("-", f"killed: {' '.join(names)}")
        for name in names:
            self._farm.end(name)
        self._start(names)

    def _start(self, names: list[str]) -> None:
        for name in names:
            self._farm.begin(name)
        for name in names:
            self._farm.wait_ready(name)

    def _dispatcher(self, user: str) -> list[int]:
        return processes(self._farm.directory / user, r"daemons\.dispatcher")

    def _launcher(self, name: str) -> list[int]:
        return processes(self._farm.directory / name, r"daemons\.launcher")

    async def _stop(self, what: str) -> None:
        """SIGSTOP, for a moment or for longer than a lease lasts, then SIGCONT."""
        user, host = self._chance.choice(self._users), self._chance.choice(self._hosts)
        past_lease = self._chance.random() < 0.3
        seconds = LEASE_S + GRACE_S + 2 if past_lease else self._chance.random() * 3
        found = {
            "maitre-d": lambda: [self._farm.pid(self._maitreds[0])],
            "dispatcher": lambda: self._dispatcher(user),
            "alfserver": lambda: [self._farm.pid(host)],
            "launcher": lambda: self._launcher(host),
        }
        pids = found[what]()
        harmed = ["-"]
        if past_lease and what != "maitre-d":
            harmed = [_address(name) for name in self._hosts] if what == "dispatcher" else [_address(host)]
        whose = {"dispatcher": user, "maitre-d": self._maitreds[0]}.get(what, host)
        for address in harmed:
            self._crowd.note(address, f"{what} of {whose} stopped for {seconds:.1f} s")
        send(pids, signal.SIGSTOP)
        await trio.sleep(seconds)
        for address in harmed:
            self._crowd.note(address, f"{what} of {whose} goes on")
        send(pids, signal.SIGCONT)

    def _cut(self, port: int) -> None:
        """All connections to that port, in the kernel; where that is not allowed nothing happens."""
        self._crowd.note("-", f"connections to port {port} cut")
        if shutil.which("ss"):
            subprocess.run(["ss", "-K", "dport", "=", str(port)], capture_output=True, check=False)

    def _schedule(self) -> None:
        """The schedule is half written, gone or nonsense for a moment (T22)."""
        file = self._farm.directory / "alfred.schedule"
        good = file.read_text()
        bad = self._chance.choice((good[: self._chance.randrange(len(good))], "", "set alfServer(h2-1) {", None))
        self._crowd.note("-", f"the schedule: {'gone' if bad is None else f'{len(bad)} of {len(good)} characters'}")
        if bad is None:
            file.unlink()
        else:
            file.write_text(bad)
        self._chance_to_notice()
        file.write_text(good)

    def _chance_to_notice(self) -> None:
        """Long enough that the maitre-d looks at the file (scheduleSeconds), sometimes not."""
        subprocess.run(["sleep", f"{self._chance.random():.2f}"], check=True)


def _address(host: str) -> str:
    return f"127.0.0.{host[1:]}"
