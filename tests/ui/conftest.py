"""An X server of the tests' own, and a user before it (`screen.User`). Nothing here needs a window manager."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from schedules import SCHEDULE
from screen import User

from tests.daemons.maitreds import running, slots


@pytest.fixture(scope="session")
def display():
    """A private X server; `-displayfd` lets it choose a free number, so runs can go in parallel."""
    if shutil.which("Xvfb") is None:
        pytest.skip("Xvfb is missing: apt-get install xvfb")
    reads, writes = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writes), "-screen", "0", "1280x960x24", "-nolisten", "tcp", "-noreset"],
        pass_fds=[writes], stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(writes)
    with os.fdopen(reads) as numbers:
        name = f":{numbers.readline().strip()}"
    yield name
    server.terminate()
    server.wait(5)


@pytest.fixture
def user(display, tmp_path, monkeypatch):
    """A user before the screen, with a home, and a dispatcher, of his own."""
    monkeypatch.setenv("DISPLAY", display)
    monkeypatch.setenv("ALF_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)
    shots = os.environ.get("SHOTS")
    user = User(display, Path(shots) if shots else None)
    yield user
    user.leave()


@pytest.fixture
def site(tmp_path, monkeypatch):
    """A site with a maitre-d that the user's programs find: janus (127.0.0.2) has s1 and s2, percival s3."""
    schedule = slots(2) + slots(1, host="127.0.0.3", first=3)
    with running(tmp_path / "site", schedule) as server:
        ini = server.directory / "alfred.ini"
        ini.write_text(f"{ini.read_text()}set alfConfig(maitredHost) 127.0.0.1:{server.port}\n")
        monkeypatch.setenv("ALF_INI", str(ini))
        monkeypatch.setenv("RMANTREE", str(server.directory))
        monkeypatch.setenv("HOME", str(server.directory))
        monkeypatch.delenv("ALF_KEY", raising=False)
        yield server


@pytest.fixture
def schedule(site):
    """A maitre-d whose schedule has crews; the file itself."""
    site.schedule.write_text(SCHEDULE)
    return site.schedule
