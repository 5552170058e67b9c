"""What the metadata of Secrets says, without one value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from mckconsole.analysis.secrets.metadata import credential_name
from mckconsole.analysis.secrets.model import AuditPolicy
from mckconsole.domain.findings import Severity
from mckconsole.domain.states import TopicState
from tests.unit.analysis.build import Doc
from tests.unit.analysis.secrets.seen import (
    WRITTEN,
    analysed,
    bind,
    cluster,
    group,
    may,
    of_rule,
    role,
    secret,
    shown,
    user,
)

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
TOKEN = "kubernetes.io/service-account-token"
HASH = "reconcile.external-secrets.io/data-hash"


def wrote(*keys: str) -> list[Doc]:
    """managedFields of these keys."""
    fields: Doc = {"f:data": {f"f:{key}": {} for key in keys}}
    return [{"manager": "helm", "operation": "Update", "time": WRITTEN, "fieldsV1": fields}]


@pytest.mark.parametrize(
    ("labels", "severity"),
    [({}, Severity.MEDIUM), ({"reconcile.external-secrets.io/managed": "true"}, Severity.LOW)],
)
def test_an_annotation_that_repeats_the_data(labels: Doc, severity: Severity) -> None:
    found = secret("db", metadata={"annotations": {LAST_APPLIED: "{}"}, "labels": labels})
    (one,) = analysed(cluster("aws", found, values=())).others
    assert (one.rule, one.severity) == ("SEC-LAST-APPLIED", severity)
    assert f"kubectl --context ctx-aws -n shop annotate secrets db {LAST_APPLIED}-" in (
        one.remediation
    )
    assert shown(one)[f"metadata.annotations['{LAST_APPLIED}']"].startswith("present")


def token(labels: Mapping[str, str], name: str = "app-token", **more: Any) -> Doc:
    notes = {"kubernetes.io/service-account.name": "app", LAST_APPLIED: "{}"}
    return secret(name, type=TOKEN, metadata={"annotations": notes, "labels": labels}, **more)


@pytest.mark.parametrize(
    ("labels", "severity", "words"),
    [
        ({"kubernetes.io/legacy-token-last-used": "2026-09-20"}, Severity.MEDIUM, "on 2026-09-20"),
        ({}, Severity.LOW, "No use of it"),
        ({"kubernetes.io/legacy-token-invalid-since": "2026-08-01"}, Severity.INFO, "not take it"),
    ],
)
def test_a_token_that_never_expires(
    labels: Mapping[str, str], severity: Severity, words: str
) -> None:
    (one,) = analysed(cluster("aws", token(labels), values=())).others
    assert (one.rule, one.severity) == ("SEC-LEGACY-TOKEN", severity)
    assert words in one.detail
    assert "There is no service account app." in one.detail


@pytest.mark.parametrize(("named", "words"), [(True, "by itself"), (False, "Somebody asked")])
def test_kubernetes_made_a_token_where_its_account_names_it(named: bool, words: str) -> None:
    account: Doc = {"apiVersion": "v1", "kind": "ServiceAccount",
                    "metadata": {"name": "app", "namespace": "shop"},
                    "secrets": [{"name": "app-token"}] if named else []}  # fmt: skip
    (one,) = analysed(cluster("aws", token({}), account, values=())).others
    assert words in one.detail
    assert ("secrets" in shown(one)) is named


@pytest.mark.parametrize(
    ("keys", "count", "values", "told"),
    [
        (("token-id", "token-secret"), 2, (), True),
        (("token-id", "token-secret"), -1, (), False),
        (("token-id",), 3, (), False),
        (("token-id", "expiration"), 2, (), False),
        (("token-id", "token-secret"), -1, ("secrets",), True),
    ],
)
def test_a_bootstrap_token_without_an_end_where_all_keys_are_known(
    keys: tuple[str, ...], count: int, values: tuple[str, ...], told: bool
) -> None:
    doc = secret(
        "bootstrap-token-abcdef", "kube-system", type="bootstrap.kubernetes.io/token", count=count,
        metadata={"managedFields": wrote(*keys)},
    )  # fmt: skip
    report = analysed(cluster("aws", doc, values=values))
    assert bool(of_rule(report, "SEC-BOOTSTRAP-ENDLESS")) is told


def test_keys_that_are_called_like_credentials_are_told_when_asked_for() -> None:
    doc = secret("db", type="Opaque", metadata={"managedFields": wrote("password", "host")})
    quiet = analysed(cluster("aws", doc, values=()))
    assert (quiet.findings, quiet.hidden) == ((), 1)
    asked = analysed(cluster("aws", doc, values=()), policy=AuditPolicy(by_name=True))
    assert [one.rule for one in asked.others] == ["SEC-KEY-NAME"]
    assert list(shown(asked.others[0])) == ["data['password']"]
    assert asked.hidden == 0
    assert analysed(cluster("aws", doc)).hidden == 0


@pytest.mark.parametrize(
    ("key", "told"),
    [("DB_PASSWORD", True), ("api-key", True), ("AWS_SECRET_ACCESS_KEY", True), ("host", False),
     ("PASSWORD_FILE", False), ("token.url", False), ("AWS_ACCESS_KEY_ID", False)],
)  # fmt: skip
def test_names_of_credentials(key: str, told: bool) -> None:
    assert credential_name(key) is told


def equal(hashed: str = "a1b2c3") -> Doc:
    return secret("db", metadata={"annotations": {HASH: hashed}})


def test_equal_content_is_told_without_reading_it_and_without_its_hash() -> None:
    report = analysed(*(cluster(name, equal(), values=()) for name in ("b", "a")))
    (one,) = report.others
    assert (one.rule, one.cluster, one.peers) == ("SEC-SAME-CONTENT", "a", ("b",))
    assert "a1b2c3" not in repr(report)
    assert analysed(cluster("a", equal(), values=()), cluster("b", equal("x"), values=())).others \
        == ()  # fmt: skip
    assert analysed(cluster("a", equal()), cluster("b", equal())).others == ()


READ = may("get list", "secrets")


@pytest.mark.parametrize(
    ("rule", "subject", "namespace", "severity"),
    [
        (READ, group("system:authenticated"), "", Severity.CRITICAL),
        (READ, group("system:serviceaccounts"), "shop", Severity.CRITICAL),
        (READ, user("system:anonymous"), "shop", Severity.CRITICAL),
        ({**READ, "resourceNames": ["db"]}, group("system:authenticated"), "shop", Severity.HIGH),
        (may("create", "secrets"), group("system:authenticated"), "", None),
        (READ, group("devs"), "", None),
        (READ, group("system:serviceaccounts:shop"), "shop", None),
        (READ, group("system:authenticated"), "empty", None),
    ],
)
def test_secrets_that_everybody_may_read(
    rule: Doc, subject: Doc, namespace: str, severity: Severity | None
) -> None:
    docs = (role("wide", rules=[rule]), bind("all", "wide", subject, namespace=namespace))
    report = analysed(cluster("aws", *docs, secret("db"), secret("x", "web")))
    found = of_rule(report, "SEC-OPEN-TO-ALL")
    assert [one.severity for one in found] == ([severity] if severity else [])
    if found:
        assert found[0].object is not None
        assert found[0].object.name == "all"
        assert shown(found[0])["Secrets reached"] == ("1" if namespace else "2")
        assert "delete " in found[0].remediation


@pytest.mark.parametrize("state", [TopicState.FORBIDDEN, TopicState.STALE])
def test_secrets_that_everybody_may_read_where_not_all_could_be_read(state: TopicState) -> None:
    everybody = group("system:authenticated")
    docs = (role("wide", rules=[READ]), bind("all", "wide", everybody, namespace="empty"))
    report = analysed(cluster("aws", *docs, states={"secrets": state}))
    (found,) = of_rule(report, "SEC-OPEN-TO-ALL")
    assert found.detail.endswith("0 Secrets at least: not all could be read.")
    assert shown(found)["Secrets reached"] == "at least 0"
