"""Signals end a run only after everything it opened is closed."""

from __future__ import annotations

import asyncio
import os
import signal

import pytest

from mckconsole.cli.errors import Terminated
from mckconsole.cli.loop import run


async def until_stopped(number: int, closed: list[bool]) -> None:
    asyncio.get_running_loop().call_later(0.01, os.kill, os.getpid(), number)
    try:
        await asyncio.sleep(10)
    finally:
        await asyncio.sleep(0)  # closing a session takes a turn of the loop
        closed.append(True)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_termination_closes_first(number: int) -> None:
    closed: list[bool] = []
    with pytest.raises(Terminated) as caught:
        run(until_stopped(number, closed))
    assert caught.value.signal_number == number
    assert closed == [True]


def test_interrupt_closes_first() -> None:
    closed: list[bool] = []
    with pytest.raises(KeyboardInterrupt):
        run(until_stopped(signal.SIGINT, closed))
    assert closed == [True]


def test_result_comes_back_and_handlers_are_as_before() -> None:
    before = signal.getsignal(signal.SIGTERM)

    async def answer() -> int:
        return 42

    assert run(answer()) == 42
    assert signal.getsignal(signal.SIGTERM) == before
