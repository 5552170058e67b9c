"""The read-only guard: the one place every request passes before it leaves the process.

A method check alone is not enough: GET on `exec`, `attach`, `portforward` and `proxy` runs commands
or sends requests to workloads. So the guard judges method, origin, headers and the path as it
stands on the wire, and refuses every path that a server or a proxy on the way could read
differently. It must not depend on who built the request.
"""

from __future__ import annotations

import re
from enum import StrEnum
from urllib.parse import unquote

from aiohttp import ClientHandlerType, ClientRequest, ClientResponse
from yarl import URL

from mckconsole.sources.errors import ReadOnlyViolation

READ_METHODS = frozenset({"GET", "HEAD"})


class SelfReview(StrEnum):
    """The three questions about oneself that a reader may POST; values are paths.

    They create nothing and answer about the caller alone; no other path may be POSTed to.
    """

    ACCESS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
    RULES = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews"
    SUBJECT = "/apis/authentication.k8s.io/v1/selfsubjectreviews"


SELF_REVIEWS = frozenset(SelfReview)
CONNECT_SEGMENTS = frozenset({"exec", "attach", "portforward", "proxy"})
"""Sub-resources that do something on GET (Kubernetes' `connect` verbs and the old `/proxy/`)."""
FORBIDDEN_HEADERS = ("Upgrade", "X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override")
"""What turns a read into something else, in the API server or in a gateway before it."""

_WIRE = re.compile(r"(?:/(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})*)+")
"""A path of RFC 3986, 3.3, and nothing else."""


class Guard:
    """Middleware that lets through reads of one endpoint and the three self-reviews."""

    def __init__(self, base: URL) -> None:
        self._origin = base.origin()
        self._prefix = base.raw_path.rstrip("/")
        self.refused = 0
        """Requests stopped so far; anything but 0 is a bug of ours."""

    async def __call__(self, request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        """Raises ReadOnlyViolation before anything leaves."""
        reason = self.judge(request.method, request.url)
        if not reason:
            named = [name for name in FORBIDDEN_HEADERS if name in request.headers]
            reason = f"header {named[0]}" if named else ""
        if reason:
            self.refused += 1
            raise ReadOnlyViolation(
                f"stopped {request.method} {request.url.raw_path}: {reason}",
                hint="the console only reads; please report this as a bug",
            )
        return await handler(request)

    def judge(self, method: str, url: URL) -> str:
        """Why this request must not leave; empty when it may."""
        if url.origin() != self._origin:
            return "another origin than the cluster's"
        path = url.raw_path
        if not path.startswith(f"{self._prefix}/"):
            return "outside of the cluster's base path"
        path = path[len(self._prefix) :]
        if method == "POST":
            return "" if path in SELF_REVIEWS else "POST is for self-reviews only"
        if method not in READ_METHODS:
            return "method is not read-only"
        return judge_path(path)


def judge_path(path: str) -> str:
    """Why a GET of `path` (as sent, percent-encoded, without the prefix) is refused, or empty."""
    if not _WIRE.fullmatch(path):
        return "character that has no place in a path"
    if "%" in path:
        decoded = unquote(path, errors="replace")
        # No Kubernetes name holds one of these (apimachinery's IsValidPathSegmentName), and a
        # second decoder on the way would read them as path syntax.
        if decoded.count("/") != path.count("/") or "%" in decoded or "\\" in decoded:
            return "encoded path syntax"
        if not decoded.isprintable() or "\ufffd" in decoded:
            return "encoded character that has no place in a path"
        path = decoded
    segments = path.casefold().split("/")[1:]
    if "" in segments[:-1]:
        return "empty path segment"
    for segment in segments:
        name = segment.partition(";")[0].strip()
        if name in (".", ".."):
            return "dot segment"
        if name in CONNECT_SEGMENTS:
            return f"sub-resource {name} is not read-only"
    return ""
