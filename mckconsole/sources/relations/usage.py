"""Who uses an object: what mounts it, routes to it, protects it, is bound to it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.inspected import Relation
from mckconsole.domain.trees import labels_at, map_at, maps_at
from mckconsole.sources.relations import served
from mckconsole.sources.relations.downward import bounded, ref_of, relation
from mckconsole.sources.relations.lookup import Document, Lookup
from mckconsole.sources.relations.references import (
    backends_of,
    name_at,
    route_backends,
    template_of,
    uses_of,
)
from mckconsole.sources.relations.selecting import selects
from mckconsole.sources.relations.served import Served
from mckconsole.sources.relations.upward import owner_refs

_PASSIVE: Mapping[str, str] = {
    "mounts": "mounted by",
    "has variables of": "read by",
    "runs as": "account of",
    "pulls images with": "pulls images for",
    "runs on": "carries",
    "is bound to": "bound to",
    "is reached by": "reaches",
}
_TEMPLATED = (*served.WORKLOADS[:5], served.POD)


async def users_of(lookup: Lookup, document: Document, ref: ObjectRef) -> tuple[Relation, ...]:
    """What uses the object, by the usual references."""
    if served.served_as(ref) is None:
        return ()
    asking = _ASKING.get(ref.kind, ())
    found = await asyncio.gather(*(one(lookup, document, ref) for one in asking))
    return bounded(lookup, [one for part in found for one in part], f"users of {ref}")


async def _workloads(lookup: Lookup, document: Document, ref: ObjectRef) -> list[Relation]:
    """Workloads and pods whose template refers to it; pods stand under what made them."""
    lists = await asyncio.gather(*(lookup.objects(one, ref.namespace) for one in _TEMPLATED))
    *made, pods = (
        [(kind, one, how) for one in every if (how := _how(one, kind, ref))]
        for kind, every in zip(_TEMPLATED, lists, strict=True)
    )
    parents = await _parents(lookup, ref.namespace, pods)
    found: list[Relation] = []
    placed: set[ObjectRef] = set()
    for kind, one, how in (workload for every in made for workload in every):
        if _is_made(one):
            continue
        below = [entry for entry in pods if parents.get(ref_of(*_pair(entry))) == ref_of(kind, one)]
        placed.update(ref_of(*_pair(entry)) for entry in below)
        inner = bounded(lookup, [relation("owns", *_pair(entry)) for entry in below], "pods")
        found.append(relation(how, kind, one, inner))
    for entry in pods:
        if ref_of(*_pair(entry)) not in placed:
            found.append(relation(entry[2], *_pair(entry)))
    return found


def _pair(entry: tuple[Served, Document, str]) -> tuple[Served, Document]:
    return entry[0], entry[1]


def _how(document: Document, kind: Served, ref: ObjectRef) -> str:
    """How a workload uses `ref`; empty when it does not."""
    template = {"spec": map_at(template_of(document, kind.kind), "spec")}
    namespace = name_at(document, "metadata", "namespace")
    if ref.kind == "ServiceAccount" and ref.name == "default":
        account = name_at(template, "spec", "serviceAccountName")
        if account in ("", "default") and template["spec"]:
            return "account of"
    pod = served.POD.ref(namespace, "")
    for use in uses_of(template, pod):
        if (use.ref.kind, use.ref.namespace, use.ref.name) == (ref.kind, ref.namespace, ref.name):
            return _PASSIVE.get(use.how, "used by")
    return ""


def _is_made(document: Document) -> bool:
    """Whether a controller with a template of its own made it: a job of a cron job."""
    owners = maps_at(document, "metadata", "ownerReferences")
    return any(one.get("kind") in ("CronJob", "Deployment") for one in owners)


async def _parents(
    lookup: Lookup, namespace: str, pods: Iterable[tuple[Served, Document, str]]
) -> dict[ObjectRef, ObjectRef]:
    """The workload behind each pod: over ReplicaSets and jobs to what made them."""
    entries = [(ref_of(*_pair(one)), owner_refs(one[1], namespace)) for one in pods]
    direct = {pod: owners[0][0] for pod, owners in entries if owners}
    between: dict[ObjectRef, ObjectRef] = {}
    for kind in (served.REPLICA_SET, served.JOB):
        if any(owner.kind == kind.kind for owner in direct.values()):
            for one in await lookup.objects(kind, namespace, metadata=kind is served.REPLICA_SET):
                if owners := owner_refs(one, namespace):
                    between[ref_of(kind, one)] = owners[0][0]
    return {pod: between.get(owner, owner) for pod, owner in direct.items()}


async def _selectors(lookup: Lookup, document: Document, ref: ObjectRef) -> list[Relation]:
    """Services, budgets and network policies whose selector matches its pods."""
    template = template_of(document, ref.kind)
    labels = labels_at(template, "metadata", "labels")
    asked = (
        (served.SERVICE, "selected by"),
        (served.BUDGET, "protected by"),
        (served.NETWORK_POLICY, "subject to"),
    )
    lists = await asyncio.gather(*(lookup.objects(kind, ref.namespace) for kind, _ in asked))
    return [
        relation(how, kind, one)
        for (kind, how), every in zip(asked, lists, strict=True)
        for one in every
        if selects(one, kind.kind, labels)
    ]


async def _scalers(lookup: Lookup, document: Document, ref: ObjectRef) -> list[Relation]:
    found = await lookup.objects(served.SCALER, ref.namespace)
    return [
        relation("scaled by", served.SCALER, one)
        for one in found
        if (
            name_at(one, "spec", "scaleTargetRef", "kind"),
            name_at(one, "spec", "scaleTargetRef", "name"),
        )
        == (ref.kind, ref.name)
    ]


async def _routes(lookup: Lookup, document: Document, ref: ObjectRef) -> list[Relation]:
    """Ingresses and routes that lead to a service, and whether other clusters have it."""
    ingresses, routes, exports = await asyncio.gather(
        lookup.objects(served.INGRESS, ref.namespace),
        lookup.objects(served.ROUTE, ref.namespace),
        lookup.objects(served.EXPORT, ref.namespace, fields=f"metadata.name={ref.name}"),
    )
    found = [
        relation("routed to by", served.INGRESS, one)
        for one in ingresses
        if ref.name in backends_of(map_at(one, "spec"))
    ]
    wanted = (ref.namespace, ref.name)
    found += [
        relation("routed to by", served.ROUTE, one)
        for one in routes
        if wanted in route_backends(map_at(one, "spec"), ref.namespace)
    ]
    return [*found, *(relation("exported by", served.EXPORT, one) for one in exports)]


async def _certificates(lookup: Lookup, document: Document, ref: ObjectRef) -> list[Relation]:
    """Ingresses that show the certificate of a Secret."""
    found = await lookup.objects(served.INGRESS, ref.namespace)
    return [
        relation("shown by", served.INGRESS, one)
        for one in found
        if any(name_at(tls, "secretName") == ref.name for tls in maps_at(one, "spec", "tls"))
    ]


async def _bindings(lookup: Lookup, document: Document, ref: ObjectRef) -> list[Relation]:
    """Bindings that give an account or a role something."""
    role = ref.kind in ("Role", "ClusterRole")
    lists = await asyncio.gather(
        lookup.objects(served.BINDING, ref.namespace),
        *([] if ref.kind == "Role" else [lookup.objects(served.CLUSTER_BINDING)]),
    )
    found: list[Relation] = []
    for kind, every in zip((served.BINDING, served.CLUSTER_BINDING), lists, strict=False):
        for one in every:
            if _grants(one, ref) if role else _binds(one, ref):
                grant = name_at(one, "roleRef", "name")
                how = "granted by" if role else "bound by"
                words = "" if role else f"grants {grant}"
                found.append(Relation(how, ref_of(kind, one), words))
    return found


def _grants(binding: Document, ref: ObjectRef) -> bool:
    role = map_at(binding, "roleRef")
    return (role.get("kind"), name_at(role, "name")) == (ref.kind, ref.name)


def _binds(binding: Document, ref: ObjectRef) -> bool:
    where = name_at(binding, "metadata", "namespace")
    return any(
        one.get("kind") == "ServiceAccount"
        and name_at(one, "name") == ref.name
        and (name_at(one, "namespace") or where) == ref.namespace
        for one in maps_at(binding, "subjects")
    )


def _of_class(kind: Served, *path: str) -> Asking:
    async def find(lookup: Lookup, document: Document, ref: ObjectRef) -> list[Relation]:
        found = await lookup.objects(kind)
        return [relation("class of", kind, one) for one in found if name_at(one, *path) == ref.name]

    return find


async def _stateful(lookup: Lookup, document: Document, ref: ObjectRef) -> list[Relation]:
    """StatefulSets that are reached by a service."""
    found = await lookup.objects(served.STATEFUL_SET, ref.namespace)
    return [
        relation("reaches", served.STATEFUL_SET, one)
        for one in found
        if name_at(one, "spec", "serviceName") == ref.name
    ]


Asking = Callable[[Lookup, Document, ObjectRef], Awaitable[Sequence[Relation]]]
_ASKING: Mapping[str, tuple[Asking, ...]] = {
    "ConfigMap": (_workloads,),
    "Secret": (_workloads, _certificates),
    "ServiceAccount": (_workloads, _bindings),
    "PersistentVolumeClaim": (_workloads,),
    "Service": (_routes, _stateful),
    "Pod": (_selectors,),
    "Deployment": (_selectors, _scalers),
    "StatefulSet": (_selectors, _scalers),
    "DaemonSet": (_selectors,),
    "ReplicaSet": (_selectors, _scalers),
    "Role": (_bindings,),
    "ClusterRole": (_bindings,),
    "IngressClass": (_of_class(served.INGRESS, "spec", "ingressClassName"),),
    "StorageClass": (
        _of_class(served.CLAIM, "spec", "storageClassName"),
        _of_class(served.VOLUME, "spec", "storageClassName"),
    ),
}
