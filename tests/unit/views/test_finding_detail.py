"""What stands behind a finding: all of its evidence, its rule, and the ways on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mckconsole.analysis.engine import analyse
from mckconsole.analysis.rules import RULES
from mckconsole.domain.findings import Finding, Severity
from mckconsole.views.detail import ClusterTarget, LinkTarget, ObjectTarget
from mckconsole.views.finding_detail import finding_detail
from mckconsole.views.spec import Role
from tests.unit.views.documents import (
    assert_sound,
    asymmetric,
    demo,
    demo_analysis,
    lines_of,
    shown_evidence,
    text_of,
)

FINDINGS = {finding.id: finding for finding in demo_analysis().findings}


@pytest.mark.parametrize("finding_id", FINDINGS)
def test_every_finding_of_the_demo_has_a_sound_document(finding_id: str) -> None:
    finding = FINDINGS[finding_id]
    detail = finding_detail(demo(), demo_analysis(), finding_id)
    assert detail
    assert_sound(demo(), demo_analysis(), detail)
    assert finding_id in shown_evidence(detail, demo(), demo_analysis())
    text = text_of(detail)
    assert detail.words.endswith(finding.severity.value)
    assert detail.blocks[0].lines[0].text == f"what      {finding.title}"
    assert finding.detail in text
    assert RULES[finding.rule].explanation in text
    assert RULES[finding.rule].source in text
    for step in finding.remediation.splitlines():
        assert step.partition(". ")[2] in text


@pytest.mark.parametrize("finding_id", FINDINGS)
def test_every_finding_leads_to_its_object_clusters_and_tunnels(finding_id: str) -> None:
    finding = FINDINGS[finding_id]
    detail = finding_detail(demo(), demo_analysis(), finding_id)
    assert detail
    targets = {line.target for line in lines_of(detail)}
    for name in (finding.cluster, *finding.peers):
        assert ClusterTarget(name) in targets
    if finding.object:
        assert ObjectTarget(finding.cluster, finding.object) in targets
    keys = {str(link.key): link for link in demo_analysis().mesh.links}
    if finding.subject in keys:
        assert LinkTarget(finding.subject) in targets
    for one in finding.evidence:
        if one.object:
            assert ObjectTarget(one.cluster, one.object) in targets


def test_links_of_another_pair_are_no_way_on() -> None:
    for finding in FINDINGS.values():
        detail = finding_detail(demo(), demo_analysis(), finding.id)
        assert detail
        ends = {finding.cluster, *finding.peers}
        for line in lines_of(detail):
            if isinstance(line.target, LinkTarget):
                (link,) = [
                    one for one in demo_analysis().mesh.links if str(one.key) == line.target.id
                ]
                assert {link.key.source, link.key.target} <= ends


def test_a_finding_about_a_pair_shows_each_side_as_it_stands() -> None:
    fleet = asymmetric()
    analysis = analyse(fleet)
    (finding,) = [one for one in analysis.findings if one.rule == "MESH-ASYMMETRIC"]
    detail = finding_detail(fleet, analysis, finding.id)
    assert detail
    (evidence,) = [block for block in detail.blocks if block.heading == "Evidence"]
    sources = [line for line in evidence.lines if not line.note]
    roles = {line.text.split()[1]: line.spans[0].role for line in sources}
    assert roles == {"east": Role.CRITICAL, "south": Role.OK}
    assert evidence.note == f"{len(finding.evidence)} observations"


def test_the_tunnel_of_the_finding_is_the_first_way_on() -> None:
    keys = {str(link.key) for link in demo_analysis().mesh.links}
    for finding in FINDINGS.values():
        detail = finding_detail(demo(), demo_analysis(), finding.id)
        assert detail
        first = detail.blocks[-1].lines[0].target
        if finding.subject in keys:
            assert first == LinkTarget(finding.subject)


def test_a_finding_that_is_gone_has_no_document() -> None:
    assert finding_detail(demo(), demo_analysis(), "0" * 16) is None


def test_a_finding_with_next_to_nothing_says_what_is_missing() -> None:
    bare = Finding("MESH-NEW", "mesh", Severity.INFO, "gone", None, "odd", "", (), "", ("far",))
    analysis = replace(demo_analysis(), findings=(bare,))
    detail = finding_detail(demo(), analysis, bare.id)
    assert detail
    assert_sound(demo(), analysis, detail)
    assert detail.words == "· info"
    text = text_of(detail)
    assert "none: it is about the cluster as a whole" in text
    assert "none: nothing was read that shows anything" in text
    assert "? this rule is not documented" in text
    assert "cluster gone  ? not in this fleet" in text
    assert "cluster far  ? not in this fleet" in text
