"""What goes wrong with a Prometheus endpoint, and the plain answer it gives when nothing does.

These types cross from the worker threads to the event loop; they know no HTTP library.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mckconsole.sources.errors import SourceError


class PrometheusTrouble(SourceError):
    """An endpoint, or one query of it, could not be read.

    `whole_endpoint` tells which: asking such an endpoint the next query would cost the same wait
    for the same answer, so a round of queries stops at the first.
    """

    def __init__(self, message: str, *, hint: str = "", whole_endpoint: bool = True) -> None:
        super().__init__(message, hint=hint)
        self.whole_endpoint = whole_endpoint


@dataclass(frozen=True, slots=True)
class Series:
    """One series of an answer, not yet attributed to a cluster."""

    labels: Mapping[str, str]
    """Cleaned, without `__name__`."""
    value: float
    """May be NaN or infinite."""
    at: float
    """Unix seconds of the sample."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the endpoint said to one query."""

    series: tuple[Series, ...] = ()
    asked_at: float = 0.0
    """Unix seconds by the endpoint's clock (its `Date` header)."""
    caveat: str = ""
    """Why the series may not be all of them: the endpoint's warnings, cleaned."""
    failure: str = ""
    """Why there are no series at all; empty when the query worked."""
