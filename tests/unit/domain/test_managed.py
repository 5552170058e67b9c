"""managedFields: who wrote in a version that is no stable one, and who wrote which key."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mckconsole.domain import certificates, core, failover, identity, upgrade
from mckconsole.domain.cloudkeys import EKS_ROLE
from mckconsole.domain.credentials import Secret
from mckconsole.domain.decode import ProjectionDecoder
from mckconsole.domain.kinds import KINDS
from mckconsole.domain.managed import ManagedMeta
from mckconsole.domain.objects import Projection

WHEN = "2026-11-20T00:00:00Z"
OWNED: dict[str, Any] = {"f:metadata": {"f:annotations": {".": {}, f"f:{EKS_ROLE}": {}}}}
BARE: dict[str, Any] = {"f:spec": {"f:replicas": {}}}
BEARERS = (
    core.Deployment,
    core.DaemonSet,
    failover.StatefulSet,
    failover.HorizontalPodAutoscaler,
    failover.Ingress,
    upgrade.PodDisruptionBudget,
    identity.CronJob,
    identity.ServiceAccount,
    identity.MutatingWebhookConfiguration,
    certificates.ValidatingWebhookConfiguration,
    certificates.CrdConversion,
    certificates.ApiService,
)


def entry(version: object, fields: object = BARE, manager: str = "helm") -> dict[str, object]:
    return {"manager": manager, "apiVersion": version, "time": WHEN, "fieldsV1": fields}


def decode(kind: type[Projection], *entries: object) -> Any:
    raw = json.dumps({"metadata": {"name": "a", "managedFields": entries}}, separators=(",", ":"))
    return ProjectionDecoder(kind).decode(raw.encode()).object.metadata


@pytest.mark.parametrize(
    ("version", "kept"),
    [
        ("policy/v1beta1", "policy/v1beta1"),
        ("autoscaling/v2beta2", "autoscaling/v2beta2"),
        ("resource.k8s.io/v1alpha3", "resource.k8s.io/v1alpha3"),
        ("policy/v1", ""),
        ("v1", ""),
        ("beta.example.com/v1", ""),
        ("policy/v1beta", ""),
        ("policy/v1beta1/extra", ""),
        ("policy/v1beta1\x1b[2J", ""),
        ("v1beta1", ""),
        ("a" * 300 + "/v1beta1", ""),
        (7, ""),
        (None, ""),
    ],
)
def test_of_a_version_only_an_alpha_or_a_beta_is_kept(version: object, kept: str) -> None:
    found = decode(core.Deployment, entry(version))
    assert [one.api_version for one in found.managed_fields] == ([kept] if kept else [])
    (owner,) = decode(core.Deployment, entry(version, OWNED)).managed_fields
    assert (owner.keys, owner.api_version) == ((EKS_ROLE,), kept)


@pytest.mark.parametrize("kind", BEARERS)
def test_kinds_that_had_old_versions_tell_who_wrote_in_one(kind: type[Projection]) -> None:
    found = decode(kind, entry("extensions/v1beta1"), entry("apps/v1", manager="kubectl"))
    assert [(one.manager, one.time, one.api_version) for one in found.unstable] == [
        ("helm", WHEN, "extensions/v1beta1")
    ]
    assert bytes(found.unstable[0].fields_v1) == b""
    assert kind in {one.projection for one in KINDS}


@pytest.mark.parametrize("kind", BEARERS)
def test_what_says_nothing_costs_nothing(kind: type[Projection]) -> None:
    assert decode(kind, entry("apps/v1"), entry("v1")).managed_fields == ()


def test_an_entry_kept_for_its_version_is_no_writer_of_a_key() -> None:
    newer = {**entry("apps/v1beta1"), "time": "2026-11-22T00:00:00Z"}
    found = decode(core.Deployment, entry("apps/v1", OWNED, "argocd"), newer)
    written = found.written(EKS_ROLE)
    assert (written.manager, written.time) == ("argocd", WHEN)
    assert decode(core.Deployment, newer).written(EKS_ROLE) is None
    assert [one.manager for one in found.unstable] == ["helm"]


def test_of_secrets_only_who_wrote_keys_is_kept() -> None:
    assert decode(Secret, entry("v1beta1"), entry("example.com/v1beta1")).managed_fields == ()


def test_old_versions_survive_an_object_that_does_not_fit() -> None:
    document = {"metadata": {"name": 7, "managedFields": [entry("apps/v1beta1"), entry("apps/v1")]}}
    found = ProjectionDecoder(core.Deployment).decode(json.dumps(document).encode())
    assert found.faults
    assert [one.api_version for one in found.object.metadata.unstable] == ["apps/v1beta1"]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["apps/v1", "apps/v1beta2", "extensions/v1beta1", "", "x/v2alpha1"]),
            st.sampled_from([OWNED, BARE, None, "junk"]),
            st.sampled_from(["2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z", ""]),
        ),
        max_size=6,
    )
)
def test_versions_never_change_who_wrote_a_key(entries: list[tuple[str, Any, str]]) -> None:
    def meta(versioned: bool) -> ManagedMeta:
        made = [
            {"manager": str(i), "apiVersion": v if versioned else "", "time": t, "fieldsV1": f}
            for i, (v, f, t) in enumerate(entries)
        ]
        found = decode(core.Deployment, *made)
        assert isinstance(found, ManagedMeta)
        return found

    with_versions, without = meta(True), meta(False)
    wrote, same = with_versions.written(EKS_ROLE), without.written(EKS_ROLE)
    assert (wrote and wrote.manager) == (same and same.manager)
    old = [i for i, (v, _, _) in enumerate(entries) if "alpha" in v or "beta" in v]
    assert [one.manager for one in with_versions.unstable] == [str(i) for i in old]
    assert all(one.keys for one in without.managed_fields)
