"""A few threads for one endpoint, and the honesty to stop when they are stuck.

The HTTP library blocks, and a blocked thread cannot be cancelled. So each endpoint has a fixed
number of connections, each used by one daemon thread at a time; a caller that gave up leaves its
connection with the thread until that returns, and when all are left behind, new calls are refused
at once instead of adding threads. Daemon threads: a stuck one must not hold up the exit. The event
loop's default executor is never used, because it also resolves names.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from mckconsole.sources.prometheus.trouble import PrometheusTrouble


class Closable(Protocol):
    """What a pool can hold."""

    def close(self) -> None:
        """Let go of sockets; called from any thread, never while a job runs."""
        ...


C = TypeVar("C", bound=Closable)
R = TypeVar("R")


@dataclass(eq=False, slots=True)
class _Flight(Generic[R]):
    """One job under way."""

    done: asyncio.Future[R]
    given_up: bool = False
    """Nobody waits for it any more; its thread is still out."""


class ConnectionPool(Generic[C]):
    """`size` connections made on first use by `make`; a job waits at most `patience` seconds."""

    def __init__(self, make: Callable[[], C], *, size: int = 2, patience: float) -> None:
        self._make = make
        self._size = size
        self._patience = patience
        self._slots = asyncio.Semaphore(size)
        self._lock = threading.Lock()
        self._idle: list[C] = []
        self._closed = False
        self.stuck = 0
        """Jobs whose caller gave up and whose thread has not come back."""

    async def run(self, job: Callable[[C], R]) -> R:
        """Run `job` with a connection in a thread of its own and return what it returns.

        Raises:
            PrometheusTrouble: it took longer than `patience`, or every thread is stuck.
        """
        if self.stuck >= self._size:
            raise PrometheusTrouble(
                f"{self.stuck} earlier requests are still unanswered, not asking more"
            )
        try:
            await asyncio.wait_for(self._slots.acquire(), self._patience)
        except TimeoutError:
            raise PrometheusTrouble("earlier requests are still unanswered") from None
        flight: _Flight[R] = _Flight(asyncio.get_running_loop().create_future())
        self._start(flight, job)
        try:
            return await asyncio.wait_for(flight.done, self._patience)
        except (TimeoutError, asyncio.CancelledError) as error:
            if flight.done.done() and not flight.done.cancelled():
                raise  # the thread has come back
            flight.given_up = True
            self.stuck += 1
            if isinstance(error, asyncio.CancelledError):
                raise
            raise PrometheusTrouble(f"no complete answer within {self._patience:.3g} s") from None

    def _start(self, flight: _Flight[R], job: Callable[[C], R]) -> None:
        """Fly in a thread of its own, which lands on the loop."""
        loop = asyncio.get_running_loop()

        def work() -> None:
            result, error = self._work(job)
            try:
                loop.call_soon_threadsafe(self._land, flight, result, error)
            except RuntimeError:
                return  # the loop is closed: nobody waits any more

        try:
            threading.Thread(target=work, name="prometheus", daemon=True).start()
        except RuntimeError:
            self._slots.release()
            raise PrometheusTrouble("this machine allows no more threads") from None

    def _land(self, flight: _Flight[R], result: R | None, error: Exception | None) -> None:
        self._slots.release()
        if flight.given_up:
            self.stuck -= 1
        if flight.done.done():
            return
        if error is not None:
            flight.done.set_exception(error)
        else:
            flight.done.set_result(result)  # type: ignore[arg-type]  # None only if R allows it

    def _work(self, job: Callable[[C], R]) -> tuple[R | None, Exception | None]:
        with self._lock:
            connection = self._idle.pop() if self._idle else None
        try:
            if connection is None:
                connection = self._make()
            return job(connection), None
        except Exception as error:
            return None, error
        finally:
            if connection is not None:
                self._put_back(connection)

    def _put_back(self, connection: C) -> None:
        with self._lock:
            if not self._closed:
                self._idle.append(connection)
                return
        connection.close()

    async def close(self) -> None:
        """Close idle connections now and busy ones when their thread comes back."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()
