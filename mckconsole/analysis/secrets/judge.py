"""One credential, judged over all its places."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from msgspec import structs

from mckconsole.analysis.secrets.age import too_old
from mckconsole.analysis.secrets.case import Around, finding
from mckconsole.analysis.secrets.consumers import joined
from mckconsole.analysis.secrets.model import Consumer, Credential, Place
from mckconsole.analysis.secrets.remedies import steps
from mckconsole.analysis.secrets.topics import CONFIG_MAPS, SECRETS
from mckconsole.analysis.secrets.verdict import Verdict, first_of, rule_of, verdict
from mckconsole.analysis.secrets.words import detail, evidence, title
from mckconsole.domain.audit import Tier
from mckconsole.domain.findings import Finding


@dataclass(frozen=True, slots=True)
class Judged:
    """What is said of one credential."""

    credential: Credential | None = None
    """None where it lies where it belongs, or only its name says that it is one."""
    lone: tuple[Finding, ...] = ()
    """Findings on places that are no finding by themselves."""
    hidden: bool = False
    """It is not reported because only its name says that it is one, and nobody asked for these."""
    recheck_at: float | None = None


NOTHING = Judged()


def judge(around: Around, found: Sequence[Place]) -> Judged:
    """What is to be said of a credential that lies at these places, of which there is one at
    least."""
    around.recheck_at = None
    places = tuple(
        structs.replace(one, observed_at=around.time_of(one.cluster, one.topic))
        for one in first_of(found)
    )
    said = verdict(around, places)
    if said is None:
        aged = tuple(too_old(around, None, places))
        return Judged(lone=aged, recheck_at=around.recheck_at)
    if said.tier is Tier.NAMED and not around.policy.by_name:
        return Judged(hidden=True)
    credential = _credential(around, said, places)
    return Judged(credential, recheck_at=around.recheck_at)


def _credential(around: Around, said: Verdict, places: tuple[Place, ...]) -> Credential:
    consumers = tuple(dict.fromkeys(_consumers(around, said, places)))
    first, clusters = places[0], {one.cluster for one in places}
    about = finding(
        said.rule,
        said.severity,
        first.cluster,
        first.object,
        title(around, said, places),
        detail(around, said, places, consumers),
        evidence(around, said, places),
        steps(around, said, places, consumers),
        peers=clusters - {first.cluster},
        subject=first.sighting.path + (f" ({first.number})" if first.number > 1 else ""),
    )
    return Credential(
        said.rule,
        rule_of(said.rule).title,
        said.tier,
        said.severity,
        places,
        about,
        "; ".join(said.reasons),
        consumers,
        (*too_old(around, said, places), *_reads(around, places)),
    )


def _consumers(around: Around, said: Verdict, places: Sequence[Place]) -> Iterator[Consumer]:
    provider = rule_of(said.rule).provider
    for one in places:
        if one.topic in (SECRETS, CONFIG_MAPS):
            yield from joined(around.uses(one), around.bindings, provider)


def _reads(around: Around, places: Sequence[Place]) -> Iterator[Finding]:
    known: dict[tuple[str, str, str], Place] = {}
    for one in places:
        if one.topic == SECRETS:
            known.setdefault((one.cluster, one.object.namespace, one.object.name), one)
    for one in known.values():
        yield from around.reads(one)
