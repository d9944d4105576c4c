"""Interpreters in interpreters (interp(n)): a tree of them, aliases between them, hidden commands, limits.

    interp.family    the children by name, the parent, the hidden commands and the aliases of one interpreter

A path is a list of names, from the interpreter that is asked downwards; the empty one is that interpreter itself.
A child is also a command of its parent. Deleting a child deletes its children, its command and the aliases to it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from alftcl.errors import LimitExceeded, Return, TclError
from alftcl.hiding import make_safe
from alftcl.procedures import leave
from alftcl.table import UNLIMITED, Command, wrong_args
from alftcl.values import Value, list_to_str, quote_element, to_list, to_str

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
        self.debugs_frames = False  # interp debug -frame
        self.calls_alias = False  # what is called next, by an alias, is one itself: the first one tells of wrong words


class Child(Command):
    """The command of a child: `name eval ...` and so on."""

    __slots__ = ("interp",)

    def __init__(self, interp: Interp) -> None:
        self.interp = interp
        super().__init__(self._call, "cmd ?arg ...?", 1, UNLIMITED)

    def _call(self, interp: Interp, args: list[Any]) -> Value:
        from alftcl.commands.interps import call_child

        return call_child(interp, self.interp, args)

    def deleted(self, interp: Interp, name: str) -> None:
        super().deleted(interp, name)
        for known, child in list(interp.family.children.items()):
            if child is self:
                del interp.family.children[known]
                _end(self.interp)


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
        target = self.target
        if target is interp:
            return self._call_here(interp, words)
        return across(target, lambda: target.in_frame(target.root_frame, lambda: target.invoke(words)))

    def _call_here(self, interp: Interp, words: list[Any]) -> Value:
        word = interp.command_word
        stands_for = len(self.prefix)
        called_by_alias, interp.family.calls_alias = interp.family.calls_alias, False
        while (found := interp.root.find_command(to_str(words[0]))) is not None:
            following = found[2]
            if not isinstance(following, Alias) or following.target is not interp or following.traces is not None:
                break
            words = [*following.prefix, *words[1:]]
            stands_for += len(following.prefix) - 1
        interp.family.calls_alias = found is not None and isinstance(found[2], Alias)
        try:
            return interp.in_frame(interp.root_frame, lambda: interp.invoke(words))
        except TclError as error:
            if not called_by_alias and error.info is None and error.errorcode == ["TCL", "WRONGARGS"]:
                raise wrong_args(_as_called(error.message, stands_for, word)) from None
            raise

    def deleted(self, interp: Interp, name: str) -> None:
        super().deleted(interp, name)
        if interp.family.aliases.get(self.token) is self:
            del interp.family.aliases[self.token]

    def leads_to(self, interp: Interp, name: str) -> bool:
        """Whether following this alias and those it runs comes to the command `name` of an interpreter."""
        place = interp.root.place_for(name)
        target, word = self.target, to_str(self.prefix[0])
        while target is not interp or target.root.place_for(word) != place:
            found = target.root.find_command(word)
            if found is None or not isinstance(found[2], Alias):
                return False
            if found[2] is self:
                return True
            target, word = found[2].target, to_str(found[2].prefix[0])
        return True


def _as_called(message: str, stands_for: int, word: Value) -> str:
    """The usage that an error tells, with the alias in the place of the words it stands for."""
    usage = message.removeprefix(wrong_args("").message[:-1])[:-1]
    parts = usage.split(" ")
    if len(parts) < stands_for:
        return usage
    return " ".join([quote_element(to_str(word)), *parts[stands_for:]])


def across(target: Interp, action: Callable[[], Value]) -> Value:
    """Do something in another interpreter. Its errors lose what only it can tell: which code has logged them."""
    if not target.family.alive:
        raise _gone()
    try:
        return action()
    except LimitExceeded as error:  # of the other interpreter: this one may catch it
        raise TclError(error.value, error.errorcode, error.info) from None
    except TclError as error:
        error.unit, error.text = 0, None
        error.info = error.message if error.info is None else error.info
        raise


def _gone() -> TclError:
    message = "attempt to call eval in deleted interpreter"
    return TclError(message, ["TCL", "IDELETE", message])


def evaluate(target: Interp, script: Value) -> Value:
    """Run a script at the top level of another interpreter; `return` ends it."""
    try:
        return evaluate_as_it_ends(target, script)
    except Return as completion:
        returned = completion
        return across(target, lambda: leave(returned))


def evaluate_as_it_ends(target: Interp, script: Value) -> Value:
    """The same, with every completion as it is."""

    def run() -> Value:
        frame = target.frame
        target.enter()
        target.frame = target.root_frame
        try:
            return target.eval_body(script)
        finally:
            target.frame = frame
            target.depth -= 1

    return across(target, run)


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

    made = Made(safe=safe or parent.safe)
    made.now = parent.now
    made.events = parent.events
    if not made.safe:
        made.channels.take_standard(parent.channels)
    made.largest_value = parent.largest_value
    made.recursion_limit = parent.recursion_limit
    charge(parent, made)
    for name_of_program in ("argc", "argv", "argv0"):
        made.root.variables.pop(name_of_program, None)
    if made.safe:
        made.root.variables.pop("auto_path", None)
        make_safe(made)
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
    child.grow = lambda length: parent.reserve(length)
    child.is_limited = True
    child.largest_integer = parent.largest_integer
    child.commands_checked = child.commands_run + _CHARGED
    child.direct_only(False)  # from now on: generated code counts no commands


def delete(parent: Interp, name: str) -> None:
    """Delete a child and all that is below it."""
    child = parent.family.children.pop(name)
    _end(child.interp)
    _remove(parent, child)


def _end(gone: Interp) -> None:
    for below in list(gone.family.children):
        delete(gone, below)
    gone.family.alive = False
    gone.events.forget_interp(gone)
    gone.channels.close_all()

    def refuse() -> None:
        raise _gone()

    gone.check_limits, gone.commands_checked = refuse, 0


def cancel(interp: Interp, message: str, unwind: bool) -> None:
    """Have whatever an interpreter runs, now or next, end with an error; `unwind`: one that nothing catches."""
    before = interp.check_limits, interp.commands_checked
    code = ["TCL", "CANCEL", "IUNWIND" if unwind else "ICANCEL", message]

    def stop() -> None:
        interp.check_limits, interp.commands_checked = before
        raise LimitExceeded(message, code) if unwind else TclError(message, code)

    interp.check_limits, interp.commands_checked = stop, 0


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
    alias = Alias(name, target, prefix)
    if alias.leads_to(interp, name):
        raise loop(name)
    remove_alias(interp, name)
    interp.family.aliases[name] = alias
    interp.add_command(name if name.startswith("::") else f"::{name}", alias)
    return name


def loop(name: str) -> TclError:
    """The error for an alias that would come back to itself."""
    return TclError(
        f'cannot define or rename alias "{name}": would create a loop', ["TCL", "OPERATION", "INTERP", "ALIASLOOP"]
    )


def remove_alias(interp: Interp, token: str) -> bool:
    """Remove an alias, by its token; whether there was one."""
    alias = interp.family.aliases.pop(token, None)
    if alias is None:
        return False
    _remove(interp, alias)
    return True
