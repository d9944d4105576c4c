"""-envkey: names of presets and variables, in every spelling that real files have."""

from __future__ import annotations

import pytest

from runtime.job.dirmaps import read_dirmaps
from runtime.job.environment import EnvKeys, read_envkey
from runtime.job.substitute import Binding


@pytest.mark.parametrize(
    ("text", "presets", "settings"),
    [
        ("", (), ()),
        ("{}", (), ()),
        ("  maya2012", ("maya2012",), ()),
        ("{rfm-24.3} {maya-2022}", ("rfm-24.3", "maya-2022"), ()),
        ("{a b} {{c} {setenv X=1 Y=2}}", ("a b", "{c} {setenv X=1 Y=2}"), ()),
        ("{a} {setenv X=1 Y=2}", ("a",), (("X", "1"), ("Y", "2"))),
        ("setenv A=1 setenv B=2", (), (("A", "1"), ("B", "2"))),
        ("TOOLS=/mnt/tools houdini", ("houdini",), (("TOOLS", "/mnt/tools"),)),
        ("{nuke} {setenv \\\n  P=/core \\\n  NAME=w \\\n }", ("nuke",), (("P", "/core"), ("NAME", "w"))),
        ('{setenv "A=x y"}', (), (("A", "x y"),)),
        ("{setenv {A=x y} B=}", (), (("A", "x y"), ("B", ""))),
        ("setenv {A=x=y}", (), (("A", "x=y"),)),
        ("{setenv A B}", ("A", "B"), ()),
        ("1=2", ("1=2",), ()),
    ],
)
def test_presets_and_variables(text: str, presets: tuple[str, ...], settings: tuple[tuple[str, str], ...]) -> None:
    result = read_envkey(text)

    assert result.settings == settings
    assert result.presets == presets


def test_values_are_mapped_and_the_later_of_two_counts() -> None:
    keys = read_envkey("setenv A=%D(X:/a) setenv B=1 setenv B=%j")

    values = keys.environment(Binding(jid=7, zone="NFS", dirmaps=read_dirmaps("{X: /x NFS}")))

    assert values == {"A": "/x/a", "B": "7"}


def test_nothing_is_asked_for_by_default() -> None:
    assert EnvKeys().environment(Binding()) == {}
