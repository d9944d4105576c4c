"""`alfred -newkey`: keys are made, said where, and never made twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from daemons.cli import main
from daemons.keys import master_keyring, user_keyring


@pytest.fixture
def key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ALF_KEY", str(tmp_path / "site" / "key"))
    return tmp_path / "site" / "key"


def test_the_master_key_is_made_and_it_is_said_where(key: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["-newkey"]) == 0

    assert f"the site's master key is in {key}" in capsys.readouterr().out
    assert master_keyring({"ALF_KEY": str(key)}).master


def test_a_users_key_comes_out_as_the_file_that_it_will_be(
    key: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["-newkey"])
    capsys.readouterr()

    assert main(["-newkey", "ann"]) == 0

    out, err = capsys.readouterr()
    (tmp_path / "ann").touch(0o600)
    (tmp_path / "ann").write_text(out)
    ann = user_keyring({"ALF_KEY": str(tmp_path / "ann")})
    assert ann.own == master_keyring({"ALF_KEY": str(key)}).key_of("ann")
    assert "~ann/.alfred/key" in err


def test_a_second_master_key_is_not_made(key: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["-newkey"])
    before = key.read_bytes()

    assert main(["-newkey"]) == 2

    assert key.read_bytes() == before
    assert "is not overwritten" in capsys.readouterr().err


def test_no_users_key_without_a_master_key(key: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["-newkey", "ann"]) == 2

    assert f"cannot read the key {key}: No such file" in capsys.readouterr().err


def test_who_may_not_write_there_is_told_of_another_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("ALF_KEY", str(tmp_path / "file" / "key"))

    assert main(["-newkey"]) == 2

    assert "ALF_KEY=FILE alfred -newkey makes it in another place" in capsys.readouterr().err
