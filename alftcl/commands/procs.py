"""Procedures and evaluation: proc(n), apply(n), return(n), eval(n), uplevel(n), tailcall(n), catch(n), error(n),
throw(n), try(n), expr(n), rename(n), unknown(n), subst(n), source(n)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alftcl.children import Alias, loop
from alftcl.errors import CODE_NAMES, ERROR, OK, RETURN, Completion, Return, TclError
from alftcl.namespaces import last_part, qualifiers
from alftcl.procedures import Procedure, Tailcall, complete, follow, read_formals
from alftcl.table import choose, command, wrong_args
from alftcl.unwinding import shortened
from alftcl.values import Value, as_number, to_dict, to_int, to_list, to_str

if TYPE_CHECKING:
    from alftcl.interp import Interp


# ---- making and naming commands ---------------------------------------------------------------------


@command("proc", "name args body")
def proc(interp: Interp, args: list[Any]) -> Value:
    name = to_str(args[0])
    place = interp.frame.namespace.place_for(name)
    if place is None:
        raise TclError(f'can\'t create procedure "{name}": unknown namespace', ["TCL", "VALUE", "COMMAND"])
    space, tail = place
    try:
        formals = read_formals(args[1])
    except TclError as error:
        error.add_info(f'\n    (creating proc "{tail}")')
        raise
    space.put(interp, tail, Procedure(name, formals, to_str(args[2]), space))
    return ""


@command("rename", "oldName newName")
def rename(interp: Interp, args: list[Any]) -> Value:
    old, new = to_str(args[0]), to_str(args[1])
    here = interp.frame.namespace
    found = here.find_command(old)
    if found is None:
        verb = "rename" if new else "delete"
        raise TclError(f"can't {verb} \"{old}\": command doesn't exist", ["TCL", "LOOKUP", "COMMAND", old])
    space, tail, target = found
    if not new:
        space.remove(interp, tail, target)
        return ""
    place = here.make(qualifiers(new) or "::") if "::" in new else here
    name = last_part(new)
    if not name:
        raise TclError(f'can\'t rename to "{new}": bad command name', ["TCL", "VALUE", "COMMAND"])
    if name in place.commands:
        raise TclError(
            f'can\'t rename to "{new}": command already exists', ["TCL", "OPERATION", "RENAME", "TARGET_EXISTS"]
        )
    if isinstance(target, Alias) and target.leads_to(interp, place.qualify(name)):
        raise loop(name)
    place.commands[name] = target
    target.moved(place, name)
    if target.traces is not None:
        target.traces.renamed(interp, space.qualify(tail), place.qualify(name))
    space.commands.take(tail)
    return ""


@command("apply", "lambdaExpr ?arg ...?")
def apply(interp: Interp, args: list[Any]) -> Value:
    text = to_str(args[0])
    procedure = interp.lambda_of(text)
    count = len(args) - 1
    if count < procedure.least or count > procedure.most:
        raise wrong_args(f"apply lambdaExpr {procedure.usage}".rstrip())

    def describe(words: list[Any]) -> str:
        return f'lambda term "{shortened(text, 60)}"'

    value = procedure.call_in_frame(interp, args[1:], [interp.command_word, *args], describe)
    return value if interp.tailcall is None else follow(interp)


@command("unknown", "?arg ...?")
def unknown(interp: Interp, args: list[Any]) -> Value:
    name = to_str(args[0]) if args else ""
    if args and not interp.safe and _is_loaded(interp, name):
        return interp.invoke(args)
    raise TclError(f'invalid command name "{name}"', ["TCL", "LOOKUP", "COMMAND", name])


def _is_loaded(interp: Interp, name: str) -> bool:
    """Whether auto_load has found the command."""
    if interp.has_var("::auto_noload") or interp.root.find_command("auto_load") is None:
        return False
    try:
        return bool(to_int(interp.call("::auto_load", name, interp.frame.namespace.name)))
    except TclError as error:
        error.add_info(f'\n    (autoloading "{name}")')
        raise


# ---- evaluation --------------------------------------------------------------------------------------


def script_of(args: list[Any]) -> Value:
    """The script that eval and its like make of their words: one as it stands, several as concat does."""
    if len(args) == 1:
        return args[0]  # type: ignore[no-any-return]  # words are Tcl values
    return " ".join([text for text in (to_str(arg).strip(" \t\n\v\f\r") for arg in args) if text])


@command("eval", "arg ?arg ...?")
def tcl_eval(interp: Interp, args: list[Any]) -> Value:
    interp.enter()
    try:
        return interp.eval_body(script_of(args))
    except TclError as error:
        error.add_info(f'\n    ("eval" body line {error.line})')
        raise
    finally:
        interp.depth -= 1


@command("uplevel", "?level? command ?arg ...?", least=1)
def uplevel(interp: Interp, args: list[Any]) -> Value:
    level, words = _level_and_words(args)
    frame = interp.frame_at(level)
    if frame is None:
        raise TclError(f'bad level "{level}"', ["TCL", "LOOKUP", "LEVEL", level])
    if not words:
        raise wrong_args("uplevel ?level? command ?arg ...?")
    script = script_of(words)
    outer = interp.uplevel
    interp.uplevel = (frame, interp.frame)
    here = interp.frame
    interp.enter()
    interp.frame = frame
    try:
        return interp.eval_body(script)
    except TclError as error:
        error.add_info(f'\n    ("uplevel" body line {error.line})')
        raise
    finally:
        interp.frame = here
        interp.depth -= 1
        interp.uplevel = outer


def _level_and_words(args: list[Any]) -> tuple[str, list[Any]]:
    """The level is left out when the first word does not look like one."""
    first = args[0] if type(args[0]) is str else to_str(args[0])
    if first == "1" or first.startswith("#") or first[:1].isdigit():
        return first, args[1:]
    number = as_number(first)
    if number is None or number < 0:
        return "1", args
    return first, args[1:]


@command("expr", "arg ?arg ...?")
def expr(interp: Interp, args: list[Any]) -> Value:
    if len(args) == 1:
        return interp.eval_expr(args[0])
    return interp.eval_expr(" ".join([to_str(arg) for arg in args]))


@command("subst", "?-nobackslashes? ?-nocommands? ?-novariables? string", least=1)
def subst(interp: Interp, args: list[Any]) -> Value:
    chosen = {choose(arg, ("-nobackslashes", "-nocommands", "-novariables"), "option") for arg in args[:-1]}
    return interp.subst(
        to_str(args[-1]), "-nobackslashes" not in chosen, "-nocommands" not in chosen, "-novariables" not in chosen
    )


# ---- errors and returning ----------------------------------------------------------------------------


@command("error", "message ?errorInfo? ?errorCode?")
def tcl_error(interp: Interp, args: list[Any]) -> Value:
    info = to_str(args[1]) if len(args) > 1 else ""
    error = TclError(args[0], to_list(args[2]) if len(args) > 2 else None, info or None)
    error.options = dict(zip(("-errorinfo", "-errorcode"), args[1:], strict=False))
    error.is_logged = bool(info)
    raise error


@command("throw", "type message")
def throw(interp: Interp, args: list[Any]) -> Value:
    if not to_list(args[0]):
        error = TclError("type must be non-empty list", ["TCL", "OPERATION", "THROW", "BADEXCEPTION"])
    else:
        error = TclError(args[1], to_list(args[0]))
    error.options["-errorcode"] = error.errorcode
    raise error


def completion_code(value: Value) -> int:
    """The number of a completion code; 'bad completion code "x": must be ok, error, ...'."""
    text = to_str(value)
    if text in CODE_NAMES:
        return CODE_NAMES[text]
    try:
        code = to_int(value)
        if not -(1 << 31) <= code < 1 << 32:
            raise TclError("integer value too large to represent")
        return code if code < 1 << 31 else code - (1 << 32)
    except TclError:
        raise TclError(
            f'bad completion code "{text}": must be ok, error, return, break, continue, or an integer',
            ["TCL", "RESULT", "ILLEGAL_CODE"],
        ) from None


def return_options(pairs: list[Any]) -> tuple[int, int, dict[str, Any]]:
    """Code, level and the other options that words -name value ... give to return."""
    options: dict[str, Any] = {}
    for name, value in zip(pairs[::2], pairs[1::2], strict=True):
        _put_option(options, to_str(name), value)
    code = completion_code(options.pop("-code", OK))
    level = _level(options.pop("-level", 1))
    if "-errorcode" in options:
        _checked_list(options["-errorcode"], "-errorcode", "ILLEGAL_ERRORCODE")
    if "-errorstack" in options:
        _checked_list(options["-errorstack"], "-errorstack", "NONLIST_ERRORSTACK")
        if len(to_list(options["-errorstack"])) % 2:
            shown = to_str(options["-errorstack"])
            raise TclError(
                f'forbidden odd-sized list for -errorstack: "{shown}"', ["TCL", "RESULT", "ODDSIZEDLIST_ERRORSTACK"]
            )
    return code, level, options


def _put_option(options: dict[str, Any], name: str, value: Value) -> None:
    """One option of return; those in -options count as given in its place."""
    if name != "-options":
        options[name] = value
        return
    try:
        given = to_dict(value)
    except TclError:
        raise TclError(
            f'bad -options value: expected dictionary but got "{to_str(value)}"', ["TCL", "RESULT", "ILLEGAL_OPTIONS"]
        ) from None
    for inner, inner_value in given.items():
        _put_option(options, inner, inner_value)


def _level(value: Value) -> int:
    try:
        level = to_int(value)
    except TclError:
        level = -1
    if level < 0:
        raise TclError(
            f'bad -level value: expected non-negative integer but got "{to_str(value)}"',
            ["TCL", "RESULT", "ILLEGAL_LEVEL"],
        )
    return level


def _checked_list(value: Value, name: str, code: str) -> None:
    try:
        to_list(value)
    except TclError:
        raise TclError(
            f'bad {name} value: expected a list but got "{to_str(value)}"', ["TCL", "RESULT", code]
        ) from None


@command("return", "?-option value ...? ?result?", least=0)
def tcl_return(interp: Interp, args: list[Any]) -> Value:
    if len(args) < 2:
        raise Return(args[0] if args else "")
    value = args[-1] if len(args) % 2 else ""
    code, level, options = return_options(args[: len(args) // 2 * 2])
    if code == RETURN:
        code, level = OK, level + 1
    completion = Return(value, code, level, options)
    if level > 0:
        raise completion
    try:
        return complete(completion)
    except TclError as error:
        error.is_logged = error.info is not None
        raise


def options_of(interp: Interp, completion: Completion | None) -> dict[str, Any]:
    """The return options that catch and try give for a completion (None: it was ok)."""
    if completion is None:
        return {"-code": 0, "-level": 0}
    if isinstance(completion, Return):
        options = {**completion.options, "-code": completion.completion, "-level": completion.level}
        if completion.completion == ERROR:
            options.setdefault("-errorcode", "NONE")
            if options.get("-errorinfo", "") != "":
                options.setdefault("-errorline", 1)
        return options
    if not isinstance(completion, TclError):
        return {"-code": completion.code, "-level": 0}
    options = {**completion.options, "-code": ERROR, "-level": 0}
    options["-errorstack"] = list(completion.stack or ())
    options["-errorcode"] = completion.errorcode
    options["-errorinfo"] = completion.info or completion.message
    options["-errorline"] = completion.line
    if "-during" in options:
        options["-during"] = options.pop("-during")  # the last
    return options


@command("catch", "script ?resultVarName? ?optionVarName?")
def catch(interp: Interp, args: list[Any]) -> Value:
    caught: Completion | None = None
    depth, frame = interp.depth, interp.frame
    try:
        value = interp.eval_body(args[0], interp.inline_unit(locals_only=len(args) > 1))
    except Completion as completion:
        interp.depth, interp.frame = depth, frame
        if isinstance(completion, TclError):
            interp.uncatchable(completion)
            interp.publish(completion)
        caught, value = completion, completion.value
    try:
        if len(args) > 1:
            interp.set_var(to_str(args[1]), value)
        if len(args) > 2:
            interp.set_var(to_str(args[2]), options_of(interp, caught))
    except TclError as error:
        if isinstance(caught, TclError) and error.info is None:  # it is still what errorInfo tells of
            error.info, error.stack = caught.info, caught.stack
        raise
    return OK if caught is None else caught.code


# ---- try ---------------------------------------------------------------------------------------------


class _Handler:
    """One on or trap clause."""

    __slots__ = ("body", "code", "kind", "prefix", "variables")

    def __init__(self, kind: str, code: int, prefix: list[Any], variables: Value, body: Value) -> None:
        self.kind = kind
        self.code = code
        self.prefix = prefix
        self.variables = variables
        self.body = body

    def takes(self, code: int, completion: Completion | None) -> bool:
        """Whether this clause is for that completion."""
        if self.kind == "on":
            return code == self.code
        if not isinstance(completion, TclError):
            return False
        head = completion.errorcode[: len(self.prefix)]
        return [to_str(word) for word in head] == [to_str(word) for word in self.prefix]


@command("try", "body ?handler ...? ?finally script?", least=1)
def tcl_try(interp: Interp, args: list[Any]) -> Value:
    handlers, cleanup = _clauses(args)
    unit = interp.inline_unit(*range(1, len(args)), locals_only=bool(handlers))
    own_body = unit and not interp.inline_unit(0)
    outcome = _Outcome(interp, unit, args[0], "" if own_body else '"try" body')
    for place, handler in enumerate(handlers):
        if handler.takes(outcome.code, outcome.completion):
            outcome = _handle(interp, unit, handlers[place:], outcome)
            break
    if cleanup is not None:
        last = _Outcome(interp, unit, cleanup, '"try ... finally" body')
        if last.completion is not None:
            outcome = last.instead_of(outcome, interp)
    return outcome.result()


class _Outcome:
    """What running a script came to; `label` is what errorInfo calls it, when it is a unit of its own."""

    def __init__(self, interp: Interp, unit: int, script: Value, label: str) -> None:
        self.completion: Completion | None = None
        self.value: Value = ""
        depth, frame = interp.depth, interp.frame
        try:
            self.value = interp.eval_body(script, unit if label else 0)
        except Completion as completion:
            interp.depth, interp.frame = depth, frame
            self.completion = completion
            self.value = completion.value
            if isinstance(completion, TclError):
                interp.uncatchable(completion)
                if not unit:
                    completion.add_info(f"\n    ({label} line {completion.line})")
                    completion.is_logged = True
                interp.publish(completion)

    @property
    def code(self) -> int:
        return OK if self.completion is None else self.completion.code

    def instead_of(self, before: _Outcome, interp: Interp) -> _Outcome:
        """This outcome, which an error while handling `before` has brought about: -during tells of that."""
        if isinstance(self.completion, TclError):
            self.completion.options = {
                **self.completion.options,
                "-during": options_of(interp, before.completion),
            }
        return self

    def result(self) -> Value:
        """The value, or the completion raised."""
        if self.completion is not None:
            raise self.completion
        return self.value


def _handle(interp: Interp, unit: int, handlers: list[_Handler], outcome: _Outcome) -> _Outcome:
    chosen = handlers[0]
    try:
        for name, value in zip(
            to_list(chosen.variables), (outcome.value, options_of(interp, outcome.completion)), strict=False
        ):
            interp.set_var(to_str(name), value)
    except TclError as error:
        error.info, error.is_logged = error.message, True
        error.options["-during"] = options_of(interp, outcome.completion)
        raise
    body = next(handler.body for handler in handlers if handler.body != "-")
    return _Outcome(interp, unit, body, f'"try ... {chosen.kind}" handler').instead_of(outcome, interp)


def _clauses(args: list[Any]) -> tuple[list[_Handler], Value | None]:
    handlers: list[_Handler] = []
    cleanup: Value | None = None
    place = 1
    while place < len(args):
        kind = choose(args[place], ("finally", "on", "trap"), "handler type")
        rest = args[place:]
        if kind == "finally":
            if len(rest) < 2:
                raise _bad_clause('wrong # args to finally clause: must be "... finally script"', "FINALLY", "ARGUMENT")
            if len(rest) > 2:
                raise _bad_clause("finally clause must be last", "FINALLY", "NONTERMINAL")
            cleanup = rest[1]
            place += 2
            continue
        if len(rest) < 4:
            what = "code" if kind == "on" else "pattern"
            raise _bad_clause(
                f'wrong # args to {kind} clause: must be "... {kind} {what} variableList script"',
                kind.upper(),
                "ARGUMENT",
            )
        code = completion_code(rest[1]) if kind == "on" else ERROR
        prefix = _prefix(rest[1]) if kind == "trap" else []
        to_list(rest[2])
        handlers.append(_Handler(kind, code, prefix, rest[2], rest[3]))
        place += 4
    if handlers and handlers[-1].body == "-":
        raise _bad_clause('last non-finally clause must not have a body of "-"', "BADFALLTHROUGH")
    return handlers, cleanup


def _prefix(value: Value) -> list[Any]:
    try:
        return to_list(value)
    except TclError:
        raise _bad_clause(f"bad prefix '{to_str(value)}': must be a list", "TRAP", "EXNFORMAT") from None


def _bad_clause(message: str, *code: str) -> TclError:
    return TclError(message, ["TCL", "OPERATION", "TRY", *code])


# ---- tailcall ----------------------------------------------------------------------------------------


@command("tailcall", "?command ?arg ...??", least=0)
def tailcall(interp: Interp, args: list[Any]) -> Value:
    if interp.frame.procedure is None:
        raise TclError("tailcall can only be called from a proc, lambda or method", ["TCL", "TAILCALL", "ILLEGAL"])
    interp.tailcalls.pop(interp.frame, None)
    if args:
        interp.tailcalls[interp.frame] = Tailcall(args, interp.frame.namespace)
    raise Return("")
