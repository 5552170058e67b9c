"""Where a sink is: the same one for several clusters, one of its own cluster's, or not known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from mckconsole.domain.logagents import AgentVar
from mckconsole.domain.sinks import LOCAL, Sink

_INSIDE = (".svc", ".svc.cluster.local", ".cluster.local")
_REGION = ("AWS_REGION", "AWS_DEFAULT_REGION", "REGION")
GOOGLE = "Google Cloud Logging"
_GOOGLE_HOST = "logging.googleapis.com"


def resolved(sinks: Iterable[Sink], env: Iterable[AgentVar]) -> set[Sink]:
    """The sinks with what variables of the agent's container say; those that it does not have
    stay."""
    values = {one.name: one.value for one in env}
    region = next(filter(None, (values.get(name, "") for name in _REGION)), "")
    found = set()
    for one in sinks:
        if one.variable and values.get(one.variable):
            one = replace(one, host=values[one.variable])
        if one.type.startswith("cloudwatch") and not one.region and region:
            one = replace(one, region=region)
        found.add(one)
    return found


def place_of(sink: Sink, project: str) -> str:
    """By what it is known as the same sink from another cluster; empty where that is not known.

    Args:
        project: Google project of the cluster's nodes, which their agents write to by default.
    """
    if sink.type == GOOGLE or (sink.host == _GOOGLE_HOST and not sink.project):
        return f"{GOOGLE} of {project}" if project else ""
    if not sink.placed or sink.host in LOCAL or sink.host.startswith("127."):
        return ""
    if sink.host == _GOOGLE_HOST:
        return f"{GOOGLE} of {sink.project}"
    cloud = "/".join(filter(None, (sink.region, sink.group)))
    return sink.host or sink.project or (f"{sink.type} {cloud}" if cloud else "")


def inner(host: str, spaces: Mapping[str, object]) -> tuple[str, str] | None:
    """The namespace (empty: the agent's own) and name of the Service that a host is; None for
    hosts outside of the cluster.

    Args:
        spaces: the cluster's namespaces, by which `loki.logging` is told from `example.com`.
    """
    for suffix in _INSIDE:
        if host.endswith(suffix):
            name, _, space = host[: -len(suffix)].rpartition(".")
            return space, name.rpartition(".")[2]
    name, dot, space = host.rpartition(".")
    if not dot:
        return None if not host or ":" in host else ("", host)
    return (space, name.rpartition(".")[2]) if space in spaces else None
