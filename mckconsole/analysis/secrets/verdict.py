"""How bad a credential is where it lies: by what it is, where, in how many clusters, whose it is.

Kept by a tool whose source is elsewhere (External Secrets, Sealed Secrets …) it is one less bad, in
one cluster: that is a matter of hygiene. The same credential in several clusters never is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from mckconsole.analysis.secrets.case import COPIERS, Around, kept_by, lowered, worst
from mckconsole.analysis.secrets.model import Place
from mckconsole.analysis.secrets.topics import CONFIG_MAPS, SECRETS
from mckconsole.detect.catalog import RULES
from mckconsole.detect.model import CredentialRule
from mckconsole.domain.audit import Tier
from mckconsole.domain.findings import Severity
from mckconsole.domain.times import parse_rfc3339
from mckconsole.domain.wording import counted

MESH_WIDE = frozenset(
    {
        "submariner-ipsec-psk",
        "submariner-broker-secret",
        "cilium-ca",
        "cilium-clustermesh",
        "cilium-kvstoremesh",
        "cacerts",
    }
)
"""Secrets of meshes that are the same in every cluster, or must be (Cilium's CA, Submariner's key,
Istio's plugged-in CA)."""
_TIERS = tuple(Tier)


class Verdict(NamedTuple):
    """What a credential amounts to."""

    rule: str
    tier: Tier
    severity: Severity
    reasons: tuple[str, ...]
    expires: float | None = None
    """Unix seconds when the last of it ends by itself; None: never, or not known."""
    expired: bool = False
    opens: tuple[str, ...] = ()
    """Clusters of the fleet that it opens, other than those where it lies."""


def rule_of(rule: str) -> CredentialRule:
    """A rule in words; one that is not in the catalog speaks for itself."""
    found = RULES.get(rule)
    if found is not None:
        return found
    return CredentialRule(rule, rule, Tier.SHAPED, Severity.MEDIUM, "", "", "")


def first_of(places: Iterable[Place]) -> tuple[Place, ...]:
    """Places in the order to look at them: where it does not belong, then the objects themselves,
    then what repeats them."""
    return tuple(sorted(places, key=_order))


def _order(place: Place) -> tuple[object, ...]:
    sighting = place.sighting
    repeats = sighting.path.startswith("metadata.annotations")
    known = (place.topic != SECRETS, place.topic != CONFIG_MAPS, place.topic)
    return (sighting.expected, repeats, *known, place.cluster, place.object, sighting.path,
            place.number)  # fmt: skip


def verdict(around: Around, places: Sequence[Place]) -> Verdict | None:
    """How bad it is; None where it lies where it belongs, and nowhere else."""
    amiss = [one for one in places if not one.sighting.expected]
    clusters = around.doors.homes(one.cluster for one in places)
    tier = min((one.sighting.tier for one in amiss or places), key=_TIERS.index)
    if not amiss:
        found = _reused(around, places, clusters)
        if found is None:
            return None
        severity, reasons = found
        rule = places[0].sighting.rule
    else:
        chosen = min(amiss, key=lambda one: _usual(one).rank)
        severity, rule = _usual(chosen), chosen.sighting.rule
        reasons = _amiss(amiss, places, clusters)
    return _weighed(around, places, Verdict(rule, tier, severity, tuple(reasons)))


def _usual(place: Place) -> Severity:
    return place.sighting.severity or rule_of(place.sighting.rule).severity


def _reused(
    around: Around, places: Sequence[Place], clusters: Collection[str]
) -> tuple[Severity, list[str]] | None:
    """Of what lies only where it belongs: whether it does so more often than is well."""
    if all(one.object.name in MESH_WIDE for one in places):
        return None
    if len(clusters) > 1 and all(_of_certificate(around, one) for one in places):
        return None
    if len(clusters) > 1:
        usual = worst(map(_usual, places))
        severity = Severity.HIGH if usual is Severity.CRITICAL else Severity.MEDIUM
        return severity, [f"the same in {counted(len(clusters), 'cluster')}"]
    spread = {one.object.namespace for one in places if not kept_by(one.owner, COPIERS)}
    if len(spread) > 1:
        return Severity.LOW, [f"the same in {counted(len(spread), 'namespace')}"]
    return None


def _of_certificate(around: Around, place: Place) -> bool:
    """Whether it is the key of a certificate beside it: that several clusters have it is told with
    the certificates, by CERT-SHARED-KEY, which leaves out authorities."""
    key = (place.object.namespace, place.object.name)
    audited = around.fleet.clusters[place.cluster].topic(place.topic).audit.get(key)
    seen = audited.certificates if audited else ()
    return any(one.key_matches and not one.authority for one in seen)


def _amiss(amiss: Sequence[Place], places: Sequence[Place], clusters: Collection[str]) -> list[str]:
    reasons = [one for one in dict.fromkeys(place.sighting.proof for place in amiss) if one][:2]
    open_to = {where_words(one) for one in amiss if one.topic != SECRETS}
    reasons += [f"in {one}" for one in sorted(open_to)]
    if any(one.topic == SECRETS and _in_annotation(one) for one in amiss):
        reasons.append("in an annotation of a Secret")
    if len(clusters) > 1:
        reasons.append(f"the same in {counted(len(clusters), 'cluster')}")
    if len(amiss) != len(places):
        reasons.append("and where it belongs")
    return reasons


def _in_annotation(place: Place) -> bool:
    return place.sighting.path.startswith("metadata.annotations")


def where_words(place: Place) -> str:
    """What kind of place it is: `a ConfigMap`, `the specification of a Deployment`."""
    kind = place.object.kind
    article = "an" if kind[:1] in "AEIOU" else "a"
    if place.topic in (SECRETS, CONFIG_MAPS):
        return f"{article} {kind}"
    what = "an annotation" if _in_annotation(place) else "the specification"
    if place.former:
        return f"a former template ({kind})"
    return f"{what} of {article} {kind}"


def _weighed(around: Around, places: Sequence[Place], found: Verdict) -> Verdict:
    """By when it ends, what it opens, and who keeps it."""
    here = {one.cluster for one in places}
    homes = around.doors.homes(here)
    opened = around.doors.homes(around.doors.opened_by(one) for one in places)
    opens = tuple(sorted(opened - homes - {""}))
    expires = _expires(places)
    reasons, severity = list(found.reasons), found.severity
    expired = expires is not None and all(around.clock(one) >= expires for one in here)
    if expired:
        return found._replace(severity=Severity.INFO, reasons=("expired", *reasons),
                              expires=expires, expired=True, opens=opens)  # fmt: skip
    if expires is not None:
        for cluster in here:
            around.look_again(cluster, expires)
    if opens:
        reasons.insert(0, f"opens {', '.join(opens)}")
        severity = (
            worst((severity, Severity.HIGH)) if severity.at_least(Severity.MEDIUM) else severity
        )
    keeper = {kept_by(one.owner) if one.topic == SECRETS else "" for one in places}
    if len(homes) == 1 and not opens and "" not in keeper and severity.at_least(Severity.MEDIUM):
        severity = lowered(severity, Severity.LOW)
        reasons.append(f"kept by {' and '.join(sorted(keeper))}")
    return found._replace(severity=severity, reasons=tuple(reasons), expires=expires, opens=opens)


def _expires(places: Iterable[Place]) -> float | None:
    """When all of them have ended by themselves."""
    last: float | None = None
    for one in places:
        at = parse_rfc3339(dict(one.sighting.facts).get("expires", ""))
        if at is None:
            return None
        last = at if last is None else max(last, at)
    return last
