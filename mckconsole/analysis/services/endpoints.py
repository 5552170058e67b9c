"""Count the endpoints of slices: each once, however many slices and families it stands in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from mckconsole.analysis.services.model import Backends
from mckconsole.domain.core import Endpoint, EndpointSlice
from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.times import parse_rfc3339

_Key: TypeAlias = tuple[str, str] | tuple[str, str, str]
"""What tells endpoints apart: (kind, name) of the object behind one, else (family, address,
host name)."""
_BARE = 3
"""Length of the key of an endpoint without an object behind it."""


def count(slices: Sequence[EndpointSlice]) -> Backends:
    """The endpoints of the slices of one service.

    A pod is one endpoint although it has a slice per family, and another one per set of ports. An
    endpoint that stands for no object cannot be recognised in the other family: the family with the
    most of them counts.
    """
    if len(slices) == 1 and len(slices[0].endpoints) == 1:
        return _count_one(slices[0], slices[0].endpoints[0])
    known: dict[_Key, bool] = {}
    idle: set[_Key] = set()
    addresses: list[str] = []
    hosts: dict[tuple[str, str], set[_Key]] = {}
    families: set[str] = set()
    for one in slices:
        family = one.address_type
        for endpoint in one.endpoints:
            written = endpoint.addresses
            addresses += written
            target = endpoint.target_ref
            key: _Key
            if target.name:
                key = (target.kind, target.name)
            else:
                key = (family, written[0] if written else "", endpoint.hostname)
                families.add(family)
            up = endpoint.ready
            if up or key not in known:
                known[key] = up
            if up and endpoint.conditions.serving is False:
                idle.add(key)
            if endpoint.hostname:
                hosts.setdefault((family, endpoint.hostname), set()).add(key)
    return _backends(slices, known, families, addresses, hosts, idle)


def _backends(
    slices: Sequence[EndpointSlice],
    known: dict[_Key, bool],
    families: set[str],
    addresses: list[str],
    hosts: dict[tuple[str, str], set[_Key]],
    idle: set[_Key],
) -> Backends:
    """What was found: readiness by endpoint, families that have bare addresses, host names, and
    endpoints that are ready and do not serve."""
    ready, total = _totals(known) if len(families) > 1 else (sum(known.values()), len(known))
    return Backends(
        ready,
        total,
        _unnamed(known) if families else 0,
        _doubled(hosts) if hosts else (),
        frozenset(addresses),
        tuple([slice_ref(one) for one in slices]),
        _changed(slices),
        tuple(sorted({host for _, host in hosts})) if hosts else (),
        min(len(idle), ready) if idle else 0,
    )


def _count_one(one: EndpointSlice, endpoint: Endpoint) -> Backends:
    """As `count` does, of the one endpoint that most imported slices have."""
    named = endpoint.target_ref.name or endpoint.hostname
    return Backends(
        int(endpoint.ready),
        1,
        0 if named else 1,
        (),
        frozenset(endpoint.addresses),
        (slice_ref(one),),
        _changed((one,)),
        (endpoint.hostname,) if endpoint.hostname else (),
        1 if endpoint.conditions.serving is False and endpoint.ready else 0,
    )


def slice_ref(one: EndpointSlice) -> ObjectRef:
    """Names a slice; only discovery.k8s.io/v1 is read."""
    meta = one.metadata
    return ObjectRef("discovery.k8s.io/v1", "EndpointSlice", meta.namespace, meta.name)


def _changed(slices: Sequence[EndpointSlice]) -> float | None:
    """When the newest change happened that a slice tells of."""
    told = [text for one in slices if (text := one.metadata.annotations.last_change)]
    if not told:
        return None
    return max((time for text in told if (time := parse_rfc3339(text)) is not None), default=None)


def _totals(known: dict[_Key, bool]) -> tuple[int, int]:
    """(ready, all): objects once, bare addresses of the largest family."""
    ready = total = 0
    families: dict[str, list[int]] = {}
    for key, is_up in known.items():
        if len(key) == _BARE:
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


def _unnamed(known: dict[_Key, bool]) -> int:
    """How many endpoints have nothing that they could be named by, in the family with the most."""
    families: dict[str, int] = {}
    for key in known:
        if len(key) == _BARE and not key[-1]:
            families[key[0]] = families.get(key[0], 0) + 1
    return max(families.values(), default=0)


def _doubled(hosts: dict[tuple[str, str], set[_Key]]) -> tuple[str, ...]:
    return tuple(sorted({host for (_, host), keys in hosts.items() if len(keys) > 1}))
