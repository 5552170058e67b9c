"""The rules on workload identities, WI01 to WI44, in words.

They are judged in `identity/`: on workloads (`rules_identity_pods`), on service accounts, clusters
and the fleet (here).
"""

from __future__ import annotations

from mckconsole.analysis.rules_identity_pods import (
    AZURE_WEBHOOK,
    DECLARED,
    EKS_WEBHOOK,
    GCP_WEBHOOK,
    GKE_DOCS,
    POD_RULES,
)
from mckconsole.domain.findings import Rule, Severity

_RBAC = ("clusterroles", "clusterrolebindings", "roles", "rolebindings")
_USERS = ("secretstores", "clustersecretstores", "flux-ocirepositories", "flux-buckets",
          "flux-gitrepositories")  # fmt: skip
_IRSA_DOCS = "EKS: IAM roles for service accounts"
_AZURE_DOCS = "azure-workload-identity: service account labels and annotations"
_LEAST = "Kubernetes: RBAC good practices, privilege escalation risks"
_ISSUER = "OpenID Connect Discovery 1.0; Kubernetes: service account issuer discovery"

_FORMATS = (
    Rule(
        "WI03",
        "identity",
        "Role ARN is malformed",
        Severity.HIGH,
        DECLARED,
        "The role that the service account declares is no ARN of an IAM role: a colon or a digit "
        "too few, sts or assumed-role in place of iam and role, space around it. The webhook only "
        "logs that and injects it all the same, so pods run and every request to STS fails. As "
        "medium: a bare role name, which some webhooks are told to complete, or an unknown "
        "partition.",
        "Annotate the service account with the role's ARN as IAM shows it, then restart its pods.",
        f"{EKS_WEBHOOK}; IAM: identifiers",
    ),
    Rule(
        "WI04",
        "identity",
        "Identity lies in another partition or a foreign account",
        Severity.MEDIUM,
        (*DECLARED, "nodes"),
        "The role's partition (aws, aws-cn, aws-us-gov …) is not that of the cluster's nodes, "
        "between which no role can be assumed, or the account, project or tenant is not among "
        "those that the configuration allows.",
        "Set a role of the cluster's own partition; add the account to the configuration where it "
        "is meant.",
        "IAM: identifiers (partitions)",
    ),
    Rule(
        "WI13",
        "identity",
        "Azure client or tenant id is malformed",
        Severity.HIGH,
        ("serviceaccounts", "azure-wi-config"),
        "The client or tenant id is no GUID, is the nil GUID, or both are the same, which is a "
        "paste error. The webhook injects it unread and every token request is refused.",
        "Annotate the service account with the ids that Entra ID shows.",
        f"{_AZURE_DOCS}; Microsoft identity platform error AADSTS700016",
    ),
    Rule(
        "WI14",
        "identity",
        "Azure token expiration is refused",
        Severity.HIGH,
        ("serviceaccounts", "pods"),
        "The annotation service-account-token-expiration is not a number from 3600 to 86400. The "
        "webhook rejects every new pod: the workload runs on until its pods are made anew.",
        "Set the annotation to 3600, or take it away.",
        AZURE_WEBHOOK,
    ),
    Rule(
        "WI18",
        "identity",
        "Google service account is malformed or a default one",
        Severity.HIGH,
        ("serviceaccounts",),
        "The annotation is no mail of a Google service account (the domain of the webhook's own "
        "example is wrong: iam.googleapis.com). As medium: Compute Engine's or App Engine's "
        "default service account, which may edit the whole project.",
        "Annotate with NAME@PROJECT.iam.gserviceaccount.com of a service account made for it.",
        f"{GKE_DOCS}; {GCP_WEBHOOK}",
    ),
    Rule(
        "WI44",
        "identity",
        "Key is nearly one that gives an identity",
        Severity.MEDIUM,
        ("serviceaccounts", "pods"),
        "An annotation or label has a key that differs by a letter or two from one that a webhook "
        "reads, or has its ending under another domain; or an annotation that counts on the "
        "service account stands on the pods alone. It does nothing and nobody is told.",
        "Rename the key as the finding says, then restart the pods.",
        f"{EKS_WEBHOOK}; {AZURE_WEBHOOK}; {GCP_WEBHOOK}",
    ),
)

_SHARING = (
    Rule(
        "WI21",
        "identity",
        "Identity is shared within the cluster",
        Severity.MEDIUM,
        (*DECLARED, "pods"),
        "Many service accounts of one cluster are the same cloud identity, or several unrelated "
        "workloads run as one service account that has one. What one of them needs all of them "
        "may, and the cloud's logs cannot tell them apart.",
        "Give each workload a service account and a cloud identity of its own.",
        "EKS Best Practices Guide: use dedicated service accounts; IAM: grant least privilege",
    ),
    Rule(
        "WI22",
        "identity",
        "Identity is used from several clusters",
        Severity.MEDIUM,
        DECLARED,
        "The same role, Google service account or client id is declared in several clusters: who "
        "controls one of them has what the others need. As information for the same namespace and "
        "service account in each; high when the clusters belong to different groups (prod, dev) "
        "of the configuration.",
        "Make an identity per cluster, or name each issuer in the trust policy with care.",
        f"{_IRSA_DOCS}: trust policy conditions",
    ),
    Rule(
        "WI23",
        "identity",
        "Clusters of one Google project share principals",
        Severity.HIGH,
        ("nodes", "serviceaccounts", "pods", "namespaces"),
        "The workload identity pool belongs to the project, not to the cluster: the same namespace "
        "and service account in two clusters of it are one principal, and whoever may create that "
        "namespace in the other cluster has the identity. Clusters outside of GKE are in it as "
        "members of the project's fleet, which their pods' tokens tell. Reported where an "
        "annotation, a variable, a token or an image says that Google is used; other grants are in "
        "IAM only. As medium: each of the accounts uses Google, and the clusters belong to one "
        "environment.",
        "Put clusters of different trust into different projects, or control who makes namespaces.",
        f"{GKE_DOCS} (identity sameness)",
    ),
    Rule(
        "WI24",
        "identity",
        "Default service account has a cloud identity",
        Severity.HIGH,
        DECLARED,
        "The namespace's default service account declares a cloud identity, so every pod there "
        "that names no service account has it.",
        "Move the declaration to a service account of the workload that needs it.",
        "CIS Kubernetes Benchmark 5.1.5",
    ),
    Rule(
        "WI35",
        "identity",
        "Nothing uses the identity",
        Severity.LOW,
        (*DECLARED, "pods", *_USERS),
        "The service account has declared its cloud identity for 30 days or more, and no workload "
        "runs as it, no secret store and no Flux source names it. Whoever can run a pod as it has "
        "an identity that nobody misses.",
        "Take the declaration away, and the grant in the cloud with it.",
        "external-secrets: pkg/provider (serviceAccountRef); IAM: remove unused credentials",
    ),
    Rule(
        "WI36",
        "identity",
        "Two clouds on one service account",
        Severity.MEDIUM,
        DECLARED,
        "The service account declares identities in two clouds: whoever runs as it has both, and "
        "one leak is two.",
        "Split it, unless one workload needs both clouds at once.",
        "NIST SP 800-53 AC-6: least privilege",
    ),
)

_CLUSTERS = (
    Rule(
        "WI34",
        "identity",
        "Lasting token of an account that has a cloud identity",
        Severity.HIGH,
        ("token-secrets", "serviceaccounts"),
        "A Secret of type kubernetes.io/service-account-token holds a token of this service "
        "account that never expires and works from anywhere. A cloud does not accept it, but where "
        "RBAC lets the account ask for tokens, it can be exchanged for one that a cloud does.",
        "Delete the Secret; use `kubectl create token` or a projected volume.",
        "Kubernetes: manual token management for service accounts",
    ),
    Rule(
        "WI37",
        "identity",
        "Others can take a token of the cloud identity",
        Severity.HIGH,
        (*_RBAC, *DECLARED),
        "Somebody who is no administrator may create tokens of a service account that has a cloud "
        "identity, or pods in its namespace, and so be that identity. Kubernetes RBAC only: access "
        "by the cloud's own IAM is not seen.",
        "Take create on serviceaccounts/token and pods away, or limit it by resourceNames.",
        _LEAST,
    ),
    Rule(
        "WI38",
        "identity",
        "Others can re-point the cloud identity",
        Severity.HIGH,
        (*_RBAC, *DECLARED),
        "Somebody who is no administrator may change service accounts of this namespace, and so "
        "annotate one with an identity that trusts the namespace. Kubernetes RBAC only.",
        "Take update and patch on serviceaccounts away, or limit it by resourceNames.",
        _LEAST,
    ),
    Rule(
        "WI39",
        "identity",
        "Webhook that injects identities cannot work",
        Severity.HIGH,
        ("mutatingwebhooks", "services", "endpointslices"),
        "Its Service has no ready endpoint, or its CA bundle is empty, malformed or expired. With "
        "failurePolicy Ignore, EKS' default, pods start without an identity and nobody is told; "
        "with Fail none starts. As medium: Ignore alone, of a working webhook that the cluster "
        "runs itself; as low: a broken one that no service account needs.",
        "Bring its pods to readiness or renew its certificate, then restart what started without.",
        f"{EKS_WEBHOOK}; {AZURE_WEBHOOK}; Kubernetes: dynamic admission control",
    ),
    Rule(
        "WI40",
        "identity",
        "Root certificates differ between namespaces",
        Severity.MEDIUM,
        ("root-ca", "namespaces"),
        "The ConfigMap kube-root-ca.crt is missing in a namespace, or holds another certificate "
        "than in the others: pods there cannot verify the API server, or a rotation of the "
        "authority was left half done.",
        "Delete the ConfigMap that differs: the controller manager publishes it anew.",
        "Kubernetes: root-ca-cert-publisher controller",
    ),
    Rule(
        "WI42",
        "identity",
        "Clusters share their token issuer",
        Severity.HIGH,
        ("oidc-issuer", "oidc-keys"),
        "Two clusters sign service account tokens as the same issuer: a cloud that trusts one "
        "trusts the other. Critical when they accept tokens signed with the same key, whatever "
        "their issuers: whoever has it can make identities of both; which key each of them signs "
        "with is not published. As information: the default issuer of clusters whose keys differ, "
        "which no cloud can trust; low where a service account counts on that.",
        "Give one of them an issuer and a key of its own, and register it in the cloud.",
        _ISSUER,
    ),
)

IDENTITY_RULES: tuple[Rule, ...] = tuple(
    sorted((*POD_RULES, *_FORMATS, *_SHARING, *_CLUSTERS), key=lambda rule: rule.id)
)
"""WI01 to WI44."""
