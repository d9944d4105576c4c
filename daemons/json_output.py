"""What -json prints: one value, over several lines, for programs and for people who look."""

from __future__ import annotations

import sys

import msgspec


def write_json(value: object) -> None:
    """Print a value, structs included, to stdout."""
    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(value), indent=1) + b"\n")
    sys.stdout.buffer.flush()
