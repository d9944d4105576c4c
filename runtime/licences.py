"""Licences that are short: a command that finds none is queued again, and its tags rest; it is no error.

    alfConfig(licenceLines)   {TAG PATTERN ?SECONDS?}     a line of its output, where it did not end with 0
    alfConfig(licenceCodes)   {TAG CODES ?SECONDS?}       its exit status; CODES retryrc: what its own -retryrc names

    an attempt failed ---> shortage_of: the first rule that applies ---> rest: its tags, for how long
                                                                           |  begun before the last shortage was known:
                                                                           |  the same rest goes on
    an attempt ended well: its tags begin anew with the first rest        '-- else twice as long as the last, up to
                                                                              alfConfig(licenceRestMost)

A rule with a TAG is for commands that count under it (runtime.match.limits.launch_tags), and that tag rests. With TAG *
it is for every command; then what rests are the command's own -tags, which is where scripts name licences, or, where it
has none, the name of its program. Service keys do not rest by *: they are shared by what needs no licence.

This is pure bookkeeping: who is short is decided here, what rests is kept by `runtime.match.limits`, and a site with a
maitre-d lets the tags rest for all of its dispatchers (runtime.farm_messages.TagRests).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from alftcl.regex import Options, Regex, compile_regex

EVERY = "*"
"""The tag of a rule for all commands."""
RETRYRC = "retryrc"
"""The code of a rule for those codes that a command names itself."""


class Rule(msgspec.Struct, frozen=True):
    """`tag` is in lower case; `rest_s` None is alfConfig(licenceRest). It has a pattern (alfConfig(licenceLines)) or
    codes (alfConfig(licenceCodes))."""

    tag: str
    rest_s: float | None
    pattern: str = ""
    codes: tuple[str, ...] = ()

    def covers(self, tags: Iterable[str]) -> bool:
        """Whether it is for commands with these tags."""
        return self.tag == EVERY or self.tag in tags


class Failure(msgspec.Struct, frozen=True):
    """An attempt that did not end well: what it counts under, its own tags (see above), its status, its -retryrc codes
    and the line that one of the patterns matched."""

    tags: tuple[str, ...]
    own_tags: tuple[str, ...]
    status: int
    retryrc: tuple[str, ...]
    line: str


class Shortage(msgspec.Struct, frozen=True):
    """What is to rest: `first_s` is the first rest of a row. `reason` is for people."""

    tags: tuple[str, ...]
    first_s: float
    reason: str


def compiled(pattern: str) -> Regex:
    """A pattern of alfConfig(licenceLines): Tcl's, without case; ^, $ and . keep to a line. Raises TclError."""
    return compile_regex(pattern, Options(nocase=True, linestop=True, lineanchor=True))


def patterns_for(rules: Iterable[Rule], tags: Sequence[str]) -> tuple[str, ...]:
    """What the output of a command with these tags is searched for."""
    return tuple(dict.fromkeys(rule.pattern for rule in rules if rule.pattern and rule.covers(tags)))


def shortage_of(rules: Iterable[Rule], failure: Failure, rest_s: float) -> Shortage | None:
    """Whether a licence was short, by the first rule that says so. `rest_s`: of rules that say no time of their own."""
    for rule in rules:
        words = _why(rule, failure) if rule.covers(failure.tags) else ""
        if words:
            tags = failure.own_tags if rule.tag == EVERY else (rule.tag,)
            return Shortage(tags, rest_s if rule.rest_s is None else rule.rest_s, f"licence: {words}")
    return None


def _why(rule: Rule, failure: Failure) -> str:
    if rule.pattern:
        return failure.line if failure.line and compiled(rule.pattern).matches(failure.line) else ""
    code = str(failure.status)
    named = code in rule.codes or (RETRYRC in rule.codes and code in failure.retryrc)
    return f"exit status {code}" if named else ""


class _Row(msgspec.Struct):
    """Rests of one tag in a row: how many, and the last one."""

    level: int
    known_at: float
    until: float

    @property
    def forgotten_at(self) -> float:
        """Nothing was short for as long again as the last rest took: what comes then begins a new row."""
        return self.until + (self.until - self.known_at)


class Backoff:
    """How long each tag rests: twice as long with every shortage in a row, up to `most_s`."""

    def __init__(self, most_s: float) -> None:
        self._most_s = most_s
        self._rows: dict[str, _Row] = {}

    def __bool__(self) -> bool:
        """Whether any tag is in a row of rests."""
        return bool(self._rows)

    def rest(self, shortage: Shortage, began: float, now: float) -> tuple[float, int] | None:
        """A licence was short for an attempt that had begun at `began`: how long its tags rest from now, and how many
        rests in a row this makes. None: it began before the last shortage was known and that rest goes on, so it says
        nothing new. Where that rest is over, another one like it begins."""
        rows = [self._rows[tag] for tag in shortage.tags if tag in self._rows]
        rows = [row for row in rows if now < row.forgotten_at]
        level = max((row.level for row in rows), default=0)
        if len(rows) < len(shortage.tags) or any(began > row.known_at for row in rows):
            level += 1
        elif all(now < row.until for row in rows):
            return None
        seconds = min(self._most_s, shortage.first_s * 2.0 ** min(level - 1, 64))
        self.note(shortage.tags, seconds, level, now)
        return seconds, level

    def note(self, tags: Iterable[str], seconds: float, level: int, now: float) -> None:
        """These tags rest from now on; also for what a journal says of the past."""
        for tag in tags:
            self._rows[tag] = _Row(level, now, now + seconds)

    def went_well(self, tags: Iterable[str]) -> None:
        """An attempt with these tags ended well: there are licences."""
        for tag in tags:
            self._rows.pop(tag, None)
