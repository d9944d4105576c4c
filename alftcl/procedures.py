"""Procedures: formal parameters, and the frame that a call makes. `proc` and `apply` build them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from alftcl.errors import BREAK, CONTINUE, ERROR, OK, RETURN, Break, Completion, Continue, OtherCode, Return, TclError
from alftcl.frames import Frame, Variable
from alftcl.generated.kinds import kind_of
from alftcl.namespaces import Namespace
from alftcl.table import UNLIMITED, Command
from alftcl.tree import Script
from alftcl.unwinding import shortened
from alftcl.values import Value, quote_element, to_int, to_list, to_str

if TYPE_CHECKING:
    from alftcl.generated.failures import Unit
    from alftcl.interp import Interp

Describe = Callable[[list[Any]], str]

FORMAT = ["TCL", "OPERATION", "PROC", "FORMALARGUMENTFORMAT"]
_LAMBDAS_KEPT = 500


class Tailcall(NamedTuple):
    """What takes a procedure's place when it ends: words, the first found from the namespace."""

    words: list[Any]
    namespace: Namespace


class Formal:
    """One formal parameter; `default` is None when it must be given."""

    __slots__ = ("default", "name")

    def __init__(self, name: str, default: Value | None = None) -> None:
        self.name = name
        self.default = default


def read_formals(value: Value) -> list[Formal]:
    """The formal parameters of a proc or lambda; TclError as Tcl words it."""
    formals = []
    for item in to_list(value):
        fields = to_list(item)
        if len(fields) > 2:
            raise TclError(f'too many fields in argument specifier "{to_str(item)}"', FORMAT)
        if not fields or to_str(fields[0]) == "":
            raise TclError("argument with no name", FORMAT)
        name = to_str(fields[0])
        if name.endswith(")") and "(" in name:
            raise TclError(f'formal parameter "{name}" is an array element', FORMAT)
        if "::" in name:
            raise TclError(f'formal parameter "{name}" is not a simple name', FORMAT)
        formals.append(Formal(name, fields[1] if len(fields) == 2 else None))
    return formals


class Procedure(Command):
    """A command written in Tcl; its body is parsed when it is first called.

    `calls` counts towards its being generated (generated/engine.py); then `run` is its function, until that is
    forgotten. `is_open` says that it cannot be generated, `passes` that it has a function all the same (passing.py).
    """

    __slots__ = (
        "_names",
        "_script",
        "body",
        "calls",
        "first_kinds",
        "formals",
        "is_generated",
        "is_open",
        "links",
        "name",
        "namespace",
        "passes",
        "rest",
        "unit",
    )

    def __init__(self, name: str, formals: list[Formal], body: str, namespace: Namespace) -> None:
        self.name = name
        self.formals = formals
        self.body = body
        self.namespace = namespace
        self._script: Script | None = None
        self.calls = 0
        self.first_kinds: dict[str, str] = {}
        self.is_open = self.is_generated = self.passes = False
        self.unit: Unit | None = None
        self.links: set[str] | None = None  # of the frame to be made: variables that are not its own (oo/model.py)
        self.rest = bool(formals) and formals[-1].name == "args"
        named = formals[:-1] if self.rest else formals
        plain = not self.rest and all(formal.default is None for formal in formals)
        plain = plain and len({formal.name for formal in formals}) == len(formals)
        self._names = [formal.name for formal in formals] if plain else None
        required = [place for place, formal in enumerate(named, 1) if formal.default is None]
        usage = [quote_element(formal.name if formal.default is None else f"?{formal.name}?") for formal in named]
        super().__init__(
            self.call,
            " ".join([*usage, "?arg ...?"] if self.rest else usage),
            required[-1] if required else 0,
            UNLIMITED if self.rest else len(named),
        )

    def moved(self, space: Namespace, tail: str) -> None:
        self.namespace = space

    def call(self, interp: Interp, args: list[Any]) -> Value:
        """Run the body: by its generated function, once it is called often enough and if it can have one."""
        self.calls += 1
        if self.calls >= interp.calls_until_generated and not self.is_open:
            word = interp.command_word
            interp.engine.generate(self)
            interp.command_word = word
            if self.is_generated or self.passes:
                return self.run(interp, args)
        elif self.calls == 1:
            self._observe(args)
        return self.call_directly(interp, args)

    def _observe(self, args: list[Any]) -> None:
        """Note the kinds of the first call's arguments: those of later calls will be the same."""
        for formal, value in zip(self.formals[:-1] if self.rest else self.formals, args, strict=False):
            self.first_kinds[formal.name] = kind_of(value)

    def forget_function(self) -> None:
        """A command that the generated function relies on has changed: the direct engine takes over."""
        self.is_generated = self.is_open = self.passes = False
        self.unit = None
        self.calls = 0
        if self.traces is None:
            self.run = self.call

    def call_directly(self, interp: Interp, args: list[Any]) -> Value:
        """Run the body in a frame of its own."""
        words = [interp.command_word, *args]
        value = self.call_in_frame(interp, args, words, self._describe)
        return value if interp.tailcall is None else follow(interp)

    def call_alone(self, interp: Interp, args: list[Any]) -> Value:
        """Run the body; what a tailcall has put in its place is left in interp.tailcall, for `follow`."""
        return self.call_in_frame(interp, args, [interp.command_word, *args], self._describe)

    def call_in_frame(self, interp: Interp, args: list[Any], words: list[Any], describe: Describe) -> Value:
        """Run the body; `words` are what info level shows, `describe(words)` what errorInfo says.

        interp.tailcall is then what is to be done in its place, or None.
        """
        script = self._script
        if script is None:
            script = self._script = interp.parse(self.body)
        if not script.commands and script.fault is None and interp.profiler is None:
            return ""
        variables = self._bind(args)
        outer = interp.frame
        interp.enter()
        frame = interp.frame = Frame(variables, self.namespace, outer, self, words)
        frame.unit = interp.units + 1
        frame.links = self.links
        try:
            return interp.run_unit(script)
        except Return as completion:
            return leave(completion)
        except TclError as error:
            interp.tailcalls.pop(frame, None)
            error.add_info(f"\n    ({describe(words)} line {error.line})")
            raise
        except (Break, Continue, OtherCode) as completion:
            if isinstance(completion, OtherCode):
                raise
            failure = unexpected(completion)
            failure.add_info(f"\n    ({describe(words)} line 1)")
            raise failure from None
        finally:
            interp.frame = outer
            interp.depth -= 1
            if type(frame) is not Frame:
                frame.end(interp)
            interp.tailcall = interp.tailcalls.pop(frame, None) if interp.tailcalls else None

    def told(self, words: list[Any]) -> dict[str, Any]:
        """What info frame says of who runs; `words` are those of the call."""
        if self.name == "apply":
            return {"lambda": words[1] if words else ""}
        return {"proc": self.namespace.qualify(self.name.rpartition("::")[2])}

    def _describe(self, words: list[Any]) -> str:
        return f'procedure "{shortened(to_str(words[0]), 60)}"'

    def _bind(self, args: list[Any]) -> dict[str, Variable]:
        names = self._names
        if names is not None:
            variables = {}
            for name, value in zip(names, args, strict=True):
                variables[name] = Variable(value)
            return variables
        return self._bind_optional(args)

    def _bind_optional(self, args: list[Any]) -> dict[str, Variable]:
        variables: dict[str, Variable] = {}
        named = self.formals[:-1] if self.rest else self.formals
        for place, formal in enumerate(named):
            value = args[place] if place < len(args) else formal.default
            variables.setdefault(formal.name, Variable(value))
        if self.rest:
            variables["args"] = Variable(args[len(named) :])
        return variables


def follow(interp: Interp) -> Value:
    """Do what a tailcall has put in the place of the procedure that was just left; in a loop, not nested."""
    value: Value = ""
    while interp.tailcall is not None:
        words, space = interp.tailcall
        interp.tailcall = None
        found = space.find_command(to_str(words[0]))
        target = None if found is None else found[2]
        try:
            if (
                isinstance(target, Procedure)
                and target.traces is None
                and target.least <= len(words) - 1 <= target.most
            ):
                value = target.call_in_frame(interp, words[1:], words, target._describe)
            elif target is not None:
                value = interp.invoke_command(target, words)
            else:
                value = interp.invoke(words)
        except TclError as error:
            interp.log_words(error, words)
            raise
    return value


def leave(completion: Return) -> Value:
    """A `return` has left one procedure: what happens in its caller."""
    completion.level -= 1
    if completion.level > 0:
        raise completion
    return complete(completion)


def complete(completion: Return) -> Value:
    """Have the completion that a return asked for (-code), now that its level is reached."""
    code, value = completion.completion, completion.value
    if code == OK:
        return value  # type: ignore[no-any-return]  # values of completions are Tcl values
    if code == ERROR:
        raise error_of(completion) from None
    if code == BREAK:
        raise Break(value)
    if code == CONTINUE:
        raise Continue(value)
    if code == RETURN:
        raise Return(value, OK, 1)
    raise OtherCode(code, value)


def error_of(completion: Return) -> TclError:
    """The error that return -code error asks for."""
    options = completion.options
    code = options.get("-errorcode")
    info = to_str(options.get("-errorinfo", ""))
    error = TclError(completion.value, ["NONE"] if code is None else to_list(code), info or None)
    error.options = options
    if "-errorstack" in options:
        error.stack = list(to_list(options["-errorstack"]))
    if "-errorline" in options:
        error.line = to_int(options["-errorline"])
    return error


def unexpected(completion: Completion, code: list[str] | None = None) -> TclError:
    """A completion that nothing took: break outside of a loop, an unknown code."""
    if isinstance(completion, Break):
        return TclError('invoked "break" outside of a loop', code or ["TCL", "RESULT", "UNEXPECTED"])
    if isinstance(completion, Continue):
        return TclError('invoked "continue" outside of a loop', code or ["TCL", "RESULT", "UNEXPECTED"])
    return TclError(
        f"command returned bad code: {completion.code}",
        code or ["TCL", "RESULT", "UNEXPECTED"],
    )


def lambda_of(interp: Interp, text: str) -> Procedure:
    """The procedure of a lambda expression; cached by text and namespace."""
    known = interp.lambdas.get(text)
    if known is not None and known.namespace.alive:
        return known
    try:
        parts = to_list(text) if text else []
    except TclError:
        parts = []
    if len(parts) not in (2, 3):
        raise TclError(f'can\'t interpret "{text}" as a lambda expression', ["TCL", "VALUE", "LAMBDA"])
    space: Namespace | None = interp.root
    if len(parts) == 3:
        name = to_str(parts[2])
        name = name if name.startswith("::") else f"::{name}"
        space = interp.root.find(name)
        if space is None:
            raise TclError(f'namespace "{name}" not found', ["TCL", "LOOKUP", "NAMESPACE", name])
    assert space is not None
    if len(interp.lambdas) > _LAMBDAS_KEPT:
        interp.lambdas.clear()
    try:
        formals = read_formals(parts[0])
    except TclError as error:
        error.add_info(f'\n    (parsing lambda expression "{text}")')
        raise
    made = interp.lambdas[text] = Procedure("apply", formals, to_str(parts[1]), space)
    return made
