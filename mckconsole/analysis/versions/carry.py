"""Which add-ons go along with a cluster from minor to minor, and which are upgraded on the way.

What `addon_bridge` says of one step is followed over several: an add-on that was upgraded for one
step has another range for the next.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from mckconsole.analysis.versions.addon_bridge import Bridge, Way, bridge
from mckconsole.analysis.versions.addon_signs import CONTAINERD
from mckconsole.analysis.versions.addons import RETIRED
from mckconsole.analysis.versions.model import Addon, Blocker, Fit, Gravity, Phase
from mckconsole.domain.kubeversion import Minor, Version, parse_version
from mckconsole.domain.support import SupportData

RULE = "UB13"
_ENDED = "UB19"
"""An add-on is past its end; it is not when it is upgraded."""
_NO_WAY = (Way.GAP, Way.NONE)


class Standing(NamedTuple):
    """An add-on at one moment of the plan."""

    name: str
    version: Version | None
    network: bool
    moved: bool = False
    """Whether the plan has upgraded it."""


class Move(NamedTuple):
    """An add-on that is upgraded before the control plane."""

    before: Standing
    after: Standing
    reason: str


def standing(addon: Addon) -> Standing | None:
    """An add-on as it was found; None for what limits no step: containerd is the kubelet's matter,
    and what is retired has no range."""
    if addon.name == CONTAINERD or addon.name in RETIRED:
        return None
    return Standing(addon.name, addon.version, addon.network)


class Carrier:
    """Answers for one table on one day, each worked out once."""

    def __init__(self, data: SupportData, today: date) -> None:
        self._data = data
        self._today = today
        self._known: dict[tuple[str, Version | None, Minor], Bridge] = {}

    def carry(self, one: Standing, start: Minor) -> Move | Blocker | None:
        """What is to be done with an add-on for the step on from `start`: nothing, an upgrade
        beforehand, or that there is no way or none is known."""
        way = self._way(one, start)
        release = parse_version(way.to)
        if way.way is Way.FIRST and release is not None:
            after = one._replace(version=release, moved=True)
            return Move(one, after, way.reason)
        return None if way.way is Way.STAYS else _blocker(one, start.plus(1), way)

    def _way(self, one: Standing, start: Minor) -> Bridge:
        key = (one.name, one.version, start)
        found = self._known.get(key)
        if found is None:
            found = bridge(one.name, one.version, start, self._data, self._today)
            self._known[key] = found
        return found


def ends(blocker: Blocker) -> bool:
    """Whether an add-on keeps a cluster from being taken any further unasked."""
    return blocker.phase is Phase.CONTROL_PLANE


def about(blocker: Blocker, addon: str) -> bool:
    """Whether a blocker is about the range of an add-on, or the end of its release."""
    return blocker.rule in (RULE, _ENDED) and blocker.subject == addon


def _blocker(one: Standing, to: Minor, way: Bridge) -> Blocker:
    have = f"{one.name} {one.version}" if one.version else one.name
    if way.way not in _NO_WAY:
        title = f"Whether {one.name} goes with Kubernetes {to} is not known"
        remedy = "Look it up at the vendor, and give the console the row by --support-data."
        return Blocker(RULE, Gravity.UNKNOWN, Phase.ADDONS_FIRST, title, way.reason, remedy,
                       subject=one.name, target=to)  # fmt: skip
    untested = way.fit is Fit.UNTESTED
    words = "is not tested with" if untested else "does not go with"
    source = f"Look at {way.source}; wait" if way.source else "Wait"
    return Blocker(
        RULE,
        Gravity.BLOCK if one.network and not untested else Gravity.WARN,
        Phase.CONTROL_PLANE,
        f"{have} {words} Kubernetes {to}",
        way.reason,
        f"{source} for a release that goes with both, or name it by --support-data.",
        subject=one.name,
        target=to,
    )
