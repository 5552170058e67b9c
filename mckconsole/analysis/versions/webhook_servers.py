"""Webhooks that must answer, gathered by who answers them, and who that is.

One configuration often has several webhooks with one server: what is to be said of the server is
said once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from mckconsole.analysis.versions.ground import Ground
from mckconsole.domain.certificates import ValidatingWebhookConfiguration
from mckconsole.domain.core import EndpointSlice, Service
from mckconsole.domain.identity import MutatingWebhookConfiguration, Webhook
from mckconsole.domain.objects import Key, Projection
from mckconsole.domain.pods import Pod
from mckconsole.domain.snapshot import ClusterSnapshot

SERVICE_LABEL: Final = "kubernetes.io/service-name"


class Called(NamedTuple):
    """Webhooks of one configuration that one server answers, all of which must answer."""

    topic: str
    config: Projection
    service: Key | None
    """None where it answers at a URL."""
    hooks: tuple[tuple[int, Webhook], ...]
    """With their place in the configuration."""

    @property
    def server(self) -> str:
        """Who answers, in words."""
        if self.service is None:
            return self.hooks[0][1].client_config.url or "nobody: neither Service nor URL is named"
        return "/".join(self.service)

    @property
    def what(self) -> str:
        """The configuration, in words."""
        return f"{self.config.kind} {self.config.key[1]}"


def called_by(cluster: ClusterSnapshot, topic: str) -> Iterator[Called]:
    """Those of one topic whose failure policy is Fail."""
    configs: Iterable[MutatingWebhookConfiguration | ValidatingWebhookConfiguration]
    if topic == "mutatingwebhooks":
        configs = cluster.objects(topic, MutatingWebhookConfiguration).values()
    else:
        configs = cluster.objects(topic, ValidatingWebhookConfiguration).values()
    for config in configs:
        groups: dict[Key | str, list[tuple[int, Webhook]]] = defaultdict(list)
        for number, hook in enumerate(config.webhooks):
            if hook.failure_policy == "Fail":
                named = hook.client_config.service
                place = (named.namespace, named.name) if named else hook.client_config.url
                groups[place].append((number, hook))
        for place, hooks in groups.items():
            service = None if isinstance(place, str) else place
            yield Called(topic, config, service, tuple(hooks))


@dataclass(frozen=True, slots=True)
class Standing:
    """Who answers for a Service."""

    slices: tuple[EndpointSlice, ...]
    ready: int
    """Endpoints, each address once."""
    pods: frozenset[str]
    """Names of those behind them; fewer than `ready` where some are no pods."""


class Servers:
    """The Services behind webhooks, with their endpoints: one walk through the slices."""

    def __init__(self, ground: Ground, wanted: set[Key]) -> None:
        self._ground = ground
        self.unread = ground.unread("services", "endpointslices") if wanted else ""
        found: dict[Key, list[EndpointSlice]] = defaultdict(list)
        if wanted and not self.unread:
            for one in ground.cluster.objects("endpointslices", EndpointSlice).values():
                key = (one.metadata.namespace, one.metadata.labels.get(SERVICE_LABEL, ""))
                if key in wanted:
                    found[key].append(one)
        self._slices = found

    def service(self, key: Key) -> Service | None:
        """The Service itself."""
        return self._ground.cluster.objects("services", Service).get(key)

    def standing(self, key: Key) -> Standing:
        """Its endpoints."""
        slices = self._slices.get(key, [])
        up = [one for each in slices for one in each.endpoints if one.ready]
        targets = (one.target_ref for one in up)
        pods = frozenset(one.name for one in targets if one.kind == "Pod" and one.name)
        addresses = {one.target_ref.name or " ".join(one.addresses) for one in up}
        return Standing(tuple(slices), len(addresses), pods)

    def nodes(self, namespace: str, pods: frozenset[str]) -> set[str] | None:
        """Where pods are; None where some of them are not known."""
        held = self._ground.cluster.objects("pods", Pod)
        found = {held[key].spec.node_name for name in pods if (key := (namespace, name)) in held}
        known = sum((namespace, name) in held for name in pods)
        return None if known < len(pods) or "" in found else found
