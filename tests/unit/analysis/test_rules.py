"""The rule registry is complete and its words can be followed."""

from __future__ import annotations

import pytest

from mckconsole.analysis.rules import RULES
from mckconsole.detect.catalog import RULES as FAMILIES
from mckconsole.domain.findings import Rule
from mckconsole.domain.kinds import BY_TOPIC
from mckconsole.domain.metrics import QUERIES

DOCUMENTED = """
    DOWN DEGRADED SLOW STALE UNVERIFIED CONNECTING MISSING ASYMMETRIC DUPLICATE-ID CIDR-OVERLAP
    ENDPOINT-DRIFT NO-ACTIVE-GATEWAY ENCRYPTION-MISMATCH MAX-CLUSTERS-MISMATCH TUNNEL-MISMATCH
    CA-MISMATCH VERSION-SKEW NOT-CONFIGURED
"""
AUDIT = """
    KEY-AGE LAST-APPLIED LEGACY-TOKEN BOOTSTRAP-ENDLESS SAME-CONTENT KEY-NAME OPEN-TO-ALL
    ACCESS-LIST ACCESS-READ ACCESS-DENIED
"""


def test_every_documented_rule_is_there_and_no_other() -> None:
    services = {f"SD{number:02}" for number in range(1, 20)}
    identities = {f"WI{number:02}" for number in range(1, 45)}
    meshes = {f"MESH-{name}" for name in DOCUMENTED.split()}
    audit = {f"SEC-{name}" for name in AUDIT.split()}
    assert audit <= set(RULES)
    certificates = {rule for rule in RULES if rule.startswith("CERT-")}
    skews = {f"SK{number:02}" for number in range(1, 13)}
    upgrades = {f"UB{number:02}" for number in range(1, 20)}
    checks = {f"CHK{number:02}" for number in range(1, 11)}
    older = meshes | services | identities | audit | set(FAMILIES) | certificates
    assert set(RULES) == older | skews | upgrades | checks


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES.keys())
def test_a_rule_says_what_it_reads_and_what_to_do(rule: Rule) -> None:
    known = {*BY_TOPIC, *(query.id for query in QUERIES)}
    assert rule.reads
    assert set(rule.reads) <= known
    assert rule.explanation.endswith(".")
    assert rule.remediation.endswith(".")
    assert rule.source
    assert not rule.title.endswith(".")
