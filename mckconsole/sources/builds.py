"""Which versions answer behind one address: `/version`, over a new connection each time.

Connections are kept, so that an application only ever meets one of several API servers; a load
balancer gives each new one to any of them.
"""

from __future__ import annotations

import asyncio
from collections import Counter

from mckconsole.domain.snapshot import Builds
from mckconsole.sources.client import ClusterClient
from mckconsole.sources.discovery import server_version
from mckconsole.sources.errors import ReadTimeout, SourceError
from mckconsole.sources.pace import REAL, Pace

ONE = 10.0
"""Seconds that one answer may take, its connection included."""


async def ask_builds(
    client: ClusterClient,
    connections: int,
    *,
    pause: float,
    within: float,
    pace: Pace = REAL,
) -> Builds:
    """Ask one connection after the other, with about `pause` seconds between them.

    Trouble, or the end of `within` seconds, ends it: a server in trouble is not asked on. What was
    answered until then counts.

    Raises:
        SourceError: nothing was answered.
    """
    found: Counter[str] = Counter()
    apart = client.apart(total=ONE)
    try:
        async with asyncio.timeout(within):
            await apart.open()
            for number in range(connections):
                if number:
                    await pace.sleep(pace.around(pause, 0.5))
                found[(await server_version(apart)).git_version] += 1
    except TimeoutError:
        if not found:
            raise ReadTimeout(f"no /version within {within:g} s") from None
    except SourceError:
        if not found:
            raise
    finally:
        await apart.close()
    return Builds(tuple(sorted(found.items())), pace.wall() + client.clock_offset)
