"""The summary of an object by its kind: what somebody would look for first.

A kind that is not known here shows its plain fields. Values are those of the redacted tree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from mckconsole.domain.trees import map_at
from mckconsole.views import object_cluster as cluster
from mckconsole.views import object_config as config
from mckconsole.views import object_network as network
from mckconsole.views import object_workloads as workloads
from mckconsole.views.detail import Block, Card
from mckconsole.views.object_parts import Around, scalars
from mckconsole.views.object_pods import container_block, pod_card


@dataclass(frozen=True, slots=True)
class Summary:
    """What a kind has to say."""

    cards: tuple[Card, ...] = ()
    """Beside the card with the names."""
    blocks: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True)
class _Form:
    """How a kind of the API server is summed up."""

    groups: tuple[str, ...]
    card: Callable[[Around], Card] | None = None
    blocks: Callable[[Around], Iterable[Block]] | None = None


def summary_of(around: Around) -> Summary:
    """What is to be said of this object beside what all objects have."""
    ref = around.facts.ref
    form = _FORMS.get(ref.kind)
    if form is None or ref.api_version.rpartition("/")[0] not in form.groups:
        return _plain(around)
    cards = (form.card(around),) if form.card else ()
    return Summary(cards, tuple(form.blocks(around)) if form.blocks else ())


def _plain(around: Around) -> Summary:
    """The plain fields of any kind."""
    cards = []
    for part in ("spec", "status"):
        if lines := tuple(scalars(around.tree, part)):
            cards.append(Card(part, lines))
    template = map_at(around.tree, "spec", "template")
    return Summary(tuple(cards), tuple(container_block(around, template)))


def _containers(around: Around) -> Iterable[Block]:
    return container_block(around, around.tree, map_at(around.tree, "status"))


_CORE, _APPS, _BATCH = ("",), ("apps", "extensions"), ("batch",)
_NET, _RBAC = ("networking.k8s.io", "extensions"), ("rbac.authorization.k8s.io",)
_WORKLOAD = _Form(_APPS, workloads.workload_card, workloads.template_blocks)
_FORMS: Mapping[str, _Form] = {
    "Pod": _Form(_CORE, pod_card, _containers),
    "Deployment": _WORKLOAD,
    "ReplicaSet": _WORKLOAD,
    "StatefulSet": _WORKLOAD,
    "DaemonSet": _WORKLOAD,
    "ReplicationController": _Form(_CORE, workloads.workload_card, workloads.template_blocks),
    "Job": _Form(_BATCH, workloads.job_card, workloads.template_blocks),
    "CronJob": _Form(_BATCH, workloads.cron_card, workloads.template_blocks),
    "HorizontalPodAutoscaler": _Form(("autoscaling",), workloads.scaler_card),
    "PodDisruptionBudget": _Form(("policy",), workloads.budget_card),
    "Service": _Form(_CORE, network.service_card, network.service_blocks),
    "EndpointSlice": _Form(("discovery.k8s.io",), network.slice_card, network.slice_blocks),
    "Ingress": _Form(_NET, network.ingress_card, network.ingress_blocks),
    "NetworkPolicy": _Form(_NET, network.policy_card),
    "Node": _Form(_CORE, cluster.node_card, cluster.node_blocks),
    "PersistentVolumeClaim": _Form(_CORE, cluster.claim_card),
    "PersistentVolume": _Form(_CORE, cluster.volume_card),
    "Namespace": _Form(_CORE, config.namespace_card),
    "ConfigMap": _Form(_CORE, None, config.config_blocks),
    "Secret": _Form(_CORE, None, config.secret_blocks),
    "ServiceAccount": _Form(_CORE, config.account_card),
    "Role": _Form(_RBAC, None, config.role_blocks),
    "ClusterRole": _Form(_RBAC, None, config.role_blocks),
    "RoleBinding": _Form(_RBAC, None, config.binding_blocks),
    "ClusterRoleBinding": _Form(_RBAC, None, config.binding_blocks),
    "CustomResourceDefinition": _Form(("apiextensions.k8s.io",), config.definition_card),
}
