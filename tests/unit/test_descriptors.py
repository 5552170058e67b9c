"""The limit of open files: raised where it may be, never lowered, never an error."""

from __future__ import annotations

import resource

import pytest

from mckconsole.sources.descriptors import SPARE, make_room

NONE = resource.RLIM_INFINITY


@pytest.mark.parametrize(
    ("soft", "hard", "connections", "expected"),
    [
        (256, NONE, 1000, 1000 + SPARE),
        (1024, 4096, 1000, 1000 + SPARE),
        (1024, 4096, 100_000, 4096),
        (1024, 4096, 10, 1024),
        (NONE, NONE, 100_000, NONE),
    ],
)
def test_the_limit_afterwards(
    monkeypatch: pytest.MonkeyPatch, soft: int, hard: int, connections: int, expected: int
) -> None:
    held = [(soft, hard)]
    monkeypatch.setattr(resource, "getrlimit", lambda which: held[-1])
    monkeypatch.setattr(resource, "setrlimit", lambda which, limits: held.append(limits))
    assert make_room(connections) == expected
    assert held[-1] == (expected, hard)


def test_a_system_that_refuses_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(which: int, limits: tuple[int, int]) -> None:
        raise ValueError("not allowed to raise maximum limit")

    monkeypatch.setattr(resource, "getrlimit", lambda which: (256, NONE))
    monkeypatch.setattr(resource, "setrlimit", refuse)
    assert make_room(1000) == 256
