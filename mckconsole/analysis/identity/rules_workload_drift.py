"""The rule on pods that are another identity than the one that is declared: WI05.

A webhook leaves alone what a container sets itself, and never touches a pod again. Sources:
amazon-eks-pod-identity-webhook pkg/handler, azure-workload-identity pkg/webhook.
"""

from __future__ import annotations

from collections.abc import Iterator

from mckconsole.analysis.identity.case import Case, Found
from mckconsole.analysis.identity.effective_aws import ROLE, TOKEN_FILE
from mckconsole.analysis.identity.model import Cloud, Declaration, Mechanism, Shape
from mckconsole.analysis.identity.rules_words import show, steps
from mckconsole.analysis.identity.rules_workload_evidence import (
    Place,
    Signs,
    live,
    on_pod,
    places,
    variable,
    writer,
    written,
)
from mckconsole.analysis.identity.rules_workload_injection import POD_IDENTITY_ENV, injected
from mckconsole.analysis.identity.rules_workload_remedies import unset
from mckconsole.domain.cloudkeys import AZURE_TENANT, GCP_CREDENTIALS
from mckconsole.domain.findings import Severity
from mckconsole.domain.text import shorten
from mckconsole.domain.times import parse_rfc3339

_TITLE, _WHOLE = 40, 64


def wi05(case: Case) -> Iterator[Found]:
    """WI05: in effect is another identity than the declared one."""
    for declared in injected(case):
        signs, values, names, old = Signs(), dict[str, None](), dict[str, None](), True
        for place in places(case):
            since = parse_rfc3339(declared.since)
            if not _counts(place.shape, since):
                continue
            for name, value in _others(case, place, declared):
                values[value], names[name] = None, None
                signs.add(place, variable(case, place, name))
                old = old and (_older(place.shape, since) or not declared.dated)
        values.update(_direct(case, declared, signs))
        if signs:
            yield _drift(case, declared, signs, list(values), list(names), old)


def _counts(shape: Shape, since: float | None) -> bool:
    """Finished pods tell nothing of what was declared after they were made."""
    return bool(live(shape)) or not _older(shape, since)


def _older(shape: Shape, since: float | None) -> bool:
    made = parse_rfc3339(shape.pod.metadata.creation_timestamp)
    return made is not None and since is not None and made < since


def _others(case: Case, place: Place, declared: Declaration) -> Iterator[tuple[str, str]]:
    """Variables of the container that name another identity, and what they name."""
    if declared.cloud is Cloud.AWS:
        value = "" if place.given(POD_IDENTITY_ENV) else place.value("AWS_ROLE_ARN")
        if value and not _same_role(value.strip(), declared.text.strip()):
            yield "AWS_ROLE_ARN", value
    elif declared.mechanism is Mechanism.AZURE and declared.identity is not None:
        wanted = {"AZURE_CLIENT_ID": declared.identity.name}
        account = case.account.object
        if account is not None and AZURE_TENANT in account.metadata.annotations:
            wanted["AZURE_TENANT_ID"] = declared.identity.realm  # else by default, to be overruled
        for name, known in wanted.items():
            value = place.value(name)
            if value and known and value.strip().casefold() != known.casefold():
                yield name, value


def _same_role(value: str, declared: str) -> bool:
    """Whether it is the declared role; some webhooks complete a bare name to an ARN."""
    bare = not declared.startswith("arn:")
    return value == declared or (bare and value.endswith(f"role/{declared}"))


def _direct(case: Case, declared: Declaration, signs: Signs) -> dict[str, None]:
    """Google identities in the credential configuration that the webhook put into annotations."""
    found: dict[str, None] = {}
    if declared.mechanism is not Mechanism.GCP_FEDERATION or declared.identity is None:
        return found
    for shape in case.workload.shapes:
        url = shape.pod.metadata.google.service_account_impersonation_url
        mail = url.rpartition("/serviceAccounts/")[2].partition(":")[0]
        if url and mail != declared.identity.name and not declared.identity.realm:
            path = f"metadata.annotations['{GCP_CREDENTIALS}']"
            signs.add(None, on_pod(case, shape, f"{path}.service_account_impersonation_url", url))
            found[mail] = None
    return found


def _drift(
    case: Case,
    declared: Declaration,
    signs: Signs,
    values: list[str],
    names: list[str],
    old: bool,
) -> Found:
    by_hand = [name for name in names if writer(case, name)]
    signs.add(None, *show(case, declared), *written(case, *names))
    effect = " and ".join(values)
    is_now, wanted = _short(effect, declared), _short(declared.text, declared)
    if is_now == wanted:  # of another account or path
        is_now, wanted = shorten(effect, _WHOLE), shorten(declared.text, _WHOLE)
    title = f"Pods are {is_now}, declared is {wanted}"
    if by_hand or not old:
        why = "it is written in the template, and the webhook leaves alone what is set already"
        fix = _removal(case, names, signs)
    else:
        since = "" if declared.dated else "probably "
        why = (
            f"the pods are {since}older than what is declared, and webhooks never touch them again"
        )
        fix = case.restart()
    detail = (
        f"{declared.trace.object} declares {declared.text}, and in effect is {effect}: {why}. "
        "Whatever is granted to the declared identity or taken from it has no effect on this "
        "workload."
    )
    return signs.found(case, "WI05", Severity.HIGH, declared.cloud, title, detail, fix)


def _removal(case: Case, names: list[str], signs: Signs) -> str:
    """The step after which the webhook gives what is declared; AWS' only where neither is set."""
    if not names:
        return steps("take the credential configuration out of the template", case.restart())
    pair = [ROLE, TOKEN_FILE] if ROLE in names else names
    return unset(case, pair, sorted(signs.containers))


def _short(text: str, declared: Declaration) -> str:
    """The part of an identity that tells it apart, for a title."""
    last = text.rpartition("/")[2] if declared.cloud is Cloud.AWS else text
    return shorten(last or text, _TITLE)
