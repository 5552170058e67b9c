"""Rules on what a pod says of AWS: WI06, WI08, WI09, WI27.

Sources: amazon-eks-pod-identity-webhook pkg/handler; the credential chain of AWS SDKs; EKS Pod
Identity agent; EKS Best Practices Guide on the instance metadata service.
"""

from __future__ import annotations

from collections.abc import Iterator

from mckconsole.analysis.identity.case import Case, Found
from mckconsole.analysis.identity.effective_aws import (
    AGENT_HOSTS,
    AGENT_TOKEN,
    AGENT_URI,
    ROLE,
    TOKEN_FILE,
)
from mckconsole.analysis.identity.model import Cloud, Mechanism, NodeFacts, Trace
from mckconsole.analysis.identity.rules_words import MAX_SHOWN, listed, show, steps
from mckconsole.analysis.identity.rules_workload_evidence import (
    Place,
    Signs,
    live,
    on_pod,
    places,
    places_of,
    variable,
    written,
)
from mckconsole.analysis.identity.rules_workload_remedies import patch_template, unset
from mckconsole.domain.cloudkeys import AWS_KEY
from mckconsole.domain.findings import ObjectRef, Severity
from mckconsole.domain.pods import Pod
from mckconsole.domain.wording import counted

_DISABLED = "AWS_EC2_METADATA_DISABLED"
_POD_IDENTITY_AUDIENCE = "pods.eks.amazonaws.com"


def irsa(place: Place) -> bool:
    """Whether a container has both variables of a role by web identity."""
    return place.given(ROLE) and place.given(TOKEN_FILE)


def pod_identity(place: Place) -> bool:
    """Whether a container is to ask the EKS Pod Identity agent."""
    uri = place.value(AGENT_URI)
    return any(host in uri for host in AGENT_HOSTS)


def wi06(case: Case) -> Iterator[Found]:
    """WI06: only one variable of a pair that works together."""
    signs, here, gone = Signs(), dict[str, None](), dict[str, None]()
    for place in places(case):
        half = _half(case, place)
        if half is None:
            continue
        if place.hidden:
            case.unknown("WI06", "variables of whole ConfigMaps and Secrets (envFrom) are not read")
            continue
        here[half[0]], gone[half[1]] = None, None
        signs.add(place, *(variable(case, place, name) for name in half))
    if not signs:
        return
    signs.add(None, *written(case, *here))
    declared = next((d for d in case.account.declarations if d.cloud is Cloud.AWS), None)
    if declared is not None:
        signs.add(None, *show(case, declared))
    title = f"{' and '.join(here)} without {' and '.join(gone)} in {signs.names}"
    blocks = " The webhook injects neither where one is set, so what is declared is not in effect."
    detail = (
        f"{signs.names} has {', '.join(here)} and not {', '.join(gone)}: SDKs need both and go on "
        "to the next source, at last the node's role."
    ) + (blocks if declared is not None else "")
    fix = unset(case, here, sorted(signs.containers))
    yield signs.found(case, "WI06", Severity.HIGH, Cloud.AWS, title, detail, fix)


def _half(case: Case, place: Place) -> tuple[str, str] | None:
    """The variable of a pair that is there, and the one that is not."""
    role, token = place.given(ROLE), place.given(TOKEN_FILE)
    if role is not token:
        own = role and place.given(*AWS_KEY) and not _declares_irsa(case)
        # with keys of its own a program may take the role to assume by this name
        return None if own else ((ROLE, TOKEN_FILE) if role else (TOKEN_FILE, ROLE))
    if pod_identity(place) and not place.given(AGENT_TOKEN, "AWS_CONTAINER_AUTHORIZATION_TOKEN"):
        return AGENT_URI, AGENT_TOKEN
    uri = place.given(AGENT_URI, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")
    return (AGENT_TOKEN, AGENT_URI) if place.given(AGENT_TOKEN) and not uri else None


def _declares_irsa(case: Case) -> bool:
    return any(one.mechanism is Mechanism.IRSA for one in case.account.declarations)


def wi08(case: Case) -> Iterator[Found]:
    """WI08: the variables of IRSA and of EKS Pod Identity in one container."""
    signs, role = Signs(), ""
    for place in places(case):
        if irsa(place) and pod_identity(place):
            role = role or place.value(ROLE)
            for name in (ROLE, TOKEN_FILE, AGENT_URI):
                signs.add(place, variable(case, place, name))
    if not signs:
        return
    signs.add(None, *written(case, ROLE, AGENT_URI))
    title = f"IRSA and EKS Pod Identity at once in {signs.names}"
    detail = (
        f"SDKs try the web identity before the agent, so {signs.names} is "
        f"{role or 'the role of AWS_ROLE_ARN'}, and the Pod Identity association has no effect. "
        "Whoever changes the association changes nothing."
    )
    fix = steps(
        unset(case, (ROLE, TOKEN_FILE), sorted(signs.containers)),
        "take eks.amazonaws.com/role-arn off the service account, if the association has the role",
    )
    yield signs.found(case, "WI08", Severity.MEDIUM, Cloud.AWS, title, detail, fix)


def wi09(case: Case) -> Iterator[Found]:
    """WI09: EKS Pod Identity on nodes where its agent does not run."""
    signs, bare, unable = Signs(), dict[str, str](), False
    for shape in case.workload.shapes:
        asking = [place for place in places_of(case, shape) if _asks_agent(place)]
        for pod in live(shape) if asking else ():
            name = pod.spec.node_name
            if not name or name in bare:
                continue
            why = _no_agent(case, case.facts.nodes.get(name))
            if not why:
                continue
            bare[name] = why
            unable = unable or "cannot" in why
            signs.add(asking[0], variable(case, asking[0], AGENT_URI))
            if len(bare) <= MAX_SHOWN:
                _show_node(case, signs, pod, why)
    if not bare:
        return
    where = listed(bare)
    title = f"EKS Pod Identity, but no agent on {counted(len(bare), 'node')}"
    detail = (
        f"Pods of it run on {where}: {' and '.join(sorted(set(bare.values())))}. Nobody answers "
        "at 169.254.170.23 there, so every request for credentials fails."
    )
    yield signs.found(
        case, "WI09", Severity.HIGH, Cloud.AWS, title, detail, _mend_agent(case, unable)
    )


def _asks_agent(place: Place) -> bool:
    if pod_identity(place):
        return True
    token = place.file(AGENT_TOKEN).token
    return token is not None and token.audience == _POD_IDENTITY_AUDIENCE


def _no_agent(case: Case, node: NodeFacts | None) -> str:
    """Why no agent answers on a node; empty where one does, or where that is not known."""
    unread = next((case.facts.unread[one] for one in ("nodes", "pods")
                   if one in case.facts.unread), "")  # fmt: skip
    if node is None or (unread and not (node.virtual or node.windows)):
        if not (node and node.agent):
            case.unknown("WI09", unread or "a node of these pods is not known")
        return ""
    if node.virtual or node.windows:
        sort = "Windows" if node.windows else "Fargate"
        return f"the agent cannot run on a {sort} node"
    return "" if node.agent else "no ready pod of the agent runs there"


def _show_node(case: Case, signs: Signs, pod: Pod, why: str) -> None:
    name = pod.spec.node_name
    ref = ObjectRef("v1", "Pod", pod.metadata.namespace, pod.metadata.name)
    signs.add(None, case.seen(Trace(ref, "spec.nodeName", name)))
    signs.add(None, case.derived(f"EKS Pod Identity agent on node {name}", why))


def _mend_agent(case: Case, unable: bool) -> str:
    if unable:
        return (
            "use IRSA for what runs there (annotate the service account with "
            "eks.amazonaws.com/role-arn), or have it run on Linux nodes"
        )
    look = "get pods -l app.kubernetes.io/name=eks-pod-identity-agent -o wide"
    if any(node.agent for node in case.facts.nodes.values()):
        return steps(
            case.kubectl(look, "kube-system"),
            case.kubectl("describe daemonset eks-pod-identity-agent", "kube-system"),
        )
    return steps(
        "aws eks create-addon --cluster-name CLUSTER --addon-name eks-pod-identity-agent",
        case.kubectl(look, "kube-system"),
    )


def wi27(case: Case) -> Iterator[Found]:
    """WI27: in the host's network of an AWS node, with the metadata service in reach."""
    if case.facts.cloud is not Cloud.AWS or case.namespace == "kube-system":
        return
    signs = Signs()
    for place in places(case):
        in_reach = place.value(_DISABLED).casefold() != "true"
        if place.shape.pod.spec.host_network and place.role in ("app", "sidecar") and in_reach:
            signs.add(
                place,
                on_pod(case, place.shape, "spec.hostNetwork", "true"),
                variable(case, place, _DISABLED),
            )
    if not signs:
        return
    title = "In the host's network: the node's role is in reach"
    detail = (
        "The instance metadata service answers pods in the host's network whatever its hop limit, "
        f"so {signs.names} can be the node's role."
    )
    env = [
        {"name": name, "env": [{"name": _DISABLED, "value": "true"}]}
        for name in sorted(signs.containers)
    ]
    fix = steps(
        "take hostNetwork: true out of the template, if it is not needed",
        patch_template(case, {"spec": {"containers": env}}),
    )
    yield signs.found(case, "WI27", Severity.LOW, Cloud.AWS, title, detail, fix)
