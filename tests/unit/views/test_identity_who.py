"""Who can change a binding: by way, with subject, binding, role and rule."""

from __future__ import annotations

from mckconsole.domain.findings import ObjectRef
from mckconsole.views.detail import Block, Detail, Line, ObjectTarget
from mckconsole.views.identity_who import account_key, who_detail
from mckconsole.views.spec import Role
from tests.unit.analysis.build import Doc
from tests.unit.views.documents import text_of
from tests.unit.views.fleetidentity import binding, report, seen


def block(detail: Detail, heading: str) -> Block:
    (found,) = [one for one in detail.blocks if one.heading == heading]
    return found


def rbac(kind: str, name: str, namespace: str = "", **fields: object) -> Doc:
    meta = {"name": name} | ({"namespace": namespace} if namespace else {})
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": kind, "metadata": meta, **fields
    }  # fmt: skip


EDIT = rbac(
    "ClusterRole",
    "edit",
    rules=[
        {
            "apiGroups": [""],
            "resources": ["serviceaccounts", "pods", "serviceaccounts/token"],
            "verbs": ["create", "update"],
        }
    ],
)
DEVS = rbac(
    "RoleBinding",
    "devs",
    "shop",
    subjects=[{"kind": "Group", "name": "shop-devs"}],
    roleRef={"kind": "ClusterRole", "name": "edit"},
)
ALL = rbac(
    "ClusterRoleBinding",
    "all",
    subjects=[{"kind": "Group", "name": "system:authenticated"}],
    roleRef={"kind": "ClusterRole", "name": "edit"},
)
MASTERS = rbac(
    "ClusterRoleBinding",
    "admins",
    subjects=[{"kind": "Group", "name": "system:masters"}],
    roleRef={"kind": "ClusterRole", "name": "edit"},
)


def who(*docs: Doc) -> Detail:
    detail = who_detail(*seen(report(binding("aws-use1-1")), *docs), "aws-use1-1/shop/checkout")
    assert detail
    return detail


def test_who_can_change_a_binding_is_grouped_by_the_way() -> None:
    detail = who(EDIT, DEVS)
    assert detail.title == "who can change shop/checkout"
    assert detail.words == "1 subject · Kubernetes RBAC only"
    assert "certificates of the group system:masters" in detail.blocks[0].lines[1].text
    headings = [one.heading for one in detail.blocks[1:]]
    assert headings == [
        "Direct: changes the ServiceAccount's annotations",
        "Indirect: runs a workload of its own choice there",
        "Indirect: changes what a workload there runs",
        "Indirect: asks for a token of the ServiceAccount",
    ]
    subject, rule = detail.blocks[1].lines
    assert subject.text == "Group shop-devs  in shop  members are not known to Kubernetes"
    assert rule.text.strip() == (
        "RoleBinding shop/devs → ClusterRole edit rules[0]: update serviceaccounts"
    )
    version = "rbac.authorization.k8s.io/v1"
    assert subject.target == ObjectTarget(
        "aws-use1-1", ObjectRef(version, "RoleBinding", "shop", "devs")
    )
    assert rule.target == ObjectTarget("aws-use1-1", ObjectRef(version, "ClusterRole", "", "edit"))


def test_everybody_is_loud_and_kubernetes_itself_is_not() -> None:
    detail = who(EDIT, ALL, MASTERS)
    line: Line = detail.blocks[1].lines[0]
    assert line.text.startswith("✖ Group system:authenticated  in all namespaces")
    assert line.spans[0].role is Role.CRITICAL
    assert [one.text for one in block(detail, "Kubernetes itself").lines] == ["system:masters"]
    assert "nobody, by RBAC, but whoever is outside of it" in text_of(who(EDIT, MASTERS))


def test_rbac_that_was_not_read_says_so() -> None:
    detail = who()
    assert detail.role is Role.UNKNOWN
    assert "were not read: roles: roles is forbidden in this test" in text_of(detail)
    fleet, analysis = seen(report(binding("aws-use1-1")))
    assert who_detail(fleet, analysis, "gone/shop/checkout") is None
    assert account_key("arn:aws:eks:eu:1:cluster/prod/shop/checkout").namespace == "shop"
