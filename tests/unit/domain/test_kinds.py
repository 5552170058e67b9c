"""The Kind registry: addresses, uniqueness, and what no projection may have a field for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

import msgspec
import pytest

from mckconsole.domain.kinds import BY_TOPIC, KINDS, Keep, Kind, Sensitivity
from tests.unit.domain.documents import PROJECTIONS

CREDENTIAL_FIELDS = {
    "ceIPSecPSK",
    "ceIPSecPSKSecret",
    "brokerK8sApiServerToken",
    "brokerK8sCA",
    "brokerK8sSecret",
}
"""Fields of a Submariner spec that hold or name a credential."""


def encoded_fields(kind: Any) -> Iterator[str]:
    """Every JSON field name in a projection, at any depth."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        for field in msgspec.structs.fields(kind):
            yield field.encode_name
            yield from encoded_fields(field.type)
    for argument in get_args(kind):
        yield from encoded_fields(argument)


def test_topics_are_unique() -> None:
    assert len(BY_TOPIC) == len(KINDS)


@pytest.mark.parametrize(
    ("topic", "version", "path"),
    [
        ("nodes", "v1", "/api/v1/nodes"),
        ("cilium-config", "v1", "/api/v1/namespaces/kube-system/configmaps"),
        ("deployments", "v1", "/apis/apps/v1/deployments"),
        ("gateways", "v1", "/apis/submariner.io/v1/gateways"),
        (
            "serviceimports",
            "v1alpha1",
            "/apis/multicluster.x-k8s.io/v1alpha1/serviceimports",
        ),
    ],
)
def test_paths(topic: str, version: str, path: str) -> None:
    assert BY_TOPIC[topic].path(version) == path


def test_named_objects_are_selected_by_name() -> None:
    assert BY_TOPIC["cilium-config"].selector == {"fieldSelector": "metadata.name=cilium-config"}
    assert BY_TOPIC["nodes"].selector == {}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: str(kind.topic))
def test_every_kind_is_coherent(kind: Kind) -> None:
    assert kind.versions
    assert kind.group == kind.projection.api_group
    assert kind.projection.kind
    assert kind.plural == kind.plural.lower()
    assert kind.keep is not Keep.POLL or kind.poll_seconds >= 5
    for version in kind.versions:
        ref = kind.projection().ref(version)
        assert ref.api_version == (f"{kind.group}/{version}" if kind.group else version)


@pytest.mark.parametrize("kind", PROJECTIONS)
def test_no_projection_has_a_field_for_a_credential(kind: type[msgspec.Struct]) -> None:
    names = set(encoded_fields(kind))
    assert not names & CREDENTIAL_FIELDS
    odd = [n for n in names if any(w in n.lower() for w in ("token", "password", "secret", "psk"))]
    assert odd == []


def test_kinds_with_credentials_in_their_spec_say_so() -> None:
    marked = {kind.topic for kind in KINDS if kind.sensitivity is Sensitivity.CREDENTIALS_IN_SPEC}
    assert marked == {"submariners", "servicediscoveries"}


def test_credentials_are_read_without_their_content() -> None:
    """Of a Secret only the metadata is asked for, by lists alone; a refusal is no gap."""
    secrets = [kind for kind in KINDS if kind.plural == "secrets"]
    assert [kind.topic for kind in secrets] == ["istio-remote-secrets"]
    for kind in secrets:
        assert kind.sensitivity is Sensitivity.METADATA_ONLY
        assert kind.keep is Keep.POLL
        assert kind.optional
        fields = {field.name for field in msgspec.structs.fields(kind.projection)}
        assert fields == {"metadata"}


def test_labels_and_names_are_selected() -> None:
    selector = BY_TOPIC["istio-remote-secrets"].selector
    assert selector == {"labelSelector": "istio/multiCluster=true"}


def test_annotations_are_never_read_wholesale() -> None:
    """`last-applied-configuration` may repeat a whole Secret."""
    for kind in PROJECTIONS:
        metadata = {field.name: field.type for field in msgspec.structs.fields(kind)}["metadata"]
        for field in msgspec.structs.fields(metadata):
            if field.name == "annotations":
                assert issubclass(field.type, msgspec.Struct)
