"""Rules on tokens for the API server, which are those without an audience: WI32, WI33.

Sources: Kubernetes, opt out of API credential automounting and service account token volume
projection; CIS Kubernetes Benchmark 5.1.6.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mckconsole.analysis.identity.case import Case, Found
from mckconsole.analysis.identity.containers import File
from mckconsole.analysis.identity.formats import read_audience
from mckconsole.analysis.identity.model import Cloud, Trace
from mckconsole.analysis.identity.rules_words import steps
from mckconsole.analysis.identity.rules_workload_evidence import (
    UNSET,
    Place,
    Signs,
    on_pod,
    places,
    variable,
)
from mckconsole.analysis.identity.rules_workload_remedies import account_named, retoken
from mckconsole.analysis.identity.rules_workload_tokens import VARIABLES, tokens
from mckconsole.analysis.rbac import TOPICS
from mckconsole.domain.findings import Evidence, Severity
from mckconsole.domain.pods import API_MOUNT

_API_VOLUME = "kube-api-access"
_API_TOKEN = f"{API_MOUNT}/token"
_PARTY = re.compile(
    r"(?i)(?<![a-z])(vault|openbao|bao|conjur|boundary|consul|sigstore|fulcio|spiffe|spire|"
    r"aws|eks|sts|azure|entra|gcp|google|gke|oidc|teleport|akeyless|infisical|doppler)(?![a-z])"
)


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
            if cloud not in (None, Cloud.SPIFFE) and one.mount_path != mount.mount_path:
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
    unread = (case.facts.unread[one] for one in TOPICS if one in case.facts.unread)
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
    fixes: dict[str, None] = {}
    for place in places(case):
        for one in VARIABLES:
            file = place.file(one.name)
            plain = file.token is not None and not file.token.audience
            standard = place.value(one.name) == _API_TOKEN
            if plain or standard:
                parties[one.cloud.upper()], clouds[one.cloud] = None, None
                signs.add(place, variable(case, place, one.name), *_shown(case, place, file))
                give = f"mount a token of its own for it, with the audience {one.audience}"
                fixes[give if standard else retoken(case, file, audience=one.audience)] = None
        for file in () if clouds else tokens(place):
            party = _party(file)
            if party:
                parties[party] = None
                signs.add(place, *_shown(case, place, file))
                fixes[retoken(case, file, audience=party)] = None
    if not signs:
        return
    named = ", ".join(sorted(parties))
    title = f"Token for the API server is handed to {named} in {signs.names}"
    detail = (
        f"A token without an audience is one for the API server, and it is meant for {named}: "
        f"whoever receives or logs it there can act in the cluster as {case.account.key.name}."
    )
    cloud = next(iter(clouds)) if len(clouds) == 1 else None
    yield signs.found(case, "WI33", Severity.MEDIUM, cloud, title, detail, steps(*fixes))


def _party(file: File) -> str:
    """Whom a token without an audience is for, by where it is mounted; empty for the API server's
    own, and where nothing tells."""
    mount, token = file.mount, file.token
    if mount is None or token is None or token.audience:
        return ""
    if mount.name == _API_VOLUME or mount.mount_path.rstrip("/") == API_MOUNT:
        return ""
    party = _PARTY.search(f"{mount.name} {mount.mount_path} {token.path}")
    return party[1].lower() if party else ""


def _shown(case: Case, place: Place, file: File) -> Iterator[Evidence]:
    if file.mount is not None and file.token is not None:
        yield case.seen(place.view.mounted(file.mount))
        yield on_pod(case, place.shape, f"{file.place}.audience", file.token.audience or UNSET)
