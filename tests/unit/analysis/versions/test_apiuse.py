"""Who uses an API version that goes: the verdict of what was counted and what was written."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mckconsole.analysis.versions.apitraces import TRACE_TOPICS
from mckconsole.analysis.versions.apiuse import STALE_AFTER, api_uses
from mckconsole.analysis.versions.model import ApiUse, Use
from mckconsole.config.support_data import shipped
from mckconsole.domain.kubeversion import Minor
from mckconsole.domain.metrics import NO_METRICS, MetricState, MetricVector
from mckconsole.domain.snapshot import ClusterSnapshot
from tests.unit.analysis import build as b
from tests.unit.analysis.versions.apis import (
    BUILDS,
    DATA,
    DAY,
    LEAST,
    METRIC,
    SCRAPED,
    api,
    asked,
    budget,
    cluster,
    counted,
    written,
)

PDB = api("policy", "v1beta1", "poddisruptionbudgets", "1.25")
OLD = "policy/v1beta1"


def uses(of: ClusterSnapshot, least: Minor | None = LEAST) -> tuple[ApiUse, ...]:
    return api_uses(of, DATA, b.NOW, least)


RECENT, LONG_AGO, UNDATED = ("helm", OLD, 3.0), ("helm", OLD, 400.0), ("helm", OLD, None)
LADDER = [
    (True, RECENT, Use.CONFIRMED, "counted requests, and objects name who wrote"),
    (True, LONG_AGO, Use.CONFIRMED, "it may be somebody else who asks"),
    (True, UNDATED, Use.CONFIRMED, "written nobody knows when"),
    (True, None, Use.IN_USE, "audit log"),
    (False, RECENT, Use.CONFIRMED, "written so 3 d ago; the API servers counted no request"),
    (False, LONG_AGO, Use.STALE, "last written so 400 d ago"),
    (False, UNDATED, Use.UNKNOWN, "do not say when"),
    (False, None, None, ""),
]


@pytest.mark.parametrize(("metric", "wrote", "use", "why"), LADDER)
def test_the_ladder(
    metric: bool, wrote: tuple[str, str, float | None] | None, use: Use | None, why: str
) -> None:
    docs = [budget("web", wrote)] if wrote else [budget("web", ("helm", "policy/v1", 1.0))]
    found = uses(cluster(*docs, metrics=counted(PDB) if metric else SCRAPED))
    assert [one.use for one in found] == ([use] if use else [])
    for one in found:
        assert (one.api_version, one.resource) == (OLD, "poddisruptionbudgets")
        assert (one.kind, one.removed_in) == ("PodDisruptionBudget", Minor(1, 25))
        assert one.replacement == "policy/v1"
        assert why in one.reason
        assert {item.source for item in one.evidence} == (
            ({"prometheus"} if metric else set()) | ({"kubernetes"} if wrote else set())
        )


BLIND = [
    ({}, "no Prometheus endpoint covers this cluster"),
    ({"deprecated-apis": NO_METRICS, "apiserver-builds": BUILDS}, "not-configured"),
    ({"deprecated-apis": MetricVector(MetricState.FAILED, "prom: 503")}, "failed: prom: 503"),
    ({"deprecated-apis": asked()}, "no series of this cluster's API servers"),
    ({"deprecated-apis": asked(), "apiserver-builds": asked()}, "no series of this cluster's API"),
    (
        {
            "deprecated-apis": asked(),
            "apiserver-builds": replace(BUILDS, state=MetricState.PARTIAL),
        },
        "no series of this cluster's API servers",
    ),
    (
        {"deprecated-apis": replace(asked(), state=MetricState.PARTIAL, reason="store down")},
        "partial: store down",
    ),
]


@pytest.mark.parametrize(("metrics", "why"), BLIND)
def test_without_counted_requests_nothing_is_clean(
    metrics: dict[str, MetricVector], why: str
) -> None:
    (one,) = uses(cluster(budget("web", ("helm", "policy/v1", 1.0)), metrics=metrics))
    assert (one.use, one.version, one.removed_in) == (Use.UNKNOWN, "", None)
    assert why in one.reason
    assert one.evidence


@pytest.mark.parametrize(("metrics", "why"), BLIND)
@pytest.mark.parametrize(
    ("wrote", "use"), [(RECENT, Use.CONFIRMED), (LONG_AGO, Use.STALE), (UNDATED, Use.UNKNOWN)]
)
def test_without_counted_requests_writes_are_all_there_is_and_others_stay_unknown(
    metrics: dict[str, MetricVector], why: str, wrote: tuple[str, str, float | None], use: Use
) -> None:
    found = uses(cluster(budget("web", wrote), metrics=metrics))
    assert {one.use for one in found if one.version} == {use}
    assert [one.use for one in found if not one.version] == [Use.UNKNOWN]


def test_a_partial_answer_counts_for_what_it_has_and_for_nothing_else() -> None:
    partial = replace(asked(PDB), state=MetricState.PARTIAL, reason="one store is down")
    found = uses(cluster(metrics={"deprecated-apis": partial, "apiserver-builds": BUILDS}))
    assert [(one.use, one.version) for one in found] == [(Use.IN_USE, "v1beta1"), (Use.UNKNOWN, "")]


def test_a_request_of_anything_proves_that_the_api_servers_are_scraped() -> None:
    found = uses(cluster(metrics={"deprecated-apis": asked(PDB)}))
    assert [one.use for one in found] == [Use.IN_USE]


@pytest.mark.parametrize("value", [0.0, -1.0, float("nan")])
def test_a_series_that_says_no_is_no_request(value: float) -> None:
    metrics = {"deprecated-apis": asked(PDB, value=value), "apiserver-builds": BUILDS}
    assert uses(cluster(metrics=metrics)) == ()


def test_what_is_not_served_any_more_is_a_stale_trace_whenever_it_was_written() -> None:
    of = cluster(budget("web", RECENT))
    (one,) = uses(of, Minor(1, 25))
    assert one.use is Use.STALE
    assert "1.25 does not serve it any more" in one.reason
    assert [one.use for one in uses(of, None)] == [Use.CONFIRMED]


def test_the_border_of_thirty_days() -> None:
    def at(days: float) -> list[Use]:
        return [one.use for one in uses(cluster(budget("web", ("helm", OLD, days))))]

    assert at(STALE_AFTER / DAY) == [Use.CONFIRMED]
    assert at(STALE_AFTER / DAY + 0.001) == [Use.STALE]
    assert at(-1.0) == [Use.CONFIRMED]


def test_ages_are_by_the_clock_of_the_cluster() -> None:
    of = replace(cluster(budget("web", ("helm", OLD, 20.0))), clock_offset=15 * DAY)
    assert [one.use for one in uses(of)] == [Use.STALE]


def test_managers_objects_and_evidence() -> None:
    docs = [budget(f"web-{n}", ("helm", OLD, 40.0 + n), ("argocd", OLD, 2.0)) for n in range(8)]
    (one,) = uses(cluster(*docs, budget("x", ("", OLD, None)), metrics=counted(PDB)))
    assert [(who.manager, who.objects) for who in one.writers] == [
        ("argocd", 8),
        ("helm", 8),
        ("", 1),
    ]
    assert one.writers[0].last == pytest.approx(b.NOW - 2 * DAY, abs=1)
    assert one.writers[2].last is None
    assert one.count == 9
    assert [ref.name for ref in one.objects] == [f"web-{n}" for n in range(5)]
    assert all(ref.api_version == "policy/v1" for ref in one.objects)
    assert one.evidence[0].path.startswith(METRIC)
    assert one.evidence[1].path == "metadata.managedFields"
    assert one.evidence[1].value.startswith("policy/v1beta1 by argocd, 20")
    assert len(one.evidence) == 6


def test_subresources_and_instances_are_one_use() -> None:
    status = api("policy", "v1beta1", "poddisruptionbudgets", "1.25", instance="b")
    (one,) = uses(cluster(metrics=counted(PDB, {**status, "subresource": "status"})))
    assert len(one.evidence) == 2


def test_an_ingress_of_the_group_that_went() -> None:
    doc = written("Ingress", "networking.k8s.io/v1", "web", ("kubectl", "extensions/v1beta1", 1.0))
    (one,) = api_uses(cluster(doc), DATA, b.NOW, Minor(1, 21))
    assert (one.use, one.api_version) == (Use.CONFIRMED, "extensions/v1beta1")
    assert (one.kind, one.replacement) == ("Ingress", "networking.k8s.io/v1")


def test_an_alpha_that_the_table_does_not_have_is_no_use() -> None:
    assert uses(cluster(budget("web", ("helm", "policy/v1alpha9", 1.0)))) == ()


def test_deprecated_without_an_end() -> None:
    (one,) = uses(cluster(metrics=counted(api("", "v1", "endpoints"))))
    assert (one.use, one.kind, one.removed_in) == (Use.IN_USE, "Endpoints", None)
    assert one.api_version == "v1"


def test_custom_resources_go_with_what_serves_them() -> None:
    old = api("cert-manager.io", "v1alpha2", "certificates")
    flux = api("helm.toolkit.fluxcd.io", "v2beta1", "helmreleases")
    first, second = uses(cluster(metrics=counted(old, flux)))
    assert (first.removed_in, second.removed_in) == (None, None)
    assert "goes with cert-manager 1.6" in first.reason
    assert "whoever serves it does" in second.reason


def test_the_table_knows_better_than_the_api_server_when_it_goes() -> None:
    late = api("resource.k8s.io", "v1beta1", "deviceclasses", "1.36")
    (one,) = uses(cluster(metrics=counted(late)))
    assert one.removed_in == Minor(1, 38)
    assert "the API server was built to drop it in 1.36" in one.reason


def test_an_api_that_only_the_api_server_knows() -> None:
    (one,) = uses(cluster(metrics=counted(api("new.k8s.io", "v1beta1", "things", "1.41"))))
    assert (one.removed_in, one.kind, one.replacement) == (Minor(1, 41), "", "")
    assert [one.removed_in for one in uses(cluster(metrics=counted(api("a", "v1beta1", "b", "x"))))
            ] == [None]  # fmt: skip


def test_worst_first_then_the_first_to_go() -> None:
    cron = written("CronJob", "batch/v1", "job", ("helm", "batch/v1beta1", 90.0))
    scaler = written(
        "HorizontalPodAutoscaler", "autoscaling/v2", "a", ("x", "autoscaling/v2beta2", 1.0)
    )
    seen = counted(
        PDB, api("resource.k8s.io", "v1beta1", "deviceclasses"), api("", "v1", "endpoints")
    )
    found = uses(cluster(cron, scaler, metrics=seen))
    assert [(one.use, one.api_version) for one in found] == [
        (Use.CONFIRMED, "autoscaling/v2beta2"),
        (Use.IN_USE, "policy/v1beta1"),
        (Use.IN_USE, "resource.k8s.io/v1beta1"),
        (Use.IN_USE, "v1"),
        (Use.STALE, "batch/v1beta1"),
    ]


def test_kinds_with_old_versions_are_looked_at() -> None:
    assert {"poddisruptionbudgets", "autoscalers", "ingresses", "cronjobs", "deployments"} <= set(
        TRACE_TOPICS
    )


@given(
    st.booleans(),
    st.booleans(),
    st.lists(st.floats(-10, 1000) | st.none(), max_size=4),
    st.sampled_from([None, Minor(1, 24), Minor(1, 25), Minor(1, 36)]),
)
def test_never_clean_without_counting_and_never_worse_than_the_evidence(
    scraped: bool, metric: bool, ages: list[float | None], least: Minor | None
) -> None:
    docs = [budget(str(i), ("helm", OLD, age)) for i, age in enumerate(ages)]
    metrics = counted(PDB) if metric else SCRAPED if scraped else {}
    found = uses(cluster(*docs, metrics=metrics), least)
    assert (not scraped and not metric) == any(not one.version for one in found)
    known = [one for one in found if one.version]
    assert len(known) == (1 if metric or ages else 0)
    for one in known:
        recent = any(age is not None and age <= 30 for age in ages)
        if one.use is Use.CONFIRMED:
            assert ages
            assert metric or recent
        if one.use is Use.STALE:
            assert not metric
            assert not recent or (least is not None and least >= Minor(1, 25))
        assert one.count == len(ages)


@given(st.text(max_size=8), st.text(max_size=8), st.text(max_size=8), st.text(max_size=8))
def test_odd_labels_are_no_reason_to_stop(group: str, version: str, name: str, end: str) -> None:
    for one in api_uses(
        cluster(metrics=counted(api(group, version, name, end))), shipped(), b.NOW, LEAST
    ):
        assert one.reason
