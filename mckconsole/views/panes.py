"""All panes, in the order of their keys."""

from __future__ import annotations

from mckconsole.views.fleet import FLEET
from mckconsole.views.mesh import MESH
from mckconsole.views.spec import PaneSpec

PANES: tuple[PaneSpec, ...] = (FLEET, MESH)


def find_pane(name: str) -> PaneSpec | None:
    """The pane of that name, key or alias, or None."""
    wanted = name.strip().lower()
    for pane in PANES:
        if wanted in (pane.name, pane.key, *pane.aliases):
            return pane
    return None
