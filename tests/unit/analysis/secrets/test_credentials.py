"""A credential is one finding over all its places, as bad as these make it."""

from __future__ import annotations

from typing import Any

import pytest

from mckconsole.analysis.secrets.model import AuditPolicy
from mckconsole.domain.audit import Audited, Sighting, Tier
from mckconsole.domain.findings import Severity
from tests.unit.analysis.build import Doc
from tests.unit.analysis.secrets.seen import (
    analysed,
    bind,
    cluster,
    may,
    of_rule,
    only,
    role,
    secret,
    shown,
    sighting,
    user,
)

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
KEY = sighting(prefix="AKIA", proof="secret beside it", facts=(("account", "000000000000"),))
S3 = ("secrets", "billing", "s3-legacy")
ENV = ("configmaps", "billing", "exporter-env")


def test_the_same_credential_in_several_clusters_is_one_finding_with_every_place() -> None:
    note = sighting(path=f"metadata.annotations['{LAST_APPLIED}'] › JSON data['KEY']")
    report = analysed(
        cluster("aws", seen={S3: [KEY, note]}),
        cluster("gcp", seen={ENV: [sighting(path="data['env'] › dotenv KEY")]}),
    )
    found = only(report)
    assert found.severity is Severity.CRITICAL
    assert found.tier is Tier.PROVEN
    assert found.title == "AWS access key"
    assert found.finding.title == "AWS access key in 3 places, 2 clusters"
    assert (found.finding.cluster, found.finding.peers) == ("aws", ("gcp",))
    assert found.clusters == ("aws", "gcp")
    assert found.places[0].object.name == "s3-legacy"
    assert "the same in 2 clusters" in found.reason
    assert "in a ConfigMap" in found.reason
    where = {(one.cluster, str(one.object), one.path) for one in found.finding.evidence}
    assert ("aws", "Secret billing/s3-legacy", "data['KEY']") in where
    assert ("gcp", "ConfigMap billing/exporter-env", "data['env'] › dotenv KEY") in where
    assert ("aws", "Secret billing/s3-legacy", note.path) in where
    assert "account 000000000000" in found.finding.detail
    assert report.findings == (found.finding,)


def test_no_fingerprint_is_part_of_what_is_stable() -> None:
    one = only(analysed(cluster("aws", seen={S3: [KEY]})))
    other = only(analysed(cluster("aws", seen={S3: [sighting(mark="0000")]})))
    assert one.id == other.id
    assert "7f3a" not in repr(one.finding)


def test_two_credentials_at_one_path_are_two_findings() -> None:
    both = analysed(cluster("aws", seen={ENV: [sighting(mark="a"), sighting(mark="b")]}))
    assert len({one.id for one in both.credentials}) == 2
    assert len({place.id for one in both.credentials for place in one.places}) == 2


def expected(**more: Any) -> Sighting:
    return sighting("SEC-PRIVATE-KEY", "tls", "data['tls.key']", "tls.key", expected=True, **more)


TLS = ("secrets", "shop", "tls")
OTHER = ("secrets", "web", "tls")


@pytest.mark.parametrize(
    ("seen", "severity"),
    [
        ([{TLS: [expected()]}], None),
        ([{TLS: [expected()], ("secrets", "shop", "old"): [expected()]}], None),
        ([{TLS: [expected()], OTHER: [expected()]}], Severity.LOW),
        ([{TLS: [expected()]}, {TLS: [expected()]}], Severity.MEDIUM),
        (
            [{TLS: [expected()], OTHER: Audited((expected(),), owner="Reflector shop/tls")}],
            None,
        ),
        (
            [{TLS: [expected()], ENV: [sighting("SEC-PRIVATE-KEY", "tls", "data['k']", "k")]}],
            Severity.HIGH,
        ),
        ([{("secrets", "kube-system", "cilium-ca"): [expected()]}] * 2, None),
    ],
)
def test_what_is_where_it_belongs_is_told_only_when_it_is_elsewhere_too(
    seen: list[Any], severity: Severity | None
) -> None:
    report = analysed(*(cluster(f"c{number}", seen=one) for number, one in enumerate(seen)))
    assert [one.severity for one in report.credentials] == ([severity] if severity else [])


@pytest.mark.parametrize(
    ("clusters", "owner", "severity"),
    [
        (1, "External Secrets db", Severity.HIGH),
        (1, "Sealed Secrets db", Severity.HIGH),
        (1, "Helm release db", Severity.CRITICAL),
        (2, "External Secrets db", Severity.CRITICAL),
    ],
)
def test_who_keeps_it_makes_it_a_matter_of_hygiene_in_one_cluster_alone(
    clusters: int, owner: str, severity: Severity
) -> None:
    seen = {S3: Audited((KEY,), owner=owner)}
    report = analysed(*(cluster(f"c{number}", seen=seen) for number in range(clusters)))
    assert only(report).severity is severity


@pytest.mark.parametrize(
    ("expires", "severity"),
    [("2026-09-20T00:00:00Z", Severity.INFO), ("2026-10-20T00:00:00Z", Severity.HIGH)],
)
def test_what_has_expired_is_information(expires: str, severity: Severity) -> None:
    jwt = sighting("SEC-K8S-SERVICE-ACCOUNT-TOKEN", facts=(("expires", expires),))
    found = only(analysed(cluster("aws", seen={ENV: [jwt]})))
    assert found.severity is severity
    assert ("expired" in found.reason) is (severity is Severity.INFO)
    assert of_rule(analysed(cluster("aws", seen={ENV: [jwt]})), "SEC-KEY-AGE") == []


def test_a_temporary_token_of_a_registry_is_as_bad_as_the_value_says() -> None:
    ecr = sighting("SEC-DOCKER-AUTH", severity=Severity.LOW, proof="token of 12 hours")
    assert only(analysed(cluster("aws", seen={S3: [ecr]}))).severity is Severity.LOW


def test_what_opens_another_cluster_of_the_fleet_names_it() -> None:
    config = sighting("SEC-KUBECONFIG", facts=(("server", "https://GCP.example:6443/"),))
    report = analysed(cluster("aws", seen={S3: [config]}), cluster("gcp"))
    found = only(report)
    assert found.reason.startswith("opens gcp")
    assert shown(found.finding)["opened by the credential"] == "gcp (https://gcp.example:6443)"
    inside = sighting("SEC-KUBECONFIG", facts=(("server", "https://kubernetes.default.svc"),))
    assert "opens" not in only(analysed(cluster("aws", seen={S3: [inside]}))).reason


def test_what_only_its_name_tells_is_counted_and_shown_when_asked_for() -> None:
    named = sighting("SEC-GENERIC-SECRET", tier=Tier.NAMED)
    hidden = analysed(cluster("aws", seen={ENV: [named]}))
    assert (hidden.credentials, hidden.hidden, hidden.findings) == ((), 1, ())
    asked = analysed(cluster("aws", seen={ENV: [named]}), policy=AuditPolicy(by_name=True))
    assert only(asked).severity is Severity.LOW
    assert asked.hidden == 0


def owned(kind: str, name: str, by: str) -> Doc:
    group = "batch/v1" if kind == "Job" else "apps/v1"
    owner = {"Job": "CronJob", "ReplicaSet": "Deployment"}.get(kind, "StatefulSet")
    refs = [{"apiVersion": group, "kind": owner, "name": by, "controller": True}]
    meta = {"name": name, "namespace": "shop", "ownerReferences": refs}
    return {"apiVersion": group, "kind": kind, "metadata": meta}


CASES = [
    ("replicasets", "ReplicaSet", "deployments"),
    ("controllerrevisions", "ControllerRevision", "statefulsets"),
    ("jobs", "Job", "cronjobs"),
]


@pytest.mark.parametrize(("topic", "kind", "controllers"), CASES)
def test_a_copy_of_a_template_is_a_place_only_once_its_controller_has_another(
    topic: str, kind: str, controllers: str
) -> None:
    path = "spec.template.spec.containers[0].env[0].value"
    now = sighting(path=path)
    doc = owned(kind, "app-1", "app")
    copied = (topic, "shop", "app-1")
    same = cluster("aws", doc, seen={(controllers, "shop", "app"): [now], copied: [now]})
    assert [one.topic for one in only(analysed(same)).places] == [controllers]
    rotated = cluster(
        "aws", doc, seen={(controllers, "shop", "app"): [sighting(mark="new")], copied: [now]}
    )
    assert sorted(one.places[0].topic for one in analysed(rotated).credentials) == sorted(
        [topic, controllers]
    )
    gone = cluster("aws", doc, seen={copied: [now]})
    assert only(analysed(gone)).places[0].topic == topic


def test_who_can_read_it_is_counted_and_named_as_rbac_alone() -> None:
    docs = [
        role("reader", rules=[may("get list", "secrets")]),
        bind("r", "reader", user("ann"), user("bob"), namespace="billing"),
        role("runner", rules=[may("create", "pods")]),
        bind("x", "runner", user("eve"), namespace="billing"),
        role("maps", rules=[may("get", "configmaps")]),
        bind("m", "maps", user("moe"), namespace="billing"),
    ]
    found = only(analysed(cluster("aws", *docs, seen={S3: [KEY]})))
    words = "2 users (Kubernetes RBAC only); 1 more indirectly"
    assert shown(found.finding)["who can read it"] == words
    assert words in found.finding.detail
    of_map = only(analysed(cluster("aws", *docs, seen={ENV: [KEY]})))
    words = "1 user (Kubernetes RBAC only); 1 more indirectly"
    assert shown(of_map.finding)["who can read it"] == words


@pytest.mark.parametrize(
    ("written", "severity"),
    [("2026-02-19T12:00:00Z", Severity.MEDIUM), ("2026-09-01T00:00:00Z", None), ("", None)],
)
def test_a_static_key_must_be_rotated(written: str, severity: Severity | None) -> None:
    old = sighting(written=written)
    report = analysed(cluster("aws", seen={S3: [old]}))
    aged = of_rule(report, "SEC-KEY-AGE")
    assert [one.severity for one in aged] == ([severity] if severity else [])
    assert only(report).related == tuple(aged)
    if aged:
        assert aged[0].title == "AWS access key not rotated for 214 days"
        assert "kubectl-create" in shown(aged[0])["data['KEY']"]


def test_a_fresh_copy_makes_no_key_younger() -> None:
    old, new = sighting(written="2026-02-19T12:00:00Z"), sighting(written="2026-09-20T00:00:00Z")
    report = analysed(cluster("aws", seen={S3: [old]}), cluster("gcp", seen={S3: [new]}))
    assert of_rule(report, "SEC-KEY-AGE")[0].cluster == "aws"


def test_the_key_of_a_tunnel_grows_old_where_it_belongs() -> None:
    long_ago = "2025-02-19T12:00:00Z"
    key = sighting("SEC-CILIUM-IPSEC-KEY", expected=True, written=long_ago)
    report = analysed(cluster("aws", seen={("secrets", "kube-system", "cilium-ipsec-keys"): [key]}))
    assert report.credentials == ()
    assert [one.rule for one in report.findings] == ["SEC-KEY-AGE"]
    psk = sighting("SEC-SUBMARINER-PSK", expected=True, written=long_ago)
    spot = ("secrets", "submariner-operator", "submariner-ipsec-psk")  # CERT-SHARED-SECRET says it
    both = analysed(cluster("aws", seen={spot: [psk]}), cluster("gcp", seen={spot: [psk]}))
    assert both.findings == ()


def test_remediation_fits_the_places() -> None:
    env = sighting(path="spec.template.spec.containers[0].env[3].value", key="AWS KEY")
    note = sighting(path=f"metadata.annotations['{LAST_APPLIED}']")
    report = analysed(
        cluster(
            "aws",
            secret("s3-legacy", "billing"),
            seen={
                S3: [KEY, note],
                ENV: [sighting(path="data['a/b']", key="a/b")],
                ("deployments", "shop", "app"): Audited((env,), owner="Helm release app"),
                ("argocd-applications", "argocd", "app"): [sighting(path="spec.source.x")],
                ("secrets", "shop", "sh.helm.release.v1.app.v1"): [KEY],
            },
        )
    )
    text = only(report).finding.remediation
    assert text.startswith("1. ")
    assert "aws iam create-access-key" in text
    for part in (
        f"annotate secrets s3-legacy {LAST_APPLIED}-",
        "--server-side",
        '[{"op":"remove","path":"/data/a~1b"}]',
        "set env deployment/app 'AWS KEY-'",
        "take it out where Helm release app has it from",
        "refer to a Secret there instead",
        "--history-max",
        "External Secrets",
    ):
        assert part in text, part
    assert "kubectl --context ctx-aws -n billing" in text


def test_keys_of_one_object_leave_it_together_and_typed_secrets_as_a_whole() -> None:
    both = (sighting(path="data['ID']", key="ID"), sighting(path="data['KEY']", key="KEY"))
    text = only(analysed(cluster("aws", seen={S3: both}))).finding.remediation
    assert text.count("patch secret") == 1
    assert '[{"op":"remove","path":"/data/ID"},{"op":"remove","path":"/data/KEY"}]' in text
    pull = sighting("SEC-DOCKER-AUTH", path="data['.dockerconfigjson'] › JSON auths['a'].auth",
                    key=".dockerconfigjson")  # fmt: skip
    text = only(analysed(cluster("aws", seen={S3: [pull]}))).finding.remediation
    assert "delete secret s3-legacy" in text
    token = sighting("SEC-K8S-SERVICE-ACCOUNT-TOKEN", expected=True)
    held = {("secrets", "ci", "token"): [token]}
    elsewhere = {ENV: [sighting("SEC-K8S-SERVICE-ACCOUNT-TOKEN")]}
    found = only(analysed(cluster("aws", seen={**held, **elsewhere})))
    assert "-n ci delete secret token" in found.finding.remediation
