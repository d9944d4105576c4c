"""What stands in the way of a crew is counted as if each server had been asked, though most are not."""

from __future__ import annotations

from collections import Counter

from site_of import Dispatcher, Site, crew, need, schedule, server

SERVERS = (
    *(server(f"a{number}", "a") for number in range(4)),
    *(server(f"b{number}", "b") for number in range(3)),
    *(server(f"d{number}", "d", enabled=False) for number in range(2)),
    server("k0", "k", keys="other"),
    server("z0", "z"),
)
CREWS = (crew("everybody", 1, servers="most"), crew("production", 2, users="produce", servers="most"))
GROUPS = {"most": tuple(one.name for one in SERVERS[:-1])}


def farm() -> tuple[Site, Dispatcher]:
    """Dora has three servers of host a, and Ben, of a crew of his own, one of host b."""
    site = Site(schedule(*SERVERS, crews=CREWS, server_groups=GROUPS, user_groups={"produce": ("ben",)}))
    dora, ben = site.join("dora"), site.join("ben")
    dora.want("a && pixarRender", total=3)
    ben.want("b && pixarRender", total=1)
    site.carry_out(site.core.offline(["b2"], True, "a wrangler", site.now))
    return site, site.join("anna")


def in_the_way(site: Site) -> Counter[str]:
    [found] = [one for one in site.core.obstacles(site.now) if one.name == "everybody"]
    return found.servers


def test_each_server_counts_by_the_first_test_that_it_fails() -> None:
    site, anna = farm()

    anna.want(need("pixarRender", atleast=20))

    assert in_the_way(site) == {
        "are in use by everybody": 3,
        "are in use by production": 1,
        "are disabled or offline": 3,
        "do not match its keys": 1,
        "are not open to them now": 1,
        "are free": 2,
    }


def test_servers_that_are_called_by_their_names_count_for_themselves() -> None:
    site, anna = farm()

    anna.want(need("pixarRender && !(a0 || b1)", atleast=20))

    assert in_the_way(site) == {
        "are in use by everybody": 2,
        "are in use by production": 1,
        "are disabled or offline": 3,
        "do not match its keys": 3,
        "are not open to them now": 1,
        "are free": 1,
    }


def test_servers_that_are_measured_count_for_themselves() -> None:
    site, anna = farm()
    site.measure("b", load=0.5)

    anna.want(need("pixarRender", metrics="[Mget load] < 1", atleast=20))

    assert in_the_way(site) == {
        "are in use by production": 1,
        "are disabled or offline": 3,
        "do not match its keys": 1,
        "do not have the metrics": 4,
        "are not open to them now": 1,
        "are free": 1,
    }


def test_servers_that_are_excluded_count_as_excluded() -> None:
    site, anna = farm()
    anna.excludes(["a", "b1"])

    anna.want(need("pixarRender", atleast=20))

    assert in_the_way(site) == {
        "are excluded by the huntgroup": 5,
        "are in use by production": 1,
        "are disabled or offline": 3,
        "do not match its keys": 1,
        "are not open to them now": 1,
    }
