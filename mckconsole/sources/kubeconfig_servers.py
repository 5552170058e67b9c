"""What a kubeconfig cluster entry means: address, trust, proxy; or why it cannot be used.

An unusable value is the problem of the contexts that use it and of no other, so it is raised as
`Unusable` and becomes the endpoint's `problem`. The rules are kubectl's (client-go
`tools/clientcmd/validation.go` and `transport/transport.go`); where we are stricter, it says so.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from mckconsole.sources.endpoint import TLSSettings
from mckconsole.sources.kubeconfig_file import KubeCluster
from mckconsole.sources.proxy import Proxy, ProxyTrouble, choose_proxy, is_loopback
from mckconsole.sources.yamltext import Number, Value

MAX_CA = 1024 * 1024
"""Bytes of a CA file that a plugin is told."""


class Unusable(ValueError):
    """One entry cannot be used: what is wrong and what to do, without any credential."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where a cluster is and how its certificate is judged."""

    base_url: str
    tls: TLSSettings
    proxy: Proxy | None
    exposed: bool
    """Plain HTTP beyond this machine: no credential may be sent there."""
    warnings: tuple[str, ...]


def resolve_server(cluster: KubeCluster, env: Mapping[str, str]) -> Server:
    """Judge a cluster entry.

    Raises:
        Unusable: there is no address, it is no http(s) URL, or settings contradict each other.
    """
    url = _server_url(cluster)
    tls, warnings = _tls(cluster)
    base_url = f"{url.scheme}://{url.netloc}{url.path.rstrip('/')}"
    try:
        proxy = choose_proxy(base_url, cluster.proxy_url, env)
    except ProxyTrouble as error:
        raise Unusable(str(error)) from None
    exposed = url.scheme == "http" and (proxy is not None or not is_loopback(url.hostname or ""))
    if exposed:
        warnings.append("plain http: what is read can be seen and changed on the way")
    return Server(
        base_url=base_url,
        tls=tls,
        proxy=proxy,
        exposed=exposed,
        warnings=tuple(warnings),
    )


def _server_url(cluster: KubeCluster) -> SplitResult:
    text = cluster.server
    if not text:
        raise Unusable(f"cluster {cluster.name} has no server address")
    if "://" not in text:  # as kubectl reads `localhost:8080`
        secure = cluster.insecure or cluster.ca_data or cluster.ca_file is not None
        text = f"{'https' if secure else 'http'}://{text}"
    try:
        url = urlsplit(text)
        port_is_usable = url.port != 0
    except ValueError:
        port_is_usable = False
    if not port_is_usable or not text.isprintable() or " " in text or "\\" in text:
        raise Unusable(f"the server address of cluster {cluster.name} is no URL")
    if url.scheme not in ("https", "http") or not url.hostname:
        raise Unusable(f"the server address of cluster {cluster.name} is no http(s) URL")
    if "@" in url.netloc:
        raise Unusable(
            f"the server address of cluster {cluster.name} holds credentials; "
            "put them into the user entry"
        )
    return url


def _tls(cluster: KubeCluster) -> tuple[TLSSettings, list[str]]:
    warnings = []
    has_ca = bool(cluster.ca_data) or cluster.ca_file is not None
    if cluster.insecure and has_ca:
        raise Unusable(
            "certificate-authority and insecure-skip-tls-verify exclude each other; "
            "remove insecure-skip-tls-verify"
        )
    if cluster.insecure:
        warnings.append("insecure-skip-tls-verify: anybody on the way can pose as this cluster")
    if cluster.ca_data and cluster.ca_file is not None:
        warnings.append("certificate-authority-data overrides certificate-authority")
    ca_data = decode_pem(cluster.ca_data, "certificate-authority-data") if cluster.ca_data else None
    return (
        TLSSettings(
            ca_file=None if ca_data else cluster.ca_file,
            ca_data=ca_data,
            server_name=cluster.tls_server_name,
            insecure=cluster.insecure,
        ),
        warnings,
    )


def decode_pem(text: str, key: str) -> bytes:
    """Decode the base64 of a PEM document.

    Raises:
        Unusable: it is not; names `key` and never quotes the text.
    """
    try:
        pem = base64.b64decode("".join(text.split()).encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise Unusable(f"{key} is not base64") from None
    if b"-----BEGIN " not in pem or not pem.isascii():
        raise Unusable(f"{key} holds no PEM document")
    return pem


def exec_cluster_info(cluster: KubeCluster, server: Server) -> str:
    """`spec.cluster` of KUBERNETES_EXEC_INFO, as JSON (client.authentication.k8s.io/v1 Cluster)."""
    tls = server.tls
    ca_data = tls.ca_data
    if ca_data is None and tls.ca_file is not None:
        with suppress(OSError), tls.ca_file.open("rb") as file:
            ca_data = file.read(MAX_CA)  # the transport reports a file that cannot be read
    info: dict[str, object] = {"server": server.base_url, "config": _plain(cluster.exec_config)}
    if tls.server_name:
        info["tls-server-name"] = tls.server_name
    if tls.insecure:
        info["insecure-skip-tls-verify"] = True
    if ca_data:
        info["certificate-authority-data"] = base64.b64encode(ca_data).decode("ascii")
    if cluster.proxy_url:
        info["proxy-url"] = cluster.proxy_url
    if not cluster.compress:
        info["disable-compression"] = True
    return json.dumps(info)


def _plain(value: Value) -> object:
    """The value with its numbers as numbers, where JSON can hold them."""
    if isinstance(value, Number):
        try:
            number = json.loads(value)
        except ValueError:  # more digits than Python converts
            return str(value)
        return number if math.isfinite(number) else str(value)
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value
