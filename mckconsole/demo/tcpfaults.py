"""Faults below HTTP: a TCP proxy that can be told to misbehave, and ports that never work.

The proxy stands between a client and any server on loopback, TLS or not. A change of mode applies
to connections that are open already, as a cable that is pulled does.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncGenerator, Generator
from enum import Enum
from urllib.parse import urlsplit

_CHUNK = 64 * 1024


class Mode(Enum):
    """What the proxy does with bytes from the server to the client."""

    PASS = "pass"  # noqa: S105 - not a password
    BLACKHOLE = "blackhole"
    """Swallow everything in both directions, keep all connections open."""
    RESET = "reset"
    """Reset open connections at their next byte, and new ones at once."""
    HALF_CLOSE = "half-close"
    """Send FIN to the client at the next byte, keep reading from it."""
    THROTTLE = "throttle"
    """`rate` bytes per second."""
    CUT = "cut"
    """Reset a connection after `after` bytes to the client."""
    CORRUPT = "corrupt"
    """Flip a bit in one byte of every chunk."""


class TcpProxy:
    """A proxy in front of `target_url`; an async context manager."""

    def __init__(self, target_url: str) -> None:
        parts = urlsplit(target_url)
        self._target = (parts.hostname or "127.0.0.1", parts.port or 80)
        self._scheme = parts.scheme
        self._path = parts.path
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.mode = Mode.PASS
        self.rate = 1000.0
        self.after = 0
        self.url = ""
        """What the client should use instead of the target's URL."""
        self.connections = 0
        """Connections accepted so far."""

    def set(self, mode: Mode, *, rate: float = 1000.0, after: int = 0) -> None:
        """Change the mode, for open and new connections.

        Args:
            rate: bytes per second, for THROTTLE.
            after: bytes to let through on each connection, for CUT.
        """
        self.mode, self.rate, self.after = mode, rate, after

    async def __aenter__(self) -> TcpProxy:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        self.url = f"{self._scheme}://127.0.0.1:{port}{self._path}"
        return self

    async def __aexit__(self, *exc: object) -> None:
        if self._server is not None:
            self._server.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._server is not None:
            await self._server.wait_closed()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        if self.mode is Mode.RESET:
            _reset(writer)
            return
        with contextlib.suppress(ConnectionError, asyncio.CancelledError):
            await self._join(reader, writer)

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection(*self._target)
        try:
            async with asyncio.TaskGroup() as group:
                up = group.create_task(self._upward(reader, far_writer))
                await self._downward(far_reader, writer)
                up.cancel()
        except* ConnectionError:
            pass  # one side left; closing the other tells it
        finally:
            far_writer.close()
            writer.close()

    async def _upward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while chunk := await reader.read(_CHUNK):
            if self.mode is not Mode.BLACKHOLE:
                writer.write(chunk)
                await writer.drain()
        if self.mode is not Mode.BLACKHOLE:
            writer.write_eof()

    async def _downward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        sent = 0
        while chunk := await reader.read(_CHUNK):
            match self.mode:
                case Mode.BLACKHOLE:
                    continue
                case Mode.RESET:
                    _reset(writer)
                    return
                case Mode.HALF_CLOSE:
                    writer.write_eof()
                    await asyncio.Event().wait()
                case Mode.CUT if sent + len(chunk) > self.after:
                    writer.write(chunk[: max(self.after - sent, 0)])
                    await writer.drain()
                    await asyncio.sleep(0.01)  # let the bytes leave before the reset
                    _reset(writer)
                    return
                case Mode.THROTTLE:
                    await self._throttled(chunk, writer)
                case Mode.CORRUPT:
                    writer.write(chunk[:-1] + bytes([chunk[-1] ^ 0x20]))
                case _:
                    writer.write(chunk)
            sent += len(chunk)
            await writer.drain()
        if self.mode is Mode.BLACKHOLE:
            await asyncio.Event().wait()

    async def _throttled(self, chunk: bytes, writer: asyncio.StreamWriter) -> None:
        step = max(int(self.rate / 20), 1)
        for start in range(0, len(chunk), step):
            writer.write(chunk[start : start + step])
            await writer.drain()
            await asyncio.sleep(step / self.rate)


def _reset(writer: asyncio.StreamWriter) -> None:
    raw = writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def refused_port() -> int:
    """A loopback port that refuses connections."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.contextmanager
def blackhole_port() -> Generator[int, None, None]:
    """A loopback port on which connecting hangs: its accept queue is full and stays so."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        address = listener.getsockname()
        for _ in range(4):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(address)
        yield address[1]


@contextlib.asynccontextmanager
async def silent_port() -> AsyncGenerator[int, None]:
    """A loopback port that accepts connections and never says a word."""

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.CancelledError):
            await reader.read()
        writer.close()

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
