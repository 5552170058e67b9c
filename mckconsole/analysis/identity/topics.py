"""The topics that identities are read from: the pane asks for them, and facts say how each stands.

Alone here because panes are known before anything is analysed.
"""

TOPICS = (
    "pods",
    "serviceaccounts",
    "jobs",
    "cronjobs",
    "deployments",
    "daemonsets",
    "statefulsets",
    "nodes",
    "namespaces",
    "kube-system",
    "endpointslices",
    "mutatingwebhooks",
    "clusterroles",
    "clusterrolebindings",
    "roles",
    "rolebindings",
    "secretstores",
    "clustersecretstores",
    "flux-ocirepositories",
    "flux-buckets",
    "flux-gitrepositories",
    "podidentityassociations",
    "upbound-associations",
    "token-secrets",
    "root-ca",
    "irsa-config",
    "azure-wi-config",
    "credential-configs",
    "oidc-issuer",
    "oidc-keys",
)
