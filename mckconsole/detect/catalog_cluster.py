"""Credentials of clusters, keys, and what only its name tells, in words."""

from __future__ import annotations

from mckconsole.detect.catalog_words import CRITICAL, HIGH, LOW, MEDIUM, A, B, C, rule, token

_CLUSTERS = (
    rule(
        "KUBECONFIG",
        "Kubeconfig with credentials",
        A,
        CRITICAL,
        "A document of kind `Config` whose users carry a token, a password, a client key or an "
        "auth-provider. The server's address says which cluster it opens. Entries with an exec "
        "plugin or a path only hold no secret and are not reported.",
        "Use an exec plugin or a workload identity the other cluster trusts; else a ServiceAccount "
        "with few rights and a bound token that is renewed.",
        "Kubernetes: kubeconfig v1 reference",
    ),
    rule(
        "K8S-SERVICE-ACCOUNT-TOKEN",
        "Service account token",
        A,
        HIGH,
        "A JWT whose subject is `system:serviceaccount:NS:NAME`; issuer, audience and expiry are "
        "public. High when it never expires; an expired one is information. In a Secret of type "
        "`kubernetes.io/service-account-token` it is where it belongs.",
        "Mount a projected token (bound, about one hour) or ask with `kubectl create token`; then "
        "delete the Secret, which ends the token.",
        "Kubernetes: service account tokens; KEP-2799",
    ),
    rule(
        "K8S-BOOTSTRAP-TOKEN",
        "Bootstrap token",
        A,
        HIGH,
        "`ID.SECRET` (6 and 16 characters) by name, or the keys of a Secret of type "
        "`bootstrap.kubernetes.io/token`, where it belongs: that it has no expiration there and "
        "can join nodes for ever is SEC-BOOTSTRAP-ENDLESS. The documentation's example is not "
        "reported.",
        "`kubeadm token delete ID`; let tokens expire (`--ttl`).",
        "Kubernetes: bootstrap tokens",
    ),
    rule(
        "K8S-ENCRYPTION-KEY",
        "Key that encrypts etcd",
        A,
        CRITICAL,
        "An EncryptionConfiguration with keys of 16, 24 or 32 bytes: it reads every Secret in a "
        "copy of etcd.",
        "Keep it on the control plane's disks only, or use a KMS provider; rotate the key and "
        "rewrite all Secrets.",
        "Kubernetes: encrypting confidential data at rest",
    ),
    rule(
        "ARGOCD-CLUSTER",
        "Argo CD cluster credentials",
        A,
        CRITICAL,
        "The JSON `config` of an Argo CD cluster with a bearer token, a password or a client key. "
        "`awsAuthConfig` and `execProviderConfig` hold no secret.",
        "Use the cloud's identity (`awsAuthConfig`, `execProviderConfig`), or rotate the account "
        "of Argo CD in that cluster.",
        "Argo CD: declarative setup, clusters",
    ),
    rule(
        "DOCKER-AUTH",
        "Registry credentials",
        A,
        HIGH,
        "`auths` of a Docker configuration with a password or identity token. What it opens "
        "follows from host and user: `_json_key` is a whole Google service account key "
        "(critical), ECR's user `AWS` a token of 12 hours (low), Azure's nil UUID a refresh token, "
        "a UUID a service principal, the registry's own name its admin account.",
        "Let kubelet pull by the node's or the service account's identity (credential providers, "
        "ECR, Artifact Registry, ACR attach), or use a robot account that may only pull.",
        "Docker: config.json; Kubernetes: images; each registry's login",
    ),
    rule(
        "SUBMARINER-PSK",
        "Submariner IPsec pre-shared key",
        A,
        CRITICAL,
        "`ceIPSecPSK` of a Submariner resource or `psk` of its Secret: whoever has it can join the "
        "tunnels. In the resource anybody can read it who may view the resource.",
        "Set `ceIPSecPSKSecret` instead of `ceIPSecPSK`; rotate with "
        "`subctl` on every cluster, since all share it.",
        "Submariner: submariner-operator api/v1alpha1",
    ),
    rule(
        "SUBMARINER-BROKER-TOKEN",
        "Submariner broker token",
        A,
        CRITICAL,
        "`brokerK8sApiServerToken` of a Submariner or ServiceDiscovery resource: it writes the "
        "broker's endpoints. Usually a token that never expires.",
        "Set `brokerK8sSecret` instead of the token in the resource; then delete the broker's "
        "token Secret and join again.",
        "Submariner: submariner-operator api/v1alpha1",
    ),
    rule(
        "CILIUM-IPSEC-KEY",
        "Cilium IPsec key",
        A,
        HIGH,
        "The `keys` of `cilium-ipsec-keys`: number, algorithm and key in hexadecimal. In its own "
        "Secret it is where it belongs.",
        "Rotate: `cilium encrypt rotate-key`.",
        "Cilium: transparent encryption with IPsec",
    ),
    token(
        "OPENSHIFT-TOKEN", "OpenShift token", HIGH, "`sha256~` and 43 characters",
        "the cluster: `oc delete oauthaccesstoken`", "OpenShift: OAuth tokens",
    ),
    token(
        "DOCKER-SWARM-TOKEN", "Docker Swarm token or key", HIGH,
        "`SWMTKN-1-` and two groups, or `SWMKEY-1-` and 43 characters",
        "the swarm: `docker swarm join-token --rotate`, `unlock-key --rotate`",
        "Docker: swarm mode",
    ),
    rule(
        "BASIC-AUTH",
        "User and password",
        B,
        LOW,
        "The password of a Secret of type `kubernetes.io/basic-auth`: where it belongs.",
        "Rotate it where it was found elsewhere too.",
        "Kubernetes: basic authentication Secret",
    ),
)  # fmt: skip

_KEYS = (
    rule(
        "PRIVATE-KEY",
        "Private key",
        A,
        HIGH,
        "A PEM or OpenSSH or PuTTY private key that parses. One that is encrypted is lower. The "
        "key of a TLS or SSH Secret is where it belongs. Public keys and certificates never are "
        "reported, nor blocks without a key in them.",
        "Make a new key where it is used and replace what trusts the old one.",
        "RFC 7468, RFC 5958; OpenSSH PROTOCOL.key",
    ),
    rule(
        "PGP-PRIVATE-KEY",
        "PGP private key",
        A,
        HIGH,
        "An armoured private key block whose first packet is a secret key.",
        "Revoke it and publish the revocation.",
        "RFC 9580",
    ),
    rule(
        "JWK-PRIVATE-KEY",
        "Private JSON Web Key",
        A,
        HIGH,
        "A JSON Web Key with its private part (`d`, or `k` of a symmetric one). Public keys and "
        "key sets are not reported.",
        "Rotate the key, keeping the old public one until what it signed has expired.",
        "RFC 7517, 7518",
    ),
    rule(
        "AGE-KEY",
        "age private key",
        A,
        HIGH,
        "`AGE-SECRET-KEY-1…` whose bech32 checksum holds: it opens everything SOPS encrypted for "
        "it.",
        "Make a new identity, `sops updatekeys` on all files, and rotate what they held.",
        "age: C2SP age.md; BIP 173",
    ),
    rule(
        "NATS-SEED",
        "NATS seed",
        A,
        HIGH,
        "A seed `S…` of an nkey whose checksum (CRC-16) holds.",
        "`nsc generate nkey`, and revoke the old user or account.",
        "nats-io/nkeys",
    ),
    rule(
        "WIREGUARD-KEY",
        "WireGuard private key",
        B,
        HIGH,
        "32 bytes in base64 under a name that says WireGuard or `PrivateKey`/`PresharedKey`.",
        "`wg genkey` on the node, then replace the peer's public key.",
        "WireGuard: wg(8)",
    ),
    rule(
        "IPSEC-PSK",
        "Pre-shared key",
        C,
        MEDIUM,
        "A random value under a name that says pre-shared key.",
        "Make a new one on both sides.",
        "strongSwan, Libreswan: ipsec.secrets",
    ),
    rule(
        "KEYSTORE",
        "Key store",
        B,
        MEDIUM,
        "A Java key store or PKCS #12 file by its first bytes. A password protects it, which often "
        "lies beside it.",
        "Let cert-manager or the mesh make short-lived ones; rotate the key.",
        "RFC 7292; JDK: JKS",
    ),
)

_GENERIC = (
    rule(
        "JWT",
        "JSON Web Token",
        B,
        MEDIUM,
        "Three parts whose header and payload decode to JSON, with an algorithm. Issuer, subject, "
        "audience and expiry are public. An expired one is information.",
        "Let it expire soon and renew it; revoke it at its issuer.",
        "RFC 7519",
    ),
    rule(
        "URL-CREDENTIALS",
        "Credentials in an address",
        B,
        HIGH,
        "`scheme://user:password@host`: a database, a broker, a registry. Templates, references, "
        "passwords that are a word such as `password`, and example hosts are not reported.",
        "Rotate the password; name host and user in the configuration and take the password from "
        "a Secret by itself.",
        "RFC 3986, 3.2.1",
    ),
    rule(
        "CONNECTION-STRING",
        "Connection string with a password",
        B,
        HIGH,
        "A server or data source and a password in one string (ADO.NET, ODBC, JDBC, libpq), or in "
        "one entry of `.netrc` or `.pgpass`.",
        "Rotate the password; use the database's identity-based login.",
        "ADO.NET, ODBC, JDBC, libpq: connection strings",
    ),
    rule(
        "COMMAND-PASSWORD",
        "Password on a command line",
        B,
        MEDIUM,
        "`curl -u user:password`, `redis-cli -a`, `mysql -p…`, `mongosh -p` and kin, in arguments, "
        "probes and scripts. Variables, and words such as `password`, are not reported.",
        "Take it from a mounted file or a variable that a Secret fills (`curl -K`, `--netrc-file`);"
        " rotate it.",
        "curl(1), wget(1), manuals of the programs named",
    ),
    rule(
        "SQL-PASSWORD",
        "Password in SQL",
        B,
        MEDIUM,
        "`CREATE USER … PASSWORD '…'` and `IDENTIFIED BY '…'`, as init scripts of databases have.",
        "Let the operator or the image's own variables set it from a Secret; rotate it.",
        "PostgreSQL, MySQL, Oracle: CREATE USER",
    ),
    rule(
        "AUTHORIZATION-HEADER",
        "Authorization header",
        B,
        MEDIUM,
        "`Basic` with base64 that decodes to user and password, `Bearer` or `Token` with a random "
        "token, or a header such as `X-Api-Key` or `Private-Token` with one.",
        "Take it from a Secret; rotate it.",
        "RFC 7617, RFC 6750",
    ),
    rule(
        "GENERIC-SECRET",
        "Value that its name calls a secret",
        C,
        LOW,
        "The name says password, token, key or credential, and the value is random enough and no "
        "reference, path, template or placeholder. Hidden unless asked for.",
        "Look whether it is one; then give it an end and a place in a secret store.",
        "name and entropy only",
    ),
)

CLUSTER_RULES = (*_CLUSTERS, *_KEYS, *_GENERIC)
