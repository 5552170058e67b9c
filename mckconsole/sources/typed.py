"""kubernetes_asyncio's typed calls through our session.

Imported on demand only: the library costs half a second. Its own REST client is replaced because it
builds an SSL context and a session per client (21 ms of blocked loop), sets no timeouts, follows
redirects, logs bodies at DEBUG and keeps the last one alive.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Mapping
from typing import Any, cast
from urllib.parse import urlencode

from aiohttp import ClientResponse
from kubernetes_asyncio.client import ApiClient, Configuration
from kubernetes_asyncio.client.exceptions import ApiException
from kubernetes_asyncio.client.rest import RESTClientObject, RESTResponse
from yarl import URL

from mckconsole.sources.limits import Limits
from mckconsole.sources.replies import read_body
from mckconsole.sources.transport import Transport


class GuardedRest:
    """In place of the library's `RESTClientObject`: our session, guarded, bounded and silent."""

    def __init__(self, transport: Transport, limits: Limits) -> None:
        self._transport = transport
        self._limits = limits

    @property
    def pool_manager(self) -> Any:
        """The aiohttp session behind the guard; None before the first request."""
        return self._transport.session

    async def request(
        self,
        method: str,
        url: str,
        query_params: list[tuple[str, str]] | None = None,
        headers: Mapping[str, str] | None = None,
        post_params: object = None,
        body: object = None,
        _preload_content: bool = True,
        _request_timeout: float | None = None,
    ) -> RESTResponse:
        """Send one typed call.

        Raises:
            SourceError: it never left or got no answer.
            ApiException: the API server refused it.
        """
        if post_params:
            raise ValueError("the Kubernetes API takes no form parameters")
        if not _preload_content:
            raise ValueError("open answers are read with ClusterClient.stream")
        sent = {"Content-Type": "application/json", **(headers or {})}
        query = f"?{urlencode(query_params)}" if query_params else ""
        async with self._transport.exchange(
            method.upper(),
            URL(url + query, encoded=True),
            headers=sent,
            timeouts=self._transport.timeout(_request_timeout),
            data=None if body is None else json.dumps(body).encode(),
        ) as response:
            data = await read_body(response, self._limits, self._transport.failure)
        # The library decodes strictly, and a stray byte would end as a bare UnicodeDecodeError.
        answer = RESTResponse(response, data.decode("utf-8", "replace").encode())
        if not 200 <= answer.status <= 299:
            raise ApiException(http_resp=cast(ClientResponse, answer))
        return answer

    async def close(self) -> None:
        """The session belongs to the ClusterClient, which closes it."""


class GuardedApiClient(ApiClient):
    """An ApiClient without a session, SSL context or memory of its own.

    Every call passes the guard of `transport`.
    """

    def __init__(self, transport: Transport, limits: Limits) -> None:
        # Not super().__init__(), which would build a RESTClientObject.
        rest = GuardedRest(transport, limits)
        self.configuration = Configuration(host=str(transport.base).rstrip("/"))
        self.configuration.discard_unknown_keys = True
        self.client_side_validation = self.configuration.client_side_validation
        self.pool_threads = 1
        self.rest_client = cast(RESTClientObject, rest)
        self._rest = rest
        self.default_headers = dict(transport.headers)
        self.cookie = ""

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Awaitable[RESTResponse]:
        """One way for all methods, where the library has a function for each."""
        return self._rest.request(method, url, *args, **kwargs)

    def __setattr__(self, name: str, value: object) -> None:
        if name != "last_response":  # would keep the last body, perhaps a Secret's, alive
            super().__setattr__(name, value)
