"""Every rule on identities is planted in the demo, and found; nothing else is, the twins are well.

WI23 is planted by a fleet; a second GKE cluster of the project, which the demo does not have, is
its other form.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Iterator
from importlib import resources

import jsonschema
import msgspec
import pytest

from mckconsole.analysis.engine import Analysis
from mckconsole.analysis.identity.model import Binding, BindingState, Cloud, Mechanism
from mckconsole.demo.fleet import EmbeddedFleet
from mckconsole.demo.scenario import Scenario, load_scenario
from mckconsole.domain.findings import Finding
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.report import jsonout
from mckconsole.report.document import build
from mckconsole.views.panes import PANES
from tests.contract.planted import (
    PlantedIdentity,
    identity_key,
    read_demo,
    read_identity_table,
)

TABLE = read_identity_table()
TWINS = sorted({row.twin for row in TABLE if row.twin[1] != "-"})
RULES = {f"WI{number:02d}" for number in range(1, 45)}
WELL = {
    BindingState.BOUND,
    BindingState.UNDECLARED,
    BindingState.ROLE_UNKNOWN,
    BindingState.PRINCIPAL_ONLY,
}
STATES = {
    ("aws-use1-1/shop/deployment/checkout", Cloud.AWS): BindingState.BOUND,
    ("gcp-eu-1/shop/deployment/checkout", Cloud.GCP): BindingState.BOUND,
    ("aks-weu-1/shop/deployment/checkout", Cloud.AZURE): BindingState.BOUND,
    ("aks-weu-1/data/deployment/replicator", Cloud.AWS): BindingState.BOUND,
    ("aks-weu-1/data/deployment/replicator", Cloud.GCP): BindingState.BOUND,
    ("aws-use1-1/billing/cronjob/settlement", Cloud.AWS): BindingState.BOUND,
    ("aws-use1-1/erp/job/migrate", Cloud.AWS): BindingState.BOUND,
    ("onprem-1/backup/deployment/velero", Cloud.AWS): BindingState.BOUND,
    ("onprem-1/plant/deployment/telemetry", Cloud.SPIFFE): BindingState.UNKNOWN,
    ("aws-usw2-1/payments/deployment/payout", Cloud.AWS): BindingState.BOUND,
    ("aws-usw2-1/orders/deployment/tracking", Cloud.AWS): BindingState.BOUND,
    ("aws-use1-1/shop/deployment/catalog", Cloud.AWS): BindingState.PENDING_RESTART,
    ("aws-usw2-1/orders/deployment/intake", Cloud.AWS): BindingState.DRIFT,
    ("aws-use1-1/web/deployment/frontend", Cloud.AWS): BindingState.DRIFT,
    ("onprem-1/reports/deployment/builder", Cloud.AWS): BindingState.UNDECLARED,
    ("aws-usw2-1/payments/deployment/gateway", Cloud.AWS): BindingState.SHADOWED,
    ("aws-usw2-1/payments/deployment/fraud", Cloud.AWS): BindingState.SHADOWED,
    ("aws-use1-1/support/pod/debug-shell", Cloud.AWS): BindingState.STATIC_KEY,
    ("gcp-eu-1/recs/deployment/embeddings", Cloud.GCP): BindingState.STATIC_KEY,
    ("onprem-1/legacy/deployment/mainframe", Cloud.AWS): BindingState.STATIC_KEY,
    ("aws-use1-1/shop/deployment/cart", Cloud.AWS): BindingState.NODE_FALLBACK,
    ("gcp-eu-1/ads/deployment/pacer", Cloud.GCP): BindingState.NODE_FALLBACK,
    ("gcp-eu-1/shop/deployment/catalog", Cloud.GCP): BindingState.PRINCIPAL_ONLY,
    ("onprem-1/shop/deployment/catalog", Cloud.GCP): BindingState.BOUND,
    ("aws-usw2-1/payments/deployment/tax", Cloud.AWS): BindingState.ROLE_UNKNOWN,
    ("aws-use1-1/support/deployment/ticketing", Cloud.AWS): BindingState.UNKNOWN,
}


def read(scenario: Scenario | str = "default") -> tuple[FleetSnapshot, Analysis]:
    async def demo() -> tuple[FleetSnapshot, Analysis]:
        async with EmbeddedFleet(scenario) as fleet:
            return await read_demo(fleet)

    return asyncio.run(demo())


@pytest.fixture(scope="module")
def seen() -> tuple[FleetSnapshot, Analysis]:
    return read()


@pytest.fixture(scope="module")
def analysis(seen: tuple[FleetSnapshot, Analysis]) -> Analysis:
    return seen[1]


def bindings_of(analysis: Analysis, workload: str) -> Iterator[Binding]:
    return (one for one in analysis.identity.bindings if str(one.workload.key) == workload)


def test_the_table_names_every_rule() -> None:
    assert {row.rule for row in TABLE} == RULES


def test_what_is_planted_is_found_and_nothing_else(analysis: Analysis) -> None:
    found = Counter(map(identity_key, analysis.identity.findings))
    assert found == Counter(row[:4] for row in TABLE)


def findings_of(analysis: Analysis, row: PlantedIdentity) -> list[Finding]:
    return [one for one in analysis.identity.findings if identity_key(one) == row[:4]]


@pytest.mark.parametrize("row", TABLE, ids=str)
def test_a_finding_names_objects_and_paths(analysis: Analysis, row: PlantedIdentity) -> None:
    (finding,) = findings_of(analysis, row)
    assert finding.pane == "identity"
    assert finding.remediation
    read_from = [item for item in finding.evidence if item.source == "kubernetes"]
    assert read_from
    for item in read_from:
        assert item.object is not None
        assert item.object.name
        assert item.path
    assert all(item.value and item.path and item.observed_at > 0 for item in finding.evidence)
    assert row.cluster in {item.cluster for item in finding.evidence}


@pytest.mark.parametrize("twin", TWINS, ids="/".join)
def test_the_twins_are_well(analysis: Analysis, twin: tuple[str, str]) -> None:
    """A twin is a workload and its service account; one without a workload is in use."""
    cluster, place = twin
    namespace, _, name = place.partition("/")
    about = [one for one in analysis.identity.findings if identity_key(one)[1] == cluster]
    assert [one for one in about if identity_key(one)[3] == place] == []
    bindings = [
        one
        for one in analysis.identity.bindings
        if (one.workload.key[:2], one.workload.key.name) == ((cluster, namespace), name)
    ]
    for binding in bindings:
        assert binding.state in WELL, binding.reason
        assert binding.findings == ()
    if not bindings:
        accounts = analysis.identity.accounts
        (account,) = [one for key, one in accounts.items() if key == (cluster, namespace, name)]
        assert account.users


def test_there_is_a_workload_in_every_state(analysis: Analysis) -> None:
    found = {(str(one.workload.key), one.cloud): one.state for one in analysis.identity.bindings}
    assert {key: found.get(key) for key in STATES} == STATES
    assert set(STATES.values()) == set(BindingState)


def test_one_workload_is_in_two_clouds_without_a_stored_secret(analysis: Analysis) -> None:
    bindings = list(bindings_of(analysis, "aks-weu-1/data/deployment/replicator"))
    assert {one.cloud for one in bindings} == {Cloud.AWS, Cloud.GCP}
    for one in bindings:
        assert one.state is BindingState.BOUND
        assert one.findings == ()
        assert one.identity is not None
        assert {effect.mechanism for effect in one.effective} <= {
            Mechanism.IRSA,
            Mechanism.GCP_FEDERATION,
        }
        for shape in one.workload.shapes:
            assert all(volume.secret is None for volume in shape.pod.spec.volumes)
            containers = [container for _, container in shape.containers()]
            assert all(not container.env_from for container in containers)
            assert all(env.secret is None for each in containers for env in each.env)


def test_one_role_leads_to_all_clusters_that_use_it(analysis: Analysis) -> None:
    (use,) = [
        one
        for identity, one in analysis.identity.identities.items()
        if identity.name == "erp-customs"
    ]
    assert {key.cluster for key in use.accounts} == {"aws-use1-1", "aws-usw2-1"}


def test_a_member_of_the_fleet_is_the_principal_of_the_cluster_on_gke(analysis: Analysis) -> None:
    held = {
        one.workload.key.cluster: one
        for one in analysis.identity.bindings
        if one.cloud is Cloud.GCP and one.account.key[1:] == ("shop", "catalog")
    }
    assert held.keys() == {"gcp-eu-1", "onprem-1"}
    (identity,) = {one.identity for one in held.values()}
    assert identity is not None
    assert identity.text == "principal demo-000000.svc.id.goog[ns/shop/sa/catalog]"
    for one in held.values():
        assert [found.rule for found in one.findings] == ["WI23"]
        assert {seen.cluster for seen in one.findings[0].evidence} == set(held)


def test_the_report_is_of_its_schema(seen: tuple[FleetSnapshot, Analysis]) -> None:
    panes = [pane for pane in PANES if pane.name == "identity"]
    document = json.loads(jsonout.render(build(*seen, panes)))
    folder = resources.files("mckconsole.report")
    (schema,) = [
        one
        for one in folder.iterdir()
        if one.name.startswith("report") and one.name.endswith(".json")
    ]
    jsonschema.validate(document, json.loads(schema.read_text("utf-8")))
    assert {row[0] for row in TABLE} <= {one["rule"] for one in document["findings"]}
    rows = document["panes"]["identity"]["rows"]
    told = {finding for row in rows for finding in row["findings"]}
    untold = {one["rule"] for one in document["findings"] if one["id"] not in told}
    assert untold == {"WI35"}, "nothing runs as that account"
    assert sum("/unread" in row["id"] for row in rows) == 1, "edge-fra-1"
    beyond = sum(row["id"].endswith(("/finding", "/unread")) for row in rows)
    assert len(rows) == len(seen[1].identity.bindings) + beyond


def with_second_google_cluster() -> Scenario:
    """A second cluster of the project, in which the teams of the first are at home too."""
    scenario = load_scenario()
    (first,) = [one for one in scenario.clusters if one.provider == "gke"]
    second = msgspec.structs.replace(
        first,
        name="gcp-eu-2",
        node_cidr="10.70.0.0/16",
        pod_cidr="10.150.0.0/16",
        service_cidr="172.26.0.0/16",
        public_ip="203.0.113.77",
        mcs=[],
    )
    issuer = scenario.identity_clusters[first.name]
    told = msgspec.structs.replace(
        issuer, issuer=issuer.issuer.replace("gcp-eu-1", "gcp-eu-2"), keys=["its-own"]
    )
    return msgspec.structs.replace(
        scenario,
        clusters=[*scenario.clusters, second],
        identity_clusters={**scenario.identity_clusters, second.name: told},
    )


def test_principals_of_one_project_are_the_same() -> None:
    _, analysis = read(with_second_google_cluster())
    found = [one for one in analysis.identity.findings if one.rule == "WI23"]
    about = {identity_key(one)[3]: one for one in found}
    assert "shop/checkout" in about
    finding = about["shop/checkout"]
    assert (finding.cluster, *finding.peers) == ("gcp-eu-1", "gcp-eu-2")
    assert {item.cluster for item in finding.evidence} == {"gcp-eu-1", "gcp-eu-2"}
    together = about["shop/catalog"]
    assert (together.cluster, *together.peers) == ("gcp-eu-1", "gcp-eu-2", "onprem-1")
    assert "(onprem-1 by what pods say)" in together.detail


def test_a_cluster_whose_accounts_are_forbidden_is_unknown() -> None:
    scenario = load_scenario()
    clusters = [
        msgspec.structs.replace(one, forbidden=["serviceaccounts"])
        if one.provider == "gke"
        else one
        for one in scenario.clusters
    ]
    _, analysis = read(msgspec.structs.replace(scenario, clusters=clusters))
    rows = list(bindings_of(analysis, "gcp-eu-1/shop/deployment/checkout"))
    for one in rows:
        assert one.state is BindingState.UNKNOWN
        assert "serviceaccounts" in one.reason
    assert rows
    unknown = {one.rule for one in analysis.identity.unknowns if one.cluster == "gcp-eu-1"}
    assert unknown
    others = {row[:4] for row in TABLE if row.cluster != "gcp-eu-1"}
    assert {
        key for one in analysis.identity.findings if (key := identity_key(one)) in others
    } == others
