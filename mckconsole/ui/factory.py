"""Which view shows a place."""

from __future__ import annotations

from mckconsole.ui.places import (
    CompareObjectsPlace,
    ComparePlace,
    DriftPlace,
    FindPlace,
    LogsPlace,
    LossesPlace,
    MetricsPlace,
    MomentsPlace,
    NotesPlace,
    Place,
    TransitionsPlace,
)
from mckconsole.ui.view import Desk, PaneView
from mckconsole.views.detail import (
    CheckTarget,
    ClusterTarget,
    FailoverTarget,
    FindingTarget,
    HappeningTarget,
    IdentityTarget,
    InspectTarget,
    LinkTarget,
    ObjectTarget,
    ReadersTarget,
    SecretTarget,
    ServiceTarget,
    VersionTarget,
    WhoTarget,
)


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
            from mckconsole.ui.yaml_view import YamlView

            return YamlView(desk, pane, place)
        case InspectTarget():
            from mckconsole.ui.object_views import InspectView

            return InspectView(desk, pane, place)
        case FindPlace():
            from mckconsole.ui.find_view import FindView

            return FindView(desk, place)
        case LogsPlace():
            from mckconsole.ui.log_views import LogsView

            return LogsView(desk, pane, place)
        case CompareObjectsPlace() | DriftPlace():
            from mckconsole.ui import compare_views as compared

            if isinstance(place, DriftPlace):
                return compared.DriftView(desk, place)
            return compared.ObjectsCompareView(desk, place)
        case TransitionsPlace():
            return details.TransitionsView(desk, pane, place)
        case MomentsPlace():
            from mckconsole.ui.moments_view import MomentsView

            return MomentsView(desk, pane, place)
        case NotesPlace():
            return details.NotesView(desk, pane)
        case ServiceTarget() | ComparePlace():
            from mckconsole.ui import service_views as services

            if isinstance(place, ComparePlace):
                return services.CompareView(desk, place)
            return services.ServiceView(desk, pane, place)
        case IdentityTarget() | WhoTarget():
            from mckconsole.ui import identity_views as identities

            if isinstance(place, WhoTarget):
                return identities.WhoView(desk, pane, place)
            return identities.IdentityView(desk, pane, place)
        case SecretTarget() | ReadersTarget():
            from mckconsole.ui import secrets_views as secrets

            if isinstance(place, ReadersTarget):
                return secrets.ReadersView(desk, pane, place)
            return secrets.SecretView(desk, pane, place)
        case VersionTarget():
            from mckconsole.ui.versions_views import VersionView

            return VersionView(desk, pane, place)
        case HappeningTarget():
            from mckconsole.ui.timeline_views import HappeningView

            return HappeningView(desk, pane, place)
        case CheckTarget():
            from mckconsole.ui.checklist_views import CheckView

            return CheckView(desk, pane, place)
        case FailoverTarget() | LossesPlace():
            from mckconsole.ui import failover_views as failover

            if isinstance(place, LossesPlace):
                return failover.LossesView(desk, pane, place)
            return failover.FailoverView(desk, pane, place)
        case MetricsPlace():
            from mckconsole.ui.metrics_view import MetricsView

            return MetricsView(desk, pane, place)
