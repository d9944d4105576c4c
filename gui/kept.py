"""The user's preferences on disk: $XDG_CONFIG_HOME/alfred/windows.json. Never worth an error that ends anything."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from daemons.whole_file import replace
from gui.models.preferences import Preferences, PreferencesError, read, written


def path(environ: Mapping[str, str] = os.environ) -> Path:
    """Where they are."""
    home = environ.get("XDG_CONFIG_HOME", "")
    base = Path(home) if home.startswith("/") else Path(environ.get("HOME") or "~").expanduser() / ".config"
    return base / "alfred" / "windows.json"


def load(file: Path) -> tuple[Preferences, str]:
    """The preferences, and in words why they are the default ones, where a file could not be read. It is left as it is
    until something is kept."""
    try:
        return read(file.read_bytes()), ""
    except FileNotFoundError:
        return Preferences(), ""
    except OSError as error:
        return Preferences(), f"preferences {file}: {error.strerror}; the default ones count"
    except PreferencesError as error:
        return Preferences(), f"preferences {file}: {error}; the default ones count"


def save(file: Path, preferences: Preferences) -> str:
    """Keep them; in words why not, where that fails."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        replace(file, written(preferences))
    except OSError as error:
        return f"preferences {file}: {error.strerror}; they are not kept"
    return ""
