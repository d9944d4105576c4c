"""Which version of the product this is, and of which kind."""

from __future__ import annotations

from importlib.machinery import EXTENSION_SUFFIXES
from importlib.metadata import version
from importlib.util import find_spec


def product_version() -> str:
    """As pip knows it; it takes some milliseconds to find out."""
    return version("alftcl")


def core_is_compiled() -> bool:
    """Whether the maitre-d's core is one that setup.py has compiled."""
    core = find_spec("runtime.maitred.core")
    return core is not None and str(core.origin).endswith(tuple(EXTENSION_SUFFIXES))
