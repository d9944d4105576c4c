"""The text in the bytes of a file."""

from __future__ import annotations

import pytest

from runtime.decoding import Decoded, decode


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"a\nb", "a\nb"),
        (b"a\r\nb\rc", "a\nb\nc"),
        (b"\xef\xbb\xbfa", "a"),
        (b"a\x1ab", "a"),
        ("\ufeffa\r\n", "a\n"),
        (b"\xc3\xa9", "é"),
        (b"", ""),
    ],
)
def test_ends_of_lines_and_of_the_file_are_those_of_tcl(data: bytes | str, text: str) -> None:
    assert decode(data) == Decoded(text)
    assert decode(data).encoding == "utf-8"


def test_what_is_not_utf_8_is_latin_1_and_says_where() -> None:
    assert decode(b"a\nb\xe9") == Decoded("a\nbé", (2, 2))
    assert decode(b"\xe9").encoding == "latin-1"
