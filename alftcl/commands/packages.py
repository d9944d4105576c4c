"""package(n): which libraries of Tcl code are there, and loading them when they are required.

The handler (package unknown) that an interpreter starts with looks for Tcl modules (modules.py), and then for
pkgIndex.tcl in the directories of auto_path and those right below them: ::tclPkgUnknown.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alftcl.errors import Completion, TclError
from alftcl.packages import Packages, check_requirement, compare, parse, satisfies
from alftcl.table import choose, command, wrong_args
from alftcl.values import Value, list_to_str, to_list, to_str

if TYPE_CHECKING:
    from alftcl.interp import Interp

_USAGE = {
    "forget": "?package package ...?",
    "ifneeded": "package version ?script?",
    "names": "",
    "prefer": "?latest|stable?",
    "present": "?-exact? package ?requirement ...?",
    "provide": "package ?version?",
    "require": "?-exact? package ?requirement ...?",
    "unknown": "?command?",
    "vcompare": "version1 version2",
    "versions": "package",
    "vsatisfies": "version ?requirement ...?",
}
_SHIPPED = {"msgcat": ("1.6.1", "alftcl.msgcat.commands")}  # name: version, and the module that installs it
_COUNTS = {"ifneeded": (2, 3), "names": (0, 0), "prefer": (0, 1), "provide": (1, 2), "unknown": (0, 1)} | {
    "vcompare": (2, 2),
    "versions": (1, 1),
    "vsatisfies": (2, None),
    "present": (1, None),
    "require": (1, None),
}


@command("package", "option ?arg ...?", least=1)
def package(interp: Interp, args: list[Any]) -> Value:
    option = choose(args[0], _USAGE)
    words = [to_str(word) for word in args[1:]]
    least, most = _COUNTS.get(option, (0, None))
    if len(words) < least or (most is not None and len(words) > most):
        raise _usage(option)
    return _OPTIONS[option](interp, interp.packages, words)


def _usage(option: str) -> TclError:
    return wrong_args(f"package {option} {_USAGE[option]}".rstrip())


def _forget(interp: Interp, packages: Packages, names: list[str]) -> Value:
    for name in names:
        packages.provided.pop(name, None)
        packages.scripts.pop(name, None)
    return ""


def _ifneeded(interp: Interp, packages: Packages, words: list[str]) -> Value:
    name, version = words[:2]
    wanted = parse(version)
    known = packages.scripts.get(name, {})
    same = next((text for text in known if compare(parse(text), wanted) == 0), version)
    if len(words) == 2:
        return known.get(same, "")
    packages.scripts.setdefault(name, {})[same] = words[2]
    return ""


def _names(interp: Interp, packages: Packages, words: list[str]) -> Value:
    return list(packages.names)


def _prefer(interp: Interp, packages: Packages, words: list[str]) -> Value:
    if words and choose(words[0], ("latest", "stable"), "preference") == "latest":
        packages.prefer = "latest"  # and never back: what was loaded under it may need it
    return packages.prefer


def _provide(interp: Interp, packages: Packages, words: list[str]) -> Value:
    name = words[0]
    present = packages.provided.get(name)
    if len(words) == 1:
        return present or ""
    version = parse(words[1])
    if present is not None and compare(parse(present), version):
        raise TclError(
            f'conflicting versions provided for package "{name}": {present}, then {words[1]}',
            ["TCL", "PACKAGE", "VERSIONCONFLICT"],
        )
    packages.provided.setdefault(name, words[1])
    return ""


def _unknown(interp: Interp, packages: Packages, words: list[str]) -> Value:
    if words:
        packages.unknown = words[0]
        return ""
    return packages.unknown


def _vcompare(interp: Interp, packages: Packages, words: list[str]) -> Value:
    return compare(parse(words[0]), parse(words[1]))


def _versions(interp: Interp, packages: Packages, words: list[str]) -> Value:
    return list(packages.scripts.get(words[0], {}))


def _vsatisfies(interp: Interp, packages: Packages, words: list[str]) -> Value:
    parse(words[0])
    for requirement in words[1:]:
        check_requirement(requirement)
    return int(satisfies(words[0], words[1:]))


# ---- present and require ------------------------------------------------------------------------------


def _asked(option: str, words: list[str]) -> tuple[str, list[str], str]:
    """The package, the requirements on its version, and how an error names both."""
    if words[0] == "-exact":
        if len(words) != 3:
            raise _usage(option)
        parse(words[2])
        return words[1], [f"{words[2]}-{words[2]}"], f"{words[1]} exactly {words[2]}"
    for requirement in words[1:]:
        check_requirement(requirement)
    return words[0], words[1:], " ".join(words)


def _fits(name: str, version: str, requirements: list[str]) -> str:
    if not satisfies(version, requirements):
        wanted = requirements[0].partition("-")
        shown = f"exactly {wanted[0]}" if len(requirements) == 1 and wanted[0] == wanted[2] else " ".join(requirements)
        raise TclError(
            f'version conflict for package "{name}": have {version}, need {shown}',
            ["TCL", "PACKAGE", "VERSIONCONFLICT"],
        )
    return version


def _present(interp: Interp, packages: Packages, words: list[str]) -> Value:
    name, requirements, _ = _asked("present", words)
    version = packages.provided.get(name)
    if version is None:
        shown = " ".join(words[words[0] == "-exact" :][:2])  # Tcl tells the first requirement only
        raise TclError(f"package {shown} is not present", ["TCL", "LOOKUP", "PACKAGE", name])
    return _fits(name, version, requirements)


def _require(interp: Interp, packages: Packages, words: list[str]) -> Value:
    name, requirements, shown = _asked("require", words)
    if name not in packages.provided:
        version = packages.best(name, requirements)
        if version is None and name in _SHIPPED and satisfies(_SHIPPED[name][0], requirements):
            import_module(_SHIPPED[name][1]).install(interp)
        elif version is None:
            _ask_handler(interp, packages, name, requirements)
            version = packages.best(name, requirements)
        if version is not None and name not in packages.provided:
            _load(interp, packages, name, version)
    present = packages.provided.get(name)
    if present is None:
        raise TclError(f"can't find package {shown}", ["TCL", "PACKAGE", "UNFOUND"])
    return _fits(name, present, requirements)


def _ask_handler(interp: Interp, packages: Packages, name: str, requirements: list[str]) -> None:
    if not packages.unknown:
        return
    words = list_to_str([name, *(requirements or ["0-"])])
    try:
        interp.in_frame(interp.root_frame, lambda: interp.eval_body(f"{packages.unknown} {words}"))
    except TclError as error:
        error.add_info('\n    ("package unknown" script)')
        raise


@command("tclPkgUnknown", "name ?arg ...?", safe=False)
def pkg_unknown(interp: Interp, args: list[Any]) -> Value:
    """Read the indexes of auto_path."""
    if not interp.has_var("::auto_path"):
        return ""
    for directory in to_list(interp.get_var("::auto_path")):
        top = Path(to_str(directory))
        for index in [top / "pkgIndex.tcl", *sorted(top.glob("*/pkgIndex.tcl"))]:
            if index.is_file():
                _read_index(interp, index)
    return ""


def _read_index(interp: Interp, index: Path) -> None:
    """Run an index with `dir` naming its directory; one that fails must not hide the others."""
    from alftcl.frames import Frame, Variable

    frame = Frame({"dir": Variable(str(index.parent))}, interp.root, interp.root_frame)
    try:
        interp.in_frame(frame, lambda: interp.call("source", str(index)))
    except TclError as error:
        interp.publish(error)


def _load(interp: Interp, packages: Packages, name: str, version: str) -> None:
    if name in packages.loading:
        raise TclError(
            f"circular package dependency: attempt to provide {name} {version} requires {name}",
            ["TCL", "PACKAGE", "CIRCULARITY"],
        )
    packages.loading.append(name)
    try:
        _run_ifneeded(interp, packages, name, version)
    except TclError as error:
        error.add_info(f'\n    ("package ifneeded {name} {version}" script)')
        packages.provided.pop(name, None)
        raise
    finally:
        packages.loading.remove(name)


def _run_ifneeded(interp: Interp, packages: Packages, name: str, version: str) -> None:
    failed = f"attempt to provide package {name} {version} failed: "
    script = packages.scripts[name][version]
    try:
        interp.in_frame(interp.root_frame, lambda: interp.eval_body(script))
    except TclError:
        raise
    except Completion as completion:
        raise TclError(f"{failed}bad return code: {completion.code}", ["TCL", "PACKAGE", "BADRESULT"]) from None
    present = packages.provided.get(name)
    if present is None:
        raise TclError(f"{failed}no version of package {name} provided", ["TCL", "PACKAGE", "UNPROVIDED"])
    if compare(parse(present), parse(version)):
        raise TclError(f"{failed}package {name} {present} provided instead", ["TCL", "PACKAGE", "WRONGPROVIDE"])


_OPTIONS = {
    "forget": _forget,
    "ifneeded": _ifneeded,
    "names": _names,
    "prefer": _prefer,
    "present": _present,
    "provide": _provide,
    "require": _require,
    "unknown": _unknown,
    "vcompare": _vcompare,
    "versions": _versions,
    "vsatisfies": _vsatisfies,
}
