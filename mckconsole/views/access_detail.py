"""How the console signs in to a cluster, what that allows, and which Prometheus covers it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mckconsole.domain.access import AccessReport, Answer, MetricsEndpoint, TopicAccess
from mckconsole.domain.metrics import MetricState, MetricVector
from mckconsole.domain.snapshot import ClusterSnapshot, FleetSnapshot
from mckconsole.domain.times import format_age
from mckconsole.views.detail import Block, Card, Line, Span
from mckconsole.views.explain import count, duration, fact, moment, remark, stated, unknown
from mckconsole.views.spec import Role

NOT_ASKED = "not asked yet"
_HOUR = 3600.0


def credentials_card(access: AccessReport | None, now: float, reason: str = "") -> Card:
    """How it signs in, until when, and who the server says that we are.

    `reason` is why the cluster is as it is, which stands elsewhere.
    """
    if access is None:
        return Card("Credentials", (Line((unknown(NOT_ASKED),)),), "? unknown", Role.UNKNOWN)
    expiry = _expiry(access.expires_at, now)
    lines = [
        fact("signs in", access.credential or unknown("not told")),
        fact("expires", expiry),
        *_identity(access),
    ]
    if access.problem and access.problem != reason:
        lines.append(fact("problem", stated(Role.WARN, access.problem)))
    lines.append(fact("asked", Span(f"{format_age(now - access.checked_at)} ago", Role.DIM)))
    role = expiry.role if expiry.role in (Role.WARN, Role.CRITICAL) else Role.PLAIN
    if access.problem and role is Role.PLAIN:
        role = Role.WARN
    note = "▲ not checked" if access.problem else "▲ expires soon"
    note = {Role.CRITICAL: "✖ expired", Role.WARN: note}.get(role, "")
    return Card("Credentials", tuple(lines), note, role)


def _expiry(at: float | None, now: float) -> Span:
    """Within an hour it is a warning; once past, nothing works with it."""
    if at is None:
        return Span("the credential does not say", Role.DIM)
    if at <= now:
        return stated(Role.CRITICAL, f"expired {duration(now - at)} ago")
    words = f"in {duration(at - now)}, {moment(at, now)}"
    return stated(Role.WARN, words) if at - now < _HOUR else Span(words)


def _identity(access: AccessReport) -> Iterator[Line]:
    if access.username:
        yield fact("known as", access.username)
        yield fact("groups", ", ".join(access.groups) or Span("none", Role.DIM))
    else:
        yield fact("known as", unknown(access.who_unknown or "the server did not say"))


def permissions_block(access: AccessReport | None) -> Block:
    """What may be listed with this credential, and what may not and why."""
    if access is None:
        return Block("Permissions", lines=(Line((unknown(NOT_ASKED),)),))
    lines = list(_grouped(access))
    if not lines:
        lines = [Line((unknown(access.problem or "no topic was asked about"),))]
    allowed = len(access.named(Answer.YES))
    note = f"{allowed} of {len(access.topics)} may be read" if access.topics else ""
    return Block("Permissions", note, lines=tuple(lines))


def _grouped(access: AccessReport) -> Iterator[Line]:
    allowed = access.named(Answer.YES)
    if allowed:
        words = stated(Role.OK, f"may read {len(allowed)}: ")
        yield Line((words, Span(_names(allowed))), indent=2)
    for reason, topics in _by_reason(access.named(Answer.NO)):
        words = stated(Role.FORBIDDEN, f"may not read: {_names(topics)}")
        yield Line((words, Span(f" ({reason})" if reason else "")), indent=2)
    for reason, topics in _by_reason(access.named(Answer.UNKNOWN)):
        yield Line((unknown(f"not known: {_names(topics)}"), Span(f" ({reason or 'no reason'})")),
                   indent=2)  # fmt: skip
    for reason, topics in _by_reason(access.named(Answer.ABSENT)):
        why = f" ({reason})" if reason else ""
        yield Line((Span(f"– not served: {_names(topics)}{why}", Role.DIM),), indent=2)


def _names(topics: Iterable[TopicAccess]) -> str:
    return ", ".join(one.topic for one in topics)


def _by_reason(topics: Iterable[TopicAccess]) -> Iterator[tuple[str, list[TopicAccess]]]:
    """Topics with the same reason together."""
    found: dict[str, list[TopicAccess]] = {}
    for one in topics:
        found.setdefault(one.reason, []).append(one)
    yield from found.items()


def metrics_block(
    snapshot: FleetSnapshot, cluster: ClusterSnapshot, access: AccessReport | None
) -> Block:
    """The endpoints that cover the cluster, then what their last answers lack."""
    lines = [_endpoint(one) for one in access.metrics] if access else []
    lines += _answers(cluster.metrics.vectors.values(), snapshot.taken_at)
    lines += _failures(cluster)
    if not lines:
        lines = [remark("no Prometheus endpoint covers this cluster")]
    note = count(len(access.metrics), "endpoint") if access and access.metrics else ""
    return Block("Prometheus", note, lines=tuple(lines))


def _endpoint(one: MetricsEndpoint) -> Line:
    spans = [
        stated(Role.WARN if one.reason else Role.OK, one.state or "not known"),
        Span(f"  {one.name}  "),
        Span(one.url, Role.DIM),
    ]
    if one.version:
        spans.append(Span(f"  {one.version}", Role.DIM))
    if one.reason:
        spans.append(Span(f"  {one.reason}"))
    return Line(tuple(spans), indent=4)


def _answers(vectors: Iterable[MetricVector], now: float) -> Iterator[Line]:
    """How many queries each endpoint answered in full, and when last."""
    answered: dict[str, list[float]] = {}
    for vector in vectors:
        if vector.state is MetricState.FRESH:
            answered.setdefault(vector.endpoint, []).append(vector.asked_at)
    for endpoint, times in answered.items():
        words = stated(Role.OK, f"{count(len(times), 'query', 'queries')} answered")
        by = f" by {endpoint}" if endpoint else ""
        age = f"  {format_age(max(now - max(times), 0.0))} ago"
        yield Line((words, Span(by), Span(age, Role.DIM)))


def _failures(cluster: ClusterSnapshot) -> Iterator[Line]:
    """Queries without a whole answer, those with the same reason together."""
    found: dict[tuple[MetricState, str], list[str]] = {}
    for query, vector in cluster.metrics.vectors.items():
        if vector.state is not MetricState.FRESH:
            found.setdefault((vector.state, vector.reason), []).append(query)
    for (state, reason), queries in found.items():
        words = f"{state.value.replace('-', ' ')}: {', '.join(queries)}"
        role = Role.UNKNOWN if state is MetricState.NOT_CONFIGURED else Role.WARN
        yield Line((stated(role, words), Span(f"  {reason or 'no reason was given'}")), indent=4)
