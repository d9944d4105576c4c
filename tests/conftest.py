"""Random tests: the same cases at every run of the gate, new ones with FUZZ=1 (`make fuzz`)."""

import os

from hypothesis import settings

settings.register_profile("gate", derandomize=True, deadline=None, database=None)
settings.register_profile("fuzz", max_examples=2000, deadline=None, print_blob=True)
settings.load_profile("fuzz" if os.environ.get("FUZZ") else "gate")
