"""Lines about parts of a cluster's versions: components, node pools, add-ons, deprecated APIs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from mckconsole.analysis.versions.model import Addon, ApiUse, ClusterVersions, NodePool, Writer
from mckconsole.domain.findings import Evidence
from mckconsole.domain.text import shorten
from mckconsole.domain.times import format_age
from mckconsole.domain.wording import listed
from mckconsole.views.detail import Line, ObjectTarget, Span, Target, VersionTarget
from mckconsole.views.explain import MAX_VALUE, count, stated, unknown
from mckconsole.views.secrets_cells import sign
from mckconsole.views.spec import Role
from mckconsole.views.versions_cells import kubelets_cell
from mckconsole.views.versions_item_cells import addon_role, headroom_cell, range_words, use_role
from mckconsole.views.versions_rows import addon_id, api_id, pool_id
from mckconsole.views.versions_spec import ADDON, API, POOL

_MOST = 6
"""Names that are listed before the rest is counted."""


def component_lines(found: ClusterVersions) -> Iterator[Line]:
    """`kubelet  v1.34.2  × 12  nodes`, in the order of the components."""
    width = max((len(one.component) for one in found.seen), default=0)
    for one in found.seen:
        version = Span(str(one.version)) if one.version else unknown("no version")
        if not one.count:
            version = Span("not to be seen", Role.DIM)
        spans = (
            Span(f"{one.component:<{width}}  ", Role.DIM),
            version,
            Span(f"  × {one.count}" if one.count > 1 else ""),
            Span(f"  {one.how}", Role.DIM),
        )
        yield Line(spans, target_of(one.evidence), width + 2)


def target_of(evidence: Sequence[Evidence]) -> Target | None:
    """The first object that was looked at; None where that is none."""
    for one in evidence:
        if one.object is not None:
            return ObjectTarget(one.cluster, one.object)
    return None


def pool_lines(found: ClusterVersions, pool: NodePool, *, name: bool = True) -> Iterator[Line]:
    """A pool with its kubelets and whether it can be emptied; under it what its nodes run."""
    headroom = headroom_cell(pool.headroom)
    kubelets = kubelets_cell(found, (pool,), Role.PLAIN)
    head = (f"{pool.name or '(no name)'}  ", f"{count(len(pool.nodes), 'node')}  ")
    target = VersionTarget(POOL, pool_id(found.cluster, pool)) if name else None
    spans = (Span("".join(head)), Span(kubelets.text, kubelets.role), Span("  emptying: "),
             Span(headroom.text, headroom.role))  # fmt: skip
    yield Line(spans, target, 4)
    runs = [*pool.runtimes[:_MOST], *pool.images[:_MOST]]
    runs.append(f"cgroup {pool.cgroup}" if pool.cgroup else f"{sign(Role.UNKNOWN)} cgroup unknown")
    yield Line((Span(f"    {' · '.join(runs)}", Role.DIM),), indent=6)
    if pool.losing:
        words = f"    {sign(Role.WARN)} {pool.losing} may not start with this runtime"
        rest = Span(", as its kubelets were built to believe", Role.DIM)
        yield Line((Span(words, Role.WARN), rest), indent=6)
    if pool.unready:
        words = f"    {sign(Role.WARN)} not ready: {listed(pool.unready, _MOST)}"
        yield Line((Span(words, Role.WARN),), indent=6)
    if pool.cordoned:
        yield Line((Span(f"    cordoned: {listed(pool.cordoned, _MOST)}"),), indent=6)
    if pool.headroom and pool.headroom.stuck:
        stuck = listed(pool.headroom.stuck, _MOST)
        words = f"    {sign(Role.CRITICAL)} fit nowhere else: {stuck}"
        yield Line((Span(words, Role.CRITICAL),), indent=6)
    if pool.headroom and pool.headroom.reason:
        yield Line((Span(f"    {shorten(pool.headroom.reason, MAX_VALUE)}", Role.DIM),), indent=6)


def addon_lines(found: ClusterVersions, addon: Addon, today: date, *, name: bool = True
                ) -> Iterator[Line]:  # fmt: skip
    """`✖ out of range  cilium 1.17.4  goes with 1.29–1.32`, and how that is known."""
    role = addon_role(addon)
    version = Span(str(addon.version)) if addon.version else unknown("no version")
    words = range_words(addon)
    goes = Span(f"  goes with {words}") if words else Span("  no range is known", Role.DIM)
    target = VersionTarget(ADDON, addon_id(found.cluster, addon)) if name else None
    state = Span(f"{sign(role)} {addon.fit}", role)
    yield Line((state, Span(f"  {addon.name} "), version, goes), target, 4)
    notes = [f"by {addon.how}"]
    notes += [f"also {', '.join(map(str, addon.also))}"] if addon.also else []
    notes += [f"range: {addon.confidence}"] if addon.confidence else []
    notes += [f"{addon.newer} goes with the next minor too"] if addon.newer else []
    notes += [f"its release {_end_words(addon.end, today)}"] if addon.end else []
    notes += ["the network hangs on it"] if addon.network else []
    notes += [addon.reason] if addon.reason else []
    yield Line((Span(f"    {shorten(' · '.join(notes), MAX_VALUE)}", Role.DIM),), indent=6)


def _end_words(end: date, today: date) -> str:
    days = (end - today).days
    return f"is supported for {days} d" if days >= 0 else f"is out of support since {end}"


def use_lines(found: ClusterVersions, use: ApiUse, now: float, *, name: bool = True
              ) -> Iterator[Line]:  # fmt: skip
    """`✖ confirmed  policy/v1beta1 PodDisruptionBudget  gone in 1.25: use policy/v1`, and who
    wrote with it when.

    Args:
        now: the cluster's clock, Unix seconds.
    """
    role = use_role(use, found.least)
    what = f"  {use.api_version} {use.kind or use.resource}".rstrip()
    gone = f"  gone in {use.removed_in}" if use.removed_in else "  its end is not set"
    instead = f": use {use.replacement}" if use.replacement else ""
    target = VersionTarget(API, api_id(found.cluster, use)) if name else None
    state = Span(f"{sign(role)} {use.use}", role)
    yield Line((state, Span(what), Span(f"{gone}{instead}", Role.DIM)), target, 4)
    for writer in use.writers[:_MOST]:
        yield _writer_line(writer, now)
    if len(use.writers) > _MOST:
        yield Line((Span(f"    and {len(use.writers) - _MOST} more", Role.DIM),), indent=6)
    if not use.writers:
        yield Line((Span("    who uses it is not known: readers leave no trace", Role.DIM),),
                   indent=6)  # fmt: skip
    if use.objects:
        names = listed((str(one) for one in use.objects), _MOST)
        more = use.count - len(use.objects)
        rest = f", {use.count} in all" if more > 0 else ""
        first = ObjectTarget(found.cluster, use.objects[0])
        yield Line((Span(f"    {names}{rest}"),), first, 6)
    if use.reason:
        yield Line((Span(f"    {shorten(use.reason, MAX_VALUE)}", Role.DIM),), indent=6)


def _writer_line(writer: Writer, now: float) -> Line:
    age = "" if writer.last is None else f"{format_age(max(now - writer.last, 0.0))} ago"
    spans = (Span("    written by ", Role.DIM), Span(writer.manager or "nobody named"),
             Span(f"  {count(writer.objects, 'object')}", Role.DIM))  # fmt: skip
    return Line(spans, indent=6, note=age or "when is not known")


def support_line(found: ClusterVersions, words: str, role: Role, bar: str) -> Line:
    """`support   ▲ 8 d left  ░░░░░█▒▒  until 2026-11-30, at extra cost until 2027-11-30`."""
    support = found.support
    ends = [f"until {support.standard_end}"] if support.standard_end else []
    ends += [f"at extra cost until {support.extended_end}"] if support.extended_end else []
    label, told = Span(f"{'support':<9} ", Role.DIM), stated(role, words)
    picture, rest = Span(f"  {bar}" if bar else "", role), Span(f"  {', '.join(ends)}".rstrip())
    return Line((label, told, picture, rest), indent=10)
