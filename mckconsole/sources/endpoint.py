"""What is needed to reach one cluster, whoever found it.

Kubeconfig is the first inventory provider; hubs (ClusterProfile, Karmada, Rancher) will be others.
Nothing outside `sources` may assume that a cluster is a kubeconfig context or has its own host.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol


class Secret:
    """A credential value that no repr, log or traceback shows."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value, for the one place that puts it on the wire."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(…)"

    __str__ = __repr__

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("a Secret is not serialised")


@dataclass(frozen=True, slots=True)
class ClientCertificate:
    """A client certificate and its key, by file or inline (PEM)."""

    cert_file: Path | None = None
    key_file: Path | None = None
    cert_data: bytes | None = None
    key_data: Secret | None = None


@dataclass(frozen=True, slots=True)
class TLSSettings:
    """How the server's certificate is judged."""

    ca_file: Path | None = None
    ca_data: bytes | None = None
    server_name: str = ""
    """tls-server-name: name to verify instead of the host of the URL."""
    insecure: bool = False
    """insecure-skip-tls-verify; shown as a warning for as long as it is so."""


class Credential(Protocol):
    """Authenticates requests; shared by all requests of one cluster."""

    async def headers(self) -> Mapping[str, Secret]:
        """Headers to add now (refreshing first where the credential knows that it has expired).

        Raises:
            LoginRequired: the plugin behind it wants a person or failed.
        """
        ...

    async def client_certificate(self) -> ClientCertificate | None:
        """The certificate to present, if any."""
        ...

    async def renew(self) -> bool:
        """Called after a 401: get a new credential, once for all callers waiting.

        Returns False when there is nothing that could change.
        """
        ...

    def retry(self) -> None:
        """A person says that something changed: forget failures that are still to be waited out."""
        ...

    def identity(self) -> str:
        """Another one means another credential to sign in with. Holds hashes of secrets only."""
        ...

    def describe(self) -> str:
        """One line for `doctor`: the mechanism, never a value (`exec aws eks get-token`)."""
        ...

    def expires_at(self) -> float | None:
        """Unix seconds when it expires, if known."""
        ...


@dataclass(frozen=True, slots=True)
class Impersonation:
    """`as` of a kubeconfig user; honoured, never ignored."""

    user: str = ""
    uid: str = ""
    groups: Sequence[str] = ()
    extra: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ClusterEndpoint:
    """One cluster to read."""

    name: str
    """Unique in the fleet, cleaned: what every pane, report and finding calls it."""
    context: str
    """The kubeconfig context (or the hub's name for it), cleaned."""
    base_url: str
    """Scheme, host, port and path prefix, without a trailing slash or credentials."""
    credential: Credential
    tls: TLSSettings = TLSSettings()
    proxy_url: str = ""
    """Scheme, host and port of the proxy to go through, without credentials; empty for none."""
    proxy_auth: Secret | None = None
    """`user:password` for the proxy."""
    compress: bool = True
    """Whether the server may compress its answers; `disable-compression` says no."""
    impersonate: Impersonation | None = None
    namespace: str = ""
    origin: str = ""
    """How it was found: `kubeconfig ~/.kube/config`."""
    groups: tuple[str, ...] = ()
    problem: str = ""
    """Why it cannot even be tried; such an endpoint is shown as unreachable with this reason."""
    warnings: tuple[str, ...] = ()
