"""The scope: which clusters of the fleet are looked at, by name, glob or group.

`prod-*`, `@eu`, `!edge-*` and `west, north`, separated by spaces or commas. Everything that is
named must exist: a scope that quietly leaves a cluster out would hide its trouble.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from mckconsole.domain.text import clean, shorten
from mckconsole.views.spec import Row

Groups = Mapping[str, Sequence[str]]
"""Names of the clusters, in the order of the inventory, with the groups each belongs to."""

_EVERYTHING = ("all", "*")
_SEPARATOR = re.compile(r"[\s,]")
_TAKEN_APART = re.compile(r"[\s,\[]")
_MAX_SHOWN = 100
_NEAR = 3


class ScopeError(ValueError):
    """A word of a scope fits no cluster, or none are left; the message says what is near."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The clusters that are looked at."""

    names: frozenset[str] | None = None
    """None is all of them, also those that appear later."""
    words: str = "all"
    """As it is shown: `all`, `prod-* (3)`, `2 of 6`."""
    text: str = ""
    """As it is typed: read it anew when the inventory changes. Empty where no words say it."""

    def holds(self, cluster: str) -> bool:
        """Whether `cluster` is looked at."""
        return self.names is None or cluster in self.names


ALL = Scope()


def scope_of(text: str, clusters: Groups) -> Scope:
    """The scope that `text` says.

    Raises:
        ScopeError: a word fits nothing, or what is taken away leaves nothing.
    """
    text = text.strip()
    if text in clusters:  # whatever signs its name holds
        return Scope(frozenset({text}), shorten(clean(text), _MAX_SHOWN), text)
    words = [word for word in _SEPARATOR.split(text) if word]
    if not words or (len(words) == 1 and words[0].casefold() in _EVERYTHING):
        return ALL
    away = [word for word in words if word.startswith("!") and word not in clusters]
    wanted = [name for word in words if word not in away for name in _fitting(word, clusters)]
    unwanted = [name for word in away for name in _fitting(word[1:], clusters)]
    names = frozenset(wanted or clusters) - frozenset(unwanted)
    if not names:
        raise ScopeError(f"{_shown(text)} leaves no cluster")
    return Scope(names, _words(words, names, clusters), text)


def picked_scope(chosen: Sequence[str], clusters: Groups) -> Scope:
    """The scope of names and `@groups` that were picked from a list, whatever signs names hold.

    Raises:
        ScopeError: one of them is not there any more.
    """
    names = frozenset(name for one in chosen for name in _fitting(one, clusters))
    text = chosen[0] if len(chosen) == 1 else " ".join(map(one_word, chosen))
    try:
        said = scope_of(text, clusters).names == names
    except ScopeError:
        said = False
    return Scope(names, _words(chosen, names, clusters), text if said else "")


def _fitting(word: str, clusters: Groups) -> list[str]:
    """The clusters that `word` names: a name, a group or a glob, exactly or in another case."""
    if word in clusters:
        return [word]
    if word.casefold() in _EVERYTHING:
        return list(clusters)
    low = word.casefold()
    found = []
    if not word.startswith("@"):
        found = [name for name in clusters if fnmatchcase(name.casefold(), low)]
    if not found:
        group = low.removeprefix("@")
        found = [
            name
            for name, groups in clusters.items()
            if any(fnmatchcase(one.casefold(), group) for one in groups)
        ]
    if not found:
        raise ScopeError(f"no cluster or group is called {_shown(word)}{_near(low, clusters)}")
    return found


def _near(word: str, clusters: Groups) -> str:
    """What is called alike, in words."""
    import difflib  # only slips pay for it

    known = {name.casefold(): name for name in (*clusters, *_group_names(clusters))}
    word = word.strip("!*?@")
    near = difflib.get_close_matches(word, known, n=_NEAR, cutoff=0.5)
    near += [name for name in known if word and word in name and name not in near]
    if near:
        return f"; near: {', '.join(_shown(known[name]) for name in near[:_NEAR])}"
    some = [_shown(name) for name in known.values()]
    rest = f" and {len(some) - 2 * _NEAR} more" if len(some) > 2 * _NEAR else ""
    return f"; there are {', '.join(some[: 2 * _NEAR])}{rest}" if some else ""


def _group_names(clusters: Groups) -> list[str]:
    """`@` and each group, sorted."""
    return sorted({f"@{group}" for groups in clusters.values() for group in groups})


def _shown(text: str) -> str:
    return shorten(clean(text), _MAX_SHOWN)


def _words(words: Sequence[str], names: frozenset[str], clusters: Groups) -> str:
    if len(words) > 1:
        return f"{len(names)} of {len(clusters)}"
    if len(names) == 1 and words[0].casefold() in (name.casefold() for name in names):
        return _shown(next(iter(names)))
    return f"{_shown(words[0])} ({len(names)})"


def in_scope(row: Row, scope: Scope) -> bool:
    """Whether `row` is about a cluster of the scope, or about none in particular."""
    return scope.names is None or not row.clusters or not scope.names.isdisjoint(row.clusters)


def complete_scope(text: str, clusters: Groups) -> list[str]:
    """Whole texts that `text` may become: names and groups for the word being typed, best first.

    What stands there already is not offered again.
    """
    begin = len(text) - len(_SEPARATOR.split(text)[-1])
    begin += text[begin : begin + 1] == "!"
    head, partial = text[:begin], text[begin:].casefold()
    chosen = {word.removeprefix("!") for word in _SEPARATOR.split(head)}
    offered = [one for one in (*clusters, *_group_names(clusters)) if one not in chosen]
    found = _ranked(partial, offered)
    if head:
        found = [one_word(name) for name in found]
    return [f"{head}{name}" for name in found]


def one_word(name: str) -> str:
    """`name` as one of several words of a scope: a separator in it would take it apart, and a
    bracket would stand for one of several characters."""
    return _TAKEN_APART.sub("?", name)


def _ranked(partial: str, names: Iterable[str]) -> list[str]:
    """Names that begin like `partial`, then those that contain it."""
    places = ((name.casefold().find(partial), name) for name in names)
    found = [(at > 0, name) for at, name in places if at >= 0]
    return [name for _, name in sorted(found, key=lambda one: one[0])]
