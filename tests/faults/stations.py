"""Programs for the hosts of a test's network: the metrics side of a maitre-d, and that of an alfserver.

python stations.py maitred NAME ADDRESS               prints the name of a host whenever a sample of it comes
python stations.py alfserver NAME ADDRESS MAITRED     tells its metrics, ten times as often as real ones
"""

from __future__ import annotations

import sys
from collections.abc import Mapping

import trio

import runtime.sampling
from daemons import sampling
from daemons.measuring import Measuring
from daemons.multicast import Party, place_of
from daemons.sampling import sample_forever
from runtime.farm_datagrams import MetricSource
from runtime.settings import Settings

KEY = bytes(range(32))
SETTINGS = Settings(metrics_address="239.255.224.99", metrics_interface="eth0")
BEAT = MetricSource("beat", 0.1, "constant", ("1",))


async def maitred(name: str, address: str) -> None:
    def measured(host: str, values: Mapping[str, str | float]) -> None:
        if "beat" in values:
            sys.stdout.write(f"{host}\n")
            sys.stdout.flush()

    place = await place_of(SETTINGS, KEY, own=address, own_port=SETTINGS.metrics_port)
    with Party(place) as party:
        measuring = Measuring(party, name, measured)
        measuring.announce(1.0, [BEAT])
        await measuring.run()


async def alfserver(name: str, address: str, maitred: str) -> None:
    runtime.sampling.SHORTEST_S = 0.1
    sampling.ASK_S, sampling.FIRST_ASK_S, sampling.ANSWER_S = 2.0, 0.2, 0.1
    await sample_forever(SETTINGS, KEY, lambda: [maitred], host=name, port=1501, slots=4, own=address)


if __name__ == "__main__":
    trio.run({"maitred": maitred, "alfserver": alfserver}[sys.argv[1]], *sys.argv[2:])
