"""The credential plugin protocol: what a plugin is told, and what its answer says.

Source: https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
and client-go `plugin/pkg/client/auth/exec`. Nothing of a plugin's standard output ever gets into
an error, and of its arguments and standard error only what does not look like a secret.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from mckconsole.domain.text import clean, shorten
from mckconsole.domain.times import format_rfc3339, parse_rfc3339
from mckconsole.sources.credentials import is_header_text
from mckconsole.sources.endpoint import ClientCertificate, Secret

API_GROUP = "client.authentication.k8s.io"
API_VERSIONS = (f"{API_GROUP}/v1", f"{API_GROUP}/v1beta1")
INTERACTIVE_MODES = ("Never", "IfAvailable", "Always")
MIN_LIFETIME = 5.0
"""Seconds a new credential must be good for; less means a wrong clock or an expired cache."""

INHERITED = frozenset(
    (
        *("PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR"),
        *("KUBECONFIG", "KUBECACHEDIR", "SSH_AUTH_SOCK", "DBUS_SESSION_BUS_ADDRESS"),
        *("KRB5CCNAME", "KRB5_CONFIG", "SSL_CERT_FILE", "SSL_CERT_DIR", "NIX_SSL_CERT_FILE"),
        *(
            "REQUESTS_CA_BUNDLE",
            "CURL_CA_BUNDLE",
            "HTTP_PROXY",
            "HTTPS_PROXY",
            "ALL_PROXY",
            "NO_PROXY",
        ),
        *("http_proxy", "https_proxy", "all_proxy", "no_proxy"),
    )
)
INHERITED_PREFIXES = (
    *("LC_", "XDG_", "AWS_", "AZURE_", "AAD_", "ARM_", "GOOGLE_", "CLOUDSDK_", "GCLOUD_"),
    *("OCI_", "OS_", "DIGITALOCEAN_", "IBMCLOUD_", "TELEPORT_", "VAULT_", "PINNIPED_"),
)
"""What of our environment a plugin gets: what cloud CLIs and their networks are set up with. Not
the display or browser (nothing may pop up), not the loader's (LD_*), not other tools' tokens. What
else a plugin needs goes into `env` of its kubeconfig entry."""

_SECRET_OPTION = re.compile(
    r"(?i)^--?[a-z0-9_.-]*(secret|password|passwd|passphrase|private-?key|api-?key|token)$"
)
_SECRET_TEXT = re.compile(
    r"(?i)\beyJ[\w.=-]{8,}|\bk8s-aws-v1\.[\w=-]+|\b(bearer|basic)\s+\S{8,}"
    r"|(token|secret|password|passwd|api[-_]?key)[\"']?\s*[:=]\s*\S+"
    r"|(?<![\w/.-])(?=[\w+=.-]*\d)[\w+=.-]{32,}"
)


@dataclass(frozen=True, slots=True)
class PluginSpec:
    """What is to be run; equal specs share one run and one credential."""

    command: str
    args: tuple[str, ...] = field(default=(), repr=False)
    env: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    api_version: str = API_VERSIONS[0]
    interactive_mode: str = "Never"
    install_hint: str = ""
    cluster_info: str = field(default="", repr=False)
    """JSON of `spec.cluster` for `provideClusterInfo`, else empty."""

    def shown(self) -> str:
        """The command line for an operator to read and run: one line, cleaned, secrets masked."""
        words, mask_next = [self.command], False
        for arg in self.args:
            name, equals, _ = arg.partition("=")
            if mask_next and not arg.startswith("-"):
                arg = "…"
            elif equals and _SECRET_OPTION.match(name):
                arg = f"{name}=…"
            mask_next = not equals and bool(_SECRET_OPTION.match(arg))
            words.append(arg if arg.endswith("…") else shlex.quote(arg))
        return shorten(clean(" ".join(words)), 400)

    def environment(self, inherited: Mapping[str, str]) -> dict[str, str]:
        """The environment to run it with."""
        kept = {
            name: value
            for name, value in inherited.items()
            if name in INHERITED or name.startswith(INHERITED_PREFIXES)
        }
        return {**kept, **dict(self.env), "KUBERNETES_EXEC_INFO": self._exec_info()}

    def _exec_info(self) -> str:
        spec: dict[str, object] = {"interactive": False}
        if self.cluster_info:
            spec["cluster"] = json.loads(self.cluster_info)
        return json.dumps({"kind": "ExecCredential", "apiVersion": self.api_version, "spec": spec})


@dataclass(frozen=True, slots=True)
class PluginCredential:
    """What a plugin returned."""

    authorization: Secret | None
    """Value of the Authorization header."""
    certificate: ClientCertificate | None
    expires: float | None
    """Unix seconds, None when it does not say."""


class PluginAnswerError(ValueError):
    """The answer is no credential; the message quotes nothing of it."""


class _Status(msgspec.Struct, rename="camel"):
    token: str = ""
    client_certificate_data: str = ""
    client_key_data: str = ""
    expiration_timestamp: str | None = None


class _Answer(msgspec.Struct, rename="camel"):
    kind: str = ""
    api_version: str = ""
    status: _Status | None = None


_decoder = msgspec.json.Decoder(_Answer)


def decode_answer(stdout: bytes, api_version: str, now: float) -> PluginCredential:
    """Decode what a plugin wrote.

    Args:
        now: Unix seconds.

    Raises:
        PluginAnswerError: it is not an ExecCredential of `api_version` with a usable status.
    """
    if not stdout.strip():
        raise PluginAnswerError("wrote nothing to standard output")
    try:
        answer = _decoder.decode(stdout)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise PluginAnswerError("did not write an ExecCredential in JSON") from None
    if answer.kind != "ExecCredential" or answer.api_version != api_version:
        found = f"{answer.api_version or 'no apiVersion'} {answer.kind or 'without kind'}"
        raise PluginAnswerError(
            f"answered with {shorten(clean(found), 80)}; the kubeconfig asks for {api_version} "
            "ExecCredential"
        )
    if answer.status is None:
        raise PluginAnswerError("returned no status")
    return _credential(answer.status, now)


def _credential(status: _Status, now: float) -> PluginCredential:
    token = status.token.strip()
    if token and not is_header_text(token):
        raise PluginAnswerError("returned a token that no HTTP header may hold")
    cert, key = status.client_certificate_data, status.client_key_data
    if bool(cert) != bool(key):
        raise PluginAnswerError("returned only one of certificate and key")
    if not token and not cert:
        raise PluginAnswerError("returned neither a token nor a certificate")
    expires = None
    if status.expiration_timestamp:
        expires = parse_rfc3339(status.expiration_timestamp)
        if expires is None:
            raise PluginAnswerError("returned an expirationTimestamp that is no time")
        if expires < now + MIN_LIFETIME:
            raise PluginAnswerError(
                f"returned a credential that expired at {format_rfc3339(expires)}; "
                "its cache or a clock is wrong"
            )
    return PluginCredential(
        authorization=Secret(f"Bearer {token}") if token else None,
        certificate=(
            ClientCertificate(cert_data=cert.encode("utf-8"), key_data=Secret(key))
            if cert
            else None
        ),
        expires=expires,
    )


def excerpt(stderr: bytes) -> str:
    """The last line of what a plugin complained, cleaned and masked; empty when it said nothing."""
    lines = [
        line for line in stderr[-8192:].decode("utf-8", "replace").splitlines() if line.strip()
    ]
    if not lines:
        return ""
    return shorten(clean(_SECRET_TEXT.sub("…", lines[-1].strip())), 160)
