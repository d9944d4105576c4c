"""What is generated and shipped is what the source gives: the tables of PLY, the index of commands."""

import subprocess
import sys
from pathlib import Path

import pytest

import alftcl
from alftcl import tables

NAMES = ("lextab_script", "lextab_expr", "parsetab_script", "parsetab_expr", "commands/index")


@pytest.mark.parametrize("name", NAMES)
def test_shipped_table_is_what_the_rules_give(name: str, tmp_path: Path) -> None:
    tables.write(tmp_path)
    shipped = Path(alftcl.__file__).parent / f"{name}.py"
    assert (tmp_path / f"{name}.py").read_text() == shipped.read_text()


def test_no_pickled_tables_are_used() -> None:
    sources = Path(alftcl.__file__).parent.rglob("*.py")
    assert not [path for path in sources if "pickle" + "file" in path.read_text()]


@pytest.mark.parametrize(
    "order", ["import alftcl.commands.files; i = Interp()", "i = Interp(); import alftcl.commands.files"]
)
def test_a_family_that_was_imported_by_name_leaves_all_commands_in_place(order: str) -> None:
    script = f"from alftcl import Interp; {order}; print(i.eval('list [info exists x] [catch {{file mkdir}}]'))"
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=60)
    assert (ended.stdout, ended.stderr) == ("[0, 0]\n", "")
