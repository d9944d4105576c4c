"""What windows change in a schedule: each gives the change of a `Draft` that does it (gui.models.schedule_edit).

What refers to something by its name follows when that gets another one; what refers to something that goes, loses it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from gui.models.schedule_edit import Change, ChangeError, Draft
from gui.models.time_grid import WeekGrid
from runtime.schedule.dialect import Kind
from runtime.schedule.editor import Value
from runtime.schedule.entries import EntryError, split
from runtime.schedule.model import DEFAULT_KEYS, EVERYBODY, Crew
from runtime.schedule.reader import Reading

CREW_GROUPS = {"users": Kind.USER_GROUP, "servers": Kind.SERVER_GROUP, "times": Kind.TIME_GROUP}
"""The attributes of a crew that name groups."""
_WORD = re.compile(r"\S+\Z")


def members_of(reading: Reading, kind: Kind, group: str) -> list[str]:
    """The members of a group of servers or users as the file has them: @wheel is one of them."""
    entry = reading.entries.get((kind, group))
    try:
        return [] if entry is None else [word.text for word in split(entry.value)]
    except EntryError:
        return []


def names_of(reading: Reading, kind: Kind) -> list[str]:
    """The names of what there is of a kind, in the order of the file."""
    return [name for of, name in reading.entries if of is kind]


def change(kind: Kind, name: str, attribute: str, value: Value) -> Change:
    """An attribute of a server or a crew becomes another."""
    return lambda draft: draft.change(kind, name, attribute, value)


def put(kind: Kind, name: str, value: Value) -> Change:
    """An entry that is there gets another value."""
    return lambda draft: draft.put(kind, name, value)


def each(names: Sequence[str], make: Callable[[str], Change]) -> Change:
    """The same change of several."""

    def made(draft: Draft) -> None:
        for name in names:
            make(name)(draft)

    return made


def toggle(kind: Kind, name: str) -> Change:
    """A crew, or a server, is enabled where it was not, and the other way round."""

    def toggled(draft: Draft) -> None:
        entry = draft.reading.entries.get((kind, name))
        if entry is None or entry.meaning is None:
            raise ChangeError(f"there is no {kind.value} {name} that is understood")
        draft.change(kind, name, "enabled", not entry.meaning.enabled)

    return toggled


def rename(kind: Kind, name: str, new: str) -> Change:
    """Something gets another name, also where others refer to it."""

    def renamed(draft: Draft) -> None:
        if new == name:
            return
        referring = list(_referring(draft.reading, kind, name))
        draft.rename(kind, name, _word(new))
        for of, who, attribute in referring:
            if attribute:
                draft.change(of, who, attribute, new)
            else:
                members = members_of(draft.reading, of, who)
                draft.put(of, who, [new if member == name else member for member in members])

    return renamed


def remove(kind: Kind, name: str) -> Change:
    """Something goes. A group that a crew still has stays: who should have its place?"""

    def removed(draft: Draft) -> None:
        referring = list(_referring(draft.reading, kind, name))
        crews = [who for of, who, _ in referring if of is Kind.CREW]
        if crews:
            raise ChangeError(f"{kind.value} {name} is in use: give another one to {', '.join(crews)} first")
        draft.remove(kind, name)
        for of, who, _ in referring:
            draft.put(of, who, [member for member in members_of(draft.reading, of, who) if member != name])

    return removed


def add_crew(name: str, like: str) -> Change:
    """A new crew, with the settings of another one."""

    def added(draft: Draft) -> None:
        _unused(draft, Kind.CREW, name)
        model = draft.reading.schedule.crews.get(like, Crew(name))
        more = {"preempt": True} if model.preempt else {}
        draft.put(
            Kind.CREW,
            _word(name),
            {
                "users": model.users, "servers": model.servers, "times": model.times, "priority": model.priority,
                "enabled": model.enabled, **more,
            },
        )  # fmt: skip

    return added


def add(kind: Kind, name: str, value: Value = "") -> Change:
    """A new entry of a name that is free."""

    def added(draft: Draft) -> None:
        _unused(draft, kind, name)
        draft.put(kind, _word(name), value)

    return added


def set_members(kind: Kind, group: str, names: Iterable[str], *, within: bool | None) -> Change:
    """These are members of a group from now on, or not any more; None: each is one where it was not, and the other way
    round."""
    wanted = list(names)

    def set_so(draft: Draft) -> None:
        if (kind, group) not in draft.reading.entries:
            raise ChangeError(f"there is no {kind.value} {group}")
        members = members_of(draft.reading, kind, group)
        kept = [member for member in members if within or member not in wanted]
        new = [] if within is False else [name for name in dict.fromkeys(wanted) if name not in members]
        draft.put(kind, group, [*kept, *new])

    return set_so


def drag(group: str, start: tuple[int, int], end: tuple[int, int], *, on: bool, box: int) -> Change:
    """Boxes of so many minutes, from one corner to the other, are enabled or disabled in a time group."""

    def dragged(draft: Draft) -> None:
        if (Kind.TIME_GROUP, group) not in draft.reading.entries:
            raise ChangeError(f"there is no time group {group}")
        week = WeekGrid(draft.reading.schedule.time_groups.get(group, ()))
        before = bytes(week.minutes)
        week.box = box
        week.drag(start, end, on=on)
        if week.minutes != before:
            draft.put(Kind.TIME_GROUP, group, week.elements())

    return dragged


def include(hosts: Sequence[str], keys: Sequence[str] = DEFAULT_KEYS) -> Change:
    """A server on each of these hosts, named after it; and a second one where it has one already."""

    def included(draft: Draft) -> None:
        for host in hosts:
            name = free_name(draft.reading, Kind.SERVER, host.partition(".")[0])
            draft.put(Kind.SERVER, name, {"host": host, "keys": keys, "udi": 0, "enabled": True})

    return included


def exclude(servers: Sequence[str]) -> Change:
    """Servers go, out of their groups, too."""

    def excluded(draft: Draft) -> None:
        for name in servers:
            remove(Kind.SERVER, name)(draft)

    return excluded


def edited_by_hand(before: bytes, after: bytes) -> Change:
    """Somebody has changed it in his editor: that can be done to these bytes only."""

    def replaced(draft: Draft) -> None:
        if draft.data != before:
            raise ChangeError("what was changed in $EDITOR cannot be made to another schedule: do it there again")
        draft.replace(after)

    return replaced


def free_name(reading: Reading, kind: Kind, name: str) -> str:
    """This name, or with the first number that makes it new."""
    number, found = 2, name
    while (kind, found) in reading.entries:
        found, number = f"{name}{number}", number + 1
    return found


def keys_in(text: str) -> list[str]:
    """Keys as somebody has typed them."""
    return text.replace(",", " ").split()


def _referring(reading: Reading, kind: Kind, name: str) -> Iterable[tuple[Kind, str, str]]:
    """What refers to something by its name: its kind and name, and by which attribute (empty: as a member)."""
    for attribute, group in CREW_GROUPS.items():
        if group is kind and name != EVERYBODY:
            for crew, found in reading.schedule.crews.items():
                if getattr(found, attribute) == name:
                    yield Kind.CREW, crew, attribute
    if kind is Kind.SERVER:
        for group_name in names_of(reading, Kind.SERVER_GROUP):
            if name in members_of(reading, Kind.SERVER_GROUP, group_name):
                yield Kind.SERVER_GROUP, group_name, ""


def _word(name: str) -> str:
    if not _WORD.match(name) or "(" in name or ")" in name:
        raise ChangeError(f'"{name}" cannot be a name: one word without parentheses is wanted')
    return name


def _unused(draft: Draft, kind: Kind, name: str) -> None:
    if (kind, name) in draft.reading.entries:
        raise ChangeError(f"there is a {kind.value} {name} already")
