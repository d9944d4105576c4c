"""Environment presets: what the names in -envkey mean at a site. A Tcl file of

    set alfEnvKey(rms-24) {setenv RMANTREE=/opt/rms-24 RMS_LICENSE=9010@lic}
    set alfEnvKey(show)   {rms-24 {setenv SHOW=bounce}}       another preset, and more

An entry is written as the value of -envkey is in a script: variables, and names of other presets, whose variables come
first. The file is the site's own, so it may compute: "setenv PATH=/opt/bin:$env(PATH)".
"""

from __future__ import annotations

from collections.abc import Mapping

from alftcl.values import to_str
from runtime.job.environment import EnvKeys, read_envkey
from runtime.settings import SettingsError
from runtime.site_script import SiteRun, run_site_file

_ARRAY = "alfEnvKey"


def read_presets(text: str, file: str) -> Mapping[str, Mapping[str, str]]:
    """The variables of each preset. Raises SettingsError, also for a preset that names one that is not there."""
    run = run_site_file(text, file, [_ARRAY])
    if run.failure is not None:
        raise SettingsError(file, run.failure.place[0], run.failure.text)
    entries = {name: read_envkey(to_str(value)) for name, value in run.arrays.get(_ARRAY, {}).items()}
    return {name: _variables(name, entries, file, run, ()) for name in entries}


def _variables(
    name: str, entries: Mapping[str, EnvKeys], file: str, run: SiteRun, path: tuple[str, ...]
) -> dict[str, str]:
    """The variables of a preset that those of `path` name, one the next."""
    line = run.place(_ARRAY, path[0] if path else name)[0]
    if name not in entries:
        raise SettingsError(file, line, f"{_ARRAY}({path[-1]}) names {name}, and there is no preset of that name")
    if name in path:
        raise SettingsError(file, line, f"the presets {' -> '.join((*path, name))} name each other")
    variables: dict[str, str] = {}
    for other in entries[name].presets:
        variables |= _variables(other, entries, file, run, (*path, name))
    return variables | dict(entries[name].settings)
