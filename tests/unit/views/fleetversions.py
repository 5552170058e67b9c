"""Versions of a fleet, made by hand: for tests of what is shown of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

from mckconsole.analysis.checklist.model import ChecklistReport
from mckconsole.analysis.engine import Analysis, analyse
from mckconsole.analysis.versions.model import (
    Action,
    Addon,
    ApiUse,
    Blocker,
    ClusterVersions,
    Component,
    Fit,
    Gravity,
    Headroom,
    Held,
    NodePool,
    Phase,
    Plan,
    Seen,
    Step,
    Support,
    SupportState,
    Use,
    VersionsReport,
    Writer,
)
from mckconsole.domain.findings import Evidence, Finding, ObjectRef, Severity, Unknown
from mckconsole.domain.kubeversion import Minor, Version, parse_version
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.states import ClusterState
from mckconsole.domain.support import Confidence
from mckconsole.domain.waivers import Waiver
from tests.unit.analysis import build
from tests.unit.analysis.build import NOW

DAY = 86_400.0
TODAY = date(2026, 9, 21)
"""The day of `NOW`."""
M33, M34, M35, M36 = (Minor(1, number) for number in (33, 34, 35, 36))
BUDGET = ObjectRef("policy/v1", "PodDisruptionBudget", "shop", "web")
CLUSTERS = ("aws-use1-1", "gcp-eu-1", "aks-weu-1", "onprem-1")
FITS = Headroom(True)
_NO_VERSIONS = VersionsReport()
_NO_CHECKLIST = ChecklistReport()


def judged(
    fleet: FleetSnapshot,
    versions: VersionsReport = _NO_VERSIONS,
    plan: Plan | None = None,
    checklist: ChecklistReport = _NO_CHECKLIST,
    waived: Mapping[str, Waiver] | None = None,
) -> Analysis:
    """The analysis of a fleet, with these reports."""
    found = analyse(fleet)
    findings = (*found.findings, *versions.findings, *checklist.findings)
    return replace(found, versions=versions, plan=plan, checklist=checklist, findings=findings,
                   waived=waived or {})  # fmt: skip


def seen(
    report: VersionsReport, plan: Plan | None = None, waived: Mapping[str, Waiver] | None = None,
    **states: ClusterState,
) -> tuple[FleetSnapshot, Analysis]:  # fmt: skip
    """A fleet of the report's clusters; `states` by name, with `_` for `-`, of those not ready."""
    clusters = [
        build.cluster(one.cluster, state=states.get(one.cluster.replace("-", "_"),
                                                    ClusterState.READY))
        for one in report.clusters
    ]  # fmt: skip
    fleet = build.fleet(*clusters)
    return fleet, judged(fleet, report, plan, waived=waived)


def version(text: str) -> Version:
    """A version."""
    found = parse_version(text)
    assert found is not None
    return found


def evidence(cluster: str, ref: ObjectRef | None = BUDGET, path: str = "spec.maxUnavailable",
             value: str = "0") -> Evidence:  # fmt: skip
    """One observation of five seconds ago."""
    return Evidence("kubernetes", cluster, ref, path, value, NOW - 5)


def support(
    state: SupportState = SupportState.SUPPORTED, days: int | None = 200, reason: str = ""
) -> Support:  # fmt: skip
    """A minor of 400 days of standard and 400 of extended support; `days` are left of what comes
    next to end, or have gone by since the last end."""
    if days is None:
        return Support(state, "eks", reason=reason)
    extended = state in (SupportState.EXTENDED, SupportState.ENDED)
    last = TODAY + timedelta(days=days if extended else days + 400)
    standard = last - timedelta(days=400)
    start = standard - timedelta(days=400)
    return Support(state, "eks", standard, last, start, days, reason, "https://calendar.example")


def servers(*texts: str) -> tuple[Seen, ...]:
    """API servers of these versions; one that is none is what something else said."""
    how = f"{len(texts)} of {len(texts)} connections"
    return tuple(Seen(Component.API_SERVER, parse_version(one), 1, how) for one in texts)


def pool(
    name: str = "general", kubelets: Mapping[Minor, int] | None = None, unread: int = 0,
    headroom: Headroom | None = FITS, **changes: object,
) -> NodePool:  # fmt: skip
    """Nodes of these minors, of which `unread` more say none."""
    counts = {M34: 3} if kubelets is None else kubelets
    total = sum(counts.values()) + unread
    nodes = tuple(f"{name}-{number}" for number in range(total))
    given: dict[str, object] = {
        "runtimes": ("containerd 2.1.4",), "images": ("Bottlerocket 1.40",), "cgroup": "v2",
        **changes,
    }  # fmt: skip
    return NodePool(name, nodes, tuple(sorted(counts.items())), headroom=headroom, **given)  # type: ignore[arg-type]


def addon(
    name: str = "cilium", fit: Fit = Fit.OK, text: str = "1.18.2", **changes: object
) -> Addon:
    """An add-on that goes with 1.30 to 1.34."""
    how = f"image of DaemonSet kube-system/{name}"
    given: dict[str, object] = {
        "least": Minor(1, 30), "most": M34, "confidence": Confidence.OFFICIAL, **changes,
    }  # fmt: skip
    return Addon(name, parse_version(text), how, fit, **given)  # type: ignore[arg-type]


def api(use: Use = Use.CONFIRMED, removed: Minor | None = M35, **changes: object) -> ApiUse:
    """A deprecated API."""
    given: dict[str, object] = {
        "writers": (Writer("helm", NOW - 3 * DAY, 2), Writer("kubectl", None, 1)),
        "objects": (ObjectRef("storage.k8s.io/v1", "VolumeAttributesClass", "", "fast"),),
        "count": 3,
        **changes,
    }
    return ApiUse("storage.k8s.io", "v1alpha1", "VolumeAttributesClass", "volumeattributesclasses",
                  use, removed, "storage.k8s.io/v1", **given)  # type: ignore[arg-type]  # fmt: skip


def blocker(
    rule: str = "UB03", gravity: Gravity = Gravity.BLOCK, cluster: str = "gcp-eu-1",
    **changes: object,
) -> Blocker:  # fmt: skip
    """A disruption budget that never lets a pod go."""
    given: dict[str, object] = {
        "object": BUDGET, "evidence": (evidence(cluster),), "target": None, **changes,
    }  # fmt: skip
    command = f"1. kubectl --context ctx-{cluster} -n shop edit pdb web\n2. wait"
    return Blocker(rule, gravity, Phase.NODES, "PodDisruptionBudget never allows an eviction",
                   "maxUnavailable is 0", command, **given)  # type: ignore[arg-type]  # fmt: skip


def told(one: Blocker, cluster: str = "gcp-eu-1", severity: Severity = Severity.HIGH) -> Finding:
    """The finding that a blocker is told as."""
    return Finding(one.rule, "versions", severity, cluster, one.object, one.title, one.detail,
                   one.evidence, one.remediation, one.peers, one.subject)  # fmt: skip


def waiver() -> Waiver:
    """Somebody answers for it for a month."""
    return Waiver("UB03", "team-shop", TODAY + timedelta(days=30), "moves in October")


def cluster(name: str = "aws-use1-1", **changes: object) -> ClusterVersions:
    """A cluster with which all is well."""
    given: dict[str, object] = {
        "seen": servers("v1.34.2"), "least": M34, "most": M34, "instances": 2,
        "support": support(), "pools": (pool(),), "addons": (addon(),),
        "groups": ("submariner prod",), **changes,
    }  # fmt: skip
    return ClusterVersions(name, str(given.pop("provider", "eks")), **given)  # type: ignore[arg-type]


def report(*clusters: ClusterVersions, findings: tuple[Finding, ...] = (),
           unknowns: tuple[Unknown, ...] = ()) -> VersionsReport:  # fmt: skip
    """A report by tables of the thirtieth of August."""
    day = date(2026, 8, 30)
    tables = {"calendar": day, "removals": date(2026, 9, 1), "addons": date(2026, 9, 1)}
    return VersionsReport(clusters, findings, unknowns, tables)


def step(name: str, number: int = 1, start: Minor = M34, **changes: object) -> Step:
    """A step with an action that has everything, and one that has nothing but words."""
    command = (
        f"aws eks update-cluster-version --name {name}\n  --kubernetes-version {start.plus(1)}"
    )
    actions = (
        Action(Phase.CONTROL_PLANE, "upgrade the control plane", command, "all API servers say so",
               "none: EKS does not downgrade"),
        Action(Phase.VERIFY, "look at the tunnels"),
    )  # fmt: skip
    given: dict[str, object] = {"why": "canary", "preconditions": ("backups exist",), **changes}
    return Step(number, name, start, start.plus(1), actions, **given)  # type: ignore[arg-type]


def some() -> VersionsReport:
    """One that is well, one that is blocked, one that ends soon and was read in part, one dead."""
    stop = blocker()
    blocked = cluster(
        "gcp-eu-1",
        provider="gke",
        support=support(SupportState.EXTENDED, 365),
        pools=(pool("old", {M33: 1, M34: 9}, headroom=Headroom(False, stuck=("shop/db-0",))),
               pool("new", {M34: 2}, unready=("new-1",), cordoned=("new-0",))),
        addons=(addon(fit=Fit.ABOVE, network=True, newer="1.19"), addon("coredns", text="1.12.1")),
        uses=(api(),),
        blockers=(stop, blocker("UB06", Gravity.WARN, subject="web"),
                  blocker("UB08", Gravity.UNKNOWN, object=None)),
    )  # fmt: skip
    partly = cluster(
        "aks-weu-1",
        provider="aks",
        support=support(SupportState.ENDING, 8),
        addons=(addon("cert-manager", Fit.UNKNOWN, text=""),),
        pools=(pool(unread=2, headroom=None),),
        unknowns=(Unknown("versions", "aks-weu-1", "UB08", "webhooks: forbidden"),),
    )
    dead = ClusterVersions("onprem-1", "")
    return report(cluster(), blocked, partly, dead, findings=(told(stop),))


def plan() -> Plan:
    """The first now, the second mends its blocker, the third held."""
    return Plan(
        NOW,
        M36,
        steps=(step("aws-use1-1"), step("gcp-eu-1", 2, blockers=(blocker(),)),
               step("aws-use1-1", 3, M35)),
        held=(Held("aks-weu-1", M34, M35, "webhooks were not read"),),
        end={"aws-use1-1": M36, "gcp-eu-1": M35},
    )  # fmt: skip
