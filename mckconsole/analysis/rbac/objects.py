"""Who can read any object: at once, or in one more step.

As with a Secret (`secret`), an empty patch and a dry run of deletion show it too, and a name that a
rule is limited to protects from neither list nor watch. What is mounted in pods, or is part of
their specification, is reached through pods of its namespace as well.
"""

from __future__ import annotations

from typing import NamedTuple

from mckconsole.analysis.rbac import ways
from mckconsole.analysis.rbac.index import RbacIndex
from mckconsole.analysis.rbac.model import Need, Reach, WayKind
from mckconsole.analysis.rbac.secret import homes_of, impersonating, opened
from mckconsole.analysis.rbac.ways import Clause

_READING = ("get", "list", "watch", "patch", "deletecollection")
_IN_PODS = {WayKind.RUN: ways.RUN, WayKind.ALTER: ways.ALTER, WayKind.EXEC: ways.EXEC}


class Target(NamedTuple):
    """A kind of object, as RBAC names it."""

    resource: str
    """As kubectl writes it: `deployments.apps`."""
    namespaced: bool = True
    in_pods: bool = False
    """Whether whoever gets into pods of its namespace, or runs one there, can have it."""
    also: tuple[str, ...] = ()
    """Resources that repeat what it says, and are called otherwise: the pods of a Deployment."""


def who_can_read(index: RbacIndex, target: Target, namespace: str, name: str) -> Reach:
    """All ways to the content of one object that is no Secret."""
    verbs = " ".join(_READING)
    read = [Clause(Need.of(verbs, target.resource), cluster=not target.namespaced, named=True)]
    read += [Clause(Need.of(verbs, one)) for one in target.also]
    here = {namespace: frozenset((name,))}
    direct = ways.way(index, WayKind.READ_OBJECT, read, here)
    readers = sorted({grant.subject for grant in direct.grants})
    accounts = tuple(one for one in readers if one.kind == "ServiceAccount")
    homes = homes_of(readers)
    through = {WayKind.TOKEN: ways.TOKEN}
    pods = _IN_PODS if target.in_pods else {}
    elsewhere = {WayKind.ESCALATE: ways.ESCALATE, WayKind.NODE_PROXY: ways.NODE_PROXY}
    if not target.in_pods:
        del elsewhere[WayKind.NODE_PROXY]
    indirect = [
        ways.way(index, kind, how, {namespace: None, **homes}, accounts)
        for kind, how in pods.items()
    ]
    if homes:
        become = {**through, **({} if pods else _IN_PODS)}
        indirect += [ways.way(index, kind, how, homes, accounts) for kind, how in become.items()]
    indirect += [ways.way(index, kind, how, here) for kind, how in elsewhere.items()]
    aims = (*read, *(one for group in (*pods.values(), *elsewhere.values()) for one in group))
    indirect.append(ways.bind(index, here, aims))
    reached = {grant.subject for way in (direct, *indirect) for grant in way.grants}
    indirect.append(impersonating(index, here, homes, accounts, reached, target.resource))
    return Reach(opened((direct,)), opened(indirect))
