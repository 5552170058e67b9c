"""What is known of one certificate at one place before the time is looked at."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from mckconsole.analysis.certificates.matrix import NOTHING, Dates, Judged, Renewal
from mckconsole.analysis.certificates.model import CertPlace
from mckconsole.domain.audit import CertificateSeen
from mckconsole.domain.findings import Evidence, Finding, ObjectRef
from mckconsole.domain.text import shorten
from mckconsole.domain.times import format_rfc3339

_MAX_NAME = 100
_PLACE = re.compile(r"(.*)\[[0-9]+\]")
_COMMON_NAME = re.compile(r"(?:^|[,+])CN=((?:\\.|[^,+\\])+)")


class Flaw(NamedTuple):
    """What is wrong with it whatever the time."""

    finding: Finding
    fails: bool = False
    """Whether it cannot be used for what it is there for."""


@dataclass(frozen=True, slots=True)
class Known:
    """One certificate at one place."""

    place: CertPlace
    object: ObjectRef | None
    path: str
    name: str
    dates: Dates | None = None
    unseen: str = ""
    """Why its dates are not known."""
    renewal: Renewal = NOTHING
    evidence: tuple[Evidence, ...] = ()
    """Where its dates were read."""
    about: ObjectRef | None = None
    """What findings are about: the same for several places of one certificate."""
    subject: str = ""
    """Tells findings about one object apart; empty for its own certificate."""
    doubt: str = ""
    """Why what was read is not sure to be so any more."""
    used_by: tuple[str, ...] = ()
    seen: CertificateSeen | None = None
    flaws: tuple[Flaw, ...] = ()
    fix: str = ""
    """What to do where nothing renews it."""
    along: bool = False
    """It comes with another certificate, and is renewed when that is."""
    fixed: Judged | None = None
    """The verdict, where it has no end of its own and the matrix does not apply."""
    bundle: bool = False
    """It is a set of trusted authorities, as good as the one that lasts longest."""

    def id(self, cluster: str) -> str:
        """Stable for as long as it is the certificate of that place."""
        return f"{cluster}/{self.place.name}/{self.object or ''}/{self.path}"


def dates_of(one: CertificateSeen) -> Dates:
    return Dates(one.not_before, one.not_after)


def name_of(one: CertificateSeen) -> str:
    """What people call it: its first DNS name, or its common name."""
    return one.names[0] if one.names else common_name(one.subject)


def common_name(subject: str) -> str:
    """The common name of an RFC 4514 text, or all of it."""
    found = _COMMON_NAME.search(subject)
    text = re.sub(r"\\(.)", r"\1", found[1]) if found else subject
    return shorten(text or "(no name)", _MAX_NAME)


def longest(bundle: Sequence[CertificateSeen]) -> CertificateSeen:
    """Of a set of trusted authorities the one that decides until when it is of use."""
    return max(bundle, key=lambda one: one.not_after)


def field_of(path: str) -> str:
    """The field that a certificate lies in, without its place among several."""
    found = _PLACE.fullmatch(path)
    return found[1] if found else path


def by_field(found: Sequence[CertificateSeen]) -> list[tuple[str, list[CertificateSeen]]]:
    """In order, field by field."""
    return [(path, list(some)) for path, some in groupby(found, lambda one: field_of(one.path))]


def is_bundle(some: Sequence[CertificateSeen]) -> bool:
    """Whether it is a set of trusted authorities rather than a chain."""
    together = all(one.authority for one in some) and len(some) > 1
    return together and not some[0].signed_by_next


def shown_text(one: CertificateSeen) -> str:
    """A certificate as evidence has it."""
    ends = format_rfc3339(one.not_after)
    return f"certificate of {one.subject or name_of(one) or '(no name)'}, until {ends}"
