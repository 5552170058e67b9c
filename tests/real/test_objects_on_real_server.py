"""Objects and their relations on a real API server: the same as on the embedded one."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Generator, Iterable, Iterator, Mapping
from typing import Any

import pytest

from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.inspected import ObjectFacts, Related, Relation
from mckconsole.sources.client import ClusterClient
from mckconsole.sources.credentials import StaticToken
from mckconsole.sources.endpoint import ClusterEndpoint, Secret, TLSSettings
from mckconsole.sources.inspect import inspect_object
from mckconsole.sources.related import find_related
from tests.net.shopfront import CANARY, connected, foreign, shop
from tests.real.apiserver import ADMIN, LIMITED, ApiServer, running
from tests.real.seeding import Seeder

pytestmark = pytest.mark.real

ORDER = ("Namespace", "CustomResourceDefinition", "Node", "ServiceAccount", "Shop", "Deployment",
         "ReplicaSet", "Pod")  # fmt: skip
"""What others need is written first."""
REFS = (
    ObjectRef("apps/v1", "Deployment", "shop", "web"),
    ObjectRef("v1", "Pod", "shop", "web-abc-2"),
    ObjectRef("v1", "Service", "shop", "web"),
    ObjectRef("v1", "ConfigMap", "shop", "settings"),
    ObjectRef("v1", "Secret", "shop", "login"),
    ObjectRef("v1", "ServiceAccount", "shop", "web"),
    ObjectRef("v1", "PersistentVolumeClaim", "shop", "data"),
    ObjectRef("v1", "Node", "", "node-1"),
    ObjectRef("policy/v1", "PodDisruptionBudget", "shop", "web"),
    ObjectRef("networking.k8s.io/v1", "NetworkPolicy", "shop", "all"),
    ObjectRef("example.com/v1", "Shop", "shop", "corner"),
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Generator[ApiServer, None, None]:
    with running(tmp_path_factory.mktemp("objects")) as found:
        seeder = Seeder(found)
        for one in _everything():
            seeder.write(one)
        yield found


def _everything() -> list[dict[str, Any]]:
    east = shop()
    foreign(east)
    found = [one for resource in east.types for one in east.objects(resource)]
    ranks = {kind: rank for rank, kind in enumerate(ORDER)}
    return sorted(found, key=lambda one: ranks.get(one["kind"], len(ORDER)))


def endpoint(server: ApiServer, token: str) -> ClusterEndpoint:
    return ClusterEndpoint(
        name="east",
        context="east",
        base_url=server.url,
        credential=StaticToken(Secret(token)),
        tls=TLSSettings(ca_file=server.ca_file),
        origin="test",
    )


def really(server: ApiServer, ref: ObjectRef, token: str = ADMIN) -> tuple[ObjectFacts, Related]:
    async def ask() -> tuple[ObjectFacts, Related]:
        client = ClusterClient(endpoint(server, token))
        try:
            return await inspect_object(client, "east", ref), await find_related(client, ref)
        finally:
            await client.close()

    return asyncio.run(ask())


def embedded(ref: ObjectRef) -> Related:
    async def ask() -> Related:
        east = shop()
        foreign(east)
        async with connected(east) as client:
            return await find_related(client, ref)

    return asyncio.run(ask())


def told(found: Iterable[Relation], depth: int = 0) -> Iterator[tuple[int, str, str, str]]:
    for one in found:
        yield depth, one.how, str(one.ref), one.words
        yield from told(one.below, depth + 1)


@pytest.mark.parametrize("ref", REFS, ids=str)
def test_an_object_has_to_do_with_the_same_as_on_the_embedded_server(
    server: ApiServer, ref: ObjectRef
) -> None:
    (_, real), ours = really(server, ref), embedded(ref)
    for part in ("owners", "dependents", "users"):
        assert list(told(getattr(real, part))) == list(told(getattr(ours, part))), part
    assert set(told(real.uses)) == set(told(ours.uses))  # custom resources come with sorted fields
    assert [(one.reason, one.count) for one in real.happenings] == [
        (one.reason, one.count) for one in ours.happenings
    ]
    assert real.unread == ours.unread


@pytest.mark.parametrize("ref", REFS, ids=str)
def test_every_path_that_a_manager_is_told_to_write_is_there(
    server: ApiServer, ref: ObjectRef
) -> None:
    facts, _ = really(server, ref)
    assert facts.managers
    assert CANARY not in repr(facts)
    for manager in facts.managers:
        assert manager.at is not None
        assert manager.count >= len(manager.paths) > 0
        if ref.kind != "Secret":  # its data is not there
            for path in manager.paths:
                assert _leads_somewhere(facts.tree, path), path


def _leads_somewhere(tree: Any, path: str) -> bool:
    for step in re.findall(r"\['[^']*'\]|\[[^\]]*\]|[^.\[]+", path):
        tree = _below(tree, step)
        if tree is None:
            return False
    return True


def _below(tree: Any, step: str) -> Any:
    if step.startswith("['"):
        return tree.get(step[2:-2]) if isinstance(tree, Mapping) else None
    if not step.startswith("["):
        return tree.get(step) if isinstance(tree, Mapping) else None
    if not isinstance(tree, list):
        return None
    keys = dict(pair.split("=", 1) for pair in step[1:-1].split(",") if "=" in pair)
    for one in tree:
        if isinstance(one, Mapping) and all(str(one.get(k)) == v for k, v in keys.items()):
            return one
        if str(one) == step[1:-1].strip('"'):
            return one
    return None


def test_somebody_who_may_read_nothing_is_told_so(server: ApiServer) -> None:
    from mckconsole.sources.errors import Forbidden

    with pytest.raises(Forbidden, match="cannot get resource"):
        really(server, REFS[0], LIMITED)
