"""Ask the product's detectors about one value, without the engine around them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from mckconsole.detect.detectors import DETECTORS, pair
from mckconsole.detect.model import Match, Value, Where
from mckconsole.detect.placeholders import is_placeholder
from mckconsole.domain.audit import Tier


def found(
    data: bytes | str,
    key: str = "",
    siblings: Mapping[str, str] = MappingProxyType({}),
    *,
    where: Where = Where.CONFIG_MAP,
    secret_type: str = "",
) -> list[Match]:
    """All matches in a value that are no stand-ins, as one object's."""
    text = data.encode() if isinstance(data, str) else data
    beside = {name: said.encode() for name, said in siblings.items()} | {key: text}
    values = [
        Value(said, name, f"data['{name}']", where, name, secret_type, beside)
        for name, said in beside.items()
    ]
    seen = [(value, match) for value in values for match in matches(value)]
    kept = [match for value, match in pair(seen) if value.key == key]
    better = [match for match in kept if match.tier is not Tier.NAMED]
    return better or kept


def matches(value: Value) -> list[Match]:
    """What the detectors that are asked for such a value say."""
    low = value.key.lower()
    asked = [
        one
        for one in DETECTORS
        if not (one.gates or one.names)
        or any(gate in value.data for gate in one.gates)
        or any(word in low for word in one.names)
    ]
    return [m for one in asked for m in one.find(value) if not is_placeholder(value, m)]


def rules(data: bytes | str, key: str = "", **siblings: str) -> set[str]:
    """The rules that say something, tier C left out."""
    return {match.rule for match in found(data, key, siblings) if match.tier != "C"}
