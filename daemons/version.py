"""Which version of the product this is."""

from __future__ import annotations

from importlib.metadata import version


def product_version() -> str:
    """As pip knows it; it takes some milliseconds to find out."""
    return version("alftcl")
