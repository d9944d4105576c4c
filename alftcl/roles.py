"""What the words of Tcl's commands are: expressions, scripts, names of variables. The shell colours and completes by
it, lint (alftcl/lint) reads by it; the interpreter itself does not need it.

    expr       an expression                         sets       the name of a variable that is set
    body       a script that runs in the same frame  setlist    a list of such names (foreach, dict for)
    elsewhere  a script that runs in another frame    links      a name here for a variable of elsewhere (global, upvar)
    params     the parameters of a procedure         names      the name of a variable that is read, unset, looked for
    patterns   a list: pattern body pattern body     lambda     a list: parameters body ?namespace?
    ""         anything else

A rule is one role for each word after the command (or the subcommand), a last one with + stands for all that follow.
Words that cannot be told before they are substituted are None.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

EXPR, BODY, ELSEWHERE, PARAMS, PATTERNS = "expr", "body", "elsewhere", "params", "patterns"
LAMBDA = "lambda"
SETS, SETLIST, LINKS, NAMES = "sets", "setlist", "links", "names"

Words = Sequence[str | None]

_RULES = {
    "append": "sets",
    "apply": "lambda",
    "array anymore": "names",
    "array donesearch": "names",
    "array exists": "names",
    "array get": "names",
    "array names": "names",
    "array nextelement": "names",
    "array set": "sets",
    "array size": "names",
    "array startsearch": "names",
    "array statistics": "names",
    "array unset": "names",
    "binary scan": "- - sets+",
    "catch": "body sets sets",
    "chan event": "- - elsewhere",
    "chan gets": "- sets",
    "dict append": "sets",
    "dict for": "setlist - body",
    "dict incr": "sets",
    "dict lappend": "sets",
    "dict map": "setlist - body",
    "dict set": "sets",
    "dict unset": "sets",
    "file lstat": "- sets",
    "file stat": "- sets",
    "file tempfile": "sets",
    "fileevent": "- - elsewhere",
    "for": "body expr body body",
    "gets": "- sets",
    "global": "links+",
    "incr": "sets",
    "info default": "- - sets",
    "info exists": "names",
    "lappend": "sets",
    "lassign": "- sets+",
    "lset": "sets",
    "parray": "names",
    "proc": "- params elsewhere",
    "scan": "- - sets+",
    "time": "body",
    "timerate": "body",
    "trace add": "- names",
    "trace info": "- names",
    "trace remove": "- names",
    "while": "expr body",
}


def roles(words: Words) -> list[str]:
    """The role of each word of a command; that of the command's name is ""."""
    if not words:
        return []
    name = (words[0] or "").removeprefix("::")
    count = len(words) - 1
    special = _SPECIAL.get(name)
    if special is not None:
        found = special(words[1:])
    elif name in _RULES:
        found = _spread(_RULES[name], count)
    elif count and words[1] is not None:
        found = ["", *_of_subcommand(name, words[1], words[2:])]
    else:
        found = []
    return ["", *found, *[""] * (count - len(found))][: count + 1]


def _of_subcommand(name: str, word: str, rest: Words) -> list[str]:
    special = _SPECIAL.get(f"{name} {word}")
    if special is not None:
        return special(rest)
    return _spread(_RULES.get(f"{name} {word}", ""), len(rest))


def _spread(rule: str, count: int) -> list[str]:
    parts = ["" if part == "-" else part for part in rule.split()]
    if parts and parts[-1].endswith("+"):
        last = parts.pop().rstrip("+")
        parts += [last] * (count - len(parts))
    return parts[:count]


# ---- commands whose words depend on each other ---------------------------------------------------------


def _if(words: Words) -> list[str]:
    found: list[str] = []
    wanted = EXPR
    for word in words:
        if wanted == EXPR:
            found.append(EXPR)
            wanted = "then"
        elif wanted == "then" and word == "then":
            found.append("")
            wanted = BODY
        elif wanted in ("then", BODY):
            found.append(BODY)
            wanted = "else"
        elif word == "elseif":
            found.append("")
            wanted = EXPR
        elif word == "else":
            found.append("")
            wanted = "last"
        else:
            found.append(BODY if wanted in ("else", "last") else "")
            wanted = ""
    return found


def _foreach(words: Words) -> list[str]:
    found = [SETLIST if place % 2 == 0 else "" for place in range(len(words))]
    if len(words) > 2 and len(words) % 2:
        found[-1] = BODY
    return found


def after_options(words: Words, with_value: Sequence[str] = ()) -> int:
    """How many of the first words are options (and their values, and --)."""
    place = 0
    while place < len(words):
        word = words[place]
        if word == "--":
            return place + 1
        if word is None or not word.startswith("-"):
            return place
        place += 2 if word in with_value else 1
    return place


def _switch(words: Words) -> list[str]:
    first = after_options(words, ("-matchvar", "-indexvar"))
    found = [""] * first
    for place in range(1, first):
        if words[place - 1] in ("-matchvar", "-indexvar"):
            found[place] = SETS
    rest = len(words) - first - 1
    if rest == 1:
        return [*found, "", PATTERNS]
    return [*found, "", *("" if place % 2 == 0 or words[first + 1 + place] == "-" else BODY for place in range(rest))]


def _try(words: Words) -> list[str]:
    found = [BODY]
    place = 1
    while place < len(words):
        if words[place] in ("on", "trap"):
            found += ["", "", SETLIST, "" if words[place + 3 : place + 4] == ["-"] else BODY]
            place += 4
        else:
            found += ["", BODY]
            place += 2
    return found[: len(words)]


def _one_script(words: Words) -> list[str]:
    return [BODY] if len(words) == 1 else []


def _expr(words: Words) -> list[str]:
    return [EXPR] if len(words) == 1 else []


def _set(words: Words) -> list[str]:
    return [SETS if len(words) > 1 else NAMES]


def _after(words: Words) -> list[str]:
    return ["", ELSEWHERE] if len(words) == 2 and words[0] not in ("cancel", "info") else []


def _namespace_eval(words: Words) -> list[str]:
    return ["", ELSEWHERE] if len(words) == 2 else []


def _uplevel(words: Words) -> list[str]:
    if len(words) == 1:
        return [ELSEWHERE]
    return ["", ELSEWHERE] if len(words) == 2 else []


def _upvar(words: Words) -> list[str]:
    first = len(words) % 2
    return [""] * first + ["" if place % 2 == 0 else LINKS for place in range(len(words) - first)]


def _variable(words: Words) -> list[str]:
    return [LINKS if place % 2 == 0 else "" for place in range(len(words))]


def _namespace_upvar(words: Words) -> list[str]:
    return ["", *("" if place % 2 == 0 else LINKS for place in range(len(words) - 1))]


def _regexp(words: Words) -> list[str]:
    first = after_options(words, ("-start",))
    return [""] * (first + 2) + [SETS] * (len(words) - first - 2)


def _regsub(words: Words) -> list[str]:
    first = after_options(words, ("-start",))
    return [""] * (first + 3) + [SETS] * (len(words) - first - 3)


def _unset(words: Words) -> list[str]:
    first = after_options(words)
    return [""] * first + [NAMES] * (len(words) - first)


def _dict_update(words: Words) -> list[str]:
    middle = ["" if place % 2 == 0 else SETS for place in range(len(words) - 2)]
    return [SETS, *middle, BODY]


def _dict_with(words: Words) -> list[str]:
    return [SETS, *[""] * (len(words) - 2), BODY]


def _dict_filter(words: Words) -> list[str]:
    return ["", "", SETLIST, BODY] if len(words) == 4 and words[1] == "script" else []


_SPECIAL: dict[str, Callable[[Words], list[str]]] = {
    "after": _after,
    "dict filter": _dict_filter,
    "dict update": _dict_update,
    "dict with": _dict_with,
    "eval": _one_script,
    "expr": _expr,
    "foreach": _foreach,
    "if": _if,
    "lmap": _foreach,
    "namespace eval": _namespace_eval,
    "namespace upvar": _namespace_upvar,
    "regexp": _regexp,
    "regsub": _regsub,
    "set": _set,
    "switch": _switch,
    "try": _try,
    "unset": _unset,
    "uplevel": _uplevel,
    "upvar": _upvar,
    "variable": _variable,
}
