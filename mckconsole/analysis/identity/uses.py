"""Who uses each identity of a cloud, over all clusters, kept as bindings and accounts change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from mckconsole.analysis.changes import drop
from mckconsole.analysis.identity.model import (
    Account,
    AccountKey,
    Binding,
    Cloud,
    Identity,
    IdentityUse,
    WorkloadKey,
)

BindingKey = tuple[WorkloadKey, Cloud]


def key_of(binding: Binding) -> BindingKey:
    """What tells bindings apart."""
    return (binding.workload.key, binding.cloud)


def identities_of(binding: Binding) -> list[Identity]:
    """Everybody that a workload is, or shall be, each once."""
    found = {one.identity: None for one in binding.effective}
    found[binding.identity] = None
    if binding.declared is not None:
        found[binding.declared.identity] = None
    return [one for one in found if one is not None]


class Uses:
    """Accounts and bindings by identity."""

    def __init__(self) -> None:
        self._accounts: dict[Identity, tuple[AccountKey, ...]] = {}
        self._bindings: dict[Identity, tuple[BindingKey, ...]] = {}

    def account(self, old: Account | None, new: Account | None) -> Iterator[Identity]:
        """An account came, changed or went; the identities that this concerns."""
        had = {(one, old.key) for one in _declared(old)} if old else set()
        has = {(one, new.key) for one in _declared(new)} if new else set()
        for identity, key in had - has:
            drop(self._accounts, identity, key)
        for identity, key in has - had:
            self._accounts[identity] = (*self._accounts.get(identity, ()), key)
        yield from {one for one, _ in had | has}

    def bindings(self, old: Sequence[Binding], new: Sequence[Binding]) -> Iterator[Identity]:
        """Bindings of a workload came, changed or went; the identities that this concerns."""
        if not old:  # as everything is at first
            for binding in new:
                for one in identities_of(binding):
                    self._bindings[one] = (*self._bindings.get(one, ()), key_of(binding))
                    yield one
            return
        had = {(one, key_of(binding)) for binding in old for one in identities_of(binding)}
        has = {(one, key_of(binding)) for binding in new for one in identities_of(binding)}
        for identity, key in had - has:
            drop(self._bindings, identity, key)
        for identity, key in has - had:
            self._bindings[identity] = (*self._bindings.get(identity, ()), key)
        yield from {one for one, _ in had | has}

    def all(self) -> Iterable[Identity]:
        """Every identity that anybody has."""
        return self._accounts.keys() | self._bindings.keys()

    def keys(self, identity: Identity) -> tuple[BindingKey, ...]:
        """The bindings of an identity."""
        return self._bindings.get(identity, ())

    def shared(self, identity: Identity, bindings: Mapping[BindingKey, Binding]) -> bool:
        """Whether more than one service account has it."""
        found = set(self._accounts.get(identity, ()))
        found.update([bindings[key].account.key for key in self._bindings.get(identity, ())])
        return len(found) > 1

    def clusters(self, identity: Identity) -> set[str]:
        """The clusters in which anybody has it."""
        found = {key.cluster for key in self._accounts.get(identity, ())}
        return found | {key.cluster for key, _ in self._bindings.get(identity, ())}

    def use(self, identity: Identity, bindings: Mapping[BindingKey, Binding]) -> IdentityUse | None:
        """The identity with all that have it, in the order of their keys; None where nobody has."""
        accounts, keys = self._accounts.get(identity, ()), self._bindings.get(identity, ())
        if not accounts and not keys:
            return None
        held = tuple([bindings[key] for key in (sorted(keys) if len(keys) > 1 else keys)])
        return IdentityUse(identity, tuple(sorted(accounts)), held)


def _declared(account: Account) -> Iterator[Identity]:
    return (one.identity for one in account.declarations if one.identity is not None)
