"""The rules on certificates, in words. They are judged in `certificates/`."""

from __future__ import annotations

from mckconsole.domain.findings import Rule, Severity

_CERT_MANAGER = "cert-manager: Certificate resource, API reference"
_ADMISSION = "Kubernetes: dynamic admission control, API aggregation, CRD versioning"
_PKI = "Kubernetes: PKI certificates and requirements; kubeadm certificate management"
_BUNDLES = ("mutatingwebhooks", "validatingwebhooks", "apiservices", "crd-conversions")
_RENEWED = ("secrets", "certificates", "issuers", "clusterissuers", "externalsecrets", "cronjobs")
_SEEN = ("secrets", "configmaps", *_BUNDLES, "aggregator-ca", "signing-requests")


_TIME = (
    Rule(
        "CERT-EXPIRED",
        "secrets",
        "Certificate has ended or has not begun",
        Severity.CRITICAL,
        _SEEN,
        "The cluster's clock is past the end of a certificate, or before its beginning: whoever "
        "checks it refuses it. A CA bundle counts as long as any certificate in it does.",
        "Renew it as the finding says, then restart what read it at its start.",
        "RFC 5280 4.1.2.5",
    ),
    Rule(
        "CERT-EXPIRING",
        "secrets",
        "Certificate ends soon and nothing renews it",
        Severity.CRITICAL,
        (*_SEEN, *_RENEWED),
        "Less than 90 days are left and nothing that is known renews it (high); less than 30 days, "
        "or less than a sixth of its life (critical). As medium: less than 30 days are left, and "
        "whether anything renews it could not be read. With strict certificates, everything with "
        "less than 90 days left.",
        "Renew it as the finding says, and have cert-manager do so from then on.",
        "the matrix of docs/certificates.md",
    ),
    Rule(
        "CERT-MANUAL",
        "secrets",
        "Nothing renews a certificate",
        Severity.MEDIUM,
        (*_SEEN, *_RENEWED),
        "90 days or more are left, and nothing that is known renews it: somebody must remember. "
        "Helm, Argo CD, Flux and Sealed Secrets do not renew what they put there. As low, and once "
        "for each cluster, the authorities that last for another year: the first to end is named "
        "first.",
        "Have it issued by a Certificate of cert-manager, or renewed by what made it.",
        "the matrix of docs/certificates.md; rancher/rke2#10807",
    ),
    Rule(
        "CERT-ROTATION-FAILING",
        "secrets",
        "Renewal of a certificate is overdue or fails",
        Severity.HIGH,
        ("certificates", "issuers", "clusterissuers", "cronjobs", "externalsecrets", "secrets"),
        "Something renews the certificate and does not work: the Certificate is not ready, its "
        "last issuance failed, it is overdue by more than 5 % of its life or has been issuing for "
        "more than an hour, its issuer is not ready, or Cilium's CronJob did not run within one "
        "and a half periods. As medium while 90 days or more are left.",
        "Look at the Certificate's, issuer's or job's events as the finding says, then renew.",
        f"{_CERT_MANAGER}; cilium/certgen",
    ),
    Rule(
        "CERT-SHARED-SECRET",
        "secrets",
        "Shared IPsec key was not changed for long",
        Severity.MEDIUM,
        ("secrets",),
        "Submariner's tunnels share one key, which has no end of its own. It was written longer "
        "ago than the audit's greatest age (90 days, unless configured).",
        "Make a new key on the broker and join every cluster again.",
        "Submariner: subctl deploy-broker, submariner-ipsec-psk",
    ),
)

_FIT = (
    Rule(
        "CERT-MISMATCH",
        "secrets",
        "Private key is not that of the certificate",
        Severity.HIGH,
        ("secrets",),
        "The private key beside a certificate was looked at, and its public half is another one. "
        "What serves it does not start, or goes on with what it had. Only where values may be "
        "looked at.",
        "Put certificate and key of one issuance into the Secret.",
        "Kubernetes: TLS Secrets",
    ),
    Rule(
        "CERT-NAME",
        "secrets",
        "Certificate is not good for the name that it is shown for",
        Severity.HIGH,
        ("secrets", "ingresses", "tls-gateways", "certificates"),
        "An Ingress or Gateway shows a Secret's certificate for a host, or the API server for the "
        "kubeconfig's, that is not among its names. A wildcard stands for one label, and the "
        "common name counts for nothing. Names are those of the certificate, or, where values are "
        "not looked at, those that cert-manager wrote beside it.",
        "Have the certificate issued for the host too.",
        "RFC 9525; Kubernetes: Ingress TLS; Gateway API: TLS",
    ),
    Rule(
        "CERT-MISSING",
        "secrets",
        "Secret for TLS is not there or holds no certificate",
        Severity.HIGH,
        ("secrets", "ingresses", "tls-gateways"),
        "An Ingress or Gateway takes its certificate from a Secret that is not there, or a TLS "
        "Secret was looked at and holds nothing that can be read as a certificate (medium).",
        "Make the Secret, or have its Certificate issue it.",
        "Kubernetes: Ingress TLS; Gateway API: TLS",
    ),
    Rule(
        "CERT-CABUNDLE",
        "secrets",
        "CA bundle does not vouch for what it is for",
        Severity.HIGH,
        (*_BUNDLES, "secrets"),
        "The CA bundle of a webhook, an APIService or a conversion is empty (medium, where no "
        "injector should have filled it), cannot be read, or none of its certificates issued what "
        "the Service shows, as told from the Secrets of its namespace with its name. Told by names "
        "and key identifiers; only where values may be looked at.",
        "Have the injector or whatever made it fill in the authority of the serving certificate.",
        f"{_ADMISSION}; cert-manager: CA injector",
    ),
    Rule(
        "CERT-CHAIN",
        "secrets",
        "Chain of a certificate does not hold",
        Severity.MEDIUM,
        ("secrets", "configmaps"),
        "A certificate is not signed by the one that follows it, or an authority above it ends "
        "before it does (low, medium when within 90 days).",
        "Renew the authority first; put issuers behind the certificate in order.",
        "RFC 5280 6.1; RFC 8446 4.4.2",
    ),
    Rule(
        "CERT-STALE-POD",
        "secrets",
        "Pods serve an older certificate than their Secret holds",
        Severity.MEDIUM,
        ("secrets", "pods"),
        "Running pods mounted a certificate alone (subPath) before it was written last: such a "
        "file never follows the Secret. Whether processes read other files again is not seen.",
        "Delete the pods; mount the whole volume.",
        "Kubernetes: Secrets as files, subPath",
    ),
    Rule(
        "CERT-REQUEST",
        "secrets",
        "Certificate request was denied, failed, or waits",
        Severity.MEDIUM,
        ("signing-requests",),
        "A CertificateSigningRequest was denied or failed, or nobody approved it for a quarter of "
        "an hour. Serving certificates of kubelets are approved by nobody unless something is "
        "installed for it.",
        "See who asks for what, then approve it, or install what approves kubelets.",
        "Kubernetes: Certificates and Certificate Signing Requests",
    ),
)

_TRUST = (
    Rule(
        "CERT-WEAK",
        "secrets",
        "Key or signature of a certificate is weak",
        Severity.HIGH,
        _SEEN,
        "RSA below 2048 bits, elliptic curves below 224 bits, DSA, or a signature with MD5 or "
        "SHA-1 (but for what signs itself, whose signature nobody checks).",
        "Have it issued anew with RSA 2048 or EC P-256, and SHA-256.",
        "NIST SP 800-131A; CA/Browser Forum baseline requirements 6.1.5",
    ),
    Rule(
        "CERT-LONG-LIVED",
        "secrets",
        "Certificate signs itself for ten years or more",
        Severity.LOW,
        _SEEN,
        "A certificate that signs itself and lasts ten years (information: an authority, twenty) "
        "is renewed and revoked by nobody.",
        "Have an authority issue it for 90 days, and renew it by itself.",
        "CA/Browser Forum ballot SC-081",
    ),
    Rule(
        "CERT-SHARED-KEY",
        "secrets",
        "One private key in several clusters",
        Severity.MEDIUM,
        ("secrets", "kube-system"),
        "Certificates in several clusters have the same key, and the key is there too. Authorities "
        "are meant to be shared and do not count; two contexts of one cluster are one.",
        "Have each cluster make a key of its own for the same names.",
        "NIST SP 800-57 part 1, 5.2 (a key has one purpose)",
    ),
    Rule(
        "CERT-SAME-KEY",
        "secrets",
        "Certificate is renewed with the same key for ever",
        Severity.LOW,
        ("certificates",),
        "The Certificate says rotationPolicy Never. From cert-manager 1.18 on Always is the "
        "default; where nothing is said, nothing is concluded.",
        "Set privateKey.rotationPolicy to Always.",
        f"{_CERT_MANAGER} (privateKey.rotationPolicy)",
    ),
    Rule(
        "CERT-CA-KEY",
        "secrets",
        "Private key of an authority lies in the cluster",
        Severity.LOW,
        ("secrets",),
        "The Secret of Cilium's, Istio's or Linkerd's authority holds its private key: whoever can "
        "read it can make certificates for anybody in the mesh. Told by the names of the keys.",
        "Have an authority outside the cluster sign an intermediate for the mesh.",
        "Cilium: Helm chart (cilium-ca); Istio: plug in CA certificates; Linkerd: trust anchor",
    ),
    Rule(
        "CERT-INSECURE",
        "secrets",
        "Certificate is not checked",
        Severity.HIGH,
        ("apiservices",),
        "The kubeconfig has insecure-skip-tls-verify, or an APIService insecureSkipTLSVerify "
        "(medium): whoever stands between can pretend to be the other side.",
        "Give the authority's certificate instead.",
        f"{_ADMISSION}; kubeconfig v1",
    ),
    Rule(
        "CERT-MASTERS",
        "secrets",
        "Client certificate of system:masters",
        Severity.HIGH,
        ("secrets",),
        "The client certificate of the kubeconfig, or one in a Secret that was looked at, has the "
        "organization system:masters: RBAC is not asked at all, and a client certificate cannot be "
        "revoked.",
        "Sign in as a user with a role; keep this one for emergencies.",
        "Kubernetes: RBAC good practices (system:masters)",
    ),
    Rule(
        "CERT-SIGNING-KEYS",
        "secrets",
        "One key signs all service account tokens",
        Severity.INFO,
        ("oidc-keys", "kube-system"),
        "The cluster is older than a year and publishes one key for service account tokens. When "
        "it was made is published nowhere. Not where the provider keeps the keys. One key in "
        "several clusters is WI42.",
        "Add a new key, sign with it, then take the old one away.",
        f"{_PKI}; Kubernetes: service account issuer discovery",
    ),
)

CERTIFICATE_RULES: tuple[Rule, ...] = (*_TIME, *_FIT, *_TRUST)
"""By what they are about: time, fitting where it is used, being worth trust."""
