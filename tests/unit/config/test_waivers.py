"""The file of waivers: strict, with the line of every problem."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from mckconsole.config.errors import ConfigError
from mckconsole.config.load import read_config
from mckconsole.config.model import Config
from mckconsole.config.waivers import load_waivers, read_waivers
from mckconsole.domain.waivers import NO_WAIVERS, Waiver

SAMPLE = Path(__file__).parents[3] / "sample_configs" / "waivers.yaml"
ONE = (
    "waivers:\n"
    "- rule: SEC-*\n"
    "  object: {cluster: west}\n"
    "  owner: jo\n"
    "  expires: 2026-12-31\n"
    "  reason: known\n"
)


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "waivers.yaml"
    path.write_text(text, "utf-8")
    return path


def problems_of(path: Path) -> list[tuple[int | None, str, str]]:
    with pytest.raises(ConfigError) as caught:
        read_waivers(path)
    return [(one.line, one.key, one.message) for one in caught.value.problems]


def test_the_sample() -> None:
    first, second = read_waivers(SAMPLE).entries
    assert (first.rule, first.cluster, first.kind) == ("SEC-AWS-ACCESS-KEY", "edge-*", "Secret")
    assert (first.namespace, first.name, first.reference) == ("backup", "bucket-key", "RISK-118")
    assert first.expires == date(2027, 3, 31)
    assert first.place == "waivers.yaml:10"
    assert (second.kind, second.name, second.reference) == ("*", "*", "")


def test_one_waiver(tmp_path: Path) -> None:
    assert read_waivers(write(tmp_path, ONE)).entries == (
        Waiver("SEC-*", "jo", date(2026, 12, 31), "known", cluster="west", place="waivers.yaml:2"),
    )


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "waivers:\n", "waivers: []\n"])
def test_none(tmp_path: Path, text: str) -> None:
    assert read_waivers(write(tmp_path, text)) == NO_WAIVERS


def test_text_is_inert_and_in_one_line(tmp_path: Path) -> None:
    text = ONE.replace("owner: jo", 'owner: "j\\eo"').replace("known", "|\n    two\n    lines")
    (one,) = read_waivers(write(tmp_path, text)).entries
    assert (one.owner, one.reason) == ("j‹1B›o", "two lines")


BAD: dict[str, tuple[str, str, int, str, str]] = {
    "no owner": ("  owner: jo\n", "", 2, "waivers[0]", "the key owner is missing"),
    "no end": ("  expires: 2026-12-31\n", "", 2, "waivers[0]", "the key expires is missing"),
    "no reason": ("  reason: known\n", "", 2, "waivers[0]", "the key reason is missing"),
    "no object": ("  object: {cluster: west}\n", "", 2, "waivers[0]", "the key object is missing"),
    "empty reason": ("known", "''", 6, "waivers[0].reason", "must not be empty"),
    "null end": ("2026-12-31", "", 5, "waivers[0].expires", "expected text, got nothing"),
    "blank owner": ("jo", "' '", 4, "waivers[0].owner", "must not be empty"),
    "no such day": ("2026-12-31", "2026-02-30", 5, "waivers[0].expires", "must be a day"),
    "other date": ("2026-12-31", "20261231", 5, "waivers[0].expires", "expected text"),
    "week": ("2026-12-31", "2026-W10-1", 5, "waivers[0].expires", "must be a day"),
    "moment": ("2026-12-31", "2026-12-31T10:00:00Z", 5, "waivers[0].expires", "must be a day"),
    "never": ("2026-12-31", "never", 5, "waivers[0].expires", "must be a day"),
    "unknown key": ("owner", "ownr", 4, "waivers[0].ownr", "did you mean owner?"),
    "in object": ("cluster", "clusters", 3, "waivers[0].object.clusters", "did you mean cluster"),
    "no name": ("west", "''", 3, "waivers[0].object.cluster", "must not be empty"),
    "list": ("west", "[west]", 3, "waivers[0].object.cluster", "expected text, got a list"),
    "at root": ("waivers:", "waiver:", 1, "waiver", "did you mean waivers?"),
    "alias": ("jo", "*jo", 4, "", "alias *jo is not allowed"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_names_line_and_key(tmp_path: Path, case: str) -> None:
    old, new, line, key, words = BAD[case]
    problems = problems_of(write(tmp_path, ONE.replace(old, new)))
    assert problems[0][:2] == (line, key)
    assert words in problems[0][2]


@pytest.mark.parametrize("about", ["{}", "{cluster: '*', name: '*'}"])
def test_nobody_waives_everything(tmp_path: Path, about: str) -> None:
    text = ONE.replace("SEC-*", "'*'").replace("{cluster: west}", about)
    (problem,) = problems_of(write(tmp_path, text))
    assert problem == (2, "waivers[0].rule", "waives everything; name a rule, or an object")


def test_the_same_twice_and_all_problems_at_once(tmp_path: Path) -> None:
    entry = ONE.partition("\n")[2]
    text = ONE + entry.replace("2026-12-31", "soon")
    assert problems_of(write(tmp_path, text)) == [
        (10, "waivers[1].expires", "must be a day, as 2026-12-31"),
        (7, "waivers[1].rule", "waivers[0] has the same rule and object"),
    ]


def test_which_file(tmp_path: Path) -> None:
    path = write(tmp_path, ONE)
    (tmp_path / "config.yaml").write_text("waivers: waivers.yaml\n")
    config = read_config(tmp_path / "config.yaml", env={"HOME": "/home/ada"})
    assert config.waivers == str(path)
    assert load_waivers(None, config, env={}) == read_waivers(path)
    assert load_waivers(str(SAMPLE), config, env={}) == read_waivers(SAMPLE)
    assert load_waivers("~/waivers.yaml", Config(), env={"HOME": str(tmp_path)}).entries
    assert load_waivers(None, Config(), env={}) == NO_WAIVERS
    with pytest.raises(ConfigError, match="missing: cannot be read"):
        load_waivers(str(tmp_path / "missing"), config, env={})
