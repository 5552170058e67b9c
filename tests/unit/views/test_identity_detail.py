"""Everything behind an identity: the chain, who else is the same, an account."""

from __future__ import annotations

from dataclasses import replace

import pytest
from msgspec.structs import replace as changed

from mckconsole.analysis.identity.model import (
    BindingState,
    Cloud,
    Effective,
    Identity,
    IdentityPolicy,
    IdentityReport,
    Mechanism,
    NodeFacts,
)
from mckconsole.domain.findings import Finding, ObjectRef, Unknown
from mckconsole.views.detail import (
    Block,
    Card,
    ClusterTarget,
    Detail,
    FindingTarget,
    IdentityTarget,
    ObjectTarget,
    WhoTarget,
)
from mckconsole.views.finding_detail import finding_detail
from mckconsole.views.identity_cells import identity_id
from mckconsole.views.identity_spec import (
    ACCOUNT,
    CLOUD_IDENTITY,
    GROUPINGS,
    SERVICE_ACCOUNT,
    WORKLOAD,
)
from mckconsole.views.identity_targets import identity_detail, object_of, users_of, who_of
from mckconsole.views.panes import find_pane
from tests.unit.analysis.build import Doc
from tests.unit.views.documents import text_of
from tests.unit.views.fleetidentity import (
    MAIL,
    READER,
    account,
    account_ref,
    binding,
    declares,
    drifting,
    effective,
    finding,
    multi,
    pod,
    report,
    seen,
    some,
    waiting,
    workload,
)


def of_binding(found: IdentityReport, number: int = 0) -> Detail:
    fleet, analysis = seen(found)
    target = IdentityTarget(WORKLOAD, found.bindings[number].id)
    detail = identity_detail(fleet, analysis, target)
    assert detail
    return detail


def behind(found: IdentityReport, target: IdentityTarget) -> Detail:
    detail = identity_detail(*seen(found), target)
    assert detail
    return detail


def block(detail: Detail, heading: str) -> Block:
    (found,) = [one for one in detail.blocks if one.heading == heading]
    return found


def cards(detail: Detail) -> list[Card]:
    return [one for found in detail.blocks for one in found.cards]


def links(detail: Detail) -> list[str]:
    return [line.text for line in detail.blocks[0].lines]


def test_the_chain_goes_from_the_workload_to_the_cloud() -> None:
    detail = of_binding(report(waiting()))
    assert detail.title == "gcp-eu-1 shop/checkout"
    assert detail.words == "✖ pending restart  high  AWS"
    assert links(detail) == [
        "Deployment shop/checkout  1 pod  ▲ 1 differs",
        "└ Pod checkout-7c9f6-x2k",
        "  └ ServiceAccount shop/checkout",
        f"    ├ declared   {READER.text}  IRSA",
        "                 ServiceAccount metadata.annotations['eks.amazonaws.com/role-arn'],"
        " written by argocd-controller",
        "    ├ effective  ✖ none: AWS_ROLE_ARN and AWS_WEB_IDENTITY_TOKEN_FILE missing in"
        " container app",
        "    └ cloud      AWS  checkout-reader in account 000000000000",
    ]
    notes = [line.note for line in detail.blocks[0].lines]
    assert notes == ["", "created 12 d ago", "", "", "2 d ago", "", ""]


def test_every_link_opens_its_evidence() -> None:
    detail = of_binding(report(waiting()))
    account_object = ObjectTarget("gcp-eu-1", account_ref("shop", "checkout"))
    assert [line.target for line in detail.blocks[0].lines] == [
        ObjectTarget("gcp-eu-1", ObjectRef("apps/v1", "Deployment", "shop", "checkout")),
        ObjectTarget("gcp-eu-1", ObjectRef("v1", "Pod", "shop", "checkout-7c9f6-x2k")),
        IdentityTarget("service-account", "gcp-eu-1/shop/checkout"),
        account_object,
        account_object,
        None,
        IdentityTarget("cloud-identity", identity_id(READER)),
    ]


def test_who_it_really_is_stands_beside_what_is_declared() -> None:
    detail = of_binding(report(drifting()))
    text = "\n".join(links(detail))
    assert "✖ arn:aws:iam::000000000000:role/legacy-admin  IRSA  container app" in text
    assert "spec.containers[0].env[0].value = arn:aws:iam::000000000000:role/legacy-admin" in text
    assert "token for sts.amazonaws.com, valid 86,400 s" in text
    assert f"✖ not {READER.text}, which is declared" in text
    assert links(detail)[0] == "✖ container app is legacy-admin by hand"


def test_containers_that_are_nobody_are_named() -> None:
    detail = of_binding(report(binding("aws-use1-1", effective=(effective(READER, "other"),))))
    assert "    ├ effective  nothing in container app" in links(detail)


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (Effective("app", "init", Mechanism.POD_IDENTITY, READER.cloud),
         "? a role that only the EKS API knows  EKS Pod Identity  init container app"),
        (Effective("app", "app", Mechanism.STATIC, READER.cloud),
         "▲ whom the static key belongs to is not told  static key  container app"),
        (Effective("app", "app", Mechanism.IRSA, READER.cloud, problem="half of a pair"),
         "▲ half of a pair  IRSA  container app"),
    ],
)  # fmt: skip
def test_what_the_pod_does_not_say(one: Effective, words: str) -> None:
    detail = of_binding(report(binding("aws-use1-1", effective=(one,))))
    assert f"    ├ effective  {words}" in links(detail)


def test_what_nodes_give_stands_not_on_the_pod() -> None:
    given = binding("gcp-eu-1", identity=MAIL, mechanism=Mechanism.GKE, effective=())
    text = "\n".join(links(of_binding(report(given))))
    assert f"effective  ● {MAIL.text}  GKE Workload Identity" in text
    assert "by its nodes: nothing stands on the pod" in text
    own = Identity(Cloud.GCP, "demo.svc.id.goog", "demo", "ns/shop/sa/checkout")
    direct = binding(
        "gcp-eu-1", BindingState.PRINCIPAL_ONLY, own, mechanism=Mechanism.GKE_DIRECT,
        reason="what it may do is in IAM only",
    )  # fmt: skip
    text = "\n".join(links(of_binding(report(direct))))
    assert "effective  principal demo.svc.id.goog[ns/shop/sa/checkout]" in text
    assert "what it may do is in IAM only" in text


def test_a_name_without_its_account() -> None:
    one = Effective("", "app", Mechanism.KIAM, READER.cloud, text="image-sync")
    legacy = binding("aws-use1-1", BindingState.UNDECLARED, None, effective=(one,),
                     mechanism=Mechanism.KIAM)  # fmt: skip
    text = "\n".join(links(of_binding(report(legacy))))
    assert "effective  ? image-sync  kube2iam/kiam  the whole pod" in text
    assert "nothing in container" not in text
    assert "AWS  ? 'image-sync', whose account is not told" in text


def test_an_account_that_was_not_read() -> None:
    unread = account("aks-weu-1", unknown="serviceaccounts: forbidden")
    found = binding("aks-weu-1", BindingState.UNKNOWN, None, held=unread, unknown="forbidden")
    text = "\n".join(links(of_binding(report(found))))
    assert "ServiceAccount shop/checkout  ? serviceaccounts: forbidden" in text
    assert "declared   ? serviceaccounts: forbidden" in text
    assert "effective  ? not known: nothing in container app" in text
    assert "cloud      AWS  ? not known" in text
    gone = changed(account("aks-weu-1"), object=None)
    found = binding("aks-weu-1", held=gone)
    assert "  └ ServiceAccount shop/checkout  ▲ is not there" in links(of_binding(report(found)))


def test_what_is_declared_and_no_identity() -> None:
    typo = account("aws-use1-1", declares(None, text="arn:aws:iam:1", problem="one colon"))
    text = "\n".join(links(of_binding(report(binding("aws-use1-1", held=typo, identity=None)))))
    assert "declared   ▲ 'arn:aws:iam:1' is no identity  IRSA" in text
    assert "▲ one colon" in text


def test_sorts_of_pods_and_workloads_without_any() -> None:
    many = workload("aws-use1-1", "checkout", *(pod(f"p-{n}", days=n) for n in range(9)))
    text = "\n".join(links(of_binding(report(binding("aws-use1-1", workload=many)))))
    assert "├ Pod p-0" in text
    assert "└ Pod p-5" in text
    assert "and 3 other sorts of pods" in text
    none = changed(workload("aws-use1-1"), shapes=(), controller=None, owner_unknown="cyclic")
    text = "\n".join(links(of_binding(report(binding("aws-use1-1", workload=none)))))
    assert "Deployment shop/checkout  0 pods  ? cyclic" in text
    assert "no pods now: what its template says counts" in text


@pytest.mark.parametrize(
    ("mechanism", "facts", "words"),
    [
        (Mechanism.GKE, NodeFacts(gke_metadata=True), "● has the GKE metadata server"),
        (Mechanism.GKE_DIRECT, NodeFacts(), "✖ lacks the GKE metadata server"),
        (Mechanism.POD_IDENTITY, NodeFacts(agent=True), "● runs the Pod Identity agent"),
        (Mechanism.POD_IDENTITY, NodeFacts(virtual=True), "▲ virtual: no Pod Identity agent"),
        (Mechanism.POD_IDENTITY, NodeFacts(windows=True), "▲ Windows: no Pod Identity agent"),
        (Mechanism.POD_IDENTITY, NodeFacts(), "✖ no ready Pod Identity agent"),
        (Mechanism.NODE, NodeFacts(), "gives its own identity to whoever asks"),
        (Mechanism.NODE, None, "? not read"),
        (Mechanism.IRSA, NodeFacts(), ""),
    ],
)
def test_nodes_where_they_have_a_part(
    mechanism: Mechanism, facts: NodeFacts | None, words: str
) -> None:
    found = report(binding("aws-use1-1", mechanism=mechanism))
    nodes = {"node-a": facts} if facts else {}
    clusters = {"aws-use1-1": replace(found.clusters["aws-use1-1"], nodes=nodes)}
    lines = [
        line for line in links(of_binding(replace(found, clusters=clusters))) if "node" in line
    ]
    assert bool(lines) is bool(words)
    assert all(words in line for line in lines)


def test_who_else_is_the_same() -> None:
    detail = of_binding(report(waiting(), binding("aws-use1-1"), binding("aks-weu-1")))
    also = block(detail, "Also used by")
    assert also.note == "2 others, 3 clusters in all"
    assert [line.text for line in also.lines] == [
        "aws-use1-1 shop/checkout  ● bound  Deployment as checkout",
        "aks-weu-1 shop/checkout  ● bound  Deployment as checkout",
    ]
    many = [binding("aws-use1-1", name=f"w-{n}") for n in range(20)]
    also = block(of_binding(report(*many)), "Also used by")
    assert also.lines[-1].text == "and 7 more: u shows all"
    assert also.lines[-1].target == IdentityTarget("cloud-identity", identity_id(READER))
    alone = block(of_binding(report(waiting())), "Also used by")
    assert alone.lines[0].text == "nobody else in these clusters"


def test_nobody_else_is_only_said_of_clusters_that_were_read() -> None:
    gap = Unknown("identity", "edge-fra-1", "*", "unreachable: timeout")
    found = report(waiting(), unknowns=(gap, Unknown("identity", "aks-weu-1", "WI09", "why")))
    also = block(of_binding(found), "Also used by")
    assert [line.text for line in also.lines] == [
        "nobody else in the clusters that were read",
        "? perhaps others in edge-fra-1: it was not read, or not in full",
    ]
    assert also.lines[1].target == ClusterTarget("edge-fra-1")
    shared = block(of_binding(replace(some(), unknowns=(gap,)), 2), "Also used by")
    assert "perhaps others in edge-fra-1" in shared.lines[-1].text
    detail = behind(found, IdentityTarget(CLOUD_IDENTITY, identity_id(READER)))
    assert detail.words == "✖ 1 workload in 1 cluster, ? perhaps more"
    assert "perhaps others in edge-fra-1" in text_of(detail)
    many = [Unknown("identity", f"c-{number}", "*", "timeout") for number in range(9)]
    also = block(of_binding(report(waiting(), unknowns=many)), "Also used by")
    assert "c-5 and 3 other clusters: they were not read" in also.lines[1].text


def test_the_same_workload_in_another_cloud() -> None:
    found = report(waiting(), multi("gcp-eu-1"))
    (line,) = block(of_binding(found), "In other clouds").lines
    assert line.text == f"GCP  ● bound  {MAIL.text}"
    assert line.target == IdentityTarget("workload", found.bindings[1].id)


def test_findings_come_with_the_command_that_fixes_them() -> None:
    detail = of_binding(report(waiting()))
    assert block(detail, "Findings").lines[0].target == FindingTarget(waiting().findings[0].id)
    assert "rollout restart deployment/checkout" in text_of(detail)
    fine = of_binding(report(binding("aws-use1-1")))
    assert "none: nothing is wrong with it" in text_of(fine)
    assert all(one.heading != "What to do" for one in fine.blocks)


def test_rules_that_wait_for_the_same_are_one_line() -> None:
    rules, why = ("WI01", "WI02"), "accounts forbidden"
    gaps = [Unknown("identity", "aws-use1-1", rule, why) for rule in rules]
    gaps.append(Unknown("identity", "aws-use1-1", "WI09", "nodes forbidden"))
    found = report(binding("aws-use1-1", unknowns=(*gaps, gaps[0])))
    lines = [line.text for line in block(of_binding(found), "Findings").lines]
    assert lines == [
        "? not judged: WI01, WI02 for aws-use1-1  accounts forbidden",
        "? not judged: WI09 for aws-use1-1  nodes forbidden",
    ]


def test_each_finding_keeps_the_order_of_its_steps() -> None:
    def fixed(rule: str, *steps: str) -> Finding:
        text = "\n".join(f"{number}. {step}" for number, step in enumerate(steps, 1))
        return replace(finding("aws-use1-1", rule, title=f"about {rule}"), remediation=text)

    found = [fixed("WI03", "annotate a", "restart"), fixed("WI13", "annotate b", "restart"),
             fixed("WI14", "annotate b", "restart"), fixed("WI22")]  # fmt: skip
    lines = block(of_binding(report(binding("aws-use1-1", findings=found))), "What to do").lines
    assert [line.text for line in lines] == [
        "WI03  about WI03", "1. annotate a", "2. restart",
        "WI13, WI14  about WI13", "1. annotate b", "2. restart",
    ]  # fmt: skip
    assert lines[0].target == FindingTarget(found[0].id)
    many = [fixed(f"WI{number}", f"step {number}") for number in range(20, 40)]
    lines = block(of_binding(report(binding("aws-use1-1", findings=many))), "What to do").lines
    assert lines[-1].text == "and 8 more: open the findings above"


def test_a_cloud_identity_is_shown_cluster_by_cluster() -> None:
    detail = behind(some(), IdentityTarget(CLOUD_IDENTITY, identity_id(READER)))
    assert detail.title == "checkout-reader"
    assert detail.words == "✖ 2 workloads in 3 clusters"
    assert [(one.title, one.note) for one in cards(detail)] == [
        ("gcp-eu-1", "✖ pending restart"),
        ("aks-weu-1", "· no workload"),
        ("aws-use1-1", "● bound"),
    ]
    (declaring,) = cards(detail)[1].lines
    assert declaring.text == (
        "ServiceAccount shop/checkout  declares it, and its workloads are somebody else"
    )
    assert READER.text in text_of(detail)


def test_a_service_account() -> None:
    stores = (ObjectRef("external-secrets.io/v1", "SecretStore", "shop", "vault"),)
    own = account("aws-use1-1", declares(READER), users=stores)
    found = report(binding("aws-use1-1", held=own), waiting())
    detail = behind(found, IdentityTarget(SERVICE_ACCOUNT, "aws-use1-1/shop/checkout"))
    assert detail.title == "aws-use1-1 shop/checkout"
    assert detail.words == "● 1 workload"
    declared = block(detail, "Declares").lines[0]
    assert declared.target == IdentityTarget("cloud-identity", identity_id(READER))
    (runs,) = block(detail, "Runs as it").lines
    assert runs.text == "Deployment checkout  ● bound  AWS"
    (store,) = block(detail, "Used without a pod").lines
    assert store.target == ObjectTarget("aws-use1-1", stores[0])
    (elsewhere,) = block(detail, "Of the same name elsewhere").lines
    assert elsewhere.text == "gcp-eu-1  declares checkout-reader, checkout"
    assert "were not read: token-secrets is forbidden" in text_of(detail)
    assert WhoTarget("aws-use1-1/shop/checkout") in targets(detail)


def targets(detail: Detail) -> list[object]:
    lines = [line for one in detail.blocks for line in one.lines]
    return [line.target for line in lines]


TOKEN: Doc = {
    "apiVersion": "v1",
    "kind": "Secret",
    "type": "kubernetes.io/service-account-token",
    "metadata": {
        "name": "checkout-token",
        "namespace": "shop",
        "annotations": {"kubernetes.io/service-account.name": "checkout"},
    },
}


def test_tokens_that_never_expire_are_named() -> None:
    found = report(binding("aws-use1-1"))
    target = IdentityTarget(SERVICE_ACCOUNT, "aws-use1-1/shop/checkout")
    detail = identity_detail(*seen(found, TOKEN), target)
    assert detail
    (line,) = block(detail, "Tokens that never expire").lines
    assert line.text == "Secret shop/checkout-token"


def test_a_cloud_account() -> None:
    detail = behind(some(), IdentityTarget(ACCOUNT, "aws/000000000000"))
    assert detail.title == "AWS 000000000000"
    assert detail.words == "✖ 2 identities"
    lines = [line.text for line in block(detail, "Identities").lines]
    assert lines == [
        "checkout-reader  ✖ pending restart 1 of 2  3 clusters",
        "legacy-admin  ✖ drift  1 cluster",
    ]
    assert "names no accounts" in text_of(detail)
    for accounts, words in ((("000000000000",), "● named in"), (("1",), "▲ not among")):
        policy = IdentityPolicy(frozenset(accounts))
        detail = behind(replace(some(), policy=policy), IdentityTarget(ACCOUNT, "aws/000000000000"))
        assert words in text_of(detail)


@pytest.mark.parametrize("by", [WORKLOAD, *(one.by for one in GROUPINGS)])
def test_every_row_has_a_document_without_holes(by: str) -> None:
    pane = find_pane("identity")
    assert pane
    spec = pane.grouped(by)
    assert spec
    fleet, analysis = seen(some())
    for row in spec.rows(fleet, analysis):
        detail = identity_detail(fleet, analysis, IdentityTarget(spec.by, row.id))  # type: ignore[arg-type]
        assert detail
        for one in detail.blocks:
            assert one.lines or one.cards, one.heading
            assert all(card.lines for card in one.cards)
    gone = IdentityTarget(spec.by, "gone/x/y/z")  # type: ignore[arg-type]
    assert identity_detail(fleet, analysis, gone) is None


def test_where_one_can_go_from_a_row() -> None:
    _, analysis = seen(some())
    key = waiting().id
    users = IdentityTarget("cloud-identity", identity_id(READER))
    assert users_of(analysis, WORKLOAD, key) == users
    assert users_of(analysis, SERVICE_ACCOUNT, "gcp-eu-1/shop/checkout") == users
    assert users_of(analysis, CLOUD_IDENTITY, users.id) == users
    silent = account("aws-use1-1")
    by_hand = report(binding("aws-use1-1", BindingState.UNDECLARED, held=silent))
    assert users_of(seen(by_hand)[1], SERVICE_ACCOUNT, str(silent.key)) == users
    assert users_of(analysis, SERVICE_ACCOUNT, "aws-use1-1/shop/exporter") is None
    assert users_of(analysis, ACCOUNT, "aws/000000000000") is None
    assert users_of(analysis, WORKLOAD, "gone/aws") is None
    assert who_of(analysis, WORKLOAD, key) == WhoTarget("gcp-eu-1/shop/checkout")
    assert who_of(analysis, CLOUD_IDENTITY, users.id) is None, "it is of several accounts"
    assert who_of(analysis, CLOUD_IDENTITY, identity_id(MAIL)) == WhoTarget(
        "gcp-eu-1/shop/checkout"
    )
    assert object_of(analysis, ACCOUNT, "aws/000000000000") is None
    own = object_of(analysis, SERVICE_ACCOUNT, "gcp-eu-1/shop/checkout")
    assert own == ObjectTarget("gcp-eu-1", account_ref("shop", "checkout"))
    worst = object_of(analysis, WORKLOAD, key)
    assert worst == ObjectTarget("gcp-eu-1", ObjectRef("apps/v1", "Deployment", "shop", "checkout"))


def test_a_finding_leads_to_its_workloads_and_identities() -> None:
    shared = finding("aws-use1-1", "WI22", title="shared", object=account_ref("shop", "checkout"))
    found = report(waiting(), binding("aws-use1-1"), about=(shared,))
    for one, target in (
        (found.bindings[0].findings[0], IdentityTarget("workload", found.bindings[0].id)),
        (shared, IdentityTarget("cloud-identity", identity_id(READER))),
        (shared, IdentityTarget("service-account", "aws-use1-1/shop/checkout")),
    ):
        detail = finding_detail(*seen(found), one.id)
        assert detail
        assert target in [line.target for line in block(detail, "Where to go on").lines]
