"""What the demo's timeline tells of its Events and alerts: each with how often it stands there.

Names of ReplicaSets and pods are told without what tells them apart.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from mckconsole.analysis.timeline.model import Entry, Sort

INCIDENT = ("aws-use1-1", "shop/delivery")
"""Where the script ships what does not run, and what."""
RELEASED, FIRING, TAKEN_BACK = 40.0, 120.0, 780.0
"""Seconds after the start: it is shipped, all alerts of it fire, it is gone again."""
_SUFFIX = re.compile(r"-[0-9a-f]{10}(?:-[0-9a-f]{5})?\b")

AT_START = Counter(
    {
        ("edge-fra-1", "ClusterMetricsAbsent firing", "cluster=edge-fra-1"): 1,
        ("", "Watchdog firing", "federation"): 1,
        ("onprem-1", "Watchdog firing", "prometheus-onprem-1"): 1,
        # Deployments that have had fewer ready pods than they want, for days.
        ("aks-weu-1", "KubeDeploymentReplicasMismatch firing", "Deployment payments/fraud"): 1,
        ("aks-weu-1", "KubeDeploymentReplicasMismatch firing", "Deployment data/reconciler"): 1,
        ("gcp-eu-1", "KubeDeploymentReplicasMismatch firing", "Deployment ads/budget"): 1,
        (
            "onprem-1",
            "KubeDeploymentReplicasMismatch firing",
            "Deployment identity-system/pod-identity-webhook",
        ): 1,
        # Events of the hour before; lab-fra-1 has no kube-state-metrics and so no alert.
        ("aks-weu-1", "Unhealthy", "Pod payments/fraud"): 2,
        ("gcp-eu-1", "Unhealthy", "Pod ads/budget"): 2,
        ("onprem-1", "Unhealthy", "Pod identity-system/pod-identity-webhook"): 1,
        ("lab-fra-1", "Unhealthy", "Pod policy/guard"): 2,
        ("aks-weu-1", "FailedCreate", "ReplicaSet data/reconciler"): 1,
        ("gcp-eu-1", "SuccessfulRescale", "HorizontalPodAutoscaler media/render"): 1,
        ("gcp-eu-1", "ScalingReplicaSet", "Deployment media/render"): 1,
    }
)
"""As the demo begins."""
_EACH_POD = ("Scheduled", "Pulling", "Pulled", "Created", "Started")
OF_THE_RELEASE = Counter(
    {
        **{("aws-use1-1", reason, "Pod shop/delivery"): 2 for reason in _EACH_POD},
        ("aws-use1-1", "BackOff", "Pod shop/delivery"): 2,
        ("aws-use1-1", "Killing", "Pod shop/delivery"): 1,
        ("aws-use1-1", "ScalingReplicaSet", "Deployment shop/delivery"): 1,
        ("aws-use1-1", "SuccessfulCreate", "ReplicaSet shop/delivery"): 1,
        ("aws-use1-1", "SuccessfulDelete", "ReplicaSet shop/delivery"): 1,
        ("aws-use1-1", "KubePodCrashLooping firing", "Pod shop/delivery"): 2,
        ("aws-use1-1", "KubeDeploymentReplicasMismatch firing", "Deployment shop/delivery"): 1,
    }
)
"""What the release adds until all of its alerts fire."""


def told(entries: Iterable[Entry]) -> Counter[tuple[str, str, str]]:
    """Cluster, what and to what of the Events and alerts among `entries`."""
    return Counter(
        (one.cluster, one.what, _SUFFIX.sub("", one.subject))
        for one in entries
        if one.sort in (Sort.EVENT, Sort.ALERT)
    )
