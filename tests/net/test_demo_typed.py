"""Everything the embedded fleet serves is valid for kubernetes_asyncio's typed models.

The models check on the client's side what the API requires of an object, so they are an
independent reader of what the scenario's authors forgot.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from mckconsole.demo.fleet import EmbeddedFleet
from mckconsole.sources.client import ClusterClient
from mckconsole.sources.kubeconfig import load_kubeconfig

READ = (
    "nodes",
    "pods",
    "deployments",
    "daemonsets",
    "services",
    "endpointslices",
    "leases",
    "namespaces",
    "configmaps",
    "customresourcedefinitions",
    "serviceaccounts",
    "clusterroles",
    "clusterrolebindings",
    "roles",
    "rolebindings",
    "statefulsets",
    "cronjobs",
    "jobs",
    "mutatingwebhookconfigurations",
)


@asynccontextmanager
async def reading(fleet: EmbeddedFleet, context: str) -> AsyncIterator[ClusterClient]:
    inventory = load_kubeconfig(
        str(fleet.kubeconfig), env=os.environ, config=fleet.config, contexts=[context]
    )
    (endpoint,) = inventory.endpoints
    client = ClusterClient(endpoint)
    try:
        yield client
    finally:
        await client.close()


def calls(api: Any) -> Sequence[Callable[[], Awaitable[Any]]]:
    """The typed lists, in the order of `READ`."""
    from kubernetes_asyncio.client import (
        AdmissionregistrationV1Api,
        ApiextensionsV1Api,
        AppsV1Api,
        BatchV1Api,
        CoordinationV1Api,
        CoreV1Api,
        DiscoveryV1Api,
        RbacAuthorizationV1Api,
    )

    core, apps = CoreV1Api(api), AppsV1Api(api)
    batch, rbac = BatchV1Api(api), RbacAuthorizationV1Api(api)
    return (
        core.list_node,
        core.list_pod_for_all_namespaces,
        apps.list_deployment_for_all_namespaces,
        apps.list_daemon_set_for_all_namespaces,
        core.list_service_for_all_namespaces,
        DiscoveryV1Api(api).list_endpoint_slice_for_all_namespaces,
        CoordinationV1Api(api).list_lease_for_all_namespaces,
        core.list_namespace,
        core.list_config_map_for_all_namespaces,
        ApiextensionsV1Api(api).list_custom_resource_definition,
        core.list_service_account_for_all_namespaces,
        rbac.list_cluster_role,
        rbac.list_cluster_role_binding,
        rbac.list_role_for_all_namespaces,
        rbac.list_role_binding_for_all_namespaces,
        apps.list_stateful_set_for_all_namespaces,
        batch.list_cron_job_for_all_namespaces,
        batch.list_job_for_all_namespaces,
        AdmissionregistrationV1Api(api).list_mutating_webhook_configuration,
    )


async def assert_typed(fleet: EmbeddedFleet, context: str, *missing: str) -> None:
    """Every resource but the `missing` has objects, and all of them are valid."""
    empty: list[str] = []
    async with reading(fleet, context) as client:
        api = client.api_client()
        assert api.client_side_validation
        for name, call in zip(READ, calls(api), strict=True):
            found = (await call()).items
            assert all(one.metadata.uid and one.metadata.creation_timestamp for one in found)
            empty += [] if found else [name]
    assert empty == list(missing)


@pytest.mark.parametrize(
    ("context", "missing"),
    [("aws-use1-1", ()), ("onprem-1", ()), ("aws-usw2-1", ("cronjobs", "jobs"))],
)
async def test_a_cluster_of_the_demo(context: str, missing: tuple[str, ...]) -> None:
    async with EmbeddedFleet() as fleet:
        await assert_typed(fleet, context, *missing)


async def test_a_generated_cluster_with_bulk_pods() -> None:
    async with EmbeddedFleet.many(2, nodes=3, pods=20) as fleet:
        missing = ("services", "endpointslices", "statefulsets", "cronjobs", "jobs")
        await assert_typed(fleet, "cluster-000", *missing, "mutatingwebhookconfigurations")
