"""The hand-made collections: each script gives in alftcl what it gives in Tcl 8.6.

A collection is a file of scripts with a line `# ----` between two. Value, message, errorCode and errorInfo
are compared, each script in fresh interpreters.
"""

from pathlib import Path

import pytest
from real_tcl import run_ours, run_real

COLLECTIONS = Path(__file__).parent / "collections"


def scripts() -> list[object]:
    cases = []
    for path in sorted(COLLECTIONS.glob("*.tcl")):
        for number, script in enumerate(path.read_text().removesuffix("\n").split("\n# ----\n"), 1):
            cases.append(pytest.param(script, id=f"{path.stem}-{number}"))
    return cases


@pytest.mark.parametrize("script", scripts())
def test_script_gives_what_tcl_gives(script: str) -> None:
    assert run_ours(script) == run_real(script)
