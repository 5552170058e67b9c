"""HTTP for one Prometheus endpoint: GET only, bounded in time and size, nothing followed.

`requests` decides a lot by itself: it reads ~/.netrc (which would replace our Authorization
header), proxy variables and CA variables, follows redirects, keeps cookies, retries, and has no
limit on how long or large a body may be. All of that is switched off or bounded here, in a session
that prometheus-api-client is given. Used by one thread at a time. Exceptions of the HTTP libraries
hold URLs and object addresses, so their text is never shown: `explain` puts them in words.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from urllib3.exceptions import HTTPError, InsecureRequestWarning

from mckconsole.config.model import PrometheusTLS
from mckconsole.sources.errors import ReadOnlyViolation
from mckconsole.sources.prometheus.auth import Authenticator
from mckconsole.sources.prometheus.trouble import PrometheusTrouble

MAX_BODY_BYTES = 16 * 1024 * 1024
_CHUNK = 64 * 1024


class _BoundedBody:
    """A urllib3 response whose stream ends with trouble at the size cap or the deadline."""

    def __init__(self, raw: Any, deadline: float) -> None:
        self._raw = raw
        self._deadline = deadline

    def __getattr__(self, name: str) -> Any:
        return getattr(self._raw, name)

    def stream(self, amt: int | None = None, decode_content: bool | None = None) -> Iterator[bytes]:
        """Chunks as they arrive: a plain `read(n)` would wait for n bytes, however slow."""
        received = 0
        while chunk := self._raw.read1(_CHUNK, decode_content=decode_content):
            received += len(chunk)
            if received > MAX_BODY_BYTES:
                raise PrometheusTrouble(
                    f"the answer is larger than {MAX_BODY_BYTES >> 20} MiB",
                    hint="narrow what this endpoint holds with `clusters`",
                    whole_endpoint=False,
                )
            if time.monotonic() > self._deadline:
                raise PrometheusTrouble("the answer came too slowly and was cut off")
            yield chunk


class _BoundedAdapter(HTTPAdapter):
    """Sends GET requests without retries; bodies get `budget` seconds from the first byte sent."""

    def __init__(self, budget: float) -> None:
        super().__init__(max_retries=urllib3.Retry(total=0, read=False, redirect=False))
        self._budget = budget
        self._deadline = 0.0

    def send(
        self, request: requests.PreparedRequest, *args: Any, **kwargs: Any
    ) -> requests.Response:
        if request.method != "GET":
            raise ReadOnlyViolation(f"{request.method} to a Prometheus endpoint")
        self._deadline = time.monotonic() + self._budget
        return super().send(request, *args, **kwargs)

    def build_response(
        self, req: requests.PreparedRequest, resp: urllib3.BaseHTTPResponse
    ) -> requests.Response:
        response: requests.Response = super().build_response(req, resp)
        response.raw = _BoundedBody(resp, self._deadline)
        return response


class _FreshHeaders(AuthBase):
    """Adds the credentials at the moment of sending."""

    def __init__(self, authenticator: Authenticator) -> None:
        self._authenticator = authenticator

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers.update(self._authenticator.headers())
        return request


class Wire:
    """One keep-alive session to one endpoint."""

    def __init__(self, url: str, authenticator: Authenticator, tls: PrometheusTLS, budget: float):
        self.url = url
        self.timeout = (min(3.0, budget), budget)
        """Seconds to connect, seconds of silence."""
        self.auth = _FreshHeaders(authenticator)
        self._adapter = _BoundedAdapter(budget)
        self.session = session = requests.Session()
        session.trust_env = False
        session.max_redirects = 0
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        session.headers["User-Agent"] = "mckconsole"
        if tls.insecure_skip_verify:
            session.verify = False
            urllib3.disable_warnings(InsecureRequestWarning)  # `probe` warns in our own words
        elif tls.ca_file:
            session.verify = str(Path(tls.ca_file).expanduser())
        if tls.cert_file:
            cert = str(Path(tls.cert_file).expanduser())
            key = str(Path(tls.key_file).expanduser())
            session.cert = (cert, key) if tls.key_file else cert
        self.claim()

    def claim(self) -> None:
        """Mount the bounded adapter (again, after a library mounted its own on our URL)."""
        for prefix in ("http://", "https://", self.url):
            self.session.mount(prefix, self._adapter)

    def get(self, path: str, params: Mapping[str, str | list[str]]) -> requests.Response:
        """GET a path below the endpoint's URL; the body has been read when this returns."""
        return self.session.get(
            self.url + path, params=params, auth=self.auth, timeout=self.timeout
        )

    def close(self) -> None:
        """Close the sockets."""
        self.session.close()


WIRE_ERRORS = (requests.RequestException, HTTPError, OSError, ValueError)
"""What the HTTP libraries raise, the last for headers that HTTP cannot carry."""


def host_of(url: str) -> str:
    """The authority part of any text that starts like a URL, with its user information."""
    return url.partition("://")[2].partition("/")[0]


def explain(error: Exception, url: str, budget: float) -> str:
    """Say what went wrong on the wire, without text that could hold a credential."""
    host = host_of(url).rpartition("@")[2]
    cause = _root(error)
    if isinstance(cause, ssl.SSLError):
        detail = getattr(cause, "verify_message", "") or cause.reason or "handshake failed"
        return f"TLS with {host} failed: {detail}"
    if isinstance(cause, socket.gaierror):
        return f"the name of {host} does not resolve"
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return f"no connection to {host} within {min(3.0, budget):.3g} s"
    if isinstance(error, requests.exceptions.Timeout) or isinstance(cause, TimeoutError):
        return f"{host} was silent for {budget:.3g} s"
    if isinstance(error, requests.exceptions.SSLError):
        return f"TLS with {host} failed"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return f"the answer of {host} was cut off"
    if isinstance(error, requests.exceptions.ContentDecodingError):
        return f"the answer of {host} could not be decompressed"
    if isinstance(error, requests.exceptions.ConnectionError):
        said = getattr(cause, "strerror", None) or "closed without an answer"
        return f"connection to {host} failed: {said}"
    if isinstance(error, OSError) and not isinstance(error, requests.RequestException):
        return "the CA, certificate or key file of this endpoint cannot be read"
    return f"the request to {host} could not be made ({type(error).__name__})"


def _root(error: BaseException) -> BaseException:
    """The innermost error, through urllib3's `reason`, wrapped arguments and causes."""
    seen: set[int] = set()
    while id(error) not in seen:
        seen.add(id(error))
        nested = (getattr(error, "reason", None), *error.args, error.__cause__)
        error = next((one for one in nested if isinstance(one, BaseException)), error)
    return error
