"""Istio joins namesakes only where nothing else says how a service crosses, whenever that comes."""

from __future__ import annotations

from mckconsole.analysis.engine import Analysis, analyse
from mckconsole.analysis.memory import AnalysisMemory
from mckconsole.analysis.services.model import Dialect, FleetService
from tests.unit.analysis.services.livefleet import LiveFleet, content, docs

ISTIO = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: istiod, namespace: istio-system}
---
apiVersion: v1
kind: Secret
metadata: {name: istio-remote-secret-%s, namespace: istio-system, labels: {istio/multiCluster: "true"}}
---
apiVersion: v1
kind: Service
metadata: {name: contacts, namespace: crm}
spec: {type: ClusterIP, clusterIP: 10.0.0.9, ports: [{port: 80}]}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: contacts-x, namespace: crm, labels: {kubernetes.io/service-name: contacts}}
endpoints: [{addresses: [10.1.0.1]}]
"""  # noqa: E501
GIVEN = """
apiVersion: networking.karmada.io/v1alpha1
kind: MultiClusterService
metadata: {name: contacts, namespace: crm}
spec: {types: [CrossCluster], providerClusters: [{name: east}], consumerClusters: [{name: west}]}
---
apiVersion: v1
kind: Service
metadata: {name: contacts, namespace: crm}
spec: {type: ClusterIP, ports: [{port: 80}]}
"""


def only(found: Analysis) -> FleetService:
    (service,) = found.services.services
    return service


def test_sameness_gives_way_to_what_is_said_and_comes_back() -> None:
    fleet = LiveFleet("hub", "east", "west")
    fleet.put("east", *docs(ISTIO % "west"))
    fleet.put("west", *docs(ISTIO % "east"))
    memory = AnalysisMemory()
    said = []
    for step in (None, fleet.put, fleet.drop):
        if step is not None:
            step("hub", *docs(GIVEN))
        found = analyse(fleet.snapshot(), memory=memory)
        memory = found.memory
        assert content(only(found)) == content(only(analyse(fleet.snapshot())))
        said.append(only(found).dialects)
        if Dialect.KARMADA in said[-1]:
            assert not only(found).parts["east"].exports
            assert "istiod" not in only(found).reason
    assert said == [(Dialect.ISTIO,), (Dialect.KARMADA,), (Dialect.ISTIO,)]
