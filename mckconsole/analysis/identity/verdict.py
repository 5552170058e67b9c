"""What comparing declared and effective identities works with, and what it comes to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from mckconsole.analysis.identity.model import (
    Account,
    BindingState,
    Cloud,
    ClusterFacts,
    Declaration,
    Effective,
    Identity,
    Mechanism,
    Workload,
)

_AS_DECLARED = (BindingState.BOUND, BindingState.UNKNOWN, BindingState.ROLE_UNKNOWN)


class Verdict(NamedTuple):
    """What some pods of a workload are in a cloud, by one of their containers."""

    state: BindingState
    mechanism: Mechanism
    identity: Identity | None = None
    reason: str = ""
    declared: Declaration | None = None
    pods: int = 0
    """How many pods it is about."""
    effect: str = ""
    """What is in effect, in words."""

    @property
    def behind(self) -> bool:
        """Whether these pods are known not to be what is declared."""
        return self.declared is not None and self.state not in _AS_DECLARED


@dataclass(frozen=True, slots=True)
class Subject:
    """One workload in one cloud."""

    facts: ClusterFacts
    workload: Workload
    account: Account
    cloud: Cloud
    declared: tuple[Declaration, ...]
    """Of that cloud; the first is the one that wins."""

    @property
    def wanted(self) -> Declaration | None:
        """What it shall be."""
        return self.declared[0] if self.declared else None

    def verdict(
        self,
        state: BindingState,
        declared: Declaration | None = None,
        effect: Effective | None = None,
        *,
        reason: str = "",
        pods: int = 0,
        lost: Sequence[Effective] = (),
    ) -> Verdict:
        """A verdict with the identity in effect, else the declared one, else one that lost."""
        declared = declared or self.wanted
        mechanism = effect.mechanism if effect else declared.mechanism if declared else None
        identity = effect.identity if effect else None
        if identity is None and declared is not None:
            identity = declared.identity
        if identity is None and lost:
            identity = lost[0].identity
        words = (identity.text if identity else effect.text) if effect else ""
        return Verdict(state, mechanism or Mechanism.NODE, identity, reason, declared, pods, words)
