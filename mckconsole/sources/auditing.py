"""Have objects looked at for credentials while their bytes are there.

All of it happens in one thread: looking is the processor's work, so that several would only stand
in each other's and the loop's way. What is small is looked at where it is. Nothing of an object
leaves but what `detect` found; what goes wrong is said without a word of the object.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import Final, ParamSpec, TypeVar

import msgspec

from mckconsole.domain.audit import Audited
from mckconsole.domain.kinds import Kind, Scan, Sensitivity
from mckconsole.domain.objects import Projection
from mckconsole.domain.pods import Pod

A = ParamSpec("A")
T = TypeVar("T")

INLINE: Final = 48 * 1024
"""Bytes that are looked at on the loop's thread: about two milliseconds."""
_TEMPLATED: Final = frozenset(("ReplicaSet", "StatefulSet", "DaemonSet", "Job", "Node"))
"""Controllers of pods that are looked at in the controller's template; of a static pod it is the
Node, whose manifest is a file there."""
_BY_VALUES: Final = frozenset((Scan.SECRET, Scan.CONFIG_MAP))


@dataclass(frozen=True, slots=True)
class Auditor:
    """Looks at the objects of one kind."""

    scan: Scan
    values: bool

    @property
    def every(self) -> bool:
        """Whether every object is looked at, not only those that `wants` picks."""
        return self.scan is not Scan.LOOSE_POD

    def wants(self, found: Projection) -> bool:
        """Whether to look at this object."""
        return self.every or (isinstance(found, Pod) and is_loose(found))

    def look(self, raw: bytes | msgspec.Raw) -> Audited | None:
        """What was seen in the object; None where there is nothing to say. Never raises."""
        return self.look_all((raw,))[0]

    def look_all(self, raws: Sequence[bytes | msgspec.Raw]) -> list[Audited | None]:
        """The same of several objects, which takes less time than one after the other."""
        try:
            found = _engine()(raws, self.scan, values=self.values)
        except Exception as error:  # no word of it: it may quote the object
            if len(raws) == 1:
                return [Audited(troubles=(f"could not be looked at: {type(error).__name__}",))]
            return [self.look(raw) for raw in raws]
        return [one if one else None for one in found]


def auditor(kind: Kind) -> Auditor | None:
    """Who looks at objects of `kind`; None where nobody does."""
    values = kind.sensitivity is Sensitivity.VALUES
    if kind.scan is Scan.NONE or (kind.scan in _BY_VALUES and not values):
        return None
    return Auditor(kind.scan, values)


def is_loose(pod: Pod) -> bool:
    """Whether no controller that is looked at itself has made this pod."""
    for owner in pod.metadata.owner_references:
        if owner.controller:
            return owner.kind not in _TEMPLATED
    return True


async def aside(size: int, work: Callable[A, T], *args: A.args, **named: A.kwargs) -> T:
    """The result of `work`, which looks at `size` bytes: in the thread, or here if they are few.

    The engine takes its time to be imported, and that is never here either.
    """
    if size <= INLINE and _engine.cache_info().currsize:
        return work(*args, **named)
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_thread(), lambda: work(*args, **named))


@cache
def _thread() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, "mckconsole-audit")


@cache
def _engine() -> Callable[..., list[Audited]]:
    from mckconsole.detect.scan import audit_objects  # slow to import

    return audit_objects
