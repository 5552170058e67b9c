"""How versions, support, add-ons and blockers are said in cells.

What is good or bad was judged by the analysis; what is not known is never well.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from mckconsole.analysis.versions.model import (
    Addon,
    Blocker,
    ClusterVersions,
    Component,
    Fit,
    Gravity,
    NodePool,
    Support,
    SupportState,
)
from mckconsole.domain.kubeversion import Minor, Version
from mckconsole.views.cells import unknown
from mckconsole.views.explain import count
from mckconsole.views.secrets_cells import sign, worst_role
from mckconsole.views.spec import Cell, Role
from mckconsole.views.versions_bars import histogram
from mckconsole.views.versions_item_cells import GRAVITY_ROLES, addon_role

DAY = 86_400
SUPPORT_ROLES: Mapping[SupportState, Role] = {
    SupportState.ENDED: Role.CRITICAL,
    SupportState.EXTENDED: Role.WARN,
    SupportState.ENDING: Role.WARN,
    SupportState.UNKNOWN: Role.UNKNOWN,
    SupportState.SUPPORTED: Role.OK,
    SupportState.PLANNED: Role.WARN,
}
_GRAVE = (Gravity.BLOCK, Gravity.WARN, Gravity.UNKNOWN)


def short_version(version: Version) -> str:
    """`1.34.2`, without what a vendor adds."""
    pre = "" if version.released else f"-{version.pre}"
    return f"{version.major}.{version.minor}.{version.patch}{pre}"


def version_cell(found: ClusterVersions) -> Cell:
    """`1.34.2`; `▲ 1.33.5–1.34.2` while its API servers are not of one minor."""
    servers = [one for one in found.seen if one.component is Component.API_SERVER]
    versions = sorted({one.version for one in servers if one.version is not None})
    if found.least is None or found.most is None:
        return unknown()
    words = str(found.least) if found.least == found.most else f"{found.least}–{found.most}"
    if versions:
        ends = dict.fromkeys(short_version(one) for one in (versions[0], versions[-1]))
        words = "–".join(ends)
    if found.least != found.most:
        return Cell(f"{sign(Role.WARN)} {words}", Role.WARN, words)
    if any(one.version is None for one in servers):
        return Cell(f"{words} ?", Role.UNKNOWN, words)
    return Cell(words, Role.PLAIN, words)


def support_words(support: Support) -> str:
    """`8 d left`, `extended, 365 d left`, `ended 26 d ago`, `not known`."""
    days = support.days
    match support.state:
        case SupportState.ENDED:
            return "ended" if days is None else f"ended {-days} d ago"
        case SupportState.EXTENDED:
            return "extended" if days is None else f"extended, {days} d left"
        case SupportState.PLANNED:
            return "not released"
        case SupportState.UNKNOWN:
            return "unknown"
        case _:
            return "supported" if days is None else f"{days} d left"


def support_role(found: ClusterVersions) -> Role:
    """How its support stands; days of Kubernetes' own calendar are no promise of a provider that
    could not be told."""
    role = SUPPORT_ROLES[found.support.state]
    unclear = not found.provider or "/" in found.provider
    return Role.UNKNOWN if role is Role.OK and unclear else role


def support_cell(found: ClusterVersions) -> Cell:
    """Its support, beginning with the days that are left: ends of cells are cut first. The value is
    in seconds."""
    support, role = found.support, support_role(found)
    days = support.days
    words = support_words(support).removesuffix(" left")
    if days is None:
        return Cell(f"{sign(role)} {words}", role)
    if support.state is SupportState.EXTENDED:
        words = f"{days} d extended"
    return Cell(f"{sign(role)} {words}", role, days * DAY)


def kubelets_cell(found: ClusterVersions, pools: Sequence[NodePool], role: Role) -> Cell:
    """`1.34▂ 1.35█`, in words how far behind or ahead where that is much, `?2` for nodes of no
    known version.

    Args:
        role: how bad that is by the rules.
    """
    kubelets, missing = spread(pools), unread_nodes(pools)
    if not kubelets:
        return unknown(f"{count(missing, 'node')} unknown" if missing else "unknown")
    words = histogram(kubelets)
    trailing, ahead = (_behind(found, one) for one in (kubelets[0][0], kubelets[-1][0]))
    words += f" {-ahead} newer" if ahead < 0 else f" {trailing} behind" if trailing > 1 else ""
    value = ", ".join(f"{minor}: {number}" for minor, number in kubelets)
    if missing:
        words, role = f"{words} ?{missing}", worst_role((role, Role.UNKNOWN))
    if role in (Role.CRITICAL, Role.WARN):
        words = f"{sign(role)} {words}"
    return Cell(words, Role.PLAIN if role is Role.OK else role, value)


def spread(pools: Iterable[NodePool]) -> tuple[tuple[Minor, int], ...]:
    """(minor, nodes) of several pools, oldest first."""
    counts: Counter[Minor] = Counter()
    for pool in pools:
        counts.update(dict(pool.kubelets))
    return tuple(sorted(counts.items()))


def unread_nodes(pools: Iterable[NodePool]) -> int:
    """Nodes whose version is not known."""
    return sum(max(len(one.nodes) - sum(n for _, n in one.kubelets), 0) for one in pools)


def _behind(found: ClusterVersions, minor: Minor) -> int:
    """By how many minors something trails the newest API server; negative where it is ahead of the
    oldest, 0 where that cannot be told."""
    if found.most is None or found.least is None:
        return 0
    ahead = minor.ahead_of(found.least) or 0
    return -ahead if ahead > 0 else found.most.ahead_of(minor) or 0


def addons_cell(addons: Sequence[Addon], *, known: bool) -> Cell:
    """`✖ 1 of 6 out ?2`: the worst, and how many are not known.

    Args:
        known: whether that there is none was seen, not merely not read.
    """
    if not addons:
        return Cell("none seen", Role.DIM, 0) if known else unknown()
    counts = Counter(one.fit for one in addons)
    worst = min(addons, key=lambda one: list(Fit).index(one.fit)).fit
    out = sum(counts[one] for one in (Fit.BELOW, Fit.ABOVE))
    role = worst_role(addon_role(one) for one in addons)
    rest = f" ?{counts[Fit.UNKNOWN]}" if counts[Fit.UNKNOWN] else ""
    if out:
        return Cell(f"{sign(role)} {out} of {len(addons)} out{rest}", role, out)
    if counts[Fit.UNTESTED]:
        words = f"{sign(role)} {counts[Fit.UNTESTED]} of {len(addons)} untested{rest}"
        return Cell(words, role, 0)
    if worst is Fit.UNKNOWN:
        words = f"{sign(Role.UNKNOWN)} {counts[worst]} of {len(addons)} unknown"
        return Cell(words, Role.UNKNOWN, None)
    if not known:
        return Cell(f"{sign(Role.UNKNOWN)} {len(addons)} in range, not all read", Role.UNKNOWN, 0)
    if counts[Fit.NO_MAXIMUM] == len(addons):
        return Cell(f"{len(addons)} without a maximum", Role.DIM, 0)
    return Cell(f"{sign(Role.OK)} {counts[Fit.OK]} in range", Role.OK, 0)


def blockers_cell(blockers: Iterable[Blocker], unjudged: int) -> Cell:
    """`✖ 2 block ▲1 ?1`: the worst in words, the others counted.

    Args:
        unjudged: rules about upgrades that could not be judged.
    """
    counts = Counter(one.gravity for one in blockers)
    counts[Gravity.UNKNOWN] += unjudged
    found = [one for one in _GRAVE if counts[one]]
    blocking = counts[Gravity.BLOCK]
    if not found:
        return Cell(f"{sign(Role.OK)} none", Role.OK, 0)
    worst, *others = found
    role = GRAVITY_ROLES[worst]
    parts = [f"{sign(role)} {counts[worst]} {worst.value}"]
    parts += [f"{sign(GRAVITY_ROLES[one])}{counts[one]}" for one in others]
    return Cell(" ".join(parts), role, None if worst is Gravity.UNKNOWN else blocking)
