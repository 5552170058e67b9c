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
from mckconsole.sources.access_log_files import unusable

if TYPE_CHECKING:
    from mckconsole.sources.kubeconfig import Inventory

_HEAD = 16
"""Bytes by which a file is told to be something else."""


def log_sources(arguments: Namespace) -> tuple[LogSource, ...]:
    """Every file that is named, in the order of the command line.

    Raises:
        UsageError: one is not there, is no file that may be read, or is packed or coded otherwise.
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
        _check(option, rest)
        yield LogSource(Path(rest), source, cluster)


def _check(option: str, name: str) -> None:
    """See to it that there is a file of that name which can be read.

    Raises:
        UsageError: there is none, or no program wrote it that we know.
    """
    path, shown = Path(name), clean(name)
    try:
        if not name:
            raise UsageError(f"{option}: the name of the file is missing")
        if path.exists() and not path.is_file():
            raise UsageError(f"{option}: {shown} is no regular file")
        with path.open("rb") as file:
            why = unusable(file.read(_HEAD))
    except (OSError, ValueError) as error:
        why = (isinstance(error, OSError) and error.strerror) or "no name of a file"
    if why:
        raise UsageError(f"{option}: cannot read {shown}: {why}")
