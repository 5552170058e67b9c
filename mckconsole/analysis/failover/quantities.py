"""Amounts of resources as numbers: Kubernetes' quantities, by the official client's arithmetic.

The client is imported when the first quantity is parsed: it costs a fifth of a second.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache

_LARGEST = 2.0**100
"""Far beyond any machine; what claims more is no amount."""


@lru_cache(maxsize=8192)
def amount(quantity: str | int) -> float | None:
    """`500m` as 0.5, `2Gi` as bytes; None for what is empty, negative or no quantity."""
    from kubernetes.utils import quantity as official

    if quantity == "" or (isinstance(quantity, str) and len(quantity) > 64):
        return None
    try:
        parse: Callable[[str | int], Decimal] = official.parse_quantity
        found = float(parse(quantity))
    except (ValueError, ArithmeticError):
        return None
    return found if math.isfinite(found) and 0 <= found <= _LARGEST else None
