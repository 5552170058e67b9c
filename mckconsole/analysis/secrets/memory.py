"""What the audit of secrets leaves to the next one, so that only what changed is looked at."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SecretsMemory:
    """What is remembered of a fleet's secrets; `SecretsMemory()` remembers nothing."""
