"""Interpreters in interpreters (interp(n)): a tree of them, aliases between them, hidden commands, limits.

    interp.family    the children by name, the parent, the hidden commands and the aliases of one interpreter

A path is a list of names, from the interpreter that is asked downwards; the empty one is that interpreter itself.
A child is also a command of its parent. Deleting a child deletes its children, its command and the aliases to it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from alftcl.errors import Completion, LimitExceeded, Return, TclError
from alftcl.procedures import leave, unexpected
from alftcl.table import UNLIMITED, Command
from alftcl.values import Value, list_to_str, to_list, to_str

if TYPE_CHECKING:
    from alftcl.interp import Interp


_CHARGED = 100  # commands of a child between two looks at its parent's limits


class Family:
    """What an interpreter has to do with others."""

    def __init__(self) -> None:
        self.children: dict[str, Child] = {}
        self.hidden: dict[str, Command] = {}
        self.aliases: dict[str, Alias] = {}
        self.created = 0
        self.background: Value = "::tcl::Bgerror"
        self.limits: dict[str, dict[str, Value]] = {}
        self.alive = True


class Child(Command):
    """The command of a child: `name eval ...` and so on."""

    __slots__ = ("interp",)

    def __init__(self, interp: Interp) -> None:
        self.interp = interp
        super().__init__(self._call, "cmd ?arg ...?", 1, UNLIMITED)

    def _call(self, interp: Interp, args: list[Any]) -> Value:
        from alftcl.commands.interps import call_child

        return call_child(interp, self.interp, args)


class Alias(Command):
    """A command that runs another one, in another interpreter, with some words before its own."""

    __slots__ = ("prefix", "target", "token")

    def __init__(self, token: str, target: Interp, prefix: list[Any]) -> None:
        self.token = token
        self.target = target
        self.prefix = prefix
        super().__init__(self._call, "?arg ...?", 0, UNLIMITED)

    def _call(self, interp: Interp, args: list[Any]) -> Value:
        words = [*self.prefix, *args]
        if self.target is interp:
            return interp.in_frame(interp.root_frame, lambda: interp.invoke(words))
        target = self.target
        return across(target, lambda: target.in_frame(target.root_frame, lambda: target.invoke(words)))


def across(target: Interp, action: Callable[[], Value]) -> Value:
    """Do something in another interpreter. Its errors lose what only it can tell: which code has logged them."""
    if not target.family.alive:
        raise TclError("attempt to call eval in deleted interpreter", ["TCL", "IDELETE", "attempt to call eval"])
    try:
        return action()
    except LimitExceeded as error:  # of the other interpreter: this one may catch it
        raise TclError(error.value, error.errorcode, error.info) from None
    except TclError as error:
        error.unit, error.text = 0, None
        raise


def evaluate(target: Interp, script: Value) -> Value:
    """Run a script at the top level of another interpreter."""

    def run() -> Value:
        frame = target.frame
        target.enter()
        target.frame = target.root_frame
        try:
            return target.eval_body(script)
        finally:
            target.frame = frame
            target.depth -= 1

    try:
        return across(target, run)
    except TclError:
        raise
    except Completion as completion:
        if isinstance(completion, Return):
            return leave(completion)
        raise unexpected(completion, ["TCL", "UNEXPECTED_RESULT_CODE", str(completion.code)]) from None


def find(interp: Interp, path: Value) -> Interp:
    """The interpreter at a path. Raises TclError 'could not find interpreter "x"'."""
    names = [to_str(name) for name in to_list(path)]
    for name in names:
        child = interp.family.children.get(name)
        if child is None:
            shown = list_to_str(names)
            raise TclError(f'could not find interpreter "{shown}"', ["TCL", "LOOKUP", "INTERP", shown])
        interp = child.interp
    return interp


def create(parent: Interp, name: str, safe: bool) -> Interp:
    """Make a child. One of a safe interpreter is safe."""
    from alftcl.interp import Interp as Made
    from alftcl.table import builtins

    made = Made(safe=safe or parent.safe)
    made.now = parent.now
    made.events = parent.events
    if not made.safe:
        made.channels.take_standard(parent.channels)
    made.largest_value = parent.largest_value
    made.recursion_limit = parent.recursion_limit
    charge(parent, made)
    if made.safe:
        made.family.hidden.update({word: command for word, command in builtins().items() if not command.safe})
    child = Child(made)
    parent.family.children[name] = child
    parent.add_command(name if name.startswith("::") else f"::{name}", child)
    return made


def charge(parent: Interp, child: Interp) -> None:
    """What a child runs counts for its parent too: a limit cannot be left through a child."""

    def count() -> None:
        parent.commands_run += _CHARGED
        if parent.commands_run >= parent.commands_checked:
            parent.check_limits()
        child.commands_checked = child.commands_run + _CHARGED

    child.charge = child.check_limits = count
    child.commands_checked = child.commands_run + _CHARGED


def delete(parent: Interp, name: str) -> None:
    """Delete a child and all that is below it."""
    child = parent.family.children.pop(name)
    gone = child.interp
    for below in list(gone.family.children):
        delete(gone, below)
    gone.family.alive = False
    gone.events.forget_interp(gone)
    gone.channels.close_all()
    _remove(parent, child)


def _remove(interp: Interp, command: Command) -> None:
    """Remove a command, whatever its name is by now."""
    spaces = [interp.root]
    while spaces:
        space = spaces.pop()
        spaces.extend(space.below)
        for name in [name for name, found in space.commands.items() if found is command]:
            space.remove(interp, name, command)


def set_alias(interp: Interp, name: str, target: Interp, prefix: list[Any]) -> str:
    """Make an alias; its token is its name at this moment."""
    remove_alias(interp, name)
    alias = Alias(name, target, prefix)
    interp.family.aliases[name] = alias
    interp.add_command(name if name.startswith("::") else f"::{name}", alias)
    return name


def remove_alias(interp: Interp, token: str) -> bool:
    """Remove an alias, by its token; whether there was one."""
    alias = interp.family.aliases.pop(token, None)
    if alias is None:
        return False
    _remove(interp, alias)
    return True
