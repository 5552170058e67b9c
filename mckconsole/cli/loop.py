"""Run a coroutine to its end, and close what it opened when a signal comes first."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any, TypeVar

from mckconsole.cli.errors import Terminated

T = TypeVar("T")

_SIGNALS = (signal.SIGTERM, signal.SIGHUP)


def run(work: Coroutine[Any, Any, T]) -> T:
    """The result of `work`.

    SIGINT, SIGTERM and SIGHUP cancel it, so sessions are closed and temporary files removed.

    Raises:
        KeyboardInterrupt: after SIGINT.
        Terminated: after another signal.
    """
    with asyncio.Runner() as runner:
        return runner.run(_stoppable(work))


async def _stoppable(work: Coroutine[Any, Any, T]) -> T:
    loop = asyncio.get_running_loop()
    task = asyncio.current_task()
    received: list[int] = []

    def stop(number: int) -> None:
        received.append(number)
        if task is not None:
            task.cancel()

    for number in _SIGNALS:
        loop.add_signal_handler(number, stop, number)
    try:
        return await work
    except asyncio.CancelledError:
        if received:
            raise Terminated(received[0]) from None
        raise
    finally:
        for number in _SIGNALS:
            loop.remove_signal_handler(number)
