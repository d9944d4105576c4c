"""Where a site keeps its settings: the first alfred.ini that is found (reference section 6). Reading it is
`runtime.settings`.

    $RATTREE/etc    $RATTREE/lib/alfred    $RMANTREE/lib/alfred (or /usr/local/prman)    /etc/alfred
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from runtime.settings import DEFAULTS, Settings, SettingsError, read_settings


def find_settings(environ: Mapping[str, str], complain: Callable[[str], None]) -> Settings:
    """The site's settings; the defaults when there is no file, or (with a complaint) when it cannot be used."""
    for path in _candidates(environ):
        try:
            return read_settings(path.read_text(encoding="utf-8", errors="replace"), str(path))
        except FileNotFoundError:
            continue
        except (OSError, SettingsError) as error:
            complain(f"{error}; the defaults are used")
            break
    return DEFAULTS


def _candidates(environ: Mapping[str, str]) -> Iterator[Path]:
    tree = environ.get("RATTREE")
    if tree:
        yield Path(tree, "etc/alfred.ini")
        yield Path(tree, "lib/alfred/alfred.ini")
    yield Path(environ.get("RMANTREE") or "/usr/local/prman", "lib/alfred/alfred.ini")
    yield Path("/etc/alfred/alfred.ini")
