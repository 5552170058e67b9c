"""A diagnosis as text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from mckconsole import __version__
from mckconsole.cli.advice import SKEW, advise
from mckconsole.cli.diagnosis import Diagnosis
from mckconsole.domain.access import Answer
from mckconsole.domain.states import ClusterState
from mckconsole.domain.times import format_age, format_rfc3339, format_span
from mckconsole.report.prose import flowing, labelled
from mckconsole.report.spans import Line, Span
from mckconsole.sources.prometheus import ProbeResult
from mckconsole.store.checkup import Checkup
from mckconsole.views.cells import CLUSTER_ROLES
from mckconsole.views.spec import GLYPHS, Role

_MARGIN = 17
"""Cells before what a label introduces."""


def as_lines(diagnosis: Diagnosis, width: int | None) -> Iterator[Line]:
    """The diagnosis as text, `width` cells wide (None: as wide as it takes)."""
    files = ", ".join(map(str, diagnosis.kubeconfigs)) or "none: the pod's own service account"
    yield [Span(f"mckconsole {__version__} doctor  {format_rfc3339(diagnosis.at)}", "heading")]
    yield from _verdict(diagnosis, width)
    yield from _fact("kubeconfig", files, width)
    yield from _fact("configuration", str(diagnosis.config_file or "defaults, no file"), width)
    for problem in diagnosis.problems:
        yield from _fact("note", problem, width, Role.WARN)
    for found in diagnosis.checkups:
        probes = diagnosis.probes.get(found.endpoint.name, ())
        yield []
        yield from _cluster(found, probes, diagnosis.at, width)


def _verdict(diagnosis: Diagnosis, width: int | None) -> Iterator[Line]:
    """How many clusters stand how, worst first."""
    counts = Counter(found.state for found in diagnosis.checkups)
    states = [state for state in reversed(ClusterState) if counts[state]]
    parts = [f"{GLYPHS[CLUSTER_ROLES[state]]} {counts[state]} {state}" for state in states]
    total = len(diagnosis.checkups)
    return flowing(f"{total} cluster{'' if total == 1 else 's'}", parts, width)


def _cluster(
    found: Checkup, probes: Sequence[ProbeResult], now: float, width: int | None
) -> Iterator[Line]:
    role = CLUSTER_ROLES[found.state]
    name = found.endpoint.name
    yield [Span(f"{GLYPHS[role]} {name}", role), Span(f"  {found.state.value}")]
    if found.problem:
        yield from _fact("problem", found.problem, width, Role.CRITICAL)
    if found.endpoint.context != name:
        yield from _fact("context", found.endpoint.context, width)
    yield from _fact("server", f"{found.endpoint.base_url}  {found.version}", width)
    yield from _fact("signs in with", _credential(found, now), width)
    if found.topics:
        yield from _fact("known as", _who(found), width)
        yield from _fact("answers in", _timing(found), width)
    for label, answer in (("may read", Answer.YES), ("not served", Answer.ABSENT)):
        if names := [one.topic for one in found.named(answer)]:
            yield from _fact(label, ", ".join(names), width)
    for label, answer in (("may not read", Answer.NO), ("unknown", Answer.UNKNOWN)):
        for one in found.named(answer):
            yield from _fact(label, f"{one.topic}: {one.reason}", width, Role.WARN)
    for probe in probes:
        yield from _fact("metrics", _metrics(probe), width, Role.PLAIN if probe.ok else Role.WARN)
    for warning in found.endpoint.warnings:
        yield from _fact("warning", warning, width, Role.WARN)
    for step in advise(found, probes):
        yield from _fact("do", step, width)


def _fact(label: str, text: str, width: int | None, role: Role = Role.PLAIN) -> Iterator[Line]:
    return labelled(f"  {label}", text, width, room=_MARGIN, role=role)


def _credential(found: Checkup, now: float) -> str:
    parts = [found.credential]
    if found.expires_at is not None:
        left = found.expires_at - now
        parts.append(f"expires in {format_age(left)}" if left > 0 else "expired")
    if found.endpoint.impersonate is not None:
        parts.append(f"acting as {found.endpoint.impersonate.user}")
    return "; ".join(parts)


def _who(found: Checkup) -> str:
    if found.who_unknown:
        return f"not told: {found.who_unknown}"
    groups = f" in {', '.join(found.groups)}" if found.groups else ""
    return f"{found.username}{groups}"


def _timing(found: Checkup) -> str:
    latency = "not measured" if found.latency is None else format_span(found.latency)
    offset = found.clock_offset or 0.0
    if abs(offset) < SKEW:
        return f"{latency}; its clock agrees with this machine's"
    side = "ahead of" if offset > 0 else "behind"
    return f"{latency}; its clock is {format_age(abs(offset))} {side} this machine's"


def _metrics(probe: ProbeResult) -> str:
    if not probe.ok:
        return f"{probe.endpoint}: {probe.reason}"
    warnings = "".join(f"; {warning}" for warning in probe.warnings)
    product = f"{probe.version}, " if probe.version else ""
    return f"{probe.endpoint}: answers ({product}{format_span(probe.latency)}){warnings}"
