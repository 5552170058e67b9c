"""The conformance suite against a real kube-apiserver and the embedded one, side by side."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from tests.net.conformance import ADMIN, Case, KubeObject, Target, prepare
from tests.net.conformance_suite import all_cases
from tests.net.test_conformance_embedded import embedded_target
from tests.real.apiserver import ApiServer, running

pytestmark = pytest.mark.real

_PLURALS = {
    "Namespace": "namespaces",
    "Pod": "pods",
    "ConfigMap": "configmaps",
    "Secret": "secrets",
    "CustomResourceDefinition": "customresourcedefinitions",
    "Widget": "widgets",
    "Role": "roles",
    "RoleBinding": "rolebindings",
}
_CLUSTER_SCOPED = ("Namespace", "CustomResourceDefinition")


class HttpSeeder:
    """Changes a real cluster over HTTP."""

    def __init__(self, server: ApiServer, session: aiohttp.ClientSession) -> None:
        self._server = server
        self._session = session

    async def _request(self, method: str, path: str, body: object = None) -> Any:
        headers = {"Authorization": f"Bearer {ADMIN}"}
        url = self._server.url + path
        async with self._session.request(method, url, json=body, headers=headers) as response:
            assert response.status < 300, await response.text()
            return await response.json()

    def _path(self, obj: KubeObject, *, named: bool) -> str:
        api_version = obj["apiVersion"]
        root = f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"
        kind, metadata = obj["kind"], obj["metadata"]
        place = "" if kind in _CLUSTER_SCOPED else f"/namespaces/{metadata['namespace']}"
        path = f"{root}{place}/{_PLURALS[kind]}"
        return f"{path}/{metadata['name']}" if named else path

    async def create(self, obj: KubeObject) -> KubeObject:
        created: KubeObject = await self._request("POST", self._path(obj, named=False), obj)
        return created

    async def update(self, obj: KubeObject) -> KubeObject:
        return await self._replace(obj, "")

    async def update_status(self, obj: KubeObject) -> KubeObject:
        return await self._replace(obj, "/status")

    async def _replace(self, obj: KubeObject, subresource: str) -> KubeObject:
        path = self._path(obj, named=True)
        current = await self._request("GET", path)
        version = current["metadata"]["resourceVersion"]
        metadata = {**obj["metadata"], "resourceVersion": version}
        replaced: KubeObject = await self._request(
            "PUT", path + subresource, {**obj, "metadata": metadata}
        )
        return replaced

    async def delete(self, resource: str, name: str, namespace: str = "") -> None:
        plural, _, group = resource.partition(".")
        root = f"/apis/{group}/v1" if group else "/api/v1"
        place = f"/namespaces/{namespace}" if namespace else ""
        await self._request("DELETE", f"{root}{place}/{plural}/{name}")

    async def grant(self, group: str, resource: str, namespace: str) -> None:
        api = "rbac.authorization.k8s.io"
        metadata = {"name": f"read-{resource}", "namespace": namespace}
        rule = {"apiGroups": [""], "resources": [resource], "verbs": ["get", "list", "watch"]}
        role = {"apiVersion": f"{api}/v1", "kind": "Role", "metadata": metadata, "rules": [rule]}
        binding = {
            "apiVersion": f"{api}/v1",
            "kind": "RoleBinding",
            "metadata": metadata,
            "roleRef": {"apiGroup": api, "kind": "Role", "name": metadata["name"]},
            "subjects": [{"apiGroup": api, "kind": "Group", "name": group}],
        }
        await self.create(role)
        await self.create(binding)

    async def forget_history(self) -> None:
        await asyncio.to_thread(self._server.compact)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Generator[ApiServer, None, None]:
    """One API server for the whole suite: cases run in order and clean up after themselves."""
    with running(tmp_path_factory.mktemp("apiserver")) as started:
        yield started


@asynccontextmanager
async def real_target(server: ApiServer) -> AsyncGenerator[Target, None]:
    """The real server, prepared on first use."""
    context = ssl.create_default_context(cafile=str(server.ca_file))
    context.check_hostname = False
    connector = aiohttp.TCPConnector(ssl=context)
    async with aiohttp.ClientSession(connector=connector) as session:
        yield Target(server.url, session, HttpSeeder(server, session))


async def test_both_servers_tell_the_same(server: ApiServer) -> None:
    """Every case on both servers, then their notes compared one by one."""
    differences: list[str] = []
    async with real_target(server) as real, embedded_target() as embedded:
        await prepare(real)
        for check in all_cases():
            differences += await _differences(check, real, embedded)
    assert not differences, "\n".join(differences)


async def _differences(check: Case, real: Target, embedded: Target) -> list[str]:
    found = []
    for target in (real, embedded):
        target.notes.clear()
        try:
            await check(target)
        except AssertionError as error:
            last = target.notes[-1] if target.notes else ""
            found.append(f"{check.__name__} fails at {target.base_url}: {error!r} after {last}")
    for (what, truth), (_, ours) in zip(real.notes, embedded.notes, strict=False):
        if truth != ours:
            found.append(f"{check.__name__}: {what}\n  real: {truth}\n  ours: {ours}")
    return found
