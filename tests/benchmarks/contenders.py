"""What is measured, one contender per run: `python -m tests.benchmarks.contenders NAME KUBECONFIG`.

Prints one JSON object: seconds of the work itself (imports and interpreter start excluded, except
for kubectl, which is a program), objects held at the end, bytes received, peak memory.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import os
import re
import resource
import ssl
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import yaml

TOPICS = (
    "nodes", "kube-system", "services", "endpointslices", "pods", "deployments", "daemonsets",
    "submariner-lease", "gateways", "submariner-endpoints", "submariner-clusters", "routeagents",
)  # fmt: skip
SUBMARINER = ("gateways", "endpoints", "clusters", "routeagents")
IN_FLIGHT = 6
"""Requests at a time per cluster, the same for every contender."""


def trusted(kubeconfig: str) -> ssl.SSLContext | bool:
    """TLS settings for bare clients: the authority that the first cluster names, if any."""
    data = yaml.safe_load(Path(kubeconfig).read_text())
    authority = data["clusters"][0]["cluster"].get("certificate-authority")
    return ssl.create_default_context(cafile=authority) if authority else True


def contexts(kubeconfig: str) -> list[tuple[str, str, str]]:
    """(context, server, token) of every context."""
    data = yaml.safe_load(Path(kubeconfig).read_text())
    servers = {c["name"]: c["cluster"]["server"] for c in data["clusters"]}
    tokens = {u["name"]: u["user"]["token"] for u in data["users"]}
    return [
        (c["name"], servers[c["context"]["cluster"]], tokens[c["context"]["user"]])
        for c in data["contexts"]
    ]


def real() -> bool:
    """Whether the server is a real one, which has no Submariner."""
    return bool(os.environ.get("MCK_BENCH_REAL"))


def _urls_file(kubeconfig: str) -> Path:
    """Where our own run leaves the URLs that it read, for the raw fetch to read again."""
    return Path(kubeconfig + ".urls.json")


async def ours(kubeconfig: str) -> dict[str, Any]:
    """The console's own inventory, as `report` reads it."""
    from mckconsole.config.model import Config
    from mckconsole.sources.client import ClusterClient
    from mckconsole.sources.kubeconfig import load_kubeconfig
    from mckconsole.store.reader import ReadPlan, read_fleet

    urls: dict[str, list[tuple[str, dict[str, str], str]]] = {}
    received = 0
    original = ClusterClient.get

    async def recording(self: ClusterClient, path: str, params: Any = None, **rest: Any) -> Any:
        nonlocal received
        if "continue" not in (params or {}):
            wanted = (path, dict(params or {}), rest.get("accept", "application/json"))
            urls.setdefault(self.endpoint.base_url, []).append(wanted)
        reply = await original(self, path, params, **rest)
        received += len(reply.body)
        return reply

    ClusterClient.get = recording  # type: ignore[method-assign]
    config = Config()
    inventory = load_kubeconfig(kubeconfig, env=dict(os.environ), config=config)
    plan = ReadPlan(topics=TOPICS, queries=())
    started = time.perf_counter()
    store = await read_fleet(inventory, plan, config=config)
    seconds = time.perf_counter() - started
    snapshot = store.snapshot()
    held = sum(len(v.objects) for c in snapshot.clusters.values() for v in c.topics.values())
    states = [str(c.state) for c in snapshot.clusters.values()]
    _urls_file(kubeconfig).write_text(json.dumps(urls))
    return {
        "seconds": seconds,
        "objects": held,
        "received": received,
        "ready": states.count("ready"),
        "states": sorted(set(states)),
    }


async def raw(kubeconfig: str) -> dict[str, Any]:
    """Fetch the very same URLs with bare aiohttp, follow the pages, throw the bytes away."""
    import aiohttp

    urls = json.loads(_urls_file(kubeconfig).read_text())
    token_of = {server.rstrip("/"): token for _, server, token in contexts(kubeconfig)}
    received = 0
    more = re.compile(rb'"continue":"([^"]+)"')
    tls = trusted(kubeconfig)

    async def page_through(
        session: aiohttp.ClientSession, gate: asyncio.Semaphore, url: str, params: Any, accept: str
    ) -> None:
        nonlocal received
        while True:
            async with (
                gate,
                session.get(url, params=params, headers={"Accept": accept}, ssl=tls) as response,
            ):
                body = await response.read()
            received += len(body)
            found = more.search(body, max(len(body) - 4096, 0)) or more.search(body[:4096])
            if found is None:
                return
            params = {**params, "continue": found.group(1).decode()}

    async def cluster(base: str, wanted: list[Any]) -> None:
        gate = asyncio.Semaphore(IN_FLIGHT)
        headers = {"Authorization": f"Bearer {token_of[base]}"}
        async with aiohttp.ClientSession(headers=headers) as session:
            with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                await asyncio.gather(
                    *(page_through(session, gate, base + p, q, a) for p, q, a in wanted)
                )

    started = time.perf_counter()
    await asyncio.gather(*(cluster(base, wanted) for base, wanted in urls.items()))
    return {"seconds": time.perf_counter() - started, "objects": 0, "received": received}


async def models(kubeconfig: str) -> dict[str, Any]:
    """kubernetes-asyncio's typed models, same kinds, same paging, clusters side by side."""
    from kubernetes_asyncio import client, config

    held: list[Any] = []

    async def listed(gate: asyncio.Semaphore, call: Callable[..., Awaitable[Any]]) -> None:
        token = ""
        while True:
            async with gate:
                found = await call(limit=500, **({"_continue": token} if token else {}))
            metadata = found["metadata"] if isinstance(found, dict) else found.metadata
            held.extend(found["items"] if isinstance(found, dict) else found.items)
            token = metadata.get("continue", "") if isinstance(found, dict) else metadata._continue
            if not token:
                return

    def custom(api: Any, plural: str) -> Callable[..., Awaitable[Any]]:
        def call(**rest: Any) -> Awaitable[Any]:
            found: Awaitable[Any] = api.list_cluster_custom_object(
                "submariner.io", "v1", plural, **rest
            )
            return found

        return call

    async def cluster(context: str) -> None:
        gate = asyncio.Semaphore(IN_FLIGHT)
        api_client = await config.new_client_from_config(kubeconfig, context)
        async with api_client:
            core, apps = client.CoreV1Api(api_client), client.AppsV1Api(api_client)
            slices = client.DiscoveryV1Api(api_client)
            other = client.CustomObjectsApi(api_client)
            calls: list[Callable[..., Awaitable[Any]]] = [
                core.list_node, core.list_service_for_all_namespaces,
                core.list_pod_for_all_namespaces, apps.list_deployment_for_all_namespaces,
                apps.list_daemon_set_for_all_namespaces,
                slices.list_endpoint_slice_for_all_namespaces,
            ]  # fmt: skip
            if not real():
                calls += [custom(other, plural) for plural in SUBMARINER]
            await asyncio.gather(*(listed(gate, call) for call in calls))

    started = time.perf_counter()
    await asyncio.gather(*(cluster(name) for name, _, _ in contexts(kubeconfig)))
    return {"seconds": time.perf_counter() - started, "objects": len(held), "received": 0}


async def kubectl(kubeconfig: str) -> dict[str, Any]:
    """`kubectl get … -A -o json`, one process per context, all at once."""
    kinds = "nodes,services,endpointslices.discovery.k8s.io,pods,deployments.apps,daemonsets.apps"
    if not real():
        kinds = ",".join((kinds, *(f"{plural}.submariner.io" for plural in SUBMARINER)))

    async def cluster(context: str) -> int:
        process = await asyncio.create_subprocess_exec(
            "kubectl", "--kubeconfig", kubeconfig, "--context", context, "get", kinds, "-A",
            "-o", "json", stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            limit=2**30,
        )  # fmt: skip
        out, err = await process.communicate()
        if process.returncode:
            raise RuntimeError(err.decode()[-500:])
        return len(out)

    started = time.perf_counter()
    sizes = await asyncio.gather(*(cluster(name) for name, _, _ in contexts(kubeconfig)))
    return {"seconds": time.perf_counter() - started, "objects": 0, "received": sum(sizes)}


async def browse(kubeconfig: str) -> dict[str, Any]:
    """The console's look at all pods."""
    from tests.benchmarks.browse import contender

    return await contender(kubeconfig)


CONTENDERS: dict[str, Callable[[str], Awaitable[dict[str, Any]]]] = {
    "ours": ours, "raw": raw, "models": models, "kubectl": kubectl, "browse": browse,
}  # fmt: skip


def main() -> None:
    """Run the contender that the command line names."""
    gc.collect()
    result = asyncio.run(_run(CONTENDERS[sys.argv[1]], sys.argv[2]))
    used = resource.getrusage(resource.RUSAGE_SELF)
    busy = used.ru_utime + used.ru_stime
    print(json.dumps({**result, "peak_mib": used.ru_maxrss / 1024, "busy": busy}))


async def _run(
    contender: Callable[[str], Awaitable[dict[str, Any]]], kubeconfig: str
) -> dict[str, Any]:
    return await contender(kubeconfig)


if __name__ == "__main__":
    main()
