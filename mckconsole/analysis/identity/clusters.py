"""What must be known of a cluster before its identities are judged: provider, nodes, webhooks …

Each piece is worked out again only when a topic that it was read from changed, so that facts of a
cluster in which nothing happened are equal to those before.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from mckconsole.analysis.identity.formats import guid
from mckconsole.analysis.identity.model import (
    ClusterFacts,
    Mechanism,
    NodeFacts,
    WebhookFacts,
)
from mckconsole.analysis.identity.places import Place, read_place
from mckconsole.analysis.mesh.evidence import unread_reason
from mckconsole.analysis.rbac import TOPICS as RBAC_TOPICS
from mckconsole.analysis.rbac import HeldIndex, RbacIndex, held
from mckconsole.domain.core import EndpointSlice, Namespace, Node
from mckconsole.domain.external import GoogleCredentials
from mckconsole.domain.identity import (
    AzureConfig,
    CredentialConfig,
    IssuerDocument,
    KeySet,
    MutatingWebhookConfiguration,
    Webhook,
)
from mckconsole.domain.objects import Key
from mckconsole.domain.pods import Pod
from mckconsole.domain.snapshot import ClusterSnapshot
from mckconsole.domain.states import ClusterState, TopicState

T = TypeVar("T")

FACT_TOPICS = (
    "pods",
    "serviceaccounts",
    "nodes",
    "kube-system",
    "namespaces",
    "endpointslices",
    "deployments",
    "statefulsets",
    "daemonsets",
    "jobs",
    "cronjobs",
    "mutatingwebhooks",
    *RBAC_TOPICS,
    "secretstores",
    "clustersecretstores",
    "flux-ocirepositories",
    "flux-buckets",
    "flux-gitrepositories",
    "podidentityassociations",
    "upbound-associations",
    "clusterspiffeids",
    "azureidentitybindings",
    "token-secrets",
    "root-ca",
    "irsa-config",
    "azure-wi-config",
    "credential-configs",
    "oidc-issuer",
    "oidc-keys",
)
"""Topics of which readers and rules may ask whether and when they were read."""
_CONNECTING = "connecting: not everything was read yet"
_AGE = re.compile(r"(?<=no sign of life) for .*")
_SLICE_OF = "kubernetes.io/service-name"
_AGENT = "eks-pod-identity-agent"
_SERVED = (TopicState.FRESH, TopicState.STALE)
_WEBHOOKS = (
    (re.compile(r"pod-identity-webhook|iam-for-pods"), Mechanism.IRSA),
    (re.compile(r"azure-wi-webhook|azure-workload-identity"), Mechanism.AZURE),
    (re.compile(r"gcp-workload-identity"), Mechanism.GCP_FEDERATION),
)
"""Names that configurations, webhooks and Services of the known webhooks have."""


@dataclass(slots=True)
class ClusterReading:
    """What was worked out of one cluster, with what it was worked out from."""

    rbac: HeldIndex | None = None
    _known: dict[str, tuple[object, object]] = field(default_factory=dict)

    def again(
        self,
        cluster: ClusterSnapshot,
        topics: Sequence[str],
        read: Callable[[ClusterSnapshot], T],
    ) -> T:
        """What `read` makes of these topics, or made of them when they were the same."""
        now = tuple(_signature(cluster, topic) for topic in topics)
        before = self._known.get(topics[0])
        if before is not None and before[0] == now:
            return before[1]  # type: ignore[return-value]
        made = read(cluster)
        self._known[topics[0]] = (now, made)
        return made


def _signature(cluster: ClusterSnapshot, topic: str) -> object:
    """Equal where a topic says surely the same."""
    view = cluster.topic(topic)
    if view.generation == 0 and view.objects:
        return object()
    first = next(iter(view.objects.values()), None)
    return (view.state, view.version, view.generation, bool(view.faults), id(first))


def read_cluster(cluster: ClusterSnapshot, known: ClusterReading | None = None) -> ClusterFacts:
    """The facts of a cluster; `known` holds what was worked out before, and is updated."""
    known = known if known is not None else ClusterReading()
    place = _place(cluster, known)
    agents = known.again(cluster, ("pods",), _agents)
    issuer, key_ids = known.again(cluster, ("oidc-issuer", "oidc-keys"), _issuer)
    unread, versions, at = _topics(cluster)
    readable, reason = _readable(cluster)
    return ClusterFacts(
        name=cluster.name,
        context=cluster.context,
        readable=readable,
        reason=reason,
        uid=known.again(cluster, ("kube-system",), _uid),
        eks_names=place.eks_names,
        provider=place.provider,
        cloud=place.cloud,
        partition=place.partition,
        region=place.region,
        account=place.account,
        pool=place.pool,
        issuer=issuer,
        key_ids=key_ids,
        tenant=known.again(cluster, ("azure-wi-config",), _tenant),
        webhooks=known.again(cluster, ("mutatingwebhooks", "endpointslices"), _webhooks),
        nodes=_with_agents(place.nodes, agents),
        credentials=known.again(cluster, ("credential-configs",), _credentials),
        versions=versions,
        at=at,
        unread=unread,
        rbac=_rbac(cluster, known),
    )


def _place(cluster: ClusterSnapshot, known: ClusterReading) -> Place:
    def read(cluster: ClusterSnapshot) -> Place:
        nodes = cluster.objects("nodes", Node)
        seen = nodes.values() if cluster.topic("nodes").state.readable else None
        version = cluster.version.git_version if cluster.version else None
        return read_place(cluster.context, version, seen)

    place = known.again(cluster, ("nodes",), read)
    version = cluster.version.git_version if cluster.version else None
    return place if place.version == version else read(cluster)


def _uid(cluster: ClusterSnapshot) -> str:
    found = cluster.objects("kube-system", Namespace).get(("", "kube-system"))
    return found.metadata.uid if found else ""


def _agents(cluster: ClusterSnapshot) -> frozenset[str]:
    """Nodes on which a ready pod of the EKS Pod Identity agent runs."""
    return frozenset(
        pod.spec.node_name
        for (_, name), pod in cluster.objects("pods", Pod).items()
        if name.startswith(_AGENT) and _is_agent(pod)
    )


def _is_agent(pod: Pod) -> bool:
    owners = pod.metadata.owner_references
    owned = any(one.kind == "DaemonSet" and one.name.startswith(_AGENT) for one in owners)
    statuses = pod.status.container_statuses
    alive = pod.status.phase == "Running" and not pod.metadata.deletion_timestamp
    return owned and alive and bool(statuses) and all(one.ready for one in statuses)


def _with_agents(nodes: Mapping[str, NodeFacts], agents: frozenset[str]) -> Mapping[str, NodeFacts]:
    if not agents:
        return nodes
    return {
        name: NodeFacts(one.windows, one.virtual, one.gke_metadata, True) if name in agents else one
        for name, one in nodes.items()
    }


def _issuer(cluster: ClusterSnapshot) -> tuple[str, frozenset[str]]:
    documents = cluster.objects("oidc-issuer", IssuerDocument).values()
    keys = cluster.objects("oidc-keys", KeySet).values()
    issuer = next((one.issuer for one in documents), "")
    return issuer, frozenset(key.kid for one in keys for key in one.keys if key.kid)


def _tenant(cluster: ClusterSnapshot) -> str:
    """Azure's default tenant; empty where several installations disagree."""
    configs = cluster.objects("azure-wi-config", AzureConfig).values()
    found = {guid(one.data.tenant) for one in configs} - {""}
    return found.pop() if len(found) == 1 else ""


def _credentials(cluster: ClusterSnapshot) -> Mapping[Key, Mapping[str, GoogleCredentials]]:
    configs = cluster.objects("credential-configs", CredentialConfig)
    return {key: one.google for key, one in configs.items() if one.google}


def _webhooks(cluster: ClusterSnapshot) -> tuple[WebhookFacts, ...]:
    found = list(_known_webhooks(cluster))
    services = {
        (service.namespace, service.name)
        for _, _, one, _ in found
        if (service := one.client_config.service) is not None
    }
    ready = _ready(cluster, services)
    version = cluster.topic("mutatingwebhooks").version or "v1"
    facts = []
    for mechanism, configuration, one, index in found:
        service = one.client_config.service
        where = (service.namespace, service.name) if service else None
        facts.append(
            WebhookFacts(
                mechanism,
                configuration.ref(version),
                index,
                one.failure_policy,
                where,
                ready.get(where) if where else None,
                one.client_config.ca_bundle,
            )
        )
    return tuple(facts)


def _known_webhooks(
    cluster: ClusterSnapshot,
) -> Iterator[tuple[Mechanism, MutatingWebhookConfiguration, Webhook, int]]:
    held_ones = cluster.objects("mutatingwebhooks", MutatingWebhookConfiguration)
    for _, configuration in sorted(held_ones.items()):
        for index, one in enumerate(configuration.webhooks):
            service = one.client_config.service
            names = (configuration.metadata.name, one.name, service.name if service else "")
            mechanism = _mechanism(names)
            if mechanism is not None:
                yield mechanism, configuration, one, index


def _mechanism(names: Iterable[str]) -> Mechanism | None:
    text = "\n".join(names)
    return next((found for pattern, found in _WEBHOOKS if pattern.search(text)), None)


def _ready(cluster: ClusterSnapshot, services: set[Key]) -> dict[Key, int]:
    """Ready endpoints of some Services; nothing where that is not known."""
    if not services or not cluster.topic("endpointslices").conclusive:
        return {}
    count: defaultdict[Key, int] = defaultdict(int)
    for (namespace, _), one in cluster.objects("endpointslices", EndpointSlice).items():
        key = (namespace, one.metadata.labels.get(_SLICE_OF, ""))
        if key in services:
            count[key] += sum(endpoint.ready for endpoint in one.endpoints)
    return {key: count[key] for key in services}


def _topics(
    cluster: ClusterSnapshot,
) -> tuple[dict[str, str], dict[str, str], dict[str, float]]:
    """What was not read and why, in which version and when the rest was."""
    unread: dict[str, str] = {}
    versions: dict[str, str] = {}
    at: dict[str, float] = {}
    for name in FACT_TOPICS:
        view = cluster.topic(name)
        if view.version:
            versions[name] = view.version
        if view.as_of is not None:
            at[name] = view.as_of
        if not view.conclusive:
            unread[name] = _AGE.sub("", unread_reason(view))
    return unread, versions, at


def _readable(cluster: ClusterSnapshot) -> tuple[bool, str]:
    """Whether pods or service accounts were read at least once, else why not."""
    if cluster.state is ClusterState.CONNECTING:
        return False, _CONNECTING
    views = [cluster.topic(name) for name in ("pods", "serviceaccounts")]
    if any(view.state.readable for view in views):
        return True, ""
    if cluster.state.readable:
        return False, _AGE.sub("", "; ".join(unread_reason(view) for view in views))
    return False, f"{cluster.state}: {cluster.reason}" if cluster.reason else cluster.state.value


def _rbac(cluster: ClusterSnapshot, known: ClusterReading) -> RbacIndex | None:
    if not all(cluster.topic(name).state in _SERVED for name in RBAC_TOPICS):
        return None
    known.rbac = held(cluster, known.rbac)
    return known.rbac.index
