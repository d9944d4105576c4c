"""The job as its script says it: what `runtime.job.script` reads and everything else works on.

A job is a tree. Nothing here has state: what ran, failed or waits is `runtime.job.graph`.

    Job
     |- tasks: Node ...         Node = Task | Instance | Iterate
     |- cleanup: Cmd ...
     `- postscript: Cmd ...
    Task
     |- subtasks: Node ...      children first,
     |- cmds: Cmd ...           then these in order,
     `- cleanup: Cmd ...        then these

Every option that the script gave stands in `options` under its name without the dash, as text after variable
substitution and untrimmed (reference section 10, "One value, three steps", step 1). Options that hold operators
(-subtasks, -cmds, -cleanup, -postscript, -init, -template) stand as the trees that they mean instead.

A job of 500,000 tasks is these objects half a million times: they are msgspec structs outside the garbage collector's
sight (`gc=False`: they never form cycles), equal option mappings are one object, and sequences are tuples.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import NewType

import msgspec

JobId = NewType("JobId", int)
TaskId = NewType("TaskId", int)
"""Number of a task in its job, from 1 in document order; tasks that appear while the job runs get the next ones."""
CmdId = NewType("CmdId", int)
"""Number of a command in its job, from 1; like TaskId."""

Options = Mapping[str, str]
NO_OPTIONS: Options = MappingProxyType({})


class CmdKind(Enum):
    """The operator that a command was written with; its value is the `kind` of the JSON form."""

    CMD = "Cmd"
    REMOTE = "RemoteCmd"
    BUILTIN = "builtin"


class Scope(msgspec.Struct, frozen=True):
    """The script variables that a piece of a job sees: Assigns of the job, Iterate variables, file-level `set`s.

    The innermost wins. Kept with an Iterate (its steps are read later) and with a command that has an -if.
    """

    variables: Mapping[str, str]
    outer: Scope | None = None

    def get(self, name: str) -> str | None:
        scope: Scope | None = self
        while scope is not None:
            value = scope.variables.get(name)
            if value is not None:
                return value
            scope = scope.outer
        return None


class Cmd(msgspec.Struct, gc=False):
    """A command: Cmd, RemoteCmd, or a built-in File operation in any of its spellings.

    `launch` is the positional words joined by blanks, before % codes. `words` is set only where the argument words
    cannot be read back from `launch` (a bracket's result stays inside its word): use `substitute.argv(cmd)`.
    """

    kind: CmdKind
    launch: str
    options: Options = NO_OPTIONS
    line: int = 0
    words: tuple[str, ...] | None = None
    scope: Scope | None = None


class Task(msgspec.Struct, gc=False):
    """A task: its children, then its commands, then its cleanup. `options` holds id, service, chaser, preview, ..."""

    title: str
    options: Options = NO_OPTIONS
    subtasks: tuple[Node, ...] = ()
    cmds: tuple[Cmd, ...] = ()
    cleanup: tuple[Cmd, ...] = ()
    line: int = 0


class Instance(msgspec.Struct, gc=False):
    """Waits for another task of the job, found by title or id (`runtime.job.references`).

    `of` is that very task where a step of an Iterate waits for one of the Iterate's own -subtasks: no search by name.
    """

    name: str
    line: int = 0
    of: Task | None = None


class Iterate(msgspec.Struct, gc=False):
    """A loop over a template, read step by step: `runtime.job.script.expand_step(iterate, k)` gives step k's nodes.

    Values of the variable are first, first + by, ... up to last inclusive. `subtasks` stand once, in front of the
    first
    step's first top-level task; `expand_step` puts them (step 0) or Instances of them (later) where they belong.
    """

    variable: str
    first: int
    last: int
    by: int
    template: str
    subtasks: tuple[Node, ...] = ()
    scope: Scope | None = None
    line: int = 0
    template_line: int = 0

    @property
    def steps(self) -> int:
        """How many steps there are; 0 when the range is empty."""
        return max(0, (self.last - self.first) // self.by + 1)


Node = Task | Instance | Iterate


class Job(msgspec.Struct):
    """One job of a script. `file` is the script's name as the user gave it; `paused` covers -paused and AlfJobPause."""

    title: str
    options: Options = NO_OPTIONS
    tasks: tuple[Node, ...] = ()
    cleanup: tuple[Cmd, ...] = ()
    postscript: tuple[Cmd, ...] = ()
    scope: Scope | None = None
    file: str = ""
    line: int = 0
    paused: bool = False


class Severity(Enum):
    ERROR = "error"
    WARNING = "warning"


class Diagnostic(msgspec.Struct, frozen=True):
    """One finding of the reader: `file:line:column: severity: text` and a hint where one is obvious; counted from 1."""

    line: int
    column: int
    severity: Severity
    text: str
    hint: str = ""


class Reading(msgspec.Struct):
    """What reading a script gave: its jobs (none of them usable when there is an error) and everything found."""

    jobs: tuple[Job, ...]
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def failed(self) -> bool:
        return any(found.severity is Severity.ERROR for found in self.diagnostics)
