"""What must be known of a cluster, worked out again only when what it was read from changed.

Nodes and endpoints change all the time and mostly say nothing new: what is read from them is
compared, and equal facts stay the very same object but for their times.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import is_

from mckconsole.analysis.changes import Seen
from mckconsole.analysis.identity.account_extras import EXTRA_TOPICS, Extras, read_extras
from mckconsole.analysis.identity.declared import IrsaRoles, read_irsa
from mckconsole.analysis.identity.facts import (
    SLICE_OF,
    is_agent,
    read_cluster,
)
from mckconsole.analysis.identity.model import ClusterFacts
from mckconsole.analysis.identity.topics import TOPICS
from mckconsole.analysis.rbac import HeldIndex, held
from mckconsole.analysis.unread import without_age
from mckconsole.domain.core import EndpointSlice, Node
from mckconsole.domain.identity import IrsaConfig
from mckconsole.domain.objects import Key
from mckconsole.domain.pods import Pod
from mckconsole.domain.snapshot import ClusterSnapshot, TopicView

_CONTENT = (
    "kube-system",
    "mutatingwebhooks",
    "azure-wi-config",
    "credential-configs",
    "oidc-issuer",
    "oidc-keys",
)
"""Topics whose objects facts are read from; of the others, whether they could be read. Pods, nodes
and endpoints are looked at one by one, and RBAC by its index."""
_GROUND = ("root-ca", "namespaces")
"""Topics whose objects only rules on clusters look at."""


@dataclass(slots=True)
class News:
    """How facts differ from those before."""

    everything: bool = False
    """In something that all workloads depend on."""
    nodes: frozenset[str] = frozenset()
    """Nodes of which something else is known now."""
    accounts: frozenset[Key] = frozenset()
    """Service accounts beside which something changed."""
    ground: bool = False
    """Whether something changed that only rules on the cluster look at."""
    read: bool = False
    """Whether the cluster's facts were read anew."""


@dataclass(slots=True)
class ClusterReading:
    """What was worked out of one cluster, with what it was worked out from."""

    facts: ClusterFacts = field(default_factory=lambda: ClusterFacts(""))
    irsa: IrsaRoles = field(default_factory=dict)
    extras: Mapping[Key, Extras] = field(default_factory=dict)
    _rbac: HeldIndex | None = None
    _sources: dict[str, object] = field(default_factory=dict)
    _marks: dict[str, object] = field(default_factory=dict)
    _views: Sequence[TopicView | None] = ()
    _source: object = None

    def settled(self, cluster: ClusterSnapshot) -> bool:
        """Whether everything is as it was, to the very views: a snapshot is a value."""
        views = [cluster.topics.get(topic) for topic in TOPICS]
        source = (cluster.context, cluster.state, cluster.reason, cluster.version)
        if source == self._source and all(map(is_, views, self._views)):
            return True
        self._views, self._source = views, source
        return False

    def refresh(self, cluster: ClusterSnapshot) -> News:
        """Work out anew what may have changed."""
        news = News()
        standing = tuple([_standing(cluster.topic(topic)) for topic in TOPICS])
        content = tuple([Seen.of(cluster.topic(topic)) for topic in _CONTENT])
        rbac = held(cluster, self._rbac)
        self._mark(cluster, "nodes", self._nodes)
        self._mark(cluster, "endpointslices", self._endpoints)
        changed = self._differs("facts", (self._source, standing, content, dict(self._marks)))
        changed, self._rbac = changed or rbac is not self._rbac, rbac
        if changed:
            self._take(cluster, news)
        else:
            self._date(cluster)
        if self._differs("irsa-config", Seen.of(cluster.topic("irsa-config"))):
            irsa = read_irsa(cluster.objects("irsa-config", IrsaConfig).values())
            news.everything = news.everything or irsa != self.irsa
            self.irsa = irsa
        ground = tuple(Seen.of(cluster.topic(topic)) for topic in _GROUND)
        news.ground = self._differs("ground", ground) or bool(news.nodes)
        if self._differs("extras", tuple(Seen.of(cluster.topic(one)) for one in EXTRA_TOPICS)):
            before, self.extras = self.extras, read_extras(cluster)
            news.accounts = frozenset(
                key
                for key in before.keys() | self.extras.keys()
                if before.get(key) != self.extras.get(key)
            )
        return news

    def look_at(self, cluster: ClusterSnapshot, pods: Iterable[Pod], news: News) -> None:
        """Pods came, changed or went: those of agents tell of their nodes."""
        if not news.read and any(map(is_agent, pods)):
            self._take(cluster, news)

    def _mark(
        self, cluster: ClusterSnapshot, topic: str, read: Callable[[ClusterSnapshot], object]
    ) -> None:
        """Note what of the objects of a busy topic can change facts."""
        if self._differs(topic, (Seen.of(cluster.topic(topic)), self.facts.webhooks)):
            self._marks[topic] = read(cluster)

    @staticmethod
    def _nodes(cluster: ClusterSnapshot) -> object:
        return [
            (one.metadata.name, one.metadata.labels, one.spec.provider_id,
             one.status.node_info.operating_system, one.status.node_info.os_image)
            for one in cluster.objects("nodes", Node).values()
        ]  # fmt: skip

    def _endpoints(self, cluster: ClusterSnapshot) -> object:
        services = {one.service for one in self.facts.webhooks}
        return services and [
            one
            for one in cluster.objects("endpointslices", EndpointSlice).values()
            if (one.metadata.namespace, one.metadata.labels.get(SLICE_OF)) in services
        ]

    def _take(self, cluster: ClusterSnapshot, news: News) -> None:
        news.read = True
        old, new = self.facts, read_cluster(cluster, self._rbac)
        if new.rbac is not None and self._rbac is not None:
            new = replace(new, rbac=self._rbac.index)
        if replace(old, nodes=new.nodes) != new:
            news.everything = True
        elif old.nodes != new.nodes:
            names = old.nodes.keys() | new.nodes.keys()
            news.nodes |= {one for one in names if old.nodes.get(one) != new.nodes.get(one)}
        elif old.at == new.at:
            return
        self.facts = new

    def _date(self, cluster: ClusterSnapshot) -> None:
        """The same facts, confirmed later."""
        views = map(cluster.topic, TOPICS)
        at = {one.topic: one.as_of for one in views if one.as_of is not None}
        if at != self.facts.at:
            self.facts = replace(self.facts, at=at)

    def _differs(self, what: str, source: object) -> bool:
        if self._sources.get(what) == source:
            return False
        self._sources[what] = source
        return True


def _standing(view: TopicView) -> object:
    """Equal where a topic could be read as well as before."""
    return (view.state, view.version, without_age(view.reason), view.gap)
