"""The part of a cluster's client that lists and watches use.

`ClusterClient` fits it; tests drive the same code with scripted answers and no network.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Protocol

JSON = "application/json"
"""Media type of whole objects and lists."""
DOCUMENT = "application/json, application/jwk-set+json"
"""Media types of the documents beside the API: the key set is refused (406) as plain JSON."""
METADATA = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"
"""Media type of an object without spec, status and data."""
METADATA_LIST = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
"""The same of a list."""


class Answer(Protocol):
    """A complete reply with status 2xx."""

    @property
    def body(self) -> bytes: ...

    @property
    def date(self) -> float | None:
        """Unix seconds of the `Date` header."""
        ...


class Feed(Protocol):
    """A reply that is read as it arrives."""

    @property
    def date(self) -> float | None: ...

    def chunks(self) -> AsyncIterator[bytes]:
        """The body's bytes; raises `sources.errors` when it is cut or idle too long."""
        ...


class ApiReader(Protocol):
    """Reads one cluster; every failure is a `sources.errors.SourceError`."""

    @property
    def clock_offset(self) -> float:
        """API server's clock minus the console's, seconds."""
        ...

    async def get(
        self, path: str, params: Mapping[str, str] | None = None, *, accept: str = JSON
    ) -> Answer: ...

    def stream(
        self, path: str, params: Mapping[str, str], *, idle: float, accept: str = JSON
    ) -> AbstractAsyncContextManager[Feed]: ...
