"""What renews the certificate in a Secret: the first that matches, with the words that prove it.

Sources: External Secrets (refreshInterval), OpenShift's service CA operator (serving certificates
are made anew an hour before their end), Istio (istiod makes its own root anew in the last fifth of
its life), cert-manager's webhook (its own authority, after two thirds), Kyverno, Cilium (certgen),
Vault Secrets Operator.
"""

from __future__ import annotations

import shlex
from dataclasses import replace

from mckconsole.analysis.certificates.certmanager import by_certificate, day
from mckconsole.analysis.certificates.cilium import by_cron_job
from mckconsole.analysis.certificates.matrix import NOTHING, USUAL, Dates, Renewal
from mckconsole.analysis.certificates.reading import Reading
from mckconsole.domain.credentials import ExternalSecret, Secret
from mckconsole.domain.findings import Evidence
from mckconsole.domain.objects import Key
from mckconsole.domain.times import parse_go_duration, parse_rfc3339

EXPIRY = "service.beta.openshift.io/expiry"
CERTIFICATE_NAME = "cert-manager.io/certificate-name"
_HOUR = 3600.0
_ISTIO_ROOT = "istio-ca-secret"
_ISTIO_SHARE = 0.8
_WEBHOOK_ROOT = "cert-manager-webhook-ca"
_KYVERNO = "cert.kyverno.io/managed-by"
_OPERATORS = {
    "VaultPKISecret": "Vault Secrets Operator",
    "VaultDynamicSecret": "Vault Secrets Operator",
}
_NEVER_AGAIN = ("CreatedOnce", "OnChange")
"""Refresh policies of External Secrets by which a change at the source is not taken over."""
_COPIES = ("Reflector", "Replicator")
_MOST_COPIES = 3


def of_secret(reading: Reading, key: Key, dates: Dates | None, depth: int = 0) -> Renewal:
    """What renews a Secret's own certificate, which lasts for `dates`."""
    found = reading.certificate_of(key)
    if found is not None:
        return by_certificate(reading, found)
    secret = reading.secret(key)
    by_job = by_cron_job(reading, key, dates)
    if by_job is not None:
        return by_job
    if secret is None:
        return NOTHING
    rotator = _rotator(reading, key, secret, dates, depth)
    if rotator is not None:
        return rotator
    return _nobody(reading, key, secret)


def _rotator(
    reading: Reading, key: Key, secret: Secret, dates: Dates | None, depth: int
) -> Renewal | None:
    """A tool that is known to renew what it made."""
    meta = secret.metadata
    if expiry := meta.annotations.get(EXPIRY):
        end = parse_rfc3339(expiry)
        proof = (reading.seen("secrets", key, f"metadata.annotations['{EXPIRY}']", expiry),)
        at = None if end is None else end - _HOUR
        words = "OpenShift's service CA renews it an hour before its end"
        return Renewal(True, words, at=at, proof=proof, fix=_again(reading, key))
    if meta.owner.tool == "External Secrets" or reading.synced_by(key) is not None:
        return _external(reading, key)
    if key[1] == _ISTIO_ROOT:
        at = None if dates is None else dates.start + _ISTIO_SHARE * dates.life
        when = "" if at is None else f" on {day(at)}"
        fix = reading.kubectl("rollout restart deployment/istiod", key[0])
        return Renewal(True, f"istiod renews its own root{when}", at=at, fix=fix)
    if key[1] == _WEBHOOK_ROOT:
        at = None if dates is None else dates.start + USUAL * dates.life
        return Renewal(True, "cert-manager's webhook renews its own authority", at=at)
    if meta.labels.get(_KYVERNO) == "kyverno":
        return Renewal(True, "Kyverno renews its own certificates")
    if operator := _OPERATORS.get(meta.owner.tool):
        words = f"{operator} renews it ({meta.owner})"
        return Renewal(True, words, proof=_owned(reading, key, secret))
    if meta.owner.tool in _COPIES and depth < _MOST_COPIES:
        return _copied(reading, key, secret, dates, depth)
    return None


def _external(reading: Reading, key: Key) -> Renewal:
    """What External Secrets keeps as it is at its source, whatever renews it there."""
    found = reading.synced_by(key)
    if found is None:
        why = reading.blind("externalsecrets", key)
        if why:
            return Renewal(None, "External Secrets writes it", why=why)
        return Renewal(False, why="the ExternalSecret that made it is not there")
    words = f"ExternalSecret {key[0]}/{found.metadata.name}"
    interval = found.spec.refresh_interval or "1h"
    path = "spec.refreshInterval"
    proof = (reading.seen("externalsecrets", found.key, path, interval),)
    if doubt := reading.doubt("externalsecrets", found.key):
        return Renewal(None, f"{words} writes it", why=doubt, proof=proof)
    if (policy := found.spec.refresh_policy) in _NEVER_AGAIN:
        shown = reading.seen("externalsecrets", found.key, "spec.refreshPolicy", policy)
        return Renewal(False, why=f"{words} has the refresh policy {policy}", proof=(shown,))
    if not parse_go_duration(interval):
        return Renewal(False, why=f"{words} is never refreshed", proof=proof)
    return _refreshed(reading, found, f"{words} takes it over every {interval}", proof)


def _refreshed(
    reading: Reading, found: ExternalSecret, words: str, proof: tuple[Evidence, ...]
) -> Renewal:
    """What an ExternalSecret takes over again and again, if it can."""
    key = found.key
    named = f"externalsecrets.external-secrets.io {shlex.quote(key[1])}"
    ready = next((one for one in found.status.conditions if one.type == "Ready"), None)
    if ready is not None and ready.status == "False":
        why = f"{ready.status} ({ready.reason})" if ready.reason else ready.status
        shown = reading.seen("externalsecrets", key, "status.conditions[Ready]", why)
        failing = f"ExternalSecret {key[0]}/{key[1]} cannot take it over: Ready is {why}"
        fix = reading.kubectl(f"describe {named}", key[0])
        return Renewal(True, words, failing=failing, proof=(*proof, shown), fix=fix)
    sync = reading.kubectl(f'annotate {named} force-sync="$(date +%s)" --overwrite', key[0])
    fix = f"renew it where ExternalSecret {key[0]}/{key[1]} takes it from, then: {sync}"
    return Renewal(True, words, proof=proof, fix=fix)


def _copied(
    reading: Reading, key: Key, secret: Secret, dates: Dates | None, depth: int
) -> Renewal | None:
    """A copy is renewed by what renews the original."""
    namespace, slash, name = secret.metadata.owner.name.partition("/")
    source = (namespace, name) if slash else (key[0], namespace)
    if source == key:
        return None
    words = f"{secret.metadata.owner.tool} copies it from {source[0]}/{source[1]}"
    proof = _owned(reading, key, secret)
    if reading.secret(source) is None:
        why = reading.blind("secrets", source)
        if why:
            return Renewal(None, words, why=why, proof=proof)
        return Renewal(False, why=f"{words}, which is not there", proof=proof)
    found = of_secret(reading, source, dates, depth + 1)
    evidence = f"{words}: {found.evidence}" if found.evidence else ""
    why = f"{words}: {found.why or 'nothing renews it there'}" if not found.automated else ""
    return replace(found, evidence=evidence, why=why, proof=(*proof, *found.proof))


def _nobody(reading: Reading, key: Key, secret: Secret) -> Renewal:
    """Nothing that is known renews it; whether cert-manager does must have been read."""
    annotated = secret.metadata.annotations.get(CERTIFICATE_NAME, "")
    blind = reading.blind("certificates", key)
    if blind:
        if annotated:
            words = f"cert-manager wrote it for Certificate {key[0]}/{annotated}"
            return Renewal(None, words, why=blind)
        return Renewal(None, why=f"whether a Certificate renews it is not known: {blind}")
    if annotated:
        path = f"metadata.annotations['{CERTIFICATE_NAME}']"
        proof = (reading.seen("secrets", key, path, annotated),)
        gone = f"its Certificate {key[0]}/{annotated} is not there any more"
        return Renewal(False, why=gone, proof=proof)
    owner = str(secret.metadata.owner)
    return Renewal(False, why=f"nothing renews it (made by {owner})" if owner else "")


def _owned(reading: Reading, key: Key, secret: Secret) -> tuple[Evidence, ...]:
    return (reading.seen("secrets", key, "metadata", f"looked after by {secret.metadata.owner}"),)


def _again(reading: Reading, key: Key) -> str:
    """Its operator makes a Secret anew that is not there."""
    return reading.kubectl(f"delete secret {shlex.quote(key[1])}", key[0])
