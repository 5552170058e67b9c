"""Deployments and their ReplicaSets as the deployment controller leaves them."""

from __future__ import annotations

from typing import NamedTuple

from mckconsole.demo.objects import KubeObject
from mckconsole.demo.pods import owner_of, pod_labels, template_hash
from mckconsole.demo.scenario import Workload
from mckconsole.demo.site import Site

REVISION = "deployment.kubernetes.io/revision"
DEADLINE = 120.0
"""Seconds after which a rollout that does not get on is called failed; Kubernetes' default is 600,
which no demo lasts."""


class Counts(NamedTuple):
    """How many pods there are."""

    wanted: int
    """As the Deployment says."""
    all: int
    ready: int
    updated: int
    """Of the newest template."""


def revision_of(site: Site, model: Workload) -> int:
    """How often a Deployment was changed before the demo began."""
    return 2 + int(site.digest("revision", model.namespace, model.name), 16) % 9


def deployment_spec(model: Workload, template: KubeObject, replicas: int) -> KubeObject:
    """The specification of a Deployment, as the API server fills it in."""
    return {
        "replicas": replicas,
        "selector": {"matchLabels": pod_labels(model)},
        "template": template,
        "strategy": {
            "type": "RollingUpdate",
            "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"},
        },
        "revisionHistoryLimit": 10,
        "progressDeadlineSeconds": int(DEADLINE),
    }


def replica_set(
    site: Site,
    model: Workload,
    template: KubeObject,
    *,
    wanted: int,
    count: int,
    ready: int,
    revision: int,
    days: float,
) -> KubeObject:
    """The ReplicaSet of one template of a Deployment.

    Args:
        wanted: replicas that it shall have.
        count: replicas that there are.
        days: its age; negative for one that was made after the demo's start.
    """
    name = owner_of(site, model)[1]
    own = {"pod-template-hash": template_hash(site, model)}
    labels = {**template["metadata"]["labels"], **own}
    status: KubeObject = {"replicas": count, "observedGeneration": 1}
    if count:
        status |= {"fullyLabeledReplicas": count}
    if ready:
        status |= {"readyReplicas": ready, "availableReplicas": ready}
    made = site.manifest(
        "apps/v1",
        "ReplicaSet",
        model.namespace,
        name,
        labels=labels,
        annotations={
            "deployment.kubernetes.io/desired-replicas": str(wanted),
            REVISION: str(revision),
        },
        days_ago=days,
        spec={
            "replicas": wanted,
            "selector": {"matchLabels": {**pod_labels(model), **own}},
            "template": {
                **template,
                "metadata": {**template["metadata"], "labels": labels},
            },
        },
        status=status,
    )
    made["metadata"]["ownerReferences"] = [
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "name": model.name,
            "uid": site.uid("Deployment", model.namespace, model.name),
            "controller": True,
            "blockOwnerDeletion": True,
        }
    ]
    return made


def deployment_status(
    site: Site, counts: Counts, owner: str, *, since: float, failed: bool, generation: int = 1
) -> KubeObject:
    """The status of a Deployment.

    Args:
        owner: name of its newest ReplicaSet.
        since: seconds after the demo's start at which the newest rollout began; negative before.
        failed: whether that did not get on within its deadline.
    """
    status: KubeObject = {
        "observedGeneration": generation,
        "replicas": counts.all,
        "readyReplicas": counts.ready,
        "availableReplicas": counts.ready,
        "updatedReplicas": counts.updated,
    }
    if missing := max(counts.wanted, counts.all) - counts.ready:
        status["unavailableReplicas"] = missing
    enough = counts.ready >= counts.wanted - counts.wanted // 4
    over = counts.updated == counts.all and counts.ready >= counts.wanted
    stamp = site.moment(since)
    reason, text = "ReplicaSetUpdated", f'ReplicaSet "{owner}" is progressing.'
    if failed:
        reason = "ProgressDeadlineExceeded"
        text = f'ReplicaSet "{owner}" has timed out progressing.'
        stamp = site.moment(since + DEADLINE)
    elif over:
        reason = "NewReplicaSetAvailable"
        text = f'ReplicaSet "{owner}" has successfully progressed.'
    status["conditions"] = [
        _condition(
            "Available",
            "True" if enough else "False",
            "MinimumReplicasAvailable" if enough else "MinimumReplicasUnavailable",
            f"Deployment {'has' if enough else 'does not have'} minimum availability.",
            stamp,
        ),
        _condition("Progressing", "False" if failed else "True", reason, text, stamp),
    ]
    return status


def _condition(kind: str, status: str, reason: str, message: str, stamp: str) -> KubeObject:
    return {
        "type": kind,
        "status": status,
        "reason": reason,
        "message": message,
        "lastUpdateTime": stamp,
        "lastTransitionTime": stamp,
    }
