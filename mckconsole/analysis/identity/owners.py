"""What a pod belongs to in the end: climbing controllers as far as they can be read.

ReplicaSets are not read (a cluster keeps ten old ones for each Deployment): the Deployment
controller calls them `NAME-HASH` and labels their pods `pod-template-hash=HASH`. Jobs are, and may
be known later than their pods: those of a CronJob are called `NAME-MINUTES`.

Sources: kubernetes pkg/controller/deployment (getNewReplicaSet), pkg/controller/cronjob
(getJobName).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from mckconsole.domain.identity import Job
from mckconsole.domain.objects import Key, OwnerReference
from mckconsole.domain.pods import Pod

CONTROLLER_TOPICS: Mapping[str, str] = {
    "Deployment": "deployments",
    "StatefulSet": "statefulsets",
    "DaemonSet": "daemonsets",
    "CronJob": "cronjobs",
    "Job": "jobs",
}
"""Kinds of controllers that are read, with their topics."""
_HASH = "pod-template-hash"
_OF_CRONJOB = re.compile(r"(.+)-\d{8,}")
_LONGEST = 8
"""Jobs that own each other; nothing known makes more than one."""


class Direct(NamedTuple):
    """The controller that a pod names, or the pod itself."""

    namespace: str
    kind: str
    name: str
    deployment: str = ""
    """The Deployment that made a ReplicaSet, by its name and its pods' label."""


class Top(NamedTuple):
    """What owns something in the end."""

    kind: str
    name: str
    unknown: str = ""
    """Why it may not be the end, or may not be there, in words."""
    asked: tuple[tuple[str, Key], ...] = ()
    """Topics and keys that were looked up on the way."""


class Owners(Protocol):
    """What controllers are known of."""

    def held(self, topic: str, key: Key) -> object | None:
        """The object, None where there is none."""

    def unread(self, topic: str) -> str:
        """Why what is not held may be there all the same; empty when it is not there."""


def controller_of(references: Sequence[OwnerReference]) -> OwnerReference | None:
    """The reference to the controller, if there is one that names anything."""
    for one in references:
        if one.controller and one.kind and one.name:
            return one
    return None


def direct_of(pod: Pod) -> Direct:
    """What a pod says it belongs to. A static pod names its node, which is no workload."""
    meta = pod.metadata
    for one in meta.owner_references:
        if one.controller and one.kind and one.name:
            if one.kind != "ReplicaSet":
                if one.kind == "Node":
                    break
                return Direct(meta.namespace, one.kind, one.name)
            suffix = f"-{meta.labels.get(_HASH, '')}"
            name = one.name
            made = name[: -len(suffix)] if suffix != "-" and name.endswith(suffix) else ""
            return Direct(meta.namespace, "ReplicaSet", name, made)
    return Direct(meta.namespace, "Pod", meta.name)


def climb(start: Direct, owners: Owners) -> Top:
    """The top owner of what pods name, however odd the references are."""
    if start.kind == "Pod":
        return Top("Pod", start.name)
    if start.kind == "ReplicaSet":
        return _of_replica_set(start, owners)
    kind, name, asked = start.kind, start.name, list[tuple[str, Key]]()
    while kind == "Job":
        if len(asked) >= _LONGEST or ("jobs", (start.namespace, name)) in asked:
            return Top("Job", start.name, "its owners' references lead nowhere", tuple(asked))
        asked.append(("jobs", (start.namespace, name)))
        job = owners.held(*asked[-1])
        if not isinstance(job, Job):
            return _of_unknown_job(start.namespace, name, asked, owners)
        owner = controller_of(job.metadata.owner_references)
        if owner is None:
            return Top("Job", name, "", tuple(asked))
        kind, name = owner.kind, owner.name
    topic = CONTROLLER_TOPICS.get(kind)
    if topic is None:
        return Top(kind, name, "", tuple(asked))
    asked.append((topic, (start.namespace, name)))
    unknown = ""
    if owners.held(*asked[-1]) is None:
        unknown = owners.unread(topic) or f"it is owned by {kind} {name}, which is not there"
    return Top(kind, name, unknown, tuple(asked))


def _of_replica_set(start: Direct, owners: Owners) -> Top:
    if not start.deployment:
        return Top("ReplicaSet", start.name, "ReplicaSets are not read: it may be owned itself")
    asked = ("deployments", (start.namespace, start.deployment))
    if owners.held(*asked) is not None:
        return Top("Deployment", start.deployment, "", (asked,))
    unread = owners.unread("deployments")
    if unread:
        unknown = f"told by the name of ReplicaSet {start.name}: {unread}"
        return Top("Deployment", start.deployment, unknown, (asked,))
    unknown = f"there is no Deployment {start.deployment} that its name tells of"
    return Top("ReplicaSet", start.name, unknown, (asked,))


def _of_unknown_job(namespace: str, name: str, asked: list[tuple[str, Key]], owners: Owners) -> Top:
    """The CronJob that its name tells of where there is one: Jobs are read once a minute."""
    told = _OF_CRONJOB.fullmatch(name)
    if told:
        asked.append(("cronjobs", (namespace, told[1])))
        if owners.held(*asked[-1]) is not None:
            return Top("CronJob", told[1], "", tuple(asked))
    unknown = owners.unread("jobs") or f"Job {name} is not known yet, or gone"
    return Top("Job", name, unknown, tuple(asked))
