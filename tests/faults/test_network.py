"""Several hosts with addresses of their own: cables that are pulled, multicast that does not pass (T5, T21)."""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hosts import Host, Network

LIMIT_S = 30.0
_STATIONS = Path(__file__).with_name("stations.py")
_ROOT = Path(__file__).parents[2]


class Lines:
    """What a program prints, line by line, as it comes."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line.decode().strip())

    def next(self) -> str:
        return self._lines.get(timeout=LIMIT_S)

    def forget(self) -> None:
        """What has come until now counts no more."""
        while not self._lines.empty():
            self._lines.get()


def start(host: Host, *words: str) -> subprocess.Popen[bytes]:
    env = {**os.environ, "PYTHONPATH": str(_ROOT)}
    return host.start([sys.executable, str(_STATIONS), *words], env=env, stdout=subprocess.PIPE)


def station(made: Network, listed: str = "host1") -> tuple[Lines, list[Host]]:
    """A maitre-d on the first host, and an alfserver on each of the others; what the maitre-d hears. `listed`: what
    alfred.ini names as the maitre-d."""
    first, *others = made.hosts
    heard = Lines(start(first, "maitred", first.name, first.address))
    for host in others:
        start(host, "alfserver", host.name, host.address, listed)
    return heard, others


def until(heard: Lines, *hosts: Host, times: int = 5) -> None:
    """Until so many samples of each of the hosts have come from now on."""
    heard.forget()
    missing = {host.name: times for host in hosts}
    while any(left > 0 for left in missing.values()):
        name = heard.next()
        if name in missing:
            missing[name] -= 1


def test_samples_come_from_every_host_by_multicast(hosts: Network) -> None:
    heard, alfservers = station(hosts, listed="10.77.0.99")  # nobody is there: unicast cannot help

    until(heard, *alfservers)


def test_where_multicast_is_blocked_unicast_takes_over_and_back(hosts: Network) -> None:
    heard, alfservers = station(hosts)
    until(heard, *alfservers)

    hosts.hosts[0].block_multicast()
    until(heard, *alfservers)

    hosts.hosts[0].block_multicast(False)
    until(heard, *alfservers)


def test_multicast_that_was_never_there_is_not_missed(hosts: Network) -> None:
    hosts.hosts[0].block_multicast()

    heard, alfservers = station(hosts)

    until(heard, *alfservers)


def test_a_host_whose_cable_is_pulled_is_silent_and_the_others_are_not(hosts: Network) -> None:
    heard, (gone, *others) = station(hosts)
    until(heard, gone, *others)

    gone.pull_cable()
    until(heard, *others)
    heard.forget()
    assert {heard.next() for _ in range(30)} == {host.name for host in others}

    gone.put_cable_back()
    until(heard, gone, *others)


def test_samples_come_through_a_network_that_loses_packets(hosts: Network) -> None:
    if not all(host.lose(10) for host in hosts.hosts):
        pytest.skip("this kernel has no netem")

    heard, alfservers = station(hosts)

    until(heard, *alfservers)
