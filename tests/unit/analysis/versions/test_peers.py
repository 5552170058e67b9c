"""UB17: peers of a mesh that are being upgraded or are cut off, with their healthy twins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given

from mckconsole.analysis.mesh.links import Link, LinkKey, LinkState, MeshProvider
from mckconsole.analysis.versions.exemption import Exemption
from mckconsole.analysis.versions.model import Blocker, ClusterVersions, Gravity, NodePool
from mckconsole.analysis.versions.peers import peer_blockers, under_way
from mckconsole.analysis.versions.plan import Question, make_plan
from mckconsole.domain.findings import Evidence
from mckconsole.domain.kubeversion import Minor
from tests.unit.analysis.build import NOW
from tests.unit.analysis.versions import planning
from tests.unit.analysis.versions.test_plan_properties import questions

BLOCK, UNKNOWN = Gravity.BLOCK, Gravity.UNKNOWN
GROUP = "submariner prod"


def cluster(
    name: str, *pool: int, least: int | None = 34, most: int | None = None,
    groups: Sequence[str] = (GROUP,), pool_name: str = "workers",
) -> ClusterVersions:  # fmt: skip
    kubelets = tuple((Minor(1, number), 2) for number in pool or (34,))
    return ClusterVersions(
        name,
        "",
        least=None if least is None else Minor(1, least),
        most=None if least is None else Minor(1, most or least),
        pools=(NodePool(pool_name, ("n1",), kubelets),),
        groups=tuple(groups),
    )


def link(source: str, target: str, state: LinkState) -> Link:
    key = LinkKey(MeshProvider.SUBMARINER, source, target)
    shown = Evidence("derived", source, None, "status", state.value, NOW)
    return Link(key, state, None, "because", evidence=(shown,))


def told(*clusters: ClusterVersions, links: Sequence[Link] = ()) -> dict[str, list[str]]:
    found = peer_blockers(clusters, links, NOW)
    return {name: [f"{b.gravity}: {b.subject}" for b in some] for name, some in found.items()}


@pytest.mark.parametrize(
    ("peer", "words"),
    [
        (cluster("east"), ""),
        (cluster("east", 33), ""),  # its nodes are behind, and all alike
        (cluster("east", 33, 34), "nodes of pool workers at 1.33 and 1.34"),
        (cluster("east", 33, 34, pool_name=""), ""),  # that is no pool
        (cluster("east", most=35), "API servers at 1.34 and 1.35"),
        (cluster("east", least=None), ""),
    ],
)
def test_what_is_under_way(peer: ClusterVersions, words: str) -> None:
    assert under_way(peer) == words
    waits = told(cluster("west"), peer).get("west", [])
    assert ("block: under way" in waits) == bool(words)


def test_only_clusters_of_one_mesh_wait_for_each_other() -> None:
    busy = cluster("east", most=35)
    assert told(cluster("west", groups=["cilium a"]), busy) == {}
    assert told(cluster("west", groups=[]), busy) == {}
    found = peer_blockers([cluster("west"), busy, cluster("south", most=35)], (), NOW)
    assert sorted(found) == ["east", "south", "west"]
    (one,) = found["west"]
    assert one.peers == ("east", "south")
    assert [e.cluster for e in one.evidence] == ["east", "south"]
    assert "API servers at 1.34 and 1.35" in one.detail


def test_a_peer_whose_version_is_not_known() -> None:
    assert told(cluster("west"), cluster("east", least=None)) == {"west": ["unknown: versions"]}


UP, DOWN, STALE = LinkState.UP, LinkState.DOWN, LinkState.STALE


@pytest.mark.parametrize(
    ("there", "back", "gravity"),
    [
        (UP, UP, None),
        (DOWN, UP, None),
        (LinkState.SLOW, None, None),
        (LinkState.UNVERIFIED, None, None),
        (None, None, None),
        (DOWN, DOWN, BLOCK),
        (DOWN, None, BLOCK),
        (LinkState.MISSING, LinkState.CONNECTING, BLOCK),
        (DOWN, STALE, UNKNOWN),
        (STALE, LinkState.UNKNOWN, UNKNOWN),
    ],
)
def test_peers_that_no_link_reaches(
    there: LinkState | None, back: LinkState | None, gravity: Gravity | None
) -> None:
    links = [link("west", "east", there)] if there else []
    links += [link("east", "west", back)] if back else []
    found = peer_blockers([cluster("west"), cluster("east")], links, NOW)
    expected = [] if gravity is None else [gravity]
    assert [b.gravity for b in found.get("west", ())] == expected
    assert [b.gravity for b in found.get("east", ())] == expected
    for one in found.get("west", ()):
        _complete(one)


def _complete(one: Blocker) -> None:
    assert one.rule == "UB17"
    assert one.title
    assert one.remediation
    assert one.peers == ("east",)
    assert one.evidence or one.gravity is UNKNOWN


def test_a_plan_lets_who_is_under_way_go_first() -> None:
    mesh = ("submariner prod",)
    plan = make_plan(planning.question(
        planning.cluster("a", 34, planning.pool("p", 34), groups=mesh),
        planning.cluster("b", 34, planning.pool("p", 33, 34), groups=mesh),
    ))  # fmt: skip
    assert planning.told(plan)[0] == "1 b 1.34-1.35"
    calm = make_plan(planning.question(
        planning.cluster("a", 34, planning.pool("p", 34), groups=mesh),
        planning.cluster("b", 34, planning.pool("p", 34, 34), groups=mesh),
    ))  # fmt: skip
    assert planning.told(calm)[0] == "1 a 1.34-1.35"


def test_a_plan_waits_for_a_peer_that_is_under_way_and_held() -> None:
    mesh = ("submariner prod",)
    fleet = (
        planning.cluster("a", 34, planning.pool("p", 34), groups=mesh),
        planning.cluster("b", 34, planning.pool("p", 33, 34), groups=mesh,
                         blockers=[planning.blocker()]),
    )  # fmt: skip
    plan = make_plan(planning.question(*fleet))
    assert planning.told(plan) == []
    assert "its mesh peer b is being upgraded" in planning.held(plan)["a"]
    waived = make_plan(planning.question(*fleet, waive=[Exemption("UB17", "a")]))
    assert planning.told(waived)[0] == "1 a 1.34-1.35"


def test_what_is_told_of_a_peer_under_way_stops_no_plan_by_itself() -> None:
    mesh = ("submariner prod",)
    a = planning.cluster("a", 34, planning.pool("p", 34), groups=mesh)
    b = planning.cluster("b", 34, planning.pool("p", 33, 34), groups=mesh)
    told = peer_blockers([a, b], (), NOW)
    fleet = [replace(one, blockers=told.get(one.cluster, ())) for one in (a, b)]
    assert [one.cluster for one in make_plan(planning.question(*fleet)).steps][:2] == ["b", "a"]


@given(questions())
def test_no_plan_goes_on_while_a_peer_is_under_way(asked: Question) -> None:
    """But for clusters that are under way themselves, and those that are behind the peer."""
    fleet = {one.cluster: one for one in asked.clusters}
    busy = {name for name, one in fleet.items() if under_way(one)}
    now = {name: one.least for name, one in fleet.items()}
    for step in make_plan(asked).steps:
        if step.to > step.start and step.cluster not in busy:
            groups = set(fleet[step.cluster].groups)
            for name in [one for one in busy if groups & set(fleet[one].groups)]:
                at = now[name]
                assert at is not None
                assert at > step.start
        busy.discard(step.cluster)
        now[step.cluster] = step.to
