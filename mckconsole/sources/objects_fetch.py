"""Read one object, take the credentials out of it, and give it back as YAML.

The bytes and the decoded object live only in this module's calls: what leaves it is redacted text.
Of a Secret only the metadata is asked for, so its values never arrive. One GET per object, and
where the plural of a foreign kind is not known, one for the list of what its group serves.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import cast
from urllib.parse import quote

import msgspec

from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.kinds import KINDS
from mckconsole.domain.objecttext import ObjectText
from mckconsole.domain.text import clean
from mckconsole.sources.api import DOCUMENT, JSON, METADATA, METADATA_LIST
from mckconsole.sources.client import ClusterClient
from mckconsole.sources.errors import BadRequest, NotServed, ProtocolTrouble
from mckconsole.sources.guard import CONNECT_SEGMENTS
from mckconsole.sources.limits import MIB
from mckconsole.sources.redact import MAX_DEPTH, Redacted, TooDeep, Tree, redact
from mckconsole.sources.yamlout import to_lines

MAX_BYTES = 4 * MIB
"""Size of the largest object that is shown; etcd's own limit is 1.5 MiB."""
PATIENCE = 15.0
"""Seconds that an answer may take: somebody is waiting for it."""
_NAMES = frozenset({*CONNECT_SEGMENTS, ".", ".."})


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer that is not looked into yet; it may hold credentials, and is kept by nobody."""

    ref: ObjectRef
    body: bytes = field(repr=False)
    date: float | None
    """Unix seconds by the API server's clock."""
    listed: bool
    """It is a list of one."""
    secret: bool


async def fetch_object(
    client: ClusterClient, ref: ObjectRef, version: str, plural: str
) -> ObjectText:
    """The object that `ref` names, read in API `version` under its group's `plural`.

    Raises:
        SourceError: it could not be read, in words; NotServed when it is not there.
    """
    answer = await ask_object(client, ref, version, plural)
    shown = await asyncio.to_thread(_show, answer)
    return ObjectText(ref, shown.lines, shown.redacted, shown.notes, answer.date)


async def ask_object(
    client: ClusterClient, ref: ObjectRef, version: str, plural: str
) -> Answered:  # fmt: skip
    """Ask for it; of a Secret for the metadata alone. Raises like `fetch_object`."""
    secret = "secret" in (ref.kind.casefold(), plural.casefold().removesuffix("s"))
    document = _document(ref)
    path, selector = (document, None) if document else _where(ref, version, plural)
    accept = (METADATA_LIST if selector else METADATA) if secret else DOCUMENT if document else JSON
    try:
        reply = await client.get(path, selector, accept=accept, timeout=PATIENCE)
    except NotServed:
        raise _gone(ref) from None
    return Answered(ref, reply.body, reply.date, bool(selector), secret)


async def find_plural(client: ClusterClient, ref: ObjectRef) -> str:
    """The plural of `ref`'s kind: the registry's, else what the API server says.

    Raises:
        SourceError: the server could not be asked, or does not serve such a kind.
    """
    group, _, version = ref.api_version.rpartition("/")
    for kind in KINDS:
        if (kind.group, kind.projection.kind) == (group, ref.kind):
            return kind.plural
    reply = await client.get(_root(group, version), timeout=PATIENCE)
    try:
        served = msgspec.json.decode(reply.body, type=_Served)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise ProtocolTrouble("what this API group serves is not readable") from None
    for resource in served.resources or ():
        if resource.kind == ref.kind and "/" not in resource.name:
            return resource.name
    raise NotServed(f"{ref.kind} is not served in {ref.api_version} here")


class _Resource(msgspec.Struct):
    name: str = ""
    kind: str = ""


class _Served(msgspec.Struct):
    resources: list[_Resource] | None = None


def _document(ref: ObjectRef) -> str:
    """The path of the document that `ref` names; empty where it names an object of the API."""
    documents = (kind for kind in KINDS if kind.document)
    return next((one.document for one in documents if one.projection().ref("") == ref), "")


def _root(group: str, version: str) -> str:
    return f"/apis/{quote(group)}/{quote(version)}" if group else f"/api/{quote(version)}"


def _where(ref: ObjectRef, version: str, plural: str) -> tuple[str, dict[str, str] | None]:
    """Path of the object; where a name would pass for a sub-resource, of a list of one.

    Raises:
        BadRequest: no object can have this name.
    """
    for part in (ref.name, ref.namespace, plural, version):
        if "/" in part or "%" in part or (not part and part is not ref.namespace):
            raise BadRequest(f"{ref} has a name that no object can have")
    root = _root(ref.api_version.rpartition("/")[0], version)
    if {ref.name.casefold(), ref.namespace.casefold()} & _NAMES:
        wanted = [f"metadata.name={ref.name}"]
        wanted += [f"metadata.namespace={ref.namespace}"] if ref.namespace else []
        return f"{root}/{quote(plural)}", {"fieldSelector": ",".join(wanted), "limit": "1"}
    place = f"/namespaces/{quote(ref.namespace)}" if ref.namespace else ""
    return f"{root}{place}/{quote(plural)}/{quote(ref.name)}", None


def _gone(ref: ObjectRef) -> NotServed:
    return NotServed(f"{ref} is not there any more, or its kind is not served here")


@dataclass(frozen=True, slots=True)
class _Shown:
    lines: tuple[str, ...]
    redacted: int
    notes: tuple[str, ...]


def _show(answer: Answered) -> _Shown:
    """The text of an answer; no error of this function holds any part of it."""
    found, lines = show_tree(answer.ref, open_object(answer))
    return _Shown(lines, found.count, tuple(notes_on(found, secret=answer.secret)))


def open_object(answer: Answered) -> dict[str, Tree]:
    """The object as it was sent, of a Secret its metadata: it may hold credentials.

    Raises:
        SourceError: it cannot be read; without any part of it.
    """
    ref, body = answer.ref, answer.body
    if len(body) > MAX_BYTES:
        size = f"{len(body) / MIB:.1f} MiB"
        raise ProtocolTrouble(f"{ref} is {size}: larger than the {MAX_BYTES // MIB} MiB shown here")
    try:
        document = msgspec.json.decode(body)
    except RecursionError:
        raise _too_deep(ref) from None
    except (msgspec.DecodeError, UnicodeError, ValueError):
        raise _unreadable(ref) from None
    if answer.listed:
        document = _only(document, ref)
    if not isinstance(document, dict):
        raise ProtocolTrouble(f"{ref} was answered with a document that is no object")
    return _metadata(document, ref) if answer.secret else cast("dict[str, Tree]", document)


def show_tree(ref: ObjectRef, document: dict[str, Tree]) -> tuple[Redacted, tuple[str, ...]]:
    """What of it may be shown, and that as YAML; raises like `open_object`."""
    try:
        found = redact(document)
        return found, tuple(to_lines(found.tree))
    except (TooDeep, RecursionError):
        raise _too_deep(ref) from None
    except (UnicodeError, ValueError):
        raise _unreadable(ref) from None


def _too_deep(ref: ObjectRef) -> ProtocolTrouble:
    return ProtocolTrouble(f"{ref} is nested deeper than {MAX_DEPTH} levels")


def _unreadable(ref: ObjectRef) -> ProtocolTrouble:
    return ProtocolTrouble(f"the answer for {ref} is not readable")


def _only(document: object, ref: ObjectRef) -> object:
    """The one object of a list."""
    items = document.get("items") if isinstance(document, dict) else None
    if not isinstance(items, list):
        raise ProtocolTrouble(f"{ref} was answered with a document that is no list")
    if not items:
        raise _gone(ref)
    item = items[0]
    if isinstance(item, dict):
        item = {"apiVersion": clean(ref.api_version), "kind": clean(ref.kind), **item}
    return item


def _metadata(document: dict[str, Tree], ref: ObjectRef) -> dict[str, Tree]:
    """Nothing but names and metadata, whatever the server sent."""
    return {
        "apiVersion": ref.api_version,
        "kind": ref.kind,
        "metadata": document.get("metadata"),
    }


def notes_on(found: Redacted, *, secret: bool) -> list[str]:
    """What a reader must know of what is not shown, one sentence each."""
    notes = []
    if secret:
        notes.append("only the metadata of a Secret is asked for: its values are never read")
    if found.count:
        are = "value is taken out: it is" if found.count == 1 else "values are taken out: they are"
        notes.append(f"{found.count} {are} or may be credentials")
    if found.cut:
        are = "value is" if found.cut == 1 else "values are"
        notes.append(f"{found.cut} {are} cut because of the length")
    return notes
