"""What the matches of one object say together: a key id and its secret are one credential."""

from __future__ import annotations

from dataclasses import replace
from itertools import takewhile

from mckconsole.detect.families import aws, azure, clouds, pem
from mckconsole.detect.families.oci import CONFIGURATION, OCI
from mckconsole.detect.families.twins import ID_ALONE, SECRET_ALONE, Twin
from mckconsole.detect.model import Match, Value
from mckconsole.domain.audit import SECRET_OF_PAIR, Tier
from mckconsole.domain.findings import Severity

Seen = list[tuple[Value, Match]]

TWINS = (aws.TWIN, *clouds.TWINS)
_MAX_IDS = 64
"""Ids of one object that a secret is held against; further ones stay alone."""


def pair(matches: Seen) -> Seen:
    """Judge all matches of one object again, each in the light of the others.

    The secret of a pair takes its id's rule and identity, so that both places are one finding;
    halves that nothing completes stay what they were.
    """
    if len(matches) < 2:
        idle = (CONFIGURATION, azure.IDENTITY)
        return [one for one in matches if one[1].proof not in idle and not _orphan(*one)]
    for twin in TWINS:
        matches = _joined(matches, twin)
    matches = [one for one in matches if not _orphan(*one)]
    return _oracle(_azure(matches))


def _joined(matches: Seen, twin: Twin) -> Seen:
    ids = [one for one in matches if one[1].rule == twin.rule and one[1].proof == ID_ALONE]
    wanted = (twin.secret_rule, SECRET_ALONE)
    secrets = [one for one in matches if (one[1].rule, one[1].proof) == wanted]
    if not ids or not secrets:
        return matches
    done: dict[int, Match] = {}
    for secret in secrets:
        own = min(ids[:_MAX_IDS], key=lambda one: _distance(one, secret))[1]
        done[id(own)] = _whole(own, own, twin, "its secret beside it")
        done[id(secret[1])] = _whole(secret[1], own, twin, SECRET_OF_PAIR)
    return [(value, done.get(id(match), match)) for value, match in matches]


def _orphan(value: Value, match: Match) -> bool:
    """Whether a secret is none: its id turned out not to be one, and its own name says nothing."""
    if match.proof != SECRET_ALONE:
        return False
    return (
        not any(twin.names.search(value.key) for twin in TWINS if twin.secret_rule == match.rule)
        and match.rule != aws.TWIN.secret_rule
    )


def _distance(one: tuple[Value, Match], other: tuple[Value, Match]) -> tuple[int, int]:
    """How far two matches lie apart: in one text by bytes, else by how much of the path differs."""
    if one[0].path == other[0].path:
        return 0, abs(one[1].start - other[1].start)
    letters = zip(one[0].path, other[0].path, strict=False)
    return 1, -sum(1 for _ in takewhile(lambda both: both[0] == both[1], letters))


def _whole(half: Match, own: Match, twin: Twin, proof: str) -> Match:
    temporary = ("kind", "temporary") in own.facts
    return replace(
        half,
        rule=twin.rule,
        tier=twin.tier,
        canonical=own.canonical,
        prefix=half.prefix,
        proof=proof,
        facts=own.facts,
        severity=Severity.MEDIUM if temporary else twin.severity,
    )


def _azure(matches: Seen) -> Seen:
    """Ids of applications and tenants prove the secret beside them, and are none themselves."""
    facts = tuple(
        dict.fromkeys(
            fact for _, match in matches if match.proof == azure.IDENTITY for fact in match.facts
        )
    )
    if not facts:
        return matches
    kept: Seen = []
    for value, match in matches:
        if match.rule == azure.CLIENT and match.proof != azure.IDENTITY:
            proof = match.proof or "ids of its application beside it"
            match = replace(match, tier=Tier.PROVEN, proof=proof, facts=facts[:8])
        if match.proof != azure.IDENTITY:
            kept.append((value, match))
    return kept


def _oracle(matches: Seen) -> Seen:
    """A configuration of Oracle's command line makes the private key beside it that user's."""
    found = next((match for _, match in matches if match.proof == CONFIGURATION), None)
    if not found:
        return matches
    kept: Seen = []
    for value, match in matches:
        if match.rule == pem.KEY and not match.expected:
            facts = (*found.facts, *match.facts)
            match = replace(match, rule=OCI, severity=Severity.CRITICAL, facts=facts)
        if match.proof != CONFIGURATION:
            kept.append((value, match))
    return kept
