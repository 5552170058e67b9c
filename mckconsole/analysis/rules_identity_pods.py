"""Rules of the identity pane that are judged on workloads, in words.

The judging is in `identity/rules_workload*.py`.
"""

from __future__ import annotations

from mckconsole.domain.findings import Rule, Severity

EKS_WEBHOOK = "amazon-eks-pod-identity-webhook: pkg/handler, pkg/cache"
AZURE_WEBHOOK = "azure-workload-identity: pkg/webhook"
GCP_WEBHOOK = "pfnet gcp-workload-identity-federation-webhook: README, webhooks"
GKE_DOCS = "GKE: About Workload Identity Federation; Authenticate to Google Cloud APIs"
POD_IDENTITY_DOCS = "EKS: EKS Pod Identity; Set up the agent"
EXTERNAL_ACCOUNT = "google.aip.dev/auth/4117; google-auth: external_account"
_SDK_CHAIN = "AWS SDKs and Tools: standardized credential providers"
_PROJECTED = "Kubernetes: service account token volume projection"

CONTROLLERS = ("deployments", "statefulsets", "daemonsets", "cronjobs", "jobs")
DECLARED = ("serviceaccounts", "irsa-config", "podidentityassociations", "upbound-associations")


_INJECTION = (
    Rule(
        "WI01",
        "identity",
        "Pods are older than the identity that is declared",
        Severity.HIGH,
        ("pods", *DECLARED),
        "The service account declares a cloud identity, and its pods were made before that. "
        "Admission webhooks work when a pod is made, so these pods have none of it and never will: "
        "they run without an identity, or with the node's. Pods that are being deleted or have "
        "finished do not count. The declaration's time is that of the last write of its manager.",
        "Restart the workload, so that its pods are made anew.",
        f"{EKS_WEBHOOK}; Smana/cloud-native-ref#1700",
    ),
    Rule(
        "WI02",
        "identity",
        "Pods are newer than the declared identity and did not get it",
        Severity.HIGH,
        ("pods", *DECLARED, "mutatingwebhooks"),
        "The service account declared its cloud identity before the pods were made, yet they have "
        "nothing of it. The webhook did not answer (the one of EKS fails open), is not installed, "
        "did not know the service account yet because both were made at once, or was told to skip "
        "the pod. As low where the pod's own label keeps the webhook away, and in a cluster of "
        "another cloud that has no such webhook.",
        "Look at the webhook's pods and at what makes it skip the pod, then restart the workload.",
        f"{EKS_WEBHOOK}; aws/amazon-eks-pod-identity-webhook#174, #264",
    ),
    Rule(
        "WI05",
        "identity",
        "Pods are another identity than the declared one",
        Severity.HIGH,
        ("pods", "serviceaccounts", *CONTROLLERS),
        "A role or client id in the environment is not the one that the service account declares. "
        "Webhooks leave alone what is set already, so a hand-written value, or one of an older "
        "pod, stays in effect whatever the annotation says.",
        "Take the hand-written variable out of the template, or restart pods that are older than "
        "the annotation.",
        f"{EKS_WEBHOOK}; {AZURE_WEBHOOK}",
    ),
    Rule(
        "WI06",
        "identity",
        "Only one half of a pair of AWS variables is set",
        Severity.HIGH,
        ("pods", *CONTROLLERS),
        "AWS_ROLE_ARN works only together with AWS_WEB_IDENTITY_TOKEN_FILE, and the credentials "
        "URI of EKS Pod Identity only with its token file. Where one half is set by hand the "
        "webhook of EKS injects neither, so that SDKs find nothing and take the node's role.",
        "Take the variable out of the template and let the webhook inject both.",
        EKS_WEBHOOK,
    ),
    Rule(
        "WI07",
        "identity",
        "Static keys win over the federated identity",
        Severity.HIGH,
        ("pods", *CONTROLLERS),
        "A container has static credentials (a key in the environment or from a Secret, a "
        "credentials file) and a federated identity of the same cloud. AWS SDKs ask the "
        "environment first, Azure's take a client secret or certificate before the token, and "
        "GOOGLE_APPLICATION_CREDENTIALS before the metadata server: the identity is never used. As "
        "medium: a credentials file beside IRSA, which most SDKs try first.",
        "Take the static credentials out of the template, restart, and revoke the key.",
        f"{_SDK_CHAIN}; azure-identity: EnvironmentCredential; {EXTERNAL_ACCOUNT}",
    ),
    Rule(
        "WI08",
        "identity",
        "IRSA and EKS Pod Identity at once",
        Severity.MEDIUM,
        ("pods", *CONTROLLERS),
        "A container has the variables of both. SDKs try the web identity first, so the role of "
        "IRSA is in effect and the Pod Identity association does nothing.",
        "Finish the migration: take the hand-written IRSA variables and the annotation away.",
        f"{_SDK_CHAIN}; {POD_IDENTITY_DOCS}",
    ),
    Rule(
        "WI09",
        "identity",
        "EKS Pod Identity on a node without its agent",
        Severity.HIGH,
        ("pods", "nodes"),
        "A pod is to get its credentials from the EKS Pod Identity agent, and no ready pod of the "
        "agent runs on its node, or the node is Fargate or Windows, where it cannot run. Every "
        "request for credentials fails. Nodes of EKS Auto Mode have it built in.",
        "Install the agent, or look at why its pod is not ready; on Fargate use IRSA.",
        POD_IDENTITY_DOCS,
    ),
)

_AZURE = (
    Rule(
        "WI10",
        "identity",
        "Azure identity is declared, pods lack the label",
        Severity.HIGH,
        ("pods", "serviceaccounts", *CONTROLLERS),
        "The service account has a client id, but the pods have no label "
        'azure.workload.identity/use: "true", by which the webhook chooses pods. A label on the '
        "Deployment itself is not one on its pods. They run without an identity.",
        "Set the label on the pod template, as a string.",
        f"{AZURE_WEBHOOK} (objectSelector); Azure/azure-workload-identity#932",
    ),
    Rule(
        "WI11",
        "identity",
        "Azure label on the pods, no client id anywhere",
        Severity.MEDIUM,
        ("pods", "serviceaccounts"),
        "The pods are labelled for Azure Workload Identity, but neither is their service account "
        "annotated with a client id nor is AZURE_CLIENT_ID set. They get three of the four "
        "variables, and SDKs that are not told a client id in code fail.",
        "Annotate the service account with the client id, or set AZURE_CLIENT_ID.",
        AZURE_WEBHOOK,
    ),
    Rule(
        "WI12",
        "identity",
        "Azure label in the wrong place or with the wrong value",
        Severity.HIGH,
        ("pods", "serviceaccounts", "deployments", "statefulsets", "daemonsets", "cronjobs"),
        "The label azure.workload.identity/use counts on pods only and must be exactly true. On a "
        "service account or a Deployment's own metadata, or as True, yes or 1, it does nothing and "
        "nobody is told.",
        'Set azure.workload.identity/use: "true" in spec.template.metadata.labels.',
        f"{AZURE_WEBHOOK} (objectSelector)",
    ),
    Rule(
        "WI16",
        "identity",
        "Azure Workload Identity in kube-system",
        Severity.MEDIUM,
        ("pods", "serviceaccounts", "nodes"),
        "AKS exempts kube-system from admission webhooks, so a pod there that is labelled for "
        "Azure Workload Identity gets none of its variables.",
        "Move the workload to a namespace of its own, or set the label "
        'admissions.enforcer/disabled: "true" on the webhook\'s configuration.',
        "Azure/azure-workload-identity#525; AKS: admissions enforcer",
    ),
    Rule(
        "WI17",
        "identity",
        "Azure proxy sidecar is still in use",
        Severity.MEDIUM,
        ("pods",),
        "The annotation azure.workload.identity/inject-proxy-sidecar, whatever its value, brings "
        "a bridge for software that was written for AAD Pod Identity: an init container with "
        "NET_ADMIN that redirects the metadata address. It was meant for the migration only.",
        "Bring the software to an SDK that exchanges the token itself, then drop the annotation.",
        f"{AZURE_WEBHOOK}; azure-workload-identity: Pod Identity migration",
    ),
)

_SKIPPED = (
    Rule(
        "WI15",
        "identity",
        "List of containers to skip names none of them",
        Severity.MEDIUM,
        ("pods",),
        "The list is separated by a comma for AWS and GCP and by a semicolon for Azure. With the "
        "other one it is a single name that no container has, and so is a misspelt name: the "
        "container is not skipped.",
        "Set the list with the right separator and the names of containers that there are.",
        f"{EKS_WEBHOOK}; {AZURE_WEBHOOK}; {GCP_WEBHOOK}",
    ),
    Rule(
        "WI43",
        "identity",
        "Skipped container has an identity written by hand",
        Severity.MEDIUM,
        ("pods", *CONTROLLERS),
        "The container is named in a list of containers to skip, and has the variables of that "
        "cloud all the same, by hand. They do not follow the service account's annotation.",
        "Take the container off the list and the variables out of the template.",
        f"{EKS_WEBHOOK}; {AZURE_WEBHOOK}",
    ),
)

_GOOGLE = (
    Rule(
        "WI19",
        "identity",
        "Google identity on a node without the metadata server",
        Severity.HIGH,
        ("nodes", "pods", "serviceaccounts"),
        "The service account declares a Google service account, and the pod's node has no GKE "
        "metadata server (no label iam.gke.io/gke-metadata-server-enabled=true): the pod gets the "
        "identity of the node.",
        "Enable the metadata server on the node pool, or let the workload run on one that has it.",
        GKE_DOCS,
    ),
    Rule(
        "WI20",
        "identity",
        "Google identity on a pod in the host's network",
        Severity.HIGH,
        ("pods", "serviceaccounts", "nodes"),
        "The pod uses the node's network, where the GKE metadata server does not intercept: it "
        "gets the identity of the node, not that of its service account.",
        "Take hostNetwork out of the template.",
        GKE_DOCS,
    ),
    Rule(
        "WI30",
        "identity",
        "Google credential configuration does not fit the token",
        Severity.HIGH,
        ("pods", "credential-configs"),
        "The configuration of an external account reads its token from a file that the container "
        "does not have, or names a provider that the token's audience is not for. The exchange "
        "is refused.",
        "Make the file's path, the token's audience and the provider fit each other.",
        EXTERNAL_ACCOUNT,
    ),
)

_FALLBACK = (
    Rule(
        "WI25",
        "identity",
        "Default service account with static cloud keys",
        Severity.HIGH,
        ("pods", *CONTROLLERS),
        "The workload runs as the namespace's default service account and brings static cloud "
        "credentials. They do not expire, whoever reads them has them, and no federated identity "
        "can take their place before it has an account of its own.",
        "Give it a service account of its own with a federated identity, then revoke the key.",
        "CIS Kubernetes Benchmark 5.1.5; NSA/CISA Kubernetes Hardening Guide",
    ),
    Rule(
        "WI26",
        "identity",
        "Means to use a cloud without an identity in it",
        Severity.MEDIUM,
        ("pods", "serviceaccounts", "nodes"),
        "Its environment or images say that it uses a cloud, and it has no identity there. On "
        "nodes of that cloud SDKs then take what the metadata service gives: the node's identity, "
        "which all pods of the node share. What runs in kube-system is left out, and what means to "
        "use another cloud than that of its nodes: there is nothing to fall back to.",
        "Declare an identity for its service account; keep pods from the metadata service.",
        f"{_SDK_CHAIN}; EKS Best Practices Guide: restrict access to the instance profile",
    ),
    Rule(
        "WI27",
        "identity",
        "In the host's network with the metadata service in reach",
        Severity.LOW,
        ("pods", "nodes"),
        "On AWS nodes a pod in the host's network reaches the instance metadata service whatever "
        "the hop limit, so it can be the node. AWS_EC2_METADATA_DISABLED keeps SDKs from it; "
        "nothing keeps a shell. What runs in kube-system is left out.",
        "Take hostNetwork out, or set AWS_EC2_METADATA_DISABLED to true.",
        "EKS Best Practices Guide: restrict access to the instance profile",
    ),
    Rule(
        "WI41",
        "identity",
        "Legacy way to an identity",
        Severity.MEDIUM,
        ("pods",),
        "The pod is marked for kube2iam or kiam (iam.amazonaws.com/role), or for AAD Pod Identity "
        "(aadpodidbinding). These intercept the metadata service, are not maintained any more, "
        "and anybody who may set the mark has the identity.",
        "Move to IRSA, EKS Pod Identity or Azure Workload Identity, then drop the mark.",
        "kube2iam and kiam: README; Azure: AAD Pod Identity deprecation",
    ),
)

_TOKENS = (
    Rule(
        "WI28",
        "identity",
        "Token is meant for somebody else",
        Severity.HIGH,
        ("pods", *CONTROLLERS),
        "The token that the environment of a cloud points to has the audience of another. The "
        "cloud refuses it. An audience that is of no cloud may be one that the provider was told "
        "to accept; it is not reported.",
        "Set the audience that the cloud expects on the projected token.",
        f"{EKS_WEBHOOK}; {AZURE_WEBHOOK}; {EXTERNAL_ACCOUNT}",
    ),
    Rule(
        "WI29",
        "identity",
        "Token file is not mounted",
        Severity.HIGH,
        ("pods", *CONTROLLERS),
        "A variable names a token file that is in none of the container's mounts, or in a volume "
        "that brings no token there. SDKs fail at the first request.",
        "Mount the token volume in that container, at the path that the variable names.",
        _PROJECTED,
    ),
    Rule(
        "WI31",
        "identity",
        "Token is valid longer than it needs to be",
        Severity.LOW,
        ("pods", *CONTROLLERS),
        "A projected token for a cloud is valid for a day or more, though the kubelet renews it "
        "and an hour would do: whoever copies one has the identity that long. What the webhooks of "
        "EKS inject by default (up to 86400 s) is left out.",
        "Set expirationSeconds: 3600, or the service account's token-expiration annotation.",
        f"{_PROJECTED}; {EKS_WEBHOOK}",
    ),
    Rule(
        "WI32",
        "identity",
        "API token is mounted though only the cloud's is needed",
        Severity.LOW,
        ("pods", "serviceaccounts", "clusterroles", "clusterrolebindings", "roles", "rolebindings"),
        "The pod has a projected token for a cloud, and the token for the API server too, though "
        "its service account was given no permission there. Unset means that it is mounted. "
        "Whoever gets into the container has a token that it never needed.",
        "Set automountServiceAccountToken: false; the projected token is mounted all the same.",
        "Kubernetes: opt out of API credential automounting; CIS Kubernetes Benchmark 5.1.6",
    ),
    Rule(
        "WI33",
        "identity",
        "Token for the API server is handed to a third party",
        Severity.MEDIUM,
        ("pods", *CONTROLLERS),
        "A projected token without an audience is one for the API server, and a cloud's variable "
        "or path leads to it. Whoever receives it can speak to the API server as the pod.",
        "Set the audience of the party that the token is for.",
        f"{_PROJECTED}; RFC 7519 section 4.1.3",
    ),
)

POD_RULES: tuple[Rule, ...] = (
    *_INJECTION,
    *_AZURE,
    *_SKIPPED,
    *_GOOGLE,
    *_FALLBACK,
    *_TOKENS,
)
"""The rules on workloads."""
