"""Whether nodes can be emptied: by tables, and against every way to put the pods elsewhere."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mckconsole.analysis.versions.headroom import headrooms
from mckconsole.analysis.versions.model import Headroom, NodePool
from mckconsole.analysis.versions.podsort import sort_pods
from mckconsole.domain.core import Node
from mckconsole.domain.states import TopicState
from tests.unit.analysis.build import unreachable
from tests.unit.analysis.versions import blocking as b

HOST = "kubernetes.io/hostname"
ZONE = "topology.kubernetes.io/zone"


def pool(cluster: Any) -> NodePool:
    return NodePool(
        "p", tuple(one.metadata.name for one in cluster.objects("nodes", Node).values()), ()
    )


def judged(*docs: b.Doc, **states: TopicState) -> Headroom:
    """Of a cluster whose nodes are all in one pool."""
    cluster = b.cluster(*docs, **states)
    return headrooms(cluster, [pool(cluster)], sort_pods(cluster))["p"]


def terms(key: str, *values: str, operator: str = "In") -> b.Doc:
    expression = {"key": key, "operator": operator, "values": list(values)}
    return {"nodeSelectorTerms": [{"matchExpressions": [expression]}]}


def near(kind: str, topology: str = HOST, app: str = "web") -> b.Doc:
    term = {"labelSelector": {"matchLabels": {"app": app}}, "topologyKey": topology}
    return {"affinity": {kind: {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}}


def volume(claim: str, allowed: b.Doc | None) -> b.Doc:
    spec: b.Doc = {"claimRef": {"namespace": b.SHOP, "name": claim}}
    if allowed:
        spec["nodeAffinity"] = {"required": allowed}
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": claim},
        "spec": spec,
    }


CLAIM: b.Doc = {"volumes": [{"name": "d", "persistentVolumeClaim": {"claimName": "data"}}]}
GPU: b.Doc = {"nvidia.com/gpu": "1"}
TWO = [b.node("n1", labels={ZONE: "a"}), b.node("n2", labels={ZONE: "b"})]


@pytest.mark.parametrize(
    ("docs", "fits", "surge", "stuck"),
    [
        ([*TWO, b.pod(cpu="3")], True, 0, ()),
        ([*TWO, b.pod(cpu="3"), b.pod("web-2", "n2", cpu="2")], False, 1, ()),
        ([b.node("n1"), b.pod(cpu="1")], False, 1, ()),  # the only node
        ([b.node("n1")], True, 0, ()),
        ([*TWO, b.pod(cpu="3"), b.pod("agent", "n2", cpu="2", owner="DaemonSet")], False, 1, ()),
        ([*TWO, b.pod(cpu="1"), b.pod("agent", "n1", cpu="4", owner="DaemonSet")], True, 0, ()),
        ([*TWO, b.pod(cpu="3", phase="Succeeded"), b.pod("o", "n2", cpu="2")], True, 0, ()),
        ([*TWO, b.pod(memory="10Gi"), b.pod("o", "n2", memory="10Gi")], False, 1, ()),
        ([TWO[0], b.node("n2", ready="False"), b.pod(cpu="1")], False, 1, ()),
        ([TWO[0], b.node("n2", cordoned=True), b.pod(cpu="1")], False, 1, ()),
        ([TWO[0], b.node("n2", pods="0"), b.pod()], False, 1, ()),
        ([*TWO, b.pod(requests={"nvidia.com/gpu": 1})], False, 1, ()),
        ([TWO[0], b.node("n2", **GPU), b.pod(requests={"nvidia.com/gpu": 1})],
         True, 0, ()),
        ([*TWO, b.pod(nodeSelector={ZONE: "a"})], False, 1, ()),
        ([*TWO, b.pod(nodeSelector={HOST: "n1"})], False, 0, ("shop/web-1",)),
        ([*TWO, b.pod(affinity={"nodeAffinity": {
            "requiredDuringSchedulingIgnoredDuringExecution": terms(ZONE, "a", "b")}})],
         True, 0, ()),
        ([*TWO, b.pod(**CLAIM), volume("data", terms(ZONE, "a"))], False, 1, ()),
        ([*TWO, b.pod(**CLAIM), volume("data", terms(ZONE, "b"))], True, 0, ()),
        ([*TWO, b.pod(**CLAIM), volume("data", None)], True, 0, ()),
        ([*TWO, b.pod(**CLAIM), volume("data", terms(HOST, "n1"))], False, 0, ("shop/web-1",)),
        ([*TWO, b.pod(**near("podAntiAffinity"))], True, 0, ()),
        ([*TWO, b.pod(**near("podAntiAffinity")), b.pod("web-2", "n2")], False, 1, ()),
        ([*TWO, b.pod(**near("podAntiAffinity", app="db")), b.pod("web-2", "n2")], True, 0, ()),
        ([*TWO, b.pod(**near("podAffinity", ZONE))], False, 1, ()),
    ],
)  # fmt: skip
def test_where_pods_would_go(
    docs: list[b.Doc], fits: bool, surge: int, stuck: tuple[str, ...]
) -> None:
    found = judged(*docs)
    assert (found.fits, found.surge, found.stuck) == (fits, surge, stuck)
    assert bool(found.reason) is not fits


def test_taints_keep_off_whom_they_are_meant_for() -> None:
    tainted = b.node("n2", taints=[{"key": "gpu", "value": "1", "effect": "NoSchedule"}])
    soft = b.node("n2", taints=[{"key": "gpu", "effect": "PreferNoSchedule"}])
    tolerant = b.pod(tolerations=[{"key": "gpu", "operator": "Exists"}])
    assert judged(TWO[0], tainted, b.pod()).surge == 1
    assert judged(TWO[0], soft, b.pod()).fits is True
    assert judged(TWO[0], tainted, tolerant).fits is True


def test_init_containers_count_beside_sidecars() -> None:
    def box(cpu: str, **more: str) -> b.Doc:
        return {"name": "c", "resources": {"requests": {"cpu": cpu}}, **more}

    pod = b.pod(
        containers=[box("1")],
        initContainers=[box("1", restartPolicy="Always"), box("3")],
    )
    assert judged(*TWO, pod).fits is True  # 1 beside 3 is 4
    assert judged(TWO[0], b.node("n2", cpu="3900m"), pod).surge == 1


def test_pods_without_a_node_leave_no_room() -> None:
    waiting = b.pod("web-9", "", phase="Pending")
    waiting["metadata"]["creationTimestamp"] = "2026-09-01T00:00:00Z"
    found = judged(*TWO, waiting)
    assert (found.fits, found.surge) == (False, 1)
    assert "1 pod already without a node" in found.reason
    waiting["metadata"]["creationTimestamp"] = "2026-09-21T14:13:00Z"  # 20 s old
    assert judged(*TWO, waiting).fits is True


@pytest.mark.parametrize(
    ("docs", "states"),
    [
        ([], {"nodes": TopicState.FORBIDDEN}),
        ([], {"pods": TopicState.FORBIDDEN}),
        ([b.pod(cpu="1")], {"pods": TopicState.STALE}),
        ([b.pod(**CLAIM)], {"persistentvolumes": TopicState.FORBIDDEN}),
        ([b.pod(cpu="many")], {}),
        ([b.pod(**near("podAffinity"))], {}),
    ],
)
def test_what_is_not_known_is_no_yes(docs: list[b.Doc], states: dict[str, Any]) -> None:
    cluster = b.cluster(*TWO, *docs, **states)
    only = NodePool("p", ("n1", "n2"), ())
    found = headrooms(cluster, [only], sort_pods(cluster))["p"]
    assert found.fits is None
    assert found.reason


def test_nodes_that_do_not_say_what_they_have_may_have_room() -> None:
    found = judged(TWO[0], b.node("n2", cpu=""), b.pod(cpu="1"))
    assert found.fits is None
    assert "do not say" in found.reason


def test_an_unreachable_cluster_is_unknown() -> None:
    cluster = unreachable("west")
    found = headrooms(cluster, [NodePool("p", ("n1",), ())], sort_pods(cluster))["p"]
    assert (found.fits, found.reason) == (None, "unreachable: timeout")


def test_fargate_makes_nodes_for_pods() -> None:
    cluster = b.cluster(b.node("f1"), b.pod(node="f1", cpu="4"))
    only = NodePool("fargate", ("f1",), ())
    assert headrooms(cluster, [only], sort_pods(cluster))["fargate"].fits is True


loads = st.lists(st.lists(st.integers(1, 4), max_size=3), min_size=1, max_size=3)


@given(loads, st.integers(4, 8))
@settings(deadline=None)
def test_a_yes_is_one_that_every_node_can_keep(loads: list[list[int]], cpu: int) -> None:
    docs = [b.node(f"n{number}", cpu=str(cpu)) for number in range(len(loads))]
    for number, load in enumerate(loads):
        docs += [
            b.pod(f"p{number}-{index}", f"n{number}", cpu=str(asked))
            for index, asked in enumerate(load)
        ]
    found = judged(*docs)
    possible = all(packs(loads, number, cpu) for number in range(len(loads)))
    assert found.fits in (True, False)
    if found.fits:
        assert possible
    if not possible:
        assert found.surge == 1


def packs(loads: list[list[int]], number: int, cpu: int) -> bool:
    """Whether the pods of one node fit on the others, in any way at all."""
    others = [cpu - sum(load) for place, load in enumerate(loads) if place != number]
    if not loads[number]:
        return True
    for way in product(range(len(others)), repeat=len(loads[number])):
        left = list(others)
        for asked, place in zip(loads[number], way, strict=True):
            left[place] -= asked
        if all(left[place] >= 0 for place in way):
            return True
    return False
