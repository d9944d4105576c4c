"""Coroutines (coroutine(n)): commands that stop in the middle and go on when they are called again.

A coroutine has a Python stack of its own (a greenlet), in which its command runs at the top level. What the
interpreter knows of the place where it is (frame, depth, ...) is exchanged at every switch:

    resume     of the caller -> kept;  of the coroutine -> in place
    yield      of the coroutine -> kept;  of the caller -> in place

A coroutine that loses its command is ended before the next one is made, and not when Python happens to collect it:
unwinding its stack must not disturb the place where the interpreter is then.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from greenlet import GreenletExit, getcurrent, greenlet

from alftcl.errors import Completion, Exit, Return, TclError
from alftcl.frames import Frame
from alftcl.namespaces import Namespace
from alftcl.procedures import leave, unexpected
from alftcl.table import UNLIMITED, Command, wrong_args
from alftcl.tree import Command as CommandNode
from alftcl.values import Value, quote_element, to_str

if TYPE_CHECKING:
    from alftcl.interp import Interp


class _Place(NamedTuple):
    """Where an interpreter is."""

    frame: Frame
    depth: int
    unit: int
    command: CommandNode | None
    command_word: Value
    script_file: Value


def _place(interp: Interp) -> _Place:
    return _Place(interp.frame, interp.depth, interp.unit, interp.called_from, interp.command_word, interp.script_file)


def _go(interp: Interp, place: _Place) -> None:
    interp.frame, interp.depth, interp.unit = place.frame, place.depth, place.unit
    interp.called_from, interp.command_word, interp.script_file = place.command, place.command_word, place.script_file


class _Call(NamedTuple):
    """What yieldto wants done in place of the coroutine."""

    words: list[Any]


class Coroutine(Command):
    """A coroutine and its command. `takes_all` after a yieldto: any number of words, else at most one.

    `injected` are commands that it is to run when it goes on, the last one first.
    """

    __slots__ = (
        *("_interp", "_place", "_stack", "_target", "_words"),
        *("ended", "injected", "is_running", "name", "takes_all"),
    )

    def __init__(self, interp: Interp, name: str, words: list[Any]) -> None:
        self._interp = interp
        self._words = words
        self._target = interp.find_command(to_str(words[0]))  # as seen from where it is made
        self._stack = greenlet(self._body)
        self._place = _Place(interp.root_frame, interp.depth, 0, None, "", interp.script_file)
        self.name = name
        self.injected: list[list[Any]] = []
        self.is_running = False
        self.takes_all = False
        self.ended = False
        super().__init__(self._resumed, "?arg?", 0, UNLIMITED)

    def _resumed(self, interp: Interp, args: list[Any]) -> Value:
        if self.is_running:
            shown = to_str(interp.command_word)
            raise TclError(f'coroutine "{shown}" is already running', ["TCL", "COROUTINE", "BUSY"])
        if not self.takes_all and len(args) > 1:
            raise wrong_args(f"{quote_element(to_str(interp.command_word))} ?arg?")
        return self.resume(args if self.takes_all else args[0] if args else "")

    def resume(self, value: Any) -> Value:
        """Let it go on until it yields, and give what it yields; or its result, or its error, when it ends."""
        answer = self._switch(value)
        if isinstance(answer, _Call):
            return self._interp.invoke_logged(answer.words)
        if isinstance(answer, BaseException):
            raise answer
        return answer  # type: ignore[no-any-return]  # a Tcl value

    @property
    def name_now(self) -> str:
        """Its full name, whatever it is called by now."""
        home = self._interp.root.home_of(self)
        return self.name if home is None else home[0].qualify(home[1])

    def _switch(self, value: Any) -> Any:
        interp = self._interp
        caller, outer = _place(interp), interp.coroutine
        interp.coroutine = self
        self.is_running = True
        _go(interp, self._place)
        self._stack.parent = getcurrent()
        try:
            return self._stack.switch(value)
        finally:
            self.is_running = False
            interp.coroutine = outer
            _go(interp, caller)
            if self._stack.dead:
                self._end()

    def give(self, answer: Any) -> Any:
        """Called in the coroutine: stop here with an answer; returns what the next call brings."""
        self._place = _place(self._interp)
        assert self._stack.parent is not None  # only the outermost stack has none
        brought = self._stack.parent.switch(answer)
        while self.injected:
            brought = self._interp.invoke_logged(self.injected.pop())
        return brought

    def give_way(self, words: list[Any]) -> Any:
        """As `give`, with a command that is run where the coroutine was called."""
        return self.give(_Call(words))

    def _body(self, _first: Any) -> Any:
        try:
            return self._interp.invoke_logged(self._words, self._target)
        except TclError as error:
            error.unit, error.text = 0, None
            return error
        except Return as completion:
            try:
                return leave(completion)
            except Completion as left:
                return left
        except Completion as completion:
            return unexpected(completion)
        except Exit as ended:
            return ended

    def _end(self) -> None:
        self.ended = True
        _forget(self._interp, self)

    def kill(self) -> None:
        """End it where it stands."""
        place = _place(self._interp)
        self._stack.parent = getcurrent()
        try:
            self._stack.throw(GreenletExit)
        finally:
            _go(self._interp, place)
            self.ended = True


def _commands(interp: Interp) -> Iterable[tuple[Namespace, str, Command]]:
    spaces = [interp.root]
    while spaces:
        space = spaces.pop()
        spaces.extend(space.below)
        for name, command in list(space.commands.items()):
            yield space, name, command


def _forget(interp: Interp, coroutine: Coroutine) -> None:
    """Remove its command, whatever that is called by now."""
    if coroutine in interp.coroutines:
        interp.coroutines.remove(coroutine)
    for space, name, command in _commands(interp):
        if command is coroutine:
            space.remove(interp, name, command)


def reap(interp: Interp) -> None:
    """End the coroutines whose command is gone."""
    if not interp.coroutines:
        return
    callable_now = {id(command) for _, _, command in _commands(interp)}
    for coroutine in list(interp.coroutines):
        if id(coroutine) not in callable_now and not coroutine.is_running:
            interp.coroutines.remove(coroutine)
            coroutine.kill()
