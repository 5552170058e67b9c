"""The conformance suite against the embedded server."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import aiohttp
import pytest

from mckconsole.demo.access import ADMIN as ADMIN_USER
from mckconsole.demo.access import Access, Rule, User
from mckconsole.demo.server import EmbeddedCluster, serve
from tests.net.conformance import ADMIN, LIMITED, Case, KubeObject, Target, prepare
from tests.net.conformance_suite import all_cases


class PythonSeeder:
    """Changes an embedded cluster through its Python API."""

    def __init__(self, cluster: EmbeddedCluster) -> None:
        self._cluster = cluster

    async def create(self, obj: KubeObject) -> KubeObject:
        return self._cluster.create(obj)

    async def update(self, obj: KubeObject) -> KubeObject:
        return self._cluster.update(obj)

    async def update_status(self, obj: KubeObject) -> KubeObject:
        return self._cluster.update(obj)

    async def delete(self, resource: str, name: str, namespace: str = "") -> None:
        self._cluster.delete(resource, name, namespace)

    async def grant(self, group: str, resource: str, namespace: str) -> None:
        rule = Rule((group,), groups=("",), resources=(resource,), namespaces=(namespace,))
        self._cluster.access.rules.append(rule)

    async def forget_history(self) -> None:
        self._cluster.compact()


@asynccontextmanager
async def embedded_target() -> AsyncGenerator[Target, None]:
    """A prepared embedded server."""
    users = {ADMIN: ADMIN_USER, LIMITED: User("limited", ("auditors",), "uid-limited")}
    cluster = EmbeddedCluster("conformance", access=Access(users), bookmark_seconds=0.2)
    async with serve(cluster) as url, aiohttp.ClientSession() as session:
        target = Target(url, session, PythonSeeder(cluster))
        await prepare(target)
        yield target


@pytest.mark.parametrize("check", all_cases(), ids=lambda check: check.__name__)
async def test_embedded_server_conforms(check: Case) -> None:
    async with embedded_target() as target:
        if check.__name__ in ("access_reviews", "rules_reviews", "identity"):
            await target.seeder.grant("auditors", "configmaps", "conformance")
        await check(target)
        assert target.notes
