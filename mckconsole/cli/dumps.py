"""No image of this process is left behind when it dies: it may hold a Secret that is being read."""

from __future__ import annotations

import resource
from contextlib import suppress


def forbid() -> None:
    """Allow no core dump, of this process and of those that it starts.

    Linux asks no limit of a program that `core_pattern` pipes to, but those in use (systemd's,
    Ubuntu's) are told it and keep nothing then.
    """
    with suppress(OSError, ValueError):  # where it cannot be set it stays as it was
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
