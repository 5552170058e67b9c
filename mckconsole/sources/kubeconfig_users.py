"""What a kubeconfig user entry means: a credential and an impersonation; or why it cannot be used.

Nobody becomes anonymous by accident: what we cannot honour (an auth-provider, a half-written
impersonation) makes the endpoint unusable, with what to do. Order and exclusions are kubectl's:
token, password and client certificate switch an exec plugin off (client-go
`plugin/pkg/client/auth/exec`, UpdateTransportConfig).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from mckconsole.domain.text import clean
from mckconsole.domain.times import format_rfc3339
from mckconsole.sources.certificates import read_validity
from mckconsole.sources.credentials import (
    Anonymous,
    BasicAuth,
    CertificateCredential,
    FileToken,
    StaticToken,
    WithCertificate,
    certificate_pem,
    is_header_text,
)
from mckconsole.sources.endpoint import ClientCertificate, Credential, Impersonation, Secret
from mckconsole.sources.exec_plugin import ExecCredential, PluginPool
from mckconsole.sources.exec_protocol import (
    API_GROUP,
    API_VERSIONS,
    INTERACTIVE_MODES,
    PluginSpec,
)
from mckconsole.sources.kubeconfig_file import KubeExec, KubeUser
from mckconsole.sources.kubeconfig_servers import Unusable, decode_pem

_PROVIDER_ADVICE = {
    "gcp": "install gke-gcloud-auth-plugin and run: gcloud container clusters get-credentials",
    "azure": "run: kubelogin convert-kubeconfig",
    "oidc": "use an exec plugin, such as: kubectl oidc-login setup",
}


@dataclass(frozen=True, slots=True)
class Login:
    """How to sign in as a user."""

    credential: Credential
    impersonate: Impersonation | None
    warnings: tuple[str, ...]


def resolve_user(
    user: KubeUser,
    cluster_info: Callable[[], str],
    plugins: PluginPool,
    *,
    now: float | None = None,
) -> Login:
    """Judge a user entry.

    Args:
        cluster_info: gives the cluster as JSON, for plugins that ask for it.
        now: Unix seconds, the time by which a certificate counts as expired.

    Raises:
        Unusable: a mechanism that is not there any more, or settings that contradict each other.
    """
    impersonate = _impersonation(user)
    if user.auth_provider:
        provider = clean(user.auth_provider)
        advice = _PROVIDER_ADVICE.get(provider, "use an exec plugin or a token instead")
        raise Unusable(f"auth-provider {provider} is not supported; {advice}")
    warnings: list[str] = []
    certificate = _certificate(user, time.time() if now is None else now, warnings)
    header = _header(user, warnings)
    credential: Credential | None = certificate or header
    if certificate is not None and header is not None:
        credential = WithCertificate(certificate, header)
    if credential is not None and user.exec is not None:
        warnings.append(
            "the exec plugin is not used: the user has a token, password or certificate"
        )
    elif user.exec is not None:
        credential = _exec(user.exec, cluster_info, plugins)
    elif credential is None:
        warnings.append(f"user {user.name} has no credential: requests are anonymous")
    return Login(credential or Anonymous(), impersonate, tuple(warnings))


def _impersonation(user: KubeUser) -> Impersonation | None:
    if not user.act_as:
        if user.act_uid or user.act_groups or user.act_extra:
            raise Unusable("as-uid, as-groups or as-user-extra without as; add the user to act as")
        return None
    texts = [user.act_as, user.act_uid, *user.act_groups]
    texts += [text for key, values in user.act_extra.items() for text in (key, *values)]
    if not all(text.isprintable() for text in texts):
        raise Unusable("the impersonation (as …) holds characters that no HTTP header may hold")
    return Impersonation(user.act_as, user.act_uid, user.act_groups, user.act_extra)


def _header(user: KubeUser, warnings: list[str]) -> Credential | None:
    basic = bool(user.username) or user.password is not None
    if basic and user.token is not None:
        raise Unusable("both a token and a password; only one is allowed")
    token = None
    if user.token is not None:
        text = user.token.reveal().strip()
        if not is_header_text(text):
            raise Unusable("the token holds characters that no HTTP header may hold")
        token = Secret(text)
    if user.token_file is not None:
        return FileToken(user.token_file, token)
    if token is not None:
        return StaticToken(token)
    if basic:
        warnings.append("basic authentication: API servers refuse it since Kubernetes 1.19")
        return BasicAuth(user.username, user.password or Secret(""))
    return None


def _certificate(user: KubeUser, now: float, warnings: list[str]) -> CertificateCredential | None:
    if not user.certificate_data and user.certificate_file is None:
        return None
    if user.key_data is None and user.key_file is None:
        raise Unusable("a client certificate without client-key or client-key-data")
    cert_data = key_data = None
    if user.certificate_data:
        cert_data = decode_pem(user.certificate_data, "client-certificate-data")
    if user.key_data is not None:
        pem = decode_pem(user.key_data.reveal(), "client-key-data")
        key_data = Secret(pem.decode("ascii"))
    certificate = ClientCertificate(
        cert_file=None if cert_data else user.certificate_file,
        key_file=None if key_data else user.key_file,
        cert_data=cert_data,
        key_data=key_data,
    )
    warnings.extend(_date_warnings(certificate, now))
    return CertificateCredential(certificate)


def _date_warnings(certificate: ClientCertificate, now: float) -> list[str]:
    validity = read_validity(certificate_pem(certificate))
    if validity is None or validity.not_before <= now <= validity.not_after:
        return []
    start, end = format_rfc3339(validity.not_before), format_rfc3339(validity.not_after)
    what = "expired" if now > validity.not_after else "is not valid yet"
    return [f"the client certificate {what}: valid from {start} to {end}; renew it"]


def _exec(plugin: KubeExec, cluster_info: Callable[[], str], plugins: PluginPool) -> ExecCredential:
    if not plugin.command:
        raise Unusable("exec without a command")
    if any(not name for name, _ in plugin.env):
        raise Unusable("exec with an environment variable that has no name")
    spec = PluginSpec(
        command=plugin.command,
        args=plugin.args,
        env=plugin.env,
        api_version=_api_version(plugin),
        interactive_mode=_interactive_mode(plugin),
        install_hint=plugin.install_hint,
        cluster_info=cluster_info() if plugin.provide_cluster_info else "",
    )
    return ExecCredential(plugins.plugin(spec))


def _api_version(plugin: KubeExec) -> str:
    version = plugin.api_version
    if version not in API_VERSIONS:
        shown = clean(version) or "missing"
        raise Unusable(
            f"exec apiVersion {shown} is not supported; update the plugin and write {API_GROUP}/v1"
        )
    return version


def _interactive_mode(plugin: KubeExec) -> str:
    mode = plugin.interactive_mode
    if not mode and plugin.api_version == f"{API_GROUP}/v1beta1":
        return "IfAvailable"
    if mode not in INTERACTIVE_MODES:
        shown = clean(mode) or "missing"
        raise Unusable(f"exec interactiveMode {shown}; expected Never, IfAvailable or Always")
    return mode
