"""What aiohttp and the operating system mean by their exceptions, in our own terms."""

from __future__ import annotations

import errno
import os
import re
import socket
import ssl

import aiohttp
from aiohttp.http_exceptions import ContentEncodingError

from mckconsole.sources.errors import (
    ConnectFailed,
    ConnectTimeout,
    NameNotFound,
    ProtocolTrouble,
    ProxyFailed,
    ReadTimeout,
    SourceError,
)
from mckconsole.sources.statuses import not_kubernetes

_REACH = "check the address, the VPN and firewalls between here and the cluster"
_NAME = "check the server address, DNS and the VPN"
_AGAIN = "look at the API server, and at proxies and load balancers in front of it"
_SLOW = "look at the API server's load; requestTimeout is how long one answer may take"
_ERRNO = re.compile(r"\[Errno (\d+)\]")


def tls_cause(error: BaseException) -> ssl.SSLError | None:
    """The TLS error that `error` is or wraps, if any."""
    seen: BaseException | None = error
    while seen is not None:
        # aiohttp's certificate error is an SSLError by inheritance, without what OpenSSL said.
        if isinstance(seen, ssl.SSLError) and not isinstance(seen, aiohttp.ClientError):
            return seen
        inner = getattr(seen, "os_error", None) or getattr(seen, "certificate_error", None)
        seen = inner if isinstance(inner, BaseException) else seen.__cause__ or seen.__context__
    return None


def translate(error: aiohttp.ClientError | OSError, at: str, proxy: str = "") -> SourceError:
    """The SourceError for a failed exchange with `at` (host:port), other than TLS failures.

    Args:
        error: what aiohttp raised while connecting, sending or reading.
        at: host and port of the cluster, for the words.
        proxy: host and port of the proxy in between, empty for none.
    """
    through = f" through the proxy {proxy}" if proxy else ""
    if isinstance(error, aiohttp.ClientHttpProxyError):
        hint = "the proxy wants a login" if error.status == 407 else "check proxy-url and NO_PROXY"
        return ProxyFailed(f"the proxy {proxy} answered {error.status} for {at}", hint=hint)
    if isinstance(error, aiohttp.ClientProxyConnectionError):
        words = _os_words(error.os_error)
        return ProxyFailed(f"cannot connect to the proxy {proxy}: {words}", hint="check proxy-url")
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        if error.os_error.errno == socket.EAI_AGAIN:
            return NameNotFound(f"no name server answers for {error.host}", hint=_NAME)
        return NameNotFound(f"host name {error.host} was not found", hint=_NAME)
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return ConnectTimeout(f"no connection to {at}{through} in time", hint=_REACH)
    if isinstance(error, TimeoutError):
        return ReadTimeout(f"{at} accepted{through} but did not answer in time", hint=_SLOW)
    if isinstance(error, aiohttp.ClientPayloadError):
        return _payload_error(error, at)
    if isinstance(error, aiohttp.ClientResponseError):
        return not_kubernetes(f"{at} does not speak HTTP ({error.message.splitlines()[0][:80]})")
    if isinstance(error, aiohttp.InvalidURL):
        return NameNotFound(f"{at} is no usable address", hint=_NAME)
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return ConnectFailed(f"{at} closed the connection without an answer", hint=_AGAIN)
    return _os_error(error, f"{at}{through}")


def _payload_error(error: aiohttp.ClientPayloadError, at: str) -> SourceError:
    cause = error.__cause__
    if isinstance(cause, ContentEncodingError):
        return ProtocolTrouble(f"the reply of {at} is not decodable", hint=_AGAIN)
    # With a chunked body aiohttp names the reset only in its message.
    if isinstance(cause, OSError) or "ConnectionResetError" in str(error):
        return ConnectFailed(f"{at} broke the connection in the middle of a reply", hint=_AGAIN)
    return ProtocolTrouble(f"the reply of {at} was cut short", hint=_AGAIN)


def _os_error(error: aiohttp.ClientError | OSError, at: str) -> SourceError:
    cause = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
    if isinstance(cause, OSError):
        if cause.errno in (errno.EMFILE, errno.ENFILE):
            return ConnectFailed(
                "too many open files on this machine", hint="raise the limit with `ulimit -n`"
            )
        return ConnectFailed(f"{at}: {_os_words(cause)}", hint=_REACH)
    return ConnectFailed(f"the connection to {at} failed: {type(error).__name__}", hint=_AGAIN)


def _os_words(error: OSError) -> str:
    code = error.errno
    if code is None and (named := _ERRNO.search(str(error))):
        code = int(named[1])  # several addresses were tried: "Multiple exceptions: [Errno 111] …"
    if code is not None and code > 0:
        return os.strerror(code).lower()
    return error.strerror or str(error) or type(error).__name__
