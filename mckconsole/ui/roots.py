"""The first views of a pane."""

from __future__ import annotations

from mckconsole.ui.pane_tables import FleetTable, MeshTable, ServicesTable
from mckconsole.ui.view import Desk, PaneView
from mckconsole.views.panes import find_pane


def root_views(desk: Desk, pane: str) -> tuple[PaneView, ...]:
    """The first views of a pane; the first of them is shown at the start.

    Raises:
        ValueError: there is no such pane.
    """
    spec = find_pane(pane)
    if spec is None:
        raise ValueError(f"there is no pane {pane}")
    if spec.name == "fleet":
        return (FleetTable(desk, spec),)
    if spec.name == "services":
        return (ServicesTable(desk, spec),)
    if spec.name == "identity":
        from mckconsole.ui.identity_tables import IdentityTable

        return IdentityTable.of_pane(desk, spec)
    if spec.name == "secrets":
        from mckconsole.ui.secrets_tables import SecretsTable

        return SecretsTable.of_pane(desk, spec)
    if spec.name == "versions":
        from mckconsole.ui.versions_tables import VersionsTable

        return VersionsTable.of_pane(desk, spec)
    if spec.name == "checklist":
        from mckconsole.ui.checklist_tables import checklist_views

        return checklist_views(desk, spec)
    if spec.name == "timeline":
        from mckconsole.ui.timeline_table import TimelineTable

        return (TimelineTable(desk, spec),)
    if spec.name == "resources":
        from mckconsole.ui.resources_table import ResourcesTable

        return (ResourcesTable(desk, spec),)
    from mckconsole.ui.matrix_view import MatrixView

    return (MatrixView(desk, spec), MeshTable(desk, spec))
