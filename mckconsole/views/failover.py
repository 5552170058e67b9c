"""What the loss of clusters would mean, as rows and words: the same for reports and screens."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from mckconsole.analysis.failover.capacity import LEAVES_OUT
from mckconsole.analysis.failover.model import (
    Absorb,
    FailoverReport,
    Headroom,
    HostLoss,
    HubLoss,
    Impact,
    LocalLoss,
    ServiceImpact,
)
from mckconsole.views.cells import signed, unknown
from mckconsole.views.explain import count
from mckconsole.views.spec import BLANK, Cell, Column, Role, Row

IMPACT_ROLES: Mapping[Impact, Role] = {
    Impact.OUTAGE: Role.CRITICAL,
    Impact.DEGRADED: Role.WARN,
    Impact.UNKNOWN: Role.UNKNOWN,
    Impact.NOTED: Role.DIM,
    Impact.NONE: Role.OK,
}
_ABSORB_ROLES: Mapping[Absorb, Role] = {
    Absorb.YES: Role.OK,
    Absorb.NO: Role.WARN,
    Absorb.UNKNOWN: Role.UNKNOWN,
}
_GIB = 1024.0**3

CLUSTER_COLUMNS = (
    Column("cluster", "LOST", help="the cluster that is lost, alone", name=True),
    Column("impact", "WORST", help="the worst that it means for any service or host"),
    Column("outage", "OUTAGES", "right", help="services without a ready endpoint"),
    Column("degraded", "DEGRADED", "right", 1, help="services under the target share"),
    Column("unknown", "UNKNOWN", "right", 1, help="services of which it is not known"),
    Column("hosts", "HOSTS", "right", 1, help="host names without another server"),
    Column("hubs", "HUBS", "right", 2, help="roles for other clusters"),
    Column("local", "LOCAL", "right", 3, help="workloads and services that exist nowhere else"),
    Column("absorb", "SHORT", "right", 4, help="services that what is left cannot absorb"),
    Column("gaps", "UNREAD", "right", 5, help="questions that could not be answered"),
)
SERVICE_COLUMNS = (
    Column("service", "SERVICE", name=True),
    Column("impact", "IMPACT"),
    Column("left", "LEFT", "right", help="ready endpoints left of all that are known"),
    Column("lost_in", "LOST IN", priority=3),
    Column("left_in", "LEFT IN", priority=3),
    Column("consumers", "CONSUMERS", priority=2, help="surviving clusters that import it"),
    Column("absorb", "REST", priority=1, help="whether what is left can grow by what is lost"),
    Column("reason", "REASON", priority=4),
)
HUB_COLUMNS = (
    Column("cluster", "CLUSTER", name=True),
    Column("role", "ROLE"),
    Column("members", "FOR", priority=2),
    Column("effect", "WHAT STOPS, WHAT GOES ON", priority=1),
)
HOST_COLUMNS = (
    Column("host", "HOST", name=True),
    Column("impact", "IMPACT"),
    Column("lost_in", "LOST IN", priority=2),
    Column("left_in", "LEFT IN", priority=1),
    Column("hint", "NAMES MOVED BY", priority=3),
)
LOCAL_COLUMNS = (
    Column("cluster", "CLUSTER", name=True),
    Column("kind", "KIND"),
    Column("name", "NAME", name=True),
    Column("ready", "READY", "right", 1),
    Column("elsewhere", "ALSO IN", priority=2),
    Column("note", "NOTE", priority=3),
)
ROOM_COLUMNS = (
    Column("cluster", "CLUSTER", name=True),
    Column("cpu", "FREE CPU", "right", unit="cores"),
    Column("memory", "FREE MEMORY", "right", unit="bytes"),
    Column("pods", "FREE PODS", "right"),
    Column("wanted", "WANTED", help="by the services that may grow there, together"),
    Column("note", "NOTE", priority=1),
)


def verdict_role(report: FailoverReport) -> Role:
    """How bad it is; hub roles and what exists nowhere else are worth a warning."""
    impact = report.impact
    if impact.rank >= Impact.UNKNOWN.rank and (report.hubs or report.alone):
        return Role.WARN
    return Role.OK if impact is Impact.NOTED else IMPACT_ROLES[impact]


def verdict(report: FailoverReport) -> str:
    """`2 outages · 1 degraded · 1 host without a server · 3 hub roles`, in one line."""
    outages, degraded = report.count(Impact.OUTAGE), report.count(Impact.DEGRADED)
    parts = [
        count(outages, "outage") if outages else "",
        f"{degraded} degraded" if degraded else "",
        f"{count(report.dark, 'host')} without a server" if report.dark else "",
        count(len(report.hubs), "hub role") if report.hubs else "",
        f"{report.alone} only there" if report.alone else "",
        f"{report.count(Impact.UNKNOWN)} unknown" if report.count(Impact.UNKNOWN) else "",
        f"{count(len(report.unknowns), 'question')} open" if report.unknowns else "",
    ]
    return " · ".join(part for part in parts if part) or "nothing is lost that others need"


def are_lost(lost: Sequence[str]) -> str:
    """`is lost`, or `are lost` of several."""
    return "is lost" if len(lost) == 1 else "are lost"


def impact_cell(impact: Impact) -> Cell:
    """An impact with its glyph."""
    return signed(IMPACT_ROLES[impact], impact.value)


def absorb_cell(one: ServiceImpact) -> Cell:
    """Whether the rest can take it over."""
    if one.absorb is Absorb.UNKNOWN:
        return unknown("unknown")
    return signed(_ABSORB_ROLES[one.absorb], one.absorb.value)


def cluster_rows(reports: Sequence[tuple[str, FailoverReport]]) -> list[Row]:
    """One row per cluster that is lost alone."""
    return [_cluster_row(name, report) for name, report in reports]


def _cluster_row(name: str, report: FailoverReport) -> Row:
    short = sum(
        one.absorb is Absorb.NO and one.impact is not Impact.OUTAGE for one in report.services
    )
    cells = {
        "cluster": Cell(name, value=name),
        "impact": impact_cell(report.impact),
        "outage": _number(report.count(Impact.OUTAGE), Role.CRITICAL),
        "degraded": _number(report.count(Impact.DEGRADED), Role.WARN),
        "unknown": _number(report.count(Impact.UNKNOWN), Role.UNKNOWN),
        "hosts": _number(report.dark, Role.CRITICAL),
        "hubs": _number(len(report.hubs), Role.WARN),
        "local": _number(report.alone, Role.WARN),
        "absorb": _number(short, Role.WARN),
        "gaps": _number(len(report.unknowns), Role.UNKNOWN),
    }
    return Row(name, cells, role=verdict_role(report), clusters=(name,))


def _number(number: int, role: Role) -> Cell:
    return Cell(str(number), role if number else Role.DIM, number)


def service_rows(services: Sequence[ServiceImpact]) -> list[Row]:
    """One row per service that changes."""
    return [
        Row(
            str(one.key),
            {
                "service": Cell(str(one.key), value=str(one.key)),
                "impact": impact_cell(one.impact),
                "left": Cell(left_words(one), value=one.left),
                "lost_in": _names(one.lost_in),
                "left_in": _names(one.left_in),
                "consumers": _names(one.consumers),
                "absorb": absorb_cell(one),
                "reason": Cell(one.reason, value=one.reason),
            },
            role=IMPACT_ROLES[one.impact],
            clusters=(*one.lost_in, *one.left_in),
            namespace=one.key.namespace,
        )
        for one in services
    ]


def left_words(one: ServiceImpact) -> str:
    """`2 of 5`; with a sign where more may be left."""
    words = f"{one.left} of {one.left + one.lost}"
    return f"? {words}" if one.impact is Impact.UNKNOWN else words


def hub_rows(hubs: Sequence[HubLoss]) -> list[Row]:
    """One row per role."""
    return [
        Row(
            f"{one.cluster} {one.role}",
            {
                "cluster": Cell(one.cluster, value=one.cluster),
                "role": signed(Role.WARN, one.role),
                "members": _names(one.members),
                "effect": Cell(one.effect, value=one.effect),
            },
            role=Role.WARN,
            clusters=(one.cluster,),
        )
        for one in hubs
    ]


def host_rows(hosts: Sequence[HostLoss]) -> list[Row]:
    """One row per host."""
    return [
        Row(
            one.host,
            {
                "host": Cell(one.host, value=one.host),
                "impact": impact_cell(one.impact),
                "lost_in": _names(one.lost_in),
                "left_in": unknown(f"not read: {', '.join(one.unread)}")
                if one.impact is Impact.UNKNOWN
                else _names(one.left_in),
                "hint": Cell(one.hint, value=one.hint) if one.hint else BLANK,
            },
            role=IMPACT_ROLES[one.impact],
            clusters=one.lost_in,
        )
        for one in hosts
    ]


def local_rows(local: Sequence[LocalLoss]) -> list[Row]:
    """One row per workload or service that goes with its cluster."""
    return [
        Row(
            f"{one.cluster} {one.kind} {one.namespace}/{one.name}",
            {
                "cluster": Cell(one.cluster, value=one.cluster),
                "kind": Cell(one.kind, value=one.kind),
                "name": Cell(f"{one.namespace}/{one.name}", value=one.name),
                "ready": Cell(str(one.ready), value=one.ready),
                "elsewhere": _names(one.elsewhere),
                "note": Cell(local_note(one)) if local_note(one) else BLANK,
            },
            role=Role.DIM if one.elsewhere else Role.WARN,
            clusters=(one.cluster,),
            namespace=one.namespace,
        )
        for one in local
    ]


def local_note(one: LocalLoss) -> str:
    """What starting it elsewhere would not bring."""
    if one.stateful:
        return "has volumes of its own: its data is lost with the cluster unless it is copied"
    return "not exported: only its own cluster reaches it" if one.kind == "Service" else ""


def room_rows(headroom: Sequence[Headroom]) -> list[Row]:
    """One row per survivor."""
    return [
        Row(
            one.cluster,
            {
                "cluster": Cell(one.cluster, value=one.cluster),
                "cpu": _amount(one.cpu_free, _tenths),
                "memory": _amount(one.memory_free, _bytes),
                "pods": _amount(one.pods_free, str),
                "wanted": Cell(wanted_words(one), Role.WARN if one.short else Role.PLAIN)
                if one.pods_wanted
                else BLANK,
                "note": BLANK if one.reason == LEAVES_OUT else Cell(one.reason, Role.DIM),
            },
            role=Role.WARN if one.short else Role.PLAIN,
            clusters=(one.cluster,),
        )
        for one in headroom
    ]


ROOM_NOTE = f"what no request holds: {LEAVES_OUT}"


def room_words(one: Headroom) -> str:
    """`12 cores, 40 GiB, 180 pods free`, or what is not known."""
    parts = [
        "? cores" if one.cpu_free is None else _cores(one.cpu_free),
        "? memory" if one.memory_free is None else _bytes(one.memory_free),
        "? pods" if one.pods_free is None else f"{one.pods_free} pods",
    ]
    return f"{', '.join(parts)} free"


def wanted_words(one: Headroom) -> str:
    """`3 pods, 1.5 cores, 3 GiB`."""
    parts = [count(one.pods_wanted, "pod")]
    parts += [_cores(one.cpu_wanted)] if one.cpu_wanted else []
    parts += [_bytes(one.memory_wanted)] if one.memory_wanted else []
    return ", ".join(parts)


def _amount(number: float | None, words: Callable[[float], str]) -> Cell:
    return unknown("unknown") if number is None else Cell(words(number), value=number)


def _cores(number: float) -> str:
    shown = _tenths(number)
    return f"{shown} core" if shown == "1" else f"{shown} cores"


def _tenths(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")


def _bytes(number: float) -> str:
    return f"{_tenths(number / _GIB)} GiB"


def _names(names: Sequence[str]) -> Cell:
    return Cell(", ".join(names), value=", ".join(names)) if names else BLANK
