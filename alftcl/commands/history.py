"""history(n): the commands that were typed, numbered from 1; the newest `keep` of them are kept.

    event     a number; 0 or less counts back from the current one (the last that was added); or how one begins
    current   what is being run: redo and change put the new text in its place

The shell adds what is typed. A script may too: `history add SCRIPT exec`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from alftcl.errors import TclError
from alftcl.table import command, find_subcommand, wrong_args
from alftcl.values import Value, match_glob, to_int, to_str

if TYPE_CHECKING:
    from alftcl.interp import Interp

_KEPT = 20


class History:
    """The events of one interpreter."""

    def __init__(self) -> None:
        self.events: dict[int, str] = {}
        self.next = 1
        self.keep = _KEPT

    def add(self, text: str) -> None:
        """One more event; it is the current one now. What is empty is none."""
        text = text.rstrip("\n")
        if text:
            self.events[self.next] = text
            self.next += 1
            self.shorten()

    def shorten(self) -> None:
        """Forget what is too old."""
        for number in [number for number in self.events if number < self.next - self.keep]:
            del self.events[number]

    def number(self, event: str) -> int:
        """The number of an event. Raises TclError 'no event matches "x"' and its like."""
        try:
            wanted = to_int(event)
        except TclError:
            return self._matching(event)
        number = wanted if wanted > 0 else self.next - 1 + wanted
        if number >= self.next:
            raise TclError(f'event "{event}" hasn\'t occured yet')
        if number not in self.events:
            raise TclError(f'event "{event}" is too far in the past')
        return number

    def _matching(self, pattern: str) -> int:
        for number in range(self.next - 2, 0, -1):
            text = self.events.get(number)
            if text is not None and (text.startswith(pattern) or match_glob(pattern, text)):
                return number
        raise TclError(f'no event matches "{pattern}"')

    def shown(self, count: int | None) -> str:
        """The last `count` events as `history` lists them; None: all."""
        numbers = sorted(self.events)
        if count is not None:
            numbers = numbers[max(0, len(numbers) - max(0, count)) :]
        return "\n".join(f"{number:6d}  " + self.events[number].replace("\n", "\n\t") for number in numbers)


_HISTORIES: WeakKeyDictionary[Interp, History] = WeakKeyDictionary()


def history_of(interp: Interp) -> History:
    """The history of an interpreter, empty at first."""
    return _HISTORIES.setdefault(interp, History())


# ---- the subcommands ----------------------------------------------------------------------------------


def _add(interp: Interp, history: History, words: list[str]) -> Value:
    if len(words) == 2 and (not words[1] or not "exec".startswith(words[1])):
        raise TclError(f'bad argument "{words[1]}": should be "exec"')
    history.add(words[0])
    return _at_the_top(interp, words[0]) if len(words) == 2 else ""


def _at_the_top(interp: Interp, script: str) -> Value:
    return interp.call("uplevel", "#0", script)


def _change(interp: Interp, history: History, words: list[str]) -> Value:
    number = history.number(words[1] if len(words) == 2 else "0")
    history.events[number] = words[0]
    return words[0]


def _clear(interp: Interp, history: History, words: list[str]) -> Value:
    history.events.clear()
    history.next = 1
    return ""


def _event(interp: Interp, history: History, words: list[str]) -> Value:
    return history.events[history.number(words[0] if words else "-1")]


def _info(interp: Interp, history: History, words: list[str]) -> Value:
    try:
        count = to_int(words[0]) if words else None
    except TclError:
        raise TclError(f'bad integer "{words[0]}"') from None
    return history.shown(count)


def _keep(interp: Interp, history: History, words: list[str]) -> Value:
    if words:
        if not (words[0].isascii() and words[0].isdigit()):
            raise TclError(f'illegal keep count "{words[0]}"')
        history.keep = int(words[0])
        history.shorten()
    return history.keep


def _nextid(interp: Interp, history: History, words: list[str]) -> Value:
    return history.next


def _redo(interp: Interp, history: History, words: list[str]) -> Value:
    text = history.events[history.number(words[0] if words else "-1")]
    if history.next - 1 in history.events:
        history.events[history.next - 1] = text
    return _at_the_top(interp, text)


_SUBCOMMANDS = {
    "add": (_add, "event ?exec?", 1, 2),
    "change": (_change, "newValue ?event?", 1, 2),
    "clear": (_clear, "", 0, 0),
    "event": (_event, "?event?", 0, 1),
    "info": (_info, "?count?", 0, 1),
    "keep": (_keep, "?count?", 0, 1),
    "nextid": (_nextid, "", 0, 0),
    "redo": (_redo, "?event?", 0, 1),
}


@command("history", "?subcommand? ?arg ...?", least=0, safe=False)
def history(interp: Interp, args: list[Any]) -> Value:
    name = find_subcommand(to_str(args[0]), _SUBCOMMANDS) if args else "info"
    run, usage, least, most = _SUBCOMMANDS[name]
    words = [to_str(word) for word in args[1:]]
    if not least <= len(words) <= most:
        raise wrong_args(f"history {name} {usage}".rstrip())
    return run(interp, history_of(interp), words)
