"""What a workload is in each cloud: what is declared and what is in effect, compared.

One binding per cloud that the workload has to do with. Where containers or pods differ, the worst
state counts and the reason names the container. Workloads without pods have none: what a pod will
be can only be seen on it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from mckconsole.analysis.identity.effective import CERT_MANAGER_DRIVER
from mckconsole.analysis.identity.hints import hints, no_metadata, unseen
from mckconsole.analysis.identity.judge import Subject, Verdict, judge
from mckconsole.analysis.identity.metadata import principal
from mckconsole.analysis.identity.model import (
    Account,
    Binding,
    BindingState,
    Cloud,
    ClusterFacts,
    Effective,
    Mechanism,
    Shape,
    Workload,
)

Effects: TypeAlias = Sequence[tuple[Shape, tuple[Effective, ...]]]
_ORDER = {state: number for number, state in enumerate(BindingState)}
_GUESSED = frozenset(
    {BindingState.UNDECLARED, BindingState.NODE_FALLBACK, BindingState.PRINCIPAL_ONLY}
)
"""States that rest on nothing being declared."""
_FEDERATED = (Cloud.AWS, Cloud.AZURE, Cloud.GCP)


def bind(
    facts: ClusterFacts, workload: Workload, account: Account, effects: Effects
) -> tuple[Binding, ...]:
    """The bindings of a workload; `effects` are its shapes, the newest first, with what they are.

    Empty for a workload that has nothing to do with a cloud.
    """
    effects = _staying(effects)
    if not effects:
        return ()
    declared = account.declarations
    touched = {one.cloud for one in declared}
    for _, found in effects:
        if found:
            touched.update(one.cloud for one in found)
    bindings = []
    for cloud in _FEDERATED:
        binding = None
        if cloud in touched:
            binding = _bound(facts, workload, account, cloud, effects)
        if binding is None and cloud is facts.cloud:
            binding = _at_home(facts, workload, account, effects)
        if binding is not None:
            bindings.append(binding)
    if Cloud.SPIFFE in touched:
        bindings.append(_spiffe(workload, account, effects))
    return tuple(bindings)


def _staying(effects: Effects) -> Effects:
    """Without shapes of pods that are all being deleted, as those of a rollout, unless all are."""
    found = [
        one for one in effects if not all(pod.metadata.deletion_timestamp for pod in one[0].pods)
    ]
    return found or effects


def _bound(
    facts: ClusterFacts, workload: Workload, account: Account, cloud: Cloud, effects: Effects
) -> Binding | None:
    declared = tuple(one for one in account.declarations if one.cloud is cloud)
    subject = Subject(facts, workload, account, cloud, declared)
    verdicts: list[Verdict] = []
    behind, newest = 0, None
    for shape, found in effects:
        ours = tuple(one for one in found if one.cloud is cloud)
        by_container = judge(subject, shape, ours)
        flat = [one for verdicts_of in by_container for one in verdicts_of]
        if not flat:
            continue
        verdicts += flat
        late = max(sum(one.pods for one in some if one.behind) for some in by_container)
        worst = _worst(flat)
        if not declared:
            same = (worst.state, worst.mechanism, worst.identity)
            newest = same if newest is None else newest
            late = 0 if same == newest else len(shape.pods)
        behind += late
    if not verdicts:
        return None
    counted = behind if declared and behind < workload.pod_count else 0
    return _binding(subject, _worst(verdicts), effects, behind, counted)


def _worst(verdicts: Sequence[Verdict]) -> Verdict:
    return min(verdicts, key=lambda one: _ORDER[one.state])


def _binding(
    subject: Subject, worst: Verdict, effects: Effects, behind: int = 0, counted: int = 0
) -> Binding:
    """A binding in the state of its worst verdict; `counted` pods are told in the reason."""
    state, reason, unknown = worst.state, worst.reason, ""
    account = subject.account
    if counted and reason:
        reason = f"{counted} of {subject.workload.pod_count} pods: {reason}"
    if account.unknown and (not subject.declared or state is not BindingState.BOUND):
        unknown = account.unknown
    if account.unknown and not subject.declared and state in _GUESSED:
        effect = f"; in effect: {worst.effect}" if worst.effect else ""
        state, reason = BindingState.UNKNOWN, f"{account.unknown}{effect}"
    return Binding(
        subject.workload,
        account,
        subject.cloud,
        worst.mechanism,
        state,
        worst.identity,
        reason,
        worst.declared,
        tuple(_distinct(subject.cloud, effects)),
        behind,
        unknown,
    )


def _distinct(cloud: Cloud, effects: Effects) -> Iterator[Effective]:
    known = set()
    for _, found in effects:
        for one in found:
            if one.cloud is cloud:
                key = (one.container, one.mechanism, one.identity, one.text, one.problem)
                if key not in known:
                    known.add(key)
                    yield one


def _at_home(
    facts: ClusterFacts, workload: Workload, account: Account, effects: Effects
) -> Binding | None:
    """In the cloud of the nodes, where nothing is declared and nothing in effect by the pods."""
    home = facts.cloud
    if home is None:
        return None
    sign = _sign(home, effects)
    if not sign and not facts.pool:
        return None
    subject = Subject(facts, workload, account, home, ())
    verdict = principal(subject, [shape for shape, _ in effects]) if facts.pool else None
    if verdict is not None and (verdict.state is not BindingState.NODE_FALLBACK or sign):
        return _binding(subject, verdict, effects)
    if verdict is not None or not sign or _told_not_to(home, effects) or _no_node(facts, effects):
        return None
    hidden = next((words for shape, _ in effects if (words := unseen(shape, home))), "")
    if hidden:
        return _binding(
            subject, Verdict(BindingState.UNKNOWN, Mechanism.NODE, reason=hidden), effects
        )
    words = f"{sign} and nothing gives it an identity: it gets the node's"
    verdict = Verdict(BindingState.NODE_FALLBACK, Mechanism.NODE, reason=words, effect="the node's")
    return _binding(subject, verdict, effects)


def _told_not_to(home: Cloud, effects: Effects) -> bool:
    return home is Cloud.AWS and all(no_metadata(shape) for shape, _ in effects)


def _no_node(facts: ClusterFacts, effects: Effects) -> bool:
    """Whether all pods run where there is no metadata service to fall back to: on Fargate."""
    pods = [pod for shape, _ in effects for pod in shape.pods if pod.spec.node_name]
    nodes = (facts.nodes.get(pod.spec.node_name) for pod in pods)
    return bool(pods) and all(node is not None and node.virtual for node in nodes)


def _sign(home: Cloud, effects: Effects) -> str:
    """Why it is taken to use the cloud of its nodes, in words; empty where nothing says so."""
    for shape, _ in effects:
        for cloud, trace in hints(shape, home):
            if cloud is home:
                return f"it uses {home.upper()} by {trace.path}"
    return ""


def _spiffe(workload: Workload, account: Account, effects: Effects) -> Binding:
    """What a CSI driver hands over when the pod starts.

    cert-manager's signs for every service account. SPIRE's only opens the agent's socket: who gets
    an ID is in the entries of SPIRE's server, which the API server does not know.
    """
    found = next(one for _, some in effects for one in some if one.cloud is Cloud.SPIFFE)
    namespace, name = workload.key.namespace, workload.account
    usual = f"ns/{namespace}/sa/{name} of a trust domain that is not visible"
    if found.text.endswith(CERT_MANAGER_DRIVER):
        state, reason = BindingState.PRINCIPAL_ONLY, f"its SPIFFE ID, {found.text}, is {usual}"
    else:
        state = BindingState.UNKNOWN
        reason = (
            f"whether SPIRE has an entry for it is not visible; with one its SPIFFE ID comes"
            f" {found.text}, usually {usual}"
        )
    subject = Subject(ClusterFacts(workload.key.cluster), workload, account, Cloud.SPIFFE, ())
    verdict = Verdict(state, Mechanism.SPIFFE, found.identity, reason)
    return _binding(subject, verdict, effects)
