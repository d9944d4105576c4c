"""What the entries of a schedule say of each other: `alfred -check alfred.schedule` beyond what reading it finds.

The two classic mistakes (S1) are a server that is in no group, and a group that no crew refers to. Neither they nor the
others keep a schedule from being used.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from runtime.job.model import Diagnostic, Severity
from runtime.job.operators import nearest
from runtime.schedule.dialect import Kind
from runtime.schedule.entries import WHOLE, split
from runtime.schedule.model import DEFAULT_PING, EVERYBODY, HostEntry, Schedule, same_host, short_name
from runtime.schedule.reader import Entry, Reading

_GROUPS = ((Kind.USER_GROUP, "users"), (Kind.SERVER_GROUP, "servers"), (Kind.TIME_GROUP, "times"))
_EMPTY = {
    Kind.USER_GROUP: "nobody is in it",
    Kind.SERVER_GROUP: "no server is in it",
    Kind.TIME_GROUP: "it is never open",
}
_NO_CREW = "there is no crew at all: everybody may use every server at any time"


def check_schedule(reading: Reading) -> tuple[Diagnostic, ...]:
    """Everything that is wrong with a schedule that was read, in the order of the text."""
    if reading.failed:
        return reading.diagnostics
    found = [*reading.diagnostics, *_Check(reading).all()]
    return tuple(sorted(found, key=lambda one: (one.line, one.column)))


class _Check:
    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._schedule: Schedule = reading.schedule
        self._named: dict[Kind, Mapping[str, object]] = {
            Kind.USER_GROUP: self._schedule.user_groups,
            Kind.SERVER_GROUP: self._schedule.server_groups,
            Kind.TIME_GROUP: self._schedule.time_groups,
        }

    def all(self) -> Iterator[Diagnostic]:
        for (kind, name), entry in self._reading.entries.items():
            if kind in _EMPTY:
                yield from self._group(kind, name, entry)
        yield from self._servers()
        yield from self._hosts()
        yield from self._crews()
        yield from self._pings()
        yield from self._cases()

    def _group(self, kind: Kind, name: str, entry: Entry) -> Iterator[Diagnostic]:
        if name == EVERYBODY:
            yield self._warning(entry, f"the {kind.value} * is there already", "it means all, whatever is set here")
            return
        if entry.meaning == ():
            yield self._warning(entry, f"{kind.value} {name}: {_EMPTY[kind]}")
        attribute = dict(_GROUPS)[kind]
        if not any(getattr(crew, attribute) == name for crew in self._schedule.crews.values()):
            yield self._warning(
                entry, f"no crew refers to {kind.value} {name}", "" if self._schedule.crews else _NO_CREW
            )
        if kind is Kind.SERVER_GROUP:
            for server in entry.meaning or ():
                if server not in self._schedule.servers and server != EVERYBODY and not self._is_misread(server):
                    yield self._unknown(
                        Severity.WARNING, entry, kind, name, server, self._schedule.servers, Kind.SERVER
                    )

    def _is_misread(self, server: str) -> bool:
        """Whether a server is there, but was not understood: that has been said."""
        return (Kind.SERVER, server) in self._reading.entries

    def _servers(self) -> Iterator[Diagnostic]:
        groups = self._schedule.server_groups
        grouped = {server for members in groups.values() for server in members}
        crews = self._schedule.crews.values()
        if not crews or EVERYBODY in grouped or any(crew.servers == EVERYBODY for crew in crews):
            return
        for name in self._schedule.servers:
            if name not in grouped:
                entry = self._reading.entries[Kind.SERVER, name]
                yield self._warning(entry, f"server {name} is in no server group: no crew can use it")

    def _hosts(self) -> Iterator[Diagnostic]:
        """Hosts that no server is on, and what is said of one host twice."""
        known = {server.host.lower(): server.host for server in self._schedule.servers.values()}
        seen: dict[str, list[Entry]] = {}
        for name, said in self._schedule.hosts.items():
            entry = self._reading.entries[Kind.HOST, name]
            if not any(same_host(name.lower(), host) for host in _alike(name, known)):
                near = nearest(name, known.values())
                yield self._warning(entry, f"no server is on the host {name}", _meant(near))
            for earlier in seen.setdefault(short_name(name), []):
                if same_host(earlier.name.lower(), name.lower()):
                    yield self._twice(entry, earlier, said)
            seen[short_name(name)].append(entry)

    def _twice(self, entry: Entry, earlier: Entry, said: HostEntry) -> Diagnostic:
        before: HostEntry = earlier.meaning
        text = f"host {entry.name} is the host {earlier.name} of line {self._reading.place(earlier)[0]}"
        if (before.mem, before.gpus) == (said.mem, said.gpus):
            return self._warning(entry, text)
        place = self._reading.place(entry)
        return Diagnostic(*place, Severity.ERROR, f"{text}, which has something else", "only one of them counts")

    def _crews(self) -> Iterator[Diagnostic]:
        crews = self._schedule.crews
        for name, crew in crews.items():
            entry = self._reading.entries[Kind.CREW, name]
            for kind, attribute in _GROUPS:
                group = getattr(crew, attribute)
                known = self._named[kind]
                if group != EVERYBODY and group not in known and (kind, group) not in self._reading.entries:
                    yield self._unknown(Severity.ERROR, entry, Kind.CREW, name, group, known, kind)
        if crews and not any(crew.enabled for crew in crews.values()):
            first = self._reading.entries[Kind.CREW, next(iter(crews))]
            yield self._warning(first, "every crew is disabled: nobody can use any server")

    def _pings(self) -> Iterator[Diagnostic]:
        servers = self._schedule.servers.values()
        keys = {key.lower(): key for server in servers for key in (*server.keys, server.name, server.host)}
        for key in self._schedule.pings:
            if key != DEFAULT_PING.key and key.lower() not in keys:
                entry = self._reading.entries[Kind.PING, key]
                near = nearest(key, (DEFAULT_PING.key, *keys.values()))
                yield self._warning(entry, f"no server has the key {key} of this ping", _meant(near))

    def _cases(self) -> Iterator[Diagnostic]:
        """Names that differ in case only."""
        seen: dict[tuple[Kind, str], str] = {}
        for (kind, name), entry in self._reading.entries.items():
            earlier = seen.setdefault((kind, name.lower()), name)
            if earlier != name:
                yield self._warning(entry, f"{kind.value} {name} and {kind.value} {earlier} differ in case only")

    def _unknown(
        self,
        severity: Severity,
        entry: Entry,
        kind: Kind,
        name: str,
        wanted: str,
        known: Mapping[str, object],
        what: Kind,
    ) -> Diagnostic:
        words = split(entry.value)
        offset = next((word.start for word in reversed(words) if word.text == wanted), WHOLE)
        text = f"{kind.value} {name}: there is no {what.value} {wanted}"
        return Diagnostic(*self._reading.place(entry, offset), severity, text, _meant(nearest(wanted, known)))

    def _warning(self, entry: Entry, text: str, hint: str = "") -> Diagnostic:
        return Diagnostic(*self._reading.place(entry), Severity.WARNING, text, hint)


def _alike(name: str, known: Mapping[str, str]) -> Iterator[str]:
    """Of hosts in lower case those that could be meant by a name."""
    if name.lower() in known:
        yield name.lower()
        return
    yield from (host for host in known if short_name(host) == short_name(name))


def _meant(near: str) -> str:
    return f"did you mean {near}?" if near else ""
