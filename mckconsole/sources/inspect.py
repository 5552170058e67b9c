"""Read one object for a person: redacted tree, YAML, and who wrote which of its fields.

One GET. The bytes and the decoded object live only in this module's calls, in a thread: what leaves
it is redacted. Of a Secret only the metadata is asked for.
Source of the form of `fieldsV1`: structured-merge-diff, `fieldpath/serialize.go`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from typing import cast

import msgspec

from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.inspected import FieldManager, ObjectFacts
from mckconsole.domain.inspected import Tree as Shown
from mckconsole.domain.text import clean, shorten
from mckconsole.domain.times import parse_rfc3339
from mckconsole.domain.trees import map_at, maps_at, text_at
from mckconsole.sources.client import ClusterClient
from mckconsole.sources.objects_fetch import (
    Answered,
    ask_object,
    find_plural,
    notes_on,
    open_object,
    show_tree,
)
from mckconsole.sources.redact import Tree
from mckconsole.sources.redact_text import Scrubber
from mckconsole.sources.relations.lookup import Lookup

MAX_MANAGERS = 200
MAX_PATHS = 400
"""Paths of one manager that are kept; all of them are counted."""
_DEEPEST = 64
_MAX_WORD = 253


async def inspect_object(client: ClusterClient, cluster: str, ref: ObjectRef) -> ObjectFacts:
    """The object that `ref` names in `cluster`; its API version may be left open.

    Raises:
        SourceError: it could not be read, in words; NotServed when it is not there.
    """
    if not ref.api_version or ref.api_version.endswith("/"):
        async with Lookup(client) as lookup:
            kind = await lookup.served(ref)
        place = ref.namespace if kind.namespaced else ""
        ref = ObjectRef(kind.api_version, ref.kind, place, ref.name)
    plural = await find_plural(client, ref)
    answer = await ask_object(client, ref, ref.api_version.rpartition("/")[2], plural)
    return await asyncio.to_thread(_facts, cluster, answer, client.clock_offset)


def _facts(cluster: str, answer: Answered, offset: float) -> ObjectFacts:
    ref, document = answer.ref, open_object(answer)
    written = _take_managed(document)
    found, lines = show_tree(ref, document)
    managed = show_tree(ref, {"written": written})[1][1:] if written else ()
    return ObjectFacts(
        cluster,
        ref,
        answer.date,
        cast("Mapping[str, Shown]", found.tree),
        lines,
        managed,
        tuple(read_managers(written)),
        redacted=found.count,
        notes=tuple(notes_on(found, secret=answer.secret)),
        clock_offset=offset,
    )


def _take_managed(document: dict[str, Tree]) -> list[Tree]:
    """The managed fields, which are not in the document any more."""
    metadata = document.get("metadata")
    if not isinstance(metadata, dict):
        return []
    written = metadata.pop("managedFields", None)
    return written if isinstance(written, list) else []


def read_managers(written: object) -> list[FieldManager]:
    """Who wrote which fields, the latest first; what does not say when comes last."""
    found = [_manager(one) for one in list(maps_at({"all": written}, "all"))[:MAX_MANAGERS]]
    return sorted(found, key=lambda one: (one.at is None, -(one.at or 0.0)))


def _manager(entry: Mapping[str, object]) -> FieldManager:
    scrub = Scrubber()
    count = 0
    paths: list[str] = []
    for path in _paths(map_at(entry, "fieldsV1"), "", scrub, 0):
        count += 1
        if len(paths) < MAX_PATHS:
            paths.append(shorten(path, _MAX_WORD))
    paths.sort(key=_rank)
    return FieldManager(
        name=_word(entry, "manager") or "somebody",
        operation=_word(entry, "operation"),
        subresource=_word(entry, "subresource"),
        at=parse_rfc3339(text_at(entry, "time")),
        paths=tuple(paths),
        count=count,
    )


def _rank(path: str) -> int:
    """What somebody wants first: the specification, then the rest, the status last."""
    return 0 if path.startswith("spec") else 2 if path.startswith("status") else 1


def _word(entry: Mapping[str, object], name: str) -> str:
    return shorten(clean(Scrubber().text(text_at(entry, name)[:4096])), _MAX_WORD)


def _paths(held: Mapping[str, object], before: str, scrub: Scrubber, depth: int) -> Iterator[str]:
    """The paths of the fields of a set; those below which there are others are not told."""
    for key, below in held.items():
        if key == "." or not isinstance(key, str):
            continue
        path = before + _step(key, scrub, first=not before)
        deeper = below if isinstance(below, Mapping) else {}
        if depth < _DEEPEST and any(name != "." for name in deeper):
            yield from _paths(deeper, path, scrub, depth + 1)
        else:
            yield path


def _step(key: str, scrub: Scrubber, *, first: bool) -> str:
    """`.replicas`, `[name=app]`, `["a/finalizer"]`, `[0]`."""
    sort, _, rest = key[:1024].partition(":")
    if sort == "f":
        name = clean(scrub.text(rest))
        plain = name.isidentifier()
        return name if first and plain else f".{name}" if plain else f"['{name}']"
    if sort == "k":
        return f"[{_item_key(rest, scrub)}]"
    return f"[{clean(scrub.text(rest))}]"


def _item_key(text: str, scrub: Scrubber) -> str:
    """`name=app`, of the JSON that names an item of a list."""
    try:
        pairs = msgspec.json.decode(text, type=dict[str, str | int | float | bool | None])
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return clean(scrub.text(text))
    return clean(scrub.text(",".join(f"{key}={value}" for key, value in pairs.items())))
