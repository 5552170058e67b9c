"""Who can read objects that are no Secrets: at once, through pods, or as somebody else."""

from __future__ import annotations

import pytest

from mckconsole.analysis.rbac import RbacIndex, Target, WayKind, who_can_read
from tests.unit.analysis.rbac.build import bind, index, role, rule

MAP = Target("configmaps", in_pods=True)
DEPLOYMENT = Target("deployments.apps", in_pods=True, also=("pods",))
RESOURCE = Target("submariners.submariner.io")
STORE = Target("clustersecretstores.external-secrets.io", namespaced=False)


def ways(of: RbacIndex, target: Target, name: str = "env") -> dict[WayKind, list[str]]:
    reach = who_can_read(of, target, "shop", name)
    return {way.kind: [str(grant.subject) for grant in way.grants]
            for way in (*reach.direct, *reach.indirect)}  # fmt: skip


def given(verbs: str, resources: str, groups: str = "core", only: str = "") -> RbacIndex:
    made = role("r", rule(verbs, resources, groups, only))
    return index(made, bind("shop/b", "ClusterRole/r", "ann"))


@pytest.mark.parametrize(
    ("of", "target", "kinds"),
    [
        (given("get", "configmaps"), MAP, {WayKind.READ_OBJECT}),
        (given("patch", "configmaps"), MAP, {WayKind.READ_OBJECT}),
        (given("get", "configmaps", only="env"), MAP, {WayKind.READ_OBJECT}),
        (given("get", "configmaps", only="other"), MAP, set()),
        (given("update", "configmaps"), MAP, set()),
        (given("get", "secrets"), MAP, set()),
        (given("create", "pods"), MAP, {WayKind.RUN}),
        (given("create", "pods/exec"), MAP, {WayKind.EXEC}),
        (given("get", "deployments", "apps"), DEPLOYMENT, {WayKind.READ_OBJECT}),
        (given("list", "pods"), DEPLOYMENT, {WayKind.READ_OBJECT}),
        (given("get", "submariners", "submariner.io"), RESOURCE, {WayKind.READ_OBJECT}),
        (given("create", "pods"), RESOURCE, set()),
        (given("get", "clustersecretstores", "external-secrets.io"), STORE, set()),
    ],
)
def test_ways_to_an_object(of: RbacIndex, target: Target, kinds: set[WayKind]) -> None:
    found = ways(of, target)
    assert set(found) == kinds
    assert all(one == ["User ann"] for one in found.values())


def test_what_is_in_no_namespace_takes_a_cluster_role_binding() -> None:
    made = role("r", rule("get", "clustersecretstores", "external-secrets.io"))
    of = index(made, bind("b", "ClusterRole/r", "ann"))
    assert set(ways(of, STORE)) == {WayKind.READ_OBJECT}


def test_whoever_becomes_a_reader_reads() -> None:
    of = index(
        role("reader", rule("get", "submariners", "submariner.io")),
        bind("shop/r", "ClusterRole/reader", "sa:ci/bot"),
        role("tokens", rule("create", "serviceaccounts/token")),
        bind("ci/t", "ClusterRole/tokens", "eve"),
    )
    found = ways(of, RESOURCE)
    assert found[WayKind.READ_OBJECT] == ["ServiceAccount ci/bot"]
    assert found[WayKind.TOKEN] == ["User eve"]


def test_the_names_that_rules_are_limited_to() -> None:
    assert given("get", "secrets", only="a b").named == {"a", "b"}
    assert index(role("r", rule("get", "secrets", only="a"))).named == frozenset()
