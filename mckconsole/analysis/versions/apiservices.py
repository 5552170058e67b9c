"""UB09: aggregated APIs that do not answer.

Source: https://kubernetes.io/docs/tasks/extend-kubernetes/configure-aggregation-layer/ and
staging/src/k8s.io/kube-aggregator (an APIService without Service is the API server's own and is
always available).
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import Final

from mckconsole.analysis.versions.ground import Ground
from mckconsole.analysis.versions.model import Blocker, Gravity, Phase
from mckconsole.domain.certificates import ApiService
from mckconsole.domain.objects import Condition
from mckconsole.domain.snapshot import ClusterSnapshot

APISERVICES: Final = "apiservices"
_RULE: Final = "UB09"
_PATH: Final = "status.conditions[type=Available]"


def apiservice_blockers(cluster: ClusterSnapshot) -> list[Blocker]:
    """UB09 of one cluster."""
    ground = Ground(cluster)
    found = list(_judged(ground))
    if why := ground.unread(APISERVICES):
        found.append(ground.unknown(_RULE, Phase.CONTROL_PLANE, why))
    return found


def _judged(ground: Ground) -> Iterator[Blocker]:
    for one in ground.cluster.objects(APISERVICES, ApiService).values():
        if one.spec.service is None:
            continue
        said = next((each for each in one.status.conditions if each.type == "Available"), None)
        if said is None or said.status not in ("True", "False"):
            value = "not there" if said is None else said.status
            yield ground.unknown(
                _RULE,
                Phase.CONTROL_PLANE,
                f"APIService {one.key[1]} does not say whether it is available",
                object=ground.ref(APISERVICES, one),
                evidence=(ground.seen(APISERVICES, one, _PATH, value),),
                remediation=ground.on("describe", "apiservice", one.key),
            )
        elif said.status == "False":
            yield _down(ground, one, said)


def _down(ground: Ground, found: ApiService, said: Condition) -> Blocker:
    behind = found.spec.service
    place = f"{behind.namespace}/{behind.name}" if behind else ""
    why = ": ".join(filter(None, (said.reason, said.message))) or "no reason is given"
    look = ground.on("describe", "apiservice", found.key)
    if behind:
        label = shlex.quote(f"kubernetes.io/service-name={behind.name}")
        look += "\n" + ground.kubectl(f"get endpointslices -l {label}", behind.namespace)
    return Blocker(
        _RULE,
        Gravity.WARN,
        Phase.CONTROL_PLANE,
        f"The API {found.key[1]} does not answer",
        f"Service {place}: {why}. Discovery is incomplete, and no namespace can be deleted",
        f"Bring its Service back: {look}\n"
        "or, where what served it is gone for good: "
        + ground.on("delete", "apiservice", found.key),
        ground.ref(APISERVICES, found),
        evidence=(
            ground.seen(APISERVICES, found, _PATH, f"{said.status}: {why}"),
            ground.seen(APISERVICES, found, "spec.service", place),
        ),
    )
