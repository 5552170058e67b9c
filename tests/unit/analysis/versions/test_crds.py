"""UB14: custom kinds that may still be stored in a version that is being left."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mckconsole.analysis.versions.crds import crd_blockers, crd_unknowns
from mckconsole.analysis.versions.model import Blocker, Gravity, Phase
from mckconsole.domain.states import TopicState
from tests.unit.analysis import build as b
from tests.unit.analysis.versions.apis import DATA, cluster

TOPIC = "crd-conversions"


def version(name: str, marks: str = "served") -> dict[str, object]:
    made: dict[str, object] = {
        "name": name,
        "served": "served" in marks,
        "storage": "storage" in marks,
        "schema": {"openAPIV3Schema": {"type": "object"}},
    }
    if "deprecated" in marks:
        made |= {"deprecated": True, "deprecationWarning": "use v1"}
    return made


def crd(
    *versions: dict[str, object],
    stored: tuple[str, ...] | None = ("v1",),
    name: str = "widgets.example.com",
    kind: str = "Widget",
) -> b.Doc:
    plural, _, group = name.partition(".")
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": name},
        "spec": {
            "group": group,
            "names": {"kind": kind, "plural": plural},
            "versions": list(versions),
        },
        "status": {"storedVersions": None if stored is None else list(stored)},
    }


def found(*docs: b.Doc) -> tuple[Blocker, ...]:
    return crd_blockers(cluster(*docs), DATA, b.NOW)


NOW = version("v1", "served storage")


@pytest.mark.parametrize(
    ("versions", "stored", "left"),
    [
        ([NOW], ("v1",), ""),
        ([NOW, version("v1beta1")], ("v1beta1", "v1"), ""),
        ([NOW, version("v1beta1", "")], ("v1beta1", "v1"), "v1beta1 (not served any more)"),
        ([NOW, version("v1beta1", "served deprecated")], ("v1beta1", "v1"),
         "v1beta1 (deprecated: use v1)"),
        ([NOW, version("v1beta1", "served deprecated")], ("v1",), ""),
        ([version("v1beta1", "served storage deprecated"), version("v1")], ("v1beta1",), ""),
        ([NOW], ("v1alpha1", "v1"), "v1alpha1 (not among its versions)"),
        ([NOW, version("v1alpha1", ""), version("v1beta1", "")], ("v1alpha1", "v1beta1", "v1"),
         "v1alpha1 (not served any more), v1beta1 (not served any more)"),
        ([NOW], None, ""),
        ([NOW], (), ""),
        ([], (), ""),
    ],
)  # fmt: skip
def test_stored_versions_that_are_being_left(
    versions: list[dict[str, object]], stored: tuple[str, ...] | None, left: str
) -> None:
    made = found(crd(*versions, stored=stored))
    assert len(made) == bool(left)
    for one in made:
        assert (one.rule, one.gravity, one.phase) == ("UB14", Gravity.WARN, Phase.ADDONS_FIRST)
        assert f"has {left}." in one.detail
        assert one.object is not None
        assert one.object.name == "widgets.example.com"
        assert [item.path for item in one.evidence] == ["status.storedVersions", "spec.versions"]
        assert one.target is None


def test_a_version_of_the_table_that_its_add_on_drops() -> None:
    doc = crd(
        version("v1", "served storage"),
        version("v1alpha2"),
        stored=("v1alpha2", "v1"),
        name="certificates.cert-manager.io",
        kind="Certificate",
    )
    (one,) = found(doc)
    assert "v1alpha2 (gone in cert-manager 1.6)" in one.detail


def test_the_multicluster_api_in_both_versions_is_fine() -> None:
    doc = crd(
        version("v1beta1", "served storage"),
        version("v1alpha1"),
        stored=("v1alpha1", "v1beta1"),
        name="serviceexports.multicluster.x-k8s.io",
        kind="ServiceExport",
    )
    assert found(doc) == ()


def test_how_objects_are_written_anew() -> None:
    old = version("v1beta1", "")
    (one,) = found(crd(NOW, old, stored=("v1beta1",), name="widgets.example.com"))
    first, second = one.remediation.splitlines()
    assert first == (
        "1. kubectl --context ctx-west get widgets.v1.example.com -A -o json | "
        "kubectl --context ctx-west replace -f -"
    )
    assert shlex.split(second)[-1] == '{"status":{"storedVersions":["v1"]}}'
    assert one.evidence[1].value == "v1 (served, storage), v1beta1 (not served)"


def test_one_without_a_storage_version_is_only_shown() -> None:
    (one,) = found(crd(version("v1"), stored=("v1beta1",)))
    assert one.remediation == "kubectl --context ctx-west get crd widgets.example.com -o yaml"


@pytest.mark.parametrize(
    ("state", "known"),
    [
        (TopicState.FRESH, True),
        (TopicState.ABSENT, True),
        (TopicState.STALE, False),
        (TopicState.FORBIDDEN, False),
        (TopicState.UNREACHABLE, False),
        (TopicState.PENDING, False),
    ],
)
def test_what_cannot_be_read_is_unknown(state: TopicState, known: bool) -> None:
    unknowns = crd_unknowns(cluster(states={TOPIC: state}))
    assert not unknowns if known else [one.rule for one in unknowns] == ["UB14"]


def test_one_that_was_read_in_part_is_unknown() -> None:
    doc = crd(NOW)
    doc["status"] = {"storedVersions": "v1"}
    assert [one.rule for one in crd_unknowns(cluster(doc))] == ["UB14"]


NAMES = st.sampled_from(["v1", "v1beta1", "v1alpha1", "v2", "x;rm -rf /", ""])


@given(
    st.lists(st.tuples(NAMES, st.sampled_from(["", "served", "served storage", "deprecated"])),
             max_size=4),
    st.lists(NAMES, max_size=4),
)  # fmt: skip
def test_commands_are_fit_for_a_shell_and_nothing_stored_now_is_left(
    versions: list[tuple[str, str]], stored: list[str]
) -> None:
    made = found(crd(*(version(*one) for one in versions), stored=tuple(stored)))
    now = {name for name, marks in dict(versions).items() if "storage" in marks}
    for one in made:
        assert not {part.split(" (")[0] for part in one.subject.split(", ")} & now
        for line in one.remediation.splitlines():
            assert "rm" not in shlex.split(line)
