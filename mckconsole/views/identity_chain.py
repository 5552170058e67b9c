"""The chain from a workload to who it is in a cloud, drawn top to bottom, each link with its
evidence: workload, pods, service account, what is declared, what is in effect, cloud, nodes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mckconsole.analysis.identity.model import (
    Account,
    Binding,
    BindingState,
    Cloud,
    ClusterFacts,
    Declaration,
    Mechanism,
    NodeFacts,
    Shape,
)
from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.text import shorten
from mckconsole.views.detail import (
    IdentityTarget,
    Line,
    ObjectTarget,
    Span,
)
from mckconsole.views.explain import MAX_VALUE, count, stated, unknown
from mckconsole.views.identity_cells import (
    ACCOUNT_WORDS,
    CLOUD_WORDS,
    identity_id,
    written_name,
)
from mckconsole.views.identity_effective import effective_lines
from mckconsole.views.identity_links import MOST, age_of, below, link
from mckconsole.views.spec import Role

_BY_NODE = (
    Mechanism.GKE,
    Mechanism.GKE_DIRECT,
    Mechanism.POD_IDENTITY,
    Mechanism.NODE,
)
"""Mechanisms in which something on the node has a part."""


def chain(snapshot: FleetSnapshot, facts: ClusterFacts | None, binding: Binding) -> Iterator[Line]:
    """All links of one binding."""
    yield workload_line(binding, facts)
    yield from _pods(snapshot, binding)
    yield account_line(snapshot, binding.account, 2)
    yield from _declared(snapshot, binding)
    yield from effective_lines(binding)
    yield from _cloud(binding)
    if facts is not None:
        yield from _nodes(facts, binding)


def workload_line(binding: Binding, facts: ClusterFacts | None) -> Line:
    """`Deployment shop/checkout  3 pods  ▲ 1 differs`: from what is declared, or the newest."""
    workload = binding.workload
    key = workload.key
    pods = count(workload.pod_count, "pod")
    spans = [Span(f"{key.kind} {key.namespace}/{key.name}"), Span(f"  {pods}", Role.DIM)]
    if binding.behind:
        differ = "differs" if binding.behind == 1 else "differ"
        spans.append(stated(Role.WARN, f"{binding.behind} {differ}"))
        spans.insert(-1, Span("  "))
    if workload.owner_unknown:
        spans += [Span("  "), unknown(workload.owner_unknown)]
    target = None
    if workload.controller is not None:
        version = facts.versions.get(_plural(key.kind), "") if facts else ""
        target = ObjectTarget(key.cluster, workload.controller.ref(version or "v1"))
    elif key.kind == "Pod":
        target = ObjectTarget(key.cluster, ObjectRef("v1", "Pod", key.namespace, key.name))
    return link(0, *spans, target=target)


def _plural(kind: str) -> str:
    return f"{kind.lower()}s"


def _pods(snapshot: FleetSnapshot, binding: Binding) -> Iterator[Line]:
    """One pod of each sort that there is, the sort with the newest first."""
    shapes, cluster = binding.workload.shapes, binding.workload.key.cluster
    if not shapes:
        yield link(1, Span("no pods now: what its template says counts", Role.DIM))
    for number, shape in enumerate(shapes[:MOST], 1):
        last = number == min(len(shapes), MOST)
        yield _pod(snapshot, cluster, shape, last)
    if len(shapes) > MOST:
        yield below(1, Span(f"and {len(shapes) - MOST} other sorts of pods", Role.DIM))


def _pod(snapshot: FleetSnapshot, cluster: str, shape: Shape, last: bool) -> Line:
    meta = shape.pod.metadata
    alike = f"  and {len(shape.pods) - 1} alike" if len(shape.pods) > 1 else ""
    over = "  has run to its end" if shape.pod.over else ""
    age = age_of(snapshot, cluster, meta.creation_timestamp)
    return link(
        1,
        f"Pod {meta.name}",
        Span(alike + over, Role.DIM),
        last=last,
        target=ObjectTarget(cluster, ObjectRef("v1", "Pod", meta.namespace, meta.name)),
        note=f"created {age} ago" if age else "",
    )


def account_line(snapshot: FleetSnapshot, account: Account, depth: int) -> Line:
    """`ServiceAccount shop/checkout`, and what of it is not known."""
    key = account.key
    spans = [Span(f"ServiceAccount {key.namespace}/{key.name}")]
    if account.unknown:
        spans += [Span("  "), unknown(account.unknown)]
    elif account.object is None:
        spans += [Span("  "), stated(Role.WARN, "is not there")]
    return link(depth, *spans, target=IdentityTarget("service-account", str(key)))


def _declared(snapshot: FleetSnapshot, binding: Binding) -> Iterator[Line]:
    """What its account declares in this cloud; the declaration that counts comes first."""
    found = [one for one in binding.account.declarations if one.cloud is binding.cloud]
    if binding.declared is not None:
        found = [binding.declared, *(one for one in found if one != binding.declared)]
    for one in found:
        yield from declaration_lines(snapshot, binding.account.key.cluster, one, 3)
    if found:
        return
    words = Span(f"nothing for {CLOUD_WORDS[binding.cloud]}", Role.DIM)
    why = binding.account.unknown
    yield link(3, unknown(why) if why else words, last=False, word="declared")


def declaration_lines(
    snapshot: FleetSnapshot, cluster: str, one: Declaration, depth: int
) -> Iterator[Line]:
    """What is declared, by what means; then where that stands, who wrote it and when."""
    if one.identity is not None:
        said = Span(shorten(one.identity.text, MAX_VALUE))
    else:
        text = shorten(one.text, MAX_VALUE)
        said = stated(Role.WARN, f"{text!r} is no identity" if text else "empty")
    target = ObjectTarget(cluster, one.trace.object)
    mechanism = Span(f"  {one.mechanism}", Role.DIM)
    yield link(depth, said, mechanism, last=False, target=target, word="declared")
    if one.problem:
        yield below(depth, stated(Role.WARN, one.problem), target=target)
    age = age_of(snapshot, cluster, one.written_at)
    by = f", written by {one.written_by}" if one.written_by else ""
    where = f"{one.trace.object.kind} {shorten(one.trace.path, MAX_VALUE)}{by}"
    note = f"{age} ago" if age else ""
    yield below(depth, Span(where, Role.DIM), target=target, note=note)


def _cloud(binding: Binding) -> Iterator[Line]:
    cloud = CLOUD_WORDS[binding.cloud]
    identity = binding.identity
    if identity is None:
        why = unknown(_nobody_told(binding))
        yield link(3, f"{cloud}  ", why, word="cloud")
        return
    where = f" in {ACCOUNT_WORDS[identity.cloud]} {identity.where}" if identity.where else ""
    target = IdentityTarget("cloud-identity", identity_id(identity))
    name = shorten(identity.short, MAX_VALUE)
    yield link(3, f"{cloud}  {name}", Span(where, Role.DIM), target=target, word="cloud")


def _nobody_told(binding: Binding) -> str:
    """Why it is not known who it is there."""
    if binding.state is BindingState.ROLE_UNKNOWN:
        return "which role it gets is in the EKS API only"
    if binding.state is BindingState.UNKNOWN:
        return "not known"
    if binding.mechanism is Mechanism.STATIC:
        return "whose key it is, only the cloud knows"
    if binding.mechanism is Mechanism.NODE:
        return "what its node is"
    written = written_name(binding)
    said = f"{written!r}, whose account is not told" if written else "nothing here says who"
    return binding.unknown or said


def _nodes(facts: ClusterFacts, binding: Binding) -> Iterator[Line]:
    """The nodes of its pods, where something on them has a part."""
    by_node = binding.mechanism in _BY_NODE or binding.state is BindingState.NODE_FALLBACK
    google = binding.mechanism in (Mechanism.GKE, Mechanism.GKE_DIRECT)
    if not by_node or (google and facts.cloud not in (None, Cloud.GCP)):
        return
    pods = (pod for shape in binding.workload.shapes for pod in shape.pods)
    names = sorted({pod.spec.node_name for pod in pods if pod.spec.node_name})
    for number, name in enumerate(names[:MOST], 1):
        target = ObjectTarget(facts.name, ObjectRef("v1", "Node", "", name))
        said = _node_words(facts.nodes.get(name), binding.mechanism)
        last = number == min(len(names), MOST)
        yield link(4, f"{name}  ", *said, last=last, target=target, word="node")
    if len(names) > MOST:
        yield below(4, Span(f"and {len(names) - MOST} more nodes", Role.DIM))


def _node_words(node: NodeFacts | None, mechanism: Mechanism) -> Iterable[Span]:
    if node is None:
        return (unknown("not read"),)
    if mechanism in (Mechanism.GKE, Mechanism.GKE_DIRECT):
        if node.gke_metadata:
            return (stated(Role.OK, "has the GKE metadata server"),)
        return (stated(Role.CRITICAL, "lacks the GKE metadata server: the node's identity"),)
    if mechanism is Mechanism.POD_IDENTITY:
        if node.agent:
            return (stated(Role.OK, "runs the Pod Identity agent"),)
        if node.virtual or node.windows:
            kind = "virtual" if node.virtual else "Windows"
            return (stated(Role.WARN, f"{kind}: no Pod Identity agent can run there"),)
        return (stated(Role.CRITICAL, "no ready Pod Identity agent"),)
    return (Span("gives its own identity to whoever asks", Role.DIM),)
