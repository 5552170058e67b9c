"""UB02: API versions in use that an upgrade takes away, as blockers and as findings.

Only what is in use, or is referred to, blocks, and only steps to a minor without the version. A
stale trace is told and stops nothing; what is deprecated without an end (`v1 Endpoints`) is in the
list of uses and nowhere else.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from mckconsole.analysis.mesh.hints import kubectl_on, numbered
from mckconsole.analysis.unread import unread_reason, without_age
from mckconsole.analysis.versions.apitraces import METRIC, TRACE_TOPICS, uncounted
from mckconsole.analysis.versions.model import ApiUse, Blocker, Gravity, Phase, Use
from mckconsole.analysis.versions.references import REFERENCE_TOPICS
from mckconsole.analysis.versions.removals import next_removal
from mckconsole.domain.findings import Finding, ObjectRef, Severity, Unknown
from mckconsole.domain.kubeversion import Minor
from mckconsole.domain.snapshot import ClusterSnapshot
from mckconsole.domain.support import SupportData
from mckconsole.domain.wording import counted, listed

PANE, RULE = "versions", "UB02"
_NAMED = 3
_GRAVITY = {
    Use.CONFIRMED: Gravity.BLOCK,
    Use.IN_USE: Gravity.BLOCK,
    Use.REFERENCE: Gravity.BLOCK,
    Use.UNKNOWN: Gravity.UNKNOWN,
    Use.STALE: Gravity.INFO,
    Use.INFO: Gravity.INFO,
}
_IS = {
    Use.CONFIRMED: "in use",
    Use.IN_USE: "in use by an unknown client",
    Use.REFERENCE: "referred to",
    Use.UNKNOWN: "perhaps in use",
    Use.STALE: "left in old traces",
    Use.INFO: "left in annotations",
}


def api_blockers(
    cluster: ClusterSnapshot, uses: Sequence[ApiUse], data: SupportData, least: Minor | None
) -> tuple[Blocker, ...]:
    """What of the uses stands in the way of which minor, in their order.

    Args:
        uses: of this cluster, as `api_uses` has them.
        least: of the live API servers the oldest minor; None where it is not known.
    """
    made = (_blocker(cluster, one, data, least) for one in uses)
    return tuple(one for one in made if one is not None)


def api_findings(
    cluster: ClusterSnapshot, blockers: Sequence[Blocker], least: Minor | None
) -> tuple[Finding, ...]:
    """The same as findings; that a cluster as a whole is not known is in `api_unknowns`.

    What stops the next step is HIGH, what stops a later one MEDIUM, what may be or is gone already
    LOW, a stale trace INFO.
    """
    return tuple(
        Finding(
            one.rule,
            PANE,
            _severity(one, least),
            cluster.name,
            one.object,
            one.title,
            one.detail,
            one.evidence,
            one.remediation,
            one.peers,
            one.subject,
        )
        for one in blockers
        if one.subject
    )


def api_unknowns(cluster: ClusterSnapshot) -> tuple[Unknown, ...]:
    """Why it is not known what is used or referred to."""
    reasons = [uncounted(cluster)]
    for topic in dict.fromkeys((*REFERENCE_TOPICS, *TRACE_TOPICS)):
        view = cluster.topic(topic)
        if not view.conclusive:
            reasons.append(without_age(unread_reason(view)))
    return tuple(
        Unknown(PANE, cluster.name, RULE, why) for why in sorted(set(filter(None, reasons)))
    )


def _severity(blocker: Blocker, least: Minor | None) -> Severity:
    if blocker.gravity in (Gravity.WARN, Gravity.UNKNOWN):
        return Severity.LOW
    if blocker.gravity is not Gravity.BLOCK:
        return Severity.INFO
    near = least is None or blocker.target is None or blocker.target <= least.plus(1)
    return Severity.HIGH if near else Severity.MEDIUM


def _blocker(
    cluster: ClusterSnapshot, use: ApiUse, data: SupportData, least: Minor | None
) -> Blocker | None:
    if not use.version:
        return _blind(cluster, use, data, least)
    if use.removed_in is None:
        return None
    gone = least is not None and use.removed_in <= least
    gravity = _GRAVITY[use.use]
    if gone and gravity is Gravity.BLOCK:
        gravity = Gravity.WARN  # no step to come takes it away
    what = f"{use.api_version} {use.resource or use.kind}".strip()
    return Blocker(
        RULE,
        gravity,
        Phase.CONTROL_PLANE,
        f"{what} is {_IS[use.use]} and {'gone since' if gone else 'goes in'} {use.removed_in}",
        _detail(use),
        numbered(_steps(cluster, use)),
        None,
        f"{what} {'reference' if use.use is Use.REFERENCE else ''}".strip(),
        use.removed_in,
        use.evidence,
    )


def _blind(
    cluster: ClusterSnapshot, use: ApiUse, data: SupportData, least: Minor | None
) -> Blocker | None:
    """Of a cluster whose requests are not counted; None where nothing more is known to go."""
    target = next_removal(data, least)
    if target is None and least is not None:
        return None
    look = kubectl_on(cluster.context, f"get --raw /metrics | grep {METRIC}")
    return Blocker(
        RULE,
        Gravity.UNKNOWN,
        Phase.CONTROL_PLANE,
        "Whether removed APIs are in use is not known",
        f"{use.reason}. Clients that only read leave no other trace.",
        f"Have Prometheus scrape the API servers, or look at each of them: {look}",
        None,
        "",
        target,
        use.evidence,
    )


def _detail(use: ApiUse) -> str:
    parts = [use.reason]
    if use.writers:
        names = (one.manager or "(unnamed)" for one in use.writers)
        parts.append(f"written by {listed(names, _NAMED)} in {counted(use.count, 'object')}")
    if use.objects:
        parts.append(listed(map(str, use.objects), _NAMED))
    return "; ".join(filter(None, parts)) + "."


def _steps(cluster: ClusterSnapshot, use: ApiUse) -> Iterator[str]:
    instead = use.replacement or "what replaces it (no successor is known)"
    if use.use is Use.REFERENCE:
        yield f"Name {instead} where {use.api_version} is named now:"
        yield from (_show(cluster, one) for one in use.objects[:_NAMED])
        return
    if use.use is Use.IN_USE:
        yield (
            "Find who asks in the audit log: events with the annotation "
            '"k8s.io/deprecated": "true" name user and user agent'
        )
    if use.writers:
        names = listed((one.manager or "(unnamed)" for one in use.writers), _NAMED)
        yield f"Use {instead} in what {names} applies, and apply it again"
    else:
        yield f"Upgrade the client to one that uses {instead}"
    yield from (_show(cluster, one) for one in use.objects[:_NAMED])


def _show(cluster: ClusterSnapshot, ref: ObjectRef) -> str:
    """The command that shows an object in the version that the console read, not in an old one."""
    group, _, version = ref.api_version.rpartition("/")
    what = ".".join(filter(None, (ref.kind.lower(), version, group))) if group else ref.kind.lower()
    command = f"get {shlex.quote(what)} {shlex.quote(ref.name)} -o yaml --show-managed-fields"
    return kubectl_on(cluster.context, command, ref.namespace)
