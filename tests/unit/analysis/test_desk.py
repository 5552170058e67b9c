"""Memories that lead to one desk: only the newest, and only for the fleet that it was made for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mckconsole.analysis.identity.memory import IdentityMemory
from mckconsole.analysis.identity.model import IdentityPolicy
from mckconsole.analysis.secrets.memory import SecretsMemory
from mckconsole.analysis.secrets.model import AuditPolicy
from mckconsole.analysis.services.memory import ServicesMemory

FLEET = ("east", "west")
KINDS: dict[str, tuple[Any, Callable[[], tuple[Any, ...]]]] = {
    "services": (ServicesMemory, lambda: ()),
    "identities": (IdentityMemory, lambda: (IdentityPolicy(),)),
    "secrets": (SecretsMemory, lambda: (AuditPolicy(),)),
}


@pytest.mark.parametrize("kind", KINDS)
def test_only_the_newest_memory_leads_to_the_desk(kind: str) -> None:
    memory, policy = KINDS[kind]
    desk = memory().take(FLEET, *policy())
    assert desk.turn == 0
    first = memory.of(desk)
    assert first.take(FLEET, *policy()) is desk
    second = memory.of(desk)
    assert second.take(FLEET, *policy()) is desk
    assert first.take(FLEET, *policy()) is not desk
    assert first.take(FLEET, *policy()).turn == 0


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("names", [("east",), ("west", "east"), ("east", "west", "north")])
def test_a_desk_is_of_clusters_in_their_order(kind: str, names: tuple[str, ...]) -> None:
    memory, policy = KINDS[kind]
    desk = memory().take(FLEET, *policy())
    assert memory.of(desk).take(names, *policy()) is not desk


def test_a_desk_is_of_one_policy() -> None:
    by_identity = IdentityMemory().take(FLEET, IdentityPolicy())
    other = IdentityPolicy(unused_days=1.0)
    assert IdentityMemory.of(by_identity).take(FLEET, other) is not by_identity
    by_secret = SecretsMemory().take(FLEET, AuditPolicy())
    assert SecretsMemory.of(by_secret).take(FLEET, AuditPolicy(max_age=1.0)) is not by_secret
