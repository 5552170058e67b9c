"""Events, nodes, alerts and fleets of them, for tests of the timeline."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from mckconsole.analysis.timeline.model import Entry, TimelineReport
from mckconsole.analysis.timeline.report import TimelineMemory, analyse_timeline
from mckconsole.domain.alerts import Alert, AlertsView
from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.metrics import MetricState
from mckconsole.domain.snapshot import ClusterSnapshot, FleetSnapshot
from mckconsole.domain.states import Transition
from mckconsole.domain.times import format_rfc3339
from tests.unit.analysis import build
from tests.unit.analysis.build import NOW, Doc


def stamp(ago: float) -> str:
    """The time so many seconds before NOW."""
    return format_rfc3339(NOW - ago)


def event(
    name: str = "checkout-1.17a",
    *,
    reason: str = "BackOff",
    type: str = "Warning",
    ago: float = 10.0,
    first: float | None = None,
    made: float | None = None,
    count: int = 1,
    message: str = "Back-off restarting failed container app",
    about: tuple[str, str, str, str] = ("v1", "Pod", "shop", "checkout-1"),
    **more: object,
) -> Doc:
    """A core/v1 Event as kubelets write it; times are seconds before NOW."""
    api_version, kind, namespace, object_ = about
    first = ago if first is None else first
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {
            "name": name,
            "namespace": namespace or "default",
            "uid": f"uid-{name}",
            "creationTimestamp": stamp(first if made is None else made),
        },
        "involvedObject": {
            "apiVersion": api_version, "kind": kind, "namespace": namespace, "name": object_,
        },
        "reason": reason,
        "message": message,
        "type": type,
        "count": count,
        "firstTimestamp": stamp(first),
        "lastTimestamp": stamp(ago),
        "source": {"component": "kubelet", "host": "n1"},
        "reportingComponent": "kubelet",
        **more,
    }  # fmt: skip


def node(
    name: str = "n1", ready: str = "True", *, since: float = 5000.0, made: float = 90_000.0,
    uid: str = "", kubelet: str = "v1.34.2", cordoned: bool = False,
) -> Doc:  # fmt: skip
    """A core/v1 Node."""
    condition = {
        "type": "Ready", "status": ready, "lastTransitionTime": stamp(since),
        "reason": "KubeletReady" if ready == "True" else "NodeStatusUnknown",
        "message": "kubelet is posting ready status" if ready == "True" else "Kubelet stopped",
    }  # fmt: skip
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "uid": uid or name, "creationTimestamp": stamp(made)},
        "spec": {"unschedulable": cordoned},
        "status": {"conditions": [condition], "nodeInfo": {"kubeletVersion": kubelet}},
    }


POD = ObjectRef("v1", "Pod", "shop", "checkout-1")


def alert(
    name: str = "KubePodCrashLooping", *, state: str = "firing", cluster: str = "east",
    ago: float = 60.0, severity: str = "critical", object: ObjectRef | None = POD,
) -> Alert:  # fmt: skip
    """An alert of the federation."""
    labels = (("namespace", "shop"), ("pod", "checkout-1"))
    return Alert(
        "federation", cluster, name, "firing" if state == "firing" else "pending", severity,
        NOW - ago, labels, "Pod is crash looping.", object=object,
    )  # fmt: skip


def alerts(
    *told: Alert, state: MetricState = MetricState.FRESH, at: float = NOW, offset: float = 0.0
) -> AlertsView:
    """What the federation says."""
    reason = "" if state is MetricState.FRESH else "federation: timeout"
    return AlertsView("federation", state, reason, told, at, ("east", "west"), offset)


def ahead(one: ClusterSnapshot, seconds: float) -> ClusterSnapshot:
    """The cluster with a clock that is so far ahead."""
    return replace(one, clock_offset=seconds)


class Watch:
    """A timeline that is kept up."""

    def __init__(self) -> None:
        self.memory = TimelineMemory()

    def look(
        self,
        *clusters: ClusterSnapshot,
        alerts: Iterable[AlertsView] = (),
        links: Iterable[Transition] = (),
        at: float = NOW,
    ) -> TimelineReport:
        """The next look at the fleet."""
        fleet = replace(build.fleet(*clusters, taken_at=at), alerts=tuple(alerts))
        report, self.memory = analyse_timeline(fleet, links, (), (), self.memory)
        return report


def look(fleet: FleetSnapshot) -> TimelineReport:
    """The timeline of one look."""
    return analyse_timeline(fleet, (), (), (), TimelineMemory())[0]


def said(entries: Iterable[Entry]) -> list[str]:
    """Each entry in short."""
    return [f"{one.cluster or '-'} {one.what} {one.subject} ×{one.count}" for one in entries]
