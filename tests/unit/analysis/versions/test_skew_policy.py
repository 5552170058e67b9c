"""The rules on skew against the policy's own words, written down naively: every mix of versions.

https://kubernetes.io/releases/version-skew-policy/, and what k0s and GKE allow.
"""

from __future__ import annotations

from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mckconsole.analysis.versions.limits import first_refusing, newer, too_old
from mckconsole.domain.kubeversion import Minor
from mckconsole.domain.snapshot import Builds
from tests.unit.analysis import build
from tests.unit.analysis.versions.parts import cluster, judged, lease, node, proxy, static

minors = st.integers(20, 37)
SUFFIXES = {"": "", "gke": "-gke.100", "k0s": "+k0s.0"}


class World(NamedTuple):
    """Minors of everything; a node has its kubelet's and its kube-proxy's."""

    servers: list[int]
    controllers: list[int]
    nodes: list[tuple[int, int]]
    provider: str


worlds = st.builds(
    World,
    st.lists(minors, min_size=1, max_size=3),
    st.lists(minors, max_size=2),
    st.lists(st.tuples(minors, minors), max_size=4),
    st.sampled_from(sorted(SUFFIXES)),
)


def behind_allowed(node_minor: int, provider: str) -> int:
    upstream = 3 if node_minor >= 25 else 2
    if provider == "k0s":
        return min(upstream, 1)
    if provider == "gke":
        return min(upstream, 2)
    return upstream


def naive(world: World) -> set[str]:
    """The rules that a world breaks, by trying every pair."""
    broken = set[str]()
    least, most = min(world.servers), max(world.servers)
    if least != most:
        broken.add("SK01")
    for kubelet, kube_proxy in world.nodes:
        for minor, new, old in ((kubelet, "SK02", "SK03"), (kube_proxy, "SK04", "SK04")):
            if any(minor > server for server in world.servers):
                broken.add(new)
            allowed = behind_allowed(minor, world.provider)
            late = [server for server in world.servers if server - minor > allowed]
            if late:
                broken.add(old)
            elif most + 1 - minor > allowed:
                broken.add("SK11")
            ahead = {minor > server for server in world.servers}
            behind = {server - minor > allowed for server in (least, most)}
            if len(ahead) > 1 or len(behind) > 1:
                broken.add("SK12")
        if abs(kubelet - kube_proxy) > (3 if kube_proxy >= 25 else 2):
            broken.add("SK05")
    for minor in world.controllers:
        if not (minor <= least and minor >= most - 1) or minor < least:
            broken.add("SK06")
        if {minor > server for server in world.servers} == {True, False}:
            broken.add("SK12")
        if {server - minor > 1 for server in (least, most)} == {True, False}:
            broken.add("SK12")
        if any(kubelet > minor for kubelet, _ in world.nodes):
            broken.add("SK09")
    return broken


def shown(world: World) -> set[str]:
    """The rules that the analysis finds broken, where all of it can be seen."""
    suffix = SUFFIXES[world.provider]
    docs = [lease(str(number)) for number in range(len(world.servers))]
    for number, minor in enumerate(world.controllers):
        docs.append(static("kube-scheduler", f"v1.{minor}.3", f"cp{number}", age=60))
    for number, (kubelet, kube_proxy) in enumerate(world.nodes):
        docs.append(node(f"n{number}", f"v1.{kubelet}.1{suffix}", provider_id=""))
        docs.append(proxy(f"v1.{kube_proxy}.2", f"n{number}", age=60))
    versions = tuple((f"v1.{minor}.0{suffix}", 3) for minor in world.servers)
    found = cluster(*docs, version=versions[0][0], builds=Builds(versions, build.NOW))
    return {one.rule for one in judged(found).findings} - {"SK10"}


@settings(max_examples=400)
@given(worlds)
def test_every_mix_is_judged_as_the_policy_says(world: World) -> None:
    assert shown(world) == naive(world)


near = st.integers(32, 36)


@settings(max_examples=400)
@given(
    st.builds(
        World,
        st.lists(st.integers(33, 35), min_size=1, max_size=3),
        st.lists(near, max_size=2),
        st.lists(st.tuples(st.integers(30, 36), st.integers(30, 36)), max_size=3),
        st.sampled_from(sorted(SUFFIXES)),
    )
)
def test_and_so_near_its_limits(world: World) -> None:
    assert shown(world) == naive(world)


@pytest.mark.parametrize("provider", ["", "eks", "gke", "k0s"])
def test_limits_agree_with_each_other(provider: str) -> None:
    for one in range(18, 40):
        own = Minor(1, one)
        first = first_refusing(own, provider)
        assert too_old(first, own, provider)
        assert not too_old(first.plus(-1), own, provider)


def test_other_majors_are_not_compared() -> None:
    assert not too_old(Minor(2, 0), Minor(1, 20))
    assert not newer(Minor(2, 0), Minor(1, 34))
