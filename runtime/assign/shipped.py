"""The assigners that are shipped, by the names that alfConfig(assigner) has for them.

fairness   who holds least for his share, and who has waited, at equal crew priority     the default
strict     the highest priority takes all
spread     fairness, on the host with the fewest busy slots
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from runtime.assign.assigner import Assigner
from runtime.assign.fairness import Fairness
from runtime.assign.spread import Spread
from runtime.assign.strict import Strict

SHIPPED: Mapping[str, type[Assigner]] = MappingProxyType({"fairness": Fairness, "strict": Strict, "spread": Spread})
