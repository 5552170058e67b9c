"""How far anybody looked, and what nobody knows, is said of each cluster."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mckconsole.analysis.identity.model import IdentityReport
from mckconsole.analysis.secrets.memory import SecretsMemory
from mckconsole.analysis.secrets.model import AuditPolicy, SecretsReport
from mckconsole.analysis.secrets.report import analyse_secrets
from mckconsole.domain.audit import Audited
from mckconsole.domain.snapshot import NOT_READ
from mckconsole.domain.states import TopicState
from tests.unit.analysis import build
from tests.unit.analysis.secrets.seen import analysed, cluster, only, secret, sighting

DB = ("secrets", "shop", "db")


def reasons(report: SecretsReport, name: str = "aws") -> list[str]:
    return [one.reason for one in report.unknowns if one.cluster == name]


def test_nothing_is_said_where_nobody_asked() -> None:
    fleet = build.fleet(build.cluster("aws", [secret("db")]))
    report, _ = analyse_secrets(fleet, IdentityReport(), SecretsMemory(), AuditPolicy())
    assert report == SecretsReport()


def test_metadata_alone_concludes_nothing_of_values() -> None:
    report = analysed(cluster("aws", secret("db"), secret("web"), values=()))
    assert report.findings == ()
    cover = report.coverage["aws"]
    assert (cover.values, cover.readable, cover.secrets, cover.reason) == (False, True, 2, "")
    assert [one for one in reasons(report) if "values of Secrets and ConfigMaps" in one]
    assert reasons(analysed(cluster("aws", secret("db")))) == []


@pytest.mark.parametrize("state", [TopicState.FORBIDDEN, TopicState.STALE, TopicState.UNREACHABLE])
def test_secrets_that_were_not_read_are_unknown_and_the_rest_is_still_told(
    state: TopicState,
) -> None:
    key = sighting(path="spec.template.spec.containers[0].env[0].value")
    seen = {("deployments", "shop", "app"): [key]}
    report = analysed(cluster("aws", seen=seen, states={"secrets": state}))
    assert only(report).places[0].topic == "deployments"
    cover = report.coverage["aws"]
    assert cover.readable is state.readable
    assert state.value in cover.reason
    assert f"Secrets: {cover.reason}" in reasons(report)


def test_namespaces_that_may_not_be_read_are_named() -> None:
    made = cluster("aws", secret("db"))
    view = made.topic("secrets")
    faults = {(name, NOT_READ): ("forbidden",) for name in ("b", "a")}
    partly = replace(view, faults={**faults, ("shop", "odd"): ("data: unexpected list",)})
    report = analysed(replace(made, topics={**made.topics, "secrets": partly}))
    cover = report.coverage["aws"]
    assert cover.forbidden == ("a", "b")
    assert cover.troubles == 1
    assert reasons(report) == ["Secrets: forbidden in 2 namespaces: a, b"]


def test_namespaces_that_are_not_known_are_not_counted() -> None:
    made = cluster("aws", secret("db"))
    why = "namespaces other than shop are not known: 403 Forbidden for /api/v1/namespaces"
    partly = replace(made.topic("secrets"), faults={("", NOT_READ): (why,)})
    report = analysed(replace(made, topics={**made.topics, "secrets": partly}))
    cover = report.coverage["aws"]
    assert (cover.forbidden, cover.untold) == ((), why.partition(":")[0])
    assert reasons(report) == ["Secrets: namespaces other than shop are not known"]


def test_what_is_forbidden_is_one_sentence_however_many_kinds_that_are() -> None:
    kinds = ("deployments", "jobs", "pods", "replicasets")
    closed = dict.fromkeys(kinds, TopicState.FORBIDDEN)
    told = [one for one in reasons(analysed(cluster("aws", states=closed))) if "fully" in one]
    (one,) = told
    assert all(kind in one for kind in kinds)


def test_what_could_not_be_looked_at_in_full_is_unknown_for_that_object() -> None:
    odd = Audited(troubles=("data['release']: more than 32 MiB when inflated",))
    report = analysed(cluster("aws", seen={DB: odd}))
    assert report.coverage["aws"].troubles == 1
    words = "Secret shop/db was not looked at in full: data['release']: more than 32 MiB"
    assert reasons(report)[0].startswith(words)
    many = {("secrets", "shop", f"s{number:02}"): odd for number in range(12)}
    assert "2 more objects could not be looked at in full" in reasons(
        analysed(cluster("aws", seen=many))
    )


def test_other_topics_that_were_not_read_are_told_once() -> None:
    states = dict.fromkeys(("jobs", "cronjobs"), TopicState.UNREACHABLE)
    made = cluster("aws", states=states)
    topics = {name: replace(view, reason="timeout") if name in states else view
              for name, view in made.topics.items()}  # fmt: skip
    (reason,) = reasons(analysed(replace(made, topics=topics)))
    assert reason == "credentials in jobs, cronjobs are not fully known: timeout"


def test_a_cluster_that_never_answered_is_one_unknown() -> None:
    dead = build.unreachable("aws")
    report = analysed(dead, cluster("gcp"))
    assert reasons(report) == ["nothing was read: timeout"]
    assert not report.coverage["aws"].readable


def test_who_can_read_what_was_found_is_unknown_without_rbac() -> None:
    seen = {DB: [sighting()]}
    report = analysed(cluster("aws", seen=seen, states={"roles": TopicState.FORBIDDEN}))
    assert any("who can read what was found" in one for one in reasons(report))
    quiet = analysed(cluster("aws", states={"roles": TopicState.FORBIDDEN}))
    assert not any("who can read" in one for one in reasons(quiet))
