"""Make many values at once without the garbage collector looking at them again and again."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def undisturbed(many: bool) -> Iterator[None]:
    """Collect no garbage meanwhile, if there is much to do.

    What is made are tuples and structs without cycles, so there is nothing to find; and with the
    hundreds of thousands of objects that they are made from in memory, looking takes as long as the
    work.
    """
    if not many or not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
