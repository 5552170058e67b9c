"""Reports made by hand, for answers that are worked out from them alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from mckconsole.analysis.checklist.grounds import Grounds
from mckconsole.analysis.checklist.model import Answer, ChecklistReport
from mckconsole.analysis.checklist.report import analyse_checklist
from mckconsole.analysis.mesh.links import (
    Link,
    LinkKey,
    LinkState,
    MeshProvider,
    MeshReport,
    Pair,
    RoundTrip,
    Verdict,
)
from mckconsole.analysis.versions.model import (
    Blocker,
    ClusterVersions,
    Gravity,
    Phase,
    Plan,
    Support,
    SupportState,
    VersionsReport,
)
from mckconsole.domain.findings import Evidence, ObjectRef
from mckconsole.domain.kubeversion import Minor
from mckconsole.domain.snapshot import FleetSnapshot
from tests.unit.analysis import build

NOW = build.NOW
GATEWAY = ObjectRef("submariner.io/v1", "Gateway", build.OPERATOR, "gw-1")
V134 = Minor(1, 34)


def fleet(*names: str) -> FleetSnapshot:
    """A fleet of clusters that run nothing."""
    return build.fleet(*(build.cluster(name) for name in names or ("a", "b")))


def evidence(cluster: str = "a", at: float = NOW, path: str = "status") -> Evidence:
    """An observation."""
    return Evidence("kubernetes", cluster, GATEWAY, path, "x", at)


def link(
    source: str, target: str, state: LinkState = LinkState.UP, *, trip: float | None = 0.02,
    provider: MeshProvider = MeshProvider.SUBMARINER, one_way: str = "", in_fleet: bool = True,
) -> Link:  # fmt: skip
    """A directed link with one piece of evidence."""
    measured = RoundTrip(average=trip) if trip is not None else None
    return Link(
        LinkKey(provider, source, target),
        state,
        None,
        f"{state.value} in this test",
        rtt=measured,
        object=GATEWAY,
        observed_at=NOW - 4,
        evidence=(evidence(source, NOW - 4, f"to {target}"),),
        one_way=one_way,
        in_fleet=in_fleet,
    )


def pair(
    verdict: Verdict = Verdict.UP, forward: Link | None = None, backward: Link | None = None,
    *, trip: float | None = 0.02, alone: bool = False,
) -> Pair:  # fmt: skip
    """A pair of a and b."""
    first = forward or link("a", "b", trip=trip)
    second = None if alone else backward or link("b", "a", trip=trip)
    return Pair(first, second, verdict, None, "why", latency=trip)


def mesh(*pairs: Pair) -> MeshReport:
    """A mesh report of these pairs."""
    links = [one for each in pairs for one in (each.forward, each.backward) if one]
    return MeshReport(tuple(links), pairs)


def versions(
    cluster: str = "a", least: Minor | None = V134, *, days: int | None = 200,
    state: SupportState = SupportState.SUPPORTED, blockers: tuple[Blocker, ...] = (),
    groups: tuple[str, ...] = (),
) -> ClusterVersions:  # fmt: skip
    """The versions of one cluster."""
    support = Support(state, "eks", date(2027, 1, 1), days=days, source="a calendar")
    return ClusterVersions(
        cluster, "eks", least=least, most=least, support=support, blockers=blockers, groups=groups
    )


def blocker(gravity: Gravity = Gravity.BLOCK, target: Minor | None = None) -> Blocker:
    """Something in the way."""
    return Blocker(
        "UB01", gravity, Phase.NODES, "no disruption allowed", "why", "kubectl get pdb",
        target=target, evidence=(evidence(),),
    )  # fmt: skip


def plan(**changes: object) -> Plan:
    """A plan in which cluster a is at its end."""
    made = Plan(NOW, V134, end={"a": V134, "b": V134})
    return replace(made, **changes)  # type: ignore[arg-type]


def grounds(of: FleetSnapshot | None = None, **reports: object) -> Grounds:
    """What answers are worked out from."""
    return Grounds(of or fleet(), **reports)  # type: ignore[arg-type]


def versioned(*clusters: ClusterVersions, with_plan: Plan | None = None) -> Grounds:
    """Grounds of versions and a plan."""
    of = fleet(*(one.cluster for one in clusters))
    return grounds(of, versions=VersionsReport(clusters), plan=with_plan or plan())


def answered(rule: str, of: Grounds, cluster: str = "a") -> Answer:
    """One answer of the whole report."""
    found = reported(of).of(rule, cluster)
    assert found is not None
    return found


def reported(of: Grounds) -> ChecklistReport:
    """The whole report."""
    return analyse_checklist(of)
