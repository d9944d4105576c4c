"""Python functions as Tcl commands: the words that a signature asks for.

    def render(scene, frames=1, *, size: int = 640, quiet: bool = False)
    render scene ?frames? ?-size size? ?-quiet quiet?

    parameter           words                      note
    scene               one word
    frames=1            a word that may be left out
    *files              any number of words        not beside options: which word would be which?
    *, size=640         -size VALUE                behind the others, in any order; names may be shortened
    *, size             the same, but it must be there
    **options           -anything VALUE            handed over without the dash

Options begin, behind the words that must be there, with the first word that is a dash and a letter. A parameter with
an annotation gets its value converted (python_values.convert), one without gets it as the engine holds it.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import Any, TypeVar

from alftcl.errors import Completion, TclError
from alftcl.interp import Interp as Engine
from alftcl.python_values import Converter, converter, from_python, to_python
from alftcl.table import UNLIMITED, Command, choose, wrong_args
from alftcl.values import Value, to_str

T = TypeVar("T")
_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
_OPTION = re.compile(r"-[A-Za-z]")


def python_command(name: str, function: Callable[..., Any]) -> Command:
    """The command that calls a function. Raises TypeError for a signature that no words can fill."""
    if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
        raise TypeError(f"{name}: an async function cannot be a command")
    words = _Words(name, function)

    def run(interp: Engine, args: list[Any]) -> Value:
        given, options = words.bind(interp, args)
        return guarded(lambda: from_python(function(*given, **options)))

    return Command(run, words.usage, words.least, words.most)


def guarded(action: Callable[[], T]) -> T:
    """Do something in Python for a script: an exception is an error of Tcl."""
    try:
        return action()
    except (Completion, RecursionError, MemoryError):
        raise  # Tcl's own ways to end; the interpreter words the other two
    except Exception as failure:
        kind = type(failure).__name__
        raise TclError(str(failure) or kind, ["PYTHON", kind]) from failure


class _Words:
    """What the words of a call mean."""

    def __init__(self, name: str, function: Callable[..., Any]) -> None:
        parameters = inspect.signature(function, eval_str=True).parameters.values()
        positional = [one for one in parameters if one.kind in _POSITIONAL]
        rest = [one for one in parameters if one.kind is one.VAR_POSITIONAL]
        options = [one for one in parameters if one.kind is one.KEYWORD_ONLY]
        others = [one for one in parameters if one.kind is one.VAR_KEYWORD]
        if rest and (options or others):
            raise TypeError(f"{name}: *{rest[0].name} and options: nothing tells which word is which")
        self.converters = [_converter(name, one) for one in positional]
        self.rest = _converter(name, rest[0]) if rest else None
        self.options = {f"-{one.name}": _converter(name, one) for one in options}
        self.required_options = [one.name for one in options if one.default is one.empty]
        self.others = _converter(name, others[0]) if others else None
        self.has_options = bool(options or others)
        self.required = sum(one.default is one.empty for one in positional)
        self.usage = " ".join(
            [*map(_shown, positional), *map(_shown_rest, rest), *map(_shown_option, options)]
            + ["?-option value ...?"] * bool(others)
        )
        self.least = self.required + 2 * len(self.required_options)
        self.most = UNLIMITED if rest or self.has_options else len(positional)

    def bind(self, interp: Engine, args: list[Any]) -> tuple[list[Any], dict[str, Any]]:
        """The arguments of the function: those by place, those by name."""
        options: dict[str, Any] = {}
        if self.has_options:
            args, options = self._split(interp, args)
        given = [convert(word) for convert, word in zip(self.converters, args, strict=False)]
        if self.rest is not None:
            given.extend(map(self.rest, args[len(self.converters) :]))
        return given, options

    def _split(self, interp: Engine, args: list[Any]) -> tuple[list[Any], dict[str, Any]]:
        places = range(self.required, len(args))
        place = next((one for one in places if _OPTION.match(to_str(args[one]))), len(args))
        words = args[place:]
        if place > len(self.converters):
            raise self._wrong_args(interp)
        options: dict[str, Any] = {}
        for option, value in zip(words[::2], words[1::2], strict=False):
            name, convert = self._option(option)
            options[name] = convert(value)
        if len(words) % 2:
            self._option(words[-1])
            raise TclError(f'value for "{to_str(words[-1])}" missing', ["TCL", "OPERATION", "VALUE_MISSING"])
        if any(name not in options for name in self.required_options):
            raise self._wrong_args(interp)
        return args[:place], options

    def _option(self, word: Value) -> tuple[str, Converter]:
        text = to_str(word)
        known = self.options.get(text)
        if known is None and self.others is not None and text.startswith("-"):
            return text[1:], self.others
        if known is None:
            text = choose(text, sorted(self.options))
            known = self.options[text]
        return text[1:], known

    def _wrong_args(self, interp: Engine) -> TclError:
        return wrong_args(f"{to_str(interp.command_word)} {self.usage}".rstrip())


def _converter(name: str, parameter: inspect.Parameter) -> Converter:
    if parameter.annotation is parameter.empty:
        return to_python
    try:
        return converter(parameter.annotation)
    except TypeError as problem:
        raise TypeError(f"{name}: parameter {parameter.name}: {problem}") from None


def _shown(parameter: inspect.Parameter) -> str:
    return parameter.name if parameter.default is parameter.empty else f"?{parameter.name}?"


def _shown_rest(parameter: inspect.Parameter) -> str:
    return "?arg ...?" if parameter.name == "args" else f"?{parameter.name} ...?"


def _shown_option(parameter: inspect.Parameter) -> str:
    words = f"-{parameter.name} {parameter.name}"
    return words if parameter.default is parameter.empty else f"?{words}?"
