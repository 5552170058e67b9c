"""Who can change which cloud identity a ServiceAccount has, or take that identity (WI37, WI38).

Direct is to point the ServiceAccount elsewhere: its annotations name the cloud identity. Indirect
is to become it: by a workload, a token, a way into its pods. Acting in its name towards the API
server alone gives no cloud credentials, only what it may do in Kubernetes; it is told all the same.
"""

from __future__ import annotations

from mckconsole.analysis.rbac import ways
from mckconsole.analysis.rbac.index import RbacIndex
from mckconsole.analysis.rbac.model import Need, Reach, Way, WayKind
from mckconsole.analysis.rbac.ways import Clause

_REPOINT = (Clause(Need.of("update patch", "serviceaccounts"), named=True),)
_WEBHOOK = (
    Clause(
        Need.of(
            "create update patch", "mutatingwebhookconfigurations.admissionregistration.k8s.io"
        ),
        cluster=True,
    ),
)
_BECOME = {
    WayKind.RUN: ways.RUN,
    WayKind.ALTER: ways.ALTER,
    WayKind.TOKEN: ways.TOKEN,
    WayKind.IMPERSONATE: ways.IMPERSONATE,
    WayKind.EXEC: ways.EXEC,
    WayKind.ESCALATE: ways.ESCALATE,
    WayKind.NODE_PROXY: ways.NODE_PROXY,
    WayKind.WEBHOOK: _WEBHOOK,
}
_AIMS = (*_REPOINT, *(clause for clauses in _BECOME.values() for clause in clauses))


def who_can_change_binding(index: RbacIndex, namespace: str, service_account: str) -> Reach:
    """All ways to one ServiceAccount's cloud identity.

    Grants of RUN and ALTER limited to some names are about workloads of these names, those of TOKEN
    and IMPERSONATE about this ServiceAccount.
    """
    places = {namespace: frozenset((service_account,))}
    found = {kind: ways.way(index, kind, how, places) for kind, how in _BECOME.items()}
    repoint = ways.way(index, WayKind.REPOINT, _REPOINT, places)
    found[WayKind.BIND] = ways.bind(index, places, _AIMS)
    reached = {grant.subject for way in (repoint, *found.values()) for grant in way.grants}
    posing = ways.as_others(index, places, reached)
    found[WayKind.IMPERSONATE] = Way(
        WayKind.IMPERSONATE, ways.join(found[WayKind.IMPERSONATE].grants, posing)
    )
    return Reach(
        (repoint,) if repoint.grants else (),
        tuple(way for way in found.values() if way.grants),
    )


def who_can_at_once(index: RbacIndex, namespace: str, service_account: str) -> Reach:
    """The plain ways alone, which are asked for of every ServiceAccount: to point it elsewhere, to
    run as it, to have a token made for it."""
    places = {namespace: frozenset((service_account,))}
    repoint = ways.way(index, WayKind.REPOINT, _REPOINT, places)
    found = [ways.way(index, kind, _BECOME[kind], places) for kind in (WayKind.RUN, WayKind.TOKEN)]
    return Reach((repoint,) if repoint.grants else (), tuple(way for way in found if way.grants))
