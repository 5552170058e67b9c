"""Attribution of series to clusters, without a server."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mckconsole.config.model import PrometheusConfig
from mckconsole.domain.metrics import CLUSTER_LABELS
from mckconsole.sources.prometheus.mapping import (
    MAX_UNMAPPED,
    NO_LABEL,
    OTHERS,
    Attributed,
    Attribution,
)
from mckconsole.sources.prometheus.trouble import Series

FLEET = ("east", "west", "prod-eu")


def attribution(
    *,
    clusters: list[str] | None = None,
    label: str = "",
    names: dict[str, str] | None = None,
    fleet: tuple[str, ...] = FLEET,
) -> Attribution:
    config = PrometheusConfig(
        name="p",
        url="http://p",
        clusters=clusters or [],
        cluster_label=label,
        cluster_names=names or {},
    )
    return Attribution(config, fleet)


def one(value: float = 1.0, at: float = 100.0, **labels: str) -> Series:
    return Series(labels, value, at)


def flat(found: Attributed) -> dict[str, list[tuple[dict[str, str], float, float]]]:
    return {
        cluster: [(dict(sample.labels), sample.value, sample.at) for sample in samples]
        for cluster, samples in found.samples.items()
    }


@pytest.mark.parametrize(
    ("patterns", "covered"),
    [
        ([], FLEET),
        (["east"], ("east",)),
        (["prod-*", "east"], ("east", "prod-eu")),
        (["*"], FLEET),
        (["nowhere"], ()),
        (["EAST"], ()),
    ],
)
def test_covered(patterns: list[str], covered: tuple[str, ...]) -> None:
    assert attribution(clusters=patterns).covered == covered


def test_a_name_with_glob_characters_is_matched_literally_too() -> None:
    odd = "arn:aws:eks:eu-west-1:1:cluster/a[1]"
    assert attribution(clusters=[odd, "x*"], fleet=(odd,)).covered == (odd,)


def test_one_plain_name_owns_everything_and_keeps_the_cluster_label() -> None:
    found = attribution(clusters=["east"]).split([one(cluster="west", a="b"), one(a="c")])
    assert flat(found) == {
        "east": [({"cluster": "west", "a": "b"}, 1.0, 100.0), ({"a": "c"}, 1.0, 100.0)]
    }
    assert found.unmapped == {}


@pytest.mark.parametrize("label", CLUSTER_LABELS)
def test_each_customary_label_names_the_cluster(label: str) -> None:
    found = attribution().split([Series({label: "east", "pod": "p"}, 1.0, 100.0)])
    assert flat(found) == {"east": [({"pod": "p"}, 1.0, 100.0)]}


def test_earlier_labels_win_and_a_label_naming_no_cluster_is_passed_over() -> None:
    found = attribution().split(
        [
            one(cluster="east", k8s_cluster_name="west"),
            one(cluster="redis", k8s_cluster_name="west"),
            one(cluster="", cluster_id="west", x="y"),
        ]
    )
    assert flat(found) == {
        "east": [({"k8s_cluster_name": "west"}, 1.0, 100.0)],
        "west": [
            ({"cluster": "redis"}, 1.0, 100.0),
            ({"cluster": "", "x": "y"}, 1.0, 100.0),
        ],
    }


def test_a_configured_label_is_the_only_one() -> None:
    found = attribution(label="site", names={"s1": "east"}).split(
        [one(site="s1"), one(cluster="west"), one(site="s2")]
    )
    assert flat(found) == {"east": [({}, 1.0, 100.0)]}
    assert found.unmapped == {NO_LABEL: 1, "s2": 1}


def test_labels_of_the_measurement_never_name_the_reporting_cluster() -> None:
    labels = {
        "local_cluster": "east",
        "remote_cluster": "west",
        "source_cluster": "east",
        "target_cluster": "west",
    }
    assert attribution().split([Series(labels, 1.0, 100.0)]).unmapped == {NO_LABEL: 1}
    found = attribution().split(
        [Series({**labels, "cluster": "east", "pod": "cilium-x"}, 1.0, 100.0)]
    )
    assert flat(found) == {"east": [({**labels, "pod": "cilium-x"}, 1.0, 100.0)]}


def test_a_known_cluster_that_is_not_covered_is_neither_shown_nor_counted() -> None:
    found = attribution(clusters=["prod-*"]).split([one(cluster="east"), one(cluster="prod-eu")])
    assert list(found.samples) == ["prod-eu"]
    assert found.unmapped == {}


def test_replicas_are_merged_by_the_newest_and_then_the_greater() -> None:
    found = attribution().split(
        [
            one(1, 100, cluster="east", prometheus_replica="a"),
            one(0, 130, cluster="east", prometheus_replica="b"),
            one(7, 130, cluster="east", replica="c"),
            one(3, 130, cluster="east", __replica__="d"),
        ]
    )
    assert flat(found) == {"east": [({}, 7, 130)]}


@pytest.mark.parametrize(
    "series",
    [one(math.nan), one(math.inf), one(-math.inf), one(1, math.nan), one(1, 1e300), one(1, -1)],
)
def test_what_is_no_number_is_counted_for_its_cluster(series: Series) -> None:
    found = attribution(clusters=["east"]).split([series])
    assert (found.samples, found.odd) == ({}, {"east": 1})


def test_unmapped_values_are_bounded() -> None:
    rows = [one(cluster=f"c{i}") for i in range(MAX_UNMAPPED + 50)]
    found = attribution().split([*rows, one(cluster="x" * 5000)])
    assert len(found.unmapped) == MAX_UNMAPPED + 1
    assert found.unmapped[OTHERS] == 51
    assert sum(found.unmapped.values()) == len(rows) + 1


LABEL_NAMES = st.sampled_from([*CLUSTER_LABELS, "prometheus_replica", "replica", "pod"])
VALUES = st.sampled_from(["east", "west", "prod-eu", "mars", ""])


@settings(deadline=None)
@given(st.lists(st.dictionaries(LABEL_NAMES, VALUES), max_size=20))
def test_no_series_is_lost_or_invented(labels: list[dict[str, str]]) -> None:
    found = attribution().split([Series(one_labels, 1.0, 5.0) for one_labels in labels])
    named = [one_labels for one_labels in labels if set(one_labels) & set(CLUSTER_LABELS)]
    kept = sum(len(samples) for samples in found.samples.values())
    assert kept + sum(found.unmapped.values()) <= len(labels)
    assert sum(found.unmapped.values()) >= len(labels) - len(named)
    for samples in found.samples.values():
        keys = [frozenset(sample.labels.items()) for sample in samples]
        assert len(keys) == len(set(keys))
        assert all(not {"replica", "prometheus_replica"} & set(s.labels) for s in samples)
