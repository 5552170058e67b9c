"""The packaged themes: complete, readable, distinguishable, and taken by Textual."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import combinations

import pytest
from textual.app import App, ComposeResult
from textual.color import Color
from textual.css.stylesheet import Stylesheet
from textual.theme import Theme
from textual.widgets import Input, OptionList, Static

from mckconsole.ui.theme_files import DERIVED, STYLES
from mckconsole.ui.themes import PACKAGED, UnknownTheme, choose_theme, load_themes
from mckwidgets.roles import DEFAULT_VARIABLES, ROLES
from tests.unit.ui.colours import BLINDNESS, contrast, difference, with_256

THEMES = load_themes({"HOME": "/nowhere"})
COLOURFUL = [name for name, theme in THEMES.items() if not theme.ansi]
BACKGROUNDS = (
    "background",
    "surface",
    "panel",
    "cursor-background",
    "news-background",
    "bar-background",
)
TEXTS = ("foreground", "mark-foreground", *(f"status-{role}" for role in ROLES))
PAIRS = (
    *((text, background) for text in TEXTS for background in BACKGROUNDS),
    ("cursor-foreground", "cursor-background"),
    ("match-foreground", "match-background"),
    ("bar-foreground", "bar-background"),
)
READABLE = 4.5
"""WCAG AA for text of normal size."""


def colours(theme: Theme) -> Mapping[str, Color]:
    """Every colour of a theme by name; Textual makes surfaces of ANSI themes transparent."""
    everything = theme.to_color_system().generate() | theme.variables
    return {
        name: Color.parse(value)
        for name, value in everything.items()
        if name in (*TEXTS, *BACKGROUNDS, *theme.variables)
        and not name.endswith("-style")
        and value != "transparent"
    }


def test_the_packaged_themes() -> None:
    assert tuple(THEMES) == PACKAGED
    assert {name for name in THEMES if not THEMES[name].dark} == {"light", "paper"}
    assert {name for name in THEMES if THEMES[name].ansi} == {"ansi", "mono"}


@pytest.mark.parametrize("name", PACKAGED)
class TestComplete:
    def test_every_variable_is_there_and_no_other(self, name: str) -> None:
        assert set(THEMES[name].variables) == {*DEFAULT_VARIABLES, *DERIVED}

    def test_every_variable_of_textual_is_there(self, name: str) -> None:
        known = THEMES["dark"].to_color_system().generate()
        assert set(known) <= set(THEMES[name].to_color_system().generate())

    def test_statuses_that_matter_differ_without_colour(self, name: str) -> None:
        variables = THEMES[name].variables
        assert "bold" in variables["status-critical-style"]
        if THEMES[name].ansi:
            assert "reverse" in variables["cursor-style"]
        styles = [value for key, value in variables.items() if key.endswith("-style")]
        assert {word for value in styles for word in value.split()} <= set(STYLES)


@pytest.mark.parametrize("name", COLOURFUL)
class TestColours:
    @pytest.mark.parametrize("shown", [Color.parse, with_256], ids=["true", "256"])
    def test_every_text_is_readable_on_every_background(
        self, name: str, shown: Callable[[Color], Color]
    ) -> None:
        seen = {key: shown(colour) for key, colour in colours(THEMES[name]).items()}
        poor = {
            (text, background): round(ratio, 2)
            for text, background in PAIRS
            if (ratio := contrast(seen[text], seen[background])) < READABLE
        }
        assert not poor

    def test_what_is_pointed_at_stands_out(self, name: str) -> None:
        seen = colours(THEMES[name])
        for key in ("cursor-background", "news-background", "match-background"):
            assert difference(seen[key], seen["background"]) >= 12, key
        assert difference(seen["cursor-background"], seen["news-background"]) >= 12

    @pytest.mark.parametrize("blindness", BLINDNESS)
    def test_ok_warn_and_critical_can_be_told_apart(self, name: str, blindness: str) -> None:
        seen = [colours(THEMES[name])[f"status-{role}"] for role in ("ok", "warn", "critical")]
        for one, other in combinations(seen, 2):
            assert difference(one, other, blindness) >= 12


def test_high_contrast_is_higher_than_the_others() -> None:
    seen = colours(THEMES["high-contrast"])
    assert all(contrast(seen[text], seen["background"]) >= 10 for text in TEXTS)


def test_ansi_uses_the_terminal_s_own_colours_and_background() -> None:
    theme = THEMES["ansi"]
    seen = colours(theme)
    assert all(colour.ansi is not None for colour in seen.values())
    for key in BACKGROUNDS:
        assert seen.get(key, Color.parse("ansi_default")).ansi == -1
    assert "reverse" in theme.variables["cursor-style"]


def test_mono_uses_no_colour_at_all() -> None:
    theme = THEMES["mono"]
    assert {*colours(theme).values()} == {Color.parse("ansi_default")}
    unused = ("markdown-",)
    for name, value in theme.to_color_system().generate().items():
        if value.startswith("ansi_") and not name.startswith(unused):
            assert value.split()[0] == "ansi_default", name
    styles = {value for key, value in theme.variables.items() if key.endswith("-style")}
    assert {word for value in styles for word in value.split()} <= {
        "none",
        "bold",
        "underline",
        "reverse",
    }


class Sampler(App[None]):
    """Textual's own parts, and one line per variable of ours."""

    def __init__(self, name: str) -> None:
        super().__init__()
        for theme in THEMES.values():
            self.register_theme(theme)
        self.theme = name

    CSS = "\n".join(
        f".{key} {{ text-style: ${key}; }}"
        if key.endswith("-style")
        else f".{key} {{ color: ${key}; background: ${key}; }}"
        for key in DEFAULT_VARIABLES
    )

    def compose(self) -> ComposeResult:
        yield Input("text")
        yield OptionList("one", "two")
        for key in DEFAULT_VARIABLES:
            yield Static(key, classes=key)


@pytest.mark.parametrize("name", PACKAGED)
async def test_textual_takes_every_theme(name: str) -> None:
    app = Sampler(name)
    async with app.run_test(size=(60, 60)) as pilot:
        await pilot.press("tab", "down")
        assert isinstance(app.stylesheet, Stylesheet)
        for key, value in THEMES[name].variables.items():
            for widget in app.query(f".{key}"):
                if not key.endswith("-style"):
                    assert widget.styles.color == Color.parse(value)


async def test_changing_to_every_theme_and_back() -> None:
    app = Sampler("dark")
    async with app.run_test(size=(60, 60)) as pilot:
        for name in (*PACKAGED, *reversed(PACKAGED)):
            app.theme = name
            await pilot.pause()
            assert app.current_theme is THEMES[name]


class TestChoice:
    @pytest.mark.parametrize(
        ("wanted", "colours", "fgbg", "chosen"),
        [
            ("", "true", "", "dark"),
            ("", "256", "15;0", "dark"),
            ("", "true", "0;15", "light"),
            ("", "true", "0;default;15", "light"),
            ("", "16", "0;15", "ansi"),
            ("", "none", "0;15", "mono"),
            ("dusk", "true", "0;15", "dusk"),
            ("dusk", "16", "", "dusk"),
            ("dusk", "none", "", "mono"),
        ],
    )
    def test_by_wish_and_terminal(self, wanted: str, colours: str, fgbg: str, chosen: str) -> None:
        env = {"COLORFGBG": fgbg}
        assert choose_theme(wanted, THEMES, env, colours) == chosen  # type: ignore[arg-type]

    @pytest.mark.parametrize(("wanted", "words"), [("drak", "mean dark"), ("zzz", "are dark, li")])
    def test_a_theme_that_is_not_there(self, wanted: str, words: str) -> None:
        with pytest.raises(UnknownTheme, match=words):
            choose_theme(wanted, THEMES, {}, "true")
