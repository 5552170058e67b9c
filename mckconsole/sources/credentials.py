"""Credentials that are written down: tokens, token files, passwords, client certificates.

Each implements `endpoint.Credential`. Values live in `Secret` only; what a credential says about
itself is its mechanism and its dates.
"""

from __future__ import annotations

import base64
import stat
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from mckconsole.domain.text import clean
from mckconsole.domain.times import format_rfc3339
from mckconsole.sources.certificates import read_validity
from mckconsole.sources.endpoint import ClientCertificate, Credential, Secret
from mckconsole.sources.errors import LoginRequired
from mckconsole.sources.fingerprint import digest

REREAD_SECONDS = 60.0
"""Longest time a token file goes unread (client-go `transport/token_source.go`); a changed
modification time is noticed at once. Projected tokens are rotated through a symbolic link."""
MAX_TOKEN = 64 * 1024
"""Bytes of a token file; API servers refuse headers far smaller."""


class _Written:
    """What the credentials below have in common: nothing to send, nothing to renew."""

    async def headers(self) -> Mapping[str, Secret]:
        """Nothing."""
        return {}

    async def client_certificate(self) -> ClientCertificate | None:
        """None."""
        return None

    async def renew(self) -> bool:
        """False: what is written down does not change by itself."""
        return False

    def retry(self) -> None:
        """Nothing: no failure is remembered."""

    def expires_at(self) -> float | None:
        """None: it does not say."""
        return None


class Anonymous(_Written):
    """No credential. Only where the kubeconfig itself says so."""

    def identity(self) -> str:
        """The same for all."""
        return digest("anonymous")

    def describe(self) -> str:
        """The mechanism."""
        return "anonymous"


class StaticToken(_Written):
    """A bearer token written into the kubeconfig."""

    def __init__(self, token: Secret) -> None:
        self._header = Secret(f"Bearer {token.reveal()}")

    async def headers(self) -> Mapping[str, Secret]:
        """The Authorization header."""
        return {"Authorization": self._header}

    def identity(self) -> str:
        """Of the header."""
        return digest("header", self._header)

    def describe(self) -> str:
        """The mechanism."""
        return "token"


class BasicAuth(StaticToken):
    """User name and password; API servers stopped accepting them in Kubernetes 1.19."""

    def __init__(self, username: str, password: Secret) -> None:
        pair = f"{username}:{password.reveal()}".encode("utf-8", "replace")
        self._header = Secret(f"Basic {base64.b64encode(pair).decode('ascii')}")

    def describe(self) -> str:
        """The mechanism."""
        return "basic authentication"


class FileToken(_Written):
    """A bearer token in a file that somebody else renews, such as a projected service account's."""

    def __init__(
        self,
        path: Path,
        fallback: Secret | None = None,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._path = path
        self._header = fallback and Secret(f"Bearer {fallback.reveal()}")
        self._identity = digest("file", str(path), fallback)
        self._monotonic = monotonic
        self._stamp: tuple[int, int, int] | None = None
        self._read_at = float("-inf")

    async def headers(self) -> Mapping[str, Secret]:
        """The Authorization header, from the file as it is now.

        A file that cannot be read leaves the token that is held, as in client-go.

        Raises:
            LoginRequired: the file cannot be read or holds no token, and there is none from before.
        """
        try:
            self._refresh()
            why = ""
        except OSError as error:
            why = error.strerror or "unknown reason"
        except ValueError:
            why = "it holds no usable token"
        if self._header is None:
            raise LoginRequired(
                f"cannot use token file {self._path}: {why}",
                hint="check tokenFile of this kubeconfig user",
            )
        return {"Authorization": self._header}

    async def renew(self) -> bool:
        """Read the file again; whether it holds another token than the one refused."""
        before = self._header.reveal() if self._header else ""
        self._read_at = float("-inf")
        after = (await self.headers())["Authorization"]
        return before != after.reveal()

    def identity(self) -> str:
        """Of the file's path, not of what it holds: that is read again anyway."""
        return self._identity

    def describe(self) -> str:
        """The mechanism and the file."""
        return f"token file {clean(str(self._path))}"

    def _refresh(self) -> None:
        found = self._path.stat()
        if not stat.S_ISREG(found.st_mode):  # reading a pipe would block the event loop
            raise ValueError("no regular file")
        stamp = (found.st_mtime_ns, found.st_size, found.st_ino)
        now = self._monotonic()
        if stamp == self._stamp and now - self._read_at < REREAD_SECONDS:
            return
        with self._path.open("rb") as file:
            token = file.read(MAX_TOKEN).decode("ascii").strip()
        if not is_header_text(token):
            raise ValueError("no token")
        self._header = Secret(f"Bearer {token}")
        self._stamp, self._read_at = stamp, now


class CertificateCredential(_Written):
    """A client certificate, inline or in files; the transport re-reads files that change."""

    def __init__(self, certificate: ClientCertificate) -> None:
        self._certificate = certificate

    async def client_certificate(self) -> ClientCertificate | None:
        """The certificate."""
        return self._certificate

    def identity(self) -> str:
        """Of the inline data, and the paths of files."""
        found = self._certificate
        return digest(
            "certificate",
            found.cert_data,
            found.key_data,
            str(found.cert_file),
            str(found.key_file),
        )

    def describe(self) -> str:
        """The mechanism, the file and how long it is valid."""
        file = self._certificate.cert_file
        where = f" {clean(str(file))}" if file and self._certificate.cert_data is None else ""
        expires = self.expires_at()
        until = f", valid until {format_rfc3339(expires)}" if expires is not None else ""
        return f"client certificate{where}{until}"

    def expires_at(self) -> float | None:
        """notAfter of the certificate, if it can be read."""
        validity = read_validity(certificate_pem(self._certificate))
        return validity.not_after if validity else None


def certificate_pem(certificate: ClientCertificate) -> bytes:
    """The PEM of `certificate` (public part), empty when its file cannot be read."""
    path = certificate.cert_file
    if certificate.cert_data is not None or path is None:
        return certificate.cert_data or b""
    if not path.is_file():
        return b""
    try:
        with path.open("rb") as file:
            return file.read(MAX_TOKEN)
    except OSError:
        return b""


class WithCertificate:
    """A client certificate together with a token or password; servers try the certificate first."""

    def __init__(self, certificate: CertificateCredential, header: Credential) -> None:
        self._certificate, self._header = certificate, header

    async def headers(self) -> Mapping[str, Secret]:
        """The headers of the other credential."""
        return await self._header.headers()

    async def client_certificate(self) -> ClientCertificate | None:
        """The certificate."""
        return await self._certificate.client_certificate()

    async def renew(self) -> bool:
        """Renew the other credential."""
        return await self._header.renew()

    def retry(self) -> None:
        """That of the other credential."""
        self._header.retry()

    def identity(self) -> str:
        """Of both."""
        return digest(self._certificate.identity(), self._header.identity())

    def describe(self) -> str:
        """Both mechanisms."""
        return f"{self._certificate.describe()}; {self._header.describe()}"

    def expires_at(self) -> float | None:
        """When the first of both expires."""
        known = [self._certificate.expires_at(), self._header.expires_at()]
        return min((time for time in known if time is not None), default=None)


def is_header_text(text: str) -> bool:
    """Whether `text` can stand in an HTTP header as a credential."""
    return bool(text) and text.isascii() and text.isprintable() and " " not in text
