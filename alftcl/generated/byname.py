"""Variables handed on by their names: `proc push {name x} {upvar 1 $name list; lappend list $x}`.

Such a procedure is closed when its upvars are its first commands and name parameters of its own. Its function takes the
Variables beside the arguments; who calls it keeps those of its variables that it hands on in a Variable, not in a
variable of Python's, and must name them literally.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alftcl.frames import Variable
from alftcl.namespaces import make_variable
from alftcl.tree import Command, Literal, VarSub
from alftcl.values import to_str

if TYPE_CHECKING:
    from alftcl.interp import Interp
    from alftcl.procedures import Procedure

_LINKING = ("global", "upvar", "variable")


def is_plain(name: str) -> bool:
    """Whether a name means a variable of the caller's own, and no element."""
    return bool(name) and "::" not in name and not name.endswith(")")


def linked_parameters(interp: Interp, procedure: Procedure) -> list[tuple[int, str]]:
    """The place of each parameter that names a variable of the caller, and the name it has in the procedure."""
    names = [formal.name for formal in procedure.formals]
    found: list[tuple[int, str]] = []
    for command in interp.parse(procedure.body).commands:
        first = command.words[0]
        if not isinstance(first, Literal) or first.text not in _LINKING:
            break
        if first.text == "upvar":
            found += [(names.index(name), local) for name, local in pairs(command) or [] if name in names]
    return found


def pairs(command: Command) -> list[tuple[str, str]] | None:
    """What an upvar of the form `upvar ?1? $parameter local ...` links; None for another form."""
    words = command.words[1:]
    if len(words) % 2:
        level = words.pop(0)
        if not isinstance(level, Literal) or level.text != "1":
            return None
    linked = []
    for name, local in zip(words[::2], words[1::2], strict=True):
        if not isinstance(name, VarSub) or not isinstance(local, Literal) or not is_plain(local.text):
            return None
        linked.append((name.name, local.text))
    return linked


def handed(interp: Interp, linked: list[tuple[int, str]], args: list[Any]) -> list[Variable] | None:
    """The variables of the current frame that a call hands on; None when one of them is not plain."""
    found = []
    for place, _ in linked:
        name = to_str(args[place])
        if not is_plain(name):
            return None
        variable = make_variable(interp.frame, name, "access")
        if type(variable) is not Variable:
            return None
        found.append(variable)
    return found
