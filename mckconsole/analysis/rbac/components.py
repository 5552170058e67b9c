"""Names of Kubernetes' own components, as subjects of its default bindings.

Source: `rbac/bootstrappolicy` of Kubernetes 1.8 to 1.36. A name that is missing here costs a line
too many in an answer; one too many would hide somebody, so there are no patterns for controllers.
"""

from __future__ import annotations

EVERYWHERE = frozenset(
    {
        "system:masters",
        "system:kube-controller-manager",
        "system:kube-scheduler",
        "system:apiserver",
        "system:cloud-controller-manager",
    }
)
"""Users and groups that run the cluster whatever they are bound to."""

NODE_SIDE = ("system:node:", "system:nodes", "system:bootstrappers", "system:kube-proxy")
"""How names of what runs on nodes begin."""

CONTROLLERS = frozenset(
    {
        "attachdetach-controller",
        "bootstrap-signer",
        "certificate-controller",
        "cloud-provider",
        "clusterrole-aggregation-controller",
        "cronjob-controller",
        "daemon-set-controller",
        "deployment-controller",
        "device-taint-eviction-controller",
        "disruption-controller",
        "endpoint-controller",
        "endpointslice-controller",
        "endpointslicemirroring-controller",
        "ephemeral-volume-controller",
        "expand-controller",
        "generic-garbage-collector",
        "horizontal-pod-autoscaler",
        "job-controller",
        "kube-controller-manager",
        "kube-dns",
        "kube-scheduler",
        "leader-election-controller",
        "legacy-service-account-token-cleaner",
        "namespace-controller",
        "node-controller",
        "persistent-volume-binder",
        "pod-garbage-collector",
        "podcertificaterequestcleaner",
        "pv-protection-controller",
        "pvc-protection-controller",
        "replicaset-controller",
        "replication-controller",
        "resource-claim-controller",
        "resourcequota-controller",
        "root-ca-cert-publisher",
        "route-controller",
        "selinux-warning-controller",
        "service-account-controller",
        "service-ca-cert-publisher",
        "service-cidrs-controller",
        "service-controller",
        "statefulset-controller",
        "storage-version-garbage-collector",
        "storage-version-migrator-controller",
        "token-cleaner",
        "ttl-after-finished-controller",
        "ttl-controller",
        "validatingadmissionpolicy-status-controller",
        "volumeattributesclass-protection-controller",
    }
)
"""ServiceAccounts of kube-system that the controller manager makes for its parts."""
