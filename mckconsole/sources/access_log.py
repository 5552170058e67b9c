"""Who read Secrets, by files of audit logs and of Falco's output: read once, in constant memory.

A file of gigabytes is read a portion at a time, in a thread; what is kept are sums. Lines that are
no event are counted and passed over: such logs are mixed with others. What a log says in
`requestObject` and `responseObject`, which may be a Secret, is never decoded.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from mckconsole.domain.access_log import AccessLog, LogFile
from mckconsole.domain.text import clean
from mckconsole.domain.wording import counted
from mckconsole.sources.access_log_clusters import ClusterNames, Named
from mckconsole.sources.access_log_falco import read_alert
from mckconsole.sources.access_log_files import Unreadable, portions
from mckconsole.sources.access_log_forms import read_record
from mckconsole.sources.access_log_observed import Observed
from mckconsole.sources.access_log_records import Records
from mckconsole.sources.access_log_sums import MAX_SUMS, Sums


@dataclass(frozen=True, slots=True)
class LogSource:
    """A file to be read."""

    path: Path
    source: Literal["audit", "falco"]
    cluster: str = ""
    """Name in the fleet of the cluster that it is of; empty where the file says it."""


async def read_access_logs(sources: Sequence[LogSource], clusters: Sequence[Named]) -> AccessLog:
    """Read all files; trouble with one is in its `LogFile`, never raised.

    Args:
        sources: The files.
        clusters: The fleet's, to find out which of them a log is of.
    """
    sums, names = Sums(), ClusterNames(clusters)
    files: list[LogFile] = []
    for one in sources:
        reader = _Reader(one, sums, names)
        while await asyncio.to_thread(reader.step):
            pass  # cancelled in between, it ends within a portion
        files.append(reader.summary())
    return AccessLog(sums.accesses(), tuple(files))


class _Reader:
    """One file, portion by portion."""

    def __init__(self, source: LogSource, sums: Sums, names: ClusterNames) -> None:
        self._source = source
        self._sums = sums
        self._names = names
        self._portions = portions(source.path)
        self._records = Records()
        self._read = read_record if source.source == "audit" else read_alert
        self._events = self._foreign = self._seen = 0
        self._dropped = sums.dropped
        self._first: float | None = None
        self._last: float | None = None
        self._trouble = ""

    def step(self) -> bool:
        """Take in the next portion; False when there is none, or no more can be read."""
        try:
            portion = next(self._portions, None)
        except Unreadable as error:
            self._trouble = str(error)
            portion = None
        if portion is None:
            self._take(self._records.end())
            return False
        self._take(self._records.feed(portion))
        return True

    def summary(self) -> LogFile:
        """What there was in it."""
        return LogFile(
            path=clean(str(self._source.path)),
            source=self._source.source,
            lines=self._records.count,
            events=self._events,
            skipped=self._foreign + self._records.skipped,
            first=self._first,
            last=self._last,
            trouble="; ".join(self._troubles()),
        )

    def _troubles(self) -> Iterator[str]:
        if self._trouble:
            yield self._trouble
        elif self._records.count and not self._seen:
            what = "event of an audit log" if self._source.source == "audit" else "alert of Falco"
            yield f"none of its {counted(self._records.count, 'line')} is an {what}"
        if dropped := self._sums.dropped - self._dropped:
            yield f"more than {MAX_SUMS:,} different accesses: {dropped:,} were not kept"

    def _take(self, records: Iterable[bytes]) -> None:
        for record in records:
            found = self._read(record)
            if not found and not record.isascii():  # a name may not be UTF-8
                found = self._read(record.decode("utf-8", "replace").encode())
            self._foreign += not found
            self._seen += len(found)
            for one in found:
                self._observe(one)

    def _observe(self, one: Observed) -> None:
        if one.at is not None:
            self._first = one.at if self._first is None else min(self._first, one.at)
            self._last = one.at if self._last is None else max(self._last, one.at)
        if one.access is not None:
            cluster = self._source.cluster or self._names.find(one.place)
            self._events += self._sums.add(one, cluster)
