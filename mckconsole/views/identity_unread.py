"""Clusters whose identities are not known: nobody there is anybody, and that means nothing."""

from __future__ import annotations

from collections.abc import Mapping

from mckconsole.analysis.identity.model import IdentityReport
from mckconsole.views.detail import ClusterTarget, Line
from mckconsole.views.explain import count, unknown

_MOST = 6
"""Clusters that are named before the rest is counted."""


def unread_clusters(report: IdentityReport) -> Mapping[str, str]:
    """Clusters whose pods or service accounts were not read, in part or at all, with the reason."""
    found = {one.cluster: one.reason for one in report.unknowns if one.rule == "*"}
    return {name: found[name] for name in sorted(found)}


def unread_lines(report: IdentityReport) -> tuple[Line, ...]:
    """`? perhaps others in edge-fra-1: it was not read`; no line where everything was."""
    names = list(unread_clusters(report))
    if not names:
        return ()
    some = ", ".join(names[:_MOST])
    if len(names) > _MOST:
        some += f" and {count(len(names) - _MOST, 'other cluster')}"
    it = "it was" if len(names) == 1 else "they were"
    words = unknown(f"perhaps others in {some}: {it} not read, or not in full")
    return (Line((words,), ClusterTarget(names[0]), 2),)
