"""The identity pane: its columns and what must be read for it, in each of its four groupings."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from mckconsole.analysis.identity.topics import TOPICS
from mckconsole.views.later import later
from mckconsole.views.spec import Column, PaneSpec

WORKLOAD: Final = "workload"
CLOUD_IDENTITY: Final = "cloud-identity"
SERVICE_ACCOUNT: Final = "service-account"
ACCOUNT: Final = "account"

_CLUSTER = Column("cluster", "CLUSTER", help="the cluster that it runs in", name=True)
_NAMESPACE = Column("namespace", "NAMESPACE", priority=1, help="and the namespace", name=True)
_CLOUD = Column("cloud", "CLOUD", priority=3, help="where the identity counts")
_FINDINGS = Column("findings", "FINDINGS", priority=2, help="critical and high ✖, medium and low ▲")
_WORST = "the worst state among its workloads, and how many of them are in it"
_WHERE = "AWS account, GCP project, Azure tenant or SPIFFE trust domain of the identity"

_COLUMNS = (
    _CLUSTER,
    _NAMESPACE,
    Column("workload", "WORKLOAD", help="what made the pods", name=True),
    Column("state", "STATE", help="how what is declared and what is in effect stand together"),
    Column("identity", "IDENTITY", help="who it is, or shall be, in the cloud", name=True),
    _CLOUD,
    _FINDINGS,
    Column(
        "pods", "PODS", "right", 4, "count", "and how many are not as declared, or as the newest"
    ),
    Column("account", "ACCOUNT", priority=5, help=_WHERE, name=True),
    Column("serviceaccount", "SERVICE ACCOUNT", priority=6, help="as what it runs", name=True),
    Column("mechanism", "MECHANISM", priority=7, help="how it comes by the identity"),
    Column("kind", "KIND", priority=8, help="kind of the workload"),
    Column("reason", "REASON", priority=3, help="why it is in this state, or what else is wrong"),
)

_IDENTITY_COLUMNS = (
    Column("identity", "IDENTITY", help="the role, mail, client id or SPIFFE ID", name=True),
    Column("state", "STATE", help=_WORST),
    replace(_CLOUD, priority=2),
    Column("clusters", "CLUSTERS", help="in which it is used", unit="count", name=True),
    Column("workloads", "WORKLOADS", "right", 1, "count", "that are it, or shall be"),
    Column("accounts", "ACCOUNTS", "right", 4, "count", "service accounts that declare it"),
    Column("namespaces", "NAMESPACES", priority=5, help="in which it is used", name=True),
    _FINDINGS,
    Column("account", "ACCOUNT", priority=3, help=_WHERE, name=True),
    Column("full", "FULL NAME", priority=6, help="as its cloud writes it"),
)

_ACCOUNT_COLUMNS = (
    _CLUSTER,
    _NAMESPACE,
    Column("serviceaccount", "SERVICE ACCOUNT", help="its name", name=True),
    Column("state", "STATE", help=_WORST),
    Column("declares", "DECLARES", help="the identities that it declares", name=True),
    replace(_CLOUD, priority=4),
    Column("workloads", "WORKLOADS", "right", 3, "count", "that run as it"),
    Column("others", "OTHER USERS", "right", 6, "count", "secret stores and sources without pods"),
    _FINDINGS,
    Column("account", "ACCOUNT", priority=5, help=_WHERE, name=True),
    Column("written", "WRITTEN BY", priority=7, help="who wrote the declaration last", name=True),
)

_CLOUD_ACCOUNT_COLUMNS = (
    Column("account", "ACCOUNT", help=_WHERE, name=True),
    replace(_CLOUD, priority=0),
    Column("state", "STATE", help=_WORST),
    Column("identities", "IDENTITIES", "right", 2, "count", "of it that are used"),
    Column("workloads", "WORKLOADS", "right", 1, "count", "that are one of them, or shall be"),
    Column("clusters", "CLUSTERS", priority=1, help="in which they are used", unit="count",
           name=True),
    Column("accounts", "ACCOUNTS", "right", 4, "count", "service accounts that declare them"),
    _FINDINGS,
)  # fmt: skip

_BY_WORKLOAD = PaneSpec(
    name="identity",
    key="4",
    title="Identity",
    columns=_COLUMNS,
    rows=later("identity", "rows"),
    summary=later("identity", "summary"),
    empty=later("identity", "empty"),
    topics=TOPICS,
    aliases=("id", "wi", "identities", "workloadidentity", "iam", "sa"),
    help="One row is a workload in one cloud, worst first: who it really is there, by what its pods"
    " hold, beside what its service account declares. A workload in two clouds has two rows. v"
    " groups by cloud identity (who shares a role), by service account, by cloud account. What a"
    " role may do, and whom it trusts, is in the cloud and not visible here.",
    by=WORKLOAD,
)


def _grouped(
    by: str, words: str, aliases: tuple[str, ...], columns: tuple[Column, ...], help: str
) -> PaneSpec:
    module = "identity_accounts" if by == SERVICE_ACCOUNT else "identity_groups"
    rows = by.replace("-", "_")
    return replace(
        _BY_WORKLOAD,
        title=f"Identity by {words}",
        aliases=aliases,
        columns=columns,
        rows=later(module, f"{rows}_rows"),
        summary=later(module, f"{rows}_summary"),
        help=help,
        by=by,
    )


GROUPINGS = (
    _grouped(
        CLOUD_IDENTITY,
        "cloud identity",
        ("cloud", "identity", "role"),
        _IDENTITY_COLUMNS,
        "One row is an identity of a cloud, whichever cluster names it, with everybody who uses it:"
        " the most wrong first. Enter shows them, cluster by cluster. v groups in another way.",
    ),
    _grouped(
        SERVICE_ACCOUNT,
        "service account",
        ("sa", "serviceaccount"),
        _ACCOUNT_COLUMNS,
        "One row is a service account that declares a cloud identity, or whose workloads have one,"
        " the most wrong first. Enter shows what it declares and who runs as it; v groups in"
        " another way.",
    ),
    _grouped(
        ACCOUNT,
        "cloud account",
        ("cloud-account", "project", "tenant"),
        _CLOUD_ACCOUNT_COLUMNS,
        "One row is an AWS account, a GCP project, an Azure tenant or a SPIFFE trust domain, with"
        " what of it is used from these clusters. Enter shows its identities; v groups in another"
        " way.",
    ),
)
IDENTITY = replace(_BY_WORKLOAD, groupings=GROUPINGS)
