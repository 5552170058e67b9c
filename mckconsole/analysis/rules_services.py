"""The rules on services across clusters, SD01 to SD19, in words.

They are judged in `services/`: SD12 and SD16 on clusters, SD14 on a cluster's DNS, SD19 on several
services at once, all others on one service.
"""

from __future__ import annotations

from mckconsole.domain.findings import Rule, Severity

_KEP = "KEP-1645 (Multi-Cluster Services API)"
_MCS = "mcs-api: ServiceExport and ServiceImport conditions"
_LIGHTHOUSE = "Submariner: lighthouse pkg/agent/controller"
_CILIUM = "Cilium: load-balancing and service discovery, pkg/annotation"

_EXPORTS = ("serviceexports", "gke-serviceexports", "multiclusterservices")
_IMPORTS = ("serviceimports", "gke-serviceimports")


_EXPORTERS = (
    Rule(
        "SD01",
        "services",
        "Export without a Service, or of one that cannot be exported",
        Severity.HIGH,
        (*_EXPORTS, "services"),
        "The export's Valid condition is False, there is no Service of its name beside it, or the "
        "Service has a type that is not exported: ExternalName never, NodePort and LoadBalancer "
        "not by Lighthouse. The export offers nothing. Critical when no other cluster offers the "
        "service and it is imported.",
        "Create the Service under the export's name as type ClusterIP, or delete the export.",
        f"{_MCS}; {_LIGHTHOUSE}",
    ),
    Rule(
        "SD02",
        "services",
        "Exported without ready endpoints",
        Severity.MEDIUM,
        (*_EXPORTS, "services", "endpointslices"),
        "No endpoint of the exporter is ready (a missing ready condition counts as ready). Where "
        "its own slices cannot be read, Lighthouse's slices elsewhere tell: they hold one endpoint "
        "that is ready while any backend is. High when every exporter is so, critical when others "
        "import it then.",
        "Bring the pods to readiness, or delete the export where the service is not to run.",
        f"{_KEP}; {_LIGHTHOUSE}",
    ),
    Rule(
        "SD03",
        "services",
        "Exporters have different ports",
        Severity.MEDIUM,
        (*_EXPORTS, "services"),
        "Exporters differ in a port's name, protocol, number or appProtocol. The Services of all "
        "exporters are compared whatever the conditions say, because older Lighthouse flags only "
        "the newcomer. The oldest export wins. High when no port is the same everywhere.",
        "Set the same ports in every exporter, or delete the export that is not wanted.",
        f"{_KEP}; submariner-io/lighthouse#1863",
    ),
    Rule(
        "SD04",
        "services",
        "Headless in one exporter, not in another",
        Severity.HIGH,
        (*_EXPORTS, "services"),
        "One exporter's Service is headless and another's has a cluster IP. The oldest export "
        "wins; those of the other type are refused and their endpoints are never reached.",
        "Make the Service anew with the same type: clusterIP cannot be changed.",
        _KEP,
    ),
    Rule(
        "SD05",
        "services",
        "Exporters differ in other fields",
        Severity.MEDIUM,
        (*_EXPORTS, "services"),
        "Session affinity, internal traffic policy, traffic distribution or IP families differ, "
        "or a Conflict condition names labels or annotations. What a client gets depends on the "
        "cluster, or the oldest export decides for all.",
        "Set the fields that the finding names to the same values in every exporter.",
        f"{_KEP}; {_MCS}",
    ),
)

_IMPORTERS = (
    Rule(
        "SD06",
        "services",
        "Not imported, though exported elsewhere",
        Severity.MEDIUM,
        (*_EXPORTS, *_IMPORTS, "namespaces", "endpointslices"),
        "A cluster of the set has no import of a service that others export, so its pods get no "
        "answer. Lighthouse and Cilium make nothing where the namespace is missing, which is told "
        "where it is the exception or nobody imports the service; one that was deleted and made "
        "anew may never get its import back.",
        "Create the namespace, or restart the controller that should have made the import.",
        f"{_KEP}; submariner-io/lighthouse#685",
    ),
    Rule(
        "SD07",
        "services",
        "Import and exporters disagree",
        Severity.MEDIUM,
        (*_EXPORTS, *_IMPORTS),
        "The clusters that an import names are not those that export: one too many is out of date "
        "and leads nowhere, one too few is never used. Ids are resolved to clusters; an id that "
        "nobody has is told as such, unless a cluster that was not read may have it.",
        "Look at the controller on both sides and, for Lighthouse, at what is on the broker.",
        f"{_KEP}; {_LIGHTHOUSE}",
    ),
    Rule(
        "SD08",
        "services",
        "Endpoints of a cluster that does not export",
        Severity.HIGH,
        (*_EXPORTS, "endpointslices", "services"),
        "An imported endpoint slice or a mirror says that it is of a cluster that does not export "
        "the service, or that nobody is known by: requests go to addresses where nobody answers. "
        "Critical when nobody exports it at all. As information for Linkerd, whose links have "
        "names of their own in each cluster.",
        "Delete what is left of that cluster, on the broker first, then in the importers.",
        f"{_KEP}; submariner-io/lighthouse#957",
    ),
    Rule(
        "SD09",
        "services",
        "Endpoints differ from those in their own cluster",
        Severity.MEDIUM,
        ("endpointslices", "services", *_EXPORTS),
        "What a cluster holds of another one's endpoints is not what is there: other addresses, "
        "other numbers of ready ones, or no slice at all. For 30 s after a change the others may "
        "lag behind.",
        "Look at the controllers on both sides and at the tunnel between them.",
        f"{_LIGHTHOUSE}; submariner-io/lighthouse#685",
    ),
    Rule(
        "SD10",
        "services",
        "Different owners share one name",
        Severity.MEDIUM,
        (*_EXPORTS, "services"),
        "Under namespace sameness one namespace and name is one service in every cluster, and "
        "exporters differ in the labels that tell what it is. As information when only selectors, "
        "instance or release names differ.",
        "Rename one of them, or export one only; give them the same labels if they are the same.",
        "SIG Multicluster: namespace sameness position statement",
    ),
    Rule(
        "SD11",
        "services",
        "Headless endpoints without a name of their own",
        Severity.MEDIUM,
        ("endpointslices", "services", *_EXPORTS),
        "An endpoint of an exported headless service has neither a hostname nor a pod behind it, "
        "so its SRV target is malformed, or several endpoints of one cluster share a hostname.",
        "Give each endpoint a hostname of its own, for instance by a StatefulSet.",
        f"{_KEP}; Kubernetes DNS specification",
    ),
)

_CLUSTERS = (
    Rule(
        "SD12",
        "services",
        "Cluster has several ids, or one that is no label",
        Severity.MEDIUM,
        ("clusterproperties", "submariners", "servicediscoveries", "cilium-config",
         "istio-remote-secrets"),
        "Meshes know the cluster by different ids, two clusters by one, or an id is not an "
        "RFC 1123 label and cannot stand in a DNS name.",
        "Give the cluster one id in all meshes, a label of at most 63 characters.",
        f"{_KEP}; about.k8s.io ClusterProperty",
    ),
    Rule(
        "SD13",
        "services",
        "Exported without a global address",
        Severity.HIGH,
        ("serviceexports", "services", "globalingressips", "submariner-global-ips"),
        "Under Globalnet an exported service is reached by a global address only, and there is no "
        "GlobalIngressIP for it, no address was allocated (the pool may be used up), or the "
        "internal Service has another one. Also reported, as medium, when a tenth or less of a "
        "cluster's global addresses is left.",
        "Look at the GlobalIngressIP's conditions; enlarge the global CIDR or export less.",
        "Submariner: pkg/globalnet/controllers",
    ),
    Rule(
        "SD14",
        "services",
        "DNS does not lead to the cluster set",
        Severity.HIGH,
        ("corefile", "corefile-custom", "corefile-openshift", "services", "deployments",
         "servicediscoveries"),
        "CoreDNS does not forward clusterset.local, forwards it to an address that Lighthouse's "
        "DNS server does not have any more, or that server has no available replica: pods get no "
        "answer for any imported service.",
        "Mend the Corefile, or restart the operator that writes it.",
        "Submariner: lighthouse coredns; subctl diagnose service-discovery",
    ),
    Rule(
        "SD15",
        "services",
        "No tunnel to any exporter",
        Severity.HIGH,
        ("serviceexports", "serviceimports", "endpointslices", "gateways", "cilium-readiness"),
        "The service is imported, and every way to an exporter leads over a tunnel that is known "
        "to be down. Lighthouse answers only for connected clusters, so it looks like a fault of "
        "DNS. A tunnel whose state is not known counts for nothing. Critical when every importer "
        "is cut off.",
        "Mend the tunnel that the finding names; nothing is wrong with the service.",
        "submariner-io/submariner#3204; lighthouse coredns plugin",
    ),
    Rule(
        "SD16",
        "services",
        "Clusters have different versions of the MCS API",
        Severity.INFO,
        ("serviceexports", "serviceimports"),
        "Clusters that share services serve different versions or schemas of the API: fields of "
        "the newer one are dropped by the older one without a word.",
        "Bring the older cluster's definitions and controller up to the others' release.",
        "mcs-api releases v0.1 to v0.5",
    ),
    Rule(
        "SD17",
        "services",
        "Export or import is not brought to an end",
        Severity.MEDIUM,
        (*_EXPORTS, *_IMPORTS),
        "Conditions are about an older generation of the object, Ready has not been True for two "
        "minutes, or an export has no condition at all and nobody imports it.",
        "Look at the controller's log; one that does not run leaves its last word standing.",
        f"{_MCS}; {_LIGHTHOUSE} (AwaitingExport)",
    ),
    Rule(
        "SD18",
        "services",
        "Cilium global service is not what its annotations want",
        Severity.MEDIUM,
        ("services", "cilium-config", "namespaces"),
        "It is global in one cluster of the mesh only, shared by none, has other ports elsewhere, "
        "an affinity other than none, local or remote, or is headless where no endpoint slices are "
        "synchronised.",
        "Set the annotations and ports alike in all clusters that take part.",
        _CILIUM,
    ),
    Rule(
        "SD19",
        "services",
        "Two services have one name on the broker",
        Severity.HIGH,
        ("serviceexports", "serviceimports"),
        "Lighthouse joins service and namespace with a dash, so that api-v2 in search and api in "
        "v2-search are one import on the broker and overwrite each other.",
        "Rename one of the services, or export only one of them.",
        "submariner-io/lighthouse#957",
    ),
)  # fmt: skip

SERVICE_RULES: tuple[Rule, ...] = (*_EXPORTERS, *_IMPORTERS, *_CLUSTERS)
"""SD01 to SD19."""
