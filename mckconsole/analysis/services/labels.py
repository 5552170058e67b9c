"""Labels by which implementations of service discovery mark Services and endpoint slices.

Sources: Kubernetes' well-known labels, the MCS API (`multicluster.kubernetes.io`), Submariner's
lighthouse, linkerd2 pkg/k8s/labels.go.
"""

from __future__ import annotations

SERVICE_NAME = "kubernetes.io/service-name"
"""On a slice: the Service of its namespace that it belongs to."""
MANAGED_BY = "endpointslice.kubernetes.io/managed-by"
MCS_SERVICE = "multicluster.kubernetes.io/service-name"
MCS_SOURCE = "multicluster.kubernetes.io/source-cluster"
LIGHTHOUSE_NAMESPACE = "lighthouse.submariner.io/sourceNamespace"
LIGHTHOUSE_NAME = "lighthouse.submariner.io/sourceName"
"""Written by releases that knew no MCS labels."""
LINKERD_EXPORTED = "mirror.linkerd.io/exported"
LINKERD_MEMBER = "mirror.linkerd.io/federated"
LINKERD_CLUSTER = "mirror.linkerd.io/cluster-name"
"""On a mirror: the link that it came by."""
FEDERATED_SUFFIX = "-federated"
"""What Linkerd appends to the name of a service that all members of a federation serve."""
