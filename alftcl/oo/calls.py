"""Running methods: the object's command and `my`, and in a method's body next, nextto and self.

    a foo 1  ──►  call_object ──►  method_chain ──►  Invocation(object, chain, 0).run
                                                       next ──►  Invocation(object, chain, 1).run ...

An Invocation is one step of a chain that runs. The frame of its body has it in its `words`, which are a MethodWords:
so the commands in the body find it, and other procedures pay nothing for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alftcl.errors import TclError
from alftcl.frames import Frame
from alftcl.namespaces import Namespace, last_part
from alftcl.oo.chains import CONSTRUCTOR, DESTRUCTOR, Chain, method_chain, method_names
from alftcl.oo.model import (
    CoreMethod,
    Definable,
    ForwardMethod,
    ObjectCommand,
    ProcedureMethod,
    TclClass,
    TclObject,
)
from alftcl.procedures import follow
from alftcl.table import Command, builtins, choose, members_of, wrong_args
from alftcl.unwinding import shortened
from alftcl.values import Value, quote_element, to_str

if TYPE_CHECKING:
    from alftcl.interp import Interp

_NAME_BYTES = 60  # of a class or method in errorInfo
_SELF = ("call", "caller", "class", "filter", "method", "namespace", "next", "object", "target")


class MethodWords(list[Any]):
    """The words of a method's call, for info level, and the invocation they belong to."""

    __slots__ = ("invocation",)

    def __init__(self, words: list[Any], invocation: Invocation) -> None:
        super().__init__(words)
        self.invocation = invocation


class Invocation:
    """One step of a chain that runs for an object."""

    __slots__ = ("chain", "is_filtering", "object", "place")

    def __init__(self, item: TclObject, chain: Chain, place: int, is_filtering: bool) -> None:
        self.object = item
        self.chain = chain
        self.place = place
        self.is_filtering = is_filtering

    def run(self, interp: Interp, prefix: list[Any], args: list[Any]) -> Value:
        """Run the implementation; `prefix` are the words that stand for the method, in messages."""
        item = self.object
        step = self.chain.steps[self.place]
        outer = item.is_filtering
        item.is_filtering = self.is_filtering or step.filtering is not None
        try:
            method = step.method
            if isinstance(method, ProcedureMethod):
                return self._run_body(interp, method, prefix, args)
            if isinstance(method, CoreMethod):
                return method.function(interp, self, prefix, args)
            assert isinstance(method, ForwardMethod)
            return _forward(interp, item, method, prefix, args)
        finally:
            item.is_filtering = outer

    def _run_body(self, interp: Interp, method: ProcedureMethod, prefix: list[Any], args: list[Any]) -> Value:
        procedure = method.procedure
        if not procedure.least <= len(args) <= procedure.most:
            quoted = [quote_element(to_str(word)) for word in prefix]  # Tcl does so twice
            raise usage_error(list(quoted), procedure.usage)
        owner = method.owner
        assert owner is not None

        def describe(words: list[Any]) -> str:
            return _described(owner, self.object, method.name)

        procedure.aim(self.object.namespace, owner.variables)
        value = procedure.call_in_frame(interp, args, MethodWords([*prefix, *args], self), describe)
        return value if interp.tailcall is None else follow(interp)

    @property
    def sort(self) -> str:
        """What the chain is made of, as messages say it."""
        return {CONSTRUCTOR: "constructor", DESTRUCTOR: "destructor"}.get(self.chain.name, "method")

    def at(self, place: int) -> Invocation:
        """Another step of the same call."""
        return Invocation(self.object, self.chain, place, self.is_filtering)


def usage_error(prefix: list[Any], usage: str) -> TclError:
    """wrong # args, for words that were used already and what should follow them."""
    shown = " ".join([quote_element(to_str(word)) for word in prefix])
    return wrong_args(f"{shown} {usage}".rstrip())


def _described(owner: Definable, item: TclObject, name: str) -> str:
    """Where an error has happened, for errorInfo."""
    if isinstance(owner, TclClass):
        place = f'class "{shortened(owner.declarer, _NAME_BYTES)}"'
    else:
        place = f'object "{shortened(item.name, _NAME_BYTES)}"'
    special = {CONSTRUCTOR: "constructor", DESTRUCTOR: "destructor"}.get(name)
    return f"{place} {special}" if special is not None else f'{place} method "{shortened(name, _NAME_BYTES)}"'


def _forward(interp: Interp, item: TclObject, method: ForwardMethod, prefix: list[Any], args: list[Any]) -> Value:
    """Call what a method is forwarded to. A wrong number of words is told in those of the caller."""
    words = [*method.words, *args]
    found = item.namespace.find_command(to_str(words[0]))
    if found is None:
        return interp.invoke(words)
    target = found[2]
    if isinstance(target, ObjectCommand) and len(method.words) > 1:
        return call_object(interp, target.object, words[1:], target.exported_only, prefix)
    used = len(method.words) - 1
    part = _part(target, method.words) if used else None
    checked = part or target
    used -= part is not None
    if not checked.least <= used + len(args) <= checked.most:
        raise usage_error(prefix, " ".join(checked.usage.split()[used:]))
    return interp.invoke_command(target, words)


def _part(target: Command, words: list[Any]) -> Command | None:
    """The subcommand of a built-in ensemble that the words mean, if they do."""
    name = to_str(words[0]).removeprefix("::")
    return members_of(name).get(to_str(words[1])) if builtins().get(name) is target else None


def call_object(
    interp: Interp, item: TclObject, args: list[Any], exported_only: bool, prefix: list[Any] | None = None
) -> Value:
    """Call a method of an object; `prefix` are the words to be shown in place of those it was called by."""
    own = interp.command_word
    name = to_str(args[0]) if args else None
    chain = method_chain(item, name or "", exported_only, not item.is_filtering)
    if chain is None:
        raise impossible(item, name or "")
    if chain.is_unknown or name is None:
        return Invocation(item, chain, 0, item.is_filtering).run(interp, [own], args)
    return Invocation(item, chain, 0, item.is_filtering).run(interp, prefix or [own, args[0]], args[1:])


def impossible(item: TclObject, name: str) -> TclError:
    """No such method, and no `unknown` to say so."""
    return TclError(
        f'impossible to invoke method "{name}": no defined method or unknown method',
        ["TCL", "LOOKUP", "METHOD_NAME", name],
    )


def unknown_method(item: TclObject, name: str, exported_only: bool) -> TclError:
    """unknown method "x": must be a, b or c"""
    names = method_names(item, exported_only)
    code = ["TCL", "LOOKUP", "METHOD", name]
    if not names:
        visible = " visible" if exported_only else ""
        return TclError(f'object "{item.name}" has no{visible} methods', code)
    told = " or ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
    return TclError(f'unknown method "{name}": must be {told}', code)


# ---- what a method's body can ask for --------------------------------------------------------------------


def running(frame: Frame) -> Invocation | None:
    """The method whose body a frame is of, if it is one."""
    words = frame.words
    return words.invocation if type(words) is MethodWords and frame.procedure is not None else None


def _current(interp: Interp, word: Value) -> Invocation:
    found = running(interp.frame)
    if found is None:
        raise TclError(
            f"{last_part(to_str(word))} may only be called from inside a method", ["TCL", "OO", "CONTEXT_REQUIRED"]
        )
    return found


def _go_on(interp: Interp, invocation: Invocation, prefix: list[Any], args: list[Any]) -> Value:
    """Run another step, called from where the method was called."""
    frame = interp.frame
    assert frame.caller is not None
    interp.frame = frame.caller
    try:
        return invocation.run(interp, prefix, args)
    finally:
        interp.frame = frame


def call_next(interp: Interp, args: list[Any]) -> Value:
    """next ?arg ...?"""
    word = interp.command_word
    here = _current(interp, word)
    if here.place + 1 >= len(here.chain.steps):
        raise TclError(f"no next {here.sort} implementation", ["TCL", "OO", "NOTHING_NEXT"])
    return _go_on(interp, here.at(here.place + 1), [word], args)


def call_nextto(interp: Interp, args: list[Any]) -> Value:
    """nextto class ?arg ...?"""
    word = interp.command_word
    here = _current(interp, word)
    if not args:
        raise wrong_args(f"{to_str(word)} class ?arg...?")
    name = to_str(args[0])
    found = here.object.world.find(name, interp.frame.namespace)
    cls = found.class_part
    if cls is None:
        raise TclError(f'"{name}" is not a class', ["TCL", "OO", "CLASS_REQUIRED"])
    steps = here.chain.steps
    for place in range(here.place + 1, len(steps)):
        if steps[place].filtering is None and steps[place].method.owner is cls:
            return _go_on(interp, here.at(place), [word, args[0]], args[1:])
    for step in steps[: here.place + 1]:
        if step.filtering is None and step.method.owner is cls:
            problem = f'{here.sort} implementation by "{name}" not reachable from here'
            raise TclError(problem, ["TCL", "OO", "CLASS_NOT_REACHABLE"])
    raise TclError(f'{here.sort} has no non-filter implementation by "{name}"', ["TCL", "OO", "CLASS_NOT_THERE"])


def call_self(interp: Interp, args: list[Any]) -> Value:
    """self ?subcommand?"""
    here = _current(interp, interp.command_word)
    if len(args) > 1:
        raise wrong_args(f"{to_str(interp.command_word)} subcommand")
    what = choose(args[0], _SELF, "subcommand") if args else "object"
    if what == "object":
        return here.object.name
    if what == "namespace":
        return here.object.namespace.name
    if what == "call":
        return [here.chain.described(), here.place]
    return _told_of_step(interp, here, what)


def _told_of_step(interp: Interp, here: Invocation, what: str) -> Value:
    step = here.chain.steps[here.place]
    owner = step.method.owner
    if what == "class":
        if not isinstance(owner, TclClass):
            raise _mismatch("method not defined by a class")
        return owner.declarer
    if what == "method":
        return step.method.name
    if what == "next":
        following = here.chain.steps[here.place + 1 :][:1]
        return _declared(here.object, following[0].method.owner, following[0].method.name) if following else ""
    if what == "caller":
        return _caller(interp)
    if step.filtering is None:
        raise _mismatch("not inside a filtering context")
    if what == "filter":
        sort = "class" if isinstance(step.filtering, TclClass) else "object"
        return [_name_of(here.object, step.filtering), sort, step.method.name]
    target = next(one for one in here.chain.steps if one.filtering is None)
    return _declared(here.object, target.method.owner, target.method.name)


def _mismatch(reason: str) -> TclError:
    return TclError(reason, ["TCL", "OO", "UNMATCHED_CONTEXT"])


def _name_of(item: TclObject, owner: Definable | None) -> str:
    return owner.declarer if isinstance(owner, TclClass) else item.name


def _declared(item: TclObject, owner: Definable | None, name: str) -> list[Any]:
    return [_name_of(item, owner), name]


def _caller(interp: Interp) -> Value:
    caller = interp.frame.caller
    calling = None if caller is None else running(caller)
    if calling is None:
        raise TclError("caller is not an object", ["TCL", "OO", "CONTEXT_REQUIRED"])
    method = calling.chain.steps[calling.place].method
    return [_name_of(calling.object, method.owner), calling.object.name, method.name]


HELPERS = {"next": call_next, "nextto": call_nextto, "self": call_self}


def helper_space(root: Namespace) -> Namespace:
    """The namespace of those commands, which is on the path of every object's."""
    return root.make("::oo::Helpers")
