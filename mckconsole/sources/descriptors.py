"""Room for many connections: the limit of open files, which some systems set very low.

Every open watch is a connection and so a file (HTTP/1.1 carries one at a time); macOS allows 256,
most Linux systems 1,024. What may be raised without privileges is raised, never lowered.
"""

from __future__ import annotations

import resource

SPARE = 256
"""Files that the process needs beside its connections."""


def make_room(connections: int) -> int:
    """Allow for `connections` open at once, as far as the hard limit lets us.

    Returns the limit of open files that holds now; where it is too low, connecting ends with
    ConnectFailed and the advice to raise it.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + SPARE
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return soft
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    except (OSError, ValueError):  # macOS has a further limit that getrlimit does not tell
        return soft
    return wanted
