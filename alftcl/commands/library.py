"""Procedures that Tcl brings in its own library (library(n)): words in a text, parray, auto_qualify, auto_execok.

A word is a run of letters, digits and connecting punctuation. A boundary lies between a character of a word and one
that is none; its place is that of the second of the two:

    a  b  c     wordBreakAfter 0 -> 1, startOfNextWord 0 -> 2 ...

What is not here: auto_load and its like, which look for tclIndex files (autoload.py).
"""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING, Any

from alftcl import charclass
from alftcl.errors import TclError
from alftcl.namespaces import last_part, qualifiers, split
from alftcl.table import command
from alftcl.values import Value, match_glob, to_index, to_str

if TYPE_CHECKING:
    from alftcl.interp import Interp


# ---- words in a text ---------------------------------------------------------------------------------


def _in_words(text: str) -> list[bool]:
    return [charclass.contains("wordchar", char) for char in text]


def _text_and_place(args: list[Any], end: int = 0) -> tuple[list[bool], int]:
    """`end` is what the index end means beyond the last character: 1 for those that look onwards, as in regexp."""
    text = to_str(args[0])
    return _in_words(text), to_index(args[1], len(text) + end)


@command("tcl_wordBreakAfter", "str start", safe=False)
def word_break_after(interp: Interp, args: list[Any]) -> Value:
    inside, start = _text_and_place(args, 1)
    places = range(max(start, 0) + 1, len(inside))
    return next((place for place in places if inside[place] != inside[place - 1]), -1)


@command("tcl_wordBreakBefore", "str start", safe=False)
def word_break_before(interp: Interp, args: list[Any]) -> Value:
    inside, start = _text_and_place(args)
    places = range(min(start, len(inside) - 1), 0, -1)
    return next((place for place in places if inside[place] != inside[place - 1]), -1)


@command("tcl_endOfWord", "str start", safe=False)
def end_of_word(interp: Interp, args: list[Any]) -> Value:
    inside, start = _text_and_place(args, 1)
    places = range(max(start, 0) + 1, len(inside))
    return next((place for place in places if inside[place - 1] and not inside[place]), -1)


@command("tcl_startOfNextWord", "str start", safe=False)
def start_of_next_word(interp: Interp, args: list[Any]) -> Value:
    inside, start = _text_and_place(args, 1)
    places = range(max(start, 0) + 1, len(inside))
    return next((place for place in places if inside[place] and not inside[place - 1]), -1)


@command("tcl_startOfPreviousWord", "str start", safe=False)
def start_of_previous_word(interp: Interp, args: list[Any]) -> Value:
    inside, start = _text_and_place(args)
    places = range(min(start, len(inside)) - 1, -1, -1)
    return next((place for place in places if inside[place] and (place == 0 or not inside[place - 1])), -1)


# ---- the others --------------------------------------------------------------------------------------


@command("parray", "a ?pattern?", safe=False)
def parray(interp: Interp, args: list[Any]) -> Value:
    name = to_str(args[0])
    if not interp.call("array", "exists", name):
        raise TclError(f'"{name}" isn\'t an array')
    pattern = to_str(args[1]) if len(args) == 2 else "*"
    keys = sorted(key for key in interp.array(name).elements or () if match_glob(pattern, key))
    width = max((len(key) for key in keys), default=0) + len(name) + 2
    for key in keys:
        shown = f"{name}({key})"
        interp.call("puts", f"{shown:<{width}} = {to_str(interp.get_element(name, key))}")
    return ""


@command("auto_qualify", "cmd namespace", safe=False)
def auto_qualify(interp: Interp, args: list[Any]) -> Value:
    name, space = to_str(args[0]), to_str(args[1])
    full = "::" + "::".join([*split(qualifiers(name)), last_part(name)])
    as_global = full if "::" in full[2:] else full[2:]
    if name.startswith("::") or space == "::":
        return [as_global]
    return [f"{space}::{full[2:]}", as_global]


@command("auto_execok", "name", safe=False)
def auto_execok(interp: Interp, args: list[Any]) -> Value:
    name = to_str(args[0])
    if os.sep in name:
        return [name] if os.access(name, os.X_OK) and not os.path.isdir(name) else ""
    path = interp.get_var("::env(PATH)") if interp.has_var("::env(PATH)") else ""
    found = shutil.which(name, path=to_str(path))
    return "" if found is None else [found]
