"""Certificates and keys that meshes keep for themselves: Cilium, Istio, Linkerd, Submariner.

Sources: Cilium's Helm chart, Istio "Plug in CA certificates", Linkerd "Generating your own mTLS
root certificates", Submariner's operator (submariner-ipsec-psk: a shared key, no certificate).
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from mckconsole.analysis.certificates.certmanager import day
from mckconsole.analysis.certificates.cilium import AUTHORITY, job_of
from mckconsole.analysis.certificates.known import Flaw, Known
from mckconsole.analysis.certificates.matrix import DAY, Health, Judged
from mckconsole.analysis.certificates.model import CertPlace, Verdict
from mckconsole.analysis.certificates.reading import Reading
from mckconsole.domain.audit import CertificateSeen
from mckconsole.domain.credentials import Secret
from mckconsole.domain.findings import Severity
from mckconsole.domain.objects import Key
from mckconsole.domain.times import parse_rfc3339

PSK = "submariner-ipsec-psk"
_NAMES = frozenset(
    {
        AUTHORITY,
        "cilium-clustermesh",
        "cilium-kvstoremesh",
        "cacerts",
        "istio-ca-secret",
        "linkerd-identity-issuer",
        "linkerd-trust-anchor",
        "submariner-broker-secret",
    }
)
_AUTHORITY_KEYS = {
    AUTHORITY: ("ca.key", "Cilium's agents and clustermesh"),
    "cacerts": ("ca-key.pem", "every workload of the Istio mesh"),
    "istio-ca-secret": ("ca-key.pem", "every workload of the Istio mesh"),
    "linkerd-trust-anchor": ("tls.key", "every workload of the Linkerd mesh"),
}
"""Secrets with the key of an authority, and for whom it vouches."""


def is_of_mesh(key: Key) -> bool:
    """Whether a Secret of that name is a mesh's own."""
    return key[1] in _NAMES or bool(job_of(key[1]))


def mesh_flaws(
    reading: Reading, key: Key, secret: Secret, own: CertificateSeen | None
) -> Iterator[Flaw]:
    """Keys of authorities that lie in the cluster."""
    name, whom = _AUTHORITY_KEYS.get(key[1], ("", ""))
    if not name or name not in secret.keys:
        return
    until = f", until {day(own.not_after)}" if own else ""
    yield reading.flaw(
        "CERT-CA-KEY",
        Severity.LOW,
        f"key of the authority {key[1]} lies in the cluster",
        f"Secret {key[0]}/{key[1]} holds the private key ({name}) of the authority that {whom} "
        f"trust{until}: whoever can read it can make certificates for anybody in the mesh.",
        (reading.seen("secrets", key, f"data['{name}']", "(there, not shown)"),),
        "have an authority outside the cluster sign an intermediate for it (cert-manager with "
        "Vault or a cloud's CA), and let nobody read Secrets of "
        f"{key[0]}: {reading.kubectl('get rolebindings -o wide', key[0])}",
        about=reading.ref("secrets", key),
    )


def shared_key_rows(reading: Reading) -> Iterator[Known]:
    """Submariner's shared key, which has no end: how long ago it was written decides."""
    for key, secret in reading.objects("secrets", Secret):
        if key[1] != PSK:
            continue
        writer = secret.metadata.written("psk")
        at = parse_rfc3339(writer.time if writer else secret.metadata.creation_timestamp)
        ref, doubt = reading.ref("secrets", key), reading.doubt("secrets", key)
        if at is None:
            judged = Judged(Verdict.UNKNOWN, Health.NONE, "when it was written is not known")
        elif reading.now - at > reading.policy.max_age:
            verdict = Verdict.FAIL if reading.policy.strict else Verdict.WARN
            judged = Judged(verdict, Health.NONE, f"written last on {day(at)}, nothing changes it")
        elif doubt:
            judged = Judged(Verdict.UNKNOWN, Health.NONE, doubt)
        else:
            judged = Judged(Verdict.PASS, Health.NONE, f"written on {day(at)}")
        old = at is not None and reading.now - at > reading.policy.max_age
        by = str(writer) if writer else "(not known)"
        yield Known(
            CertPlace.MESH, ref, "data['psk']", "IPsec shared key",
            unseen="a shared key has no end", about=ref, doubt=doubt, fixed=judged,
            flaws=(_psk_flaw(reading, key, at, by),) if old and at is not None else (),
        )  # fmt: skip


def _psk_flaw(reading: Reading, key: Key, at: float, by: str) -> Flaw:
    """It is as old as nobody should let a shared key get."""
    days = f"{(reading.now - at) / DAY:.0f} days"
    limit = f"{reading.policy.max_age / DAY:.0f}"
    return reading.flaw(
        "CERT-SHARED-SECRET",
        Severity.MEDIUM,
        "IPsec key of Submariner was not changed for long",
        f"All tunnels of Submariner share one key, in Secret {key[0]}/{key[1]}, which was written "
        f"last on {day(at)} by {by}: {days} ago, and {limit} are allowed. It has no end of its "
        "own, and nothing changes it.",
        (reading.seen("secrets", key, "metadata.managedFields", f"written on {day(at)} by {by}"),),
        "1. move broker-info.subm away: the key in it would be used again\n"
        "2. subctl deploy-broker --context BROKER\n"
        f"3. subctl join --context {shlex.quote(reading.cluster.context or reading.name)} "
        "broker-info.subm, and so in each cluster",
        about=reading.ref("secrets", key),
    )
