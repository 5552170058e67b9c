"""CHK03: nobody is who they should not be, and no workload may do everything.

By the findings on identities, and by RBAC: who holds a rule with every verb on every resource of
every group. What the clouds allow the roles that workloads have stands in no cluster, so it stays
unknown beside a pass.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mckconsole.analysis.checklist.grounds import Grounds
from mckconsole.analysis.checklist.model import Answer, Mark
from mckconsole.analysis.checklist.moments import read_at
from mckconsole.analysis.checklist.points import Point, found, settle, unknown
from mckconsole.analysis.failover.local import is_system
from mckconsole.analysis.identity.model import ClusterFacts
from mckconsole.analysis.mesh.evidence import derived
from mckconsole.analysis.mesh.hints import get_yaml
from mckconsole.analysis.rbac import TOPICS, Grant, Need, RbacIndex, evidence, unread
from mckconsole.analysis.rbac.subjects import ALL_ACCOUNTS, AUTHENTICATED, UNAUTHENTICATED
from mckconsole.analysis.rules_identity import IDENTITY_RULES
from mckconsole.analysis.unread import cluster_reason
from mckconsole.domain.findings import Evidence, Rule, Severity
from mckconsole.domain.snapshot import ClusterSnapshot, FleetSnapshot
from mckconsole.domain.wording import counted

RULE = "CHK03"
BEYOND = "what the clouds allow the roles and service accounts is not read: it is not in a cluster"
EVERYTHING = Need.of("*", "*.*")
"""A rule that allows it has the wildcard as a verb, an API group and a resource."""
_WORKLOADS = ("pods", "serviceaccounts")
_EVERYBODY = (ALL_ACCOUNTS, AUTHENTICATED, UNAUTHENTICATED)
_RULES: Mapping[str, Rule] = {rule.id: rule for rule in IDENTITY_RULES}


def answer(grounds: Grounds, cluster: ClusterSnapshot) -> Answer:
    """Whether identities and rights of a cluster's workloads are as they should be."""
    name = cluster.name
    facts = grounds.identity.clusters.get(name)
    said = (*grounds.identity_findings.get(name, ()), *grounds.open_to_all.get(name, ()))
    points = [found(Mark.FAIL, one) for one in said if one.severity.at_least(Severity.HIGH)]
    points += _gaps(grounds, cluster, facts)
    system = 0
    if facts is not None and facts.rbac is not None:
        for grant in _holders(facts.rbac):
            if is_system(grant.subject.namespace):
                system += 1
            else:
                points.append(_held(grounds.fleet, cluster, grant))
    bindings = grounds.bindings[name]
    well = f"nothing high on {counted(bindings, 'binding')}, nobody holds a role for everything"
    if system:
        well += f" but {counted(system, 'grant')} in system namespaces"
    rests = _rests(cluster, bindings)
    return settle(RULE, name, points, well=well, rests=rests, notes=(BEYOND,))


def _gaps(
    grounds: Grounds, cluster: ClusterSnapshot, facts: ClusterFacts | None
) -> Iterator[Point]:
    """What would have to be read to say that nothing is wrong."""
    if not cluster.state.readable:
        yield unknown(cluster_reason(cluster))
        return
    if facts is None:
        yield unknown("identities were not looked at")
        return
    for one in grounds.identity_unknowns.get(cluster.name, ()):
        rule = _RULES.get(one.rule)
        if rule is None or rule.severity.at_least(Severity.HIGH):
            yield unknown(one.reason if rule is None else f"{one.rule}: {one.reason}")
    if short := unread(cluster):
        yield unknown(f"who may do everything is not known: {short}")


def _holders(index: RbacIndex) -> Iterator[Grant]:
    """Service accounts, alone or all together, that may do everything somewhere."""
    grants = [*index.everywhere(EVERYTHING)]
    for namespace in index.namespaces:
        grants += index.local(EVERYTHING, namespace)
    for grant in grants:
        subject = grant.subject
        group = subject.name in _EVERYBODY or subject.name.startswith(f"{ALL_ACCOUNTS}:")
        workload = subject.kind == "ServiceAccount" or (subject.kind == "Group" and group)
        if (workload or subject.public) and not grant.builtin and not grant.resource_names:
            yield grant


def _held(fleet: FleetSnapshot, cluster: ClusterSnapshot, grant: Grant) -> Point:
    """One of them: everywhere is a failure, one namespace a warning."""
    where = f"in {grant.namespace}" if grant.namespace else "in all namespaces"
    words = f"{grant.subject} may do everything {where}, by {grant.binding}"
    plural = f"{grant.binding.kind.lower()}s"
    show = get_yaml(fleet, cluster.name, grant.binding, plural)
    fix = f"{show}\nbind a role with the verbs and resources that {grant.subject} needs"
    mark = Mark.WARN if grant.namespace else Mark.FAIL
    return Point(mark, words, tuple(evidence(cluster, grant)), fix)


def _rests(cluster: ClusterSnapshot, bindings: int) -> Iterator[Evidence]:
    at = read_at(cluster, *_WORKLOADS)
    if at is not None:
        yield derived(cluster.name, "identities of workloads", counted(bindings, "binding"), at)
    at = read_at(cluster, *TOPICS)
    if at is not None:
        yield derived(cluster.name, "roles and bindings", "read", at)
