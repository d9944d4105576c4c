"""A farm over several hosts, and cables that are pulled while a command runs (T5).

host1  dispatcher        host2, host3  an alfserver each        host4  maitre-d
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from hosts import Host, Network

from daemons.keys import master_keyring, new_master, user_line

LIMIT_S = 90.0
LEASE_S, GRACE_S = 4, 2
_ROOT = Path(__file__).parents[2]

_INI = f"""
set alfConfig(maitredHost) host4
set alfConfig(timerMaitredInitialWait) 0
set alfConfig(leaseSeconds) {LEASE_S}
set alfConfig(leaseGrace) {GRACE_S}
set alfConfig(metricsAddress) 239.255.224.99
set alfConfig(metricsInterface) eth0
"""
_SCHEDULE = """
set alfServer(first) {-host host2 -keys render -udi 30}
set alfServer(second) {-host host3 -keys render -udi 20}
set alfServerPing(default) {}
"""
_WITNESS = """#!/bin/sh
# witness HOST RETRY TESTIMONY: on host2 it ends when there is a TESTIMONY.end
say() { echo "$@" >> "$testimony"; }
host=$1 testimony=$3
say start $host $2
while [ $host = host2 ] && [ ! -e "$testimony.end" ]; do say beat $host; sleep 0.05; done
say end $host
"""


class Farm:
    """The site's files in a directory, and its processes on the hosts of a network."""

    def __init__(self, made: Network, directory: Path) -> None:
        self.front, *self.servers, self.maitred = made.hosts
        self.directory = directory
        self.testimony = directory / "testimony"
        self._key, self._user_key = directory / "key", directory / "user.key"
        new_master(self._key)
        (directory / "alfred.ini").write_text(_INI)
        (directory / "alfred.schedule").write_text(_SCHEDULE)
        (directory / "witness").write_text(_WITNESS)
        (directory / "witness").chmod(0o755)
        self._user_key.write_text(user_line(master_keyring({"ALF_KEY": str(self._key)}), "root"))
        self._user_key.chmod(0o600)

    def start(self) -> None:
        """The maitre-d and the alfservers; each says a line when it listens."""
        waiting = [self._daemon(self.maitred, "daemons.cli", "-maitre_d")]
        for host in self.servers:
            state = str(self.directory / host.name)
            waiting.append(self._daemon(host, "daemons.alfserver.main", "-a", "2", "-state", state))
        for process in waiting:
            assert process.stdout is not None
            assert process.stdout.readline(), self.logs()

    def alfred(self, *words: str) -> subprocess.Popen[bytes]:
        """The alfred command on the first host; its output is in the logs."""
        with (self.directory / "alfred.log").open("ab") as log:
            return self.front.start(
                [sys.executable, "-P", "-m", "daemons.cli", *words],
                env=self._env(self.front, self._user_key), stdout=log, stderr=log,
            )  # fmt: skip

    def job(self) -> Path:
        """A job of one witness."""
        path = self.directory / "cable.alf"
        command = f"RemoteCmd {{{self.directory}/witness %h %r {self.testimony}}} -service {{render}}"
        path.write_text(f"##AlfredToDo 3.0\nTask {{cable}} -cmds {{ {command} }}\n")
        return path

    def said(self) -> list[str]:
        """What the witnesses have said, in order."""
        return self.testimony.read_text().splitlines() if self.testimony.exists() else []

    def until_said(self, line: str, times: int = 1) -> None:
        """Until a witness has said it so many times."""
        deadline = time.monotonic() + LIMIT_S
        while self.said().count(line) < times:
            assert time.monotonic() < deadline, self.logs()
            time.sleep(0.02)

    def until_quiet(self, host: str) -> None:
        """Until the witness on a host has been ended: it says nothing for a second."""
        deadline, said, since = time.monotonic() + LIMIT_S, -1, 0.0
        while time.monotonic() < since + 1.0 or said < 0:
            assert time.monotonic() < deadline, self.logs()
            now = self.said().count(f"beat {host}")
            if now != said:
                said, since = now, time.monotonic()
            time.sleep(0.02)

    def let_end(self) -> None:
        """Nothing keeps the witness on host2 from its end any more."""
        Path(f"{self.testimony}.end").touch()

    def stop(self) -> None:
        """Leave nothing running: whatever its ways, a process of ours has this directory in its words or variables."""
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                state = process.environ().get("ALF_STATE", "")
                if any(str(self.directory) in word for word in (*process.cmdline(), state)):
                    process.kill()

    def logs(self) -> str:
        """What every process has to say, for who looks at a test that failed."""
        files = sorted(path for path in self.directory.glob("**/*log") if path.is_file())
        return "\n".join(f"---- {path.name}\n{path.read_text(errors='replace')}" for path in files)

    def _daemon(self, host: Host, module: str, *options: str) -> subprocess.Popen[bytes]:
        words = [sys.executable, "-P", "-m", module, "-log", str(self.directory / f"{host.name}.log"), *options]
        return host.start(words, env=self._env(host, self._key), stdout=subprocess.PIPE)

    def _env(self, host: Host, key: Path) -> dict[str, str]:
        own = {
            "HOME": str(self.directory),
            "USER": "root",
            "ALF_STATE": str(self.directory / host.name),
            "ALF_KEY": str(key),
            "ALF_INI": str(self.directory / "alfred.ini"),
            "ALF_SCHEDULE": str(self.directory / "alfred.schedule"),
            "PYTHONPATH": str(_ROOT),
        }
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL") if name in os.environ}
        return {**kept, **own}


@pytest.fixture
def farm(hosts: Network, tmp_path: Path) -> Iterator[Farm]:
    made = Farm(hosts, tmp_path)
    try:
        made.start()
        yield made
    finally:
        made.stop()


def of_host(said: Sequence[str], host: str) -> list[int]:
    """The places of what was said on a host."""
    return [place for place, line in enumerate(said) if line.split()[1] == host]


@pytest.mark.parametrize("cut", [Host.pull_cable, Host.deafen], ids=["both ways", "one way"])
def test_a_command_whose_host_is_cut_off_ends_there_before_it_runs_elsewhere_once(
    farm: Farm, cut: Callable[[Host], None]
) -> None:
    alfred = farm.alfred("-nogui", "-q", str(farm.job()))
    farm.until_said("beat host2")

    cut(farm.servers[0])
    assert alfred.wait(LIMIT_S) == 0, farm.logs()

    said = farm.said()
    assert [line for line in said if line.startswith("start")] == ["start host2 0", "start host3 1"]
    assert max(of_host(said, "host2")) < min(of_host(said, "host3"))
    assert said[-1] == "end host3"


def test_a_cut_that_is_over_before_the_lease_disturbs_nothing(farm: Farm) -> None:
    alfred = farm.alfred("-nogui", "-q", str(farm.job()))
    farm.until_said("beat host2")

    farm.servers[0].pull_cable()
    farm.until_said("beat host2", times=20)
    farm.servers[0].put_cable_back()
    farm.let_end()

    assert alfred.wait(LIMIT_S) == 0, farm.logs()
    assert [line for line in farm.said() if not line.startswith("beat")] == ["start host2 0", "end host2"]


def test_a_command_goes_on_while_the_maitre_d_is_cut_off(farm: Farm) -> None:
    alfred = farm.alfred("-nogui", "-q", str(farm.job()))
    farm.until_said("beat host2")

    farm.maitred.pull_cable()
    since = farm.said().count("beat host2")
    farm.until_said("beat host2", times=since + 20 * (LEASE_S + GRACE_S))  # a lease could have run out
    farm.let_end()

    assert alfred.wait(LIMIT_S) == 0, farm.logs()
    assert [line for line in farm.said() if not line.startswith("beat")] == ["start host2 0", "end host2"]


def test_a_dispatcher_that_is_cut_off_finds_its_command_ended_and_runs_it_again(farm: Farm) -> None:
    alfred = farm.alfred("-nogui", "-q", str(farm.job()))
    farm.until_said("beat host2")

    farm.front.pull_cable()
    farm.until_quiet("host2")
    farm.let_end()
    farm.front.put_cable_back()

    assert alfred.wait(LIMIT_S) == 0, farm.logs()
    first, second, end = [line for line in farm.said() if not line.startswith("beat")]
    assert (first, second.split()[0::2], end.split()[0]) == ("start host2 0", ["start", "1"], "end")
