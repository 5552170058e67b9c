"""How many API servers a cluster has, by the leases that they hold, and what it takes to see them.

Each renews a lease of its own in kube-system every ten seconds; one that ended leaves its lease for
an hour. Leases carry no version. Behind a load balancer every new connection may end at another API
server, so `/version` is asked over several.
"""

from __future__ import annotations

from collections.abc import Iterable

from mckconsole.domain.core import Lease
from mckconsole.domain.times import parse_rfc3339

LEASES = "apiserver-leases"
"""The topic."""
LIVE = 60.0
"""Seconds within which an API server that lives renews its lease."""
PER_SERVER = 3
"""Connections for each API server after which all of them count as seen."""
UNCOUNTED = 6
"""Connections where nobody tells how many API servers there are."""
MOST = 30
"""Connections at most."""


def living(leases: Iterable[Lease], now: float) -> tuple[int | None, str]:
    """How many of them renewed their lease within the last minute, or why that is not known.

    `now` is Unix seconds by the API server's clock.
    """
    found = 0
    for one in leases:
        renewed = parse_rfc3339(one.spec.renew_time)
        if renewed is None or renewed - now >= LIVE:
            said = one.spec.renew_time or "no time"
            return None, f"lease {one.metadata.name} was renewed at {said}"
        found += now - renewed < LIVE
    return (found, "") if found else (None, "no API server renews a lease")


def connections_for(servers: int | None) -> int:
    """Over how many new connections to ask; 0 where there is but one API server."""
    if servers is None:
        return UNCOUNTED
    return 0 if servers == 1 else min(PER_SERVER * servers, MOST)
