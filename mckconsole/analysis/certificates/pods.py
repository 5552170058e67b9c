"""Pods that serve a certificate which their Secret does not hold any more.

A Secret's volume follows the Secret; a file mounted alone (`subPath`) never does. Whether a process
reads its files again cannot be seen. Source: Kubernetes, "Using Secrets as files from a Pod".
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from mckconsole.analysis.certificates.certmanager import day
from mckconsole.analysis.certificates.known import Flaw, name_of
from mckconsole.analysis.certificates.reading import Reading
from mckconsole.domain.audit import CertificateSeen
from mckconsole.domain.credentials import Secret
from mckconsole.domain.findings import Severity
from mckconsole.domain.objects import Key
from mckconsole.domain.pods import Pod
from mckconsole.domain.times import parse_rfc3339

_MOST = 10


def stale_pods(reading: Reading, key: Key, secret: Secret, own: CertificateSeen) -> Iterator[Flaw]:
    """Running pods that are older than the last write of a certificate they mounted alone."""
    pods = reading.mounted_alone.get(key, ())
    writer = secret.metadata.written("tls.crt")
    written = parse_rfc3339(writer.time) if writer else own.not_before
    if not pods or written is None:
        return
    old = [one for one in pods if _made(one) is not None and (_made(one) or 0) < written]
    if not old:
        return
    names = " ".join(shlex.quote(one.metadata.name) for one in old[:_MOST])
    name = name_of(own)
    yield reading.flaw(
        "CERT-STALE-POD",
        Severity.MEDIUM,
        f"pods serve an old certificate of {name}",
        f"{len(old)} pods mount the certificate of Secret {key[0]}/{key[1]} with subPath and were "
        f"made before it was written last, on {day(written)}: such a file is never renewed, so "
        "they serve what was there when they started.",
        (
            reading.seen("secrets", key, "data['tls.crt']", f"written on {day(written)}"),
            *(
                reading.seen(
                    "pods", one.key, "metadata.creationTimestamp", one.metadata.creation_timestamp
                )
                for one in old[:_MOST]
            ),
        ),
        f"{reading.kubectl(f'delete pod {names}', key[0])}; mount the whole volume, without "
        "subPath, so that it follows the Secret",
        about=reading.ref("secrets", key),
    )


def _made(pod: Pod) -> float | None:
    return parse_rfc3339(pod.metadata.creation_timestamp)


def mounted_alone(reading: Reading) -> dict[Key, list[Pod]]:
    """Running pods by the Secrets of which they have single files; nothing of a stale list."""
    found: dict[Key, list[Pod]] = {}
    if reading.doubt("pods"):
        return found
    for (namespace, _), pod in reading.objects("pods", Pod):
        if pod.over or pod.metadata.deletion_timestamp:
            continue
        volumes = {
            one.name: one.secret.secret_name for one in pod.spec.volumes if one.secret is not None
        }
        if not volumes:
            continue
        alone = {
            volumes[mount.name]
            for container in (*pod.spec.containers, *pod.spec.init_containers)
            for mount in container.volume_mounts
            if mount.sub_path and mount.name in volumes
        }
        for name in alone:
            found.setdefault((namespace, name), []).append(pod)
    return found
