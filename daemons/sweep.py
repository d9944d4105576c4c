"""Which processes belong to an attempt, wherever they went, and how they are ended. No loop, no waiting for exits.

    the command itself        pid that was started, leader of a session and a process group of its own
    its session and groups    forks that stayed
    its descendants           forks that went to other sessions (ppid chains in /proc)
    what it orphaned          the launcher is their subreaper, so they are its children: told apart by the mark
                              ALF_ATTEMPT=MARK.ATTEMPT that every process of an attempt has in its environment

What leaves its parent, its session *and* its environment behind belongs to nobody in particular: it goes when the
launcher ends everything.

After the death of a launcher there are no ppid chains to it any more: `sweep_leftovers` goes by the mark, and by pid
together with the time at which that process started, so that a pid that was given to somebody else is never hit.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from daemons.launcher_log import Past, boot_id

MARK = "ALF_ATTEMPT"
_TICK_S = 1.0 / os.sysconf("SC_CLK_TCK")
_LEFTOVER_GRACE_S = 1.0
_LEFTOVER_STEP_S = 0.02


class Process(NamedTuple):
    """One line of the process table. `started_s` is on CLOCK_BOOTTIME, to one kernel tick; `cpu_s` is the CPU time of
    the process and of those of its children that it has waited for."""

    pid: int
    state: str
    ppid: int
    pgid: int
    sid: int
    started_s: float
    cpu_s: float = 0.0


def processes() -> dict[int, Process]:
    """All processes of this user's that are not zombies."""
    uid = os.getuid()
    table = {}
    with os.scandir("/proc") as entries:
        for entry in entries:
            if not entry.name.isdecimal():
                continue
            try:
                if entry.stat().st_uid != uid:
                    # a set-uid program's /proc files are root's; it is signalled through its group
                    continue
                process = _read(int(entry.name))
            except (FileNotFoundError, ProcessLookupError):
                continue
            if process.state not in "ZX":
                table[process.pid] = process
    return table


def _read(pid: int) -> Process:
    with open(f"/proc/{pid}/stat", "rb") as file:
        data = file.read()
    state, ppid, pgid, sid, *rest = data[data.rindex(b")") + 2 :].split()
    started, cpu = int(rest[15]), sum(map(int, rest[7:11]))
    return Process(pid, state.decode(), int(ppid), int(pgid), int(sid), started * _TICK_S, cpu * _TICK_S)


def mark_of(pid: int) -> str:
    """The value of ALF_ATTEMPT in a process's environment as it was started; empty when it has none."""
    try:
        with open(f"/proc/{pid}/environ", "rb") as file:
            environment = file.read()
    except OSError:
        return ""
    for entry in environment.split(b"\0"):
        if entry.startswith(b"ALF_ATTEMPT="):
            return entry[len(MARK) + 1 :].decode(errors="replace")
    return ""


def descendants(table: Mapping[int, Process], roots: Collection[int]) -> set[int]:
    """The pids of all children, grandchildren, ... of `roots`, which are not in it themselves."""
    children: dict[int, list[int]] = {}
    for process in table.values():
        children.setdefault(process.ppid, []).append(process.pid)
    found: set[int] = set()
    waiting = list(roots)
    while waiting:
        for child in children.get(waiting.pop(), ()):
            if child not in found:
                found.add(child)
                waiting.append(child)
    return found


def belonging(
    table: Mapping[int, Process], launcher: int, leaders: Mapping[int, int], attempts: Collection[int], mark: str
) -> dict[int, set[int]]:
    """Which of the processes in `table` belong to which of `attempts`. `leaders`: pid of an attempt -> its number,
    for all attempts whose pid nobody else can have by now. `launcher`: pid of the living parent of all."""
    result: dict[int, set[int]] = {attempt: set() for attempt in attempts}
    for child in [process for process in table.values() if process.ppid == launcher]:
        attempt = leaders.get(child.pid) or leaders.get(child.sid) or _marked(child.pid, mark)
        if attempt in result:
            result[attempt] |= {child.pid} | descendants(table, [child.pid])
    return result


def _marked(pid: int, mark: str) -> int:
    """The attempt that a process's environment names, if it was one of ours; 0 otherwise."""
    own, _, attempt = mark_of(pid).rpartition(".")
    return int(attempt) if own == mark and attempt.isdecimal() else 0


def send(table: Mapping[int, Process], pids: Iterable[int], number: signal.Signals) -> None:
    """Send a signal to processes of `table` and to their whole process groups, at once.

    Each group counts once, so forks since the table was read are met too. TERM wakes what was stopped.
    """
    pids = list(pids)
    groups = {table[pid].pgid for pid in pids} - {os.getpgid(0), 0, 1}
    for group in groups:
        _kill_group(group, number)
    for pid in pids:
        if table[pid].pgid not in groups:
            _kill(pid, number)
    if number == signal.SIGTERM:
        for group in groups:
            _kill_group(group, signal.SIGCONT)


def _kill_group(group: int, number: signal.Signals) -> None:
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return  # gone by itself, or all of it belongs to another user (set-uid)


def _kill(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except (ProcessLookupError, PermissionError):
        return


def leftovers(log: Past, table: Mapping[int, Process]) -> set[int]:
    """What of a dead launcher's attempts still runs: pids of `table`."""
    open_attempts = set(log.open_attempts())
    if log.opened is None or log.opened.boot != boot_id() or not open_attempts:
        return set()
    roots = set(_leaders(log, open_attempts, table))
    oldest = min(log.intended[attempt].uptime_s for attempt in open_attempts) - _TICK_S
    for process in table.values():
        if process.started_s >= oldest and (
            process.sid in roots or _marked(process.pid, log.opened.mark) in open_attempts
        ):
            roots.add(process.pid)
    return (roots | descendants(table, roots)) - {os.getpid()}


def _leaders(log: Past, attempts: Collection[int], table: Mapping[int, Process]) -> Iterator[int]:
    """Session leaders whose pid and time of start are those of an attempt."""
    for attempt in attempts:
        began = log.began.get(attempt)
        process = table.get(began.pid) if began else None
        if began is None or process is None or process.sid != process.pid:
            continue
        earliest, latest = log.intended[attempt].uptime_s - _TICK_S, began.uptime_s + _TICK_S
        if earliest <= process.started_s <= latest:
            yield process.pid


def sweep_leftovers(log: Past, grace_s: float = _LEFTOVER_GRACE_S) -> int:
    """End everything that a dead launcher's log says was running: TERM, after `grace_s` KILL; how many there were.

    Returns when nothing is left. The only place that waits: nothing else may go on before.
    """
    deadline = time.monotonic() + grace_s
    seen: set[int] = set()
    while True:
        table = processes()
        pids = leftovers(log, table)
        if not pids:
            return len(seen)
        late = time.monotonic() >= deadline
        if late or pids - seen:
            send(table, pids, signal.SIGKILL if late else signal.SIGTERM)
        seen |= pids
        time.sleep(_LEFTOVER_STEP_S)
