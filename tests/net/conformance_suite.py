"""All conformance cases, in the order in which they run."""

from __future__ import annotations

from tests.net import (
    conformance_access,
    conformance_logs,
    conformance_reads,
    conformance_watches,
)
from tests.net.conformance import CASES, Case

_ORDER = (conformance_reads, conformance_access, conformance_logs, conformance_watches)


def all_cases() -> list[Case]:
    """Every case: reads first, then access, then watches with the destructive ones at the end."""
    modules = [module.__name__ for module in _ORDER]
    return sorted(CASES, key=lambda check: modules.index(check.__module__))
