"""Whether cert-manager renews: by its Certificate and the issuer that this asks.

Sources: cert-manager.io/v1 API (conditions Ready and Issuing, renewalTime, lastFailureTime; from
1.21 on spec.renewal), cert-manager docs on Certificate lifecycle.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from mckconsole.analysis.certificates.matrix import Dates, Renewal
from mckconsole.analysis.certificates.reading import Reading
from mckconsole.domain.certificates import Certificate
from mckconsole.domain.findings import Evidence
from mckconsole.domain.objects import Condition, Key
from mckconsole.domain.times import format_rfc3339, parse_rfc3339

ISSUING = 3600.0
"""Seconds that an issuance may take."""
_GROUP = "cert-manager.io"


def day(at: float) -> str:
    """A day as people read it: `2026-12-01`."""
    return format_rfc3339(at)[:10]


def by_certificate(reading: Reading, one: Certificate) -> Renewal:
    """What a Certificate says of the renewal of its Secret."""
    key, status = one.key, one.status
    words = f"Certificate {key[0]}/{key[1]}"
    proof = (*_shown(reading, one), *_issuer_shown(reading, one))
    fix = _commands(reading, key)
    if one.spec.renewal.policy == "Disabled":
        why = f"{words} has the renewal policy Disabled"
        return Renewal(False, why=why, proof=proof, fix=_enable(reading, key))
    at = parse_rfc3339(status.renewal_time)
    evidence = f"{words} renews it"
    if at is not None:
        evidence = f"{words} {'renews' if at > reading.now else 'was to renew'} on {day(at)}"
    if doubt := reading.doubt("certificates", key):
        return Renewal(None, evidence, why=doubt, at=at, proof=proof, fix=fix)
    failing, fails_from, late = _trouble(one, words)
    issuer_failing, issuer_unknown = _issuer(reading, one)
    if issuer_failing and not failing:
        failing, fix = issuer_failing, _issuer_commands(reading, one)
    if issuer_unknown and not failing:
        return Renewal(None, evidence, why=issuer_unknown, at=at, proof=proof, fix=fix)
    return Renewal(True, evidence, "", at, failing, fails_from, late, proof, fix)


def status_dates(one: Certificate) -> Dates | None:
    """When the certificate begins and ends, as the status has it."""
    end = parse_rfc3339(one.status.not_after)
    if end is None:
        return None
    start = parse_rfc3339(one.status.not_before)
    return Dates(end if start is None else start, end)


def condition(conditions: Sequence[Condition], kind: str) -> Condition | None:
    """The condition of that type."""
    return next((one for one in conditions if one.type == kind), None)


def _trouble(one: Certificate, words: str) -> tuple[str, float | None, str]:
    """Why renewing fails; when it will count as failing, and why then."""
    status = one.status
    ready, issuing = condition(status.conditions, "Ready"), condition(status.conditions, "Issuing")
    under_way = issuing is not None and issuing.status == "True"
    if status.last_failure_time:
        tries = status.failed_issuance_attempts
        often = f", {tries} attempts in a row" if tries > 1 else ""
        return f"the last issuance of {words} failed at {status.last_failure_time}{often}", None, ""
    if under_way and issuing is not None:
        since = parse_rfc3339(issuing.last_transition_time)
        late = f"{words} has been issuing for more than an hour"
        return ("", since + ISSUING, late) if since is not None else ("", None, "")
    if ready is None or ready.status != "True":
        reason = f" ({ready.reason})" if ready and ready.reason else ""
        made = parse_rfc3339(one.metadata.creation_timestamp)
        why = f"{words} is not ready{reason}"
        return (why, None, "") if made is None else ("", made + ISSUING, why)
    if parse_rfc3339(status.renewal_time) is None:
        return f"{words} says no time of renewal", None, ""
    return "", None, ""


def _issuer(reading: Reading, one: Certificate) -> tuple[str, str]:
    """Why its issuer cannot issue, or why that is not known."""
    wanted = one.spec.issuer_ref
    words = f"{wanted.kind} {wanted.name}"
    if wanted.group not in ("", _GROUP):
        return "", f"issuers of {wanted.group} are not read: whether {words} is ready is not known"
    topic, key = _issuer_place(one)
    found = reading.issuer(wanted.kind, key)
    if found is None:
        blind = reading.blind(topic, key)
        known = f"whether {words} is ready is not known: {blind}"
        return ("", known) if blind else (f"its {words} is not there", "")
    if doubt := reading.doubt(topic, key):
        return "", f"whether {words} is ready is not known: {doubt}"
    ready = condition(found.status.conditions, "Ready")
    if ready is None or ready.status != "True":
        reason = f" ({ready.reason})" if ready and ready.reason else ""
        return f"its {words} is not ready{reason}", ""
    return "", ""


def _issuer_place(one: Certificate) -> tuple[str, Key]:
    wanted = one.spec.issuer_ref
    if wanted.kind == "ClusterIssuer":
        return "clusterissuers", ("", wanted.name)
    return "issuers", (one.metadata.namespace, wanted.name)


def _shown(reading: Reading, one: Certificate) -> Iterator[Evidence]:
    """What of a Certificate decides."""
    status = one.status
    for path, value in (
        ("spec.secretName", one.spec.secret_name),
        ("spec.renewal.policy", one.spec.renewal.policy),
        ("status.notAfter", status.not_after),
        ("status.renewalTime", status.renewal_time),
        ("status.lastFailureTime", status.last_failure_time),
    ):
        if value:
            yield reading.seen("certificates", one.key, path, value)
    for each in status.conditions:
        if each.type in ("Ready", "Issuing"):
            path = f"status.conditions[{each.type}]"
            yield reading.seen("certificates", one.key, path, _condition_text(each))


def _issuer_shown(reading: Reading, one: Certificate) -> Iterator[Evidence]:
    topic, key = _issuer_place(one)
    if one.spec.issuer_ref.group not in ("", _GROUP):
        return
    found = reading.issuer(one.spec.issuer_ref.kind, key)
    ready = condition(found.status.conditions, "Ready") if found else None
    if found and ready:
        yield reading.seen(topic, key, "status.conditions[Ready]", _condition_text(ready))


def _condition_text(one: Condition) -> str:
    return f"{one.status} ({one.reason})" if one.reason else one.status


def _commands(reading: Reading, key: Key) -> str:
    namespace, name = (shlex.quote(part) for part in key)
    context = shlex.quote(reading.cluster.context or reading.name)
    return (
        f"1. cmctl status certificate {name} -n {namespace} --context {context}\n"
        f"2. cmctl renew {name} -n {namespace} --context {context}"
    )


def _issuer_commands(reading: Reading, one: Certificate) -> str:
    """What is wrong with the issuer comes first: until it is ready no renewal can succeed."""
    topic, (namespace, name) = _issuer_place(one)
    describe = f"describe {topic}.{_GROUP} {shlex.quote(name)}"
    key, context = one.key, shlex.quote(reading.cluster.context or reading.name)
    return (
        f"1. {reading.kubectl(describe, namespace)}: make it, or let it become ready\n"
        f"2. cmctl renew {shlex.quote(key[1])} -n {shlex.quote(key[0])} --context {context}"
    )


def _enable(reading: Reading, key: Key) -> str:
    patch = shlex.quote('{"spec":{"renewal":{"policy":"RenewBefore"}}}')
    name = shlex.quote(key[1])
    return reading.kubectl(
        f"patch certificates.cert-manager.io {name} --type=merge -p {patch}", key[0]
    )
