"""Ensembles that scripts make (namespace ensemble): commands whose first word chooses another command.

subcommands   -subcommands, else the keys of -map, else what the namespace exports
a word        one of them, or (-prefixes) the beginning of just one; else -unknown is asked, once
its target    from -map, else the command of that name in the namespace; -parameters stand before the word
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alftcl.errors import CODE_NAMES, Completion, Return, TclError
from alftcl.namespaces import Namespace
from alftcl.table import UNLIMITED, Command, wrong_args
from alftcl.values import Value, list_to_str, match_glob, quote_element, to_list, to_str

if TYPE_CHECKING:
    from alftcl.interp import Interp

_NAMES = {code: name for name, code in CODE_NAMES.items()}


class Ensemble(Command):
    """An ensemble and what `namespace ensemble configure` may change of it."""

    __slots__ = ("is_gone", "map", "name", "namespace", "parameters", "prefixes", "subcommands", "unknown")

    def __init__(self, name: str, namespace: Namespace) -> None:
        self.name = name
        self.namespace = namespace
        namespace.is_used_elsewhere = True
        self.map: dict[str, list[Any]] = {}
        self.subcommands: list[str] = []
        self.parameters: list[str] = []
        self.prefixes = True
        self.is_gone = False
        self.unknown: Value = ""
        super().__init__(self.choose, "subcommand ?arg ...?", 0, UNLIMITED)

    def choose(self, interp: Interp, args: list[Any]) -> Value:
        """Call the command that the words choose."""
        before = len(self.parameters)
        own = to_str(interp.command_word) or self.name
        if len(args) <= before:
            words = " ".join([*self.parameters, self.usage])
            raise wrong_args(f"{quote_element(own)} {words}")
        word = to_str(args[before])
        prefix = self._target(word)
        if prefix is None and self.unknown:
            prefix = self._ask(interp, own, args)
            prefix = prefix or self._target(word)
        if prefix is None:
            raise self._not_found(word)
        rest = [*args[:before], *args[before + 1 :]]
        self._check_count(interp, prefix, rest, f"{quote_element(own)} {quote_element(self._full(word))}")
        return interp.invoke([*prefix, *rest])

    def names(self) -> list[str]:
        """The subcommands, sorted."""
        if self.subcommands:
            return sorted(dict.fromkeys(self.subcommands))
        if self.map:
            return sorted(self.map)
        space = self.namespace
        return sorted(name for name in space.commands if any(match_glob(pattern, name) for pattern in space.exports))

    def _full(self, word: str) -> str:
        names = self.names()
        if word in names or not self.prefixes:
            return word
        matches = [name for name in names if name.startswith(word)]
        return matches[0] if len(matches) == 1 else word

    def _target(self, word: str) -> list[Any] | None:
        name = self._full(word)
        if name not in self.names():
            return None
        if name in self.map:
            return self.map[name]
        return [self.namespace.qualify(name) if name in self.namespace.commands else name]

    def _check_count(self, interp: Interp, prefix: list[Any], rest: list[Any], shown: str) -> None:
        """A wrong number of words is told in the words that the script used."""
        target = interp.find_command(to_str(prefix[0]))
        if target is None or len(prefix) > 1 or isinstance(target, Ensemble):
            return
        if not target.least <= len(rest) <= target.most:
            raise wrong_args(f"{shown} {target.usage}".rstrip())

    def _ask(self, interp: Interp, own: str, args: list[Any]) -> list[Any]:
        """What the -unknown handler says is to be called, or [] when it has changed the ensemble."""
        words = [*to_list(self.unknown), self.qualified, *args]
        try:
            answer = interp.invoke_logged(words)
        except TclError as error:
            error.add_info("\n    (ensemble unknown subcommand handler)")
            raise
        except Completion as completion:
            code = completion.completion if isinstance(completion, Return) else completion.code
            failure = TclError(
                f"unknown subcommand handler returned bad code: {_NAMES.get(code, code)}",
                ["TCL", "ENSEMBLE", "UNKNOWN_RESULT"],
            )
            failure.add_info(f"\n    result of ensemble unknown subcommand handler: {list_to_str(words)}")
            raise failure from None
        if self.is_gone:
            gone = TclError("unknown subcommand handler deleted its ensemble", ["TCL", "ENSEMBLE", "UNKNOWN_DELETED"])
            gone.add_info("\n    (ensemble unknown subcommand handler)")
            raise gone
        try:
            return list(to_list(answer))
        except TclError as error:
            error.add_info("\n    while parsing result of ensemble unknown subcommand handler")
            raise

    def deleted(self, interp: Interp, name: str) -> None:
        self.is_gone = True
        super().deleted(interp, name)

    @property
    def qualified(self) -> str:
        """Its full name."""
        return self.name if self.name.startswith("::") else f"::{self.name}"

    def _not_found(self, word: str) -> TclError:
        names = self.names()
        kind = "unknown or ambiguous" if self.prefixes and names else "unknown"
        told = ", ".join(names[:-1]) + ", or " + names[-1] if len(names) > 1 else "".join(names)
        problem = f": must be {told}" if names else f": namespace {self.namespace.name} does not export any commands"
        return TclError(f'{kind} subcommand "{word}"{problem}', ["TCL", "LOOKUP", "SUBCOMMAND", word])


def forget_ensembles(interp: Interp, space: Namespace) -> None:
    """Remove the ensembles of namespaces that are gone, here and in every namespace below."""
    for name, command in list(space.commands.items()):
        if isinstance(command, Ensemble) and not command.namespace.alive:
            space.remove(interp, name, command)
    for child in space.below:
        forget_ensembles(interp, child)
