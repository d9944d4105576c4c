"""A whole farm on the loopback: maitre-ds, alfservers with their own addresses, users with dispatchers. Real processes.

    127.0.0.1   maitre-ds, dispatchers          one master key, a key of each user's, all in one directory
    127.0.0.2   alfserver h2: slots h2-1 ...    DIRECTORY/{alfred.ini,alfred.schedule,key}
    127.0.0.3   alfserver h3 ...                DIRECTORY/{NAME}/ state and log of each

Everything says when it is ready; nothing sleeps. Whatever belongs to the directory is killed at the end.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import psutil

from daemons.keys import master_keyring, new_master, user_line

PATIENCE_S = 120.0


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """A port that nobody has now, at any address."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("", 0))
        return int(probe.getsockname()[1])


class WholeFarm:
    """A farm that can be started, looked at and hurt. Make it with `whole_farm`."""

    def __init__(
        self,
        directory: Path,
        hosts: int,
        slots: int,
        maitreds: int,
        schedule: str,
        ini: str,
        extra: Mapping[str, str],
        behind: int,
    ) -> None:
        """`extra` is in the environment of every user's programs. `behind`: the port at which alfservers really listen,
        when a test puts something between; 0 for none."""
        self.behind = behind
        self.directory = directory
        self.maitred_ports = [free_port() for _ in range(maitreds)]
        self.alfserver_port = free_port()
        self._hosts = range(2, 2 + hosts)
        self._slots = slots
        self._extra = extra
        self._processes: dict[str, subprocess.Popen[str]] = {}
        self._write("alfred.schedule", self._servers() + "set alfServerPing(default) {}\n" + schedule)
        self._write("alfred.ini", self._settings() + ini)
        new_master(directory / "key")
        self._master = master_keyring({"ALF_KEY": str(directory / "key")})

    def _write(self, name: str, text: str) -> None:
        (self.directory / name).write_text(text)

    def _servers(self) -> str:
        return "".join(
            f"set alfServer(h{host}-{slot}) {{-host 127.0.0.{host} -keys {{pixarRender h{host}}} -udi 1 -enabled 1}}\n"
            for host in self._hosts
            for slot in range(1, self._slots + 1)
        )

    def _settings(self) -> str:
        maitreds = " ".join(f"127.0.0.1:{port}" for port in self.maitred_ports)
        fields = {
            "maitredHost": maitreds,
            "alfserverPort": self.alfserver_port,
            "dispatcherPort": 0,
            "metricsPort": free_port(socket.SOCK_DGRAM),
            "metricsInterface": "lo",
            "metricsTTL": 0,
            "timerMaitredInitialWait": 2,
            "timerProblemSlotReuseInterval": 1,
            "scheduleSeconds": 0.2,
        }
        return "".join(f"set alfConfig({key}) {{{value}}}\n" for key, value in fields.items())

    def env(self, user: str = "") -> dict[str, str]:
        """The environment of a daemon of the site, or of a user's program."""
        home = self.directory / (user or "site")
        home.mkdir(exist_ok=True)
        env = {name: value for name, value in os.environ.items() if not name.startswith("ALF_") and name != "RATTREE"}
        env |= {"HOME": str(home), "RMANTREE": str(self.directory), "ALF_INI": str(self.directory / "alfred.ini")}
        env["ALF_SCHEDULE"] = str(self.directory / "alfred.schedule")
        env["ALF_KEY"] = str(self.user_key(user) if user else self.directory / "key")
        env["ALF_STATE"] = str(home / "state")
        if user:
            env |= self._extra
        return env

    def user_key(self, user: str) -> Path:
        path = self.directory / f"{user}.key"
        if not path.exists():
            path.touch(0o600)
            path.write_text(user_line(self._master, user))
        return path

    # ---- daemons -------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start everything, and wait until all of it listens."""
        for name in self.names:
            self.begin(name)
        for name in self.names:
            self.wait_ready(name)

    @property
    def names(self) -> list[str]:
        """The alfservers, then the maitre-ds."""
        return [f"h{host}" for host in self._hosts] + [f"m{place}" for place in range(len(self.maitred_ports))]

    @property
    def addresses(self) -> list[str]:
        """Of the alfservers."""
        return [f"127.0.0.{host}" for host in self._hosts]

    def pid(self, name: str) -> int:
        return self._processes[name].pid

    def begin(self, name: str) -> None:
        """Start an alfserver (h2, h3, ...) or a maitre-d (m0, m1, ...)."""
        directory = self.directory / name
        directory.mkdir(exist_ok=True)
        words = [sys.executable, "-P", "-m"]
        if name.startswith("h"):
            address = f"127.0.0.{name[1:]}"
            words += ["daemons.alfserver.main", "-a", str(self._slots), "-bind", address, "-host", address]
            words += ["-s", str(self.behind)] if self.behind else []
        else:
            port = self.maitred_ports[int(name[1:])]
            words += ["daemons.cli", "-maitre_d", "-bind", "127.0.0.1", "-port", str(port)]
            words += ["-schedule", str(self.directory / "alfred.schedule")]
        words += ["-state", str(directory / "state"), "-log", str(directory / "log")]
        self._processes[name] = subprocess.Popen(
            words, env=self.env(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def wait_ready(self, name: str) -> None:
        process = self._processes[name]
        assert process.stdout is not None and process.stderr is not None
        if not process.stdout.readline():
            raise AssertionError(f"{name}: {process.stderr.read()}{self.log(name)}")

    def end(self, name: str, number: signal.Signals = signal.SIGKILL) -> None:
        """End a daemon, and wait until it has gone."""
        process = self._processes.pop(name)
        process.send_signal(number)
        with process:
            process.wait(PATIENCE_S)

    def close(self) -> None:
        """Ask every daemon to end, as a site does that shuts down."""
        for name in list(self._processes):
            self.end(name, signal.SIGTERM)

    def log(self, name: str) -> str:
        try:
            return (self.directory / name / "log").read_text()
        except FileNotFoundError:
            return ""

    # ---- users ---------------------------------------------------------------------------------------

    def alfred(self, user: str, *words: str) -> subprocess.Popen[str]:
        """The alfred command of a user, in a directory of his."""
        command = [sys.executable, "-P", "-m", "daemons.cli", *words]
        env = self.env(user)
        return subprocess.Popen(
            command, env=env, cwd=env["HOME"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def run(self, user: str, script: str, name: str = "job.alf") -> subprocess.Popen[str]:
        """Queue a job script as a user, and watch it to its end. Its exit status is 0 when all is done."""
        (Path(self.env(user)["HOME"]) / name).write_text(script)
        return self.alfred(user, "-nogui", name)

    def leave_nothing(self) -> None:
        """Kill every process that works in the directory: the daemons, and what they have left behind them."""
        for process in self._processes.values():
            process.kill()
        for found in psutil.process_iter(["cmdline", "environ"]):
            words = " ".join(found.info["cmdline"] or ()) + (found.info["environ"] or {}).get("ALF_STATE", "")
            if str(self.directory) in words and found.pid != os.getpid():
                with contextlib.suppress(psutil.NoSuchProcess):
                    found.kill()
        for process in self._processes.values():
            process.communicate()


@contextlib.contextmanager
def whole_farm(
    directory: Path,
    *,
    hosts: int = 2,
    slots: int = 2,
    maitreds: int = 1,
    schedule: str = "",
    ini: str = "",
    extra: Mapping[str, str] | None = None,
    behind: int = 0,
) -> Iterator[WholeFarm]:
    """A farm that runs, and leaves nothing."""
    farm = WholeFarm(directory, hosts, slots, maitreds, schedule, ini, extra or {}, behind)
    try:
        farm.start()
        yield farm
    finally:
        farm.leave_nothing()
