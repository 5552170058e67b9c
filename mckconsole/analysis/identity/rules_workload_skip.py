"""Rules on lists of containers that a webhook shall skip: WI15, WI43.

AWS' and GCP's lists are separated by commas, Azure's by semicolons. Sources:
amazon-eks-pod-identity-webhook pkg/handler, azure-workload-identity pkg/webhook,
gcp-workload-identity-federation-webhook README.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from mckconsole.analysis.identity.case import Case, Found
from mckconsole.analysis.identity.injection import skipped
from mckconsole.analysis.identity.model import Cloud
from mckconsole.analysis.identity.rules_words import annotation, steps
from mckconsole.analysis.identity.rules_workload_evidence import (
    Place,
    Signs,
    on_pod,
    places,
    variable,
    written,
)
from mckconsole.analysis.identity.rules_workload_remedies import patch_template, unset
from mckconsole.domain.cloudkeys import (
    AZURE_SKIP_CONTAINERS,
    EKS_SKIP_CONTAINERS,
    GCP_SKIP_CONTAINERS,
)
from mckconsole.domain.findings import Evidence, Severity


class _List(NamedTuple):
    """How one webhook's list is written, and what it keeps from a container."""

    key: str
    separator: str
    wrong: str
    variables: tuple[str, ...]


_LISTS = {
    Cloud.AWS: _List(
        EKS_SKIP_CONTAINERS,
        ",",
        ";",
        (
            "AWS_ROLE_ARN",
            "AWS_WEB_IDENTITY_TOKEN_FILE",
            "AWS_CONTAINER_CREDENTIALS_FULL_URI",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
        ),
    ),
    Cloud.AZURE: _List(
        AZURE_SKIP_CONTAINERS,
        ";",
        ",",
        ("AZURE_CLIENT_ID", "AZURE_TENANT_ID", "AZURE_FEDERATED_TOKEN_FILE"),
    ),
    Cloud.GCP: _List(
        GCP_SKIP_CONTAINERS, ",", ";", ("GOOGLE_APPLICATION_CREDENTIALS", "CLOUDSDK_CONFIG")
    ),
}


def _split(text: str, separator: str) -> list[str]:
    return [name for part in text.split(separator) if (name := part.strip())]


def _annotated(case: Case) -> bool:
    """Whether any pod has an annotation on an identity: most have none."""
    return any(shape.pod.metadata.annotations for shape in case.workload.shapes)


def wi15(case: Case) -> Iterator[Found]:
    """WI15: a list with the wrong separator, or with a name that no container has."""
    if not _annotated(case):
        return
    for cloud, form in _LISTS.items():
        signs, unknown, meant = Signs(), dict[str, None](), ""
        for shape in case.workload.shapes:
            text = shape.pod.metadata.annotations.get(form.key, "")
            known = {one.name for role, one in shape.containers() if role != "ephemeral"}
            named = skipped(cloud, shape) if text else frozenset()
            missing = sorted(name for name in named - known if name.strip())
            if missing:
                unknown.update(dict.fromkeys(missing))
                meant = _meant(text, form, known)
                signs.add(None, on_pod(case, shape, annotation(form.key), text))
                signs.add(None, on_pod(case, shape, "spec.containers", ", ".join(sorted(known))))
        if signs:
            yield _wrong_list(case, cloud, form, signs, list(unknown), meant)


def _meant(text: str, form: _List, known: set[str]) -> str:
    """The list as it was probably meant."""
    names = _split(text.replace(form.wrong, form.separator), form.separator)
    return form.separator.join(name for name in names if name in known)


def _wrong_list(
    case: Case, cloud: Cloud, form: _List, signs: Signs, unknown: list[str], meant: str
) -> Found:
    if any(form.wrong in name for name in unknown):
        why = f"the list is separated by {form.wrong!r}, and this webhook splits at "
        why += f"{form.separator!r}"
        title = f"{form.key} has the wrong separator"
    elif any(name.strip() != name for name in unknown):
        why = "this webhook takes names with the spaces around them, which no container has"
        title = f"{form.key} has spaces between its names"
    else:
        why = f"no container is named {' or '.join(unknown)}"
        title = f"{form.key} names no container: {', '.join(unknown)}"
    detail = f"{why[0].upper()}{why[1:]}. What was meant gets the identity all the same."
    fix = _annotate(case, form.key, meant or None)
    return signs.found(case, "WI15", Severity.MEDIUM, cloud, title, detail, fix)


def _annotate(case: Case, key: str, value: str | None) -> str:
    return patch_template(case, {"metadata": {"annotations": {key: value}}})


def wi43(case: Case) -> Iterator[Found]:
    """WI43: a container that is skipped has the identity's variables by hand."""
    if not _annotated(case):
        return
    for cloud, form in _LISTS.items():
        signs, names = Signs(), dict[str, None]()
        for place in places(case):
            if place.container.name in skipped(cloud, place.shape):
                by_hand = [name for name in form.variables if place.given(name)]
                names.update(dict.fromkeys(by_hand))
                if by_hand:
                    signs.add(place, *(variable(case, place, name) for name in by_hand))
                    signs.add(place, _listed(case, place, form))
        if signs:
            signs.add(None, *written(case, *names))
            yield _by_hand(case, cloud, form, signs, list(names))


def _listed(case: Case, place: Place, form: _List) -> Evidence:
    text = place.shape.pod.metadata.annotations.get(form.key, "")
    return on_pod(case, place.shape, annotation(form.key), text)


def _by_hand(case: Case, cloud: Cloud, form: _List, signs: Signs, names: list[str]) -> Found:
    shape = next(iter(signs.shapes.values()))
    rest = sorted(skipped(cloud, shape) - signs.containers.keys())
    title = f"Skipped by the webhook, yet with {names[0]} by hand: {signs.names}"
    detail = (
        f"{form.key} keeps the webhook from {signs.names}, and {', '.join(names)} are written "
        "there by hand: they stay as they are when the service account's annotation changes, and "
        "no token is mounted for them unless that is done by hand, too."
    )
    fix = steps(
        unset(case, names, sorted(signs.containers)),
        _annotate(case, form.key, form.separator.join(rest) or None),
    )
    return signs.found(case, "WI43", Severity.MEDIUM, cloud, title, detail, fix)
