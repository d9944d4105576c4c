"""File names as Tcl sees them on Unix: pure text, no file is touched (but ``~`` asks who the users are).

    join      a/b  +  c  +  /d    ->  /d          an absolute part starts over
    split     /a//b               ->  / a b
    dirname   a/b/                ->  a
    tail      a/b/                ->  b
    ~, ~user  the home directory, in front of a path only; ./~x is a file that starts with a tilde

Source: filename(n) and file(n) of Tcl 8.6.
"""

import os
import pwd

from alftcl.errors import TclError


def home_of(user: str, environment_home: str | None) -> str:
    """The home directory of ``~`` or ``~user``."""
    if not user:
        if environment_home is None:
            raise TclError(
                "couldn't find HOME environment variable to expand path", ["TCL", "VALUE", "PATH", "HOMELESS"]
            )
        return environment_home
    try:
        return pwd.getpwnam(user).pw_dir
    except KeyError:
        raise TclError(f'user "{user}" doesn\'t exist', ["TCL", "VALUE", "PATH", "NOUSER"]) from None


def native_path(name: str) -> str:
    """A file name as the operating system takes it: a leading tilde replaced by the home directory."""
    if not name.startswith("~"):
        return name
    user, slash, rest = name[1:].partition("/")
    home = home_of(user, os.environ.get("HOME"))
    return join([home, rest]) if slash and rest.strip("/") else home


def split(name: str) -> list[str]:
    """The elements of a path; the first is ``/`` or ``~user`` when it is absolute."""
    parts = [part for part in name.split("/") if part]
    rest = [f"./{part}" if part.startswith("~") else part for part in parts]
    if name.startswith("/"):
        return ["/", *rest]
    return parts[:1] + rest[1:]


def join(names: list[str]) -> str:
    """One path from several; an absolute one drops what stands before it."""
    path = ""
    for name in names:
        if name.startswith(("/", "~")):
            path = _single_slashes(name)
            continue
        part = _single_slashes(name)
        if path and part.startswith("./~"):
            part = part[2:]
        if not part:
            continue
        path = path + part if path == "" or path.endswith("/") else f"{path}/{part}"
    return path


def _single_slashes(name: str) -> str:
    path = "/".join(part for part in name.split("/") if part)
    return "/" + path if name.startswith("/") else path


def path_type(name: str) -> str:
    """absolute or relative (volumerelative exists on Windows only)."""
    return "absolute" if name.startswith(("/", "~")) else "relative"


def dirname(name: str) -> str:
    """All but the last element."""
    if name.startswith("~") and len(split(name)) == 1:
        return dirname(native_path(name))
    parts = split(name)
    if len(parts) > 1:
        return join(parts[:-1])
    return parts[0] if parts and path_type(name) == "absolute" else "."


def tail(name: str) -> str:
    """The last element; empty for the root."""
    if name.startswith("~") and len(split(name)) == 1:
        return tail(native_path(name))
    parts = split(name)
    if not parts or (len(parts) == 1 and path_type(name) == "absolute"):
        return ""
    return parts[-1]


def extension(name: str) -> str:
    """The last element from its last dot on."""
    last = name.rpartition("/")[2]
    dot = last.rfind(".")
    return last[dot:] if dot >= 0 else ""


def rootname(name: str) -> str:
    """A path without its extension."""
    suffix = extension(name)
    return name[: -len(suffix)] if suffix else name


def normalize(name: str) -> str:
    """The one absolute path of a file: no ``.``, ``..`` or links, except that a link at the very end stays."""
    if not name:
        return ""
    path = os.path.abspath(native_path(name))
    if path.startswith("//"):
        path = path[1:]
    native = native_path(name)
    parent = native.rstrip("/").rpartition("/")[0] if "/" in native.rstrip("/") else "."
    last = native.rstrip("/").rpartition("/")[2]
    if last in ("", ".", ".."):
        return os.path.realpath(native or "/")
    base = os.path.realpath(parent if parent or not native.startswith("/") else "/")
    return join([base, "./" + last]) if last.startswith("~") else base.rstrip("/") + "/" + last
