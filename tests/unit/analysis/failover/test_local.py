"""What only the lost clusters run, and what nobody else could reach."""

from __future__ import annotations

from mckconsole.analysis.failover.local import is_system
from mckconsole.analysis.failover.model import LocalLoss
from mckconsole.analysis.services.model import Dialect, Import, Part, ServiceKey
from tests.unit.analysis import build
from tests.unit.analysis.build import Doc
from tests.unit.analysis.failover.build import (
    lose,
    part,
    plain_service,
    ref,
    service,
    slices,
    workload,
)


def losses(here: list[Doc], there: list[Doc]) -> tuple[LocalLoss, ...]:
    fleet = build.fleet(build.cluster("a", here), build.cluster("b", there))
    return lose(fleet, "a").local


def test_workloads_that_run_nowhere_else() -> None:
    here = [
        workload("web"),
        workload("report", replicas=0),
        workload("both"),
        workload("agent", kind="DaemonSet"),
    ]
    assert losses(here, [workload("both")]) == (
        LocalLoss("a", "shop", "agent", "DaemonSet", 3, ()),
        LocalLoss("a", "shop", "web", "Deployment", 3, ()),
    )


def test_volumes_of_its_own_make_a_loss_even_where_it_runs_elsewhere() -> None:
    here = [
        workload("db", kind="StatefulSet", volumes=True),
        workload("cache", kind="StatefulSet"),
        workload("queue", kind="StatefulSet", volumes=True),
    ]
    there = [workload("db", kind="StatefulSet"), workload("cache", kind="StatefulSet")]
    assert losses(here, there) == (
        LocalLoss("a", "shop", "queue", "StatefulSet", 3, (), True),
        LocalLoss("a", "shop", "db", "StatefulSet", 3, ("b",), True),
    )


def test_services_that_are_not_exported() -> None:
    docs = [
        plain_service("web"), slices("web", 2),
        plain_service("empty"),
        plain_service("shared"), slices("shared", 2),
        plain_service("derived"),
        slices("derived", 2, endpointslice__kubernetes__io="x"),
        plain_service("kubernetes", "default"), slices("kubernetes", 1, "default"),
    ]  # fmt: skip
    docs[6]["metadata"]["labels"] = {  # type: ignore[index]
        "kubernetes.io/service-name": "derived",
        "endpointslice.kubernetes.io/managed-by": "endpointslice-mesh-controller.cilium.io",
    }
    fleet = build.fleet(build.cluster("a", docs), build.cluster("b", [plain_service("web")]))
    shared = service(part("a", 2), key=ServiceKey("shop", "shared"))
    assert lose(fleet, "a", shared).local == (LocalLoss("a", "shop", "web", "Service", 2, ("b",)),)


def test_system_namespaces_are_a_number() -> None:
    spaces = ("kube-system", "submariner-operator", "istio-system", "flux-system", "shop")
    here = [workload("x", namespace=space) for space in spaces]
    fleet = build.fleet(build.cluster("a", here), build.cluster("b"))
    found = lose(fleet, "a")
    assert ([one.namespace for one in found.local], found.system) == (["shop"], 4)
    assert is_system("openshift-ingress")
    assert not is_system("default")


def test_several_lost_together_have_nobody_in_each_other() -> None:
    fleet = build.fleet(*(build.cluster(name, [workload("web")]) for name in "ab"))
    assert lose(fleet, "a").local == ()
    assert [one.cluster for one in lose(fleet, "ab").local] == ["a", "b"]


def test_services_that_a_mesh_made_of_an_import_are_not_its_own() -> None:
    docs = [plain_service("derived-1"), slices("derived-1", 2)]
    fleet = build.fleet(build.cluster("a", docs), build.cluster("b"))
    taken = Import(Dialect.GKE, ref("ServiceImport"), sources=("b",), derived="derived-1")
    made = service(Part("a", imports=(taken,)), part("b", 2))
    assert lose(fleet, "a", made).local == ()


def test_a_pod_of_two_families_is_one_and_what_terminates_none() -> None:
    def endpoint(address: str, pod: str, **said: bool) -> Doc:
        return {
            "addresses": [address],
            "conditions": {"ready": True, **said},
            "targetRef": {"kind": "Pod", "name": pod},
        }

    four = {
        **slices("web", 0),
        "addressType": "IPv4",
        "endpoints": [endpoint("10.0.1.1", "web-1"), endpoint("10.0.1.2", "web-2")],
    }
    six = {
        **slices("web", 0),
        "metadata": {**slices("web", 0)["metadata"], "name": "web-six"},  # type: ignore[dict-item]
        "addressType": "IPv6",
        "endpoints": [endpoint("fd00::1", "web-1"), endpoint("fd00::2", "web-2")],
    }
    going = {
        **slices("going", 0),
        "endpoints": [endpoint("10.0.1.3", "going-1", terminating=True)],
    }
    docs = [plain_service("web"), four, six, plain_service("going"), going]
    assert losses(docs, []) == (LocalLoss("a", "shop", "web", "Service", 2, ()),)
