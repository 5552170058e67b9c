"""Disruption budgets that keep nodes from being drained: UB03 for good, UB04 for now, UB05 because
two of them speak of one pod.

Sources: https://kubernetes.io/docs/tasks/run-application/configure-pdb/ (percentages are rounded
up), pkg/controller/disruption (a budget that cannot be worked out allows nothing), and
pkg/registry/core/pod/storage/eviction.go (more than one budget is an error).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from mckconsole.analysis.versions.ground import Ground
from mckconsole.analysis.versions.model import Blocker, Gravity, Phase
from mckconsole.domain.objects import Key
from mckconsole.domain.pods import Pod
from mckconsole.domain.snapshot import ClusterSnapshot
from mckconsole.domain.upgrade import PodDisruptionBudget

TOPIC = "poddisruptionbudgets"
_PERCENT = re.compile(r"([0-9]{1,3})%")
_DRAIN_LIMITS = {
    "eks": "a managed node group gives up after about 15 minutes (PodEvictionFailure)",
    "gke": "GKE goes on after an hour, whatever the budget says",
    "aks": "AKS gives up after its drain timeout, 30 minutes unless set",
}
"""By provider: what its drain does then."""


def disruption_blockers(cluster: ClusterSnapshot, provider: str = "") -> list[Blocker]:
    """UB03, UB04 and UB05 of one cluster.

    Args:
        provider: as `provider.identify` names it, for how long its drain waits.
    """
    ground = Ground(cluster)
    if why := ground.unread(TOPIC):
        return [ground.unknown(rule, Phase.NODES, why) for rule in ("UB03", "UB04", "UB05")]
    budgets = cluster.objects(TOPIC, PodDisruptionBudget)
    drain = _DRAIN_LIMITS.get(provider, "")
    found = [one for budget in budgets.values() for one in _judged(ground, budget, drain)]
    return [*found, *_shared(ground, budgets.values())]


def share(value: int | str, of: int) -> int | None:
    """How many pods a number or percentage is, rounded up as the controller does; None for what is
    neither."""
    if isinstance(value, int):
        return value
    if value.isdecimal() and len(value) < 10:
        return int(value)
    percent = _PERCENT.fullmatch(value)
    return -(-int(percent[1]) * of // 100) if percent else None


def _judged(ground: Ground, budget: PodDisruptionBudget, drain: str) -> Iterator[Blocker]:
    status, spec = budget.status, budget.spec
    if status.observed_generation < budget.metadata.generation:
        why = "its controller has not seen its newest version yet"
        yield _not_known(ground, budget, why, "status.observedGeneration")
        return
    for one in status.conditions:
        if one.type == "DisruptionAllowed" and one.reason == "SyncFailed":
            words = f"its controller cannot work it out, so it allows nothing: {one.message}"
            yield _blocks(ground, budget, words, f"conditions: {one.message}", drain)
            return
    if status.expected_pods <= 0:
        return
    least = _least(budget)
    if least is None:
        path = "minAvailable" if spec.min_available is not None else "maxUnavailable"
        yield _not_known(ground, budget, f"{path} is neither a number nor a share", f"spec.{path}")
    elif least >= status.expected_pods:
        words = f"{_rule_of(budget)} of {status.expected_pods} pods lets none of them go, ever"
        yield _blocks(ground, budget, words, f"expectedPods {status.expected_pods}", drain)
    elif status.disruptions_allowed <= 0:
        yield _for_now(ground, budget, drain)


def _least(budget: PodDisruptionBudget) -> int | None:
    """How many pods must stay; None where that is not clear."""
    spec, expected = budget.spec, budget.status.expected_pods
    if spec.max_unavailable is not None:
        may_go = share(spec.max_unavailable, expected)
        return None if may_go is None else expected - may_go
    if spec.min_available is None:
        return budget.status.desired_healthy
    return share(spec.min_available, expected)


def _rule_of(budget: PodDisruptionBudget) -> str:
    spec = budget.spec
    if spec.max_unavailable is not None:
        return f"maxUnavailable {spec.max_unavailable}"
    if spec.min_available is not None:
        return f"minAvailable {spec.min_available}"
    return f"desiredHealthy {budget.status.desired_healthy}"


def _not_known(ground: Ground, budget: PodDisruptionBudget, why: str, path: str) -> Blocker:
    return ground.unknown(
        "UB03",
        Phase.NODES,
        f"{budget.key[0]}/{budget.key[1]}: {why}",
        object=ground.ref(TOPIC, budget),
        evidence=(ground.seen(TOPIC, budget, path, _rule_of(budget)),),
        remediation=ground.on("describe", "poddisruptionbudget", budget.key),
    )


def _blocks(
    ground: Ground, budget: PodDisruptionBudget, words: str, status: str, drain: str
) -> Blocker:
    status_seen = ground.seen(TOPIC, budget, "status", status)
    return Blocker(
        "UB03",
        Gravity.BLOCK,
        Phase.NODES,
        f"No pod of {budget.key[0]}/{budget.key[1]} may ever be evicted",
        "; ".join(filter(None, (words, drain))),
        "Let one pod go, with more than one replica: "
        + ground.on(
            "patch",
            "poddisruptionbudget",
            budget.key,
            """--type merge -p '{"spec":{"minAvailable":null,"maxUnavailable":1}}'""",
        ),
        ground.ref(TOPIC, budget),
        evidence=(ground.seen(TOPIC, budget, "spec", _rule_of(budget)), status_seen),
    )


def _for_now(ground: Ground, budget: PodDisruptionBudget, drain: str) -> Blocker:
    status = budget.status
    lenient = budget.spec.unhealthy_pod_eviction_policy == "AlwaysAllow"
    words = f"{status.current_healthy} of {status.expected_pods} pods are healthy, "
    words += f"{status.desired_healthy} must stay: none may go now"
    if lenient:
        words += "; those that are not healthy may (unhealthyPodEvictionPolicy: AlwaysAllow)"
    return Blocker(
        "UB04",
        Gravity.INFO if lenient else Gravity.WARN,
        Phase.NODES,
        f"No pod of {budget.key[0]}/{budget.key[1]} may be evicted now",
        "; ".join(filter(None, (words, drain))),
        "Bring its pods to readiness before the nodes' turn: "
        + ground.on("describe", "poddisruptionbudget", budget.key),
        ground.ref(TOPIC, budget),
        evidence=(
            ground.seen(TOPIC, budget, "status.disruptionsAllowed", status.disruptions_allowed),
            ground.seen(TOPIC, budget, "status.currentHealthy", status.current_healthy),
            ground.seen(TOPIC, budget, "status.desiredHealthy", status.desired_healthy),
        ),
    )


class _Selecting:
    """The budgets of one namespace, found by the labels of a pod."""

    def __init__(self, budgets: Iterable[PodDisruptionBudget]) -> None:
        self._by_label: dict[tuple[str, str], list[PodDisruptionBudget]] = defaultdict(list)
        self._others: list[PodDisruptionBudget] = []
        self._known: dict[int, tuple[dict[str, str], tuple[PodDisruptionBudget, ...]]] = {}
        for one in budgets:
            if one.spec.selector is None:
                continue  # selects no pod
            pair = next(iter(one.spec.selector.match_labels.items()), None)
            (self._others if pair is None else self._by_label[pair]).append(one)

    def of(self, labels: dict[str, str]) -> tuple[PodDisruptionBudget, ...]:
        """Those that select a pod; pods of one workload share their labels, and the answer."""
        known = self._known.get(id(labels))
        if known is not None:
            return known[1]
        near = [one for pair in labels.items() for one in self._by_label.get(pair, ())]
        found = tuple(
            one
            for one in (*near, *self._others)
            if one.spec.selector is not None and one.spec.selector.matches(labels)
        )
        self._known[id(labels)] = (labels, found)  # held, so that its id stays its own
        return found


def _shared(ground: Ground, budgets: Iterable[PodDisruptionBudget]) -> Iterator[Blocker]:
    """UB05: budgets that select the same pods."""
    by_namespace: dict[str, list[PodDisruptionBudget]] = defaultdict(list)
    for one in budgets:
        by_namespace[one.key[0]].append(one)
    selecting = {name: _Selecting(some) for name, some in by_namespace.items() if len(some) > 1}
    if not selecting:
        return
    if why := ground.unread("pods"):
        yield ground.unknown("UB05", Phase.NODES, why)
    groups: dict[tuple[Key, ...], list[Pod]] = defaultdict(list)
    for pod in ground.cluster.objects("pods", Pod).values():
        among = selecting.get(pod.metadata.namespace)
        if among is None or pod.over:
            continue
        several = among.of(pod.metadata.labels)
        if len(several) > 1:
            groups[tuple(sorted(one.key for one in several))].append(pod)
    held = ground.cluster.objects(TOPIC, PodDisruptionBudget)
    for keys, pods in groups.items():
        yield _twice(ground, [held[key] for key in keys], pods)


def _twice(ground: Ground, budgets: list[PodDisruptionBudget], pods: list[Pod]) -> Blocker:
    names = " and ".join(one.key[1] for one in budgets)
    first = budgets[0]
    last = budgets[-1]
    return Blocker(
        "UB05",
        Gravity.BLOCK,
        Phase.NODES,
        f"Pods of {first.key[0]} are in several disruption budgets",
        f"{len(pods)} of its pods are selected by {names}: every eviction fails with an error",
        "Leave each pod in one budget; that of the two that is not wanted: "
        + ground.on("delete", "poddisruptionbudget", last.key),
        ground.ref(TOPIC, first),
        " ".join(one.key[1] for one in budgets[1:]),
        evidence=(
            *(ground.seen(TOPIC, one, "spec.selector", _selector_words(one)) for one in budgets),
            *ground.some("pods", pods, "metadata.labels", "selected by each of them"),
        ),
    )


def _selector_words(budget: PodDisruptionBudget) -> str:
    selector = budget.spec.selector
    if selector is None:
        return "none"
    terms = [f"{key}={value}" for key, value in sorted(selector.match_labels.items())]
    terms += [
        f"{one.key} {one.operator} {','.join(one.values)}".strip()
        for one in selector.match_expressions
    ]
    return ", ".join(terms) or "all pods"
