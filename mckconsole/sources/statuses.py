"""What an HTTP status and a Kubernetes `Status` object mean.

Used for refused requests and for the ERROR events of a watch, which say the same in another place.
"""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus
from urllib.parse import unquote

import msgspec

from mckconsole.domain.text import clean, shorten
from mckconsole.domain.times import parse_http_date
from mckconsole.sources.errors import (
    BadRequest,
    Expired,
    Forbidden,
    NotKubernetes,
    NotServed,
    ServerTrouble,
    SourceError,
    Throttled,
    Unauthorized,
)

MAX_EXCERPT = 160
RV_TOO_LARGE = "ResourceVersionTooLarge"
"""Cause of a 504: the server's cache has not reached the resourceVersion yet; read without it."""


class Cause(msgspec.Struct, frozen=True):
    reason: str = ""


class Details(msgspec.Struct, frozen=True, rename="camel"):
    retry_after_seconds: int = 0
    causes: list[Cause] | None = None


class Status(msgspec.Struct, frozen=True):
    """The fields of a `v1.Status` that are read."""

    code: int = 0
    reason: str = ""
    message: str = ""
    details: Details | None = None


_DECODER = msgspec.json.Decoder(Status)


def decode_status(body: bytes | msgspec.Raw) -> Status | None:
    """The Status in `body`, or None when it is something else or not decodable."""
    try:
        status = _DECODER.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return status if status.code or status.reason or status.message else None


def event_error(raw: bytes | msgspec.Raw) -> SourceError:
    """The error that the `object` of a watch's ERROR event stands for."""
    status = decode_status(raw) or Status(message="an ERROR event without a Status")
    return _error(status.code or 500, status, "watch", None)


def http_error(
    code: int, body: bytes, *, content_type: str, path: str, retry_after: str | None
) -> SourceError:
    """The error for a refused request; `body` may be cut short, `path` is for the words."""
    path = unquote(path)
    status = decode_status(body)
    if status is None:
        if code == 400 and b"HTTP request to an HTTPS server" in body:
            return NotKubernetes(
                "the server wants TLS, it was asked without", hint="use https:// in its address"
            )
        if is_html(content_type, body) and 400 <= code < 500 and code not in (401, 429):
            return not_kubernetes(f"{_name(code)} with an HTML page for {path}")
        status = Status(message=_excerpt(content_type, body))
    return _error(code, status, path, _parse_retry_after(retry_after))


def not_kubernetes(what: str) -> NotKubernetes:
    """Something answered that is no Kubernetes API."""
    return NotKubernetes(
        f"not a Kubernetes API: {what}",
        hint="check the server address; a login page or a proxy may stand in between",
    )


def is_html(content_type: str, body: bytes) -> bool:
    """Whether a person was meant to read this."""
    start = body[:256].lstrip().lower()
    return "html" in content_type.lower() or start.startswith((b"<!doctype", b"<html"))


def _error(code: int, status: Status, path: str, retry_after: float | None) -> SourceError:
    said = f": {status.message}" if status.message else ""
    reason = _reason(status)
    details = status.details
    if retry_after is None and details is not None and details.retry_after_seconds > 0:
        retry_after = float(details.retry_after_seconds)
    kind, hint = _classify(code, reason, path)
    message = f"{_name(code)} for {path}{said}"
    return kind(message, hint=hint, retry_after=retry_after, reason=reason)


def _classify(code: int, reason: str, path: str) -> tuple[type[SourceError], str]:
    if code == 401:
        return Unauthorized, "the credential is invalid or expired: log in again for this context"
    if code == 403:
        return Forbidden, f"grant this user get, list and watch on {path}"
    if code == 404:
        served = reason == "NotFound"
        return NotServed, "it is gone" if served else "the API server does not serve this path"
    if code == 410 or reason in ("Expired", "Gone"):
        return Expired, "it is read anew from the start"
    if code == 429:
        return Throttled, "the API server is shedding load; it is asked again later"
    if code >= 500:
        return ServerTrouble, "it is tried again; if it stays, look at the API server's own log"
    return BadRequest, "the API server did not understand the request; please report this"


def _reason(status: Status) -> str:
    """The Status' reason, or the cause that says more than `Timeout`."""
    causes = (status.details.causes or []) if status.details else []
    if any(cause.reason == RV_TOO_LARGE for cause in causes):
        return RV_TOO_LARGE
    if status.message.startswith("Too large resource version"):
        return RV_TOO_LARGE  # servers before 1.19 name no cause
    return status.reason


def _name(code: int) -> str:
    try:
        return f"{code} {HTTPStatus(code).phrase}"
    except ValueError:
        return str(code)


def _excerpt(content_type: str, body: bytes) -> str:
    if not body:
        return ""
    if is_html(content_type, body):
        return "an HTML page, not a Kubernetes Status"
    return shorten(clean(body[: 4 * MAX_EXCERPT].decode("utf-8", "replace").strip()), MAX_EXCERPT)


def _parse_retry_after(value: str | None) -> float | None:
    """Seconds of a Retry-After header, which holds seconds or a date (RFC 9110, 10.2.3)."""
    if not value:
        return None
    if value.strip().isascii() and value.strip().isdigit():
        return float(value.strip()[:9])
    date = parse_http_date(value)
    return None if date is None else max(date - datetime.now(UTC).timestamp(), 0.0)
