"""The configuration's `identity` section, and what the analysis is given of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from mckconsole.analysis.identity.model import IdentityPolicy
from mckconsole.config.errors import ConfigError
from mckconsole.config.load import read_config
from mckconsole.config.model import Config
from mckconsole.ui.policy import identity_policy

SAMPLE = Path(__file__).parents[3] / "sample_configs" / "fleet.yaml"


def read(tmp_path: Path, text: str) -> Config:
    path = tmp_path / "config.yaml"
    path.write_text(text)
    return read_config(path, env={"HOME": "/home/ada"})


def test_the_defaults_are_those_of_the_analysis() -> None:
    assert identity_policy(Config(), {}) == IdentityPolicy()


def test_everything_reaches_the_analysis() -> None:
    found = identity_policy(
        read_config(SAMPLE, env={"HOME": "/home/ada"}), {"west": ["prod", "eu"]}
    )
    assert "111122223333" in found.accounts
    assert found.groups == {"west": frozenset({"prod", "eu"})}
    assert (found.shared_limit, found.unused_days) == (2, 90.0)


WRONG = {
    "a number for an account": ("identity:\n  accounts: [111122223333]\n", 2, "accounts[0]"),
    "no account": ('identity: {accounts: [""]}\n', 1, "accounts[0]"),
    "nobody may share": ("identity: {sharedLimit: 0}\n", 1, "sharedLimit"),
    "no days": ("identity: {unusedDays: 0}\n", 1, "unusedDays"),
    "a snake": ("identity: {unused_days: 3}\n", 1, "unused_days"),
}


@pytest.mark.parametrize(("text", "line", "key"), WRONG.values(), ids=WRONG.keys())
def test_mistakes_are_named_with_their_line(tmp_path: Path, text: str, line: int, key: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, text)
    assert [(one.line, one.key) for one in caught.value.problems] == [(line, f"identity.{key}")]
