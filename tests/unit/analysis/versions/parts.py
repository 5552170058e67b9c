"""Make control planes, nodes and kube-proxies of any version, as a cluster would serve them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from mckconsole.analysis.versions.observed import Observed, observe
from mckconsole.analysis.versions.pools import pools_of
from mckconsole.analysis.versions.skew import Judged, judge
from mckconsole.config.support_data import shipped
from mckconsole.domain.findings import Finding
from mckconsole.domain.metrics import MetricVector
from mckconsole.domain.snapshot import Builds, ClusterSnapshot
from mckconsole.domain.states import TopicState
from tests.unit.analysis import build

Doc = dict[str, Any]
CONTROLLERS = ("kube-controller-manager", "kube-scheduler")


def stamp(age: float) -> str:
    """A time so many seconds before the API server's clock."""
    return datetime.fromtimestamp(build.NOW - age, UTC).isoformat().replace("+00:00", "Z")


def node(
    name: str = "n1", kubelet: str = "v1.34.2", *, labels: Mapping[str, str] | None = None,
    provider_id: str = "", image: str = "Ubuntu 24.04.3 LTS", runtime: str = "containerd://2.1.4",
    addresses: Sequence[str] = (), ready: str = "True", cordoned: bool = False,
) -> Doc:  # fmt: skip
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": dict(labels or {})},
        "spec": {"providerID": provider_id, "unschedulable": cordoned},
        "status": {
            "nodeInfo": {
                "kubeletVersion": kubelet,
                "kubeProxyVersion": "v1.1.1",
                "containerRuntimeVersion": runtime,
                "osImage": image,
            },
            "addresses": [{"type": "InternalIP", "address": one} for one in addresses],
            "conditions": [{"type": "Ready", "status": ready}],
        },
    }


def pod(
    name: str, image: str, *, labels: Mapping[str, str] | None = None, on: str = "cp1",
    container: str = "", age: float = 3600, owner: str = "Node", namespace: str = "kube-system",
    ready: bool = True, phase: str = "Running",
) -> Doc:  # fmt: skip
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": name,
            "namespace": namespace,
            "labels": dict(labels or {}),
            "creationTimestamp": stamp(age),
            "ownerReferences": [{"kind": owner, "name": on, "controller": True}],
        },
        "spec": {"nodeName": on, "containers": [{"name": container or name, "image": image}]},
        "status": {"phase": phase, "containerStatuses": [{"ready": ready}]},
    }


def static(component: str, version: str, on: str = "cp1", **more: Any) -> Doc:
    """A static pod of the control plane; `version` may be a whole image."""
    image = version if "/" in version else f"registry.k8s.io/{component}:{version}"
    labels = {"component": component, "tier": "control-plane"}
    return pod(f"{component}-{on}", image, labels=labels, on=on, container=component, **more)


def proxy(version: str, on: str, **more: Any) -> Doc:
    """A pod of kube-proxy's DaemonSet."""
    image = version if "/" in version else f"registry.k8s.io/kube-proxy:{version}"
    labels = {"k8s-app": "kube-proxy"}
    return pod(
        f"kube-proxy-{on}", image, labels=labels, on=on, container="kube-proxy",
        owner="DaemonSet", **more,
    )  # fmt: skip


def daemonset(
    name: str = "kube-proxy", image: str = "registry.k8s.io/kube-proxy:v1.34.2", *,
    namespace: str = "kube-system", scheduled: int = 3,
) -> Doc:  # fmt: skip
    return {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"template": {"spec": {"containers": [{"name": name, "image": image}]}}},
        "status": {"currentNumberScheduled": scheduled},
    }


def lease(name: str, age: float = 5) -> Doc:
    """The lease of an API server; `age` is that of its renewal."""
    return {
        "apiVersion": "coordination.k8s.io/v1",
        "kind": "Lease",
        "metadata": {
            "name": f"apiserver-{name}",
            "namespace": "kube-system",
            "labels": {"apiserver.kubernetes.io/identity": "kube-apiserver"},
        },
        "spec": {"renewTime": stamp(age), "leaseDurationSeconds": 3600},
    }


def control_plane(*versions: str, controllers: str = "", age: float = 3600) -> list[Doc]:
    """API servers of these versions, each with its lease; controllers of the first one's."""
    found = []
    for number, version in enumerate(versions, 1):
        on = f"cp{number}"
        found += [static("kube-apiserver", version, on, age=age), lease(on)]
        found += [static(one, controllers or versions[0], on, age=age) for one in CONTROLLERS]
    return found


def cluster(
    *docs: Doc, version: str | None = "v1.34.2", name: str = "west", builds: Builds | None = None,
    metrics: Mapping[str, MetricVector] | None = None, **states: TopicState,
) -> ClusterSnapshot:  # fmt: skip
    """A cluster whose every topic is fresh, but for `states`, with underscores for dashes."""
    given = {one.replace("_", "-"): state for one, state in states.items()}
    found = build.cluster(name, docs, states=given, version=version, metrics=metrics)
    return replace(found, builds=builds) if builds is not None else found


def kubeadm(
    server: str = "v1.34.2", kubelet: str = "", kube_proxy: str = "", *, controllers: str = "",
    others: Sequence[Doc] = (), **more: Any,
) -> ClusterSnapshot:  # fmt: skip
    """Three nodes with kube-proxy below one API server; all of one version, unless said."""
    docs = control_plane(server, controllers=controllers)
    for name in ("n1", "n2", "n3"):
        docs += [node(name, kubelet or server), proxy(kube_proxy or server, name)]
    return cluster(*docs, *others, version=server, **more)


def judged(found: ClusterSnapshot) -> Judged:
    """What the rules say of a cluster, by the shipped calendar."""
    seen: Observed = observe(found)
    return judge(found, seen, pools_of(found), shipped())


def rules(found: ClusterSnapshot) -> list[str]:
    """The rules that a cluster breaks."""
    return sorted(one.rule for one in judged(found).findings)


def only(found: ClusterSnapshot, rule: str) -> Finding:
    """The one finding of a rule, complete."""
    (one,) = [one for one in judged(found).findings if one.rule == rule]
    assert one.pane == "versions"
    assert one.title
    assert one.detail
    assert one.remediation
    assert one.evidence
    return one
