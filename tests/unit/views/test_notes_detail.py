"""What is wrong with the fleet as a whole."""

from __future__ import annotations

from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.views.notes_detail import notes_detail, notes_words
from mckconsole.views.spec import Role


def test_nothing_is_said_when_there_is_nothing() -> None:
    snapshot = FleetSnapshot({}, 0.0)
    assert notes_words(snapshot).text == ""
    assert notes_detail(snapshot).role is Role.OK


def test_each_under_where_it_comes_from() -> None:
    snapshot = FleetSnapshot({}, 0.0, ("context a: no server", "context b: no user"), ("who is c",))
    assert notes_words(snapshot).text == "▲ 3 notes"
    kubeconfig, metrics = notes_detail(snapshot).blocks
    assert [line.text for line in kubeconfig.lines] == [
        "▲ context a: no server",
        "▲ context b: no user",
    ]
    assert (kubeconfig.note, metrics.note) == ("2 notes", "")
    assert [line.text for line in metrics.lines] == ["▲ who is c"]
