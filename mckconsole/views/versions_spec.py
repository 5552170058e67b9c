"""The versions pane: its columns and what must be read for it, in each of its groupings."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from mckconsole.views.later import later
from mckconsole.views.spec import Column, PaneSpec

CLUSTER: Final = "cluster"
STEP: Final = "step"
POOL: Final = "pool"
ADDON: Final = "addon"
API: Final = "api"
BLOCKER: Final = "blocker"

TOPICS: Final = (
    "nodes",
    "pods",
    "kube-system",
    "namespaces",
    "deployments",
    "daemonsets",
    "statefulsets",
    "cronjobs",
    "autoscalers",
    "serviceaccounts",
    "services",
    "endpointslices",
    "ingresses",
    "mutatingwebhooks",
    "validatingwebhooks",
    "apiservices",
    "crd-conversions",
    "cilium-config",
    "submariners",
    "apiserver-leases",
    "poddisruptionbudgets",
    "persistentvolumes",
    "kubelet-config",
    "kube-proxy-config",
    "eks-proxy-config",
    "clusterversions",
)
"""What is looked at for versions alone; a test keeps them those of the analysis."""
QUERIES: Final = (
    "apiserver-builds",
    "deprecated-apis",
    "kubelet-cgroups",
    "kubelet-runtimes",
    "etcd-size",
    "etcd-quota",
    "etcd-leader",
)

_CLUSTER = Column("cluster", "CLUSTER", help="the cluster, worst first", name=True)
_OF = Column("cluster", "CLUSTER", help="the cluster that it is of", name=True)
_REASON = Column("reason", "REASON", priority=6, help="why it stands so, or why it is not known")

_CLUSTER_COLUMNS = (
    _CLUSTER,
    Column("version", "VERSION", help="of the API servers; two while they are being upgraded"),
    Column("support", "SUPPORT", unit="seconds",
           help="of its minor by the provider's calendar, else by Kubernetes' own"),
    Column("blockers", "BLOCKERS",
           help="what stands in the way: ✖ blocks, ▲ warns, ? could not be judged"),
    Column("next", "NEXT STEP", help="when its turn is by the plan, or what holds it"),
    Column("kubelets", "KUBELETS", priority=1,
           help="minors of the nodes, the most frequent with a full bar"),
    Column("addons", "ADD-ONS", priority=2, help="out: outside of the Kubernetes they go with"),
    Column("bar", "LIFETIME", priority=3,
           help="of the minor: ░ over, █ left of standard support, ▒ at extra cost"),
    Column("apis", "APIS", priority=4, help="deprecated APIs that are used", unit="count"),
    Column("nodes", "NODES", "right", 5, "count", "nodes"),
    Column("provider", "PROVIDER", priority=5, help="whose calendar counts"),
    Column("groups", "MESH", priority=6, help="no two of one mesh are upgraded at a time",
           name=True),
    Column("roles", "ROLES", priority=7, help="what it does for other clusters", name=True),
    replace(_REASON, id="unknown", title="NOT KNOWN", priority=7,
            help="what could not be judged, and why"),
)  # fmt: skip

_STEP_COLUMNS = (
    Column("turn", "TURN", "right", help="in the plan; what has the same may go at a time"),
    replace(_OF, help="the cluster that it is about"),
    Column("step", "STEP", help="one minor on, or nodes up to their control plane"),
    Column("stands", "STANDS", help="whether it may begin, waits for its turn or is held"),
    Column("why", "WHY HERE", priority=1, help="why it has this place in the order, or why not"),
    Column("mends", "TO MEND", priority=2, unit="count",
           help="blockers that its own actions mend first, or that hold it"),
    Column("waived", "WAIVED", priority=4, unit="count", help="blockers that somebody answers for"),
    Column("actions", "ACTIONS", "right", 3, "count", "what is to be done, with its commands"),
    Column("groups", "MESH", priority=5, help="no two of one mesh are upgraded at a time",
           name=True),
)  # fmt: skip

_POOL_COLUMNS = (
    Column("pool", "POOL", help="nodes that are upgraded together", name=True),
    _OF,
    Column("kubelets", "KUBELETS", help="minors of its nodes"),
    Column("headroom", "EMPTYING", help="whether its nodes can be emptied one after the other"),
    Column("ready", "NODES", "right", 1, help="ready of all, and how many are cordoned"),
    Column("runtime", "RUNTIME", priority=2, help="container runtime", name=True, unit="count"),
    Column("cgroup", "CGROUP", priority=3, help="version of control groups; from 1.35 on a"
           " kubelet does not start on v1 unless it is told to"),
    Column("image", "OS", priority=4, help="what its nodes run", name=True, unit="count"),
    _REASON,
)  # fmt: skip

_ADDON_COLUMNS = (
    Column("addon", "ADD-ON", help="what runs on the cluster", name=True),
    _OF,
    Column("version", "VERSION", help="of its image or label; ? where neither tells"),
    Column("fit", "FIT", help="to the cluster's present minor"),
    Column("range", "GOES WITH", priority=1, help="minors of Kubernetes that it is made for"),
    Column("newer", "INSTEAD", priority=2, help="a minor of it that goes with the next one too"),
    Column("confidence", "BY", priority=3, help="how well that range is founded"),
    Column("end", "SUPPORTED", "right", 4, "seconds", "until its own release is no more"),
    Column("how", "SEEN AT", priority=5, help="where its version was read", name=True),
    _REASON,
)

_API_COLUMNS = (
    Column("api", "API", help="the deprecated version and kind", name=True),
    _OF,
    Column("use", "USE", help="how sure it is that somebody still uses it"),
    Column("removed", "GONE IN", priority=1, help="the first minor without it"),
    Column("writers", "WRITTEN BY", priority=2, help="field managers that wrote with it",
           name=True, unit="count"),
    Column("last", "LAST", "right", 3, "seconds", "since the last of these writes",
           volatile=True),
    Column("objects", "OBJECTS", "right", 4, "count", "that were written so"),
    Column("instead", "USE INSTEAD", priority=3, help="the version that replaces it"),
    _REASON,
)  # fmt: skip

_BLOCKER_COLUMNS = (
    Column("gravity", "GRAVITY", help="block, warn, or unknown: it could not be judged"),
    Column("what", "WHAT", help="what stands in the way"),
    _OF,
    Column("object", "OBJECT", priority=1, help="of what it was found", name=True),
    Column("before", "BEFORE", priority=2, help="the first minor that it stands in the way of"),
    Column("phase", "PHASE", priority=3, help="the part of an upgrade that it stops"),
    Column("rule", "RULE", priority=2, help="`mckconsole rules` explains it"),
    replace(_REASON, title="DETAIL", help="what was seen"),
)

_BY_CLUSTER = PaneSpec(
    name="versions",
    key="6",
    title="Versions",
    columns=_CLUSTER_COLUMNS,
    rows=later("versions", "rows"),
    summary=later("versions", "summary"),
    empty=later("versions", "empty"),
    topics=TOPICS,
    essential=("nodes",),
    aliases=("version", "ver", "upgrade", "upgrades", "skew"),
    help="One row is a cluster, worst first: its version, how long that is supported, what stands"
    " in the way of the next one, and when its turn is. A question mark is something that could"
    " not be judged; it is no leave to begin. Nothing is ever upgraded from here: Enter shows the"
    " steps with the commands to run. v groups by step of the plan, node pool, add-on, deprecated"
    " API, blocker.",
    by=CLUSTER,
)


def _grouped(
    by: str, title: str, aliases: tuple[str, ...], columns: tuple[Column, ...], help: str,
    module: str = "versions_groups", words: str = "versions_group_words",
    names: tuple[str, ...] = (),
) -> PaneSpec:  # fmt: skip
    return replace(
        _BY_CLUSTER,
        title=title,
        aliases=aliases,
        columns=columns,
        rows=later(module, f"{by}_rows"),
        summary=later(words, f"{by}_summary"),
        empty=later(words, f"{by}_empty"),
        help=f"{help} v groups in another way.",
        by=by,
        words=names,
    )


GROUPINGS = (
    _grouped(
        STEP,
        "Upgrade plan",
        ("steps", "turn"),
        _STEP_COLUMNS,
        "One row is a step of the plan: one cluster, one minor on; steps of one turn may run at the"
        " same time, clusters of one mesh never do. Behind them are the clusters that are held."
        " Enter shows a step as a list to tick off.",
        "versions_steps",
        "versions_steps",
        ("plan",),
    ),
    _grouped(
        POOL,
        "Node pools",
        ("pools", "nodes"),
        _POOL_COLUMNS,
        "One row is nodes of a cluster that are upgraded together: their kubelets, and whether"
        " they can be emptied one after the other.",
    ),
    _grouped(
        ADDON,
        "Add-ons",
        ("addons", "add-on", "add-ons"),
        _ADDON_COLUMNS,
        "One row is an add-on of a cluster and the Kubernetes that it goes with. What has no"
        " version, or no range in the table, is unknown and never in range.",
    ),
    _grouped(
        API,
        "Deprecated APIs",
        ("apis", "deprecated"),
        _API_COLUMNS,
        "One row is a deprecated API of a cluster that somebody uses, may use, or once used.",
    ),
    _grouped(
        BLOCKER,
        "Upgrade blockers",
        ("blockers",),
        _BLOCKER_COLUMNS,
        "One row is something that stands in the way of a cluster's upgrade, or may.",
    ),
)
VERSIONS = replace(_BY_CLUSTER, groupings=GROUPINGS)
