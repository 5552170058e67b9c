"""Which cluster of the fleet a log means by the name that its cloud has for it.

Contexts are called as the clouds' tools call them: `gke_PROJECT_LOCATION_NAME`, an ARN that ends in
`cluster/NAME`, or the plain name. A name that fits several clusters, or none, is nobody's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from mckconsole.sources.access_log_observed import Place

_KNOWN = 1024
"""Answers that are remembered."""


class Named(Protocol):
    """A cluster of the fleet; `sources.endpoint.ClusterEndpoint` is one."""

    @property
    def name(self) -> str: ...

    @property
    def context(self) -> str: ...


class ClusterNames:
    """Finds clusters by what logs call them."""

    def __init__(self, clusters: Sequence[Named]) -> None:
        self._clusters = [
            (one.name, one.name.casefold(), one.context.casefold()) for one in clusters
        ]
        self._found: dict[Place, str] = {}

    def find(self, place: Place) -> str:
        """The cluster's name in the fleet; empty for one that is not in it, or not plainly."""
        if not place.name:
            return ""
        found = self._found.get(place)
        if found is None:
            found = self._look(place)
            if len(self._found) < _KNOWN:
                self._found[place] = found
        return found

    def _look(self, place: Place) -> str:
        for word in _words(place):
            exact = {name for name, *called in self._clusters if word in called}
            if exact:
                return exact.pop() if len(exact) == 1 else ""
        ends = tuple(f"{mark}{place.name.casefold()}" for mark in ("/", "_"))
        ending = {name for name, _, context in self._clusters if context.endswith(ends)}
        return ending.pop() if len(ending) == 1 else ""


def _words(place: Place) -> Iterator[str]:
    """What it may be called in full, the most precise first."""
    name = place.name.casefold()
    if place.project and place.location:
        yield f"gke_{place.project}_{place.location}_{name}".casefold()
    yield name
