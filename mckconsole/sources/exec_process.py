"""Run one program without a terminal, a shell, or a way to outlive us.

Standard input is /dev/null and the program gets a session of its own, so it cannot prompt on our
terminal, not even through /dev/tty. Both outputs are read at the same time and bounded; whatever
ends the run (exit, timeout, flood, cancellation) also ends the whole process group.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

MAX_OUTPUT = 1024 * 1024
"""Bytes of standard output that a credential may take; more is a flood and ends the program."""
PIPE_GRACE = 1.0
"""Seconds to wait for the end of output after exit: a helper in another session may hold it."""
REAP_GRACE = 5.0
"""Seconds to wait for a killed program to be gone."""


class OutputTooLarge(Exception):
    """The program wrote more than a credential can be."""


@dataclass(frozen=True, slots=True)
class Finished:
    """A program that ended by itself."""

    code: int
    """Exit status; negative is the signal that ended it."""
    stdout: bytes = field(repr=False)
    stderr: bytes = field(repr=False)
    """Cut at MAX_OUTPUT."""


class _Capture(asyncio.SubprocessProtocol):
    """Collects bounded output; `ended` is done at exit or failed at a flood."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self.ended: asyncio.Future[None] = loop.create_future()
        self.exited: asyncio.Future[None] = loop.create_future()
        self.drained: asyncio.Future[None] = loop.create_future()
        self.output = {1: bytearray(), 2: bytearray()}

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        buffer = self.output[fd]
        room = MAX_OUTPUT - len(buffer)
        buffer += data[:room]
        if fd == 1 and len(data) > room and not self.ended.done():
            self.ended.set_exception(OutputTooLarge())

    def process_exited(self) -> None:
        self.exited.set_result(None)
        if not self.ended.done():
            self.ended.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        self.drained.set_result(None)


async def run_program(
    argv: Sequence[str],
    env: Mapping[str, str],
    *,
    timeout: float,  # noqa: ASYNC109 (it kills)
) -> Finished:
    """Run `argv[0]` (a path) and wait for it.

    Args:
        timeout: seconds after which it is killed.

    Raises:
        TimeoutError: it ran too long.
        OutputTooLarge: it wrote more than MAX_OUTPUT.
        OSError, ValueError: it cannot be started.
    """
    transport, capture = await _start(argv, env)
    try:
        async with asyncio.timeout(timeout):
            await asyncio.shield(capture.ended)
        _kill_group(transport.get_pid())  # what it left in the background
        await asyncio.wait({capture.drained}, timeout=PIPE_GRACE)
    finally:
        await _finish(transport, capture)
    code = transport.get_returncode()
    out, err = (bytes(capture.output[fd]) for fd in (1, 2))
    return Finished(-1 if code is None else code, out, err)


async def _start(
    argv: Sequence[str], env: Mapping[str, str]
) -> tuple[asyncio.SubprocessTransport, _Capture]:
    """Start the program; a start that is cancelled is finished first, and then ended.

    asyncio's own way out of a cancelled start kills the program and leaves its children behind.
    """
    starting = asyncio.ensure_future(
        asyncio.get_running_loop().subprocess_exec(
            _Capture,
            *argv,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
            env=dict(env),
        )
    )
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        with suppress(OSError, ValueError):
            await _finish(*await starting)
        raise


async def _finish(transport: asyncio.SubprocessTransport, capture: _Capture) -> None:
    _kill_group(transport.get_pid())
    try:
        await asyncio.wait({capture.exited}, timeout=REAP_GRACE)
    finally:
        transport.close()
    if capture.ended.done() and not capture.ended.cancelled():
        capture.ended.exception()  # read, also where a cancellation came first


def _kill_group(leader: int) -> None:
    # Session leaders' ids are their group's. The group may be gone: that is what is wanted.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)
