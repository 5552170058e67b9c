"""The certificates in Secrets and ConfigMaps: seen in their values, or known from beside them."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import replace

from mckconsole.analysis.certificates.certmanager import status_dates
from mckconsole.analysis.certificates.chains import chain_flaws, flaws_of
from mckconsole.analysis.certificates.known import (
    Flaw,
    Known,
    by_field,
    dates_of,
    is_bundle,
    longest,
    name_of,
    shown_text,
)
from mckconsole.analysis.certificates.matrix import Dates, Renewal
from mckconsole.analysis.certificates.mesh import is_of_mesh, mesh_flaws
from mckconsole.analysis.certificates.model import CertPlace
from mckconsole.analysis.certificates.pods import stale_pods
from mckconsole.analysis.certificates.reading import Reading, leaf_of
from mckconsole.analysis.certificates.renewing import EXPIRY, of_secret
from mckconsole.analysis.certificates.uses import (
    ALT_NAMES,
    replace_command,
    uncovered,
    used_by,
)
from mckconsole.domain.audit import CertificateSeen
from mckconsole.domain.credentials import Secret
from mckconsole.domain.findings import Evidence, Severity
from mckconsole.domain.objects import Key
from mckconsole.domain.times import parse_rfc3339

MASTERS = "system:masters"
TLS = "kubernetes.io/tls"
TOKEN = "kubernetes.io/service-account-token"  # noqa: S105 - a type
_NOT_LOOKED = "values were not looked at (--scan-values)"


def secret_rows(reading: Reading) -> Iterator[Known]:
    """Every certificate of a Secret, and every TLS Secret of which none is known."""
    for key, secret in reading.objects("secrets", Secret):
        if secret.type == TOKEN:
            continue  # its ca.crt is the cluster's own authority
        found = reading.audit("secrets", key).certificates
        if found:
            yield from _seen(reading, key, secret, found)
        elif secret.type == TLS or is_of_mesh(key):
            yield _unseen(reading, key, secret)


def _place(key: Key, secret: Secret) -> CertPlace:
    if is_of_mesh(key):
        return CertPlace.MESH
    return CertPlace.TLS_SECRET if secret.type == TLS else CertPlace.OTHER_SECRET


def _seen(
    reading: Reading, key: Key, secret: Secret, found: Sequence[CertificateSeen]
) -> Iterator[Known]:
    fields, leaf = by_field(found), leaf_of(found)
    first = next((some[0] for _, some in fields if not is_bundle(some)), None)
    place, ref, fix = _place(key, secret), reading.ref("secrets", key), _fix(reading, key, secret)
    own = leaf or first
    renewal = of_secret(reading, key, dates_of(own) if own else None)
    for path, some in fields:
        if is_bundle(some) and own not in some:
            one = longest(some)
            shown = reading.seen("secrets", key, path, shown_text(one))
            yield Known(
                place, ref, path, name_of(one), dates_of(one), renewal=_along(renewal),
                along=own is not None, evidence=(shown,), about=ref, subject=path,
                doubt=reading.doubt("secrets", key), seen=one, fix=fix, bundle=True,
            )  # fmt: skip
            continue
        for one in some:
            mine = one is own
            shown = reading.seen("secrets", key, one.path, shown_text(one))
            subject = "" if mine else one.path
            flaws = list(flaws_of(reading, one, shown, fix, about=ref, subject=subject))
            if MASTERS in one.organizations and not one.authority:
                flaws.append(_masters(reading, key, one, shown))
            if mine:
                flaws += _own_flaws(reading, key, secret, some, found, fix)
            yield Known(
                place, ref, one.path, name_of(one), dates_of(one),
                renewal=renewal if mine else _along(renewal), along=not mine, evidence=(shown,),
                about=ref,
                subject=subject, doubt=reading.doubt("secrets", key),
                used_by=used_by(reading, key) if mine else (), seen=one, flaws=tuple(flaws),
                fix=fix,
            )  # fmt: skip


def _masters(reading: Reading, key: Key, one: CertificateSeen, shown: Evidence) -> Flaw:
    """A client certificate that no role limits lies in a Secret."""
    name = name_of(one)
    groups = reading.derived("organizations of the certificate", ", ".join(one.organizations))
    return reading.flaw(
        "CERT-MASTERS",
        Severity.HIGH,
        f"Secret {key[1]} holds a client certificate of {MASTERS}",
        f"The client certificate of {name} in Secret {key[0]}/{key[1]} has the organization "
        f"{MASTERS}: whoever can read it with its key does everything in the cluster that it is "
        "for, without RBAC being asked, and it cannot be revoked.",
        (shown, groups),
        "give what uses it a service account or a user with a role instead, then: "
        + reading.kubectl(f"delete secret {shlex.quote(key[1])}", key[0]),
        about=reading.ref("secrets", key),
        subject=one.path,
    )


def _along(renewal: Renewal) -> Renewal:
    """What comes with a certificate is renewed with it, but not for its own end."""
    return replace(renewal, at=None)


def _own_flaws(
    reading: Reading,
    key: Key,
    secret: Secret,
    chain: Sequence[CertificateSeen],
    found: Sequence[CertificateSeen],
    fix: str,
) -> Iterator[Flaw]:
    """What is wrong with a Secret's own certificate where it is used."""
    ref, own = reading.ref("secrets", key), chain[0]
    shown = [reading.seen("secrets", key, one.path, shown_text(one)) for one in chain]
    others = [one for one in found if one not in chain]
    if not is_bundle(chain):
        yield from chain_flaws(reading, chain, others, shown, fix, about=ref)
    yield from uncovered(reading, key, own.names, shown[0])
    yield from mesh_flaws(reading, key, secret, own)
    yield from stale_pods(reading, key, secret, own)


def _fix(reading: Reading, key: Key, secret: Secret) -> str:
    """How a Secret that nothing renews gets another certificate."""
    if secret.type != TLS:
        owner = str(secret.metadata.owner)
        by = f"through {owner}, which made it" if owner else "where it was made"
        return f"renew it {by}, and put it into Secret {key[0]}/{key[1]}"
    return f"have it issued anew, then: {replace_command(reading, key)}"


def _unseen(reading: Reading, key: Key, secret: Secret) -> Known:
    """A Secret whose certificate was not seen: by what is written beside it."""
    ref, notes = reading.ref("secrets", key), secret.metadata.annotations
    dates, evidence = _dates_beside(reading, key, secret)
    audited, looked = reading.audit("secrets", key), reading.secrets.values
    why = _NOT_LOOKED if not looked else "; ".join(audited.troubles[:3])
    flaws: list[Flaw] = []
    if looked and not why and secret.type == TLS and not reading.doubt("secrets", key):
        flaws.append(_empty(reading, key))
        why = "it holds no certificate"
    names = tuple(filter(None, notes.get(ALT_NAMES, "").split(",")))
    if names and len(notes[ALT_NAMES]) < 512:  # longer ones are cut by the decoder
        path = f"metadata.annotations['{ALT_NAMES}']"
        flaws += uncovered(
            reading, key, names, reading.seen("secrets", key, path, ", ".join(names))
        )
    flaws += mesh_flaws(reading, key, secret, None)
    common = notes.get("cert-manager.io/common-name", "")
    return Known(
        _place(key, secret), ref, "", (names[0] if names else "") or common or key[1], dates,
        unseen=why, renewal=of_secret(reading, key, dates), evidence=evidence, about=ref,
        doubt=reading.doubt("secrets", key), used_by=used_by(reading, key), flaws=tuple(flaws),
        fix=_fix(reading, key, secret),
    )  # fmt: skip


def _dates_beside(
    reading: Reading, key: Key, secret: Secret
) -> tuple[Dates | None, tuple[Evidence, ...]]:
    """By the Certificate that writes it, or by OpenShift's annotation."""
    claim = reading.certificate_of(key)
    if claim is not None:
        dates = status_dates(claim)
        if dates is None:
            return None, ()
        path, value = "status.notAfter", claim.status.not_after
        return dates, (reading.seen("certificates", claim.key, path, value),)
    text = secret.metadata.annotations.get(EXPIRY, "")
    end = parse_rfc3339(text)
    if end is None:
        return None, ()
    made = parse_rfc3339(secret.metadata.creation_timestamp)
    start = made if made is not None and made < end else end
    shown = reading.seen("secrets", key, f"metadata.annotations['{EXPIRY}']", text)
    return Dates(start, end), (shown,)


def _empty(reading: Reading, key: Key) -> Flaw:
    ref = reading.ref("secrets", key)
    return reading.flaw(
        "CERT-MISSING",
        Severity.MEDIUM,
        f"TLS Secret {key[1]} holds no certificate",
        f"Secret {key[0]}/{key[1]} is of type {TLS}, and nothing in it can be read as a "
        "certificate: what serves it does not start, or shows another one.",
        (reading.seen("secrets", key, "data['tls.crt']", "(no certificate that can be read)"),),
        replace_command(reading, key),
        about=ref,
        fails=True,
    )
