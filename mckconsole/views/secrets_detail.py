"""Everything behind one credential: where it lies, who wrote it, who can read it, what to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mckconsole.analysis.engine import Analysis
from mckconsole.analysis.secrets.model import Consumer, Credential, Place
from mckconsole.analysis.secrets.verdict import rule_of
from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.text import shorten
from mckconsole.domain.wording import listed
from mckconsole.views.detail import (
    Block,
    Detail,
    IdentityTarget,
    Line,
    ObjectTarget,
    SecretTarget,
    Span,
)
from mckconsole.views.explain import MAX_VALUE, count, fact, remark, stated
from mckconsole.views.identity_detail import evidence_of, findings_block, fix_blocks
from mckconsole.views.identity_links import age_of
from mckconsole.views.secrets import find_credential
from mckconsole.views.secrets_cells import (
    NOBODY,
    TIER_WORDS,
    first_written,
    severity_cell,
    severity_role,
    short_fingerprint,
    waiver_of,
)
from mckconsole.views.secrets_reach import readers_block, reads_block
from mckconsole.views.secrets_spec import CREDENTIAL
from mckconsole.views.spec import Role

_MOST = 40
"""Places that are listed before the rest is counted; the grouping by place has them all."""
_MOST_OTHERS = 12
_MOST_USES = 3
"""Ways in which a workload uses an object that are named."""
_VERSIONS = {
    "Deployment": "apps/v1", "StatefulSet": "apps/v1", "DaemonSet": "apps/v1",
    "ReplicaSet": "apps/v1", "Job": "batch/v1", "CronJob": "batch/v1", "Pod": "v1",
}  # fmt: skip


def credential_detail(
    snapshot: FleetSnapshot, analysis: Analysis, row_id: str
) -> Detail | None:  # fmt: skip
    """The document of one credential; None when it is gone."""
    credential = find_credential(analysis, row_id)
    if credential is None:
        return None
    waiver = waiver_of(analysis, credential)
    role = severity_role(credential.severity, waiver)
    words = severity_cell(credential.severity, waiver).text
    places = count(len(credential.places), "place")
    clusters = count(len(credential.clusters), "cluster")
    findings = (credential.finding, *credential.related)
    reads = reads_block(snapshot, credential)
    return Detail(
        title=f"{credential.title} {short_fingerprint(credential.fingerprint)}".rstrip(),
        words=f"{words}  tier {credential.tier.value}  in {places}, {clusters}",
        role=role,
        blocks=(
            Block(lines=tuple(_heading(analysis, credential, role))),
            _places(snapshot, credential),
            readers_block(snapshot, analysis, credential),
            *((reads,) if reads else ()),
            _consumers(credential.consumers, credential.rule),
            *_namesakes(analysis, credential),
            findings_block(findings, waived=analysis.waived),
            *fix_blocks(findings),
            evidence_of(snapshot, findings, (), dict.fromkeys(credential.clusters, role)),
        ),
    )


def _heading(analysis: Analysis, credential: Credential, role: Role) -> Iterator[Line]:
    waiver = waiver_of(analysis, credential)
    if waiver:
        yield Line((Span(waiver.words, Role.DIM),), indent=2)
    if credential.reason:
        yield Line((stated(role, credential.reason),), indent=2)
    seen = credential.places[0].sighting
    facts = [f"{name} {value}" for name, value in _facts(credential)]
    shown = f"begins {seen.prefix}" if seen.prefix else ""
    shape = ", ".join(filter(None, (f"{seen.length} characters", seen.charset)))
    shape = shape if seen.length else ""
    public = " · ".join(filter(None, (*facts, shown, shape)))
    if public:
        yield fact("public", shorten(public, MAX_VALUE))
    proof = dict.fromkeys(one.sighting.proof for one in credential.places if one.sighting.proof)
    certain = f"tier {credential.tier.value}, {TIER_WORDS[credential.tier]}"
    yield fact("proof", "; ".join((certain, *proof)))
    if credential.fingerprint:
        short = short_fingerprint(credential.fingerprint)
        note = Span("  the same for equal ones, for as long as this process runs", Role.DIM)
        yield fact("fp", short, note)
    yield fact("rule", credential.rule)


def _facts(credential: Credential) -> Sequence[tuple[str, str]]:
    """What it says of itself that is public, each once."""
    return tuple(dict.fromkeys(one for place in credential.places for one in place.sighting.facts))


def _places(snapshot: FleetSnapshot, credential: Credential) -> Block:
    lines: list[Line] = []
    proofs = {one.sighting.proof for one in credential.places}
    for place in credential.places[:_MOST]:
        lines += _place_lines(snapshot, place, proof=len(proofs) > 1)
    if len(credential.places) > _MOST:
        lines.append(remark(f"and {len(credential.places) - _MOST} more: v lists all, by place"))
    note = f"{count(len(credential.places), 'place')}, {count(len(credential.clusters), 'cluster')}"
    return Block("Where it lies", note, lines=tuple(lines))


def _place_lines(snapshot: FleetSnapshot, place: Place, *, proof: bool) -> Iterator[Line]:
    """`aws-use1-1  Secret billing/s3-legacy  data['KEY']`, who wrote it when, and where that is to
    be said of each place, what proves it there."""
    target, written = ObjectTarget(place.cluster, place.object), first_written(snapshot, (place,))
    path = shorten(place.path, MAX_VALUE)
    note = f"{written.text} ago" if written.text else ""
    yield Line(
        (Span(f"{place.cluster}  "), Span(f"{place.object}  "), Span(path, Role.DIM)),
        target,
        4,
        note,
    )
    words = [f"written by {written.writer or 'nobody known'}"]
    if place.sighting.written:
        words[0] += f" at {place.sighting.written} or before"
    made = age_of(snapshot, place.cluster, place.created)
    words.append(f"owner: {place.owner or NOBODY}")
    words += [f"object made {made} ago"] if made else []
    words += [place.sighting.proof] if proof and place.sighting.proof else []
    yield Line((Span(f"    {' · '.join(words)}", Role.DIM),), indent=6)


def _consumers(found: Sequence[Consumer], rule: str) -> Block:
    """The workloads that use it, and who they are in the clouds without it, where it is one of a
    cloud whose identities could replace it."""
    if not found:
        words = (
            "nobody that is known: no running pod that was read names what it lies in; a job that"
            " runs seldom, or something outside of pods, may use it all the same"
        )
        return Block("Used by", lines=(remark(words),))
    uses: dict[tuple[str, ...], list[Consumer]] = {}
    for one in found:
        uses.setdefault((one.cluster, one.kind, one.namespace, one.name), []).append(one)
    workloads = list(uses.values())
    lines = [_consumer(some, rule) for some in workloads[:_MOST_OTHERS]]
    if len(workloads) > _MOST_OTHERS:
        lines.append(remark(f"and {len(workloads) - _MOST_OTHERS} more"))
    linked = any(one.binding for one in found)
    note = count(len(workloads), "workload") + (" · i opens its identity" if linked else "")
    return Block("Used by", note, lines=tuple(lines))


def _consumer(uses: Sequence[Consumer], rule: str) -> Line:
    """One workload, with every way in which it uses the object."""
    one = next((one for one in uses if one.binding), uses[0])
    how = listed(dict.fromkeys(each.how for each in uses), _MOST_USES, between="; ")
    spans = [Span(f"{one.cluster}  {one.kind} {one.namespace}/{one.name}  "), Span(how, Role.DIM)]
    if one.identity:
        spans.append(Span(f"  has an identity: {one.identity}"))
    elif rule_of(rule).provider:
        spans.append(Span("  no workload identity of it is known", Role.WARN))
    return Line(tuple(spans), consumer_target(one), 4)


def consumer_target(one: Consumer) -> IdentityTarget | ObjectTarget:
    """Its row of the identity pane; where it has none, the workload."""
    if one.binding:
        return IdentityTarget("workload", one.binding)
    ref = ObjectRef(_VERSIONS.get(one.kind, "v1"), one.kind, one.namespace, one.name)
    return ObjectTarget(one.cluster, ref)


def identity_of(analysis: Analysis, row_id: str) -> IdentityTarget | None:
    """The first workload that uses it and is known to the identity pane."""
    credential = find_credential(analysis, row_id)
    for one in credential.consumers if credential else ():
        if one.binding:
            return IdentityTarget("workload", one.binding)
    return None


def _namesakes(analysis: Analysis, credential: Credential) -> Iterator[Block]:
    """Other credentials of this kind at the same place of other clusters: the same object with
    another value."""
    own = {(one.object.kind, one.object.namespace, one.object.name, one.sighting.key): one.cluster
           for one in credential.places}  # fmt: skip
    found: list[tuple[Credential, Place]] = []
    for other in analysis.secrets.credentials:
        if other is credential or other.rule != credential.rule:
            continue
        for place in other.places:
            ref = place.object
            key = (ref.kind, ref.namespace, ref.name, place.sighting.key)
            if key in own and place.cluster != own[key]:
                found.append((other, place))
                break
    if found:
        lines = [
            Line(
                (
                    Span(f"{place.cluster}  {place.object}  "),
                    Span(f"another value  {short_fingerprint(other.fingerprint)}", Role.DIM),
                ),
                SecretTarget(CREDENTIAL, other.id),
                4,
            )
            for other, place in found[:_MOST_OTHERS]
        ]
        if len(found) > _MOST_OTHERS:
            lines.append(remark(f"and {len(found) - _MOST_OTHERS} more"))
        yield Block("At the same place elsewhere", count(len(found), "credential"),
                    lines=tuple(lines))  # fmt: skip


def credential_line(analysis: Analysis, credential: Credential, places: Sequence[Place]) -> Line:
    """`✖ critical  AWS access key  Secret billing/s3-legacy`, which opens it."""
    waiver = waiver_of(analysis, credential)
    cell = severity_cell(credential.severity, waiver)
    where = str(places[0].object) + (f" +{len(places) - 1}" if len(places) > 1 else "")
    spans = (
        Span(f"{cell.text:<10}", cell.role),
        Span(f"  {credential.title}  "),
        Span(f"{where}  {short_fingerprint(credential.fingerprint)}", Role.DIM),
    )
    return Line(spans, SecretTarget(CREDENTIAL, credential.id), 12)
