"""What the analysis says of services, to be compared."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import yaml

from mckconsole.analysis.engine import Analysis
from mckconsole.analysis.services.model import FleetService
from mckconsole.domain.findings import Finding
from tests.unit.analysis.build import Doc
from tests.unit.analysis.livefleet import LiveFleet

__all__ = ["LiveFleet", "compare", "content", "docs", "undated"]


def docs(text: str) -> list[Doc]:
    """Objects of a YAML text."""
    return [doc for doc in yaml.safe_load_all(text) if doc]


def content(service: FleetService) -> tuple[object, ...]:
    """Everything that a service says, to be compared by value."""
    return (
        service.key,
        dict(service.parts),
        list(service.parts),
        service.state,
        service.severity,
        service.reason,
        undated(service.findings),
        service.unknowns,
    )


def undated(findings: Iterable[Finding]) -> list[Finding]:
    """Findings without when their evidence was seen: it stands until it is looked at again."""
    return [
        replace(one, evidence=tuple(replace(seen, observed_at=0) for seen in one.evidence))
        for one in findings
    ]


def compare(found: Analysis, fresh: Analysis) -> None:
    """Both analyses say the same of services."""
    assert [content(one) for one in found.services.services] == [
        content(one) for one in fresh.services.services
    ]
    assert found.services.clusters == fresh.services.clusters
    assert undated(found.services.findings) == undated(fresh.services.findings)
    assert found.services.unknowns == fresh.services.unknowns
    assert undated(found.findings) == undated(fresh.findings)
    assert found.unknowns == fresh.unknowns
