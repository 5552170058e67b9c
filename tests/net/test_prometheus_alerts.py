"""Alerts of scripted Prometheus servers: decoded, bounded, attributed, without credentials."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mckconsole.domain.alerts import AlertsView
from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.metrics import MetricState
from mckconsole.sources.prometheus.alerts import MAX_ALERTS, object_of
from tests.net.prometheus_asking import config_for, fixed, source
from tests.net.prometheus_script import NOW, Says, Script, envelope, serve

TOKEN = "ghp_" + "a1B2" * 9


def told(**changes: Any) -> dict[str, Any]:
    """One alert as the HTTP API has it."""
    found: dict[str, Any] = {
        "labels": {"alertname": "KubePodCrashLooping", "cluster": "east", "namespace": "shop",
                   "pod": "api-1", "severity": "warning"},
        "annotations": {"summary": "Pod is crash looping.", "runbook_url": "https://x.example"},
        "state": "firing",
        "activeAt": "2026-09-21T14:10:00.5Z",
        "value": "1e+00",
    }  # fmt: skip
    return {**found, **changes}


async def ask(script: Script, **settings: object) -> AlertsView:
    with serve(script) as server:
        fields = {"clusters": ["east", "west"], **settings}
        async with source(config_for(server, **fields)) as prometheus:
            return await prometheus.alerts()


async def asked(*alerts: object, **extra: object) -> AlertsView:
    return await ask(fixed(envelope({"alerts": list(alerts)}, **extra)))


async def test_an_alert_with_its_cluster_its_object_and_its_time() -> None:
    view = await asked(told())
    assert (view.state, view.reason, view.endpoint) == (MetricState.FRESH, "", "prom")
    (one,) = view.alerts
    assert (one.cluster, one.name, one.state, one.severity) == (
        "east", "KubePodCrashLooping", "firing", "warning",
    )  # fmt: skip
    assert one.active_at == 1_789_999_800.5
    assert one.object == ObjectRef("v1", "Pod", "shop", "api-1")
    assert one.summary == "Pod is crash looping."
    assert view.as_of is not None
    assert view.as_of + view.clock_offset == pytest.approx(NOW)


@pytest.mark.parametrize(
    ("labels", "cluster"),
    [
        ({"cluster": "west"}, "west"),
        ({"cluster": "prod-unknown"}, ""),
        ({}, ""),
    ],
)
async def test_who_it_is_about_is_said_by_its_labels(labels: dict[str, str], cluster: str) -> None:
    (one,) = (await asked(told(labels={"alertname": "A", **labels}))).alerts
    assert (one.cluster, dict(one.labels)) == (cluster, labels)


async def test_alerts_of_clusters_that_another_endpoint_covers_are_its_own() -> None:
    view = await asked(told(labels={"alertname": "A", "cluster": "north"}))
    assert view.alerts == ()


@pytest.mark.parametrize(
    "odd",
    [
        told(state="inactive"),
        told(activeAt="soon"),
        told(labels={"severity": "critical"}),
        {"labels": 5},
        17,
    ],
    ids=["state", "time", "name", "labels", "number"],
)
async def test_what_cannot_be_read_is_counted(odd: object) -> None:
    view = await asked(odd, told())
    assert view.state is MetricState.PARTIAL
    assert view.reason == "prom: 1 alerts that could not be read left out"
    assert len(view.alerts) == 1


async def test_warnings_make_it_partial() -> None:
    view = await asked(told(), warnings=["a rule group could not be read"])
    assert (view.state, len(view.alerts)) == (MetricState.PARTIAL, 1)
    assert "a rule group could not be read" in view.reason


async def test_there_is_room_for_so_many_firing_ones_first() -> None:
    many = [told(labels={"alertname": f"A{n}"}, state="pending") for n in range(MAX_ALERTS)]
    view = await asked(*many, told(), told(labels={"alertname": "B"}))
    assert len(view.alerts) == MAX_ALERTS
    assert [one.state for one in view.alerts[:3]] == ["firing", "firing", "pending"]
    assert view.reason == "prom: 2 more alerts left out"


async def test_words_of_strangers_are_clean_short_and_hold_no_credential() -> None:
    view = await asked(
        told(
            annotations={
                "summary": f"[@click]\x1b[31m login with {TOKEN}\n",
                "message": "x" * 9999,
            },
            labels={"alertname": "A", "why": f"password={TOKEN}"},
        )
    )
    (one,) = view.alerts
    assert "\x1b" not in one.summary
    assert len(one.description) <= 1024
    assert TOKEN not in repr(view)
    assert "redacted" in one.summary


@pytest.mark.parametrize(
    ("says", "words"),
    [
        (Says("nothing here", 404, "text/plain"), "HTTP 404"),
        (Says("<html>", kind="text/html"), "HTML page"),
        (envelope({"groups": []}), None),
        (envelope(None), "no alerts of the Prometheus HTTP API"),
        (Says(json.dumps({"status": "error", "error": "query timed out"})), "query timed out"),
        (Says("", 302, headers={"Location": "/login"}), "redirect"),
    ],
    ids=["404", "a page", "no alerts", "no data", "an error", "elsewhere"],
)
async def test_an_endpoint_that_cannot_say_fails_in_words(says: Says, words: str | None) -> None:
    view = await ask(fixed(says))
    if words is None:
        assert (view.state, view.alerts) == (MetricState.FRESH, ())
        return
    assert (view.state, view.alerts, view.as_of) == (MetricState.FAILED, (), None)
    assert words in view.reason
    assert view.reason.startswith("prom: ")
    assert view.clusters == ("east", "west")


async def test_federation_has_no_alerts_and_is_not_asked() -> None:
    with serve(fixed(envelope({"alerts": []}))) as server:
        async with source(config_for(server, api="federate")) as prometheus:
            view = await prometheus.alerts()
    assert view.state is MetricState.FAILED
    assert "api: federate" in view.reason
    assert server.asked == []


KSM = {"namespace": "shop", "container": "kube-state-metrics", "pod": "ksm-1"}


@pytest.mark.parametrize(
    ("labels", "named"),
    [
        ({"namespace": "shop", "pod": "api-1", "node": "n1"}, "Pod shop/api-1"),
        ({**KSM, "deployment": "api"}, "Deployment shop/api"),
        ({**KSM, "node": "n1", "condition": "Ready"}, "Node n1"),
        ({"namespace": "shop", "job_name": "backup"}, "Job shop/backup"),
        ({"namespace": "shop", "persistentvolumeclaim": "d"}, "PersistentVolumeClaim shop/d"),
        ({"namespace": "shop"}, "Namespace shop"),
        (KSM, None),
        ({"pod": "api-1"}, None),
        ({"instance": "10.0.0.1:9100"}, None),
    ],
)
def test_the_object_that_labels_name(labels: dict[str, str], named: str | None) -> None:
    found = object_of(labels)
    assert (str(found) if found else None) == named
