"""Answers of an API server by script, for tests of how lists are read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any

from mckconsole.sources.api import Feed
from mckconsole.sources.errors import SourceError
from mckconsole.sources.listing import Listing
from tests.net.model_cluster import Answer


class Script:
    """Answers in order; remembers what was asked."""

    clock_offset = 0.0

    def __init__(self, *answers: bytes | SourceError) -> None:
        self._answers = list(answers)
        self.asked: list[tuple[str, dict[str, str], str]] = []

    async def get(
        self, path: str, params: Mapping[str, str] | None = None, *, accept: str = ""
    ) -> Answer:
        self.asked.append((path, dict(params or {}), accept))
        answer = self._answers.pop(0)
        if isinstance(answer, SourceError):
            raise answer
        return Answer(answer, 7.0)

    def stream(
        self, path: str, params: Mapping[str, str], *, idle: float, accept: str = ""
    ) -> AbstractAsyncContextManager[Feed]:
        raise AssertionError("lists open no stream")


def body(*items: Mapping[str, Any], token: str = "") -> bytes:
    meta = {"resourceVersion": "7", "continue": token}
    data = {"kind": "List", "apiVersion": "v1", "metadata": meta, "items": items}
    return json.dumps(data, separators=(",", ":")).encode()


def names(listing: Listing[Any]) -> list[str]:
    """Those of the objects that were kept."""
    return [decoded.object.metadata.name for decoded in listing.objects]
