"""Whether and when admission webhooks give pods what is declared.

They act when a pod is made and never again; a pod says by labels and annotations whether it wants
to be left alone. Sources: amazon-eks-pod-identity-webhook, azure-workload-identity,
gcp-workload-identity-federation-webhook.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from mckconsole.analysis.identity.model import (
    Account,
    Cloud,
    ClusterFacts,
    Declaration,
    Effective,
    Mechanism,
    Shape,
    Workload,
)
from mckconsole.analysis.identity.verdict import Subject
from mckconsole.domain.cloudkeys import (
    AZURE_SKIP_CONTAINERS,
    AZURE_USE,
    EKS_SKIP_CONTAINERS,
    EKS_SKIP_WEBHOOK,
    GCP_SKIP_CONTAINERS,
)
from mckconsole.domain.managed import ManagedMeta
from mckconsole.domain.pods import Pod
from mckconsole.domain.times import parse_rfc3339

_SKIPPED = {
    Cloud.AWS: (EKS_SKIP_CONTAINERS, ","),
    Cloud.AZURE: (AZURE_SKIP_CONTAINERS, ";"),
    Cloud.GCP: (GCP_SKIP_CONTAINERS, ","),
}
"""The annotation and what parts its list. AWS' webhook takes names with the spaces around them."""
_WRITTEN = {
    Mechanism.IRSA: ("AWS_ROLE_ARN",),
    Mechanism.AZURE: ("AZURE_CLIENT_ID", "AZURE_TENANT_ID"),
    Mechanism.GCP_FEDERATION: ("GOOGLE_APPLICATION_CREDENTIALS",),
}
"""Variables that, written into the template, survive every restart."""
_TOKEN_DRIVERS = frozenset({"secrets-store.csi.k8s.io", "blob.csi.azure.com", "file.csi.azure.com"})
"""CSI drivers that sign in to Azure as the service account of the pod that mounts a volume."""
_NONE: frozenset[str] = frozenset()


class Ages(NamedTuple):
    """Pods, parted by a moment."""

    older: Sequence[Pod]
    newer: Sequence[Pod]


def ages(declared: Declaration, pods: Sequence[Pod]) -> Ages:
    """Which pods were made before they could have what is declared. Where times are not known,
    all count as older: a restart is the milder guess."""
    since = parse_rfc3339(declared.since)
    if since is None:
        return Ages(pods, ())
    older: list[Pod] = []
    newer: list[Pod] = []
    for pod in pods:
        made = parse_rfc3339(pod.metadata.creation_timestamp)
        (older if made is None or made < since else newer).append(pod)
    return Ages(older, newer)


def probably(declared: Declaration, pods: Sequence[Pod]) -> Ages:
    """The same, where the milder guess counts for pods of which it is not certain."""
    return ages(declared, pods) if declared.dated else Ages(pods, ())


def unserved(facts: ClusterFacts, workload: Workload, mechanism: Mechanism) -> bool:
    """Whether no webhook in the cluster gives such an identity to pods, however often they are
    made. Not so where some pods have one, or on machines of AWS: EKS has its webhook."""
    one = Mechanism.IRSA if mechanism is Mechanism.POD_IDENTITY else mechanism
    if "mutatingwebhooks" in facts.unread or facts.webhook(one) is not None:
        return False
    names = _WRITTEN.get(one, ())
    given = any(
        container.variable(name)
        for shape in workload.shapes
        for _, container in shape.containers()
        for name in names
    )
    return not given and not (one is Mechanism.IRSA and facts.cloud is Cloud.AWS)


def skipped(cloud: Cloud, shape: Shape) -> frozenset[str]:
    """Containers that the webhook is told to leave alone."""
    key, separator = _SKIPPED[cloud]
    listed = shape.pod.metadata.annotations.get(key)
    if not listed:
        return _NONE
    names = listed.split(separator)
    return frozenset(names if cloud is Cloud.AWS else (name.strip() for name in names))


def taken_by_others(account: Account, shape: Shape) -> str:
    """Who else asks for tokens of the account, so that it has its use though pods get nothing."""
    drivers = (one.csi.driver for one in shape.pod.spec.volumes if one.csi)
    driver = next((one for one in drivers if one in _TOKEN_DRIVERS), "")
    if driver:
        return f"the CSI driver {driver} takes tokens of {account.key.name} itself"
    return f"{account.users[0]} takes tokens of {account.key.name}" if account.users else ""


def missed(subject: Subject, shape: Shape) -> str:
    """Why a webhook leaves such pods alone, however often they are made; else empty."""
    wanted = subject.wanted
    mechanism = wanted.mechanism if wanted else None
    labels = shape.pod.metadata.labels
    template = subject.workload.template
    if mechanism is Mechanism.AZURE:
        coming = template.metadata.labels if template else labels
        if labels.get(AZURE_USE) != "true" and coming.get(AZURE_USE) != "true":
            return f'its pods lack the label {AZURE_USE}: "true", so the webhook leaves them alone'
    if mechanism in (Mechanism.IRSA, Mechanism.POD_IDENTITY) and EKS_SKIP_WEBHOOK in labels:
        return f"the label {EKS_SKIP_WEBHOOK} keeps the webhook away"
    if mechanism is not None and unserved(subject.facts, subject.workload, mechanism):
        return f"nothing was injected: no webhook for {mechanism} was found"
    return ""


def failed(subject: Subject, wanted: Declaration) -> str:
    """Why nothing was injected into a pod that was made later, as far as that can be told."""
    mechanism = wanted.mechanism
    one = Mechanism.IRSA if mechanism is Mechanism.POD_IDENTITY else mechanism
    webhook = subject.facts.webhook(one)
    words = "made after it was declared, and yet nothing was injected"
    if webhook is None and "mutatingwebhooks" not in subject.facts.unread:
        return f"{words}: no webhook for {mechanism} was found"
    if webhook is not None and webhook.ready == 0:
        return f"{words}: the webhook has no ready endpoint"
    return words


def by_hand(subject: Subject, effect: Effective) -> bool:
    """Whether what is in effect stands in the template, so that a restart changes nothing."""
    controller = subject.workload.controller
    metadata = controller.metadata if controller else None
    if not isinstance(metadata, ManagedMeta):
        return False
    return any(metadata.written(name) for name in _WRITTEN.get(effect.mechanism, ()))
