"""The file ensemble, pwd and cd.

    names        dirname extension join nativename normalize pathtype rootname separator split tail volumes
    questions    executable exists isdirectory isfile owned readable size system type writable
    attributes   atime mtime attributes stat lstat readlink
    changes      copy delete link mkdir rename tempfile (commands/file_changes.py)

What names mean is alftcl/paths.py; nothing here is for safe interpreters. Source: file(n), pwd(n), cd(n) of
Tcl 8.6 on Unix.
"""

import grp
import os
import pwd as users
import re
import stat
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from alftcl import encodings, paths
from alftcl.errors import TclError
from alftcl.posix import posix_error
from alftcl.table import choose, command, ensemble, subcommand, wrong_args
from alftcl.values import Value, as_number, match_glob, to_str, to_wide

if TYPE_CHECKING:
    from alftcl.interp import Interp


ensemble("file", {}, safe=False)


# ---- names -----------------------------------------------------------------------------------------

_OF_A_NAME: dict[str, Callable[[str], Value]] = {
    "dirname": paths.dirname,
    "extension": paths.extension,
    "nativename": lambda name: paths.join(paths.split(paths.native_path(name))),
    "normalize": paths.normalize,
    "pathtype": paths.path_type,
    "rootname": paths.rootname,
    "split": lambda name: list(paths.split(name)),
    "tail": paths.tail,
}


def _declare_of_a_name(name: str, answer: Callable[[str], Value]) -> None:
    @subcommand("file", name, "name", safe=name in ("pathtype", "split"))
    def run(interp: "Interp", args: list[Any]) -> Value:
        return answer(to_str(args[0]))


for _name, _answer in _OF_A_NAME.items():
    _declare_of_a_name(_name, _answer)


@subcommand("file", "join", "name ?name ...?")
def file_join(interp: "Interp", args: list[Any]) -> Value:
    """One path of several parts; an absolute part starts over."""
    return paths.join([to_str(arg) for arg in args])


@subcommand("file", "separator", "?name?")
def file_separator(interp: "Interp", args: list[Any]) -> Value:
    """What stands between the parts of a path."""
    _check_file_system(args)
    return "/"


def _check_file_system(args: list[Any]) -> None:
    if args and not to_str(args[0]):
        raise TclError("unrecognised path", ["TCL", "LOOKUP", "FILESYSTEM", ""])


@subcommand("file", "volumes", "", safe=False)
def file_volumes(interp: "Interp", args: list[Any]) -> Value:
    """The roots of the file system."""
    return ["/"]


@subcommand("file", "system", "name")
def file_system(interp: "Interp", args: list[Any]) -> Value:
    """Which file system a name belongs to; there is only the native one."""
    _check_file_system(args)
    return ["native"]


@subcommand("file", "channels", "?pattern?")
def file_channels(interp: "Interp", args: list[Any]) -> Value:
    """The names of the open channels."""
    return [name for name in interp.channels if not args or match_glob(to_str(args[0]), name)]


# ---- questions -------------------------------------------------------------------------------------


def _owned(path: str) -> bool:
    return os.stat(path).st_uid == os.geteuid()


_QUESTIONS: dict[str, Callable[[str], bool]] = {
    "executable": lambda path: os.access(path, os.X_OK),
    "exists": lambda path: os.access(path, os.F_OK),
    "isdirectory": os.path.isdir,
    "isfile": os.path.isfile,
    "owned": _owned,
    "readable": lambda path: os.access(path, os.R_OK),
    "writable": lambda path: os.access(path, os.W_OK),
}


def _declare_question(name: str, holds: Callable[[str], bool]) -> None:
    @subcommand("file", name, "name", safe=False)
    def run(interp: "Interp", args: list[Any]) -> Value:
        try:
            return int(holds(paths.native_path(to_str(args[0]))))
        except (OSError, ValueError, TclError):  # no such file, or no such user: the answer is no
            return 0


for _name, _holds in _QUESTIONS.items():
    _declare_question(_name, _holds)


# ---- attributes ------------------------------------------------------------------------------------


def _status(name: str, *, follow: bool = True) -> os.stat_result:
    try:
        return os.stat(paths.native_path(name), follow_symlinks=follow)
    except OSError as cause:
        raise posix_error(f'could not read "{name}"', cause) from None


_TYPES = (
    (stat.S_ISREG, "file"),
    (stat.S_ISDIR, "directory"),
    (stat.S_ISLNK, "link"),
    (stat.S_ISCHR, "characterSpecial"),
    (stat.S_ISBLK, "blockSpecial"),
    (stat.S_ISFIFO, "fifo"),
    (stat.S_ISSOCK, "socket"),
)


def _type_of(mode: int) -> str:
    return next((word for test, word in _TYPES if test(mode)), "unknown")


@subcommand("file", "size", "name", safe=False)
def file_size(interp: "Interp", args: list[Any]) -> Value:
    """Bytes of a file."""
    return _status(to_str(args[0])).st_size


@subcommand("file", "type", "name", safe=False)
def file_type(interp: "Interp", args: list[Any]) -> Value:
    """file, directory, link ... of the name itself."""
    return _type_of(_status(to_str(args[0]), follow=False).st_mode)


@subcommand("file", "stat", "name varName", safe=False)
def file_stat(interp: "Interp", args: list[Any]) -> Value:
    """Put what stat(2) says into an array."""
    return _store_status(interp, _status(to_str(args[0])), to_str(args[1]))


@subcommand("file", "lstat", "name varName", safe=False)
def file_lstat(interp: "Interp", args: list[Any]) -> Value:
    """As file stat, of a link itself."""
    return _store_status(interp, _status(to_str(args[0]), follow=False), to_str(args[1]))


def _store_status(interp: "Interp", status: os.stat_result, array: str) -> Value:
    elements: dict[str, Value] = {
        "dev": status.st_dev,
        "ino": status.st_ino,
        "nlink": status.st_nlink,
        "uid": status.st_uid,
        "gid": status.st_gid,
        "size": status.st_size,
        "atime": int(status.st_atime),
        "mtime": int(status.st_mtime),
        "ctime": int(status.st_ctime),
        "mode": status.st_mode,
        "type": _type_of(status.st_mode),
        "blocks": status.st_blocks,
        "blksize": status.st_blksize,
    }
    for key, value in elements.items():
        interp.set_var(f"{array}({key})", value)
    return ""


@subcommand("file", "atime", "name ?time?", safe=False)
def file_atime(interp: "Interp", args: list[Any]) -> Value:
    """When the file was last read, in seconds of the epoch; or set it."""
    return _time(args, accessed=True)


@subcommand("file", "mtime", "name ?time?", safe=False)
def file_mtime(interp: "Interp", args: list[Any]) -> Value:
    """When the file was last changed, in seconds of the epoch; or set it."""
    return _time(args, accessed=False)


def _time(args: list[Any], *, accessed: bool) -> int:
    name = to_str(args[0])
    status = _status(name)
    if len(args) == 1:
        return int(status.st_atime if accessed else status.st_mtime)
    seconds = to_wide(args[1])
    times = (seconds * 10**9, status.st_mtime_ns) if accessed else (status.st_atime_ns, seconds * 10**9)
    try:
        os.utime(paths.native_path(name), ns=times)
    except OSError as cause:
        which = "access" if accessed else "modification"
        raise posix_error(f'could not set {which} time for file "{name}"', cause) from None
    return seconds


@subcommand("file", "readlink", "name", safe=False)
def file_readlink(interp: "Interp", args: list[Any]) -> Value:
    """Where a symbolic link points."""
    return link_target(to_str(args[0]))


def link_target(name: str) -> str:
    """The text of a symbolic link."""
    try:
        return os.readlink(paths.native_path(name))
    except OSError as cause:
        raise posix_error(f'could not read link "{name}"', cause) from None


_ATTRIBUTES = ("-group", "-owner", "-permissions")


@subcommand("file", "attributes", "name ?-option value ...?", safe=False)
def file_attributes(interp: "Interp", args: list[Any]) -> Value:
    """Read or set group, owner and permissions."""
    name = to_str(args[0])
    if len(args) == 1:
        return [part for option in _ATTRIBUTES for part in (option, _attribute(name, option))]
    if len(args) == 2:
        return _attribute(name, choose(args[1], _ATTRIBUTES))
    for place in range(1, len(args), 2):
        option = choose(args[place], _ATTRIBUTES)
        if place + 1 == len(args):
            raise TclError(f'value for "{to_str(args[place])}" missing', ["TCL", "OPERATION", "FATTR", "NOVALUE"])
        _set_attribute(name, option, to_str(args[place + 1]))
    return ""


def _attribute(name: str, option: str) -> str:
    status = _status(name)
    if option == "-permissions":
        return f"{stat.S_IMODE(status.st_mode):05o}"
    try:
        if option == "-group":
            return grp.getgrgid(status.st_gid).gr_name
        return users.getpwuid(status.st_uid).pw_name
    except KeyError:  # an id without a name is shown as the number
        return str(status.st_gid if option == "-group" else status.st_uid)


def _set_attribute(name: str, option: str, value: str) -> None:
    path = paths.native_path(name)
    word = option[1:]
    try:
        if option == "-permissions":
            os.chmod(path, _permissions(value, os.stat(path).st_mode))
        elif option == "-group":
            os.chown(path, -1, _group_id(name, value))
        else:
            os.chown(path, _user_id(name, value), -1)
    except OSError as cause:
        raise posix_error(f'could not set {word} for file "{name}"', cause) from None


def _group_id(name: str, value: str) -> int:
    number = as_number(value)
    if isinstance(number, int):
        return number
    try:
        return grp.getgrnam(value).gr_gid
    except KeyError:
        raise TclError(
            f'could not set group for file "{name}": group "{value}" does not exist',
            ["TCL", "OPERATION", "SETGRP", "NO_GROUP"],
        ) from None


def _user_id(name: str, value: str) -> int:
    number = as_number(value)
    if isinstance(number, int):
        return number
    try:
        return users.getpwnam(value).pw_uid
    except KeyError:
        raise TclError(
            f'could not set owner for file "{name}": user "{value}" does not exist',
            ["TCL", "OPERATION", "SETOWN", "NO_USER"],
        ) from None


_LS_FORM = re.compile(r"[r-][w-][xsS-][r-][w-][xsS-][r-][w-][xtT-]")
_CLAUSE = re.compile(r"([ugoa]*)([-+=])([rwxst]*)")
_CLASSES = {"u": 0o4700, "g": 0o2070, "o": 0o1007, "a": 0o7777}
_RIGHTS = {"r": 0o444, "w": 0o222, "x": 0o111, "s": 0o6000, "t": 0o1000}


def _permissions(text: str, mode: int) -> int:
    """The mode that a number, ``rwxr-xr-x`` or ``u+x,go-w`` asks for."""
    number = as_number(text)
    if isinstance(number, int):
        return number & 0o7777
    if _LS_FORM.fullmatch(text):
        return _ls_permissions(text)
    for clause in text.split(","):
        match = _CLAUSE.fullmatch(clause)
        if match is None:
            raise TclError(f'unknown permission string format "{text}"', ["TCL", "VALUE", "PERMISSION"])
        who, operator, rights = match.groups()
        classes = sum_bits(_CLASSES[letter] for letter in who or "a")
        bits = sum_bits(_RIGHTS[letter] for letter in rights) & classes
        if operator == "=":
            mode = mode & ~classes | bits
        else:
            mode = mode | bits if operator == "+" else mode & ~bits
    return stat.S_IMODE(mode)


def sum_bits(masks: Any) -> int:
    """All the bits of several masks."""
    total = 0
    for mask in masks:
        total |= mask
    return total


def _ls_permissions(text: str) -> int:
    mode = 0
    for place, letter in enumerate(text):
        if letter in "rwxst":
            mode |= 1 << (8 - place)
        if letter in "sStT":
            mode |= 0o4000 >> (place // 3)
    return mode


# ---- the working directory -------------------------------------------------------------------------


@command("pwd", "", safe=False)
def pwd(interp: "Interp", args: list[Any]) -> Value:
    """The working directory."""
    try:
        return os.getcwd()
    except OSError as cause:
        raise posix_error("error getting working directory name", cause) from None


@command("cd", "?dirName?", safe=False)
def cd(interp: "Interp", args: list[Any]) -> Value:
    """Change the working directory (to the home directory without a name)."""
    name = to_str(args[0]) if args else "~"
    path = paths.native_path(name)
    try:
        os.chdir(path)
    except OSError as cause:
        raise posix_error(f'couldn\'t change working directory to "{name}"', cause) from None
    return ""


@command("source", "?-encoding name? fileName", safe=False)
def source(interp: "Interp", args: list[Any]) -> Value:
    """Run the script in a file."""
    if len(args) == 2:
        raise wrong_args("source ?-encoding name? fileName")
    if len(args) == 3:
        choose(args[0], ("-encoding",), exact=True)
    name = to_str(args[-1])
    encoding = to_str(args[1]) if len(args) == 3 else encodings.system_encoding()
    encodings.codec_of(encoding)
    try:
        with open(paths.native_path(name), "rb") as file:
            text = encodings.script_text(file.read(), encoding)
    except OSError as cause:
        raise posix_error(f'couldn\'t read file "{name}"', cause) from None
    return interp.eval_file(name, text)
