"""CHK04: certificates last, or are provably renewed, by the matrix or by the literal rule.

The verdicts are those of the certificates pane. The literal rule, 90 days left and renewed, fails
every certificate that is made for 90 days (Let's Encrypt's, and from 2029 on all public ones, which
may live 47), so it is only applied where it is asked for, and counted otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from mckconsole.analysis.certificates.matrix import WIDE, worse
from mckconsole.analysis.certificates.model import CertificateEntry, Verdict
from mckconsole.analysis.checklist.grounds import Grounds
from mckconsole.analysis.checklist.items import BY_RULE, command
from mckconsole.analysis.checklist.model import Answer, Mark
from mckconsole.analysis.checklist.moments import kind_read_at
from mckconsole.analysis.checklist.points import Point, settle, unknown
from mckconsole.analysis.mesh.evidence import derived, seen
from mckconsole.analysis.unread import cluster_reason
from mckconsole.domain.findings import Evidence
from mckconsole.domain.snapshot import ClusterSnapshot
from mckconsole.domain.times import format_rfc3339
from mckconsole.domain.wording import counted

RULE = "CHK04"
_MARKS: Mapping[Verdict, Mark] = {
    Verdict.CRITICAL: Mark.FAIL,
    Verdict.FAIL: Mark.FAIL,
    Verdict.WARN: Mark.WARN,
    Verdict.UNKNOWN: Mark.UNKNOWN,
    Verdict.PASS: Mark.PASS,
}


def answer(grounds: Grounds, cluster: ClusterSnapshot) -> Answer:
    """Whether a cluster's certificates hold."""
    name, now = cluster.name, grounds.fleet.taken_at
    entries = grounds.entries.get(name, ())
    points = [_judge(one, cluster, now, grounds.strict) for one in entries]
    points += _gaps(grounds, cluster, entries)
    short = sum(
        literal(one, now) in (Verdict.FAIL, Verdict.CRITICAL)
        for one in entries
        if one.verdict in (Verdict.PASS, Verdict.WARN)
    )
    well = f"{counted(len(entries), 'certificate')} with time left, or renewed in time"
    if short and not grounds.strict:
        well += f"; the literal rule of 90 days would fail {short}"
    return settle(RULE, name, points, well=well, probe=_probe(entries))


def literal(entry: CertificateEntry, now: float) -> Verdict:
    """The verdict by the literal rule at `now` (Unix seconds), from that of the matrix: 90 days
    left and renewed in time, or failed. An entry that was judged by it already stays as it is."""
    if entry.verdict is Verdict.UNKNOWN and entry.not_after is None:
        return Verdict.UNKNOWN
    enough = entry.not_after is not None and entry.not_after - now >= WIDE
    if enough and entry.verdict in (Verdict.PASS, Verdict.UNKNOWN):
        return entry.verdict
    return worse(entry.verdict, Verdict.FAIL)


def _judge(entry: CertificateEntry, cluster: ClusterSnapshot, now: float, strict: bool) -> Point:
    verdict = literal(entry, now) if strict else entry.verdict
    why = entry.reason
    if verdict is not entry.verdict:
        why = f"{why}; by the literal rule 90 days must be left and renewal proven"
    named = str(entry.name or entry.object or entry.path)
    named = named if named.startswith(entry.place.value) else f"{entry.place.value} {named}"
    words = f"{named}: {why}"
    evidence = tuple(e for one in entry.findings for e in one.evidence)
    fix = next((one.remediation for one in entry.findings), "")
    return Point(_MARKS[verdict], words, evidence or tuple(_ends(entry, cluster)), fix)


def _ends(entry: CertificateEntry, cluster: ClusterSnapshot) -> Iterator[Evidence]:
    """When it ends, and where and when that was read."""
    ref = entry.object
    at = kind_read_at(cluster, ref.kind) if ref else cluster.handshake.at
    if at is None:
        return
    ends = "" if entry.not_after is None else f"ends {format_rfc3339(entry.not_after)}"
    value = "; ".join(part for part in (ends, entry.automation) if part) or "not known"
    path = entry.path or f"{entry.place.value} {entry.name}"
    yield (
        seen(cluster.name, ref, path, value, at) if ref else derived(cluster.name, path, value, at)
    )


def _gaps(
    grounds: Grounds, cluster: ClusterSnapshot, entries: Sequence[CertificateEntry]
) -> Iterator[Point]:
    if not cluster.state.readable:
        yield unknown(cluster_reason(cluster))
        return
    told = [one for one in grounds.certificates.unknowns if one.cluster == cluster.name]
    for one in told:
        yield unknown(one.reason)
    if not entries and not told:
        yield unknown("no certificate was found, not even the API server's")


def _probe(entries: Sequence[CertificateEntry]) -> str:
    """A handshake with the first host that a certificate is shown for."""
    for one in entries:
        if one.used_by and "." in one.name and "*" not in one.name:
            return command(BY_RULE[RULE].probe, {"name": one.name})
    return ""
