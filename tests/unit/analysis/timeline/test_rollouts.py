"""Rollouts: what changed, who changed it, how it went, and only what was seen or is written."""

from __future__ import annotations

import pytest

from mckconsole.analysis.timeline.model import Sort, Tone
from tests.unit.analysis import build
from tests.unit.analysis.build import NOW, Doc
from tests.unit.analysis.timeline.happened import Watch, ahead, look, stamp

REPO = "registry.example/shop/api"


def deployment(
    tag: str = "1.0", *, revision: str = "6", generation: int = 7, written: float = 5000.0,
    progress: tuple[str, float] | None = None, kind: str = "Deployment", uid: str = "u1",
) -> Doc:  # fmt: skip
    """A workload whose template `argocd` wrote so many seconds ago."""
    reason, ago = progress or ("", 0.0)
    condition = {
        "type": "Progressing", "status": "True", "reason": reason, "message": f"it is {reason}",
        "lastUpdateTime": stamp(ago), "lastTransitionTime": stamp(ago),
    }  # fmt: skip
    return {
        "apiVersion": "apps/v1",
        "kind": kind,
        "metadata": {
            "name": "api",
            "namespace": "shop",
            "uid": uid,
            "generation": generation,
            "annotations": {"deployment.kubernetes.io/revision": revision} if revision else {},
            "managedFields": [
                {"manager": "kube-controller-manager", "time": stamp(1), "apiVersion": "apps/v1",
                 "fieldsV1": {"f:status": {"f:replicas": {}}}},
                {"manager": "argocd", "time": stamp(written), "apiVersion": "apps/v1",
                 "fieldsV1": {"f:spec": {"f:template": {"f:spec": {}}}}},
            ],
        },
        "spec": {"template": {"spec": {"containers": [{"name": "app", "image": f"{REPO}:{tag}"}]}}},
        "status": {
            "conditions": [{"type": "Available"}, *([condition] if reason else [])],
        },
    }  # fmt: skip


def test_a_rollout_says_what_changed_and_who_changed_it() -> None:
    watch = Watch()
    assert watch.look(build.cluster("east", [deployment()])).entries == ()
    after = deployment("1.1", generation=8, written=20)
    (entry,) = watch.look(build.cluster("east", [after])).entries
    assert (entry.sort, entry.what, entry.at) == (Sort.ROLLOUT, "rollout begins", NOW - 20)
    assert entry.detail == f"app: {REPO}:1.0 → 1.1 · by argocd"
    assert str(entry.object) == "Deployment shop/api"


def test_the_revision_that_the_controller_adds_later_belongs_to_the_same_rollout() -> None:
    watch = Watch()
    for doc in (
        deployment(),
        deployment("1.1", generation=8, written=20),
        deployment("1.1", generation=8, written=20, revision="7"),
    ):
        report = watch.look(build.cluster("east", [doc]))
    (entry,) = report.entries
    assert entry.detail == f"app: {REPO}:1.0 → 1.1 · revision 6 → 7 · by argocd"


@pytest.mark.parametrize("kind", ["Deployment", "StatefulSet", "DaemonSet"])
def test_another_template_with_the_same_images_is_a_rollout_too(kind: str) -> None:
    watch = Watch()
    watch.look(build.cluster("east", [deployment(kind=kind, revision="")]))
    after = deployment(kind=kind, revision="", generation=8, written=30)
    (entry,) = watch.look(build.cluster("east", [after])).entries
    assert entry.detail == "another template · by argocd"


def test_scaling_and_status_are_no_rollout() -> None:
    watch = Watch()
    watch.look(build.cluster("east", [deployment()]))
    assert watch.look(build.cluster("east", [deployment(generation=9)])).entries == ()


@pytest.mark.parametrize("written", [5000.0, -300.0], ids=["long ago", "in the future"])
def test_a_writer_of_another_time_is_not_named(written: float) -> None:
    watch = Watch()
    watch.look(build.cluster("east", [deployment(written=9000)]))
    after = deployment("1.1", generation=8, written=written)
    (entry,) = watch.look(build.cluster("east", [after])).entries
    assert entry.at == NOW
    assert "argocd" not in entry.detail


@pytest.mark.parametrize(
    ("progress", "expected"),
    [
        (("NewReplicaSetAvailable", 300.0), [("rolled out", Tone.PLAIN)]),
        (("ProgressDeadlineExceeded", 300.0), [("rollout stuck", Tone.BAD)]),
        (("ReplicaSetUpdated", 300.0), []),
        (("NewReplicaSetAvailable", 100_000.0), []),
    ],
    ids=["done", "late", "under way", "long ago"],
)
def test_how_the_last_one_went_is_known_of_the_day_before(
    progress: tuple[str, float], expected: list[tuple[str, Tone]]
) -> None:
    east = ahead(build.cluster("east", [deployment(progress=progress)]), 3600)
    found = look(build.fleet(east)).entries
    assert [(one.what, one.tone) for one in found] == expected
    assert all(one.at == NOW - progress[1] - 3600 for one in found)
    assert all(f"app: {REPO}:1.0 · revision 6" in one.detail for one in found)


def test_the_end_is_told_when_it_comes() -> None:
    watch = Watch()
    watch.look(build.cluster("east", [deployment(progress=("ReplicaSetUpdated", 60.0))]))
    late = deployment(progress=("ProgressDeadlineExceeded", 5.0))
    (entry,) = watch.look(build.cluster("east", [late])).entries
    assert (entry.what, entry.at) == ("rollout stuck", NOW - 5)
    assert entry.detail.startswith("it is ProgressDeadlineExceeded · ")


def test_another_workload_of_the_same_name_is_no_change_of_the_old_one() -> None:
    watch = Watch()
    watch.look(build.cluster("east", [deployment()]))
    assert watch.look(build.cluster("east", [deployment("2.0", uid="u2")])).entries == ()
