"""Status objects in refusals and in ERROR events."""

from __future__ import annotations

import pytest

from mckconsole.sources import errors
from mckconsole.sources.statuses import decode_status, event_error, http_error


@pytest.mark.parametrize(
    ("raw", "expected", "reason"),
    [
        (b'{"code":410,"reason":"Expired","message":"too old"}', errors.Expired, "Expired"),
        (b'{"code":410,"reason":"Gone"}', errors.Expired, "Gone"),
        (b'{"reason":"Expired","message":"no code"}', errors.Expired, "Expired"),
        (b'{"code":429,"details":{"retryAfterSeconds":2}}', errors.Throttled, ""),
        (b'{"code":500,"reason":"InternalError"}', errors.ServerTrouble, "InternalError"),
        (b'{"code":403,"reason":"Forbidden"}', errors.Forbidden, "Forbidden"),
        (b'{"kind":"Pod"}', errors.ServerTrouble, ""),
        (b"[1]", errors.ServerTrouble, ""),
        (b"\xff", errors.ServerTrouble, ""),
    ],
)
def test_error_events(raw: bytes, expected: type[errors.SourceError], reason: str) -> None:
    found = event_error(raw)
    assert type(found) is expected
    assert found.reason == reason


def test_the_servers_wait_is_taken_from_the_body_too() -> None:
    found = event_error(b'{"code":429,"details":{"retryAfterSeconds":2,"causes":null}}')
    assert found.retry_after == 2.0


@pytest.mark.parametrize("value", ["", "soon", "-1", "9" * 400, "\u0663"])
def test_odd_retry_after_headers_do_no_harm(value: str) -> None:
    found = http_error(503, b"", content_type="", path="/x", retry_after=value)
    assert found.retry_after is None or 0 <= found.retry_after < 1e9


@pytest.mark.parametrize("body", [b"", b"{}", b"null", b'{"code":"x"}', b"[" * 100_000, b"\xff"])
def test_what_is_no_status(body: bytes) -> None:
    assert decode_status(body) is None


def test_unknown_codes_have_words() -> None:
    found = http_error(599, b"", content_type="", path="/a%20b", retry_after=None)
    assert type(found) is errors.ServerTrouble
    assert found.message == "599 for /a b"
