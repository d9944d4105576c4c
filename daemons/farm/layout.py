"""What `alfred -farm N` puts into a temporary directory: a whole site of N machines and two users.

    DIR/etc/alfred.ini, alfred.schedule    the settings and the master schedule, to be looked at and changed
    DIR/key                                the site's master key
    DIR/anna, DIR/ben                      a user each: key, dispatcher's state, a job, and farm.sh, which makes a shell
                                           that user's
    DIR/node2, DIR/node3, ...              the alfservers, at 127.0.0.2, 127.0.0.3, ...
    DIR/log                                what each daemon has to say

Both users are names with a key of their own; all processes are those of who started it.
"""

from __future__ import annotations

import os
import shlex
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from daemons import keys
from daemons.state import State

USERS = ("anna", "ben")
MARK = "ALF_FARM"
"""A variable in the environment of all that belongs to a farm: its directory."""
SLOTS = 2
"""Commands that a machine of the farm runs at a time, where nothing else is said."""

_MAITRED, _ALFSERVER, _DISPATCHER, _METRICS = 9000, 1501, 9001, 9002

_INI = """\
# The settings of this farm: what differs from the defaults (docs/settings.md).
set alfConfig(maitredHost)             127.0.0.1
set alfConfig(maitredPort)             {maitred}
set alfConfig(alfserverPort)           {alfserver}
set alfConfig(dispatcherPort)          {dispatcher}
set alfConfig(dispatcherAddress)       127.0.0.1
set alfConfig(keyFile)                 {directory}/key
set alfConfig(wranglers)               anna
set alfConfig(timerMaitredInitialWait) 1
set alfConfig(timerDoneJobDispatchExit) 600
set alfConfig(scheduleSeconds)         1
set alfConfig(metricsInterface)        lo
set alfConfig(metricsPort)             {metrics}
set alfConfig(metricsTTL)              0
"""

_SCHEDULE = """\
# The master schedule of this farm: machines, groups, crews, hours, limits. Change it: the maitre-d notices.

foreach host {{{hosts}}} {{
    foreach slot {{{slots}}} {{
        set name node$host-$slot
        set alfServer($name) [list -host 127.0.0.$host -keys {{pixarRender linux}} -udi $host]
        lappend alfServerGroup(all) $name
    }}
    lappend alfServerGroup(first) node$host-1
}}

set alfUserGroup(lighting) {{anna}}

set alfTimeGroup(days)     {{{{mon-sun 08:00-20:00}}}}
set alfTimeGroup(nights)   {{{{mon-sun 20:00-08:00}}}}

set alfCrew(everyday)      {{-users * -servers first -times * -priority 10}}
set alfCrew(daytime)       {{-users lighting -servers all -times days -priority 30}}
set alfCrew(overnight)     {{-users * -servers all -times nights -priority 20}}

# at most so many at a time on the whole farm, by a tag of the commands
set alfLimit(sim)          2

set alfServerPing(default) {{}}
set Metrics(loadavg)       {{5 {{builtin loadavg}}}}
"""

_JOBS = {
    "anna": """\
##AlfredToDo 3.0
Job -title {turntable} -service {pixarRender} -subtasks {
    Task {movie} -subtasks {
        Iterate frame -from 1 -to 16 -by 1 -template {
            Task {frame $frame} -cmds {
                RemoteCmd {sh -c "echo frame $frame on %h; sleep 1"} -service {linux}
            }
        }
    } -cmds {
        Cmd {sh -c "echo all frames are there"}
    }
}
""",
    "ben": """\
##AlfredToDo 3.0
Job -title {splash} -service {pixarRender} -subtasks {
    Iterate shot -from 1 -to 4 -by 1 -template {
        Task {shot $shot} -subtasks {
            Task {water $shot} -cmds {
                RemoteCmd {sh -c "echo simulating; sleep 2"} -tags {sim}
            }
        } -cmds {
            RemoteCmd {sh -c "echo rendering; sleep 1"}
            RemoteCmd {sh -c "echo compositing; sleep 1"}
        }
    }
}
""",
}


class FarmError(Exception):
    """No farm can be made here; the text says why."""


@dataclass(frozen=True)
class Daemon:
    """A process of the farm: what it is called, its command line, its environment beside the common one."""

    name: str
    argv: tuple[str, ...]
    env: dict[str, str]


@dataclass(frozen=True)
class Layout:
    """A farm's directory, how many machines it has, and how many commands each runs at a time."""

    directory: Path
    machines: int
    slots: int = SLOTS

    @property
    def etc(self) -> Path:
        return self.directory / "etc"

    @property
    def log(self) -> Path:
        return self.directory / "log"

    def script(self, user: str) -> Path:
        """The job of a user."""
        return self.directory / user / f"{user}.alf"

    def state(self, user: str) -> State:
        """Where the dispatcher of a user keeps its state."""
        return State(self.directory / user / "state", self.directory / user / "state" / "lock")

    def env(self, user: str) -> dict[str, str]:
        """What makes a program that user's, in a shell too."""
        own = {"ALF_STATE": str(self.state(user).directory), "ALF_KEY": str(self.directory / user / "key")}
        return self._site() | own

    def write(self) -> None:
        """Make everything. Raises FarmError, KeyFileError, OSError."""
        for directory in (self.etc, self.log, *(self.directory / user for user in USERS)):
            directory.mkdir(parents=True)
        hosts = " ".join(map(str, self._hosts))
        ports = {"maitred": _free(_MAITRED, ["127.0.0.1"]), "alfserver": _free(_ALFSERVER, self._addresses)}
        ports |= {"dispatcher": _free(_DISPATCHER, ["127.0.0.1"]), "metrics": _free(_METRICS, [""], socket.SOCK_DGRAM)}
        (self.etc / "alfred.ini").write_text(_INI.format(directory=self.directory, **ports))
        slots = " ".join(str(number) for number in range(1, self.slots + 1))
        (self.etc / "alfred.schedule").write_text(_SCHEDULE.format(hosts=hosts, slots=slots))
        keys.new_master(self.directory / "key")
        master = keys.master_keyring({}, str(self.directory / "key"))
        for user in USERS:
            keys.new_user(master, user, self.directory / user / "key")
            self.script(user).write_text(_JOBS[user])
            exports = (f"export {name}={shlex.quote(value)}" for name, value in self.env(user).items())
            (self.directory / user / "farm.sh").write_text("\n".join(exports) + "\n")

    def daemons(self) -> Iterator[Daemon]:
        """The processes, in the order in which they start."""
        python = (sys.executable, "-P", "-m")
        alfred = (*python, "daemons.cli")
        site = self._site() | self.mark | {"ALF_KEY": str(self.directory / "key")}
        words = ("-maitre_d", "-log", str(self.log / "maitre-d.log"), "-bind", "127.0.0.1", "-wait", "0")
        yield Daemon("maitre-d", (*alfred, *words, "-state", str(self.directory / "maitre-d")), site)
        for host, address in zip(self._hosts, self._addresses, strict=True):
            where = ("-bind", address, "-host", address, "-state", str(self.directory / f"node{host}"))
            yield Daemon(f"node{host}", (*python, "daemons.alfserver.main", "-a", str(self.slots), *where), site)
        for user in USERS:
            yield Daemon(user, (*python, "daemons.dispatcher", "-slots", str(SLOTS)), self.mark | self.env(user))

    @property
    def mark(self) -> dict[str, str]:
        """In the environment of whatever belongs to the farm, and ends with it."""
        return {MARK: str(self.directory)}

    @property
    def _hosts(self) -> range:
        return range(2, 2 + self.machines)

    @property
    def _addresses(self) -> list[str]:
        return [f"127.0.0.{host}" for host in self._hosts]

    def _site(self) -> dict[str, str]:
        return {
            "ALF_INI": str(self.etc / "alfred.ini"),
            "ALF_SCHEDULE": str(self.etc / "alfred.schedule"),
        }


def inherited() -> dict[str, str]:
    """The environment that the processes of a farm start from: ours, without what would lead them elsewhere."""
    return {name: value for name, value in os.environ.items() if not name.startswith("ALF_")}


def _free(port: int, addresses: list[str], kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """This port where it is free on all addresses, else another one that is. Raises FarmError."""
    for candidate in (port, *(_any(addresses[0], kind) for _ in range(20))):
        if all(_is_free(address, candidate, kind) for address in addresses):
            return candidate
    raise FarmError(f"no port is free on {', '.join(addresses)}")


def _any(address: str, kind: socket.SocketKind) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind((address, 0))
        port: int = probe.getsockname()[1]
        return port


def _is_free(address: str, port: int, kind: socket.SocketKind) -> bool:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, kind == socket.SOCK_STREAM)
        try:
            probe.bind((address, port))
        except OSError:
            return False
        return True
