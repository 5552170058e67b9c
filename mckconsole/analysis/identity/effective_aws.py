"""AWS identities on a pod: IRSA, EKS Pod Identity, Roles Anywhere, kube2iam and kiam.

Sources: amazon-eks-pod-identity-webhook pkg/handler; the SDKs' credential provider chains.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import urlsplit

from mckconsole.analysis.identity.containers import File, PodView, View, source_of, unmounted
from mckconsole.analysis.identity.declared import annotation_path
from mckconsole.analysis.identity.formats import Audience, parse_role, read_audience
from mckconsole.analysis.identity.model import (
    Cloud,
    ClusterFacts,
    Effective,
    Identity,
    Mechanism,
    Shape,
)
from mckconsole.domain.cloudkeys import EKS_POD_IDENTITY, KIAM_ROLE
from mckconsole.domain.pods import EnvVar

ROLE = "AWS_ROLE_ARN"
TOKEN_FILE = "AWS_WEB_IDENTITY_TOKEN_FILE"  # noqa: S105
AGENT_URI = "AWS_CONTAINER_CREDENTIALS_FULL_URI"
AGENT_TOKEN = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"  # noqa: S105
AGENT_HOSTS = frozenset({"169.254.170.23", "fd00:ec2::23"})
_CHAIN = ("AWS_STS_REGIONAL_ENDPOINTS", "AWS_REGION")
_HELPERS = ("rolesanywhere", "aws-signing-helper", "aws_signing_helper")


def aws(view: View) -> Iterator[Effective]:
    """By web identity and by container credentials."""
    env = view.env
    if ROLE in env or TOKEN_FILE in env:
        yield _irsa(view, env.get(ROLE), env.get(TOKEN_FILE))
    if AGENT_URI in env or AGENT_TOKEN in env:
        yield from _pod_identity(view, env.get(AGENT_URI), env.get(AGENT_TOKEN))


def _irsa(view: View, role: EnvVar | None, path: EnvVar | None) -> Effective:
    file = view.file(path.value) if path else None
    identity, problem = _role(role)
    half = _half(role, path)
    if half and view.container.env_from:  # which may bring the other half
        text = f"{half} by name; envFrom is not read"
        traces = view.of(ROLE, TOKEN_FILE)
        return view.effective(Mechanism.IRSA, Cloud.AWS, None, text, traces)
    problem = half or problem or _file_problem(view, path, file, Mechanism.IRSA)
    traces = (*view.of(ROLE, TOKEN_FILE, *_CHAIN), *(view.token_traces(file) if file else ()))
    text = source_of(role)[1] if role else ""
    token = file.token if file else None
    return view.effective(Mechanism.IRSA, Cloud.AWS, identity, text, traces, token, problem)


def _half(role: EnvVar | None, path: EnvVar | None) -> str:
    if role is None:
        return f"{TOKEN_FILE} is set and {ROLE} is not"
    return "" if path else f"{ROLE} is set and {TOKEN_FILE} is not"


def _role(role: EnvVar | None) -> tuple[Identity | None, str]:
    if role is None or role.value_from is not None:
        return None, ""
    if role.withheld:
        return None, f"the value of {ROLE} is no role ARN"
    parsed = parse_role(role.value)
    return parsed.identity, "" if parsed.identity else parsed.problem


def _file_problem(view: View, path: EnvVar | None, file: File | None, mechanism: Mechanism) -> str:
    """Why a token file cannot serve: it is not there, or is for somebody else."""
    if path is None or not path.value or file is None:
        return ""
    if file.mount is None:
        return unmounted(path.name, path.value)
    if file.token is None:
        return missing_token(path.name, file)
    return wrong_audience(file.token.audience, mechanism)


def missing_token(variable: str, file: File) -> str:
    """That a volume of nothing but tokens has none of that name."""
    projected = file.volume.projected if file.volume else None
    if projected and all(one.service_account_token for one in projected.sources):
        return f"{variable} names {file.name!r}, which volume {file.volume.name} does not have"  # type: ignore[union-attr]
    return ""


def wrong_audience(audience: str, mechanism: Mechanism) -> str:
    """Why tokens of that audience are refused; a custom audience may well be accepted."""
    whom: Audience = read_audience(audience)
    if whom.mechanism is mechanism or whom.words == "a custom audience":
        return ""
    named = f"has audience {audience}" if audience else "has no audience"
    return f"its token {named}: it is for {whom.words}, not for {_WANTED[mechanism]}"


_WANTED = {
    Mechanism.IRSA: "AWS STS (sts.amazonaws.com)",
    Mechanism.POD_IDENTITY: "EKS Pod Identity (pods.eks.amazonaws.com)",
    Mechanism.AZURE: "Entra ID (api://AzureADTokenExchange)",
    Mechanism.GCP_FEDERATION: "Google STS",
}


def _pod_identity(view: View, uri: EnvVar | None, path: EnvVar | None) -> Iterator[Effective]:
    file = view.file(path.value) if path else None
    token = file.token if file else None
    ours = token is not None and token.audience == "pods.eks.amazonaws.com"
    if uri is not None and not ours and not _agent(uri.value):
        return  # another process hands out credentials: `hints.unseen`
    problem = ""
    if uri is None or path is None:
        lacking, other = (AGENT_URI, AGENT_TOKEN) if uri is None else (AGENT_TOKEN, AGENT_URI)
        problem = f"{other} is set and {lacking} is not"
    problem = problem or _file_problem(view, path, file, Mechanism.POD_IDENTITY)
    traces = (*view.of(AGENT_URI, AGENT_TOKEN), *(view.token_traces(file) if file else ()))
    label = view.pod.pod.metadata.labels.get(EKS_POD_IDENTITY)
    if label is not None:
        traces = (*traces, view.pod.trace(f"metadata.labels['{EKS_POD_IDENTITY}']", label))
    text = uri.value if uri else ""
    yield view.effective(Mechanism.POD_IDENTITY, Cloud.AWS, None, text, traces, token, problem)


@lru_cache(maxsize=256)
def _agent(uri: str) -> bool:
    """Whether credentials come from the agent of EKS Pod Identity."""
    try:
        return urlsplit(uri).hostname in AGENT_HOSTS
    except ValueError:
        return False


def agent_elsewhere(view: View) -> bool:
    """Whether container credentials come from something else than that agent."""
    uri = view.env.get(AGENT_URI)
    other = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI" in view.env
    return other or (uri is not None and not _agent(uri.value))


def roles_anywhere(shape: Shape, pod: PodView | None, facts: ClusterFacts) -> tuple[Effective, ...]:
    """A container with AWS' helper that signs in with a certificate; for all of the pod."""
    for role, container in shape.containers():
        if helper(container.image):
            view = View(pod or PodView(shape, facts), role, container)
            trace = view.pod.trace(f"{view.path}.image", container.image)
            return (
                view.effective(
                    Mechanism.ROLES_ANYWHERE, Cloud.AWS, None, container.image, (trace,)
                ),
            )
    return ()


@lru_cache(maxsize=8192)
def helper(image: str) -> bool:
    """Whether it is an image of the credential helper of IAM Roles Anywhere."""
    return any(name in image for name in _HELPERS)


def kiam(pod: PodView) -> Iterator[Effective]:
    """The annotation of kube2iam and kiam."""
    role = pod.pod.metadata.annotations.get(KIAM_ROLE)
    if role:
        trace = pod.trace(annotation_path(KIAM_ROLE), role)
        identity = parse_role(role).identity
        yield Effective("", "app", Mechanism.KIAM, Cloud.AWS, identity, role, (trace,))
