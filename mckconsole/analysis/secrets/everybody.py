"""Secrets that everybody may read, by RBAC: SEC-OPEN-TO-ALL.

Everybody is `system:authenticated` (whoever signs in), `system:unauthenticated` and
`system:anonymous` (whoever reaches the API server), and `system:serviceaccounts` (every pod).
Source: Kubernetes RBAC good practices; kube-bench 5.1.
"""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterator

from mckconsole.analysis.rbac import Grant, Need, RbacIndex, Subject, evidence
from mckconsole.analysis.rbac.subjects import ALL_ACCOUNTS, AUTHENTICATED
from mckconsole.analysis.secrets.case import Around, finding, listed
from mckconsole.analysis.secrets.topics import SECRETS
from mckconsole.domain.findings import Finding, ObjectRef, Severity
from mckconsole.domain.objects import Key
from mckconsole.domain.snapshot import ClusterSnapshot
from mckconsole.domain.wording import counted

RULE = "SEC-OPEN-TO-ALL"
_READ = Need.of("get list watch patch deletecollection", "secrets")
_WIDE = {AUTHENTICATED: "whoever signs in", ALL_ACCOUNTS: "every pod's service account"}


def everybody(
    around: Around, cluster: ClusterSnapshot, index: RbacIndex, namespaces: Collection[str]
) -> Iterator[Finding]:
    """A finding for each binding and subject that opens Secrets to everybody.

    Args:
        namespaces: where Secrets are known to be. Where not all could be read there may be some in
            any namespace.
    """
    grants = [*index.everywhere(_READ)]
    sure = cluster.topic(SECRETS).conclusive
    for namespace in sorted(namespaces if sure else {*namespaces, *index.namespaces}):
        grants += index.local(_READ, namespace)
    known: dict[tuple[ObjectRef, Subject], list[Grant]] = {}
    for one in grants:
        if _means(one.subject) and not one.builtin:
            known.setdefault((one.binding, one.subject), []).append(one)
    for (binding, subject), mine in known.items():
        yield _open(around, cluster, binding, subject, mine)


def _means(subject: Subject) -> str:
    if subject.public:
        return "whoever reaches the API server"
    return _WIDE.get(subject.name, "") if subject.kind == "Group" else ""


def _open(
    around: Around,
    cluster: ClusterSnapshot,
    binding: ObjectRef,
    subject: Subject,
    grants: list[Grant],
) -> Finding:
    first, sure = grants[0], cluster.topic(SECRETS).conclusive
    keys = _reached(cluster, grants)
    where = f"of namespace {first.namespace}" if first.namespace else "of all namespaces"
    names = {name for one in grants for name in one.resource_names}
    limited = all(one.resource_names for one in grants)
    what = f"{listed(sorted(names))} {where}" if limited else f"all Secrets {where}"
    verbs = sorted({verb for one in grants for verb in one.verbs})
    kind, here = binding.kind.lower(), counted(len(keys), "Secret")
    reached = f"{'' if sure else 'at least '}{len(keys)}"
    severity = Severity.CRITICAL if subject.public or not limited else Severity.HIGH
    return finding(
        RULE,
        severity,
        cluster.name,
        binding,
        f"Secrets {where} are open to {subject.name}",
        f"{_means(subject).capitalize()} may {', '.join(verbs)} {what}: "
        + (f"{here} that are there now." if sure else f"{here} at least: not all could be read."),
        (
            *(each for one in grants[:3] for each in evidence(cluster, one)),
            around.derived(cluster.name, "Secrets reached", reached, binding),
        ),
        "bind the role to those who need it, by name, then "
        + around.kubectl(
            cluster.name, f"delete {kind} {shlex.quote(binding.name)}", binding.namespace
        ),
        subject=str(subject),
    )


def _reached(cluster: ClusterSnapshot, grants: list[Grant]) -> set[Key]:
    found: set[Key] = set()
    for one in grants:
        found.update(
            key
            for key in cluster.topic(SECRETS).objects
            if one.namespace in ("", key[0])
            and (not one.resource_names or key[1] in one.resource_names)
        )
    return found
