"""Values over time as CSV."""

from __future__ import annotations

import csv
import io

from mckconsole.report.export_series import export_series


def test_a_line_per_sample_and_none_for_a_gap() -> None:
    text = export_series([("a → b round trip", "s", [(0.0, 0.25), (15.0, None), (30.0, 1e-9)])])
    assert list(csv.reader(io.StringIO(text))) == [
        ["TIME", "SERIES", "VALUE", "UNIT"],
        ["1970-01-01T00:00:00Z", "a → b round trip", "0.25", "s"],
        ["1970-01-01T00:00:30Z", "a → b round trip", "1e-09", "s"],
    ]


def test_names_are_no_formulas() -> None:
    assert '"\'=cmd|x"' in export_series([("=cmd|x", "s", [(0.0, 1.0)])])


def test_nothing_is_no_file() -> None:
    assert export_series([]) == ""
    assert export_series([("a", "s", [(0.0, None)])]) == ""
