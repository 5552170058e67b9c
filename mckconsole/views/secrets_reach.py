"""Who can read what a credential lies in, by Kubernetes RBAC alone, and who did by the logs.

At once, or in one more step. What is outside RBAC is said first, and what of RBAC was not read; of
logs, what they cover: that they name nobody does not mean that nobody read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from mckconsole.analysis.engine import Analysis
from mckconsole.analysis.rbac import OUTSIDE, SCOPE, RbacIndex, Reach, unread
from mckconsole.analysis.secrets.access import component
from mckconsole.analysis.secrets.model import Credential, Place
from mckconsole.analysis.secrets.reach import Reaches, readers_of, who_can_read_place
from mckconsole.domain.access_log import SecretAccess
from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.text import shorten
from mckconsole.views.detail import Block, Detail, Line, ObjectTarget, ReadersTarget, Span
from mckconsole.views.explain import MAX_VALUE, count, moment, remark, unknown
from mckconsole.views.identity_who import builtin_block, others_of, way_block
from mckconsole.views.secrets import find_credential
from mckconsole.views.secrets_groups import find_place
from mckconsole.views.spec import GLYPHS, Role

MOST = 8
"""Objects whose readers are told before the rest is counted."""
_MOST_READS = 12
_reaches = Reaches()


@lru_cache(2 * MOST)
def _reach(index: RbacIndex, place: Place) -> Reach:
    """The answer of a moment ago, while RBAC is the same: the screen is made with every frame."""
    return who_can_read_place(index, place)


def objects_of(credential: Credential) -> tuple[Place, ...]:
    """One place for each object that holds it, in their order."""
    found: dict[tuple[str, ObjectRef], Place] = {}
    for place in credential.places:
        found.setdefault((place.cluster, place.object), place)
    return tuple(found.values())


def readers_block(snapshot: FleetSnapshot, analysis: Analysis, credential: Credential) -> Block:
    """How many can read each object, at once and in one more step."""
    found = objects_of(credential)
    lines = [_readers_line(snapshot, analysis, credential, one) for one in found[:MOST]]
    if len(found) > MOST:
        lines.append(remark(f"and {count(len(found) - MOST, 'object')} more: w shows all"))
    return Block("Who can read it", "w shows them", lines=tuple(lines))


def _readers_line(
    snapshot: FleetSnapshot, analysis: Analysis, credential: Credential, place: Place
) -> Line:
    facts = analysis.identity.clusters.get(place.cluster)
    index, held = facts.rbac if facts else None, snapshot.clusters.get(place.cluster)
    head = Span(f"{place.cluster} {place.object}  ", Role.DIM)
    target = ReadersTarget(credential.id, place.id)
    gap = unread(held) if held else "the cluster is not in this fleet"
    if index is None:
        return Line(
            (head, unknown(f"roles and bindings were not read: {gap or 'not asked'}")), target, 4
        )
    words = Span(_reaches.of(index, place).words)
    doubt = (Span("  "), unknown("perhaps more: not all was read")) if gap else ()
    return Line((head, words, *doubt), target, 4)


def readers_detail(
    snapshot: FleetSnapshot, analysis: Analysis, target: ReadersTarget
) -> Detail | None:
    """The lists, of one place or of every object of a credential; None when it is gone."""
    credential = find_credential(analysis, target.id)
    if credential is None:
        return None
    chosen = find_place(analysis, target.place) if target.place else None
    places = (chosen[1],) if chosen else objects_of(credential)
    blocks = [Block(lines=(remark(OUTSIDE),))]
    for place in places[:MOST]:
        blocks += _place_blocks(snapshot, analysis, place)
    if len(places) > MOST:
        more = count(len(places) - MOST, "object")
        blocks.append(Block(lines=(remark(f"and {more} more: open them by place (v)"),)))
    whose = str(places[0].object) if len(places) == 1 else credential.title
    words = f"{count(len(places), 'object')} · {SCOPE}"
    return Detail(f"who can read {whose}", words, Role.PLAIN, tuple(blocks))


def _place_blocks(snapshot: FleetSnapshot, analysis: Analysis, place: Place) -> Iterator[Block]:
    facts = analysis.identity.clusters.get(place.cluster)
    held = snapshot.clusters.get(place.cluster)
    gap = unread(held) if held else "the cluster is not in this fleet"
    where = f"{place.cluster} {place.object}"
    own = ObjectTarget(place.cluster, place.object)
    if facts is None or facts.rbac is None:
        why = unknown(f"roles and bindings of {place.cluster} were not read: {gap or 'not asked'}")
        yield Block(where, lines=(Line((Span(str(place.object)),), own), Line((why,))))
        return
    reach = _reach(facts.rbac, place)
    lines = [Line((Span(readers_of(reach).words),), own)]
    if gap:
        lines.append(Line((unknown(f"not all was read: {gap}"),)))
    yield Block(where, lines=tuple(lines))
    yield from (way_block(place.cluster, one, "Direct") for one in reach.direct if others_of(one))
    yield from (
        way_block(place.cluster, one, "Indirect") for one in reach.indirect if others_of(one)
    )
    yield from builtin_block(reach.grants(builtin=True))


def reads_of(snapshot: FleetSnapshot, places: Iterable[Place]) -> tuple[SecretAccess, ...]:
    """What the logs say of reads of these Secrets, the last first; whole namespaces are read by
    lists."""
    secrets = [one for one in places if one.object.kind == "Secret"]
    wanted = {(one.cluster, one.object.namespace, one.object.name) for one in secrets}
    names = {(namespace, name) for _, namespace, name in wanted}
    clusters, spaces = {one.cluster for one in secrets}, {namespace for namespace, _ in names}

    def concerns(one: SecretAccess) -> bool:
        if one.cluster and one.cluster not in clusters:
            return False
        if one.name:
            exact = (one.cluster, one.namespace, one.name) in wanted
            return exact or (not one.cluster and (one.namespace, one.name) in names)
        return not one.namespace or one.namespace in spaces

    found = [one for one in snapshot.access.accesses if concerns(one)]
    return tuple(sorted(found, key=lambda one: -one.last))


def reads_block(snapshot: FleetSnapshot, credential: Credential) -> Block | None:
    """Who did read it; None where no log was given."""
    log = snapshot.access
    if not log.files:
        return None
    spans = [(one.first, one.last) for one in log.files if one.first is not None]
    found, now = reads_of(snapshot, credential.places), snapshot.taken_at
    lines = [_read_line(one, now) for one in found[:_MOST_READS]]
    if len(found) > _MOST_READS:
        lines.append(remark(f"and {len(found) - _MOST_READS} more"))
    if not found:
        lines.append(remark("nobody by these logs, which says nothing of other times"))
    for one in log.files:
        if one.trouble:
            lines.append(Line((unknown(f"{one.path}: {one.trouble}"),)))
    note = "no event in the logs"
    if spans:
        ends = [last for _, last in spans if last is not None]
        first = min(first for first, _ in spans if first is not None)
        note = f"logs from {moment(first, now)} to {moment(max(ends, default=first), now)}"
    return Block("Who did read it", note, lines=tuple(lines))


def _read_line(one: SecretAccess, now: float) -> Line:
    what = one.rule or one.verb
    scope = one.name or (f"all of {one.namespace}" if one.namespace else "all namespaces")
    loud = one.verb in ("list", "watch") and one.allowed and not (one.own or component(one.user))
    role = Role.WARN if loud else Role.PLAIN if one.allowed else Role.DIM
    times = f" {one.count} times" if one.count > 1 else ""
    parts = [f"  {what} {scope}{times}"]
    parts += [] if one.allowed else ["  refused"]
    parts += ["  by this console"] if one.own else []
    parts += [f"  by {one.impersonated_by} in that name"] if one.impersonated_by else []
    parts += [f"  pod {one.pod}"] if one.pod else []
    parts += [f"  from {', '.join(one.addresses)}"] if one.addresses else []
    parts += [f"  {', '.join(one.agents)}"] if one.agents else []
    who = Span(f"{GLYPHS.get(role, '·')} {one.user}", role) if loud else Span(one.user, role)
    where = Span(f"{one.cluster} " if one.cluster else "", Role.DIM)
    span = Span(shorten("".join(parts), MAX_VALUE), Role.DIM)
    return Line((where, who, span), None, 4, moment(one.last, now))
