"""Random tests: the same cases at every run of the gate, new ones with FUZZ=1 (`make fuzz`)."""

import os
import sys

from hypothesis import settings

from alftcl import interp

settings.register_profile("gate", derandomize=True, deadline=None, database=None)
settings.register_profile("fuzz", max_examples=2000, deadline=None, print_blob=True)
settings.load_profile("fuzz" if os.environ.get("FUZZ") else "gate")

ENGINES = {"direct": (0, sys.maxsize), "generated": (1, 0)}
"""What ALFTCL_ENGINE forces: after how many calls and rounds code is generated (direct: never)."""

if os.environ.get("ALFTCL_ENGINE"):
    interp.CALLS_UNTIL_GENERATED, interp.ROUNDS_UNTIL_GENERATED = ENGINES[os.environ["ALFTCL_ENGINE"]]
