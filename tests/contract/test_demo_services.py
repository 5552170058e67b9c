"""Every rule of service discovery is planted in the demo, and found; the twins beside are well."""

from __future__ import annotations

import asyncio

import pytest

from mckconsole.analysis.engine import Analysis
from mckconsole.demo.fleet import EmbeddedFleet
from tests.contract.planted import Planted, findings_of, key_of, read_demo, read_table, sources

TABLE = read_table()
TWINS = sorted({row.twin for row in TABLE} - {"-"})
RULES = [f"SD{number:02d}" for number in range(1, 20)]


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    async def demo() -> Analysis:
        async with EmbeddedFleet() as fleet:
            return (await read_demo(fleet))[1]

    return asyncio.run(demo())


def test_the_table_names_every_rule() -> None:
    assert sorted({row.rule for row in TABLE}) == RULES


@pytest.mark.parametrize("row", TABLE, ids=str)
def test_what_is_planted_is_found_with_evidence(analysis: Analysis, row: Planted) -> None:
    found = [one for one in findings_of(analysis, row.place) if one.rule == row.rule]
    assert found, [one.rule for one in findings_of(analysis, row.place)]
    assert row.clusters <= sources(found)
    for finding in found:
        assert finding.pane == "services"
        assert finding.remediation
        assert all(item.observed_at > 0 and item.value for item in finding.evidence)


@pytest.mark.parametrize("twin", TWINS)
def test_the_twins_are_well(analysis: Analysis, twin: str) -> None:
    """A cluster may have other faults than those that it stands beside."""
    found = findings_of(analysis, twin)
    if "/" not in twin:
        beside = {row.rule for row in TABLE if row.twin == twin}
        found = tuple(one for one in found if one.rule in beside)
    assert [(one.rule, one.title) for one in found] == []


def test_no_finding_is_about_two_things(analysis: Analysis) -> None:
    found = [
        (one.rule, one.cluster, one.peers, one.object, one.subject)
        for one in analysis.services.findings
    ]
    assert len(found) == len(set(found))


def test_what_is_planted_is_in_the_report_of_its_service(analysis: Analysis) -> None:
    for row in TABLE:
        service = analysis.services.find(key_of(row.place)) if "/" in row.place else None
        if service is not None:
            assert service.severity is not None, row
            assert service.reason, row
