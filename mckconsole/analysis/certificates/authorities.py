"""The authorities that the API server and every pod of a cluster trust.

Sources: Kubernetes "Manual rotation of CA certificates", kube-root-ca.crt, and the ConfigMap
`extension-apiserver-authentication`, which aggregated API servers read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mckconsole.analysis.certificates.chains import flaws_of
from mckconsole.analysis.certificates.configmaps import ROOT_CA
from mckconsole.analysis.certificates.known import Known, dates_of, name_of, shown_text
from mckconsole.analysis.certificates.matrix import Renewal
from mckconsole.analysis.certificates.model import CertPlace
from mckconsole.analysis.certificates.reading import Reading
from mckconsole.detect.x509 import read_certificates
from mckconsole.domain.audit import CertificateSeen
from mckconsole.domain.certificates import AggregatorCa
from mckconsole.domain.credentials import ConfigMap
from mckconsole.domain.findings import Evidence


def authority_fix() -> str:
    """How a cluster gets another authority."""
    return (
        "change the cluster's authority while both are trusted (Kubernetes: Manual rotation of CA "
        "certificates), then replace certificate-authority-data of every kubeconfig"
    )


def cluster_authority_rows(reading: Reading) -> Iterator[Known]:
    """The authorities that the API server and every pod trust."""
    rows: dict[tuple[str, str], Known] = {}
    for key, one in reading.objects("aggregator-ca", AggregatorCa):
        for field, text in (
            ("client-ca-file", one.data.client_ca),
            ("requestheader-client-ca-file", one.data.requestheader_ca),
        ):
            path = f"data['{field}']"
            for each in read_certificates(text.encode("utf-8", "replace"), path):
                shown = reading.seen("aggregator-ca", key, each.path, shown_text(each))
                _add(reading, rows, each, "aggregator-ca", shown, field)
    view = reading.cluster.topic("configmaps")
    for key, _ in reading.objects("configmaps", ConfigMap):
        if key[1] == ROOT_CA and key in view.audit:
            for each in view.audit[key].certificates:
                shown = reading.seen("configmaps", key, each.path, shown_text(each))
                _add(reading, rows, each, "configmaps", shown, f"{ROOT_CA} of namespaces")
    yield from rows.values()


def _add(
    reading: Reading,
    rows: dict[tuple[str, str], Known],
    one: CertificateSeen,
    topic: str,
    shown: Evidence,
    use: str,
) -> None:
    """One more place of an authority; the first is where it is shown."""
    same = (one.spki, one.serial)
    had = rows.get(same)
    if had is not None:
        if use not in had.used_by:
            rows[same] = _with_use(had, use, shown)
        return
    fix = authority_fix()
    ref = shown.object
    flaws = flaws_of(reading, one, shown, fix, about=ref, subject=one.path)
    rows[same] = Known(
        CertPlace.CLUSTER_CA, ref, one.path, name_of(one), dates_of(one),
        renewal=Renewal(False), evidence=(shown,), about=ref, subject=one.path,
        doubt=reading.doubt(topic), used_by=(use,), seen=one, flaws=tuple(flaws), fix=fix,
    )  # fmt: skip


def _with_use(row: Known, use: str, shown: Evidence) -> Known:
    return replace(row, used_by=tuple(sorted({*row.used_by, use})), evidence=(*row.evidence, shown))
