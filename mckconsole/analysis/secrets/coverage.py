"""How far each cluster was looked at, and the questions that were not answered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mckconsole.analysis.rbac import TOPICS as RBAC_TOPICS
from mckconsole.analysis.secrets.case import PANE, listed
from mckconsole.analysis.secrets.model import Coverage
from mckconsole.analysis.secrets.places import Where
from mckconsole.analysis.secrets.topics import CONFIG_MAPS, SCANNED, SECRETS
from mckconsole.domain.access_log import LogFile
from mckconsole.domain.findings import Unknown
from mckconsole.domain.kinds import BY_TOPIC
from mckconsole.domain.snapshot import NOT_READ, ClusterSnapshot, FleetSnapshot, TopicView
from mckconsole.domain.states import TopicState
from mckconsole.domain.times import format_rfc3339
from mckconsole.domain.wording import counted

_SPECS = tuple(topic for topic in SCANNED if topic not in (SECRETS, CONFIG_MAPS))
_MOST_TROUBLES = 10
"""Objects whose troubles are told one by one."""
_METADATA = (
    "values of Secrets and ConfigMaps were not looked at (`--scan-values`): which credentials lie "
    "in them, and whether one is in several clusters, is not known; metadata tells owners, ages, "
    "readers and lasting tokens"
)
_FORBIDDEN = "forbidden (`mckconsole doctor` says what to grant)"
Troubles = Mapping[Where, tuple[str, ...]]


def cover(cluster: ClusterSnapshot, troubles: Troubles) -> Coverage:
    """How far one cluster was looked at."""
    view = cluster.topic(SECRETS)
    objects = sum(cluster.topic(topic).count for topic in _SPECS)
    faults = sum(not _namespace(key) for topic in SCANNED for key in cluster.topic(topic).faults)
    return Coverage(
        cluster.name,
        view.values,
        view.state.readable,
        "" if view.conclusive else _why(cluster, view),
        len(view.objects),
        objects,
        forbidden_in(view),
        len(troubles) + faults,
        view.as_of,
        untold_in(view),
    )


def forbidden_in(view: TopicView) -> tuple[str, ...]:
    """Known namespaces of which a topic could not be read, sorted."""
    return tuple(sorted({key[0] for key in view.faults if _namespace(key)} - {""}))


def untold_in(view: TopicView) -> str:
    """Why a topic was not asked for in namespaces that are not known; empty where all are."""
    return next(iter(view.faults.get(("", NOT_READ), ())), "").partition(": ")[0]


def _namespace(key: tuple[str, str]) -> bool:
    """Whether a fault is one of a whole namespace."""
    return key[1] == NOT_READ


def _why(cluster: ClusterSnapshot, view: TopicView) -> str:
    if view.state is not TopicState.FRESH:
        return view.reason or cluster.reason or view.state.value
    spaces, parts = forbidden_in(view), []
    if spaces:
        parts.append(f"forbidden in {counted(len(spaces), 'namespace')}: {listed(spaces, 100)}")
    parts += filter(None, (untold_in(view),))
    return "; ".join(parts) or view.gap


def cluster_unknowns(
    cluster: ClusterSnapshot, troubles: Troubles, found: bool, rbac_unread: str
) -> Iterator[Unknown]:
    """What could not be answered of one cluster; one sentence where nothing was read of it.

    Args:
        found: whether credentials were found in it, so that it matters who can read them.
        rbac_unread: why roles and bindings are not fully known; empty where they are.
    """
    name = cluster.name
    if not any(cluster.topic(topic).state.readable for topic in SCANNED):
        view = cluster.topic(SECRETS)
        reason = cluster.reason or view.reason or view.state.value
        yield Unknown(PANE, name, "*", f"nothing was read: {reason}")
        return
    yield from _of_objects(cluster)
    for (topic, key), why in sorted(troubles.items())[:_MOST_TROUBLES]:
        where = "/".join(filter(None, key))
        what = BY_TOPIC[topic].projection.kind
        yield Unknown(PANE, name, "*", f"{what} {where} was not looked at in full: {why[0]}")
    if len(troubles) > _MOST_TROUBLES:
        more = counted(len(troubles) - _MOST_TROUBLES, "more object")
        yield Unknown(PANE, name, "*", f"{more} could not be looked at in full")
    if found and rbac_unread:
        reason = f"who can read what was found is not fully known: {rbac_unread}"
        yield Unknown(PANE, name, "*", reason)


def _of_objects(cluster: ClusterSnapshot) -> Iterator[Unknown]:
    secrets, maps = cluster.topic(SECRETS), cluster.topic(CONFIG_MAPS)
    if not secrets.conclusive:
        yield Unknown(PANE, cluster.name, "*", f"Secrets: {_why(cluster, secrets)}")
    if secrets.state.readable and not secrets.values:
        yield Unknown(PANE, cluster.name, "*", _METADATA)
    if secrets.values and not maps.conclusive:
        yield Unknown(PANE, cluster.name, "*", f"ConfigMaps: {_why(cluster, maps)}")
    unread: dict[str, list[str]] = {}
    for topic in _SPECS:
        view = cluster.topic(topic)
        if not view.conclusive:
            forbidden = _FORBIDDEN if view.state is TopicState.FORBIDDEN else ""
            reason = forbidden or view.reason or view.gap or view.state.value
            unread.setdefault(reason, []).append(topic)
    for reason, topics in unread.items():
        text = f"credentials in {listed(topics, 20)} are not fully known: {reason}"
        yield Unknown(PANE, cluster.name, "*", text)


def log_unknowns(fleet: FleetSnapshot) -> Iterator[Unknown]:
    """What the logs that were given do not tell, for each cluster."""
    if not fleet.access.files:
        return
    spans = "; ".join(dict.fromkeys(_span(one) for one in fleet.access.files))
    mine = [one for one in fleet.access.accesses if one.own]
    own, users = sum(one.count for one in mine), sorted({one.user for one in mine})
    left = f"; {counted(own, 'read')} of this console left out" if own else ""
    left += f" (by its user agent, as {listed(users)})" if own else ""
    for name in fleet.clusters:
        reason = f"who read Secrets is known by the logs alone: {spans}{left}"
        yield Unknown(PANE, name, "SEC-ACCESS-READ", reason)
    lost = sum(one.count for one in fleet.access.accesses if one.cluster not in fleet.clusters)
    if lost and len(fleet.clusters) > 1:
        reason = f"of {counted(lost, 'read')} the logs do not say in which of these clusters"
        for name in fleet.clusters:
            yield Unknown(PANE, name, "SEC-ACCESS-READ", f"{reason} (`--audit-log CLUSTER=FILE`)")


def _span(file: LogFile) -> str:
    if file.first is None or file.last is None:
        covers = "no events"
    else:
        covers = f"{format_rfc3339(file.first)} to {format_rfc3339(file.last)}"
    trouble = f", {file.trouble}" if file.trouble else ""
    return f"{file.path} covers {covers}{trouble}"


def rbac_gap(unread: Mapping[str, str], known: bool) -> str:
    """Why roles and bindings are not fully known, by the facts of the identity pane."""
    found = [unread[topic].partition(": ")[0] for topic in RBAC_TOPICS if topic in unread]
    return "; ".join(found) or ("" if known else "roles and bindings were not read")
