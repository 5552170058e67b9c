"""The secrets pane: its columns and what must be read for it, in each of its six groupings."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from mckconsole.analysis.identity.topics import TOPICS as _IDENTITY_TOPICS
from mckconsole.views.later import later
from mckconsole.views.spec import Column, PaneSpec

CREDENTIAL: Final = "credential"
PLACE: Final = "place"
CLUSTER: Final = "cluster"
NAMESPACE: Final = "namespace"
OWNER: Final = "owner"
CERTIFICATE: Final = "certificate"

TOPICS: Final = tuple(
    dict.fromkeys(
        (
            "secrets",
            "configmaps",
            "replicasets",
            "controllerrevisions",
            "argocd-applications",
            "helmreleases",
            "helmcharts",
            "externalsecrets",
            "certificates",
            "issuers",
            "clusterissuers",
            "validatingwebhooks",
            "apiservices",
            "crd-conversions",
            "signing-requests",
            "tls-gateways",
            "aggregator-ca",
            "services",
            "ingresses",
            "httproutes",
            "routes",
            "servicediscoveries",
            "submariners",
            *_IDENTITY_TOPICS,
        )
    )
)
"""What holds credentials, what is said of certificates, and what identities are read from: who can
read a Secret, and what could replace a key."""

_SEVERITY = Column("severity", "SEVERITY", help="how bad the worst of it is; waived ones say so")
_WHAT = Column("what", "WHAT", help="what was found")
_CLUSTER = Column("cluster", "CLUSTER", help="the cluster that it lies in", name=True)
_NAMESPACE = Column("namespace", "NAMESPACE", priority=1, help="and the namespace", name=True)
_OBJECT = Column("object", "OBJECT", help="the object that holds it", name=True)
_TIER = Column(
    "tier", "TIER", priority=4, help="A proven by its structure, B by its shape, C only by name"
)
_OWNER = Column("owner", "OWNER", priority=5, help="who looks after the object", name=True)
_WRITTEN = Column(
    "written",
    "WRITTEN",
    "right",
    3,
    "seconds",
    "since it was written, where it has lain longest",
    volatile=True,
)
_WRITER = Column("writer", "WRITTEN BY", priority=6, help="by which field manager", name=True)
_FINGERPRINT = Column(
    "fp", "FP", priority=7, help="equal ones are one credential; another one with every start",
    passing=True,
)  # fmt: skip
_REASON = Column("reason", "REASON", priority=4, help="what makes it so bad, or why it is waived")
_CREDENTIALS = Column("credentials", "CREDENTIALS", "right", 1, "count", "different ones in it")
_PLACES = Column("places", "PLACES", "right", 2, "count", "at which credentials lie")
_CLUSTERS = Column(
    "clusters", "CLUSTERS", unit="count", help="in which it lies: the first, and how many more",
    name=True,
)  # fmt: skip
_FINDINGS = Column("findings", "FINDINGS", priority=2, help="critical and high ✖, medium and low ▲")

_CREDENTIAL_COLUMNS = (
    _SEVERITY,
    _WHAT,
    _CLUSTERS,
    Column("where", "WHERE", help="the place to look at first", name=True),
    _PLACES,
    _TIER,
    _WRITTEN,
    _WRITER,
    _OWNER,
    _FINGERPRINT,
    _REASON,
    Column("rule", "RULE", priority=8, help="`mckconsole rules` explains it"),
)

_PLACE_COLUMNS = (
    _SEVERITY,
    _WHAT,
    _CLUSTER,
    _OBJECT,
    Column("key", "KEY", priority=1, help="of the data, of the environment, or annotation",
           name=True),
    _TIER,
    _WRITTEN,
    _WRITER,
    _OWNER,
    Column("elsewhere", "ELSEWHERE", "right", 5, "count", "other places of the same credential"),
    _FINGERPRINT,
    Column("proof", "PROOF", priority=6, help="why it is one"),
    replace(_NAMESPACE, priority=9),
    Column("path", "PATH", priority=8, help="the field, and what had to be unpacked", name=True),
)  # fmt: skip

_CLUSTER_COLUMNS = (
    _CLUSTER,
    Column("mode", "LOOKED AT", help="values, metadata only, or what kept it from being read"),
    Column("worst", "WORST", help="the worst credential, and how many are as bad"),
    _CREDENTIALS,
    _PLACES,
    Column("secrets", "SECRETS", "right", 3, "count", "that were seen"),
    Column("objects", "OTHER OBJECTS", "right", 5, "count", "in whose specs was looked"),
    _FINDINGS,
    Column("coverage", "NOT READ", priority=1, help="namespaces and objects that were not"),
    Column("age", "AGE", "right", 6, "seconds", "since it was read", volatile=True),
)

_NAMESPACE_COLUMNS = (
    _CLUSTER,
    replace(_NAMESPACE, priority=0),
    Column("worst", "WORST", help="the worst credential, and how many are as bad"),
    _CREDENTIALS,
    _PLACES,
    Column("owners", "OWNERS", priority=3, help="who looks after the objects", name=True,
           unit="count"),
    Column("kinds", "WHAT", priority=4, help="which credentials lie there"),
    Column("reason", "REASON", priority=5, help="the worst, or why it was not read"),
)  # fmt: skip

_OWNER_COLUMNS = (
    Column("owner", "OWNER", help="who looks after the objects", name=True),
    Column("worst", "WORST", help="the worst credential, and how many are as bad"),
    _CREDENTIALS,
    _PLACES,
    replace(_CLUSTERS, priority=1),
    Column("namespaces", "NAMESPACES", priority=3, help="in which they lie", name=True,
           unit="count"),
    Column("kinds", "WHAT", priority=2, help="which credentials they are"),
)  # fmt: skip

_CERTIFICATE_COLUMNS = (
    Column("verdict", "VERDICT", help="how it stands: worst first"),
    Column("name", "NAME", help="its first name, or whose it is", name=True),
    _CLUSTER,
    Column("days", "LEFT", "right", unit="seconds", help="until it ends; below zero, since then"),
    Column("bar", "LIFETIME", priority=3, help="what remains of it"),
    Column("place", "PLACE", help="the object that holds it, or the connection", name=True),
    Column("automation", "RENEWED BY", priority=2, help="the evidence that something does"),
    Column("used", "USED BY", priority=5, help="who shows or trusts it", name=True, unit="count"),
    Column("issuer", "ISSUER", priority=6, help="who signed it", name=True),
    Column("for", "FOR", priority=7, help="what it is for"),
    Column("key", "KEY", priority=8, help="kind and size of its key"),
    Column("reason", "REASON", priority=4, help="why it stands so"),
    Column("path", "FIELD", priority=9, help="where in the object it lies", name=True),
)  # fmt: skip

_BY_CREDENTIAL = PaneSpec(
    name="secrets",
    key="5",
    title="Secrets",
    columns=_CREDENTIAL_COLUMNS,
    rows=later("secrets", "rows"),
    summary=later("secrets", "summary"),
    empty=later("secrets", "empty"),
    topics=TOPICS,
    essential=("secrets",),
    aliases=("secret", "sec", "credentials"),
    help="One row is a credential, wherever it lies, worst first; then what was found about"
    " Secrets as such, and what could not be read. No value is ever shown: FP tells equal ones."
    " Without --scan-values only the metadata of Secrets is read, so that nothing is found in one"
    " means nothing. What somebody waives stays, dimmed. v groups by place, cluster, namespace,"
    " owner, and shows certificates.",
    by=CREDENTIAL,
)


def _grouped(
    by: str,
    words: str,
    aliases: tuple[str, ...],
    columns: tuple[Column, ...],
    help: str,
    module: str = "secrets_groups",
) -> PaneSpec:
    return replace(
        _BY_CREDENTIAL,
        title=words,
        aliases=aliases,
        columns=columns,
        rows=later(module, f"{by}_rows"),
        summary=later(module, f"{by}_summary"),
        help=help,
        by=by,
    )


GROUPINGS = (
    _grouped(
        PLACE,
        "Secrets by place",
        ("where",),
        _PLACE_COLUMNS,
        "One row is a place at which a credential lies, those of the worst first. Enter shows the"
        " credential, Y the object. v groups in another way.",
    ),
    _grouped(
        CLUSTER,
        "Secrets by cluster",
        ("clusters",),
        _CLUSTER_COLUMNS,
        "One row is a cluster: whether values were looked at, what could not be read, and what"
        " lies there. v groups in another way.",
        module="secrets_spaces",
    ),
    _grouped(
        NAMESPACE,
        "Secrets by namespace",
        ("ns", "namespaces"),
        _NAMESPACE_COLUMNS,
        "One row is a namespace of a cluster in which credentials lie, or whose Secrets could not"
        " be read. v groups in another way.",
        module="secrets_spaces",
    ),
    _grouped(
        OWNER,
        "Secrets by owner",
        ("owners", "tool"),
        _OWNER_COLUMNS,
        "One row is who looks after the objects that hold credentials: a Helm release, an"
        " ExternalSecret, nobody that is known. v groups in another way.",
    ),
    replace(
        _grouped(
            CERTIFICATE,
            "Certificates",
            ("cert", "tls"),
            _CERTIFICATE_COLUMNS,
            "One row is a certificate at one place, worst first; LEFT counts down to its end. What"
            " nothing renews, as far as is known, has nothing in RENEWED BY. v shows credentials.",
            module="certificates",
        ),
        empty=later("certificates", "empty"),
        words=("certs", "certificates"),
    ),
)
SECRETS = replace(_BY_CREDENTIAL, groupings=GROUPINGS)
