"""All panes, in the order of their keys.

What a pane is called and which columns it has is needed for the console's first frame and for every
completion; what makes its rows (the whole analysis) is imported when rows are first wanted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from mckconsole.analysis.certificates.topics import TOPICS as CERTIFICATE_TOPICS
from mckconsole.views import checklist_spec, versions_spec
from mckconsole.views.identity_spec import IDENTITY
from mckconsole.views.later import later
from mckconsole.views.secrets_spec import SECRETS
from mckconsole.views.spec import Column, PaneSpec

_FLEET_COLUMNS = (
    Column("cluster", "CLUSTER", help="the cluster's name in the fleet", name=True),
    Column("state", "STATE", help="how the console stands to it, and why"),
    Column("version", "VERSION", priority=2, help="of the API server"),
    Column("provider", "PROVIDER", priority=3, help="told from version and nodes"),
    Column("nodes", "NODES", "right", priority=2, help="ready of all"),
    Column(
        "latency",
        "API LATENCY",
        "left",
        5,
        "seconds",
        "last small request, and the trend",
        volatile=True,
    ),
    Column("tunnels", "TUNNELS", "right", priority=1, help="measured to work, of all from here"),
    Column(
        "findings",
        "FINDINGS",
        priority=1,
        help="critical and high ✖, medium and low ▲; waived ones count for nothing",
    ),
    Column("support", "SUPPORT", "left", 4, "seconds", "of its minor, by its provider's calendar"),
    Column("age", "AGE", "right", 3, "seconds", "since the last answer", volatile=True),
    Column("notes", "NOTES", priority=6, help="what is unreadable, and warnings"),
)

_MESH_COLUMNS = (
    Column("from", "FROM", help="the cluster whose view this is", name=True),
    Column("to", "TO", help="the peer", name=True),
    Column("state", "STATE", help="one of nine states, as the FROM cluster sees the tunnel"),
    Column(
        "rtt",
        "RTT",
        "right",
        1,
        "seconds",
        "average round trip, and the trend while watching; `last` when not current",
        volatile=True,
    ),
    Column(
        "since",
        "SINCE",
        "right",
        3,
        "seconds",
        "how long it is known to be in this state",
        volatile=True,
    ),
    Column("driver", "DRIVER", priority=3, help="cable driver, or the mesh"),
    Column("pair", "BOTH WAYS", priority=5, help="verdict on both directions together"),
    Column("family", "IP", priority=6, help="family of the address in use"),
    Column("reason", "REASON", priority=2, help="why it is in this state, and what else is odd"),
)

MESH = PaneSpec(
    name="mesh",
    key="2",
    title="Mesh",
    columns=_MESH_COLUMNS,
    rows=later("mesh", "rows"),
    summary=later("mesh", "summary"),
    empty=later("mesh", "empty"),
    topics=(
        "kube-system",
        "gateways",
        "submariner-lease",
        "submariner-endpoints",
        "submariner-clusters",
        "routeagents",
        "submariners",
        "cilium-config",
        "ciliumnodes",
        "linkerd-links",
        "istio-remote-secrets",
        "peeringacceptors",
        "peeringdialers",
        "nodes",
        "services",
        "deployments",
        "daemonsets",
    ),
    queries=(
        "submariner-connections",
        "submariner-requested-connections",
        "submariner-latency",
        "submariner-rx-growth",
        "submariner-tx-growth",
        "cilium-remote-clusters",
        "cilium-readiness",
        "cilium-failures-growth",
        "cilium-last-failure",
        "kvstoremesh-readiness",
        "cilium-node-latency",
        "cilium-initial-sync",
        "linkerd-gateway-alive",
        "linkerd-gateway-enabled",
        "linkerd-gateway-latency",
        "istio-sync-status",
        "istio-managed-clusters",
        "consul-peering-healthy",
    ),
    aliases=("links", "tunnels", "tunnel"),
    help="One row is one direction of a tunnel, as the FROM cluster sees it. RTT is current only "
    "for up, slow and degraded; elsewhere the last value seen is dimmed. UNVERIFIED means that the "
    "driver says connected and nothing ever measured it.",
)

_SERVICE_COLUMNS = (
    Column("service", "SERVICE", help="its name, the same in every cluster", name=True),
    Column("namespace", "NAMESPACE", priority=1, help="likewise", name=True),
    Column("state", "STATE", help="broken, degraded, unknown or ok, over all its clusters"),
    Column(
        "clusters",
        "CLUSTERS",
        unit="count",
        help="the first of the worst clusters, and how many others stand how",
        name=True,
    ),
    Column("ready", "READY", "right", 2, help="endpoints, ready of all, over all exporters"),
    Column("exported", "EXP", "right", 2, "count", "clusters that export it"),
    Column("imported", "IMP", "right", 2, "count", "clusters that know it from others"),
    Column("dialects", "DIALECTS", priority=5, help="by which means clusters tell each other"),
    Column("reason", "REASON", priority=3, help="the worst that was found, or what is unknown"),
    Column("dns", "DNS NAME", priority=6, help="the first name that a pod would ask for"),
)

SERVICES = PaneSpec(
    name="services",
    key="3",
    title="Services",
    columns=_SERVICE_COLUMNS,
    rows=later("services", "rows"),
    summary=later("services", "summary"),
    empty=later("services", "empty"),
    topics=tuple(
        dict.fromkeys(
            (
                *MESH.topics,
                "namespaces",
                "endpointslices",
                "serviceexports",
                "serviceimports",
                "gke-serviceexports",
                "gke-serviceimports",
                "multiclusterservices",
                "clusterproperties",
                "corefile",
                "corefile-custom",
                "corefile-openshift",
                "servicediscoveries",
                "globalingressips",
                "exportedservices",
            )
        )
    ),
    queries=(*MESH.queries, "submariner-global-ips"),
    aliases=("service", "svc", "sd", "exports", "imports"),
    help="One row is a service that crosses clusters, by namespace and name, worst first. A column"
    " per cluster says what it does: exp exports it, with its endpoints ready of all; imp knows it"
    " from others; · has no part. CLUSTERS sums them up where they find no room; w shows all.",
    every_column=later("services_columns", "every_column"),
)

FAILOVER_TOPICS = (
    "nodes",
    "namespaces",
    "services",
    "endpointslices",
    "deployments",
    "daemonsets",
    "serviceexports",
    "serviceimports",
    "istio-remote-secrets",
    "statefulsets",
    "autoscalers",
    "ingresses",
    "httproutes",
    "routes",
    "brokers",
    "karmada-clusters",
    "managedclusters",
    "rancher-clusters",
)
"""What only the simulation of losses reads, and what it shares with the panes; a test keeps this
equal to what the simulation says."""


def _distinct(*names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for each in names for one in each))


def _reading(pane: PaneSpec, topics: tuple[str, ...], queries: tuple[str, ...]) -> PaneSpec:
    """The pane, and its groupings, with what must be read for them."""
    found = (replace(one, topics=topics, queries=queries) for one in pane.groupings)
    return replace(pane, topics=topics, queries=queries, groupings=tuple(found))


VERSIONS = _reading(
    versions_spec.VERSIONS,
    _distinct(versions_spec.TOPICS, SERVICES.topics, FAILOVER_TOPICS, CERTIFICATE_TOPICS),
    _distinct(SERVICES.queries, versions_spec.QUERIES),
)
"""A plan rests on the meshes, on what the loss of a cluster would mean, and on certificates that
run out meanwhile."""

CHECKLIST = _reading(
    checklist_spec.CHECKLIST,
    _distinct(
        *(one.topics for one in (SERVICES, IDENTITY, SECRETS, VERSIONS)),
        checklist_spec.TOPICS,
    ),
    _distinct(VERSIONS.queries, checklist_spec.QUERIES),
)
"""Its answers rest on all that the other panes know."""

FLEET = PaneSpec(
    name="fleet",
    key="1",
    title="Fleet",
    columns=_FLEET_COLUMNS,
    rows=later("fleet", "rows"),
    summary=later("fleet", "summary"),
    empty=later("fleet", "empty"),
    topics=_distinct(("nodes", "kube-system"), CHECKLIST.topics),
    queries=CHECKLIST.queries,
    aliases=("clusters", "cl", "contexts"),
    help="One row is a cluster, worst first. A question mark is something that could not be read; "
    "NOTES says why. Tunnels count those from this cluster that are measured to work.",
)

_TIMELINE_COLUMNS = (
    Column("at", "TIME", unit="seconds", help="when, by the console's clock"),
    Column("age", "AGE", "right", 4, "seconds", "how long ago", volatile=True),
    Column("cluster", "CLUSTER", help="where; – is the fleet as a whole", name=True),
    Column("kind", "KIND", priority=3, help="event, change, rollout or alert"),
    Column("what", "WHAT", help="what happened, in a word"),
    Column("object", "OBJECT", help="to what", name=True),
    Column("count", "TIMES", "right", 2, "count", "how often it was told"),
    Column("detail", "DETAIL", priority=1, help="in the words of who says so"),
)

TIMELINE = PaneSpec(
    name="timeline",
    key="8",
    title="Timeline",
    columns=_TIMELINE_COLUMNS,
    rows=later("timeline", "rows"),
    summary=later("timeline", "summary"),
    empty=later("timeline", "empty"),
    topics=("events", "nodes", "deployments", "statefulsets", "daemonsets"),
    essential=("events",),
    aliases=("events", "changes", "tl"),
    help="One row is something that happened, in any cluster, the latest first.",
)

_RESOURCE_COLUMNS = (
    Column("cluster", "CLUSTER", help="where it is", name=True),
    Column("namespace", "NAMESPACE", priority=1, help="in which namespace", name=True),
    Column("name", "NAME", help="its name", name=True),
    Column("age", "AGE", "right", 2, "seconds", "since it was made", volatile=True),
)

RESOURCES = PaneSpec(
    name="resources",
    key="9",
    title="Resources",
    columns=_RESOURCE_COLUMNS,
    rows=lambda snapshot, analysis: (),
    summary=later("resources", "summary"),
    empty=later("resources", "empty"),
    topics=(),
    aliases=("get", "objects", "browse"),
    help="One row is an object of the kind that was asked for, of any cluster in scope.",
    asked=True,
)

PANES: tuple[PaneSpec, ...] = (
    FLEET,
    MESH,
    SERVICES,
    IDENTITY,
    SECRETS,
    VERSIONS,
    CHECKLIST,
    TIMELINE,
    RESOURCES,
)
REPORTED = tuple(pane for pane in PANES if not pane.asked)
"""Those of which a frame and a report have rows."""

CONSOLE_TOPICS = _distinct(*(pane.topics for pane in PANES))
"""Topics that the console keeps current: those of all panes."""
CONSOLE_QUERIES = _distinct(*(pane.queries for pane in PANES))


def find_pane(name: str) -> PaneSpec | None:
    """The pane of that name, key or alias, or its grouping of that name; None for none."""
    wanted = name.strip().lower()
    for pane in PANES:
        if wanted in (pane.name, pane.key, *pane.aliases):
            return pane
    for pane in PANES:
        for grouping in pane.groupings:
            if wanted in grouping.words:
                return grouping
    return None
