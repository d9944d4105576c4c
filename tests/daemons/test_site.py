"""Where alfred.ini and alfred.schedule are found, and what happens when they cannot be used."""

from __future__ import annotations

from pathlib import Path

import pytest

from daemons.site import INI, SCHEDULE, CurrentSettings, NoSuchFileError, find, find_settings, name_files, search_path
from runtime.settings import DEFAULTS


def put(path: Path, text: str = "") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_the_search_path_has_the_places_of_the_original_in_order() -> None:
    assert [str(path) for path in search_path({"RATTREE": "/rat", "RMANTREE": "/rman"}, INI)] == [
        "/rat/etc/alfred.ini",
        "/rat/lib/alfred/alfred.ini",
        "/rman/lib/alfred/alfred.ini",
        "/etc/alfred/alfred.ini",
    ]
    assert [str(path) for path in search_path({}, SCHEDULE)] == [
        "/usr/local/prman/lib/alfred/alfred.schedule",
        "/etc/alfred/alfred.schedule",
    ]


def test_the_first_that_exists_is_taken(tmp_path: Path) -> None:
    environ = {"RATTREE": str(tmp_path / "rat"), "RMANTREE": str(tmp_path / "rman")}
    last = put(tmp_path / "rman/lib/alfred/alfred.schedule")
    assert find(environ, SCHEDULE) == last

    first = put(tmp_path / "rat/lib/alfred/alfred.schedule")
    assert find(environ, SCHEDULE) == first


def test_a_file_that_is_named_wins(tmp_path: Path) -> None:
    environ = {"RMANTREE": str(tmp_path)}
    put(tmp_path / "lib/alfred/alfred.ini", "set alfConfig(retryMax) 1")
    other = put(tmp_path / "other.ini", "set alfConfig(retryMax) 2")

    name_files(environ, ini=str(other), schedule=str(tmp_path / "later.schedule"))

    assert find_settings(environ, pytest.fail).retry_max == 2
    assert find(environ, SCHEDULE) == tmp_path / "later.schedule"


def test_a_named_ini_has_to_be_there(tmp_path: Path) -> None:
    with pytest.raises(NoSuchFileError, match=r"-ini: there is no file .*no\.ini"):
        name_files({}, ini=str(tmp_path / "no.ini"))


def test_a_broken_ini_is_said_and_the_defaults_are_used(tmp_path: Path) -> None:
    path = put(tmp_path / "lib/alfred/alfred.ini", "\nset alfConfig(retryMax) x")
    complaints: list[str] = []

    settings = find_settings({"RMANTREE": str(tmp_path)}, complaints.append)

    assert settings == DEFAULTS
    assert complaints == [f'{path}:2: alfConfig(retryMax): expected integer but got "x"; the defaults are used']


def test_an_ini_in_latin_1_is_read(tmp_path: Path) -> None:
    path = tmp_path / "alfred.ini"
    path.write_bytes(b"# K\xfche\r\nset alfConfig(retryMax) 9\r\n")

    assert find_settings({"ALF_INI": str(path)}, pytest.fail).retry_max == 9


def test_what_held_before_holds_on_when_a_changed_ini_is_broken(tmp_path: Path) -> None:
    environ = {"ALF_INI": str(put(tmp_path / "alfred.ini", "set alfConfig(maitredHost) alpha"))}
    before = find_settings(environ, pytest.fail)
    put(tmp_path / "alfred.ini", "set alfConfig(maitredHost) {")
    complaints: list[str] = []

    assert find_settings(environ, complaints.append, before) == before
    assert complaints[0].endswith("what was read before holds on")


def test_settings_that_are_asked_for_again_and_again_complain_once(tmp_path: Path) -> None:
    path = put(tmp_path / "alfred.ini", "set alfConfig(maitredHost) alpha")
    complaints: list[str] = []
    settings = CurrentSettings({"ALF_INI": str(path)}, complaints.append)
    assert settings().maitred_hosts == ("alpha",)

    put(path, "set alfConfig(maitredHost) {")
    assert [settings().maitred_hosts, settings().maitred_hosts] == [("alpha",)] * 2
    assert len(complaints) == 1

    put(path, "set alfConfig(maitredHost) beta")
    assert settings().maitred_hosts == ("beta",)
    put(path, "set alfConfig(maitredHost) {")
    assert settings().maitred_hosts == ("beta",)
    assert len(complaints) == 2
