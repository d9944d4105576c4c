"""Traces of commands: who is told when one is renamed or deleted, and when it is called (execution traces).

    command.traces     what scripts have put on a command; None for all others, which pay nothing
    command.run        while there are execution traces: `CommandTraces.call`, which tells them and runs the command

A built-in is the same object in every interpreter; the one that is traced takes a copy in place of it.

    enter, leave           around the command itself; the trace added last is told first of enter, last of leave
    enterstep, leavestep   around every command that runs until a traced one is done: meanwhile all of the
                           interpreter's commands go round by a `Stepper`

A handler that fails makes the command fail; one that renames or deletes the command decides what is called in its
place. No trace is told of what its own handler does. Source: trace(n) of Tcl 8.6.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from alftcl.errors import Completion, LimitExceeded, TclError
from alftcl.namespaces import Namespace
from alftcl.procedures import Procedure, Tailcall, follow
from alftcl.table import UNLIMITED, Command, builtins, find_subcommand, members_of, wrong_args
from alftcl.values import Value, list_to_str, quote_element, to_str
from alftcl.variable_traces import run_handler

if TYPE_CHECKING:
    from alftcl.interp import Interp

COMMAND_OPERATIONS = ("delete", "rename")
EXECUTION_OPERATIONS = ("enter", "leave", "enterstep", "leavestep")
_STEPS = frozenset(("enterstep", "leavestep"))


class CommandTrace:
    """One trace: the operations (of a command or of its execution) and the beginning of the script."""

    __slots__ = ("is_busy", "is_execution", "is_stepping", "operations", "prefix", "removed")

    def __init__(self, is_execution: bool, operations: frozenset[str], prefix: Value) -> None:
        self.is_execution = is_execution
        self.operations = operations
        self.prefix = to_str(prefix)
        self.is_busy = False  # its handler is running
        self.is_stepping = False  # it is told of steps at this moment
        self.removed = False

    def tell(self, interp: Interp, operation: str, words: list[Any]) -> Value | None:
        """Run the handler, unless it is not to be told (None). Raises what the handler ends with."""
        if self.removed or self.is_busy or operation not in self.operations:
            return None
        self.is_busy = True
        caller, stepper = (interp.called_from, interp.command_word), interp.stepper
        if stepper is not None and self.is_execution:  # nobody is told of the steps of a handler
            interp.step_through(None)
        try:
            return run_handler(interp, self.prefix, [*words, operation])
        finally:
            self.is_busy = False
            interp.called_from, interp.command_word = caller
            if stepper is not interp.stepper:
                interp.step_through(stepper)

    def tell_call(self, interp: Interp, operation: str, command: str, outcome: tuple[Any, ...] = ()) -> Value | None:
        """Tell of a call: `command` is its text, `outcome` the code and result once it is over."""
        try:
            return self.tell(interp, operation, [command, *outcome])
        except TclError as error:
            kind = "leave" if outcome else "enter"
            error.add_info(f'\n    ({kind} trace on "{command}")')
            error.is_logged = True
            error.unit, error.text = 0, None
            raise


def _told_around(
    interp: Interp, traces: list[CommandTrace], step: str, command: str, run: Callable[[], Value]
) -> Value:
    """Run something that is left: its traces are told in reverse order, after it.

    Each but the first of them is told the result of the one before it: so it is in Tcl, too.
    """
    completion: Completion | None = None
    value: Value = ""
    try:
        value = run()
    except Completion as ended:
        completion, value = ended, ended.value
    shown = value
    for trace in list(reversed(traces)):
        answer = trace.tell_call(interp, f"leave{step}", command, (0 if completion is None else completion.code, shown))
        shown = shown if answer is None else answer
    if completion is not None:
        raise completion
    return value


class CommandTraces:
    """The traces of one command, the one added last first."""

    __slots__ = ("_is_told", "_least", "_most", "_run", "command", "is_gone", "shared", "traces")

    def __init__(self, command: Command, shared: Command | None) -> None:
        self.command = command
        self.shared = shared  # the built-in that the command is a copy of
        self.traces: list[CommandTrace] = []
        self.is_gone = False
        self._is_told: set[str] = set()  # operations whose handlers are running: what they do is not told again
        self._run, self._least, self._most = command.run, command.least, command.most

    def add(self, trace: CommandTrace) -> None:
        """One more; a command whose calls are traced takes any number of words, and complains in its own run."""
        self.traces.insert(0, trace)
        if trace.is_execution:
            self.command.run, self.command.least, self.command.most = self.call, 0, UNLIMITED

    def remove(self, trace: CommandTrace) -> None:
        """One less."""
        trace.removed = True
        self.traces.remove(trace)
        if not any(left.is_execution for left in self.traces):
            self._restore()

    def _restore(self) -> None:
        self.command.run, self.command.least, self.command.most = self._run, self._least, self._most

    # -- the command itself

    def renamed(self, interp: Interp, old: str, new: str) -> None:
        """It has another name; names are fully qualified."""
        self._tell(interp, "rename", old, new)

    def deleted(self, interp: Interp, name: str) -> None:
        """It is about to go: its traces are told and go, too."""
        self._tell(interp, "delete", name, "")
        self.is_gone = True
        for trace in self.traces:
            trace.removed = True
        self.traces.clear()
        self._restore()
        self.command.traces = None

    def _tell(self, interp: Interp, operation: str, old: str, new: str) -> None:
        if operation in self._is_told:
            return
        self._is_told.add(operation)
        try:
            for trace in list(self.traces):
                try:
                    trace.tell(interp, operation, [old, new])
                except LimitExceeded:
                    raise
                except Completion:  # Tcl ignores whatever such a handler ends with
                    continue
        finally:
            self._is_told.discard(operation)

    # -- calls

    def call(self, interp: Interp, args: list[Any]) -> Value:
        """Run the command, telling its execution traces."""
        word, node = interp.command_word, interp.called_from
        text = list_to_str([word, *args])
        called = interp.find_command(to_str(word))
        for trace in list(self.traces):
            trace.tell_call(interp, "enter", text)
        if self.is_gone or interp.find_command(to_str(word)) is not called:
            return interp.invoke([word, *args])
        interp.command_word, interp.called_from = word, node
        after: list[Tailcall | None] = [None]  # what a tailcall wants done once it is left

        def run() -> Value:
            value = self._stepped(interp, word, args)
            after[0], interp.tailcall = interp.tailcall, None
            return value

        value = _told_around(interp, self.traces, "", text, run)
        interp.tailcall = after[0]
        return value if interp.tailcall is None else follow(interp)

    def _stepped(self, interp: Interp, word: Value, args: list[Any]) -> Value:
        steps = [trace for trace in self.traces if not trace.is_stepping and not _STEPS.isdisjoint(trace.operations)]
        if not steps:
            return self._checked(interp, word, args)
        stepper = interp.stepper
        if stepper is None:
            stepper = Stepper(interp)
            interp.step_through(stepper)
        stepper.start(steps)
        try:
            return self._checked(interp, word, args)
        finally:
            stepper.stop(steps)

    def _checked(self, interp: Interp, word: Value, args: list[Any]) -> Value:
        if not self._least <= len(args) <= self._most:
            raise wrong_args(f"{quote_element(to_str(word))} {self.command.usage}".rstrip())
        if isinstance(self.command, Procedure) and self._run == self.command.call:
            return self.command.call_alone(interp, args)
        return self._run(interp, args)


# ---- steps -----------------------------------------------------------------------------------------


class Stepper:
    """The traces that are told of every command, while traced ones run; the trace that began first goes first."""

    def __init__(self, interp: Interp) -> None:
        self._interp = interp
        self._traces: list[CommandTrace] = []

    def start(self, traces: list[CommandTrace]) -> None:
        """A traced command begins."""
        self._traces += traces
        for trace in traces:
            trace.is_stepping = True

    def stop(self, traces: list[CommandTrace]) -> None:
        """It is done."""
        for trace in traces:
            trace.is_stepping = False
            self._traces.remove(trace)
        if not self._traces:
            self._interp.step_through(None)

    def around(self, run: Callable[[Value, list[Any]], Value], word: Value, args: list[Any]) -> Value:
        """Run one command, telling of it; the part of an ensemble that is meant counts as a command of its own."""
        name = to_str(word)
        found = self._interp.find_command(name)
        if found is None:
            return run(word, args)

        def member() -> Value:
            return run(word, args)

        inner = _member_words(name, found, args)
        if inner is None:
            return self._told([word, *args], member)
        return self._told([word, *args], lambda: self._told(inner, member))

    def _told(self, words: list[Any], run: Callable[[], Value]) -> Value:
        text = list_to_str(words)
        for trace in list(self._traces):
            trace.tell_call(self._interp, "enterstep", text)
        return _told_around(self._interp, self._traces, "step", text, run)


def _member_words(name: str, command: Command, args: list[Any]) -> list[Any] | None:
    """The words with which a built-in ensemble calls its part, or None."""
    plain = name.removeprefix("::")
    if not args or builtins().get(plain) is not command:
        return None
    members = members_of(plain)
    if not members:
        return None
    try:
        member = find_subcommand(to_str(args[0]), members)
    except TclError:  # the ensemble itself will say so
        return None
    return [f"::tcl::{plain}::{member}", *args[1:]]


# ---- adding and removing ----------------------------------------------------------------------------


def _found(interp: Interp, name: str) -> tuple[Namespace, str, Command]:
    found = interp.frame.namespace.find_command(name)
    if found is None:
        raise TclError(f'unknown command "{name}"', ["TCL", "LOOKUP", "COMMAND", name])
    return found


def add(interp: Interp, name: str, trace: CommandTrace) -> None:
    """Trace a command. Raises TclError 'unknown command "x"'."""
    space, tail, command = _found(interp, name)
    if command.traces is None:
        shared = None
        if type(command) is Command:
            shared = command
            command = Command(shared.run, shared.usage, shared.least, shared.most, shared.safe)
        space.commands[tail] = command  # also when it is the same: what relies on it being untraced is told
        command.traces = CommandTraces(command, shared)
    command.traces.add(trace)


def remove(interp: Interp, name: str, trace: CommandTrace) -> None:
    """Remove a trace that `traces_of` gave."""
    space, tail, command = _found(interp, name)
    traces = command.traces
    if traces is None or trace not in traces.traces:
        return
    traces.remove(trace)
    if not traces.traces:
        command.traces = None
        if traces.shared is not None:
            space.commands[tail] = traces.shared


def traces_of(interp: Interp, name: str, is_execution: bool) -> list[CommandTrace]:
    """The traces of a command, or of its execution, the one added last first."""
    command = _found(interp, name)[2]
    return [] if command.traces is None else [t for t in command.traces.traces if t.is_execution == is_execution]
