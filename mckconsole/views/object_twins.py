"""The object of the same name in other clusters: how it stands there, and what is not the same."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mckconsole.analysis.sameness.fields import fields_of
from mckconsole.analysis.sameness.names import names_of
from mckconsole.analysis.sameness.own import is_scaled
from mckconsole.analysis.sameness.sidebyside import ComparedField, Side, compare
from mckconsole.domain.inspected import ObjectFacts
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.standing import standing
from mckconsole.domain.text import shorten
from mckconsole.domain.trees import maps_at
from mckconsole.views.detail import Block, InspectTarget, Line, Span
from mckconsole.views.explain import count, remark, stated
from mckconsole.views.object_parts import role_of
from mckconsole.views.spec import Role

HEADING = "In other clusters"
MAX_CLUSTERS = 24
"""Clusters that are asked: one request each."""
MAX_SHOWN = 12
MAX_WHY = 160
_TELLING = ("image", "replicas")
"""Areas that say more than a path."""
_FIELDS = 2
"""Fields that are told; `=` shows all."""
_PASSING = frozenset(
    ("Pod", "ReplicaSet", "ControllerRevision", "EndpointSlice", "Event", "Node", "Lease",
     "PersistentVolume", "VolumeAttachment", "CSINode")
)  # fmt: skip
"""Kinds whose names are made up by what makes them: elsewhere they are others."""


@dataclass(frozen=True, slots=True)
class Twin:
    """What another cluster has under the object's name."""

    cluster: str
    facts: ObjectFacts | None = None
    gone: bool = False
    """It was asked and has none."""
    why: str = ""
    """Why that is not known."""
    differing: tuple[ComparedField, ...] = ()


def has_twins(facts: ObjectFacts) -> bool:
    """Whether an object of this name means the same elsewhere: its name was chosen by people."""
    owners = maps_at(facts.tree, "metadata", "ownerReferences")
    return facts.ref.kind not in _PASSING and not any(one.get("controller") for one in owners)


def differences(
    snapshot: FleetSnapshot | None, own: ObjectFacts, other: ObjectFacts
) -> tuple[ComparedField, ...]:
    """The fields that are not the same in both, but for what is each cluster's own."""
    sides = [_side(snapshot, one) for one in (own, other)]
    return compare(own.ref, sides).differing


def _side(snapshot: FleetSnapshot | None, facts: ObjectFacts) -> Side:
    held = snapshot.clusters.get(facts.cluster) if snapshot is not None else None
    names = names_of(facts.cluster, held.context if held else "", held.server if held else "")
    scaled = is_scaled((one.name, one.subresource) for one in facts.managers)
    return Side(facts.cluster, fields_of(facts.tree, names, scaled=scaled))


def twin_block(own: ObjectFacts, twins: Iterable[Twin]) -> Block | None:
    """What differs first; None where no other cluster is looked at."""
    every = list(twins)
    if not every:
        return None
    found = sorted((one for one in every if not one.gone), key=_rank)
    gone = sorted(one.cluster for one in every if one.gone)
    there = [one for one in found if one.facts is not None]
    differ = sum(bool(one.differing) for one in there)
    note = f"{count(len(there), 'cluster')} has it" if len(there) == 1 else f"{len(there)} have it"
    note += f", {differ} not the same (=)" if differ else ", all the same" if there else ""
    lines = [_line(own, one) for one in found[:MAX_SHOWN]]
    if len(found) > MAX_SHOWN:
        lines.append(remark(f"  and {len(found) - MAX_SHOWN} more clusters: = compares all"))
    if gone:
        lines.append(Line((Span(f"· not there: {', '.join(gone)}", Role.DIM),), indent=4))
    return Block(HEADING, note, lines=tuple(lines))


def _rank(one: Twin) -> tuple[int, str]:
    if one.facts is None:
        return 2, one.cluster
    well = standing(one.facts.ref, one.facts.tree).well
    return (0 if one.differing or well is False else 1), one.cluster


def _line(own: ObjectFacts, one: Twin) -> Line:
    target = InspectTarget(one.cluster, own.ref)
    if one.facts is None:
        why = shorten(one.why.removeprefix(f"{one.cluster} is "), MAX_WHY)
        return Line((stated(Role.UNKNOWN, one.cluster), Span(f"  {why}", Role.DIM)), None, 4)
    how = standing(one.facts.ref, one.facts.tree)
    spans = [stated(role_of(how), one.cluster) if how.words else Span(f"· {one.cluster}")]
    spans.append(Span(f"  {how.words}"))
    spans += _said(one)
    return Line(tuple(spans), target, 4)


def _said(one: Twin) -> list[Span]:
    if not one.differing:
        return [Span("  the same as here", Role.DIM)]
    words = "; ".join(_there(field, one.cluster) for field in one.differing[:_FIELDS])
    more = len(one.differing) - _FIELDS
    spans = [Span("  there: ", Role.WARN), Span(words)]
    return [*spans, Span(f" and {count(more, 'more field')}", Role.DIM)] if more > 0 else spans


def _there(field: ComparedField, cluster: str) -> str:
    """What the other cluster has: `image = web:1.3`."""
    found = field.values.get(cluster)
    name = field.area if field.area in _TELLING else field.path
    value = "not set" if found is None else shorten(" ".join(found.value.split()), 80)
    return f"{shorten(name, 80)} = {value}"
