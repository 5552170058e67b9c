"""The fields of an object that are looked at, by what kind of object it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from mckconsole.detect.annotations import annotation_parts
from mckconsole.detect.encodings import decode64
from mckconsole.detect.envelope import Envelope, tree
from mckconsole.detect.look import Look
from mckconsole.detect.model import Siblings, Where
from mckconsole.detect.names import joined, shown
from mckconsole.detect.parts import Part, Place, data_place
from mckconsole.detect.tree import Leaves
from mckconsole.detect.workload import spec_parts, template_parts
from mckconsole.domain.kind import Scan

_BASE64 = msgspec.json.Decoder(dict[str, bytes])
_TEXTS = msgspec.json.Decoder(dict[str, str])
_KEPT = frozenset((Scan.SECRET, Scan.CONFIG_MAP))
"""Kinds whose content, and what repeats it, is only looked at where values may be."""


def field_parts(found: Envelope, scan: Scan, look: Look, *, values: bool) -> Iterator[Part]:
    """All fields of one object."""
    notes = tree(found.metadata.annotations)
    copies = values or scan not in _KEPT
    yield from annotation_parts(notes, "metadata", ("f:metadata",), copies=copies)
    if scan in _KEPT:
        if values:
            yield from _content(found, scan, look)
    elif scan is Scan.WORKLOAD:
        yield from _templates(tree(found.spec), "spec", ("f:spec",))
    elif scan is Scan.LOOSE_POD:
        yield from spec_parts(tree(found.spec), "spec", ("f:spec",))
    elif scan is Scan.REVISION:
        yield from _revision(tree(found.data))
    elif scan is Scan.RESOURCE:
        yield from _resource(tree(found.spec), "spec")


def _content(found: Envelope, scan: Scan, look: Look) -> Iterator[Part]:
    if scan is Scan.SECRET:
        kind = found.type or ""
        yield from _encoded(found.data, Where.SECRET, "data", look, kind)
        yield from _texts(found.string_data, Where.SECRET, "stringData", look, kind)
    else:
        yield from _texts(found.data, Where.CONFIG_MAP, "data", look)
        yield from _encoded(found.binary_data, Where.CONFIG_MAP, "binaryData", look)


def _encoded(
    raw: msgspec.Raw, where: Where, name: str, look: Look, kind: str = ""
) -> Iterator[Part]:
    """Keys whose values are base64."""
    if bytes(raw) == b"null":
        return
    try:
        data = _BASE64.decode(raw)
    except (ValueError, RecursionError):
        data = _one_by_one(raw, where, name, look, kind)
    yield from _keys(data, where, name, kind)


def _one_by_one(
    raw: msgspec.Raw, where: Where, name: str, look: Look, kind: str
) -> dict[str, bytes]:
    """What can be decoded where not everything can."""
    found = tree(raw)
    if not isinstance(found, dict):
        look.trouble(name, "not readable")
        return {}
    data = {}
    for key, text in found.items():
        value = decode64(text.encode()) if isinstance(text, str) else None
        if value is not None:
            data[key] = value
        elif text is not None:
            look.trouble(data_place(where, name, key, kind).path, "not base64")
    return data


def _texts(raw: msgspec.Raw, where: Where, name: str, look: Look, kind: str = "") -> Iterator[Part]:
    """Keys whose values are text."""
    if bytes(raw) == b"null":
        return
    try:
        found: Any = _TEXTS.decode(raw)
    except (ValueError, RecursionError):
        found = tree(raw)
        if not isinstance(found, dict):
            look.trouble(name, "not readable")
            return
    data = {key: text.encode() for key, text in found.items() if isinstance(text, str)}
    yield from _keys(data, where, name, kind)


def _keys(data: dict[str, bytes], where: Where, name: str, kind: str) -> Iterator[Part]:
    siblings = Siblings(data)
    for key, value in data.items():
        if value:
            place = data_place(where, name, key, kind)
            yield Part(value, key, place.path, place, siblings)


def _templates(spec: Any, path: str, fields: tuple[str, ...]) -> Iterator[Part]:
    """The pod template of a controller, and that of a CronJob, which is further down."""
    if not isinstance(spec, dict):
        return
    yield from template_parts(spec.get("template"), f"{path}.template.", (*fields, "f:template"))
    job = spec.get("jobTemplate")
    if isinstance(job, dict) and isinstance(job.get("spec"), dict):
        within = (*fields, "f:jobTemplate", "f:spec")
        yield from _templates(job["spec"], f"{path}.jobTemplate.spec", within)


def _revision(data: Any) -> Iterator[Part]:
    """A former template; that of a controller that is none of Kubernetes' own is any resource."""
    spec = data.get("spec") if isinstance(data, dict) else None
    if isinstance(spec, dict) and isinstance(spec.get("template"), dict):
        yield from _templates(spec, "data.spec", ("f:data", "f:spec"))
    else:
        yield from _resource(data, "data")


def _resource(root: Any, path: str) -> Iterator[Part]:
    """Every text of a resource."""
    leaves = Leaves()
    leaves.read(root)
    for index, text in enumerate(leaves.texts):
        if not text:
            continue
        steps: list[str | int] = [path, *leaves.steps(index)]
        fields = tuple(f"f:{one}" for one in steps)
        name = next((one for one in reversed(steps) if isinstance(one, str)), path)
        place = Place(Where.RESOURCE, joined(steps), shown(name), fields)
        yield Part(text.encode(), leaves.keys[index], place.path, place, leaves.siblings(index))
