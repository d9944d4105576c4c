"""info(n): what exists, what runs, and what this interpreter is."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from alftcl import environment
from alftcl.command_frames import levels
from alftcl.errors import TclError
from alftcl.frames import Frame, Variable
from alftcl.namespaces import Imported, Namespace, last_part, qualifiers
from alftcl.procedures import Formal, Procedure
from alftcl.table import subcommand
from alftcl.values import Value, match_glob, to_int, to_str

if TYPE_CHECKING:
    from alftcl.interp import Interp

VERSION = "8.6"
PATCH_LEVEL = "8.6.13"


def _matching(names: Iterable[str], args: list[Any]) -> list[Any]:
    if not args:
        return list(names)
    pattern = to_str(args[0])
    return [name for name in names if match_glob(pattern, name)]


# ---- procedures --------------------------------------------------------------------------------------


def _procedure(interp: Interp, word: Value) -> Procedure:
    name = to_str(word)
    found: Any = interp.find_command(name)
    while isinstance(found, Imported):
        found = found.target
    if not isinstance(found, Procedure):
        raise TclError(f'"{name}" isn\'t a procedure', ["TCL", "LOOKUP", "PROCEDURE", name])
    return found


@subcommand("info", "args", "procname")
def info_args(interp: Interp, args: list[Any]) -> Value:
    return [formal.name for formal in _procedure(interp, args[0]).formals]


@subcommand("info", "body", "procname")
def info_body(interp: Interp, args: list[Any]) -> Value:
    return _procedure(interp, args[0]).body


@subcommand("info", "default", "procname arg varname")
def info_default(interp: Interp, args: list[Any]) -> Value:
    wanted = to_str(args[1])
    formal: Formal | None = next((item for item in _procedure(interp, args[0]).formals if item.name == wanted), None)
    if formal is None:
        raise TclError(
            f'procedure "{to_str(args[0])}" doesn\'t have an argument "{wanted}"',
            ["TCL", "LOOKUP", "ARGUMENT", wanted],
        )
    interp.set_var(to_str(args[2]), "" if formal.default is None else formal.default)
    return int(formal.default is not None)


def _names_in(interp: Interp, args: list[Any], procedures_only: bool) -> list[Any]:
    def wanted(space: Namespace) -> Iterable[str]:
        for name, item in space.commands.items():
            target = item.target if isinstance(item, Imported) else item
            if not procedures_only or isinstance(target, Procedure):
                yield name

    here = interp.frame.namespace
    pattern = to_str(args[0]) if args else "*"
    if "::" in pattern:
        prefix = qualifiers(pattern)
        space = interp.root if pattern.startswith("::") and not prefix else here.find(prefix)
        if space is None:
            return []
        glob = last_part(pattern)
        return [space.qualify(name) for name in wanted(space) if match_glob(glob, name)]
    names = dict.fromkeys(wanted(here))
    if not procedures_only:
        for space in (*here.path, interp.root):
            names.update(dict.fromkeys(wanted(space)))
    return [name for name in names if match_glob(pattern, name)]


@subcommand("info", "procs", "?pattern?")
def info_procs(interp: Interp, args: list[Any]) -> Value:
    return _names_in(interp, args, procedures_only=True)


@subcommand("info", "commands", "?pattern?")
def info_commands(interp: Interp, args: list[Any]) -> Value:
    return _names_in(interp, args, procedures_only=False)


# ---- variables ---------------------------------------------------------------------------------------


@subcommand("info", "exists", "varName")
def info_exists(interp: Interp, args: list[Any]) -> Value:
    name = to_str(args[0])
    interp.tell_read(name)
    return int(interp.has_var(name))


def _set_names(frame: Frame) -> list[str]:
    return [name for name, variable in frame.variables.items() if variable.is_set]


@subcommand("info", "vars", "?pattern?")
def info_vars(interp: Interp, args: list[Any]) -> Value:
    pattern = to_str(args[0]) if args else "*"
    frame = interp.frame
    if "::" in pattern:
        prefix = qualifiers(pattern)
        space = interp.root if not prefix else frame.namespace.find(prefix)
        if space is None:
            return []
        glob = last_part(pattern)
        return [space.qualify(name) for name in space.variables if match_glob(glob, name)]
    names = dict.fromkeys(_set_names(frame))
    if frame.procedure is None:
        names.update(dict.fromkeys(_set_names(interp.root_frame)))
    return _matching(names, args)


@subcommand("info", "locals", "?pattern?")
def info_locals(interp: Interp, args: list[Any]) -> Value:
    frame = interp.frame
    if frame.procedure is None:
        return []
    return _matching([name for name in _set_names(frame) if name not in (frame.links or ())], args)


@subcommand("info", "globals", "?pattern?")
def info_globals(interp: Interp, args: list[Any]) -> Value:
    return _matching(_set_names(interp.root_frame), [last_part(to_str(arg)) for arg in args])


# ---- objects -----------------------------------------------------------------------------------------


@subcommand("info", "object", "subcommand ?arg ...?")
def info_object(interp: Interp, args: list[Any]) -> Value:
    from alftcl.oo.inspecting import info_object

    return info_object(interp, args)


@subcommand("info", "class", "subcommand ?arg ...?")
def info_class(interp: Interp, args: list[Any]) -> Value:
    from alftcl.oo.inspecting import info_class

    return info_class(interp, args)


# ---- what runs ---------------------------------------------------------------------------------------


@subcommand("info", "level", "?number?")
def info_level(interp: Interp, args: list[Any]) -> Value:
    level = interp.frame.level
    if not args:
        return level
    text = to_str(args[0])
    wanted = to_int(args[0])
    frame = interp.frame_at(f"#{wanted if wanted > 0 else level + wanted}")
    if frame is None or frame.level == 0 or frame.words is None:
        kind = "LEVEL" if level == 0 else "STACK_LEVEL"
        raise TclError(f'bad level "{text}"', ["TCL", "LOOKUP", kind, text])
    return list(frame.words)


@subcommand("info", "frame", "?number?")
def info_frame(interp: Interp, args: list[Any]) -> Value:
    running = levels(interp)
    if not args:
        return len(running)
    wanted = to_int(args[0])
    place = wanted if wanted > 0 else len(running) + wanted
    if not 1 <= place <= len(running):
        shown = to_str(args[0])
        raise TclError(f'bad level "{shown}"', ["TCL", "LOOKUP", "LEVEL", shown])
    return running[place - 1].described(interp.frame)


@subcommand("info", "errorstack", "?interp?")
def info_errorstack(interp: Interp, args: list[Any]) -> Value:
    from alftcl.children import find

    return list(find(interp, args[0] if args else "").error_stack)


@subcommand("info", "script", "?filename?")
def info_script(interp: Interp, args: list[Any]) -> Value:
    if args:
        interp.script_file = args[0]
    return interp.script_file


@subcommand("info", "cmdcount", "")
def info_cmdcount(interp: Interp, args: list[Any]) -> Value:
    return interp.commands_run


@subcommand("info", "coroutine", "")
def info_coroutine(interp: Interp, args: list[Any]) -> Value:
    return "" if interp.coroutine is None else interp.coroutine.name_now


_CONTINUED = re.compile(r"(?<!\\)(?:\\\\)*\\\n\Z")  # the last line goes on


@subcommand("info", "complete", "command")
def info_complete(interp: Interp, args: list[Any]) -> Value:
    text = to_str(args[0])
    fault = interp.parse(text).fault
    return int((fault is None or not fault.incomplete) and _CONTINUED.search(text) is None)


# ---- this interpreter --------------------------------------------------------------------------------


@subcommand("info", "tclversion", "")
def info_tclversion(interp: Interp, args: list[Any]) -> Value:
    return VERSION


@subcommand("info", "patchlevel", "")
def info_patchlevel(interp: Interp, args: list[Any]) -> Value:
    return PATCH_LEVEL


@subcommand("info", "nameofexecutable", "", safe=False)
def info_nameofexecutable(interp: Interp, args: list[Any]) -> Value:
    return environment.executable


@subcommand("info", "hostname", "", safe=False)
def info_hostname(interp: Interp, args: list[Any]) -> Value:
    import socket

    return socket.gethostname()


@subcommand("info", "library", "")
def info_library(interp: Interp, args: list[Any]) -> Value:
    if not interp.root_frame.variables.get("tcl_library", Variable()).is_set:
        raise TclError("no library has been specified for Tcl", ["TCL", "LOOKUP", "VARIABLE", "tcl_library"])
    return interp.root_frame.variables["tcl_library"].value or ""


@subcommand("info", "loaded", "?interp?")
def info_loaded(interp: Interp, args: list[Any]) -> Value:
    return []


@subcommand("info", "sharedlibextension", "")
def info_sharedlibextension(interp: Interp, args: list[Any]) -> Value:
    return ".so"


def _functions() -> list[str]:
    from alftcl.functions import FUNCTIONS

    return list(FUNCTIONS)


@subcommand("info", "functions", "?pattern?")
def info_functions(interp: Interp, args: list[Any]) -> Value:
    return _matching(_functions(), args)
