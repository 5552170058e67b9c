"""How far meshes' versions may be apart, what runs together today, and what it is told by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mckconsole.analysis.mesh.links import (
    Link,
    LinkKey,
    LinkState,
    MeshMember,
    MeshProvider,
    MeshReport,
)
from mckconsole.analysis.versions.addons import read_addons
from mckconsole.analysis.versions.meshskew import (
    APART,
    MeshGroup,
    may_run_together,
    mesh_groups,
    mesh_skews,
    skew_findings,
    skew_unknowns,
)
from mckconsole.analysis.versions.model import Addon
from mckconsole.config.support_data import shipped
from mckconsole.domain.kubeversion import Minor
from mckconsole.domain.snapshot import FleetSnapshot
from tests.unit.analysis.build import NOW, cilium_config, cluster, fleet
from tests.unit.analysis.versions.addon_docs import daemon, workload

CILIUM, ISTIO = MeshProvider.CILIUM, MeshProvider.ISTIO


def minors(*texts: str) -> list[Minor | None]:
    found = [tuple(int(part) for part in text.split(".")) if text else None for text in texts]
    return [Minor(*one) if one else None for one in found]


@pytest.mark.parametrize(
    ("addon", "texts", "expected"),
    [
        ("cilium", ["1.18", "1.18"], True),
        ("cilium", ["1.18", "1.19"], True),
        ("cilium", ["1.17", "1.18", "1.19"], False),
        ("cilium", ["1.17", "", "1.19"], False),
        ("cilium", ["1.18", ""], None),
        ("cilium", [""], None),
        ("cilium", ["1.18", "2.0"], False),
        ("cilium", [], True),
        ("istio", ["1.29", "1.30"], True),
        ("istio", ["1.28", "1.30"], False),
        ("linkerd", ["2.18", "2.18"], True),
        ("linkerd", ["2.17", "2.18"], False),
        ("consul-k8s", ["1.7", "1.8"], False),
        ("submariner", ["0.19", "0.20"], True),
        ("submariner", ["0.18", "0.20"], False),
        ("cert-manager", ["1.12", "1.20", ""], True),
    ],
)
def test_may_run_together(addon: str, texts: list[str], expected: bool | None) -> None:
    assert may_run_together(addon, minors(*texts)) is expected


releases = st.builds(Minor, st.integers(1, 2), st.integers(0, 6))


@given(st.sampled_from(sorted(APART)), st.lists(releases | st.none(), max_size=6))
def test_what_may_run_together_may_in_pairs(addon: str, many: list[Minor | None]) -> None:
    found = may_run_together(addon, many)
    pairs = [may_run_together(addon, [one, other]) for one in many for other in many]
    if found is True:
        assert all(one is True for one in pairs)
    assert (found is False) is (False in pairs)
    assert may_run_together(addon, reversed(many)) is found


def link(provider: MeshProvider, source: str, target: str) -> Link:
    return Link(LinkKey(provider, source, target), LinkState.DOWN, None, "in this test")


def mesh(links: Sequence[Link], members: Mapping[MeshProvider, str]) -> MeshReport:
    joined = [MeshMember(p, name, name) for p, names in members.items() for name in names.split()]
    return MeshReport(tuple(links), (), tuple(joined))


def test_groups_are_of_those_that_know_each_other() -> None:
    report = mesh(
        [
            link(CILIUM, "c", "b"), link(CILIUM, "b", "a"), link(CILIUM, "e", "f"),
            link(CILIUM, "a", "stranger"), link(ISTIO, "a", "e"), link(ISTIO, "e", "a"),
        ],
        {CILIUM: "a b c d e f", ISTIO: "a e"},
    )  # fmt: skip
    assert mesh_groups(report) == (
        MeshGroup("cilium", ("a", "b", "c")),
        MeshGroup("cilium", ("e", "f")),
        MeshGroup("istio", ("a", "e")),
    )


def test_what_cannot_be_read_is_a_member_where_others_have_links_to_it() -> None:
    report = mesh(
        [link(CILIUM, "a", "b"), link(CILIUM, "c", "a"), link(ISTIO, "b", "c")], {CILIUM: "a"}
    )
    assert mesh_groups(report, ["a", "b"]) == (MeshGroup("cilium", ("a", "b")),)
    assert mesh_groups(report, "abc") == (MeshGroup("cilium", ("a", "b", "c")),)
    assert mesh_groups(report) == ()


names = st.sampled_from("abcdefg")


@given(st.lists(st.tuples(names, names), max_size=12))
def test_groups_hold_each_cluster_once_and_every_link(pairs: list[tuple[str, str]]) -> None:
    found = mesh_groups(mesh([link(CILIUM, *one) for one in pairs], {CILIUM: "a b c d e f g"}))
    every = [name for group in found for name in group.clusters]
    assert len(every) == len(set(every))
    for first, second in pairs:
        assert first == second or any(
            first in group.clusters and second in group.clusters for group in found
        )


def addons_of(snapshot: FleetSnapshot) -> dict[str, tuple[Addon, ...]]:
    return {
        name: read_addons(one, Minor(1, 34), shipped(), NOW).addons
        for name, one in snapshot.clusters.items()
    }


def istios(**tags: str) -> dict[str, tuple[Addon, ...]]:
    """Clusters with istiod; with an empty tag by digest, with `none` without one."""
    found = []
    for name, text in tags.items():
        docs = [
            workload(f"istio/pilot:{tag}" if tag else "istio/pilot@sha256:00",
                     namespace="istio-system", name=f"istiod-{number}")
            for number, tag in enumerate(text.split(","))
            if tag != "none"
        ]  # fmt: skip
        found.append(cluster(name, docs))
    return addons_of(fleet(*found))


GROUP = MeshGroup("istio", ("a", "b", "c"))


def test_one_minor_apart_is_fine() -> None:
    assert mesh_skews([GROUP], istios(a="1.29.1", b="1.30.0", c="none"), {}) == ()


def test_two_minors_apart_are_told_of_the_older() -> None:
    addons = istios(a="1.28.1", b="1.30.0", c="1.30.2")
    [skew] = mesh_skews([GROUP], addons, {})
    assert (skew.fine, skew.unknown) == (False, ())
    [found] = skew_findings([skew], addons)
    assert (found.rule, found.pane, found.cluster) == ("MESH-VERSION-SKEW", "mesh", "a")
    assert found.peers == ("c",)
    assert found.title == "istio 1.28, the mesh has 1.30"
    assert [one.cluster for one in found.evidence] == ["a", "c"]
    assert all(one.object is not None for one in found.evidence)


def test_all_revisions_of_a_cluster_count() -> None:
    addons = istios(a="1.28.1,1.30.1", b="1.30.0", c="1.30.0")
    [skew] = mesh_skews([GROUP], addons, {})
    assert skew.minors["a"] == (Minor(1, 28), Minor(1, 30))
    [found] = skew_findings([skew], addons)
    assert found.cluster == "a"


def test_two_revisions_too_far_apart_in_the_newest_itself() -> None:
    addons = istios(a="1.29.1", b="1.29.0", c="1.28.1,1.30.0")
    [found] = skew_findings(mesh_skews([GROUP], addons, {}), addons)
    assert (found.cluster, found.peers) == ("c", ())


def test_what_is_not_known_is_said() -> None:
    addons = istios(a="", b="1.30.0", c="none")
    unread = {"c": "deployments forbidden"}
    [skew] = mesh_skews([GROUP], addons, unread)
    assert (skew.fine, skew.unknown) == (None, ("a", "c"))
    assert list(skew_findings([skew], addons)) == []
    assert [(one.cluster, one.reason) for one in skew_unknowns([skew], unread)] == [
        ("a", "istio: its version is not known"),
        ("c", "istio: deployments forbidden"),
    ]


def test_a_cluster_that_was_never_read_is_unknown() -> None:
    [skew] = mesh_skews([GROUP], istios(a="1.30.0", b="1.30.0"), {})
    assert (skew.fine, skew.unknown) == (None, ("c",))


@pytest.mark.parametrize(("addon", "image"), [
    ("linkerd", "cr.l5d.io/linkerd/controller:edge-26.{}.1"),
    ("consul-k8s", "hashicorp/consul-k8s-control-plane:1.{}.0"),
])  # fmt: skip
def test_those_that_want_the_same_minor(addon: str, image: str) -> None:
    group = MeshGroup(addon, ("a", "b"))
    clusters = [
        cluster(name, [workload(image.format(number), namespace="mesh", name="control")])
        for name, number in (("a", 7), ("b", 8))
    ]
    addons = addons_of(fleet(*clusters))
    [found] = skew_findings(mesh_skews([group], addons, {}), addons)
    assert (found.cluster, found.subject) == ("a", addon)
    assert "the same minor release" in found.detail
    same = {"a": addons["a"], "b": addons["a"]}
    assert mesh_skews([group], same, {}) == ()


def test_nothing_is_told_twice() -> None:
    """The mesh pane tells of Cilium itself, so here it is only known, not told again."""
    snapshot = fleet(*(
        cluster(name, [cilium_config(name, number, clustermesh_config="/x"),
                       daemon(f"quay.io/cilium/cilium:v1.{minor}.0", "cilium")])
        for name, number, minor in (("a", 1, 17), ("b", 2, 19))
    ))  # fmt: skip
    addons = addons_of(snapshot)
    skews = mesh_skews([MeshGroup("cilium", ("a", "b"))], addons, {})
    assert [one.fine for one in skews] == [False]
    assert list(skew_findings(skews, addons)) == []
