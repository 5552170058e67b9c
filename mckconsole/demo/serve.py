"""Serve a generated fleet in a process of its own: `python -m mckconsole.demo.serve`.

Benchmarks need the servers outside of the measured process. The path of the kubeconfig is printed
on stdout once every cluster listens; the fleet ends with stdin, SIGTERM or SIGINT.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import signal
import sys
import threading
from collections.abc import Sequence

from mckconsole.demo.fleet import EmbeddedFleet


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse arguments and serve until told to end."""
    parser = argparse.ArgumentParser(prog="python -m mckconsole.demo.serve", description=__doc__)
    parser.add_argument("--clusters", type=int, default=6, help="how many clusters (default 6)")
    parser.add_argument("--dead", type=int, default=0, help="how many of them do not answer")
    parser.add_argument("--nodes", type=int, default=3, help="nodes per cluster (default 3)")
    parser.add_argument("--pods", type=int, default=0, help="bulk pods per cluster")
    options = parser.parse_args(arguments)
    try:
        fleet = EmbeddedFleet.many(
            options.clusters, dead=options.dead, nodes=options.nodes, pods=options.pods
        )
    except ValueError as error:
        parser.error(str(error))
    asyncio.run(_serve(fleet))
    return 0


async def _serve(fleet: EmbeddedFleet) -> None:
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)

    def wait_for_eof() -> None:
        while os.read(sys.stdin.fileno(), 4096):
            pass
        with contextlib.suppress(RuntimeError):  # the loop has ended already
            loop.call_soon_threadsafe(ended.set)

    async with fleet:
        print(fleet.kubeconfig, flush=True)
        # A thread, because a loop cannot watch every kind of file; a daemon, because a signal may
        # end the fleet while stdin stays open.
        threading.Thread(target=wait_for_eof, daemon=True).start()
        await ended.wait()


if __name__ == "__main__":
    sys.exit(main())
