"""What a Secret's metadata alone says of it: no value is needed for any of these rules.

SEC-LAST-APPLIED, SEC-LEGACY-TOKEN, SEC-BOOTSTRAP-ENDLESS, SEC-KEY-NAME. Sources: Kubernetes docs
(managing Secrets with kubectl apply; service account tokens, legacy token tracking and cleaner;
bootstrap tokens).
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import NamedTuple

from mckconsole.analysis.mesh.hints import numbered
from mckconsole.analysis.secrets.case import Around, finding, kept_by, listed, lowered
from mckconsole.analysis.secrets.remedies import end_token, forget_applied
from mckconsole.analysis.secrets.topics import SECRETS
from mckconsole.domain.credentials import LAST_APPLIED, Secret
from mckconsole.domain.findings import Finding, ObjectRef, Severity
from mckconsole.domain.identity import ServiceAccount
from mckconsole.domain.snapshot import ClusterSnapshot

LAST_APPLIED_RULE = "SEC-LAST-APPLIED"
LEGACY_TOKEN = "SEC-LEGACY-TOKEN"  # noqa: S105 - a rule
BOOTSTRAP = "SEC-BOOTSTRAP-ENDLESS"
KEY_NAME = "SEC-KEY-NAME"
ACCOUNTS = "serviceaccounts"
TOKEN_TYPE = "kubernetes.io/service-account-token"  # noqa: S105 - a type
_BOOTSTRAP_TYPE = "bootstrap.kubernetes.io/token"
_ACCOUNT = "kubernetes.io/service-account.name"
_LAST_USED = "kubernetes.io/legacy-token-last-used"
_INVALID = "kubernetes.io/legacy-token-invalid-since"
_NAMED = re.compile(
    r"pass(?:word|wd|phrase)|secret|token|api[-_.]?key|credential|private[-_.]?key|access[-_.]?key",
    re.IGNORECASE,
)
_NO_VALUE = re.compile(r"(?:[-_.](?:file|path|name|id|url|arn|ttl|endpoint))$", re.IGNORECASE)
_PLAIN_TYPES = ("", "Opaque")
"""Types of Secrets whose keys mean what whoever made them likes."""


class MetaSaid(NamedTuple):
    """What is said of one Secret by its metadata."""

    findings: tuple[Finding, ...] = ()
    hidden: bool = False
    """Only the names of its keys say that it holds a credential, and nobody asked for these."""


NOTHING_SAID = MetaSaid()


def judge_metadata(around: Around, cluster: ClusterSnapshot, secret: Secret) -> MetaSaid:
    """What a Secret's metadata says."""
    kind, token = secret.type, is_token(secret)
    found: list[Finding] = []
    hidden = False
    if token:
        found.append(_legacy(around, cluster, secret))
    elif secret.metadata.last_applied and secret.count != 0:
        found.append(_last_applied(around, cluster, secret))
    if kind == _BOOTSTRAP_TYPE:
        found += _endless(around, cluster, secret)
    if not token and kind in _PLAIN_TYPES and not cluster.topic(SECRETS).values:
        named = [one for one in secret.keys if credential_name(one)]
        if named and around.policy.by_name:
            found.append(_by_name(around, cluster, secret, named))
        hidden = bool(named) and not around.policy.by_name
    return MetaSaid(tuple(found), hidden) if found or hidden else NOTHING_SAID


def is_token(secret: Secret) -> bool:
    """Whether it holds a token of a service account."""
    return secret.type == TOKEN_TYPE or (
        not secret.type and _ACCOUNT in secret.metadata.annotations
    )


def credential_name(key: str) -> bool:
    """Whether a key of data is called like a credential."""
    return _NAMED.search(key) is not None and _NO_VALUE.search(key) is None


def _ref(cluster: ClusterSnapshot, secret: Secret) -> ObjectRef:
    return secret.ref(cluster.topic(SECRETS).version or "v1")


def _last_applied(around: Around, cluster: ClusterSnapshot, secret: Secret) -> Finding:
    ref, owner = _ref(cluster, secret), str(secret.metadata.owner)
    path = f"metadata.annotations['{LAST_APPLIED}']"
    severity = lowered(Severity.MEDIUM) if kept_by(owner) else Severity.MEDIUM
    return finding(
        LAST_APPLIED_RULE,
        severity,
        cluster.name,
        ref,
        f"Annotation repeats the data of {ref}",
        "`kubectl apply` keeps all that it was given in the annotation last-applied-configuration: "
        "the data in base64, what was written as stringData in clear. Dashboards, `kubectl "
        "describe` and copies of the metadata show it, and a value that something else has "
        "rotated since lives on there.",
        (around.seen(cluster.name, SECRETS, ref, path, "present (its content is not read here)"),),
        numbered(
            [
                *forget_applied(around, cluster.name, SECRETS, ref),
                "rotate what was written as stringData, which whoever saw the annotation has",
            ]
        ),
    )


def _legacy(around: Around, cluster: ClusterSnapshot, secret: Secret) -> Finding:
    ref, meta = _ref(cluster, secret), secret.metadata
    account = meta.annotations.get(_ACCOUNT, "")
    used, invalid = meta.labels.get(_LAST_USED, ""), meta.labels.get(_INVALID, "")
    severity, state = _standing(around, cluster, used, invalid)
    if kept_by(str(meta.owner)):
        severity = lowered(severity)
    shown = [(f"metadata.annotations['{_ACCOUNT}']", account),
             ("metadata.creationTimestamp", meta.creation_timestamp),
             (f"metadata.labels['{_LAST_USED}']", used),
             (f"metadata.labels['{_INVALID}']", invalid)]  # fmt: skip
    made, proof = _made_by(cluster, meta.namespace, account, meta.name)
    where = meta.namespace
    return finding(
        LEGACY_TOKEN,
        severity,
        cluster.name,
        ref,
        f"Token of service account {account or '(unnamed)'} never expires",
        f"{ref} holds a token that works from anywhere until the Secret is deleted. {state} {made}",
        (
            *(around.seen(cluster.name, SECRETS, ref, path, text) for path, text in shown if text),
            *(
                around.seen(cluster.name, ACCOUNTS, one, "secrets", f"names {meta.name}")
                for one in proof
            ),
        ),
        numbered(
            [
                "have its users mount a projected token, or ask for a bound one: "
                + around.kubectl(cluster.name, f"create token {shlex.quote(account)}", where),
                end_token(around, cluster.name, ref),
            ]
        ),
    )


def _standing(
    around: Around, cluster: ClusterSnapshot, used: str, invalid: str
) -> tuple[Severity, str]:
    """How bad a token is by the labels of the API server's tracking (Kubernetes 1.26 and newer)."""
    if invalid:
        return Severity.INFO, f"The API server does not take it any more since {invalid}."
    if used:
        return Severity.MEDIUM, f"It was used last on {used}."
    return Severity.LOW, "No use of it was noted since the API server keeps track (1.26 on)."


def _made_by(
    cluster: ClusterSnapshot, namespace: str, account: str, name: str
) -> tuple[str, list[ObjectRef]]:
    """Whether Kubernetes made it by itself, as it did up to 1.23: its account names it then."""
    view = cluster.topic(ACCOUNTS)
    found = cluster.objects(ACCOUNTS, ServiceAccount).get((namespace, account))
    if found is None:
        gone = view.conclusive and bool(account)
        return (f"There is no service account {account}." if gone else "", [])
    if any(one.name == name for one in found.secrets):
        ref = found.ref(view.version or "v1")
        return "Kubernetes made it by itself: the service account names it.", [ref]
    return "Somebody asked for it: the service account does not name it.", []


def _endless(around: Around, cluster: ClusterSnapshot, secret: Secret) -> Iterator[Finding]:
    known = cluster.topic(SECRETS).values or secret.count == len(secret.keys) > 0
    if not known or "expiration" in secret.keys:
        return
    ref = _ref(cluster, secret)
    token = secret.metadata.name.removeprefix("bootstrap-token-")
    yield finding(
        BOOTSTRAP,
        Severity.HIGH,
        cluster.name,
        ref,
        "Bootstrap token never expires",
        f"{ref} has no expiration: whoever has the token can join nodes, or what it takes for one, "
        "for as long as the Secret is there.",
        (around.seen(cluster.name, SECRETS, ref, "data", f"keys: {listed(secret.keys, 12)}"),),
        f"`kubeadm token delete {shlex.quote(token)}`, or "
        + around.kubectl(cluster.name, f"delete secret {shlex.quote(ref.name)}", ref.namespace),
    )


def _by_name(around: Around, cluster: ClusterSnapshot, secret: Secret, named: list[str]) -> Finding:
    ref = _ref(cluster, secret)
    severity = Severity.INFO if kept_by(str(secret.metadata.owner)) else Severity.LOW
    return finding(
        KEY_NAME,
        severity,
        cluster.name,
        ref,
        f"Keys of {ref} are called like credentials",
        f"{listed(named, 12)}: by name only, values were not looked at here (tier C).",
        (
            around.seen(cluster.name, SECRETS, ref, f"data['{key}']", "named so")
            for key in named[:12]
        ),
        "Look at the values (`--scan-values`): what is one is told then, and what is none is not.",
    )
