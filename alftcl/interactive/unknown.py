"""What a command that is not there means at a terminal, as tclsh has it (unknown(n)).

    ls -l          a program on PATH: it runs with this terminal as its input and output (unless auto_noexec is set)
    !!  !7  !set   an event of history, run again
    ^old^new       the last event with a text replaced, run again
    lleng $x       the one command that begins so

Only for what is typed: in procedures and files an unknown command stays an error.
"""

from __future__ import annotations

import re
import shutil
from typing import Any

from alftcl.commands.history import History, history_of
from alftcl.errors import TclError
from alftcl.interp import Interp
from alftcl.table import UNLIMITED, Command
from alftcl.values import Value, to_str

_REPLACED = re.compile(r"\^([^^]*)\^([^^]*)\^?", re.S)


def install(interp: Interp) -> None:
    """Give the interpreter the `unknown` of a terminal; what it does not know goes to the one it had."""
    before = interp.root.commands["unknown"]

    def unknown(interp: Interp, args: list[Any]) -> Value:
        if _is_typed(interp):
            return _typed(interp, before, args)
        return before.run(interp, args)

    interp.add_command("unknown", Command(unknown, before.usage, 1, UNLIMITED, safe=False))


def _is_typed(interp: Interp) -> bool:
    frame = interp.frame
    return frame.procedure is None and frame.level == 0 and not interp.script_file


def _typed(interp: Interp, before: Command, args: list[Any]) -> Value:
    name = to_str(args[0])
    if name and not interp.has_var("auto_noexec") and shutil.which(name) is not None:
        return interp.invoke(["exec", ">&@stdout", "<@stdin", *args])
    again = _from_history(history_of(interp), name, " ".join(to_str(word) for word in args))
    if again is not None:
        interp.channels.for_writing("stderr").write(again + "\n")
        return interp.eval_body(again)
    return _abbreviated(interp, before, name, args)


def _from_history(history: History, name: str, words: str) -> str | None:
    """The command that a reference to history means; it takes the place of the reference."""
    replaced = _REPLACED.fullmatch(words)
    if replaced is not None:
        last = history.events[history.number("-1")]
        again = last.replace(replaced[1], replaced[2])
    elif name == "!!":
        again = history.events[history.number("-1")]
    elif len(name) > 1 and name[0] == "!":
        again = history.events[history.number(name[1:])]
    else:
        return None
    history.events[history.next - 1] = again
    return again


def _abbreviated(interp: Interp, before: Command, name: str, args: list[Any]) -> Value:
    if not name:
        raise TclError('empty command name ""')
    names = sorted(known for known in interp.root.commands if known.startswith(name))
    if len(names) == 1:
        return interp.invoke([names[0], *args[1:]])
    if names:
        raise TclError(f'ambiguous command name "{name}": {" ".join(names)}')
    return before.run(interp, args)
