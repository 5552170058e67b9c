"""How credentials and their places are said in cells: how bad, which, where, since when.

Whatever is wrong was found by the analysis. What somebody waives is dimmed and says so; what was
not looked at is never well.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from mckconsole.analysis.engine import Analysis
from mckconsole.analysis.secrets.model import Credential, Place
from mckconsole.domain.audit import Tier
from mckconsole.domain.findings import Finding, Severity
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.text import shorten
from mckconsole.domain.times import format_age, parse_rfc3339
from mckconsole.domain.waivers import Waiver
from mckconsole.views.cells import SEVERITY_ROLES, finding_counts
from mckconsole.views.explain import server_now
from mckconsole.views.spec import BLANK, GLYPHS, Cell, Role, Row

MAX_TEXT = 512
"""Characters of a reason or a name in a cell."""
_BARE = "·"
"""In place of a sign for what is neither well nor wrong."""
NOBODY = "nobody known"
"""Who looks after an object of which nothing says it."""
TIER_WORDS: Mapping[Tier, str] = {
    Tier.PROVEN: "proven",
    Tier.SHAPED: "by shape",
    Tier.NAMED: "by name",
}
_ORDER = (
    Role.CRITICAL,
    Role.WARN,
    Role.FORBIDDEN,
    Role.UNKNOWN,
    Role.STALE,
    Role.CONNECTING,
    Role.DIM,
    Role.OK,
)
_RANKS: Mapping[Role, int] = {
    **dict.fromkeys(Role, len(_ORDER)),
    **{role: rank for rank, role in enumerate(_ORDER)},
}


def rank(row: Row) -> int:
    """Its place among other rows: the worst is the smallest."""
    return _RANKS[row.role]


def worst_role(roles: Iterable[Role]) -> Role:
    """The worst of these roles; OK for none."""
    return min(roles, key=_RANKS.__getitem__, default=Role.OK)


def sign(role: Role) -> str:
    """The role's glyph, or a dot."""
    return GLYPHS.get(role, _BARE)


def severity_role(severity: Severity, waiver: Waiver | None) -> Role:
    """How loud a finding is: one that somebody answers for is not."""
    return Role.DIM if waiver else SEVERITY_ROLES[severity]


def severity_cell(severity: Severity, waiver: Waiver | None) -> Cell:
    """`✖ critical`, or `· waived: critical`."""
    if waiver:
        return Cell(f"{_BARE} waived: {severity.value}", Role.DIM, "waived")
    role = SEVERITY_ROLES[severity]
    return Cell(f"{sign(role)} {severity.value}", role, severity.value)


def reason_cell(reason: str, waiver: Waiver | None) -> Cell:
    """Why it is as bad as it is, or the waiver's words."""
    if waiver:
        return Cell(shorten(waiver.words, MAX_TEXT), Role.DIM, waiver.words)
    return text_cell(reason)


def text_cell(text: str, role: Role = Role.PLAIN) -> Cell:
    """A word or some, or a dash for none."""
    return Cell(shorten(text, MAX_TEXT), role, text) if text else BLANK


def tier_cell(tier: Tier) -> Cell:
    """`A proven`."""
    return Cell(f"{tier.value} {TIER_WORDS[tier]}", Role.PLAIN, tier.value)


def short_fingerprint(fingerprint: str) -> str:
    """`7f3a·91c2`, of twenty hex digits the first eight; empty where there is none."""
    return f"{fingerprint[:4]}·{fingerprint[4:8]}" if fingerprint else ""


def owner_cell(owner: str) -> Cell:
    """`Helm release db`."""
    return text_cell(owner) if owner else Cell(NOBODY, Role.DIM, NOBODY)


def object_words(place: Place) -> str:
    """`Secret billing/s3-legacy`."""
    return str(place.object)


class Written(NamedTuple):
    """The oldest write of a credential to one of its places, as far as anything tells."""

    age: float | None = None
    """Seconds by the cluster's clock; None where nothing tells."""
    writer: str = ""

    @property
    def text(self) -> str:
        """`214 d`; rows are made anew when this changes."""
        return "" if self.age is None else format_age(self.age)

    @property
    def cell(self) -> Cell:
        """Its age."""
        return BLANK if self.age is None else Cell(self.text, Role.PLAIN, round(self.age, 3))


def first_written(snapshot: FleetSnapshot, places: Sequence[Place]) -> Written:
    """Where it has lain the longest since it was written there last, and who wrote it: a credential
    is at least as old as that."""
    parts = [(place, part) for place in places for part in place.sightings]
    found = [
        (at, place, part)
        for place, part in parts
        if (at := parse_rfc3339(part.written)) is not None
    ]
    if not found:
        return Written(None, next((one.writer for _, one in parts if one.writer), ""))
    at, place, part = min(found, key=lambda one: one[0])
    age = max(server_now(snapshot, place.cluster) - at, 0.0)
    return Written(age, part.writer)


def waiver_of(analysis: Analysis, credential: Credential) -> Waiver | None:
    """Who answers for it, where somebody does."""
    return analysis.waived.get(credential.id)


def findings_cell(findings: Iterable[Finding], waived: Mapping[str, Waiver]) -> Cell:
    """`✖3 ▲6` of those that nobody waives."""
    counts: dict[Severity, int] = {}
    for one in {one.id: one for one in findings if one.id not in waived}.values():
        counts[one.severity] = counts.get(one.severity, 0) + 1
    return finding_counts(counts)


def worst_cell(analysis: Analysis, credentials: Sequence[Credential]) -> Cell:
    """`✖ critical 2 of 5`: the worst of several that nobody waives, and how many are as bad."""
    still = [one for one in credentials if waiver_of(analysis, one) is None]
    if not credentials:
        return Cell("none seen", Role.DIM, "none")
    if not still:
        return Cell(f"{_BARE} all waived", Role.DIM, "waived")
    worst = min((one.severity for one in still), key=lambda one: one.rank)
    same = sum(one.severity is worst for one in still)
    many = f" {same} of {len(credentials)}" if len(credentials) > 1 else ""
    role = SEVERITY_ROLES[worst]
    return Cell(f"{sign(role)} {worst.value}{many}", role, worst.value)


def kinds_cell(credentials: Iterable[Credential]) -> Cell:
    """`AWS access key, GitHub token`: each once, in their order."""
    titles = dict.fromkeys(one.title for one in credentials)
    return text_cell(", ".join(titles))


def names_cell(names: Iterable[str]) -> Cell:
    """`aws-use1-1 +2`: the first of several names, and how many more; its value is their number."""
    found = list(dict.fromkeys(names))
    if not found:
        return BLANK
    more = f" +{len(found) - 1}" if len(found) > 1 else ""
    return Cell(f"{shorten(found[0], MAX_TEXT)}{more}", Role.PLAIN, len(found))


def number_cell(number: int) -> Cell:
    """A count."""
    return Cell(str(number), Role.PLAIN if number else Role.DIM, number)
