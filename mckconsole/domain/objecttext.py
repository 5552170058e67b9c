"""One object of a cluster as text for people: YAML in lines, without any credential."""

from __future__ import annotations

from dataclasses import dataclass

from mckconsole.domain.findings import ObjectRef


@dataclass(frozen=True, slots=True)
class ObjectText:
    """An object as YAML; what could be a credential is not in it."""

    ref: ObjectRef
    lines: tuple[str, ...]
    """Cleaned, each one line, indented by spaces."""
    redacted: int
    """How many values were replaced."""
    notes: tuple[str, ...]
    """What a reader must know of what is not shown, one sentence each."""
    read_at: float | None
    """Unix seconds by the API server's clock; None when it did not say."""
