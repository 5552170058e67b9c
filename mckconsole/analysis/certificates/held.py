"""What was found out about the certificates of one cluster, and until when it holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mckconsole.analysis.certificates.authorities import cluster_authority_rows
from mckconsole.analysis.certificates.bundles import bundle_rows
from mckconsole.analysis.certificates.configmaps import config_map_rows
from mckconsole.analysis.certificates.connection import connection_rows
from mckconsole.analysis.certificates.issued import certificate_rows
from mckconsole.analysis.certificates.keys import signing_keys
from mckconsole.analysis.certificates.known import Known
from mckconsole.analysis.certificates.matrix import Judged, judge, next_change, worse
from mckconsole.analysis.certificates.merge import one_each
from mckconsole.analysis.certificates.mesh import shared_key_rows
from mckconsole.analysis.certificates.model import CertificateEntry, Verdict
from mckconsole.analysis.certificates.pods import mounted_alone
from mckconsole.analysis.certificates.reading import PANE, Reading
from mckconsole.analysis.certificates.requests import request_rows, waiting
from mckconsole.analysis.certificates.secrets import secret_rows
from mckconsole.analysis.certificates.topics import MOVING, TOPICS
from mckconsole.analysis.certificates.uses import find_uses, missing_secrets
from mckconsole.analysis.certificates.wording import matrix_finding, reason_of
from mckconsole.analysis.changes import Seen
from mckconsole.analysis.rules_certificates import CERTIFICATE_RULES
from mckconsole.analysis.secrets.model import AuditPolicy
from mckconsole.analysis.unread import CONNECTING, unread_reason, without_age
from mckconsole.domain.findings import Finding, ObjectRef, Severity, Unknown
from mckconsole.domain.snapshot import ClusterSnapshot, FleetSnapshot, TopicView
from mckconsole.domain.states import ClusterState, TopicState

DATED = 900.0
"""Seconds after which a cluster's evidence is dated anew, one cluster at a time."""
_FORBIDDEN = "forbidden (`mckconsole doctor` says what to grant)"
_TOLD = frozenset({"secrets", "configmaps"})
"""Topics of which the audit of secrets tells how far they were read."""
_RULE_OF = {
    topic: next((rule.id for rule in CERTIFICATE_RULES if topic in rule.reads), "*")
    for topic in TOPICS
}


@dataclass(frozen=True, slots=True)
class Held:
    """One cluster as it was judged last."""

    like: tuple[object, ...]
    """What its topics and its connection were like."""
    at: float
    """When, Unix seconds, console clock."""
    again: float | None
    """When a verdict is another although nothing changed, Unix seconds, console clock."""
    entries: tuple[CertificateEntry, ...]
    findings: tuple[Finding, ...]
    unknowns: tuple[Unknown, ...]
    uid: str


def read_again(
    fleet: FleetSnapshot, known: Mapping[str, Held], policy: AuditPolicy
) -> dict[str, Held]:
    """Every cluster, of which those are read that must be."""
    now, found = fleet.taken_at, dict[str, Held]()
    aged = [name for name, one in known.items() if now - one.at >= DATED]
    oldest = min(aged, key=lambda name: known[name].at, default="")
    for name, cluster in fleet.clusters.items():
        like, held = _like(cluster), known.get(name)
        due = held is not None and held.again is not None and now >= held.again
        if held is None or due or name == oldest or held.like != like:
            held = read_cluster(cluster, like, now, policy)
        found[name] = held
    return found


def _like(cluster: ClusterSnapshot) -> tuple[object, ...]:
    shake = cluster.handshake
    topics = tuple(
        (
            topic,
            None if topic in MOVING else Seen.of(view),
            view.state,
            without_age(view.reason),
            view.values,
            view.faults,
        )
        for topic in TOPICS
        if (view := cluster.topics.get(topic)) is not None
    )
    connection = (shake.server, shake.client, shake.authorities, shake.verified, shake.name)
    return (_unreadable(cluster), cluster.server, connection, *topics)


def _unreadable(cluster: ClusterSnapshot) -> str:
    """Why nothing of a cluster can be read; empty where something can."""
    if cluster.state.readable:
        return ""
    if cluster.state is ClusterState.CONNECTING:
        return CONNECTING
    return cluster.reason or str(cluster.state)


def read_cluster(
    cluster: ClusterSnapshot, like: tuple[object, ...], now: float, policy: AuditPolicy
) -> Held:
    """Judge all certificates of a cluster."""
    reading = Reading.of(cluster, now, policy)
    reading.uses = find_uses(reading)
    reading.mounted_alone = mounted_alone(reading)
    entries: dict[str, CertificateEntry] = {}
    findings: dict[str, Finding] = {}
    changes = [waiting(reading)]
    for row in _rows(reading):
        entry = _judged(reading, row, findings)
        entries.setdefault(entry.id, entry)
        changes.append(next_change(row.dates, row.renewal, reading.now))
    entries = one_each(reading, entries)
    findings = {one.id: one for entry in entries.values() for one in entry.findings}
    findings.update((one.finding.id, one.finding) for one in signing_keys(reading))
    soonest = min((at for at in changes if at is not None), default=None)
    again = None if soonest is None else soonest - cluster.clock_offset
    return Held(
        like,
        now,
        again,
        tuple(entries.values()),
        tuple(findings.values()),
        tuple(_unknowns(reading, entries)),
        reading.uid,
    )


def _rows(reading: Reading) -> Iterator[Known]:
    """Every certificate at every place."""
    own: dict[ObjectRef, Known] = {}
    for row in secret_rows(reading):
        if row.object is not None and not row.subject:
            own[row.object] = row
        yield row
    yield from missing_secrets(reading)
    yield from certificate_rows(reading, own)
    yield from config_map_rows(reading)
    yield from shared_key_rows(reading)
    yield from bundle_rows(reading)
    yield from cluster_authority_rows(reading)
    if reading.cluster.state.readable or reading.cluster.handshake.server:
        yield from connection_rows(reading)
    yield from request_rows(reading)


def _judged(reading: Reading, row: Known, told: dict[str, Finding]) -> CertificateEntry:
    """A row with its verdict. What is not sure to be so any more is judged as of when it was; what
    was `told` of the same certificate at another place is told in the same words."""
    now = reading.now
    if row.doubt and row.evidence:
        now = min(now, row.evidence[0].observed_at)
    judged = row.fixed or judge(row.dates, row.renewal, now, strict=reading.policy.strict)
    if row.doubt and judged.verdict is Verdict.PASS:
        judged = Judged(Verdict.UNKNOWN, judged.health, row.doubt)
    found = matrix_finding(reading, row, judged, now)
    every = [one.finding for one in row.flaws] + ([found] if found else [])
    findings = [told.setdefault(one.id, one) for one in every]
    findings.sort(key=lambda one: (one.severity.rank, one.rule, one.subject))
    verdict, reason = judged.verdict, reason_of(row, judged)
    broken = next((one.finding for one in row.flaws if one.fails), None)
    if broken is not None and verdict not in (Verdict.CRITICAL, Verdict.FAIL):
        verdict, reason = worse(verdict, Verdict.FAIL), broken.title
    if row.fixed is not None:
        reason = judged.reason
    return CertificateEntry(
        id=row.id(reading.name),
        cluster=reading.name,
        place=row.place,
        object=row.object,
        path=row.path,
        name=row.name,
        verdict=verdict,
        reason=reason,
        not_before=row.dates.start if row.dates else None,
        not_after=row.dates.end if row.dates else None,
        automation=row.renewal.evidence if row.renewal.automated is not False else "",
        automated=row.renewal.automated,
        used_by=row.used_by,
        seen=row.seen,
        findings=tuple(findings),
        severity=_worst(findings),
    )


def _worst(findings: list[Finding]) -> Severity | None:
    return findings[0].severity if findings else None


def _unread(cluster: ClusterSnapshot) -> Iterator[Unknown]:
    """Topics that could not be read; those of one reason in one sentence. What nobody may list has
    one, although the API server words it anew for each."""
    alike: dict[str, list[TopicView]] = {}
    for topic in TOPICS:
        view = cluster.topics.get(topic)
        if view is None or topic in _TOLD or (view.state.conclusive and not view.faults):
            continue
        closed = view.state is TopicState.FORBIDDEN
        reason = (
            _FORBIDDEN if closed else without_age(unread_reason(view)).removeprefix(f"{topic} ")
        )
        alike.setdefault(reason, []).append(view)
    for reason, views in alike.items():
        rules = {_RULE_OF[one.topic] for one in views}
        rule = rules.pop() if len(rules) == 1 else "*"
        text = without_age(unread_reason(views[0]))
        if len(views) > 1:
            text = f"{', '.join(one.topic for one in views)} {reason}"
        yield Unknown(PANE, cluster.name, rule, text)


def _unknowns(reading: Reading, entries: Mapping[str, CertificateEntry]) -> Iterator[Unknown]:
    """Topics that could not be read, and how many certificates nothing is known of."""
    name, cluster = reading.name, reading.cluster
    if why := _unreadable(cluster):
        yield Unknown(PANE, name, "CERT-EXPIRED", why)
        return
    yield from _unread(cluster)
    reasons: dict[str, int] = {}
    for one in entries.values():
        if one.verdict is Verdict.UNKNOWN and one.not_after is None and one.object is not None:
            reasons[one.reason] = reasons.get(one.reason, 0) + 1
    for reason, number in sorted(reasons.items()):
        what = "1 certificate" if number == 1 else f"{number} certificates"
        yield Unknown(PANE, name, "CERT-EXPIRED", f"{what}: {reason}")
