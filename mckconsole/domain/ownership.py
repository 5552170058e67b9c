"""Who looks after an object: told from its owners, labels and annotations.

Sources: docs of Helm (`meta.helm.sh`, `app.kubernetes.io/managed-by`), External Secrets
(`reconcile.external-secrets.io`), Argo CD (`argocd.argoproj.io`), Flux (`toolkit.fluxcd.io`),
cert-manager (`cert-manager.io`), Sealed Secrets, Secrets Store CSI, reflector and replicator.
"""

from __future__ import annotations

import msgspec

from mckconsole.domain.objects import OwnerReference

_KINDS = {
    "ExternalSecret": "External Secrets",
    "PushSecret": "External Secrets",
    "SealedSecret": "Sealed Secrets",
    "Certificate": "cert-manager",
    "Kustomization": "Flux",
    "HelmRelease": "Flux",
    "Application": "Argo CD",
}
"""Owners whose controller keeps what they own as they say."""


class Owner(msgspec.Struct, frozen=True, gc=False):
    """Who looks after an object."""

    tool: str = ""
    """`Helm`, `External Secrets`, `Argo CD`, `Flux`, `cert-manager`, `Sealed Secrets`, a kind of
    controller; empty: nobody that is known."""
    name: str = ""
    """Of the release, application or object."""

    def __str__(self) -> str:
        return f"{self.tool} {self.name}".strip()


NOBODY = Owner()

_MARKS = (
    ("reconcile.external-secrets.io/created-by", "External Secrets"),
    ("argocd.argoproj.io/tracking-id", "Argo CD"),
    ("argocd.argoproj.io/instance", "Argo CD"),
    ("kustomize.toolkit.fluxcd.io/name", "Flux"),
    ("helm.toolkit.fluxcd.io/name", "Flux"),
    ("meta.helm.sh/release-name", "Helm"),
    ("cert-manager.io/certificate-name", "cert-manager"),
    ("reflector.v1.k8s.emberstack.com/reflects", "Reflector"),
    ("replicator.v1.mittwald.de/replicated-from", "Replicator"),
)
"""Annotations and labels whose value names who looks after the object, the closest first."""
_FLAGS = (
    ("reconcile.external-secrets.io/managed", "External Secrets"),
    ("secrets-store.csi.k8s.io/managed", "Secrets Store CSI"),
)
"""Labels that only say that somebody does."""


def owner_of(
    references: tuple[OwnerReference, ...], labels: dict[str, str], annotations: dict[str, str]
) -> Owner:
    """The closest that is known: an owning object before a tool's mark; `NOBODY` for none."""
    for one in references:
        if tool := _KINDS.get(one.kind):
            return Owner(tool, one.name)
    for one in references:
        if one.controller:
            return Owner(one.kind, one.name)
    for mark, tool in _MARKS:
        if name := annotations.get(mark) or labels.get(mark):
            return Owner(tool, name.partition(":")[0])
    for mark, tool in _FLAGS:
        if labels.get(mark) == "true":
            return Owner(tool)
    if labels.get("owner") == "helm":
        return Owner("Helm", labels.get("name", ""))
    return Owner(labels.get("app.kubernetes.io/managed-by", ""))
