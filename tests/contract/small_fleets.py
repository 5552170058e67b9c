"""Small fleets for what the demo's cannot show: OpenShift, and a mesh that can be upgraded.

OpenShift is no provider of the demo. In the demo every cluster of a mesh is the only one that
carries some service, which is planted, so none of them may go; here two carry each other.
"""

from __future__ import annotations

from typing import Any

from mckconsole.demo.scenario import (
    ClusterModel,
    Pool,
    PrometheusModel,
    Scenario,
    SubmarinerMember,
    SubmarinerModel,
    TunnelModel,
    Workload,
    load_scenario,
)
from mckconsole.demo.sections_identity import IdentityCluster
from mckconsole.demo.sections_services import Export, Home
from mckconsole.demo.sections_versions import ControlPlane, Thing

_CA = "onprem-1"
"""The certificate of the demo's that all of them have."""
_COREOS = "Red Hat Enterprise Linux CoreOS 9.6.20260914-0"


def _cluster(name: str, number: int, provider: str, version: str, pools: list[Pool],
             **more: Any) -> ClusterModel:  # fmt: skip
    return ClusterModel(
        name=name,
        provider=provider,  # type: ignore[arg-type]
        version=version,
        region=f"region-{number}",
        zones=[f"region-{number}-a"],
        age_days=300,
        node_cidr=f"100.{64 + number}.0.0/16",
        pod_cidr=f"10.{number}.0.0/16",
        service_cidr=f"172.{16 + number}.0.0/16",
        pools=pools,
        **more,
    )


def _fleet(clusters: list[ClusterModel], **more: Any) -> Scenario:
    own = {one.name: one.version for one in clusters}
    keys = {name: [f"{number:040x}"] for number, name in enumerate(own, 1)}
    return Scenario(
        clusters=clusters,
        certificates={_CA: load_scenario().certificates[_CA]},
        identity_clusters={
            name: IdentityCluster(issuer=f"https://oidc.example.com/{name}", keys=key, ca=_CA)
            for name, key in keys.items()
        },
        control_planes={name: ControlPlane([version]) for name, version in own.items()},
        **more,
    )


def _version(name: str, history: list[str], upgradeable: str) -> Thing:
    done = {"state": "Completed", "startedTime": "2026-06-01T10:00:00Z"}
    conditions = [
        {"type": "Available", "status": "True"},
        {"type": "Progressing", "status": "False"},
        {"type": "Failing", "status": "False"},
        {
            "type": "Upgradeable",
            "status": upgradeable,
            "reason": "AdminAckRequired",
            "message": "Kubernetes 1.34 removes APIs which require admin consideration.",
        },
    ]
    status = {
        "desired": {"version": history[0]},
        "history": [{**done, "version": one} for one in history],
        "conditions": conditions,
    }
    return Thing(
        "config.openshift.io/v1", "ClusterVersion", "version", [name], "clusterversions",
        body={"spec": {"channel": "stable-4.20"}, "status": status},
    )  # fmt: skip


def openshift() -> Scenario:
    """`ocp-west` went from 4.18 to 4.20 at once and must not go on; `ocp-east` is well."""
    pools = [Pool("worker", 3, "m6i.xlarge", image=_COREOS)]
    return _fleet(
        [
            _cluster("ocp-west", 1, "vsphere", "v1.33.5+a1b2c3d", pools),
            _cluster("ocp-east", 2, "vsphere", "v1.33.5+a1b2c3d", pools),
        ],
        things=[
            _version("ocp-west", ["4.20.4", "4.18.22"], "False"),
            _version("ocp-east", ["4.20.4", "4.19.15", "4.18.22"], "True"),
        ],
    )


def meshed() -> Scenario:
    """`pair-a` and `pair-b` carry the same service over Submariner; `alone` is by itself."""
    gateway = Pool("gateway", 1, "Standard_D2s_v5", gateway=True)
    pools = [gateway, Pool("user", 3, "Standard_D4s_v5")]
    names = ("pair-a", "pair-b")
    return _fleet(
        [
            *(_cluster(name, number, "aks", "v1.33.11", pools, mcs=["v1alpha1"])
              for number, name in enumerate(names, 1)),
            _cluster("alone", 3, "aks", "v1.35.6", [Pool("user", 2, "Standard_D4s_v5")]),
        ],
        submariner=[
            SubmarinerModel(
                name="pair",
                version="v0.21.2",
                driver="libreswan",
                members={name: SubmarinerMember(f"198.51.100.{n}") for n, name in
                         enumerate(names, 1)},
                tunnels={"pair-a": {"pair-b": TunnelModel(20)},
                         "pair-b": {"pair-a": TunnelModel(20)}},
            )
        ],
        namespaces=[Home("shop", ["@submariner"])],
        workloads=[
            Workload("shop", "web", {"app": "registry.example.com/web:1.0.0"},
                     ports={"http": 80}, where=list(names)),
            Workload("kube-system", "coredns",
                     {"coredns": "registry.k8s.io/coredns/coredns:v1.12.1"},
                     ports={"dns-tcp": 53}, service="kube-dns", labels={"k8s-app": "kube-dns"}),
            Workload("submariner-operator", "submariner-lighthouse-coredns",
                     {"coredns": "quay.io/submariner/lighthouse-coredns:0.21.2"},
                     ports={"udp": 53}, where=list(names)),
            Workload("kube-system", "kube-proxy",
                     {"kube-proxy": "registry.k8s.io/kube-proxy:{version}"}, kind="DaemonSet",
                     labels={"k8s-app": "kube-proxy"}, host_network=True),
        ],
        exports=[Export("shop", "web", list(names))],
        prometheus=[PrometheusModel("federation", ["*"], "cluster")],
    )  # fmt: skip
