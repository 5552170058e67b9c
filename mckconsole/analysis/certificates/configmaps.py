"""The certificates in ConfigMaps that were seen: mostly what somebody is to be trusted by."""

from __future__ import annotations

from collections.abc import Iterator

from mckconsole.analysis.certificates.chains import flaws_of
from mckconsole.analysis.certificates.known import (
    Known,
    by_field,
    dates_of,
    is_bundle,
    longest,
    name_of,
    shown_text,
)
from mckconsole.analysis.certificates.matrix import Renewal
from mckconsole.analysis.certificates.model import CertPlace
from mckconsole.analysis.certificates.reading import Reading
from mckconsole.domain.credentials import ConfigMap

ROOT_CA = "kube-root-ca.crt"
_OF_CLUSTER = (ROOT_CA, "extension-apiserver-authentication")
_BUNDLE_LABELS = {
    "trust.cert-manager.io/bundle": "trust-manager keeps it current",
    "config.openshift.io/inject-trusted-cabundle": "OpenShift keeps it current",
}


def config_map_rows(reading: Reading) -> Iterator[Known]:
    """Certificates in ConfigMaps, but for the cluster's own authority, which is in all of them."""
    view = reading.cluster.topic("configmaps")
    for key, one in reading.objects("configmaps", ConfigMap):
        if key[1] in _OF_CLUSTER or key not in view.audit:
            continue
        ref, labels = reading.ref("configmaps", key), one.metadata.labels
        keeper = next((words for label, words in _BUNDLE_LABELS.items() if label in labels), "")
        renewal = Renewal(True, keeper) if keeper else Renewal(False)
        fix = f"put another into ConfigMap {key[0]}/{key[1]} where it was made"
        for path, some in by_field(view.audit[key].certificates):
            bundle = is_bundle(some)
            for each in [longest(some)] if bundle else some:
                where = path if bundle else each.path
                shown = reading.seen("configmaps", key, where, shown_text(each))
                weak = (
                    () if bundle else flaws_of(reading, each, shown, fix, about=ref, subject=where)
                )
                yield Known(
                    CertPlace.OTHER_SECRET, ref, where, name_of(each), dates_of(each),
                    renewal=renewal, evidence=(shown,), about=ref, subject=where,
                    doubt=reading.doubt("configmaps", key), seen=each, flaws=tuple(weak), fix=fix,
                    bundle=bundle,
                )  # fmt: skip
