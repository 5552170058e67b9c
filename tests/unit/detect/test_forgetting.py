"""Nothing that is remembered between objects may be a value, nor a name that is one."""

from __future__ import annotations

import gc
import json

from mckconsole.detect.memory import MAX_NAMES, remembered
from mckconsole.detect.scan import audit_object
from mckconsole.domain.kind import Scan

PARTS = ("tok3n", "key", "Qz7Lw2Xp9Vb4")


def look() -> None:
    """Look at a document whose keys are credentials, as a table of sessions has them."""
    name = "_".join(PARTS)
    sessions = {name: "Hk29sLqPz81mXcVb7Rt4"}
    document = {
        "metadata": {"name": "sessions", "namespace": "shop"},
        "data": {
            "sessions.json": json.dumps(sessions),
            "sessions.yaml": f"{name}: Hk29sLqPz81mXcVb7Rt4\n",
        },
    }
    audit_object(json.dumps(document).encode(), Scan.CONFIG_MAP, values=True)


def test_no_name_inside_of_a_value_is_kept() -> None:
    look()
    gc.collect()
    held = {
        type(one).__name__
        for one in gc.get_objects()
        for part in gc.get_referents(one)
        if isinstance(part, str | bytes) and _is_the_name(part)
    }
    assert not held


def _is_the_name(part: str | bytes) -> bool:
    text = part if isinstance(part, str) else part.decode("utf-8", "replace")
    return PARTS[0] in text and PARTS[2] in text


def test_an_answer_is_given_again_for_the_same_name_alone() -> None:
    asked: list[str] = []

    @remembered
    def length(name: str) -> int:
        asked.append(name)
        return len(name)

    assert [length(one) for one in ("a", "bc", "a", "bc", "\ud800")] == [1, 2, 1, 2, 1]
    assert asked == ["a", "bc", "\ud800"]


def test_only_so_many_names_are_remembered() -> None:
    asked: list[str] = []

    @remembered
    def same(name: str) -> str:
        asked.append(name)
        return name

    names = [str(number) for number in range(MAX_NAMES + 1)]
    for one in (*names, names[-1], names[0]):
        assert same(one) == one
    assert asked == [*names, names[0]]
