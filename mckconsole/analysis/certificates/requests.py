"""Signing requests: certificates that kubelets and users wait for, and those that kubelets got.

Source: Kubernetes "Certificates and Certificate Signing Requests" (requests are cleaned up an hour
after they were approved or denied, a day after they were made; the API server's own controller
approves a kubelet's client certificates and never its serving ones).
"""

from __future__ import annotations

import base64
import binascii
import shlex
from collections.abc import Iterator

from mckconsole.analysis.certificates.certmanager import condition, day
from mckconsole.analysis.certificates.known import Flaw, Known, dates_of, name_of, shown_text
from mckconsole.analysis.certificates.matrix import Renewal
from mckconsole.analysis.certificates.model import CertPlace
from mckconsole.analysis.certificates.reading import Reading
from mckconsole.detect.x509 import read_certificates
from mckconsole.domain.certificates import SigningRequest
from mckconsole.domain.findings import Severity
from mckconsole.domain.objects import Key
from mckconsole.domain.times import format_age, parse_rfc3339

PATIENCE = 900.0
"""Seconds that a request may wait."""
_SERVING = "kubernetes.io/kubelet-serving"
_KUBELETS = (_SERVING, "kubernetes.io/kube-apiserver-client-kubelet")
_SHARE = 0.8
"""Of its life: kubelets renew between 70 % and 90 %."""


def request_rows(reading: Reading) -> Iterator[Known]:
    """Requests that came to nothing, and the newest certificate of each kubelet."""
    newest: dict[tuple[str, str], Known] = {}
    for key, one in reading.objects("signing-requests", SigningRequest):
        flaw = _trouble(reading, key, one)
        if flaw is not None:
            yield _row(reading, key, one, flaw)
        elif one.status.certificate and one.spec.signer_name in _KUBELETS:
            row = _issued(reading, key, one)
            same = (one.spec.signer_name, one.spec.username)
            had = newest.get(same)
            if row is not None and (had is None or _end(had) < _end(row)):
                newest[same] = row
    yield from newest.values()


def _end(row: Known) -> float:
    return row.dates.end if row.dates else 0.0


def waiting(reading: Reading) -> float | None:
    """Unix seconds when the next request will have waited too long."""
    times = []
    for _, one in reading.objects("signing-requests", SigningRequest):
        made = parse_rfc3339(one.metadata.creation_timestamp)
        if made is not None and not one.status.conditions and made + PATIENCE >= reading.now:
            times.append(made + PATIENCE + 1)
    return min(times, default=None)


def _trouble(reading: Reading, key: Key, one: SigningRequest) -> Flaw | None:
    """Denied, failed, or waiting for too long; None where it is well or too early to say."""
    conditions, name = one.status.conditions, shlex.quote(key[1])
    for kind, words in (("Denied", "was denied"), ("Failed", "failed")):
        found = condition(conditions, kind)
        if found is not None and found.status in ("", "True"):
            reason = f" ({found.reason})" if found.reason else ""
            # What was denied or has failed can be approved no more.
            then = f"{reading.kubectl(f'delete csr {name}')}, and let who asked ask anew"
            return _flaw(reading, key, one, f"{words}{reason}", f"status.conditions[{kind}]", then)
    if condition(conditions, "Approved") is not None:
        return None
    made = parse_rfc3339(one.metadata.creation_timestamp)
    if made is None or reading.now - made <= PATIENCE:
        return None
    age = format_age(reading.now - made)
    then = f"{reading.kubectl(f'certificate approve {name}')} (once it is sure who asks)"
    return _flaw(reading, key, one, f"has waited for approval for {age}", "status.conditions", then)


def _flaw(reading: Reading, key: Key, one: SigningRequest, what: str, path: str, then: str) -> Flaw:
    who, signer = one.spec.username or "(nobody)", one.spec.signer_name or "(none)"
    serving = signer == _SERVING
    effect = (
        "The kubelet goes on with the certificate that it has; when that ends, logs, exec and "
        "metrics of its node fail."
        if serving
        else "Who asked has no new certificate."
    )
    name = shlex.quote(key[1])
    return reading.flaw(
        "CERT-REQUEST",
        Severity.MEDIUM,
        f"certificate request of {who} {what.split(' (')[0]}",
        f"CertificateSigningRequest {key[1]} of {who} for signer {signer} {what}. {effect}",
        (
            reading.seen("signing-requests", key, "spec.signerName", signer),
            reading.seen("signing-requests", key, "spec.username", who),
            reading.seen("signing-requests", key, path, what),
        ),
        f"1. {reading.kubectl(f'describe csr {name}')}\n2. {then}",
        about=reading.ref("signing-requests", key),
        fails=True,
    )


def _row(reading: Reading, key: Key, one: SigningRequest, flaw: Flaw) -> Known:
    ref = reading.ref("signing-requests", key)
    return Known(
        CertPlace.SIGNING_REQUEST,
        ref,
        "status",
        one.spec.username or key[1],
        unseen="it was not issued",
        renewal=Renewal(None, why="it was not issued"),
        about=ref,
        doubt=reading.doubt("signing-requests", key),
        flaws=(flaw,),
    )


def _issued(reading: Reading, key: Key, one: SigningRequest) -> Known | None:
    """What a kubelet got: proof that it renews its certificates."""
    try:
        pem = base64.b64decode(one.status.certificate, validate=True)
    except (binascii.Error, ValueError):
        return None
    found = read_certificates(pem, "status.certificate")
    if not found:
        return None
    leaf, ref = found[0], reading.ref("signing-requests", key)
    at = leaf.not_before + _SHARE * (leaf.not_after - leaf.not_before)
    words = f"the kubelet asks anew, as it did on {day(leaf.not_before)}"
    shown = reading.seen("signing-requests", key, leaf.path, shown_text(leaf))
    return Known(
        CertPlace.SIGNING_REQUEST,
        ref,
        leaf.path,
        name_of(leaf),
        dates_of(leaf),
        renewal=Renewal(True, words, at=at, proof=(shown,)),
        evidence=(shown,),
        about=ref,
        doubt=reading.doubt("signing-requests", key),
        used_by=(one.spec.username,) if one.spec.username else (),
        seen=leaf,
    )
