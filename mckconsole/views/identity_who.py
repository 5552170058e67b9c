"""Who can change the cloud identity of a service account, by Kubernetes RBAC alone.

Grouped by the way: to point the account elsewhere, to run as it, to have its token. What is outside
RBAC is said first, and what of RBAC was not read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from mckconsole.analysis.engine import Analysis
from mckconsole.analysis.identity.model import AccountKey
from mckconsole.analysis.rbac import (
    OUTSIDE,
    SCOPE,
    Grant,
    RbacIndex,
    Reach,
    Way,
    unread,
    who_can_change_binding,
)
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.text import shorten
from mckconsole.views.detail import Block, Detail, Line, ObjectTarget, Span
from mckconsole.views.explain import MAX_VALUE, count, remark, stated, unknown
from mckconsole.views.spec import GLYPHS, Role

MOST = 40
"""Grants of one way that are listed before the rest is counted."""


@lru_cache(4)
def _reach(index: RbacIndex, namespace: str, name: str) -> Reach:
    """The answer of a moment ago, while RBAC is the same: the screen is made with every frame."""
    return who_can_change_binding(index, namespace, name)


def account_key(row_id: str) -> AccountKey:
    """The service account of a row's id; neither part of it holds a slash but the cluster's name.

    Raises:
        ValueError: it is no such id.
    """
    cluster, namespace, name = row_id.rsplit("/", 2)
    return AccountKey(cluster, namespace, name)


def who_detail(snapshot: FleetSnapshot, analysis: Analysis, row_id: str) -> Detail | None:
    """The document about one service account; None when its cluster is gone."""
    key = account_key(row_id)
    facts, held = analysis.identity.clusters.get(key.cluster), snapshot.clusters.get(key.cluster)
    if facts is None or held is None:
        return None
    title = f"who can change {key.namespace}/{key.name}"
    gap = unread(held)
    heading = Block(lines=tuple(_outside(key, gap)))
    if facts.rbac is None:
        words = f"{GLYPHS[Role.UNKNOWN]} not read"
        why = unknown(f"roles and bindings of {key.cluster} were not read: {gap or 'not asked'}")
        return Detail(title, words, Role.UNKNOWN, (heading, Block(lines=(Line((why,)),))))
    reach = _reach(facts.rbac, key.namespace, key.name)
    subjects = len(reach.subjects())
    doubt = f", {GLYPHS[Role.UNKNOWN]} perhaps more" if gap else ""
    blocks = [heading]
    blocks += [way_block(key.cluster, way, "Direct") for way in reach.direct if others_of(way)]
    blocks += [way_block(key.cluster, way, "Indirect") for way in reach.indirect if others_of(way)]
    if len(blocks) == 1:
        blocks.append(_nobody(gap))
    blocks += builtin_block(reach.grants(builtin=True))
    words = f"{count(subjects, 'subject')}{doubt} · {SCOPE}"
    return Detail(title, words, Role.UNKNOWN if gap else Role.PLAIN, tuple(blocks))


def _outside(key: AccountKey, gap: str) -> Iterator[Line]:
    place = f"ServiceAccount {key.namespace}/{key.name} of {key.cluster}"
    ref = _account(key)
    yield Line((Span(place),), ref)
    yield Line((Span(OUTSIDE, Role.DIM),), indent=2)
    if gap:
        yield Line((unknown(f"not all was read: {gap}"),), indent=2)


def _account(key: AccountKey) -> ObjectTarget:
    from mckconsole.views.identity_account_detail import account_object

    return account_object(key)


def _nobody(gap: str) -> Block:
    if gap:
        return Block(lines=(Line((unknown("nobody by what was read, which is not all"),)),))
    return Block(lines=(remark("nobody, by RBAC, but whoever is outside of it"),))


def others_of(way: Way) -> list[Grant]:
    """The grants of those who are no part of Kubernetes itself."""
    return [grant for grant in way.grants if not grant.builtin]


def way_block(cluster: str, way: Way, how: str) -> Block:
    """Everybody to whom it is open but Kubernetes itself."""
    others = others_of(way)
    lines: list[Line] = []
    if way.through:
        names = ", ".join(map(str, way.through[:MOST]))
        lines.append(Line((Span(f"through {names}", Role.DIM),), indent=2))
    for grant in others[:MOST]:
        lines += _grant(cluster, grant)
    if len(others) > MOST:
        lines.append(remark(f"and {count(len(others) - MOST, 'grant')} more"))
    who = len({grant.subject for grant in others})
    heading = f"{how}: {way.kind.words}"
    return Block(heading, count(who, "subject"), lines=tuple(lines))


def builtin_block(grants: Iterable[Grant]) -> Iterator[Block]:
    """Kubernetes' own components, which hold everywhere what they always hold."""
    names = sorted({grant.subject.name for grant in grants if grant.builtin})
    if names:
        yield Block(
            "Kubernetes itself", count(len(names), "subject"), lines=(remark(", ".join(names)),)
        )


def _grant(cluster: str, grant: Grant) -> Iterator[Line]:
    """The subject and where it holds; below, by which binding, role and rule."""
    loud = grant.subject.public or grant.subject.name == "system:authenticated"
    where = f"in {grant.namespace}" if grant.namespace else "in all namespaces"
    who = stated(Role.CRITICAL, str(grant.subject)) if loud else Span(str(grant.subject))
    group = "  members are not known to Kubernetes" if grant.subject.opaque else ""
    yield Line((who, Span(f"  {where}{group}", Role.DIM)), ObjectTarget(cluster, grant.binding), 4)
    named = f" named {', '.join(grant.resource_names)}" if grant.resource_names else ""
    what = f"{'/'.join(grant.verbs)} {', '.join(grant.resources)}{named}"
    path = f"    {grant.binding} → {grant.role} {grant.rule_path}: {what}"
    target = ObjectTarget(cluster, grant.role)
    yield Line((Span(shorten(path, MAX_VALUE), Role.DIM),), target, 6)
