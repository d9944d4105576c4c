"""The commands that look at the farm and change it: -slots, -offline, -online, -eject.

They ask the maitre-d of alfred.ini, or the first of its fall-backs that answers. Exit status: 0 done, 1 refused, 2 no
maitre-d answers, or none is configured.
"""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable, Iterator, Sequence

import msgspec
import trio

from daemons import enquiry
from daemons.identity import users
from daemons.json_output import write_json
from daemons.keys import KeyFileError
from daemons.site import find_settings
from daemons.unanswered import NoMaitred
from daemons.wording import count, duration, printable
from runtime.farm_messages import (
    AskFarm,
    Did,
    Eject,
    Farm,
    FarmMessage,
    HostLine,
    Refused,
    SetOffline,
    SlotLine,
    SlotState,
    WaitLine,
)
from runtime.match.reserve import amount_words

DONE, REFUSED, UNANSWERED = 0, 1, 2
ANSWER_S = 90.0
_SERIAL = 1


def show_slots(*, as_json: bool) -> int:
    """Print the farm: its slots, who waits, limits and dispatchers."""

    def show(answer: FarmMessage) -> int:
        if not isinstance(answer, Farm):
            return _said(answer)
        if as_json:
            write_json(_object(answer))
        else:
            sys.stdout.writelines(f"{line}\n" for line in farm_lines(answer))
        return DONE

    return ask(AskFarm(_SERIAL, in_parts=True), show)


def set_offline(slots: Sequence[str], *, offline: bool) -> int:
    """Mark slots as temporarily offline, or bring them back."""
    return ask(SetOffline(_SERIAL, tuple(slots), offline), _said)


def eject(where: str) -> int:
    """End what runs on a slot or a host; it runs again elsewhere."""
    return ask(Eject(_SERIAL, where), _said)


def eject_here(host: str | None) -> int:
    """The same on this machine, for who sits before it; `host`: its name in the schedule, None for its own."""
    return ask(Eject(_SERIAL, host or socket.gethostname()), _said, "nimby")


# ---- asking ----------------------------------------------------------------------------------------------------


def ask(question: FarmMessage, show: Callable[[FarmMessage], int], role: str = "client") -> int:
    """Ask the maitre-d and show what it answers; the exit status."""
    try:
        return show(trio.run(_answer, question, role))
    except (NoMaitred, KeyFileError) as error:
        _complain(str(error))
        return UNANSWERED


async def _answer(question: FarmMessage, role: str) -> FarmMessage:
    """The maitre-d's answer. Raises NoMaitred, KeyFileError."""
    link = await enquiry.reach(find_settings(os.environ, _complain), users(role))
    try:
        return await enquiry.ask(link, question, ANSWER_S)
    finally:
        await link.close()


def _said(answer: FarmMessage) -> int:
    if isinstance(answer, Did):
        sys.stdout.write(f"{printable(answer.text)}\n")
        return DONE
    _complain(answer.text if isinstance(answer, Refused) else f"unexpected answer {type(answer).__name__}")
    return REFUSED


def _complain(text: str) -> None:
    sys.stderr.write(f"alfred: {text}\n")


# ---- the farm in words -----------------------------------------------------------------------------------------


def farm_lines(farm: Farm) -> Iterator[str]:
    """The farm as people read it."""
    yield _summary(farm)
    if farm.slots:
        yield ""
        yield from _table([("slot", "host", "state", "user", "since", "job"), *map(_slot_cells, farm.slots)])
    if farm.waiting:
        yield ""
        yield f"waiting, the next one first ({count(len(farm.waiting), 'request')}):"
        yield from _table(list(map(_wait_cells, farm.waiting)))
    reserved = [words for words in map(_reserved, farm.hosts) if words]
    if reserved:
        yield ""
        yield "reserved: " + "; ".join(reserved)
    if farm.limits:
        yield ""
        yield "limits: " + ", ".join(f"{tag} {now} of {most}" for tag, now, most in farm.limits)
    for tag, seconds, reason in farm.rests:
        yield f"{printable(tag)} rests {seconds:.0f} s: {printable(reason)}"


def _summary(farm: Farm) -> str:
    states = [slot.state for slot in farm.slots]
    counted = ", ".join(f"{states.count(state)} {state.value}" for state in SlotState if state in states)
    return (
        f"{count(len(farm.slots), 'slot')}{f' ({counted})' if counted else ''},"
        f" {count(len(farm.dispatchers), 'dispatcher')}; schedule {printable(farm.schedule) or '(none)'}"
    )


def _slot_cells(slot: SlotLine) -> tuple[str, ...]:
    since = duration(slot.since_s) if slot.since_s else ""
    about = printable(slot.job) + (f" ({printable(slot.note)})" if slot.note else "")
    metrics = " ".join(f"{name}={_figure(value)}" for name, value in sorted(slot.metrics.items()))
    cells = (slot.name, slot.host, slot.state.value, slot.user, since, f"{about} {metrics}".strip())
    return tuple(map(printable, cells))


def _wait_cells(line: WaitLine) -> tuple[str, ...]:
    where = f"{line.user}'s job {line.jid}"
    return tuple(
        map(printable, (f"  {where}", line.title, f"{line.wanted} x {line.need or 'any'}", duration(line.waiting_s)))
    )


def _reserved(host: HostLine) -> str:
    """What is held of a host, and kept for who waits; empty when nothing is."""
    parts = [
        f"{host.held.get(name, 0.0):g} of {amount_words(name, has)}"
        + (f" ({host.kept[name]:g} kept for others)" if host.kept.get(name) else "")
        for name, has in sorted(host.has.items())
        if host.held.get(name) or host.kept.get(name)
    ]
    return f"{printable(host.name)} {', '.join(parts)}" if parts else ""


def _figure(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:.4g}"


def _table(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """Columns side by side; the last one is as long as it is."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _object(farm: Farm) -> dict[str, object]:
    """The farm with names, for programs (docs/farm.md)."""
    return {
        "epoch": farm.epoch,
        "schedule": farm.schedule,
        "slots": [msgspec.structs.asdict(slot) for slot in farm.slots],
        "waiting": [msgspec.structs.asdict(line) for line in farm.waiting],
        "dispatchers": [msgspec.structs.asdict(line) for line in farm.dispatchers],
        "limits": [{"tag": tag, "running": now, "most": most} for tag, now, most in farm.limits],
        "hosts": [msgspec.structs.asdict(line) for line in farm.hosts],
        "rests": [{"tag": tag, "seconds": seconds, "reason": reason} for tag, seconds, reason in farm.rests],
    }
