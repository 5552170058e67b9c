"""Helm releases: JSON in gzip in base64, of which values and manifests are of interest.

Shape: `helm.sh/helm/v3/pkg/release.Release`; the chart's templates and files are the publisher's
and are skipped where they stand.
"""

from __future__ import annotations

import msgspec
from msgspec import field

from mckconsole.detect.model import Where
from mckconsole.detect.parts import Part, Place

_NOTHING = msgspec.Raw(b"null")
_MARKS = (b'"manifest":', b'"chart":')


class _Chart(msgspec.Struct):
    values: msgspec.Raw = _NOTHING

    def __repr__(self) -> str:
        return "<_Chart>"


class _Hook(msgspec.Struct):
    name: str = ""
    manifest: str = ""

    def __repr__(self) -> str:
        return "<_Hook>"


class _Release(msgspec.Struct):
    config: msgspec.Raw = _NOTHING
    chart: _Chart | None = None
    manifest: str = ""
    hooks: list[_Hook] | None = field(default=None)

    def __repr__(self) -> str:
        return "<_Release>"


_decode = msgspec.json.Decoder(_Release).decode


def is_release(text: bytes) -> bool:
    """Whether inflated text looks like a release."""
    return text.startswith(b'{"name":') and all(mark in text for mark in _MARKS)


def release_parts(part: Part) -> list[Part] | None:
    """What is looked at of a release; None where it is none after all."""
    try:
        found = _decode(part.data)
    except (ValueError, RecursionError):
        return None
    pieces = [
        ("config", bytes(found.config)),
        ("chart.values", bytes(found.chart.values) if found.chart else b""),
        ("manifest", found.manifest.encode()),
    ]
    pieces += [
        (f"hooks[{at}].manifest", one.manifest.encode()) for at, one in enumerate(found.hooks or ())
    ]
    old = part.place
    place = Place(Where.RELEASE, old.path, old.key, old.fields, old.secret_type)
    made = []
    for rank, (name, data) in enumerate(pieces):
        if len(data) > 2 and data != b"null":
            one = part.below(data, f" › JSON {name}")
            one.key, one.depth, one.place, one.copy = "", 0, place, True
            one.rank, one.span, one.document = rank, (-1 - rank, -rank), True
            made.append(one)
    return made
