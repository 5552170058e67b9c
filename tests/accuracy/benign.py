"""What clusters are full of and is no credential, though much of it looks like one."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from random import Random

from tests.accuracy import wrap
from tests.accuracy.proven import encoded, pem
from tests.accuracy.shapes import fill

Benign = Callable[[Random], wrap.Put]


def _certificate(dice: Random) -> str:
    body = base64.b64encode(b"\x30\x82\x03\x0f" + dice.randbytes(800)).decode()
    lines = "\n".join(body[at : at + 64] for at in range(0, len(body), 64))
    return f"-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n"


def root_ca(dice: Random) -> wrap.Put:
    """The bundle of authorities of a cluster."""
    return wrap.config_map({"ca.crt": _certificate(dice) * 3})


def sealed(dice: Random) -> wrap.Put:
    """A SealedSecret: ciphertext under names of passwords."""
    text = "Ag" + fill("{b700}", dice)
    return wrap.resource({"encryptedData": text, "password": "Ag" + fill("{b500}", dice)})


def hashes(dice: Random) -> wrap.Put:
    """Checksums, digests and versions that charts write."""
    return wrap.env(
        {
            "CHECKSUM_SECRET": fill("{h64}", dice),
            "GIT_COMMIT": fill("{h40}", dice),
            "IMAGE_DIGEST": "sha256:" + fill("{h64}", dice),
            "SECRET_HASH": fill("{h64}", dice),
            "BUILD_ID": fill("{u}", dice),
            "POD_TEMPLATE_HASH": fill("{a10}", dice),
        }
    )


def references(dice: Random) -> wrap.Put:
    """Names and places of secrets."""
    return wrap.env(
        {
            "DB_PASSWORD_FILE": "/run/secrets/db-password",
            "TOKEN_PATH": "/var/run/secrets/kubernetes.io/serviceaccount/token",
            "API_KEY": "vault:secret/data/shop#api_key",
            "PASSWORD": "${DB_PASSWORD}",
            "AUTH_TOKEN": "$(AUTH_TOKEN)",
            "SECRET_NAME": "shop-database-credentials-v2",
            "CLIENT_SECRET": "{{ .Values.auth.clientSecret }}",
            "SECRET_ARN": "arn:aws:secretsmanager:eu-west-1:000000000000:secret:shop/db-AbCdEf",
            "AWS_SECRET_ACCESS_KEY": "op://Infra/aws-shop/secret-access-key",
            "TOKEN_URL": "https://login.corp.internal/oauth2/token",
            "SESSION_SECRET": "ref+awsssm://shop/session/secret-key-2024",
        }
    )


def stand_ins(dice: Random) -> wrap.Put:
    """What people write where a credential will be."""
    return wrap.dotenv(
        {
            "PASSWORD": "changeme-please-12345",
            "API_KEY": "your-api-key-goes-here",
            "AWS_ACCESS_KEY_ID": "AKIA" + "IOSFODNN7EXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfi" + "CYEXAMPLEKEY",
            "TOKEN": "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            "GITHUB_TOKEN": "ghp_" + "x" * 36,
            "DATABASE_URL": "postgres://user:password@localhost:5432/app",
            "REDIS_URL": "redis://:${REDIS_PASSWORD}@redis:6379",
            "SLACK": "https://hooks.slack.com/services/T00000000/B00000000/" + "X" * 24,
            "SECRET_KEY": "<insert-secret-key>",
            "STRIPE": "sk_live_" + "x" * 24,
        }
    )


def key_set(dice: Random) -> wrap.Put:
    """Public keys of an issuer."""
    keys = [{"kty": "RSA", "kid": fill("{A20}", dice), "alg": "RS256", "use": "sig",
             "n": fill("{w342}", dice), "e": "AQAB"} for _ in range(3)]  # fmt: skip
    return wrap.config_map({"jwks.json": json.dumps({"keys": keys})})


def public_keys(dice: Random) -> wrap.Put:
    """SSH keys of people and hosts, and PEM of a public key."""
    key = "AAAAB3NzaC1yc2EAAAADAQABAAAB" + fill("{b340}", dice)
    body = fill("{b320}", dice)
    public = f"-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----\n"
    return wrap.config_map(
        {
            "authorized_keys": f"ssh-rsa {key} root@node\n" * 3,
            "known_hosts": f"github.com ssh-rsa {key}\n",
            "token-signing.pub": public,
            "cosign.pub": public,
        }
    )


def dashboard(dice: Random) -> wrap.Put:
    """Grafana's: JSON with ids, expressions and the word token."""
    panels = [{"id": at, "title": "Token refresh rate", "datasource": {"uid": fill("{A9}", dice)},
               "targets": [{"expr": f'rate(http_requests{{key="{fill("{h16}", dice)}"}}[5m])'}]}
              for at in range(30)]  # fmt: skip
    return wrap.config_map(
        {"board.json": json.dumps({"uid": fill("{w9}", dice), "panels": panels})}
    )


def binary(dice: Random) -> wrap.Put:
    """Pictures and archives: random bytes, some in base64."""
    picture = "\x89PNG" + fill("{b4000}", dice)
    return wrap.secret({"logo.png": picture, "blob": fill("{b9000}", dice)})


def federated(dice: Random) -> wrap.Put:
    """A kubeconfig with a plugin."""
    return wrap.config_map(
        {
            "kubeconfig": "apiVersion: v1\nkind: Config\nclusters:\n- name: a\n  cluster:\n"
            f"    server: https://x.eks.amazonaws.com\n    certificate-authority-data: "
            f"{base64.b64encode(_certificate(dice).encode()).decode()}\nusers:\n- name: u\n"
            "  user:\n    exec:\n      apiVersion: client.authentication.k8s.io/v1\n"
            "      command: aws\n      args: [eks, get-token, --cluster-name, a]\n"
        }
    )


def emptied(dice: Random) -> wrap.Put:
    """Documents with words where credentials were, or will be."""
    word = dice.choice(
        ("REDACTED", "<your-token-here>", "${TOKEN}", "{{ .Values.registry.token }}")
    )
    login = {"auths": {"ghcr.io": {"username": "robot", "password": word},
                       "quay.io": {"auth": wrap.b64(f"robot:{word}")}}}  # fmt: skip
    config = (
        "apiVersion: v1\nkind: Config\nclusters:\n- name: a\n  cluster:\n    server: https://10.0.0.1\n"
        "    certificate-authority-data: DATA+OMITTED\nusers:\n- name: u\n  user:\n"
        f"    client-key-data: DATA+OMITTED\n    token: '{word}'\n- name: v\n  user:\n"
        f"    username: admin\n    password: '{word}'\n"
    )
    made = {"kubeconfig": config, "config.json": json.dumps(login),
            "values.yaml": f"pull:\n  login: |\n    {json.dumps(login)}\n"}  # fmt: skip
    return dice.choice((wrap.secret, wrap.config_map))(made)


def encrypted(dice: Random) -> wrap.Put:
    """A file of SOPS."""
    lines = [
        f"{name}: ENC[AES256_GCM,data:{fill('{b44}', dice)},iv:{fill('{b43}', dice)}=,"
        f"tag:{fill('{b22}', dice)}==,type:str]"
        for name in ("password", "token", "api_key")
    ]
    return wrap.config_map({"secrets.enc.yaml": "\n".join(lines)})


def prose(dice: Random) -> wrap.Put:
    """A runbook that talks of all this."""
    text = (
        "Rotate the token: kubectl create token builder. Never commit AKIA ids, ghp_ tokens or\n"
        "-----BEGIN RSA PRIVATE KEY----- blocks. The password is in Vault under secret/shop/db.\n"
        "Headers: Authorization: Bearer <token>. URL: https://user:pass@example.com/path\n"
        "SharedAccessKeyName=Root;SharedAccessKey=<key> and sig=<signature> go to the vault.\n"
    )
    return wrap.config_map({"README.md": text * 8, "api-key-rotation": "every-ninety-days"})


def settings(dice: Random) -> wrap.Put:
    """Names with key, token and secret in them whose values are none."""
    return wrap.yaml_file(
        {
            "tokenReviewer": "system:serviceaccount:kube-system:token-reviewer",
            "secretKeyRef": "shop-database",
            "partition_key": "customer_account_identifier",
            "primaryKey": "order_line_id",
            "maxTokens": "4096",
            "passwordPolicy": "min-length-12-with-digits",
            "keyAlgorithm": "ECDSA-P256-SHA256-with-recovery",
            "cacheKeyPrefix": "shop:prod:v2:cart:",
            "tokenTTL": "8760h0m0s",
            "publicKey": fill("{b44}", dice),
            "resourceVersion": fill("{d9}", dice),
        }
    )


def plain_names(dice: Random) -> wrap.Put:
    """UUIDs, hosts and classes under names that mean something else."""
    return wrap.env(
        {
            "AZURE_CLIENT_ID": fill("{u}", dice),
            "AZURE_TENANT_ID": fill("{u}", dice),
            "AWS_ROLE_ARN": "arn:aws:iam::000000000000:role/shop",
            "AWS_WEB_IDENTITY_TOKEN_FILE": "/var/run/secrets/eks.amazonaws.com/token",
            "TRACE_PARENT": f"00-{fill('{h32}', dice)}-{fill('{h16}', dice)}-01",
            "ROLE_ID": "AROA" + fill("{B17}", dice),
            "KEY_CLASS": "com.corp.shop.security.TokenAuthenticationProvider",
        }
    )


def locked_key(dice: Random) -> wrap.Put:
    """A header of a key without its key, and a JWT's first part."""
    head = pem("rsa", 0).splitlines()[0]
    return wrap.config_map({"howto": f"{head}\n...\n", "header": encoded({"alg": "RS256"})})


KINDS: tuple[Benign, ...] = (
    root_ca, sealed, hashes, references, stand_ins, key_set, public_keys, dashboard, binary,
    federated, emptied, encrypted, prose, settings, plain_names, locked_key,
)  # fmt: skip


def benign(dice: Random, count: int) -> Iterator[wrap.Wrapped]:
    """So many objects without a credential."""
    for at in range(count):
        make = KINDS[at % len(KINDS)]
        yield wrap.wrap(make(dice), {}, "", make.__name__)
