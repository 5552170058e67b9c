"""The `Status` errors of kube-apiserver, word for word.

Texts were read off kube-apiserver v1.36.2; the conformance suite compares them again wherever one
is at hand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mckconsole.demo.objects import KubeObject, ResourceType

REASONS = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    405: "MethodNotAllowed",
    406: "NotAcceptable",
    409: "Conflict",
    410: "Expired",
    415: "UnsupportedMediaType",
    422: "Invalid",
    429: "TooManyRequests",
    500: "InternalError",
    503: "ServiceUnavailable",
    504: "Timeout",
}

EXPIRED_CONTINUE = (
    "The provided continue parameter is too old to display a consistent list result. You can "
    "start a new list without the continue parameter, or use the continue token in this response "
    "to retrieve the remainder of the results. Continuing with the provided token results in an "
    "inconsistent list - objects that were created, modified, or deleted between the time the "
    "first chunk was returned and now may show up in the list."
)


def status_body(
    code: int,
    message: str,
    *,
    reason: str | None = None,
    details: Mapping[str, Any] | None = None,
    continue_token: str = "",
) -> KubeObject:
    """A `Status` of failure; `details` is left out when None."""
    body: KubeObject = {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {"continue": continue_token} if continue_token else {},
        "status": "Failure",
        "message": message,
    }
    shown = REASONS.get(code, "") if reason is None else reason
    if shown:
        body["reason"] = shown
    if details is not None:
        body["details"] = dict(details)
    body["code"] = code
    return body


class ApiError(Exception):
    """Ends a request with a `Status`, or with plain text as the server's own 404 does."""

    def __init__(
        self,
        code: int,
        message: str,
        *,
        reason: str | None = None,
        details: Mapping[str, Any] | None = None,
        continue_token: str = "",
        retry_after: int | None = None,
        text: bool = False,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.body = status_body(
            code, message, reason=reason, details=details, continue_token=continue_token
        )
        self.retry_after = retry_after
        self.text = message if text else None


def page_not_found() -> ApiError:
    """404 for a path that no group and no definition claims."""
    return ApiError(404, "404 page not found\n", text=True)


def no_such_resource() -> ApiError:
    """404 for a resource or version that an existing group does not have."""
    return ApiError(404, "the server could not find the requested resource", details={})


def not_found(type_: ResourceType, name: str) -> ApiError:
    """404 for one object."""
    details = {"name": name, "group": type_.group, "kind": type_.plural}
    return ApiError(
        404,
        f'{type_.id} "{name}" not found',
        details={key: value for key, value in details.items() if value},
    )


def method_not_allowed() -> ApiError:
    """405, also the answer to every write."""
    message = "the server does not allow this method on the requested resource"
    return ApiError(405, message, details={})


def bad_request(message: str) -> ApiError:
    """400."""
    return ApiError(400, message)


def not_acceptable(message: str, details: Mapping[str, Any] | None = None) -> ApiError:
    """406: no representation that the client accepts."""
    return ApiError(406, message, details=details)


def unsupported_media_type() -> ApiError:
    """415: protobuf, which only the real server reads."""
    return ApiError(
        415,
        "the body of the request was in an unknown format - accepted media types include: "
        "application/json",
    )


def invalid_options(field: str, kind: str, message: str) -> ApiError:
    """422 for list options that contradict each other; `kind` is `Forbidden` or `NotSupported`."""
    prefix = {"Forbidden": "Forbidden: ", "NotSupported": ""}[kind]
    cause = {"reason": f"FieldValue{kind}", "message": f"{prefix}{message}", "field": field}
    return ApiError(
        422,
        f'ListOptions.meta.k8s.io "" is invalid: {field}: {prefix}{message}',
        details={"group": "meta.k8s.io", "kind": "ListOptions", "causes": [cause]},
    )


def too_large_version(asked: int, current: int) -> ApiError:
    """504 for a resource version from the future."""
    cause = {"reason": "ResourceVersionTooLarge", "message": "Too large resource version"}
    return ApiError(
        504,
        f"Timeout: Too large resource version: {asked}, current: {current}",
        details={"causes": [cause], "retryAfterSeconds": 1},
        retry_after=1,
    )


def expired_list() -> ApiError:
    """410 for a list at an exact version that is compacted."""
    return ApiError(410, "The resourceVersion for the provided list is too old.")


def expired_continue(fresh_token: str) -> ApiError:
    """410 for a continue token whose snapshot is gone; the fresh token goes on inconsistently."""
    return ApiError(410, EXPIRED_CONTINUE, continue_token=fresh_token)


def expired_watch(asked: int, oldest: int) -> KubeObject:
    """The Status inside the ERROR event of a watch that starts too early."""
    return status_body(410, f"too old resource version: {asked} ({oldest})")


def forbidden(message: str, details: Mapping[str, Any]) -> ApiError:
    """403."""
    return ApiError(403, message, details=details)


def invalid_review(group: str, field: str, message: str) -> ApiError:
    """422 for a review whose spec contradicts itself."""
    cause = {
        "reason": "FieldValueInvalid",
        "message": f"Invalid value: null: {message}",
        "field": field,
    }
    causes: Sequence[Mapping[str, str]] = [cause]
    return ApiError(
        422,
        f'.{group} "" is invalid: {field}: Invalid value: null: {message}',
        details={"group": group, "causes": causes},
    )
