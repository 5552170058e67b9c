"""Make what blocks an upgrade, and what does not, as a cluster would serve it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mckconsole.analysis.versions.model import Blocker, Gravity
from mckconsole.domain.states import TopicState
from tests.unit.analysis import build

Doc = dict[str, Any]
SHOP = "shop"


def meta(name: str, namespace: str = SHOP, **more: Any) -> Doc:
    return {"name": name, "namespace": namespace, **more}


def budget(
    name: str = "web", *, expected: int = 3, healthy: int | None = None, wanted: int = 2,
    allowed: int = 1, labels: Mapping[str, str] | None = None, seen: int = 1,
    conditions: Sequence[Doc] = (), namespace: str = SHOP, selector: Doc | None = None, **spec: Any,
) -> Doc:  # fmt: skip
    """A disruption budget; `spec` are its other fields."""
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": meta(name, namespace, generation=1),
        "spec": {"selector": selector or {"matchLabels": dict(labels or {"app": name})}, **spec},
        "status": {
            "expectedPods": expected,
            "currentHealthy": expected if healthy is None else healthy,
            "desiredHealthy": wanted,
            "disruptionsAllowed": allowed,
            "observedGeneration": seen,
            "conditions": list(conditions),
        },
    }


def pod(
    name: str = "web-1", node: str = "n1", *, labels: Mapping[str, str] | None = None,
    owner: str = "ReplicaSet", namespace: str = SHOP, cpu: str = "", memory: str = "",
    phase: str = "Running", ready: bool = True, annotations: Mapping[str, str] | None = None,
    deleted: str = "", containers: Sequence[Doc] = (), requests: Mapping[str, Any] | None = None,
    **spec: Any,
) -> Doc:  # fmt: skip
    """A pod; `spec` are its other fields."""
    asked = {key: value for key, value in (("cpu", cpu), ("memory", memory)) if value}
    own = {
        "name": "app",
        "image": "app:1",
        "resources": {"requests": {**asked, **(requests or {})}},
    }
    found = meta(name, namespace, labels=dict(labels or {"app": "web"}))
    found["annotations"] = dict(annotations or {})
    if deleted:
        found["deletionTimestamp"] = deleted
    if owner:
        found["ownerReferences"] = [{"kind": owner, "name": f"{name}-owner", "controller": True}]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": found,
        "spec": {"nodeName": node, "containers": list(containers) or [own], **spec},
        "status": {"phase": phase, "containerStatuses": [{"ready": ready}]},
    }


def node(
    name: str = "n1", *, cpu: str = "4", memory: str = "16Gi", pods: str = "110",
    ready: str = "True", labels: Mapping[str, str] | None = None, taints: Sequence[Doc] = (),
    cordoned: bool = False, runtime: str = "containerd://2.1.4", kubelet: str = "v1.34.2",
    image: str = "Ubuntu 24.04", conditions: Sequence[Doc] = (), **more: Any,
) -> Doc:  # fmt: skip
    """A node; `more` is of what it can allocate, with underscores for the rest of the name."""
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": {"kubernetes.io/hostname": name, **(labels or {})}},
        "spec": {"taints": list(taints), **({"unschedulable": True} if cordoned else {})},
        "status": {
            "nodeInfo": {
                "kubeletVersion": kubelet,
                "containerRuntimeVersion": runtime,
                "osImage": image,
                "kernelVersion": "6.8.0-45-generic",
            },
            "conditions": [{"type": "Ready", "status": ready}, *conditions],
            "allocatable": {"cpu": cpu, "memory": memory, "pods": pods, **more},
        },
    }


def cluster(*docs: Doc, **states: TopicState) -> Any:
    """A cluster whose every topic is fresh, but for `states`, with underscores for dashes."""
    given = {name.replace("_", "-"): state for name, state in states.items()}
    return build.cluster("west", docs, states=given)


def gravities(found: Iterable[Blocker]) -> list[tuple[str, Gravity]]:
    """(rule, gravity) of each, sorted."""
    return sorted((one.rule, one.gravity) for one in found)


def of(found: Iterable[Blocker], rule: str) -> list[Blocker]:
    """Those of one rule."""
    return [one for one in found if one.rule == rule]


def only(found: Iterable[Blocker]) -> Blocker:
    """The one there is, complete."""
    (one,) = found
    assert one.title
    assert one.detail
    assert one.remediation
    if one.gravity is not Gravity.UNKNOWN:
        assert one.evidence
    return one
