"""Who can read a Secret: at once, or in one more step.

Besides `get`, `list` and `watch`, the API server shows a Secret's content in its answer to a patch,
be it an empty one, and to the deletion of many, be it a dry run. A name that a rule is limited to
does not protect from `list` and `watch`: with the field selector `metadata.name=` they return that
Secret. One more step is a workload that mounts it, a way into pods that have it, or becoming one of
the ServiceAccounts that can read it, which may be in other namespaces.
"""

from __future__ import annotations

from collections.abc import Iterable

from mckconsole.analysis.rbac import ways
from mckconsole.analysis.rbac.index import RbacIndex
from mckconsole.analysis.rbac.model import Grant, Need, Reach, Way, WayKind
from mckconsole.analysis.rbac.subjects import ALL_ACCOUNTS, Subject
from mckconsole.analysis.rbac.ways import Clause, Places

_CHANGE = "create update patch"
_ESO, _ADMISSION = "external-secrets.io", "admissionregistration.k8s.io"
_READ = (Clause(Need.of("get list watch", "secrets"), named=True),)
_ANSWER = (Clause(Need.of("patch deletecollection", "secrets"), named=True),)
_MOUNT = {WayKind.RUN: ways.RUN, WayKind.ALTER: ways.ALTER, WayKind.EXEC: ways.EXEC}
_TOKEN_SECRET = (
    Clause(
        Need.of("create", "secrets"),
        also=(Clause(Need.of("get list watch patch deletecollection", "secrets")),),
    ),
)
"""Of type kubernetes.io/service-account-token, for which the controller manager makes a token."""
_IMPERSONATE_FOR = Clause(
    Need.of("impersonate:serviceaccount", "serviceaccounts.authentication.k8s.io"), named=True
)
"""Constrained impersonation, on by default from Kubernetes 1.36 on."""
_FOR_READING = " ".join(
    f"impersonate-on:serviceaccount:{verb}"
    for verb in ("get", "list", "watch", "patch", "deletecollection")
)
_BECOME = {WayKind.TOKEN: ways.TOKEN, WayKind.TOKEN_SECRET: _TOKEN_SECRET}
_ELSEWHERE = {
    WayKind.ESCALATE: ways.ESCALATE,
    WayKind.NODE_PROXY: ways.NODE_PROXY,
    WayKind.WEBHOOK: (
        Clause(
            Need.of(
                _CHANGE,
                f"mutatingwebhookconfigurations.{_ADMISSION}",
                f"validatingwebhookconfigurations.{_ADMISSION}",
            ),
            cluster=True,
        ),
    ),
    WayKind.OPERATOR: (
        Clause(
            Need.of(
                _CHANGE,
                f"externalsecrets.{_ESO}",
                f"pushsecrets.{_ESO}",
                f"secretstores.{_ESO}",
                "secretproviderclasses.secrets-store.csi.x-k8s.io",
            )
        ),
        Clause(
            Need.of(
                _CHANGE,
                f"clusterexternalsecrets.{_ESO}",
                f"clusterpushsecrets.{_ESO}",
                f"clustersecretstores.{_ESO}",
            ),
            cluster=True,
        ),
    ),
}
_AIMS = tuple(
    clause
    for clauses in (_READ, _ANSWER, *_MOUNT.values(), *_ELSEWHERE.values())
    for clause in clauses
)


def who_can_read_secret(index: RbacIndex, namespace: str, name: str) -> Reach:
    """All ways to the content of one Secret."""
    here = {namespace: frozenset((name,))}
    direct = [
        ways.way(index, WayKind.READ, _READ, here),
        ways.way(index, WayKind.ANSWER, _ANSWER, here),
    ]
    readers = sorted({grant.subject for way in direct for grant in way.grants})
    accounts = tuple(one for one in readers if one.kind == "ServiceAccount")
    homes = homes_of(readers)
    indirect = [
        ways.way(index, kind, how, {namespace: None, **homes}, accounts)
        for kind, how in _MOUNT.items()
    ]
    if homes:
        indirect += [ways.way(index, k, how, homes, accounts) for k, how in _BECOME.items()]
    indirect += [ways.way(index, kind, how, here) for kind, how in _ELSEWHERE.items()]
    indirect.append(ways.bind(index, here, _AIMS))
    reached = {grant.subject for way in (*direct, *indirect) for grant in way.grants}
    indirect.append(impersonating(index, here, homes, accounts, reached, "secrets"))
    return Reach(opened(direct), opened(indirect))


def opened(found: Iterable[Way]) -> tuple[Way, ...]:
    """The ways that are open to somebody."""
    return tuple(way for way in found if way.grants)


def homes_of(readers: Iterable[Subject]) -> Places:
    """Namespaces of the ServiceAccounts that can read something, and which of them; None for all.

    What every ServiceAccount of the cluster can read needs no further step.
    """
    homes: dict[str, set[str] | None] = {}
    for one in readers:
        if one.kind == "ServiceAccount":
            known = homes.setdefault(one.namespace, set())
            if known is not None:
                known.add(one.name)
        elif one.kind == "Group" and one.name.startswith(f"{ALL_ACCOUNTS}:"):
            homes[one.name.removeprefix(f"{ALL_ACCOUNTS}:")] = None
    return {place: None if some is None else frozenset(some) for place, some in homes.items()}


def impersonating(
    index: RbacIndex,
    here: Places,
    homes: Places,
    accounts: tuple[Subject, ...],
    reached: Iterable[Subject],
    resource: str,
) -> Way:
    """Acting in the name of whoever can read an object of that resource."""
    posing: list[tuple[Grant, ...]] = [ways.as_others(index, here, reached)]
    if homes:
        posing += [ways.holders(index, clause, homes) for clause in ways.IMPERSONATE]
        posing.append(_constrained(index, here, homes, resource))
    return Way(WayKind.IMPERSONATE, ways.join(*posing), accounts)


def _constrained(index: RbacIndex, here: Places, homes: Places, resource: str) -> tuple[Grant, ...]:
    """Constrained impersonation: the reader may be in one namespace, the object in another."""
    read = Clause(Need.of(_FOR_READING, resource), named=True)
    reading = {(grant.subject, "") for grant in ways.holders(index, read, here)}
    return ways.both(ways.holders(index, _IMPERSONATE_FOR, homes), reading) if reading else ()
