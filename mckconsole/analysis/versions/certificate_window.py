"""UB16: certificates that end while the cluster is being upgraded, and that nothing renews.

Those by which parts of the control plane and of the mesh know each other, as the certificates
report has them; others are no matter of the upgrade. Bundles of webhooks that have ended are UB08.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from mckconsole.analysis.certificates.model import CertificateEntry, CertPlace, Verdict
from mckconsole.analysis.mesh.evidence import derived, seen
from mckconsole.analysis.versions.ground import MOST_EVIDENCE, Ground
from mckconsole.analysis.versions.model import Blocker, Gravity, Phase
from mckconsole.domain.findings import Evidence
from mckconsole.domain.snapshot import ClusterSnapshot
from mckconsole.domain.times import format_rfc3339
from mckconsole.domain.wording import counted, listed

WINDOW_DAYS: Final = 30.0
"""How long an upgrade with its soak times may take."""
ASKED: Final = "secrets"
"""The topic without which no certificates are looked for."""
_RULE: Final = "UB16"
_PLACES: Final = (
    CertPlace.API_SERVER,
    CertPlace.CLUSTER_CA,
    CertPlace.WEBHOOK,
    CertPlace.API_SERVICE,
    CertPlace.CONVERSION,
    CertPlace.MESH,
)
_NAMED: Final = 4


def certificate_blockers(
    cluster: ClusterSnapshot, certificates: Iterable[CertificateEntry]
) -> list[Blocker]:
    """UB16 of one cluster.

    Args:
        certificates: the cluster's, of the certificates report.
    """
    ground = Ground(cluster)
    if not cluster.state.readable:
        return [ground.unknown(_RULE, Phase.CONTROL_PLANE, ground.unread())]
    if ASKED not in cluster.topics:
        why = "certificates were not looked for: secrets were not read"
        return [ground.unknown(_RULE, Phase.CONTROL_PLANE, why)]
    now = (cluster.as_of or 0.0) + cluster.clock_offset
    dated: list[tuple[CertificateEntry, float]] = []
    undated: list[CertificateEntry] = []
    for one in certificates:
        if one.place in _PLACES:
            days = one.days_left(now)
            if days is None:
                if _matters(cluster, one):
                    undated.append(one)
            elif days < WINDOW_DAYS and not (days <= 0 and one.place is CertPlace.WEBHOOK):
                dated.append((one, days))
    found = [b for one, days in dated for b in _ending(ground, one, days, now)]
    return [*found, *_undated(ground, undated, now)]


def _matters(cluster: ClusterSnapshot, one: CertificateEntry) -> bool:
    """Whether an end that is not known may be in the window: not of what has none, as keys that
    are shared and connections without TLS, nor of what is renewed."""
    if one.verdict is not Verdict.UNKNOWN or one.automated:
        return False
    return one.place is not CertPlace.API_SERVER or not cluster.server.startswith("http://")


def _ending(ground: Ground, one: CertificateEntry, days: float, now: float) -> Iterator[Blocker]:
    if days > 0 and one.automated:
        return
    subject = f"{one.place} {one.path} {one.name}"
    shown = (_seen(ground, one, now),)
    if days > 0 and one.automated is None:
        yield ground.unknown(
            _RULE, Phase.CONTROL_PLANE,
            f"{one.place} {one.name} ends in {counted(int(days), 'day')}; whether anything renews "
            f"it is not known: {one.reason}",
            subject=subject, object=one.object, evidence=shown,
        )  # fmt: skip
        return
    ended = days <= 0
    when = "has ended" if ended else f"ends in {counted(int(days), 'day')}"
    yield Blocker(
        _RULE,
        Gravity.BLOCK if ended else Gravity.WARN,
        Phase.CONTROL_PLANE,
        f"A certificate {when}: {one.place}",
        f"{one.name} at {one.path}: {one.reason or 'nothing renews it'}"
        + (f"; {listed(one.used_by, _NAMED)}" if one.used_by else ""),
        _renew(ground, one),
        one.object,
        subject,
        evidence=shown,
    )


def _renew(ground: Ground, one: CertificateEntry) -> str:
    told = next((each.remediation for each in one.findings if each.remediation), "")
    return f"Renew it before the upgrade: {told or ground.kubectl('get --raw /readyz?verbose')}"


def _seen(ground: Ground, one: CertificateEntry, now: float) -> Evidence:
    ends = "not known" if one.not_after is None else format_rfc3339(one.not_after)
    if one.object is None:
        return derived(ground.name, f"{one.place} {one.path}", f"ends {ends}", now)
    return seen(ground.name, one.object, one.path or "data", f"ends {ends}", now)


def _undated(ground: Ground, found: Sequence[CertificateEntry], now: float) -> Iterator[Blocker]:
    """Certificates of which nobody may look when they end."""
    if not found:
        return
    names = listed([f"{one.place} {one.name}" for one in found], _NAMED)
    what = derived(ground.name, "certificates without a known end", str(len(found)), now)
    shown = (what, *(_seen(ground, one, now) for one in found[:MOST_EVIDENCE]))
    why = f"when {counted(len(found), 'certificate')} end is not known: {names}"
    yield ground.unknown(_RULE, Phase.CONTROL_PLANE, why, subject="ends", evidence=shown)
