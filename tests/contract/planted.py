"""What the demo plants, as a table in the scenario itself tells, and how the demo is read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import resources
from typing import NamedTuple

import msgspec

from mckconsole.analysis.engine import Analysis, analyse
from mckconsole.analysis.services.model import ServiceKey
from mckconsole.demo.fleet import EmbeddedFleet
from mckconsole.domain.findings import Finding
from mckconsole.domain.kinds import KINDS
from mckconsole.domain.metrics import QUERIES
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.sources.kubeconfig import load_kubeconfig
from mckconsole.store.reader import ReadPlan, read_fleet

PLAN = ReadPlan(tuple(kind.topic for kind in KINDS), tuple(query.id for query in QUERIES))
_ROW = re.compile(
    r"^#   (?P<rule>SD\d\d) +(?P<place>\S+) +(?P<clusters>[a-z0-9-]+(?: [a-z0-9-]+)*)  +"
    r"(?P<twin>\S+)  +(?P<words>\S.*)$",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Planted:
    """One row: a rule, what breaks it, and what beside it does not."""

    rule: str
    place: str
    """`namespace/name` of a service, or a cluster."""
    clusters: frozenset[str]
    """From which the finding's evidence must be."""
    twin: str
    """A service or cluster that is well; `-` where there is none."""
    words: str

    def __str__(self) -> str:
        return f"{self.rule} {self.place}"


def read_table() -> list[Planted]:
    """The table at the top of `exports.yaml`."""
    folder = resources.files("mckconsole.demo").joinpath("scenario", "default")
    text = folder.joinpath("exports.yaml").read_text("utf-8")
    return [
        Planted(
            row["rule"], row["place"], frozenset(row["clusters"].split()), row["twin"], row["words"]
        )
        for row in _ROW.finditer(text)
    ]


def key_of(place: str) -> ServiceKey:
    """The key of `namespace/name`."""
    namespace, _, name = place.partition("/")
    return ServiceKey(namespace, name)


def findings_of(analysis: Analysis, place: str) -> tuple[Finding, ...]:
    """What the services report says of a service, or of a cluster as a whole."""
    if "/" not in place:
        own = {one for service in analysis.services.services for one in service.findings}
        return tuple(
            one for one in analysis.services.findings if one.cluster == place and one not in own
        )
    service = analysis.services.find(key_of(place))
    assert service is not None, place
    return service.findings


def sources(findings: Iterable[Finding]) -> set[str]:
    """Clusters that the evidence of any of these findings is from."""
    return {item.cluster for one in findings for item in one.evidence}


async def read_demo(fleet: EmbeddedFleet) -> tuple[FleetSnapshot, Analysis]:
    """One report's worth of reading; dead clusters are given up sooner than in the demo."""
    config = msgspec.structs.replace(fleet.config, request_timeout=1.5)
    inventory = load_kubeconfig(str(fleet.kubeconfig), env={}, config=config)
    store = await read_fleet(inventory, PLAN, config=config)
    snapshot = store.snapshot()
    return snapshot, analyse(snapshot)


_IDENTITY_ROW = re.compile(
    r"^#   (?P<rule>WI\d\d) +(?P<cluster>[a-z]\S+) +(?P<kind>[A-Z]\w+|-) +(?P<object>\S+) +"
    r"(?P<twin>\S+)  +(?P<words>\S.*)$",
    re.MULTILINE,
)


class PlantedIdentity(NamedTuple):
    """One row of the identity table: a rule, what breaks it, and what beside it does not."""

    rule: str
    cluster: str
    kind: str
    """Of the object that the finding is about; `-` where it is about none."""
    object: str
    """`namespace/name`, or the name of what is in no namespace."""
    twin: tuple[str, str]
    """Cluster and `namespace/name` of a workload or service account; `-` where there is none."""

    def __str__(self) -> str:
        return f"{self.rule} {self.cluster} {self.object}"


def read_identity_table() -> list[PlantedIdentity]:
    """The table at the top of `identity.yaml`."""
    folder = resources.files("mckconsole.demo").joinpath("scenario", "default")
    text = folder.joinpath("identity.yaml").read_text("utf-8")
    found = []
    for row in _IDENTITY_ROW.finditer(text):
        cluster, colon, twin = row["twin"].rpartition(":")
        beside = (cluster if colon else row["cluster"], twin)
        found.append(
            PlantedIdentity(row["rule"], row["cluster"], row["kind"], row["object"], beside)
        )
    return found


def identity_key(finding: Finding) -> tuple[str, str, str, str]:
    """Rule, cluster, kind and name of what a finding is about, as the table has them."""
    about = finding.object
    if about is None:
        return (finding.rule, finding.cluster, "-", "-")
    name = f"{about.namespace}/{about.name}" if about.namespace else about.name
    return (finding.rule, finding.cluster, about.kind, name)
