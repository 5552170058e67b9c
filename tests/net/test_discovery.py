"""Discovery in both of its forms, and what is said when a part of it fails; self-reviews."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web

from mckconsole.domain.kinds import BY_TOPIC
from mckconsole.domain.states import TopicState
from mckconsole.sources import errors
from mckconsole.sources.client import ClusterClient
from mckconsole.sources.discovery import ACCEPT, ApiSurface, discover, server_version
from mckconsole.sources.reviews import review_access, review_rules, review_subject
from tests.net.loopback import client, server

V2 = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
Document = dict[str, Any]
Script = Mapping[str, Document | tuple[int, Document]]


@asynccontextmanager
async def scripted(
    documents: Script, seen: list[str] | None = None
) -> AsyncIterator[ClusterClient]:
    """A client of a server that answers each path with its document, 404 for the rest."""

    async def handler(request: web.Request) -> web.Response:
        if seen is not None:
            seen.append(request.path)
        if request.path not in documents:
            return web.Response(text="404 page not found", status=404)
        found = documents[request.path]
        status, document = found if isinstance(found, tuple) else (200, found)
        return web.json_response(document, status=status)

    async with server(handler) as url, client(f"{url}/hub/one") as api:
        yield api


def under_prefix(documents: Script) -> Script:
    return {f"/hub/one{path}": document for path, document in documents.items()}


def aggregated(groups: dict[str, Document]) -> Document:
    return {
        "kind": "APIGroupDiscoveryList",
        "apiVersion": "apidiscovery.k8s.io/v2",
        "items": [
            {
                "metadata": {"name": name},
                "versions": [
                    {
                        "version": version,
                        "freshness": "Stale" if plurals is None else "Current",
                        "resources": [
                            {"resource": plural, "scope": "Cluster", "verbs": ["get", "list"]}
                            for plural in plurals or ()
                        ],
                    }
                    for version, plurals in versions.items()
                ],
            }
            for name, versions in groups.items()
        ],
    }


CORE = aggregated({"": {"v1": ["nodes", "pods"]}})


async def surface(documents: Script) -> ApiSurface:
    async with scripted(under_prefix(documents)) as api:
        return await discover(api)


async def test_aggregated_discovery_takes_two_requests_and_asks_for_the_newest_form() -> None:
    accepted: list[str] = []

    async def handler(request: web.Request) -> web.Response:
        accepted.append(request.headers["Accept"])
        named = aggregated({"multicluster.x-k8s.io": {"v1alpha1": ["serviceexports"]}})
        document = CORE if request.path == "/api" else named
        return web.Response(text=json.dumps(document), headers={"Content-Type": V2})

    async with server(handler) as url, client(url) as api:
        found = await discover(api)
    assert accepted == [ACCEPT, ACCEPT]
    assert ACCEPT.split(",")[0] == V2
    assert ACCEPT.split(",")[1] == V2.replace("v=v2;", "v=v2beta1;")
    assert ACCEPT.split(",")[2] == "application/json"
    assert found.pick(BY_TOPIC["nodes"]) == ("v1", TopicState.PENDING, "")


async def test_versions_are_preferred_in_the_order_of_the_kind() -> None:
    both = {"v1alpha1": ["serviceexports"], "v1beta1": ["serviceexports"]}
    old = {"v1alpha1": ["serviceexports", "serviceimports"], "v1beta1": []}
    topic = BY_TOPIC["serviceexports"]
    found = await surface({"/api": CORE, "/apis": aggregated({topic.group: both})})
    assert found.pick(topic).version == "v1beta1"
    found = await surface({"/api": CORE, "/apis": aggregated({topic.group: old})})
    assert found.pick(topic).version == "v1alpha1"


async def test_absent_and_unsupported_are_told_apart() -> None:
    named = aggregated(
        {
            "submariner.io": {"v1": ["gateways"]},
            "cilium.io": {"v3": ["ciliumnodes"], "v2alpha1": ["ciliumnodes", "other"]},
            "apps": {"v1": []},
        }
    )
    found = await surface({"/api": CORE, "/apis": named})
    assert found.pick(BY_TOPIC["serviceexports"]) == (
        None,
        TopicState.ABSENT,
        "API group multicluster.x-k8s.io is not served",
    )
    assert found.pick(BY_TOPIC["routeagents"]) == (
        None,
        TopicState.ABSENT,
        "routeagents.submariner.io is not served",
    )
    assert found.pick(BY_TOPIC["ciliumnodes"]) == (
        None,
        TopicState.UNSUPPORTED,
        "ciliumnodes.cilium.io is served as v2alpha1, v3 only, the console reads v2",
    )
    assert found.pick(BY_TOPIC["services"]) == (None, TopicState.ABSENT, "services is not served")


async def test_what_cannot_be_listed_is_not_picked() -> None:
    named = aggregated({"submariner.io": {"v1": ["gateways"]}})
    named["items"][0]["versions"][0]["resources"][0]["verbs"] = ["create"]
    found = await surface({"/api": CORE, "/apis": named})
    assert found.pick(BY_TOPIC["gateways"]).state is TopicState.ABSENT


async def test_a_stale_group_is_unreachable_not_absent() -> None:
    named = aggregated(
        {"submariner.io": {"v1": None}, "cilium.io": {"v2": ["ciliumnodes"], "v3": None}}
    )
    found = await surface({"/api": CORE, "/apis": named})
    pick = found.pick(BY_TOPIC["gateways"])
    assert pick.state is TopicState.UNREACHABLE
    assert pick.reason == "the server behind submariner.io/v1 does not answer"
    assert found.pick(BY_TOPIC["ciliumnodes"]).version == "v2"


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (403, TopicState.FORBIDDEN),
        (500, TopicState.UNREACHABLE),
        (429, TopicState.UNREACHABLE),
        (404, TopicState.ABSENT),
    ],
)
async def test_a_failed_root_costs_only_its_groups(status: int, state: TopicState) -> None:
    found = await surface({"/api": CORE, "/apis": (status, {"message": "no, because"})})
    assert found.pick(BY_TOPIC["nodes"]).version == "v1"
    pick = found.pick(BY_TOPIC["gateways"])
    assert (pick.version, pick.state) == (None, state)
    assert "no, because" in pick.reason


async def test_old_servers_are_asked_only_for_the_groups_that_are_read() -> None:
    def group(name: str, *versions: str) -> Document:
        return {
            "name": name,
            "versions": [{"groupVersion": f"{name}/{one}", "version": one} for one in versions],
        }

    def resources(*names: str) -> Document:
        return {
            "kind": "APIResourceList",
            "resources": [{"name": name, "verbs": ["list", "watch"]} for name in names],
        }

    documents: Script = {
        "/api": {"kind": "APIVersions", "versions": ["v1"]},
        "/api/v1": resources("nodes", "nodes/status", "services"),
        "/apis": {
            "kind": "APIGroupList",
            "groups": [
                group("apps", "v1"),
                group("example.org", "v1"),
                group("submariner.io", "v1", "v1alpha1", "../../evil"),
                group("cilium.io", "v2"),
            ],
        },
        "/apis/apps/v1": resources("deployments"),
        "/apis/submariner.io/v1": resources("gateways"),
        "/apis/submariner.io/v1alpha1": (503, {"message": "not ready"}),
        "/apis/cilium.io/v2": (403, {"message": "nope"}),
    }
    seen: list[str] = []
    async with scripted(under_prefix(documents), seen) as api:
        found = await discover(api)
        assert api.refused == 0
    assert sorted(seen) == sorted(under_prefix(documents))
    assert found.pick(BY_TOPIC["services"]).version == "v1"
    assert found.pick(BY_TOPIC["deployments"]).version == "v1"
    assert found.pick(BY_TOPIC["daemonsets"]).state is TopicState.ABSENT
    assert found.pick(BY_TOPIC["gateways"]).version == "v1"
    assert found.pick(BY_TOPIC["submariners"]).state is TopicState.UNREACHABLE
    assert found.pick(BY_TOPIC["ciliumnodes"]).state is TopicState.FORBIDDEN
    assert found.pick(BY_TOPIC["serviceimports"]).state is TopicState.ABSENT


@pytest.mark.parametrize("document", [{}, {"kind": "PodList", "items": []}, {"items": 3}, []])
async def test_something_else_is_no_kubernetes_api(document: Document) -> None:
    async with scripted({"/hub/one/api": document, "/hub/one/apis": document}) as api:
        with pytest.raises(errors.NotKubernetes):
            await discover(api)


async def test_a_refused_credential_is_raised() -> None:
    refused: Script = {"/hub/one/api": (401, {}), "/hub/one/apis": (401, {})}
    async with scripted(refused) as api:
        with pytest.raises(errors.Unauthorized):
            await discover(api)


async def test_the_version_is_cleaned() -> None:
    version: Script = {
        "/hub/one/version": {"gitVersion": "v1.36.2\x1b[2J", "platform": "linux/amd64"}
    }
    async with scripted(version) as api:
        found = await server_version(api)
    assert (found.git_version, found.platform) == ("v1.36.2‹1B›[2J", "linux/amd64")


@pytest.mark.parametrize("document", [{}, {"status": "ok"}, [], {"gitVersion": 3}])
async def test_no_version_is_no_kubernetes_api(document: Document) -> None:
    async with scripted({"/hub/one/version": document}) as api:
        with pytest.raises(errors.NotKubernetes, match="not a Kubernetes API"):
            await server_version(api)


async def test_a_server_without_a_version_is_no_kubernetes_api() -> None:
    async with scripted({}) as api:
        with pytest.raises(errors.NotKubernetes, match="404"):
            await server_version(api)


async def test_self_reviews_say_who_and_what() -> None:
    bodies: list[Document] = []
    answers: dict[str, Document] = {
        "selfsubjectaccessreviews": {
            "allowed": False,
            "reason": "no\u202e",
            "evaluationError": "e",
        },
        "selfsubjectrulesreviews": {
            "incomplete": True,
            "resourceRules": [{"verbs": ["*"], "apiGroups": [""], "resources": ["pods"]}],
            "nonResourceRules": [],
        },
        "selfsubjectreviews": {"userInfo": {"username": "me", "groups": ["a", "b"]}},
    }

    async def handler(request: web.Request) -> web.Response:
        bodies.append(await request.json())
        return web.json_response({"status": answers[request.path.rsplit("/", 1)[1]]}, status=201)

    async with server(handler) as url, client(url) as api:
        access = await review_access(api, "list", "gateways", group="submariner.io")
        rules = await review_rules(api, "kube-system")
        subject = await review_subject(api)
        answers.update(selfsubjectreviews={})
        with pytest.raises(errors.ProtocolTrouble):
            await review_subject(api)
    assert (access.allowed, access.reason, access.error) == (False, "no‹U+202E›", "e")
    assert rules.incomplete
    assert (rules.rules[0].verbs, rules.rules[0].resources) == (("*",), ("pods",))
    assert (subject.username, subject.groups) == ("me", ("a", "b"))
    assert bodies[0] == {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {
            "resourceAttributes": {
                "verb": "list",
                "group": "submariner.io",
                "resource": "gateways",
                "namespace": "",
            }
        },
    }
    assert bodies[1]["spec"] == {"namespace": "kube-system"}
