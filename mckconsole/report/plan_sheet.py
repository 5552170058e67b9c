"""An upgrade plan as it is handed out: what every format of it says, and in which words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import groupby

from mckconsole.analysis.versions.exemption import exempting
from mckconsole.analysis.versions.model import (
    Blocker,
    ClusterVersions,
    Gravity,
    Held,
    Plan,
    Step,
    Support,
    SupportState,
    VersionsReport,
)
from mckconsole.analysis.versions.support import support_of
from mckconsole.domain.findings import Unknown
from mckconsole.domain.kubeversion import Minor
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.support import SupportData
from mckconsole.domain.times import format_rfc3339
from mckconsole.domain.wording import counted, listed
from mckconsole.views.spec import GLYPHS, Role

CAVEAT = (
    "Worked out from what the clusters say now; nothing was tried, and no command is ever run from "
    "here. What stands as ${NAME:?} must be filled in. Ask for the plan again after every step."
)
BOX = "☐"
OLD = 90
"""Days after which a table of releases is old enough to say so: three minors come out in a year."""
GRAVITY_ROLES: Mapping[Gravity, Role] = {
    Gravity.BLOCK: Role.CRITICAL,
    Gravity.WARN: Role.WARN,
    Gravity.INFO: Role.DIM,
    Gravity.UNKNOWN: Role.UNKNOWN,
}
_SUPPORT_ROLES: Mapping[SupportState, Role] = {
    SupportState.ENDED: Role.CRITICAL,
    SupportState.EXTENDED: Role.WARN,
    SupportState.ENDING: Role.WARN,
    SupportState.UNKNOWN: Role.UNKNOWN,
    SupportState.SUPPORTED: Role.OK,
    SupportState.PLANNED: Role.WARN,
}
_PEERS = 4
"""Members of a mesh group that are named; the rest is a number."""


@dataclass(frozen=True, slots=True)
class PlanSheet:
    """A plan, and what it was worked out from."""

    plan: Plan
    versions: VersionsReport
    data: SupportData
    fleet: FleetSnapshot
    scope: str = ""
    """Which clusters were asked for, in words."""
    demo: bool = False
    """The clusters are simulated."""
    if_waived: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By cluster that is held: the steps that the plan would have more if all that holds it were
    waived."""

    @property
    def at(self) -> str:
        """When the fleet was read: `2026-11-23T09:00:00Z`."""
        return format_rfc3339(self.plan.at)

    @property
    def today(self) -> date:
        """The same as a day, UTC."""
        return datetime.fromtimestamp(self.plan.at, UTC).date()

    def turns(self) -> Iterator[tuple[int, Sequence[Step]]]:
        """The steps that may run at the same time, turn by turn."""
        ordered = sorted(self.plan.steps, key=lambda one: (one.number, one.cluster))
        for number, steps in groupby(ordered, key=lambda one: one.number):
            yield number, tuple(steps)


@dataclass(frozen=True, slots=True)
class End:
    """Where one cluster is before and after the plan."""

    cluster: str
    provider: str
    now: str
    """`1.34`, `1.34 to 1.35` of servers that differ, `?`."""
    nodes: str
    """The same of its nodes; empty where there are none."""
    end: Minor | None
    """None where not even the present minor is known."""
    held: bool
    support: Support
    """Of the minor at the end, on the day of the plan."""

    @property
    def role(self) -> Role:
        """How its support will be."""
        return _SUPPORT_ROLES[self.support.state]


def verdict(sheet: PlanSheet) -> tuple[Role, str]:
    """`2 of 6 clusters held · 7 steps in 5 turns, up to 1.36 · 1 question not answered`."""
    plan = sheet.plan
    held = {one.cluster for one in plan.held}
    parts = []
    if held:
        parts.append(f"{len(held)} of {counted(len(sheet.fleet.clusters), 'cluster')} held")
    parts.append(steps_words(plan))
    waived = sum(len(one.waived) for one in plan.steps)
    if waived:
        parts.append(f"{counted(waived, 'blocker')} waived")
    if plan.unknowns:
        parts.append(f"{counted(len(plan.unknowns), 'question')} not answered")
    return _role(plan), " · ".join(parts)


def _role(plan: Plan) -> Role:
    roles = {held_role(one) for one in plan.held}
    if Role.CRITICAL in roles:
        return Role.CRITICAL
    if roles or plan.unknowns:
        return Role.UNKNOWN
    return Role.WARN if any(one.waived for one in plan.steps) else Role.OK


def held_role(held: Held) -> Role:
    """Whether it is blocked, or only not known how it goes on."""
    blocked = any(one.gravity is Gravity.BLOCK for one in held.blockers)
    return Role.CRITICAL if blocked else Role.UNKNOWN


def steps_words(plan: Plan) -> str:
    """`7 steps in 5 turns, up to 1.36`."""
    if not plan.steps:
        return "no step is left to do" if not plan.held else "no step can be done"
    turns = len({one.number for one in plan.steps})
    goal = max(one.to for one in plan.steps)
    return f"{counted(len(plan.steps), 'step')} in {counted(turns, 'turn')}, up to {goal}"


def step_words(step: Step) -> str:
    """`1.34 → 1.35`, `nodes to 1.35`."""
    return f"nodes to {step.to}" if step.start == step.to else f"{step.start} → {step.to}"


def held_words(held: Held) -> str:
    """`held at 1.34, wanted 1.36: no release of cilium goes with 1.35`."""
    where = f"at {held.at}" if held.at else "where it is"
    wanted = f", wanted {held.wanted}" if held.wanted and held.wanted != held.at else ""
    return f"held {where}{wanted}: {held.reason}"


def waive_words(cluster: str, blocker: Blocker) -> str:
    """What `--waive` takes to go past a blocker: `UB03:west:shop/web`."""
    return str(exempting(cluster, blocker))


def freed_words(sheet: PlanSheet, held: Held) -> str:
    """What goes on if all that holds a cluster is waived."""
    more = sheet.if_waived.get(held.cluster, ())
    return "; ".join(more) or "nothing more: something else holds it then"


def ends(sheet: PlanSheet) -> Iterator[End]:
    """Every cluster that versions are known of, in the order of the fleet."""
    held = {one.cluster for one in sheet.plan.held}
    known = {one.cluster: one for one in sheet.versions.clusters}
    for name in sheet.fleet.clusters:
        versions = known.get(name) or ClusterVersions(name, "")
        end = sheet.plan.end.get(name)
        support = support_of(versions.provider, end, sheet.today, sheet.data)
        yield End(
            name,
            versions.provider,
            _between(versions.least, versions.most),
            _nodes(versions),
            end,
            name in held,
            support,
        )


def _between(least: Minor | None, most: Minor | None) -> str:
    if least is None:
        return "?"
    return str(least) if most is None or most == least else f"{least} to {most}"


def _nodes(versions: ClusterVersions) -> str:
    kubelets = versions.kubelets
    return _between(kubelets[0][0], kubelets[-1][0]) if kubelets else ""


def support_words(support: Support) -> str:
    """`until 2027-06-28 (217 days)`, `extended until …`, `ended`, `not known: …`."""
    days, state = support.days, support.state
    if state is SupportState.UNKNOWN or days is None:
        return f"not known: {support.reason}" if support.reason else state.value
    if state is SupportState.ENDED:
        return f"ended {counted(-days, 'day')} ago"
    extended = state is SupportState.EXTENDED
    last = support.extended_end if extended else support.standard_end
    return f"{'extended ' if extended else ''}until {last} ({counted(days, 'day')})"


def apart(sheet: PlanSheet) -> Iterator[str]:
    """Mesh groups whose clusters end at different minors: `istio mesh1: west 1.34, east 1.36`;
    Submariner does not mind."""
    groups: dict[str, list[str]] = {}
    for one in sheet.versions.clusters:
        for group in one.groups:
            if not group.lower().startswith("submariner"):
                groups.setdefault(group, []).append(one.cluster)
    for group, names in sorted(groups.items()):
        found = {name: sheet.plan.end.get(name) for name in sorted(names)}
        if len(set(found.values())) > 1:
            told = [f"{name} {end or 'not known'}" for name, end in found.items()]
            yield f"{group}: {listed(told, _PEERS)}"


def tables(sheet: PlanSheet) -> Iterator[tuple[Role, str]]:
    """How old each table is that it was judged by: `calendar as of 2026-11-22, shipped`."""
    for name, origin in sheet.data.origin.items():
        day = sheet.data.as_of.get(name)
        if day is None:
            yield Role.UNKNOWN, f"{name} of no date, {origin}"
            continue
        age = (sheet.today - day).days
        old = f", {counted(age, 'day')} old: look for a newer one" if age > OLD else ""
        yield Role.WARN if old else Role.DIM, f"{name} as of {day}, {origin}{old}"


def unknown_words(one: Unknown) -> str:
    """`west · UB13: whether cilium goes with 1.36 is not known`."""
    about = "" if one.rule == "*" else f" · {one.rule}"
    return f"{one.cluster}{about}: {one.reason}"


def signed(role: Role, words: str) -> str:
    """`✖ held`; nothing before what is plain."""
    sign = GLYPHS.get(role, "")
    return f"{sign} {words}" if sign else words
