"""What the types cannot say: settings that contradict each other, and secrets in plain sight.

Files that the configuration names need not exist yet: whoever reads them says so for its cluster.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TypeAlias
from urllib.parse import SplitResult, urlsplit

from mckconsole.config.model import Config, ExecConfig, MeshConfig, PrometheusConfig

Complaint: TypeAlias = tuple[str, str]
"""(key path, message)."""

_GLOB = re.compile(r"[*?\[]")
_SECRET_HEADER = re.compile(
    r"authori[sz]ation|cookie|token|secret|passw|credential|api-?key|access-?key|private", re.I
)
_SECRET_VALUE = re.compile(r"^\s*(bearer|basic|digest|negotiate|apikey)\s", re.I)
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


def is_glob(text: str) -> bool:
    """Whether `text` is a pattern rather than a name."""
    return bool(_GLOB.search(text))


def complaints(config: Config) -> Iterator[Complaint]:
    """Every contradiction in `config`."""
    yield from _duplicates(
        ((f"clusters[{i}].context", one.context) for i, one in enumerate(config.clusters)),
        "another entry already has this context",
    )
    yield from _duplicates(
        ((f"clusters[{i}].name", one.name) for i, one in enumerate(config.clusters) if one.name),
        "another cluster already has this name",
    )
    for i, cluster in enumerate(config.clusters):
        if cluster.name and is_glob(cluster.context):
            yield f"clusters[{i}].name", "a name fits one cluster, but the context is a glob"
    yield from _duplicates(
        ((f"prometheus[{i}].name", one.name) for i, one in enumerate(config.prometheus)),
        "another endpoint already has this name",
    )
    for i, endpoint in enumerate(config.prometheus):
        for key, message in _prometheus(endpoint):
            yield f"prometheus[{i}].{key}", message
    yield from _mesh(config.mesh)
    yield from _exec(config.exec)


def _duplicates(entries: Iterable[tuple[str, str]], message: str) -> Iterator[Complaint]:
    seen: set[str] = set()
    for key, value in entries:
        if value in seen:
            yield key, message
        seen.add(value)


def _prometheus(endpoint: PrometheusConfig) -> Iterator[Complaint]:
    yield from (("url", message) for message in _url(endpoint.url))
    for name, value in endpoint.headers.items():
        if problem := _header(name, value):
            yield f"headers.{name}", problem
    if endpoint.bearer_token_file and endpoint.basic_auth:
        yield "basicAuth", "bearerTokenFile is also set; keep one of the two"
    tls = endpoint.tls
    if tls.key_file and not tls.cert_file:
        yield "tls.keyFile", "certFile is missing: a client certificate needs both"
    if tls.cert_file and not tls.key_file:
        yield "tls.certFile", "keyFile is missing: a client certificate needs both"
    if endpoint.url.startswith("http://") and (tls.ca_file or tls.cert_file):
        yield "tls", "has no effect on a http:// url; use https://"


def _url(url: str) -> Iterator[str]:
    try:
        parts: SplitResult | None = urlsplit(url)
        port_is_valid = parts is not None and parts.port != 0
    except ValueError:
        parts, port_is_valid = None, False
    if parts is None or not parts.hostname or not port_is_valid:
        yield "is not a URL with a host and a valid port"
        return
    if not url.isprintable() or " " in url:
        yield "contains a space or a control character"
    if parts.username is not None or parts.password is not None:
        yield "holds a user name or password; use basicAuth with passwordFile"
    if parts.query or parts.fragment:
        yield "must be a base URL, without ? or #; use headers or bearerTokenFile for access"


def _header(name: str, value: str) -> str:
    if not _HEADER_NAME.fullmatch(name):
        return "is not a valid header name"
    if not value.isprintable():
        return "the value contains a control character"
    if _SECRET_HEADER.search(name) or _SECRET_VALUE.match(value):
        return "looks like a credential; use bearerTokenFile or basicAuth, which name a file"
    return ""


def _mesh(mesh: MeshConfig) -> Iterator[Complaint]:
    pairs: tuple[tuple[str, float, str, float], ...] = (
        ("criticalMs", mesh.critical_ms, "slowMs", mesh.slow_ms),
        ("deadSeconds", mesh.dead_seconds, "staleSeconds", mesh.stale_seconds),
    )
    for key, value, lower_key, lower in pairs:
        if value < lower:
            yield f"mesh.{key}", f"{value:g} is below {lower_key} ({lower:g})"


def _exec(settings: ExecConfig) -> Iterator[Complaint]:
    if settings.policy == "allowlist" and not settings.allowlist:
        yield "exec.allowlist", "must name at least one command when policy is allowlist"
    if settings.policy != "allowlist" and settings.allowlist:
        yield "exec.allowlist", f"has no effect with policy {settings.policy}; use allowlist"
