"""GKE's metadata server: an identity that leaves no trace on the pod, only on its node.

It answers for all pods of a node but those in the host's network, which reach the machine's own
server and are the node. Source: GKE documentation on workload identity federation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from mckconsole.analysis.identity.model import (
    BindingState,
    Cloud,
    Declaration,
    Identity,
    Mechanism,
    Shape,
)
from mckconsole.analysis.identity.verdict import Subject, Verdict
from mckconsole.domain.pods import Pod

_SYSTEM = re.compile(
    r"(?:kube|gke|gmp)-.+|(?:cnrm|istio|asm|configconnector-operator|config-management|gatekeeper|"
    r"resource-group|knative|krmapihosting|hnc)-(?:system|monitoring|serving)"
)
"""Namespaces of Kubernetes and of what Google installs."""
_HOST = "it is in the host's network, where Google's metadata server answers as the node"


def served(subject: Subject, shape: Shape) -> bool:
    """Whether the metadata server answers all pods of a shape for their service account."""
    nodes = subject.facts.nodes
    return not shape.pod.spec.host_network and all(
        (node := nodes.get(pod.spec.node_name)) is not None and node.gke_metadata
        for pod in shape.pods
        if pod.spec.node_name
    )


def by_server(subject: Subject, shape: Shape, wanted: Declaration) -> Iterator[Verdict]:
    """What pods are by the annotation of their service account."""
    if subject.facts.cloud not in (None, Cloud.GCP):
        words = "nothing acts on the annotation: the nodes are not Google's"
        yield subject.verdict(BindingState.DRIFT, wanted, reason=words, pods=len(shape.pods))
        return
    for state, reason, pods in _by_node(subject, shape):
        yield subject.verdict(state, wanted, reason=reason, pods=len(pods))


def principal(subject: Subject, shapes: Sequence[Shape]) -> Verdict | None:
    """What a workload is on a cluster with a pool, where nothing is declared: the principal of its
    service account, or the node; None where nobody asks, in system namespaces."""
    key, facts = subject.workload.key, subject.facts
    if _SYSTEM.fullmatch(key.namespace):
        return None
    name = f"ns/{key.namespace}/sa/{subject.workload.account}"
    own = Identity(Cloud.GCP, facts.pool, facts.account, name)
    found = [one for shape in shapes for one in _by_node(subject, shape)]
    for wanted in (BindingState.NODE_FALLBACK, BindingState.UNKNOWN):
        for state, reason, _ in found:
            if state is wanted:
                mechanism = Mechanism.NODE if state is BindingState.NODE_FALLBACK else _DIRECT
                return Verdict(state, mechanism, None, reason, effect="the node's")
    words = "what its principal may do is in IAM only"
    return Verdict(BindingState.PRINCIPAL_ONLY, _DIRECT, own, words, effect=own.text)


_DIRECT = Mechanism.GKE_DIRECT


def _by_node(subject: Subject, shape: Shape) -> Iterator[tuple[BindingState, str, list[Pod]]]:
    """The pods of a shape by what the metadata server makes of them."""
    if shape.pod.spec.host_network:
        yield BindingState.NODE_FALLBACK, _HOST, list(shape.pods)
        return
    good: list[Pod] = []
    bad: dict[tuple[BindingState, str], list[Pod]] = {}
    nodes = subject.facts.nodes
    for pod in shape.pods:
        name = pod.spec.node_name
        node = nodes.get(name)
        if not name or (node is not None and node.gke_metadata):
            good.append(pod)  # one that is not scheduled yet is nobody
        elif node is not None:
            words = f"node {name} has no metadata server of GKE: its pods are the node"
            bad.setdefault((BindingState.NODE_FALLBACK, words), []).append(pod)
        else:
            why = subject.facts.unread.get("nodes") or f"node {name} is not known"
            bad.setdefault((BindingState.UNKNOWN, why), []).append(pod)
    if good:
        yield BindingState.BOUND, "", good
    for (state, words), pods in bad.items():
        yield state, words, pods
