"""The user's own themes: what they may say, and what is said about a bad one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.color import Color

from mckconsole.config.errors import ConfigError
from mckconsole.ui.theme_files import COLOURS, read_theme
from mckconsole.ui.themes import PACKAGED, load_themes
from mckwidgets.roles import DEFAULT_VARIABLES, ROLES
from tests.unit.ui.colours import contrast

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "sample_configs" / "theme.toml"


@pytest.fixture
def themes(tmp_path: Path) -> Path:
    """The directory for the themes of a user whose home is `tmp_path`."""
    path = tmp_path / ".config" / "mckconsole" / "themes"
    path.mkdir(parents=True)
    return path


def problems(home: Path) -> list[tuple[str, int | None, str, str]]:
    with pytest.raises(ConfigError) as caught:
        load_themes({"HOME": str(home)})
    return [(p.file.name, p.line, p.key, p.message) for p in caught.value.problems]


class TestOwnThemes:
    def test_what_is_not_said_comes_from_the_other_theme(
        self, themes: Path, tmp_path: Path
    ) -> None:
        (themes / "prod.toml").write_text(
            'extends = "light"\nprimary = "red"\n[variables]\nbar-background = "#ffd0d0"\n'
        )
        found = load_themes({"HOME": str(tmp_path)})
        assert list(found) == [*PACKAGED, "prod"]
        prod, light = found["prod"], found["light"]
        assert (prod.name, prod.dark, prod.primary) == ("prod", False, "red")
        assert prod.variables == {
            **light.variables,
            "bar-background": "#ffd0d0",
            "border": "red",
            "footer-key-foreground": "red",
        }

    def test_a_theme_of_its_own(self, themes: Path, tmp_path: Path) -> None:
        (themes / "own.toml").write_text((ROOT / "themes" / "dusk.toml").read_text())
        found = load_themes({"HOME": str(tmp_path)})
        assert list(found) == [*PACKAGED]  # it says that it is dusk
        (themes / "own.toml").write_text(
            (ROOT / "themes" / "dusk.toml").read_text().replace('"dusk"', '"own"')
        )
        own, dusk = (load_themes({"HOME": str(tmp_path)})[name] for name in ("own", "dusk"))
        assert own.variables == dusk.variables

    def test_one_of_ours_can_be_replaced(self, themes: Path, tmp_path: Path) -> None:
        (themes / "dark.toml").write_text('extends = "dark"\nbackground = "black"\n')
        assert load_themes({"HOME": str(tmp_path)})["dark"].background == "black"

    def test_other_files_are_left_alone(self, themes: Path, tmp_path: Path) -> None:
        (themes / "README").write_text("x")
        assert list(load_themes({"HOME": str(tmp_path)})) == [*PACKAGED]

    def test_the_sample(self, themes: Path, tmp_path: Path) -> None:
        (themes / "x.toml").write_text(SAMPLE.read_text())
        found = load_themes({"HOME": str(tmp_path)})
        (name,) = set(found) - set(PACKAGED)
        bar, *texts = (
            Color.parse(found[name].variables[key])
            for key in ("bar-background", "bar-foreground", *(f"status-{role}" for role in ROLES))
        )
        assert min(contrast(text, bar) for text in texts) >= 4.5


WHOLE = (ROOT / "themes" / "dark.toml").read_text()


BAD: dict[str, tuple[str, int | None, str, str]] = {
    "syntax": ('extends = "dark"\nprimary = \n', 2, "", "not valid TOML: Invalid value"),
    "twice": ('extends = "dark"\nextends = "dark"\n', 2, "", "not valid TOML: Cannot overwrite"),
    "unknown key": ('extends = "dark"\nprimry = "red"\n', None, "primry", "did you mean primary?"),
    "nothing near": ('extends = "dark"\nzzz = 1\n', None, "zzz", "known here: primary, second"),
    "unknown variable": (
        'extends = "dark"\n[variables]\nstatus-okay = "red"\n',
        None,
        "variables.status-okay",
        "did you mean status-ok?",
    ),
    "far variable": (
        'extends = "dark"\n[variables]\nzzz = "red"\n',
        None,
        "variables.zzz",
        "docs/themes.md lists them",
    ),
    "colour": ('extends = "dark"\nprimary = "rde"\n', None, "primary", "must be a colour"),
    "number": ('extends = "dark"\nprimary = 7\n', None, "primary", "must be a colour"),
    "transparent": (
        'extends = "dark"\n[variables]\nstatus-ok = "#00ff0080"\n',
        None,
        "variables.status-ok",
        "without transparency",
    ),
    "reference": (
        'extends = "dark"\n[variables]\nstatus-ok = "$primary"\n',
        None,
        "variables.status-ok",
        "must be a colour",
    ),
    "style": (
        'extends = "dark"\n[variables]\ncursor-style = "blink"\n',
        None,
        "variables.cursor-style",
        "of the words none, bold",
    ),
    "empty style": (
        'extends = "dark"\n[variables]\ncursor-style = ""\n',
        None,
        "variables.cursor-style",
        "of the words",
    ),
    "switch": ('extends = "dark"\ndark = "yes"\n', None, "dark", "true or false"),
    "variables": ('extends = "dark"\nvariables = 1\n', None, "variables", "must be a table"),
    "parent": ('extends = "drak"\n', None, "extends", "must be one of dark, light"),
    "no text for a parent": ("extends = []\n", None, "extends", "must be one of dark, light"),
    "itself": ('name = "x"\nextends = "x"\n', None, "extends", "must be one of dark, light"),
    "name": ('name = "a b"\nextends = "dark"\n', None, "name", "must be one word"),
    "gaps": ('primary = "red"\n', None, "", "missing: secondary, foreground, backgr"),
    "one gap": (WHOLE.replace("status-ok =", "#"), None, "", "missing: variables.status-ok; or"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_names_the_key_and_what_is_allowed(
    case: str, themes: Path, tmp_path: Path
) -> None:
    text, line, key, words = BAD[case]
    (themes / "mine.toml").write_text(text)
    (problem,) = problems(tmp_path)
    assert problem[:3] == ("mine.toml", line, key)
    assert words in problem[3]


def test_all_problems_of_all_files_at_once(themes: Path, tmp_path: Path) -> None:
    (themes / "a.toml").write_text('extends = "x"\nprimary = "y"\n[variables]\nz = "red"\n')
    (themes / "b.toml").write_bytes(b"\xff\xfe")
    (themes / "c d.toml").write_text('extends = "dark"\n')
    assert [(file, key) for file, _, key, _ in problems(tmp_path)] == [
        ("a.toml", "primary"),
        ("a.toml", "variables.z"),
        ("a.toml", "extends"),
        ("b.toml", ""),
        ("c d.toml", "name"),
    ]


def test_two_of_the_same_name(themes: Path, tmp_path: Path) -> None:
    (themes / "a.toml").write_text('extends = "dark"\nname = "b"\n')
    (themes / "b.toml").write_text('extends = "dark"\n')
    assert problems(tmp_path) == [("b.toml", None, "name", "a.toml is called b too")]


class TestFiles:
    def test_a_pipe_is_not_waited_for(self, themes: Path, tmp_path: Path) -> None:
        os.mkfifo(themes / "x.toml")
        assert problems(tmp_path) == [("x.toml", None, "", "is not a regular file")]

    def test_a_file_where_the_directory_should_be(self, themes: Path, tmp_path: Path) -> None:
        themes.rmdir()
        themes.write_text("")
        assert problems(tmp_path) == [("themes", None, "", "cannot be read: Not a directory")]

    def test_a_dangling_link(self, themes: Path, tmp_path: Path) -> None:
        (themes / "x.toml").symlink_to("nowhere")
        assert "No such file" in problems(tmp_path)[0][3]


VALUES = st.one_of(
    st.text(max_size=12), st.integers(), st.booleans(), st.sampled_from(["red", "#1"])
)


@given(st.dictionaries(st.sampled_from([*DEFAULT_VARIABLES, "zzz"]), VALUES, max_size=4))
def test_whatever_is_taken_textual_can_parse(
    tmp_path_factory: pytest.TempPathFactory, variables: dict[str, object]
) -> None:
    path = tmp_path_factory.getbasetemp() / "mine.toml"
    lines = [f"{key} = {_toml(value)}" for key, value in variables.items()]
    path.write_text("\n".join(['extends = "dark"', "[variables]", *lines]), "utf-8")
    ours = load_themes({"HOME": "/nowhere"})["dark"]
    parent = {**{key: getattr(ours, key) for key in COLOURS}, "variables": ours.variables}
    try:
        theme = read_theme(path, {"dark": parent})
    except ConfigError:
        return
    for name, value in theme.variables.items():
        if not name.endswith("-style"):
            assert Color.parse(value).a == 1


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    return "".join(f"\\U{ord(c):08x}" for c in str(value)).join('""')
