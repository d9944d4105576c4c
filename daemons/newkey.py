"""`alfred -newkey`: makes the site's master key, or derives a user's key from it (daemons.keys).

    alfred -newkey            the master key, in the file where maitre-ds and alfservers look for it
    alfred -newkey ann        ann's key on stdout, to go where her programs look for it:
    alfred -newkey ann | ssh ann@desk 'umask 077; mkdir -p ~/.alfred; cat > ~/.alfred/key'

Exit status: 0 done, 2 it could not be.
"""

from __future__ import annotations

import os
import sys

from daemons.keys import KeyFileError, master_file, master_keyring, new_master, user_line
from daemons.site import find_settings

DONE, FAILED = 0, 2


def new_key(user: str) -> int:
    """Make the master key ("") or the key of a user; the exit status."""
    settings = find_settings(os.environ, _complain)
    path = master_file(os.environ, settings.key_file)
    try:
        if not user:
            new_master(path)
            sys.stdout.write(
                f"the site's master key is in {path}: copy it to every host with a maitre-d or an alfserver,\n"
                "mode 600, and nowhere else; alfred -newkey USER derives the key of a user from it\n"
            )
            return DONE
        sys.stdout.write(user_line(master_keyring(os.environ, settings.key_file), user))
    except KeyFileError as error:
        _complain(str(error))
        if not user and not os.access(path, os.F_OK):
            _complain("ALF_KEY=FILE alfred -newkey makes it in another place; alfConfig(keyFile) tells daemons of it")
        return FAILED
    _complain(f"this is {user}'s key: it belongs into ~{user}/.alfred/key, mode 600")
    return DONE


def _complain(text: str) -> None:
    sys.stderr.write(f"alfred: {text}\n")
