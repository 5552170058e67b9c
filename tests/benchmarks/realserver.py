"""A real kube-apiserver full of pods, where its binaries are on this machine."""

from __future__ import annotations

import contextlib
import json
import ssl
import tempfile
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import yaml

from mckconsole.demo import bulk, bulkpods
from mckconsole.demo.site import Site
from tests.real import apiserver

_WRITERS = 8


def available() -> bool:
    """Whether etcd and kube-apiserver are where envtest puts them."""
    return all((apiserver.assets() / name).exists() for name in ("etcd", "kube-apiserver"))


@contextlib.contextmanager
def filled(pods: int) -> Iterator[str]:
    """Serve `pods` pods from a real API server; yields the path of a kubeconfig."""
    with tempfile.TemporaryDirectory(prefix="mckconsole-") as name:
        folder = Path(name)
        with apiserver.running(folder) as server:
            _fill(server, pods)
            path = folder / "kubeconfig"
            path.write_text(yaml.safe_dump(_kubeconfig(server)), encoding="utf-8")
            path.chmod(0o600)
            yield str(path)


def _fill(server: apiserver.ApiServer, pods: int) -> None:
    context = ssl.create_default_context(cafile=str(server.ca_file))
    site = Site(bulk.fleet_scenario(1, nodes=200).clusters[0], seed=1, epoch=1_790_000_000.0)

    def send(method: str, path: str, manifest: dict[str, object]) -> None:
        request = urllib.request.Request(
            f"{server.url}/api/v1/namespaces{path}",
            data=json.dumps(manifest).encode(),
            method=method,
            headers={
                "Authorization": f"Bearer {apiserver.ADMIN}",
                "Content-Type": "application/json",
            },
        )
        with urllib.request.urlopen(request, timeout=30, context=context):
            pass

    def write(pod: dict[str, Any]) -> None:
        for field in ("uid", "creationTimestamp", "managedFields"):
            pod["metadata"].pop(field, None)
        place = f"/{pod['metadata']['namespace']}/pods"
        send("POST", place, pod)
        send("PUT", f"{place}/{pod['metadata']['name']}/status", pod)

    for name in bulkpods.NAMESPACES:
        send("POST", "", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    with ThreadPoolExecutor(_WRITERS) as pool:
        list(pool.map(write, bulkpods.pods(site, pods)))


def _kubeconfig(server: apiserver.ApiServer) -> dict[str, object]:
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [
            {
                "name": "real",
                "cluster": {"server": server.url, "certificate-authority": str(server.ca_file)},
            }
        ],
        "users": [{"name": "real", "user": {"token": apiserver.ADMIN}}],
        "contexts": [{"name": "real", "context": {"cluster": "real", "user": "real"}}],
        "current-context": "real",
    }
