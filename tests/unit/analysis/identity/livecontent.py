"""What the analysis says of identities, to be compared by value."""

from __future__ import annotations

from dataclasses import replace

from msgspec import structs

from mckconsole.analysis.identity.model import Binding, IdentityReport, IdentityUse
from tests.unit.analysis.services.livefleet import undated


def content(binding: Binding) -> tuple[object, ...]:
    """Everything that a binding says, but for when its evidence was seen."""
    return structs.astuple(structs.replace(binding, findings=tuple(undated(binding.findings))))


def use_content(use: IdentityUse) -> tuple[object, ...]:
    """Everything that is said of an identity."""
    bound = [content(one) for one in use.bindings]
    return (use.identity, use.accounts, bound, undated(use.findings))


def compare(found: IdentityReport, fresh: IdentityReport) -> None:
    """Both reports say the same."""
    assert [content(one) for one in found.bindings] == [content(one) for one in fresh.bindings]
    assert list(found.accounts.items()) == list(fresh.accounts.items())
    assert list(found.identities) == list(fresh.identities)
    for one, other in zip(found.identities.values(), fresh.identities.values(), strict=True):
        assert use_content(one) == use_content(other)
    assert {name: replace(one, rbac=None) for name, one in found.clusters.items()} == {
        name: replace(one, rbac=None) for name, one in fresh.clusters.items()
    }
    assert undated(found.findings) == undated(fresh.findings)
    assert found.unknowns == fresh.unknowns
    assert found.plain == fresh.plain
