"""T2 for the launcher: it and its daemon are killed at random moments, again and again.

Every command is a witness: it appends its attempt and `start`, later `end`, to one file. The daemon keeps a journal of
ends in memory, gives every command attempts until one has ended with 0, and is "killed" by dropping its connection.
The gate takes some rounds; ALF_SOAK=N takes N times as many.
"""

from __future__ import annotations

import os
import random
import signal
from collections import Counter
from pathlib import Path

import pytest
import trio

from daemons import launch
from daemons.launch import Launcher, open_launcher
from daemons.launcher_messages import Context, Exited, Journalled, Lost, Quit, Refused, Signal, Spawn

SOAK = int(os.environ.get("ALF_SOAK", "1"))
COMMANDS = 160 * SOAK
SLOTS = 4
WITNESS = 'echo "$1 $2 start" >> witnesses; sleep 0.0$3; echo "$1 $2 end" >> witnesses'


class Daemon:
    """A dispatcher of one list of commands, whose memory (the journal) outlives its connections."""

    def __init__(self, directory: Path, dice: random.Random) -> None:
        self.directory = directory
        self.dice = dice
        self.waiting = list(range(1, COMMANDS + 1))
        self.running: dict[int, int] = {}
        self.ended: dict[int, Exited | Refused | Lost] = {}
        self.attempts = 0

    def launch(self, launcher: Launcher) -> None:
        orders = [Context(1, str(self.directory), {"PATH": os.environ["PATH"]})]
        while self.waiting and len(self.running) < SLOTS:
            command = self.waiting.pop(0)
            self.attempts += 1
            self.running[self.attempts] = command
            words = ("sh", "-c", WITNESS, "sh", str(command), str(self.attempts), str(self.dice.randrange(10)))
            log = str(self.directory / f"{self.attempts}.log")
            orders.append(Spawn(self.attempts, f"{command}", 1, words, {}, log))
        launcher.send(orders)

    def hear(self, end: Exited | Refused | Lost) -> None:
        if end.attempt in self.ended:
            return
        self.ended[end.attempt] = end
        command = self.running.pop(end.attempt)
        if not isinstance(end, Exited) or end.status != 0:
            self.waiting.insert(0, command)

    def take_up(self, launcher: Launcher) -> None:
        """What a returning daemon does: the log first, then what runs, the rest never started."""
        for end in launcher.past.ended.values():
            self.hear(end)
        for attempt in sorted(set(self.running) - set(launcher.hello.running)):
            self.hear(Refused(attempt, "", 0, "never started", True, 0.0))

    async def work(self, directory: Path) -> None:
        """One life of the daemon."""
        async with open_launcher(directory) as launcher:
            self.take_up(launcher)
            while self.waiting or self.running:
                self.launch(launcher)
                ends = [m for m in await launcher.receive() if isinstance(m, Exited | Refused | Lost)]
                for end in ends:
                    self.hear(end)
                if self.dice.random() < 0.3:
                    launcher.send([Journalled(tuple(end.attempt for end in ends))])


def check(directory: Path, daemon: Daemon) -> None:
    """I1: witnesses of one command do not overlap. I2: every command ended once; what was 0 did not run again."""
    lines = [tuple(line.split()) for line in (directory / "witnesses").read_text().splitlines()]
    finished: Counter[str] = Counter()
    running: dict[str, str] = {}
    for command, attempt, what in lines:
        if what == "start":
            before = running.get(command)
            assert before is None or not isinstance(daemon.ended[int(before)], Exited), f"two of {command} at once"
            assert not finished[command], f"{command} had finished and ran again"
            running[command] = attempt
        else:
            assert running.pop(command) == attempt
            if isinstance(daemon.ended[int(attempt)], Exited):
                finished[command] += 1
    assert set(finished) == {str(n) for n in range(1, COMMANDS + 1)}
    assert max(finished.values()) == 1


class Killer:
    """Kills the launcher, ends the daemon's life, or both, at moments that the dice tell."""

    def __init__(self, directory: Path, dice: random.Random, what: str) -> None:
        self.directory = directory
        self.dice = dice
        self.what = what
        self.kills = 0

    async def kill_on(self, life: trio.CancelScope) -> None:
        while self.kills < COMMANDS // 4:
            await trio.sleep(self.dice.uniform(0.0, 0.15))
            self.kills += 1
            if self.what != "daemon":
                for process in launchers(self.directory):
                    os.kill(process, signal.SIGKILL)
            if self.what != "launcher":
                life.cancel()
                return


def launchers(directory: Path) -> list[int]:
    """Pids of the launchers of a directory."""
    words = f"daemons.launcher\0{directory}\0".encode()
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdecimal() and words in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
        except OSError:
            continue
    return found


@pytest.mark.faults
@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("what", ["launcher", "daemon", "both"])
async def test_kills_lose_nothing_repeat_nothing_and_leave_nothing(
    tmp_path: Path, what: str, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launch, "DEATHS", COMMANDS)
    dice = random.Random(f"{what} {seed}")
    daemon = Daemon(tmp_path, dice)
    directory = tmp_path / "launcher"
    killer = Killer(directory, dice, what)

    with trio.fail_after(120 * SOAK):
        while daemon.waiting or daemon.running:
            with trio.CancelScope() as life:
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(killer.kill_on, life)
                    await daemon.work(directory)
                    nursery.cancel_scope.cancel()
        async with open_launcher(directory) as launcher:
            launcher.send([Quit()])
            while await launcher.receive():
                pass

    check(tmp_path, daemon)
    assert killer.kills >= 5 * SOAK


@pytest.mark.faults
async def test_a_launcher_killed_in_the_middle_of_a_sweep_leaves_the_rest_to_the_next(tmp_path: Path) -> None:
    directory = tmp_path / "launcher"
    with trio.fail_after(60):
        async with open_launcher(directory) as launcher:
            words = ("sh", "-c", "trap '' TERM; echo > up$0; while :; do sleep 0.1; done")
            env = {"PATH": os.environ["PATH"]}
            launcher.send([Context(1, str(tmp_path), env)])
            launcher.send([Spawn(n, "", 1, (*words, str(n)), {}, str(tmp_path / "log")) for n in range(1, 21)])
            while not all((tmp_path / f"up{n}").exists() for n in range(1, 21)):
                await trio.sleep(0.01)
            launcher.send([Signal(tuple(range(1, 21)), 30.0)])
            await trio.testing.wait_all_tasks_blocked()
            os.kill(launcher.hello.pid, signal.SIGKILL)
            ends: list[Lost] = []
            while len(ends) < 20:
                ends += [m for m in await launcher.receive() if isinstance(m, Lost)]
            launcher.send([Quit()])
            while await launcher.receive():
                pass

    assert not [pid for pid in map(int, filter(str.isdecimal, os.listdir("/proc"))) if cwd_is(pid, tmp_path)]


def cwd_is(pid: int, directory: Path) -> bool:
    try:
        return Path(f"/proc/{pid}/cwd").readlink() == directory
    except OSError:
        return False
