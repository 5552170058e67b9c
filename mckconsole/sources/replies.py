"""Read the body of a response within its limits, and tell a Kubernetes answer from another.

Sizes count decompressed bytes: a few kilobytes of gzip can stand for gigabytes.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import aiohttp
from aiohttp import ClientResponse

from mckconsole.sources.errors import ProxyFailed, ReadTimeout, ReplyTooLarge, SourceError
from mckconsole.sources.limits import MIB, Limits
from mckconsole.sources.statuses import http_error, is_html, not_kubernetes

Failure = Callable[[aiohttp.ClientError | OSError], SourceError]
"""Translates what aiohttp raised while reading."""

MAX_ERROR_BODY = 64 * 1024
_LARGE = 8 * MIB
"""Bytes from which putting a body together takes longer than the loop may stand still."""


async def read_body(response: ClientResponse, limits: Limits, failure: Failure) -> bytes:
    """The whole decompressed body.

    Raises:
        ReplyTooLarge: larger than `limits.body`.
        ProtocolTrouble: cut short or not decodable.
        ReadTimeout: too slow.
        ConnectFailed: the connection broke.
    """
    content, path = response.content, response.url.raw_path
    if (response.content_length or 0) > limits.body:
        raise _too_large(path, limits)
    started, total = time.monotonic(), 0
    chunks: list[bytes] = []
    while True:
        try:
            chunk = await content.readany()
        except (aiohttp.ClientError, OSError) as error:
            raise failure(error) from None
        if not chunk:
            if len(chunks) == 1:
                return chunks[0]
            large = total > _LARGE
            return await asyncio.to_thread(b"".join, chunks) if large else b"".join(chunks)
        chunks.append(chunk)
        total += len(chunk)
        if total > limits.body:
            raise _too_large(path, limits)
        spent = time.monotonic() - started
        if spent > limits.rate_grace and total < limits.min_rate * spent:
            raise ReadTimeout(
                f"the reply for {path} trickles: {total / spent:.0f} bytes/s",
                hint="check the network path to the cluster",
            )


def _too_large(path: str, limits: Limits) -> ReplyTooLarge:
    return ReplyTooLarge(
        f"the reply for {path} is larger than {limits.body / MIB:.3g} MiB",
        hint="it was not read to its end",
    )


async def read_refusal(response: ClientResponse, limits: Limits, path: str) -> SourceError:
    """The error that a response other than 2xx stands for, with what its body says."""
    if response.status == 407:
        return ProxyFailed("the proxy wants a login", hint="check proxy-url")
    body, content = b"", response.content
    try:
        async with asyncio.timeout(limits.first_byte):
            while len(body) < MAX_ERROR_BODY and (chunk := await content.readany()):
                body += chunk
    except (aiohttp.ClientError, OSError):
        pass  # the status alone says enough
    return http_error(
        response.status,
        body[:MAX_ERROR_BODY],
        content_type=response.headers.get("Content-Type", ""),
        path=path,
        retry_after=response.headers.get("Retry-After"),
    )


def check_content_type(response: ClientResponse, accept: str, path: str) -> None:
    """Raises NotKubernetes when a 2xx is not of the kind asked for (a captive portal's page)."""
    found = response.headers.get("Content-Type", "").lower()
    if is_html(found, b"") or ("json" in accept and found and "json" not in found):
        raise not_kubernetes(f"{path} answered with {found}")
