"""What makes pods, and what keeps their number: replicas, rollouts, schedules, scalers, budgets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from mckconsole.domain.trees import at, map_at, maps_at, number_at, text_at, words_at
from mckconsole.views.detail import Block, Card, InspectTarget, Line, Span
from mckconsole.views.explain import fact, stated
from mckconsole.views.object_parts import WIDTH, Around, linked, pairs_words, stamp_at, value
from mckconsole.views.object_pods import container_block
from mckconsole.views.spec import Role

_COUNTS = (
    ("ready", "readyReplicas"),
    ("available", "availableReplicas"),
    ("newest", "updatedReplicas"),
    ("unavailable", "unavailableReplicas"),
)
_DAEMON_COUNTS = (
    ("ready", "numberReady"),
    ("available", "numberAvailable"),
    ("newest", "updatedNumberScheduled"),
    ("misplaced", "numberMisscheduled"),
)


def workload_card(around: Around) -> Card:
    """Replicas and how a new version comes to be."""
    tree, spec = around.tree, map_at(around.tree, "spec")
    daemon = around.facts.ref.kind == "DaemonSet"
    wanted = number_at(tree, "status", "desiredNumberScheduled") if daemon else _wanted(spec)
    lines = [fact("wanted", "?" if wanted is None else f"{wanted:,}", width=WIDTH)]
    for label, name in _DAEMON_COUNTS if daemon else _COUNTS:
        found = number_at(tree, "status", name) or 0
        if found or label == "ready":
            lines.append(fact(label, Span(f"{found:,}", _role(label, found, wanted)), width=WIDTH))
    strategy = map_at(spec, "strategy") or map_at(spec, "updateStrategy")
    lines += value("rollout", _strategy(strategy))
    lines += value("selects", _selector(spec))
    lines += linked("reached by", text_at(spec, "serviceName"), _service(around, spec))
    if at(spec, "paused") is True:
        lines.append(fact("paused", stated(Role.WARN, "no new version is rolled out"), width=WIDTH))
    return Card(around.facts.ref.kind, tuple(lines))


def _wanted(spec: Mapping[str, object]) -> int:
    wanted = number_at(spec, "replicas")
    return 1 if wanted is None else wanted


def _role(label: str, found: int, wanted: int | None) -> Role:
    if label in ("unavailable", "misplaced"):
        return Role.WARN
    return Role.WARN if wanted is not None and found < wanted else Role.PLAIN


def _strategy(held: Mapping[str, object]) -> str:
    rolling = map_at(held, "rollingUpdate")
    more = ", ".join(f"{name} {words_at(rolling, name)}" for name in rolling)
    return " ".join(filter(None, (text_at(held, "type"), more)))


def _selector(spec: Mapping[str, object]) -> str:
    found = map_at(spec, "selector")
    words = pairs_words(map_at(found, "matchLabels"))
    more = len(list(maps_at(found, "matchExpressions")))
    return words + (f" and {more} expressions" if more else "")


def _service(around: Around, spec: Mapping[str, object]) -> InspectTarget:
    name = text_at(spec, "serviceName")
    return around.link("v1", "Service", name, around.facts.ref.namespace)


def template_blocks(around: Around) -> Sequence[Block]:
    """The containers that its pods will have."""
    spec = map_at(around.tree, "spec")
    template = map_at(spec, "jobTemplate", "spec", "template") or map_at(spec, "template")
    return tuple(container_block(around, template))


def job_card(around: Around) -> Card:
    """How far a job is."""
    spec, status = map_at(around.tree, "spec"), map_at(around.tree, "status")
    lines: list[Line] = []
    for label, tree, name in (
        ("completions", spec, "completions"),
        ("at once", spec, "parallelism"),
        ("active", status, "active"),
        ("succeeded", status, "succeeded"),
        ("failed", status, "failed"),
        ("retries", spec, "backoffLimit"),
    ):
        lines += value(label, words_at(tree, name))
    lines += value("started", stamp_at(around, "status", "startTime"))
    lines += value("completed", stamp_at(around, "status", "completionTime"))
    return Card("Job", tuple(lines))


def cron_card(around: Around) -> Card:
    """When a job is made, and when it was."""
    spec = map_at(around.tree, "spec")
    lines = [
        *value(
            "schedule",
            " ".join(filter(None, (text_at(spec, "schedule"), text_at(spec, "timeZone")))),
        ),
        *value("last made", stamp_at(around, "status", "lastScheduleTime")),
        *value("last well", stamp_at(around, "status", "lastSuccessfulTime")),
        *value("overlap", text_at(spec, "concurrencyPolicy")),
    ]
    if at(spec, "suspend") is True:
        lines.append(fact("suspended", stated(Role.WARN, "no jobs are made"), width=WIDTH))
    return Card("CronJob", tuple(lines))


def scaler_card(around: Around) -> Card:
    """What is scaled, between which bounds, by what."""
    spec, status = map_at(around.tree, "spec"), map_at(around.tree, "status")
    target = map_at(spec, "scaleTargetRef")
    kind, name = text_at(target, "kind"), text_at(target, "name")
    link = around.link(text_at(target, "apiVersion"), kind, name, around.facts.ref.namespace)
    bounds = f"{words_at(spec, 'minReplicas') or '1'} to {words_at(spec, 'maxReplicas') or '?'}"
    lines = [
        *linked("scales", f"{kind} {name}", link),
        fact("replicas", words_at(status, "currentReplicas") or "?", f", of {bounds}", width=WIDTH),
        *value("wants", words_at(status, "desiredReplicas")),
        *value("last scaled", stamp_at(around, "status", "lastScaleTime")),
        *_metrics(spec, status),
    ]
    return Card("HorizontalPodAutoscaler", tuple(lines))


def _metrics(spec: Mapping[str, object], status: Mapping[str, object]) -> Iterator[Line]:
    now = list(maps_at(status, "currentMetrics"))
    for number, one in enumerate(maps_at(spec, "metrics")):
        held = map_at(one, _part(text_at(one, "type")))
        current = now[number] if number < len(now) else {}
        seen = _amount(map_at(current, _part(text_at(current, "type")), "current"))
        name = text_at(held, "name") or text_at(held, "metric", "name")
        yield from value("by", f"{name} {seen or '?'} of {_amount(map_at(held, 'target')) or '?'}")


def _part(type_: str) -> str:
    return type_[:1].lower() + type_[1:]


def _amount(held: Mapping[str, object]) -> str:
    share = number_at(held, "averageUtilization")
    if share is not None:
        return f"{share} %"
    return words_at(held, "averageValue") or words_at(held, "value")


def budget_card(around: Around) -> Card:
    """How many pods may be away."""
    spec, status = map_at(around.tree, "spec"), map_at(around.tree, "status")
    allowed = number_at(status, "disruptionsAllowed")
    role = Role.WARN if allowed == 0 else Role.PLAIN
    healthy, wanted = words_at(status, "currentHealthy"), words_at(status, "desiredHealthy")
    lines = [
        *value("at least", words_at(spec, "minAvailable")),
        *value("at most away", words_at(spec, "maxUnavailable")),
        *value("selects", _selector(spec)),
        fact("healthy", f"{healthy or '?'} of {wanted or '?'} needed", width=WIDTH),
        fact("may go", Span("?" if allowed is None else str(allowed), role), width=WIDTH),
    ]
    return Card("PodDisruptionBudget", tuple(lines))
