"""What changed between two moments, and what cannot be told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from mckconsole.analysis.engine import analyse
from mckconsole.domain.alerts import Alert, AlertsView
from mckconsole.domain.core import Namespace, NamespaceMeta
from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.metrics import MetricState
from mckconsole.domain.objects import Key, Projection
from mckconsole.domain.snapshot import ClusterSnapshot, FleetSnapshot, TopicView, VersionInfo
from mckconsole.domain.states import ClusterState, TopicState
from mckconsole.views.detail import ClusterTarget, InspectTarget
from mckconsole.views.moments import Side, moments_detail

NOW = 1_785_571_200.0


def space(name: str, uid: str = "u", **labels: str) -> Namespace:
    meta = NamespaceMeta(name=name, uid=uid, labels=labels, resource_version=str(len(labels)))
    return Namespace(metadata=meta)


def fleet(
    at: float,
    *spaces: Namespace,
    state: ClusterState = ClusterState.READY,
    topic: TopicState = TopicState.FRESH,
    version: str = "v1.35.0",
    alerts: AlertsView | None = None,
) -> FleetSnapshot:
    objects: Mapping[Key, Projection] = {one.key: one for one in spaces}
    view = TopicView("namespaces", topic, version="v1", objects=objects)
    west = ClusterSnapshot(
        "west", "w", "https://w", state, "why" if state is not ClusterState.READY else "",
        VersionInfo(version), topics={"namespaces": view},
    )  # fmt: skip
    return FleetSnapshot(MappingProxyType({"west": west}), at, alerts=(alerts,) if alerts else ())


def told(before: FleetSnapshot, after: FleetSnapshot) -> dict[str, list[str]]:
    sides = [Side(one, analyse(one)) for one in (before, after)]
    blocks = moments_detail(*sides).blocks
    return {block.heading: [line.text for line in block.lines] for block in blocks if block.lines}


def test_objects_that_came_went_and_changed() -> None:
    before = fleet(NOW, space("same"), space("gone"), space("other", team="a"), space("anew"))
    after = fleet(
        NOW + 60, space("same"), space("new"), space("other", team="b"), space("anew", "another")
    )
    assert set(told(before, after)["Namespace"]) == {
        "+ new  west  new",
        "+ anew  west  new",
        "− gone  west  gone",
        "~ other  west  metadata.labels",
    }


def test_what_was_not_read_is_not_gone() -> None:
    before = fleet(NOW, space("a"))
    after = fleet(NOW + 60, topic=TopicState.FORBIDDEN)
    (line,) = told(before, after)["Namespace"]
    assert "fresh → forbidden: what it had cannot be compared" in line
    unread = fleet(NOW, topic=TopicState.UNREACHABLE), fleet(NOW + 60, topic=TopicState.UNREACHABLE)
    assert "Namespace" not in told(*unread)


def test_clusters() -> None:
    before = fleet(NOW)
    after = fleet(NOW + 60, state=ClusterState.UNREACHABLE, version="v1.36.0")
    sides = [Side(one, analyse(one)) for one in (before, after)]
    detail = moments_detail(*sides)
    assert (detail.title, detail.words) == ("08:00:00Z to 08:01:00Z", "2 changes in 1 m")
    lines = detail.blocks[1].lines
    assert "ready → ✖ unreachable: why" in lines[0].text
    assert "version v1.35.0 → v1.36.0" in lines[1].text
    assert lines[0].target == ClusterTarget("west")
    gone = replace(after, clusters=MappingProxyType({}))
    assert "is no longer in the kubeconfig" in told(before, gone)["Clusters"][0]


def test_alerts() -> None:
    pod = ObjectRef("v1", "Pod", "shop", "web")
    alert = Alert("prom", "west", "Crashing", "firing", "warning", NOW, object=pod, summary="!")
    firing = AlertsView("prom", MetricState.FRESH, alerts=(alert,))
    calm = AlertsView("prom", MetricState.FRESH)
    silent = AlertsView("prom", MetricState.FAILED, "down")
    before, after = fleet(NOW, alerts=calm), fleet(NOW + 60, alerts=firing)
    (block,) = (
        block
        for block in moments_detail(*(Side(one, analyse(one)) for one in (before, after))).blocks
        if block.heading == "Alerts"
    )
    assert block.lines[0].target == InspectTarget("west", pod)
    assert "Crashing" in block.lines[0].text
    assert "resolved" in told(after, replace(before, taken_at=NOW + 90))["Alerts"][0]
    lost = fleet(NOW + 90, alerts=silent)
    assert "unknown: the endpoint was not read" in told(after, lost)["Alerts"][0]


def test_nothing_changed() -> None:
    one = fleet(NOW, space("a"))
    assert "nothing that is recorded changed" in str(told(one, replace(one, taken_at=NOW + 5)))
