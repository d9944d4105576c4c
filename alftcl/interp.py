"""The interpreter: commands, variables by name, and the direct engine.

    eval(script)          parse (cached by text) and run in the current frame
      run(script, unit)     each command: substitute its words, find it, check the count, call it
        fn(interp, args)      a built-in, or a procedure that runs its body in a new frame

**Units** are what errorInfo is about. Tcl logs one command for each piece of code it compiles: a procedure's
body together with the literal bodies of the if, while ... in it is one piece. A script at the top, and each
bracket in it, is not compiled and logs every command. So `unit` is 0 for uncompiled code and otherwise a
number that a body shares with the inlined bodies and brackets in it; an error remembers the unit that has
logged it last.

What is not here: variables and frames (frames.py), names (namespaces.py), limits (safe.py).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from alftcl import builtin_ensembles, environment, memory, plain
from alftcl.channel_table import ChannelTable
from alftcl.children import Family
from alftcl.collector import seldom
from alftcl.errors import Completion, LimitExceeded, Return, TclError
from alftcl.events import Events
from alftcl.frames import (
    IS_ARRAY,
    NO_ELEMENT,
    NO_SUCH,
    NOT_ARRAY,
    Frame,
    Variable,
    as_level,
    not_found,
    split_name,
    variable_error,
)
from alftcl.namespaces import Namespace, find_variable, forget, last_part, make_variable
from alftcl.packages import Packages
from alftcl.plain import kept
from alftcl.procedures import Procedure, Tailcall, complete, leave, read_formals, unexpected
from alftcl.table import Command, builtins, wrong_args
from alftcl.tree import Command as CommandNode
from alftcl.tree import Expand, Literal, Script
from alftcl.unwinding import log, log_source
from alftcl.values import Value, list_to_str, quote_element, to_list, to_str

if TYPE_CHECKING:
    from alftcl.command_traces import Stepper
    from alftcl.coroutines import Coroutine
    from alftcl.generated.engine import Engine
    from alftcl.msgcat.catalogue import Catalogue
    from alftcl.profiling import Profile

NESTING = ["TCL", "LIMIT", "STACK"]
TOO_DEEP = "too many nested evaluations (infinite loop?)"
_PYTHON_FRAMES = 40  # for each nested evaluation, at most: what a level of Tcl takes of Python's own limit
_LAMBDAS_KEPT = 500
# After how many calls a procedure, and after how many rounds a loop is generated: the engine takes some 3 ms to
# be imported, a procedure that is called but once is not worth it.
COLD = (10, 100)
WARM = (2, 60)
NEVER = (sys.maxsize, sys.maxsize)


@lru_cache(maxsize=2000)
def _parsed(text: str) -> Script:
    script = plain.read_ahead(text) or plain.parse(text)
    if script is not None:
        return script
    from alftcl.grammar_script import parse

    return parse(text)


memory.kept_in(_parsed.cache_clear)


def _read_long(text: str) -> Script:
    return plain.parse_long(text) or _parsed(text)


def no_limits() -> None:
    """There is nothing to check."""


def no_growth(length: int) -> None:
    """Nobody counts what is built."""


def _weighing(
    dispatch: Callable[[Value, list[Any]], Value], weigh: Callable[[Value, list[Any]], None]
) -> Callable[[Value, list[Any]], Value]:
    def run(word: Value, args: list[Any]) -> Value:
        value = dispatch(word, args)
        weigh(value, args)
        return value

    return run


class Interp:
    """A Tcl interpreter.

    `safe` leaves out the commands that reach outside (see safe.py). `depth` counts nested evaluations up
    to `recursion_limit`. `command_word` is the name by which the running command was called, `called_from`
    the node it was called from (None when it was called with values). `commands_run` is info cmdcount.
    """

    def __init__(self, safe: bool = False) -> None:
        self.safe = safe
        self.root = Namespace("", None)
        self.frame = self.root_frame = Frame(self.root.variables, self.root, None)
        self.root_frame.links = self.root.links
        self.unit = 0
        self.units = 0
        self.depth = 0
        self.recursion_limit = 1000
        self.command_word: Value = ""
        self.called_from: CommandNode | None = None
        self.profiler: Profile | None = None  # while scripts are profiled
        self.stepper: Stepper | None = None  # while step traces are told: commands must not go past it
        self.commands_run = 0
        self.commands_checked = sys.maxsize  # when commands_run reaches this, check_limits is called
        self.charge: Callable[[], None] = no_limits  # a child's: what it runs counts for its parent too
        self.check_limits: Callable[[], None] = no_limits  # safe.py puts its own here
        self.grow: Callable[[int], None] = no_growth  # before a large value is built: safe.py's, or a child's
        self._weigh: Callable[[Value, list[Any]], None] | None = None
        self.is_limited = False
        self.exceeded: LimitExceeded | None = None  # the limit on memory, until this program has ended
        self.largest_value = memory.LARGEST_VALUE
        self.largest_integer = memory.LARGEST_INTEGER  # bits
        self.script_file: Value = ""
        self.now: float | None = None  # what `clock` says; None: the machine's own clock
        self.calls_until_generated, self.rounds_until_generated = COLD
        self._lambdas: dict[str, Procedure] = {}
        self.tailcalls: dict[Frame, Tailcall] = {}  # of frames that still run
        self.tailcall: Tailcall | None = None  # of the frame that was just left
        self.uplevel: tuple[Frame, Frame] | None = None  # the frame an uplevel went to, and where it came from
        self.error_stack: list[Any] = []  # of the last error
        self._stopped_at = ""  # the command at the top that ended with break, continue or an unknown code
        self.channels = ChannelTable(standard=not safe)
        self.family = Family()
        self.events = Events()
        self.coroutine: Coroutine | None = None  # the one that runs now
        self.coroutines: list[Coroutine] = []
        self.messages: Catalogue | None = None  # of msgcat, which comes with its first use
        self.packages = Packages()
        self.packages.provided["Tcl"] = environment.TCL_PATCH_LEVEL
        for name, command in builtins().items():
            if command.safe or not safe:
                self.add_command(name, command)
        self.root.make("::tcl::mathop").exports.append("*")
        builtin_ensembles.install(self)
        environment.install(self)

    @cached_property
    def engine(self) -> Engine:
        """The generated engine."""
        from alftcl.generated.engine import Engine

        made = Engine(self)
        if (self.calls_until_generated, self.rounds_until_generated) == COLD:
            self.calls_until_generated, self.rounds_until_generated = WARM
        self.root.watched.changed = made.changed
        return made

    # ---- commands ------------------------------------------------------------------------------------

    def add_command(self, name: str, command: Command) -> None:
        """Put a command in place; its namespace is made if need be."""
        space = self.root
        if "::" in name:
            space = self.root.make(name.rpartition("::")[0] or "::")
            name = last_part(name)
        space.put(self, name, command)

    def find_command(self, name: str) -> Command | None:
        """The command of that name, seen from the current namespace."""
        found = self.frame.namespace.find_command(name)
        return None if found is None else found[2]

    def call(self, name: str, *args: Value) -> Value:
        """Call a command with values."""
        return self.invoke([name, *args])

    def invoke(self, words: list[Any]) -> Value:
        """Call the command words[0] with the other words."""
        self.called_from = None
        return self._dispatch(words[0], words[1:])

    def invoke_logged(self, words: list[Any]) -> Value:
        """`invoke` for words that stand in no script: errorInfo tells of them as of a command."""
        try:
            return self.invoke(words)
        except TclError as error:
            self.log_words(error, words)
            raise

    def log_words(self, error: TclError, words: list[Any]) -> None:
        """Note a command that stands in no script."""
        error.unit, error.text, error.line = 0, None, 1
        if error.is_logged:
            error.is_logged = False
        else:
            log_source(self, error, list_to_str(words), words)

    def invoke_command(self, target: Command, words: list[Any]) -> Value:
        """Call a command that is already found, by the name words[0]."""
        args = words[1:]
        if not target.least <= len(args) <= target.most:
            raise wrong_args(f"{quote_element(to_str(words[0]))} {target.usage}".rstrip())
        self.commands_run += 1
        if self.commands_run >= self.commands_checked:
            self.check_limits()
        self.called_from = None
        self.command_word = words[0]
        return target.run(self, args)

    def invoke_compiled(self, action: Callable[[], Value]) -> Value:
        """What Tcl computes when it compiles a command of literal words: errors come from within that command."""
        try:
            return action()
        except TclError as error:
            if error.info is None and self.inline_unit():
                error.add_info("")
            raise

    def _dispatch(self, word: Value, args: list[Any]) -> Value:
        name = word if type(word) is str else to_str(word)
        target = self.frame.namespace.commands.get(name)
        if target is None:
            target = self.find_command(name)
            if target is None:
                return self._unknown(name, args)
        count = len(args)
        if count < target.least or count > target.most:
            raise wrong_args(f"{quote_element(name)} {target.usage}".rstrip())
        self.commands_run += 1
        if self.commands_run >= self.commands_checked:
            self.check_limits()
        self.command_word = word
        return target.run(self, args)

    def step_through(self, stepper: Stepper | None) -> None:
        """Have every command go through `stepper.around(dispatch, word, args)`; None: as always."""
        self.direct_only(stepper is not None or self.profiler is not None)
        self.stepper = stepper
        self._wrap_dispatch()

    def weigh_with(self, weigh: Callable[[Value, list[Any]], None] | None) -> None:
        """Have `weigh(value, args)` called with what each command returns, and its words; None: no longer."""
        self._weigh = weigh
        self._wrap_dispatch()

    def _wrap_dispatch(self) -> None:
        self.__dict__.pop("_dispatch", None)
        dispatch: Callable[[Value, list[Any]], Value] = self._dispatch
        if self._weigh is not None:
            dispatch = _weighing(dispatch, self._weigh)
            self.__dict__["_dispatch"] = dispatch
        if self.stepper is not None:
            around = self.stepper.around
            self.__dict__["_dispatch"] = lambda word, args: around(dispatch, word, args)

    def profile_with(self, profiler: Profile | None) -> None:
        """Have every script go through `profiler.around(run, script, unit)`; None: as always."""
        if profiler is not None and self.profiler is not None:
            raise RuntimeError("the interpreter is profiled already")
        self.direct_only(profiler is not None or self.stepper is not None)
        self.profiler = profiler
        self.__dict__.pop("run", None)
        if profiler is not None:
            own, around = self.run, profiler.around
            self.__dict__["run"] = lambda script, unit: around(own, script, unit)

    def direct_only(self, wanted: bool) -> None:
        """Drop generated code and make no more of it (limits, steps and profiles count commands), or allow it again."""
        wanted = wanted or self.commands_checked != sys.maxsize
        is_cold = "engine" not in self.__dict__
        self.calls_until_generated, self.rounds_until_generated = NEVER if wanted else COLD if is_cold else WARM
        if not is_cold:
            self.engine.begin_again(wanted)

    def _unknown(self, name: str, args: list[Any]) -> Value:
        """A name that no command has: the namespace's unknown handler, or `unknown`, gets its words."""
        space = self.frame.namespace
        handler = to_list(space.unknown or self.root.unknown or "::unknown")
        if handler and self.find_command(to_str(handler[0])) is not None and handler != [name]:
            return self.invoke([*handler, name, *args])
        error = TclError(f'invalid command name "{name}"', ["TCL", "LOOKUP", "COMMAND", name])
        error.options["-errorcode"] = error.errorcode
        raise error

    # ---- evaluation ----------------------------------------------------------------------------------

    def parse(self, text: str) -> Script:
        """The tree of a script; cached by text."""
        return _parsed(text) if len(text) <= plain.LONGEST else _read_long(text)

    def eval(self, script: Any) -> Value:
        """Run a script in the current frame. From outside of any script it is run at the top level."""
        if self.depth == 0:
            return self.eval_top(to_str(script))
        return self.eval_body(script)

    def eval_top(self, text: str) -> Value:
        """Run a script as a program: not compiled, so that errorInfo has every command; errors are published.

        Raises TclError only (and Exit).
        """
        return self.at_top(lambda: self.run(self.parse(text), 0))

    def at_top(self, action: Callable[[], Value]) -> Value:
        """Do something as a program does: what is no error in the end is one here, and errors are published.

        However it ends (a KeyboardInterrupt may come anywhere), the interpreter is where it was before.
        """
        frame, depth, unit = self.frame, self.depth, self.unit
        allowed = memory.allow(self.reserve, self.largest_integer)
        self.enter()
        try:
            return action()
        except TclError as error:
            if self.exceeded is not None:
                self._give_back(error)
            self.publish(error)
            raise
        except Completion as completion:
            return self._end_program(completion)
        finally:
            self.frame, self.depth, self.unit = frame, depth, unit
            memory.allow(*allowed)

    def _give_back(self, error: TclError) -> None:
        """Let go of what a program held that has used up its memory: locals, words, what caches keep."""
        import traceback

        if self.depth == 1:
            self.exceeded = None
        error.stack = None
        traceback.clear_frames(error.__traceback__)
        memory.give_back()

    def _end_program(self, completion: Completion) -> Value:
        """What a program comes to that has ended with a return, or with a code that nothing takes."""
        if isinstance(completion, Return) and completion.level == 1:
            completion.level = 0
            try:
                return complete(completion)
            except Completion as asked:
                completion = asked
        if isinstance(completion, TclError):
            failure = completion
        else:
            failure = unexpected(completion, ["TCL", "UNEXPECTED_RESULT_CODE", str(completion.code)])
        if failure.info is None:
            log_source(self, failure, self._stopped_at, [])
        self.publish(failure)
        raise failure from None

    def eval_body(self, script: Value, unit: int = 0) -> Value:
        """Run a body: as part of a unit (inline_unit), or as one of its own.

        Counts as a command, so that a loop without any is stopped by its limits too.
        """
        self.commands_run += 1
        if self.commands_run >= self.commands_checked:
            self.check_limits()
        text = script if type(script) is str else to_str(script)
        tree = kept.pop(id(text), None) if kept else None  # it holds the text: nothing else can have that id
        if tree is None:
            tree = _parsed(text) if len(text) <= plain.LONGEST else _read_long(text)
        if not unit:
            unit = self.units = self.units + 1
        return self.run(tree, unit)

    def run_unit(self, script: Script) -> Value:
        """Run a script as a unit of its own."""
        self.units += 1
        return self.run(script, self.units)

    def run_bracket(self, script: Script) -> Value:
        """Run a command substitution: it belongs to the unit it stands in."""
        return self.run(script, self.unit)

    def run(self, script: Script, unit: int) -> Value:
        """The direct engine's loop over the commands of a script."""
        outer, self.unit = self.unit, unit
        value: Value = ""
        command = None
        word: Value | None = None
        args: list[Any] = []
        try:
            for command in script.commands:
                word = None
                value = ""  # let go of it: a command may change a value in place that nobody else holds
                literals = command.literals
                if literals is not None:
                    args = literals[1:]
                    word = literals[0]
                elif command.expands:
                    args = self._expanded(command)
                    if not args:
                        continue
                    word = args.pop(0)
                else:
                    args = []
                    for node in command.words:
                        args.append(node.value(self))
                    word = args.pop(0)
                self.called_from = command
                value = self._dispatch(word, args)
            if script.fault is not None:
                command = None
                raise TclError(script.fault.message)
            return value
        except TclError as error:
            log(self, error, script, command, unit, [] if word is None else [word, *args])
            raise
        except Completion:
            if not unit and command is not None:
                self._stopped_at = script.text[command.start : command.end]
            raise
        except RecursionError:
            raise TclError(TOO_DEEP, NESTING) from None
        except MemoryError:
            raise TclError("out of memory", ["TCL", "MEMORY"]) from None
        finally:
            self.unit = outer

    def _expanded(self, command: CommandNode) -> list[Any]:
        args: list[Any] = []
        for node in command.words:
            value = node.value(self)
            if type(node) is Expand:
                args.extend(to_list(value))
            else:
                args.append(value)
        if len(args) > memory.LARGE:
            self.grow(8 * len(args))
        return args

    def eval_file(self, name: str, text: str) -> Value:
        """Run the text of a file (source): not compiled; `return` ends it."""
        outer, self.script_file = self.script_file, name
        self.enter()
        try:
            with seldom() if len(text) > plain.LONGEST else nullcontext():
                return self.run(self.parse(text), 0)
        except Return as completion:
            return leave(completion)
        except TclError as error:
            error.add_info(f'\n    (file "{name}" line {error.line})')
            raise
        finally:
            self.script_file = outer
            self.depth -= 1

    def lambda_of(self, text: str) -> Procedure:
        """The procedure of a lambda expression; cached by text and namespace."""
        known = self._lambdas.get(text)
        if known is not None and known.namespace.alive:
            return known
        try:
            parts = to_list(text) if text else []
        except TclError:
            parts = []
        if len(parts) not in (2, 3):
            raise TclError(f'can\'t interpret "{text}" as a lambda expression', ["TCL", "VALUE", "LAMBDA"])
        space: Namespace | None = self.root
        if len(parts) == 3:
            name = to_str(parts[2])
            name = name if name.startswith("::") else f"::{name}"
            space = self.root.find(name)
            if space is None:
                raise TclError(f'namespace "{name}" not found', ["TCL", "LOOKUP", "NAMESPACE", name])
        assert space is not None
        if len(self._lambdas) > _LAMBDAS_KEPT:
            self._lambdas.clear()
        try:
            formals = read_formals(parts[0])
        except TclError as error:
            error.add_info(f'\n    (parsing lambda expression "{text}")')
            raise
        made = self._lambdas[text] = Procedure("apply", formals, to_str(parts[1]), space)
        return made

    def uncatchable(self, error: TclError) -> None:
        """Called by catch and try: an error that scripts may not catch goes on."""
        if isinstance(error, LimitExceeded):
            raise error

    def inline_unit(self, *places: int, locals_only: bool = False) -> int:
        """The unit that the running command's bodies belong to, or 0 for units of their own.

        Tcl compiles a control command in place when the words it needs for that are literal: `places`
        are their places among the arguments (negative: from the end; none given: all of them).
        Those that set variables are compiled in procedures only (`locals_only`).
        """
        command = self.called_from
        if locals_only and not self._in_body:
            return 0
        if not self.unit or command is None or command.expands:
            return 0
        if command.literals is None:
            words = command.words[1:]
            checked = [words[place] for place in places] if places else words
            if not all(type(word) is Literal for word in checked):
                return 0
        return self.unit

    def look_at_limits(self) -> None:
        """Called while the interpreter waits: time passes though no command runs."""
        if self.commands_checked != sys.maxsize:
            self.check_limits()

    def enter(self) -> None:
        """One more nested evaluation; the caller counts `depth` down again."""
        self.depth += 1
        if self.depth > self.recursion_limit:
            self.depth -= 1
            raise TclError(TOO_DEEP, NESTING)
        if self.depth == 1:
            needed = self.recursion_limit * _PYTHON_FRAMES
            if sys.getrecursionlimit() < needed:
                sys.setrecursionlimit(needed)

    def eval_condition(self, text: Value, unit: int) -> Value:
        """The value of an expression that is part of a unit, or one of its own."""
        outer = self.unit
        if not unit and outer:
            self.units += 1
            self.unit = self.units
        try:
            return self.eval_expr(text)
        finally:
            self.unit = outer

    def eval_expr(self, text: Value) -> Value:
        """The value of an expression."""
        from alftcl.grammar_expr import parse_expr

        return parse_expr(text if type(text) is str else to_str(text)).value(self)

    def math_function(self, name: str, seen_from: Namespace | None = None) -> str | None:
        """The command that a script has made for a function of expr, tcl::mathfunc::name, or None."""
        for space in (seen_from or self.frame.namespace, self.root):
            tcl = space.children.get("tcl")
            functions = None if tcl is None else tcl.children.get("mathfunc")
            found = None if functions is None else functions.commands.get(name)
            if functions is not None and found is not None and found is not builtins().get(f"::tcl::mathfunc::{name}"):
                return functions.qualify(name)
        return None

    def joined(self, text: str) -> str:
        """A text that substitution has built, if it is not too long."""
        if len(text) > memory.LARGE:
            self.reserve(len(text))
        return text

    def reserve(self, length: int) -> None:
        """Called before a command builds a value of this many characters (or elements)."""
        if length > self.largest_value:
            raise memory.too_large(self.largest_value)
        if length > memory.LARGE:
            self.grow(length)

    # ---- errorInfo -----------------------------------------------------------------------------------

    def publish(self, error: TclError) -> None:
        """Set ::errorInfo and ::errorCode, and what info errorstack says."""
        self.error_stack = error.stack or []
        variables = self.root.variables
        for name, value in (("errorInfo", error.info or error.message), ("errorCode", error.errorcode)):
            variable = variables.get(name)
            if variable is None:
                variable = variables[name] = Variable()
            if type(variable) is Variable:
                variable.value = value
                continue
            try:
                variable.write(self, f"::{name}", None, value)
            except TclError as failure:  # of a write trace: there is nobody to tell it to
                self.uncatchable(failure)

    # ---- variables -----------------------------------------------------------------------------------

    def get_var(self, name: str) -> Value:
        """The value of a variable; the name may be qualified and may be an element, a(b)."""
        variable = find_variable(self.frame, name)
        if variable is not None and variable.value is not None:
            return variable.value
        base, key = split_name(name)
        if key is not None:
            return self.get_element(base, key)
        if variable is None:
            raise not_found("read", self._in_body, name, None)
        value = variable.read(self, name)
        if value is not None:
            return value
        reason = NO_SUCH if variable.bare.elements is None else IS_ARRAY
        raise variable_error("read", name, None, reason, ["READ", "VARNAME"])

    def get_element(self, name: str, key: str) -> Value:
        """The value of one element of an array."""
        variable = find_variable(self.frame, name)
        if variable is None:
            raise not_found("read", self._in_body, name, key)
        elements = variable.elements
        if elements is None:
            bare = variable.bare
            if bare.elements is None:
                if bare.value is None:
                    raise not_found("read", self._in_body, name, key)
                raise variable_error("read", name, key, NOT_ARRAY, self._lookup_code(name))
            value = variable.read(self, name, key)
        else:
            value = elements.get(key)
        if value is None:
            raise variable_error("read", name, key, NO_ELEMENT, ["READ", "VARNAME"])
        return value

    @property
    def _in_body(self) -> bool:
        """Whether the code that runs is compiled with the procedure whose locals it sees."""
        return self.unit == self.frame.unit

    def _lookup_code(self, name: str) -> list[str]:
        return ["LOOKUP", "VARNAME"] if self._in_body else ["LOOKUP", "VARNAME", name]

    def set_var(self, name: str, value: Value) -> Value:
        """Set a variable (or element) of the current frame and return the value it then has."""
        variable = self.frame.variables.get(name)
        if type(variable) is Variable and variable.elements is None:
            variable.value = value
            return value
        base, key = split_name(name)
        if key is not None and variable is None:
            return self.set_element(base, key, value)
        return self.scalar(name).write(self, name, None, value)

    def set_element(self, name: str, key: str, value: Value) -> Value:
        """Set one element of an array, which is made if need be."""
        array = self.array(name, key)
        elements = array.elements
        if elements is None:
            return array.write(self, name, key, value)
        elements[key] = value
        return value

    def scalar(self, name: str) -> Variable:
        """The variable of that plain name, to be written: made if need be, an error when it is an array."""
        variable = make_variable(self.frame, name)
        if variable.bare.elements is not None:
            raise variable_error("set", name, None, IS_ARRAY, ["WRITE", "VARNAME"])
        return variable

    def array(self, name: str, key: str | None = None, verb: str = "set") -> Variable:
        """The array of that name, to be written: made if need be; `key` is for the error's words."""
        variable = make_variable(self.frame, name, verb, key)
        if variable.elements is None:
            bare = variable.bare
            if not bare.may_be_array:
                raise variable_error(verb, name, key, NOT_ARRAY, self._lookup_code(name))
            if bare.elements is None:
                bare.elements = {}
        return variable

    def variable_for_update(self, name: str, tells_read: bool = True, verb: str = "set") -> Variable:
        """The variable or element of that name, for a command that reads and writes it and then calls `updated`.

        Traces that are to be told that it is read (`tells_read`) cannot make the command fail. `verb` is what
        the command cannot do when there is no such variable.
        """
        base, key = split_name(name)
        if key is not None:
            return self.array(base, key, verb).updating(self, base, key, tells_read)
        variable = make_variable(self.frame, name, verb)
        if variable.bare.elements is not None:
            if tells_read:
                self.tell_read(name)
                return self.variable_for_update(name, False, verb)  # a trace may have unset the array
            raise variable_error("set", name, None, IS_ARRAY, ["WRITE", "VARNAME"])
        if type(variable) is Variable:
            return variable
        return variable.updating(self, base, key, tells_read)

    def unset_var(self, name: str) -> None:
        """Unset a variable or element; an error when there is none."""
        base, key = split_name(name)
        variable = find_variable(self.frame, name)
        if key is not None and variable is None:
            self.unset_element(base, key)
            return
        if variable is None:
            raise not_found("unset", self._in_body, name, None)
        was_set = variable.is_set
        variable.unset(self, name)
        if not was_set:
            raise variable_error("unset", name, None, NO_SUCH, ["UNSET", "VARNAME"])
        is_gone = type(variable) is Variable and not variable.is_set
        del variable
        if is_gone:
            self._forget(name)

    def _forget(self, name: str) -> None:
        """Drop a variable that is unset from the table it is in."""
        if name in self.frame.variables:
            forget(self.frame.variables, name)
        elif "::" not in name:
            forget(self.root.variables, name)
        elif (place := self.frame.namespace.place_for(name)) is not None:
            forget(place[0].variables, place[1])

    def unset_element(self, name: str, key: str) -> None:
        """Unset one element of an array; an error when there is none."""
        variable = find_variable(self.frame, name)
        if variable is None or not variable.is_set:
            raise not_found("unset", self._in_body, name, key)
        elements = variable.bare.elements
        if elements is None:
            raise variable_error("unset", name, key, NOT_ARRAY, self._lookup_code(name))
        was_set = key in elements
        variable.unset(self, name, key)
        if not was_set:
            raise variable_error("unset", name, key, NO_ELEMENT, ["LOOKUP", "ELEMENT", key])

    def has_var(self, name: str) -> bool:
        """Whether a variable or element is set; traces are not told."""
        variable = find_variable(self.frame, name)
        if variable is not None:
            return variable.is_set
        base, key = split_name(name)
        if key is None:
            return False
        variable = find_variable(self.frame, base)
        return variable is not None and key in (variable.bare.elements or ())

    def tell_read(self, name: str) -> None:
        """Tell the traces of a variable or element that it is read, though nobody takes its value."""
        base, key = split_name(name)
        variable = find_variable(self.frame, name)
        if variable is not None:
            key = None
        elif key is not None:
            name, variable = base, find_variable(self.frame, base)
        if variable is None or type(variable) is Variable or (key is not None and variable.bare.elements is None):
            return
        try:
            variable.read(self, name, key)
        except TclError as error:
            self.uncatchable(error)

    # ---- frames --------------------------------------------------------------------------------------

    def in_frame(self, frame: Frame, action: Callable[[], Value]) -> Value:
        """Do something with another frame as the current one."""
        outer = self.frame
        self.enter()
        self.frame = frame
        try:
            return action()
        finally:
            self.frame = outer
            self.depth -= 1

    def frame_at(self, spec: str) -> Frame | None:
        """The frame of `#2` (absolute) or `1` (callers up), or None."""
        if spec == "1":
            return self.frame.caller
        absolute = spec.startswith("#")
        number = as_level(spec[absolute:])
        if number is None:
            return None
        wanted = number if absolute else self.frame.level - number
        if wanted < 0:
            return None
        frame: Frame | None = self.frame
        while frame is not None and frame.level != wanted:
            frame = frame.caller
        return frame

    def subst(self, text: str, backslashes: bool = True, commands: bool = True, variables: bool = True) -> Value:
        """Substitution as the command `subst` does it."""
        from alftcl.substitute import substitute

        return substitute(self, text, backslashes, commands, variables)

    def hidden(self, name: str) -> TclError:
        """What a safe interpreter says of a command it does not have."""
        return TclError(f'invalid command name "{name}"', ["TCL", "LOOKUP", "COMMAND", name])

    def set_array(self, name: str, pairs: Iterable[tuple[str, Value]]) -> None:
        """Fill a global array, for the interpreter's own variables (env, tcl_platform)."""
        variable = self.root.variables.setdefault(name, Variable())
        variable.elements = dict(pairs)
