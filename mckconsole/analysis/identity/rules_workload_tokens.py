"""Rules on projected tokens for a cloud: WI28, WI29, WI31.

Sources: Kubernetes service account token volume projection; amazon-eks-pod-identity-webhook
pkg/handler (86400 s by default, jittered from 79200 for Pod Identity), azure-workload-identity
(3600 s by default).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from mckconsole.analysis.identity.case import Case, Found
from mckconsole.analysis.identity.containers import File
from mckconsole.analysis.identity.effective_aws import missing_token
from mckconsole.analysis.identity.formats import read_audience
from mckconsole.analysis.identity.model import Cloud, Mechanism
from mckconsole.analysis.identity.rules_words import steps
from mckconsole.analysis.identity.rules_workload_evidence import (
    Place,
    Signs,
    on_pod,
    places,
    variable,
    written,
)
from mckconsole.analysis.identity.rules_workload_remedies import retoken
from mckconsole.domain.findings import Severity
from mckconsole.domain.pods import TokenSource

_HOUR, _DAY = 3600, 86_400
_WEBHOOK_VOLUMES = frozenset({"aws-iam-token", "eks-pod-identity-token", "gcp-iam-token"})
"""Volumes of webhooks whose default is a day."""


class Variable(NamedTuple):
    """A variable that leads an SDK to a token, and whom that must be for."""

    name: str
    cloud: Cloud
    mechanism: Mechanism
    audience: str


VARIABLES = (
    Variable("AWS_WEB_IDENTITY_TOKEN_FILE", Cloud.AWS, Mechanism.IRSA, "sts.amazonaws.com"),
    Variable(
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
        Cloud.AWS,
        Mechanism.POD_IDENTITY,
        "pods.eks.amazonaws.com",
    ),
    Variable(
        "AZURE_FEDERATED_TOKEN_FILE", Cloud.AZURE, Mechanism.AZURE, "api://AzureADTokenExchange"
    ),
)


def tokens(place: Place) -> Iterator[File]:
    """The projected tokens that are mounted into a container."""
    for mount, token, path in place.view.cloud_tokens():
        volume = place.view.pod.volumes.get(mount.name)
        yield File(mount, volume, token.path, token, path)


def wi28(case: Case) -> Iterator[Found]:
    """WI28: the token that a variable leads to is for another party."""
    for one in VARIABLES:
        signs, parties, fix = Signs(), dict[str, None](), ""
        for place in places(case):
            file = place.file(one.name)
            if file.token is None or not file.token.audience:
                continue  # without an audience: see WI33
            whom = read_audience(file.token.audience)
            if whom.mechanism in (None, one.mechanism) and whom.words != "the API server":
                continue  # a custom audience is what the provider was told to accept
            parties[f"{file.token.audience} ({whom.words})"] = None
            fix = fix or retoken(case, file, audience=one.audience)
            signs.add(place, variable(case, place, one.name))
            signs.add(place, *map(case.seen, place.view.token_traces(file)))
        if signs:
            yield _wrong_audience(case, one, signs, list(parties), fix)


def _wrong_audience(case: Case, one: Variable, signs: Signs, parties: list[str], fix: str) -> Found:
    signs.add(None, *written(case, one.name))
    title = f"Token of {one.name} is for another party in {signs.names}"
    detail = (
        f"{one.name} leads to a token for {' and '.join(parties)}; {one.mechanism} takes one for "
        f"{one.audience}, so every exchange is refused."
    )
    return signs.found(case, "WI28", Severity.HIGH, one.cloud, title, detail, fix)


def wi29(case: Case) -> Iterator[Found]:
    """WI29: a variable names a token file that the container does not have."""
    for cloud in (Cloud.AWS, Cloud.AZURE):
        signs, names = Signs(), dict[str, str]()
        for one in VARIABLES:
            for place in places(case) if one.cloud is cloud else ():
                value = place.value(one.name)
                file = place.file(one.name)
                if not value or file.token is not None:
                    continue
                if file.mount is not None and not missing_token(one.name, file):
                    continue  # of a volume that may hold anything
                names[one.name] = value
                have = ", ".join(m.mount_path for m in place.container.volume_mounts) or "(none)"
                path = f"{place.path}.volumeMounts[].mountPath"
                signs.add(place, variable(case, place, one.name))
                signs.add(place, on_pod(case, place.shape, path, have))
        if signs:
            yield _unmounted(case, cloud, signs, names)


def _unmounted(case: Case, cloud: Cloud, signs: Signs, names: dict[str, str]) -> Found:
    signs.add(None, *written(case, *names))
    name, value = next(iter(names.items()))
    title = f"{name} names a file that {signs.names} does not have"
    every = "; ".join(f"{one} = {path}" for one, path in names.items())
    detail = f"No volume brings a token there ({every}): the SDK fails when it reads the file."
    wanted = next(one for one in VARIABLES if one.name == name)
    directory, _, file = value.rpartition("/")
    fix = steps(
        f"mount the token in {signs.names}: volumeMounts: [{{name: TOKEN_VOLUME, mountPath: "
        f"{directory or '/'}, readOnly: true}}]",
        "with the volume: projected: {sources: [{serviceAccountToken: {audience: "
        f"{wanted.audience}, expirationSeconds: 3600, path: {file}}}}}]}}",
        "or take the variable out and let the webhook inject both",
    )
    return signs.found(case, "WI29", Severity.HIGH, cloud, title, detail, fix)


def wi31(case: Case) -> Iterator[Found]:
    """WI31: tokens for a cloud that are valid for a day or more, but for webhooks' defaults."""
    found: dict[Cloud, tuple[Signs, list[int], dict[str, None]]] = {}
    for place in places(case):
        for file in tokens(place):
            mount, token = file.mount, file.token
            cloud = read_audience(token.audience).cloud if token else None
            if mount is None or token is None or cloud is None or not _long(mount.name, token):
                continue
            signs, seconds, fixes = found.setdefault(cloud, (Signs(), [], {}))
            seconds.append(token.expiration_seconds)
            fixes[retoken(case, file, expirationSeconds=_HOUR)] = None
            shown = str(token.expiration_seconds)
            signs.add(place, on_pod(case, place.shape, f"{file.place}.expirationSeconds", shown))
            signs.add(place, on_pod(case, place.shape, f"{file.place}.audience", token.audience))
    for cloud, (signs, seconds, fixes) in found.items():
        hours = max(seconds) / _HOUR
        title = f"Token for {cloud.upper()} is valid for {hours:g} h in {signs.names}"
        detail = (
            f"The kubelet renews the token long before it expires, so {hours:g} h serve nobody "
            "but whoever copies it: an hour does. Where a webhook mounts it, its token-expiration "
            "annotation says how long."
        )
        yield signs.found(case, "WI31", Severity.LOW, cloud, title, detail, steps(*fixes))


def _long(volume: str, token: TokenSource) -> bool:
    """Whether somebody chose a day or more; webhooks that do so by default are no choice."""
    if volume in _WEBHOOK_VOLUMES:
        return token.expiration_seconds > _DAY
    return token.expiration_seconds >= _DAY
