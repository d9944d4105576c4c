"""The house has floors (docs/architecture.md): nothing imports upwards, and `runtime` touches no machine."""

import ast
import tomllib
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FLOOR = {"alftcl": 0, "runtime": 1, "daemons": 2, "gui": 3, "compat": 3}
MACHINE = {
    "socket", "subprocess", "select", "selectors", "asyncio", "trio", "threading", "multiprocessing", "signal",
    "sqlite3", "tkinter", "tempfile", "shutil", "psutil", "os",
}  # fmt: skip
CLOCKS = {"time", "datetime"}


def modules():
    return sorted(path for top in FLOOR for path in (ROOT / top).rglob("*.py"))


def imports(path):
    """Top-level package names that a module imports anywhere in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name.split(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module.split(".")[0]


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_imports_nothing_from_above(path):
    own = FLOOR[path.relative_to(ROOT).parts[0]]
    above = {name for name in imports(path) if FLOOR.get(name, -1) > own}
    assert not above


RULES = [path for path in modules() if path.relative_to(ROOT).parts[0] == "runtime"]


@pytest.mark.parametrize("path", RULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_rules_touch_no_machine(path):
    """No sockets, processes, threads, files or Tk in runtime; time is an argument (calendar sums are allowed)."""
    assert not MACHINE & set(imports(path))
    reads = {
        node.attr
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in CLOCKS
    }
    assert not reads & {"time", "monotonic", "perf_counter", "now", "today", "sleep", "utcnow"}


def test_only_windows_know_tk():
    """Not what they show, either: that is tested without a display."""
    knowing = {path.relative_to(ROOT) for path in modules() if "tkinter" in set(imports(path))}
    assert [path for path in knowing if path.parts[0] != "gui" or path.parts[1] == "models"] == []


def test_a_module_of_the_windows_fits_in_the_head():
    sizes = {path: len(path.read_text().splitlines()) for path in (ROOT / "gui").rglob("*.py")}
    assert [path for path, lines in sizes.items() if lines > 400] == []


def test_the_documented_floors_are_these():
    text = (ROOT / "docs" / "architecture.md").read_text()
    order = ["gui/", "daemons/", "runtime/", "alftcl/"]
    places = [text.index(f"\n    {name}") for name in order]
    assert places == sorted(places)


def test_every_package_is_installed() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    packages = set(settings["tool"]["setuptools"]["packages"])
    found = {
        str(path.parent.relative_to(ROOT)).replace("/", ".")
        for floor in ("alftcl", "runtime", "daemons", "gui", "compat")
        for path in (ROOT / floor).rglob("*.py")
    }

    assert packages == found


def test_test_files_have_names_of_their_own():
    """pytest tells modules apart by their names alone where directories are no packages."""
    names = Counter(path.name for path in (ROOT / "tests").rglob("test_*.py"))
    assert [name for name, number in names.items() if number > 1] == []
