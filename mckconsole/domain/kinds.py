"""The Kind registry: what the console reads, in which version, how it is kept and how gently.

A *topic* is one thing to be read from a cluster: usually a kind, sometimes one named object of a
kind (`cilium-config`). The API version is chosen per cluster by discovery, first match of
`versions`; versions that Kubernetes has deprecated are not listed at all, because reading one would
set the very metric that the version analysis reads.
"""

from __future__ import annotations

from dataclasses import replace

from mckconsole.domain import (
    core,
    discovery,
    events,
    failover,
    identity,
    mesh,
    peering,
    pods,
    rbac,
)
from mckconsole.domain.kind import Keep, Kind, Scan, Sensitivity
from mckconsole.domain.kinds_audit import AUDIT_KINDS
from mckconsole.domain.kinds_checklist import CHECKLIST_KINDS
from mckconsole.domain.kinds_upgrade import UPGRADE_KINDS
from mckconsole.domain.objects import Projection

__all__ = ["BY_TOPIC", "KINDS", "Keep", "Kind", "Scan", "Sensitivity"]


_MCS = ("v1beta1", "v1alpha1")
_OPENSHIFT = "route.openshift.io"
_FOUNDATION = (
    Kind("nodes", "", ("v1",), "nodes", core.Node),
    Kind(
        "kube-system", "", ("v1",), "namespaces", core.Namespace, Keep.POLL, 300, name="kube-system"
    ),
    Kind("namespaces", "", ("v1",), "namespaces", core.Namespace),
    Kind("services", "", ("v1",), "services", core.Service),
    Kind("endpointslices", "discovery.k8s.io", ("v1",), "endpointslices", core.EndpointSlice),
    Kind("pods", "", ("v1",), "pods", pods.Pod, scan=Scan.LOOSE_POD),
    Kind("deployments", "apps", ("v1",), "deployments", core.Deployment, scan=Scan.WORKLOAD),
    Kind("daemonsets", "apps", ("v1",), "daemonsets", core.DaemonSet, scan=Scan.WORKLOAD),
    Kind(
        "cilium-config",
        "",
        ("v1",),
        "configmaps",
        core.CiliumConfig,
        Keep.POLL,
        60,
        namespace="kube-system",
        name="cilium-config",
    ),
    Kind(
        "submariner-lease",
        "coordination.k8s.io",
        ("v1",),
        "leases",
        core.Lease,
        Keep.POLL,
        30,
        name="submariner-gateway-lock",
    ),
    Kind("gateways", "submariner.io", ("v1",), "gateways", mesh.Gateway, Keep.POLL, 10),
    Kind("submariner-endpoints", "submariner.io", ("v1",), "endpoints", mesh.SubmarinerEndpoint),
    Kind("submariner-clusters", "submariner.io", ("v1",), "clusters", mesh.SubmarinerCluster),
    Kind("routeagents", "submariner.io", ("v1",), "routeagents", mesh.RouteAgent),
    Kind(
        "submariners",
        "submariner.io",
        ("v1alpha1",),
        "submariners",
        mesh.Submariner,
        Keep.POLL,
        60,
        sensitivity=Sensitivity.CREDENTIALS_IN_SPEC,
        scan=Scan.RESOURCE,
    ),
    Kind(
        "serviceexports",
        "multicluster.x-k8s.io",
        _MCS,
        "serviceexports",
        mesh.ServiceExport,
    ),
    Kind(
        "serviceimports",
        "multicluster.x-k8s.io",
        _MCS,
        "serviceimports",
        mesh.ServiceImport,
    ),
    Kind("ciliumnodes", "cilium.io", ("v2",), "ciliumnodes", mesh.CiliumNode),
)


def _corefile(topic: str, namespace: str, name: str) -> Kind:
    return Kind(
        topic,
        "",
        ("v1",),
        "configmaps",
        discovery.Corefile,
        Keep.POLL,
        300,
        namespace=namespace,
        name=name,
    )


_DISCOVERY = (
    Kind("gke-serviceexports", "net.gke.io", ("v1",), "serviceexports", discovery.GkeServiceExport),
    Kind("gke-serviceimports", "net.gke.io", ("v1",), "serviceimports", discovery.GkeServiceImport),
    Kind(
        "multiclusterservices",
        "networking.karmada.io",
        ("v1alpha1",),
        "multiclusterservices",
        discovery.MultiClusterService,
    ),
    Kind(
        "clusterproperties",
        "about.k8s.io",
        ("v1", "v1beta1", "v1alpha1"),
        "clusterproperties",
        discovery.ClusterProperty,
        Keep.POLL,
        300,
    ),
    _corefile("corefile", "kube-system", "coredns"),
    _corefile("corefile-custom", "kube-system", "coredns-custom"),
    replace(
        _corefile("corefile-openshift", "openshift-dns", "dns-default"),
        beside=_OPENSHIFT,
        optional=True,
    ),
    Kind(
        "servicediscoveries",
        "submariner.io",
        ("v1alpha1",),
        "servicediscoveries",
        discovery.ServiceDiscovery,
        Keep.POLL,
        300,
        sensitivity=Sensitivity.CREDENTIALS_IN_SPEC,
        scan=Scan.RESOURCE,
    ),
    Kind(
        "globalingressips",
        "submariner.io",
        ("v1",),
        "globalingressips",
        discovery.GlobalIngressIP,
    ),
    Kind(
        "istio-remote-secrets",
        "",
        ("v1",),
        "secrets",
        discovery.IstioRemoteSecret,
        Keep.POLL,
        60,
        sensitivity=Sensitivity.METADATA_ONLY,
        labels="istio/multiCluster=true",
        beside="networking.istio.io",
        optional=True,
    ),
)

_PEERING = (
    Kind(
        "linkerd-links",
        "multicluster.linkerd.io",
        ("v1alpha3", "v1alpha2", "v1alpha1"),
        "links",
        peering.LinkerdLink,
    ),
    Kind(
        "peeringacceptors",
        "consul.hashicorp.com",
        ("v1alpha1",),
        "peeringacceptors",
        peering.PeeringAcceptor,
    ),
    Kind(
        "peeringdialers",
        "consul.hashicorp.com",
        ("v1alpha1",),
        "peeringdialers",
        peering.PeeringDialer,
    ),
    Kind(
        "exportedservices",
        "consul.hashicorp.com",
        ("v1alpha1",),
        "exportedservices",
        peering.ExportedServices,
    ),
)

_FAILOVER = (
    Kind(
        "statefulsets",
        "apps",
        ("v1",),
        "statefulsets",
        failover.StatefulSet,
        scan=Scan.WORKLOAD,
    ),
    Kind(
        "autoscalers",
        "autoscaling",
        ("v2",),
        "horizontalpodautoscalers",
        failover.HorizontalPodAutoscaler,
        Keep.POLL,
        300,
    ),
    Kind("ingresses", "networking.k8s.io", ("v1",), "ingresses", failover.Ingress),
    Kind(
        "httproutes",
        "gateway.networking.k8s.io",
        ("v1", "v1beta1"),
        "httproutes",
        failover.HTTPRoute,
    ),
    Kind("routes", _OPENSHIFT, ("v1",), "routes", failover.Route),
    Kind("brokers", "submariner.io", ("v1alpha1",), "brokers", failover.Broker, Keep.POLL, 300),
    Kind(
        "karmada-clusters",
        "cluster.karmada.io",
        ("v1alpha1",),
        "clusters",
        failover.KarmadaCluster,
        Keep.POLL,
        300,
    ),
    Kind(
        "managedclusters",
        "cluster.open-cluster-management.io",
        ("v1",),
        "managedclusters",
        failover.ManagedCluster,
        Keep.POLL,
        300,
    ),
    Kind(
        "rancher-clusters",
        "management.cattle.io",
        ("v3",),
        "clusters",
        failover.RancherCluster,
        Keep.POLL,
        300,
    ),
)


def _config(topic: str, name: str, projection: type[Projection]) -> Kind:
    """ConfigMaps of one name, in whatever namespace."""
    return Kind(
        topic, "", ("v1",), "configmaps", projection, Keep.POLL, 600, name=name, optional=True
    )


def _rarely(
    topic: str,
    group: str,
    versions: tuple[str, ...],
    projection: type[Projection],
    *,
    plural: str = "",
    optional: bool = False,
    scan: Scan = Scan.NONE,
) -> Kind:
    """What changes so seldom that a look every ten minutes will do."""
    return Kind(
        topic,
        group,
        versions,
        plural or topic,
        projection,
        Keep.POLL,
        600,
        optional=optional,
        scan=scan,
    )


_RBAC = "rbac.authorization.k8s.io"
_ESO = ("v1", "v1beta1")
_FLUX = "source.toolkit.fluxcd.io"
_FLUX_VERSIONS = ("v1", "v1beta2")
_IDENTITY = (
    Kind("serviceaccounts", "", ("v1",), "serviceaccounts", identity.ServiceAccount),
    Kind("jobs", "batch", ("v1",), "jobs", identity.Job, Keep.POLL, 180, scan=Scan.WORKLOAD),
    _rarely("cronjobs", "batch", ("v1",), identity.CronJob, scan=Scan.WORKLOAD),
    _rarely(
        "mutatingwebhooks",
        "admissionregistration.k8s.io",
        ("v1",),
        identity.MutatingWebhookConfiguration,
        plural="mutatingwebhookconfigurations",
        optional=True,
    ),
    _rarely("clusterroles", _RBAC, ("v1",), rbac.ClusterRole, optional=True),
    _rarely("clusterrolebindings", _RBAC, ("v1",), rbac.ClusterRoleBinding, optional=True),
    _rarely("roles", _RBAC, ("v1",), rbac.Role, optional=True),
    _rarely("rolebindings", _RBAC, ("v1",), rbac.RoleBinding, optional=True),
    _rarely("secretstores", "external-secrets.io", _ESO, identity.SecretStore, scan=Scan.RESOURCE),
    _rarely(
        "clustersecretstores",
        "external-secrets.io",
        _ESO,
        identity.ClusterSecretStore,
        scan=Scan.RESOURCE,
    ),
    _rarely(
        "flux-ocirepositories", _FLUX, _FLUX_VERSIONS, identity.FluxSource, plural="ocirepositories"
    ),
    _rarely("flux-buckets", _FLUX, _FLUX_VERSIONS, identity.FluxBucket, plural="buckets"),
    _rarely("flux-gitrepositories", _FLUX, ("v1",), identity.FluxGit, plural="gitrepositories"),
    _rarely(
        "podidentityassociations",
        "eks.services.k8s.aws",
        ("v1alpha1",),
        identity.PodIdentityAssociation,
    ),
    _rarely(
        "upbound-associations",
        "eks.aws.upbound.io",
        ("v1beta1",),
        identity.UpboundAssociation,
        plural="podidentityassociations",
    ),
    Kind(
        "token-secrets",
        "",
        ("v1",),
        "secrets",
        identity.TokenSecret,
        Keep.POLL,
        600,
        sensitivity=Sensitivity.METADATA_ONLY,
        fields="type=kubernetes.io/service-account-token",
        optional=True,
    ),
    _config("root-ca", "kube-root-ca.crt", identity.RootCa),
    _config("irsa-config", "pod-identity-webhook", identity.IrsaConfig),
    _config("azure-wi-config", "azure-wi-webhook-config", identity.AzureConfig),
    Kind(
        "credential-configs",
        "",
        ("v1",),
        "configmaps",
        identity.CredentialConfig,
        Keep.POLL,
        600,
        sensitivity=Sensitivity.CREDENTIALS_IN_SPEC,
        optional=True,
    ),
    Kind(
        "oidc-issuer",
        "",
        ("",),
        "",
        identity.IssuerDocument,
        Keep.POLL,
        600,
        document=identity.IssuerDocument.path,
        optional=True,
    ),
    Kind(
        "oidc-keys",
        "",
        ("",),
        "",
        identity.KeySet,
        Keep.POLL,
        600,
        document=identity.KeySet.path,
        optional=True,
    ),
)

_TOLD = (Kind("events", "", ("v1",), "events", events.Event, optional=True),)
"""What components say; others may read them where little else may be read, and the reverse."""

KINDS: tuple[Kind, ...] = (
    *_FOUNDATION,
    *_DISCOVERY,
    *_PEERING,
    *_FAILOVER,
    *_IDENTITY,
    *AUDIT_KINDS,
    *UPGRADE_KINDS,
    *CHECKLIST_KINDS,
    *_TOLD,
)
"""Every topic the console knows."""

BY_TOPIC: dict[str, Kind] = {kind.topic: kind for kind in KINDS}
