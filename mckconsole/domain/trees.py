"""Look into a decoded document without trusting its shape.

A path that leads nowhere, or to something of another type, gives the empty value: nothing here
raises. Values come back as they are: whoever shows those of a document that was not cleaned cleans
them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

NOTHING: Mapping[str, object] = {}


def at(tree: object, *path: str) -> object:
    """What stands at `path`; None where there is nothing."""
    for step in path:
        if not isinstance(tree, Mapping):
            return None
        tree = tree.get(step)
    return tree


def text_at(tree: object, *path: str) -> str:
    """The text at `path`; empty for anything else."""
    found = at(tree, *path)
    return found if isinstance(found, str) else ""


def words_at(tree: object, *path: str) -> str:
    """A text, number or truth value at `path`, in words; empty for anything else."""
    found = at(tree, *path)
    if isinstance(found, bool):
        return "true" if found else "false"
    return str(found) if isinstance(found, str | int | float) else ""


def number_at(tree: object, *path: str) -> int | None:
    """The whole number at `path`."""
    found = at(tree, *path)
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def map_at(tree: object, *path: str) -> Mapping[str, object]:
    """The mapping at `path`; an empty one for anything else."""
    found = at(tree, *path)
    return found if isinstance(found, Mapping) else NOTHING


def list_at(tree: object, *path: str) -> Sequence[object]:
    """The list at `path`; an empty one for anything else."""
    found = at(tree, *path)
    return found if isinstance(found, list | tuple) else ()


def maps_at(tree: object, *path: str) -> Iterator[Mapping[str, object]]:
    """The mappings of the list at `path`."""
    return (one for one in list_at(tree, *path) if isinstance(one, Mapping))


def texts_at(tree: object, *path: str) -> tuple[str, ...]:
    """The texts of the list at `path`."""
    return tuple(one for one in list_at(tree, *path) if isinstance(one, str))


def labels_at(tree: object, *path: str) -> dict[str, str]:
    """The pairs of texts of the mapping at `path`."""
    return {key: value for key, value in map_at(tree, *path).items() if isinstance(value, str)}
