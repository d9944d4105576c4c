"""Scheme files: what stands in them counts over the classic one, and what is wrong is said with its line."""

import pytest

from gui.look.scheme import CLASSIC, DARK, SchemeError, named, read


def test_a_file_says_what_is_another_than_in_the_scheme_that_it_names():
    scheme = read("# mine\nscheme dark\nactive #5FB85F\nfont New Century Schoolbook 14\nscale 1.5\n", "mine")

    assert scheme.background == DARK.background
    assert (scheme.active, scheme.font, scheme.size, scheme.scale) == ("#5fb85f", "New Century Schoolbook", 14, 1.5)
    assert read("", "empty") == CLASSIC


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("active green", 'active: "green" is no colour; write it as #rrggbb'),
        ("activ #000000", 'there is no "activ"; there are: scheme font'),
        ("scale big", 'scale: "big" is no number from 0.5 to 6'),
        ("scheme motif", "scheme motif: there are classic, dark"),
        ("font", "font: the name of a font is wanted"),
        ("font Courier 200", 'size: "200" is no number from 6 to 72'),
        ("active #000000 #ffffff", "active: one value is wanted"),
    ],
)
def test_what_is_wrong_is_said_with_file_and_line(line, said):
    with pytest.raises(SchemeError) as wrong:
        read(f"\n{line}\n", "mine")
    assert str(wrong.value).startswith(f"mine, line 2: {said}")


def test_a_file_that_is_not_there_or_no_text_is_said(tmp_path):
    with pytest.raises(SchemeError, match="there are classic, dark, or the name of a file"):
        named(str(tmp_path / "nowhere"))
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SchemeError, match="no text in UTF-8"):
        named(str(tmp_path / "binary"))
