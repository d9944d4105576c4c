"""The groups of this system (/etc/group), as a schedule may name them."""

from __future__ import annotations

import grp
import pwd


def group_members(name: str) -> list[str] | None:
    """The logins of a group of this system; None when there is none of that name."""
    try:
        group = grp.getgrnam(name)
    except KeyError:
        return None
    primary = (user.pw_name for user in pwd.getpwall() if user.pw_gid == group.gr_gid)
    return list(dict.fromkeys((*group.gr_mem, *primary)))
