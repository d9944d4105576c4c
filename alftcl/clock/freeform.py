"""clock scan without a format: dates and times as people write them.

    text    13 Feb 2009 11:31 pm EST, 2009-02-13T23:31:30, 02/13/09, next monday, 3 days ago, +1 week, now
    items   time, zone, date, ISO 8601 point, day of the week, month, stardate, and any number of relative ones

The items may come in any order; each but the relative ones may come once. The manual calls this scan
deprecated, because 1/2/3 means different days to different readers; scripts of the nineties live from it.

An item is one of the forms below, told by the kinds of its tokens. Nothing is read twice: the forms make a tree that
is walked as far as the tokens go, and what does not go on there is a syntax error, as in Tcl.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from alftcl.clock.calendar import DAY_SECONDS, EPOCH, ROMAN, Calendar, weekday_on_or_before
from alftcl.clock.names import ROOT
from alftcl.clock.zones import Zone, fixed
from alftcl.errors import TclError

_ZONES = {  # hours east of Greenwich; a summer name stands for an hour more
    "gmt": 0.0,
    "ut": 0.0,
    "utc": 0.0,
    "uct": 0.0,
    "wet": 0.0,
    "bst": 1.0,
    "wat": -1.0,
    "at": -2.0,
    "nft": -3.5,
    "nst": -3.5,
    "ndt": -2.5,
    "ast": -4.0,
    "adt": -3.0,
    "est": -5.0,
    "edt": -4.0,
    "cst": -6.0,
    "cdt": -5.0,
    "mst": -7.0,
    "mdt": -6.0,
    "pst": -8.0,
    "pdt": -7.0,
    "yst": -9.0,
    "ydt": -8.0,
    "akst": -9.0,
    "akdt": -8.0,
    "hst": -10.0,
    "hdt": -9.0,
    "cat": -10.0,
    "ahst": -10.0,
    "nt": -11.0,
    "idlw": -12.0,
    "cet": 1.0,
    "cest": 2.0,
    "met": 1.0,
    "mewt": 1.0,
    "mest": 2.0,
    "swt": 1.0,
    "sst": 2.0,
    "eet": 2.0,
    "eest": 3.0,
    "bt": 3.0,
    "it": 3.5,
    "zp4": 4.0,
    "zp5": 5.0,
    "ist": 5.5,
    "zp6": 6.0,
    "wast": 7.0,
    "wadt": 8.0,
    "jt": 7.5,
    "cct": 8.0,
    "jst": 9.0,
    "jdt": 10.0,
    "cast": 9.5,
    "cadt": 10.5,
    "east": 10.0,
    "eadt": 11.0,
    "gst": 10.0,
    "nzt": 12.0,
    "nzst": 12.0,
    "nzdt": 13.0,
    "idle": 12.0,
    "z": 0.0,
    **{letter: float(place) for place, letter in enumerate("abcdefghi", 1)},
    **{letter: float(place) for place, letter in enumerate("klm", 10)},
    **{letter: -float(place) for place, letter in enumerate("nopqrstuvwxy", 1)},
}
_SUMMER = frozenset(
    (
        "bst",
        "ndt",
        "adt",
        "edt",
        "cdt",
        "mdt",
        "pdt",
        "ydt",
        "akdt",
        "hdt",
        "cest",
        "mest",
        "eest",
        "wadt",
        "jdt",
        "cadt",
        "eadt",
        "nzdt",
    )
)
_UNITS = {  # months, days, seconds
    "year": (12, 0, 0),
    "month": (1, 0, 0),
    "fortnight": (0, 14, 0),
    "week": (0, 7, 0),
    "day": (0, 1, 0),
    "hour": (0, 0, 3600),
    "minute": (0, 0, 60),
    "min": (0, 0, 60),
    "second": (0, 0, 1),
    "sec": (0, 0, 1),
    "tomorrow": (0, 1, 0),
    "yesterday": (0, -1, 0),
    "today": (0, 0, 0),
    "now": (0, 0, 0),
}
_MONTHS = {name[:length].lower(): place for place, name in enumerate(ROOT.months, 1) for length in (3, len(name))}
_MONTHS |= {"sept": 9}
_DAYS = {name[:length].lower(): place for place, name in enumerate(ROOT.days) for length in (3, len(name))}
_DAYS |= {"tues": 2, "wednes": 3, "thur": 4, "thurs": 4}
_HALVES = {"am": 0, "a.m.": 0, "pm": 12, "p.m.": 12}
_OTHERS = {"last": ("N", -1), "next": ("NEXT", 1), "ago": ("AGO", 0), "dst": ("DST", 0), "epoch": ("EPOCH", 0)} | {
    "stardate": ("STARDATE", 0)
}
_TOKEN = re.compile(r"([0-9]+)|([A-Za-z][A-Za-z.]*)|(\()|(\S)|\s+", re.S)
_BASE_DIGITS = 6  # from here on a number is a date or a time in one piece
_NO_TIME = -1
_WIDE = 1 << 63
_STARDATE_YEAR = 1946
_BRITISH = Calendar(2361222)  # 14 September 1752: so are the dates of free texts meant, whatever the locale


class Token(NamedTuple):
    """`kind` is N (number), B (number of 6 digits or more), a kind of word, END, or the character itself.

    `start` is where the token before ended.
    """

    kind: str
    value: Any
    start: int
    end: int
    digits: int = 0


def zone_of_word(word: str) -> Zone | None:
    """The zone of an abbreviation, est or z."""
    hours = _ZONES.get(word)
    return None if hours is None else fixed(int(hours * 3600), word)


# ---- tokens -------------------------------------------------------------------------------------------


def _tokens(text: str) -> Iterator[Token]:
    place = last = 0
    while place < len(text):
        match = _TOKEN.match(text, place)
        assert match is not None  # any character is a token
        digits, word, paren, char = match.groups()
        place = _after_comment(text, place) if paren else match.end()
        if digits:
            kind = "B" if len(digits) >= _BASE_DIGITS else "N"
            yield Token(kind, int(digits), last, place, len(digits))
        elif word:
            yield Token(*_word(word.lower()), last, place)
        elif char:
            yield Token(char, char, last, place)
        else:
            continue
        last = place
    yield Token("END", "", last, len(text) + 1)


def _after_comment(text: str, place: int) -> int:
    """Behind the parenthesis that ends what begins here, or the end of the text."""
    depth = 0
    while place < len(text):
        depth += {"(": 1, ")": -1}.get(text[place], 0)
        place += 1
        if depth == 0:
            break
    return place


def _word(word: str) -> tuple[str, Any]:
    """Kind and value of a word; names of three letters may have a dot."""
    if word in _HALVES:
        return "HALF", _HALVES[word]
    short = word[:3] if len(word) == 4 and word.endswith(".") else word
    for kind, table in (("MONTH", _MONTHS), ("DAY", _DAYS)):
        if short in table:
            return kind, table[short]
    if word in _OTHERS:
        return _OTHERS[word]
    unit = _UNITS.get(word) or _UNITS.get(word.removesuffix("s"))
    if unit is not None:
        return "UNIT", unit
    if word in _ZONES:
        return ("SUMMER" if word in _SUMMER else "ZONE"), word
    return "?", word


# ---- items --------------------------------------------------------------------------------------------


class Found:
    """What the items of a text said; `*_count` is how often."""

    def __init__(self) -> None:
        self.date_count = self.time_count = self.zone_count = self.day_count = self.month_count = 0
        self.year: int | None = None
        self.month = 0
        self.month_day = 0
        self.time = 0
        self.zone: Zone | None = None
        self.weekday = (1, 0)  # how many of them on, and which
        self.month_ordinal = 1
        self.shift: list[int] | None = None

    def date(self, year: int | None, month: int, day: int) -> None:
        self.date_count += 1
        self.year = year if year is None or year >= 100 else year + (1900 if year >= 39 else 2000)
        self.month, self.month_day = month, day

    def date_in_one(self, number: int) -> None:
        """20090213"""
        self.date(number // 10000, number // 100 % 100, number % 100)

    def clock(self, hour: int, minute: int = 0, second: int = 0, half: int | None = None) -> None:
        self.time_count += 1
        possible = 0 <= minute <= 59 and 0 <= second <= 59
        if half is not None:
            possible = possible and 1 <= hour <= 12
            hour = hour % 12 + half
        self.time = hour * 3600 + minute * 60 + second if possible and 0 <= hour <= 23 else _NO_TIME

    def clock_in_one(self, number: int) -> None:
        """233130"""
        self.clock(number // 10000, number // 100 % 100, number % 100)

    def offset(self, sign: str, number: int) -> None:
        """+0530"""
        self.zone_count += 1
        hours, minutes = _split(number, 100)
        self.zone = fixed(_sign(sign) * (3600 * hours + 60 * minutes), "zone")

    def zone_word(self, word: str, summer: int = 0) -> None:
        self.zone_count += 1
        self.zone = fixed(int(_ZONES[word] * 3600) + summer, word)

    def day(self, ordinal: int, day: int) -> None:
        self.day_count += 1
        self.weekday = (ordinal, day)

    def next_month(self, ordinal: int, month: int) -> None:
        self.month_count += 1
        self.month_ordinal, self.month = ordinal, month

    def relative(self, count: int, unit: tuple[int, int, int]) -> None:
        self.shift = [old + count * new for old, new in zip(self.shift or (0, 0, 0), unit, strict=True)]

    def ago(self) -> None:
        """All that came before it is to be taken back."""
        self.shift = [-amount for amount in self.shift or ()]

    def stardate(self, number: int, tenth: int) -> None:
        years, fraction = _split(number, 1000)
        days = 366 if ROMAN.month_length(_STARDATE_YEAR + years, 2) == 29 else 365
        self.date(_STARDATE_YEAR + years, 1, _split(fraction * days, 1000)[0] + 1)
        self.time_count += 1
        self.time = tenth * (DAY_SECONDS // 10)

    def number(self, number: int, digits: int) -> None:
        """2009 behind date and time; 1230 or 12 as a time."""
        if self.date_count and self.time_count and self.shift is None:
            self.year = number if number >= 100 else number + (1900 if number >= 39 else 2000)
        elif digits <= 2:
            self.clock(number)
        else:
            self.clock(number // 100, number % 100)


def _split(number: int, by: int) -> tuple[int, int]:
    """Quotient and rest, as C has them: `last` is the number -1."""
    quotient, rest = divmod(abs(number), by)
    return (quotient, rest) if number >= 0 else (-quotient, -rest)


def _sign(sign: str) -> int:
    return -1 if sign == "-" else 1


def _in_one(found: Found, date: int, time: int) -> None:
    """20090213 233130"""
    found.date_in_one(date)
    found.clock_in_one(time)


def _iso(found: Found, date: Callable[[], None], zone: str, clock: Callable[[], None]) -> None:
    """A date, the letter T (which is a zone, too), and a time. Raises ValueError for another zone."""
    if zone != "t":
        raise ValueError(zone)
    date()
    clock()


Action = Callable[..., None]
_FORMS: dict[str, Action] = {  # kinds of the tokens: what their values say
    "N HALF": lambda found, hour, half: found.clock(hour, half=half),
    "N : N": lambda found, hour, _, minute: found.clock(hour, minute),
    "N : N HALF": lambda found, hour, _, minute, half: found.clock(hour, minute, half=half),
    "N : N : N": lambda found, hour, _, minute, __, second: found.clock(hour, minute, second),
    "N : N : N HALF": lambda found, hour, _, minute, __, second, half: found.clock(hour, minute, second, half),
    "ZONE": lambda found, word: found.zone_word(word),
    "ZONE DST": lambda found, word, _: found.zone_word(word, 3600),
    "SUMMER": lambda found, word: found.zone_word(word),
    "± N": lambda found, sign, number: found.offset(sign, number),
    "DAY": lambda found, day: found.day(1, day),
    "DAY ,": lambda found, day, _: found.day(1, day),
    "N DAY": lambda found, ordinal, day: found.day(ordinal, day),
    "± N DAY": lambda found, sign, ordinal, day: found.day(_sign(sign) * ordinal, day),
    "NEXT DAY": lambda found, _, day: found.day(2, day),
    "N / N": lambda found, month, _, day: found.date(None, month, day),
    "N / N / N": lambda found, month, _, day, __, year: found.date(year, month, day),
    "N - N - N": lambda found, year, _, month, __, day: found.date(year, month, day),
    "N - MONTH - N": lambda found, day, _, month, __, year: found.date(year, month, day),
    "MONTH N": lambda found, month, day: found.date(None, month, day),
    "MONTH N , N": lambda found, month, day, _, year: found.date(year, month, day),
    "N MONTH": lambda found, day, month: found.date(None, month, day),
    "N MONTH N": lambda found, day, month, year: found.date(year, month, day),
    "EPOCH": lambda found, _: found.date(1970, 1, 1),
    "B": lambda found, number: found.date_in_one(number),
    "B B": _in_one,
    "B ZONE B": lambda found, date, zone, time: _iso(
        found, lambda: found.date_in_one(date), zone, lambda: found.clock_in_one(time)
    ),
    "B ZONE N : N : N": lambda found, date, zone, hour, _, minute, __, second: _iso(
        found, lambda: found.date_in_one(date), zone, lambda: found.clock(hour, minute, second)
    ),
    "N - N - N ZONE N : N : N": lambda found, year, _, month, __, day, zone, hour, ___, minute, ____, second: _iso(
        found, lambda: found.date(year, month, day), zone, lambda: found.clock(hour, minute, second)
    ),
    "NEXT MONTH": lambda found, _, month: found.next_month(1, month),
    "NEXT N MONTH": lambda found, _, ordinal, month: found.next_month(ordinal, month),
    "STARDATE N . N": lambda found, _, number, __, tenth: found.stardate(number, tenth),
    "UNIT": lambda found, unit: found.relative(1, unit),
    "N UNIT": lambda found, count, unit: found.relative(count, unit),
    "± N UNIT": lambda found, sign, count, unit: found.relative(_sign(sign) * count, unit),
    "NEXT UNIT": lambda found, _, unit: found.relative(1, unit),
    "NEXT N UNIT": lambda found, _, count, unit: found.relative(count, unit),
}


class _Node:
    """A place in the tree of forms: where each kind leads, and what may end here."""

    def __init__(self) -> None:
        self.next: dict[str, _Node] = {}
        self.action: Action | None = None

    def add(self, kinds: list[str], action: Action) -> None:
        node = self
        for kind in kinds:
            node = node.next.setdefault(kind, _Node())
        node.action = action


def _ago(action: Action) -> Action:
    def act(found: Found, *values: Any) -> None:
        action(found, *values[:-1])
        found.ago()

    return act


def _tree() -> _Node:
    tree = _Node()
    for form, action in _FORMS.items():
        for sign in "+-" if "±" in form else " ":
            kinds = form.replace("±", sign).split()
            tree.add(kinds, action)
            if kinds[-1] == "UNIT":
                tree.add([*kinds, "AGO"], _ago(action))
    tree.add(["N"], lambda found, number: None)  # what a number alone is, depends on what came before
    return tree


_TREE = _tree()


def _read(text: str) -> Found:
    """What a text says. Raises TclError 'unable to convert date-time string ...'."""
    tokens = list(_tokens(text))
    found = Found()
    place = 0
    while tokens[place].kind != "END":
        start, node = place, _TREE
        while tokens[place].kind in node.next:
            node = node.next[tokens[place].kind]
            place += 1
        if node.action is None:
            bad = tokens[place]
            raise _fault(text, f"syntax error (characters {bad.start}-{bad.end - 1})")
        if node is _TREE.next["N"]:
            found.number(tokens[start].value, tokens[place].digits or tokens[start].digits)
            continue
        try:
            node.action(found, *(token.value for token in tokens[start:place]))
        except ValueError:
            raise _fault(text, "") from None
    for count, what in (
        (found.date_count, "date"),
        (found.time_count, "time of day"),
        (found.zone_count, "time zone"),
        (found.day_count, "weekday"),
        (found.month_count, "ordinal month"),
    ):
        if count > 1:
            raise _fault(text, f"more than one {what} in string")
    return found


def _fault(text: str, reason: str) -> TclError:
    return TclError(f'unable to convert date-time string "{text}": {reason}')


# ---- the moment ---------------------------------------------------------------------------------------


def scan_freely(text: str, base: int, where: Zone) -> int:
    """The moment that a text means, seen from `base`. Raises TclError."""
    found = _read(text)
    day, second = _local(base, where)
    this_month = ROMAN.date_of(day)[1]
    if found.date_count:
        year = ROMAN.date_of(day)[0] if found.year is None else found.year
        day = _BRITISH.day_number(year, found.month, found.month_day)
    months, days, seconds = found.shift or (0, 0, 0)
    if found.time_count:
        second = found.time
    elif found.date_count or found.day_count or found.month_count or months or days:
        second = 0
    zone = found.zone or where
    moment = _utc(day, second, zone)
    moment = _days_on(_months_on(moment, zone, months), zone, days) + seconds
    if found.day_count and not found.date_count:
        ordinal, wanted = found.weekday
        day = weekday_on_or_before(wanted, _local(moment, zone)[0] + 6) + 7 * ordinal - (7 if ordinal > 0 else 0)
        moment = _utc(day, found.time, zone)
    if found.month_count:
        months = found.month - this_month if not found.date_count else 0
        moment = _month_on(moment, zone, found.month_ordinal, months)
    if not -_WIDE <= moment < _WIDE:
        raise TclError("requested date too large to represent", ["CLOCK", "dateTooLarge"])
    return moment


def _local(moment: int, zone: Zone) -> tuple[int, int]:
    """Day and second of the day that the clocks of a zone show."""
    local = moment + zone.at(moment)[0]
    return local // DAY_SECONDS + EPOCH, local % DAY_SECONDS


def _utc(day: int, second: int, zone: Zone) -> int:
    return zone.utc((day - EPOCH) * DAY_SECONDS + second)


def _days_on(moment: int, zone: Zone, days: int) -> int:
    """The same time of day some days on."""
    if not days:
        return moment
    day, second = _local(moment, zone)
    return _utc(day + days, second, zone)


def _months_on(moment: int, zone: Zone, months: int) -> int:
    """The same day and time some months on."""
    if not months:
        return moment
    day, second = _local(moment, zone)
    return _utc(ROMAN.add_months(day, months), second, zone)


def _month_on(moment: int, zone: Zone, ordinal: int, months: int) -> int:
    """The same day in the `ordinal`th such month from here, which is so many months off: years first, then months."""
    if ordinal > 0:
        ordinal -= 1
        months += 12 * (months <= 0)
    else:
        ordinal += 1
        months -= 12 * (months >= 0)
    return _months_on(_months_on(moment, zone, 12 * ordinal), zone, months)
