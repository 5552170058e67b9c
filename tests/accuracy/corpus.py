"""The generated corpus: every family, in every place, with broken twins and what is benign."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from tests.accuracy import wrap, written
from tests.accuracy.benign import benign
from tests.accuracy.proven import Made, makers
from tests.accuracy.shapes import MARKED, NAMED, fill

SEED = 20261123
_NEUTRAL = ("value", "data", "config", "item")
"""Names that tell nothing."""
LINES = (*wrap.LINES, *written.LINES)
FILES = (*wrap.FILES, *written.FILES)


def corpus(seed: int = SEED, rounds: int = 3, quiet: int = 600) -> Iterator[wrap.Wrapped]:
    """Objects with labels.

    Args:
        seed: the same corpus for the same one, but for the private keys.
        rounds: how often each family is put somewhere.
        quiet: how many benign objects there are beside them.
    """
    dice = Random(seed)
    for _ in range(rounds):
        yield from _structured(dice)
        yield from _shaped(dice)
    yield from benign(dice, quiet)


def _structured(dice: Random) -> Iterator[wrap.Wrapped]:
    for name, make in makers():
        made = make(dice)
        if made.secret_type:
            put = wrap.secret(made.fields, made.secret_type)
        elif name == "psk":
            put = wrap.resource(made.fields)
        else:
            put = wrap.pick(dice, FILES if made.document else LINES)(made.fields)
        yield wrap.wrap(put, made.rules, made.tier, name)
        if any(made.twin.values()):
            yield _twin(dice, made, name)


def _twin(dice: Random, made: Made, name: str) -> wrap.Wrapped:
    ways = FILES if made.document else LINES
    if made.secret_type:
        return wrap.wrap(wrap.secret(made.twin, made.secret_type), {}, "", f"twin of {name}")
    return wrap.wrap(wrap.pick(dice, ways)(made.twin), {}, "", f"twin of {name}")


def _shaped(dice: Random) -> Iterator[wrap.Wrapped]:
    for rule, name, shape in MARKED:
        neutral = rule != "TWILIO-KEY" and dice.random() < 0.3
        field = dice.choice(_NEUTRAL) if neutral else name
        way = wrap.pick(dice, LINES)
        put = way({field: fill(shape, dice)})
        yield wrap.wrap(put, {field: rule}, "B", f"{way.__name__} as {field}")
    for rule, name, shape in NAMED:
        way = wrap.pick(dice, LINES)
        yield wrap.wrap(way({name: fill(shape, dice)}), {name: rule}, "B", way.__name__)
