"""UB17 in the report on a fleet, without any plan."""

from __future__ import annotations

from dataclasses import replace

from mckconsole.analysis.mesh.links import (
    Link,
    LinkKey,
    LinkState,
    MeshMember,
    MeshProvider,
    MeshReport,
)
from mckconsole.analysis.versions.model import Gravity, VersionsReport
from mckconsole.analysis.versions.report import VersionsMemory, analyse_versions
from mckconsole.config.support_data import shipped
from mckconsole.domain.findings import Severity
from mckconsole.domain.snapshot import ClusterSnapshot, FleetSnapshot
from tests.unit.analysis import build
from tests.unit.analysis.versions.parts import cluster, control_plane, node

POOL = {"eks.amazonaws.com/nodegroup": "workers"}
PROVIDER = MeshProvider.SUBMARINER


def fleet(*kubelets: str) -> FleetSnapshot:
    """East and west; the nodes of west have these versions."""

    def one(name: str, versions: tuple[str, ...]) -> ClusterSnapshot:
        nodes = [node(f"w{i}", v, labels=POOL) for i, v in enumerate(versions)]
        found = cluster(*control_plane("v1.34.2"), *nodes, version="v1.34.2")
        read = {topic: replace(view, generation=1) for topic, view in found.topics.items()}
        return replace(found, name=name, context=name, topics=read)

    return build.fleet(one("east", ("v1.34.2",)), one("west", kubelets))


def mesh(state: LinkState) -> MeshReport:
    members = tuple(MeshMember(PROVIDER, name, name) for name in ("east", "west"))
    ends = (("east", "west"), ("west", "east"))
    return MeshReport(
        tuple(Link(LinkKey(PROVIDER, *each), state, None, "") for each in ends), members=members
    )


def told(report: VersionsReport) -> list[tuple[str, str, Severity]]:
    found = [one for one in report.findings if one.rule == "UB17"]
    return [(one.cluster, one.subject, one.severity) for one in found]


def test_a_peer_under_way_is_told_and_a_blocker() -> None:
    well, memory = analyse_versions(
        fleet("v1.34.2"), shipped(), mesh(LinkState.UP), VersionsMemory()
    )
    assert told(well) == []
    busy = fleet("v1.34.2", "v1.33.1")
    report, after = analyse_versions(busy, shipped(), mesh(LinkState.UP), memory)
    assert told(report) == [("east", "under way", Severity.HIGH)]
    east = report.of("east")
    assert east is not None
    assert any((one.rule, one.gravity) == ("UB17", Gravity.BLOCK) for one in east.blockers)
    again, _ = analyse_versions(busy, shipped(), mesh(LinkState.UP), after)
    assert again is report


def test_links_that_break_are_told_though_no_cluster_changed() -> None:
    snapshot = fleet("v1.34.2")
    _, memory = analyse_versions(snapshot, shipped(), mesh(LinkState.UP), VersionsMemory())
    report, after = analyse_versions(snapshot, shipped(), mesh(LinkState.DOWN), memory)
    assert [one[:2] for one in told(report)] == [("east", "no link"), ("west", "no link")]
    stale, _ = analyse_versions(snapshot, shipped(), mesh(LinkState.STALE), after)
    assert told(stale) == []
    unknown = [one for one in stale.unknowns if one.rule == "UB17"]
    assert [one.cluster for one in unknown] == ["east", "west"]
