"""Built-in commands of job scripts: `File delete|copy|rename|mkdir`, with the meaning of Tcl's `file`.

    File delete ?-force? ?--? path ...              what is not there is no error; a full directory wants -force
    File copy   ?-force? ?--? source ... target     what is there wants -force; into target when it is a directory
    File rename ?-force? ?--? source ... target
    File mkdir  directory ...                       with its parents; what is there already is no error

They run in the dispatcher with its user's rights and touch files and nothing else: never a shell, no wildcards. An
error ends the operation where it is; the words are Tcl's.
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
from collections.abc import Callable, Sequence


class BuiltinError(Exception):
    """A built-in command that failed; the text is what its user sees."""


def run_builtin(words: Sequence[str], cwd: str) -> None:
    """Run `File OPERATION WORD ...`; relative paths are relative to `cwd`. Raises BuiltinError."""
    if len(words) < 2 or words[0].lower() != "file":
        raise BuiltinError(f'"{" ".join(words)}" is no built-in command: File delete|copy|rename|mkdir')
    operation = _OPERATIONS.get(words[1])
    if operation is None:
        raise BuiltinError(f"File {words[1]}: unknown operation, must be {', '.join(_OPERATIONS)}")
    try:
        operation(words[2:], cwd)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise BuiltinError(f'error in File {words[1]} "{error.filename}": {reason}') from error
    except ValueError as error:
        raise BuiltinError(f"error in File {words[1]}: {error}") from error


def _delete(words: Sequence[str], cwd: str) -> None:
    force, paths = _options("delete", words)
    for path in paths:
        place = _place(path, cwd)
        if os.path.isdir(place) and not os.path.islink(place):
            _delete_directory(place, path, force)
        elif os.path.lexists(place):
            os.unlink(place)


def _delete_directory(place: str, path: str, force: bool) -> None:
    if force:
        shutil.rmtree(place)
        return
    try:
        os.rmdir(place)
    except OSError as error:
        if error.errno in (errno.ENOTEMPTY, errno.EEXIST):
            raise BuiltinError(f'error deleting "{path}": directory not empty') from error
        raise


def _copy(words: Sequence[str], cwd: str) -> None:
    for source, target, force in _pairs("copy", words, cwd):
        if not os.path.lexists(source):
            raise BuiltinError(f'error copying "{source}": no such file or directory')
        _make_room("copying", source, target, force)
        if os.path.islink(source):
            os.symlink(os.readlink(source), target)
        elif os.path.isdir(source):
            if _is_within(target, source):
                raise BuiltinError(f'error copying "{source}" to "{target}": it would lie within itself')
            shutil.copytree(source, target, symlinks=True)
        elif stat.S_ISREG(os.stat(source).st_mode):
            shutil.copy2(source, target)
        else:
            raise BuiltinError(f'error copying "{source}": it is no file, directory or link')


def _rename(words: Sequence[str], cwd: str) -> None:
    for source, target, force in _pairs("rename", words, cwd):
        if not os.path.lexists(source):
            raise BuiltinError(f'error renaming "{source}": no such file or directory')
        if _is_within(target, source) and os.path.isdir(source):
            raise BuiltinError(
                f'error renaming "{source}" to "{target}": trying to rename a volume or move a directory into itself'
            )
        _make_room("renaming", source, target, force)
        try:
            os.rename(source, target)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            shutil.move(source, target)


def _mkdir(words: Sequence[str], cwd: str) -> None:
    for path in words:
        place = _place(path, cwd)
        if os.path.exists(place) and not os.path.isdir(place):
            raise BuiltinError(f'can\'t create directory "{path}": file already exists')
        os.makedirs(place, exist_ok=True)


_OPERATIONS: dict[str, Callable[[Sequence[str], str], None]] = {
    "delete": _delete,
    "copy": _copy,
    "rename": _rename,
    "mkdir": _mkdir,
}


def _options(operation: str, words: Sequence[str]) -> tuple[bool, list[str]]:
    """Whether -force is given, and the paths."""
    force = False
    rest = list(words)
    while rest and rest[0].startswith("-"):
        option = rest.pop(0)
        if option == "--":
            break
        if option != "-force":
            raise BuiltinError(f'File {operation}: bad option "{option}": must be -force or --')
        force = True
    return force, rest


def _pairs(operation: str, words: Sequence[str], cwd: str) -> list[tuple[str, str, bool]]:
    """Each source with its own target: within the last word when that is a directory."""
    force, paths = _options(operation, words)
    if len(paths) < 2:
        raise BuiltinError(f"File {operation}: wrong # args: wants a source and a target")
    target = _place(paths[-1], cwd)
    sources = [_place(path, cwd) for path in paths[:-1]]
    if os.path.isdir(target):
        return [(source, os.path.join(target, os.path.basename(source.rstrip("/"))), force) for source in sources]
    if len(sources) > 1:
        raise BuiltinError(f'File {operation}: target "{paths[-1]}" is not a directory')
    return [(sources[0], target, force)]


def _make_room(doing: str, source: str, target: str, force: bool) -> None:
    """As Tcl does: -force replaces a file by a file; a directory is never replaced by a file, nor the other way."""
    if not os.path.lexists(target):
        return
    if os.path.exists(target) and os.path.exists(source) and os.path.samefile(source, target):
        return
    if not force:
        raise BuiltinError(f'error {doing} "{source}" to "{target}": file already exists')
    source_is_directory = os.path.isdir(source) and not os.path.islink(source)
    target_is_directory = os.path.isdir(target) and not os.path.islink(target)
    if source_is_directory != target_is_directory:
        over, what = ("file", "directory") if source_is_directory else ("directory", "file")
        raise BuiltinError(f'error {doing} "{source}" to "{target}": can\'t overwrite {over} with {what}')
    if target_is_directory:
        os.rmdir(target)  # only an empty one gives way
    else:
        os.unlink(target)


def _is_within(path: str, directory: str) -> bool:
    inner, outer = os.path.realpath(path), os.path.realpath(directory)
    return inner != outer and os.path.commonpath([inner, outer]) == outer


def _place(path: str, cwd: str) -> str:
    if "\0" in path:
        raise ValueError("a path cannot hold a NUL character")
    return os.path.join(cwd, path)
