"""The table of removals, as it is asked: kinds, plurals, whose minors."""

from __future__ import annotations

import pytest

from mckconsole.analysis.versions.removals import (
    deprecated,
    kinds_of,
    next_removal,
    plural_of,
    removal_of,
    removal_of_resource,
    removed_in,
    resources_of,
)
from mckconsole.config.support_data import shipped
from mckconsole.domain.kinds import KINDS
from mckconsole.domain.kubeversion import Minor
from mckconsole.domain.support import Removal, SupportData
from tests.unit.analysis.versions.apis import DATA, row


@pytest.mark.parametrize(
    ("kind", "plural"),
    [
        ("PodDisruptionBudget", "poddisruptionbudgets"),
        ("Ingress", "ingresses"),
        ("IngressClass", "ingressclasses"),
        ("IPAddress", "ipaddresses"),
        ("NetworkPolicy", "networkpolicies"),
        ("CSIStorageCapacity", "csistoragecapacities"),
        ("Gateway", "gateways"),
        ("Endpoints", "endpoints"),
        ("ComponentStatus", "componentstatuses"),
        ("", ""),
    ],
)
def test_plurals(kind: str, plural: str) -> None:
    assert plural_of(kind) == plural


def test_plurals_are_those_of_the_kinds_that_are_read() -> None:
    own_ways = ("consul.hashicorp.com",)  # a custom kind may have any plural
    kinds = [one for one in KINDS if one.plural and one.group not in own_ways]
    assert {plural_of(one.projection.kind) for one in kinds} == {one.plural for one in kinds}


@pytest.mark.parametrize(
    ("group", "version", "kind", "end"),
    [
        ("policy", "v1beta1", "PodDisruptionBudget", Minor(1, 25)),
        ("policy", "v1", "PodDisruptionBudget", None),
        ("policy", "v1beta1", "PodSecurityPolicy", None),
        ("resource.k8s.io", "v1beta1", "DeviceClass", Minor(1, 38)),
        ("", "v1", "Endpoints", None),
        ("", "v1", "Pod", None),
        ("cert-manager.io", "v1alpha2", "Certificate", None),
        ("", "", "", None),
    ],
)
def test_only_kubernetes_takes_away_by_its_own_minors(
    group: str, version: str, kind: str, end: Minor | None
) -> None:
    found = removal_of(DATA, group, version, kind)
    assert removed_in(found) == end
    assert removal_of_resource(DATA, group, version, plural_of(kind)) == found


def test_rows_for_several_kinds_all_kinds_and_all_versions() -> None:
    both = row("metrics.k8s.io/v1beta1", "NodeMetrics/PodMetrics", "", since="")
    whole = row("authentication.istio.io/v1alpha1", "", "1.6", component="istio")
    every = Removal("rbac.istio.io", "", "Policy", None, Minor(1, 4), "", "istio", "a test")
    data = SupportData(removals=(both, whole, every))
    assert kinds_of(both) == ("NodeMetrics", "PodMetrics")
    assert resources_of(data, "metrics.k8s.io", "v1beta1") == ("nodes", "pods")
    assert removal_of(data, "metrics.k8s.io", "v1beta1", "PodMetrics") is both
    assert removal_of(data, "metrics.k8s.io", "v1beta1", "Pod") is None
    assert removal_of(data, "authentication.istio.io", "v1alpha1", "Whatever") is whole
    assert removal_of_resource(data, "rbac.istio.io", "v1alpha1", "policies") is every
    assert not deprecated(both)
    assert deprecated(whole)
    assert not deprecated(None)


@pytest.mark.parametrize(
    ("after", "found"),
    [
        (Minor(1, 21), Minor(1, 22)),
        (Minor(1, 22), Minor(1, 25)),
        (Minor(1, 38), Minor(1, 39)),
        (Minor(1, 39), None),
        (None, None),
    ],
)
def test_the_next_minor_that_takes_something_away(after: Minor | None, found: Minor | None) -> None:
    assert next_removal(DATA, after) == found


def test_the_shipped_table_is_found_by_kind_and_by_plural() -> None:
    data = shipped()
    for one in data.removals:
        for kind in kinds_of(one):
            version = one.version or "v1"
            assert removal_of(data, one.group, version, kind) == one
            assert removal_of_resource(data, one.group, version, plural_of(kind)) == one
