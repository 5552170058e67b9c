"""Whether traffic of one cluster reaches another, as far as the mesh pane's tunnels tell."""

from __future__ import annotations

from collections.abc import Iterable

from mckconsole.analysis.mesh.links import Link, LinkState, MeshProvider
from mckconsole.analysis.services.model import Reach

_TUNNELS = (MeshProvider.SUBMARINER, MeshProvider.CILIUM)
"""Links that carry packets for whoever sends them; the links of service meshes carry their own."""
_BROKEN = (LinkState.DOWN, LinkState.MISSING)


def reach_of(links: Iterable[Link]) -> dict[tuple[str, str], Reach]:
    """(from, to) by cluster name, where there is a tunnel or one is missing.

    Of several tunnels one that works is enough, and the worst of those that work is named; one
    whose state is not known may work. The words hold no ages, so that they change with the state.
    """
    by_pair: dict[tuple[str, str], list[Link]] = {}
    for link in links:
        if link.key.provider in _TUNNELS:
            by_pair.setdefault((link.key.source, link.key.target), []).append(link)
    return {pair: _together(found) for pair, found in by_pair.items()}


def _together(links: list[Link]) -> Reach:
    usable = [link for link in links if link.state.measured]
    unsure = [link for link in links if link.state not in _BROKEN]
    link = min(usable or unsure or links, key=lambda one: (one.state.rank, one.key))
    up = True if usable else None if unsure else False
    cause = f" ({link.cause})" if link.cause and not usable else ""
    return Reach(up, f"{link.key.provider} {link.state}{cause}", str(link.key))
