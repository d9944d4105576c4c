"""The commands of msgcat(n). They work for the namespace that calls them, which is what msgcat calls a package."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alftcl.errors import TclError
from alftcl.frames import Frame
from alftcl.msgcat.catalogue import OPTIONS, Catalogue, Package, Preferred
from alftcl.table import Command, Function, arity
from alftcl.values import Value, to_list, to_str

if TYPE_CHECKING:
    from alftcl.interp import Interp

VERSION = "1.6.1"
_DECLARED: dict[str, tuple[str, Function]] = {}
_INNER = frozenset({"DefaultUnknown"})  # commands that are not exported


def catalogue(interp: Interp) -> Catalogue:
    """The messages of an interpreter; the commands are put in place with the first use."""
    if interp.messages is None:
        install(interp)
    assert interp.messages is not None
    return interp.messages


def install(interp: Interp) -> None:
    """Provide the package."""
    interp.messages = Catalogue()
    space = interp.root.make("::msgcat")
    for name, (usage, run) in _DECLARED.items():
        interp.add_command(f"::msgcat::{name}", Command(run, usage, *arity(usage)))
        if name not in _INNER:
            space.exports.append(name)
    interp.packages.provided["msgcat"] = VERSION


def _command(name: str, usage: str) -> Callable[[Function], Function]:
    def declare(run: Function) -> Function:
        _DECLARED[name] = (usage, run)
        return run

    return declare


def _here(interp: Interp) -> tuple[Catalogue, str]:
    """The messages, and the name of the package that asks."""
    return catalogue(interp), interp.frame.namespace.name


# ---- asking -------------------------------------------------------------------------------------------


@_command("mc", "src ?arg ...?")
def mc(interp: Interp, args: list[Any]) -> Value:
    """The message in the preferred language, with the arguments formatted into it."""
    messages, space = _here(interp)
    locale = messages.preferred_of(space)
    found = messages.search(space, locale.preferences, to_str(args[0]))
    if found is not None:
        return interp.call("::format", found, *args[1:]) if args[1:] else found
    package = messages.packages.get(space)
    if package is None or "unknowncmd" not in package.options:
        return interp.call("::msgcat::mcunknown", locale.locale, *args)
    handler = to_list(package.options["unknowncmd"]) or ["::msgcat::DefaultUnknown"]
    return interp.invoke([*handler, locale.locale, *args])


@_command("mcunknown", "?arg ...?")
def mcunknown(interp: Interp, args: list[Any]) -> Value:
    """Called by mc for what has no translation; scripts may put their own in its place."""
    return interp.call("::msgcat::DefaultUnknown", *args)


@_command("DefaultUnknown", "locale src ?arg ...?")
def default_unknown(interp: Interp, args: list[Any]) -> Value:
    source: Value = args[1]
    return interp.call("::format", source, *args[2:]) if args[2:] else source


@_command("mcmax", "?arg ...?")
def mcmax(interp: Interp, args: list[Any]) -> Value:
    return max((len(to_str(mc(interp, [source]))) for source in args), default=0)


@_command("mcexists", "?arg ...?")
def mcexists(interp: Interp, args: list[Any]) -> Value:
    options = [to_str(word) for word in args[:-1]]
    if not args or not all(option.startswith("-") for option in options):
        usage = f"{to_str(interp.command_word)} ?-exactnamespace? ?-exactlocale? src"
        raise TclError(f'wrong # args: should be "{usage}"')
    for option in options:
        if option not in ("-exactnamespace", "-exactlocale"):
            raise TclError(f'unknown option "{option}"')
    messages, space = _here(interp)
    locales = messages.preferred_of(space).preferences
    if "-exactlocale" in options:
        locales = locales[:1]
    find = messages.find if "-exactnamespace" in options else messages.search
    return int(find(space, locales, to_str(args[-1])) is not None)


# ---- telling ------------------------------------------------------------------------------------------


@_command("mcset", "locale src ?dest?")
def mcset(interp: Interp, args: list[Any]) -> Value:
    messages, space = _here(interp)
    message: Value = args[-1]
    messages.add(space, to_str(args[0]), to_str(args[1]), message)
    return message


@_command("mcmset", "locale pairs")
def mcmset(interp: Interp, args: list[Any]) -> Value:
    return _set_pairs(interp, to_str(args[0]), args[1], "locale ")


def _set_pairs(interp: Interp, locale: str, pairs: Value, usage: str) -> Value:
    words = to_list(pairs)
    if len(words) % 2:
        raise TclError(f'bad translation list: should be "{to_str(interp.command_word)} {usage}{{src dest ...}}"')
    messages, space = _here(interp)
    for source, message in zip(words[::2], words[1::2], strict=True):
        messages.add(space, locale, to_str(source), message)
    return len(words) // 2


@_command("mcflset", "src ?dest?")
def mcflset(interp: Interp, args: list[Any]) -> Value:
    return mcset(interp, [_file_locale(interp), args[0], args[-1]])


@_command("mcflmset", "pairs")
def mcflmset(interp: Interp, args: list[Any]) -> Value:
    return _set_pairs(interp, _file_locale(interp), args[0], "")


def _file_locale(interp: Interp) -> str:
    locale = catalogue(interp).file_locale
    if locale is None:
        raise TclError("must only be used inside a message catalog loaded with ::msgcat::mcload")
    return locale


@_command("mcforgetpackage", "")
def mcforgetpackage(interp: Interp, args: list[Any]) -> Value:
    messages, space = _here(interp)
    messages.forget(space)
    return ""


# ---- choosing a locale --------------------------------------------------------------------------------


@_command("mclocale", "?arg ...?")
def mclocale(interp: Interp, args: list[Any]) -> Value:
    if len(args) > 1:
        raise TclError(f'wrong # args: should be "{to_str(interp.command_word)} ?newLocale?"')
    messages = catalogue(interp)
    if args:
        locale = _checked(args[0])
        if locale != messages.preferred.locale:
            _change(interp, messages, locale)
    return messages.preferred.locale


def _checked(locale: Value) -> str:
    text = to_str(locale)
    if "/" in text:
        raise TclError(f'invalid newLocale value "{text}": could be path to unsafe code.')
    return text.lower()


def _change(interp: Interp, messages: Catalogue, locale: str) -> None:
    missing = messages.preferred.choose(locale)
    following = {space: package for space, package in messages.packages.items() if package.private is None}
    for space, package in following.items():
        _load(interp, messages, space, package, missing)
    for space, package in following.items():
        _call_back(interp, space, package, "changecmd", list(messages.preferred.preferences))


@_command("mcpreferences", "")
def mcpreferences(interp: Interp, args: list[Any]) -> Value:
    return list(catalogue(interp).preferred.preferences)


@_command("mcloadedlocales", "subcommand")
def mcloadedlocales(interp: Interp, args: list[Any]) -> Value:
    messages = catalogue(interp)
    word = _chosen(args[0], ("clear", "loaded"))
    if word == "clear":
        messages.drop_other_locales()
        return ""
    return list(messages.preferred.loaded)


def _chosen(word: Value, table: tuple[str, ...]) -> str:
    text = to_str(word)
    if text not in table:
        raise TclError(f'unknown subcommand "{text}": must be {", ".join(table[:-1])}, or {table[-1]}')
    return text


@_command("mcpackagelocale", "subcommand ?locale?")
def mcpackagelocale(interp: Interp, args: list[Any]) -> Value:
    word = to_str(args[0])
    if word != "preferences":
        _chosen(word, ("clear", "get", "isset", "loaded", "present", "set", "unset"))
    if len(args) == 2 and word not in ("set", "present"):
        raise TclError(f'wrong # args: should be "{to_str(interp.command_word)} {word}"')
    if len(args) == 1 and word == "present":
        raise TclError(f'wrong # args: should be "{to_str(interp.command_word)} present locale"')
    messages, space = _here(interp)
    preferred = messages.preferred_of(space)
    told: dict[str, Value] = {
        "get": preferred.locale,
        "preferences": list(preferred.preferences),
        "loaded": list(preferred.loaded),
    }
    if word in told:
        return told[word]
    if word == "isset":
        return int(messages.package(space).private is not None)
    if word == "present":
        return int(to_str(args[1]).lower() in preferred.loaded)
    return _PRIVATE[word](interp, messages, space, args[1:])


def _set_private(interp: Interp, messages: Catalogue, space: str, words: list[Any]) -> Value:
    package = messages.package(space)
    locale = _checked(words[0]) if words else messages.preferred_of(space).locale
    if package.private is None:
        package.private = Preferred(messages.preferred.locale)
        package.private.loaded = list(messages.preferred.loaded)
    _load(interp, messages, space, package, package.private.choose(locale))
    return locale


def _unset_private(interp: Interp, messages: Catalogue, space: str, words: list[Any]) -> Value:
    package = messages.package(space)
    if package.private is not None:
        loaded, package.private = package.private.loaded, None
        missing = [locale for locale in messages.preferred.loaded if locale not in loaded]
        _load(interp, messages, space, package, missing)
    return ""


def _clear_private(interp: Interp, messages: Catalogue, space: str, words: list[Any]) -> Value:
    if messages.package(space).private is not None:
        messages.drop_other_locales(space)
    return ""


_PRIVATE = {"clear": _clear_private, "set": _set_private, "unset": _unset_private}


# ---- files and options of packages --------------------------------------------------------------------


@_command("mcload", "langdir")
def mcload(interp: Interp, args: list[Any]) -> Value:
    return _set_option(interp, "mcfolder", args[0])


@_command("mcpackageconfig", "subcommand option ?value?")
def mcpackageconfig(interp: Interp, args: list[Any]) -> Value:
    word, option = to_str(args[0]), to_str(args[1])
    if word not in ("get", "isset", "set", "unset"):
        raise TclError(f'unknown subcommand "{word}": must be get, isset, set, or unset')
    if option not in OPTIONS:
        raise TclError(f'bad option "{option}": must be {", ".join(OPTIONS[:-1])}, or {OPTIONS[-1]}')
    if (len(args) == 3) != (word == "set"):
        value = " value" if len(args) == 3 else ""
        raise TclError(f'wrong # args: should be "{to_str(interp.command_word)} {word} {option}{value}"')
    messages, space = _here(interp)
    options = messages.package(space).options
    if word == "set":
        return _set_option(interp, option, args[2])
    if word == "isset":
        return int(option in options)
    if word == "unset":
        options.pop(option, None)
        return ""
    if option not in options:
        raise TclError(f'package option "{option}" not set')
    return options[option]


def _set_option(interp: Interp, option: str, value: Value) -> Value:
    messages, space = _here(interp)
    package = messages.package(space)
    package.options[option] = value
    locales = messages.preferred_of(space).loaded
    if option == "mcfolder":
        return _load(interp, messages, space, package, locales)
    if option == "loadcmd":
        _call_back(interp, space, package, "loadcmd", list(locales))
    return 0


def _load(interp: Interp, messages: Catalogue, space: str, package: Package, locales: list[str]) -> int:
    """Have the messages of some locales of a package; gives the number of files."""
    if not locales:
        return 0
    _call_back(interp, space, package, "loadcmd", list(locales))
    if "mcfolder" not in package.options or interp.safe:
        return 0
    folder = Path(to_str(package.options["mcfolder"]))
    files = [(locale, folder / f"{locale or 'ROOT'}.msg") for locale in locales]
    found = [(locale, file) for locale, file in files if file.is_file()]
    for locale, file in found:
        outer, messages.file_locale = messages.file_locale, locale
        try:
            interp.call("::source", "-encoding", "utf-8", str(file))
        finally:
            messages.file_locale = outer
    return len(found)


def _call_back(interp: Interp, space: str, package: Package, option: str, words: list[Value]) -> None:
    """Call what a package has registered, in its namespace; its errors are background errors."""
    command = to_list(package.options.get(option, ""))
    namespace = interp.root.find(space)
    if not command or namespace is None:
        return
    frame = Frame(namespace.variables, namespace, interp.root_frame)
    try:
        interp.in_frame(frame, lambda: interp.invoke([*command, *words]))
    except TclError as error:
        interp.events.fail(interp, error)
