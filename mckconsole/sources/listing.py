"""A complete list, as it is handed from who reads it to who holds it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, TypeVar

from mckconsole.domain.decode import Decoded
from mckconsole.domain.objects import Projection

P = TypeVar("P", bound=Projection)


@dataclass(slots=True)
class Listing(Generic[P]):
    """All objects of a kind."""

    objects: list[Decoded[P]] = field(default_factory=list)
    resource_version: str = ""
    as_of: float = 0.0
    """Unix seconds by the API server's clock at its first page: the list is that moment's."""
    undecodable: int = 0
    """Objects that were in the list and could not be read at all."""
    unread: dict[str, str] = field(default_factory=dict)
    """Namespaces that could not be read, with the reason; an empty name stands for those that
    nobody tells."""
    seen: int = 0
    """Objects that were in the list, whether or not they are kept."""
    received: int = 0
    """Bytes of all pages."""
