"""The Secrets of one cluster as their metadata has it, kept as they change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import cast

from mckconsole.analysis.changes import NOTHING_SEEN, Seen, differences
from mckconsole.analysis.secrets.case import Around
from mckconsole.analysis.secrets.content import hash_of
from mckconsole.analysis.secrets.metadata import (
    ACCOUNTS,
    NOTHING_SAID,
    MetaSaid,
    is_token,
    judge_metadata,
)
from mckconsole.analysis.secrets.topics import SECRETS
from mckconsole.domain.credentials import Secret
from mckconsole.domain.objects import Key, Projection
from mckconsole.domain.snapshot import ClusterSnapshot, TopicView


@dataclass(slots=True)
class Restocked:
    """What changed among the Secrets of a cluster."""

    said: dict[Key, MetaSaid] = field(default_factory=dict)
    """What metadata says of those that changed; nothing of those that are gone."""
    hashes: list[tuple[Key, str, str]] = field(default_factory=list)
    """Secrets whose content's hash is another: that before and now, empty for none."""
    renewed: bool = False
    """Whether any changed at all."""


class ClusterStock:
    """What is known of a cluster's Secrets."""

    def __init__(self) -> None:
        self._seen: tuple[Seen, str, bool] = (NOTHING_SEEN, "", False)
        self._accounts: tuple[Seen, bool] = (NOTHING_SEEN, False)
        self._copy: dict[Key, Projection] = {}
        self._tokens: set[Key] = set()
        self.said: dict[Key, MetaSaid] = {}
        """What metadata says of Secrets, where it says anything."""
        self.hidden = 0
        self.namespaces: frozenset[str] = frozenset()
        """Where Secrets are."""

    def renew(self, around: Around, cluster: ClusterSnapshot) -> Restocked:
        """Take in what changed."""
        view, accounts = cluster.topic(SECRETS), cluster.topic(ACCOUNTS)
        anew = (view.version, view.values) != self._seen[1:]
        loose, found = set[Key](), Restocked()
        for key, before, now in self._changes(view):
            loose.add(key)
            old, new = cast("Secret | None", before), cast("Secret | None", now)
            if new is not None and is_token(new):
                self._tokens.add(key)
            else:
                self._tokens.discard(key)
            was, is_now = hash_of(old), hash_of(new)
            if was != is_now or (anew and was):
                found.hashes.append((key, was, is_now))
        seen = (Seen.of(accounts), accounts.conclusive)
        if seen != self._accounts:
            self._accounts = seen
            loose |= self._tokens
        for key in loose:
            self._judge(around, cluster, key, found)
        found.renewed = bool(loose)
        if loose:
            self.namespaces = frozenset(namespace for namespace, _ in self._copy)
        return found

    def again(self, around: Around, cluster: ClusterSnapshot, key: Key) -> MetaSaid:
        """Judge one Secret once more, though nothing of it changed."""
        found = Restocked()
        self._judge(around, cluster, key, found)
        return found.said.get(key, NOTHING_SAID)

    def _changes(
        self, view: TopicView
    ) -> Iterator[tuple[Key, Projection | None, Projection | None]]:
        seen = (Seen.of(view), view.version, view.values)
        if seen == self._seen:
            return
        again = seen[1:] != self._seen[1:]
        self._seen = seen
        old, new = self._copy, dict(view.objects)
        self._copy = new
        if again:
            for key in {*old, *new}:
                yield key, old.get(key), new.get(key)
        else:
            yield from differences(old, new)

    def _judge(self, around: Around, cluster: ClusterSnapshot, key: Key, found: Restocked) -> None:
        secret = cast("Secret | None", self._copy.get(key))
        said = judge_metadata(around, cluster, secret) if secret else NOTHING_SAID
        before = self.said.pop(key, NOTHING_SAID)
        if said is not NOTHING_SAID:
            self.said[key] = said
        self.hidden += said.hidden - before.hidden
        if said is not before:
            found.said[key] = said
