"""A network of hosts, for the tests that need one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hosts import Network, NoNetwork, network


@pytest.fixture
def hosts(tmp_path: Path) -> Iterator[Network]:
    """Four hosts, each with an address of its own; skipped where there can be none."""
    try:
        with network(4, tmp_path) as made:
            yield made
    except NoNetwork as reason:
        pytest.skip(f"no network namespaces here: {reason}")
