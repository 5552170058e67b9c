"""Which Submariner gateway speaks for a cluster, and whether its word still counts.

Every gateway pod writes its object every 5 s; nobody removes the object of a dead one in a cluster
whose only gateway died. So the age of the heartbeat, by the API server's clock, comes before
anything the object says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mckconsole.analysis.mesh.evidence import seen, server_time
from mckconsole.analysis.mesh.links import CRITICAL, WARN, Claim, LinkState
from mckconsole.analysis.thresholds import Thresholds
from mckconsole.domain.core import Lease
from mckconsole.domain.findings import Evidence, ObjectRef, Severity
from mckconsole.domain.mesh import Gateway
from mckconsole.domain.snapshot import ClusterSnapshot
from mckconsole.domain.states import TopicState
from mckconsole.domain.times import format_age, parse_rfc3339

_UNIX_SECONDS = re.compile(r"\d{1,12}(\.\d+)?")
_HEARTBEAT = "metadata.annotations['update-timestamp']"


@dataclass(frozen=True, slots=True)
class GatewayView:
    """One Gateway object and the age of its heartbeat."""

    gateway: Gateway
    ref: ObjectRef
    seen_at: float
    """API server's clock when it was read."""
    beat: float | None
    """When the gateway last wrote it, Unix seconds; None if missing or unreadable."""

    @property
    def age(self) -> float | None:
        """Seconds between heartbeat and reading; negative if the gateway's clock is ahead."""
        return None if self.beat is None else self.seen_at - self.beat

    @property
    def active(self) -> bool:
        """Whether it says that it is the active one."""
        return self.gateway.status.ha_status.lower() == "active"

    def fresh(self, limits: Thresholds) -> bool:
        """Whether its word counts; one from the future cannot be judged and does not."""
        return self.age is not None and abs(self.age) <= limits.stale

    def heartbeat_evidence(self, cluster: str) -> Evidence:
        """The heartbeat as it was read."""
        text = self.gateway.metadata.annotations.update_timestamp or "(missing)"
        return seen(cluster, self.ref, _HEARTBEAT, text, self.seen_at)


@dataclass(frozen=True, slots=True)
class Leadership:
    """Who speaks for the cluster."""

    gateways: tuple[GatewayView, ...]
    active: GatewayView | None
    stale: Claim | None = None
    """Why the active gateway's word does not count, if it does not."""
    evidence: tuple[Evidence, ...] = ()
    """What shows the staleness."""
    notes: tuple[str, ...] = ()


def view_gateways(cluster: ClusterSnapshot, taken_at: float) -> tuple[GatewayView, ...]:
    """All Gateway objects held, whatever the topic's state."""
    topic = cluster.topic("gateways")
    at = server_time(cluster, topic, taken_at)
    return tuple(
        GatewayView(gateway, gateway.ref(topic.version or "v1"), at, _beat(gateway))
        for _, gateway in sorted(cluster.objects("gateways", Gateway).items())
    )


def _beat(gateway: Gateway) -> float | None:
    text = gateway.metadata.annotations.update_timestamp.strip()
    return float(text) if _UNIX_SECONDS.fullmatch(text) else None


def find_leader(
    cluster: ClusterSnapshot, gateways: Sequence[GatewayView], taken_at: float, limits: Thresholds
) -> Leadership:
    """The active gateway and whether to believe it.

    A fresh one beats an active one whose heartbeat stopped (what a failover leaves behind); two
    fresh ones contradict each other, and neither is believed.
    """
    everyone = tuple(gateways)
    actives = sorted(
        (view for view in everyone if view.active),
        key=lambda view: (not view.fresh(limits), -(view.beat or 0.0), view.ref),
    )
    if not actives:
        return Leadership(everyone, None)
    leader, rivals = actives[0], actives[1:]
    if rivals and rivals[0].fresh(limits):
        names = " and ".join(view.ref.name for view in actives if view.fresh(limits))
        claim = Claim(LinkState.STALE, WARN, f"two active gateways: {names}", "two-actives")
        shown = tuple(
            seen(cluster.name, view.ref, "status.haStatus", "active", view.seen_at)
            for view in actives
        )
        return Leadership(everyone, leader, claim, shown)
    notes = tuple(
        f"gateway {view.ref.name} also says active, its heartbeat stopped" for view in rivals
    )
    beat = leader.heartbeat_evidence(cluster.name)
    claim_of_age = heartbeat_claim(leader, limits)
    if claim_of_age:
        return Leadership(everyone, leader, claim_of_age, (beat,), notes)
    lease_claim, lease_shown = _lease_claim(cluster, leader, taken_at, limits)
    return Leadership(everyone, leader, lease_claim, (*lease_shown, beat), notes)


def heartbeat_claim(view: GatewayView, limits: Thresholds) -> Claim | None:
    """STALE, if the heartbeat is too old, missing, unreadable or from the future."""
    if view.age is None:
        return Claim(
            LinkState.STALE, WARN, "gateway heartbeat missing or unreadable", "no-heartbeat"
        )
    if view.age > limits.stale:
        return Claim(
            LinkState.STALE,
            _severity(view.age, limits),
            f"no gateway heartbeat for {format_age(view.age)}",
            "no-heartbeat",
        )
    if view.age < -limits.stale:
        ahead = format_age(-view.age)
        return Claim(
            LinkState.STALE,
            WARN,
            f"gateway heartbeat is {ahead} in the future: its node's clock is wrong",
            "clock",
        )
    return None


def _severity(age: float, limits: Thresholds) -> Severity:
    return CRITICAL if age > limits.dead else WARN


def _lease_claim(
    cluster: ClusterSnapshot, leader: GatewayView, taken_at: float, limits: Thresholds
) -> tuple[Claim | None, tuple[Evidence, ...]]:
    """STALE, if the leader election lease beside the gateway is no longer renewed."""
    topic = cluster.topic("submariner-lease")
    if topic.state is not TopicState.FRESH:
        return None, ()
    now = server_time(cluster, topic, taken_at)
    leases = _beside(cluster.objects("submariner-lease", Lease).values(), leader)
    for lease in leases:
        renewed = parse_rfc3339(lease.spec.renew_time)
        if renewed is None or now - renewed <= limits.stale:
            continue
        age = now - renewed
        claim = Claim(
            LinkState.STALE,
            _severity(age, limits),
            f"gateway lease not renewed for {format_age(age)}",
            "lease",
        )
        ref = lease.ref(topic.version or "v1")
        return claim, (seen(cluster.name, ref, "spec.renewTime", lease.spec.renew_time, now),)
    return None, ()


def _beside(leases: Iterable[Lease], leader: GatewayView) -> list[Lease]:
    return [lease for lease in leases if lease.metadata.namespace == leader.ref.namespace]
