"""Projections of the objects that hold credentials: names and marks, never a value.

What was seen in their values, where the user allowed to look, is beside them (`audit.Audited`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import ClassVar

import msgspec
from msgspec import field
from msgspec.structs import force_setattr

from mckconsole.domain.managed import ManagedEntry, last_writer, owning
from mckconsole.domain.objects import Meta, OwnerReference, Projection
from mckconsole.domain.ownership import NOBODY, Owner, owner_of
from mckconsole.domain.text import clean, shorten

_MAX_KEY = 253
_MAX_VALUE = 512
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
_KEPT = frozenset(
    (
        "kubernetes.io/service-account.name",
        "kubernetes.io/service-account.uid",
        "cert-manager.io/certificate-name",
        "cert-manager.io/issuer-name",
        "cert-manager.io/issuer-kind",
        "cert-manager.io/issuer-group",
        "cert-manager.io/alt-names",
        "cert-manager.io/common-name",
        "reconcile.external-secrets.io/data-hash",
        "service.beta.openshift.io/expiry",
    )
)
"""Annotations of Secrets that rules read; the value of none is a credential."""
_DATA = re.compile(rb'"f:(?:data|stringData|binaryData)":(\{[^{}]*(?:\{\}[^{}]*)*\})')
_KEYS = re.compile(rb'"f:([^"\\]{1,253})"')


class KeyWriter(ManagedEntry, frozen=True, gc=False, rename="camel"):
    """One entry of managedFields, reduced to the keys of the data that it owns."""

    operation: str = ""

    def wanted(self, fields: bytes) -> Iterable[str]:
        found = _DATA.search(fields)
        names = _KEYS.findall(found[1]) if found else ()
        return sorted({name.decode("utf-8", "replace") for name in names})

    def __str__(self) -> str:
        return f"{self.manager} {self.operation}".strip()


class SecretMeta(Meta, frozen=True, gc=False, rename="camel"):
    """Metadata of a Secret: who looks after it, who wrote which key, and known annotations."""

    owner_references: tuple[OwnerReference, ...] = ()
    annotations: dict[str, str] = field(default_factory=dict)
    """Only those that rules read, and none that repeats the data."""
    managed_fields: tuple[KeyWriter, ...] = ()
    """Those that own keys of the data."""
    owner: Owner = NOBODY
    last_applied: bool = False
    """`last-applied-configuration` is there: it repeats the data for whoever sees the metadata."""

    def __post_init__(self) -> None:
        notes = self.annotations
        found = self.owner  # where it was reduced before and comes from a recording
        if found == NOBODY:
            found = owner_of(self.owner_references, self.labels, notes)
        tool, name = (shorten(clean(text), _MAX_KEY) for text in (found.tool, found.name))
        force_setattr(self, "owner", Owner(tool, name))
        force_setattr(self, "last_applied", self.last_applied or LAST_APPLIED in notes)
        kept = {key: shorten(notes[key], _MAX_VALUE) for key in _KEPT & notes.keys()}
        force_setattr(self, "annotations", kept)
        force_setattr(self, "managed_fields", owning(self.managed_fields))

    def written(self, key: str) -> KeyWriter | None:
        """The last who wrote `key` of the data; None when nobody is known to."""
        return last_writer(self.managed_fields, key)


class Secret(Projection, frozen=True, gc=False):
    """core/v1 Secret without its values, from whichever of its three forms (object,
    PartialObjectMetadata, row of a Table)."""

    metadata: SecretMeta = SecretMeta()
    type: str = ""
    """Empty where only metadata came."""
    data: dict[str, msgspec.Raw] = field(default_factory=dict)
    """Empty once decoded."""
    keys: tuple[str, ...] = ()
    """Names of the data's keys; where values were not read, those that managedFields know."""
    count: int = -1
    """How many keys there are; -1 where nothing says it."""

    kind: ClassVar[str] = "Secret"

    def __post_init__(self) -> None:
        if self.data:
            force_setattr(self, "keys", tuple(sorted(shorten(key, _MAX_KEY) for key in self.data)))
            force_setattr(self, "count", len(self.data))
            force_setattr(self, "data", {})
        elif not self.keys:
            known = {key for one in self.metadata.managed_fields for key in one.keys}
            force_setattr(self, "keys", tuple(sorted(known)))


class ConfigMap(Projection, frozen=True, gc=False):
    """core/v1 ConfigMap, of which only what was seen in it is of interest."""

    kind: ClassVar[str] = "ConfigMap"


class RevisionMeta(Meta, frozen=True, gc=False, rename="camel"):
    """Metadata of a former template: whose it is."""

    owner_references: tuple[OwnerReference, ...] = ()

    @property
    def controller(self) -> OwnerReference | None:
        """The controller that it belongs to."""
        return next((one for one in self.owner_references if one.controller), None)


class ReplicaSetSpec(msgspec.Struct, frozen=True, gc=False):
    """ReplicaSet spec."""

    replicas: int = 1


class ReplicaSet(Projection, frozen=True, gc=False):
    """apps/v1 ReplicaSet: a former template of a Deployment when it has no replicas."""

    metadata: RevisionMeta = RevisionMeta()
    spec: ReplicaSetSpec = ReplicaSetSpec()

    api_group: ClassVar[str] = "apps"
    kind: ClassVar[str] = "ReplicaSet"


class ControllerRevision(Projection, frozen=True, gc=False):
    """apps/v1 ControllerRevision: a former template of a StatefulSet or DaemonSet."""

    metadata: RevisionMeta = RevisionMeta()
    revision: int = 0

    api_group: ClassVar[str] = "apps"
    kind: ClassVar[str] = "ControllerRevision"


class Application(Projection, frozen=True, gc=False):
    """argoproj.io Application: values and parameters may be inline."""

    api_group: ClassVar[str] = "argoproj.io"
    kind: ClassVar[str] = "Application"


class HelmRelease(Projection, frozen=True, gc=False):
    """helm.toolkit.fluxcd.io HelmRelease: values may be inline."""

    api_group: ClassVar[str] = "helm.toolkit.fluxcd.io"
    kind: ClassVar[str] = "HelmRelease"


class HelmChart(Projection, frozen=True, gc=False):
    """helm.cattle.io HelmChart of k3s and RKE2: values may be inline."""

    api_group: ClassVar[str] = "helm.cattle.io"
    kind: ClassVar[str] = "HelmChart"


class ExternalSecretTarget(msgspec.Struct, frozen=True, gc=False):
    """The Secret that it makes."""

    name: str = ""
    """Empty: the ExternalSecret's own."""


class ExternalSecretSpec(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """What an ExternalSecret keeps current, and how often."""

    refresh_policy: str = ""
    """`CreatedOnce` and `OnChange` (of the ExternalSecret) never look at the source again."""
    refresh_interval: str = ""
    """A Go duration; `0` never."""
    target: ExternalSecretTarget = ExternalSecretTarget()


class ExternalSecretCondition(msgspec.Struct, frozen=True, gc=False):
    """How it stands, without the message, which may repeat what a provider answered."""

    type: str = ""
    status: str = ""
    reason: str = ""


class ExternalSecretStatus(msgspec.Struct, frozen=True, gc=False):
    """Whether the source could be read lately."""

    conditions: tuple[ExternalSecretCondition, ...] = ()


class ExternalSecret(Projection, frozen=True, gc=False):
    """external-secrets.io ExternalSecret."""

    spec: ExternalSecretSpec = ExternalSecretSpec()
    status: ExternalSecretStatus = ExternalSecretStatus()

    api_group: ClassVar[str] = "external-secrets.io"
    kind: ClassVar[str] = "ExternalSecret"
