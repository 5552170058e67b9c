"""What the process tells its caller. `docs/report.md` documents the same table.

The first that applies wins, in this order: 2, 3, 1, 4, 0. Findings come before gaps because a
caller only sees 1 after asking for it with `--fail-on`; that nothing at all could be read comes
before both, because then there is nothing to judge.
"""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """Exit statuses."""

    DONE = 0
    FINDINGS = 1
    """Findings at or above `--fail-on`."""
    USAGE = 2
    """Arguments, configuration or kubeconfig cannot be used, or the output cannot be written."""
    NO_CLUSTER = 3
    """No cluster could be read."""
    INCOMPLETE = 4
    """Some cluster, topic or configured metric could not be read (unless `--allow-partial`)."""
    CRASH = 70
    """A bug of ours; the crash report's place is on stderr (EX_SOFTWARE of sysexits.h)."""
    INTERRUPTED = 130
    """Ctrl-C; another signal N ends with 128 + N as a shell would say it."""
