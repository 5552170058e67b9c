"""The same content in Secrets of several clusters, told without reading it: SEC-SAME-CONTENT.

External Secrets notes a hash of the whole data in an annotation. It has no key, so equal ones are
equal data. It is nowhere shown: whoever can guess a weak value can try guesses on it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mckconsole.analysis.secrets.case import Around, finding, listed
from mckconsole.analysis.secrets.topics import SECRETS
from mckconsole.domain.credentials import Secret
from mckconsole.domain.findings import Finding, ObjectRef, Severity
from mckconsole.domain.objects import Key
from mckconsole.domain.wording import counted

RULE = "SEC-SAME-CONTENT"
DATA_HASH = "reconcile.external-secrets.io/data-hash"
_MOST = 50
"""Secrets that one finding names in evidence."""

Spot = tuple[str, Key]
"""Cluster, and namespace and name of a Secret."""


class Contents:
    """Secrets by the hash of their data, over all clusters."""

    def __init__(self) -> None:
        self._spots: dict[str, dict[Spot, None]] = {}

    def move(self, spot: Spot, before: str, now: str) -> None:
        """A Secret has another hash; empty is none."""
        if before:
            held = self._spots[before]
            del held[spot]
            if not held:
                del self._spots[before]
        if now:
            self._spots.setdefault(now, {})[spot] = None

    @property
    def hashes(self) -> tuple[str, ...]:
        """All of them."""
        return tuple(self._spots)

    def spots(self, one: str) -> Mapping[Spot, None]:
        """The Secrets that have it."""
        return self._spots.get(one, {})


def hash_of(secret: Secret | None) -> str:
    """The hash of its data that it carries; empty for none, and for a Secret without data."""
    if secret is None or secret.count == 0:
        return ""
    return secret.metadata.annotations.get(DATA_HASH, "")


def same_content(around: Around, spots: Mapping[Spot, None]) -> Iterator[Finding]:
    """The finding on Secrets whose hashes are equal, where they are in several clusters and values
    were not looked at in all of these (there the credentials themselves tell)."""
    clusters = sorted({name for name, _ in spots})
    snapshots = around.fleet.clusters
    homes = around.doors.homes(clusters)
    if len(homes) < 2 or all(snapshots[one].topic(SECRETS).values for one in clusters):
        return
    ordered = sorted(spots)
    refs = [(name, ObjectRef("v1", Secret.kind, *key)) for name, key in ordered]
    first, about = refs[0]
    yield finding(
        RULE,
        Severity.LOW,
        first,
        about,
        f"The same content in Secrets of {counted(len(homes), 'cluster')}",
        f"{listed(f'{ref} in {name}' for name, ref in refs)}: External Secrets notes the same hash "
        "of their data, so they are equal, though nobody read them here. Who gets it in one "
        "cluster has it in all.",
        (
            around.seen(
                name,
                SECRETS,
                ref,
                f"metadata.annotations['{DATA_HASH}']",
                "equal (the hash itself is not shown: weak values can be guessed by it)",
            )
            for name, ref in refs[:_MOST]
        ),
        "Give each cluster a credential of its own in the secret manager, unless they are meant "
        "to share one; look at the values (`--scan-values`) to learn what it is.",
        peers=clusters[1:],
    )
