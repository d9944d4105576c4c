"""A site's environment presets: the file that alfConfig(presetsFile) names, read again when it has changed. What is in
it: `runtime.presets`.

A file that cannot be read leaves the last good presets in force, with a line in the log.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from runtime.presets import read_presets
from runtime.settings import Settings, SettingsError

_log = logging.getLogger("presets")


def preset_file(settings: Settings) -> Path | None:
    """The file that a site's settings name, None where they name none."""
    named = settings.presets_file
    return Path(named) if named else None


class PresetFile(Mapping[str, Mapping[str, str]]):
    """Preset name -> variables, as the file has them when it is asked. No file: no presets."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._stamp: tuple[int, int, int] | None = None
        self._presets: Mapping[str, Mapping[str, str]] = {}

    def __getitem__(self, name: str) -> Mapping[str, str]:
        return self._current()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._current())

    def __len__(self) -> int:
        return len(self._current())

    def _current(self) -> Mapping[str, Mapping[str, str]]:
        if self._path is None:
            return self._presets
        try:
            found = os.stat(self._path)
            stamp = (found.st_mtime_ns, found.st_size, found.st_ino)
            if stamp != self._stamp:
                self._stamp = stamp
                text = self._path.read_text(encoding="utf-8", errors="replace")
                self._presets = read_presets(text, str(self._path))
        except FileNotFoundError:
            self._stamp, self._presets = None, {}
        except (OSError, SettingsError) as error:
            _log.error("%s; the presets read before stay in force", error)
        return self._presets
