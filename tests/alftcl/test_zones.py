"""Zones where alftcl goes its own way: files that the system lacks, rules and files that Tcl 8.6.13 cannot read."""

from __future__ import annotations

import pytest

from alftcl.clock import posix_zone, zonefile
from alftcl.clock.zones import Zone, zone
from alftcl.errors import TclError
from alftcl.interp import Interp

SUMMER_2024, WINTER_2024 = 1720000000, 1705000000


def _posix(text: str) -> Zone:
    found = posix_zone.parse(text)
    assert found is not None
    return found


def test_without_files_of_the_system_the_package_has_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zonefile, "TZPATH", ())

    data = zonefile.find("Europe/Berlin")

    assert data is not None
    assert zonefile.read(data).at(SUMMER_2024) == (7200, "CEST")


def test_a_zone_that_no_place_has_is_not_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zonefile, "TZPATH", ())

    assert zonefile.find("Europe/Atlantis") is None


@pytest.mark.parametrize("name", ["../../etc/passwd", ":../../etc/passwd", "/etc/passwd", ":", "Europe"])
def test_a_name_does_not_lead_out_of_the_zones(name: str) -> None:
    with pytest.raises(TclError, match="not found"):
        zone(name)


def test_the_sixtieth_day_without_leap_days_is_the_first_of_march() -> None:
    julian = _posix("AAA0BBB,J60/0,J300/0")

    assert julian.at(1709251199)[1] == "AAA"  # 29 February 2024, 23:59:59
    assert julian.at(1709251200)[1] == "BBB"


def test_the_sixtieth_day_with_leap_days_is_their_29_february() -> None:
    counted = _posix("AAA0BBB,59/0,299/0")

    assert counted.at(1709164799)[1] == "AAA"  # 28 February 2024, 23:59:59
    assert counted.at(1709164800)[1] == "BBB"


def test_south_of_the_equator_summer_goes_over_new_year() -> None:
    southern = _posix("NZST-12NZDT,M9.5.0,M4.1.0/3")

    assert southern.at(WINTER_2024) == (13 * 3600, "NZDT")
    assert southern.at(SUMMER_2024) == (12 * 3600, "NZST")


def test_a_file_of_the_newer_format_is_read_to_its_end() -> None:
    jerusalem = zone(":Asia/Jerusalem")

    assert jerusalem.at(-2700000000) == (8440, "JMT")  # its changes before 1901
    assert jerusalem.at(2858923000)[1] == "IDT"  # its rules after 2037: the change comes at 26:00


def test_years_before_the_common_era_are_added_forwards() -> None:
    script = (
        "clock format [clock add [clock scan {B.C.E. 0044-03-15} -format {%EE %Y-%m-%d} -gmt 1] 1 year -gmt 1] -gmt 1"
    )

    assert Interp().eval(f"{script} -format {{%EE %Y-%m-%d}}") == "B.C.E. 0043-03-15"
