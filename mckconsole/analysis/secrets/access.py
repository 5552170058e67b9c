"""Who did read Secrets, by the logs that were given: SEC-ACCESS-LIST, -READ and -DENIED.

Falco's own rules look at `get` only; a list or a watch shows every value of a namespace, so those
are told here. Kubernetes' own components are left out, and this console's reads are told apart. A
log tells of what it holds: that it names nobody does not mean that nobody read.
Sources: falcosecurity/plugins k8saudit rules; Kubernetes audit.k8s.io/v1.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import structs

from mckconsole.analysis.secrets.case import Around, finding, listed
from mckconsole.analysis.secrets.model import Spot
from mckconsole.domain.access_log import SecretAccess
from mckconsole.domain.findings import Evidence, Finding, ObjectRef, Severity
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.times import format_rfc3339
from mckconsole.domain.wording import counted

LIST_RULE, READ_RULE, DENIED_RULE = "SEC-ACCESS-LIST", "SEC-ACCESS-READ", "SEC-ACCESS-DENIED"
_MOST = 20
"""Accesses that one finding names in evidence."""
_ACCOUNT = "system:serviceaccount:"
_ANONYMOUS = "system:anonymous"
_SYSTEM = ("system:", "eks:", "aks-", "gke-", "gcp:")
"""How names of users begin that are components of Kubernetes, or of a managed control plane."""
_OUTSIDE = (_ANONYMOUS, "system:admin", "system:bootstrap:")
"""How those of them begin that anybody may be: whoever signs in as nobody, with the kubeconfig that
k3s and OpenShift leave on their nodes, or with a bootstrap token."""
_MANY = ("list", "watch")
_READS = ("get", "list", "watch", "patch", "deletecollection")
_OPERATORS = {
    "External Secrets": "external-secrets",
    "Sealed Secrets": "sealed-secrets",
    "Secrets Store CSI": "secrets-store",
    "cert-manager": "cert-manager",
    "Argo CD": "argocd",
    "Flux": "flux-system",
    "Reflector": "reflector",
    "Replicator": "replicator",
}
"""What is in the names of the service accounts of tools that look after Secrets."""


def of_fleet(fleet: FleetSnapshot) -> tuple[SecretAccess, ...]:
    """Accesses to Secrets of the fleet's clusters, without the console's own; what names no cluster
    belongs to the only one, if there is only one."""
    names = list(fleet.clusters)
    alone = names[0] if len(names) == 1 else ""
    found = []
    for one in fleet.access.accesses:
        cluster = one.cluster or alone
        if cluster in fleet.clusters and not one.own:
            found.append(one if one.cluster else structs.replace(one, cluster=cluster))
    return tuple(found)


def component(user: str) -> bool:
    """Whether it is one of Kubernetes' own, or of the provider's control plane."""
    if user.startswith(_ACCOUNT):
        return user.startswith(f"{_ACCOUNT}kube-system:")
    if user.startswith(_OUTSIDE) or "@" in user:  # people of GKE and AKS have addresses
        return False
    return user.startswith(_SYSTEM)


def unexpected(access: SecretAccess, owner: str) -> bool:
    """Whether nothing explains that this user reads one Secret, which `owner` looks after."""
    if component(access.user):
        return False
    if access.user.startswith(_ACCOUNT):
        if access.user.removeprefix(_ACCOUNT).partition(":")[0] == access.namespace:
            return False
        mark = next((_OPERATORS[tool] for tool in _OPERATORS if owner.startswith(tool)), "")
        return not (mark and mark in access.user)
    return True


def listings(around: Around, accesses: Iterable[SecretAccess]) -> Iterator[Finding]:
    """One finding for each user who listed or watched Secrets."""
    mine = (one for one in accesses if one.allowed and one.verb in _MANY)
    for (cluster, user), group in _by_user(mine).items():
        everywhere = any(not one.namespace for one in group)
        machine = user.startswith(_ACCOUNT)
        severity = Severity.HIGH if everywhere else Severity.MEDIUM
        if machine:
            severity = Severity.LOW
        if user == _ANONYMOUS:
            severity = Severity.CRITICAL
        spaces = sorted({one.namespace for one in group} - {""})
        where = "all namespaces" if everywhere else f"{listed(spaces)}"
        yield finding(
            LIST_RULE,
            severity,
            cluster,
            None,
            f"{user} listed Secrets of {where}",
            f"A list or a watch shows every value. {user} did so {_times(group)}, of {where}."
            + (" Controllers that keep Secrets do so all the time." if machine else ""),
            _evidence(around, group),
            "Ask whether it was meant; rotate what was there otherwise. Take list and watch away "
            f"where get of some names will do (still there: {_still(around, cluster, user)}).",
            subject=user,
        )


def _still(around: Around, cluster: str, user: str) -> str:
    """The question whether somebody may list Secrets today."""
    return around.kubectl(cluster, f"auth can-i list secrets -A --as {shlex.quote(user)}")


def denials(
    around: Around, accesses: Iterable[SecretAccess], found_in: Mapping[Spot, object]
) -> Iterator[Finding]:
    """One finding for each user who was refused Secrets."""
    for (cluster, user), group in _by_user(one for one in accesses if not one.allowed).items():
        aimed = any((one.cluster, one.namespace, one.name) in found_in for one in group)
        worse = aimed or user == _ANONYMOUS
        yield finding(
            DENIED_RULE,
            Severity.MEDIUM if worse else Severity.LOW,
            cluster,
            None,
            f"{user} was refused Secrets",
            f"{user} asked {_times(group)} and was refused"
            + (", also for Secrets in which a credential was found." if aimed else "."),
            _evidence(around, group),
            "Ask whether it was a mistake: a workload with the wrong service account, or somebody "
            "who looks around.",
            subject=user,
        )


def reads(
    around: Around, ref: ObjectRef, owner: str, accesses: Sequence[SecretAccess]
) -> Iterator[Finding]:
    """The finding that a Secret in which a credential was found was read by somebody who has no
    part in it; `accesses` are those that name it."""
    group = [
        one
        for one in accesses
        if one.allowed and (one.verb in _READS or one.source == "falco") and unexpected(one, owner)
    ]
    if not group:
        return
    users = sorted({one.user for one in group})
    people = any(not one.startswith(_ACCOUNT) for one in users)
    yield finding(
        READ_RULE,
        Severity.HIGH if people else Severity.MEDIUM,
        group[0].cluster,
        ref,
        f"{ref} was read by {listed(users)}",
        f"A credential was found in it. {listed(users)} read it {_times(group)}; they have no part "
        "in its namespace, nor in what looks after it.",
        _evidence(around, group),
        "Ask whether it was meant; rotate the credential otherwise, and take the right away from "
        "whoever does not need it.",
    )


def _by_user(accesses: Iterable[SecretAccess]) -> dict[tuple[str, str], list[SecretAccess]]:
    found: dict[tuple[str, str], list[SecretAccess]] = {}
    for one in accesses:
        if not component(one.user):
            found.setdefault((one.cluster, one.user), []).append(one)
    return found


def _times(group: Sequence[SecretAccess]) -> str:
    first = min(one.first for one in group)
    last = max(one.last for one in group)
    by_source: dict[str, int] = {}
    for one in group:
        by_source[one.source] = by_source.get(one.source, 0) + one.count
    # Falco may have read the same audit log: one request is in both, and nothing joins them.
    count = counted(max(by_source.values()), "time")
    count = f"at least {count}" if len(by_source) > 1 else count
    return f"{count} from {format_rfc3339(first)} to {format_rfc3339(last)}"


def _evidence(around: Around, group: Sequence[SecretAccess]) -> Iterator[Evidence]:
    newest = sorted(group, key=lambda one: (-one.last, one))
    for one in newest[:_MOST]:
        what = f"secrets {one.namespace or '(all)'}/{one.name or '(all)'}"
        ref = ObjectRef("v1", "Secret", one.namespace, one.name) if one.name else None
        parts = [counted(one.count, "time"), f"last {format_rfc3339(one.last)}"]
        if one.addresses:
            parts.append(f"from {listed(one.addresses, 3)}")
        if one.agents:
            parts.append(f"as {listed(one.agents, 2)}")
        if one.pod:
            parts.append(f"pod {one.pod}")
        if one.impersonated_by:
            parts.append(f"by {one.impersonated_by}")
        if one.rule:
            parts.append(one.rule)
        yield Evidence(
            "derived",
            one.cluster,
            ref,
            f"{one.source} log: {one.user} {one.verb} {what}",
            ", ".join(parts),
            one.last,
        )
