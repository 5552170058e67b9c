"""The checklist pane: its columns and what must be read for it, in each of its groupings.

The console shows it as a matrix of items and clusters first; these are its lists.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from mckconsole.views.later import later
from mckconsole.views.spec import Column, PaneSpec

ANSWER: Final = "answer"
ITEM: Final = "item"
CLUSTER: Final = "cluster"
TOPICS: Final = (
    "networkpolicies",
    "ciliumnetworkpolicies",
    "ciliumclusterwidenetworkpolicies",
    "adminnetworkpolicies",
    "baselineadminnetworkpolicies",
    "clusternetworkpolicies",
    "calico-policies",
    "calico-globalpolicies",
    "prometheuses",
    "prometheusagents",
    "prometheus-configs",
    "opentelemetrycollectors",
    "clusterlogforwarders",
    "log-configs",
    "log-configs-old",
    "aws-budgets",
    "google-budgets",
)
"""What is read for the checklist alone; a test keeps this equal to the registry's."""
QUERIES: Final = (
    "targets",
    "node-cost",
    "pod-egress",
    "fluentbit-delivered",
    "fluentd-delivered",
    "vector-delivered",
    "loki-delivered",
    "promtail-delivered",
    "otelcol-delivered",
)
"""What is asked of metrics for the checklist alone."""

_MARK = Column("mark", "MARK", help="fail, unknown, warn or pass; unknown is never a pass")
_ITEM = Column("item", "ITEM", help="one of the ten things that must hold")
_CLUSTER = Column("cluster", "CLUSTER", help="the cluster that it is answered for", name=True)
_RULE = Column("rule", "RULE", priority=4, help="`mckconsole rules` explains it")
_AGE = Column("age", "OLDEST", "right", 3, "seconds",
              "age of the oldest thing that the answer rests on", volatile=True)  # fmt: skip
_COUNTS = tuple(
    Column(mark, mark.upper(), "right", 1, "count", f"{what} for which the answer is {mark}")
    for mark, what in (("fail", "how many"), ("unknown", "how many"), ("warn", "how many"),
                       ("pass", "how many"))
)  # fmt: skip

_ANSWER_COLUMNS = (
    _MARK,
    _ITEM,
    _CLUSTER,
    Column("reason", "REASON", priority=1, help="why; of a pass, what it rests on"),
    _AGE,
    Column("attested", "ATTESTED", priority=4, unit="count",
           help="results of probes that somebody brought"),
    Column("missing", "MISSING", priority=5, unit="count",
           help="what could not be read, or cannot be told without a probe"),
    Column("probe", "PROBE", priority=6, help="the command that proves it; never run from here"),
    _RULE,
)  # fmt: skip

_ITEM_COLUMNS = (
    replace(_MARK, help="the worst of all clusters; unknown is never a pass"),
    _ITEM,
    *_COUNTS,
    Column("worst", "WHERE", priority=1, help="the clusters with the worst answer", name=True,
           unit="count"),
    Column("question", "PASSES WHEN", priority=3, help="what passes"),
    Column("proves", "PROBE PROVES", priority=5, help="what only a probe can prove"),
    _RULE,
)  # fmt: skip

_CLUSTER_COLUMNS = (
    replace(_MARK, help="the worst of its ten answers; unknown is never a pass"),
    _CLUSTER,
    *_COUNTS,
    Column("worst", "WHAT", priority=1, help="the items with the worst answer", name=True,
           unit="count"),
    _AGE,
)  # fmt: skip

_BY_ANSWER = PaneSpec(
    name="checklist",
    key="7",
    title="Checklist",
    columns=_ANSWER_COLUMNS,
    rows=later("checklist", "rows"),
    summary=later("checklist", "summary"),
    empty=later("checklist", "empty"),
    topics=(),
    aliases=("check", "checks", "golive", "go-live"),
    help="The ten things that must hold before a fleet goes live, each answered for every cluster."
    " Unknown is an answer and never a pass: it says what could not be read. What only a probe can"
    " prove prints the probe's command, and --evidence takes its results. Enter shows what an"
    " answer rests on. v changes between the matrix, answers, items and clusters.",
    by=ANSWER,
)


def _grouped(by: str, title: str, aliases: tuple[str, ...], columns: tuple[Column, ...], help: str
             ) -> PaneSpec:  # fmt: skip
    return replace(
        _BY_ANSWER,
        title=title,
        aliases=aliases,
        columns=columns,
        rows=later("checklist", f"{by}_rows"),
        help=f"{help} v groups in another way.",
        by=by,
    )


GROUPINGS = (
    _grouped(ITEM, "Checklist by item", ("items",), _ITEM_COLUMNS,
             "One row is one of the ten items over all clusters."),
    _grouped(CLUSTER, "Checklist by cluster", ("clusters",), _CLUSTER_COLUMNS,
             "One row is a cluster with the marks of its ten items."),
)  # fmt: skip
CHECKLIST = replace(_BY_ANSWER, groupings=GROUPINGS)
