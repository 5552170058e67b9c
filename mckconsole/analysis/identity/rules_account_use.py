"""Rules on who uses a service account that has a cloud identity: WI21, WI24, WI35, WI36.

Workloads are related when a label that installers set says so (a Helm release is
`app.kubernetes.io/instance`), or when the name of one begins with that of the other, as a CronJob's
`shop-report` does beside a Deployment `shop`. What is related may well share an account.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from mckconsole.analysis.identity.case import AccountCase, Found
from mckconsole.analysis.identity.model import BindingState, Cloud, Workload
from mckconsole.analysis.identity.rules_account_words import (
    held_by,
    names_of,
    on_account,
    restarts,
    show_runs_as,
    undeclare,
)
from mckconsole.analysis.identity.rules_words import (
    MAX_SHOWN,
    cloud_of,
    listed,
    named,
    show,
    steps,
)
from mckconsole.domain.findings import Finding, Severity
from mckconsole.domain.times import format_age, parse_rfc3339
from mckconsole.domain.wording import counted

_DAY = 86400.0
_RELATING = (
    "app.kubernetes.io/instance",
    "app.kubernetes.io/part-of",
    "app.kubernetes.io/name",
    "release",
    "app",
    "k8s-app",
    "name",
)
"""Labels whose equal values make workloads one application."""
_USED = frozenset(BindingState) - {
    BindingState.DRIFT,
    BindingState.NODE_FALLBACK,
    BindingState.UNKNOWN,
}
"""States in which a workload may well use what its account declares."""
_TELLING = (
    "pods", "deployments", "statefulsets", "daemonsets", "cronjobs", "jobs",
    "secretstores", "clustersecretstores", "flux-ocirepositories", "flux-buckets",
    "flux-gitrepositories",
)  # fmt: skip
"""Topics that hold who uses an account."""


def wi21(case: AccountCase) -> Iterator[Found]:
    """WI21, second half: unrelated workloads are one cloud identity."""
    if len(case.workloads) < 2:
        return
    held = held_by(case)
    groups = related(case.workloads) if held else []
    if len(groups) < 2:
        return
    first = [group[0] for group in groups]
    name = shlex.quote(first[-1].key.name)
    finding = case.finding(
        "WI21",
        Severity.MEDIUM,
        f"{len(groups)} unrelated workloads share the service account",
        f"{listed(map(named, first))} run as {case.account.key.name} and so are all "
        f"{names_of(held)}: what one of them needs all of them may, and the cloud's logs cannot "
        "tell them apart. They share no application label and no name.",
        (*(one for each in held for one in each.evidence),
         *(show_runs_as(case, one) for one in first[:MAX_SHOWN])),
        steps(
            case.kubectl(f"create serviceaccount {name}", case.about.namespace),
            f"set spec.template.spec.serviceAccountName of {named(first[-1])} to it",
            "give it a cloud identity of its own, with what it needs and no more",
        ),
        object=case.about,
        subject="workloads",
    )  # fmt: skip
    yield Found(cloud_of(one.cloud for one in held), finding)


def related(workloads: Sequence[Workload]) -> list[list[Workload]]:
    """Workloads in groups that belong together, each sorted by its workloads' names.

    A service account may have thousands, so each is looked up by its marks and by what its name
    begins with, and not compared with all others.
    """
    ordered = sorted(workloads, key=lambda one: (one.key.name, one.key.kind))
    leaders = list(range(len(ordered)))
    """For each one of its group, in the end the group's first."""

    def leader(number: int) -> int:
        while leaders[number] != number:
            leaders[number] = number = leaders[leaders[number]]
        return number

    known: dict[tuple[str, str], int] = {}
    for number, workload in enumerate(ordered):
        marks = _marks(workload) | {("", workload.key.name)}
        for mark in marks | _beginnings(workload.key.name):
            if mark in known:
                one, other = sorted((leader(known[mark]), leader(number)))
                leaders[other] = one
        known.update((mark, number) for mark in marks)
    groups: dict[int, list[Workload]] = {}
    for number, workload in enumerate(ordered):
        groups.setdefault(leader(number), []).append(workload)
    return sorted(groups.values(), key=lambda group: group[0].key)


def _beginnings(name: str) -> set[tuple[str, str]]:
    """The names, as marks, that a related workload may have of which this one begins with."""
    return {("", name[:place]) for place, letter in enumerate(name) if letter == "-"}


def _marks(workload: Workload) -> set[tuple[str, str]]:
    """Labels of a workload, of its template and of its pods that tell what it belongs to."""
    found: set[tuple[str, str]] = set()
    sources = [workload.controller.metadata.labels] if workload.controller else []
    if workload.template:
        sources.append(workload.template.metadata.labels)
    if workload.shapes:
        sources.append(workload.shapes[0].pod.metadata.labels)
    for labels in sources:
        found.update((key, labels[key]) for key in _RELATING if labels.get(key))
    return found


def wi24(case: AccountCase) -> Iterator[Found]:
    """WI24: a namespace's default service account declares a cloud identity."""
    declared = case.account.declarations
    if case.account.key.name != "default" or not declared:
        return
    space = case.about.namespace
    users = counted(len(case.workloads), "workload")
    runs = f"Now that is {users}. " if case.workloads else ""
    finding = case.finding(
        "WI24",
        Severity.HIGH,
        "the default service account has a cloud identity",
        f"Every pod of {space} that names no service account is "
        f"{' and '.join(one.text for one in declared)}. {runs}Whoever may create any pod there "
        "has it without asking for it.",
        (*(one for each in declared for one in show(case, each)),
         *(show_runs_as(case, one) for one in case.workloads[:MAX_SHOWN])),
        steps(
            case.kubectl("create serviceaccount NAME", space),
            "declare the identity there, and set spec.template.spec.serviceAccountName of the "
            "workload that needs it",
            undeclare(case),
        ),
        object=case.about,
    )  # fmt: skip
    yield Found(cloud_of(one.cloud for one in declared), finding)


def wi35(case: AccountCase) -> Iterator[Found]:
    """WI35: an identity that nothing has used for long.

    The API does not tell when the last pod ran: what is known is that nothing uses it now, and
    since when it could have been used.
    """
    declared = case.account.declarations
    if not declared or case.workloads or case.account.workloads or case.account.users:
        return
    unread = [case.facts.unread[topic] for topic in _TELLING if topic in case.facts.unread]
    if unread:
        case.unknown("WI35", f"whether anything uses an identity is not known: {unread[0]}")
        return
    times = [parse_rfc3339(one.since) for one in declared]
    known = [one for one in times if one is not None]
    if len(known) < len(times):
        case.unknown("WI35", "since when an unused identity is declared is not known")
        return
    due = max(known) + case.policy.unused_days * _DAY
    if due > case.now:
        case.look_again(due)
        return
    yield Found(cloud_of(one.cloud for one in declared), _unused(case, case.now - max(known)))


def _unused(case: AccountCase, age: float) -> Finding:
    declared = case.account.declarations
    return case.finding(
        "WI35",
        Severity.LOW,
        "nothing uses the cloud identity",
        f"{case.about} has declared {' and '.join(one.text for one in declared)} for "
        f"{format_age(age)}. No workload runs as it, with or without pods, and no secret store or "
        "Flux source names it. When it was used last is not known to the API.",
        (*(one for each in declared for one in show(case, each)),
         case.derived(f"workloads, secret stores and Flux sources that use {case.account.key.name}",
                      "0")),
        steps(undeclare(case), "take the grant away in the cloud too"),
        object=case.about,
    )  # fmt: skip


def wi36(case: AccountCase) -> Iterator[Found]:
    """WI36: identities of two clouds on one account, which no workload needs both of.

    A pod has one service account, so a workload that uses two clouds can have it no other way.
    """
    declared = case.account.declarations
    clouds = {one.cloud for one in declared} - {Cloud.SPIFFE}
    if len(clouds) < 2:
        return
    idle = _idle(case, clouds)
    if not idle:
        return
    if doubt := _doubt(case, idle):
        case.unknown("WI36", f"whether one workload needs several clouds is not known: {doubt}")
        return
    names = " and ".join(sorted(cloud.upper() for cloud in clouds))
    users = listed(map(named, case.workloads)) if case.workloads else "no workload at present"
    finding = case.finding(
        "WI36",
        Severity.MEDIUM,
        f"identities of {names} on one service account",
        f"Whoever runs as {case.account.key.name} ({users}) has "
        f"{' and '.join(one.text for one in declared)}, and no one application of it is seen to "
        "use both: one leak is two.",
        (*(one for each in declared for one in show(case, each)),
         *(show_runs_as(case, one) for one in case.workloads[:MAX_SHOWN])),
        steps(
            case.kubectl("create serviceaccount NAME", case.about.namespace),
            "declare one of the identities there, and move the workload that needs it",
            f"take that identity's annotation away here: "
            f"{on_account(case, 'annotate', 'KEY-')}",
            *restarts(case),
        ),
        object=case.about,
    )  # fmt: skip
    yield Found(None, finding)


def _idle(case: AccountCase, clouds: set[Cloud]) -> set[Cloud]:
    """Clouds that the one application which runs as the account is not seen to use; all of them
    where there is no one application, and none without a pod of it."""
    if len(related(case.workloads)) != 1:
        return clouds
    if not any(one.shapes for one in case.workloads):
        return set()
    return clouds - {one.cloud for one in case.bindings if one.effective or one.state in _USED}


def _doubt(case: AccountCase, idle: set[Cloud]) -> str:
    """Why the one application may use all of these clouds nevertheless; empty when it does not."""
    if len(related(case.workloads)) != 1:
        return ""
    unknown = {one.cloud: one.reason for one in case.bindings if one.state is BindingState.UNKNOWN}
    return unknown[min(idle)] if idle <= unknown.keys() else ""
