"""The tables of the panes: what their rows open, and what else can be done with a row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mckconsole.ui.table_view import TableView

if TYPE_CHECKING:
    from mckconsole.domain.logs import LogTarget
    from mckconsole.ui.places import Place
    from mckconsole.views.detail import ObjectTarget


class FleetTable(TableView):
    """A row is a cluster."""

    def place(self, row_id: str) -> Place:
        from mckconsole.views.detail import ClusterTarget

        return ClusterTarget(row_id)

    def do_failover_open(self) -> None:
        """What the loss of the marked clusters together, else of this one, would mean."""
        from mckconsole.views.detail import FailoverTarget

        frame, marked, row = self.desk.frame, self.grid.marked, self.row
        if frame is not None and marked:
            self.desk.go(FailoverTarget(tuple(n for n in frame.snapshot.clusters if n in marked)))
        elif row is not None:
            self.desk.go(FailoverTarget((row.id,)))

    def refuses(self, action: str) -> str:
        if action == "failover.open" and self.row is None and not self.grid.marked:
            return "there is no row"
        return super().refuses(action)


class MeshTable(TableView):
    """A row is one direction of a tunnel."""

    def place(self, row_id: str) -> Place:
        from mckconsole.views.detail import LinkTarget

        return LinkTarget(row_id)

    def behind(self, row_id: str) -> ObjectTarget | None:
        from mckconsole.views.mesh_detail import link_object

        frame = self.desk.frame
        return link_object(frame.snapshot, frame.analysis, row_id) if frame else None

    def do_mesh_metrics(self) -> None:
        """Latency and traffic of this direction over time."""
        from mckconsole.ui.places import MetricsPlace

        if self.row is not None:
            self.desk.go(MetricsPlace(self.row.id))

    def do_mesh_transitions(self) -> None:
        """How its state changed."""
        from mckconsole.ui.places import TransitionsPlace

        if self.row is not None:
            self.desk.go(TransitionsPlace(self.row.id))

    def refuses(self, action: str) -> str:
        if self.row is None and action in ("mesh.metrics", "mesh.transitions"):
            return "there is no row"
        return super().refuses(action)


class ServicesTable(TableView):
    """A row is a service in all its clusters."""

    def place(self, row_id: str) -> Place:
        from mckconsole.views.detail import ServiceTarget

        return ServiceTarget(row_id)

    def behind(self, row_id: str) -> ObjectTarget | None:
        """What the cluster of the chosen column holds, else the first of the worst clusters."""
        from mckconsole.views.services_detail import service_object

        frame, chosen = self.desk.frame, self.grid.cursor_column
        cluster = next((one.cluster for one in self.columns if one.id == chosen), "")
        return service_object(frame.analysis, row_id, cluster) if frame else None

    def log_targets(self) -> tuple[LogTarget, ...]:
        """Its pods in all clusters."""
        from mckconsole.ui.logs_of import logs_of_services

        frame, row = self.desk.frame, self.row
        if frame is None or row is None:
            return ()
        marked = self.grid.marked
        ids = [one.id for one in self.rows if one.id in marked] if marked else [row.id]
        return logs_of_services(frame.analysis, ids)

    def do_services_compare(self) -> None:
        """Its objects side by side."""
        from mckconsole.ui.places import ComparePlace

        if self.row is not None:
            self.desk.go(ComparePlace(self.row.id))

    def do_failover_open(self) -> None:
        """What each cluster's loss would mean for the service."""
        from mckconsole.ui.places import LossesPlace

        if self.row is not None:
            self.desk.go(LossesPlace(self.row.id))

    def refuses(self, action: str) -> str:
        if self.row is None and action in ("services.compare", "failover.open"):
            return "there is no row"
        return super().refuses(action)
