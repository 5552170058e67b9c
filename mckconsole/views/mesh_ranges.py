"""Which metric series are about a row of the mesh pane, and from when on they say nothing new."""

from __future__ import annotations

from mckconsole.analysis.engine import Analysis
from mckconsole.analysis.mesh.links import Link, LinkState, MeshProvider
from mckconsole.domain.ranges import LinkSeries
from mckconsole.views.mesh import find_link

_UNMEASURED = {
    MeshProvider.CILIUM: "Cilium",
    MeshProvider.LINKERD: "Linkerd",
    MeshProvider.ISTIO: "Istio",
    MeshProvider.CONSUL: "Consul",
}
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
        link.peer or remote or key.target.removesuffix(_FOREIGN),
    )


def unmeasured(link: Link, what: str) -> str:
    """Why there is no plot of `what`: the mesh measures no such thing."""
    name = _UNMEASURED.get(link.key.provider)
    return f"{name} has no metric of this: {what}" if name else "this mesh has no such metric"


def frozen_since(link: Link) -> float | None:
    """From when on its round trips repeat a last value (Unix seconds); None while they are new.

    A Submariner gateway whose pings get no answer keeps its last round trip, and so does the
    metric; Linkerd's is of the last probe, whenever that was. 0.0 is before the console first
    looked.
    """
    mute = link.state in (LinkState.DOWN, LinkState.CONNECTING)
    pinging = link.key.provider in (MeshProvider.SUBMARINER, MeshProvider.LINKERD)
    if not pinging or not mute:
        return None
    return 0.0 if link.since is None else link.since
