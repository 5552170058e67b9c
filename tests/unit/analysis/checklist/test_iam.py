"""CHK03: findings on identities, rights to do everything, and what was not read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mckconsole.analysis.checklist.iam import BEYOND
from mckconsole.analysis.checklist.model import Answer, Mark
from mckconsole.analysis.identity.model import ClusterFacts, IdentityReport
from mckconsole.analysis.rbac import held
from mckconsole.domain.findings import Finding, Severity, Unknown
from mckconsole.domain.states import TopicState
from tests.unit.analysis import build
from tests.unit.analysis.build import Doc
from tests.unit.analysis.checklist.made import NOW, answered, evidence, grounds
from tests.unit.analysis.rbac.build import DEFAULTS, bind, role, rule

ALL = rule("*", "*", "*")
ADMIN = role("admin-of-all", ALL)


def judged(
    *docs: Doc, findings: tuple[Finding, ...] = (), unknowns: tuple[Unknown, ...] = (),
    states: dict[str, TopicState] | None = None, more: tuple[Finding, ...] = (),
) -> Answer:  # fmt: skip
    """The answer for a cluster that holds these roles and bindings."""
    whole = [{"apiVersion": "rbac.authorization.k8s.io/v1", **one} for one in docs]
    cluster = build.cluster("a", whole, states=states)
    facts = ClusterFacts("a", readable=True, rbac=held(cluster).index)
    report = IdentityReport(clusters={"a": facts}, findings=findings, unknowns=unknowns)
    return answered("CHK03", grounds(build.fleet(cluster), identity=report, findings=more))


def finding(severity: Severity, rule_: str = "WI05", cluster: str = "a") -> Finding:
    """A finding on identities."""
    return Finding(rule_, "identity", severity, cluster, None, "title", "", (evidence(),), "mend")


@pytest.mark.parametrize(
    ("severity", "mark"),
    [
        (Severity.CRITICAL, Mark.FAIL),
        (Severity.HIGH, Mark.FAIL),
        (Severity.MEDIUM, Mark.PASS),
        (Severity.LOW, Mark.PASS),
    ],
)
def test_findings_that_are_high_fail(severity: Severity, mark: Mark) -> None:
    found = judged(findings=(finding(severity),))
    assert found.mark is mark
    assert found.missing[-1] == BEYOND
    shared = replace(finding(severity, cluster="b"), peers=("a",))
    assert judged(findings=(shared,)).mark is mark
    assert judged(findings=(replace(shared, peers=()),)).mark is Mark.PASS
    assert judged(more=(finding(severity, "SEC-OPEN-TO-ALL"),)).mark is mark
    assert judged(more=(finding(severity, "SEC-OTHER"),)).mark is Mark.PASS


@pytest.mark.parametrize(
    ("docs", "mark", "words"),
    [
        ((ADMIN, bind("b", "ClusterRole/admin-of-all", "sa:shop/web")), Mark.FAIL,
         "ServiceAccount shop/web may do everything in all namespaces"),
        ((ADMIN, bind("b", "ClusterRole/admin-of-all", "group:system:authenticated")), Mark.FAIL,
         "Group system:authenticated"),
        ((ADMIN, bind("b", "ClusterRole/admin-of-all", "group:system:serviceaccounts:shop")),
         Mark.FAIL, "Group system:serviceaccounts:shop"),
        ((ADMIN, bind("b", "ClusterRole/admin-of-all", "system:anonymous")), Mark.FAIL,
         "User system:anonymous"),
        ((ADMIN, bind("b", "ClusterRole/admin-of-all", "group:system:authenticated-people")),
         Mark.PASS, "nobody holds"),
        ((ADMIN, bind("shop/b", "ClusterRole/admin-of-all", "sa:shop/web")), Mark.WARN,
         "may do everything in shop"),
        ((role("shop/all", ALL), bind("shop/b", "Role/all", "sa:shop/web")), Mark.WARN, "in shop"),
        ((ADMIN, bind("b", "ClusterRole/admin-of-all", "alice", "group:devs")), Mark.PASS,
         "nobody holds a role for everything"),
        ((ADMIN, bind("b", "ClusterRole/admin-of-all", "sa:kube-system/addons")), Mark.PASS,
         "1 grant in system namespaces"),
        ((ADMIN, bind("b", "ClusterRole/admin-of-all", "group:system:masters", labels=DEFAULTS)),
         Mark.PASS, "nobody holds"),
        ((role("r", rule("*", "pods", "core")), bind("b", "ClusterRole/r", "sa:shop/web")),
         Mark.PASS, "nobody holds"),
        ((role("r", rule("get", "*", "*")), bind("b", "ClusterRole/r", "sa:shop/web")),
         Mark.PASS, "nobody holds"),
        ((ADMIN,), Mark.PASS, "nobody holds"),
    ],
)  # fmt: skip
def test_who_may_do_everything(docs: tuple[Doc, ...], mark: Mark, words: str) -> None:
    found = judged(*docs)
    assert found.mark is mark
    assert words in found.reason
    if mark is not Mark.PASS:
        assert {one.path for one in found.evidence} >= {"subjects[0]", "roleRef", "rules[0]"}
        assert "kubectl --context ctx-a" in found.fix
        assert "get clusterrolebindings b -o yaml" in found.fix or "-n shop" in found.fix
    assert found.as_of == NOW


@pytest.mark.parametrize("topic", ["clusterroles", "rolebindings"])
def test_without_roles_nothing_passes(topic: str) -> None:
    found = judged(states={topic: TopicState.FORBIDDEN})
    assert (found.mark, found.lifted) == (Mark.UNKNOWN, None)
    assert "who may do everything is not known" in found.reason
    assert judged(states={topic: TopicState.STALE}).mark is Mark.UNKNOWN


@pytest.mark.parametrize(
    ("rule_", "mark"),
    [("*", Mark.UNKNOWN), ("WI05", Mark.UNKNOWN), ("WI35", Mark.PASS), ("WI40", Mark.PASS)],
)
def test_questions_that_could_be_high(rule_: str, mark: Mark) -> None:
    assert judged(unknowns=(Unknown("identity", "a", rule_, "pods forbidden"),)).mark is mark


def test_identities_that_nobody_looked_at() -> None:
    found = answered("CHK03", grounds())
    assert (found.mark, found.missing[0]) == (Mark.UNKNOWN, "identities were not looked at")
    away = answered("CHK03", grounds(build.fleet(build.unreachable("a"))))
    assert "unreachable" in away.reason
