"""The Kind registry: addresses, uniqueness, and what no projection may have a field for."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any, get_args

import msgspec
import pytest

from mckconsole.domain import identity, pods
from mckconsole.domain.decode import ProjectionDecoder
from mckconsole.domain.kinds import BY_TOPIC, KINDS, Keep, Kind, Scan, Sensitivity
from mckconsole.domain.objects import Projection
from tests.unit.domain.documents import PROJECTIONS, plain

CREDENTIAL_FIELDS = {
    "ceIPSecPSK",
    "ceIPSecPSKSecret",
    "brokerK8sApiServerToken",
    "brokerK8sCA",
    "brokerK8sSecret",
}
"""Fields of a Submariner spec that hold or name a credential."""
REFERENCES = {
    pods.KeyRef: {"name", "key", "optional"},
    pods.NameRef: {"name"},
    pods.SecretVolume: {"secretName"},
    pods.TokenSource: {"audience", "expirationSeconds", "path"},
}
"""Types that name a credential, which is not in them, and all of their fields."""
NO_CREDENTIALS = {
    "automountServiceAccountToken": bool | None,
    "secretName": str,  # of a Certificate, and of an Ingress' tls
    "cert-manager.io/inject-ca-from-secret": str,  # NAMESPACE/NAME
}
"""Fields that sound like credentials, and name at most where one is."""
HOLDERS = {
    "submariners",
    "servicediscoveries",
    "credential-configs",
    "replicasets",
    "controllerrevisions",
    "argocd-applications",
    "helmreleases",
    "helmcharts",
    "prometheuses",
    "prometheusagents",
    "prometheus-configs",
    "opentelemetrycollectors",
    "clusterlogforwarders",
    "log-configs",
    "log-configs-old",
}
"""Topics whose objects are read as a whole, and may hold credentials beside what is kept."""


def encoded_fields(kind: Any) -> Iterator[tuple[str, Any]]:
    """Every JSON field name in a projection, at any depth, and its type."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        for field in msgspec.structs.fields(kind):
            yield field.encode_name, field.type
            if field.type not in REFERENCES:
                yield from encoded_fields(field.type)
    for argument in get_args(kind):
        if argument not in REFERENCES:
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
    fields = list(encoded_fields(kind))
    assert not {name for name, _ in fields} & CREDENTIAL_FIELDS
    words = ("token", "password", "secret", "psk")
    for name, held in fields:
        if any(word in name.lower() for word in words) and NO_CREDENTIALS.get(name) != held:
            assert {held, *get_args(held)} & REFERENCES.keys(), name


@pytest.mark.parametrize("kind", REFERENCES)
def test_a_reference_holds_names_only(kind: type[msgspec.Struct]) -> None:
    assert {field.encode_name for field in msgspec.structs.fields(kind)} == REFERENCES[kind]


def test_kinds_with_credentials_in_their_spec_say_so() -> None:
    marked = {kind.topic for kind in KINDS if kind.sensitivity is Sensitivity.CREDENTIALS_IN_SPEC}
    assert marked == HOLDERS


def test_credentials_are_read_without_their_content() -> None:
    """Of a Secret only the metadata is asked for, by lists alone; a refusal is no gap. Values may
    be asked for of one topic of Secrets, that of the audit."""
    found = [kind for kind in KINDS if kind.plural == "secrets"]
    assert [kind.topic for kind in found] == ["istio-remote-secrets", "token-secrets", "secrets"]
    for kind in found:
        assert kind.sensitivity is Sensitivity.METADATA_ONLY
        assert kind.keep is Keep.POLL
        assert kind.optional
        fields = {field.name for field in msgspec.structs.fields(kind.projection)}
        assert (fields == {"metadata"}) != kind.by_values
    assert {kind.topic for kind in KINDS if kind.by_values} == {"secrets", "configmaps"}
    assert not [kind for kind in KINDS if kind.sensitivity is Sensitivity.VALUES]


@pytest.mark.parametrize(
    "kind", [kind for kind in KINDS if kind.scan is not Scan.NONE], ids=lambda kind: str(kind.topic)
)
def test_nothing_is_kept_of_what_is_looked_at(kind: Kind) -> None:
    canary = "canary-5f0c"
    encoded = base64.b64encode(canary.encode()).decode()
    values = {"KEY": encoded}
    container = {"name": "app", "env": [{"name": "KEY", "value": canary}], "args": [canary]}
    template = {"spec": {"containers": [container]}}
    spec = {
        "containers": [container],
        "template": template,
        "jobTemplate": {"spec": {"template": template}},
        "source": {"helm": {"values": canary}},
        "values": {"password": canary},
        "valuesContent": canary,
    }
    document = {
        "metadata": {"name": "a", "namespace": "b"},
        "type": "Opaque",
        "data": {"spec": spec} if kind.scan is Scan.REVISION else values,
        "stringData": {"KEY": canary},
        "spec": spec,
    }
    found = ProjectionDecoder(kind.projection).decode(json.dumps(document).encode())
    kept = repr(plain(found.object)) + repr(found.object) + repr(found.faults)
    assert canary not in kept
    assert encoded not in kept


def test_labels_and_names_are_selected() -> None:
    selector = BY_TOPIC["istio-remote-secrets"].selector
    assert selector == {"labelSelector": "istio/multiCluster=true"}


@pytest.mark.parametrize(
    ("name", "fields", "selected"),
    [
        ("", "", {}),
        ("a", "", {"fieldSelector": "metadata.name=a"}),
        ("", "type=b", {"fieldSelector": "type=b"}),
        ("a", "type=b,c!=d", {"fieldSelector": "metadata.name=a,type=b,c!=d"}),
    ],
)
def test_field_selectors_are_joined(name: str, fields: str, selected: dict[str, str]) -> None:
    kind = Kind("t", "", ("v1",), "secrets", identity.TokenSecret, name=name, fields=fields)
    assert kind.selector == selected


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.document], ids=lambda k: k.topic)
def test_a_document_is_polled_at_its_own_path_and_has_a_key(kind: Kind) -> None:
    assert kind.keep is Keep.POLL
    assert kind.optional
    assert kind.path("any") == kind.document == kind.projection().key[1]
    assert kind.selector == {}


@pytest.mark.parametrize("kind", PROJECTIONS)
def test_annotations_are_never_read_wholesale(kind: type[Projection]) -> None:
    """`last-applied-configuration` may repeat a whole Secret."""
    canary = "canary-5f0c"
    annotations = {
        "kubectl.kubernetes.io/last-applied-configuration": canary,
        "example.org/anything": canary,
        canary: canary,
    }
    document = json.dumps({"metadata": {"name": "a", "annotations": annotations}}).encode()
    found = ProjectionDecoder(kind).decode(document)
    assert canary not in repr(plain(found.object)) + repr(found.faults)
