"""docs/python.md tells the truth, and so do the examples in the docstrings of the Python face."""

import doctest
from pathlib import Path
from types import ModuleType

import pytest

import alftcl
from alftcl import face, profiling, python_commands, python_traces, python_values

PAGE = Path(__file__).parents[2] / "docs" / "python.md"


def test_the_examples_of_the_page_run() -> None:
    assert doctest.testfile(str(PAGE), module_relative=False).failed == 0


@pytest.mark.parametrize("module", [alftcl, face, profiling, python_commands, python_traces, python_values])
def test_the_examples_of_the_docstrings_run(module: ModuleType) -> None:
    assert doctest.testmod(module).failed == 0
