"""Every rule that can make a finding: what it reads, why it matters, what to do.

`mckconsole rules` prints this registry, reports refer to it, and a test keeps it complete. It holds
words only; the judging is in `mesh/`, `services/`, `identity/`, `secrets/`,
`certificates/`, `versions/` and `checklist/`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from mckconsole.analysis.rules_certificates import CERTIFICATE_RULES
from mckconsole.analysis.rules_checklist import CHECKLIST_RULES
from mckconsole.analysis.rules_identity import IDENTITY_RULES
from mckconsole.analysis.rules_secrets import SECRET_RULES
from mckconsole.analysis.rules_services import SERVICE_RULES
from mckconsole.analysis.rules_upgrade import UPGRADE_RULES
from mckconsole.analysis.rules_versions import VERSION_RULES
from mckconsole.domain.findings import Rule, Severity

_GATEWAY_TYPES = "Submariner: pkg/apis/submariner.io/v1 types, pkg/healthchecker"
_CILIUM_STATUS = "cilium-cli: clustermesh status; Cilium clustermesh metrics reference"
_CILIUM_CONFIG = "Cilium: pkg/clustermesh/types, cluster mesh requirements"

_SUBMARINER = ("gateways", "submariner-lease", "submariner-endpoints", "submariner-clusters",
               "submariners", "submariner-requested-connections")  # fmt: skip
_CILIUM = ("cilium-config", "cilium-readiness", "kvstoremesh-readiness", "cilium-last-failure")
_LINKERD = ("linkerd-links", "linkerd-gateway-alive", "linkerd-gateway-enabled")
_ISTIO = ("istio-remote-secrets", "istio-sync-status", "istio-managed-clusters")
_CONSUL = ("peeringacceptors", "peeringdialers", "consul-peering-healthy")
_OTHERS = (*_LINKERD, *_ISTIO, *_CONSUL)
_LINKERD_MIRROR = "linkerd2: multicluster/service-mirror"
_ISTIO_REMOTES = "Istio: pkg/kube/multicluster; istio/istio#38440, #60612"
_CONSUL_PEERING = "consul-k8s: peering controllers; Consul: agent/consul/leader_peering.go"
_OTHER_SOURCES = f"{_LINKERD_MIRROR}; {_ISTIO_REMOTES}; {_CONSUL_PEERING}"


_LINKS = (
    Rule(
        "MESH-DOWN",
        "mesh",
        "Tunnel down",
        Severity.CRITICAL,
        (*_SUBMARINER, *_CILIUM, *_OTHERS),
        "Submariner: the active gateway reports `error` for the peer in a fresh Gateway object, or "
        "has been connecting for 60 s. Cilium: no agent has the remote cluster ready for 60 s and "
        "the peer is a configured one. Linkerd: the peer's gateway answers no probe. Istio: no "
        "replica of istiod is synchronised with the remote cluster, and one says `timeout` or "
        "`closed`, or has been syncing for 60 s. Consul: the leader says that the peering is not "
        "healthy, or the peering was never written to Consul.",
        "Look at the gateway on both sides, then at what lies between them: UDP 4500 and 4490 "
        "(Submariner), the clustermesh-apiserver's address and certificates (Cilium), the load "
        "balancer of the gateway (Linkerd), the remote secret's address and token (Istio), the "
        "mesh gateways and servers (Consul).",
        f"{_GATEWAY_TYPES}; {_CILIUM_STATUS}; {_OTHER_SOURCES}",
    ),
    Rule(
        "MESH-DEGRADED",
        "mesh",
        "Tunnel degraded",
        Severity.MEDIUM,
        (
            *_SUBMARINER,
            *_CILIUM,
            *_OTHERS,
            "routeagents",
            "submariner-rx-growth",
            "submariner-tx-growth",
            "cilium-failures-growth",
            "cilium-initial-sync",
        ),
        "The tunnel works in part: the gateway engine reports a failure, route agents on some "
        "nodes cannot reach the peer, traffic leaves and none returns for five minutes, the peer "
        "has no connection back, only some Cilium agents are ready, their failures rise, or agents "
        "read KVStoreMesh's copy of a cluster out of its reach. Critical above half of the nodes. "
        "Linkerd: some services could not be mirrored, or only some service mirrors reach the "
        "gateway. Istio: replicas of istiod disagree, so what a workload knows of the remote "
        "cluster depends on the replica it is connected to. Consul: the peering is healthy, but "
        "its last change could not be written to Consul, or the dialer has not taken up the token "
        "that the acceptor made anew.",
        "Look at the nodes, the gateway or the replica that the evidence names before the tunnel "
        "itself.",
        f"{_GATEWAY_TYPES}; {_CILIUM_STATUS}; cilium/cilium#37333; {_OTHER_SOURCES}",
    ),
    Rule(
        "MESH-SLOW",
        "mesh",
        "Tunnel slow",
        Severity.MEDIUM,
        ("gateways", "submariner-latency", "cilium-node-latency", "linkerd-gateway-latency"),
        "The average round trip is at least 500 ms (critical at 1 s), as the gateway's own pinger "
        "measures it. Cilium measures it per remote cluster only up to 1.17. Linkerd says how long "
        "the last probe of the gateway took. Istio and Consul measure none.",
        "Compare both directions, the gateways' load and MTU, and the path of the address in use.",
        _GATEWAY_TYPES,
    ),
    Rule(
        "MESH-STALE",
        "mesh",
        "Tunnel state too old to believe",
        Severity.MEDIUM,
        (
            "gateways",
            "submariner-lease",
            "cilium-readiness",
            "linkerd-gateway-alive",
            "istio-sync-status",
            "consul-peering-healthy",
        ),
        "The gateway has not written its object for 15 s (critical at 60 s), its lease is not "
        "renewed, or two gateways claim to be active. Only a live gateway removes old objects, so "
        "the last word of a dead one, usually `connected`, stays. Elsewhere: the newest sample is "
        "older than 90 s.",
        "Look at the gateway pod and its node; do not believe the state that is still shown.",
        _GATEWAY_TYPES,
    ),
    Rule(
        "MESH-UNVERIFIED",
        "mesh",
        "Tunnel connected, never verified",
        Severity.MEDIUM,
        (
            "gateways",
            "submariners",
            "submariner-requested-connections",
            "cilium-readiness",
            *_OTHERS,
        ),
        "The cable driver says `connected`, but no ping was ever answered or no pinger runs: the "
        "health check is off or the peer publishes no health check address. The vxlan driver says "
        "so always. Linkerd, Istio and Consul: an object says that the link is configured, and no "
        "current metric says that it is alive; a Linkerd link in flat mode has no gateway that "
        "could be probed, and a Consul peering's Synced only means that Consul was told of it.",
        "Turn the connection health check on, on both sides, and look again. Where only metrics "
        "tell, have Prometheus scrape the service mirror, istiod or the Consul servers.",
        f"{_GATEWAY_TYPES}; submariner-io/submariner#1519, #2810; {_OTHER_SOURCES}",
    ),
    Rule(
        "MESH-CONNECTING",
        "mesh",
        "Tunnel connecting",
        Severity.INFO,
        (*_SUBMARINER, *_CILIUM, "istio-sync-status"),
        "The tunnel is being set up; after 60 s of it, it counts as down. So does a remote cluster "
        "that istiod is still syncing with.",
        "Wait for a minute; if it stays, look at UDP 4500 and 4490 between the gateways (for "
        "Istio, at the remote API server).",
        _GATEWAY_TYPES,
    ),
    Rule(
        "MESH-MISSING",
        "mesh",
        "Tunnel missing",
        Severity.CRITICAL,
        (*_SUBMARINER, *_CILIUM),
        "The peer is a member of the mesh, but this cluster has no connection to it at all. "
        "Submariner drops a peer silently when address ranges overlap or ids are equal; other "
        "causes are a missing active gateway and broken broker synchronisation. Links of Linkerd, "
        "Istio and Consul need no way back: there, a direction that nobody configured is not "
        "missing.",
        "Follow the cause that the finding names: overlap, duplicate id, gateway, broker.",
        "Submariner: pkg/controllers/tunnel; subctl diagnose deployment",
    ),
    Rule(
        "MESH-ASYMMETRIC",
        "mesh",
        "Tunnel works in one direction only",
        Severity.CRITICAL,
        (
            "gateways",
            "submariner-endpoints",
            "linkerd-gateway-alive",
            "istio-sync-status",
            "consul-peering-healthy",
        ),
        "One side measures round trips and the other fails to. Each side pings the other's health "
        "check address and every ping needs both directions, so the tunnel itself works: the fault "
        "is local to reaching one side's health check address. Also reported, as medium, when the "
        "averages of both directions differ more than threefold. With Linkerd, Istio and Consul "
        "each direction stands for itself: one is alive, the other is configured and down.",
        "Compare the health check address in the peer's Endpoint copy with the CNI interface's, "
        "then Calico pools, the host firewall and the MTU.",
        "submariner-io/submariner#2810, submariner-io/subctl#900",
    ),
)

_CONFIGURATION = (
    Rule(
        "MESH-DUPLICATE-ID",
        "mesh",
        "Two clusters use one mesh id",
        Severity.CRITICAL,
        ("kube-system", "gateways", "submariners", "cilium-config"),
        "Clusters whose kube-system namespaces differ in uid carry the same Submariner cluster id, "
        "Cilium cluster name or Cilium cluster id. Each drops the other's endpoints silently, and "
        "identities of one are taken for the other's. Equal uids mean one cluster listed twice, "
        "which is only noted.",
        "Give one of them another id; for Cilium this needs all its identities to be recreated.",
        f"subctl diagnose deployment; {_CILIUM_CONFIG}",
    ),
    Rule(
        "MESH-CIDR-OVERLAP",
        "mesh",
        "Address ranges overlap",
        Severity.CRITICAL,
        (
            "submariner-clusters",
            "submariner-endpoints",
            "submariners",
            "ciliumnodes",
            "cilium-config",
            "nodes",
        ),
        "Two clusters of one mesh use the same addresses for pods (or, with Submariner without "
        "Globalnet, for services). Submariner drops such a peer silently; Cilium routes to the "
        "wrong cluster. Under Globalnet only the global ranges are compared.",
        "Renumber one side, or use Globalnet (Submariner).",
        f"subctl diagnose deployment; {_CILIUM_CONFIG}",
    ),
    Rule(
        "MESH-ENDPOINT-DRIFT",
        "mesh",
        "Endpoint copy differs from original",
        Severity.MEDIUM,
        ("gateways", "submariner-endpoints"),
        "A cluster holds other addresses, subnets, ports or another cable driver for its peer than "
        "the peer itself publishes, or an endpoint that the peer withdrew. Under a minute that is "
        "synchronisation lag; longer, the broker connection is broken, and the tunnel goes to an "
        "old address.",
        "Check the lighthouse and gateway pods' access to the broker on both sides.",
        "Submariner: pkg/endpoint, admiral broker syncer",
    ),
    Rule(
        "MESH-NO-ACTIVE-GATEWAY",
        "mesh",
        "No active gateway",
        Severity.CRITICAL,
        ("gateways", "submariner-lease"),
        "Submariner is installed, and none of its gateways is active: no tunnel of this cluster "
        "can work.",
        "Check that a node carries submariner.io/gateway=true and that the gateway pod runs there.",
        "subctl diagnose deployment, diagnose connections",
    ),
    Rule(
        "MESH-ENCRYPTION-MISMATCH",
        "mesh",
        "Encryption settings differ",
        Severity.HIGH,
        ("cilium-config", "ciliumnodes"),
        "WireGuard, IPsec or node encryption is on in one cluster and off in another, some nodes "
        "publish no WireGuard key, or IPsec key indexes differ: traffic between the clusters is "
        "dropped or goes unencrypted.",
        "Set the same encryption in all clusters of the mesh and let the agents restart.",
        _CILIUM_CONFIG,
    ),
    Rule(
        "MESH-MAX-CLUSTERS-MISMATCH",
        "mesh",
        "max-connected-clusters differs",
        Severity.HIGH,
        ("cilium-config",),
        "It decides how identities are numbered, so it must be equal everywhere. The check at run "
        "time is one-sided: only a cluster with 511 rejects a peer with 255, so one direction is "
        "ready and the other is not.",
        "Set one value in all clusters; changing it needs all identities to be recreated.",
        _CILIUM_CONFIG,
    ),
    Rule(
        "MESH-TUNNEL-MISMATCH",
        "mesh",
        "Routing or tunnel settings differ",
        Severity.HIGH,
        ("cilium-config",),
        "routing-mode, tunnel-protocol, tunnel-port or the enabled IP families differ between "
        "clusters of one mesh: nodes cannot reach pods on the other side.",
        "Set the same routing mode, protocol, port and IP families in all clusters.",
        _CILIUM_CONFIG,
    ),
    Rule(
        "MESH-CA-MISMATCH",
        "mesh",
        "Cilium CAs differ",
        Severity.HIGH,
        ("cilium-config",),
        "Clusters of one mesh must trust each other's certificate authority. Judging it needs the "
        "Secret cilium-ca, and Secrets are never read, so it is reported as unknown.",
        "Compare the subject key ids of kube-system/cilium-ca in both clusters.",
        _CILIUM_CONFIG,
    ),
    Rule(
        "MESH-VERSION-SKEW",
        "mesh",
        "Mesh versions too far apart",
        Severity.MEDIUM,
        ("daemonsets", "deployments", "gateways"),
        "Components of one mesh are more than one minor release apart; only consecutive minor "
        "releases are tested together.",
        "Bring the older clusters up, one minor release at a time.",
        "Cilium: upgrade guide (consecutive minor releases)",
    ),
    Rule(
        "MESH-NOT-CONFIGURED",
        "mesh",
        "Cluster mesh not configured properly",
        Severity.HIGH,
        ("cilium-config", "services", "deployments", "cilium-readiness"),
        "Cluster mesh is deployed, but the cluster has no id or the default name, an invalid name, "
        "or an id out of range for max-connected-clusters or for its IPAM mode. As low: "
        "policy-default-local-cluster differs, so policies without a cluster label mean another "
        "thing. As information: agents still report a remote cluster that is no known peer.",
        "Set cluster.name and cluster.id in the Helm values, unique in the mesh.",
        f"{_CILIUM_CONFIG}; cilium/cilium#21330, #40049",
    ),
)

RULES: Mapping[str, Rule] = MappingProxyType(
    {
        rule.id: rule
        for group in (
            _LINKS,
            _CONFIGURATION,
            SERVICE_RULES,
            IDENTITY_RULES,
            SECRET_RULES,
            CERTIFICATE_RULES,
            VERSION_RULES,
            UPGRADE_RULES,
            CHECKLIST_RULES,
        )
        for rule in group
    }
)
"""By rule id: links, meshes, services, identities, secrets, certificates."""
