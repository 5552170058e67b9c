"""What is typed behind a kind: namespaces, labels, fields, clusters and a filter, in any order.

`:pods shop/,billing/ app=web @prod-* /crash`. Text in, a value out; whether the kind, the
namespaces and the clusters are there is not asked here. What cannot be understood is an error,
never left out: a table that shows more than was asked for would be a wrong answer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mckconsole.domain.resources import Query

_NAMESPACE = re.compile(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?")
_SELECTOR = re.compile(r"[^=!\s]+\s*(?:==?|!=)\s*[^=]*")
_LABEL = re.compile(r"!?[A-Za-z0-9][-A-Za-z0-9_./]*")
_SETS = re.compile(r"[^\s,]+ (?:not)?in \([^)]*\)")
_FLAGS = {"-l": "labels", "--selector": "labels", "-f": "fields", "--field-selector": "fields"}
_NAMESPACES = ("-n", "--namespace")
_ALL = ("-A", "--all-namespaces", "*", "all")


class AskError(ValueError):
    """What is typed cannot be understood; the message says which word and why."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person asked for."""

    word: str
    """The kind as it was typed."""
    namespaces: tuple[str, ...] = ()
    labels: str = ""
    fields: str = ""
    scope: str = ""
    """The clusters, as `:ctx` takes them; empty leaves the scope as it is."""
    filter: str = ""
    """For the pane: the grammar of `/`."""

    def query(self, kind: str) -> Query:
        """The query for the kind of this name."""
        return Query(kind, self.namespaces, self.labels, self.fields)

    @property
    def narrowed(self) -> str:
        """What it is narrowed to, in words: `in shop, billing · app=web`; empty for nothing."""
        parts = [f"in {', '.join(self.namespaces)}"] if self.namespaces else []
        return " · ".join((*parts, *filter(None, (self.labels, self.fields))))


def parse_asked(word: str, rest: str) -> Asked:
    """What `rest`, typed behind the kind `word`, asks for.

    Raises:
        AskError: a word of it cannot be understood.
    """
    rest, _, text = f" {rest}".partition(" /")
    text, clusters = _clusters_behind(text)
    found: dict[str, list[str]] = {"ns": [], "labels": [], "fields": [], "scope": clusters}
    rest = rest.replace('"', " ").replace("'", " ")
    sets = _SETS.findall(rest)
    found["labels"] += sets
    words = _SETS.sub(" ", rest).split()
    name = ""
    while words:
        name = _take(words, found) or name
    if name and not text:
        text = f"name:{name}"
    elif name:
        text = f"name:{name} {text}"
    return Asked(
        word,
        tuple(dict.fromkeys(found["ns"])),
        ",".join(found["labels"]),
        ",".join(found["fields"]),
        " ".join(found["scope"]),
        text.strip(),
    )


def _clusters_behind(text: str) -> tuple[str, list[str]]:
    """The filter, and the `@clusters` that were typed behind it."""
    words = text.split()
    clusters: list[str] = []
    while words and words[-1].startswith("@") and len(words[-1]) > 1:
        clusters.insert(0, words.pop()[1:])
        text = text.rstrip()[: -len(clusters[0]) - 1]
    return text, clusters


def _take(words: list[str], found: dict[str, list[str]]) -> str:
    """Take the first word, with its value where it is a flag; returns the name of an object."""
    word = words.pop(0)
    flag, _, joined = word.partition("=")
    if flag in (*_FLAGS, *_NAMESPACES) and not (joined or words):
        raise AskError(f"{flag} needs what comes after it")
    if flag in _FLAGS:
        _add_selector(joined or words.pop(0), found[_FLAGS[flag]])
    elif flag in _NAMESPACES:
        found["ns"] += _namespaces(joined or words.pop(0))
    elif word in _ALL:
        found["ns"].clear()
    elif word.startswith("@"):
        if word == "@":
            raise AskError("@ needs a cluster, a glob or a group after it")
        found["scope"].append(word[1:])
    elif word.startswith("-"):
        raise AskError(f"{word} is not known here; there are -n, -l and -f")
    elif "=" in word:
        found["labels"].append(_selector(word))
    else:
        return _places(word, found)
    return ""


def _add_selector(text: str, selectors: list[str]) -> None:
    """What stands behind `-l` or `-f`; there a bare name is a label that is to be there."""
    selectors.append(text if _LABEL.fullmatch(text) else _selector(text))


def _selector(text: str) -> str:
    if not _SELECTOR.fullmatch(text) and not all(map(_SELECTOR.fullmatch, text.split(","))):
        raise AskError(f"{text} is no selector; write name=value or name!=value")
    return text


def _places(word: str, found: dict[str, list[str]]) -> str:
    """`shop`, `shop/`, `shop/,billing/`, `ns/shop`, and with a name behind it `shop/checkout`."""
    name = ""
    word = word.removeprefix("ns/")
    for part in filter(None, word.split(",")):
        space, slash, behind = part.partition("/")
        found["ns"] += _namespaces(space)
        if slash and behind:
            if name:
                raise AskError(f"{word} has two names; /{name} filters by one")
            name = behind
    return name


def _namespaces(text: str) -> list[str]:
    names = [one.strip("/") for one in text.split(",") if one]
    for one in names:
        if len(one) > 63 or not _NAMESPACE.fullmatch(one):
            raise AskError(f"{one} cannot be a namespace; /{one} filters")
    return names
