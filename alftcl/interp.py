"""The interpreter: its state, calling commands, and the direct engine.

    eval(script)          parse (cached by text) and run in the current frame
      run(script, unit)     each command: substitute its words, find it, check the count, call it
        fn(interp, args)      a built-in, or a procedure that runs its body in a new frame

**Units** are what errorInfo is about. Tcl logs one command for each piece of code it compiles: a procedure's
body together with the literal bodies of the if, while ... in it is one piece. A script at the top, and each
bracket in it, is not compiled and logs every command. So `unit` is 0 for uncompiled code and otherwise a
number that a body shares with the inlined bodies and brackets in it; an error remembers the unit that has
logged it last.

What is not here: variables and frames (frames.py), names (namespaces.py), limits (safe.py); and three groups of
methods that are bound in the class: named_variables.py, programs.py, observing.py.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import nullcontext
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from alftcl import builtin_ensembles, environment, memory, named_variables, observing, plain, programs
from alftcl.channel_table import ChannelTable
from alftcl.children import Family
from alftcl.collector import seldom
from alftcl.errors import Completion, LimitExceeded, Return, TclError
from alftcl.events import Events
from alftcl.frames import (
    Frame,
    as_level,
)
from alftcl.namespaces import Namespace, last_part
from alftcl.packages import Packages
from alftcl.plain import kept
from alftcl.procedures import Procedure, Tailcall, lambda_of, leave
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
    from alftcl.oo.world import World
    from alftcl.profiling import Profile

NESTING = ["TCL", "LIMIT", "STACK"]
TOO_DEEP = "too many nested evaluations (infinite loop?)"
_PYTHON_FRAMES = 40  # for each nested evaluation, at most: what a level of Tcl takes of Python's own limit


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
        self.weigh: Callable[[Value, list[Any]], None] | None = None
        self.is_limited = False
        self.exceeded: LimitExceeded | None = None  # the limit on memory, until this program has ended
        self.largest_value = memory.LARGEST_VALUE
        self.largest_integer = memory.LARGEST_INTEGER  # bits
        self.script_file: Value = ""
        self.now: float | None = None  # what `clock` says; None: the machine's own clock
        self.calls_until_generated, self.rounds_until_generated = observing.COLD
        self.lambdas: dict[str, Procedure] = {}
        self.tailcalls: dict[Frame, Tailcall] = {}  # of frames that still run
        self.tailcall: Tailcall | None = None  # of the frame that was just left
        self.uplevel: tuple[Frame, Frame] | None = None  # the frame an uplevel went to, and where it came from
        self.error_stack: list[Any] = []  # of the last error
        self.stopped_at = ""  # the command at the top that ended with break, continue or an unknown code
        self.channels = ChannelTable(standard=not safe)
        self.family = Family()
        self.events = Events()
        self.coroutine: Coroutine | None = None  # the one that runs now
        self.coroutines: list[Coroutine] = []
        self.messages: Catalogue | None = None  # of msgcat, which comes with its first use
        self.objects: World | None = None  # of TclOO, which come with their first use
        self.packages = Packages()
        self.packages.provided |= {"Tcl": environment.TCL_PATCH_LEVEL, "TclOO": environment.TCLOO_VERSION}
        self.packages.unknown = "" if safe else "::tcl::tm::UnknownHandler ::tclPkgUnknown"
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
        if (self.calls_until_generated, self.rounds_until_generated) == observing.COLD:
            self.calls_until_generated, self.rounds_until_generated = observing.WARM
        self.root.watched.changed = made.changed
        return made

    # ---- variables by name (named_variables.py) ---------------------------------------------------------

    get_var = named_variables.get_var
    get_element = named_variables.get_element
    set_var = named_variables.set_var
    set_element = named_variables.set_element
    set_array = named_variables.set_array
    scalar = named_variables.scalar
    array = named_variables.array
    variable_for_update = named_variables.variable_for_update
    unset_var = named_variables.unset_var
    unset_element = named_variables.unset_element
    has_var = named_variables.has_var
    tell_read = named_variables.tell_read

    @property
    def in_body(self) -> bool:
        """Whether the code that runs is compiled with the procedure whose locals it sees."""
        return self.unit == self.frame.unit

    # ---- programs (programs.py), and what sees commands go by (observing.py) ------------------------------

    eval_top = programs.eval_top
    at_top = programs.at_top
    publish = programs.publish
    step_through = observing.step_through
    weigh_with = observing.weigh_with
    profile_with = observing.profile_with
    direct_only = observing.direct_only

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
        return self.dispatch(words[0], words[1:])

    def invoke_logged(self, words: list[Any], target: Command | None = None) -> Value:
        """`invoke` for words that stand in no script: errorInfo tells of them. `target` is what they mean, if known."""
        try:
            return self.invoke(words) if target is None else self.invoke_command(target, words)
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

    def dispatch(self, word: Value, args: list[Any]) -> Value:
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
                value = self.dispatch(word, args)
            if script.fault is not None:
                command = None
                raise TclError(script.fault.message)
            return value
        except TclError as error:
            log(self, error, script, command, unit, [] if word is None else [word, *args])
            raise
        except Completion:
            if not unit and command is not None:
                self.stopped_at = script.text[command.start : command.end]
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

    lambda_of = lambda_of

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
        if locals_only and not self.in_body:
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
