"""The pods of one workload, those that are alike in all that decides their identity together."""

from __future__ import annotations

from collections.abc import Sequence

from mckconsole.analysis.identity.model import Shape
from mckconsole.domain.cloudkeys import LABELS
from mckconsole.domain.pods import OVER, Pod, PodMeta


def shapes_of(pods: Sequence[Pod]) -> tuple[Shape, ...]:
    """The shape with the newest pod first, pods oldest first. Finished pods are looked at only
    where none runs."""
    chosen: Sequence[Pod] = [one for one in pods if one.status.phase not in OVER] or pods
    if len(chosen) == 1:
        return (Shape((chosen[0],)),)
    chosen = sorted(chosen, key=_age)
    found: list[list[Pod]] = []
    for pod in chosen:
        for alike in found:
            if _alike(alike[0], pod):
                alike.append(pod)
                break
        else:
            found.append([pod])
    if len(found) > 1:
        found.sort(key=lambda alike: _age(alike[-1]), reverse=True)
    return tuple(Shape(tuple(alike)) for alike in found)


def _age(pod: Pod) -> tuple[str, str]:
    return (pod.metadata.creation_timestamp, pod.metadata.name)


def _alike(one: Pod, other: Pod) -> bool:
    """Equal parts of pods are mostly the very same: they are shared when decoded."""
    a, b = one.spec, other.spec
    return (
        (a.containers is b.containers or a.containers == b.containers)
        and (a.volumes is b.volumes or a.volumes == b.volumes)
        and a.service_account_name == b.service_account_name
        and (a.init_containers is b.init_containers or a.init_containers == b.init_containers)
        and a.ephemeral_containers == b.ephemeral_containers
        and a.automount_service_account_token is b.automount_service_account_token
        and a.host_network is b.host_network
        and _same_words(one.metadata, other.metadata)
    )


def _same_words(one: PodMeta, other: PodMeta) -> bool:
    """Whether annotations and labels say the same of an identity."""
    return (
        one.annotations == other.annotations
        and (one.google is other.google or one.google == other.google)
        and (one.labels is other.labels or _said(one.labels) == _said(other.labels))
    )


def _said(labels: dict[str, str]) -> dict[str, str] | None:
    """What labels say of an identity."""
    if LABELS.isdisjoint(labels):
        return None
    return {key: value for key, value in labels.items() if key in LABELS}
