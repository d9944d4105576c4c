"""What holds for all tests.

Random tests: the same cases at every run of the gate, new ones with FUZZ=1 (`make fuzz`).
Engines: ALFTCL_ENGINE=direct runs every test with the direct engine alone, ALFTCL_ENGINE=generated generates procedures
at their first call and loops at their first round.
Standard input is empty, whoever runs the tests: real Tcl reads the process's own.
"""

import os

from hypothesis import settings

from alftcl import observing

settings.register_profile("gate", derandomize=True, deadline=None, database=None)
settings.register_profile("fuzz", max_examples=2000, deadline=None, print_blob=True)
settings.load_profile("fuzz" if os.environ.get("FUZZ") else "gate")

ENGINES = {"direct": observing.NEVER, "generated": (1, 0)}

if os.environ.get("ALFTCL_ENGINE"):
    observing.COLD = observing.WARM = ENGINES[os.environ["ALFTCL_ENGINE"]]

_nothing = os.open(os.devnull, os.O_RDONLY)
os.dup2(_nothing, 0)
os.close(_nothing)
