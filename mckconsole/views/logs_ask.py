"""What is typed behind `:logs`: of which pods, in which clusters. Text in, a value out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.logs import LogTarget

KINDS = {
    "Pod": ("v1", "pod pods po"),
    "Deployment": ("apps/v1", "deployment deployments deploy"),
    "StatefulSet": ("apps/v1", "statefulset statefulsets sts"),
    "DaemonSet": ("apps/v1", "daemonset daemonsets ds"),
    "ReplicaSet": ("apps/v1", "replicaset replicasets rs"),
    "Job": ("batch/v1", "job jobs"),
    "CronJob": ("batch/v1", "cronjob cronjobs cj"),
    "Service": ("v1", "service services svc"),
    "Node": ("v1", "node nodes no"),
    "Namespace": ("v1", "namespace namespaces ns"),
}
"""Kinds that have pods, with the version they are read in and the words for them."""
_KINDS = {word: kind for kind, (_, words) in KINDS.items() for word in words.split()}
_WIDE = ("Node", "Namespace")
"""Kinds that are in no namespace."""


class LogsAskError(ValueError):
    """What is typed cannot be understood; the message says which word and why."""


@dataclass(frozen=True, slots=True)
class LogsAsked:
    """What a person asked for."""

    ref: ObjectRef
    container: str = ""
    scope: str = ""
    """The clusters, as `:ctx` takes them; empty is those that are looked at."""

    def targets(self, clusters: Iterable[str]) -> tuple[LogTarget, ...]:
        """The same object in each of these clusters."""
        return tuple(LogTarget(name, self.ref, self.container) for name in clusters)


def parse_logs(text: str, namespace: str = "") -> LogsAsked:
    """`[KIND] [NAMESPACE/]NAME [-n NAMESPACE] [-c CONTAINER] [@CLUSTERS …]`.

    `namespace` is where a name without one is looked for.

    Raises:
        LogsAskError: a word cannot be understood, or one is missing.
    """
    flags = {"-n": namespace, "-c": ""}
    names: list[str] = []
    scope: list[str] = []
    words = text.split()
    while words:
        word = words.pop(0)
        if word in flags:
            if not words:
                raise LogsAskError(f"{word} needs what comes after it")
            flags[word] = words.pop(0)
        elif word.startswith("@") and len(word) > 1:
            scope.append(word[1:])
        elif word.startswith("-"):
            raise LogsAskError(f"{word} is not known here; there are -n and -c")
        else:
            names.append(word)
    ref = _object(names, flags["-n"])
    return LogsAsked(ref, flags["-c"], " ".join(scope))


def _object(names: list[str], namespace: str) -> ObjectRef:
    kind = "Pod"
    if len(names) == 1 and namespace and names[0].partition("/")[0].lower() in _KINDS:
        names = names[0].split("/", 1)  # deploy/checkout, as kubectl has it
    if len(names) == 2:
        word = names.pop(0)
        if word.lower() not in _KINDS:
            known = ", ".join(words.split()[-1] for _, words in KINDS.values())
            raise LogsAskError(f"{word} is no kind that has pods; there are {known}")
        kind = _KINDS[word.lower()]
    if len(names) != 1:
        raise LogsAskError("say of what: [KIND] NAMESPACE/NAME, as in deploy shop/checkout")
    place, slash, name = names[0].rpartition("/")
    if kind in _WIDE:
        place = ""
    elif not slash:
        place = namespace
        if not place:
            raise LogsAskError(f"in which namespace? NAMESPACE/{name}")
    return ObjectRef(KINDS[kind][0], kind, place, name)
