"""UB18: what a provider itself says against an upgrade.

OpenShift's ClusterVersion says so in its conditions (openshift/api config/v1, and the documentation
of the cluster version operator: `Upgradeable` False stops updates to another minor, not patches).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mckconsole.analysis.versions.ground import Ground
from mckconsole.analysis.versions.model import Blocker, Gravity, Phase
from mckconsole.domain.objects import Condition
from mckconsole.domain.snapshot import ClusterSnapshot
from mckconsole.domain.upgrade import ClusterVersion

TOPIC: Final = "clusterversions"
_RULE: Final = "UB18"
_OPENSHIFT: Final = "openshift"
_OTHERS: Final = frozenset(
    {
        "eks",
        "gke",
        "aks",
        "rke2",
        "k3s",
        "k0s",
        "tkg",
        "ack",
        "tke",
        "cce",
        "iks",
        "doks",
        "lke",
        "oke",
        "kind",
        "minikube",
        "microk8s",
        "talos",
    }
)
"""Distributions of their own; of clusters that only name their machines' cloud it is not known."""
_AGAINST: Final = {
    ("Upgradeable", "False"): "OpenShift does not let it go to another minor",
    ("Progressing", "True"): "An update of OpenShift is under way",
    ("Failing", "True"): "The last update of OpenShift fails",
    ("Available", "False"): "OpenShift is not available",
}


def provider_blockers(cluster: ClusterSnapshot, provider: str) -> list[Blocker]:
    """UB18 of one cluster.

    Args:
        provider: as `provider.identify` names it.
    """
    ground = Ground(cluster)
    found = [
        one
        for version in cluster.objects(TOPIC, ClusterVersion).values()
        for one in _judged(ground, version)
    ]
    why = ground.unread(TOPIC)
    if provider == _OPENSHIFT and not why and not cluster.topic(TOPIC).objects:
        why = "there is no ClusterVersion"
    if why and provider not in _OTHERS:
        found.append(ground.unknown(_RULE, Phase.CONTROL_PLANE, why))
    return found


def _judged(ground: Ground, version: ClusterVersion) -> Iterator[Blocker]:
    said = {one.type: one for one in version.status.conditions}
    if not said:
        yield ground.unknown(
            _RULE,
            Phase.CONTROL_PLANE,
            "its ClusterVersion has no conditions yet",
            object=ground.ref(TOPIC, version),
        )
    for (kind, status), title in _AGAINST.items():
        one = said.get(kind)
        if one is not None and one.status == status:
            yield _against(ground, version, one, title)


def _against(ground: Ground, version: ClusterVersion, said: Condition, title: str) -> Blocker:
    words = ": ".join(filter(None, (said.reason, said.message))) or "no reason is given"
    latest = version.status.history[0] if version.status.history else None
    shown = [ground.seen(TOPIC, version, f"status.conditions[type={said.type}]",
                         f"{said.status}: {words}")]  # fmt: skip
    if latest is not None:
        value = f"{latest.version} {latest.state}"
        shown.append(ground.seen(TOPIC, version, "status.history[0]", value))
    return Blocker(
        _RULE,
        Gravity.BLOCK,
        Phase.CONTROL_PLANE,
        title,
        words,
        "Do what the message asks for, and see the condition change: "
        + ground.on("get", "clusterversion", version.key, "-o yaml"),
        ground.ref(TOPIC, version),
        said.type,
        evidence=tuple(shown),
    )
