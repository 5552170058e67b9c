"""What each container of a pod is in each cloud, by the pod's own specification.

Webhooks and people write the same fields, so nothing here asks who wrote them. Tokens are told by
their audience, never by the name of a volume: every installation names it differently. A mechanism
that leaves no trace on a pod (GKE's metadata server) is not here but in `bind`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mckconsole.analysis.identity.containers import PodView, View
from mckconsole.analysis.identity.effective_aws import aws, kiam, roles_anywhere
from mckconsole.analysis.identity.effective_azure import aad_pod_identity, azure
from mckconsole.analysis.identity.effective_gcp import gcp
from mckconsole.analysis.identity.formats import read_audience
from mckconsole.analysis.identity.model import Cloud, ClusterFacts, Effective, Mechanism, Shape
from mckconsole.analysis.identity.static import key_files, static_keys
from mckconsole.domain.cloudkeys import AAD_BINDING, KIAM_ROLE
from mckconsole.domain.pods import Volume

CERT_MANAGER_DRIVER = "spiffe.csi.cert-manager.io"
SPIFFE_DRIVERS = frozenset({"csi.spiffe.io", CERT_MANAGER_DRIVER})
_READERS = (static_keys, aws, azure, gcp)


def effective(shape: Shape, facts: ClusterFacts) -> tuple[Effective, ...]:
    """Everything that a shape's containers are; empty for most pods, which name no cloud."""
    meta, spec = shape.pod.metadata, shape.pod.spec
    marked = AAD_BINDING in meta.labels or KIAM_ROLE in meta.annotations
    special = any(map(_special, spec.volumes))
    if not special and not marked and not any([one.env for _, one in shape.containers()]):
        return roles_anywhere(shape, None, facts)
    return tuple(_all(shape, PodView(shape, facts)))


def _special(volume: Volume) -> bool:
    """Whether a volume may bring a credential; the API server's token is none."""
    if volume.csi or volume.secret:
        return True
    return volume.projected is not None and any(
        one.secret or ((token := one.service_account_token) and token.audience)
        for one in volume.projected.sources
    )


def _all(shape: Shape, pod: PodView) -> Iterator[Effective]:
    for role, container in shape.containers():
        if not container.env and not container.volume_mounts:
            continue
        view = View(pod, role, container)
        found: list[Effective] = []
        if view.env:
            for read in _READERS:
                found += read(view)
        found += key_files(view)
        found += _spiffe(view)
        found += _tokens(view, found)
        yield from found
    yield from roles_anywhere(shape, pod, pod.facts)
    yield from kiam(pod)
    yield from aad_pod_identity(pod)


def _spiffe(view: View) -> Iterator[Effective]:
    for mount in view.container.volume_mounts:
        volume = view.pod.volumes.get(mount.name)
        if volume is not None and volume.csi is not None and volume.csi.driver in SPIFFE_DRIVERS:
            driver = volume.csi.driver
            path = f"spec.volumes[name={volume.name}].csi.driver"
            traces = (view.pod.trace(path, driver), view.mounted(mount))
            socket = view.of("SPIFFE_ENDPOINT_SOCKET")
            yield view.effective(
                Mechanism.SPIFFE, Cloud.SPIFFE, None, f"by {driver}", (*traces, *socket)
            )
            return


def _tokens(view: View, found: Sequence[Effective]) -> Iterator[Effective]:
    """Tokens for a cloud that no variable leads to: the program knows where they are."""
    if not view.pod.tokens:
        return
    known = {one.cloud for one in found}
    used = [one.token for one in found]
    for mount, token, place in view.cloud_tokens():
        whom = read_audience(token.audience)
        if whom.cloud is None or whom.mechanism is None or whom.cloud in known or token in used:
            continue
        if whom.cloud is Cloud.SPIFFE:
            continue  # with it SPIRE's agent tells SPIRE's server its node, no workload itself
        known.add(whom.cloud)
        traces = (view.mounted(mount), view.pod.trace(f"{place}.audience", token.audience))
        text = f"a token for {whom.words} at {mount.mount_path}"
        yield view.effective(whom.mechanism, whom.cloud, None, text, traces, token)
