"""Certificates of cert-manager: each is a place of its own, and says how its renewal stands."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import replace

from mckconsole.analysis.certificates.certmanager import by_certificate, status_dates
from mckconsole.analysis.certificates.known import Flaw, Known
from mckconsole.analysis.certificates.model import CertPlace
from mckconsole.analysis.certificates.reading import Reading
from mckconsole.domain.certificates import Certificate
from mckconsole.domain.findings import ObjectRef, Severity


def certificate_rows(reading: Reading, rows: Mapping[ObjectRef, Known]) -> Iterator[Known]:
    """Each Certificate; `rows` are the own certificates of Secrets that are known already.

    Where its Secret is known, what is found is found once, and about the Secret.
    """
    for key, one in reading.objects("certificates", Certificate):
        ref = reading.ref("certificates", key)
        doubt, flaws = reading.doubt("certificates", key), tuple(_flaws(reading, one))
        where = (key[0], one.spec.secret_name)
        row = rows.get(reading.ref("secrets", where))
        claimed = reading.certificate_of(where) is one
        if row is not None and claimed:
            yield replace(
                row,
                place=CertPlace.CERTIFICATE,
                object=ref,
                path="status",
                doubt=doubt or row.doubt,
                flaws=(*row.flaws, *flaws),
            )
            continue
        dates = status_dates(one)
        name = one.spec.common_name or key[1]
        shown = reading.seen("certificates", key, "status.notAfter", one.status.not_after)
        yield Known(
            CertPlace.CERTIFICATE,
            ref,
            "status",
            one.spec.dns_names[0] if one.spec.dns_names else name,
            dates,
            unseen="" if dates else "it says no end: it was not issued yet",
            renewal=by_certificate(reading, one),
            evidence=(shown,) if dates else (),
            about=ref,
            doubt=doubt,
            flaws=flaws,
        )


def _flaws(reading: Reading, one: Certificate) -> Iterator[Flaw]:
    """A key that stays the same however often the certificate is renewed, and a Secret that two
    Certificates write."""
    if one.spec.private_key.rotation_policy == "Never":
        yield _same_key(reading, one)
    other = reading.certificate_of((one.metadata.namespace, one.spec.secret_name))
    if other is not None and other is not one:
        yield _same_secret(reading, one, other)


def _same_key(reading: Reading, one: Certificate) -> Flaw:
    key, name = one.key, shlex.quote(one.metadata.name)
    patch = shlex.quote('{"spec":{"privateKey":{"rotationPolicy":"Always"}}}')
    return reading.flaw(
        "CERT-SAME-KEY",
        Severity.LOW,
        f"Certificate {key[1]} keeps its private key for ever",
        f"Certificate {key[0]}/{key[1]} has rotationPolicy Never: it is renewed with the key "
        "that it has, so whoever has copied that can go on pretending to be it.",
        (reading.seen("certificates", key, "spec.privateKey.rotationPolicy", "Never"),),
        reading.kubectl(
            f"patch certificates.cert-manager.io {name} --type=merge -p {patch}", key[0]
        ),
        about=reading.ref("certificates", key),
    )


def _same_secret(reading: Reading, one: Certificate, other: Certificate) -> Flaw:
    key, name = one.key, shlex.quote(one.metadata.name)
    path = "spec.secretName"
    return reading.flaw(
        "CERT-ROTATION-FAILING",
        Severity.HIGH,
        f"Certificates {other.metadata.name} and {key[1]} write one Secret",
        f"Certificates {key[0]}/{other.metadata.name} and {key[0]}/{key[1]} both write Secret "
        f"{one.spec.secret_name}: cert-manager issues none of them for that.",
        (
            reading.seen("certificates", other.key, path, other.spec.secret_name),
            reading.seen("certificates", key, path, one.spec.secret_name),
        ),
        reading.kubectl(f"describe certificates.cert-manager.io {name}", key[0])
        + "; give one of them another secretName",
        about=reading.ref("certificates", key),
        subject="same Secret",
        fails=True,
    )
