"""The ten go-live items: what passes, what reading cannot prove, and the probe that can.

The console prints the probes and never runs them: most make pods, and that of failover disturbs
what is running.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping

from mckconsole.analysis.checklist.model import Item

_POD = "kubectl --context {context} run mck-probe --rm -i --restart=Never"
_IMAGE = "--image=registry.k8s.io/e2e-test-images/agnhost:2.53 --command --"
_HOLDER = re.compile(r"\{(context|peer|name|srv)\}")
_UNFILLED = {
    "context": "CONTEXT",
    "peer": "OTHER-CONTEXT",
    "name": "NAME",
    "srv": "_PORT._tcp.NAME",
}

SUBCTL = "subctl verify --context {context} --tocontext {peer} --only connectivity"
CILIUM = "cilium connectivity test --context {context} --multi-cluster {peer}"
CALL = f"{_POD} {_IMAGE} curl -sS --max-time 10 {{name}}"
"""For meshes without a command of their own: call a service of another cluster."""

ITEMS: tuple[Item, ...] = (
    Item(
        "CHK01",
        "Connectivity and latency",
        "Every pair of clusters that a mesh joins is connected both ways, and no round trip takes "
        "half a second, or more than twice the median.",
        "that a pod reaches a pod of the other cluster, how much gets through, and whether large "
        "packets do",
        SUBCTL,
        "Submariner: subctl verify; Cilium: cilium connectivity test",
    ),
    Item(
        "CHK02",
        "DNS across clusters",
        "DNS leads to the cluster set, and every service across clusters has named ports, no "
        "conflict, and ready endpoints in two clusters or more.",
        "that a pod gets the A and SRV answers, and how long it may keep them",
        f"{_POD} {_IMAGE} dig +noall +answer {{name}} A {{srv}} SRV",
        "Multi-Cluster Services DNS specification (KEP-1645)",
    ),
    Item(
        "CHK03",
        "IAM audit",
        "No finding on identities is high or worse, and no workload is bound to a role that allows "
        "everything.",
        "what the clouds allow the roles that workloads have",
        "",
        "Kubernetes: RBAC good practices; CIS Kubernetes benchmark 5.1",
    ),
    Item(
        "CHK04",
        "Certificates",
        "Every certificate has 90 days left or is provably renewed in time.",
        "which certificate a server really shows",
        "openssl s_client -connect {name}:443 -servername {name} < /dev/null | "
        "openssl x509 -noout -subject -enddate",
        "cert-manager: Certificate status; CA/Browser Forum baseline requirements 6.3.2",
    ),
    Item(
        "CHK05",
        "Observability across clusters",
        "One query endpoint has fresh series of every cluster under a label of its own.",
        "that an alert reaches a person",
        "",
        "Prometheus: federation, external labels; Thanos: replica labels",
    ),
    Item(
        "CHK06",
        "Log aggregation",
        "Every node of every cluster ships its logs to one central sink.",
        "that a line written in the cluster is found in the sink",
        f"{_POD} {_IMAGE} echo mck-probe-{{context}}",
        "Kubernetes: logging architecture; vendors' output configuration",
    ),
    Item(
        "CHK07",
        "Cost and egress",
        "A cost exporter with egress data runs in every cluster, and there is a budget.",
        "what the clouds bill, and that a budget outside of the clusters exists",
        "",
        "OpenCost specification; Kubecost: network costs",
    ),
    Item(
        "CHK08",
        "Network policy enforcement",
        "The network plugin enforces policies, namespaces that export services deny by default, "
        "and policies are the same in all clusters.",
        "that a connection which no policy allows is refused",
        f"{_POD} {_IMAGE} curl -sS --max-time 10 {{name}}",
        "Kubernetes: network policies; Cilium, Calico and cloud providers: enforcement",
    ),
    Item(
        "CHK09",
        "Failover",
        "No service or host goes dark when any one cluster is lost, none is left with too little, "
        "and no hub role is lost with it.",
        "that traffic moves and data is there when a cluster is really lost; the probe disturbs "
        "what is running",
        "subctl verify --context {context} --tocontext {peer} --only gateway-failover "
        "--disruptive-tests",
        "Submariner: subctl verify; the simulation of `mckconsole failover`",
    ),
    Item(
        "CHK10",
        "Upgrade plan",
        "There is a plan, nothing blocks it, the version is supported for 90 days or more, and "
        "clusters of one mesh are at most one minor apart.",
        "that the workloads run on the next version: a rehearsal in staging",
        "",
        "Kubernetes: version skew policy; the providers' release calendars",
    ),
)
BY_RULE: Mapping[str, Item] = {item.rule: item for item in ITEMS}


def command(probe: str, values: Mapping[str, str]) -> str:
    """A probe with its names filled in, fit to be pasted into a shell.

    Args:
        probe: with `{context}`, `{peer}`, `{name}` and `{srv}`.
        values: by these words; what is missing or empty stands in capitals, to be replaced.
    """

    def filled(match: re.Match[str]) -> str:
        word = match.group(1)
        return shlex.quote(values.get(word) or _UNFILLED[word])

    return _HOLDER.sub(filled, probe)
