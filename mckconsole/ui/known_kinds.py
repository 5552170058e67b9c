"""The kinds that clusters serve, as far as the console has asked: for commands and completions.

Asks in the background and says when something came; nobody waits for it. Trouble of one cluster is
kept in words and asked about again after a while.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Coroutine, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mckconsole.domain.resources import Catalogue
    from mckconsole.store.opened import OpenedFleet

KEPT = 600.0
"""Seconds after which a cluster is asked again."""
AGAIN = 20.0
"""The same for one that did not answer."""

Start = Callable[[Coroutine[Any, Any, None]], object]


class KnownKinds:
    """What is known of the clusters' kinds."""

    def __init__(self, start: Start, told: Callable[[], None]) -> None:
        """`start` runs a coroutine in the background; `told` is called when something came."""
        self._start = start
        self._told = told
        self.catalogues: dict[str, Catalogue] = {}
        self.troubles: dict[str, str] = {}
        """Why it is not known what a cluster serves."""
        self._waiting: set[str] = set()
        self._asked: dict[str, float] = {}

    def of(self, names: Collection[str]) -> Mapping[str, Catalogue]:
        """The catalogues of these clusters, as far as they are known."""
        return {name: found for name, found in self.catalogues.items() if name in names}

    def unknown(self, names: Collection[str]) -> Mapping[str, str]:
        """Which of these clusters did not say what they serve, and why."""
        return {name: why for name, why in self.troubles.items() if name in names}

    def settled(self, names: Collection[str]) -> bool:
        """Whether each of these clusters answered, or did not."""
        return all(name in self.catalogues or name in self.troubles for name in names)

    def ask(self, live: OpenedFleet, names: Collection[str]) -> None:
        """Ask the clusters of these that were not asked lately."""
        now = time.monotonic()
        for name in names:
            rest = AGAIN if name in self.troubles else KEPT
            if name not in self._waiting and now - self._asked.get(name, -KEPT) >= rest:
                self._waiting.add(name)
                self._asked[name] = now
                self._start(partial(self._ask, live, name)())

    async def _ask(self, live: OpenedFleet, name: str) -> None:
        from mckconsole.sources.errors import SourceError

        try:
            found = await live.catalogue(name)
        except SourceError as error:
            self.troubles[name] = str(error)
        else:
            self.catalogues[name] = found
            self.troubles.pop(name, None)
        finally:
            self._waiting.discard(name)
        self._told()
