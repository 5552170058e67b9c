"""The shipped JSON Schema and the YAML of `config show`."""

from __future__ import annotations

from pathlib import Path

import jsonschema
import pytest
import yaml

from mckconsole.config.load import read_config
from mckconsole.config.model import Config
from mckconsole.config.schema import as_yaml, config_schema

SAMPLES = sorted(
    path
    for path in (Path(__file__).parents[3] / "sample_configs").glob("*.yaml")
    if path.stem not in ("keymap", "waivers")
)


def test_schema_is_valid_and_every_key_has_its_text() -> None:
    schema = config_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    definitions = schema["$defs"]
    for section in definitions.values():
        assert all("description" in key for key in section["properties"].values())
    slow = definitions["MeshConfig"]["properties"]["slowMs"]
    assert slow["description"].startswith("Average round trip from which a tunnel is SLOW")
    assert "re-read" in definitions["BasicAuth"]["properties"]["passwordFile"]["description"]
    assert definitions["Config"]["additionalProperties"] is False


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_samples_fit_the_schema(sample: Path) -> None:
    jsonschema.validate(yaml.safe_load(sample.read_text()), config_schema())


def test_schema_refuses_what_the_loader_refuses() -> None:
    for data in ({"readonly": True}, {"connections": 0}, {"mesh": {"slowMs": "x"}}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(data, config_schema())


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_show_reads_back_as_the_same_configuration(sample: Path, tmp_path: Path) -> None:
    env = {"HOME": "/home/ada"}
    config = read_config(sample, env=env)
    shown = tmp_path / "shown.yaml"
    shown.write_text(as_yaml(config))
    assert read_config(shown, env=env) == config


def test_show_writes_every_default_out() -> None:
    assert yaml.safe_load(as_yaml(Config()))["requestTimeout"] == 60.0
