"""Static credentials that were not written anew for too long: SEC-KEY-AGE.

The time of a manager in managedFields is that of its last write to the object, so a value is as old
as that at least; a copy that somebody made since makes it no younger. Where nobody is known to have
written it, nothing is said.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mckconsole.analysis.secrets.case import Around, finding, kept_by, lowered
from mckconsole.analysis.secrets.model import Place
from mckconsole.analysis.secrets.topics import SECRETS
from mckconsole.analysis.secrets.verdict import Verdict, rule_of
from mckconsole.analysis.secrets.words import written
from mckconsole.detect.model import CredentialRule
from mckconsole.domain.audit import Tier
from mckconsole.domain.findings import Finding, Severity
from mckconsole.domain.times import parse_rfc3339
from mckconsole.domain.wording import counted

RULE = "SEC-KEY-AGE"
_KEYS_WITHOUT_END = ("SEC-CILIUM-IPSEC-KEY",)
"""Keys of tunnels, which no certificate ends: old ones count where they belong, too."""
_JUDGED_ELSEWHERE = "submariner-ipsec-psk"
"""The Secret of Submariner's key: CERT-SHARED-SECRET tells its age, with or without values."""


def too_old(around: Around, found: Verdict | None, places: Sequence[Place]) -> Iterator[Finding]:
    """The finding that a credential was not rotated, where that is so.

    Args:
        found: how bad it is; None for one that lies where it belongs.
    """
    rule = found.rule if found else places[0].sighting.rule
    if found is None:
        if rule not in _KEYS_WITHOUT_END:
            return
    elif found.tier is Tier.NAMED or found.expires is not None or found.severity is Severity.INFO:
        return
    if any(one.object.name == _JUDGED_ELSEWHERE for one in places):
        return
    dated = [
        (at, one)
        for one in places
        for part in one.sightings
        if (at := parse_rfc3339(part.written)) is not None
    ]
    if not dated:
        return
    oldest, place = min(dated, key=lambda pair: (pair[0], pair[1].id))
    limit = around.policy.max_age
    age = around.clock(place.cluster) - oldest
    if age < limit:
        around.look_again(place.cluster, oldest + limit)
        return
    days = int(age // 86400)
    around.look_again(place.cluster, oldest + (days + 1) * 86400)
    peers = {one.cluster for one in places} - {place.cluster}
    yield _told(around, rule_of(rule), place, days, peers)


def _told(
    around: Around, what: CredentialRule, place: Place, days: int, peers: set[str]
) -> Finding:
    ref, path, allowed = place.object, place.sighting.path, around.policy.max_age / 86400
    kept = place.topic == SECRETS and kept_by(place.owner)
    when = f"written {written(place.sighting)}"
    return finding(
        RULE,
        lowered(Severity.MEDIUM) if kept else Severity.MEDIUM,
        place.cluster,
        ref,
        f"{what.title} not rotated for {counted(days, 'day')}",
        f"{path} of {ref} was {when} and holds the same credential since; {allowed:g} days are "
        "allowed. Whoever had it in that time has it still.",
        (around.seen(place.cluster, place.topic, ref, path, when),),
        what.remediation or "Rotate it.",
        peers=peers,
        subject=path + (f" ({place.number})" if place.number > 1 else ""),
    )
