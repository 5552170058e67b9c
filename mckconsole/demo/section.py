"""Base of every part of a scenario."""

from __future__ import annotations

import msgspec


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """Unknown keys are errors."""
