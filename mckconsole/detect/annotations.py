"""Annotations, of which some repeat the whole object."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mckconsole.detect.model import Where
from mckconsole.detect.names import quoted, shown
from mckconsole.detect.parts import Part, Place

_COPIES = (
    "last-applied-configuration",
    "/last-applied",
    "/applied",
    "/original",
    "/original-object",
)
"""Ends of annotations in which tools keep the object as it was applied."""


def annotation_parts(
    found: Any, path: str, fields: tuple[str, ...], *, copies: bool = True
) -> Iterator[Part]:
    """Every annotation below the metadata at `path`.

    Args:
        copies: also those that repeat the object, and with it the values of a Secret.
    """
    if not isinstance(found, dict):
        return
    for name, text in found.items():
        if not isinstance(text, str) or not text:
            continue
        copy = repeats(name, text)
        if copy and not copies:
            continue
        where = f"{path}.annotations[{quoted(name)}]"
        place = Place(Where.ANNOTATION, where, shown(name), (*fields, "f:annotations", f"f:{name}"))
        key = "" if copy else name
        yield Part(text.encode("utf-8", "replace"), key, where, place, copy=copy)


def repeats(name: str, text: str) -> bool:
    """Whether an annotation holds a copy of its object."""
    if name.endswith(_COPIES):
        return True
    head = text[:4096].lstrip()
    return head.startswith("{") and '"kind":' in head and '"metadata":' in text
