"""The lines of a chain: links on their branches, what belongs to a link, fields as evidence."""

from __future__ import annotations

from mckconsole.analysis.identity.model import Trace
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.text import shorten
from mckconsole.domain.times import format_age, parse_rfc3339
from mckconsole.views.detail import Line, ObjectTarget, Span, Target
from mckconsole.views.explain import MAX_VALUE, server_now
from mckconsole.views.spec import Role

MOST = 6
"""Pods, nodes and containers of one kind that are drawn before the rest is counted."""
_LABEL = 11


def link(
    depth: int,
    *spans: Span | str,
    word: str = "",
    last: bool = True,
    target: Target | None = None,
    note: str = "",
) -> Line:
    """One link of the chain, `depth` steps in, with the branch that it hangs from and, where one
    account has several, the word for which of its links it is."""
    branch = f"{'  ' * (depth - 1)}{'└' if last else '├'} " if depth else ""
    head = f"{branch}{word:<{_LABEL}}" if word else branch
    words = tuple(span if isinstance(span, Span) else Span(span) for span in spans)
    return Line((Span(head, Role.DIM), *words), target, len(head) + 2 * (not word), note)


def below(depth: int, *spans: Span | str, target: Target | None = None, note: str = "") -> Line:
    """What belongs to the link above it."""
    words = tuple(span if isinstance(span, Span) else Span(span) for span in spans)
    indent = 2 * depth + _LABEL
    return Line((Span(" " * indent), *words), target, indent + 2, note)


def age_of(snapshot: FleetSnapshot, cluster: str, stamp: str) -> str:
    """`2 d`, how long ago by the cluster's clock; empty for what is no time."""
    at = parse_rfc3339(stamp)
    return "" if at is None else format_age(max(server_now(snapshot, cluster) - at, 0.0))


def trace_line(cluster: str, trace: Trace, depth: int) -> Line:
    """`spec.containers[0].env[2].value = arn:…`."""
    path, value = shorten(trace.path, MAX_VALUE), shorten(trace.value, MAX_VALUE)
    words = f"{path} = {value}" if value else path
    return below(depth, Span(words, Role.DIM), target=ObjectTarget(cluster, trace.object))
