"""Which objects show the certificate of a Secret to clients, by which names, and what fits not.

Sources: Kubernetes Ingress TLS, Gateway API (certificateRefs); RFC 9525 for names.
"""

from __future__ import annotations

import shlex
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from mckconsole.analysis.certificates.known import Flaw, Known
from mckconsole.analysis.certificates.matrix import Renewal
from mckconsole.analysis.certificates.model import CertPlace
from mckconsole.analysis.certificates.reading import Reading, Use
from mckconsole.detect.x509 import MAX_NAMES, covers
from mckconsole.domain.certificates import TlsGateway
from mckconsole.domain.failover import Ingress
from mckconsole.domain.findings import Evidence, Severity
from mckconsole.domain.objects import Key

ALT_NAMES = "cert-manager.io/alt-names"
_MOST = 10


def find_uses(reading: Reading) -> Mapping[Key, Sequence[Use]]:
    """By Secret, in order."""
    found: defaultdict[Key, list[Use]] = defaultdict(list)
    for key, use in (*_of_ingresses(reading), *_of_gateways(reading)):
        found[key].append(use)
    return found


def _of_ingresses(reading: Reading) -> Iterator[tuple[Key, Use]]:
    for key, one in reading.objects("ingresses", Ingress):
        ref = reading.ref("ingresses", key)
        for index, tls in enumerate(one.spec.tls):
            if tls.secret_name:
                path = f"spec.tls[{index}]"
                use = Use(f"Ingress {key[0]}/{key[1]}", ref, "ingresses", path, tls.hosts)
                yield (key[0], tls.secret_name), use


def _of_gateways(reading: Reading) -> Iterator[tuple[Key, Use]]:
    for key, one in reading.objects("tls-gateways", TlsGateway):
        ref = reading.ref("tls-gateways", key)
        for index, listener in enumerate(one.spec.listeners):
            if listener.tls is None or listener.tls.mode != "Terminate":
                continue
            refs = [each for each in listener.tls.certificate_refs if each.kind == "Secret"]
            # With several, each name is served by one of them: which must be is not said.
            hosts = (listener.hostname,) if listener.hostname and len(refs) == 1 else ()
            words = f"Gateway {key[0]}/{key[1]} listener {listener.name}"
            use = Use(words, ref, "tls-gateways", f"spec.listeners[{index}].tls", hosts)
            for each in refs:
                yield (each.namespace or key[0], each.name), use


def uncovered(reading: Reading, key: Key, names: Sequence[str], shown: Evidence) -> Iterator[Flaw]:
    """Hosts that a Secret's certificate is shown for without being good for them."""
    if len(names) >= MAX_NAMES:
        return
    for use in reading.uses.get(key, ()):
        missing = [host for host in use.hosts if not covers(names, host)]
        if missing:
            yield _uncovered(reading, key, names, shown, use, missing)


def _uncovered(
    reading: Reading,
    key: Key,
    names: Sequence[str],
    shown: Evidence,
    use: Use,
    missing: Sequence[str],
) -> Flaw:
    hosts, held = ", ".join(missing[:_MOST]), ", ".join(names[:_MOST]) or "(none)"
    where = (use.object.namespace, use.object.name)
    claim = reading.certificate_of(key)
    if claim is not None:
        add = [*claim.spec.dns_names, *missing]
        listed = ",".join(f'"{one}"' for one in dict.fromkeys(add))
        patch = shlex.quote(f'{{"spec":{{"dnsNames":[{listed}]}}}}')
        name = shlex.quote(claim.metadata.name)
        fix = reading.kubectl(
            f"patch certificates.cert-manager.io {name} --type=merge -p {patch}", key[0]
        )
    else:
        fix = f"have it issued for {hosts} too, then: {replace_command(reading, key)}"
    return reading.flaw(
        "CERT-NAME",
        Severity.HIGH,
        f"certificate of Secret {key[1]} is not good for {missing[0]}",
        f"{use.words} shows the certificate of Secret {key[0]}/{key[1]} to clients of {hosts}, "
        f"and its names are {held}: clients refuse it.",
        (
            reading.seen(use.topic, where, f"{use.path}.hosts", hosts),
            shown,
            reading.derived(f"names of the certificate in Secret {key[0]}/{key[1]}", held),
        ),
        fix,
        about=use.object,
        subject=f"{key[0]}/{key[1]} {use.path}",
        fails=True,
    )


def missing_secrets(reading: Reading) -> Iterator[Known]:
    """Secrets that something shows the certificate of and that are surely not there."""
    for key, uses in sorted(reading.uses.items()):
        if reading.secret(key) is None and not reading.blind("secrets", key):
            ref = reading.ref("secrets", key)
            flaws = tuple(_missing(reading, key, use) for use in uses)
            yield Known(
                CertPlace.TLS_SECRET,
                ref,
                "",
                uses[0].hosts[0] if uses[0].hosts else key[1],
                unseen="the Secret is not there",
                renewal=Renewal(None, why="the Secret is not there"),
                about=ref,
                used_by=used_by(reading, key),
                flaws=flaws,
            )


def _missing(reading: Reading, key: Key, use: Use) -> Flaw:
    claim = reading.certificate_of(key)
    where = (use.object.namespace, use.object.name)
    name = shlex.quote(claim.metadata.name) if claim else ""
    fix = (
        reading.kubectl(f"describe certificates.cert-manager.io {name}", key[0])
        if claim
        else reading.kubectl(
            f"create secret tls {shlex.quote(key[1])} --cert=CERTIFICATE --key=KEY", key[0]
        )
    )
    at = reading.secrets.as_of
    return reading.flaw(
        "CERT-MISSING",
        Severity.HIGH,
        f"Secret {key[1]} for TLS is not there",
        f"{use.words} takes its certificate from Secret {key[0]}/{key[1]}, which is not there: "
        "clients get the controller's own certificate, or none.",
        (
            reading.seen(use.topic, where, use.path, f"Secret {key[0]}/{key[1]}"),
            Evidence("derived", reading.name, None, f"Secrets of {key[0]}",
                     f"no {key[1]} among them", reading.now if at is None else at),
        ),
        fix,
        about=use.object,
        subject=f"{key[0]}/{key[1]} {use.path}",
        fails=True,
    )  # fmt: skip


def used_by(reading: Reading, key: Key) -> tuple[str, ...]:
    """In words, sorted."""
    return tuple(sorted({use.words for use in reading.uses.get(key, ())}))


def replace_command(reading: Reading, key: Key) -> str:
    """Put another certificate into a TLS Secret."""
    context = shlex.quote(reading.cluster.context or reading.name)
    create = reading.kubectl(
        f"create secret tls {shlex.quote(key[1])} --cert=CERTIFICATE --key=KEY "
        "--dry-run=client -o yaml",
        key[0],
    )
    return f"{create} | kubectl --context {context} apply -f -"
