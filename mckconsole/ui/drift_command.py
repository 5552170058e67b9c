"""`:drift KIND [NS …] [label=…] [@CLUSTER …]`: which objects are not the same in all clusters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mckconsole.ui.places import DriftPlace
from mckconsole.views.resources_ask import AskError, parse_asked
from mckconsole.views.scope import ScopeError, scope_of

if TYPE_CHECKING:
    from mckconsole.ui.shell import Shell

ARGUMENTS = "KIND [NS …] [label=…] [@CLUSTER]"
HELP = "objects that differ between clusters, or are not in all of them"


def open_drift(shell: Shell, text: str) -> str:
    """Compare the objects that `text` names; returns what is wrong with it, or nothing."""
    word, _, rest = text.strip().partition(" ")
    if not word:
        return "which kind? :drift deploy compares Deployments between the clusters in scope"
    try:
        asked = parse_asked(word, rest)
        scope = scope_of(asked.scope, shell.clusters) if asked.scope else shell.scope
    except (AskError, ScopeError) as error:
        return str(error)
    if asked.filter:
        return "drift takes namespaces, labels and clusters; / filters in its table"
    live = shell.live
    names = tuple(name for name in live.names if scope.holds(name)) if live is not None else ()
    if len(names) < 2:
        return "at least two clusters are compared; :drift KIND @CLUSTER @CLUSTER names them"
    query = asked.query(word)
    shell.go(DriftPlace(query, names))
    return ""
