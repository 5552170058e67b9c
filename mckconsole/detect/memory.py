"""What was found in content that may come again, under a digest of it: never the content itself."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from functools import wraps
from threading import Lock
from typing import NamedTuple, TypeVar

from mckconsole.detect.fingerprint import digest
from mckconsole.domain.audit import CertificateSeen, Sighting

T = TypeVar("T")

MAX_NAMES = 4096
"""Names that an answer is remembered for."""
MAX_HELD = 65_536
"""Contents that are remembered; those not met for longest are forgotten first."""


class Found(NamedTuple):
    """What was found in one content, whoever has it."""

    sightings: tuple[tuple[Sighting, tuple[str, ...]], ...] = ()
    """Each with its field's path as managedFields write it."""
    certificates: tuple[CertificateSeen, ...] = ()
    troubles: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.sightings or self.certificates or self.troubles)


_NOTHING = Found()


class Memory:
    """A bounded map that threads share."""

    def __init__(self, limit: int = MAX_HELD) -> None:
        self._limit = limit
        self._held: OrderedDict[bytes, Found] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._held)

    def get(self, name: bytes) -> Found | None:
        """What was found in that content; None where it is not known."""
        with self._lock:
            found = self._held.get(name)
            if found is not None:
                self._held.move_to_end(name)
            return found

    def put(self, name: bytes, found: Found) -> None:
        """Remember what was found."""
        with self._lock:
            self._held[name] = found if found else _NOTHING
            if len(self._held) > self._limit:
                self._held.popitem(last=False)


def remembered(ask: Callable[[str], T]) -> Callable[[str], T]:
    """Have what is said of a name said again when it comes again, and hold only a digest of it: a
    name in a document may be a credential itself."""
    held: dict[bytes, T] = {}

    @wraps(ask)
    def answer(name: str) -> T:
        known = digest(name.encode("utf-8", "surrogatepass"))
        if known in held:
            return held[known]
        found = ask(name)
        if len(held) >= MAX_NAMES:
            held.clear()
        held[known] = found
        return found

    return answer
