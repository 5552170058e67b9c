"""Which view shows a place."""

from __future__ import annotations

from mckconsole.ui.places import MetricsPlace, Place, TransitionsPlace
from mckconsole.ui.table_view import TableView
from mckconsole.ui.view import Desk, PaneView
from mckconsole.views.detail import ClusterTarget, FindingTarget, LinkTarget, ObjectTarget
from mckconsole.views.panes import find_pane


def root_views(desk: Desk, pane: str) -> tuple[PaneView, ...]:
    """The first views of a pane; the first of them is shown at the start.

    Raises:
        ValueError: there is no such pane.
    """
    spec = find_pane(pane)
    if spec is None:
        raise ValueError(f"there is no pane {pane}")
    table = TableView(desk, spec)
    if spec.name != "mesh":
        return (table,)
    from mckconsole.ui.matrix_view import MatrixView

    return (MatrixView(desk, spec), table)


def view_for(desk: Desk, pane: str, place: Place) -> PaneView:
    """A view of `place`, below the table of `pane`. What it needs is imported only now."""
    from mckconsole.ui import detail_views as details

    match place:
        case ClusterTarget():
            return details.ClusterView(desk, pane, place)
        case LinkTarget():
            return details.LinkView(desk, pane, place)
        case FindingTarget():
            return details.FindingView(desk, pane, place)
        case ObjectTarget():
            return details.ObjectView(desk, pane, place)
        case TransitionsPlace():
            return details.TransitionsView(desk, pane, place)
        case MetricsPlace():
            from mckconsole.ui.metrics_view import MetricsView

            return MetricsView(desk, pane, place)
