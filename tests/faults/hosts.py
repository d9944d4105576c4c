"""A network of hosts on one machine: network namespaces on a bridge, each with its name, its address and its cable.

    switch    a namespace with the bridge; nothing of it is seen from outside, and nothing outside from it
    host n    a namespace with lo and eth0, 10.77.0.n/24, of its own name; /etc/hosts knows them all

The namespaces last as long as their holders, and these as long as the test's process: a holder reads a pipe from it.
No root is needed where user namespaces are allowed.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

TOOLS = ("unshare", "nsenter", "ip", "bridge", "mount", "hostname")
_START_S = 20.0


class NoNetwork(Exception):
    """This machine does not let us make namespaces; the text says why."""


class Host:
    """One of the hosts."""

    def __init__(self, network: Network, number: int, holder: subprocess.Popen[bytes]) -> None:
        self.name = f"host{number}"
        self.address = f"10.77.0.{number}"
        self._network = network
        self._port = f"port{number}"
        self._pid = holder.pid

    def start(
        self,
        words: Sequence[str],
        *,
        env: Mapping[str, str] | None = None,
        stdout: int | IO[bytes] | None = None,
        stderr: int | IO[bytes] | None = None,
    ) -> subprocess.Popen[bytes]:
        """Start a program on this host. It is ended with the network."""
        process = subprocess.Popen(
            [*_inside(self._pid), *words], env=env, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr
        )
        self._network.started.append(process)
        return process

    def pull_cable(self) -> None:
        """From now on nothing comes here, and nothing goes from here; nobody is told."""
        self._network.do(f"ip link set {self._port} down")

    def put_cable_back(self) -> None:
        self._network.do(f"ip link set {self._port} up")

    def deafen(self) -> None:
        """From now on nothing comes here, though what is sent from here arrives."""
        self._network.do(f"bridge link set dev {self._port} flood off bcast_flood off mcast_flood off learning off")
        self._network.do(f"ip link set dev {self._port} type bridge_slave fdb_flush")

    def block_multicast(self, blocked: bool = True) -> None:
        """Whether what is sent to groups comes here; what is sent to this host does in any case."""
        self._network.do(f"bridge link set dev {self._port} mcast_flood {'off' if blocked else 'on'}")

    def lose(self, percent: int) -> bool:
        """Lose so many of the packets that come here; False where the kernel has no netem."""
        return self._network.can(f"tc qdisc add dev {self._port} root netem loss {percent}%")


class Network:
    """The switch, and its `hosts`."""

    def __init__(self, switch: subprocess.Popen[bytes]) -> None:
        self._switch = switch
        self.hosts: list[Host] = []
        self.started: list[subprocess.Popen[bytes]] = []

    def do(self, command: str) -> None:
        """Run a command at the switch. Raises NoNetwork."""
        _run([*_inside(self._switch.pid), *command.split()])

    def can(self, command: str) -> bool:
        """Whether a command at the switch succeeds."""
        try:
            self.do(command)
        except NoNetwork:
            return False
        return True


@contextmanager
def network(count: int, directory: Path) -> Iterator[Network]:
    """A network of `count` hosts; `directory` for its files. Raises NoNetwork."""
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if missing:
        raise NoNetwork(f"no {', '.join(missing)}")
    names = directory / "hosts"
    known = ["127.0.0.1 localhost", *(f"10.77.0.{number} host{number}" for number in range(1, count + 1))]
    names.write_text("\n".join(known) + "\n")
    with ExitStack() as holders:
        made = Network(_hold(holders, ["unshare", "-r", "-n", "-m", "-u"]))
        made.do("ip link set lo up")
        made.do("ip link add bridge0 type bridge mcast_snooping 0")
        made.do("ip link set bridge0 up")
        for number in range(1, count + 1):
            made.hosts.append(_add_host(made, number, names, holders))
        try:
            yield made
        finally:
            for process in made.started:
                process.kill()
                process.wait()


def _add_host(made: Network, number: int, names: Path, holders: ExitStack) -> Host:
    holder = _hold(holders, [*_inside(made._switch.pid), "unshare", "-n", "-m", "-u"])
    made.do(f"ip link add port{number} type veth peer name eth0 netns {holder.pid}")
    made.do(f"ip link set port{number} master bridge0 up")
    for command in (
        f"hostname host{number}",
        f"mount --bind {names} /etc/hosts",
        "ip link set lo up",
        f"ip addr add 10.77.0.{number}/24 dev eth0",
        "ip link set eth0 up",
    ):
        _run([*_inside(holder.pid), *command.split()])
    return Host(made, number, holder)


def _hold(holders: ExitStack, words: Sequence[str]) -> subprocess.Popen[bytes]:
    """A process with namespaces of its own, until its stdin is closed. Raises NoNetwork."""
    holder = subprocess.Popen(
        [*words, "sh", "-c", "echo; exec cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    holders.callback(holder.wait)
    holders.callback(holder.kill)
    assert holder.stdout is not None and holder.stderr is not None
    if not holder.stdout.readline():
        raise NoNetwork(holder.stderr.read().decode(errors="replace").strip())
    return holder


def _inside(pid: int) -> list[str]:
    return ["nsenter", "-t", str(pid), "-U", "--preserve-credentials", "-n", "-m", "-u"]


def _run(words: Sequence[str]) -> None:
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=_START_S)
    if done.returncode:
        raise NoNetwork(f"{' '.join(words[8:])}: {done.stderr.strip()}")
