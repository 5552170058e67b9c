"""The API server's RBAC authorizer, written down as it is: slow, and without any index.

After `VisitRulesFor` and `appliesToUser` in pkg/registry/rbac/validation/rule.go, `RuleAllows` in
plugin/pkg/auth/authorizer/rbac/rbac.go and pkg/apis/rbac/v1/evaluation_helpers.go.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from tests.unit.analysis.rbac.build import Doc


def allowed(
    docs: Iterable[Doc],
    user: str,
    groups: Collection[str],
    *,
    verb: str,
    group: str,
    resource: str,
    namespace: str,
    name: str = "",
) -> bool:
    """Whether a request is allowed; `resource` is written with its subresource."""
    path, slash, subresource = resource.partition("/")
    for rule in _rules(list(docs), user, groups, namespace):
        verbs = rule.get("verbs", [])
        if "*" not in verbs and verb not in verbs:
            continue
        api_groups = rule.get("apiGroups", [])
        if "*" not in api_groups and group not in api_groups:
            continue
        wanted = {"*", resource} | ({f"*/{subresource}"} if slash and path else set())
        if wanted.isdisjoint(rule.get("resources", [])):
            continue
        only = rule.get("resourceNames") or []
        if not only or name in only:
            return True
    return False


def _rules(docs: list[Doc], user: str, groups: Collection[str], namespace: str) -> Iterator[Doc]:
    for binding in docs:
        if binding["kind"] == "ClusterRoleBinding":
            place = ""
        elif binding["kind"] == "RoleBinding" and namespace:
            place = binding["metadata"]["namespace"]
            if place != namespace:
                continue
        else:
            continue
        if any(_is(subject, user, groups, place) for subject in binding.get("subjects", [])):
            yield from _role_rules(docs, binding["roleRef"], place)


def _is(subject: Doc, user: str, groups: Collection[str], place: str) -> bool:
    if subject["kind"] == "User":
        return bool(user == subject["name"])
    if subject["kind"] == "Group":
        return subject["name"] in groups
    if subject["kind"] == "ServiceAccount":
        namespace = subject.get("namespace") or place
        return bool(namespace) and user == f"system:serviceaccount:{namespace}:{subject['name']}"
    return False


def _role_rules(docs: list[Doc], ref: Doc, place: str) -> Iterator[Doc]:
    for role in docs:
        if role["kind"] != ref["kind"] or role["metadata"]["name"] != ref["name"]:
            continue
        if role["kind"] == "ClusterRole" or (
            role["kind"] == "Role" and place and role["metadata"]["namespace"] == place
        ):
            yield from role.get("rules") or []
