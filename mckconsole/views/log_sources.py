"""Who says what stands in a log: short names, colours, and how the sources stand.

Pure. What their lines look like is for `views.logs`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from mckconsole.domain.logs import LogSource, SourceState, SourceStatus
from mckconsole.views.detail import Line, Span
from mckconsole.views.logs import LogLook
from mckconsole.views.spec import GLYPHS, Role

WIDEST_NAME = 32
"""Cells of a source's name."""
_SHORT = 12
"""Characters of a pod's name that need not be made shorter."""
_GENERATED = re.compile(r"-[a-f0-9]{8,10}-([a-z0-9]{5})$")
_STATES = {
    SourceState.REFUSED: Role.FORBIDDEN,
    SourceState.RETRYING: Role.STALE,
    SourceState.OPENING: Role.CONNECTING,
    SourceState.ENDED: Role.DIM,
    SourceState.FOLLOWING: Role.OK,
}
"""How each state looks, the worst first."""


def short_names(sources: Sequence[LogSource]) -> list[str]:
    """A name for each source that is as short as it can be: the cluster where there are several,
    the pod without what all pods of its workload begin with, the container where pods have more."""
    clusters = {one.cluster for one in sources}
    pods = {(one.cluster, one.namespace, one.pod) for one in sources if one.container}
    spaces = {one.namespace for one in sources if one.container}
    containers = {one.container for one in sources if one.container}
    stem = _stem({pod for _, _, pod in pods})
    names = []
    for one in sources:
        parts = [one.cluster] if len(clusters) > 1 else []
        parts += [one.namespace] if len(spaces) > 1 else []
        if one.container and len(pods) > 1:
            parts.append(_short_pod(one.pod, stem))
        elif not one.container or len(containers) <= 1:
            parts.append(one.pod)
        if one.container and len(containers) > 1:
            parts.append(one.container)
        names.append("/".join(parts))
    return names


def _stem(pods: set[str]) -> str:
    """What all pods' names begin with, up to a dash; empty where that is nothing."""
    if len(pods) < 2:
        return ""
    first, last = min(pods), max(pods)
    same = 0
    while same < min(len(first), len(last)) and first[same] == last[same]:
        same += 1
    return first[: first.rfind("-", 0, same) + 1]


def _short_pod(name: str, stem: str) -> str:
    """A pod's name without the stem, or without the hash of its template."""
    if stem and len(stem) < len(name) and len(name) > _SHORT:
        return _GENERATED.sub(r"-\1", f"-{name[len(stem) :]}").removeprefix("-")
    return _GENERATED.sub(r"-\1", name)


def names_width(sources: Sequence[LogSource], names: Sequence[str]) -> int:
    """Cells of the longest name of a container, up to a limit."""
    lengths = (len(name) for one, name in zip(sources, names, strict=True) if one.container)
    return min(max(lengths, default=0), WIDEST_NAME)


def source_colours(sources: Sequence[LogSource]) -> list[int]:
    """Which colour each source has: one for each cluster where there are several, else for each
    pod."""
    several = len({one.cluster for one in sources}) > 1
    numbers: dict[str, int] = {}
    return [
        numbers.setdefault(one.cluster if several else one.pod, len(numbers)) for one in sources
    ]


def source_summary(statuses: Sequence[SourceStatus]) -> tuple[Span, ...]:
    """` · 9 of 12 followed · ⊘ 2 refused`."""
    if not statuses:
        return ()
    counts = {state: sum(one.state is state for one in statuses) for state in _STATES}
    real = sum(bool(one.source.container) for one in statuses)
    parts = [Span(f" · {counts[SourceState.FOLLOWING]} of {real} followed", Role.DIM)]
    for state in (SourceState.REFUSED, SourceState.RETRYING, SourceState.OPENING):
        if counts[state]:
            role = _STATES[state]
            parts.append(Span(f" · {GLYPHS[role]} {counts[state]} {state.value}", role))
    return tuple(parts)


def source_lines(
    statuses: Sequence[SourceStatus], look: LogLook, *, everything: bool, most: int
) -> list[Line]:
    """Sources with their state and its reason, the worst first: those in trouble, of which those
    alike share a line, or all."""
    order = list(_STATES)
    quiet = () if everything else (SourceState.FOLLOWING, SourceState.ENDED)
    groups: dict[tuple[object, ...], list[int]] = {}
    for number, one in enumerate(statuses):
        if one.state not in quiet and (everything or one.reason):
            same = (order.index(one.state), number if everything else one.reason)
            groups.setdefault(same, []).append(number)
    chosen = [groups[key] for key in sorted(groups, key=lambda key: (key[0], groups[key][0]))]
    room = most if len(chosen) <= most else most - 1
    found = [_source_line(statuses, look, numbers) for numbers in chosen[:room]]
    if len(chosen) > room:
        words = f"… and {len(chosen) - room} more" + ("" if everything else "; i lists them")
        found.append(Line((Span(words, Role.DIM),)))
    return found


def _source_name(source: LogSource, look: LogLook, number: int) -> str:
    """The container's; the cluster's for a target as a whole, which the reason names."""
    return look.names[number] if source.container and number < len(look.names) else source.cluster


def _source_line(sources: Sequence[SourceStatus], look: LogLook, numbers: Sequence[int]) -> Line:
    status = sources[numbers[0]]
    role = _STATES[status.state]
    sign = GLYPHS.get(role, "·")
    name = ", ".join(_source_name(sources[number].source, look, number) for number in numbers)
    words = f": {status.reason}" if status.reason else ""
    lines = f"  {status.lines:,} lines" if status.lines else ""
    spans = (
        Span(f"{sign} {status.state.value}", role),
        Span(f"  {name}"),
        Span(f"{words}{lines}", Role.PLAIN if status.reason else Role.DIM),
    )
    return Line(spans, indent=2)
