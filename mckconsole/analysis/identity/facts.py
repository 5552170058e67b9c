"""What must be known of a cluster before its identities are judged: provider, nodes, webhooks …

Facts of a cluster in which nothing happened are equal to those before, but for when they were
confirmed: times are not compared.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from mckconsole.analysis.identity.formats import guid
from mckconsole.analysis.identity.model import (
    ClusterFacts,
    Mechanism,
    NodeFacts,
    WebhookFacts,
)
from mckconsole.analysis.identity.nodes import read_place
from mckconsole.analysis.identity.topics import TOPICS
from mckconsole.analysis.rbac import TOPICS as RBAC_TOPICS
from mckconsole.analysis.rbac import HeldIndex, RbacIndex, held
from mckconsole.analysis.unread import (
    CONNECTING,
    cluster_reason,
    read_topics,
    unread_reason,
    without_age,
)
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

SLICE_OF = "kubernetes.io/service-name"
"""Label of an EndpointSlice: its Service."""
_AGENT = "eks-pod-identity-agent"
_SERVED = (TopicState.FRESH, TopicState.STALE)
_WEBHOOKS = (
    (re.compile(r"pod-identity-webhook|iam-for-pods"), Mechanism.IRSA),
    (re.compile(r"azure-wi-webhook|azure-workload-identity"), Mechanism.AZURE),
    (re.compile(r"gcp-workload-identity"), Mechanism.GCP_FEDERATION),
)
"""Names that configurations, webhooks and Services of the known webhooks have."""


def read_cluster(cluster: ClusterSnapshot, rbac: HeldIndex | None = None) -> ClusterFacts:
    """The facts of a cluster; `rbac` is an index made before, used again where nothing changed."""
    version = cluster.version.git_version if cluster.version else None
    nodes = cluster.objects("nodes", Node).values()
    place = read_place(
        cluster.context, version, nodes if cluster.topic("nodes").state.readable else None
    )
    issuer, key_ids = _issuer(cluster)
    topics = read_topics(cluster, TOPICS)
    readable, reason = _readable(cluster)
    return ClusterFacts(
        name=cluster.name,
        context=cluster.context,
        readable=readable,
        reason=reason,
        uid=_uid(cluster),
        eks_names=place.eks_names,
        provider=place.provider,
        cloud=place.cloud,
        partition=place.partition,
        region=place.region,
        account=place.account,
        pool=place.pool,
        issuer=issuer,
        key_ids=key_ids,
        tenant=_tenant(cluster),
        webhooks=_webhooks(cluster),
        nodes=_with_agents(place.nodes, _agents(cluster)),
        credentials=_credentials(cluster),
        versions=topics.versions,
        at=topics.at,
        unread=topics.unread,
        rbac=_rbac(cluster, rbac),
    )


def _uid(cluster: ClusterSnapshot) -> str:
    found = cluster.objects("kube-system", Namespace).get(("", "kube-system"))
    return found.metadata.uid if found else ""


def _agents(cluster: ClusterSnapshot) -> frozenset[str]:
    """Nodes on which a ready pod of the agent runs."""
    pods = cluster.objects("pods", Pod).values()
    return frozenset(one.spec.node_name for one in pods if is_agent(one) and _serves(one))


def is_agent(pod: Pod) -> bool:
    """Whether it is a pod of the EKS Pod Identity agent, which is a DaemonSet."""
    if not pod.metadata.name.startswith(_AGENT):
        return False
    owners = pod.metadata.owner_references
    return any(one.kind == "DaemonSet" and one.name.startswith(_AGENT) for one in owners)


def _serves(pod: Pod) -> bool:
    statuses = pod.status.container_statuses
    alive = pod.status.phase == "Running" and not pod.metadata.deletion_timestamp
    return alive and bool(statuses) and all(one.ready for one in statuses)


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
        key = (namespace, one.metadata.labels.get(SLICE_OF, ""))
        if key in services:
            count[key] += sum(endpoint.ready for endpoint in one.endpoints)
    return {key: count[key] for key in services}


def _readable(cluster: ClusterSnapshot) -> tuple[bool, str]:
    """Whether pods or service accounts were read at least once, else why not."""
    if cluster.state is ClusterState.CONNECTING:
        return False, CONNECTING
    views = [cluster.topic(name) for name in ("pods", "serviceaccounts")]
    if any(view.state.readable for view in views):
        return True, ""
    if cluster.state.readable:
        return False, "; ".join(without_age(unread_reason(view)) for view in views)
    return False, cluster_reason(cluster)


def _rbac(cluster: ClusterSnapshot, before: HeldIndex | None) -> RbacIndex | None:
    if not all(cluster.topic(name).state in _SERVED for name in RBAC_TOPICS):
        return None
    return held(cluster, before).index
