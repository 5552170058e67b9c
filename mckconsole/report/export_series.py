"""Values over time as CSV: a line per sample, for a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from mckconsole.domain.times import format_rfc3339
from mckconsole.report.export_sheet import harmless

Sample = tuple[float, float | None]
"""Unix seconds and value; None is a gap."""


def export_series(series: Iterable[tuple[str, str, Sequence[Sample]]]) -> str:
    """Name, unit and samples of each series; gaps are left out. Empty when there is no sample."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow(("TIME", "SERIES", "VALUE", "UNIT"))
    empty = True
    for name, unit, samples in series:
        for at, value in samples:
            if value is not None:
                writer.writerow((format_rfc3339(at), harmless(name), f"{value:.9g}", unit))
                empty = False
    return "" if empty else out.getvalue()
