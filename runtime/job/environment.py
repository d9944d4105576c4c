"""-envkey: presets of the environment by name, and variables that the job sets itself (reference 2.1, section 10).

    -envkey {rms-24}                              a preset
    -envkey {{rms-24} {setenv A=1 B=2}}           a preset and two variables
    -envkey {setenv A=1 setenv B=2}               two variables, not nested
    -envkey {TOOLS=/mnt/tools houdini}            a variable and a preset (C-030)

What a preset means is the machine's affair; here are only the words.
"""

from __future__ import annotations

import re
from functools import lru_cache

import msgspec

from runtime.job.substitute import Binding, message
from runtime.job.words import split_words

_SETTING = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=(.*)\Z", re.S)


class EnvKeys(msgspec.Struct, frozen=True):
    """The value of -envkey: names of presets, and (name, value) of variables, both in the order of the script."""

    presets: tuple[str, ...] = ()
    settings: tuple[tuple[str, str], ...] = ()

    def environment(self, binding: Binding) -> dict[str, str]:
        """The variables to set, with % codes and %D() replaced; of two with one name the later counts."""
        return {name: message(value, binding) for name, value in self.settings}


@lru_cache(maxsize=1024)
def read_envkey(text: str) -> EnvKeys:
    """What the text of -envkey asks for; no text is refused, a word that sets nothing is a preset."""
    presets: list[str] = []
    settings: list[tuple[str, str]] = []
    for entry in split_words(text):
        words = split_words(entry)
        for word in words[1:] if words[:1] == ("setenv",) else (entry,):
            setting = _SETTING.match(word)
            if setting:
                settings.append((setting[1], setting[2]))
            elif word:
                presets.append(word)
    return EnvKeys(tuple(presets), tuple(settings))
