"""What is known of releases, with its source: until when they are supported, which APIs go when,
and which add-on goes with which Kubernetes.

Three tables, each row with where it was read; the whole with the day it was read on. A table may
have holes: what is not in it is unknown, never fine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property

from mckconsole.domain.kubeversion import Minor


class Confidence(StrEnum):
    """How well a row of the add-on table is founded. Definition order is best first."""

    OFFICIAL = "official"
    """Read in the vendor's own documentation."""
    SECONDARY = "secondary"
    """Quoted by somebody else."""
    DERIVED = "derived"
    """Follows from other rows."""
    MEMORY = "memory"
    """Not read again; to be confirmed."""


@dataclass(frozen=True, slots=True)
class Release:
    """One minor release of one provider: `k8s_support.csv`."""

    provider: str
    """`upstream`, `eks`, `gke`, `aks`, `openshift`."""
    minor: Minor
    """Of Kubernetes, for every provider."""
    release: date
    """May be planned: after today."""
    standard_end: date | None
    """The last day of standard support; None is not known."""
    extended_end: date | None
    """The last day of paid or opted-in support; None where there is none or it is not known."""
    maintenance_start: date | None
    """From when on only critical fixes come."""
    source: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Removal:
    """One kind in one version that is deprecated or gone: `api_removals.csv`."""

    group: str
    version: str
    """Empty: all versions of the group."""
    kind: str
    """Empty: all kinds of the version."""
    deprecated_in: Minor | None
    removed_in: Minor | None
    """The first minor without it; None: deprecated, its end is not set."""
    replacement: str
    """apiVersion to use instead; empty for none."""
    component: str
    """Whose minors these are: `k8s`, `cert-manager`, `istio` …"""
    source: str
    note: str = ""

    @property
    def api_version(self) -> str:
        """`policy/v1beta1`; of the core group `v1`."""
        return f"{self.group}/{self.version}" if self.group else self.version


@dataclass(frozen=True, slots=True)
class AddonRange:
    """Which Kubernetes one minor of an add-on goes with: `addon_compat.csv`."""

    addon: str
    addon_minor: str
    """`1.31`, for some a whole version; `any`, or the name of a branch that has no release yet."""
    least: Minor | None
    """None: none is published."""
    most: Minor | None
    source: str
    end: date | None
    """The last day on which the add-on's release is supported itself."""
    end_words: str
    """The same as the source has it: `2027-02 (expected)`, `release of 1.23`; empty for nothing."""
    confidence: Confidence
    note: str = ""

    @property
    def limits(self) -> bool:
        """Whether the range is a limit; some rows only say what is installed by default."""
        return "DEFAULT" not in self.note

    @property
    def untested_only(self) -> bool:
        """Whether outside of the range means untested, as the vendor has it, not unsupported."""
        return "untested" in self.note


@dataclass(frozen=True)
class SupportData:
    """The three tables."""

    calendar: tuple[Release, ...] = ()
    removals: tuple[Removal, ...] = ()
    addons: tuple[AddonRange, ...] = ()
    as_of: Mapping[str, date] = field(default_factory=dict)
    """By table (`calendar`, `removals`, `addons`): the day on which it was put together."""
    origin: Mapping[str, str] = field(default_factory=dict)
    """By table: `shipped`, or the file that replaces it."""

    @cached_property
    def releases(self) -> Mapping[tuple[str, Minor], Release]:
        """The calendar by provider and minor."""
        return {(one.provider, one.minor): one for one in self.calendar}

    @cached_property
    def ranges(self) -> Mapping[str, tuple[AddonRange, ...]]:
        """The add-on table by add-on, in the order of the file."""
        found: dict[str, tuple[AddonRange, ...]] = {}
        for one in self.addons:
            found[one.addon] = (*found.get(one.addon, ()), one)
        return found

    @cached_property
    def removed(self) -> Mapping[tuple[str, str], tuple[Removal, ...]]:
        """Removals by (group, version)."""
        found: dict[tuple[str, str], tuple[Removal, ...]] = {}
        for one in self.removals:
            found[one.group, one.version] = (*found.get((one.group, one.version), ()), one)
        return found

    def newest(self, provider: str, today: date) -> Minor | None:
        """The newest minor that a provider has released by a day; None where none is known."""
        known = (one.minor for one in self.calendar if one.provider == provider
                 and one.release <= today)  # fmt: skip
        return max(known, default=None)


NO_SUPPORT_DATA = SupportData()
"""Nothing known."""
