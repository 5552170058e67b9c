"""UB08: webhooks that must answer (`failurePolicy: Fail`) and may not.

Sources: https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/
(defaults, selectors; objects in no namespace pass every namespaceSelector) and
https://kubernetes.io/docs/concepts/cluster-administration/admission-webhooks-good-practices/
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from typing import Final

from mckconsole.analysis.versions.bundle_ends import ended_on
from mckconsole.analysis.versions.ground import MOST_EVIDENCE, Ground
from mckconsole.analysis.versions.model import Blocker, Gravity, Phase
from mckconsole.analysis.versions.webhook_reach import asked_about
from mckconsole.analysis.versions.webhook_servers import (
    SERVICE_LABEL,
    Called,
    Servers,
    Standing,
    called_by,
)
from mckconsole.domain.core import Namespace, Service
from mckconsole.domain.findings import Evidence
from mckconsole.domain.identity import Webhook
from mckconsole.domain.objects import Key
from mckconsole.domain.pods import Pod
from mckconsole.domain.snapshot import ClusterSnapshot
from mckconsole.domain.wording import counted, listed

WEBHOOK_TOPICS: Final = ("mutatingwebhooks", "validatingwebhooks")
_RULE: Final = "UB08"
_SYSTEM: Final = ("", "kube-system")
_PLURALS: Final = {topic: f"{topic.removesuffix('s')}configuration" for topic in WEBHOOK_TOPICS}
_NAMED: Final = 4


def webhook_blockers(cluster: ClusterSnapshot) -> list[Blocker]:
    """UB08 of one cluster."""
    ground = Ground(cluster)
    found: list[Blocker] = []
    called: list[Called] = []
    for topic in WEBHOOK_TOPICS:
        if why := ground.unread(topic):
            found.append(ground.unknown(_RULE, Phase.CONTROL_PLANE, why, subject=topic))
        called += called_by(cluster, topic)
    servers = Servers(ground, {one.service for one in called if one.service is not None})
    for one in called:
        found += _answers(ground, one, servers)
        found += _bundles(ground, one)
        found += _too_much(ground, one)
    return found


def _answers(ground: Ground, called: Called, servers: Servers) -> Iterator[Blocker]:
    """Whether anybody is there, on more than one node."""
    if called.service is None:
        why = f"{called.what} is answered at {called.server}, outside of what the console reads"
        yield _unknown(ground, called, why)
        return
    if servers.unread:
        yield _unknown(ground, called, f"{called.what}: {servers.unread}")
        return
    service = servers.service(called.service)
    standing = servers.standing(called.service)
    if service is None or (not standing.ready and service.spec.type != "ExternalName"):
        why = "has no ready endpoint" if service else "is not there"
        yield _nobody(ground, called, called.service, (service, standing), why)
        return
    pods = standing.pods
    if not pods or len(pods) < standing.ready:
        return  # what runs outside of pods is on no node of the cluster
    nodes = servers.nodes(called.service[0], pods)
    if nodes is None:
        why = ground.unread("pods") or "pods that endpoints name are not there"
        yield _unknown(ground, called, f"{called.what}: where its pods run is not known: {why}")
    elif len(nodes) == 1:
        yield _one_node(ground, called, called.service[0], (standing, nodes.pop()))


def _unknown(ground: Ground, called: Called, why: str) -> Blocker:
    return ground.unknown(
        _RULE,
        Phase.CONTROL_PLANE,
        why,
        subject=f"answers {called.server}",
        object=ground.ref(called.topic, called.config),
        evidence=_policies(ground, called),
    )


def _policies(ground: Ground, called: Called) -> tuple[Evidence, ...]:
    return tuple(
        ground.seen(
            called.topic, called.config, f"webhooks[{number}].failurePolicy", one.failure_policy
        )
        for number, one in called.hooks[:MOST_EVIDENCE]
    )


def _nobody(
    ground: Ground, called: Called, key: Key, there: tuple[Service | None, Standing], why: str
) -> Blocker:
    service, standing = there
    shown = list(_policies(ground, called))
    if service is not None:
        terms = ", ".join(f"{key}={value}" for key, value in service.spec.selector.items())
        shown.append(ground.seen("services", service, "spec.selector", terms or "none"))
    shown += [
        ground.seen("endpointslices", one, "endpoints", f"{len(one.endpoints)}, none ready")
        for one in standing.slices[:MOST_EVIDENCE]
    ]
    remedy = ground.kubectl(
        f"get endpointslices -l {shlex.quote(f'{SERVICE_LABEL}={key[1]}')}", key[0]
    )
    return Blocker(
        _RULE,
        Gravity.BLOCK,
        Phase.CONTROL_PLANE,
        f"Nobody answers for {called.what}",
        f"Service {called.server} {why}, and failurePolicy is Fail: what it is asked about "
        f"({_asked(called)}) is refused",
        f"Bring what answers back, and see it ready: {remedy}\n"
        f"or, where it is gone for good: {_edit(ground, called, 'delete')}",
        ground.ref(called.topic, called.config),
        f"answers {called.server}",
        evidence=tuple(shown),
    )


def _one_node(
    ground: Ground, called: Called, namespace: str, there: tuple[Standing, str]
) -> Blocker:
    standing, node = there
    held = ground.cluster.objects("pods", Pod)
    pods = [held[namespace, name] for name in sorted(standing.pods)]
    return Blocker(
        _RULE,
        Gravity.WARN,
        Phase.NODES,
        f"All that answers for {called.what} is on one node",
        f"{counted(len(pods), 'pod')} of Service {called.server} on {node}: while it is drained "
        f"what it is asked about ({_asked(called)}) is refused",
        "Run two replicas on different nodes: "
        + ground.kubectl("get pods -o wide", namespace)
        + f"\nor set failurePolicy: Ignore for the time of the upgrade: {_edit(ground, called)}",
        ground.ref(called.topic, called.config),
        f"one node {called.server}",
        evidence=(
            *_policies(ground, called),
            *(ground.seen("pods", one, "spec.nodeName", node) for one in pods[:MOST_EVIDENCE]),
        ),
    )


def _asked(called: Called) -> str:
    found = (what for _, one in called.hooks for rule in one.rules for what in rule.resources)
    return listed(list(dict.fromkeys(found)), _NAMED) or "no resources"


def _edit(ground: Ground, called: Called, verb: str = "edit") -> str:
    return ground.on(verb, _PLURALS[called.topic], called.config.key)


def _bundles(ground: Ground, called: Called) -> Iterator[Blocker]:
    """CA bundles of which no certificate is valid any more."""
    now = ground.at(called.topic)
    late = [
        (number, one, day)
        for number, one in called.hooks
        if (day := ended_on(one.client_config.ca_bundle, now))
    ]
    if late:
        yield Blocker(
            _RULE,
            Gravity.BLOCK,
            Phase.CONTROL_PLANE,
            f"The CA bundle of {called.what} has ended",
            f"{listed([one.name for _, one, _ in late], _NAMED)}: ended on {late[0][2]}; the API "
            f"server does not call it, and refuses what it is asked about ({_asked(called)})",
            "Renew the certificate of what answers, and put the new CA into it: "
            + _edit(ground, called),
            ground.ref(called.topic, called.config),
            f"bundle {called.server}",
            evidence=(
                *_policies(ground, called),
                *(
                    ground.seen(called.topic, called.config,
                                f"webhooks[{number}].clientConfig.caBundle", f"ended on {day}")
                    for number, _, day in late[:MOST_EVIDENCE]
                ),
            ),
        )  # fmt: skip


def _too_much(ground: Ground, called: Called) -> Iterator[Blocker]:
    """Webhooks that are asked about what the cluster mends itself with."""
    system = ground.cluster.objects("namespaces", Namespace).get(_SYSTEM)
    labels = dict(system.metadata.labels) if system else {}
    labels["kubernetes.io/metadata.name"] = _SYSTEM[1]  # every API server sees to it
    wide = [
        (number, one, what) for number, one in called.hooks if (what := asked_about(one, labels))
    ]
    if not wide:
        return
    unread = ground.unread("namespaces")
    sure = [one for one in wide if not (unread or one[1].match_conditions)]
    if not sure:
        doubt = unread or "what its matchConditions leave out is not worked out"
        why = f"{called.what}: {doubt}"
        yield ground.unknown(
            _RULE, Phase.CONTROL_PLANE, why, subject=f"asked {called.server}",
            object=ground.ref(called.topic, called.config), evidence=_rules(ground, called, wide),
        )  # fmt: skip
        return
    whats = list(dict.fromkeys(what for one in sure for what in one[2]))
    yield Blocker(
        _RULE,
        Gravity.WARN,
        Phase.CONTROL_PLANE,
        f"{called.what} is asked about {listed(whats, _NAMED)} of kube-system",
        f"While {called.server} does not answer, the cluster cannot mend itself: its own pods, "
        "nodes or leases are refused with failurePolicy Fail",
        "Leave kube-system out with a namespaceSelector (kubernetes.io/metadata.name NotIn "
        f"kube-system), or set failurePolicy: Ignore: {_edit(ground, called)}",
        ground.ref(called.topic, called.config),
        f"asked {called.server}",
        evidence=_rules(ground, called, sure),
    )


def _rules(
    ground: Ground, called: Called, some: Sequence[tuple[int, Webhook, tuple[str, ...]]]
) -> tuple[Evidence, ...]:
    return tuple(
        ground.seen(called.topic, called.config, f"webhooks[{number}].rules", ", ".join(what))
        for number, _, what in some[:MOST_EVIDENCE]
    )
