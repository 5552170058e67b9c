"""Who each container really is in one cloud: the links of a chain that say so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mckconsole.analysis.identity.model import Binding, BindingState, Effective, Mechanism
from mckconsole.domain.text import shorten
from mckconsole.domain.wording import listed
from mckconsole.views.detail import Line, ObjectTarget, Span
from mckconsole.views.explain import MAX_VALUE, stated
from mckconsole.views.identity_cells import binding_role
from mckconsole.views.identity_links import MOST, below, link, trace_line
from mckconsole.views.spec import Role


def effective_lines(binding: Binding) -> Iterator[Line]:
    """Who each container really is."""
    found = [one for one in binding.effective if one.cloud is binding.cloud]
    declared = binding.declared.identity if binding.declared else None
    cluster = binding.workload.key.cluster
    for one in found:
        role = _role(one, binding)
        yield from _container(cluster, one, role)
        if declared and one.identity and one.identity != declared:
            yield below(3, stated(role, f"not {declared.text}, which is declared"))
    without = list(_without(binding, found))
    if found and without:
        words = f"nothing in container{'s' if len(without) > 1 else ''} {listed(without, MOST)}"
        yield link(3, Span(words, Role.DIM), last=False, word="effective")
    if not found and binding.state in (BindingState.BOUND, BindingState.PRINCIPAL_ONLY):
        yield from _by_node(binding)
    elif not found:
        role = binding_role(binding)
        where = f" in container{'s' if len(without) > 1 else ''} {listed(without, MOST)}"
        said = binding.reason or f"nothing{where if without else ''}"
        doubt = binding.state is BindingState.UNKNOWN
        words = f"{'not known' if doubt else 'none'}: {said}"
        yield link(3, stated(role, words), last=False, word="effective")


def _by_node(binding: Binding) -> Iterator[Line]:
    """Nothing stands on the pod: whoever asks the node's metadata server gets it."""
    role = Role.OK if binding.state is BindingState.BOUND else Role.PLAIN
    who = binding.identity.text if binding.identity else "who, is not told"
    said = stated(role, shorten(who, MAX_VALUE))
    mechanism = Span(f"  {binding.mechanism}", Role.DIM)
    yield link(3, said, mechanism, last=False, word="effective")
    yield below(3, Span("by its nodes: nothing stands on the pod", Role.DIM))
    if binding.reason:
        yield below(3, Span(binding.reason, Role.DIM))


def _role(one: Effective, binding: Binding) -> Role:
    if one.problem or one.mechanism in (Mechanism.STATIC, Mechanism.NODE):
        return Role.WARN
    declared = binding.declared.identity if binding.declared else None
    if one.identity is None:
        return Role.UNKNOWN
    if declared is not None and one.identity != declared:
        return Role.CRITICAL
    return Role.OK


def _container(cluster: str, one: Effective, role: Role) -> Iterator[Line]:
    kind = "container" if one.role == "app" else f"{one.role} container"
    who = f"{kind} {one.container}" if one.container else "the whole pod"
    text = one.identity.text if one.identity else one.text
    if not text or (one.mechanism is Mechanism.POD_IDENTITY and one.identity is None):
        text = one.problem or _untold(one)
    target = ObjectTarget(cluster, one.traces[0].object) if one.traces else None
    yield link(
        3,
        stated(role, shorten(text, MAX_VALUE)),
        Span(f"  {one.mechanism}  {who}", Role.DIM),
        last=False,
        target=target,
        word="effective",
    )
    if one.problem and one.problem != text:
        yield below(3, stated(Role.WARN, one.problem), target=target)
    for trace in one.traces:
        yield trace_line(cluster, trace, 3)
    if one.token is not None:
        audience = one.token.audience or "the API server"
        words = f"token for {audience}, valid {one.token.expiration_seconds:,} s"
        yield below(3, Span(words, Role.DIM))


def _untold(one: Effective) -> str:
    if one.mechanism is Mechanism.POD_IDENTITY:
        return "a role that only the EKS API knows"
    if one.mechanism is Mechanism.STATIC:
        return "whom the static key belongs to is not told"
    if one.mechanism is Mechanism.NODE:
        return "the node's identity"
    return "who, the pod does not say"


def _without(binding: Binding, found: Sequence[Effective]) -> Iterator[str]:
    """Containers of the newest pods that are nobody in this cloud."""
    named = {one.container for one in found}
    if "" in named:  # something is said of the whole pod
        return
    for shape in binding.workload.shapes[:1]:
        for role, container in shape.containers():
            if container.name not in named and role in ("app", "sidecar"):
                yield container.name
