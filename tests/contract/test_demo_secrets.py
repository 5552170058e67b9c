"""Every planted credential is found with its family, tier and places; nothing else is."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from mckconsole.analysis.engine import Analysis
from mckconsole.analysis.secrets.model import Credential
from mckconsole.demo.fleet import EmbeddedFleet
from mckconsole.demo.scenario import load_scenario
from mckconsole.demo.sections_audit import Holder
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.states import TopicState
from tests.contract.planted_secrets import (
    BY_NAME,
    EXPECTED,
    EXPECTED_WHERE_THEY_BELONG,
    METADATA,
    Expected,
    places,
    read,
)

Seen = tuple[FleetSnapshot, Analysis]


def seen(*, values: bool, by_name: bool = False) -> Seen:
    async def demo() -> Seen:
        async with EmbeddedFleet() as fleet:
            return await read(fleet, values=values, by_name=by_name)

    return asyncio.run(demo())


@pytest.fixture(scope="module")
def looked() -> Seen:
    return seen(values=True, by_name=True)


@pytest.fixture(scope="module")
def metadata() -> Seen:
    return seen(values=False)


def at(found: Seen, expected: Expected) -> list[Credential]:
    """Credentials of its rule that share a place with it."""
    return [
        one
        for one in found[1].secrets.credentials
        if one.rule == expected.rule and places(one) & expected.places
    ]


class TestValues:
    @pytest.mark.parametrize("expected", EXPECTED, ids=str)
    def test_is_found_in_all_its_places(self, looked: Seen, expected: Expected) -> None:
        (found,) = at(looked, expected)
        assert places(found) == expected.places
        assert found.tier == expected.tier
        if expected.severity:
            assert found.severity == expected.severity, found.reason

    def test_nothing_else_is_found(self, looked: Seen) -> None:
        found = Counter((one.rule, places(one)) for one in looked[1].secrets.credentials)
        wanted = Counter((one.rule, one.places) for one in (*EXPECTED, BY_NAME))
        assert found == wanted

    @pytest.mark.parametrize("expected", EXPECTED, ids=str)
    def test_evidence_is_of_every_object(self, looked: Seen, expected: Expected) -> None:
        (found,) = at(looked, expected)
        finding = found.finding
        told = {
            f"{item.cluster} {item.object.kind} {item.object.namespace}/{item.object.name}"
            for item in finding.evidence
            if item.object is not None
        }
        assert {" ".join(str(one).split(" ")[:3]) for one in _objects(found)} <= told
        clusters = {place.partition(" ")[0] for place in expected.places}
        assert {finding.cluster, *finding.peers} == clusters
        assert finding.remediation
        assert finding.pane == "secrets"

    def test_one_that_only_its_name_tells_is_hidden_unless_asked_for(self, looked: Seen) -> None:
        (found,) = at(looked, BY_NAME)
        assert found.tier == BY_NAME.tier
        _, quiet = seen(values=True)
        assert quiet.secrets.hidden == 1
        assert all(one.rule != BY_NAME.rule for one in quiet.secrets.credentials)

    def test_no_lookalike_is_reported(self, looked: Seen) -> None:
        alike = {
            (cluster, one.kind, one.name)
            for one in load_scenario().lookalikes
            for cluster in looked[0].clusters
            if load_scenario().within(cluster, one.where)
        }
        assert len(alike) > 15
        for credential in looked[1].secrets.credentials:
            for place in credential.places:
                name = f"{place.object.namespace}/{place.object.name}"
                assert (place.cluster, place.object.kind, name) not in alike

    def test_what_is_where_it_belongs_is_no_finding(self, looked: Seen) -> None:
        found = {
            " ".join(place.split(" ")[:3])
            for one in looked[1].secrets.credentials
            for place in places(one)
        }
        assert EXPECTED_WHERE_THEY_BELONG & found == set()

    def test_facts_are_public(self, looked: Seen) -> None:
        (key,) = at(looked, EXPECTED[0])
        facts = dict(key.places[0].sighting.facts)
        assert facts["account"] == "000000000000"
        (other,) = [one for one in looked[1].secrets.credentials if one.rule == "SEC-KUBECONFIG"
                    and one.places[0].cluster == "aws-use1-1"]  # fmt: skip
        assert "opens aks-weu-1" in other.reason

    def test_writers_and_owners_are_told(self, looked: Seen) -> None:
        (pair,) = at(looked, EXPECTED[0])
        by = {place.sighting.writer.partition(" ")[0] for place in pair.places}
        assert by == {"kubectl-client-side-apply", "helm"}
        assert {place.owner for place in pair.places} == {"", "Helm exporter"}
        (azure,) = at(looked, next(one for one in EXPECTED if one.name == "replica-app"))
        assert azure.places[0].sighting.writer.startswith("kubectl-edit")
        (synced,) = at(looked, next(one for one in EXPECTED if one.name == "catalog-aws"))
        assert synced.places[0].owner == "External Secrets catalog-s3"

    def test_nothing_was_written_before_its_object_was_made(self, looked: Seen) -> None:
        for one in looked[1].secrets.credentials:
            for place in one.places:
                for part in place.sightings:
                    assert not part.written or place.created <= part.written, place.id

    def test_workloads_that_use_it_are_told(self, looked: Seen) -> None:
        (found,) = at(looked, next(one for one in EXPECTED if one.name == "debug-aws"))
        assert {one.name for one in found.consumers} == {"debug-shell"}


def _objects(credential: Credential) -> set[str]:
    return {
        f"{one.cluster} {one.object.kind} {one.object.namespace}/{one.object.name}"
        for one in credential.places
    }


class TestMetadata:
    @pytest.mark.parametrize("expected", [one for one in EXPECTED if one.inner], ids=str)
    def test_what_stands_in_specifications_is_found(
        self, metadata: Seen, expected: Expected
    ) -> None:
        (found,) = at(metadata, expected)
        wanted = {one for one in expected.places if " Secret " not in one}
        assert places(found) == wanted

    def test_nothing_is_concluded_from_secrets_and_configmaps(self, metadata: Seen) -> None:
        for credential in metadata[1].secrets.credentials:
            for place in credential.places:
                assert place.object.kind not in ("Secret", "ConfigMap"), place
        wanted = sum(one.inner for one in EXPECTED)
        assert len(metadata[1].secrets.credentials) == wanted

    @pytest.mark.parametrize("values", [False, True])
    def test_what_metadata_tells_is_told(self, metadata: Seen, looked: Seen, values: bool) -> None:
        others = (looked if values else metadata)[1].secrets.others
        found = {
            (one.rule, one.cluster, _star(one.object.name if one.object else "")) for one in others
        }
        assert found == METADATA

    def test_types_and_counts_come_without_values(self, metadata: Seen) -> None:
        view = metadata[0].clusters["aws-use1-1"].topic("secrets")
        assert view.state is TopicState.FRESH
        assert not view.values
        types = {key[1]: one.type for key, one in view.objects.items()}  # type: ignore[attr-defined]
        assert types["registry-ecr"] == "kubernetes.io/dockerconfigjson"
        assert view.objects["billing", "s3-legacy"].count == 2  # type: ignore[attr-defined]
        assert "configmaps" not in {
            name for name, one in metadata[0].clusters["aws-use1-1"].topics.items()
            if one.objects
        }  # fmt: skip

    def test_no_value_is_asked_for(self) -> None:
        async def asked() -> list[tuple[str, str]]:
            async with EmbeddedFleet() as fleet:
                await read(fleet, values=False)
                return [(record.path, record.accept) for cluster in fleet.clusters.values()
                        for record in cluster.requests]  # fmt: skip

        requests = asyncio.run(asked())
        secrets = [accept for path, accept in requests if path.endswith("/secrets")]
        assert len(secrets) > 5
        for accept in secrets:
            forms = [form.strip() for form in accept.split(",")]
            assert all(";as=" in form for form in forms), accept


def _star(name: str) -> str:
    return "bootstrap-token-*" if name.startswith("bootstrap-token-") else name


class TestCoverage:
    def test_what_may_not_be_read_is_said_by_cluster_and_namespace(self, looked: Seen) -> None:
        coverage = looked[1].secrets.coverage
        assert not coverage["aws-usw2-1"].readable
        assert "forbidden" in coverage["aws-usw2-1"].reason
        assert "reports" in coverage["onprem-1"].forbidden
        assert "legacy" not in coverage["onprem-1"].forbidden
        assert coverage["onprem-1"].secrets > 5
        assert not coverage["edge-fra-1"].readable
        for name in ("aws-use1-1", "gcp-eu-1", "aks-weu-1"):
            assert coverage[name].readable
            assert coverage[name].forbidden == ()
            assert coverage[name].troubles == 0
        unknown = {one.cluster: one.reason for one in looked[1].secrets.unknowns}
        assert set(unknown) == {"aws-usw2-1", "onprem-1", "edge-fra-1"}

    def test_what_may_not_be_read_is_not_found(self, looked: Seen) -> None:
        """The same credential is found where it may be read, and only there."""
        held: list[Holder] = load_scenario().held_in("onprem-1")
        assert any(one.name == "reports/smtp" for one in held)
        (search,) = at(looked, next(one for one in EXPECTED if one.name == "search-db"))
        assert {place.cluster for place in search.places} == {"aws-use1-1"}
