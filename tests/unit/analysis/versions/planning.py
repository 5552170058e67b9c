"""Fleets for tests of the planner, made by hand: what the analysis would say of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

from mckconsole.analysis.versions.exemption import Exemption
from mckconsole.analysis.versions.model import (
    Addon,
    Blocker,
    ClusterVersions,
    Component,
    Fit,
    Gravity,
    Headroom,
    NodePool,
    Phase,
    Plan,
    Seen,
    Step,
)
from mckconsole.analysis.versions.order import Gate
from mckconsole.analysis.versions.plan import Question
from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.kubeversion import Minor, parse_version
from mckconsole.domain.support import AddonRange, Confidence, Release, SupportData

TODAY = date(2026, 11, 22)
AT = datetime(2026, 11, 22, 12, tzinfo=UTC).timestamp()


def minor(number: int) -> Minor:
    """1.`number`."""
    return Minor(1, number)


def _release(provider: str, number: int, day: date) -> Release:
    return Release(provider, minor(number), day, None, None, None, "test")


def _range(addon: str, release: str, least: int, most: int, note: str = "") -> AddonRange:
    sure = Confidence.OFFICIAL
    return AddonRange(addon, release, minor(least), minor(most), "test", None, "", sure, note)


DATA = SupportData(
    calendar=(
        *(_release("upstream", number, date(2023, 1, 1)) for number in range(24, 37)),
        _release("upstream", 37, date(2026, 11, 1)),
        _release("upstream", 38, date(2026, 12, 16)),
        *(_release("eks", number, date(2023, 1, 1)) for number in range(24, 36)),
    ),
    addons=(
        _range("calico", "3.30", 30, 34),
        _range("calico", "3.31", 32, 35),
        _range("calico", "3.32", 34, 36),
        _range("cert-manager", "1.19", 31, 35),
        _range("cert-manager", "1.18", 29, 33),
        _range("gap", "1.0", 28, 33),
        _range("gap", "2.0", 34, 37),
    ),
)
"""1.36 can be proposed, of EKS 1.35; 1.37 is three weeks old, 1.38 is planned."""


def pool(name: str, *kubelets: int, silent: int = 0, room: Headroom | None = None) -> NodePool:
    """A pool with a node for each kubelet, and `silent` ones whose version is not known."""
    nodes = tuple(f"{name}-{number}" for number in range(len(kubelets) + silent))
    counts = {one: kubelets.count(one) for one in sorted(set(kubelets))}
    found = tuple((minor(one), count) for one, count in counts.items())
    return NodePool(name, nodes, found, headroom=room)


def addon(name: str, version: str, *, network: bool = False) -> Addon:
    """An add-on of one version."""
    return Addon(name, parse_version(version), "image", Fit.OK, network=network)


def blocker(
    rule: str = "UB03", name: str = "shop/web", target: int | None = None,
    gravity: Gravity = Gravity.BLOCK, subject: str = "",
) -> Blocker:  # fmt: skip
    """A blocker about an object `namespace/name`, or the whole cluster where that is empty."""
    namespace, _, rest = name.partition("/")
    ref = ObjectRef("policy/v1", "PodDisruptionBudget", namespace, rest) if name else None
    to = None if target is None else minor(target)
    title = f"{rule} of {name or 'the cluster'}"
    return Blocker(rule, gravity, Phase.NODES, title, "why", "mend it", ref, subject, to)


def cluster(
    name: str, at: int | None, *pools: NodePool, most: int | None = None, proxy: str = "",
    provider: str = "", region: str = "", groups: Sequence[str] = (), roles: Sequence[str] = (),
    addons: Sequence[Addon] = (), blockers: Sequence[Blocker] = (),
) -> ClusterVersions:  # fmt: skip
    """A cluster, by default with one pool of two nodes at its own minor."""
    seen: tuple[Seen, ...] = ()
    if proxy:
        seen = (Seen(Component.KUBE_PROXY, parse_version(proxy), 1, "image"),)
    held = pools or ((pool("blue", at, at),) if at is not None else ())
    newest = most if most is not None else at
    return ClusterVersions(
        name,
        provider,
        region or name,
        seen,
        None if at is None else minor(at),
        None if newest is None else minor(newest),
        pools=held,
        addons=tuple(addons),
        blockers=tuple(blockers),
        groups=tuple(groups),
        roles=tuple(roles),
    )


def question(
    *clusters: ClusterVersions, to: int | None = None, gate: Gate | None = None,
    waive: Sequence[Exemption] = (), only: Sequence[str] = (),
) -> Question:  # fmt: skip
    """What is asked of the planner."""
    target = None if to is None else minor(to)
    return Question(clusters, DATA, AT, gate, target, tuple(only), tuple(waive))


def steps_of(plan: Plan, name: str) -> list[Step]:
    """The steps of one cluster."""
    return [one for one in plan.steps if one.cluster == name]


def told(plan: Plan) -> list[str]:
    """`1 west 1.34-1.35`, every step."""
    return [f"{one.number} {one.cluster} {one.start}-{one.to}" for one in plan.steps]


def held(plan: Plan) -> dict[str, str]:
    """Why clusters are held, by name."""
    return {one.cluster: one.reason for one in plan.held}
