"""How single things of a cluster's versions are said: an add-on, an API, a blocker, a pool.

What is good or bad was judged by the analysis; what is not known is never well.
"""

from __future__ import annotations

from collections.abc import Mapping

from mckconsole.analysis.versions.model import (
    Addon,
    ApiUse,
    Blocker,
    Fit,
    Gravity,
    Headroom,
    Use,
)
from mckconsole.domain.kubeversion import Minor
from mckconsole.views.cells import unknown
from mckconsole.views.explain import count
from mckconsole.views.secrets_cells import sign
from mckconsole.views.spec import BLANK, GLYPHS, Cell, Role

GRAVITY_ROLES: Mapping[Gravity, Role] = {
    Gravity.BLOCK: Role.CRITICAL,
    Gravity.WARN: Role.WARN,
    Gravity.INFO: Role.DIM,
    Gravity.UNKNOWN: Role.UNKNOWN,
}
_FIT_ROLES: Mapping[Fit, Role] = {
    Fit.BELOW: Role.WARN,
    Fit.ABOVE: Role.WARN,
    Fit.UNTESTED: Role.WARN,
    Fit.UNKNOWN: Role.UNKNOWN,
    Fit.NO_MAXIMUM: Role.DIM,
    Fit.OK: Role.OK,
}
_USE_ROLES: Mapping[Use, Role] = {
    Use.CONFIRMED: Role.CRITICAL,
    Use.IN_USE: Role.CRITICAL,
    Use.REFERENCE: Role.WARN,
    Use.UNKNOWN: Role.UNKNOWN,
    Use.STALE: Role.DIM,
    Use.INFO: Role.DIM,
}
_SIGNS = frozenset({*GLYPHS.values(), "·"})


def addon_role(addon: Addon) -> Role:
    """How an add-on stands: one that the network hangs on is worse."""
    out = addon.fit in (Fit.BELOW, Fit.ABOVE)
    return Role.CRITICAL if out and addon.network else _FIT_ROLES[addon.fit]


def use_role(use: ApiUse, least: Minor | None) -> Role:
    """How loud a deprecated API is: one that does not go with the next minor is no more than a
    warning, and one whose end is not set is none."""
    role = _USE_ROLES[use.use]
    if role is not Role.CRITICAL:
        return role
    if use.removed_in is None:
        return Role.DIM
    return Role.CRITICAL if least is None or use.removed_in <= least.plus(1) else Role.WARN


def gravity_cell(blocker: Blocker, *, waived: bool) -> Cell:
    """`✖ block`, or `· waived: block`."""
    words = blocker.gravity.value
    if waived:
        return Cell(f"· waived: {words}", Role.DIM, "waived")
    role = GRAVITY_ROLES[blocker.gravity]
    return Cell(f"{sign(role)} {words}", role, words)


def headroom_cell(headroom: Headroom | None) -> Cell:
    """Whether a pool's nodes can be emptied one after the other."""
    if headroom is None:
        return unknown("not worked out")
    if headroom.stuck:
        words = (
            f"{count(len(headroom.stuck), 'pod')} {'fits' if len(headroom.stuck) == 1 else 'fit'}"
        )
        return Cell(f"{sign(Role.CRITICAL)} {words} nowhere else", Role.CRITICAL, "stuck")
    if headroom.fits is None:
        return unknown(headroom.reason or "unknown")
    if headroom.fits:
        return Cell(f"{sign(Role.OK)} fits", Role.OK, "fits")
    many = f"needs {count(headroom.surge, 'more node')}" if headroom.surge else "does not fit"
    return Cell(f"{sign(Role.WARN)} {many}", Role.WARN, many)


def range_words(addon: Addon) -> str:
    """`1.30–1.33`, `1.31 or newer`; empty where no range is published."""
    if addon.least and addon.most:
        return f"{addon.least}–{addon.most}"
    if addon.least:
        return f"{addon.least} or newer"
    return f"up to {addon.most}" if addon.most else ""


def minor_cell(minor: Minor | None, absent: Cell = BLANK) -> Cell:
    """A minor, or what stands for none."""
    return Cell(str(minor), Role.PLAIN, str(minor)) if minor else absent


def bare(cell: Cell) -> str:
    """Its words without the glyph before them."""
    glyph, _, words = cell.text.partition(" ")
    return words if glyph in _SIGNS else cell.text
