"""Times that clusters write: right, or None."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mckconsole.domain.times import (
    format_age,
    format_rfc3339,
    format_span,
    parse_go_duration,
    parse_http_date,
    parse_rfc3339,
)


@pytest.fixture
def in_kolkata(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The console runs where local time is not UTC."""
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1970-01-01T00:00:00Z", 0.0),
        ("2026-08-01T09:00:01Z", 1785574801.0),
        ("2026-08-01T09:00:01.250000Z", 1785574801.25),
        ("2026-08-01T09:00:01.123456789Z", 1785574801.123456),
        ("2026-08-01T11:00:01+02:00", 1785574801.0),
        ("2026-08-01t09:00:01z", 1785574801.0),
        ("0001-01-01T00:00:00Z", -62135596800.0),
    ],
)
@pytest.mark.usefixtures("in_kolkata")
def test_rfc3339(text: str, seconds: float) -> None:
    assert parse_rfc3339(text) == pytest.approx(seconds, abs=1e-5)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2026-08-01",
        "20260801T090001Z",
        "2026-W31-6",
        "2026-08-01T09:00:01",
        "2026-08-01 09:00:01Z",
        "2026-13-01T09:00:01Z",
        "2026-08-01T25:00:01Z",
        "2026-08-01T09:00:60Z",
        "2026-08-01T09:00:01Z\n",
        " 2026-08-01T09:00:01Z",
        "٢٠٢٦-08-01T09:00:01Z",
        "2026-08-01T09:00:01+99:00",
        "1785574801",
        "\ud800",
    ],
)
def test_what_is_no_rfc3339(text: str) -> None:
    assert parse_rfc3339(text) is None


MOMENTS = st.datetimes(
    min_value=datetime(1, 1, 2),
    max_value=datetime(9999, 12, 30),
    timezones=st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m))),
)


@given(MOMENTS)
def test_rfc3339_round_trip(moment: datetime) -> None:
    parsed = parse_rfc3339(moment.isoformat())
    assert parsed == moment.timestamp()
    shown = format_rfc3339(moment.timestamp())
    assert parse_rfc3339(shown) == math.floor(moment.timestamp())


@given(st.floats(allow_nan=False))
def test_every_instant_can_be_shown(instant: float) -> None:
    shown = format_rfc3339(instant)
    assert len(shown) == 20
    assert parse_rfc3339(shown) is not None


def test_no_instant_cannot() -> None:
    with pytest.raises(ValueError, match="NaN"):
        format_rfc3339(math.nan)


@pytest.mark.parametrize(
    "text",
    [
        "Mon, 21 Sep 2026 14:13:20 GMT",
        "Mon, 21 Sep 2026 14:13:20 -0000",
        "Mon, 21 Sep 2026 14:13:20",
        "Mon, 21 Sep 2026 16:13:20 +0200",
    ],
)
@pytest.mark.usefixtures("in_kolkata")
def test_http_date_is_utc_wherever_the_console_runs(text: str) -> None:
    assert parse_http_date(text) == 1790000000.0


@given(st.integers(0, 250_000_000_000))
def test_http_date_round_trip(seconds: int) -> None:
    moment = datetime.fromtimestamp(seconds, UTC)
    assert parse_http_date(format_datetime(moment, usegmt=True)) == seconds


NEARLY_A_DATE = st.text(alphabet="MonSepGMT0123456789:,+- .", max_size=40)


@given(st.text(max_size=40) | NEARLY_A_DATE)
def test_http_date_of_anything_is_a_number_or_none(text: str) -> None:
    found = parse_http_date(text)
    assert found is None or math.isfinite(found)


@given(st.text(max_size=40) | st.text(alphabet="0123456789-:TtZz.+ ", max_size=40))
def test_rfc3339_of_anything_is_a_number_or_none(text: str) -> None:
    found = parse_rfc3339(text)
    assert found is None or math.isfinite(found)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0s", 0.0),
        ("0", 0.0),
        ("1m2.5s", 62.5),
        ("447.358µs", 447.358e-6),
        ("447.358μs", 447.358e-6),
        ("12us", 12e-6),
        ("88.5ms", 0.0885),
        ("3ns", 3e-9),
        ("1h0m0.5s", 3600.5),
        ("-1.5s", -1.5),
        ("+2s", 2.0),
        (".5s", 0.5),
        ("1.s", 1.0),
        ("2562047h47m16.854775807s", 9223372036.854776),
    ],
)
def test_go_durations(text: str, seconds: float) -> None:
    assert parse_go_duration(text) == pytest.approx(seconds)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "s",
        "5",
        "1 s",
        "1d",
        "1ss",
        "--1s",
        "1m-2s",
        "NaN",
        "1e3s",
        "٣s",
        "9" * 400 + "h",
        "0x1s",
    ],
)
def test_what_is_no_go_duration(text: str) -> None:
    assert parse_go_duration(text) is None


def go_string(nanoseconds: int) -> str:
    """Go's `Duration.String()`, written independently of the parser."""
    if nanoseconds == 0:
        return "0s"
    sign, rest = ("-" if nanoseconds < 0 else ""), abs(nanoseconds)
    if rest < 1_000_000_000:
        unit, scale = next(
            (u, s) for u, s in (("ms", 10**6), ("µs", 10**3), ("ns", 1)) if rest >= s
        )
        whole, part = divmod(rest, scale)
        digits = f".{part:0{len(str(scale)) - 1}d}".rstrip("0") if part else ""
        return f"{sign}{whole}{digits}{unit}"
    minutes, below = divmod(rest, 60 * 10**9)
    whole, part = divmod(below, 10**9)
    digits = f".{part:09d}".rstrip("0") if part else ""
    hours, minutes_left = divmod(minutes, 60)
    shown = f"{whole}{digits}s"
    if minutes:
        shown = f"{minutes_left}m{shown}"
    if hours:
        shown = f"{hours}h{shown}"
    return sign + shown


@given(st.integers(-(2**63) + 1, 2**63 - 1) | st.integers(-(10**10), 10**10))
def test_go_duration_round_trip(nanoseconds: int) -> None:
    found = parse_go_duration(go_string(nanoseconds))
    assert found == pytest.approx(nanoseconds / 1e9, rel=1e-12, abs=1e-15)


@given(st.text(max_size=30) | st.text(alphabet="0123456789.-+nuµmsh", max_size=30))
def test_go_duration_of_anything_is_a_number_or_none(text: str) -> None:
    found = parse_go_duration(text)
    assert found is None or math.isfinite(found)


@pytest.mark.parametrize("text", ["1" * 200_000, "1h" * 100_000 + "x", "." * 200_000])
def test_hostile_durations_take_no_time(text: str) -> None:
    began = time.process_time()
    parse_go_duration(text)
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (-3, "0 s"),
        (4.4, "4 s"),
        (119, "119 s"),
        (840, "14 m"),
        (3 * 3600, "3 h"),
        (12 * 86400, "12 d"),
    ],
)
def test_ages(seconds: float, shown: str) -> None:
    assert format_age(seconds) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "0.0 ms"),
        (0.0004, "0.4 ms"),
        (0.00096, "1 ms"),
        (0.088, "88 ms"),
        (0.9994, "999 ms"),
        (0.9996, "1.0 s"),
        (1.24, "1.2 s"),
        (-0.5, "-500 ms"),
        (-2.0, "-2.0 s"),
    ],
)
def test_spans(seconds: float, shown: str) -> None:
    assert format_span(seconds) == shown
