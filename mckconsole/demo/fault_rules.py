"""When the embedded servers do wrong: rules that match requests to effects.

Several faults on one request nest, the first added outermost. They can be added and removed while
the server runs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from mckconsole.demo.access import attributes
from mckconsole.demo.answers import Answer, Call
from mckconsole.demo.faults import Effect, Proceed


@dataclass(eq=False, slots=True)
class Fault:
    """One rule: when it matches, its effects apply."""

    effects: tuple[Effect, ...]
    method: str = ""
    """Empty matches all."""
    verb: str = ""
    """Kubernetes verb: `list`, `watch`, `get`, `create`; empty matches all."""
    path: str = ""
    """Regular expression searched in the path without the cluster's prefix."""
    skip: int = 0
    """Let this many matching requests pass first."""
    times: int | None = None
    """Apply to this many requests, None for ever."""
    seen: int = field(default=0, init=False)
    """Matching requests so far, the skipped ones too."""

    def claims(self, call: Call) -> bool:
        """Whether this request is the fault's; counts it."""
        if self.method and call.method != self.method:
            return False
        if self.verb and attributes(call.method, call.path, call.query).verb != self.verb:
            return False
        if not re.search(self.path, call.path):
            return False
        self.seen += 1
        if self.seen <= self.skip:
            return False
        return self.times is None or self.seen <= self.skip + self.times


class Faults:
    """The faults of one server."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(
        self,
        *effects: Effect,
        method: str = "",
        verb: str = "",
        path: str = "",
        skip: int = 0,
        times: int | None = None,
    ) -> Fault:
        """Switch a fault on; the arguments are those of `Fault`."""
        fault = Fault(effects, method, verb, path, skip, times)
        self._faults.append(fault)
        return fault

    def remove(self, fault: Fault) -> None:
        """Switch one fault off."""
        self._faults.remove(fault)

    def clear(self) -> None:
        """Switch all faults off."""
        self._faults.clear()

    async def apply(self, call: Call, honest: Proceed) -> Answer:
        """The answer to a call, spoiled by every fault that claims it."""
        effects = [
            effect for fault in self._faults if fault.claims(call) for effect in fault.effects
        ]
        return await _nest(effects, honest)


async def _nest(effects: list[Effect], honest: Proceed) -> Answer:
    if not effects:
        return await honest()
    return await effects[0](lambda: _nest(effects[1:], honest))
