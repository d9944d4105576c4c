"""Where a site keeps its alfred.ini and its alfred.schedule (reference sections 6 and 7): the first one that is found.

    $ALF_INI, $ALF_SCHEDULE       what -ini FILE and -schedule FILE have named, for this process and those it starts
    $RATTREE/etc    $RATTREE/lib/alfred    $RMANTREE/lib/alfred (or /usr/local/prman)    /etc/alfred

What is in them is `runtime.settings` and `runtime.schedule.reader`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from pathlib import Path

from runtime.settings import DEFAULTS, Settings, SettingsError, read_settings

INI, SCHEDULE = "alfred.ini", "alfred.schedule"
_NAMED_BY = {INI: "ALF_INI", SCHEDULE: "ALF_SCHEDULE"}


class NoSuchFileError(ValueError):
    """A file that an option names cannot be read; the message is what the user sees."""


def name_files(environ: MutableMapping[str, str], *, ini: str | None = None, schedule: str | None = None) -> None:
    """Take the files that -ini and -schedule name, whatever else there is; those that are None are searched for.

    Raises NoSuchFileError: an alfred.ini is read at once, so it has to be there. A schedule may come later.
    """
    if ini is not None and not Path(ini).is_file():
        raise NoSuchFileError(f"-ini: there is no file {ini}")
    for name, named in ((INI, ini), (SCHEDULE, schedule)):
        if named is not None:
            environ[_NAMED_BY[name]] = str(Path(named).absolute())


def find_settings(
    environ: Mapping[str, str], complain: Callable[[str], None], before: Settings | None = None
) -> Settings:
    """The site's settings; the defaults when there is no file. When it cannot be used (which is complained of), what
    held `before` holds on, else the defaults."""
    path = find(environ, INI)
    if path is None:
        return DEFAULTS
    try:
        return read_settings(path.read_bytes(), str(path))
    except (OSError, SettingsError) as error:
        complain(f"{error}; {'the defaults are used' if before is None else 'what was read before holds on'}")
        return before or DEFAULTS


class CurrentSettings:
    """The site's settings as they are at each call. While alfred.ini cannot be used, which is complained of once, those
    of the call before hold on."""

    def __init__(self, environ: Mapping[str, str], complain: Callable[[str], None]) -> None:
        self._environ = environ
        self._tell = complain
        self._complaint = ""
        self._told = ""
        self._settings: Settings | None = None

    def __call__(self) -> Settings:
        self._complaint = ""
        self._settings = find_settings(self._environ, self._note, self._settings)
        if self._complaint and self._complaint != self._told:
            self._tell(self._complaint)
        self._told = self._complaint
        return self._settings

    def _note(self, complaint: str) -> None:
        self._complaint = complaint


def find(environ: Mapping[str, str], name: str) -> Path | None:
    """The site's INI or SCHEDULE: the one that was named, else the first of the search path that exists."""
    named = environ.get(_NAMED_BY[name])
    if named:
        return Path(named)
    return next((path for path in search_path(environ, name) if path.is_file()), None)


def search_path(environ: Mapping[str, str], name: str) -> Iterator[Path]:
    """Where INI or SCHEDULE is looked for, in order."""
    tree = environ.get("RATTREE")
    if tree:
        yield Path(tree, "etc", name)
        yield Path(tree, "lib/alfred", name)
    yield rman_tree(environ) / "lib/alfred" / name
    yield Path("/etc/alfred", name)


def rman_tree(environ: Mapping[str, str]) -> Path:
    """Where RenderMan is."""
    return Path(environ.get("RMANTREE") or "/usr/local/prman")
