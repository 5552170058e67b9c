"""Rules on projected tokens: WI28, WI29, WI31, WI32, WI33.

A token without an audience is for the API server. Sources: Kubernetes service account token
volume projection; amazon-eks-pod-identity-webhook pkg/handler (86400 s by default, jittered from
79200 for Pod Identity), azure-workload-identity (3600 s by default).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from mckconsole.analysis.identity.case import Case, Found
from mckconsole.analysis.identity.effective_aws import missing_token
from mckconsole.analysis.identity.formats import read_audience
from mckconsole.analysis.identity.model import Cloud, Mechanism, Trace
from mckconsole.analysis.identity.rules_account_words import steps
from mckconsole.analysis.identity.rules_workload_pods import (
    UNSET,
    Signs,
    account_named,
    on_pod,
    places,
    variable,
    written,
)
from mckconsole.domain.findings import Severity
from mckconsole.domain.pods import API_MOUNT, TokenSource

_DAY = 86_400
_WEBHOOK_VOLUMES = frozenset({"aws-iam-token", "eks-pod-identity-token", "gcp-iam-token"})
"""Volumes of webhooks whose default is a day."""
_API_VOLUME = "kube-api-access"
_API_TOKEN = f"{API_MOUNT}/token"
_PARTY = re.compile(
    r"(?i)(?<![a-z])(vault|openbao|bao|conjur|boundary|consul|sigstore|fulcio|spiffe|spire|"
    r"aws|eks|sts|azure|entra|gcp|google|gke|oidc|teleport|akeyless|infisical|doppler)(?![a-z])"
)


class _Variable(NamedTuple):
    """A variable that leads an SDK to a token, and whom that must be for."""

    name: str
    cloud: Cloud
    mechanism: Mechanism
    audience: str


_VARIABLES = (
    _Variable("AWS_WEB_IDENTITY_TOKEN_FILE", Cloud.AWS, Mechanism.IRSA, "sts.amazonaws.com"),
    _Variable(
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
        Cloud.AWS,
        Mechanism.POD_IDENTITY,
        "pods.eks.amazonaws.com",
    ),
    _Variable(
        "AZURE_FEDERATED_TOKEN_FILE", Cloud.AZURE, Mechanism.AZURE, "api://AzureADTokenExchange"
    ),
)


def wi28(case: Case) -> Iterator[Found]:
    """WI28: the token that a variable leads to is for another party."""
    for one in _VARIABLES:
        signs, parties = Signs(), dict[str, None]()
        for place in places(case):
            file = place.file(one.name)
            if file.token is None or not file.token.audience:
                continue  # without an audience: see WI33
            whom = read_audience(file.token.audience)
            if whom.mechanism in (None, one.mechanism) and whom.words != "the API server":
                continue  # a custom audience is what the provider was told to accept
            parties[f"{file.token.audience} ({whom.words})"] = None
            signs.add(place, variable(case, place, one.name))
            signs.add(place, *map(case.seen, place.view.token_traces(file)))
        if signs:
            yield _wrong_audience(case, one, signs, list(parties))


def _wrong_audience(case: Case, one: _Variable, signs: Signs, parties: list[str]) -> Found:
    signs.add(None, *written(case, one.name))
    title = f"Token of {one.name} is for another party in {signs.names}"
    detail = (
        f"{one.name} leads to a token for {' and '.join(parties)}; {one.mechanism} takes one for "
        f"{one.audience}, so every exchange is refused."
    )
    fix = (
        "in what makes the pods, set on that volume: projected.sources[].serviceAccountToken"
        f".audience: {one.audience}"
    )
    return signs.found(case, "WI28", Severity.HIGH, one.cloud, title, detail, fix)


def wi29(case: Case) -> Iterator[Found]:
    """WI29: a variable names a token file that the container does not have."""
    for cloud in (Cloud.AWS, Cloud.AZURE):
        signs, names = Signs(), dict[str, str]()
        for one in _VARIABLES:
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
    wanted = next(one for one in _VARIABLES if one.name == name)
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
    found: dict[Cloud, tuple[Signs, list[int]]] = {}
    for place in places(case):
        for mount, token, path in place.view.cloud_tokens():
            cloud = read_audience(token.audience).cloud
            if cloud is None or not _long(mount.name, token):
                continue
            signs, seconds = found.setdefault(cloud, (Signs(), []))
            seconds.append(token.expiration_seconds)
            shown = str(token.expiration_seconds)
            signs.add(place, on_pod(case, place.shape, f"{path}.expirationSeconds", shown))
            signs.add(place, on_pod(case, place.shape, f"{path}.audience", token.audience))
    for cloud, (signs, seconds) in found.items():
        hours = max(seconds) / 3600
        title = f"Token for {cloud.upper()} is valid for {hours:g} h in {signs.names}"
        detail = (
            f"The kubelet renews the token long before it expires, so {hours:g} h serve nobody "
            "but whoever copies it: an hour does."
        )
        fix = (
            "in what makes the pods, set on that volume: projected.sources[].serviceAccountToken"
            ".expirationSeconds: 3600 (where a webhook makes it, by its token-expiration "
            "annotation)"
        )
        yield signs.found(case, "WI31", Severity.LOW, cloud, title, detail, fix)


def _long(volume: str, token: TokenSource) -> bool:
    """Whether somebody chose a day or more; webhooks that do so by default are no choice."""
    if volume in _WEBHOOK_VOLUMES:
        return token.expiration_seconds > _DAY
    return token.expiration_seconds >= _DAY


def wi32(case: Case) -> Iterator[Found]:
    """WI32: the API server's token beside one for a cloud, where nothing uses the API."""
    signs, clouds = Signs(), dict[Cloud, None]()
    for place in places(case):
        mount = place.container.mount_at(API_MOUNT)
        if mount is None or mount.mount_path.rstrip("/") != API_MOUNT or not place.injected:
            continue
        if "vault" in place.container.image:
            return  # signs in to Vault with the API server's token
        for one, token, path in place.view.cloud_tokens():
            cloud = read_audience(token.audience).cloud
            if cloud is not None and one.mount_path != mount.mount_path:
                clouds[cloud] = None
                signs.add(place, on_pod(case, place.shape, f"{path}.audience", token.audience))
                signs.add(place, case.seen(place.view.mounted(mount)))
    if not signs:
        return
    unread = _uses_api(case)
    if unread is None:
        return
    if unread:
        case.unknown("WI32", unread)
        return
    yield _unneeded(case, signs, list(clouds))


def _uses_api(case: Case) -> str | None:
    """None where the account was granted something; else why that is not known, or empty."""
    rbac = case.facts.rbac
    if rbac is not None and rbac.granted(case.namespace, case.account.key.name):
        return None
    topics = ("clusterroles", "clusterrolebindings", "roles", "rolebindings")
    unread = (case.facts.unread[one] for one in topics if one in case.facts.unread)
    return next(unread, "" if rbac is not None else "roles and bindings were not read")


def _unneeded(case: Case, signs: Signs, clouds: list[Cloud]) -> Found:
    for shape in case.workload.shapes[:1]:
        own = shape.pod.spec.automount_service_account_token
        shown = UNSET if own is None else str(own).lower()
        signs.add(None, on_pod(case, shape, "spec.automountServiceAccountToken", shown))
    account = case.account.object
    if account is not None:
        own = account.automount_service_account_token
        shown = UNSET if own is None else str(own).lower()
        signs.add(None, case.seen(Trace(case.account_ref(), "automountServiceAccountToken", shown)))
    granted = f"RBAC grants of {case.account.key.namespace}/{case.account.key.name}"
    signs.add(None, case.derived(granted, "none"))
    title = f"API token is mounted in {signs.names}, only the cloud's is needed"
    detail = (
        f"{case.account.key.name} has no permission in the cluster but what everybody has, and "
        f"its token for the API server is mounted in {signs.names} all the same (unset means yes). "
        "The projected token for the cloud does not depend on it."
    )
    fix = steps(
        account_named(
            case, "patch serviceaccount {} -p '{\"automountServiceAccountToken\":false}'"
        ),
        case.restart(),
    )
    cloud = clouds[0] if len(clouds) == 1 else None
    return signs.found(case, "WI32", Severity.LOW, cloud, title, detail, fix)


def wi33(case: Case) -> Iterator[Found]:
    """WI33: a token for the API server on its way to a third party."""
    signs, parties, clouds = Signs(), dict[str, None](), dict[Cloud, None]()
    for place in places(case):
        for one in _VARIABLES:
            file = place.file(one.name)
            plain = file.token is not None and not file.token.audience
            if plain or place.value(one.name) == _API_TOKEN:
                parties[one.cloud.upper()], clouds[one.cloud] = None, None
                signs.add(place, variable(case, place, one.name))
                signs.add(place, *map(case.seen, place.view.token_traces(file)))
        for mount, token, path in place.view.cloud_tokens():
            party = _PARTY.search(f"{mount.name} {mount.mount_path} {token.path}")
            standard = mount.name == _API_VOLUME or mount.mount_path.rstrip("/") == API_MOUNT
            if token.audience or standard or party is None:
                continue
            parties[party[1]] = None
            signs.add(place, on_pod(case, place.shape, f"{path}.audience", UNSET))
            signs.add(place, case.seen(place.view.mounted(mount)))
    if not signs:
        return
    named = ", ".join(sorted(parties, key=str.casefold))
    title = f"Token for the API server is handed to {named} in {signs.names}"
    detail = (
        f"A token without an audience is one for the API server, and it is meant for {named}: "
        f"whoever receives or logs it there can act in the cluster as {case.account.key.name}."
    )
    fix = (
        "in what makes the pods, set on that volume: projected.sources[].serviceAccountToken"
        ".audience, to the party's own (sts.amazonaws.com, api://AzureADTokenExchange, vault …)"
    )
    cloud = next(iter(clouds)) if len(clouds) == 1 else None
    yield signs.found(case, "WI33", Severity.MEDIUM, cloud, title, detail, fix)
