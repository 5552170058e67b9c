"""Take credentials out of what components say in passing: messages of events, words of alerts.

It is done before anything of it is held, so what nobody should see is in no memory, export or
recording. Nothing that was said is kept here, not even to be quick.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from msgspec.structs import force_setattr

from mckconsole.domain.events import Event
from mckconsole.domain.objects import Projection

if TYPE_CHECKING:
    from mckconsole.sources.redact_text import Scrubber


def without_credentials(text: str) -> str:
    """`text`, which is clean already, with a mark in place of each credential."""
    return _scrubber()().text(text) if text else text


def scrubber_of(projection: type[Projection]) -> Callable[[Projection], None] | None:
    """What takes credentials out of objects of this kind, in place, before anybody else has seen
    them; None for kinds of which nothing is kept that people write freely."""
    return _scrub_event if projection is Event else None


def _scrub_event(found: Projection) -> None:
    if isinstance(found, Event):
        told = without_credentials(found.message)
        if told != found.message:
            force_setattr(found, "message", told)


@cache
def _scrubber() -> Callable[[], Scrubber]:
    from mckconsole.sources.redact_text import Scrubber  # a hundred patterns, when first needed

    return Scrubber
