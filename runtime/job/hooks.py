"""-whendone and -whenerror: programs that run when a job is over (reference 2.1 and section 10).

    /usr/sbin/Mail -s 'Job done: %j' %u < %f        program, words as in a POSIX shell, where input comes from

They are programs, not shell lines: quotes and backslashes as in a POSIX shell and < > >> are understood, nothing else
($, `, |, ; and * are text). Then %j (job title), %t (task title), %u (user), %f (file with the job's status) and %%
are replaced word by word; any other % stays. What was put in is never split, so a title cannot become a word.
"""

from __future__ import annotations

import re

import msgspec


class HookError(ValueError):
    """A -whendone or -whenerror that cannot be read; the message says what and where."""

    def __init__(self, command: str, offset: int, problem: str) -> None:
        self.offset = offset
        super().__init__(f"{problem} at character {offset + 1} of: {command}")


class Hook(msgspec.Struct, frozen=True):
    """A program to start: its words, and files for its input and output ("" where it gets none)."""

    argv: tuple[str, ...]
    stdin: str = ""
    stdout: str = ""
    append: bool = False


_TOKEN = re.compile(
    r"(?P<blank>[ \t\n\v\f\r]+)"
    r"|(?P<redirection>>>|<|>)"
    r"|'(?P<single>[^']*)'"
    r'|"(?P<double>(?:[^"\\]|\\.)*)"'
    r"|\\(?P<escaped>.)"
    r"|(?P<bare>[^ \t\n\v\f\r<>'\"\\]+)",
    re.S,
)
_IN_DOUBLE_QUOTES = re.compile(r'\\(?:(["\\$`])|\n)')
_CODE = re.compile(r"%([jtuf%])")


def read_hook(command: str, *, job_title: str, task_title: str, user: str, status_file: str) -> Hook | None:
    """The program of a hook; None for an empty one. Raises HookError."""
    values = {"j": job_title, "t": task_title, "u": user, "f": status_file, "%": "%"}
    words: list[str] = []
    files: dict[str, str] = {}
    waiting = ""
    for word, operator, offset in _words(command):
        if operator:
            if waiting:
                raise HookError(command, offset, f"a file name is missing after {waiting}")
            waiting = operator
            continue
        text = _CODE.sub(lambda match: values[match.group(1)], word)
        if waiting:
            files[waiting] = text
            waiting = ""
        else:
            words.append(text)
    if waiting:
        raise HookError(command, len(command), f"a file name is missing after {waiting}")
    if not words:
        if files:
            raise HookError(command, 0, "a program is missing")
        return None
    output = files.get(">>") or files.get(">", "")
    return Hook(tuple(words), files.get("<", ""), output, ">>" in files)


def _words(command: str) -> list[tuple[str, str, int]]:
    """(word, "", offset) for words and ("", operator, offset) for redirections; pieces that touch are one word."""
    result: list[tuple[str, str, int]] = []
    place = 0
    touching = False
    while place < len(command):
        match = _TOKEN.match(command, place)
        if match is None:
            problem = (
                "nothing follows the backslash" if command[place] == "\\" else f"the quote {command[place]} is open"
            )
            raise HookError(command, place, problem)
        kind = match.lastgroup
        if kind == "redirection":
            _refuse_descriptors(command, result if touching else [], match)
            result.append(("", match.group(), place))
        elif kind != "blank":
            piece = _piece(match)
            if touching:
                word, _, start = result[-1]
                result[-1] = (word + piece, "", start)
            else:
                result.append((piece, "", place))
        touching = kind not in ("blank", "redirection")
        place = match.end()
    return result


def _piece(match: re.Match[str]) -> str:
    if match["double"] is not None:
        return _IN_DOUBLE_QUOTES.sub(lambda escape: escape.group(1) or "", match["double"])
    if match["escaped"] == "\n":
        return ""
    return next(text for text in (match["single"], match["escaped"], match["bare"]) if text is not None)


def _refuse_descriptors(command: str, before: list[tuple[str, str, int]], match: re.Match[str]) -> None:
    """2>file and >&1 would quietly become words and files of strange names."""
    if command.startswith("&", match.end()) or (before and before[-1][0].isdigit()):
        raise HookError(command, match.start(), "only <, > and >> are understood (for more: sh -c '...')")
