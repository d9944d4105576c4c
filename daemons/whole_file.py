"""A small file that is replaced as a whole: after a power cut it is the old or the new one, never half of either."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path


def replace(path: Path, content: bytes, finish: Callable[[int], None] | None = None) -> None:
    """Put this content in the file's place, and wait until it is on the disk.

    Only its owner may read it, unless `finish`, which gets the new file's descriptor before that takes its place, gives
    it other rights. Raises OSError; the old file is as it was then.
    """
    beside = path.with_name(f"{path.name}.new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        if finish is not None:
            finish(descriptor)
        os.fsync(descriptor)
    beside.replace(path)
    directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
