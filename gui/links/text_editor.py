"""A text in the user's own editor, in a window of its own: `$VISUAL` or `$EDITOR` in the preferences' terminal."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

import trio


class EditorError(Exception):
    """It was not edited; the text says why."""


async def edited(data: bytes, name: str, terminal: str, environ: Mapping[str, str] = os.environ) -> bytes:
    """What the user has made of it, when his editor has ended; `name` is what the copy is called. Raises
    EditorError."""
    editor = environ.get("VISUAL") or environ.get("EDITOR") or "vi"
    with tempfile.TemporaryDirectory(prefix="alfred-") as directory:
        path = Path(directory) / name
        words = [*_words(terminal), *_words(editor), str(path)]
        try:
            await trio.Path(path).write_bytes(data)
            done = await trio.run_process(words, capture_stderr=True, check=False, stdin=subprocess.DEVNULL)
            result = await trio.Path(path).read_bytes()
        except OSError as error:
            raise EditorError(f"{shlex.join(words)}: {error.strerror} (Preferences name the terminal)") from error
        if done.returncode:
            last = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
            raise EditorError(f"{shlex.join(words)} has failed ({done.returncode}){': ' * bool(last)}{last}")
        return result


def _words(command: str) -> list[str]:
    try:
        return shlex.split(command)
    except ValueError as error:
        raise EditorError(f"{command}: {error}") from error
