"""The document of an object: what each kind says of itself, and that nothing is too odd for it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.inspected import FieldManager, Happening, Related, Relation
from mckconsole.views.detail import ClusterTarget, FindingTarget, InspectTarget
from mckconsole.views.object_detail import Inspected, findings_on, object_detail
from mckconsole.views.object_kinds import _FORMS
from mckconsole.views.object_twins import Twin, differences, has_twins
from mckconsole.views.spec import Role
from tests.unit.analysis.build import NOW
from tests.unit.views.documents import assert_sound, demo, demo_analysis, lines_of
from tests.unit.views.objects import CLUSTER, facts, shown, words

CONTAINER = {
    "name": "app",
    "image": "web:1",
    "ports": [{"name": "http", "containerPort": 80}],
    "resources": {"requests": {"cpu": "1"}, "limits": {"memory": "1Gi"}},
    "readinessProbe": {"httpGet": {"path": "/ready", "port": 80}},
    "envFrom": [{"configMapRef": {"name": "settings"}}],
    "env": [{"name": "A", "value": "b"}],
    "volumeMounts": [{"name": "data", "mountPath": "/data", "readOnly": True}],
    "command": ["run", "--fast"],
}
CRASHING = {
    "name": "app",
    "restartCount": 7,
    "ready": False,
    "state": {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off"}},
    "lastState": {"terminated": {"reason": "OOMKilled", "exitCode": 137}},
}
POD = {
    "kind": "Pod",
    "spec": {"nodeName": "node-1", "containers": [CONTAINER]},
    "status": {"phase": "Running", "podIP": "10.0.0.1", "containerStatuses": [CRASHING]},
}


def test_a_pod_says_where_it_runs_and_why_a_container_does_not() -> None:
    text = words(POD)
    for said in (
        "✖ CrashLoopBackOff", "node         node-1", "address      10.0.0.1", "image     web:1",
        "restarts  7", "last run  OOMKilled (exit 137)", "because   back-off", "http 80/TCP",
        "asks for  cpu 1", "at most   memory 1Gi", "readiness GET :80/ready",
        "1 variable, all of ConfigMap settings", "/data (data, read only)", "command   run --fast",
    ):  # fmt: skip
        assert said in text, said
    detail = shown(POD)
    assert (detail.words, detail.role) == (
        "✖ CrashLoopBackOff 0/1, 7 restarts",
        Role.CRITICAL,
    )
    targets = {line.target for line in lines_of(detail)}
    assert InspectTarget(CLUSTER, ObjectRef("v1", "Node", "", "node-1")) in targets
    assert ClusterTarget(CLUSTER) in targets


SAID: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "apps/v1 Deployment": (
        {"spec": {"replicas": 3, "template": {"spec": {"containers": [CONTAINER]}},
                  "strategy": {"type": "Recreate"}},
         "status": {"readyReplicas": 2, "unavailableReplicas": 1}},
        ("wanted       3", "ready        2", "unavailable  1", "rollout      Recreate", "web:1"),
    ),
    "apps/v1 DaemonSet": (
        {"status": {"desiredNumberScheduled": 4, "numberReady": 4, "numberMisscheduled": 1}},
        ("wanted       4", "ready        4", "misplaced    1"),
    ),
    "batch/v1 CronJob": ({"spec": {"schedule": "0 * * * *", "suspend": True}},
                         ("schedule     0 * * * *", "no jobs are made")),
    "batch/v1 Job": ({"spec": {"completions": 3}, "status": {"failed": 2}},
                     ("completions  3", "failed       2")),
    "autoscaling/v2 HorizontalPodAutoscaler": (
        {"spec": {"maxReplicas": 9, "scaleTargetRef": {"kind": "Deployment", "name": "web"},
                  "metrics": [{"type": "Resource", "resource": {"name": "cpu",
                               "target": {"averageUtilization": 80}}}]},
         "status": {"currentReplicas": 3, "currentMetrics": [{"type": "Resource",
                    "resource": {"current": {"averageUtilization": 93}}}]}},
        ("scales       Deployment web", "replicas     3, of 1 to 9",
         "by           cpu 93 % of 80 %"),
    ),
    "policy/v1 PodDisruptionBudget": (
        {"spec": {"minAvailable": 2}, "status": {"disruptionsAllowed": 0, "currentHealthy": 2,
                                                 "desiredHealthy": 2}},
        ("at least     2", "2 of 2 needed", "may go       0"),
    ),
    "v1 Service": (
        {"spec": {"type": "LoadBalancer", "clusterIP": "10.1.0.1", "selector": {"a": "b"},
                  "ports": [{"port": 443, "targetPort": "https", "nodePort": 30443}]}},
        ("addresses    10.1.0.1", "selects      a=b", "no address outside", "443/TCP → https",
         "on every node: 30443"),
    ),
    "v1 Node": (
        {"spec": {"unschedulable": True, "taints": [{"key": "a", "effect": "NoExecute"}]},
         "status": {"capacity": {"cpu": "4"}, "allocatable": {"cpu": "3"},
                    "nodeInfo": {"kubeletVersion": "v1.36.1"}}},
        ("version      v1.36.1", "no pods are placed here", "a:NoExecute", "3 of 4"),
    ),
    "networking.k8s.io/v1 Ingress": (
        {"spec": {"tls": [{"secretName": "cert", "hosts": ["h"]}], "rules": [{"host": "h", "http": {
            "paths": [{"path": "/p", "backend": {"service": {"name": "s", "port": {"number": 8}}}}]
        }}]}},
        ("certificate  cert for h", "h/p → s:8", "no controller has given"),
    ),
    "networking.k8s.io/v1 NetworkPolicy": (
        {"spec": {"podSelector": {}, "policyTypes": ["Ingress"]}},
        ("all pods of the namespace", "nothing is let through"),
    ),
    "discovery.k8s.io/v1 EndpointSlice": (
        {"endpoints": [{"addresses": ["10.0.0.1"], "conditions": {"ready": False},
                        "targetRef": {"kind": "Pod", "name": "p"}}]},
        ("10.0.0.1", "not ready  Pod p"),
    ),
    "v1 PersistentVolumeClaim": ({"spec": {"volumeName": "pv"}, "status": {"phase": "Bound"}},
                                 ("volume       pv", "phase        Bound")),
    "v1 PersistentVolume": ({"spec": {"claimRef": {"namespace": "n", "name": "c"}}},
                            ("claimed by   n/c",)),
    "v1 ConfigMap": ({"data": {"a": "first\nsecond\nthird"}}, ("a = first", "… 2 more lines")),
    "v1 ServiceAccount": ({"automountServiceAccountToken": False}, ("is not mounted",)),
    "rbac.authorization.k8s.io/v1 ClusterRole": (
        {"rules": [{"verbs": ["get"], "resources": ["pods"], "apiGroups": [""]}]},
        ("get  on pods  of core",),
    ),
    "rbac.authorization.k8s.io/v1 RoleBinding": (
        {"roleRef": {"kind": "ClusterRole", "name": "r"}, "subjects": [
            {"kind": "User", "name": "ada"}, {"kind": "ServiceAccount", "name": "s"}]},
        ("grants       ClusterRole r", "User ada", "ServiceAccount shop/s"),
    ),
    "example.com/v1 Anything": (
        {"spec": {"size": 3, "parts": {"door": "green"}, "list": ["a", "b"], "deep": {"x": {}}},
         "status": {"conditions": [{"type": "Degraded", "status": "True", "reason": "Why"}]}},
        ("size", "parts.door green", "a, b", "▲ Degraded  True  Why"),
    ),
    "serving.knative.dev/v1 Service": (
        {"status": {"conditions": [{"type": "Ready", "status": "False", "reason": "R"}]}},
        ("▲ Ready  False  R",),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SAID)
def test_each_kind_says_what_one_looks_for(name: str) -> None:
    api, _, kind = name.partition(" ")
    document, said = SAID[name]
    document = {"apiVersion": api, "kind": kind, **document}
    text = words(document)
    for one in said:
        assert one in text, one
    assert_sound(demo(), demo_analysis(), shown(document))


def test_findings_of_every_pane_on_the_object_lead_to_them() -> None:
    found = next(one for one in demo_analysis().findings if one.object and one.cluster == CLUSTER)
    assert found.object
    ref = found.object
    metadata = {"namespace": ref.namespace, "name": ref.name}
    document = {"apiVersion": ref.api_version, "kind": ref.kind, "metadata": metadata}
    targets = {line.target for line in lines_of(shown(document))}
    own = findings_on(demo_analysis().findings, CLUSTER, (ref,))
    assert own
    assert {FindingTarget(one.id) for one in own} <= targets


def test_findings_on_what_owns_it_are_there_and_say_on_what() -> None:
    found = next(one for one in demo_analysis().findings if one.object and one.cluster == CLUSTER)
    assert found.object
    related = Related(owners=(Relation("owned by", found.object),))
    text = words(POD, related)
    assert found.title in text
    assert f"on {found.object}" in text


def test_another_cluster_s_object_of_the_same_name_has_findings_of_its_own() -> None:
    found = next(one for one in demo_analysis().findings if one.object)
    assert found.object
    assert findings_on([found], "elsewhere", (found.object,)) == []


RELATED = Related(
    owners=(
        Relation("owned by", ObjectRef("apps/v1", "ReplicaSet", "shop", "r"), "1/2 ready", False),
    ),
    dependents=(
        Relation("owns", ObjectRef("v1", "Pod", "shop", "p"), "Running 1/1", True, (
            Relation("owns", ObjectRef("v1", "Pod", "other", "q")),)),
    ),
    users=(Relation("selected by", ObjectRef("v1", "Service", "shop", "s")),),
    uses=(Relation("mounts", ObjectRef("v1", "ConfigMap", "shop", "c"), "not there", False),),
    happenings=(
        Happening(NOW - 60, NOW - 600, 12, True, "BackOff", "again", "kubelet node-1"),
        *(Happening(NOW - n, NOW - n, 1, False, "Pulled", f"image {n}", "") for n in range(20)),
    ),
    unread=("pods in shop may not be read",),
)  # fmt: skip


def test_relations_are_trees_that_lead_on_and_events_are_folded() -> None:
    text = words(POD, RELATED)
    for said in (
        "✖ owned by ReplicaSet r  1/2 ready", "● owns Pod p  Running 1/1", "└─ · owns Pod other/q",
        "· selected by Service s", "✖ mounts ConfigMap c  not there", "and 8 earlier ones",
        "▲ BackOff ×12  again  kubelet", "? pods in shop may not be read",
    ):  # fmt: skip
        assert said in text, said
    targets = {line.target for line in lines_of(shown(POD, RELATED))}
    assert InspectTarget(CLUSTER, ObjectRef("v1", "Pod", "other", "q")) in targets


def test_warnings_stand_before_the_containers() -> None:
    headings = [block.heading for block in shown(POD, RELATED).blocks]
    assert headings.index("Events") < headings.index("Containers")
    calm = replace(RELATED, happenings=RELATED.happenings[1:])
    headings = [block.heading for block in shown(POD, calm).blocks]
    assert headings.index("Events") > headings.index("Containers")


def test_what_is_not_known_is_said() -> None:
    assert "looking for what it has to do with" in words(POD)
    assert "? the cluster is gone" in words(POD, trouble="the cluster is gone")
    assert "~ as it was before: 404" in words(POD, stale="404")
    assert "none in what was read" in words(POD, Related(unread=("x",)))
    refused = Related(unread=("events in shop may not be read",))
    assert "? events in shop may not be read" in words(POD, refused)


MANAGERS = (
    FieldManager("argocd", "Apply", "", NOW - 3600, tuple(f"spec.f{n}" for n in range(9)), 9),
    FieldManager("kubelet", "Update", "status", None, ("status.phase",), 1),
)


def test_who_changed_what_and_when() -> None:
    told = replace(facts(POD), managers=MANAGERS, managed=("- manager: argocd",))

    def text(*, managed: bool) -> str:
        detail = object_detail(demo(), demo_analysis(), Inspected(told, managed=managed))
        return "\n".join(line.text for line in lines_of(detail))

    assert "argocd  Apply, 9 fields  spec.f0, spec.f1, spec.f2, spec.f3 and 5 more" in text(
        managed=False
    )
    assert "- manager: argocd" not in text(managed=False)
    assert "spec.f8" in text(managed=True)
    assert "- manager: argocd" in text(managed=True)


def test_ages_are_by_the_cluster_s_own_clock() -> None:
    snapshot = demo()
    skewed = replace(snapshot.clusters[CLUSTER], clock_offset=3600.0)
    snapshot = replace(snapshot, clusters={**snapshot.clusters, CLUSTER: skewed})
    told = replace(facts(POD), managers=MANAGERS[:1], clock_offset=3600.0, at=NOW + 3600)
    detail = object_detail(snapshot, demo_analysis(), Inspected(told))
    notes = {line.note for line in lines_of(detail)}
    assert any("its clock" in line.text for line in lines_of(detail))
    assert "2 h ago" in notes


WEB = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "web", "namespace": "shop"},
    "spec": {"replicas": 2, "template": {"spec": {"containers": [{"name": "a", "image": "w:1"}]}}},
    "status": {"readyReplicas": 2},
}


def other(cluster: str, image: str) -> Twin:
    """The Deployment as another cluster has it."""
    spec = {"replicas": 2, "template": {"spec": {"containers": [{"name": "a", "image": image}]}}}
    found = replace(facts({**WEB, "spec": spec}), cluster=cluster)
    return Twin(cluster, found, differing=differences(demo(), facts(WEB), found))


def test_its_like_in_other_clusters_is_told_what_differs_first() -> None:
    twins = (
        other("gcp-eu-1", "w:1"),
        Twin("onprem-1", gone=True),
        Twin("lab-fra-1", gone=True),
        Twin("edge-fra-1", why="edge-fra-1 is not connected: x"),
        other("aks-weu-1", "w:2"),
    )
    detail = shown(WEB, twins=twins)
    (block,) = (one for one in detail.blocks if one.heading == "In other clusters")
    assert block.note == "2 have it, 1 not the same (=)"
    assert [line.text for line in block.lines] == [
        "● aks-weu-1  2/2 ready  there: image = w:2",
        "● gcp-eu-1  2/2 ready  the same as here",
        "? edge-fra-1  not connected: x",
        "· not there: lab-fra-1, onprem-1",
    ]
    ref = ObjectRef("apps/v1", "Deployment", "shop", "web")
    assert block.lines[0].target == InspectTarget("aks-weu-1", ref)


def test_names_that_nobody_chose_have_no_like_elsewhere() -> None:
    assert has_twins(facts(WEB))
    assert not has_twins(facts(POD))
    owner = {"ownerReferences": [{"kind": "CronJob", "name": "c", "controller": True}]}
    assert not has_twins(facts({"kind": "Job", "metadata": owner}))


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ("containers", "name", "ports", "env", "resources", "state", "conditions", "type",
             "status", "template", "spec", "rules", "http", "paths", "endpoints", "metrics", "x\ny")
        ),
        inner,
        max_size=4,
    ),
    max_leaves=20,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(sorted(_FORMS)),
    json,
    json,
    st.dictionaries(st.text(max_size=4), json, max_size=2),
)
def test_no_object_is_too_odd(kind: str, spec: Any, status: Any, metadata: dict[str, Any]) -> None:
    groups = _FORMS[kind].groups
    api = f"{groups[0]}/v1" if groups[0] else "v1"
    document = {"apiVersion": api, "kind": kind, "spec": spec, "status": status,
                "metadata": metadata, "data": spec, "rules": status, "endpoints": spec}  # fmt: skip
    told = facts({**document, "metadata": {}})
    tree = facts({**document, "metadata": {"namespace": "a", "name": "b", "labels": metadata}}).tree
    detail = object_detail(demo(), demo_analysis(), Inspected(replace(told, tree=tree)))
    for line in lines_of(detail):
        assert "\n" not in line.text
        assert "\x1b" not in line.text
