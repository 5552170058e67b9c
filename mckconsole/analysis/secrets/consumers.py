"""Which workloads use the object that a credential lies in, and who they are in the clouds.

Told by the pods: variables from a key, all variables from an object, volumes, image pull secrets
(admission writes those of the service account into its pods). Pods change all the time and this is
only said beside a finding, so it is renewed now and then.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from mckconsole.analysis.changes import NOTHING_SEEN, Seen
from mckconsole.analysis.identity.model import Binding, WorkloadKey
from mckconsole.analysis.identity.owners import Direct, climb, direct_of
from mckconsole.analysis.secrets.model import Consumer
from mckconsole.domain.objects import Projection
from mckconsole.domain.pods import Pod, PodContainer, Volume
from mckconsole.domain.snapshot import ClusterSnapshot

RENEW_SECONDS = 30.0
"""Between two looks at the pods of a cluster."""

Used: TypeAlias = tuple[str, str, str]
"""Kind (Secret or ConfigMap), namespace and name of an object."""


class Use(NamedTuple):
    """A workload and how it uses an object."""

    workload: WorkloadKey
    how: str


@dataclass(frozen=True, slots=True)
class _Owners:
    """What a snapshot holds of controllers, for climbing."""

    cluster: ClusterSnapshot

    def held(self, topic: str, key: tuple[str, str]) -> Projection | None:
        return self.cluster.topic(topic).objects.get(key)

    def unread(self, topic: str) -> str:
        view = self.cluster.topic(topic)
        return "" if view.conclusive else view.reason or view.gap or view.state.value


class ClusterUses:
    """Uses of the objects of one cluster that matter."""

    def __init__(self) -> None:
        self._wanted: frozenset[Used] = frozenset()
        self._seen = NOTHING_SEEN
        self._at = 0.0
        self.uses: Mapping[Used, tuple[Use, ...]] = {}

    def renew(self, cluster: ClusterSnapshot, wanted: frozenset[Used], now: float) -> set[Used]:
        """Look again where that is due; the objects of which something else is said than before."""
        if not wanted and not self.uses:
            return set()
        known = wanted == self._wanted
        if known and now - self._at < RENEW_SECONDS:
            return set()
        seen = Seen.of(cluster.topic("pods"))
        self._at = now
        if known and seen == self._seen:
            return set()
        self._wanted, self._seen, old = wanted, seen, self.uses
        self.uses = _uses(cluster, wanted) if wanted else {}
        return {one for one in old.keys() | self.uses.keys() if old.get(one) != self.uses.get(one)}


def _uses(cluster: ClusterSnapshot, wanted: frozenset[Used]) -> dict[Used, tuple[Use, ...]]:
    names = {namespace for _, namespace, _ in wanted}
    owners, tops = _Owners(cluster), dict[Direct, WorkloadKey]()
    found: dict[Used, dict[Use, None]] = {}
    done: set[tuple[object, ...]] = set()
    for (namespace, _), pod in cluster.objects("pods", Pod).items():
        if namespace not in names or pod.over:
            continue
        direct, spec = direct_of(pod), pod.spec
        parts = (spec.containers, spec.init_containers, spec.volumes, spec.image_pull_secrets)
        alike = (direct, *map(id, parts))
        if alike in done:
            continue
        done.add(alike)
        for (kind, name), how in _references(pod):
            used = (kind, namespace, name)
            if used in wanted:
                if direct not in tops:
                    top = climb(direct, owners)
                    tops[direct] = WorkloadKey(cluster.name, namespace, top.kind, top.name)
                found.setdefault(used, {})[Use(tops[direct], how)] = None
    return {used: tuple(sorted(uses)) for used, uses in found.items()}


def _references(pod: Pod) -> Iterator[tuple[tuple[str, str], str]]:
    """Objects that a pod uses: kind and name, and how."""
    spec = pod.spec
    for one in (*spec.init_containers, *spec.containers, *spec.ephemeral_containers):
        yield from _of_container(one)
    for volume in spec.volumes:
        yield from _of_volume(volume)
    for pulled in spec.image_pull_secrets:
        yield ("Secret", pulled.name), "image pull secret"


def _of_container(container: PodContainer) -> Iterator[tuple[tuple[str, str], str]]:
    where = f"in container {container.name}"
    for variable in container.env:
        source = variable.value_from
        if source is None:
            continue
        if source.secret_key_ref is not None:
            yield ("Secret", source.secret_key_ref.name), f"env {variable.name} {where}"
        if source.config_map_key_ref is not None:
            yield ("ConfigMap", source.config_map_key_ref.name), f"env {variable.name} {where}"
    for taken in container.taken:
        yield (taken.kind, taken.name), f"env {taken.variable} {where}"
    for whole in container.env_from:
        if whole.secret_ref is not None:
            yield ("Secret", whole.secret_ref.name), f"all variables {where}"
        if whole.config_map_ref is not None:
            yield ("ConfigMap", whole.config_map_ref.name), f"all variables {where}"


def _of_volume(volume: Volume) -> Iterator[tuple[tuple[str, str], str]]:
    how = f"volume {volume.name}"
    if volume.secret is not None:
        yield ("Secret", volume.secret.secret_name), how
    if volume.config_map is not None:
        yield ("ConfigMap", volume.config_map.name), how
    for source in volume.projected.sources if volume.projected else ():
        if source.secret is not None:
            yield ("Secret", source.secret.name), how
        if source.config_map is not None:
            yield ("ConfigMap", source.config_map.name), how


def joined(
    uses: Iterable[Use], bindings: Mapping[WorkloadKey, tuple[Binding, ...]], cloud: str
) -> tuple[Consumer, ...]:
    """Uses with what the identity pane knows of the workloads in a cloud, or in any for none."""
    found = []
    for use in uses:
        key = use.workload
        mine = bindings.get(key, ())
        best = next((one for one in mine if one.cloud.value == cloud), None)
        if best is None and mine and not cloud:
            best = mine[0]
        found.append(
            Consumer(
                key.cluster,
                key.kind,
                key.namespace,
                key.name,
                use.how,
                best.id if best else "",
                _identity(best) if best else "",
            )
        )
    return tuple(found)


def _identity(binding: Binding) -> str:
    if binding.identity is None:
        return ""
    return f"{binding.identity.text} ({binding.state.value})"
