"""What a benchmark prints at its end: its figures, for people or as one JSON object. Not a benchmark itself."""

import json
from collections.abc import Mapping

NAME_WIDTH = 24


def show(figures: Mapping[str, object], *, as_json: bool) -> None:
    """Print `figures` by their names: one JSON object, or a line each."""
    if as_json:
        print(json.dumps(figures))
        return
    for name, figure in figures.items():
        print(f"{name:{NAME_WIDTH}} {figure}")
