"""A cluster's own name in the texts of its objects, which is no difference to another cluster's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

CLUSTER = "‹cluster›"
"""In place of a cluster's name, where texts are compared."""
_SHORTEST = 4
_WORD = re.compile(r"[a-z]+", re.IGNORECASE)
_MOUNTED = re.compile(r"kube-api-access-[a-z0-9]{5}")
"""A pod's own token, as the API server calls its volume."""


class Names:
    """The names of one cluster, as they may stand in its objects."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        """Names of fewer than four characters are no names here."""
        known = sorted({one for one in names if len(one) >= _SHORTEST}, key=len, reverse=True)
        self._whole = frozenset(one.casefold() for one in known)
        telling = [re.escape(one) for one in known if not _WORD.fullmatch(one)]
        words = f"(?<![A-Za-z0-9])(?:{'|'.join(telling)})(?![A-Za-z0-9])"
        self._within = re.compile(words, re.IGNORECASE) if telling else None

    def fold(self, text: str) -> str:
        """`text` with the cluster's names replaced.

        A name that is a plain word (`prod`) is one only where nothing else is in the text: it may
        mean anything within.
        """
        if text.casefold() in self._whole:
            return CLUSTER
        if self._within is not None:
            text = self._within.sub(CLUSTER, text)
        return "kube-api-access-‹own›" if _MOUNTED.fullmatch(text) else text


def names_of(name: str, context: str, server: str) -> Names:
    """How a cluster is called: here, in the kubeconfig, by its cloud, and its API server's host."""
    return Names(_called(name, context, server))


def _called(name: str, context: str, server: str) -> Iterator[str]:
    for one in (name, context):
        yield one
        if "/" in one:  # arn:aws:eks:eu-west-1:111122223333:cluster/NAME
            yield one.rpartition("/")[2]
        if one.startswith("gke_"):  # gke_PROJECT_ZONE_NAME
            yield one.rpartition("_")[2]
    yield urlsplit(server).hostname or ""
