"""UB02: what of the use of old versions blocks which step, and as what it is told."""

from __future__ import annotations

import shlex

import pytest

from mckconsole.analysis.versions.apiblockers import api_blockers, api_findings, api_unknowns
from mckconsole.analysis.versions.apitraces import TRACE_TOPICS
from mckconsole.analysis.versions.apiuse import api_uses
from mckconsole.analysis.versions.model import Blocker, Gravity, Phase
from mckconsole.domain.findings import Severity
from mckconsole.domain.kubeversion import Minor
from mckconsole.domain.snapshot import ClusterSnapshot
from mckconsole.domain.states import TopicState
from tests.unit.analysis import build as b
from tests.unit.analysis.versions.apis import DATA, LEAST, api, budget, cluster, counted
from tests.unit.analysis.versions.test_references import OLD as OLD_RULE
from tests.unit.analysis.versions.test_references import hooks

PDB = api("policy", "v1beta1", "poddisruptionbudgets", "1.25")
RECENT, LONG_AGO = ("helm", "policy/v1beta1", 3.0), ("helm", "policy/v1beta1", 90.0)
UNDATED = ("helm", "policy/v1beta1", None)


def blockers(of: ClusterSnapshot, least: Minor | None = LEAST) -> tuple[Blocker, ...]:
    return api_blockers(of, api_uses(of, DATA, b.NOW, least), DATA, least)


CONFIRMED = cluster(budget("web", RECENT), metrics=counted(PDB))
IN_USE = cluster(metrics=counted(PDB))
STALE = cluster(budget("web", LONG_AGO))
PERHAPS = cluster(budget("web", UNDATED))
REFERRED = cluster(hooks([OLD_RULE]))
LATER = cluster(metrics=counted(api("resource.k8s.io", "v1beta1", "deviceclasses")))
BLIND = cluster(metrics={})


@pytest.mark.parametrize(
    ("of", "least", "gravity", "severity", "title"),
    [
        (CONFIRMED, LEAST, Gravity.BLOCK, Severity.HIGH, "is in use and goes in 1.25"),
        (CONFIRMED, None, Gravity.BLOCK, Severity.HIGH, "is in use and goes in 1.25"),
        (CONFIRMED, Minor(1, 22), Gravity.BLOCK, Severity.MEDIUM, "goes in 1.25"),
        (CONFIRMED, Minor(1, 25), Gravity.WARN, Severity.LOW, "is in use and gone since 1.25"),
        (IN_USE, LEAST, Gravity.BLOCK, Severity.HIGH, "by an unknown client and goes in 1.25"),
        (STALE, LEAST, Gravity.INFO, Severity.INFO, "is left in old traces"),
        (STALE, Minor(1, 30), Gravity.INFO, Severity.INFO, "and gone since 1.25"),
        (PERHAPS, LEAST, Gravity.UNKNOWN, Severity.LOW, "is perhaps in use"),
        (REFERRED, LEAST, Gravity.BLOCK, Severity.HIGH, "is referred to and goes in 1.25"),
        (REFERRED, Minor(1, 26), Gravity.WARN, Severity.LOW, "is referred to and gone since"),
        (LATER, LEAST, Gravity.BLOCK, Severity.MEDIUM, "goes in 1.38"),
    ],
)
def test_what_blocks(
    of: ClusterSnapshot, least: Minor | None, gravity: Gravity, severity: Severity, title: str
) -> None:
    (one,) = made = blockers(of, least)
    assert (one.rule, one.gravity, one.phase) == ("UB02", gravity, Phase.CONTROL_PLANE)
    assert title in one.title
    assert one.evidence
    (finding,) = api_findings(of, made, least)
    assert (finding.rule, finding.pane, finding.severity) == ("UB02", "versions", severity)
    assert (finding.title, finding.subject) == (one.title, one.subject)


@pytest.mark.parametrize(
    ("of", "stopped"), [(CONFIRMED, True), (IN_USE, True), (REFERRED, True), (STALE, False)]
)
def test_only_steps_without_the_version_are_stopped(of: ClusterSnapshot, stopped: bool) -> None:
    (one,) = blockers(of, Minor(1, 23))
    assert one.target == Minor(1, 25)
    assert not one.stops(Minor(1, 24))
    assert one.stops(Minor(1, 25)) is stopped
    assert one.stops(Minor(1, 30)) is stopped


@pytest.mark.parametrize(
    ("least", "target"),
    [(LEAST, Minor(1, 25)), (Minor(1, 30), Minor(1, 38)), (None, None)],
)
def test_requests_that_are_not_counted_leave_the_next_removal_open(
    least: Minor | None, target: Minor | None
) -> None:
    (one,) = made = blockers(BLIND, least)
    assert (one.gravity, one.target) == (Gravity.UNKNOWN, target)
    assert "grep apiserver_requested_deprecated_apis" in one.remediation
    assert api_findings(BLIND, made, least) == ()
    assert any("no Prometheus endpoint" in unknown.reason for unknown in api_unknowns(BLIND))


def test_where_nothing_more_is_known_to_go_nothing_is_open() -> None:
    assert blockers(BLIND, Minor(1, 39)) == ()


def test_deprecated_without_an_end_blocks_nothing() -> None:
    assert blockers(cluster(metrics=counted(api("", "v1", "endpoints")))) == ()


def test_a_clean_cluster() -> None:
    of = cluster(budget("web", ("helm", "policy/v1", 1.0)))
    assert blockers(of) == ()
    assert api_unknowns(of) == ()


@pytest.mark.parametrize("topic", ["autoscalers", "validatingwebhooks", "poddisruptionbudgets"])
@pytest.mark.parametrize("state", [TopicState.FORBIDDEN, TopicState.STALE, TopicState.PENDING])
def test_what_cannot_be_read_is_unknown(topic: str, state: TopicState) -> None:
    (one,) = api_unknowns(cluster(states={topic: state}))
    assert (one.pane, one.cluster, one.rule) == ("versions", "west", "UB02")
    assert one.reason.startswith(f"{topic} {state.value}")


def test_every_topic_counts() -> None:
    states = {topic: TopicState.FORBIDDEN for topic in TRACE_TOPICS}
    reasons = {one.reason.partition(" ")[0] for one in api_unknowns(cluster(states=states))}
    assert set(TRACE_TOPICS) <= reasons


def test_who_and_how_it_is_mended() -> None:
    odd = budget("it's", ("kubectl; rm -rf /", "policy/v1beta1", 2.0))
    (one,) = blockers(cluster(odd, budget("web", RECENT), metrics=counted(PDB)))
    assert "written by kubectl; rm -rf /, helm in 2 objects" in one.detail
    first, *shown = one.remediation.splitlines()
    assert first == "1. Use policy/v1 in what kubectl; rm -rf /, helm applies, and apply it again"
    assert [shlex.split(line)[1:] for line in shown] == [
        ["kubectl", "--context", "ctx-west", "-n", "shop", "get", "poddisruptionbudget.v1.policy",
         name, "-o", "yaml", "--show-managed-fields"]
        for name in ("it's", "web")
    ]  # fmt: skip
    assert one.remediation.count("v1beta1") == 0


def test_an_unknown_client_is_found_in_the_audit_log() -> None:
    (one,) = blockers(IN_USE)
    assert '"k8s.io/deprecated": "true"' in one.remediation
    assert "Upgrade the client to one that uses policy/v1" in one.remediation


def test_what_has_no_successor() -> None:
    (one,) = blockers(cluster(metrics=counted(api("x.k8s.io", "v1beta1", "things", "1.25"))))
    assert "what replaces it (no successor is known)" in one.remediation


def test_ids_of_findings_do_not_depend_on_the_objects() -> None:
    def ids(of: ClusterSnapshot) -> list[str]:
        return [one.id for one in api_findings(of, blockers(of), LEAST)]

    more = cluster(budget("a", RECENT), budget("web", RECENT), metrics=counted(PDB))
    assert ids(CONFIRMED) == ids(more)
    both = cluster(budget("web", RECENT), hooks([OLD_RULE]), metrics=counted(PDB))
    assert len(set(ids(both))) == 2
