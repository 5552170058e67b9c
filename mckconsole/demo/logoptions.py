"""The query of a pod's log as kube-apiserver reads and refuses it (v1 PodLogOptions)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mckconsole.demo.access import is_true
from mckconsole.demo.status import ApiError, bad_request
from mckconsole.domain.times import parse_rfc3339


@dataclass(frozen=True, slots=True)
class LogQuery:
    """What a client wants of a log."""

    container: str = ""
    follow: bool = False
    previous: bool = False
    timestamps: bool = False
    tail: int | None = None
    limit: int | None = None
    since: int | None = None
    since_time: float | None = None

    @classmethod
    def parse(cls, query: Mapping[str, str], pod: str) -> LogQuery:
        """Read the parameters.

        Raises:
            ApiError: 400 for what is no number or time, 422 for what cannot be.
        """
        found = cls(
            container=query.get("container", ""),
            follow=is_true(query.get("follow", "")),
            previous=is_true(query.get("previous", "")),
            timestamps=is_true(query.get("timestamps", "")),
            tail=_number(query, "tailLines"),
            limit=_number(query, "limitBytes"),
            since=_number(query, "sinceSeconds"),
            since_time=_time(query),
        )
        if found.tail is not None and found.tail < 0:
            raise _invalid(pod, "tailLines", found.tail, "must be greater than or equal to 0")
        if found.limit is not None and found.limit < 1:
            raise _invalid(pod, "limitBytes", found.limit, "must be greater than 0")
        if found.since is not None and found.since_time is not None:
            words = "at most one of `sinceTime` or `sinceSeconds` may be specified"
            raise _refusal(pod, "", "FieldValueForbidden", f"Forbidden: {words}")
        if found.since is not None and found.since < 1:
            raise _invalid(pod, "sinceSeconds", found.since, "must be greater than 0")
        return found


def _number(query: Mapping[str, str], name: str) -> int | None:
    text = query.get(name, "")
    if not text:
        return None
    try:
        return int(text)
    except ValueError:
        raise bad_request(f'strconv.ParseInt: parsing "{text}": invalid syntax') from None


def _time(query: Mapping[str, str]) -> float | None:
    text = query.get("sinceTime", "")
    if not text:
        return None
    at = parse_rfc3339(text)
    if at is None:
        layout = "2006-01-02T15:04:05Z07:00"
        raise bad_request(f'parsing time "{text}" as "{layout}": cannot parse "{text}" as "2006"')
    return float(int(at))  # what goes to the kubelet has whole seconds


def _invalid(pod: str, name: str, value: int, words: str) -> ApiError:
    return _refusal(pod, name, "FieldValueInvalid", f"Invalid value: {value}: {words}")


def _refusal(pod: str, name: str, reason: str, words: str) -> ApiError:
    cause = {"reason": reason, "message": words, "field": name or "[]"}
    return ApiError(
        422,
        f'PodLogOptions "{pod}" is invalid: {name or "[]"}: {words}',
        details={"name": pod, "kind": "PodLogOptions", "causes": [cause]},
    )
