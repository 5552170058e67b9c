"""The summary of an object by its kind: what somebody would look for first.

A kind that is not known here shows its plain fields. Values are those of the redacted tree.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mckconsole.domain.trees import map_at
from mckconsole.views.detail import Block, Card
from mckconsole.views.object_parts import Around, scalars
from mckconsole.views.object_pods import container_block, pod_card


@dataclass(frozen=True, slots=True)
class Summary:
    """What a kind has to say."""

    cards: tuple[Card, ...] = ()
    """Beside the card with the names."""
    blocks: tuple[Block, ...] = ()


def summary_of(around: Around) -> Summary:
    """What is to be said of this object beside what all objects have."""
    return _KINDS.get(around.facts.ref.kind, _plain)(around)


def _plain(around: Around) -> Summary:
    """The plain fields of any kind."""
    cards = []
    for part in ("spec", "status"):
        lines = tuple(scalars(around.tree, part))
        if lines:
            cards.append(Card(part, lines))
    return Summary(
        tuple(cards), tuple(container_block(around, map_at(around.tree, "spec", "template")))
    )


def _pod(around: Around) -> Summary:
    status = map_at(around.tree, "status")
    return Summary((pod_card(around),), tuple(container_block(around, around.tree, status)))


_KINDS: Mapping[str, Callable[[Around], Summary]] = {"Pod": _pod}
