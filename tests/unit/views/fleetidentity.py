"""Identities of a fleet, made by hand: for tests of what is shown of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from msgspec.structs import replace as changed

from mckconsole.analysis.engine import Analysis, analyse
from mckconsole.analysis.identity.model import (
    Account,
    AccountKey,
    Binding,
    BindingState,
    Cloud,
    ClusterFacts,
    Declaration,
    Effective,
    Identity,
    IdentityReport,
    IdentityUse,
    Mechanism,
    NodeFacts,
    Shape,
    Trace,
    Workload,
    WorkloadKey,
)
from mckconsole.analysis.rbac import held
from mckconsole.domain.core import Deployment
from mckconsole.domain.findings import Evidence, Finding, ObjectRef, Severity, Unknown
from mckconsole.domain.identity import AccountMeta, ServiceAccount
from mckconsole.domain.pods import Pod, PodContainer, PodMeta, PodSpec, TokenSource
from mckconsole.domain.rollouts import WorkloadMeta
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.states import TopicState
from mckconsole.domain.times import format_rfc3339
from tests.unit.analysis import build
from tests.unit.analysis.build import NOW, Doc

DAY = 86_400.0
CLUSTERS = ("aws-use1-1", "gcp-eu-1", "aks-weu-1")
READER = Identity(Cloud.AWS, "aws", "000000000000", "app/checkout-reader")
MAIL = Identity(Cloud.GCP, "", "shop-prod", "checkout@shop-prod.iam.gserviceaccount.com")
_WORDS = {Cloud.AWS: "eks.amazonaws.com/role-arn", Cloud.GCP: "iam.gke.io/gcp-service-account"}


def ago(days: float) -> str:
    """A time stamp."""
    return format_rfc3339(NOW - days * DAY)


def account_ref(namespace: str, name: str) -> ObjectRef:
    """Names a service account."""
    return ObjectRef("v1", "ServiceAccount", namespace, name)


def declares(
    identity: Identity | None,
    *,
    namespace: str = "shop",
    name: str = "checkout",
    text: str = "",
    by: str = "argocd-controller",
    problem: str = "",
) -> Declaration:
    """An annotation that says who a service account shall be."""
    cloud = identity.cloud if identity else Cloud.AWS
    mechanism = Mechanism.IRSA if cloud is Cloud.AWS else Mechanism.GKE
    text = text or (identity.text if identity else "")
    path = f"metadata.annotations['{_WORDS[cloud]}']"
    trace = Trace(account_ref(namespace, name), path, text)
    return Declaration(
        mechanism, cloud, identity, text, trace, by, ago(2), ago(2), problem
    )  # fmt: skip


def account(
    cluster: str,
    *declared: Declaration,
    namespace: str = "shop",
    name: str = "checkout",
    unknown: str = "",
    users: Sequence[ObjectRef] = (),
) -> Account:
    """A service account."""
    meta = AccountMeta(name=name, namespace=namespace, creation_timestamp=ago(90))
    found = None if unknown else ServiceAccount(metadata=meta)
    return Account(
        AccountKey(cluster, namespace, name), found, declared, unknown, users=tuple(users)
    )


def pod(name: str, *, days: float = 12, node: str = "node-a", account: str = "checkout") -> Pod:
    """A pod of one container, `app`."""
    meta = PodMeta(name=name, namespace="shop", creation_timestamp=ago(days))
    spec = PodSpec(
        node_name=node, service_account_name=account, containers=(PodContainer(name="app"),)
    )
    return Pod(metadata=meta, spec=spec)


def workload(
    cluster: str, name: str = "checkout", *pods: Pod, namespace: str = "shop", account: str = ""
) -> Workload:
    """A Deployment of these pods, the newest first; of one pod where none is named."""
    key = WorkloadKey(cluster, namespace, "Deployment", name)
    controller = Deployment(metadata=WorkloadMeta(name=name, namespace=namespace))
    shapes = tuple(Shape((one,)) for one in pods or (pod(f"{name}-7c9f6-x2k"),))
    return Workload(key, account or "checkout", shapes, controller)


def effective(identity: Identity | None, container: str = "app", **changes: object) -> Effective:
    """Who a container is, by its environment."""
    cloud = identity.cloud if identity else Cloud.AWS
    text = identity.text if identity else ""
    ref = ObjectRef("v1", "Pod", "shop", "checkout-7c9f6-x2k")
    trace = Trace(ref, "spec.containers[0].env[0].value", text)
    token = TokenSource("sts.amazonaws.com", 86_400, "token")
    found = Effective(container, "app", Mechanism.IRSA, cloud, identity, text, (trace,), token)
    return changed(found, **changes)


def finding(
    cluster: str,
    rule: str = "WI01",
    *,
    severity: Severity = Severity.HIGH,
    title: str = "pods are older than their identity",
    peers: Sequence[str] = (),
    object: ObjectRef | None = None,
) -> Finding:
    """A finding about the workload checkout."""
    ref = object or ObjectRef("apps/v1", "Deployment", "shop", "checkout")
    place = account_ref("shop", "checkout")
    evidence = (Evidence("kubernetes", cluster, place, "metadata.annotations", "arn", NOW - 5),)
    command = f"kubectl --context {cluster} -n shop rollout restart deployment/checkout"
    return Finding(rule, "identity", severity, cluster, ref, title, "because", evidence, command,
                   tuple(peers))  # fmt: skip


def binding(
    cluster: str,
    state: BindingState = BindingState.BOUND,
    identity: Identity | None = READER,
    *,
    name: str = "checkout",
    held: Account | None = None,
    findings: Sequence[Finding] = (),
    **changes: object,
) -> Binding:
    """What one workload is in one cloud."""
    cloud = identity.cloud if identity else Cloud.AWS
    own = held or account(cluster, *((declares(identity),) if identity else ()))
    declared = own.declarations[0] if own.declarations else None
    in_effect = (effective(identity),) if state is BindingState.BOUND and identity else ()
    severity = min((one.severity for one in findings), key=lambda one: one.rank, default=None)
    found = Binding(
        workload(cluster, name, account=own.key.name),
        own,
        cloud,
        declared.mechanism if declared else Mechanism.IRSA,
        state,
        identity,
        declared=declared,
        effective=in_effect,
        findings=tuple(findings),
        severity=severity,
    )
    return changed(found, **changes)


def report(
    *bindings: Binding,
    clusters: Iterable[str] = CLUSTERS,
    plain: Mapping[str, int] | None = None,
    unknowns: Sequence[Unknown] = (),
    about: Sequence[Finding] = (),
) -> IdentityReport:
    """A report of these bindings; `about` are findings on their identities as a whole."""
    workloads: dict[AccountKey, set[WorkloadKey]] = defaultdict(set)
    for one in bindings:
        workloads[one.account.key].add(one.workload.key)
    accounts = {
        one.account.key: changed(
            one.account, workloads=tuple(sorted(workloads[one.account.key]))
        )
        for one in bindings
    }  # fmt: skip
    found = tuple(changed(one, account=accounts[one.account.key]) for one in bindings)
    facts = {
        name: ClusterFacts(name, name, True, nodes={"node-a": NodeFacts(gke_metadata=True)})
        for name in clusters
    }
    findings = {one.id: one for binding in found for one in binding.findings}
    findings |= {one.id: one for one in about}
    return IdentityReport(
        found,
        accounts,
        _uses(found, accounts.values(), about),
        facts,
        tuple(findings.values()),
        tuple(unknowns),
        plain or {},
    )


def _uses(
    bindings: Sequence[Binding], accounts: Iterable[Account], about: Sequence[Finding]
) -> Mapping[Identity, IdentityUse]:
    users: dict[Identity, list[Binding]] = defaultdict(list)
    declaring: dict[Identity, set[AccountKey]] = defaultdict(set)
    for one in bindings:
        if one.identity:
            users[one.identity].append(one)
    for account in accounts:
        for declared in account.declarations:
            if declared.identity:
                declaring[declared.identity].add(account.key)
    return {
        identity: IdentityUse(
            identity,
            tuple(sorted(declaring[identity])),
            tuple(users[identity]),
            tuple(about) if identity == READER else (),
        )
        for identity in {**users, **declaring}
    }


def seen(found: IdentityReport, *docs: Doc) -> tuple[FleetSnapshot, Analysis]:
    """A fleet of which this was found; `docs` are objects of its first cluster."""
    names = list(found.clusters)
    states = {} if docs else {"roles": TopicState.FORBIDDEN, "token-secrets": TopicState.FORBIDDEN}
    clusters = [
        build.cluster(name, docs if name == names[0] else (), states=states) for name in names
    ]
    fleet = build.fleet(*clusters)
    if docs:
        facts = dict(found.clusters)
        facts[names[0]] = replace(facts[names[0]], rbac=held(clusters[0]).index)
        found = replace(found, clusters=facts)
    return fleet, replace(analyse(fleet), identity=found, findings=found.findings)


def waiting(cluster: str = "gcp-eu-1") -> Binding:
    """Declared two days ago, and its pods are twelve days old."""
    return binding(
        cluster,
        BindingState.PENDING_RESTART,
        held=twofold(cluster),
        findings=(finding(cluster),),
        reason="AWS_ROLE_ARN and AWS_WEB_IDENTITY_TOKEN_FILE missing in container app",
        behind=1,
    )


def twofold(cluster: str) -> Account:
    """An account that is somebody in AWS and in GCP."""
    return account(cluster, declares(READER), declares(MAIL))


def multi(cluster: str) -> Binding:
    """The same workload in Google's cloud."""
    own = twofold(cluster)
    return binding(
        cluster, identity=MAIL, held=own, declared=own.declarations[1], mechanism=Mechanism.GKE
    )


def drifting(cluster: str = "aks-weu-1") -> Binding:
    """It is somebody else than its account says."""
    other = READER._replace(name="legacy-admin")
    title = "AWS_ROLE_ARN in container app is not what the service account declares"
    return binding(
        cluster,
        BindingState.DRIFT,
        other,
        held=account(cluster, declares(READER)),
        effective=(effective(other),),
        findings=(finding(cluster, "WI05", title=title),),
        reason="container app is legacy-admin by hand",
    )


def some() -> IdentityReport:
    """One role in three clusters, a mail of Google's, a static key, a cluster that was not read."""
    key = account("aws-use1-1", name="exporter")
    unread = account("aks-weu-1", name="mailer", unknown="serviceaccounts: forbidden")
    static = finding("aws-use1-1", "WI07", title="a static key wins", severity=Severity.CRITICAL)
    return report(
        binding(
            "aws-use1-1",
            BindingState.STATIC_KEY,
            None,
            name="exporter",
            held=key,
            mechanism=Mechanism.STATIC,
            findings=(static,),
            reason="AWS_ACCESS_KEY_ID from Secret billing in container app",
        ),
        drifting(),
        waiting(),
        binding(
            "aks-weu-1",
            BindingState.UNKNOWN,
            None,
            name="mailer",
            held=unread,
            reason="serviceaccounts: forbidden",
            unknown="serviceaccounts: forbidden",
        ),
        binding("aws-use1-1"),
        multi("gcp-eu-1"),
        plain={"aws-use1-1": 12},
    )
