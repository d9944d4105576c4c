"""The keys of a site: one master key, a key for each user derived from it, and the files that they are in.

    master key     32 random bytes         held by maitre-ds and alfservers alone        alfred -newkey
      |- user key  HMAC(master, user)      held by that user: dispatchers, nimbys,       alfred -newkey USER
      |                                    windows, the alfred command
      |- datagram key                      signs what alfservers and maitre-ds multicast (daemons.signed)
      `- grant key                         proves to alfservers what maitre-ds have given (runtime.grants)

A user's key says nothing about any other: nobody can act as somebody else. A file is one line, and only its owner may
read it: a key that others can read is refused, not used.

    alfred-master-key 5f2c...                  $ALF_KEY, else alfConfig(keyFile), else /etc/alfred/key
    alfred-user-key ann 9be0...                $ALF_KEY, else ~/.alfred/key

No file where one is looked for by default means a site without keys: then only processes of one user on one machine
talk to each other (daemons.hello). A file that is named must be there.
"""

from __future__ import annotations

import hmac
import os
import secrets
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

KEY_BYTES = 32
MASTER_FILE = Path("/etc/alfred/key")
_LONGEST_BYTES = 4096
_MASTER, _USER = "alfred-master-key", "alfred-user-key"


class KeyFileError(Exception):
    """A key cannot be read, used or made; the text says which file, why, and what to do."""


@dataclass(frozen=True)
class Keyring:
    """The keys that a process holds: the master key, one user's, or (`Keyring()`) none."""

    master: bytes = field(default=b"", repr=False)
    user: str = ""
    """Whose key `own` is."""
    own: bytes = field(default=b"", repr=False)

    def __bool__(self) -> bool:
        return bool(self.master or self.own)

    def key_of(self, user: str) -> bytes | None:
        """The key of a user, where this process has it or can derive it."""
        if self.master:
            return derive(self.master, f"user:{user}")
        return self.own if self.own and user == self.user else None

    def for_datagrams(self) -> bytes | None:
        """What maitre-ds and alfservers sign with; None where there is no master key."""
        return derive(self.master, "datagrams") if self.master else None

    def for_grants(self) -> bytes:
        """What maitre-ds prove with that they have given a slot (runtime.grants); empty without the master key."""
        return derive(self.master, "grants") if self.master else b""


NO_KEYS = Keyring()


def derive(key: bytes, purpose: str) -> bytes:
    """A key for one purpose. It says nothing about `key`, nor about those for other purposes."""
    return hmac.digest(key, purpose.encode(), "sha256")


def master_keyring(environ: Mapping[str, str], key_file: str = "") -> Keyring:
    """The keys of a maitre-d or an alfserver. `key_file` is alfConfig(keyFile). Raises KeyFileError."""
    path = master_file(environ, key_file)
    keyring = _read_if_there(path) if path == MASTER_FILE else _read(path)
    if keyring and not keyring.master:
        raise KeyFileError(
            f"{path} has the key of user {keyring.user}: a maitre-d or an alfserver needs the site's"
            " master key (alfred -newkey makes one)"
        )
    return keyring


def user_keyring(environ: Mapping[str, str]) -> Keyring:
    """The key of the user whose process this is. Raises KeyFileError."""
    named = environ.get("ALF_KEY")
    return _read(Path(named)) if named else _read_if_there(user_file(environ))


def master_file(environ: Mapping[str, str], key_file: str = "") -> Path:
    """Where the site's master key is."""
    return Path(environ.get("ALF_KEY") or key_file or MASTER_FILE)


def user_file(environ: Mapping[str, str]) -> Path:
    """Where a user's key is when ALF_KEY does not say."""
    return Path(environ.get("HOME") or "~").expanduser() / ".alfred/key"


def _read_if_there(path: Path) -> Keyring:
    return _read(path) if os.access(path, os.F_OK) else Keyring()


def _read(path: Path) -> Keyring:
    """The key in a file. Raises KeyFileError."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        raise KeyFileError(f"cannot read the key {path}: {error.strerror}") from error
    try:
        _check(path, os.fstat(descriptor))
        content = os.read(descriptor, _LONGEST_BYTES)
    except OSError as error:
        raise KeyFileError(f"cannot read the key {path}: {error.strerror}") from error
    finally:
        os.close(descriptor)
    return _parse(path, content)


def _check(path: Path, found: os.stat_result) -> None:
    """Raises KeyFileError for a file that others may have read, or written."""
    if not stat.S_ISREG(found.st_mode):
        raise KeyFileError(f"the key {path} cannot be used: it is no regular file")
    if found.st_uid not in (os.getuid(), 0):
        raise KeyFileError(f"the key {path} cannot be used: it belongs to another user (uid {found.st_uid})")
    if found.st_mode & 0o077:
        raise KeyFileError(
            f"the key {path} cannot be used: others can read it (mode {stat.S_IMODE(found.st_mode):04o}); run"
            f" chmod 600 {path}, and make a new key if somebody may have done so"
        )


def _parse(path: Path, content: bytes) -> Keyring:
    words = content.decode("utf-8", "replace").split()
    try:
        match words:
            case [kind, digits] if kind == _MASTER:
                return Keyring(master=_key(digits))
            case [kind, user, digits] if kind == _USER:
                return Keyring(user=user, own=_key(digits))
    except ValueError:
        pass  # the same words as for any other text
    raise KeyFileError(f"{path} holds no key: it is not as alfred -newkey writes it")


def _key(digits: str) -> bytes:
    """Raises ValueError."""
    key = bytes.fromhex(digits)
    if len(key) != KEY_BYTES:
        raise ValueError(digits)
    return key


# ---- making them -----------------------------------------------------------------------------------------------


def new_master(path: Path) -> None:
    """Write a new master key to a file that is not there yet. Raises KeyFileError."""
    _write_new(path, f"{_MASTER} {secrets.token_hex(KEY_BYTES)}\n")


def new_user(master: Keyring, user: str, path: Path) -> None:
    """Write the key of a user to a file that is not there yet. Raises KeyFileError."""
    _write_new(path, user_line(master, user))


def user_line(master: Keyring, user: str) -> str:
    """What the file of a user's key holds. Raises KeyFileError where the user cannot have one."""
    key = master.key_of(user)
    if not master.master or key is None:
        raise KeyFileError("keys of users are made where the master key is")
    if not user or user.split() != [user]:
        raise KeyFileError(f'"{user}" is no name of a user')
    return f"{_USER} {user} {key.hex()}\n"


def _write_new(path: Path, content: str) -> None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        if os.access(path, os.F_OK):
            raise KeyFileError(
                f"{path} exists: it is not overwritten, for whatever holds its key would be shut out; remove it"
                " yourself to begin anew"
            ) from error
        raise KeyFileError(f"cannot write the key {path}: {error.strerror}") from error
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        os.fchmod(descriptor, 0o600)
        file.write(content)
        file.flush()
        os.fsync(descriptor)
