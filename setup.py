"""What pyproject.toml cannot say: with ALFTCL_COMPILE=1 in the environment the maitre-d's core is compiled (mypyc).

    ALFTCL_COMPILE=1 pip install --no-build-isolation .     mypy and the dependencies are there, and a C compiler
    pip install .                                           all is Python, as always

The same sources, twice as fast (docs/farm.md, A large farm; docs/architecture.md, Compiled). Python finds a compiled
module before the one beside it in Python. Modules with msgspec classes stay Python: compiled, these lose what msgspec
gives them (`frozen`, their hashes). So do the policies of runtime/assign, from which a site's own are derived.
"""

import os
from pathlib import Path

from setuptools import Extension, setup

ROOMS = ("runtime/maitred/*.py", "runtime/match/*.py", "runtime/assign/judge.py", "runtime/grants.py")
OPTIMISED = "1"
"""As gcc counts: this is one file of many megabytes of C, which takes it a minute so."""


def compiled() -> list[Extension]:
    """The maitre-d's core as one extension, with a small one for each of its modules."""
    try:
        from mypyc.build import mypycify
    except ImportError:
        raise SystemExit(
            "ALFTCL_COMPILE=1 needs mypy where it builds: pip install '.[compiled]', and then with --no-build-isolation"
        ) from None
    found = sorted(path for room in ROOMS for path in Path().glob(room) if path.name != "__init__.py")
    modules = [str(path) for path in found if "(msgspec.Struct" not in path.read_text()]
    return mypycify(modules, opt_level=OPTIMISED, group_name="alftcl_maitred")


setup(ext_modules=compiled() if os.environ.get("ALFTCL_COMPILE") == "1" else [])
