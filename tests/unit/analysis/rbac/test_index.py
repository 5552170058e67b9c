"""Who can do what: tables, and anything against the authorizer's own way of judging."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mckconsole.analysis.rbac.model import Need, parse_resource, resource_text
from mckconsole.analysis.rbac.subjects import applies, covers, groups_of, user_name
from mckconsole.domain.rbac import GROUP
from tests.unit.analysis.rbac import reference
from tests.unit.analysis.rbac.build import DEFAULTS, Doc, bind, index, role, rule


@pytest.mark.parametrize(
    ("given_rule", "verb", "resource", "name", "expected"),
    [
        (rule("get", "pods"), "get", "pods", "", True),
        (rule("get", "pods"), "list", "pods", "", False),
        (rule("*", "pods"), "frobnicate", "pods", "", True),
        (rule("get", "pods", "apps"), "get", "pods", "", False),
        (rule("get", "pods", "*"), "get", "pods", "", True),
        (rule("get", "deployments"), "get", "deployments.apps", "", False),
        (rule("create", "pods"), "create", "pods/exec", "", False),
        (rule("create", "pods/exec"), "create", "pods", "", False),
        (rule("create", "pods/*"), "create", "pods/exec", "", False),
        (rule("create", "*"), "create", "pods/exec", "", True),
        (rule("create", "*/exec"), "create", "pods/exec", "", True),
        (rule("create", "*/exec"), "create", "pods", "", False),
        (rule("create", "*/exec"), "create", "pods/nodexec", "", False),
        (rule("create", "*/*"), "create", "pods/exec", "", False),
        (rule("update", "*/scale", "apps"), "update", "deployments.apps/scale", "", True),
        (rule("ge*", "pods"), "get", "pods", "", False),
        (rule("get", "secrets", only="db"), "get", "secrets", "db", True),
        (rule("get", "secrets", only="db"), "get", "secrets", "other", False),
        (rule("get", "secrets", only="d*"), "get", "secrets", "db", False),
        (rule("list", "secrets", only="db"), "list", "secrets", "", False),
        (rule("list watch", "secrets", only="db"), "list", "secrets", "db", True),
        (rule("create", "secrets", only="db"), "create", "secrets", "db", False),
        (rule("create", "secrets", only="db"), "create", "secrets", None, False),
        (rule("create", "serviceaccounts/token", only="a"), "create", "serviceaccounts/token", "a",
         True),
        (rule("create", "serviceaccounts/token", only="a"), "create", "serviceaccounts/token", "b",
         False),
        (rule("patch create", "secrets", only="db"), "create", "secrets", "db", False),
        (rule("patch create", "secrets", only="db"), "patch", "secrets", None, True),
    ],
)  # fmt: skip
def test_rules_match_as_in_kubernetes(
    given_rule: Doc, verb: str, resource: str, name: str | None, expected: bool
) -> None:
    held = index(role("r", given_rule), bind("b", "ClusterRole/r", "alice"))
    found = held.who_can(Need.of(verb, resource, name=name), "shop")
    assert bool(found) is expected
    assert all(grant.verbs == (verb,) and grant.resources == (resource,) for grant in found)


def test_a_grant_is_the_evidence_of_one_way() -> None:
    held = index(
        role("shop/r", rule("get", "pods"), rule("get list delete", "secrets pods", only="db")),
        bind("shop/b", "Role/r", "alice", "sa:robot"),
    )
    _, robot = sorted(held.who_can(Need.of("get list", "secrets"), "shop"), reverse=True)
    assert str(robot) == (
        "ServiceAccount shop/robot can get/list secrets named db in shop "
        "(RoleBinding shop/b → Role shop/r)"
    )
    assert (robot.subject_path, robot.rule_path) == ("subjects[1]", "rules[1]")
    assert robot.binding.api_version == robot.role.api_version == f"{GROUP}/v1"


@pytest.mark.parametrize(
    ("binding", "in_shop", "elsewhere", "in_none"),
    [
        (bind("b", "ClusterRole/r", "alice"), True, True, True),
        (bind("shop/b", "ClusterRole/r", "alice"), True, False, False),
        (bind("shop/b", "Role/r", "alice"), True, False, False),
        (bind("bank/b", "Role/r", "alice"), False, False, False),
        (bind("b", "Role/r", "alice"), False, False, False),
        (bind("b", "ClusterRole/gone", "alice"), False, False, False),
        (bind("shop/b", "Role/gone", "alice"), False, False, False),
        (bind("shop/b", "Frole/r", "alice"), False, False, False),
        (bind("b", "ClusterRole/r", "sa:robot"), False, False, False),
        (bind("b", "ClusterRole/r"), False, False, False),
    ],
)
def test_where_a_binding_holds(binding: Doc, in_shop: bool, elsewhere: bool, in_none: bool) -> None:
    held = index(role("r", rule("get", "pods")), role("shop/r", rule("get", "pods")), binding)
    need = Need.of("get", "pods")
    found = [bool(held.who_can(need, place)) for place in ("shop", "bank", "")]
    assert found == [in_shop, elsewhere, in_none]


def test_a_role_binding_in_no_namespace_gives_nothing() -> None:
    binding = {**bind("b", "ClusterRole/r", "alice"), "kind": "RoleBinding"}
    held = index(role("r", rule("get", "pods")), binding, bind("all", "ClusterRole/r", "bob"))
    for place in ("shop", ""):
        assert [str(g.subject) for g in held.who_can(Need.of("get", "pods"), place)] == ["User bob"]


def test_an_aggregated_role_gives_what_the_controller_wrote_and_nothing_else() -> None:
    selectors = {"clusterRoleSelectors": [{"matchLabels": {"to": "edit"}}]}
    part = role("part", rule("get", "secrets"))
    part["metadata"]["labels"] = {"to": "edit"}
    binding = bind("b", "ClusterRole/edit", "alice")
    filled = role("edit", rule("get", "secrets"), aggregationRule=selectors)
    need = Need.of("get", "secrets")
    assert index(part, filled, binding).who_can(need, "shop")
    for empty in (role("edit", aggregationRule=selectors), {**filled, "rules": None}):
        assert not index(part, empty, binding).who_can(need, "shop")


def test_an_answer_does_not_depend_on_what_was_asked_before() -> None:
    docs = (
        role("r", rule("get", "secrets", only="a b"), rule("list", "secrets")),
        bind("b", "ClusterRole/r", "alice"),
        bind("shop/b", "ClusterRole/r", "bob"),
    )
    used = index(*docs)
    asked = [
        (Need.of("get", "secrets", name=name), place)
        for name in ("a", "c", "", None)
        for place in ("shop", "", "bank")
    ]
    for need, place in (*asked, *reversed(asked)):
        assert used.who_can(need, place) == index(*docs).who_can(need, place)


@pytest.mark.parametrize("text", ["pods", "pods/exec", "deployments.apps", "x.a.b.c/status"])
def test_resources_are_written_as_they_are_read(text: str) -> None:
    assert resource_text(parse_resource(text)) == text


VERBS = st.lists(st.sampled_from(["get", "list", "create", "patch", "*", "g*"]), max_size=3)
GROUPS = st.lists(st.sampled_from(["", "apps", "*"]), max_size=2)
RESOURCES = ["pods", "pods/exec", "secrets", "serviceaccounts/token", "*", "*/exec", "pods/*"]
RULES = st.fixed_dictionaries(
    {},
    optional={
        "verbs": VERBS,
        "apiGroups": GROUPS,
        "resources": st.lists(st.sampled_from(RESOURCES), max_size=3),
        "resourceNames": st.lists(st.sampled_from(["a", "b"]), max_size=2),
        "nonResourceURLs": st.just(["*"]),
    },
)
PLACES = st.sampled_from(["shop", "bank"])
NAMES = st.sampled_from(["a", "b"])
SUBJECTS = st.sampled_from(
    ["alice", "bob", "group:devs", "sa:robot", "sa:shop/robot", "sa:bank/robot"]
    + [f"group:{one}" for one in groups_of("shop")]
    + ["system:serviceaccount:shop:robot", "group:system:unauthenticated"]
)


@st.composite
def clusters(draw: st.DrawFn) -> list[Doc]:
    """Some roles and bindings of a few names, so that they meet."""
    docs = {}
    for _ in range(draw(st.integers(0, 4))):
        place = draw(st.one_of(NAMES, st.builds("{}/{}".format, PLACES, NAMES)))
        made = role(place, *draw(st.lists(RULES, max_size=3)))
        docs[made["kind"], place] = made
    for _ in range(draw(st.integers(0, 5))):
        place = draw(st.one_of(NAMES, st.builds("{}/{}".format, PLACES, NAMES)))
        to = draw(st.sampled_from(["Role", "ClusterRole"])) + "/" + draw(NAMES)
        made = bind(place, to, *draw(st.lists(SUBJECTS, max_size=3)))
        docs[made["kind"], place] = made
    return list(docs.values())


ASKERS = [
    ("alice", ("devs", "system:authenticated")),
    ("bob", ("system:authenticated",)),
    (user_name("shop", "robot"), groups_of("shop")),
    (user_name("bank", "robot"), groups_of("bank")),
    ("system:anonymous", ("system:unauthenticated",)),
]


@settings(max_examples=400, deadline=None)
@given(
    clusters(),
    st.sampled_from(["get", "list", "create", "patch"]),
    st.sampled_from(["pods", "pods/exec", "secrets", "serviceaccounts/token", "deployments.apps"]),
    st.sampled_from(["shop", "bank", ""]),
    st.sampled_from(["", "a", "c"]),
)
def test_it_is_what_the_authorizer_would_say(
    docs: list[Doc], verb: str, resource: str, namespace: str, name: str
) -> None:
    if verb == "create" and "/" not in resource:
        name = ""  # such a request names nothing
    group, path = parse_resource(resource)
    found = index(*docs).who_can(Need.of(verb, resource, name=name), namespace)
    for user, groups in ASKERS:
        expected = reference.allowed(
            docs,
            user,
            groups,
            verb=verb,
            group=group,
            resource=path,
            namespace=namespace,
            name=name,
        )
        assert any(applies(grant.subject, user, groups) for grant in found) is expected, user


@settings(max_examples=100, deadline=None)
@given(clusters(), st.sampled_from(["get list", "create patch"]))
def test_some_object_means_any_name(docs: list[Doc], verbs: str) -> None:
    held = index(*docs)
    some = set(held.who_can(Need.of(verbs, "secrets", "pods/exec"), "shop"))
    for name in ("", "a", "b", "c"):
        assert some.issuperset(held.who_can(Need.of(verbs, "secrets", "pods/exec", name=name),
                                            "shop"))  # fmt: skip
    for grant in some:
        named = Need.of(verbs, "secrets", "pods/exec", name=(*grant.resource_names, "")[0])
        assert grant in held.who_can(named, "shop")
    assert any(covers(grant.subject, "shop", "robot") for grant in some) == any(
        applies(grant.subject, user, groups)
        for grant in some
        for user, groups in (ASKERS[2], ASKERS[4])
    )


@pytest.mark.parametrize(
    ("binding", "expected"),
    [
        (bind("web/b", "ClusterRole/r", "sa:shop/robot"), True),
        (bind("shop/b", "ClusterRole/r", "sa:robot"), True),
        (bind("shop/b", "ClusterRole/r", "sa:other"), False),
        (bind("b", "ClusterRole/r", "group:system:serviceaccounts:shop"), True),
        (bind("b", "ClusterRole/r", "group:system:serviceaccounts:web"), False),
        (bind("b", "ClusterRole/r", "group:system:serviceaccounts"), True),
        (bind("b", "ClusterRole/r", "group:system:serviceaccounts", labels=DEFAULTS), False),
        (bind("b", "ClusterRole/r", "sa:shop/robot", labels=DEFAULTS), True),
        (bind("b", "ClusterRole/r", "group:system:authenticated"), False),
        (bind("b", "ClusterRole/gone", "sa:shop/robot"), False),
    ],
)
def test_what_a_service_account_was_given_of_its_own(binding: Doc, expected: bool) -> None:
    held = index(role("r", rule("get", "pods")), binding)
    assert held.granted("shop", "robot") is expected
