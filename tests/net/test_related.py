"""What objects have to do with, asked of an embedded cluster: every usual reference, both ways."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator

import pytest

from mckconsole.demo import faults
from mckconsole.demo.access import Rule, User
from mckconsole.demo.objects import definition
from mckconsole.demo.server import EmbeddedCluster
from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.inspected import Related, Relation
from mckconsole.sources import api, related
from mckconsole.sources.errors import NotServed, ReadTimeout, SourceError
from mckconsole.sources.related import find_related
from mckconsole.sources.relations import lookup
from tests.net.cluster import ADMIN_TOKEN
from tests.net.shopfront import CANARY, connected, event, foreign, made, shop

POD = ObjectRef("v1", "Pod", "shop", "web-abc-2")
WEB = ObjectRef("apps/v1", "Deployment", "shop", "web")


async def ask(east: EmbeddedCluster, ref: ObjectRef, token: str = ADMIN_TOKEN) -> Related:
    async with connected(east, token) as client:
        return await find_related(client, ref)


def told(found: Iterable[Relation], depth: int = 0) -> Iterator[tuple[int, str, str, str]]:
    for one in found:
        yield depth, one.how, str(one.ref), one.words
        yield from told(one.below, depth + 1)


async def test_a_deployment_leads_down_to_its_pods_the_failing_one_first() -> None:
    found = await ask(shop(), WEB)
    assert list(told(found.dependents)) == [
        (0, "owns", "ReplicaSet shop/web-abc", "1/2 ready"),
        (1, "owns", "Pod shop/web-abc-2", "CrashLoopBackOff 0/1, 12 restarts"),
        (1, "owns", "Pod shop/web-abc-1", "Running 1/1"),
        (0, "owns", "ReplicaSet shop/web-old", "scaled to 0"),
    ]
    assert found.unread == ()


async def test_what_keeps_watch_over_a_deployment_uses_it() -> None:
    found = await ask(shop(), WEB)
    assert {(how, name) for _, how, name, _ in told(found.users)} == {
        ("selected by", "Service shop/web"),
        ("protected by", "PodDisruptionBudget shop/web"),
        ("subject to", "NetworkPolicy shop/all"),
        ("scaled by", "HorizontalPodAutoscaler shop/web"),
    }


async def test_a_pod_leads_up_to_its_deployment_and_to_what_it_refers_to() -> None:
    found = await ask(shop(), POD)
    assert list(told(found.owners)) == [
        (0, "owned by", "ReplicaSet shop/web-abc", "1/2 ready"),
        (0, "owned by", "Deployment shop/web", "1/2 ready"),
    ]
    assert {(how, name, words) for _, how, name, words in told(found.uses)} == {
        ("runs on", "Node node-1", "Ready"),
        ("runs as", "ServiceAccount shop/web", ""),
        ("mounts", "PersistentVolumeClaim shop/data", "Bound"),
        ("mounts", "ConfigMap shop/missing", "not there"),
        ("has variables of", "ConfigMap shop/settings", ""),
        ("has variables of", "Secret shop/login", ""),
    }
    (missing,) = (one for one in found.uses if one.ref.name == "missing")
    assert missing.well is False


@pytest.mark.parametrize(
    ("ref", "how"),
    [
        (ObjectRef("v1", "ConfigMap", "shop", "settings"), "read by"),
        (ObjectRef("v1", "Secret", "shop", "login"), "read by"),
        (ObjectRef("v1", "ServiceAccount", "shop", "web"), "account of"),
        (ObjectRef("v1", "PersistentVolumeClaim", "shop", "data"), "mounted by"),
    ],
    ids=lambda one: one.kind if isinstance(one, ObjectRef) else "",
)
async def test_what_pods_use_is_used_by_their_workload(ref: ObjectRef, how: str) -> None:
    found = await ask(shop(), ref)
    (workload,) = (one for one in found.users if one.ref.kind == "Deployment")
    assert (workload.how, workload.ref) == (how, WEB)
    assert {one.ref.name for one in workload.below} == {"web-abc-1", "web-abc-2"}
    assert not [one for one in found.users if one.ref.kind in ("Pod", "ReplicaSet")]


async def test_a_workload_without_pods_uses_what_its_template_names() -> None:
    east = shop()
    template = {"spec": {"containers": [{}], "serviceAccountName": "web"}}
    east.create(made("StatefulSet", "idle", "apps/v1", spec={"replicas": 0, "template": template}))
    found = await ask(east, ObjectRef("v1", "ServiceAccount", "shop", "web"))
    assert "StatefulSet shop/idle" in {str(one.ref) for one in found.users}


async def test_an_account_is_bound_and_a_secret_shown_by_an_ingress() -> None:
    account = await ask(shop(), ObjectRef("v1", "ServiceAccount", "shop", "web"))
    bound = [one for one in account.users if one.ref.kind == "RoleBinding"]
    assert [(one.how, one.words) for one in bound] == [("bound by", "grants shop-view")]
    secret = await ask(shop(), ObjectRef("v1", "Secret", "shop", "login"))
    assert ("shown by", "Ingress shop/front") in {
        (how, name) for _, how, name, _ in told(secret.users)
    }


async def test_a_service_leads_to_pods_and_says_which_it_selects_in_vain() -> None:
    found = await ask(shop(), ObjectRef("v1", "Service", "shop", "web"))
    assert list(told(found.dependents)) == [
        (
            0,
            "selects, not in its endpoints",
            "Pod shop/web-abc-2",
            "CrashLoopBackOff 0/1, 12 restarts",
        ),
        (0, "has endpoints", "EndpointSlice shop/web-x1", "1 of 1 endpoints ready"),
        (1, "leads to", "Pod shop/web-abc-1", "Running 1/1"),
    ]
    assert [(one.how, str(one.ref)) for one in found.users] == [
        ("routed to by", "Ingress shop/front")
    ]


async def test_a_service_is_routed_to_and_exported_across_clusters() -> None:
    east = shop()
    gateways, exports = "gateway.networking.k8s.io", "multicluster.x-k8s.io"
    east.create(definition(gateways, ["v1"], "httproutes", "HTTPRoute"))
    east.create(definition(exports, ["v1alpha1"], "serviceexports", "ServiceExport"))
    rules = [{"backendRefs": [{"name": "web", "port": 80}]}]
    east.create(made("HTTPRoute", "front", f"{gateways}/v1", spec={"rules": rules}))
    east.create(made("ServiceExport", "web", f"{exports}/v1alpha1"))
    found = await ask(east, ObjectRef("v1", "Service", "shop", "web"))
    assert {(one.how, str(one.ref)) for one in found.users} == {
        ("routed to by", "Ingress shop/front"),
        ("routed to by", "HTTPRoute shop/front"),
        ("exported by", "ServiceExport shop/web"),
    }


async def test_a_service_without_a_selector_selects_nothing() -> None:
    east = shop()
    east.create(made("Service", "bare", spec={}))
    found = await ask(east, ObjectRef("v1", "Service", "shop", "bare"))
    assert found.dependents == ()


@pytest.mark.parametrize(
    ("ref", "how"),
    [
        (ObjectRef("v1", "Node", "", "node-1"), "runs"),
        (ObjectRef("policy/v1", "PodDisruptionBudget", "shop", "web"), "selects"),
        (ObjectRef("networking.k8s.io/v1", "NetworkPolicy", "shop", "all"), "selects"),
    ],
    ids=lambda one: one.kind if isinstance(one, ObjectRef) else "",
)
async def test_pods_of_nodes_budgets_and_policies(ref: ObjectRef, how: str) -> None:
    found = await ask(shop(), ref)
    assert [(one.how, one.ref.name) for one in found.dependents] == [
        (how, "web-abc-2"),
        (how, "web-abc-1"),
    ]


async def test_claims_and_volumes_lead_to_each_other() -> None:
    claim = ObjectRef("v1", "PersistentVolumeClaim", "shop", "data")
    volume = ObjectRef("v1", "PersistentVolume", "", "pv-1")
    assert volume in {one.ref for one in (await ask(shop(), claim)).uses}
    assert claim in {one.ref for one in (await ask(shop(), volume)).uses}


async def test_a_foreign_kind_leads_to_what_it_owns_and_names() -> None:
    east = shop()
    foreign(east)
    found = await ask(east, ObjectRef("example.com/v1", "Shop", "shop", "corner"))
    assert {str(one.ref) for one in found.dependents} == {
        "Deployment shop/corner",
        "Stall shop/left",
    }
    assert {(one.how, str(one.ref), one.words) for one in found.uses} == {
        ("names", "Secret shop/login", ""),
        ("refers to", "Stall shop/wood", "not there"),
        ("refers to", "ServiceAccount shop/web", ""),
        ("refers to", "ClusterRole shop-view", "not there"),
    }
    assert "not looked for" in found.unread[0]
    up = await ask(east, ObjectRef("example.com/v1", "Stall", "shop", "left"))
    assert list(told(up.owners)) == [(0, "owned by", "Shop shop/corner", "not Ready: NoStall")]


async def test_an_owner_of_the_same_name_that_is_another_object_is_no_owner() -> None:
    east = shop()
    owner = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "uid": "x"}}
    east.create(made("ReplicaSet", "orphan", "apps/v1", owner=owner, spec={"replicas": 0}))
    found = await ask(east, ObjectRef("apps/v1", "ReplicaSet", "shop", "orphan"))
    (one,) = found.owners
    assert (one.well, "is gone" in one.words) == (False, True)


async def test_owners_in_a_circle_end() -> None:
    east = shop()
    first = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "b", "uid": "2"}}
    east.create(made("ConfigMap", "a", owner=first))
    second = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "uid": "1"}}
    east.create(made("ConfigMap", "b", owner=second))
    found = await ask(east, ObjectRef("v1", "ConfigMap", "shop", "a"))
    assert len(found.owners) == 1


async def test_events_of_the_object_and_of_what_fails_below_it_are_folded() -> None:
    east = shop()
    pod = east.get("pods", "web-abc-2", "shop")
    event(east, pod, "again", ready=False)
    (own,) = (await ask(east, POD)).happenings
    assert (own.warning, own.reason, own.count, own.about) == (True, "BackOff", 24, None)
    assert own.source == "kubelet node-1"
    assert (own.first, own.at) == (1779998400.0, 1779999960.0)
    (below,) = (await ask(east, WEB)).happenings
    assert (below.reason, below.about) == ("BackOff", POD)


async def test_events_of_an_object_that_had_the_name_before_are_not_its_own() -> None:
    east = shop()
    other = made("Pod", "web-abc-1")
    event(east, {**other, "metadata": {**other["metadata"], "uid": "before"}}, "past", ready=False)
    found = await ask(east, ObjectRef("v1", "Pod", "shop", "web-abc-1"))
    assert [one.reason for one in found.happenings] == ["Started"]


async def test_no_credential_is_asked_for_or_comes_along() -> None:
    for ref in (POD, WEB, ObjectRef("v1", "Secret", "shop", "login"),
                ObjectRef("v1", "ConfigMap", "shop", "settings")):  # fmt: skip
        east = shop()
        found = await ask(east, ref)
        assert CANARY not in repr(found)
        assert "Q0FOQVJZ" not in repr(found)
        asked = [
            one for one in east.requests if "/secrets" in one.path or "/configmaps" in one.path
        ]
        assert asked or ref == WEB
        assert {one.accept for one in asked} <= {api.METADATA, api.METADATA_LIST}


# What cannot be asked.


def reader(*resources: str) -> EmbeddedCluster:
    """The shop for somebody who may only read these."""
    east = shop()
    east.access.tokens["reader-token"] = User("reader")
    east.access.rules.append(Rule(("reader",), resources=resources))
    return east


async def test_what_may_not_be_read_is_said_and_nothing_is_concluded_from_it() -> None:
    found = await ask(reader("deployments", "replicasets"), WEB, "reader-token")
    assert [str(one.ref) for one in found.dependents] == [
        "ReplicaSet shop/web-abc",
        "ReplicaSet shop/web-old",
    ]
    assert found.users == ()
    for kind in ("pods", "services", "events", "networkpolicies"):
        assert f"{kind} in shop may not be read" in found.unread
    (account,) = (one for one in found.uses if one.ref.kind == "ServiceAccount")
    assert (account.words, account.well) == ("may not be read", None)


async def test_an_object_that_is_gone_or_refused_says_so() -> None:
    with pytest.raises(NotServed, match="not there any more"):
        await ask(shop(), ObjectRef("v1", "Pod", "shop", "never"))
    with pytest.raises(SourceError, match="cannot get resource"):
        await ask(reader("pods"), WEB, "reader-token")


async def test_names_of_sub_resources_are_names_like_others() -> None:
    east = shop()
    east.create(made("Namespace", "proxy", space=""))
    spec = {"containers": [{"name": "a"}], "serviceAccountName": "exec"}
    east.create(made("ServiceAccount", "exec", space="proxy"))
    east.create(made("Pod", "attach", space="proxy", spec=spec))
    pod = await ask(east, ObjectRef("v1", "Pod", "proxy", "attach"))
    assert [(str(one.ref), one.words) for one in pod.uses] == [("ServiceAccount proxy/exec", "")]
    account = await ask(east, ObjectRef("v1", "ServiceAccount", "proxy", "exec"))
    assert [str(one.ref) for one in account.users] == ["Pod proxy/attach"]
    assert pod.unread == account.unread == ()


async def test_a_kind_that_is_not_served_has_no_objects() -> None:
    east = shop()
    east.faults.add(faults.refuse(404), path="networkpolicies")
    found = await ask(east, WEB)
    assert found.unread == ()
    assert "NetworkPolicy" not in {one.ref.kind for one in found.users}


async def test_no_more_is_asked_for_than_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookup, "MAX_REQUESTS", 4)
    east = shop()
    found = await ask(east, WEB)
    assert len(east.requests) <= 4
    assert any("more would have to be asked" in one for one in found.unread)


async def test_long_lists_are_cut_and_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookup, "PAGE", 1)
    monkeypatch.setattr(lookup, "MAX_PAGES", 1)
    found = await ask(shop(), ObjectRef("v1", "Node", "", "node-1"))
    assert len(found.dependents) == 1
    assert "only the first 1 pods were looked at" in found.unread


async def test_a_server_that_hangs_ends_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(related, "PATIENCE", 0.3)
    east = shop()
    east.faults.add(faults.silence(), path="services")
    with pytest.raises(ReadTimeout, match="was not found in"):
        await ask(east, WEB)
    assert len(asyncio.all_tasks()) == 1


async def test_nonsense_in_place_of_lists_is_said_not_raised() -> None:
    east = shop()
    east.faults.add(faults.respond(b'{"items": [1, null, {"metadata": 3}]}'), path="services")
    east.faults.add(faults.respond(b"nonsense"), path="poddisruptionbudgets")
    found = await ask(east, WEB)
    assert any(
        one.startswith("poddisruptionbudgets in shop could not be read") for one in found.unread
    )
