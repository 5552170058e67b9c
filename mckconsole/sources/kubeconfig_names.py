"""Which contexts are opened, and what they are called: names must be found and told apart."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Container, Iterable, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from itertools import count

from mckconsole.domain.text import clean, shorten
from mckconsole.sources.endpoint import ClusterEndpoint
from mckconsole.sources.kubeconfig_fields import KubeconfigError

MAX_NAME = 200
"""Longest name of a cluster on screen; ARNs and OpenShift's context names are shorter."""


def choose_contexts(
    known: Iterable[str], asked: Sequence[str], configured: Sequence[str]
) -> tuple[list[str], list[str]]:
    """The contexts to open, in the kubeconfig's order, and what of the configuration found none.

    Args:
        asked: globs of the command line; each must match.
        configured: globs of the configuration, used when nothing was asked for.

    Raises:
        KubeconfigError: a glob of the command line, or all of the configuration's, match nothing.
    """
    names = list(known)
    problems: list[str] = []
    globs = asked or configured
    if not globs:
        return names, problems
    for glob in globs:
        if any(matches(name, glob) for name in names):
            continue
        words = f"no context matches {shorten(glob, 100)}{_near(glob, names)}"
        if asked:
            raise KubeconfigError(words)
        problems.append(clean(f"contexts of the configuration: {words}"))
    chosen = [name for name in names if any(matches(name, glob) for glob in globs)]
    if not chosen:
        raise KubeconfigError("; ".join(problems))
    return chosen, problems


def matches(name: str, glob: str) -> bool:
    """By the name as written or as shown; a name with brackets also matches itself."""
    return any(fnmatchcase(text, glob) or text == glob for text in (name, clean(name)))


def _near(glob: str, names: Sequence[str]) -> str:
    word = glob.strip("*?").lower()
    folded = {name[:MAX_NAME].lower(): name for name in names}
    near = [folded[name] for name in difflib.get_close_matches(word, folded, n=3, cutoff=0.5)]
    near += [name for name in names if word and word in name.lower() and name not in near]
    if not near:
        near = sorted(names)
    shown = ", ".join(shorten(name, 60) for name in near[:5])
    more = ", …" if len(near) > 5 else ""
    return f"; there is {shown}{more}"


def unique_names(endpoints: Sequence[ClusterEndpoint]) -> tuple[list[ClusterEndpoint], list[str]]:
    """Give every endpoint a name of its own: rows, reports and findings are told apart by it."""
    uses = Counter(endpoint.name for endpoint in endpoints)
    taken = {name for name, times in uses.items() if times == 1}
    unique, problems = [], []
    for endpoint in endpoints:
        name = endpoint.name
        if uses[name] > 1:
            name = _free_name(endpoint, taken)
        if name != endpoint.name:
            problems.append(
                f"two clusters would be called {endpoint.name}; context {endpoint.context} is "
                f"shown as {name}"
            )
        taken.add(name)
        unique.append(replace(endpoint, name=name))
    return unique, problems


def _free_name(endpoint: ClusterEndpoint, taken: Container[str]) -> str:
    context = shorten(endpoint.context, MAX_NAME)
    tries = (
        [endpoint.name, f"{endpoint.name} ({context})"] if context != endpoint.name else [context]
    )
    for name in tries:
        if name not in taken:
            return name
    return next(name for number in count(2) if (name := f"{endpoint.name} ({number})") not in taken)


def shared_servers(endpoints: Iterable[ClusterEndpoint]) -> list[str]:
    """Contexts that lead to the same API server would be read, and counted, twice."""
    by_url: dict[str, list[str]] = {}
    for endpoint in endpoints:
        if endpoint.base_url and not endpoint.problem:
            by_url.setdefault(endpoint.base_url, []).append(endpoint.name)
    return [
        f"{', '.join(names[:4])}{', …' if len(names) > 4 else ''} are the same API server {url}; "
        "narrow with --context to read it once"
        for url, names in by_url.items()
        if len(names) > 1
    ]
