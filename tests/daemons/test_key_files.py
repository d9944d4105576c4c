"""daemons.keys: what a process can derive, and which files it refuses."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from daemons import keys
from daemons.keys import KeyFileError, Keyring, master_keyring, new_master, new_user, user_keyring

MASTER = Keyring(master=b"m" * 32)


def of(user: str) -> Keyring:
    key = MASTER.key_of(user)
    assert key is not None
    return Keyring(user=user, own=key)


def test_the_master_key_derives_every_users_and_a_users_only_his_own() -> None:
    assert of("ann").key_of("ann") == MASTER.key_of("ann")
    assert of("ann").key_of("bob") is None
    assert MASTER.key_of("ann") != MASTER.key_of("bob")


def test_datagrams_are_signed_by_who_holds_the_master_key() -> None:
    assert MASTER.for_datagrams() is not None
    assert of("ann").for_datagrams() is None
    assert Keyring().for_datagrams() is None


def test_no_user_is_called_so_that_his_key_is_that_of_the_datagrams() -> None:
    assert MASTER.for_datagrams() != MASTER.key_of("datagrams")


def test_keys_are_not_in_what_is_printed_of_a_keyring() -> None:
    assert repr(of("ann")) == "Keyring(user='ann')"


def test_files_hold_what_was_made(tmp_path: Path) -> None:
    new_master(tmp_path / "master")
    master = master_keyring({"ALF_KEY": str(tmp_path / "master")})
    new_user(master, "ann", tmp_path / "ann")

    ann = user_keyring({"ALF_KEY": str(tmp_path / "ann")})

    assert ann.user == "ann"
    assert ann.own == master.key_of("ann")


def test_a_new_key_is_for_its_owner_alone_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o777)
    try:
        new_master(tmp_path / "key")
    finally:
        os.umask(before)

    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    new_master(tmp_path / "key")
    before = (tmp_path / "key").read_bytes()

    with pytest.raises(KeyFileError, match="exists: it is not overwritten"):
        new_master(tmp_path / "key")
    assert (tmp_path / "key").read_bytes() == before


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601])
def test_a_key_that_others_can_read_is_refused_with_what_to_do(tmp_path: Path, mode: int) -> None:
    new_master(tmp_path / "key")
    (tmp_path / "key").chmod(mode)

    with pytest.raises(KeyFileError, match=rf"others can read it .* run chmod 600 {tmp_path}/key"):
        master_keyring({"ALF_KEY": str(tmp_path / "key")})


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"alfred-master-key",
        b"alfred-master-key 00",
        b"alfred-user-key ann",
        b"\xff\xfe",
        b"alfred-master-key " + b"g" * 64,
    ],
)
def test_what_is_no_key_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "key").touch(mode=0o600)
    (tmp_path / "key").write_bytes(content)

    with pytest.raises(KeyFileError, match="holds no key"):
        user_keyring({"ALF_KEY": str(tmp_path / "key")})


def test_a_key_that_is_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="No such file"):
        user_keyring({"ALF_KEY": str(tmp_path / "none")})
    with pytest.raises(KeyFileError, match="No such file"):
        master_keyring({}, str(tmp_path / "none"))


def test_a_site_without_keys_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "MASTER_FILE", tmp_path / "none")

    assert not user_keyring({"HOME": str(tmp_path)})
    assert not master_keyring({})


def test_a_users_key_lies_in_his_home(tmp_path: Path) -> None:
    new_user(MASTER, "ann", tmp_path / ".alfred" / "key")

    assert user_keyring({"HOME": str(tmp_path)}).user == "ann"
    assert (tmp_path / ".alfred").stat().st_mode & 0o777 == 0o700


def test_a_maitre_d_needs_more_than_a_users_key(tmp_path: Path) -> None:
    new_user(MASTER, "ann", tmp_path / "ann")

    with pytest.raises(KeyFileError, match=r"has the key of user ann: .* needs the site's master key"):
        master_keyring({}, str(tmp_path / "ann"))


@pytest.mark.parametrize("user", ["", "two words", "line\n"])
def test_names_that_no_user_has_get_no_key(tmp_path: Path, user: str) -> None:
    with pytest.raises(KeyFileError, match="is no name of a user"):
        new_user(MASTER, user, tmp_path / "key")


def test_a_user_cannot_make_keys_for_others(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="where the master key is"):
        new_user(of("ann"), "ann", tmp_path / "key")


def test_a_fifo_in_place_of_a_key_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "key", 0o600)

    with pytest.raises(KeyFileError, match="no regular file"):
        user_keyring({"ALF_KEY": str(tmp_path / "key")})
