"""Remote secrets of an Istio mesh: each stands for a cluster whose endpoints a control plane reads.

A real one holds a kubeconfig. These hold a sentence that says that they do not.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator

from mckconsole.demo.objects import KubeObject
from mckconsole.demo.world import World

NAMESPACE = "istio-system"
_CONTENT = base64.b64encode(b"DEMO: not a kubeconfig and not a credential").decode()


def remote_secrets(world: World, name: str) -> Iterator[KubeObject]:
    """The remote secrets of cluster `name`."""
    model = world.scenario.istio_services
    for remote in (model.remotes.get(name, {}) if model else {}).values():
        yield world.sites[name].manifest(
            "v1",
            "Secret",
            NAMESPACE,
            f"istio-remote-secret-{remote}",
            labels={"istio/multiCluster": "true"},
            annotations={"networking.istio.io/cluster": remote},
            days_ago=120,
            type="Opaque",
            data={remote: _CONTENT},
        )
