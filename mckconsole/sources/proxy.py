"""Which proxy, if any, stands between us and a URL: decided as kubectl decides.

A cluster's `proxy-url` always counts; else HTTPS_PROXY or HTTP_PROXY by the URL's scheme, unless
NO_PROXY names the host. The rules are Go's (`golang.org/x/net/http/httpproxy`, which client-go
uses): upper case wins over lower case, ALL_PROXY is not read, localhost and loopback addresses
never go through a proxy of the environment, NO_PROXY knows `*`, CIDR, addresses, domains with
their subdomains, and ports.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from urllib.parse import SplitResult, unquote, urlsplit

from mckconsole.sources.endpoint import Secret

_DEFAULT_PORTS = {"http": 80, "https": 443}
_SOCKS = ("socks5", "socks5h", "socks4", "socks4a")


class ProxyTrouble(ValueError):
    """The proxy that should be used cannot be; the message holds no credential."""


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy to go through."""

    url: str
    """Scheme, host and port, without credentials."""
    auth: Secret | None
    """`user:password` for the proxy."""


def choose_proxy(url: str, proxy_url: str, env: Mapping[str, str]) -> Proxy | None:
    """The proxy for `url` of a cluster whose kubeconfig entry says `proxy_url`, or None.

    Raises:
        ProxyTrouble: it is a SOCKS proxy, which this program does not speak, or no URL.
    """
    if proxy_url:
        return _parse(proxy_url, "proxy-url of the cluster")
    target = urlsplit(url)
    name = f"{target.scheme}_proxy"
    for variable in (name.upper(), name):
        if env.get(variable):
            if bypasses(target, _no_proxy(env)):
                return None
            value = env[variable]
            return _parse(value if "://" in value else f"http://{value}", variable)
    return None


def _no_proxy(env: Mapping[str, str]) -> str:
    return env.get("NO_PROXY") or env.get("no_proxy", "")


def _parse(text: str, source: str) -> Proxy:
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise ProxyTrouble(f"{source} is no URL") from None
    if parts.scheme in _SOCKS:
        raise ProxyTrouble(
            f"{source} is a SOCKS proxy, which is not supported; use an http:// proxy "
            "(many SOCKS proxies offer one) or a direct route"
        )
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname or not text.isprintable():
        raise ProxyTrouble(f"{source} is no http:// or https:// URL")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    auth = None
    if parts.username is not None:
        auth = Secret(f"{unquote(parts.username)}:{unquote(parts.password or '')}")
    return Proxy(f"{parts.scheme}://{host}:{port or _DEFAULT_PORTS[parts.scheme]}", auth)


def bypasses(target: SplitResult, no_proxy: str) -> bool:
    """Whether `no_proxy` (or being loopback) exempts the host of `target` from a proxy."""
    host = (target.hostname or "").rstrip(".")
    port = str(target.port or _DEFAULT_PORTS.get(target.scheme) or "")
    if is_loopback(host):
        return True
    return any(_matches(entry.strip().lower(), host, port) for entry in no_proxy.split(","))


def is_loopback(host: str) -> bool:
    """Whether `host` is `localhost` or a loopback address."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _matches(entry: str, host: str, port: str) -> bool:
    if not entry:
        return False
    if entry == "*":
        return True
    if "/" in entry:
        return _in_network(host, entry)
    name, wanted_port = _split_port(entry)
    if wanted_port and wanted_port != port:
        return False
    try:
        return ip_address(name) == ip_address(host)
    except ValueError:
        pass  # not both addresses: compare as names
    if name.startswith("*."):
        name = name[1:]
    if name.startswith("."):
        return host.endswith(name)
    return bool(name) and (host == name or host.endswith(f".{name}"))


def _in_network(host: str, entry: str) -> bool:
    try:
        return ip_address(host) in ip_network(entry, strict=False)
    except ValueError:
        return False


def _split_port(entry: str) -> tuple[str, str]:
    if entry.startswith("["):
        name, _, rest = entry[1:].partition("]")
        return name, rest.removeprefix(":")
    if entry.count(":") == 1:
        name, _, port = entry.partition(":")
        return name, port
    return entry, ""
