"""Messages of an interpreter: by namespace, locale and source text, and the locales that are preferred.

A locale such as de_ch_1996 is looked for as de_ch_1996, de_ch, de and "" (the root). A message is looked for in the
namespace that asks, for each preferred locale, then in that namespace's parent, and so on.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence

from alftcl.values import Value

_XPG4 = re.compile(r"([^_.@]+)(?:_([^.@]+))?(?:[.][^@]*)?(?:@(.+))?")
OPTIONS = ("mcfolder", "loadcmd", "changecmd", "unknowncmd")


class Preferred:
    """A chosen locale, those to look for in turn, and those whose messages have been loaded."""

    def __init__(self, locale: str) -> None:
        self.loaded: list[str] = []
        self.choose(locale)

    def choose(self, locale: str) -> list[str]:
        """Prefer a locale from now on; gives what is still to be loaded."""
        self.locale = locale
        self.preferences = preferences(locale)
        missing = [name for name in self.preferences if name not in self.loaded]
        self.loaded += missing
        return missing


class Package:
    """What a namespace has chosen for itself: options, and perhaps a locale of its own."""

    def __init__(self) -> None:
        self.options: dict[str, Value] = {}
        self.private: Preferred | None = None


class Catalogue:
    """All messages. `version` grows with every change, for who keeps something that was made of them."""

    def __init__(self) -> None:
        self.preferred = Preferred(environment_locale())
        self.packages: dict[str, Package] = {}
        self.file_locale: str | None = None  # that of the file which is being loaded
        self.version = 0
        self._messages: dict[str, dict[str, dict[str, Value]]] = {}

    def package(self, space: str) -> Package:
        return self.packages.setdefault(space, Package())

    def preferred_of(self, space: str) -> Preferred:
        """What a package prefers: its own choice, else everybody's."""
        package = self.packages.get(space)
        return self.preferred if package is None or package.private is None else package.private

    def add(self, space: str, locale: str, source: str, message: Value) -> None:
        self._messages.setdefault(space, {}).setdefault(locale.lower(), {})[source] = message
        self.version += 1

    def find(self, space: str, locales: Sequence[str], source: str) -> Value | None:
        """The message of a namespace in the first of the locales that has it."""
        messages = self._messages.get(space)
        if messages is None:
            return None
        for locale in locales:
            known = messages.get(locale)
            if known is not None and source in known:
                return known[source]
        return None

    def search(self, space: str, locales: Sequence[str], source: str) -> Value | None:
        """The message as seen from a namespace: its own, else that of its parents."""
        for name in with_parents(space):
            found = self.find(name, locales, source)
            if found is not None:
                return found
        return None

    def drop_other_locales(self, space: str | None = None) -> None:
        """Forget the messages of locales that are not preferred: of one package, or of those without a private one."""
        preferred = self.preferred if space is None else self.preferred_of(space)
        preferred.loaded = list(preferred.preferences)
        self.version += 1
        for name, messages in self._messages.items():
            if (name == space) if space is not None else (self.preferred_of(name) is preferred):
                for locale in set(messages) - set(preferred.loaded):
                    del messages[locale]

    def forget(self, space: str) -> None:
        """Drop all that a package has told."""
        self.packages.pop(space, None)
        self._messages.pop(space, None)
        self.version += 1


def with_parents(space: str) -> Iterator[str]:
    """::a::b, ::a, ::"""
    while space != "::":
        yield space
        space = space.rpartition("::")[0] or "::"
    yield space


def preferences(locale: str) -> list[str]:
    """de_ch_1996 -> de_ch_1996, de_ch, de, and the root."""
    found = [locale]
    while found[-1]:
        found.append(found[-1].rpartition("_")[0].rstrip("_"))
    return found


def environment_locale() -> str:
    """The locale that LC_ALL, LC_MESSAGES or LANG name, else c."""
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        match = _XPG4.fullmatch(os.environ.get(variable, ""))
        if match is not None:
            return "_".join(part for part in match.groups() if part).lower()
    return "c"
