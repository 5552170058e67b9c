"""Everything behind one certificate: its names and key, its chain, what renews it, who uses it."""

from __future__ import annotations

from collections.abc import Iterator

from mckconsole.analysis.certificates.model import CertificateEntry
from mckconsole.analysis.engine import Analysis
from mckconsole.domain.audit import CertificateSeen
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.text import shorten
from mckconsole.domain.times import format_rfc3339
from mckconsole.domain.waivers import Waiver
from mckconsole.views.certificates import (
    VERDICT_ROLES,
    bar,
    entry_role,
    find_certificate,
    left_words,
    seconds_left,
    verdict_words,
    waiver_of,
    worst_findings,
)
from mckconsole.views.detail import Block, ClusterTarget, Detail, Line, ObjectTarget, Span
from mckconsole.views.explain import MAX_VALUE, count, fact, remark, server_now, stated, unknown
from mckconsole.views.identity_detail import evidence_of, findings_block, fix_blocks
from mckconsole.views.spec import Role

_MOST = 40
"""Names and users that are listed before the rest is counted."""


def certificate_detail(snapshot: FleetSnapshot, analysis: Analysis, row_id: str) -> Detail | None:
    """The document of one certificate; None when it is gone."""
    entry = find_certificate(analysis, row_id)
    if entry is None:
        return None
    waiver, now = waiver_of(analysis, entry), server_now(snapshot, entry.cluster)
    role, findings = entry_role(entry, waiver), worst_findings(entry)
    left = seconds_left(entry, now)
    words = verdict_words(entry, waiver)
    return Detail(
        title=f"{entry.name} {entry.cluster}",
        words=f"{words}  {_left(left)}" if left is not None else words,
        role=role,
        blocks=(
            Block(lines=tuple(_heading(entry, waiver, left))),
            Block("What renews it", lines=tuple(_automation(entry))),
            *_seen(entry.seen),
            _chain(analysis, entry),
            _users(entry),
            findings_block(findings, (), role, analysis.waived),
            *fix_blocks(findings),
            evidence_of(snapshot, findings, (), {entry.cluster: role}),
        ),
    )


def _left(seconds: float) -> str:
    """`12 d left`, `ended 3 d ago`."""
    words = left_words(seconds)
    return f"ended {words.removeprefix('-')} ago" if seconds <= 0 else f"{words} left"


def _heading(entry: CertificateEntry, waiver: Waiver | None, left: float | None) -> Iterator[Line]:
    if waiver:
        yield Line((Span(waiver.words, Role.DIM),), indent=2)
    role = VERDICT_ROLES[entry.verdict]
    if entry.reason:
        yield Line((stated(role, entry.reason),), indent=2)
    if left is None or entry.not_after is None:
        yield fact("left", unknown("when it ends could not be read"))
    else:
        ends = f"  ends {format_rfc3339(entry.not_after)}"
        yield fact("left", Span(f"{_left(left)}  {bar(entry, left)}", role), ends)
    if entry.not_before is not None:
        yield fact("since", format_rfc3339(entry.not_before))
    yield fact("for", entry.place.value)
    if entry.object is not None:
        target = ObjectTarget(entry.cluster, entry.object)
        yield fact("object", str(entry.object), Span(f"  {entry.path}", Role.DIM), target=target)
    else:
        words = entry.path or "the connection shows it"
        yield fact("seen in", words, target=ClusterTarget(entry.cluster))


def _automation(entry: CertificateEntry) -> Iterator[Line]:
    if entry.automation:
        yield Line((Span(entry.automation),))
    elif entry.automated is None:
        yield Line((unknown("whether anything does could not be read"),))
    else:
        yield Line((stated(Role.WARN, "nothing that is known: somebody has to think of it"),))


def _seen(seen: CertificateSeen | None) -> Iterator[Block]:
    if seen is None:
        why = "the certificate itself was not looked at: --scan-values reads those in Secrets"
        yield Block("Certificate", lines=(Line((unknown(why),)),))
        return
    lines = [fact("subject", seen.subject or "none"), fact("issuer", seen.issuer or "none")]
    lines += [fact("serial", seen.serial)] if seen.serial else []
    key = fact("key", seen.key or "not told")
    lines.append(fact("key", seen.key, Span("  "), stated(Role.WARN, seen.weak)) if seen.weak
                 else key)  # fmt: skip
    if seen.key_matches is not None:
        fits = Span("belongs to it") if seen.key_matches else stated(
            Role.CRITICAL, "is not its own")  # fmt: skip
        lines.append(fact("its key", fits))
    marks = [word for held, word in ((seen.authority, "may sign others"),
                                     (seen.self_signed, "signed by itself")) if held]  # fmt: skip
    lines += [fact("marks", ", ".join(marks))] if marks else []
    # Of a client alone: what a server or an authority calls its organization is in the subject.
    if seen.organizations and not (seen.authority or seen.names):
        lines.append(fact("groups", ", ".join(seen.organizations)))
    yield Block("Certificate", lines=tuple(lines))
    names = [Line((Span(shorten(one, MAX_VALUE)),)) for one in seen.names[:_MOST]]
    if len(seen.names) > _MOST:
        names.append(remark(f"and {len(seen.names) - _MOST} more"))
    note = count(len(seen.names), "name") if names else ""
    yield Block("Names", note, lines=tuple(names) or (remark("none: only its subject"),))


def _chain(analysis: Analysis, entry: CertificateEntry) -> Block:
    """The certificates of the same place: who signed it, as far as they lie beside it."""
    if entry.seen is None or not entry.path:
        return Block("Chain", lines=(remark("not looked at"),))
    bundle = entry.path.rpartition("[")[0] or entry.path
    beside = [
        one
        for one in analysis.certificates.entries
        if (one.cluster, one.object, one.place) == (entry.cluster, entry.object, entry.place)
        and one.path.startswith(bundle)
        and one.seen is not None
    ]
    lines = []
    for one in beside[:_MOST]:
        seen = one.seen
        own = "› " if one is entry else "  "
        words = f"{own}{seen.subject if seen else one.name}"
        verdict = Span(f"  {verdict_words(one, waiver_of(analysis, one))}", entry_role(one, None))
        lines.append(Line((Span(words), verdict), None, 4))
        if seen is not None and seen.signed_by_next is not None:
            right = Span("    signed by the next", Role.DIM)
            wrong = stated(Role.WARN, "not signed by the next one of the bundle")
            lines.append(Line((right if seen.signed_by_next else wrong,), None, 4))
    if len(beside) > _MOST:
        lines.append(remark(f"and {len(beside) - _MOST} more"))
    lines.append(fact("ends at", entry.seen.issuer or "itself"))
    return Block("Chain", count(len(beside), "certificate"), lines=tuple(lines))


def _users(entry: CertificateEntry) -> Block:
    lines = [Line((Span(one),)) for one in entry.used_by[:_MOST]]
    if len(entry.used_by) > _MOST:
        lines.append(remark(f"and {len(entry.used_by) - _MOST} more"))
    note = str(len(entry.used_by)) if lines else ""
    return Block("Used by", note, lines=tuple(lines) or (remark("nobody that is known"),))
