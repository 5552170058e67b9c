"""Conformance cases: what the log of a pod refuses, before any kubelet is asked."""

from __future__ import annotations

from tests.net.conformance import LIMITED, NAMESPACE, KubeObject, Target, case

PODS = f"/api/v1/namespaces/{NAMESPACE}/pods"
ANY = "application/json, */*"


def pod(name: str, *containers: str, **spec: object) -> KubeObject:
    """A pod that nobody runs."""
    listed = [{"name": one, "image": "example.org/none:1"} for one in containers]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": {"containers": listed, **spec},
    }


@case
async def logs_of_pods(target: Target) -> None:
    starting = [{"name": "init", "image": "example.org/none:1"}]
    await target.seeder.create(pod("log-one", "app"))
    await target.seeder.create(pod("log-two", "app", "proxy"))
    await target.seeder.create(pod("log-three", "app", "proxy", initContainers=starting))
    for name, query, status in (
        ("log-none", {}, 404),
        ("log-one", {}, 204),
        ("log-one", {"container": "app", "follow": "true"}, 204),
        ("log-one", {"container": "nope"}, 400),
        ("log-two", {}, 400),
        ("log-three", {}, 400),
        ("log-three", {"container": "init"}, 204),
        ("log-one", {"tailLines": "-1"}, 422),
        ("log-one", {"limitBytes": "0"}, 422),
        ("log-one", {"sinceSeconds": "0"}, 422),
        ("log-one", {"sinceSeconds": "5", "sinceTime": "2026-08-01T08:00:00Z"}, 422),
    ):
        reply = await target.get(f"{PODS}/{name}/log", query, accept=ANY)
        assert reply.status == status, (name, query, reply.text)
    refused = await target.get(f"{PODS}/log-one/log", token=LIMITED, accept=ANY)
    assert refused.status == 403
    assert 'cannot get resource "pods/log"' in refused.message


@case
async def logs_of_a_pod_on_no_node(target: Target) -> None:
    await target.seeder.create(pod("log-plain", "app"))
    for accept in ("*/*", ANY, "application/json"):
        reply = await target.get(f"{PODS}/log-plain/log", accept=accept)
        assert reply.status == 204, accept
