"""Lists: options, their rules, consistent pages, and how the body is put together.

Source of the rules: k8s.io/apimachinery ListOptions validation and the API concepts page
("Resource versions"); texts and oddities were observed on kube-apiserver v1.36.2.
"""

from __future__ import annotations

import base64
import binascii
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from mckconsole.demo.access import is_true
from mckconsole.demo.negotiation import Form
from mckconsole.demo.objects import ResourceType
from mckconsole.demo.selectors import Predicate, combine, field_selector, label_selector
from mckconsole.demo.status import (
    ApiError,
    bad_request,
    expired_continue,
    expired_list,
    invalid_options,
    too_large_version,
)
from mckconsole.demo.storage import Storage
from mckconsole.demo.tables import table
from mckconsole.demo.watchlog import Stored, storage_path

_INCONSISTENT = -1


@dataclass(frozen=True, slots=True)
class ListOptions:
    """The query of a list or watch, parsed."""

    selector: Predicate | None
    limit: int
    continue_token: str
    version: str
    match: str
    timeout: int
    bookmarks: bool
    send_initial_events: bool | None

    @classmethod
    def parse(cls, query: Mapping[str, str], type_: ResourceType) -> ListOptions:
        """Parse a query.

        Raises:
            ApiError: 400 for what does not parse.
        """
        initial = query.get("sendInitialEvents")
        return cls(
            limit=_integer(query.get("limit", "")),
            timeout=_integer(query.get("timeoutSeconds", "")),
            selector=combine(
                label_selector(query.get("labelSelector", "")),
                field_selector(query.get("fieldSelector", ""), type_),
            ),
            continue_token=query.get("continue", ""),
            version=query.get("resourceVersion", ""),
            match=query.get("resourceVersionMatch", ""),
            bookmarks=is_true(query.get("allowWatchBookmarks", "")),
            send_initial_events=None if initial is None else is_true(initial),
        )

    def check_list(self) -> None:
        """Refuse combinations that are not allowed for a list (422)."""
        if self.match:
            if not self.version:
                raise _match_forbidden("is forbidden unless resourceVersion is provided")
            if self.continue_token:
                raise _match_forbidden("is forbidden when continue is provided")
            if self.match not in ("Exact", "NotOlderThan"):
                raise _match_unsupported(self.match, '"Exact", "NotOlderThan", ""')
            if self.match == "Exact" and self.version == "0":
                raise _match_forbidden('"exact" is forbidden for resourceVersion "0"')
        if self.send_initial_events is not None:
            raise invalid_options(
                "sendInitialEvents", "Forbidden", "sendInitialEvents is forbidden for list"
            )

    def check_watch(self) -> None:
        """Refuse combinations that are not allowed for a watch (422)."""
        if self.send_initial_events is None and self.match:
            raise _match_forbidden("is forbidden for watch unless sendInitialEvents is provided")
        if self.send_initial_events is not None and self.match != "NotOlderThan":
            raise invalid_options(
                "resourceVersionMatch",
                "Forbidden",
                "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan",
            )


def _match_forbidden(text: str) -> ApiError:
    return invalid_options("resourceVersionMatch", "Forbidden", f"resourceVersionMatch {text}")


def _match_unsupported(value: str, supported: str) -> ApiError:
    text = f'Unsupported value: "{value}": supported values: {supported}'
    return invalid_options("resourceVersionMatch", "NotSupported", text)


def _integer(text: str) -> int:
    if not text:
        return 0
    try:
        return int(text)
    except ValueError:
        message = f'strconv.ParseInt: parsing "{text}": invalid syntax'
        raise bad_request(message) from None


def parse_version(text: str) -> int:
    """A resource version as a number; "" and "0" are 0.

    Raises:
        ValueError: with the text of Go's parser.
    """
    if text and not (text.isascii() and text.isdigit()):
        raise ValueError(
            f'resourceVersion: Invalid value: "{text}": strconv.ParseUint: '
            f'parsing "{text}": invalid syntax'
        )
    return int(text or "0")


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list."""

    items: Sequence[Stored]
    revision: int
    token: str = ""
    remaining: int | None = None

    def metadata(self) -> dict[str, object]:
        """The list's metadata."""
        found: dict[str, object] = {"resourceVersion": str(self.revision)}
        if self.token:
            found["continue"] = self.token
        if self.remaining:
            found["remainingItemCount"] = self.remaining
        return found


def read_page(storage: Storage, type_: ResourceType, namespace: str, options: ListOptions) -> Page:
    """The page that the options ask for.

    Raises:
        ApiError: 400, 410, 422 or 504.
    """
    options.check_list()
    revision, start, limit = _position(storage, type_, options)
    everything = storage.log(type_).snapshot(revision)
    if namespace:
        low, high = f"{namespace}/", f"{namespace}0"  # "0" follows "/"
        first = bisect_left(everything, low, key=_path)
        everything = everything[first : bisect_left(everything, high, key=_path)]
    if start:
        everything = everything[bisect_left(everything, start, key=_path) :]
    if options.selector is not None:
        everything = tuple(stored for stored in everything if options.selector(stored))
    if limit <= 0 or len(everything) <= limit:
        return Page(everything, revision)
    page = everything[:limit]
    token = _encode_token(revision, f"{_path(page[-1])}\0")
    remaining = None if options.selector is not None else len(everything) - limit
    return Page(page, revision, token, remaining)


def _path(stored: Stored) -> str:
    return storage_path(stored.key)


def _position(storage: Storage, type_: ResourceType, options: ListOptions) -> tuple[int, str, int]:
    """(revision to read, first storage path, limit)."""
    current, floor = storage.revision, storage.log(type_).floor
    try:
        asked = parse_version(options.version)
    except ValueError as error:
        raise bad_request(f"invalid resource version: {error}") from None
    if options.continue_token:
        if asked:
            raise bad_request("specifying resource version is not allowed when using continue")
        revision, start = _decode_token(options.continue_token)
        if revision == _INCONSISTENT:
            return current, start, options.limit
        if revision < floor:
            raise expired_continue(_encode_token(_INCONSISTENT, start))
        return revision, start, options.limit
    if asked > current:
        raise too_large_version(asked, current)
    if options.version == "0":
        return current, "", 0  # served from the watch cache, which ignores the limit
    exact = options.match == "Exact" or (not options.match and options.limit > 0)
    if asked and exact:
        if asked < floor:
            raise expired_list()
        return asked, "", options.limit
    return current, "", options.limit


def _encode_token(revision: int, start: str) -> str:
    token = {"v": "meta.k8s.io/v1", "rv": revision, "start": start}
    return base64.urlsafe_b64encode(msgspec.json.encode(token)).rstrip(b"=").decode()


class _Token(msgspec.Struct):
    v: str
    rv: int
    start: str


def _decode_token(text: str) -> tuple[int, str]:
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        token = msgspec.json.decode(raw, type=_Token)
    except (binascii.Error, ValueError) as error:
        message = f"invalid continue token: continue key is not valid: {error}"
        raise bad_request(message) from None
    return token.rv, token.start


def type_prefix(type_: ResourceType, version: str) -> bytes:
    """The opening of every object of a type, to stand before its stored body."""
    kind = msgspec.json.encode(type_.kind)
    api_version = msgspec.json.encode(type_.api_version(version))
    if type_.custom:
        return b'{"apiVersion":%s,"kind":%s,' % (api_version, kind)
    return b'{"kind":%s,"apiVersion":%s,' % (kind, api_version)


PARTIAL_PREFIX = b'{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":'


def partial(stored: Stored) -> bytes:
    """One object as PartialObjectMetadata."""
    return PARTIAL_PREFIX + stored.metadata() + b"}"


def list_body(
    page: Page, type_: ResourceType, version: str, form: Form, include: str, now: float
) -> bytes:
    """The bytes of a list in the negotiated form."""
    metadata = msgspec.json.encode(page.metadata())
    if form is Form.TABLE:
        document = table(type_, version, page.items, include, now)
        return msgspec.json.encode({**document, "metadata": page.metadata()})
    if form is Form.PARTIAL_LIST:
        # Without items, the server writes Go's zero value of a list.
        items = b"[%s]" % b",".join(map(partial, page.items)) if page.items else b"null"
        head = b'{"kind":"PartialObjectMetadataList","apiVersion":"meta.k8s.io/v1"'
        return b'%s,"metadata":%s,"items":%s}' % (head, metadata, items)
    api_version = msgspec.json.encode(type_.api_version(version))
    kind = msgspec.json.encode(f"{type_.kind}List")
    if type_.custom:
        # A custom list is an unstructured map: keys in order, items with their types, and an
        # empty continue token.
        prefix = type_prefix(type_, version)
        items = b",".join(stored.typed(prefix) for stored in page.items)
        metadata = msgspec.json.encode({"continue": "", **page.metadata()})
        return b'{"apiVersion":%s,"items":[%s],"kind":%s,"metadata":%s}' % (
            api_version,
            items,
            kind,
            metadata,
        )
    items = b",".join(stored.body for stored in page.items)
    return b'{"kind":%s,"apiVersion":%s,"metadata":%s,"items":[%s]}' % (
        kind,
        api_version,
        metadata,
        items,
    )
