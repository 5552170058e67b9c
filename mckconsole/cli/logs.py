"""The files of `--audit-log` and `--falco`: named rightly, there, and of clusters that there are.

Looked at before anything is connected or any screen is taken; read later, by `sources.access_log`.
"""

from __future__ import annotations

import difflib
from argparse import Namespace
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from mckconsole.cli.errors import UsageError
from mckconsole.domain.text import clean
from mckconsole.sources.access_log import LogSource

if TYPE_CHECKING:
    from mckconsole.sources.kubeconfig import Inventory


def log_sources(arguments: Namespace) -> tuple[LogSource, ...]:
    """Every file that is named, in the order of the command line.

    Raises:
        UsageError: one is not there, or is no file that may be read.
    """
    return (
        *_sources("--audit-log", "audit", arguments.audit_log or ()),
        *_sources("--falco", "falco", arguments.falco or ()),
    )


def check_clusters(sources: Iterable[LogSource], inventory: Inventory) -> None:
    """See to it that every cluster that is named with a file is one of the fleet.

    Raises:
        UsageError: one is not; it says which there are.
    """
    known = [endpoint.name for endpoint in inventory.endpoints]
    for one in sources:
        if one.cluster and one.cluster not in known:
            near = difflib.get_close_matches(one.cluster, known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"
            file = clean(f"{one.cluster}={one.path}")
            raise UsageError(f"{file}: there is no cluster {clean(one.cluster)}; {hint}")


def _sources(
    option: str, source: Literal["audit", "falco"], named: Iterable[str]
) -> Iterator[LogSource]:
    for text in named:
        cluster, equals, rest = text.partition("=")
        if not equals or Path(text).is_file():  # a file's name may hold one
            cluster, rest = "", text
        path = Path(rest)
        if path.exists() and not path.is_file():
            raise UsageError(f"{option}: {clean(rest)} is no regular file")
        try:
            with path.open("rb"):
                pass
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) else "no name of a file"
            raise UsageError(
                f"{option}: cannot read {clean(rest) or 'a file without a name'}: {why}"
            ) from None
        yield LogSource(path, source, cluster)
