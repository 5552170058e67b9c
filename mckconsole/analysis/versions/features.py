"""UB10: settings and features that a later minor removes.

Read are the flags of static pods of the control plane, the ConfigMaps of kubelets and kube-proxy,
volumes and Services. A kubelet's own command line is not in the API.

Sources: `removed_settings`; release notes of 1.36 (gitRepo volumes, externalIPs) and 1.35
(kube-proxy's ipvs mode, off from 1.40 on by KEP-5495).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from mckconsole.analysis.versions.component_configs import (
    ComponentConfig,
    kubelet_config,
    proxy_config,
)
from mckconsole.analysis.versions.ground import MOST_EVIDENCE, Ground
from mckconsole.analysis.versions.model import Blocker, Gravity, Phase
from mckconsole.analysis.versions.podsort import SortedPods
from mckconsole.analysis.versions.removed_settings import REMOVED_FLAGS, REMOVED_GATES
from mckconsole.domain.core import Service
from mckconsole.domain.findings import Evidence, ObjectRef
from mckconsole.domain.kubeversion import Minor
from mckconsole.domain.pods import Pod
from mckconsole.domain.snapshot import ClusterSnapshot
from mckconsole.domain.wording import counted, listed

NO_GIT_REPO: Final = Minor(1, 36)
EXTERNAL_IPS_WARN: Final = Minor(1, 36)
IPVS_WARN, IPVS_OFF = Minor(1, 35), Minor(1, 40)
RUN_BY_PROVIDER: Final = frozenset({"eks", "gke", "aks", "openshift", "doks", "lke", "oke"})
"""Providers that set up the control plane themselves and check it before they upgrade it."""
_GATES: Final = "--feature-gates="
_NAMED: Final = 5


def feature_blockers(cluster: ClusterSnapshot, provider: str, pods: SortedPods) -> list[Blocker]:
    """UB10 of one cluster.

    Args:
        provider: as `provider.identify` names it.
    """
    ground = Ground(cluster)
    if why := ground.unread("pods"):
        found = [ground.unknown("UB10", Phase.CONTROL_PLANE, why, subject="pods")]
    else:
        found = [*_static(ground, pods, provider), *_clones(ground, pods.cloning)]
    found += _of_config(ground, kubelet_config(cluster), "kubelet", provider)
    proxy = proxy_config(cluster)
    found += [*_of_config(ground, proxy, "kube-proxy", provider), *_ipvs(ground, proxy)]
    found += _external_ips(ground)
    return found


def gates_of(flag: str) -> Mapping[str, str]:
    """`--feature-gates=A=true,B=false` by gate."""
    pairs = (one.partition("=") for one in flag.removeprefix(_GATES).strip("\"'").split(","))
    return {name.strip(): value.strip() for name, _, value in pairs if name.strip()}


def _static(ground: Ground, pods: SortedPods, provider: str) -> Iterator[Blocker]:
    """Of the control plane, where it runs as static pods."""
    components = [name for name in pods.control if name != "etcd"]
    if not components:
        if provider not in RUN_BY_PROVIDER:
            why = "the control plane does not run as static pods that name their flags"
            yield ground.unknown("UB10", Phase.CONTROL_PLANE, why, subject="control plane")
        return
    told: set[tuple[str, str]] = set()
    for component in components:
        for pod in pods.control[component]:
            for container in pod.spec.containers:
                if container.name != component:
                    continue
                for name, value, gone in _gone(component, container.command):
                    if (component, name) not in told:
                        told.add((component, name))
                        seen = ground.seen("pods", pod, "spec.containers[].command", value)
                        yield _removed(ground, component, name, gone, seen)


def _gone(component: str, flags: Iterable[str]) -> Iterator[tuple[str, str, Minor]]:
    """(name, as it is written, first minor without it)."""
    for flag in flags:
        if flag.startswith(_GATES):
            for name, value in gates_of(flag).items():
                if name in REMOVED_GATES:
                    yield name, f"{_GATES}{name}={value}", REMOVED_GATES[name]
        elif (component, flag) in REMOVED_FLAGS:
            yield flag, flag, REMOVED_FLAGS[component, flag]


def _removed(ground: Ground, component: str, name: str, gone: Minor, evidence: Evidence) -> Blocker:
    what = "flag" if name.startswith("--") else "feature gate"
    on_nodes = component in ("kubelet", "kube-proxy")
    place = evidence.object
    where = "its static pod's manifest in /etc/kubernetes/manifests"
    return Blocker(
        "UB10",
        Gravity.BLOCK,
        Phase.NODES if on_nodes else Phase.CONTROL_PLANE,
        f"{component} {gone} does not start with the {what} {name}",
        f"{name} is set and {gone} does not know it any more",
        f"Take {name} out of "
        + (ground.on("edit", "configmap", _key(place)) if on_nodes else where),
        place,
        f"{component} {name}",
        gone,
        (evidence,),
    )


def _key(place: ObjectRef | None) -> tuple[str, str]:
    return (place.namespace, place.name) if place else ("kube-system", "")


def _of_config(
    ground: Ground, config: ComponentConfig, component: str, provider: str
) -> Iterator[Blocker]:
    why = config.unread or config.odd
    absent = config.object is None and component == "kubelet" and provider not in RUN_BY_PROVIDER
    if not why and absent:
        why = "there is no ConfigMap kubelet-config; what kubelets are told is not visible"
    if why:
        yield ground.unknown("UB10", Phase.NODES, f"{component}: {why}", subject=component)
        return
    gates: Mapping[Any, Any] = config.gates
    for name, value in gates.items():
        gone = REMOVED_GATES.get(str(name))
        if gone is not None and config.object is not None:
            path = f"featureGates.{name}"
            seen = ground.seen(config.topic, config.object, path, str(value).lower())
            yield _removed(ground, component, str(name), gone, seen)


def _ipvs(ground: Ground, config: ComponentConfig) -> Iterator[Blocker]:
    if config.object is None or config.values.get("mode") != "ipvs":
        return
    seen = ground.seen(config.topic, config.object, "mode", "ipvs")
    ref = ground.ref(config.topic, config.object)
    remedy = "Move to nftables (from 1.33 on, with Linux 5.13): set `mode: nftables` with "
    remedy += ground.on("edit", "configmap", config.object.key)
    for gravity, target, words in (
        (Gravity.WARN, IPVS_WARN, "is deprecated from {} on"),
        (Gravity.BLOCK, IPVS_OFF, "is off from {} on"),
    ):
        title = f"kube-proxy's mode ipvs {words.format(target)}"
        detail = "kube-proxy is set to mode ipvs"
        subject = "ipvs" if gravity is Gravity.WARN else "ipvs off"
        yield Blocker(
            "UB10", gravity, Phase.MANAGED_ADDONS, title, detail, remedy, ref, subject, target,
            (seen,),
        )  # fmt: skip


def _clones(ground: Ground, pods: list[Pod]) -> Iterator[Blocker]:
    if not pods:
        return
    names = listed([f"{one.key[0]}/{one.key[1]}" for one in pods], _NAMED)
    yield Blocker(
        "UB10",
        Gravity.BLOCK,
        Phase.NODES,
        f"gitRepo volumes do not mount from {NO_GIT_REPO} on",
        f"{counted(len(pods), 'pod')}: {names}",
        "Clone in an init container into an emptyDir instead: "
        + ground.on("get", "pod", pods[0].key, "-o yaml"),
        ground.ref("pods", pods[0]) if len(pods) == 1 else None,
        "gitRepo",
        NO_GIT_REPO,
        ground.some("pods", pods, "spec.volumes[].gitRepo", "set"),
    )


def _external_ips(ground: Ground) -> Iterator[Blocker]:
    if why := ground.unread("services"):
        yield ground.unknown("UB10", Phase.CONTROL_PLANE, why, subject="services")
        return
    services = ground.cluster.objects("services", Service).values()
    found = [one for one in services if one.spec.external_ips]
    if not found:
        return
    names = listed([f"{one.key[0]}/{one.key[1]}" for one in found], _NAMED)
    yield Blocker(
        "UB10",
        Gravity.WARN,
        Phase.VERIFY,
        f"externalIPs are deprecated from {EXTERNAL_IPS_WARN} on",
        f"{counted(len(found), 'Service')}: {names}",
        "Use a load balancer or the Gateway API: " + ground.on("edit", "service", found[0].key),
        ground.ref("services", found[0]) if len(found) == 1 else None,
        "externalIPs",
        EXTERNAL_IPS_WARN,
        tuple(
            ground.seen("services", one, "spec.externalIPs", ", ".join(one.spec.external_ips))
            for one in found[:MOST_EVIDENCE]
        ),
    )
