"""Words of strangers, made fit to be shown: nothing that moves a cursor, fakes a line or breaks a page."""

from __future__ import annotations


def blanked(text: str) -> str:
    """The text with a blank for every character that cannot be printed, line ends included."""
    return text if text.isprintable() else "".join(one if one.isprintable() else " " for one in text)
