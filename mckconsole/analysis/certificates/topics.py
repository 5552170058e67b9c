"""The topics that certificates are read from: the pane asks for them.

Alone here because panes are known before anything is analysed.
"""

TOPICS = (
    "secrets",
    "configmaps",
    "certificates",
    "issuers",
    "clusterissuers",
    "externalsecrets",
    "mutatingwebhooks",
    "validatingwebhooks",
    "apiservices",
    "crd-conversions",
    "signing-requests",
    "ingresses",
    "tls-gateways",
    "aggregator-ca",
    "cronjobs",
    "oidc-keys",
    "kube-system",
    "nodes",
    "pods",
)
MOVING = frozenset({"nodes", "pods"})
"""Those of them that change all the time: what is asked of them is asked again now and then."""
