"""interp(n), and the commands that children are in their parents. The tree of interpreters is in alftcl/children.py."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from alftcl import children
from alftcl.errors import TclError
from alftcl.frames import Frame
from alftcl.hiding import expose, hide
from alftcl.limiting import configure_limit
from alftcl.table import choose, command, wrong_args
from alftcl.values import Value, list_to_str, to_bool, to_int, to_list, to_str

if TYPE_CHECKING:
    from alftcl.interp import Interp

_WORDS = (
    *("alias", "aliases", "bgerror", "cancel", "children", "create", "debug", "delete", "eval", "exists", "expose"),
    *("hide", "hidden", "issafe", "invokehidden", "limit", "marktrusted", "recursionlimit", "slaves", "share"),
    *("target", "transfer"),
)
_CHILD_WORDS = (
    *("alias", "aliases", "bgerror", "debug", "eval", "expose", "hide", "hidden", "issafe", "invokehidden", "limit"),
    *("marktrusted", "recursionlimit"),
)
_TOO_LARGE = "integer value too large to represent"
_UNSAFE = ["TCL", "OPERATION", "INTERP", "UNSAFE"]
_ALIAS_USAGE = "slavePath slaveCmd ?masterPath masterCmd? ?arg ...?"


@command("interp", "cmd ?arg ...?")
def interp_(interp: Interp, args: list[Any]) -> Value:
    word = choose(args[0], _WORDS)
    return _COMMANDS[word](interp, args[1:])


def call_child(interp: Interp, child: Interp, args: list[Any]) -> Value:
    """A child's own command."""
    word = choose(args[0], _CHILD_WORDS)
    if word == "alias":
        return _alias_of_child(interp, child, args[1:])
    run, least, most, usage = _ON_CHILD[word]
    if not least <= len(args) - 1 <= most:
        raise wrong_args(f"{to_str(interp.command_word)} {word} {usage}".rstrip())
    return run(interp, child, args[1:])


# ---- the tree -----------------------------------------------------------------------------------------


def _create(interp: Interp, words: list[Any]) -> Value:
    safe, name = False, None
    for place, word in enumerate(words):
        text = to_str(word)
        if text.startswith("-") and (place == 0 or to_str(words[place - 1]) != "--"):
            safe = choose(word, ("-safe", "--")) == "-safe" or safe
        elif name is None:
            name = text
        else:
            raise wrong_args("interp create ?-safe? ?--? ?path?")
    if name is None:
        name = _new_name(interp)
    *above, tail = to_list(name) if name else [""]
    parent = children.find(interp, above)
    if to_str(tail) in parent.family.children:
        raise TclError(f'interpreter named "{name}" already exists, cannot create')
    children.create(parent, to_str(tail), safe)
    return name


def _new_name(interp: Interp) -> str:
    while True:
        name = f"interp{interp.family.created}"
        interp.family.created += 1
        if interp.find_command(name) is None:
            return name


def _delete(interp: Interp, words: list[Any]) -> Value:
    for path in words:
        children.find(interp, path)
        if not to_list(path):
            raise TclError("cannot delete the current interpreter", ["TCL", "OPERATION", "INTERP", "DELETESELF"])
        *above, tail = to_list(path)
        children.delete(children.find(interp, above), to_str(tail))
    return ""


def _exists(interp: Interp, words: list[Any]) -> Value:
    try:
        children.find(interp, words[0] if words else "")
    except TclError:
        return 0
    return 1


def _children(interp: Interp, words: list[Any]) -> Value:
    return list(children.find(interp, words[0] if words else "").family.children)


# ---- aliases ------------------------------------------------------------------------------------------


def _alias(interp: Interp, words: list[Any]) -> Value:
    if len(words) < 2 or (len(words) == 3 and to_str(words[2])):
        raise wrong_args(f"interp alias {_ALIAS_USAGE}")
    child, name = children.find(interp, words[0]), to_str(words[1])
    if len(words) == 2:
        return _described(child, name)
    if len(words) == 3:
        return _unalias(child, name)
    return children.set_alias(child, name, children.find(interp, words[2]), words[3:])


def _alias_of_child(interp: Interp, child: Interp, words: list[Any]) -> Value:
    if not words:
        raise wrong_args(f"{to_str(interp.command_word)} alias aliasName ?targetName? ?arg ...?")
    name = to_str(words[0])
    if len(words) == 1:
        return _described(child, name)
    if len(words) == 2 and not to_str(words[1]):
        return _unalias(child, name)
    return children.set_alias(child, name, interp, words[1:])


def _described(child: Interp, name: str) -> Value:
    alias = child.family.aliases.get(name)
    return "" if alias is None else list(alias.prefix)


def _unalias(child: Interp, name: str) -> Value:
    if not children.remove_alias(child, name):
        raise TclError(f'alias "{name}" not found', ["TCL", "LOOKUP", "ALIAS", name])
    return ""


def _target(interp: Interp, words: list[Any]) -> Value:
    child, name = children.find(interp, words[0]), to_str(words[1])
    alias = child.family.aliases.get(name)
    if alias is None:
        path = list_to_str(to_list(words[0]))
        raise TclError(f'alias "{name}" in path "{path}" not found', ["TCL", "LOOKUP", "ALIAS", name])
    path_of = _path(interp, alias.target)
    if path_of is None:
        shown = list_to_str(to_list(words[0]))
        raise TclError(
            f'target interpreter for alias "{name}" in path "{shown}" is not my descendant',
            ["TCL", "OPERATION", "INTERP", "TARGETSHROUDED"],
        )
    return path_of


def _path(start: Interp, wanted: Interp) -> list[Any] | None:
    if start is wanted:
        return []
    for name, child in start.family.children.items():
        below = _path(child.interp, wanted)
        if below is not None:
            return [name, *below]
    return None


# ---- one interpreter ------------------------------------------------------------------------------------


def _eval(interp: Interp, child: Interp, words: list[Any]) -> Value:
    script = words[0] if len(words) == 1 else " ".join(to_str(word) for word in words)
    return children.evaluate(child, script)


def _inside(interp: Interp, child: Interp, action: Callable[[], Value]) -> Value:
    return action() if child is interp else children.across(child, action)


def _hide(interp: Interp, child: Interp, words: list[Any]) -> Value:
    if interp.safe:
        raise TclError("permission denied: safe interpreter cannot hide commands", _UNSAFE)
    return _inside(interp, child, lambda: hide(child, to_str(words[0]), to_str(words[-1])))


def _expose(interp: Interp, child: Interp, words: list[Any]) -> Value:
    if interp.safe:
        raise TclError("permission denied: safe interpreter cannot expose commands", _UNSAFE)
    return _inside(interp, child, lambda: expose(child, to_str(words[0]), to_str(words[-1])))


def _hidden(interp: Interp, child: Interp, words: list[Any]) -> Value:
    return list(child.family.hidden)


def _invokehidden(interp: Interp, child: Interp, words: list[Any]) -> Value:
    if interp.safe:
        raise TclError("not allowed to invoke hidden commands from safe interpreter", _UNSAFE)
    called = to_str(interp.command_word)
    frame = child.frame
    while words and to_str(words[0]).startswith("-"):
        option = choose(words[0], ("-global", "-namespace", "--"))
        if option == "-namespace" and len(words) > 1:
            space = child.root.make(to_str(words[1]))
            frame = Frame(space.variables, space, child.frame)
        elif option == "-global":
            frame = child.root_frame
        words = words[2:] if option == "-namespace" else words[1:]
        if option == "--":
            break
    if not words:
        shown = "interp invokehidden path" if called == "interp" else f"{called} invokehidden"
        raise wrong_args(f"{shown} ?-namespace ns? ?-global? ?--? cmd ?arg ..?")

    def run() -> Value:
        name = to_str(words[0])
        found = child.family.hidden.get(name)
        if found is None:
            raise TclError(f'invalid hidden command name "{name}"', ["TCL", "LOOKUP", "HIDDENTOKEN", name])
        try:
            return child.in_frame(frame, lambda: child.invoke_command(found, words))
        except TclError as error:
            child.log_words(error, words)
            raise

    return _inside(interp, child, run)


def _issafe(interp: Interp, child: Interp, words: list[Any]) -> Value:
    return int(child.safe)


def _marktrusted(interp: Interp, child: Interp, words: list[Any]) -> Value:
    if interp.safe:
        raise TclError("permission denied: safe interpreter cannot mark trusted", _UNSAFE)
    child.safe = False
    return ""


def _aliases(interp: Interp, child: Interp, words: list[Any]) -> Value:
    return list(child.family.aliases)


def _recursionlimit(interp: Interp, child: Interp, words: list[Any]) -> Value:
    if words:
        if interp.safe:
            raise TclError("permission denied: safe interpreters cannot change recursion limit", _UNSAFE)
        limit = to_int(words[0])
        if abs(limit) >= 1 << 31:
            raise TclError(_TOO_LARGE, ["ARITH", "IOVERFLOW", _TOO_LARGE])
        if limit <= 0:
            raise TclError("recursion limit must be > 0", ["TCL", "OPERATION", "INTERP", "BADLIMIT"])
        child.recursion_limit = limit
    return child.recursion_limit


def _bgerror(interp: Interp, child: Interp, words: list[Any]) -> Value:
    if words:
        if not _is_prefix(words[0]):
            raise TclError("cmdPrefix must be list of length >= 1", ["TCL", "OPERATION", "INTERP", "BGERRORFORMAT"])
        child.family.background = words[0]
    return child.family.background


def _is_prefix(value: Value) -> bool:
    try:
        return bool(to_list(value))
    except TclError:
        return False


def _debug(interp: Interp, child: Interp, words: list[Any]) -> Value:
    if not words:
        return ["-frame", int(child.family.debugs_frames)]
    choose(words[0], ("-frame",), "debug option")
    if len(words) > 1 and to_bool(words[1]):  # and never back
        child.family.debugs_frames = True
    return int(child.family.debugs_frames)


def _limit(interp: Interp, child: Interp, words: list[Any]) -> Value:
    if interp is child:
        raise TclError("limits on current interpreter inaccessible", ["TCL", "OPERATION", "INTERP", "SELF"])
    return configure_limit(interp, child, words)


# ---- channels -------------------------------------------------------------------------------------------


def _share(interp: Interp, words: list[Any]) -> Value:
    source = children.find(interp, words[0])
    channel = source.channels.get(to_str(words[1]))
    children.find(interp, words[2]).channels.add(channel)
    return ""


def _transfer(interp: Interp, words: list[Any]) -> Value:
    _share(interp, words)
    source, name = children.find(interp, words[0]), to_str(words[1])
    if source is not children.find(interp, words[2]):
        source.events.forget_channel(source.channels.get(name), source)
        source.channels.release(name)
    return ""


OnChild = Callable[["Interp", "Interp", list[Any]], Value]
_MANY = 1 << 30
_ON_CHILD: dict[str, tuple[OnChild, int, int, str]] = {
    "aliases": (_aliases, 0, 0, ""),
    "bgerror": (_bgerror, 0, 1, "?cmdPrefix?"),
    "debug": (_debug, 0, 2, "?-frame ?bool??"),
    "eval": (_eval, 1, _MANY, "arg ?arg ...?"),
    "expose": (_expose, 1, 2, "hiddenCmdName ?cmdName?"),
    "hide": (_hide, 1, 2, "cmdName ?hiddenCmdName?"),
    "hidden": (_hidden, 0, 0, ""),
    "issafe": (_issafe, 0, 0, ""),
    "invokehidden": (_invokehidden, 1, _MANY, "?-namespace ns? ?-global? ?--? cmd ?arg ..?"),
    "limit": (_limit, 1, _MANY, "limitType ?-option value ...?"),
    "marktrusted": (_marktrusted, 0, 0, ""),
    "recursionlimit": (_recursionlimit, 0, 1, "?newlimit?"),
}


def _on_path(word: str) -> Callable[[Interp, list[Any]], Value]:
    run, least, most, usage = _ON_CHILD[word]
    optional = least == 0 and word in ("aliases", "hidden", "issafe")
    shown = "?path?" if optional else f"path {usage}".rstrip()

    def call(interp: Interp, words: list[Any]) -> Value:
        if len(words) < (0 if optional else least + 1) or len(words) > most + 1:
            raise wrong_args(f"interp {word} {shown}")
        return run(interp, children.find(interp, words[0] if words else ""), words[1:])

    return call


def _counted(
    run: Callable[[Interp, list[Any]], Value], word: str, least: int, most: int, usage: str
) -> Callable[[Interp, list[Any]], Value]:
    def call(interp: Interp, words: list[Any]) -> Value:
        if not least <= len(words) <= most:
            raise wrong_args(f"interp {word} {usage}")
        return run(interp, words)

    return call


def _cancel(interp: Interp, words: list[Any]) -> Value:
    unwind = False
    while words and to_str(words[0]).startswith("-"):
        option = choose(words[0], ("-unwind", "--"))
        words = words[1:]
        if option == "--":
            break
        unwind = True
    if len(words) > 2:
        raise wrong_args("interp cancel ?-unwind? ?--? ?path? ?result?")
    message = to_str(words[1]) if len(words) == 2 else ""
    target = children.find(interp, words[0] if words else "")
    children.cancel(target, message or ("eval unwound" if unwind else "eval canceled"), unwind)
    if target is interp:
        interp.check_limits()
    return ""


_COMMANDS: dict[str, Callable[[Interp, list[Any]], Value]] = {
    "alias": _alias,
    "cancel": _cancel,
    "children": _counted(_children, "children", 0, 1, "?path?"),
    "slaves": _counted(_children, "slaves", 0, 1, "?path?"),
    "create": _create,
    "delete": _delete,
    "exists": _counted(_exists, "exists", 0, 1, "?path?"),
    "share": _counted(_share, "share", 3, 3, "srcPath channelId destPath"),
    "target": _counted(_target, "target", 2, 2, "path alias"),
    "transfer": _counted(_transfer, "transfer", 3, 3, "srcPath channelId destPath"),
    **{word: _on_path(word) for word in _ON_CHILD},
}
