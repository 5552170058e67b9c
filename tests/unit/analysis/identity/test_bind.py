"""The states of workloads: what is declared against what is in effect, healthy and broken twins."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mckconsole.analysis.identity.model import BindingState, Cloud
from mckconsole.domain.states import TopicState
from tests.unit.analysis.build import Doc
from tests.unit.analysis.identity.podyaml import (
    ADC,
    AGENT_VOLUME,
    AKS_NODE,
    ARN,
    CLIENT,
    CLIENT_ID,
    EARLY,
    EKS_NODE,
    GKE_NODE,
    GOOGLE_MOUNTS,
    GOOGLE_TOKEN,
    GSA,
    IRSA_WEBHOOK,
    LATE,
    MAIL,
    NOON,
    OTHER,
    ROLE_ARN,
    STATIC,
    World,
    account,
    agent_container,
    association,
    azure_pod,
    config_map,
    container,
    deployment,
    env,
    google_pod,
    irsa_container,
    irsa_pod,
    node,
    pod,
    token,
)

S = BindingState
DECLARED = account({ROLE_ARN: ARN})
GKE_ACCOUNT = account({GSA: MAIL})
BARE = account()
STATIC_APP = container(env=env(**STATIC))


def _bound(*docs: Doc, cloud: Cloud = Cloud.AWS, **more: Any) -> tuple[BindingState, str]:
    found = World(list(docs), **more).bindings()[cloud]
    return found.state, found.reason


@pytest.mark.parametrize(
    ("docs", "state", "words"),
    [
        pytest.param([DECLARED, irsa_pod()], S.BOUND, "", id="irsa"),
        pytest.param([DECLARED, irsa_pod(created=EARLY)], S.BOUND, "", id="older but the same"),
        pytest.param(
            [DECLARED, pod(created=EARLY), IRSA_WEBHOOK],
            S.PENDING_RESTART,
            "made anew",
            id="older",
        ),
        pytest.param([DECLARED, pod(), IRSA_WEBHOOK], S.DRIFT, "nothing was injected", id="missed"),
        pytest.param([DECLARED, pod()], S.DRIFT, "no webhook", id="no webhook"),
        pytest.param([DECLARED, pod(created=NOON)], S.DRIFT, "", id="made in the same second"),
        pytest.param(
            [DECLARED, irsa_pod(irsa_container(role=OTHER))],
            S.DRIFT,
            "container app is",
            id="other",
        ),
        pytest.param(
            [DECLARED, irsa_pod(irsa_container(role=OTHER), created=EARLY)],
            S.PENDING_RESTART,
            "from before",
            id="other from before",
        ),
        pytest.param(
            [DECLARED, irsa_pod(irsa_container(), irsa_container("b", role=OTHER))],
            S.DRIFT,
            "container b is",
            id="one container differs",
        ),
        pytest.param(
            [DECLARED, irsa_pod(container(env=env(AWS_ROLE_ARN=ARN)))],
            S.DRIFT,
            "AWS_WEB_IDENTITY_TOKEN_FILE is not",
            id="half",
        ),
        pytest.param([DECLARED, irsa_pod(audience="vault")], S.DRIFT, "Vault", id="audience"),
        pytest.param(
            [account({ROLE_ARN: "arn:aws:iam:1:role/x"}), irsa_pod()],
            S.DRIFT,
            "no role ARN",
            id="malformed, other by hand",
        ),
        pytest.param(
            [account({ROLE_ARN: "nonsense"}), irsa_pod(irsa_container(role="arn:nonsense"))],
            S.DRIFT,
            "no role ARN",
            id="malformed and injected",
        ),
        pytest.param([BARE, irsa_pod()], S.UNDECLARED, "by hand", id="by hand"),
        pytest.param([BARE, pod(STATIC_APP)], S.STATIC_KEY, "Secret aws", id="static"),
        pytest.param(
            [BARE, pod(container(), STATIC_APP)], S.STATIC_KEY, "container app", id="static in one"
        ),
        pytest.param(
            [DECLARED, irsa_pod(irsa_container(**STATIC))],
            S.SHADOWED,
            "wins over IRSA",
            id="shadow",
        ),
        pytest.param([DECLARED, pod(STATIC_APP)], S.STATIC_KEY, "Secret aws", id="static only"),
        pytest.param(
            [DECLARED, irsa_pod(irsa_container(S3_KEY=("aws", "aws_secret_access_key")))],
            S.BOUND,
            "",
            id="a key that no SDK looks at",
        ),
        pytest.param(
            [BARE, pod(agent_container(), volumes=[AGENT_VOLUME])],
            S.ROLE_UNKNOWN,
            "EKS API",
            id="pod identity",
        ),
        pytest.param(
            [BARE, association("east"), pod(agent_container(), volumes=[AGENT_VOLUME])],
            S.BOUND,
            "",
            id="pod identity with association",
        ),
        pytest.param(
            [BARE, association("other"), pod(agent_container(), volumes=[AGENT_VOLUME])],
            S.ROLE_UNKNOWN,
            "",
            id="association of another cluster",
        ),
        pytest.param(
            [BARE, association("east"), pod(created=EARLY), IRSA_WEBHOOK],
            S.PENDING_RESTART,
            "",
            id="older than its association",
        ),
        pytest.param(
            [DECLARED, pod(agent_container(), volumes=[AGENT_VOLUME])],
            S.ROLE_UNKNOWN,
            "wins over IRSA",
            id="pod identity over the annotation",
        ),
        pytest.param(
            [DECLARED, association("east", OTHER), irsa_pod(created=NOON)],
            S.PENDING_RESTART,
            "from before",
            id="migration under way",
        ),
        pytest.param(
            [BARE, pod(annotations={"iam.amazonaws.com/role": "app"})],
            S.UNDECLARED,
            "not maintained",
            id="kiam",
        ),
        pytest.param(
            [
                DECLARED,
                pod(labels={"eks.amazonaws.com/skip-pod-identity-webhook": "true"}, created=EARLY),
            ],
            S.DRIFT,
            "keeps the webhook away",
            id="opted out",
        ),
    ],
)
def test_aws(docs: list[Doc], state: BindingState, words: str) -> None:
    found = _bound(*docs)
    assert found[0] is state
    assert words in found[1]
    assert bool(found[1]) is (state is not S.BOUND)


def _both() -> Doc:
    own = [*irsa_container()["env"], *agent_container()["env"]]  # type: ignore[misc]
    mounts = [*irsa_container()["volumeMounts"], *agent_container()["volumeMounts"]]  # type: ignore[misc]
    return {**container(env=own), "volumeMounts": mounts}


def test_the_role_in_the_environment_wins_over_pod_identity() -> None:
    volumes = [token("aws-iam-token", "sts.amazonaws.com"), AGENT_VOLUME]
    world = World([BARE, association("east", OTHER), pod(_both(), volumes=volumes)])
    found = world.bindings()[Cloud.AWS]
    assert found.state is S.SHADOWED
    assert found.identity is not None
    assert found.identity.text == ARN


def test_a_role_without_a_token_file_is_passed_over() -> None:
    app = agent_container(AWS_ROLE_ARN=ARN)
    assert _bound(BARE, pod(app, volumes=[AGENT_VOLUME]))[0] is S.ROLE_UNKNOWN
    stuck = agent_container(AWS_WEB_IDENTITY_TOKEN_FILE="/x")
    assert _bound(BARE, pod(stuck, volumes=[AGENT_VOLUME]))[0] is S.DRIFT


def test_by_hand_in_the_template_survives_restarts() -> None:
    docs = [DECLARED, irsa_pod(irsa_container(role=OTHER), created=EARLY)]
    by_hand = deployment("app", env_by_hand="AWS_ROLE_ARN")
    assert _bound(*docs, controller=by_hand)[0] is S.DRIFT
    assert _bound(*docs, controller=deployment("app"))[0] is S.PENDING_RESTART


def test_containers_that_do_not_count() -> None:
    skip = {"eks.amazonaws.com/skip-containers": "b,c"}
    doc = irsa_pod(irsa_container(), container("b"), container("c"), annotations=skip)
    of_all = deployment("app", "b", "c")
    assert _bound(DECLARED, doc, controller=of_all)[0] is S.BOUND
    partly = irsa_pod(irsa_container(), container("b"))
    assert _bound(DECLARED, partly, controller=of_all) == (
        S.DRIFT,
        "container b has none, others of the pod have one",
    )
    added_later = deployment("app")
    assert _bound(DECLARED, partly, controller=added_later)[0] is S.BOUND
    debugged = irsa_pod()
    debugged["spec"]["ephemeralContainers"] = [container("debug")]  # type: ignore[index]
    assert _bound(DECLARED, debugged, controller=of_all)[0] is S.BOUND


def test_everything_is_skipped() -> None:
    doc = pod(annotations={"eks.amazonaws.com/skip-containers": "app"})
    assert "every container" in _bound(DECLARED, doc)[1]


def test_pods_behind() -> None:
    old = [pod(name=f"old-{number}", created=EARLY) for number in range(2)]
    found = World([DECLARED, irsa_pod(), *old]).bindings()[Cloud.AWS]
    assert (found.state, found.behind) == (S.PENDING_RESTART, 2)
    assert found.reason.startswith("2 of 3 pods")
    assert found.identity is not None
    leaving = [*old]
    for one in leaving:
        one["metadata"]["deletionTimestamp"] = LATE  # type: ignore[index]
    alone = World([DECLARED, irsa_pod(name="b")]).bindings()[Cloud.AWS]
    assert (alone.state, alone.behind) == (S.BOUND, 0)


def test_older_and_newer_pods_alike() -> None:
    docs = [DECLARED, pod(name="old", created=EARLY), pod(name="new"), IRSA_WEBHOOK]
    found = World(docs).bindings()[Cloud.AWS]
    assert (found.state, found.behind) == (S.DRIFT, 2)


def test_finished_pods_tell_nothing_of_later() -> None:
    ended = pod(created=EARLY, phase="Succeeded")
    found = World([DECLARED, ended]).bindings()[Cloud.AWS]
    assert (found.state, found.behind) == (S.PENDING_RESTART, 0)
    assert "next one" in found.reason
    assert _bound(DECLARED, irsa_pod(phase="Succeeded"))[0] is S.BOUND


def test_odd_times_are_the_milder_guess() -> None:
    odd = (DECLARED, pod(created="yesterday")), (account({ROLE_ARN: ARN}, written="soon"), pod())
    for docs in odd:
        assert _bound(*docs, IRSA_WEBHOOK)[0] is S.PENDING_RESTART


def test_the_multi_cloud_pod_is_bound_twice() -> None:
    own = env(AWS_ROLE_ARN=ARN, AWS_WEB_IDENTITY_TOKEN_FILE="/var/run/aws/token", **ADC)
    app = container(env=own, mounts=[("aws", "/var/run/aws"), *GOOGLE_MOUNTS])
    volumes: list[Doc] = [
        token("aws", "sts.amazonaws.com"),
        GOOGLE_TOKEN,
        {"name": "gcp-config", "configMap": {"name": "google"}},
    ]
    found = World([DECLARED, pod(app, volumes=volumes), config_map()]).bindings()
    assert {cloud: one.state for cloud, one in found.items()} == {
        Cloud.AWS: S.BOUND,
        Cloud.GCP: S.BOUND,
    }
    google = found[Cloud.GCP]
    assert google.declared is not None
    assert google.declared.trace.object.kind == "ConfigMap"
    assert google.identity is not None
    assert google.identity.name == MAIL


HINTED = container(env=env(AWS_REGION="eu-west-1"))


@pytest.mark.parametrize(
    ("docs", "state", "words"),
    [
        pytest.param([BARE, EKS_NODE, pod(HINTED)], S.NODE_FALLBACK, "AWS_REGION", id="fallback"),
        pytest.param(
            [BARE, EKS_NODE, pod(container(image="amazon/aws-cli"))],
            S.NODE_FALLBACK,
            "image",
            id="by image",
        ),
        pytest.param(
            [BARE, EKS_NODE, pod({**HINTED, "envFrom": [{"secretRef": {"name": "cloud"}}]})],
            S.UNKNOWN,
            "Secret cloud",
            id="a whole Secret",
        ),
        pytest.param([DECLARED, EKS_NODE, irsa_pod()], S.BOUND, "", id="has one"),
    ],
)
def test_node_fallback(docs: list[Doc], state: BindingState, words: str) -> None:
    found = _bound(*docs)
    assert found[0] is state
    assert words in found[1]


@pytest.mark.parametrize(
    "docs",
    [
        [BARE, EKS_NODE, pod()],
        [BARE, AKS_NODE, pod(HINTED)],
        [BARE, node(), pod(HINTED)],
        [BARE, EKS_NODE, pod(container(env=env(AWS_REGION="x", AWS_EC2_METADATA_DISABLED="true")))],
        [DECLARED],
    ],
)
def test_nothing_to_do_with_a_cloud(docs: list[Doc]) -> None:
    assert World(docs).bindings() == {}


FORBIDDEN = "serviceaccounts forbidden: no"


@pytest.mark.parametrize(
    ("docs", "cloud", "state"),
    [
        ([irsa_pod()], Cloud.AWS, S.UNKNOWN),
        ([EKS_NODE, pod(HINTED)], Cloud.AWS, S.UNKNOWN),
        ([GKE_NODE, pod()], Cloud.GCP, S.UNKNOWN),
        ([pod(STATIC_APP)], Cloud.AWS, S.STATIC_KEY),
        ([irsa_pod(irsa_container(**STATIC))], Cloud.AWS, S.SHADOWED),
        ([pod(agent_container(), volumes=[AGENT_VOLUME])], Cloud.AWS, S.ROLE_UNKNOWN),
    ],
)
def test_accounts_that_were_not_read(docs: list[Doc], cloud: Cloud, state: BindingState) -> None:
    states = {"serviceaccounts": TopicState.FORBIDDEN}
    found = World(docs, states=states, account_unknown=FORBIDDEN).bindings()[cloud]
    assert found.state is state
    assert found.unknown == FORBIDDEN
    assert (FORBIDDEN in found.reason) is (state is S.UNKNOWN)


def test_what_is_in_effect_is_shown_all_the_same() -> None:
    found = World([irsa_pod()], account_unknown=FORBIDDEN).bindings()[Cloud.AWS]
    assert found.identity is not None
    assert found.identity.text == ARN
    assert ARN in found.reason


def test_nodes_that_were_not_read() -> None:
    states = {"nodes": TopicState.FORBIDDEN}
    found = _bound(GKE_ACCOUNT, GKE_NODE, pod(), cloud=Cloud.GCP, states=states)
    assert found[0] is S.UNKNOWN
    assert "nodes forbidden" in found[1]


@pytest.mark.parametrize(
    ("driver", "state", "words"),
    [
        ("csi.spiffe.io", S.UNKNOWN, "whether SPIRE has an entry for it is not visible"),
        ("spiffe.csi.cert-manager.io", S.PRINCIPAL_ONLY, "is ns/shop/sa/checkout of a trust"),
    ],
)
def test_spiffe_is_an_identity_of_its_own(driver: str, state: BindingState, words: str) -> None:
    csi: Doc = {"name": "spiffe", "csi": {"driver": driver}}
    both = irsa_container()
    both["volumeMounts"] = [
        *both["volumeMounts"],  # type: ignore[misc]
        {"name": "spiffe", "mountPath": "/spiffe"},
    ]
    doc = pod(both, volumes=[token("aws-iam-token", "sts.amazonaws.com"), csi])
    found = World([DECLARED, doc]).bindings()
    assert {cloud: one.state for cloud, one in found.items()} == {
        Cloud.AWS: S.BOUND,
        Cloud.SPIFFE: state,
    }
    assert words in found[Cloud.SPIFFE].reason


@settings(max_examples=100, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(
            [
                ROLE_ARN,
                GSA,
                CLIENT_ID,
                "cloud.google.com/service-account-email",
                "eks.amazonaws.com/skip-containers",
            ]
        ),
        st.one_of(st.text(max_size=30), st.sampled_from([ARN, MAIL, CLIENT, "app"])),
    ),
    st.text(max_size=25),
    st.sampled_from([irsa_pod(), azure_pod(), pod(), google_pod(), pod(STATIC_APP), pod(_both())]),
    st.sampled_from([EKS_NODE, GKE_NODE, AKS_NODE, node()]),
    st.booleans(),
)
def test_whatever_is_written(
    notes: dict[str, str], created: str, doc: Doc, where: Doc, unknown: bool
) -> None:
    meta: dict[str, Any] = {**doc["metadata"], "creationTimestamp": created, "annotations": notes}  # type: ignore[dict-item]
    world = World(
        [account(notes, written=created), {**doc, "metadata": meta}, where],
        account_unknown=FORBIDDEN if unknown else "",
    )
    for one in world.bindings().values():
        assert one.reason or one.state in (S.BOUND, S.PRINCIPAL_ONLY)
        assert 0 <= one.behind <= one.workload.pod_count
