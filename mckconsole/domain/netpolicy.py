"""Network policies: Kubernetes' own, Cilium's, Calico's, and those of administrators."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import msgspec
from msgspec import field
from msgspec.structs import force_setattr

from mckconsole.domain import policyfacts
from mckconsole.domain.objects import Projection
from mckconsole.domain.policyfacts import PolicyFacts

_NOTHING = msgspec.Raw()
_NULL = msgspec.Raw(b"null")
"""Says no more than a field that is not there."""
_ADMIN = "policy.networking.k8s.io"
_CALICO = "crd.projectcalico.org"


class Policy(Projection, frozen=True, gc=False):
    """A policy of any maker; its spec is reduced to `facts`."""

    spec: msgspec.Raw = field(default=_NOTHING)
    """Empty once decoded."""
    facts: PolicyFacts = PolicyFacts()

    def __post_init__(self) -> None:
        if self.spec != _NOTHING:
            if self.spec != _NULL:
                force_setattr(self, "facts", self._read())
            force_setattr(self, "spec", _NOTHING)

    def _read(self) -> PolicyFacts:
        try:
            spec = msgspec.json.decode(self.spec)
            return self.told(spec if isinstance(spec, Mapping) else {})
        except (msgspec.DecodeError, ValueError, TypeError, RecursionError):
            return PolicyFacts()

    def told(self, spec: Mapping[str, Any]) -> PolicyFacts:
        """What a spec of this kind comes to."""
        return policyfacts.kubernetes(spec)


class NetworkPolicy(Policy, frozen=True, gc=False):
    """networking.k8s.io/v1 NetworkPolicy."""

    api_group: ClassVar[str] = "networking.k8s.io"
    kind: ClassVar[str] = "NetworkPolicy"


class CiliumNetworkPolicy(Policy, frozen=True, gc=False):
    """cilium.io/v2 CiliumNetworkPolicy: one rule in `spec`, or several in `specs`."""

    specs: msgspec.Raw = field(default=_NOTHING)
    """Empty once decoded."""

    api_group: ClassVar[str] = "cilium.io"
    kind: ClassVar[str] = "CiliumNetworkPolicy"
    clusterwide: ClassVar[bool] = False

    def __post_init__(self) -> None:
        if self.specs not in (_NOTHING, _NULL):
            whole = b'{"spec":' + (bytes(self.spec) or b"null") + b',"specs":'
            force_setattr(self, "spec", msgspec.Raw(whole + bytes(self.specs) + b"}"))
        force_setattr(self, "specs", _NOTHING)
        super().__post_init__()

    def told(self, spec: Mapping[str, Any]) -> PolicyFacts:
        several = spec.get("specs")
        rules = [spec.get("spec"), *several] if isinstance(several, list) else [spec]
        found = [one for one in rules if isinstance(one, Mapping)]
        return policyfacts.cilium(found, clusterwide=type(self).clusterwide)


class CiliumClusterwideNetworkPolicy(CiliumNetworkPolicy, frozen=True, gc=False):
    """cilium.io/v2 CiliumClusterwideNetworkPolicy."""

    kind: ClassVar[str] = "CiliumClusterwideNetworkPolicy"
    clusterwide: ClassVar[bool] = True


class AdminNetworkPolicy(Policy, frozen=True, gc=False):
    """policy.networking.k8s.io/v1alpha1 AdminNetworkPolicy."""

    api_group: ClassVar[str] = _ADMIN
    kind: ClassVar[str] = "AdminNetworkPolicy"

    def told(self, spec: Mapping[str, Any]) -> PolicyFacts:
        return policyfacts.admin(spec)


class BaselineAdminNetworkPolicy(AdminNetworkPolicy, frozen=True, gc=False):
    """policy.networking.k8s.io/v1alpha1 BaselineAdminNetworkPolicy."""

    kind: ClassVar[str] = "BaselineAdminNetworkPolicy"


class ClusterNetworkPolicy(AdminNetworkPolicy, frozen=True, gc=False):
    """policy.networking.k8s.io/v1alpha2 ClusterNetworkPolicy, which replaces the other two."""

    kind: ClassVar[str] = "ClusterNetworkPolicy"


class CalicoNetworkPolicy(Policy, frozen=True, gc=False):
    """crd.projectcalico.org/v1 NetworkPolicy."""

    api_group: ClassVar[str] = _CALICO
    kind: ClassVar[str] = "NetworkPolicy"

    def told(self, spec: Mapping[str, Any]) -> PolicyFacts:
        return policyfacts.calico(spec)


class CalicoGlobalNetworkPolicy(CalicoNetworkPolicy, frozen=True, gc=False):
    """crd.projectcalico.org/v1 GlobalNetworkPolicy."""

    kind: ClassVar[str] = "GlobalNetworkPolicy"
