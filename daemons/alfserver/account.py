"""The account that commands run as: the alfserver's own. No rights are taken or given here.

A command sent by its own user gets the environment as it was sent. Of another user's environment HOME, USER and LOGNAME
would point to what this account may neither read nor write: they are the account's, unless the command sets them
itself (-envkey).
"""

from __future__ import annotations

import os
import pwd
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Account:
    """A user of this machine."""

    name: str
    home: str

    def environment(self, user: str, sent: Mapping[str, str]) -> dict[str, str]:
        """The environment of a command that `user` sends."""
        if user == self.name:
            return dict(sent)
        return {**sent, "HOME": self.home, "USER": self.name, "LOGNAME": self.name}


def own_account() -> Account:
    """The account of this process; a container may have no name for it."""
    try:
        entry = pwd.getpwuid(os.getuid())
    except KeyError:
        return Account(str(os.getuid()), "/")
    return Account(entry.pw_name, entry.pw_dir)
