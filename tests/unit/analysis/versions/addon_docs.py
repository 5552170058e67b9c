"""Workloads of add-ons as a cluster serves them, for tests."""

from __future__ import annotations

from collections.abc import Mapping

from tests.unit.analysis.build import Doc


def workload(
    image: str, *, kind: str = "Deployment", namespace: str = "kube-system", name: str = "it",
    labels: Mapping[str, str] | None = None, template: Mapping[str, str] | None = None,
    replicas: int = 1,
) -> Doc:  # fmt: skip
    """A workload with one container."""
    spec: Doc = {
        "template": {
            "metadata": {"labels": dict(template or {})},
            "spec": {"containers": [{"name": "it", "image": image}]},
        },
    }
    if kind == "Deployment":
        spec["replicas"] = replicas
    meta = {"name": name, "namespace": namespace, "labels": dict(labels or {})}
    return {"apiVersion": "apps/v1", "kind": kind, "metadata": meta, "spec": spec}


def daemon(image: str, name: str, namespace: str = "kube-system") -> Doc:
    """A DaemonSet with one container."""
    return workload(image, kind="DaemonSet", name=name, namespace=namespace)


def pod(image: str, name: str, namespace: str = "kube-system", phase: str = "Running") -> Doc:
    """A Pod with one container."""
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"containers": [{"name": "it", "image": image}]},
        "status": {"phase": phase},
    }


def node(name: str, **info: str) -> Doc:
    """A Node with its nodeInfo, by the API's names."""
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name},
        "status": {"nodeInfo": info},
    }


def runtime(name: str, text: str) -> Doc:
    """A Node with a container runtime."""
    return node(name, containerRuntimeVersion=text)
