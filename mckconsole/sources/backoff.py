"""How long to wait after which error: gentle to a server in trouble, quick when it is back.

The numbers are client-go's (`tools/cache/reflector.go`): 0.8 s, doubled up to 30 s, each wait
stretched by a random factor between 1 and 2, and a fresh start after two healthy minutes.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from mckconsole.sources.errors import (
    BadRequest,
    CredentialTrouble,
    Forbidden,
    NotServed,
    ReadOnlyViolation,
    SourceError,
    TooMany,
)
from mckconsole.sources.pace import REAL, Pace

MAX_RETRY_AFTER = 60.0
"""Seconds; a server that asks for more is asked again after this."""
RECHECK = 300.0
"""Seconds between two tries of what only a person can change: RBAC, a missing kind."""


@dataclass(slots=True)
class Backoff:
    """Exponential waits with jitter; one per thing that is retried. Times in seconds."""

    base: float = 0.8
    cap: float = 30.0
    reset_after: float = 120.0
    pace: Pace = REAL
    _step: int = field(default=0, init=False)
    _healthy_from: float = field(default=float("-inf"), init=False)

    def next(self, at_least: float = 0.0) -> float:
        """The next wait: at least `at_least`, at most twice `cap` (or `at_least`)."""
        now = self.pace.monotonic()
        if now - self._healthy_from > self.reset_after:
            self._step = 0
        wait = min(self.base * 2.0**self._step, self.cap) * (1.0 + self.pace.chance())
        if self.base * 2.0**self._step < self.cap:
            self._step += 1
        wait = max(wait, at_least)
        self._healthy_from = now + wait
        return wait


class Recovery:
    """Chooses the wait after any error of one topic (or of one cluster's first contact)."""

    def __init__(self, pace: Pace = REAL) -> None:
        self._pace = pace
        self._trouble = Backoff(pace=pace)
        self._credential = Backoff(base=30.0, cap=300.0, reset_after=1200.0, pace=pace)

    def delay(self, error: SourceError) -> float:
        """Seconds to wait before trying again what ended with `error`.

        A `Retry-After` is honoured up to a minute and spread a little upwards; a refused credential
        is tried after half a minute growing to ten; what RBAC or the API surface forbids is
        re-checked every five minutes.
        """
        if isinstance(error, (Forbidden, NotServed, BadRequest, TooMany, ReadOnlyViolation)):
            return RECHECK * (1.0 + 0.1 * self._pace.chance())
        asked = min(error.retry_after or 0.0, MAX_RETRY_AFTER)
        if isinstance(error, CredentialTrouble):
            return self._credential.next(asked)
        if not error.retryable:  # a certificate, a wrong address: no storm over it
            asked = MAX_RETRY_AFTER
        return self._trouble.next(asked * (1.0 + 0.1 * self._pace.chance()))
