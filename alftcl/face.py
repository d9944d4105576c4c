"""The Python face: what a program sees that has a Tcl interpreter inside. docs/python.md tells how to use it.

Interp (here)        Python values in and out (python_values.py), commands from functions (python_commands.py),
  |                  limits for each call from outside, streams for channels
interp.Interp        the engine, which knows Tcl values only
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from threading import get_ident
from typing import IO, TYPE_CHECKING, Any, NoReturn, TypeVar, overload

from alftcl.channels import Channel
from alftcl.devices import StreamDevice
from alftcl.interp import Interp as Engine
from alftcl.namespaces import find_variable
from alftcl.python_values import convert, from_python
from alftcl.values import Value, to_str

if TYPE_CHECKING:
    from alftcl.profiling import Profile
    from alftcl.python_traces import Tracing

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])
_MISSING: Any = object()


class Interp(Engine):
    """A Tcl interpreter for Python programs.

    >>> interp = Interp()
    >>> interp.eval("set x 20; expr {$x + 1}")
    21
    >>> interp.call("lsort", "-integer", [3, 1, 2])
    [1, 2, 3]

    `safe` leaves out the commands that reach outside. The limits hold for each call from outside (an eval, a call),
    counted anew: `commands` how many it may run, `seconds` how long it may take, `memory` by how many bytes the process
    may grow meanwhile, `largest_value` how many characters a string may have, `recursion` how deep evaluations may
    nest. Who exceeds one of the first three gets a LimitExceeded, which no script can catch. `stdin`, `stdout` and
    `stderr` are Python streams (text or bytes) for the standard channels; without them a safe interpreter has none,
    another those of the process.

    One thread at a time may use an interpreter; different interpreters know nothing of each other.
    """

    def __init__(
        self,
        safe: bool = False,
        *,
        commands: int | None = None,
        seconds: float | None = None,
        largest_value: int | None = None,
        recursion: int | None = None,
        memory: int | None = None,
        stdin: IO[Any] | None = None,
        stdout: IO[Any] | None = None,
        stderr: IO[Any] | None = None,
    ) -> None:
        super().__init__(safe)
        self._thread = 0
        self._limits: Any = None
        limits = {"commands": commands, "seconds": seconds, "memory": memory}
        limits |= {"largest_value": largest_value, "recursion": recursion}
        given: dict[str, Any] = {name: limit for name, limit in limits.items() if limit is not None}
        if given:
            from alftcl.safe import Limits

            for name, limit in given.items():
                if not (isinstance(limit, int | float) and limit >= 0):
                    raise ValueError(f"the limit {name} is a number from 0 on, not {limit!r}")
            self._limits = Limits(**given)
            self._limits.start(self)
        for name, stream in (("stdin", stdin), ("stdout", stdout), ("stderr", stderr)):
            if stream is not None:
                if not hasattr(stream, "read" if name == "stdin" else "write"):
                    raise TypeError(f"{name} is a Python stream, as open() gives one, not {stream!r}")
                channel = Channel(name, StreamDevice(stream), readable=name == "stdin", writable=name != "stdin")
                channel.buffering = "none"
                self.channels.add(channel)

    # ---- running -------------------------------------------------------------------------------------

    @overload
    def eval(self, script: Any) -> Value: ...
    @overload
    def eval(self, script: Any, *, as_: type[T]) -> T: ...
    def eval(self, script: Any, *, as_: Any = Any) -> Any:
        """Run a script and return its result; `as_` says as what (see alftcl.convert).

        At the top level, or, inside of a Python command, where that was called from. Raises TclError.

        >>> Interp().eval("list 1 2", as_=list[int])
        [1, 2]
        """
        if self.depth:
            self._check_thread()
            return convert(self.eval_body(from_python(script)), as_)
        return convert(self._from_outside(lambda: self.eval_top(to_str(from_python(script)))), as_)

    @overload
    def call(self, name: str, *args: Any) -> Value: ...
    @overload
    def call(self, name: str, *args: Any, as_: type[T]) -> T: ...
    def call(self, name: str, *args: Any, as_: Any = Any) -> Any:
        """Call a command with Python values as its words: no quoting, nothing is substituted.

        >>> Interp().call("llength", ["a b", "$c"])
        2
        """
        words: list[Any] = [name, *[from_python(arg) for arg in args]]
        if self.depth:
            self._check_thread()
            return convert(self.invoke(words), as_)
        return convert(self._from_outside(lambda: self.at_top(lambda: self.invoke_logged(words))), as_)

    @overload
    def expr(self, expression: str) -> Value: ...
    @overload
    def expr(self, expression: str, *, as_: type[T]) -> T: ...
    def expr(self, expression: str, *, as_: Any = Any) -> Any:
        """The value of an expression.

        >>> interp = Interp()
        >>> interp.set("n", 7)
        >>> interp.expr("$n * 6"), interp.expr("$n > 6", as_=bool)
        (42, True)
        """
        return self.call("expr", expression, as_=as_)

    def _from_outside(self, action: Callable[[], Value]) -> Value:
        self._thread = get_ident()
        if self._limits is not None:
            self._limits.start(self)
        return action()

    def _check_thread(self) -> None:
        if self._thread and self._thread != get_ident():
            raise RuntimeError("another thread is using this interpreter")

    # ---- variables -----------------------------------------------------------------------------------

    @overload
    def get(self, name: str, default: Any = ...) -> Any: ...
    @overload
    def get(self, name: str, default: Any = ..., *, as_: type[T]) -> T: ...
    def get(self, name: str, default: Any = _MISSING, *, as_: Any = Any) -> Any:
        """The value of a variable, or of an element of one, `a(key)`; an array is a dict.

        The names are seen from where the interpreter is: from the top level, or, inside of a Python command, from
        its caller; `::name` is global. Without `default`, TclError says that there is no such variable.

        >>> interp = Interp()
        >>> interp.eval("array set size {x 3 y 4}; namespace eval ns {variable v 5}")
        ''
        >>> interp.get("size", as_=dict[str, int]), interp.get("size(x)"), interp.get("ns::v"), interp.get("no", 0)
        ({'x': 3, 'y': 4}, '3', '5', 0)
        """
        if default is not _MISSING and not self.has_var(name):
            return default
        variable = find_variable(self.frame, name)
        if variable is not None and variable.bare.elements is not None:
            return convert(dict(variable.bare.elements), as_)
        return convert(self.get_var(name), as_)

    def set(self, name: str, value: Any) -> None:
        """Set a variable, or an element of one. `call("array", "set", name, {...})` sets a whole array."""
        self.set_var(name, from_python(value))

    def unset(self, *names: str) -> None:
        """Unset variables and elements. Raises TclError when there is no such one."""
        for name in names:
            self.unset_var(name)

    def exists(self, name: str) -> bool:
        """Whether there is such a variable or element, and it is set.

        >>> interp = Interp()
        >>> interp.set("a(x)", None)
        >>> interp.exists("a"), interp.exists("a(x)"), interp.exists("a(y)")
        (True, True, False)
        """
        return self.has_var(name)

    def trace(self, name: str, operations: str | Iterable[str], callback: Callable[[str, str], object]) -> Tracing:
        """Have `callback(name, operation)` called when a variable or element is read, written or unset.

        The operations are "read", "write", "unset", one or several. A read is told before, a write after it has
        happened; `name` is the one that the command used. An exception is the error of that command (not for unset).
        The trace ends with `remove()`, with its `with` block, or with the variable.

        >>> interp = Interp()
        >>> with interp.trace("x", "write", lambda name, operation: print(name, "is", interp.get(name))):
        ...     interp.eval("set x 1; incr x")
        x is 1
        x is 2
        2
        """
        from alftcl.python_traces import Tracing

        return Tracing(self, name, (operations,) if isinstance(operations, str) else operations, callback)

    # ---- commands ------------------------------------------------------------------------------------

    @overload
    def command(self, function: F, /) -> F: ...
    @overload
    def command(self, name: str, /) -> Callable[[F], F]: ...
    def command(self, function: Any, /) -> Any:
        """Make a function a command, under its own name or a given one.

        >>> interp = Interp()
        >>> @interp.command
        ... def scale(number: float, factor: float = 2): return number * factor
        >>> @interp.command("ns::hello")
        ... def greet(*names: str): return "hello " + " and ".join(names)
        >>> interp.eval("list [scale 4] [ns::hello you me]")
        [8.0, 'hello you and me']
        >>> interp.eval("scale")
        Traceback (most recent call last):
        alftcl.errors.TclError: wrong # args: should be "scale number ?factor?"

        What words a signature asks for is in alftcl/python_commands.py and docs/python.md. An exception of the
        function is a Tcl error with the errorCode {PYTHON ValueError} and is the __cause__ of the TclError.
        """
        from alftcl.python_commands import python_command

        if not isinstance(function, str):
            name = getattr(function, "__name__", None)
            if name is None or not callable(function):
                named = "; give its command a name: @interp.command('name')" if callable(function) else ""
                raise TypeError(f"a command is made from a function, not from {function!r}{named}")
            self.add_command(name, python_command(name, function))
            return function

        def under_that_name(decorated: F) -> F:
            self.add_command(function, python_command(function, decorated))
            return decorated

        return under_that_name

    # ---- measuring -----------------------------------------------------------------------------------

    def profile(self) -> Profile:
        """Measure the calls and the time of each procedure and line that run in a `with` block.

        >>> interp = Interp()
        >>> with interp.profile() as profile:
        ...     interp.eval("proc half n {expr {$n / 2}}; half [half 8]")
        2
        >>> profile.procedures["half"].calls, profile.lines["half", 1].calls
        (2, 2)
        """
        from alftcl.profiling import Profile

        return Profile(self)

    # ---- as an object --------------------------------------------------------------------------------

    def close(self) -> None:
        """Close the files that scripts have left open; what waits in their buffers is written."""
        self.channels.close_all()

    def __enter__(self) -> Interp:
        return self

    def __exit__(self, *failure: object) -> None:
        self.close()

    def __reduce__(self) -> NoReturn:
        raise TypeError("an interpreter cannot be pickled or copied: make one and evaluate its scripts there")
