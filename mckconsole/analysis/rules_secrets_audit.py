"""Rules of the secret audit that need no value, or more than one, in words."""

from __future__ import annotations

from mckconsole.analysis.secrets.topics import SCANNED
from mckconsole.domain.findings import Rule, Severity

_RBAC = ("clusterroles", "clusterrolebindings", "roles", "rolebindings")
_SECRETS = ("secrets",)
_LOGS = "audit.k8s.io/v1; falcosecurity/plugins k8saudit rules (they test get alone)"


AUDIT_RULES = (
    Rule(
        "SEC-KEY-AGE",
        "secrets",
        "Static credential not rotated",
        Severity.MEDIUM,
        SCANNED,
        "A credential that does not end by itself was not written anew for longer than "
        "audit.maxAgeDays (90 days). managedFields say when its manager wrote last, so it is that "
        "old at least; where they are missing nothing is said. Cilium's IPsec key counts where it "
        "belongs, too; Submariner's is CERT-SHARED-SECRET's. Lower where External Secrets "
        "or its like keeps it.",
        "Rotate it, or replace it by what ends by itself: a workload identity, a bound token.",
        "Kubernetes: managedFields; NIST SP 800-57 part 1, cryptoperiods",
    ),
    Rule(
        "SEC-LAST-APPLIED",
        "secrets",
        "Annotation repeats a Secret's data",
        Severity.MEDIUM,
        _SECRETS,
        "`kubectl apply` keeps all that it was given in the annotation last-applied-configuration: "
        "the data, and in clear what was written as stringData. It is in metadata-only lists too, "
        "and keeps the old value when something else rotates it. Only its presence is noted. "
        "Tokens of service accounts, whose data Kubernetes fills in, are not reported.",
        "Apply with `--server-side`, take the annotation away, rotate what was in clear.",
        "kubernetes/kubernetes#23564; bitnami/sealed-secrets#227",
    ),
    Rule(
        "SEC-LEGACY-TOKEN",
        "secrets",
        "Token of a service account never expires",
        Severity.MEDIUM,
        ("secrets", "serviceaccounts"),
        "A Secret of type kubernetes.io/service-account-token holds a token that works until the "
        "Secret is deleted. Medium where the API server noted a use "
        "(kubernetes.io/legacy-token-last-used), low where it noted none, information where it "
        "does not take it any more (legacy-token-invalid-since). Kubernetes made it by itself (up "
        "to 1.23) exactly where the service account's secrets name it.",
        "Mount projected tokens, or `kubectl create token`; then delete the Secret.",
        "Kubernetes: service account tokens, legacy token tracking (1.26) and cleaner (1.28)",
    ),
    Rule(
        "SEC-BOOTSTRAP-ENDLESS",
        "secrets",
        "Bootstrap token never expires",
        Severity.HIGH,
        _SECRETS,
        "A Secret of type bootstrap.kubernetes.io/token has no key `expiration`. Judged where all "
        "keys are known: values were read, or managedFields name as many as there are.",
        "`kubeadm token delete`, and tokens with a `--ttl`.",
        "Kubernetes: authenticating with bootstrap tokens",
    ),
    Rule(
        "SEC-SAME-CONTENT",
        "secrets",
        "Equal Secrets in several clusters",
        Severity.LOW,
        _SECRETS,
        "External Secrets notes a hash of a Secret's data in an annotation, unkeyed: equal "
        "ones are equal data, told without reading it. Not where values were looked at: there the "
        "credentials themselves are compared. The hash is not shown, because weak values can be "
        "guessed by it.",
        "Give each cluster a credential of its own, unless they are meant to share one.",
        "external-secrets: pkg/controllers/externalsecret (data-hash)",
    ),
    Rule(
        "SEC-KEY-NAME",
        "secrets",
        "Keys of a Secret are called like credentials",
        Severity.LOW,
        _SECRETS,
        "Where values are not looked at, the names of keys (of managedFields) that say password, "
        "token, key or credential. By name only (tier C): hidden unless asked for.",
        "Look at the values with `--scan-values`.",
        "names only",
    ),
    Rule(
        "SEC-OPEN-TO-ALL",
        "secrets",
        "Everybody may read Secrets",
        Severity.CRITICAL,
        ("secrets", *_RBAC),
        "A binding lets system:authenticated, system:unauthenticated, system:anonymous or "
        "system:serviceaccounts get, list, watch, patch or delete many Secrets, which all show "
        "their content. High where whoever signs in may read some by name. By Kubernetes RBAC "
        "alone.",
        "Bind the role to those who need it, by name.",
        "Kubernetes: RBAC good practices; CIS Kubernetes benchmark 5.1.2",
    ),
    Rule(
        "SEC-ACCESS-LIST",
        "secrets",
        "Somebody listed Secrets",
        Severity.MEDIUM,
        _SECRETS,
        "The logs that were given (`--audit-log`, `--falco`) say that a user who is no component "
        "of Kubernetes listed or watched Secrets: that shows every value, and Falco's own rules "
        "look at get alone. High over all namespaces, critical for anonymous requests, low for "
        "service accounts, whose controllers do so all the time. This console's own reads are left "
        "out, by their user agent.",
        "Ask whether it was meant; take list and watch away where get of some names will do.",
        _LOGS,
    ),
    Rule(
        "SEC-ACCESS-READ",
        "secrets",
        "A Secret with a credential was read",
        Severity.HIGH,
        _SECRETS,
        "The logs say that somebody read a Secret in which a credential was found: a person, or a "
        "service account of another namespace that is not of what looks after it (medium). "
        "That a log names nobody does not mean that nobody read.",
        "Ask whether it was meant; rotate the credential otherwise.",
        _LOGS,
    ),
    Rule(
        "SEC-ACCESS-DENIED",
        "secrets",
        "Somebody was refused Secrets",
        Severity.LOW,
        _SECRETS,
        "The logs say that the API server refused a request for Secrets. Medium where it was "
        "anonymous, or for a Secret in which a credential was found.",
        "Ask whether it was a mistake.",
        _LOGS,
    ),
)
