"""What the documentation says of filters, orders and scopes is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mckconsole.views.filter import FilterError, parse_filter
from mckconsole.views.panes import PANES
from mckconsole.views.scope import scope_of
from mckconsole.views.sort import parse_sort
from mckconsole.views.spec import Column

TEXT = (Path(__file__).parents[3] / "docs" / "filter.md").read_text("utf-8")
CLUSTERS = {"prod-eu-1": ("prod", "eu"), "prod-us-1": ("prod",), "dev": ()}
(MESH,) = (pane.columns for pane in PANES if pane.name == "mesh")


def examples(heading: str) -> list[str]:
    """The first cells of the table under a heading."""
    section = TEXT[TEXT.index(f"\n{heading}\n") :]
    section = re.split(r"\n#+ ", section[3:])[0]
    found = re.findall(r"^\| `(.*?)` \|", section, re.M)
    assert len(found) >= 5
    return [example.replace(r"\|", "|") for example in found]


def columns_for(text: str) -> tuple[Column, ...]:
    """Of the pane that has most of the columns which the example names; the mesh in doubt."""

    def named(columns: tuple[Column, ...]) -> int:
        return sum(bool(re.search(rf"\b{column.id}[:=<>!]", text)) for column in columns)

    return max((MESH, *(pane.columns for pane in PANES)), key=named)


@pytest.mark.parametrize("text", examples("## Terms"))
def test_every_example_is_a_filter(text: str) -> None:
    assert parse_filter(text, columns_for(text)).text == text


@pytest.mark.parametrize("text", examples("### Refused"))
def test_every_counter_example_is_none(text: str) -> None:
    with pytest.raises(FilterError):
        parse_filter(text, MESH)


def test_every_number_in_the_table_is_one() -> None:
    for kind, unit in (("times", "seconds"), ("counts and bytes", "bytes"), ("versions", "")):
        (line,) = re.findall(rf"^\| {kind} \| (.*) \|$", TEXT, re.M)
        numbers = [one for one in re.findall(r"`(.*?)`", line) if one[0] in "v0123456789"]
        assert len(numbers) >= 2
        for number in numbers:
            assert parse_filter(f"x>{number}", (Column("x", "X", unit=unit),))


def test_names_in_the_text_work() -> None:
    for text in ('"nginx:latest"', "both-ways:asymmetric", "st:down", "/shop/checkout-.*/"):
        assert text.strip('"') in TEXT
        assert parse_filter(text, MESH)
    for text in re.findall(r"`:sort (.*?)`", TEXT):
        parse_sort(text, MESH)


@pytest.mark.parametrize("text", examples("## Scope"))
def test_every_scope_is_one(text: str) -> None:
    names = scope_of(text, CLUSTERS).names
    assert names is None or names
