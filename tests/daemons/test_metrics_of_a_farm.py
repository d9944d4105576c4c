"""Metrics, pings and nimby through the processes: a maitre-d, an alfserver, a desktop; the dispatcher is the test's."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import trio
from metrics_parties import GROUP, free_port

from runtime.farm_messages import Explain, Explained, Granted, Recall, SlotState, Want
from runtime.needs import Need
from tests.daemons import alfservers, maitreds
from tests.daemons.maitreds import dispatcher, running

LIMIT_S = 30.0


def own_group() -> str:
    """Lines of alfred.ini: a multicast group that nobody else on this machine uses."""
    return f"set alfConfig(metricsAddress) {GROUP}\nset alfConfig(metricsPort) {free_port()}\n"


def schedule(metrics: str = "", *, host: str = "node1", ping: str = "") -> str:
    return f"""
set alfServer(s1) {{-host {host} -keys render}}
set alfServerPing(default) {{{ping}}}
{metrics}
"""


@contextmanager
def nimby(server: maitreds.Server, *options: str) -> Iterator[subprocess.Popen[str]]:
    """`alfred -nimby` on the machine that the schedule calls 127.0.0.2."""
    words = [sys.executable, "-P", "-m", "daemons.cli", "-nimby", "-host", "127.0.0.2", *options]
    process = subprocess.Popen(words, env=server.env(), stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=LIMIT_S)


def configure(server: maitreds.Server) -> None:
    """What `alfred` needs to find the maitre-d."""
    assert server.alfred("-slots").returncode == 0


async def until(client: maitreds.Client, state: SlotState) -> None:
    with trio.fail_after(LIMIT_S):
        while (await client.slot("s1")).state is not state:
            await trio.sleep(0.01)


async def test_a_command_waits_until_the_metrics_of_a_host_are_as_it_wants(tmp_path: Path) -> None:
    ini, flag = own_group(), tmp_path / "flag"
    flag.write_text("closed\n")
    metrics = f"set Metrics(gate) {{1 {{exec cat {flag}}}}}"
    with (
        running(tmp_path / "m", schedule(metrics), ini=ini) as server,
        alfservers.running_server(tmp_path, ini=ini),
    ):
        async with dispatcher(server) as ann, maitreds.connected(server, "client") as tool:
            ann.say(Want(1, 1, 1, "gate", Need("render", metrics='[Mget gate] eq "open"'), 1))
            with trio.fail_after(LIMIT_S):
                while (await tool.slot("s1")).metrics.get("gate") != "closed":
                    await trio.sleep(0.01)
            assert (await tool.slot("s1")).state is SlotState.FREE

            flag.write_text("open\n")

            assert (await ann.hear(Granted)).request == 1


async def test_a_host_of_which_nothing_is_known_does_not_match(tmp_path: Path) -> None:
    with running(tmp_path / "m", schedule(), ini=own_group()) as server:
        async with dispatcher(server) as ann, maitreds.connected(server, "client") as tool:
            ann.say(Want(1, 1, 1, "metrics", Need("render", metrics="[Mget loadavg] < 100"), 1))
            ann.say(Explain(5, 1))

            assert "loadavg is not known" in dict((await ann.hear(Explained)).servers)["s1"]
            assert (await tool.slot("s1")).state is SlotState.FREE


async def test_a_ping_that_hangs_delays_nobody_else(tmp_path: Path) -> None:
    plan = schedule() + "set alfServer(s2) {-host node2 -keys slow}\nset alfServerPing(slow) {sleep 20}\n"
    with running(tmp_path / "m", plan) as server:
        async with dispatcher(server) as ann:
            ann.say(Want(1, 1, 1, "slow", Need("slow"), 1))

            assert (await ann.want(2, need=Need("render"))).request == 2


async def test_the_ping_of_a_site_decides(tmp_path: Path) -> None:
    ping = tmp_path / "ping"
    ping.write_text(f"#!/bin/sh\necho $1 $2 >> {tmp_path}/asked\nexit 0\n")
    ping.chmod(0o755)
    with running(tmp_path / "m", schedule(ping=f"{ping} %h %s")) as server:
        async with dispatcher(server) as ann:
            await ann.want(need=Need("render"))

    assert (tmp_path / "asked").read_text() == "node1 s1\n"


async def test_a_desktop_is_blocked_as_long_as_nimby_runs(tmp_path: Path) -> None:
    with running(tmp_path / "m", schedule(host="127.0.0.2")) as server:
        await trio.to_thread.run_sync(configure, server)
        async with dispatcher(server) as ann, maitreds.connected(server, "client") as tool:
            with nimby(server, "-mode", "always"):
                await until(tool, SlotState.SHIELDS)
            await until(tool, SlotState.FREE)

            assert await ann.want(need=Need("render"))


async def test_what_runs_on_a_desktop_is_ejected_from_there(tmp_path: Path) -> None:
    with running(tmp_path / "m", schedule(host="127.0.0.2")) as server:
        await trio.to_thread.run_sync(configure, server)
        async with dispatcher(server) as ann:
            granted = await ann.want(need=Need("render"))

            said = await trio.to_thread.run_sync(server.alfred, "-eject", "-host", "127.0.0.2")

            recall = await ann.hear(Recall)
            assert (recall.lease, recall.eject) == (granted.lease.id, True)
            assert said.stdout.startswith("ejected: ")
