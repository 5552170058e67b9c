"""How a tunnel's state changed: newest first, both directions, nobody else's."""

from __future__ import annotations

from dataclasses import replace

from mckconsole.analysis.engine import analyse
from mckconsole.domain.states import Transition
from mckconsole.views.spec import Role
from mckconsole.views.transitions import change_lines, role_of_word, transitions_detail
from tests.unit.analysis import build
from tests.unit.analysis.build import NOW
from tests.unit.views.documents import (
    assert_sound,
    asymmetric,
    demo,
    demo_analysis,
    row_id,
    text_of,
)


def change(ago: float, subject: str, before: str, after: str, why: str = "because") -> Transition:
    return Transition(NOW - ago, "east", subject, before, after, why)


def test_every_tunnel_of_the_demo_has_a_document_without_changes() -> None:
    for link in demo_analysis().mesh.links:
        detail = transitions_detail(demo(), demo_analysis(), str(link.key), ())
        assert_sound(demo(), demo_analysis(), detail)
        assert "no change was seen" in text_of(detail)


def test_changes_are_newest_first_with_how_long_each_state_held() -> None:
    analysis = analyse(asymmetric())
    wanted = row_id(analysis, "east", "south")
    past = [
        change(300, f"link {wanted}", "up", "slow", "612 ms"),
        change(192, f"link {wanted}", "slow", "down"),
        change(100, "link submariner west east", "up", "down", "another's"),
    ]
    detail = transitions_detail(asymmetric(), analysis, wanted, past)
    own = detail.blocks[0]
    assert (own.heading, own.note) == ("east → south", "2 changes")
    assert [line.text for line in own.lines[1:]] == [
        "14:10:08Z  ▲ slow → ✖ down  for 3 m 12 s  because",
        "14:08:20Z  ● up → ▲ slow  for 1 m 48 s  612 ms",
    ]
    assert "another's" not in text_of(detail)


def test_the_way_back_stands_beside_it() -> None:
    analysis = analyse(asymmetric())
    wanted = row_id(analysis, "east", "south")
    back = row_id(analysis, "south", "east")
    past = [change(60, f"link {back}", "up", "degraded")]
    detail = transitions_detail(asymmetric(), analysis, wanted, past)
    assert [block.heading for block in detail.blocks] == ["east → south", "south → east"]
    assert "no change was seen" in detail.blocks[0].lines[1].text
    assert detail.blocks[1].note == "1 change"


def test_what_the_store_remembers_counts_too_and_nothing_twice() -> None:
    fleet = asymmetric()
    analysis = analyse(fleet)
    wanted = row_id(analysis, "east", "south")
    known = change(60, f"link {wanted}", "up", "down")
    held = build.fleet(
        *(
            replace(cluster, history=(known,)) if name == "east" else cluster
            for name, cluster in fleet.clusters.items()
        )
    )
    detail = transitions_detail(held, analysis, wanted, [known])
    assert detail.blocks[0].note == "1 change"


def test_a_tunnel_that_is_gone_keeps_its_past() -> None:
    past = [change(60, "link submariner a b", "up", "down", "lost")]
    detail = transitions_detail(demo(), demo_analysis(), "submariner a b", past)
    assert detail.role is Role.UNKNOWN
    assert "lost" in text_of(detail)
    assert_sound(demo(), demo_analysis(), detail)


def test_states_of_several_subjects_are_timed_each_for_itself() -> None:
    changes = [
        change(90, "cluster", "ready", "unreachable"),
        change(60, "topic nodes", "fresh", "stale"),
        change(30, "cluster", "unreachable", "ready"),
    ]
    texts = [line.text for line in change_lines(changes, NOW, named=True)]
    assert texts == [
        "14:12:50Z  cluster  ✖ unreachable → ● ready  for 30 s  because",
        "14:12:20Z  topic nodes  ● fresh → ~ stale  for 1 m  because",
        "14:11:50Z  cluster  ● ready → ✖ unreachable  for 1 m  because",
    ]


def test_an_unknown_word_is_shown_as_it_is() -> None:
    assert role_of_word("link x", "melted") is Role.PLAIN
    assert role_of_word("certificate x", "up") is Role.PLAIN
