"""Python values as Tcl values, and back."""

import datetime
import enum
import types
from pathlib import Path
from typing import Any

import pytest

from alftcl import TclError, convert
from alftcl.python_values import from_python


class Level(enum.IntEnum):
    HIGH = 3


class Colour(enum.StrEnum):
    RED = "red"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("text", "text"),
        (2**70, 2**70),
        (1.5, 1.5),
        (True, 1),
        (None, ""),
        (b"\x00\xff", "\x00\xff"),
        (bytearray(b"ab"), "ab"),
        (("a", (1, None)), ["a", [1, ""]]),
        (range(3), [0, 1, 2]),
        ({"a": {1: (2,)}}, {"a": {"1": [2]}}),
        (types.MappingProxyType({"a": 1}), {"a": 1}),
        (Path("/a b"), "/a b"),
        (Level.HIGH, 3),
        (Colour.RED, "red"),
    ],
)
def test_a_python_value_has_its_tcl_value(value: Any, expected: Any) -> None:
    made = from_python(value)
    assert (made, type(made)) == (expected, type(expected))


@pytest.mark.parametrize("value", [(n for n in "ab"), {1, 2}, datetime.date(2020, 1, 1), object(), 1j, map(str, [])])
def test_what_has_no_one_meaning_in_tcl_is_refused(value: Any) -> None:
    with pytest.raises(TypeError, match=f"a {type(value).__name__} is no Tcl value"):
        from_python([value])


@pytest.mark.parametrize(
    ("value", "as_", "expected"),
    [
        ("0x1f", int, 31),
        (" 7 ", int, 7),
        ("1e3", float, 1000.0),
        (1, float, 1.0),
        ("Off", bool, False),
        ([1, "a b"], str, "1 {a b}"),
        ("\xff\x00", bytes, b"\xff\x00"),
        ("a {b c}", list, ["a", "b c"]),
        ("1 2", list[float], [1.0, 2.0]),
        ("{1 2} 3", list[list[int]], [[1, 2], [3]]),
        ("1 2", tuple[int, ...], (1, 2)),
        ("a 1", dict, {"a": "1"}),
        ("a 1", dict[str, int], {"a": 1}),
        ("", int | None, None),
        ("5", int | None, 5),
        ("a/b", Path, Path("a/b")),
        ("5", Any, "5"),
    ],
)
def test_a_tcl_value_becomes_the_type_asked_for(value: Any, as_: Any, expected: Any) -> None:
    made = convert(value, as_)
    assert (made, type(made)) == (expected, type(expected))


def test_a_character_beyond_a_byte_is_no_bytes() -> None:
    with pytest.raises(TclError, match=r"expected byte sequence but character 1 was '€' \(U\+0020AC\)"):
        convert("a€", bytes)


@pytest.mark.parametrize("as_", [set, complex, int | str, dict[int, str], tuple[int, str], "int"])
def test_a_type_that_is_none_of_tcls_is_refused(as_: Any) -> None:
    with pytest.raises(TypeError, match="no Tcl value can become"):
        convert("1", as_)
