"""What an object owns, selects and carries: the tree below it.

Found by owner references, selectors and the fields that refer to it, in the object's namespace or,
for a node, in all. Bounded: what is more is counted in words.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence

from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.inspected import Relation
from mckconsole.domain.trees import map_at, maps_at
from mckconsole.sources.errors import SourceError
from mckconsole.sources.relations import served
from mckconsole.sources.relations.lookup import Document, Lookup
from mckconsole.sources.relations.references import name_at
from mckconsole.sources.relations.selecting import selector_of
from mckconsole.sources.relations.served import Served
from mckconsole.sources.relations.upward import refs_by_uid, standing_of

MAX_BRANCHES = 100
"""Relations under one object."""
_OWNED: Mapping[str, tuple[Served, ...]] = {
    "Deployment": (served.REPLICA_SET,),
    "ReplicaSet": (served.POD,),
    "ReplicationController": (served.POD,),
    "StatefulSet": (served.POD,),
    "DaemonSet": (served.POD,),
    "CronJob": (served.JOB,),
    "Job": (served.POD,),
}
_BY_OTHERS = (
    *(served.DEPLOYMENT, served.STATEFUL_SET, served.DAEMON_SET, served.CRON_JOB, served.JOB),
    *(served.POD, served.SERVICE, served.INGRESS, served.CONFIG_MAP, served.SECRET),
    *(served.CLAIM, served.ACCOUNT),
)
"""What foreign kinds make in their namespace, besides kinds of their own group."""
MAX_OWN_KINDS = 12


def relation(
    how: str, kind: Served, document: Document, below: Iterable[Relation] = ()
) -> Relation:
    """A relation to an object that was read."""
    ref = ref_of(kind, document)
    words, well = standing_of(ref, document)
    return Relation(how, ref, words, well, tuple(below))


def ref_of(kind: Served, document: Document) -> ObjectRef:
    """Its name."""
    where = name_at(document, "metadata", "namespace")
    return kind.ref(where, name_at(document, "metadata", "name"))


def bounded(lookup: Lookup, found: Sequence[Relation], what: str) -> tuple[Relation, ...]:
    """The first of them, what is not well before the rest; how many more there are is said."""
    ordered = sorted(found, key=lambda one: (one.well is not False, one.well is True))
    more = len(ordered) - MAX_BRANCHES
    if more > 0:
        lookup.note(f"{more:,} more {what} are not shown")
    return tuple(ordered[:MAX_BRANCHES])


async def dependents_of(
    lookup: Lookup, document: Document, ref: ObjectRef
) -> tuple[Relation, ...]:  # fmt: skip
    """What is below it."""
    if served.served_as(ref) is None:
        return await _of_foreign(lookup, document, ref)
    match ref.kind:
        case "Service":
            return await _of_service(lookup, document, ref)
        case "Node":
            return await _on_node(lookup, ref)
        case "PodDisruptionBudget" | "NetworkPolicy":
            return await _selected(lookup, document, ref)
    return await _owned(lookup, document, ref)


async def _owned(lookup: Lookup, document: Document, ref: ObjectRef) -> tuple[Relation, ...]:
    """What it owns, and what that owns in turn."""
    found: list[Relation] = []
    uid = name_at(document, "metadata", "uid")
    for kind in _OWNED.get(ref.kind, ()):
        selector = ""
        if ref.kind != "CronJob":
            selector = selector_of(document, ref.kind) or ""
        every = await lookup.objects(kind, ref.namespace, labels=selector)
        for one in refs_by_uid(every, uid):
            child = ref_of(kind, one)
            below = await _owned(lookup, one, child) if kind.kind in _OWNED else ()
            found.append(relation("owns", kind, one, below))
    return bounded(lookup, _with_life_first(found), f"objects of {ref}")


def _with_life_first(found: list[Relation]) -> list[Relation]:
    """Old ReplicaSets, which have nothing, come last."""
    return sorted(found, key=lambda one: not one.below and one.words == "scaled to 0")


async def _selected(lookup: Lookup, document: Document, ref: ObjectRef) -> tuple[Relation, ...]:
    selector = selector_of(document, ref.kind)
    if selector is None:
        return ()
    pods = await lookup.objects(served.POD, ref.namespace, labels=selector)
    found = [relation("selects", served.POD, one) for one in pods]
    return bounded(lookup, found, "pods")


async def _on_node(lookup: Lookup, ref: ObjectRef) -> tuple[Relation, ...]:
    pods = await lookup.objects(served.POD, fields=f"spec.nodeName={ref.name}")
    return bounded(lookup, [relation("runs", served.POD, one) for one in pods], "pods")


async def _of_service(lookup: Lookup, document: Document, ref: ObjectRef) -> tuple[Relation, ...]:
    """Its endpoint slices with the pods that they lead to, and what is selected but in none."""
    selector = selector_of(document, "Service")
    mark = f"kubernetes.io/service-name={ref.name}"
    slices, pods = await asyncio.gather(
        lookup.objects(served.SLICE, ref.namespace, labels=mark),
        lookup.objects(served.POD, ref.namespace, labels=selector) if selector else _none(),
    )
    by_name = {name_at(one, "metadata", "name"): one for one in pods}
    found, reached = [], set()
    for one in slices:
        below = []
        for endpoint in maps_at(one, "endpoints"):
            target = map_at(endpoint, "targetRef")
            if target.get("kind") != "Pod":
                continue
            name = name_at(target, "name")
            reached.add(name)
            below.append(_endpoint(endpoint, name, ref.namespace, by_name.get(name)))
        found.append(relation("has endpoints", served.SLICE, one, bounded(lookup, below, "pods")))
    found += [
        relation("selects, not in its endpoints", served.POD, one)
        for name, one in by_name.items()
        if name not in reached
    ]
    return bounded(lookup, found, "pods")


def _endpoint(endpoint: Document, name: str, namespace: str, pod: Document | None) -> Relation:
    """A pod that a slice leads to, by its own words where it was read."""
    ready = map_at(endpoint, "conditions").get("ready") is not False
    ref = served.POD.ref(namespace, name)
    words, well = standing_of(ref, pod) if pod is not None else ("", ready)
    if not ready:
        words = ", ".join(filter(None, (words, "not ready as an endpoint")))
    return Relation("leads to", ref, words, well and ready)


async def _none() -> Sequence[Document]:
    return ()


async def _of_foreign(lookup: Lookup, document: Document, ref: ObjectRef) -> tuple[Relation, ...]:
    """What a foreign kind owns in its namespace: the usual kinds, and those of its own group."""
    uid = name_at(document, "metadata", "uid")
    if not ref.namespace:
        lookup.note("what an object of the whole cluster owns is not looked for")
        return ()
    kinds = [*_BY_OTHERS, *await _own_group(lookup, ref)]
    lists = await asyncio.gather(
        *(lookup.objects(kind, ref.namespace, metadata=True) for kind in kinds)
    )
    found = []
    for kind, every in zip(kinds, lists, strict=True):
        for one in refs_by_uid(every, uid):
            found.append(await _grown(lookup, kind, one))
    lookup.note(
        "owned objects of other API groups than its own and the usual ones are not looked for"
    )
    return bounded(lookup, found, f"objects of {ref}")


async def _grown(lookup: Lookup, kind: Served, lean: Document) -> Relation:
    """An owned object with how it stands, and what it owns in turn."""
    ref = ref_of(kind, lean)
    if kind.kind not in _OWNED and kind.kind != "Pod":
        return Relation("owns", ref)
    found = await lookup.one(ref)
    document = found.document or lean
    below = await _owned(lookup, document, ref) if kind.kind in _OWNED else ()
    return relation("owns", kind, document, below) if found.document else Relation("owns", ref)


async def _own_group(lookup: Lookup, ref: ObjectRef) -> Sequence[Served]:
    try:
        every = await lookup.kinds(ref.api_version)
    except SourceError as error:
        lookup.note(f"what else {ref.api_version} serves is not known: {error}")
        return ()
    return [one for one in every if one.namespaced][:MAX_OWN_KINDS]
