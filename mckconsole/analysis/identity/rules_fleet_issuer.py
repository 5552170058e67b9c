"""WI42: clusters that issue service account tokens as one issuer, or accept one key.

A cloud knows a cluster by the issuer in its tokens and by the keys that the issuer publishes.
Published are the keys that tokens are verified with, among them those that are not, or no more,
signed with. Sources: OpenID Connect Discovery 1.0, Kubernetes' service account issuer discovery (a
key's id is the hash of the key, so equal ids are equal keys).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from mckconsole.analysis.identity.case import PANE, Scene
from mckconsole.analysis.identity.environments import distinct
from mckconsole.analysis.identity.model import (
    Account,
    AccountKey,
    ClusterFacts,
    IdentityPolicy,
    Mechanism,
)
from mckconsole.analysis.identity.rules_words import MAX_SHOWN, listed, steps
from mckconsole.domain.findings import Evidence, Finding, ObjectRef, Severity, Unknown
from mckconsole.domain.identity import IssuerDocument, KeySet

_DEFAULT = re.compile(
    r"https?://kubernetes(\.default(\.svc(\.[a-z0-9.-]+)?)?)?/?|kubernetes/serviceaccount"
)
"""What kubeadm and others call every cluster's issuer unless told otherwise."""
_BY_ISSUER = frozenset({Mechanism.IRSA, Mechanism.AZURE, Mechanism.GCP_FEDERATION})
"""Mechanisms in which a cloud asks the issuer for its keys."""
_MANAGED = frozenset({"eks", "gke", "aks"})
"""Providers that keep the keys themselves."""
_TOPICS = {"oidc-issuer": "its issuer", "oidc-keys": "its keys"}


class _Fleet(NamedTuple):
    clusters: Mapping[str, ClusterFacts]
    accounts: Mapping[AccountKey, Account]
    policy: IdentityPolicy
    now: float

    def scene(self, name: str) -> Scene:
        return Scene(self.clusters[name], self.now, self.policy)


def check_issuers(
    clusters: Mapping[str, ClusterFacts],
    accounts: Mapping[AccountKey, Account],
    policy: IdentityPolicy,
    now: float,
) -> Iterator[Finding | Unknown]:
    """Shared keys, then shared issuers of clusters that share no key; contexts of one cluster are
    one."""
    fleet = _Fleet(clusters, accounts, policy, now)
    readable = [name for name, facts in clusters.items() if facts.readable]
    if len(readable) < 2:
        return
    for name in readable:
        for topic, what in _TOPICS.items():
            if reason := clusters[name].unread.get(topic, ""):
                why = f"whether it shares {what} with another cluster is not known: {reason}"
                yield Unknown(PANE, name, "WI42", why)
    by_key: defaultdict[str, list[str]] = defaultdict(list)
    by_issuer: defaultdict[str, list[str]] = defaultdict(list)
    for name in distinct(readable, clusters):
        for kid in clusters[name].key_ids:
            by_key[kid].append(name)
        if clusters[name].issuer:
            by_issuer[clusters[name].issuer].append(name)
    yield from _judged(fleet, by_key, by_issuer)


def _judged(
    fleet: _Fleet, by_key: Mapping[str, list[str]], by_issuer: Mapping[str, list[str]]
) -> Iterator[Finding | Unknown]:
    groups: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    for kid, names in sorted(by_key.items()):
        if len(names) > 1:
            groups[tuple(names)].append(kid)
    for together, kids in groups.items():
        if doubt := _doubt(fleet, together, "keys"):
            yield doubt
        else:
            yield _one_key(fleet, together, kids)
    for issuer, names in sorted(by_issuer.items()):
        if len(names) < 2 or any(set(names) <= set(together) for together in groups):
            continue
        if _DEFAULT.fullmatch(issuer):
            yield _by_default(fleet, issuer, names)
        elif doubt := _doubt(fleet, names, "issuer"):
            yield doubt
        else:
            yield _one_issuer(fleet, issuer, names)


def _doubt(fleet: _Fleet, names: Sequence[str], what: str) -> Unknown | None:
    """Whether some of them may be one cluster under two names: kube-system tells, where read."""
    blind = [name for name in names if not fleet.clusters[name].uid]
    if not blind or len(names) - len(blind) > 1:
        return None
    why = (
        f"{', '.join(names)} have the same {what}: whether they are one cluster is not known, "
        f"because kube-system of {', '.join(blind)} was not read"
    )
    return Unknown(PANE, blind[0], "WI42", why)


def _show_issuer(fleet: _Fleet, name: str) -> Evidence:
    ref = ObjectRef("", IssuerDocument.kind, "", IssuerDocument.path)
    at = fleet.scene(name).time_of("oidc-issuer")
    issuer = fleet.clusters[name].issuer or "(not known)"
    return Evidence("kubernetes", name, ref, "issuer", issuer, at)


def _show_keys(fleet: _Fleet, name: str, kids: Sequence[str]) -> Iterator[Evidence]:
    ref = ObjectRef("", KeySet.kind, "", KeySet.path)
    at = fleet.scene(name).time_of("oidc-keys")
    for kid in kids[:MAX_SHOWN]:
        yield Evidence("kubernetes", name, ref, "keys[].kid", kid, at)


def _own_keys(fleet: _Fleet, names: Sequence[str]) -> Iterator[Evidence]:
    for name in names:
        yield _show_issuer(fleet, name)
        yield from _show_keys(fleet, name, sorted(fleet.clusters[name].key_ids))


def _kept(fleet: _Fleet, names: Sequence[str]) -> tuple[str, list[str]]:
    """Whose keys and issuer may stay, and the others: nobody but its provider can change those of
    a managed cluster."""
    kept = next((one for one in names if fleet.clusters[one].provider in _MANAGED), names[0])
    return kept, [one for one in names if one != kept]


def _one_key(fleet: _Fleet, names: Sequence[str], kids: Sequence[str]) -> Finding:
    issuers = {fleet.clusters[name].issuer for name in names}
    kept, others = _kept(fleet, names)
    told = "whoever has the private key can make tokens that each of them accepts"
    if len(issuers) == 1 and issuers != {""}:
        told += ", and as all are the same issuer no cloud can tell whose a token is"
    elif "" not in issuers:
        told += ", under the issuer of each"
    return fleet.scene(names[0]).finding(
        "WI42",
        Severity.CRITICAL,
        f"{len(names)} clusters accept tokens signed with the same key",
        f"{', '.join(names)} verify service account tokens with the key {listed(kids)}: {told}. "
        "Which of its keys a cluster signs with is not published. "
        "Clusters get there when a control plane is cloned, or restored beside the original.",
        [
            seen
            for name in names
            for seen in (_show_issuer(fleet, name), *_show_keys(fleet, name, kids))
        ],
        steps(
            f"leave {kept} as it is; on {', '.join(others)}: where the key only verifies, take it "
            "out of --service-account-key-file; where it signs, make a new one: openssl genrsa "
            "-out sa.key 4096",
            "give kube-apiserver the new one as --service-account-signing-key-file and both as "
            "--service-account-key-file, and kube-controller-manager the new one as "
            "--service-account-private-key-file",
            "give that cluster a --service-account-issuer of its own and register it in the cloud",
            "when all pods have new tokens, take the old key away",
        ),
        object=ObjectRef("", KeySet.kind, "", KeySet.path),
        subject=f"key {kids[0]}",
        peers=names[1:],
    )


def _one_issuer(fleet: _Fleet, issuer: str, names: Sequence[str]) -> Finding:
    kept, others = _kept(fleet, names)
    return fleet.scene(names[0]).finding(
        "WI42",
        Severity.HIGH,
        f"{len(names)} clusters are the same token issuer",
        f"{', '.join(names)} sign service account tokens as {issuer}. What a cloud trusts one of "
        "them for it trusts the others for, as soon as their keys are published there; until then "
        "tokens of those whose keys are not are refused.",
        _own_keys(fleet, names),
        steps(
            f"leave {kept} as it is; give {', '.join(others)} a --service-account-issuer of its "
            "own, the old one second so that tokens in use stay valid",
            "publish its discovery document and keys under that URL, and register it in the cloud",
        ),
        object=ObjectRef("", IssuerDocument.kind, "", IssuerDocument.path),
        subject=f"issuer {issuer}",
        peers=names[1:],
    )


def _by_default(fleet: _Fleet, issuer: str, names: Sequence[str]) -> Finding:
    """Information; low where an account of theirs means to be trusted by a cloud."""
    meant = sorted(
        f"{key.cluster}/{key.namespace}/{key.name}"
        for key, one in fleet.accounts.items()
        if key.cluster in names and any(each.mechanism in _BY_ISSUER for each in one.declarations)
    )
    wanting = f" That concerns {listed(meant)}." if meant else ""
    evidence = list(_own_keys(fleet, names))
    if meant:
        scene = fleet.scene(names[0])
        evidence.append(scene.derived("accounts that need an issuer of their own", listed(meant)))
    return fleet.scene(names[0]).finding(
        "WI42",
        Severity.LOW if meant else Severity.INFO,
        f"{len(names)} clusters have the default token issuer",
        f"{', '.join(names)} are {issuer}, as every cluster is unless told otherwise. As long as "
        "their keys differ none can make the others' tokens, but no cloud can trust them as they "
        f"are: the name is nothing that a cloud can reach, and means several clusters.{wanting}",
        evidence,
        steps(
            "before a cloud is to trust one of them: give it a --service-account-issuer that is a "
            "public https URL of its own, the old one second so that tokens in use stay valid",
            "publish its discovery document and keys there, and register it in the cloud",
        ),
        object=ObjectRef("", IssuerDocument.kind, "", IssuerDocument.path),
        subject=f"issuer {issuer}",
        peers=names[1:],
    )
