"""Which metric series are about a row of the mesh pane, and from when on they say nothing new."""

from __future__ import annotations

from mckconsole.analysis.engine import Analysis
from mckconsole.analysis.mesh.links import Link, LinkState, MeshProvider
from mckconsole.domain.ranges import LinkSeries
from mckconsole.views.mesh import find_link

_FOREIGN = " (mesh id)"
"""Behind an id that is not that of the cluster of the same name."""


def link_series(analysis: Analysis, row_id: str) -> LinkSeries | None:
    """The series of the link behind a row, for `LiveFleet.link_ranges`; None when it is gone."""
    link = find_link(analysis, row_id)
    if link is None:
        return None
    key = link.key
    ids = {(one.provider, one.cluster): one.mesh_id for one in analysis.mesh.members}
    remote = ids.get((key.provider, key.target), "") if link.in_fleet else ""
    return LinkSeries(
        key.provider.value,
        key.source,
        ids.get((key.provider, key.source), ""),
        remote or key.target.removesuffix(_FOREIGN),
    )


def frozen_since(link: Link) -> float | None:
    """From when on its round trips repeat a last value (Unix seconds); None while they are new.

    A Submariner gateway whose pings get no answer keeps its last round trip, and so does the
    metric. 0.0 is before the console first looked.
    """
    mute = link.state in (LinkState.DOWN, LinkState.CONNECTING)
    if link.key.provider is not MeshProvider.SUBMARINER or not mute:
        return None
    return 0.0 if link.since is None else link.since
