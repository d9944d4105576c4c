"""The subcommands of file that change the file system: copy delete link mkdir rename tempfile.

    copy, rename   source target          target may be a directory to put the source in
                   source ... directory   several at once
    -force         overwrite (never a file with a directory or the other way round)

Source: file(n) of Tcl 8.6 on Unix; the messages are those of tclFCmd.c.
"""

import errno
import os
import shutil
import tempfile
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from alftcl import paths
from alftcl.channels import Channel
from alftcl.commands.files import link_target
from alftcl.devices import FileDevice
from alftcl.errors import TclError
from alftcl.posix import error_words, posix_code, posix_error
from alftcl.table import choose, subcommand, wrong_args
from alftcl.values import Value, to_str

if TYPE_CHECKING:
    from alftcl.interp import Interp

_USAGE = "?-option value ...? source ?source ...? target"


def _force_option(words: list[str]) -> tuple[bool, list[str]]:
    """Whether -force was given, and the names behind the options."""
    force = False
    for place, word in enumerate(words):
        if not word.startswith("-"):
            return force, words[place:]
        if choose(word, ("-force", "--"), exact=True) == "--":
            return force, words[place + 1 :]
        force = True
    return force, []


@subcommand("file", "copy", _USAGE, least=0, safe=False)
def file_copy(interp: "Interp", args: list[Any]) -> Value:
    """Copy files and directories, with times and permissions."""
    return _copy_or_rename(interp, args, "copy")


@subcommand("file", "rename", _USAGE, least=0, safe=False)
def file_rename(interp: "Interp", args: list[Any]) -> Value:
    """Rename or move files and directories."""
    return _copy_or_rename(interp, args, "rename")


_VERBS = {"copy": "copying", "rename": "renaming"}


def _copy_or_rename(interp: "Interp", args: list[Any], word: str) -> Value:
    force, names = _force_option([to_str(arg) for arg in args])
    if len(names) < 2:
        raise wrong_args(f"{to_str(interp.command_word)} {word} {_USAGE}")
    *sources, target = names
    into_directory = os.path.isdir(paths.native_path(target))
    if len(sources) > 1 and not into_directory:
        raise TclError(f'error {_VERBS[word]}: target "{target}" is not a directory', posix_code(errno.ENOTDIR))
    for source in sources:
        goal = paths.join([target, paths.tail(source)]) if into_directory else target
        _move_one(source, goal, word, force)
    return ""


def _move_one(source: str, target: str, word: str, force: bool) -> None:
    old, new = paths.native_path(source), paths.native_path(target)
    doing = f'error {_VERBS[word]} "{source}"'
    try:
        old_status = os.lstat(old)
    except OSError as cause:
        raise posix_error(doing, cause) from None
    if os.path.lexists(new) and not _may_overwrite(source, target, old_status, word, force):
        return
    try:
        (_copy if word == "copy" else _rename)(old, new)
    except OSError as cause:
        if word == "rename" and cause.errno == errno.EINVAL:
            reason = "trying to rename a volume or move a directory into itself"
            raise TclError(f'{doing} to "{target}": {reason}') from None
        raise posix_error(f'{doing} to "{target}"', cause) from None


def _may_overwrite(source: str, target: str, old: os.stat_result, word: str, force: bool) -> bool:
    """Whether there is anything to do where the target exists; TclError when it must not be overwritten."""
    new = os.lstat(paths.native_path(target))
    same = (old.st_dev, old.st_ino) == (new.st_dev, new.st_ino)
    if not force:
        shown = f'"{source}"' if same and source == target else f'"{source}" to "{target}"'
        raise TclError(f"error {_VERBS[word]} {shown}: {error_words(errno.EEXIST)}", posix_code(errno.EEXIST))
    old_is_dir = os.path.isdir(paths.native_path(source))
    new_is_dir = os.path.isdir(paths.native_path(target))
    if old_is_dir and not new_is_dir:
        raise TclError(f'can\'t overwrite file "{target}" with directory "{source}"')
    if new_is_dir and not old_is_dir:
        raise TclError(f'can\'t overwrite directory "{target}" with file "{source}"')
    return not same


def _copy(old: str, new: str) -> None:
    if os.path.islink(old):
        _replace_with(new, lambda: os.symlink(os.readlink(old), new))
    elif os.path.isdir(old):
        if os.path.isdir(new):
            raise OSError(errno.EEXIST, "directory exists")
        _copy_tree(old, new)
    else:
        shutil.copy2(old, new)


def _copy_tree(old: str, new: str) -> None:
    """A directory and what was in it when we began: one copied into itself does not grow for ever."""
    names = os.listdir(old)
    os.mkdir(new)
    for name in names:
        path = os.path.join(old, name)
        if not os.path.exists(new) or not os.path.samefile(path, new) or os.path.islink(path):
            _copy(path, os.path.join(new, name))
    shutil.copystat(old, new)


def _replace_with(path: str, make: Callable[[], None]) -> None:
    if os.path.lexists(path):
        os.unlink(path)
    make()


def _rename(old: str, new: str) -> None:
    try:
        os.rename(old, new)
    except OSError as cause:
        if cause.errno != errno.EXDEV:
            raise
        shutil.move(old, new)


@subcommand("file", "delete", "?-option value ...? ?name ...?", least=0, safe=False)
def file_delete(interp: "Interp", args: list[Any]) -> Value:
    """Remove files and empty directories (-force: all directories); missing ones are no error."""
    force, names = _force_option([to_str(arg) for arg in args])
    for name in names:
        path = paths.native_path(name)
        try:
            _delete(path, force)
        except FileNotFoundError:
            continue
        except OSError as cause:
            if cause.errno == errno.ENOTEMPTY:
                raise TclError(f'error deleting "{name}": directory not empty', posix_code(errno.EEXIST)) from None
            raise posix_error(f'error deleting "{name}"', cause) from None
    return ""


def _delete(path: str, force: bool) -> None:
    if not os.path.isdir(path) or os.path.islink(path):
        os.unlink(path)
    elif force:
        shutil.rmtree(path)
    else:
        os.rmdir(path)


@subcommand("file", "mkdir", "?name ...?", safe=False)
def file_mkdir(interp: "Interp", args: list[Any]) -> Value:
    """Make directories, with those above them."""
    for arg in args:
        name = to_str(arg)
        made = ""
        if not name:
            raise posix_error(f'can\'t create directory "{name}"', FileNotFoundError(errno.ENOENT, "no name"))
        for part in paths.split(paths.native_path(name)):
            made = paths.join([made, part])
            if os.path.isdir(made):
                continue
            try:
                os.mkdir(made)
            except OSError as cause:
                raise posix_error(f'can\'t create directory "{made}"', cause) from None
    return ""


@subcommand("file", "link", "?-linktype? linkname ?target?", safe=False)
def file_link(interp: "Interp", args: list[Any]) -> Value:
    """Where a link points; with a target, make a symbolic link (or -hard)."""
    words = [to_str(arg) for arg in args]
    if len(words) == 1:
        return link_target(words[0])
    kind = "-symbolic"
    if len(words) == 3:
        kind = choose(words.pop(0), ("-symbolic", "-hard"))
    name, target = words
    _make_link(name, target, kind)
    return target


def _make_link(name: str, target: str, kind: str) -> None:
    link, goal = paths.native_path(name), paths.native_path(target)
    failed = f'could not create new link "{name}"'
    seen_from_link = os.path.join(os.path.dirname(link), goal) if kind == "-symbolic" else goal
    if not os.path.lexists(seen_from_link):
        missing = f'target "{target}" doesn\'t exist' if os.path.isdir(os.path.dirname(link) or ".") else ""
        raise TclError(f"{failed}: {missing or error_words(errno.ENOENT)}", posix_code(errno.ENOENT))
    if os.path.lexists(link):
        raise TclError(f"{failed}: that path already exists", posix_code(errno.EEXIST))
    try:
        if kind == "-symbolic":
            os.symlink(goal, link)
        else:
            os.link(goal, link)
    except OSError as cause:
        raise posix_error(f'{failed} pointing to "{target}"', cause) from None


@subcommand("file", "tempfile", "?nameVar? ?template?", safe=False)
def file_tempfile(interp: "Interp", args: list[Any]) -> Value:
    """A new file, open to read and write; its name goes into the variable (without one the file has no name)."""
    template = to_str(args[1]) if len(args) > 1 else ""
    directory, base = paths.dirname(template), paths.rootname(paths.tail(template))
    try:
        fd, path = tempfile.mkstemp(
            suffix=paths.extension(template),
            prefix=f"{base or 'tcl'}_",
            dir=paths.native_path(directory) if "/" in template else None,
        )
    except OSError as cause:
        raise posix_error("can't create temporary file", cause) from None
    if args:
        interp.set_var(to_str(args[0]), path)
    else:
        os.unlink(path)
    channel = Channel(f"file{fd}", FileDevice(fd, fd), readable=True, writable=True)
    interp.channels.add(channel)
    return channel.name
