"""What one event of a log amounts to, whatever form it came in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from mckconsole.domain.access_log import SecretAccess
from mckconsole.domain.text import clean, shorten
from mckconsole.domain.times import parse_rfc3339

OWN_AGENT = "mckconsole/"
"""How the user agent of this console begins, in whatever version."""
_MAX_NAME = 253
_MAX_AGENT = 120


class Place(NamedTuple):
    """What a log says of the cluster that it is of."""

    name: str = ""
    project: str = ""
    """Of GKE."""
    location: str = ""


NOWHERE = Place()


@dataclass(frozen=True, slots=True)
class Observed:
    """One event."""

    at: float | None = None
    """Unix seconds."""
    access: SecretAccess | None = None
    """None for an event about something else."""
    id: str = ""
    """The request's; empty where there is none: then every event is one of its own."""
    place: Place = NOWHERE


def name(text: str | None) -> str:
    """A name out of a log, made inert."""
    return shorten(clean(text or ""), _MAX_NAME)


def agent(text: str | None) -> str:
    """A user agent, made inert."""
    return shorten(clean(text or ""), _MAX_AGENT)


def is_own(text: str | None) -> bool:
    """Whether a user agent is this console's."""
    return (text or "").startswith(OWN_AGENT)


def instant(text: str | None) -> float | None:
    """Unix seconds of a time stamp; fractions of any length are taken."""
    found = parse_rfc3339(text or "")
    if found is None and text and "." in text:
        whole, _, rest = text.partition(".")
        zone = rest.lstrip("0123456789")
        found = parse_rfc3339(whole + zone)
    return found
