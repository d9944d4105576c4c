"""From a command's text to the words that are executed.

    launch  "prman -t:0 %D(f:/a b.rib)"      step 1 is done: the reader replaced $name and [command]
      | argv()                               step 2: split as words (runtime.job.words)
    "prman" "-t:0" "%D(f:/a" "b.rib)"
      | launch_words()                       step 3: % codes, %D() and ~, in each word by itself
    what execvp gets

The codes of step 3 (reference 3.1 and section 10):

    %h  hosts of the slots                 %j %t %c  numbers of job, task and command
    %H  -h host for each                   %r        0 on the first launch, 1 on later ones
    %n  how many slots                     %R        how often -resumewhile has run it again
    %s  name of the first slot             %q        quality, 1.0 or less
    %NAME(host) %NAME(-host)               like %h and %H, of the command or task with that id
    %D(path)                               the path as the first slot's zone sees it
    %{h}                                   braces delimit a name
    %%                                     a percent sign

A word that is just a list of hosts becomes several words. A name is the longest run of letters, digits, `.` and `_`;
what is none of the above stays as it is (%04d). `~` and `~user` count at the start of every blank-delimited piece of a
word. What was put in is never looked at again, so a host or a path cannot smuggle in a code or a word.

Each distinct word is compiled once; a word without % and ~ costs nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

import msgspec

from runtime.job.dirmaps import NO_MAPS, DirMaps
from runtime.job.model import Cmd
from runtime.job.words import split_words

_NO_NAMES: Mapping[str, tuple[str, ...]] = {}


def _no_home(_user: str) -> str | None:
    return None


class Binding(msgspec.Struct, frozen=True):
    """What a launch is bound to. `hosts` and `slots` run in parallel, the first slot leads.

    `named` gives the hosts of an id; `home` the home directory of a user ("" is the job's own user), or None.
    """

    hosts: tuple[str, ...] = ()
    slots: tuple[str, ...] = ()
    jid: int = 0
    tid: int = 0
    cid: int = 0
    retry: int = 0
    loop: int = 0
    quality: float = 1.0
    zone: str = ""
    dirmaps: DirMaps = NO_MAPS
    named: Mapping[str, tuple[str, ...]] = _NO_NAMES
    home: Callable[[str], str | None] = _no_home


def argv(cmd: Cmd) -> tuple[str, ...]:
    """The words of a command before % codes."""
    return split_words(cmd.launch) if cmd.words is None else cmd.words


def launch_words(cmd: Cmd, binding: Binding) -> tuple[str, ...]:
    """The words that are executed on what `binding` says."""
    return substitute_words(argv(cmd), binding)


def builtin_words(cmd: Cmd, binding: Binding) -> tuple[str, ...]:
    """The words of a built-in in any of its spellings, as `File OPERATION PATH ...`, with their codes replaced.

    File delete "a"    Cmd {Alfred} -msg {File delete "a"}    RemoteCmd {{TractorBuiltIn} {File} {delete} {a}}
    """
    words = argv(cmd)
    if words[:1] == ("Alfred",):
        words = split_words(cmd.options.get("msg", ""))
    elif words[:1] == ("TractorBuiltIn",):
        words = words[1:]
    return substitute_words(words, binding)


def substitute_words(words: tuple[str, ...], binding: Binding) -> tuple[str, ...]:
    """Step 3 on each word; the same tuple when no word has anything to replace."""
    for word in words:
        if "%" in word or "~" in word:
            break
    else:
        return words
    result: list[str] = []
    for word in words:
        if "%" in word or "~" in word:
            _compile(word).extend(result, binding)
        else:
            result.append(word)
    return tuple(result)


def message(text: str, binding: Binding) -> str:
    """A -msg, or any other text that is not split into words, with its codes replaced."""
    return _compile(text).text(binding) if "%" in text or "~" in text else text


# ---- compiled words ---------------------------------------------------------------------------------

_Words = Callable[[Binding], tuple[str, ...] | None]
"""What a code stands for as words; None when it stands for nothing and its text stays."""


class _Code:
    """A code in a word: `words(binding)`, or `source` as it was written."""

    __slots__ = ("source", "spreads", "words")

    def __init__(self, source: str, words: _Words, spreads: bool = False) -> None:
        self.source = source
        self.words = words
        self.spreads = spreads

    def text(self, binding: Binding) -> str:
        words = self.words(binding)
        return self.source if words is None else " ".join(words)


class _Compiled:
    """A text as literal pieces and codes."""

    __slots__ = ("pieces", "spread")

    def __init__(self, pieces: tuple[str | _Code, ...]) -> None:
        self.pieces = pieces
        only = pieces[0] if len(pieces) == 1 else ""
        self.spread = only if isinstance(only, _Code) and only.spreads else None

    def text(self, binding: Binding) -> str:
        return "".join([piece if type(piece) is str else piece.text(binding) for piece in self.pieces])  # type: ignore[union-attr]  # mypy does not narrow by type() is

    def extend(self, result: list[str], binding: Binding) -> None:
        words = self.spread.words(binding) if self.spread else None
        if words is None:
            result.append(self.text(binding))
        else:
            result.extend(words)


def _host_pairs(hosts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word for host in hosts for word in ("-h", host))


_LETTERS: dict[str, Callable[[Binding], tuple[str, ...]]] = {
    "h": lambda binding: binding.hosts,
    "H": lambda binding: _host_pairs(binding.hosts),
    "n": lambda binding: (str(len(binding.slots)),),
    "s": lambda binding: binding.slots[:1],
    "j": lambda binding: (str(binding.jid),),
    "t": lambda binding: (str(binding.tid),),
    "c": lambda binding: (str(binding.cid),),
    "r": lambda binding: (str(binding.retry),),
    "R": lambda binding: (str(binding.loop),),
    "q": lambda binding: (str(binding.quality),),
}
_SPREADING = "hH"

_CODE = re.compile(
    r"%(?P<percent>%)"
    r"|%(?:\{(?P<braced>[A-Za-z0-9._]+)\}|(?P<name>[A-Za-z0-9._]+))(?P<hosts>\(-?host\))?"
    r"|(?:(?<=[ \t\n\v\f\r])|\A)~(?P<user>[^/ \t\n\v\f\r]*)"
)


_LONGEST_CACHED = 4096


def _compile(text: str) -> _Compiled:
    return _compile_cached(text) if len(text) <= _LONGEST_CACHED else _Compiled(_pieces(text))


@lru_cache(maxsize=16384)
def _compile_cached(text: str) -> _Compiled:
    return _Compiled(_pieces(text))


def _pieces(text: str, in_path: bool = False) -> tuple[str | _Code, ...]:
    """The text as pieces; a %D in the path of another is text, so that no text nests without end."""
    pieces: list[str | _Code] = []
    place = 0
    while match := _CODE.search(text, place):
        code, end = _code(text, match, in_path)
        pieces += [text[place : match.start()], code]
        place = end
    pieces.append(text[place:])
    return _joined(pieces)


def _joined(pieces: list[str | _Code]) -> tuple[str | _Code, ...]:
    """Without empty pieces, neighbouring literals as one."""
    result: list[str | _Code] = []
    for piece in pieces:
        if isinstance(piece, str) and result and isinstance(last := result[-1], str):
            result[-1] = last + piece
        elif piece != "":
            result.append(piece)
    return tuple(result)


def _code(text: str, match: re.Match[str], in_path: bool) -> tuple[str | _Code, int]:
    """The piece that a match of _CODE stands for, and where it ends."""
    source, end = match.group(), match.end()
    if match["percent"]:
        return "%", end
    if match["user"] is not None:
        return _home_code(source, match["user"]), end
    name = match["braced"] or match["name"]
    if match["hosts"]:
        return _named_code(source, name, match["hosts"]), end
    if name == "D" and not in_path and text.startswith("(", end):
        return _path_code(text, match.start(), end)
    if name in _LETTERS:
        return _Code(source, _LETTERS[name], name in _SPREADING), end
    return source, end


def _home_code(source: str, user: str) -> _Code:
    def words(binding: Binding) -> tuple[str, ...] | None:
        home = binding.home(user)
        return None if home is None else (home,)

    return _Code(source, words)


def _named_code(source: str, name: str, form: str) -> _Code:
    """%NAME(host); where no such id is known, a one-letter code before text in parentheses, or just text."""
    paired = form == "(-host)"

    def words(binding: Binding) -> tuple[str, ...] | None:
        hosts = binding.named.get(name)
        if hosts is not None:
            return _host_pairs(hosts) if paired else hosts
        if name in _LETTERS:
            return (" ".join(_LETTERS[name](binding)) + form,)
        return None

    return _Code(source, words, spreads=True)


def _path_code(text: str, start: int, opening: int) -> tuple[str | _Code, int]:
    """%D(path): up to the parenthesis that closes it; codes in the path are replaced before it is mapped."""
    closing = _closing_parenthesis(text, opening)
    if closing < 0:
        return text[start:opening], opening
    path = _Compiled(_pieces(text[opening + 1 : closing], in_path=True))
    end = closing + 1
    return _Code(text[start:end], lambda binding: (binding.dirmaps.map_path(path.text(binding), binding.zone),)), end


_LONGEST_PATH = 4096


def _closing_parenthesis(text: str, opening: int) -> int:
    """The parenthesis that closes the one at `opening`, the first one if they do not balance, or -1."""
    first = text.find(")", opening)
    depth = 0
    for match in _PARENTHESIS.finditer(text, opening, opening + _LONGEST_PATH if first >= 0 else opening):
        depth += 1 if match.group() == "(" else -1
        if depth == 0:
            return match.start()
    return first


_PARENTHESIS = re.compile(r"[()]")
