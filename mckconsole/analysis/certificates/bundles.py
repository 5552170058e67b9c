"""CA bundles: what the API server trusts webhooks, aggregated APIs and conversions by.

A bundle is worth something while any of its certificates is valid and vouches for what is shown.
Sources: Kubernetes dynamic admission control, API aggregation, CRD versioning (a Service is
verified by caBundle alone, as `NAME.NAMESPACE.svc`); cert-manager's CA injector.
"""

from __future__ import annotations

import base64
import binascii
import shlex
from collections.abc import Iterator, Sequence

from mckconsole.analysis.certificates.certmanager import by_certificate
from mckconsole.analysis.certificates.holders import Holder, holders
from mckconsole.analysis.certificates.known import (
    Flaw,
    Known,
    dates_of,
    longest,
    name_of,
    shown_text,
)
from mckconsole.analysis.certificates.matrix import Renewal
from mckconsole.analysis.certificates.reading import Reading, leaf_of
from mckconsole.analysis.certificates.renewing import of_secret
from mckconsole.detect.x509 import covers, read_certificates, verifies
from mckconsole.domain.audit import CertificateSeen
from mckconsole.domain.certificates import (
    ApiService,
    Certificate,
)
from mckconsole.domain.findings import Evidence, Severity
from mckconsole.domain.objects import Key

_KEEPERS = {
    "istio.io/rev": "istiod keeps its bundle current",
    "webhook.kyverno.io/managed-by": "Kyverno keeps its bundle current",
    "gatekeeper.sh/system": "Gatekeeper keeps its bundle current",
}
"""Labels of what keeps its own bundle current."""


def bundle_rows(reading: Reading) -> Iterator[Known]:
    """Every bundle; the same one for the same Service once in an object."""
    seen: set[tuple[str, Key, str, Key | None]] = set()
    for one in holders(reading):
        same = (one.topic, one.key, one.bundle, one.service)
        if same not in seen:
            seen.add(same)
            row = _row(reading, one)
            if row is not None:
                yield row


def _row(reading: Reading, one: Holder) -> Known | None:
    """None where there is nothing to be trusted: a URL that the system's authorities vouch for."""
    if one.topic == "apiservices" and _insecure(reading, one.key):
        return _known(reading, one, None, (_unverified(reading, one),))
    text = one.bundle.strip()
    if not text and one.service is None:
        return None
    try:
        found = read_certificates(base64.b64decode(text, validate=True), one.path)
    except (binascii.Error, ValueError):
        found = ()
    if not found:
        why = "holds no certificate that can be read" if text else "is empty"
        return _known(reading, one, None, (_broken(reading, one, why, ()),))
    flaws = []
    mismatch = _mismatch(reading, one, found)
    if mismatch is not None:
        flaws.append(mismatch)
    return _known(reading, one, longest(found), flaws)


def _known(
    reading: Reading, one: Holder, held: CertificateSeen | None, flaws: Sequence[Flaw]
) -> Known:
    ref = reading.ref(one.topic, one.key)
    shown = () if held is None else (reading.seen(one.topic, one.key, one.path, shown_text(held)),)
    name = name_of(held) if held else one.key[1]
    return Known(
        one.place, ref, one.path, name, dates_of(held) if held else None,
        unseen="" if held else "there is no certificate in it", renewal=_renewal(reading, one),
        evidence=shown, about=ref, subject=one.path, doubt=reading.doubt(one.topic, one.key),
        used_by=(one.words,), seen=held, flaws=tuple(flaws), fix=_annotate(reading, one),
        bundle=True,
    )  # fmt: skip


def _renewal(reading: Reading, one: Holder) -> Renewal:
    """What keeps the bundle current, and whether that is well."""
    injector = one.meta.annotations.injector
    if not injector:
        keeper = next((w for label, w in _KEEPERS.items() if label in one.meta.labels), "")
        return Renewal(True, keeper) if keeper else Renewal(False)
    annotation = f"metadata.annotations['{injector.partition(': ')[0]}']"
    value = injector.partition(": ")[2]
    proof = (reading.seen(one.topic, one.key, annotation, value),)
    words = f"injected ({injector})"
    source = _source(reading, one)
    if source is None:
        if not one.meta.annotations.inject_from:
            return Renewal(True, words, proof=proof)
        key = _key(one.meta.annotations.inject_from)
        if blind := reading.blind("certificates", key):
            return Renewal(None, words, why=blind, proof=proof)
        failing = f"its Certificate {key[0]}/{key[1]} is not there"
        return Renewal(True, words, failing=failing, proof=proof)
    found = (
        by_certificate(reading, source)
        if isinstance(source, Certificate)
        else of_secret(reading, source, None)
    )
    evidence = f"{words}; {found.evidence}" if found.evidence else words
    return Renewal(
        found.automated, evidence if found.automated is not False else "", found.why, found.at,
        found.failing, found.fails_from, found.late, (*proof, *found.proof), found.fix,
    )  # fmt: skip


def _key(text: str) -> Key:
    namespace, _, name = text.partition("/")
    return namespace, name


def _source(reading: Reading, one: Holder) -> Certificate | Key | None:
    """The Certificate or the Secret that the bundle is injected from, where that is known."""
    notes = one.meta.annotations
    if notes.inject_from:
        return reading.cluster.objects("certificates", Certificate).get(_key(notes.inject_from))
    return _key(notes.inject_from_secret) if notes.inject_from_secret else None


def _insecure(reading: Reading, key: Key) -> bool:
    found = reading.cluster.objects("apiservices", ApiService).get(key)
    return found is not None and found.spec.insecure_skip_tls_verify


def _unverified(reading: Reading, one: Holder) -> Flaw:
    path = "spec.insecureSkipTLSVerify"
    return reading.flaw(
        "CERT-INSECURE",
        Severity.MEDIUM,
        f"APIService {one.key[1]} is not verified",
        f"APIService {one.key[1]} has insecureSkipTLSVerify: the API server hands requests, with "
        f"whoever asks in their headers, to whatever answers as {one.words}.",
        (reading.seen(one.topic, one.key, path, "true"),),
        f"{_annotate(reading, one)}, and take insecureSkipTLSVerify away",
        about=reading.ref(one.topic, one.key),
        fails=True,
    )


def _broken(reading: Reading, one: Holder, why: str, more: Sequence[Evidence]) -> Flaw:
    """The API server cannot verify the other side; an injector may be about to fill it in."""
    kind = reading.ref(one.topic, one.key).kind
    empty = why == "is empty"
    tail = (
        "then the authorities of the API server's own system count, which vouch for no Service."
        if empty
        else "the API server refuses to call it."
    )
    return reading.flaw(
        "CERT-CABUNDLE",
        Severity.MEDIUM if empty and not one.meta.annotations.injector else Severity.HIGH,
        f"CA bundle of {kind} {one.key[1]} {why}",
        f"{one.path} of {kind} {one.key[1]}, for {one.words}, {why}: {tail}",
        (reading.seen(one.topic, one.key, one.path, f"({why})"), *more),
        _inject_again(reading, one),
        about=reading.ref(one.topic, one.key),
        subject=one.path,
        fails=True,
    )


def _mismatch(reading: Reading, one: Holder, bundle: Sequence[CertificateSeen]) -> Flaw | None:
    """The Service shows a certificate that nobody in the bundle vouches for; None where it does,
    or where that cannot be told."""
    if one.service is None:
        return None
    shown = []
    for key, leaf, between in _served(reading, one):
        if verifies(bundle, leaf, between) is not False:
            return None
        text = f"{shown_text(leaf)}, issued by {leaf.issuer}"
        shown.append(reading.seen("secrets", key, leaf.path, text))
    if not shown or reading.doubt("secrets") or reading.doubt(one.topic, one.key):
        return None
    held = "; ".join(shown_text(each) for each in bundle[:5])
    why = f"does not vouch for what {one.words} shows"
    return _broken(reading, one, why, (reading.derived("certificates in the bundle", held), *shown))


def _served(
    reading: Reading, one: Holder
) -> Iterator[tuple[Key, CertificateSeen, Sequence[CertificateSeen]]]:
    """Certificates that the Service may show: that of the Secret behind the injector where it is
    good for the Service's name, and all others of its namespace that are."""
    if one.service is None:
        return
    host = f"{one.service[1]}.{one.service[0]}.svc"
    for key in reading.serving(one.service[0]):
        found = reading.audit("secrets", key).certificates
        leaf = leaf_of(found)
        if leaf is not None and covers(leaf.names, host):
            yield key, leaf, [each for each in found if each is not leaf and _sent(each, leaf)]


def _sent(one: CertificateSeen, leaf: CertificateSeen) -> bool:
    """Whether it is in the same file, which is what a server sends."""
    return one.path.rpartition("[")[0] == leaf.path.rpartition("[")[0]


_PLURALS = {
    "mutatingwebhooks": "mutatingwebhookconfigurations",
    "validatingwebhooks": "validatingwebhookconfigurations",
    "apiservices": "apiservices",
    "crd-conversions": "customresourcedefinitions",
}


def _annotate(reading: Reading, one: Holder) -> str:
    """Have cert-manager keep it current."""
    place = f"{one.service[0]}/CERTIFICATE" if one.service else "NAMESPACE/CERTIFICATE"
    name = shlex.quote(one.key[1])
    note = shlex.quote(f"cert-manager.io/inject-ca-from={place}")
    return reading.kubectl(f"annotate {_PLURALS[one.topic]} {name} {note}")


def _inject_again(reading: Reading, one: Holder) -> str:
    if one.meta.annotations.openshift:
        return reading.kubectl("rollout restart deployment/service-ca", "openshift-service-ca")
    if one.meta.annotations.injector:
        return reading.kubectl("rollout restart deployment/cert-manager-cainjector", "cert-manager")
    return f"have whatever made it fill in the right one, or: {_annotate(reading, one)}"
