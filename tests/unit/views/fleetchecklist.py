"""A checklist of a fleet, made by hand: for tests of what is shown of it."""

from __future__ import annotations

from collections.abc import Mapping

from mckconsole.analysis.checklist.model import Answer, Attested, ChecklistReport, Item, Mark
from mckconsole.analysis.engine import Analysis
from mckconsole.domain.findings import Finding, ObjectRef, Severity
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.states import ClusterState
from mckconsole.domain.waivers import Waiver
from tests.unit.analysis import build
from tests.unit.analysis.build import NOW
from tests.unit.views.fleetversions import evidence, judged

CLUSTERS = ("aws-use1-1", "gcp-eu-1", "onprem-1")
GATEWAY = ObjectRef("submariner.io/v1", "Gateway", "submariner-operator", "gw")
MESH, DNS, COST = "CHK01", "CHK02", "CHK07"
ITEMS = (
    Item(MESH, "mesh connectivity", "every expected pair is connected", "throughput and MTU",
         "subctl verify --context {context} --tocontext {peer}", "reference 5"),
    Item(DNS, "DNS A and SRV", "clusterset.local is forwarded everywhere",
         "what a pod is answered", "kubectl --context {context} run dig"),
    Item(COST, "cost and egress", "an exporter and a budget are there", ""),
)  # fmt: skip


def answer(rule: str, cluster: str, mark: Mark, reason: str = "", **changes: object) -> Answer:
    """One answer that rests on what was seen a minute ago."""
    given: dict[str, object] = {"as_of": NOW - 60, **changes}
    return Answer(rule, cluster, mark, reason or f"it is {mark}", **given)  # type: ignore[arg-type]


def attested(passed: bool = True, cluster: str = "aws-use1-1", at: float | None = NOW - 7200
             ) -> Attested:  # fmt: skip
    """A result of a probe that somebody ran two hours ago."""
    return Attested(DNS, cluster, passed, "dig A from a pod", "dns.xml", at)


def finding(rule: str = MESH, cluster: str = "gcp-eu-1") -> Finding:
    """What was found for an answer that fails."""
    return Finding(rule, "checklist", Severity.HIGH, cluster, None, "a tunnel is down", "error",
                   (evidence(cluster, GATEWAY, "status.connections[0].status", "error"),),
                   f"subctl --context ctx-{cluster} diagnose all")  # fmt: skip


def some() -> ChecklistReport:
    """One item fails in one cluster, one waits for a probe, of one cluster nothing is known."""
    first, second, third = CLUSTERS
    seen = finding().evidence
    return ChecklistReport(
        ITEMS,
        (
            answer(MESH, first, Mark.PASS, "2 of 2 tunnels are up"),
            answer(MESH, second, Mark.FAIL, "a tunnel is down", evidence=seen),
            answer(MESH, third, Mark.UNKNOWN, "gateways: forbidden", missing=("gateways",),
                   as_of=None),
            answer(DNS, first, Mark.PASS, "attested", attested=(attested(),)),
            answer(DNS, second, Mark.UNKNOWN, "no pod has asked",
                   missing=("what a pod is answered", "SRV records"),
                   probe="kubectl --context ctx-gcp-eu-1 run dig", lifted=Mark.PASS),
            answer(DNS, third, Mark.UNKNOWN),
            answer(COST, first, Mark.PASS),
            answer(COST, second, Mark.WARN, "no budget is there"),
        ),
        (finding(), finding(COST)),
    )  # fmt: skip


def seen(
    report: ChecklistReport | None = None,
    waived: Mapping[str, Waiver] | None = None,
    state: ClusterState = ClusterState.READY,
) -> tuple[FleetSnapshot, Analysis]:
    """A fleet of three of which this is known."""
    fleet = build.fleet(*(build.cluster(name, state=state) for name in CLUSTERS))
    found = some() if report is None else report
    return fleet, judged(fleet, checklist=found, waived=waived)
