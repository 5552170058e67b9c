"""Count the endpoints of slices: each once, however many slices and families it stands in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from mckconsole.analysis.services.model import Backends
from mckconsole.domain.core import Endpoint, EndpointSlice
from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.times import parse_rfc3339

SERVICE_NAME = "kubernetes.io/service-name"
MANAGED_BY = "endpointslice.kubernetes.io/managed-by"
MCS_SERVICE_NAME = "multicluster.kubernetes.io/service-name"
SOURCE_CLUSTER = "multicluster.kubernetes.io/source-cluster"
KUBERNETES = "endpointslice-controller.k8s.io"
"""Who writes the slices of a Service with a selector."""


class _Place(NamedTuple):
    """An endpoint without an object behind it is its address, once per family."""

    family: str
    address: str


_DERIVED = "Service"
"""Cloud Map's endpoints all stand for the derived Service: it does not tell them apart."""


def count(slices: Sequence[EndpointSlice]) -> Backends:
    """The endpoints of the slices of one service.

    A pod is one endpoint although it has a slice per family, and another one per set of ports. An
    endpoint that stands for no object cannot be recognised in the other family: the family with the
    most of them counts. Ready as kube-proxy reads it, and not terminating.
    """
    known: dict[tuple[str, str], bool] = {}
    addresses: set[str] = set()
    hosts: dict[tuple[str, str], set[tuple[str, str]]] = {}
    unnamed: dict[str, int] = {}
    families: set[str] = set()
    for one in slices:
        family = one.address_type
        for endpoint in one.endpoints:
            addresses.update(endpoint.addresses)
            target = endpoint.target_ref
            if target.name and target.kind != _DERIVED:
                key = (target.kind, target.name)
            else:
                key = _Place(family, endpoint.addresses[0] if endpoint.addresses else "")
                families.add(family)
                if key not in known and not endpoint.hostname:
                    unnamed[family] = unnamed.get(family, 0) + 1
            known[key] = known.get(key, False) or is_ready(endpoint)
            if endpoint.hostname:
                hosts.setdefault((family, endpoint.hostname), set()).add(key)
    ready, total = _totals(known) if len(families) > 1 else (sum(known.values()), len(known))
    return Backends(
        ready,
        total,
        max(unnamed.values()) if unnamed else 0,
        _doubled(hosts) if hosts else (),
        frozenset(addresses),
        tuple([slice_ref(one) for one in slices]),
        _changed(slices),
        tuple(sorted({host for _, host in hosts})) if hosts else (),
    )


def slice_ref(one: EndpointSlice) -> ObjectRef:
    """Names a slice; only discovery.k8s.io/v1 is read."""
    meta = one.metadata
    return ObjectRef("discovery.k8s.io/v1", "EndpointSlice", meta.namespace, meta.name)


def is_ready(endpoint: Endpoint) -> bool:
    """Whether traffic is sent to it: `ready` is not False, and it is not on its way out."""
    conditions = endpoint.conditions
    return conditions.ready is not False and conditions.terminating is not True


def _changed(slices: Sequence[EndpointSlice]) -> float | None:
    """When the newest change happened that a slice tells of."""
    told = [text for one in slices if (text := one.metadata.annotations.last_change)]
    if not told:
        return None
    return max((time for text in told if (time := parse_rfc3339(text)) is not None), default=None)


def _totals(known: dict[tuple[str, str], bool]) -> tuple[int, int]:
    """(ready, all): objects once, bare addresses of the largest family."""
    ready = total = 0
    families: dict[str, list[int]] = {}
    for key, is_up in known.items():
        if key.__class__ is _Place:
            counts = families.setdefault(key[0], [0, 0])
            counts[0] += is_up
            counts[1] += 1
        else:
            ready += is_up
            total += 1
    return (
        ready + max((counts[0] for counts in families.values()), default=0),
        total + max((counts[1] for counts in families.values()), default=0),
    )


def _doubled(hosts: dict[tuple[str, str], set[tuple[str, str]]]) -> tuple[str, ...]:
    return tuple(sorted({host for (_, host), keys in hosts.items() if len(keys) > 1}))
