"""Nodes by pool: which kubelets, runtimes and cgroup versions they have."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mckconsole.analysis.versions.cgroups import cgroups, guessed, losing
from mckconsole.analysis.versions.model import NodePool
from mckconsole.analysis.versions.pools import pools_of, region_of
from mckconsole.domain.kubeversion import Minor
from mckconsole.domain.metrics import MetricState, Sample
from mckconsole.domain.states import TopicState
from tests.unit.analysis import build
from tests.unit.analysis.versions.parts import cluster, node

ROLE = "node-role.kubernetes.io/control-plane"
TYPE = "node.kubernetes.io/instance-type"


def only(*docs: Any, **more: Any) -> NodePool:
    (pool,) = pools_of(cluster(*docs, **more))
    return pool


@pytest.mark.parametrize(
    ("labels", "name"),
    [
        ({"eks.amazonaws.com/nodegroup": "web"}, "web"),
        ({"cloud.google.com/gke-nodepool": "web"}, "web"),
        ({"kubernetes.azure.com/agentpool": "web"}, "web"),
        ({"karpenter.sh/nodepool": "web", TYPE: "m7.large"}, "web"),
        ({"eks.amazonaws.com/compute-type": "fargate"}, "fargate"),
        ({ROLE: ""}, "control-plane"),
        ({"node-role.kubernetes.io/master": ""}, "control-plane"),
        ({ROLE: "", "eks.amazonaws.com/nodegroup": "web"}, "web"),
        ({TYPE: "m7.large"}, "m7.large"),
        ({}, ""),
    ],
)
def test_a_pool_is_named_by_who_makes_its_nodes(labels: dict[str, str], name: str) -> None:
    assert only(node(labels=labels)).name == name


def test_a_pool_adds_up_its_nodes() -> None:
    pool = only(
        node("b", "v1.33.1", runtime="cri-o://1.33.2", cordoned=True),
        node("a", "v1.34.2", ready="Unknown"),
        node("c", "v1.33.9", image="Debian GNU/Linux 12 (bookworm)"),
        node("d", "odd", runtime="", image=""),
    )
    assert pool.nodes == ("a", "b", "c", "d")
    assert pool.kubelets == ((Minor(1, 33), 2), (Minor(1, 34), 1))
    assert (pool.unready, pool.cordoned) == (("a",), ("b",))
    assert pool.runtimes == ("containerd 2.1.4", "cri-o 1.33.2")
    assert pool.images == ("Debian GNU/Linux 12 (bookworm)", "Ubuntu 24.04.3 LTS")


@pytest.mark.parametrize("kubelet", ["", "v2.0.0", "v0.34.0", "latest"])
def test_what_is_no_version_of_kubernetes_is_in_no_histogram(kubelet: str) -> None:
    assert only(node(kubelet=kubelet)).kubelets == ()


def test_a_node_without_anything_is_still_a_node() -> None:
    bare = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n9"}}
    pool = only(bare)
    assert (pool.nodes, pool.kubelets, pool.unready, pool.cgroup) == (("n9",), (), ("n9",), "")


def test_nodes_that_cannot_be_read_are_in_no_pool() -> None:
    assert pools_of(cluster(node(), nodes=TopicState.FORBIDDEN)) == ()


def test_regions_are_those_of_the_nodes() -> None:
    region = "topology.kubernetes.io/region"
    docs = [node(f"n{at}", labels={region: at} if at else {}) for at in ("", "eu-b", "eu-a")]
    assert region_of(cluster(*docs)) == "eu-a, eu-b"
    assert region_of(cluster(node())) == ""


@pytest.mark.parametrize(
    ("image", "version"),
    [
        ("Amazon Linux 2", 1),
        ("Amazon Linux 2023.9.20250929", 2),
        ("Ubuntu 20.04.6 LTS", 1),
        ("Ubuntu 21.04", 1),
        ("Ubuntu 22.04.5 LTS", 2),
        ("Debian GNU/Linux 10 (buster)", 1),
        ("Debian GNU/Linux 12 (bookworm)", 2),
        ("Red Hat Enterprise Linux 8.10 (Ootpa)", 1),
        ("Red Hat Enterprise Linux 9.4 (Plow)", 2),
        ("CentOS Linux 7 (Core)", 1),
        ("Rocky Linux 9.4 (Blue Onyx)", 2),
        ("Flatcar Container Linux by Kinvolk 2905.2.6 (Oklo)", 1),
        ("Flatcar Container Linux by Kinvolk 4230.2.3 (Oklo)", 2),
        ("Bottlerocket OS 1.12.0 (aws-k8s-1.24)", 1),
        ("Bottlerocket OS 1.44.0 (aws-k8s-1.33)", 2),
        ("Talos (v1.11.2)", 2),
        ("Windows Server 2022 Datacenter", None),
        ("SUSE Linux Enterprise Server 15 SP6", None),
        ("", None),
        ("My Ubuntu 22.04", None),
    ],
)
def test_operating_systems_are_a_hint(image: str, version: int | None) -> None:
    assert guessed(image) == version


@given(st.text(max_size=60))
def test_no_text_is_too_odd_for_a_hint(image: str) -> None:
    assert guessed(image) in (None, 1, 2)


OLD, NEW = "Ubuntu 20.04.6 LTS", "Ubuntu 24.04.3 LTS"


def measured(*samples: Sample, state: MetricState = MetricState.FRESH) -> Any:
    return {"kubelet-cgroups": build.vector(*samples, state=state)}


@pytest.mark.parametrize(
    "labels",
    [
        {"node": "n1"},
        {"instance": "n1"},
        {"instance": "n1:10250"},
        {"instance": "10.0.0.1:10250"},
        {"instance": "[2001:db8::1]:10250"},
        {"kubernetes_io_hostname": "n1", "instance": "elsewhere:10250"},
    ],
)
def test_the_kubelets_own_word_counts_by_whichever_label_names_its_node(
    labels: dict[str, Any],
) -> None:
    one = node("n1", image=NEW, addresses=["10.0.0.1", "2001:db8::1"])
    found = cgroups(cluster(one, metrics=measured(build.sample(1, **labels))))
    assert found["n1"] == (1, True)


@pytest.mark.parametrize(
    ("samples", "state", "words"),
    [
        ([build.sample(1, node="n1")], MetricState.FRESH, "v1"),
        ([build.sample(1, node="n1")], MetricState.PARTIAL, "v1"),
        ([build.sample(1, node="n1"), build.sample(2, node="n2")], MetricState.FRESH, "v1 and v2"),
        ([build.sample(1, node="n1")], MetricState.FAILED, "v2, by its OS image"),
        ([build.sample(1, age=301, node="n1")], MetricState.FRESH, "v2, by its OS image"),
        ([build.sample(7, node="n1")], MetricState.FRESH, "v2, by its OS image"),
        ([build.sample(1, node="n9")], MetricState.FRESH, "v2, by its OS image"),
        ([build.sample(1)], MetricState.FRESH, "v2, by its OS image"),
    ],
)
def test_measured_is_better_than_guessed(
    samples: list[Sample], state: MetricState, words: str
) -> None:
    docs = [node("n1", image=NEW), node("n2", image=NEW)]
    assert only(*docs, metrics=measured(*samples, state=state)).cgroup == words


@pytest.mark.parametrize(
    ("images", "words"),
    [
        ((OLD, OLD), "v1, by its OS image"),
        ((OLD, NEW), "v1 and v2, by its OS image"),
        ((NEW, "Something 1"), ""),
        (("", ""), ""),
    ],
)
def test_a_guess_says_so_and_one_node_that_tells_nothing_ends_it(
    images: tuple[str, ...], words: str
) -> None:
    docs = [node(f"n{number}", image=image) for number, image in enumerate(images)]
    assert only(*docs).cgroup == words


def test_a_runtime_that_kubelets_believe_to_lose() -> None:
    samples = [
        build.sample(1, node="n1", version="1.37.0"), build.sample(1, node="n2", version="1.38.0"),
        build.sample(1, node="n3"),
    ]  # fmt: skip
    found = cluster(
        node("n1"), node("n2"), node("n3"), metrics={"kubelet-runtimes": build.vector(*samples)}
    )
    assert losing(found) == {"n1": "1.37.0", "n2": "1.38.0"}
    (pool,) = pools_of(found)
    assert pool.losing == "1.37.0, 1.38.0"
