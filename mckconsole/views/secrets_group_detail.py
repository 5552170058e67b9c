"""What is behind a cluster, a namespace or an owner of the secrets pane: all that lies there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mckconsole.analysis.engine import Analysis
from mckconsole.analysis.secrets.model import Coverage, Credential, Place
from mckconsole.domain.findings import Finding
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.views.detail import (
    Block,
    ClusterTarget,
    Detail,
    Line,
    SecretTarget,
    Span,
)
from mckconsole.views.explain import count, fact, finding_line, remark, unknown
from mckconsole.views.secrets_cells import severity_role, waiver_of, worst_cell, worst_role
from mckconsole.views.secrets_coverage import coverage_role, mode_cell
from mckconsole.views.secrets_detail import credential_line
from mckconsole.views.secrets_groups import Held, held_by
from mckconsole.views.secrets_spaces import held_in, namespace_key, others_in
from mckconsole.views.secrets_spec import NAMESPACE
from mckconsole.views.spec import Role

_MOST = 200
"""Credentials that are listed before the rest is counted."""
_BLIND = (
    "only metadata was asked for: what lies in Secrets and ConfigMaps was not looked at;"
    " --scan-values does that, and keeps no value"
)


def cluster_detail(snapshot: FleetSnapshot, analysis: Analysis, name: str) -> Detail | None:
    """How far a cluster was looked at, and what lies there; None when it is gone."""
    found = analysis.secrets.coverage.get(name)
    if found is None:
        return None
    held = held_in(analysis, name)
    role = worst_role((coverage_role(snapshot.clusters.get(name), found),
                       *_roles(analysis, held)))  # fmt: skip
    return Detail(
        name,
        mode_cell(snapshot.clusters.get(name), found).text,
        role,
        (
            Block(lines=tuple(_coverage(snapshot, found))),
            *_closed(found),
            _credentials(analysis, held, others_in(analysis, name), known=found.readable),
        ),
    )


def namespace_detail(snapshot: FleetSnapshot, analysis: Analysis, row_id: str) -> Detail | None:
    """What lies in a namespace; None when nothing does any more."""
    cluster, namespace = namespace_key(row_id)
    found, held = analysis.secrets.coverage.get(cluster), held_in(analysis, cluster, namespace)
    closed = found is not None and namespace in found.forbidden
    if not namespace and found is not None and not found.readable and not held:
        return cluster_detail(snapshot, analysis, cluster)
    if not held and not closed:
        return None
    lines = list(_coverage(snapshot, found)) if found else []
    if closed:
        lines.append(Line((unknown(f"Secrets of {namespace} could not be read: forbidden"),)))
    role = worst_role((*_roles(analysis, held), *((Role.FORBIDDEN,) if closed else ())))
    others = others_in(analysis, cluster, namespace)
    words = worst_cell(analysis, [one for one, _ in held]).text if held else "⊘ forbidden"
    return Detail(
        f"{cluster} {namespace}".rstrip(),
        words,
        role,
        (Block(lines=tuple(lines)), _credentials(analysis, held, others, known=not closed)),
    )


def owner_detail(snapshot: FleetSnapshot, analysis: Analysis, owner: str) -> Detail | None:
    """What lies in objects of an owner; None when nothing does any more."""
    held = held_by(analysis, owner)
    if not held:
        return None
    words = worst_cell(analysis, list(dict.fromkeys(one for one, _ in held))).text
    role = worst_role(_roles(analysis, held))
    return Detail(owner, words, role, (_credentials(analysis, held, [], known=True),))


def _roles(analysis: Analysis, held: Held) -> Iterator[Role]:
    return (severity_role(one.severity, waiver_of(analysis, one)) for one, _ in held)


def _coverage(snapshot: FleetSnapshot, found: Coverage) -> Iterator[Line]:
    cluster = snapshot.clusters.get(found.cluster)
    mode = mode_cell(cluster, found)
    yield fact("looked at", Span(mode.text, mode.role), target=ClusterTarget(found.cluster))
    if found.reason:
        yield fact("", unknown(found.reason))
    if found.readable:
        seen = f"{count(found.secrets, 'Secret')}, {count(found.objects, 'other object')}"
        yield fact("seen", seen)
        if not found.values:
            yield fact("", unknown(_BLIND))
    if found.troubles:
        yield fact("", unknown(f"{count(found.troubles, 'object')} could only be read in part"))


def _closed(found: Coverage) -> Iterator[Block]:
    """Namespaces whose Secrets could not be read."""
    if found.forbidden:
        lines = tuple(
            Line(
                (Span(f"⊘ {one}", Role.FORBIDDEN),),
                SecretTarget(NAMESPACE, f"{found.cluster}/{one}"),
                4,
            )
            for one in found.forbidden[:_MOST]
        )
        rest = len(found.forbidden) - _MOST
        more = (remark(f"and {rest} more"),) if rest > 0 else ()
        note = count(len(found.forbidden), "namespace")
        yield Block("Forbidden", note, lines=(*lines, *more))


def _credentials(
    analysis: Analysis, held: Held, others: Sequence[Finding], *, known: bool
) -> Block:
    by_id: dict[str, tuple[Credential, list[Place]]] = {}
    for credential, place in held:
        by_id.setdefault(credential.id, (credential, []))[1].append(place)
    ranked = sorted(by_id.values(), key=lambda one: waiver_of(analysis, one[0]) is not None)
    lines = [credential_line(analysis, *one) for one in ranked[:_MOST]]
    if len(ranked) > _MOST:
        lines.append(remark(f"and {len(ranked) - _MOST} more"))
    lines += [finding_line(one, "", analysis.waived.get(one.id)) for one in others[:_MOST]]
    if not lines:
        none = remark("none seen") if known else Line((unknown("not known: not read"),))
        return Block("Credentials", lines=(none,))
    return Block("Credentials", count(len(ranked), "credential"), lines=tuple(lines))
