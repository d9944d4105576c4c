"""namespace(n): eval, current, children, parent, path, export, import, forget, which, code, inscope, origin,
qualifiers, tail, unknown, upvar, exists, delete."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alftcl import namespaces
from alftcl.commands.procs import script_of
from alftcl.commands.variables import link_variable
from alftcl.deleting import delete_namespace
from alftcl.errors import TclError
from alftcl.frames import Frame
from alftcl.namespaces import Imported, Namespace, find_variable, require
from alftcl.table import Command, choose, subcommand, wrong_args
from alftcl.values import Value, list_to_str, match_glob, to_list, to_str

if TYPE_CHECKING:
    from alftcl.interp import Interp


def _unknown_space(name: str, what: str) -> TclError:
    return TclError(f'unknown namespace "{name}" in {what}', ["TCL", "LOOKUP", "NAMESPACE", name])


def _run_in(interp: Interp, space: Namespace, script: Value, what: str, args: list[Any]) -> Value:
    words = [interp.command_word, what, *args]
    shown = space.name
    frame = Frame(space.variables, space, interp.frame, words=words)
    frame.links = space.links
    try:
        return interp.in_frame(frame, lambda: interp.eval_body(script))
    except TclError as error:
        error.add_info(f'\n    (in namespace {what} "{shown}" script line {error.line})')
        raise
    finally:
        if type(frame) is not Frame:
            frame.end(interp)


@subcommand("namespace", "eval", "name arg ?arg...?")
def namespace_eval(interp: Interp, args: list[Any]) -> Value:
    space = interp.frame.namespace.find(to_str(args[0])) or interp.frame.namespace.make(to_str(args[0]))
    return _run_in(interp, space, script_of(args[1:]), "eval", args)


@subcommand("namespace", "inscope", "name arg ?arg...?")
def inscope(interp: Interp, args: list[Any]) -> Value:
    space = require(interp, to_str(args[0]))
    script = args[1] if len(args) == 2 else f"{to_str(args[1])} {list_to_str(args[2:])}"
    return _run_in(interp, space, script, "inscope", args)


@subcommand("namespace", "code", "arg")
def code(interp: Interp, args: list[Any]) -> Value:
    text = to_str(args[0])
    if text.startswith("::namespace inscope "):
        return text
    return ["::namespace", "inscope", interp.frame.namespace.name, text]


@subcommand("namespace", "current", "")
def current(interp: Interp, args: list[Any]) -> Value:
    return interp.frame.namespace.name


@subcommand("namespace", "children", "?name? ?pattern?")
def children(interp: Interp, args: list[Any]) -> Value:
    space = require(interp, to_str(args[0])) if args else interp.frame.namespace
    names = [child.name for child in space.children.values()]
    if len(args) < 2:
        return list(names)
    pattern = to_str(args[1])
    if not pattern.startswith("::"):
        pattern = space.qualify(pattern)
    return [name for name in names if match_glob(pattern, name)]


@subcommand("namespace", "parent", "?name?")
def parent(interp: Interp, args: list[Any]) -> Value:
    space = require(interp, to_str(args[0])) if args else interp.frame.namespace
    return "" if space.parent is None else space.parent.name


@subcommand("namespace", "exists", "name")
def exists(interp: Interp, args: list[Any]) -> Value:
    return int(interp.frame.namespace.find(to_str(args[0])) is not None)


@subcommand("namespace", "delete", "?name name ...?", least=0)
def delete(interp: Interp, args: list[Any]) -> Value:
    spaces = []
    for arg in args:
        name = to_str(arg)
        space = interp.frame.namespace.find(name)
        if space is None:
            raise _unknown_space(name, "namespace delete command")
        spaces.append(space)
    for space in spaces:
        delete_namespace(interp, space)
    return ""


@subcommand("namespace", "qualifiers", "string")
def qualifiers(interp: Interp, args: list[Any]) -> Value:
    return namespaces.qualifiers(to_str(args[0]))


@subcommand("namespace", "tail", "string")
def tail(interp: Interp, args: list[Any]) -> Value:
    return namespaces.last_part(to_str(args[0]))


@subcommand("namespace", "path", "?pathList?")
def path(interp: Interp, args: list[Any]) -> Value:
    here = interp.frame.namespace
    if args:
        here.look_in([require(interp, to_str(name)) for name in to_list(args[0])])
        return ""
    return [space.name for space in here.path]


@subcommand("namespace", "unknown", "?script?")
def unknown(interp: Interp, args: list[Any]) -> Value:
    here = interp.frame.namespace
    if args:
        to_list(args[0])
        here.unknown = args[0]
        return args[0]  # type: ignore[no-any-return]  # words are Tcl values
    return here.unknown or ("::unknown" if here.parent is None else "")


@subcommand("namespace", "which", "?-command? ?-variable? name", least=1)
def which(interp: Interp, args: list[Any]) -> Value:
    kind = "-command"
    if len(args) == 2:
        kind = _which_kind(to_str(args[0]))
    elif len(args) > 2:
        raise _which_usage()
    name = to_str(args[-1])
    if kind == "-command":
        found = interp.frame.namespace.find_command(name)
        return "" if found is None else found[0].qualify(found[1])
    frame = Frame(interp.frame.namespace.variables, interp.frame.namespace, None)
    variable = find_variable(frame, name)
    if variable is None:
        return ""
    here = interp.frame.namespace
    owner = interp.root if name.startswith("::") or here.variables.get(name) is not variable else here
    return name if name.startswith("::") else owner.qualify(name)


def _which_kind(word: str) -> str:
    try:
        return choose(word, ("-command", "-variable"), "option")
    except TclError:
        raise _which_usage() from None


def _which_usage() -> TclError:
    return wrong_args("namespace which ?-command? ?-variable? name")


@subcommand("namespace", "origin", "name")
def origin(interp: Interp, args: list[Any]) -> Value:
    name = to_str(args[0])
    found = interp.frame.namespace.find_command(name)
    if found is None:
        raise TclError(f'invalid command name "{name}"', ["TCL", "LOOKUP", "COMMAND", name])
    space, plain, target = found
    if isinstance(target, Imported):
        space, plain = interp.root.home_of(target.source) or (space, plain)
    return space.qualify(plain)


@subcommand("namespace", "export", "?-clear? ?pattern pattern...?", least=0)
def export(interp: Interp, args: list[Any]) -> Value:
    here = interp.frame.namespace
    if not args:
        return list(here.exports)
    patterns = [to_str(arg) for arg in args]
    if patterns[0] == "-clear":
        here.exports = []
        del patterns[0]
    for pattern in patterns:
        if "::" in pattern:
            raise TclError(
                f'invalid export pattern "{pattern}": pattern can\'t specify a namespace', ["TCL", "EXPORT", "INVALID"]
            )
        if pattern not in here.exports:
            here.exports.append(pattern)
    return ""


@subcommand("namespace", "import", "?-force? ?pattern pattern ...?", least=0)
def tcl_import(interp: Interp, args: list[Any]) -> Value:
    here = interp.frame.namespace
    if not args:
        return [name for name, item in here.commands.items() if isinstance(item, Imported)]
    patterns = [to_str(arg) for arg in args]
    force = patterns[0] == "-force"
    for pattern in patterns[force:]:
        if interp.root.find_command("auto_import") is not None:
            interp.call("::auto_import", pattern)
        source = _import_source(interp, pattern)
        glob = namespaces.last_part(pattern)
        for name, target in list(source.commands.items()):
            if match_glob(glob, name) and any(match_glob(exported, name) for exported in source.exports):
                _import(interp, pattern, source, name, target, force)
    return ""


def _import(interp: Interp, pattern: str, source: Namespace, name: str, target: Command, force: bool) -> None:
    here = interp.frame.namespace
    present = here.commands.get(name)
    if present is not None and not force:
        if isinstance(present, Imported) and present.target is target:
            return
        raise TclError(f'can\'t import command "{name}": already exists', ["TCL", "IMPORT", "OVERWRITE"])
    link: Command = target
    while isinstance(link, Imported):
        link = link.target
        if link is present:
            raise TclError(
                f'import pattern "{pattern}" would create a loop containing command "{here.qualify(name)}"',
                ["TCL", "IMPORT", "LOOP"],
            )
    if present is not None:
        here.remove(interp, name, present)
    made = here.commands[name] = Imported(target, source)
    interp.root.importers.setdefault(target, []).append(made)


def _import_source(interp: Interp, pattern: str) -> Namespace:
    if not pattern:
        raise TclError("empty import pattern", ["TCL", "IMPORT", "EMPTY"])
    prefix = namespaces.qualifiers(pattern)
    source = interp.root if pattern.startswith("::") and not prefix else interp.frame.namespace.find(prefix)
    if source is None:
        raise TclError(f'unknown namespace in import pattern "{pattern}"', ["TCL", "LOOKUP", "NAMESPACE", pattern])
    if source is interp.frame.namespace:
        if "::" not in pattern:
            raise TclError(f'no namespace specified in import pattern "{pattern}"', ["TCL", "IMPORT", "ORIGIN"])
        raise TclError(
            f'import pattern "{pattern}" tries to import from namespace "{source.tail}" into itself',
            ["TCL", "IMPORT", "SELF"],
        )
    return source


@subcommand("namespace", "forget", "?pattern pattern...?", least=0)
def forget(interp: Interp, args: list[Any]) -> Value:
    here = interp.frame.namespace
    for arg in args:
        pattern = to_str(arg)
        glob = namespaces.last_part(pattern)
        source = None
        if "::" in pattern:
            prefix = namespaces.qualifiers(pattern)
            source = interp.root if pattern.startswith("::") and not prefix else here.find(prefix)
            if source is None:
                raise TclError(
                    f'unknown namespace in namespace forget pattern "{pattern}"',
                    ["TCL", "LOOKUP", "NAMESPACE", pattern],
                )
        for name, item in list(here.commands.items()):
            if isinstance(item, Imported) and _is_from(interp, item, source, name, glob):
                here.remove(interp, name, item)
    return ""


def _is_from(interp: Interp, item: Imported, source: Namespace | None, name: str, glob: str) -> bool:
    """Whether a forget pattern means an import: by where it comes from at first, or directly."""
    if source is None:
        return match_glob(glob, name)
    homes = [interp.root.home_of(item.source), interp.root.home_of(item.target)]
    return any(home is not None and home[0] is source and match_glob(glob, home[1]) for home in homes)


@subcommand("namespace", "upvar", "ns ?otherVar myVar ...?", least=1)
def upvar(interp: Interp, args: list[Any]) -> Value:
    space = require(interp, to_str(args[0]))
    if len(args) % 2 == 0:
        raise wrong_args("namespace upvar ns ?otherVar myVar ...?")
    frame = Frame(space.variables, space, None)
    for other, local in zip(args[1::2], args[2::2], strict=True):
        link_variable(interp, frame, to_str(other), to_str(local))
    return ""
