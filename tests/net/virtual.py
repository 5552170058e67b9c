"""An event loop whose clock jumps to the next timer: hours pass in milliseconds."""

from __future__ import annotations

import asyncio
import random
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

from mckconsole.domain.kinds import Scan
from mckconsole.sources.auditing import Auditor
from mckconsole.sources.pace import Pace

T = TypeVar("T")

Auditor(Scan.WORKLOAD, values=False).look(b"{}")
"""Loads what looks at objects, which else a thread does: this loop waits for none."""

START = 1_785_571_200.0
"""Unix seconds at the loop's time 0."""


class _JumpingSelector(selectors.SelectSelector):
    """Instead of waiting, moves its loop's clock."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready and timeout is None:
            raise RuntimeError("the loop would wait for ever")
        if not ready and timeout is not None and timeout > 0:
            self.now += timeout
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """Timers fire at once, in order."""

    def __init__(self) -> None:
        self._jumping = _JumpingSelector()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.now


def virtual_pace(loop: asyncio.AbstractEventLoop, seed: int = 1) -> Pace:
    """Clocks that follow `loop`, and repeatable chance."""
    return Pace(
        wall=lambda: START + loop.time(),
        monotonic=loop.time,
        chance=random.Random(seed).random,
    )


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run `main` in virtual time."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)
