"""Traces of variables (trace add variable): who is told when a variable is read, written or unset.

    Variable  --add-->  Traced  --last one removed, or unset-->  Variable       the class is swapped (frames.py)

    Traced hides     bare        the plain variable that holds the value or the elements
                     whole       traces of the variable itself; for an array they are told of every element too
                     elements    traces of single elements, by key, whether the element is set or not
                     active      what is being told of at this moment (None: itself): nothing is told meanwhile

Order: those of the whole array first, then those of the element; the one added last goes first. A read is told
before the value is taken, a write after it is in place, an unset when the variable has no value and no trace any
more. An error of a read or write trace becomes the error of the command; unset traces cannot fail.

A trace calls a script with three more words, or a Python function (`Trace.tell`). Source: trace(n) of Tcl 8.6.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from alftcl.errors import Completion, LimitExceeded, TclError
from alftcl.frames import (
    IS_ARRAY,
    NOT_ARRAY,
    ElementLink,
    TracedFrame,
    Variable,
    full_name,
    split_name,
    variable_error,
)
from alftcl.namespaces import find_variable, make_variable
from alftcl.values import Value, list_to_str, to_str

if TYPE_CHECKING:
    from alftcl.frames import Frame
    from alftcl.interp import Interp

OPERATIONS = ("array", "read", "unset", "write")
LETTERS = {"read": "r", "write": "w", "unset": "u", "array": "a"}
_VERBS = {"read": "read", "write": "set", "array": "trace array"}

_slot: Any = vars(Variable)["value"]  # the slot's descriptor: a Traced keeps its _Told there

Tell = Callable[["Interp", str, str, str], None]


class Trace:
    """One trace. `tell(interp, name1, name2, op)` is called with the names that the command used.

    `prefix` is the script's beginning, None for a trace made in Python: scripts do not see those.
    """

    __slots__ = ("is_old", "operations", "prefix", "removed", "tell")

    def __init__(self, operations: frozenset[str], tell: Tell, prefix: str | None = None, is_old: bool = False) -> None:
        self.operations = operations
        self.tell = tell
        self.prefix = prefix
        self.is_old = is_old  # made by `trace variable`: it is told the operation's letter
        self.removed = False


class _Told:
    """What a traced variable is besides its value."""

    __slots__ = ("active", "bare", "elements", "whole")

    def __init__(self, bare: Variable) -> None:
        self.bare = bare
        self.whole: list[Trace] = []
        self.elements: dict[str, list[Trace]] = {}
        self.active: set[str | None] = set()

    def of(self, key: str | None, operation: str, link: bool) -> list[Trace]:
        """Whom to tell of an operation, in order."""
        found = list(self.whole) if key is None or not (link or None in self.active) else []
        if key is not None:
            found += self.elements.get(key, ())
        return [trace for trace in found if operation in trace.operations]


class Traced(Variable):
    """A variable with traces, or an array that has some on its elements."""

    __slots__ = ()

    @property
    def value(self) -> Value | None:
        return None

    @value.setter
    def value(self, value: Value | None) -> None:
        self.told.bare.value = value

    @property  # hidden as the value is
    def elements(self) -> dict[str, Value] | None:
        return None

    @elements.setter
    def elements(self, elements: dict[str, Value] | None) -> None:
        self.told.bare.elements = elements

    @property
    def told(self) -> _Told:
        """Its traces."""
        told: _Told = _slot.__get__(self)
        return told

    @property
    def bare(self) -> Variable:
        return self.told.bare

    @property
    def is_set(self) -> bool:
        return self.told.bare.is_set

    @property
    def has_traces(self) -> bool:
        return bool(self.told.whole)

    def clear(self) -> None:
        self.told.bare.clear()

    def read(self, interp: Interp, name: str, key: str | None = None, link: bool = False) -> Value | None:
        self.tell(interp, name, key, "read", link)
        return self.bare.read(interp, name, key)  # which is another one when a trace has unset it

    def write(self, interp: Interp, name: str, key: str | None, value: Value, link: bool = False) -> Value:
        self.told.bare.write(interp, name, key, value)
        self.tell(interp, name, key, "write", link)
        found = self.bare.read(interp, name, key)
        return "" if found is None else found

    def unset(self, interp: Interp, name: str, key: str | None = None, link: bool = False) -> None:
        told = self.told
        if key is not None:
            if key not in told.elements and key not in (told.bare.elements or ()):
                return
            found = told.of(key, "unset", link)
            told.bare.unset(interp, name, key)
            for trace in told.elements.pop(key, ()):
                trace.removed = True
            self.settle()
            _tell_unset(interp, found, name, "" if link else key)
            return
        told.bare = Variable()
        _make_plain(self)
        for trace in [*told.whole, *(trace for traces in told.elements.values() for trace in traces)]:
            trace.removed = True
        _tell_unset(interp, told.whole, name, "")
        for element, traces in told.elements.items():
            _tell_unset(interp, traces, name, element)

    def updating(
        self, interp: Interp, name: str, key: str | None, tells_read: bool = True, link: bool = False
    ) -> Variable:
        return _Update(self, interp, name, key, tells_read, link)

    def tell(self, interp: Interp, name: str, key: str | None, operation: str, link: bool = False) -> None:
        """Tell the traces of an operation other than unset. Raises what the command that does it shall raise."""
        told = self.told
        if key in told.active:
            return
        found = told.of(key, operation, link)
        if not found:
            return
        shown = None if link else key
        told.active.add(key)
        caller = interp.called_from, interp.command_word
        try:
            for trace in found:
                if not trace.removed:
                    trace.tell(interp, name, shown or "", operation)
        except LimitExceeded:
            raise
        except Completion as completion:
            raise _failure(completion, operation, full_name(name, shown)) from None
        finally:
            told.active.discard(key)
            interp.called_from, interp.command_word = caller

    def settle(self) -> None:
        """Become a plain variable again when no trace is left."""
        if not self.told.whole and not self.told.elements:
            _make_plain(self)


class _Update(Variable):
    """The value of a traced variable while one command changes it: it is told of once, at the end."""

    __slots__ = ("_interp", "_key", "_link", "_name", "_target")

    def __init__(
        self, target: Traced, interp: Interp, name: str, key: str | None, tells_read: bool, link: bool
    ) -> None:
        super().__init__()
        self._target = target
        self._interp = interp
        self._name = name
        self._key = key
        self._link = link
        if not tells_read:
            self.value = target.bare.read(interp, name, key)
            return
        try:
            self.value = target.read(interp, name, key, link)
        except LimitExceeded:
            raise
        except TclError:  # a value that cannot be read counts as none
            self.value = None

    def updated(self) -> Value:
        value = "" if self.value is None else self.value
        bare, shown = self._target.bare, None if self._link else self._key
        if self._key is None and bare.elements is not None:  # which a read trace has made of it
            raise variable_error("set", self._name, None, IS_ARRAY, ["WRITE", "VARNAME"])
        if self._key is not None and bare.value is not None:
            raise variable_error("set", self._name, shown, NOT_ARRAY, ["LOOKUP", "VARNAME", self._name])
        return self._target.write(self._interp, self._name, self._key, value, self._link)


def _make_plain(variable: Traced) -> None:
    """Back to the class that everything is quick with; links to it go on."""
    bare = variable.told.bare
    variable.__class__ = Variable  # type: ignore[assignment]  # the swap that this module is about
    variable.value, variable.elements = bare.value, bare.elements


def _make_traced(variable: Variable) -> Traced:
    if isinstance(variable, Traced):
        return variable
    bare = Variable(variable.value)
    bare.elements = variable.elements
    variable.elements = None
    variable.__class__ = Traced
    _slot.__set__(variable, _Told(bare))
    assert isinstance(variable, Traced)
    return variable


def _failure(completion: Completion, operation: str, name: str) -> TclError:
    """The error of a command whose trace did not end well."""
    message = to_str(completion.value)
    info = completion.info if isinstance(completion, TclError) and completion.info is not None else message
    code = completion.errorcode if isinstance(completion, TclError) and operation == "array" else None
    return TclError(
        f'can\'t {_VERBS[operation]} "{name}": {message}',
        code or (["NONE"] if operation == "array" else ["TCL", operation.upper(), "VARNAME"]),
        f'{info}\n    ({operation} trace on "{name}")',
    )


def _tell_unset(interp: Interp, traces: list[Trace], name: str, key: str) -> None:
    caller = interp.called_from, interp.command_word
    for trace in traces:
        if "unset" in trace.operations:
            try:
                trace.tell(interp, name, key, "unset")
            except LimitExceeded:
                raise
            except Completion:  # Tcl ignores whatever an unset trace ends with
                continue
            finally:
                interp.called_from, interp.command_word = caller


# ---- adding and removing ----------------------------------------------------------------------------


def run_handler(interp: Interp, prefix: str, words: list[Any]) -> Value:
    """Run a trace's script with more words, where the interpreter is."""
    interp.enter()
    try:
        return interp.run(interp.parse(f"{prefix} {list_to_str(words)}"), 0)
    finally:
        interp.depth -= 1


def script_trace(operations: frozenset[str], prefix: Value, is_old: bool = False) -> Trace:
    """A trace that runs a script: the prefix with name1, name2 and the operation after it."""
    text = to_str(prefix)

    def tell(interp: Interp, name: str, key: str, operation: str) -> None:
        run_handler(interp, text, [name, key, LETTERS[operation] if is_old else operation])

    return Trace(operations, tell, text, is_old)


def add(interp: Interp, name: str, trace: Trace, frame: Frame | None = None) -> None:
    """Trace a variable or element, as it is called in a frame (the current one); it is made, unset, if need be."""
    frame = frame or interp.frame
    variable, key = _made(frame, name)
    told = _make_traced(variable).told
    if key is None:
        told.whole.insert(0, trace)
    else:
        told.elements.setdefault(key, []).insert(0, trace)
    frame = interp.frame
    while True:
        if frame.owns(variable):
            frame.__class__ = TracedFrame
        if frame.caller is None:
            return
        frame = frame.caller


def _made(frame: Frame, name: str) -> tuple[Variable, str | None]:
    """The variable to be traced, or the array and the key of the element."""
    variable = find_variable(frame, name)
    base, key = split_name(name)
    if variable is None and key is not None:
        array = make_variable(frame, base, "trace", key)
        bare = array.bare
        if bare.value is not None:
            raise TclError(f"can't trace \"{name}\": variable isn't array", ["TCL", "LOOKUP", "VARNAME", base])
        if bare.elements is None:
            bare.elements = {}
        return array, key
    return _behind_link(make_variable(frame, name, "trace") if variable is None else variable)


def _behind_link(variable: Variable) -> tuple[Variable, str | None]:
    return (variable.array, variable.key) if isinstance(variable, ElementLink) else (variable, None)


def traces_of(interp: Interp, name: str) -> list[Trace]:
    """The traces of a variable or element, the one added last first. A change of the list changes nothing."""
    found = _found(interp.frame, name)
    if found is None:
        return []
    told, key = found[0].told, found[1]
    return list(told.whole if key is None else told.elements.get(key, ()))


def _found(frame: Frame, name: str) -> tuple[Traced, str | None] | None:
    variable = find_variable(frame, name)
    key: str | None = None
    if variable is not None:
        variable, key = _behind_link(variable)
    else:
        base, key = split_name(name)
        variable = None if key is None else find_variable(frame, base)
    return (variable, key) if isinstance(variable, Traced) else None


def remove(interp: Interp, name: str, trace: Trace, frame: Frame | None = None) -> None:
    """Remove a trace that was added, or that `traces_of` gave."""
    found = _found(frame or interp.frame, name)
    if found is None or trace.removed:
        return
    variable, key = found
    trace.removed = True
    told = variable.told
    if key is None:
        told.whole.remove(trace)
    else:
        told.elements[key].remove(trace)
        if not told.elements[key]:
            del told.elements[key]
    variable.settle()
