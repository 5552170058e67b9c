"""However what was seen comes and goes, keeping up says the same as starting anew."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mckconsole.analysis.secrets.consumers import RENEW_SECONDS
from mckconsole.analysis.secrets.memory import SecretsMemory
from mckconsole.analysis.secrets.model import AuditPolicy, Credential, SecretsReport
from mckconsole.analysis.secrets.report import analyse_secrets
from mckconsole.domain.access_log import AccessLog, SecretAccess
from mckconsole.domain.findings import Evidence, Finding
from mckconsole.domain.snapshot import ClusterSnapshot, FleetSnapshot
from mckconsole.domain.states import TopicState
from tests.unit.analysis import build
from tests.unit.analysis.build import NOW
from tests.unit.analysis.secrets import seen
from tests.unit.analysis.secrets.seen import DAY, LONG_AGO, identities, sighting

HASH = "reconcile.external-secrets.io/data-hash"
EXPIRES = "2026-09-21T15:00:00Z"
DB = ("secrets", "shop", "db")
SIGHTINGS = st.sampled_from(
    [
        sighting(),
        sighting(mark="b", written=LONG_AGO),
        sighting("SEC-JWT", "c", facts=(("expires", EXPIRES),)),
        sighting("SEC-KUBECONFIG", "d", facts=(("server", "https://east.example:6443"),)),
        sighting("SEC-PRIVATE-KEY", "e", "data['tls.key']", "tls.key", expected=True),
    ]
)
SPOTS = st.sampled_from(
    [DB, ("secrets", "web", "tls"), ("configmaps", "shop", "env"), ("deployments", "shop", "app"),
     ("replicasets", "shop", "app-1")]
)  # fmt: skip
DOCS = [
    seen.secret("db", metadata={"annotations": {HASH: "x"}}),
    seen.secret("old", type="kubernetes.io/service-account-token"),
    {"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": {
        "name": "app-1", "namespace": "shop", "ownerReferences": [
            {"apiVersion": "apps/v1", "kind": "Deployment", "name": "app", "controller": True}]}},
    seen.role("reader", rules=[seen.may("get", "secrets")]),
    seen.bind("all", "reader", seen.group("system:authenticated")),
    seen.bind("some", "reader", seen.user("ann"), namespace="shop"),
    {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "namespace": "shop"},
     "spec": {"containers": [{"name": "c", "envFrom": [{"secretRef": {"name": "db"}}]}]}},
]  # fmt: skip
READ = SecretAccess("east", "ann", "get", "shop", "db", True, first=NOW - 9, last=NOW)
OTHER = SecretAccess("west", "bob", "list", "shop", "", True, first=NOW - 9, last=NOW)
LOGS = st.sampled_from([AccessLog(), AccessLog((READ,)), AccessLog((READ, OTHER))])
CLUSTERS = st.builds(
    lambda docs, spots, values, states: (docs, spots, values, states),
    st.lists(st.sampled_from(range(len(DOCS))), unique=True),
    st.dictionaries(SPOTS, st.lists(SIGHTINGS, min_size=1, max_size=2, unique_by=id), max_size=4),
    st.sampled_from([(), seen.VALUES]),
    st.sampled_from([{}, {"secrets": TopicState.STALE}, {"secrets": TopicState.FORBIDDEN}]),
)
ROUNDS = st.lists(
    st.tuples(
        st.fixed_dictionaries({"east": CLUSTERS, "west": CLUSTERS}),
        LOGS,
        st.sampled_from([RENEW_SECONDS, 61.0, DAY]),
    ),
    min_size=1,
    max_size=6,
)


def _snapshot(number: int, made: dict[str, Any], log: AccessLog, now: float) -> FleetSnapshot:
    clusters: list[ClusterSnapshot] = []
    for name, (docs, spots, values, states) in made.items():
        held = {spot: some for spot, some in spots.items() if states.get(spot[0]) is not
                TopicState.FORBIDDEN}  # fmt: skip
        clusters.append(
            seen.cluster(name, *(DOCS[one] for one in docs), seen=held, values=values,
                         generation=number, states=states)
        )  # fmt: skip
    return replace(build.fleet(*clusters, taken_at=now), access=log)


def _undated(finding: Finding) -> Finding:
    evidence = tuple(
        replace(one, observed_at=0.0) if one.source == "derived" else one
        for one in finding.evidence
    )
    assert all(isinstance(one, Evidence) for one in evidence)
    return replace(finding, evidence=evidence)


def _content(report: SecretsReport) -> tuple[object, ...]:
    return (
        [_credential(one) for one in report.credentials],
        sorted(map(_undated, report.others), key=lambda one: (one.rule, one.id)),
        sorted((_undated(one) for one in report.findings), key=lambda one: (one.rule, one.id)),
        report.hidden,
        report.coverage,
        report.unknowns,
    )


def _credential(one: Credential) -> tuple[object, ...]:
    return (
        one.rule,
        one.tier,
        one.severity,
        one.places,
        _undated(one.finding),
        one.reason,
        one.consumers,
        [_undated(each) for each in one.related],
    )


@settings(max_examples=150, deadline=None)
@given(ROUNDS)
def test_keeping_up_says_the_same_as_starting_anew(rounds: list[Any]) -> None:
    memory, now, policy = SecretsMemory(), NOW, AuditPolicy()
    for number, (made, log, wait) in enumerate(rounds, 1):
        now += wait
        fleet = _snapshot(number, made, log, now)
        known = identities(fleet)
        found, memory = analyse_secrets(fleet, known, memory, policy)
        again, memory = analyse_secrets(fleet, known, memory, policy)
        fresh, _ = analyse_secrets(fleet, known, SecretsMemory(), policy)
        assert _content(found) == _content(fresh)
        assert again.credentials is found.credentials
        assert again.findings is found.findings


def test_an_expiry_and_an_age_come_by_themselves() -> None:
    made: dict[str, Any] = {"east": ([], {DB: [sighting("SEC-JWT", facts=(("expires", EXPIRES),))],
                          ("configmaps", "shop", "env"): [sighting(mark="b")]}, seen.VALUES, {}),
            "west": ([], {}, seen.VALUES, {})}  # fmt: skip
    fleet = _snapshot(1, made, AccessLog(), NOW)
    report, memory = analyse_secrets(fleet, identities(fleet), SecretsMemory(), AuditPolicy())
    assert {one.severity.value for one in report.credentials} == {"critical", "medium"}
    later = replace(fleet, taken_at=NOW + DAY)
    report, memory = analyse_secrets(later, identities(later), memory, AuditPolicy())
    assert {one.severity.value for one in report.credentials} == {"critical", "info"}
    assert [one.rule for one in report.findings if one.rule == "SEC-KEY-AGE"] == []
    later = replace(fleet, taken_at=NOW + 84 * DAY)
    report, memory = analyse_secrets(later, identities(later), memory, AuditPolicy())
    assert [one.title for one in report.findings if one.rule == "SEC-KEY-AGE"] == [
        "AWS access key not rotated for 91 days"
    ]
